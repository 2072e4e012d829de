//! Why the console refuses an action.

use crate::{callback::client::VerificationError, world::Fail};

/// Why the console did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// There is no such action.
    #[error("the console has no action `{action}`; it has {known}")]
    UnknownAction {
        /// What was asked for.
        action: String,
        /// All there are.
        known: String,
    },
    /// The body does not fit the action.
    #[error("{reason}")]
    Input {
        /// What is wrong.
        reason: String,
    },
    /// A rule forbids it; the same that an API call would break.
    #[error("{reason} (errcode {errcode})")]
    Rule {
        /// The API's code for it.
        errcode: i32,
        /// In words.
        reason: String,
    },
    /// The callback URL did not pass its verification, so it was not saved.
    #[error(transparent)]
    Verification(#[from] VerificationError),
}

impl ConsoleError {
    /// The API's code for the rule that forbids it.
    pub fn errcode(&self) -> Option<i32> {
        match self {
            Self::Rule { errcode, .. } => Some(*errcode),
            _ => None,
        }
    }

    pub(crate) fn input(reason: impl ToString) -> Self {
        Self::Input { reason: reason.to_string() }
    }
}

impl From<Fail> for ConsoleError {
    fn from(fail: Fail) -> Self {
        Self::Rule { errcode: fail.code, reason: fail.text().to_owned() }
    }
}
