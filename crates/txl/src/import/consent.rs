//! What an import asks before it sends anything that is hard to take back.

use std::io::{self, BufRead, IsTerminal};

use crate::{
    failure::{Failure, Result},
    output::say,
};

/// The reasons to ask, each a sentence without a period.
#[derive(Debug, Default)]
pub(super) struct Consent {
    reasons: Vec<String>,
}

impl Consent {
    /// Adds a reason to ask.
    pub(super) fn ask_about(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    /// Says what the import would ask about.
    pub(super) fn announce(&self) {
        for reason in &self.reasons {
            say(format_args!("the import asks first (--yes answers): {reason}"));
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
        self.reasons.iter().for_each(say);
        if yes {
            return Ok(());
        }
        if is_stdin_taken || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let reasons = self.reasons.join("; ");
            return Err(Failure::usage(format!("nothing was sent: {reasons}; no terminal to ask on"))
                .remedy("--yes goes on; --dry-run shows what the import does"));
        }
        say("type yes to go on:");
        let mut answer = String::new();
        // An answer that cannot be read is no consent.
        let _ = io::stdin().lock().read_line(&mut answer);
        if answer.trim().eq_ignore_ascii_case("yes") {
            return Ok(());
        }
        Err(Failure::new("nothing was sent: the answer was not yes"))
    }
}
