//! Confirmation of effects that are hard to undo, before anything is sent.

use std::io::{self, BufRead, IsTerminal};

use crate::{
    failure::{Failure, Result},
    messages::{Message, import as messages},
    output::{say, stderr},
};

/// The reasons why the import needs confirmation.
#[derive(Debug, Default)]
pub(super) struct Consent {
    reasons: Vec<Message>,
}

impl Consent {
    /// Adds a reason.
    pub(super) fn ask_about(&mut self, reason: Message) {
        self.reasons.push(reason);
    }

    /// Prints the reasons without asking, for a dry run.
    pub(super) fn announce(&self) {
        for reason in &self.reasons {
            say(messages::needs_confirmation(reason));
        }
    }

    /// Asks on the terminal. `yes` confirms without asking.
    ///
    /// # Errors
    ///
    /// Returns an error if the answer is anything but yes, or if confirmation is needed and a terminal is missing.
    pub(super) fn obtain(self, yes: bool, is_stdin_taken: bool) -> Result {
        if self.reasons.is_empty() {
            return Ok(());
        }
        self.reasons.iter().cloned().for_each(say);
        if yes {
            return Ok(());
        }
        if is_stdin_taken || !io::stdin().is_terminal() || !stderr::is_terminal() {
            return Err(Failure::usage(messages::confirmation_needs_a_terminal(&self.reasons))
                .remedy(messages::confirm_with_a_flag()));
        }
        say(messages::type_yes());
        let mut answer = String::new();
        // A failed read leaves the answer empty, which cancels the import.
        let _ = io::stdin().lock().read_line(&mut answer);
        if answer.trim().eq_ignore_ascii_case("yes") {
            return Ok(());
        }
        Err(Failure::new(messages::answer_was_not_yes()))
    }
}
