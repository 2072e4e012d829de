//! Titles and controls of a plan as a page or a document.

use super::Message;

/// The language of the page, as HTML names it.
pub(crate) fn language() -> Message {
    message!(en: "en"; zh: "zh-CN")
}

pub(crate) fn counts() -> Message {
    message!(en: "Counts"; zh: "统计")
}

pub(crate) fn findings() -> Message {
    message!(en: "Findings"; zh: "发现")
}

pub(crate) fn gate() -> Message {
    message!(en: "Gate"; zh: "安全闸")
}

pub(crate) fn leavers() -> Message {
    message!(en: "Leavers without a change"; zh: "不变更的离职人员")
}

pub(crate) fn changes() -> Message {
    message!(en: "Changes"; zh: "变更")
}

pub(crate) fn filter() -> Message {
    message!(en: "Filter"; zh: "筛选")
}

pub(crate) fn unfold_all() -> Message {
    message!(en: "Unfold all"; zh: "全部展开")
}

pub(crate) fn fold_all() -> Message {
    message!(en: "Fold all"; zh: "全部收起")
}

/// What is between the number of shown rows and the number of all.
pub(crate) fn shown_of_all() -> Message {
    message!(en: " of "; zh: " / ")
}
