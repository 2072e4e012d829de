//! `txl tag`.

use wecom_contacts::TagId;

use super::Message;

pub(crate) fn renamed(tag: TagId) -> Message {
    message!(en: "renamed tag {tag}"; zh: "已重命名标签 {tag}")
}

/// `name` is the tag's name, where it is known.
pub(crate) fn delete(tag: TagId, name: Option<&str>) -> Message {
    match name {
        Some(name) => message!(en: "delete tag {tag} ({name})"; zh: "删除标签 {tag}（{name}）"),
        None => message!(en: "delete tag {tag}"; zh: "删除标签 {tag}"),
    }
}

pub(crate) fn deleted(tag: TagId) -> Message {
    message!(en: "deleted tag {tag}"; zh: "已删除标签 {tag}")
}

pub(crate) fn given(tag: TagId) -> Message {
    message!(en: "added tag {tag}"; zh: "已添加标签 {tag}")
}

pub(crate) fn taken(tag: TagId) -> Message {
    message!(en: "removed tag {tag}"; zh: "已移除标签 {tag}")
}

pub(crate) fn some_were_left_out() -> Message {
    message!(
        en: "the listed ids were skipped, as they are not in the contacts";
        zh: "列出的 id 不在通讯录中，已跳过"
    )
}

pub(crate) fn check_spelling_and_range() -> Message {
    message!(en: "check the spelling, and the app's visible range (可见范围)"; zh: "请检查拼写，以及应用的可见范围")
}
