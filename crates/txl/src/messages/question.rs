//! Questions before something is deleted.

use super::Message;

/// `deed` is what is asked about, such as "delete member zhangsan".
pub(crate) fn go_on(deed: &Message) -> Message {
    message!(en: "{deed}? Type yes to go on:"; zh: "{deed}？输入 yes 继续：")
}

pub(crate) fn answer_was_not_yes() -> Message {
    message!(en: "nothing was done: the answer was not yes"; zh: "未作任何操作：输入的不是 yes")
}
