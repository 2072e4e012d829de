//! The state of an export job.

use std::sync::Arc;

use wecom_cipher::EncodingAesKey;

use super::files::Files;
use crate::{clock::Millis, world::credentials::Caller};

/// The kind of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExportKind {
    SimpleUser,
    User,
    Department,
    TagUser(u32),
}

impl ExportKind {
    /// Returns the `JobType` of the event.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::SimpleUser => "export_simple_user",
            Self::User => "export_user",
            Self::Department => "export_department",
            Self::TagUser(_) => "export_tag",
        }
    }
}

/// The arguments of an export.
#[derive(Debug)]
pub(crate) struct ExportRequest {
    pub(crate) kind: ExportKind,
    pub(crate) key: EncodingAesKey,
    pub(crate) block_size: u64,
}

/// One export job.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub(super) request: Arc<ExportRequest>,
    pub(super) submitter: Caller,
    /// The errcode of an injected failure.
    pub(super) fails: Option<i32>,
    pub(super) state: State,
}

/// The progress of an export.
#[derive(Clone, Debug)]
pub(super) enum State {
    Waiting,
    Running,
    /// Due, with incomplete files.
    Writing,
    Done(Files),
    Failed,
}

/// An export whose files must be written, outside the lock.
#[derive(Clone, Debug)]
pub(crate) struct ExportTask {
    pub(crate) corp: usize,
    pub(crate) id: String,
    /// The time when it is due and done.
    pub(crate) at: Millis,
}

impl Export {
    pub(in crate::world) fn is_finished(&self) -> bool {
        matches!(self.state, State::Done(_) | State::Failed)
    }

    /// Returns the size of its files in bytes.
    pub(in crate::world) fn size(&self) -> u64 {
        match &self.state {
            State::Done(files) => files.size(),
            _ => 0,
        }
    }
}

impl State {
    pub(super) fn is_writing(&self) -> bool {
        matches!(self, Self::Writing)
    }
}
