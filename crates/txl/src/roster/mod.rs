//! Rosters (花名册): the files of HR and the policy beside them, read as the wanted state of a corp.

mod columns;
mod command;
mod export;
mod known;
mod link;
pub(crate) mod policy;
pub(crate) mod sheet;
mod source;
mod unreadable;

pub(crate) use self::{
    command::Command,
    known::KnownCorp,
    source::{ReadingArgs, RosterFiles},
};
#[cfg(feature = "sim")]
pub(crate) use self::{
    source::{print_columns, print_reading},
    unreadable::unreadable,
};
