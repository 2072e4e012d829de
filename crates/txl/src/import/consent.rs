//! What an import asks before it sends anything that is hard to take back.

use std::io::{self, BufRead, IsTerminal};

use crate::{
    failure::{Failure, Result},
    messages::{Message, import as messages},
    output::say,
};

/// The reasons to ask, each a sentence without a period.
#[derive(Debug, Default)]
pub(super) struct Consent {
    reasons: Vec<Message>,
}

impl Consent {
    /// Adds a reason to ask.
    pub(super) fn ask_about(&mut self, reason: Message) {
        self.reasons.push(reason);
    }

    /// Says what the import would ask about.
    pub(super) fn announce(&self) {
        for reason in &self.reasons {
            say(messages::needs_confirmation(reason));
        }
    }

    /// Asks on the terminal, unless `yes` has answered.
    ///
    /// # Errors
    ///
    /// If the answer is no, or if there is a reason to ask and no terminal.
    pub(super) fn obtain(self, yes: bool, is_stdin_taken: bool) -> Result {
        if self.reasons.is_empty() {
            return Ok(());
        }
        self.reasons.iter().cloned().for_each(say);
        if yes {
            return Ok(());
        }
        if is_stdin_taken || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            return Err(Failure::usage(messages::confirmation_needs_a_terminal(&self.reasons))
                .remedy(messages::confirm_with_a_flag()));
        }
        say(messages::type_yes());
        let mut answer = String::new();
        // An answer that cannot be read is no consent.
        let _ = io::stdin().lock().read_line(&mut answer);
        if answer.trim().eq_ignore_ascii_case("yes") {
            return Ok(());
        }
        Err(Failure::new(messages::answer_was_not_yes()))
    }
}
