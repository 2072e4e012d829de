//! Failures: a message with causes and remedies for users, and an exit code for scripts.

use std::{error::Error, fmt, io, process::ExitCode};

use wecom_contacts::ErrorKind;

use crate::{
    advice,
    messages::{self, Message},
    output::stderr,
};

/// The result of every operation of the command.
pub(crate) type Result<T = ()> = std::result::Result<T, Failure>;

/// The exit codes. They are stable. 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The reader closed stdout, and the command does nothing but print. This counts as success, and nothing is printed.
    HungUp = 0,
    /// WeCom refused the request, or a local operation failed.
    Failed = 1,
    /// The command line is invalid, or a credential is missing.
    Usage = 2,
    /// No usable reply: the server is unreachable, too slow, or not WeCom.
    NoAnswer = 3,
    /// The gate stops a plan.
    Gate = 4,
    /// There is something to do, and the command was asked to say so. This is no error: nothing is printed.
    Changes = 10,
    /// Ended by SIGHUP.
    Hangup = 129,
    /// Ended by SIGINT.
    Interrupt = 130,
    /// Ended by SIGTERM.
    Terminate = 143,
}

/// A failure that can be printed.
#[derive(Debug)]
pub(crate) struct Failure(Box<Report>);

#[derive(Debug)]
struct Report {
    message: Message,
    /// The causes, in the words of their origin.
    causes: Vec<String>,
    remedies: Vec<Message>,
    exit: Exit,
}

impl Failure {
    pub(crate) fn new(message: Message) -> Self {
        Self(Box::new(Report { message, causes: Vec::new(), remedies: Vec::new(), exit: Exit::Failed }))
    }

    pub(crate) fn usage(message: Message) -> Self {
        Self::new(message).exit(Exit::Usage)
    }

    /// The end of a command that found something to do: its exit code says so.
    pub(crate) fn changes() -> Self {
        Self::new(messages::plan::has_changes()).exit(Exit::Changes)
    }

    /// Adds a cause in words of the catalogue.
    pub(crate) fn cause(mut self, cause: Message) -> Self {
        self.0.causes.push(cause.to_string());
        self
    }

    pub(crate) fn because(mut self, cause: &(dyn Error + 'static)) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            let text = messages::causes::cause(cause).to_string();
            if self.0.causes.last() != Some(&text) {
                self.0.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    pub(crate) fn remedy(mut self, text: Message) -> Self {
        self.0.remedies.push(text);
        self
    }

    /// Replaces the remedies.
    pub(crate) fn instead(mut self, text: Message) -> Self {
        self.0.remedies = vec![text];
        self
    }

    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.0.exit = exit;
        self
    }

    /// Makes this failure the cause of another one. The exit code and the remedies stay.
    pub(crate) fn within(mut self, message: Message) -> Self {
        let inner = std::mem::replace(&mut self.0.message, message);
        self.0.causes.insert(0, inner.to_string());
        self
    }

    /// Returns the causes, from the nearest to the deepest.
    pub(crate) fn causes(&self) -> &[String] {
        &self.0.causes
    }

    /// Returns the remedies.
    pub(crate) fn remedies(&self) -> &[Message] {
        &self.0.remedies
    }

    /// Returns the failure of a write to stdout. It is not a failure if the reader closed stdout.
    pub(crate) fn of_stdout(error: &io::Error) -> Self {
        let failure = Self::new(messages::files::cannot_write_to_stdout()).because(error);
        if error.kind() == io::ErrorKind::BrokenPipe {
            failure.exit(Exit::HungUp)
        } else {
            failure.remedy(messages::files::see_where_stdout_goes())
        }
    }

    /// Returns whether the reader closed stdout.
    pub(crate) fn is_hang_up(&self) -> bool {
        self.0.exit == Exit::HungUp
    }

    /// Prints the failure to stderr. Returns the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let report = self.0;
        if !matches!(report.exit, Exit::HungUp | Exit::Changes) {
            let mut lines = vec![messages::failure::error(&shortened(&report.message.to_string()))];
            lines.extend(report.causes.iter().map(|cause| messages::failure::caused_by(&shortened(cause))));
            lines.extend(
                report
                    .remedies
                    .iter()
                    .map(|remedy| messages::failure::to_try(&shortened(&remedy.to_string()))),
            );
            stderr::print(&lines);
        }
        ExitCode::from(report.exit as u8)
    }
}

/// An update without fields would succeed but change nothing.
pub(crate) fn nothing_to_change() -> Failure {
    Failure::usage(messages::changes::nothing_is_given()).remedy(messages::changes::name_what_changes())
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.message.fmt(f)
    }
}

