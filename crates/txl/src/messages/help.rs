//! `txl help`.

use super::Message;

pub(crate) fn no_such_command_or_topic(word: &str) -> Message {
    message!(en: "no command and no topic is called `{word}`"; zh: "没有名为 `{word}` 的命令或主题")
}

pub(crate) fn list_both() -> Message {
    message!(
        en: "`txl --help` lists the commands, and `txl help help` the topics";
        zh: "`txl --help` 列出全部命令，`txl help help` 列出全部主题"
    )
}
