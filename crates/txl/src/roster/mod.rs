//! Rosters (花名册): the files of HR and the policy beside them, read as the wanted state of a corp.

mod columns;
mod known;
pub(crate) mod policy;
pub(crate) mod sheet;
mod source;
mod unreadable;

pub(crate) use self::{
    known::KnownCorp,
    source::{ReadingArgs, RosterFiles},
};
