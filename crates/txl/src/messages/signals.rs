//! Signals that end a command.

use super::Message;

/// `signal` is its name, such as `SIGINT`.
pub(crate) fn interrupted(signal: &str) -> Message {
    message!(en: "interrupted by {signal}")
}

pub(crate) fn cannot_listen() -> Message {
    message!(en: "cannot listen for signals")
}

pub(crate) fn read_before_you_repeat() -> Message {
    message!(en: "if the command was changing data, check the current state before you repeat it")
}
