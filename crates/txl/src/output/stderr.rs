//! The only writer to stderr: messages for users, and log lines.

#![expect(clippy::disallowed_methods, reason = "all that stderr is used for is here")]

use std::{
    io::{self, IsTerminal, Write},
    process::Stdio,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

use super::layout::hanging;
use crate::{
    failure::{printable, printable_lines},
    messages::Message,
};

/// Whether only errors and questions are printed.
static IS_SILENT: AtomicBool = AtomicBool::new(false);

/// Suppresses messages and progress for the rest of the process. Errors and questions are still printed.
pub(crate) fn silence() {
    IS_SILENT.store(true, Relaxed);
}

/// Ends the silence: a person needs to read what a question is about.
pub(crate) fn speak() {
    IS_SILENT.store(false, Relaxed);
}

/// Returns whether messages and progress are suppressed.
pub(crate) fn is_silent() -> bool {
    IS_SILENT.load(Relaxed)
}

/// Prints a message as one line, unless `--quiet` suppresses it. On a terminal it is wrapped.
pub(crate) fn say(message: Message) {
    if !is_silent() {
        print(&[message]);
    }
}

/// Prints a warning about the data itself, which `--quiet` does not suppress.
pub(crate) fn warn(message: Message) {
    print(&[message]);
}

/// Prints a question as one line.
pub(crate) fn ask(question: Message) {
    print(&[question]);
}

/// Prints messages in one write, one on each line, so that the lines of two processes do not mix.
///
/// A closed stderr is ignored. The exit code is then the only report.
pub(crate) fn print(messages: &[Message]) {
    print_lines(messages.iter().map(ToString::to_string));
}

/// Prints the error of a command line as the messages are printed.
pub(crate) fn print_usage_error(error: &str) {
    print_lines(error.lines().map(str::to_owned));
}

fn print_lines(lines: impl Iterator<Item = String>) {
    let width = terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
    let mut text = String::new();
    for line in lines {
        let line = printable(&line);
        text.push_str(&width.map_or_else(|| line.clone(), |width| hanging(&line, width)));
        text.push('\n');
    }
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Prints a question, after which the answer is typed on the same line.
pub(crate) fn prompt(question: Message) {
    let mut stderr = io::stderr();
    let _ = stderr.write_all(printable(&question.to_string()).as_bytes());
    let _ = stderr.flush();
}

/// Ends the line of a question whose answer was not echoed.
pub(crate) fn end_line() {
    let _ = io::stderr().write_all(b"\n");
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
