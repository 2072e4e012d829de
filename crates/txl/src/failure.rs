//! What goes wrong, as a person reads it (one line, its causes, what to try), and the exit code that a script reads.

use std::{error::Error, fmt, io, io::Write, process::ExitCode};

use wecom_contacts::ErrorKind;

use crate::advice;

/// The result of everything the command does.
pub(crate) type Result<T = ()> = std::result::Result<T, Failure>;

/// The exit codes, by contract. 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Whoever read our output has heard enough. Nothing is said and nothing has failed.
    HungUp = 0,
    /// WeCom refused, or something here failed.
    Failed = 1,
    /// The command line is wrong, or a credential is missing.
    Usage = 2,
    /// No usable answer: the server cannot be reached, is too slow, or is not WeCom.
    NoAnswer = 3,
    /// Ended by SIGHUP.
    Hangup = 129,
    /// Ended by SIGINT.
    Interrupt = 130,
    /// Ended by SIGTERM.
    Terminate = 143,
}

/// A failure that is ready to be shown.
#[derive(Debug)]
pub(crate) struct Failure(Box<Report>);

#[derive(Debug)]
struct Report {
    message: String,
    causes: Vec<String>,
    remedies: Vec<String>,
    exit: Exit,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Report {
            message: message.into(),
            causes: Vec::new(),
            remedies: Vec::new(),
            exit: Exit::Failed,
        }))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(message).exit(Exit::Usage)
    }

    pub(crate) fn because(mut self, cause: &(dyn Error + 'static)) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            let text = cause.to_string();
            if self.0.causes.last() != Some(&text) {
                self.0.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    pub(crate) fn remedy(mut self, text: impl Into<String>) -> Self {
        self.0.remedies.push(text.into());
        self
    }

    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.0.exit = exit;
        self
    }

    /// What to try, if anything is known.
    pub(crate) fn remedies(&self) -> &[String] {
        &self.0.remedies
    }

    /// A failure to write to stdout; a reader that has left is not one.
    pub(crate) fn of_stdout(error: &io::Error) -> Self {
        let failure = Self::new("cannot write to stdout").because(error);
        if error.kind() == io::ErrorKind::BrokenPipe {
            failure.exit(Exit::HungUp)
        } else {
            failure.remedy("check where stdout goes: is the disk full?")
        }
    }

    /// Whether the reader of our output has left.
    pub(crate) fn is_hang_up(&self) -> bool {
        self.0.exit == Exit::HungUp
    }

    /// Says it on stderr, once, and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        let report = self.0;
        if report.exit != Exit::HungUp {
            let mut text = format!("error: {}\n", printable(&report.message));
            for cause in &report.causes {
                text.push_str(&format!("  caused by: {}\n", printable(cause)));
            }
            for remedy in &report.remedies {
                text.push_str(&format!("try: {}\n", printable(remedy)));
            }
            // With stderr gone as well, only the exit code is left to tell.
            let _ = io::stderr().write_all(text.as_bytes());
        }
        ExitCode::from(report.exit as u8)
    }
}

/// An update that names no field would be sent, and called done, for nothing.
pub(crate) fn nothing_to_change() -> Failure {
    Failure::usage("nothing to change is given").remedy("name what changes; --help lists the fields")
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl From<wecom_contacts::Error> for Failure {
    fn from(error: wecom_contacts::Error) -> Self {
        let exit = match error.kind() {
            ErrorKind::Transport { .. } | ErrorKind::NotWeCom { .. } => Exit::NoAnswer,
            ErrorKind::Configuration(_) => Exit::Usage,
            _ => Exit::Failed,
        };
        let mut failure = Self::new(error.to_string()).exit(exit);
        if let Some(cause) = error.source() {
            failure = failure.because(cause);
        }
        if let Some(remedy) = advice::remedy(&error) {
            failure = failure.remedy(remedy);
        }
        if let ErrorKind::Cipher(_) = error.kind() {
            failure = failure.remedy(
                "compare Token, EncodingAESKey and corp id with the console's (接收事件服务器), and pass on query and body untouched",
            );
        }
        match error.code().map(wecom_contacts::ErrorCode::info) {
            Some(Some(info)) if !info.remedy_chinese.is_empty() => failure.remedy(info.remedy_chinese),
            Some(None) => failure.remedy(
                "look the code up: 查询错误码 https://open.work.weixin.qq.com/devtool/query (the hint in the text identifies the call)",
            ),
            _ => failure,
        }
    }
}

/// The text without what would steer a terminal: a server's words are a stranger's.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
