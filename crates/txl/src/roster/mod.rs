//! Rosters (花名册): the files of HR and the policy beside them, read as the wanted state of a corp.

mod columns;
pub(crate) mod policy;
mod source;
mod unreadable;

pub(crate) use self::source::{KnownCorp, ReadingArgs};
