//! The errors of the console.

use crate::{callback::client::VerificationError, world::Fail};

/// The reason why the console refused an action.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConsoleError {
    /// The action is unknown.
    #[error("unknown console action `{action}`; the actions are {known}")]
    UnknownAction {
        /// The requested action.
        action: String,
        /// The names of all actions.
        known: String,
    },
    /// The body does not fit the action.
    #[error("{reason}")]
    Input {
        /// The reason.
        reason: String,
    },
    /// The action violates a rule of the API.
    #[error("{reason} (errcode {errcode})")]
    Rule {
        /// The errcode of the API for this rule.
        errcode: i32,
        /// The text of the error.
        reason: String,
    },
    /// The callback URL failed its verification and was not saved.
    #[error(transparent)]
    Verification(#[from] VerificationError),
}

impl ConsoleError {
    /// Returns the errcode of the API, if the action violates a rule.
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
