//! The only writer to stderr: messages for users, and log lines.

#![expect(clippy::disallowed_methods, reason = "all that stderr is used for is here")]

use std::{
    io::{self, IsTerminal, Write},
    process::Stdio,
};

use super::layout::hanging;
use crate::{
    failure::{printable, printable_lines},
    messages::Message,
};

/// Prints a message as one line. On a terminal it is wrapped.
pub(crate) fn say(message: Message) {
    print(&[message]);
}

/// Prints messages in one write, one on each line, so that the lines of two processes do not mix.
///
/// A closed stderr is ignored. The exit code is then the only report.
pub(crate) fn print(messages: &[Message]) {
    let width = terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
    let mut text = String::new();
    for message in messages {
        let line = printable(&message.to_string());
        text.push_str(&width.map_or_else(|| line.clone(), |width| hanging(&line, width)));
        text.push('\n');
    }
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Returns whether stderr is a terminal.
pub(crate) fn is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Writes the lines of the log. They contain text of servers and callers, so control characters are escaped.
#[derive(Debug)]
pub(crate) struct Log;

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(printable_lines(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns stderr as the output of a child process.
pub(crate) fn for_a_child() -> Stdio {
    io::stderr().into()
}
