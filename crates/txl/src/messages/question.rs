//! Questions before something is deleted.

use super::Message;

/// `deed` is what is asked about, such as "delete member zhangsan".
pub(crate) fn go_on(deed: &Message) -> Message {
    message!(en: "{deed}? Type yes to go on:")
}

pub(crate) fn answer_was_not_yes() -> Message {
    message!(en: "nothing was done: the answer was not yes")
}
