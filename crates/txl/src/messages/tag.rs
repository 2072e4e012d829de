//! `txl tag`.

use wecom_contacts::TagId;

use super::Message;

pub(crate) fn renamed(tag: TagId) -> Message {
    message!(en: "renamed tag {tag}")
}

/// `name` is the tag's name, where it is known.
pub(crate) fn delete(tag: TagId, name: Option<&str>) -> Message {
    match name {
        Some(name) => message!(en: "delete tag {tag} ({name})"),
        None => message!(en: "delete tag {tag}"),
    }
}

pub(crate) fn deleted(tag: TagId) -> Message {
    message!(en: "deleted tag {tag}")
}

pub(crate) fn given(tag: TagId) -> Message {
    message!(en: "added tag {tag}")
}

pub(crate) fn taken(tag: TagId) -> Message {
    message!(en: "removed tag {tag}")
}

pub(crate) fn some_were_left_out() -> Message {
    message!(en: "the listed ids were skipped, as they are not in the contacts")
}

pub(crate) fn check_spelling_and_range() -> Message {
    message!(en: "check the spelling, and the app's visible range (可见范围)")
}
