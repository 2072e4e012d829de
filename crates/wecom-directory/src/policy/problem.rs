//! What a policy can have that its TOML is no fault of.

use std::fmt;

use super::InvalidSpan;

/// A value of a policy that breaks a rule of the policy itself.
///
/// The reader of a format reduces it to its text. [`of_text`](Self::of_text) brings it back, for programs that word it in another
/// language.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyProblem {
    /// `[gate]` has no limit with this name.
    UnknownLimit(String),
    /// A share is a number from 0 to 1.
    InvalidShare,
    /// A text is no span of time.
    InvalidSpan,
}

const UNKNOWN_LIMIT: &str = "unknown limit ";

impl PolicyProblem {
    /// Returns the problem with this English text.
    pub fn of_text(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix(UNKNOWN_LIMIT) {
            return Some(Self::UnknownLimit(name.to_owned()));
        }
        [Self::InvalidShare, Self::InvalidSpan].into_iter().find(|problem| problem.to_string() == text)
    }
}

impl fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownLimit(name) => write!(f, "{UNKNOWN_LIMIT}{name}"),
            Self::InvalidShare => f.write_str("a share is a number from 0 to 1"),
            Self::InvalidSpan => InvalidSpan.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_found_by_its_text() {
        for problem in [
            PolicyProblem::UnknownLimit("members".to_owned()),
            PolicyProblem::InvalidShare,
            PolicyProblem::InvalidSpan,
        ] {
            assert_eq!(PolicyProblem::of_text(&problem.to_string()), Some(problem));
        }
        assert_eq!(PolicyProblem::of_text("invalid type"), None);
    }
}
