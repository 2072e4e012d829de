//! `txl help`.

use super::Message;

pub(crate) fn no_such_command_or_topic(word: &str) -> Message {
    message!(en: "no command and no topic is called `{word}`")
}

pub(crate) fn list_both() -> Message {
    message!(en: "`txl --help` lists the commands, and `txl help help` the topics")
}
