//! Updates of any object.

use super::Message;

pub(crate) fn nothing_is_given() -> Message {
    message!(en: "nothing to change is given"; zh: "没有给出要修改的内容")
}

pub(crate) fn name_what_changes() -> Message {
    message!(en: "name what changes; --help lists the fields"; zh: "请指明要修改哪些字段；--help 列出全部字段")
}