impl From<wecom_contacts::Error> for Failure {
    fn from(error: wecom_contacts::Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::Transport { .. } | ErrorKind::NotWeCom { .. } => Exit::NoAnswer,
            ErrorKind::Configuration(_) => Exit::Usage,
            _ => Exit::Failed,
        };
        let report = error.report();
        Self(Box::new(Report {
            message: messages::sdk::of_report(&report.message),
            remedies: advice::remedies(&error, &report.remedies),
            causes: report.causes.iter().map(|cause| messages::sdk::of_report(cause).to_string()).collect(),
            exit,
        }))
    }
}

/// Returns the text on one line, in a form that is safe on a terminal.
///
/// Line breaks and tabs become blanks. Other control characters, direction marks and invisible characters become their number, for example
/// `\u{202e}`. All untrusted text (replies of servers, cells of files) is printed through this function.
pub(crate) fn printable(text: &str) -> String {
    shown(text, |one| one.is_whitespace() && one.is_control())
}

/// The same, except that line breaks and tabs are kept.
pub(crate) fn printable_lines(text: &str) -> String {
    shown(text, |_| false)
}

fn shown(text: &str, is_blank: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = ' ';
    for one in text.chars() {
        match one {
            _ if is_blank(one) => shown.push(' '),
            '\n' | '\t' => shown.push(one),
            // It joins several emoji to one picture. Between letters it is deceptive.
            '\u{200d}' if is_picture(before) => {}
            _ if is_hidden(one) => shown.extend(one.escape_unicode()),
            _ => shown.push(one),
        }
        before = one;
    }
    shown
}

fn is_picture(one: char) -> bool {
    matches!(one, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

/// Returns whether a character controls a terminal, changes the writing direction, or is invisible.
pub(crate) fn is_hidden(one: char) -> bool {
    one.is_control()
        || matches!(
            one,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// Shortens a text. The error of a server can have ten megabytes.
fn shortened(text: &str) -> String {
    const MOST: usize = 2_000;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}{}", &text[..end], messages::failure::cut(text.len())),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_48_what_steers_a_terminal_is_shown_as_its_number() {
        for (text, safe) in [
            ("\u{1b}[2J\u{1b}]0;X\u{7}", "\\u{1b}[2J\\u{1b}]0;X\\u{7}"),
            ("a\u{9b}31mb\u{7f}", "a\\u{9b}31mb\\u{7f}"),
            ("王\u{202e}芳\u{2066}\u{200f}\u{61c}", "王\\u{202e}芳\\u{2066}\\u{200f}\\u{61c}"),
            ("zhang\u{200b}san\u{feff}\u{e0041}", "zhang\\u{200b}san\\u{feff}\\u{e0041}"),
            ("one\r\ntwo\tthree", "one  two three"),
            ("王芳 👩\u{200d}💻 ❤\u{fe0f}", "王芳 👩💻 ❤\u{fe0f}"),
            ("zhang\u{200d}san", "zhang\\u{200d}san"),
        ] {
            assert_eq!(printable(text), safe);
        }
        assert_eq!(printable_lines("one\r\ntwo\tthree\u{1b}"), "one\\u{d}\ntwo\tthree\\u{1b}");
    }

    #[test]
    fn a_long_text_is_cut_in_an_error() {
        let cut = shortened(&"错".repeat(3_000));
        assert!(cut.chars().count() < 2_050 && cut.ends_with("(cut here; 9000 bytes in all)"), "{cut}");
        assert_eq!(shortened("short"), "short");
    }
}
