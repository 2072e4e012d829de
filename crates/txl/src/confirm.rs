//! Confirmation of deletions.

use std::io::{self, BufRead, IsTerminal};

use clap::Args;
use tokio::sync::oneshot;

use crate::{
    failure::{Failure, Result},
    messages::{Message, question},
    output::stderr,
};

/// The flag of every command that deletes.
#[derive(Args)]
pub(crate) struct Consent {
    /// Delete without a question. The question is asked only if stdin and stderr are terminals
    #[arg(long)]
    yes: bool,
}

impl Consent {
    /// Returns whether confirmation is needed: on a terminal, without `--yes`.
    pub(crate) fn is_needed(&self) -> bool {
        !self.yes && can_ask()
    }

    /// Asks whether to do this action, such as "delete member zhangsan", if confirmation [is needed](Self::is_needed).
    ///
    /// # Errors
    ///
    /// Fails if the answer is anything but `y` or `yes`.
    pub(crate) async fn ask(&self, deed: Message) -> Result {
        if !self.is_needed() {
            return Ok(());
        }
        ask(deed).await
    }
}

/// Returns whether a question can be asked: stdin and stderr are terminals.
pub(crate) fn can_ask() -> bool {
    io::stdin().is_terminal() && stderr::is_terminal()
}

/// Asks whether to do this action, such as "delete member zhangsan".
///
/// # Errors
///
/// Fails if the answer is anything but `y` or `yes`.
pub(crate) async fn ask(deed: Message) -> Result {
    stderr::ask(question::go_on(&deed));
    // The read has its own thread, so that an unanswered question does not block the end of the program.
    let (sender, answer) = oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let _ = io::stdin().lock().read_line(&mut line);
        let _ = sender.send(line);
    });
    let answer = answer.await.unwrap_or_default();
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::new(question::answer_was_not_yes())),
    }
}
