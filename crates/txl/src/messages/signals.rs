//! Signals that end a command.

use super::Message;

/// `signal` is its name, such as `SIGINT`.
pub(crate) fn interrupted(signal: &str) -> Message {
    message!(en: "interrupted by {signal}"; zh: "被 {signal} 中断")
}

pub(crate) fn cannot_listen() -> Message {
    message!(en: "cannot listen for signals"; zh: "无法监听信号")
}

pub(crate) fn read_before_you_repeat() -> Message {
    message!(
        en: "if the command was changing data, check the current state before you repeat it";
        zh: "如果命令正在修改数据，请先核对当前状态再重新执行"
    )
}
