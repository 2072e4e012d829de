//! Updates of any object.

use super::Message;

pub(crate) fn nothing_is_given() -> Message {
    message!(en: "nothing to change is given")
}

pub(crate) fn name_what_changes() -> Message {
    message!(en: "name what changes; --help lists the fields")
}
