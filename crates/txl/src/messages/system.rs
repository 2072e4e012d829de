//! What the operating system denies.

use super::Message;

pub(crate) fn no_random_bytes() -> Message {
    message!(en: "no random bytes to be had")
}

pub(crate) fn no_threads() -> Message {
    message!(en: "cannot start threads")
}
