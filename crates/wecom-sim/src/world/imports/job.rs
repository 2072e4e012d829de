//! The state of an import job.

use bytes::Bytes;
use serde::Serialize;

use super::{department_file::DepartmentImport, member_file::MemberImport};
use crate::{
    clock::Millis,
    world::{callback::target::Target, fail::Fail},
};

/// An import with remaining rows. Other calls run between its slices.
#[derive(Clone, Debug)]
pub(crate) struct ImportTask {
    pub(crate) corp: usize,
    pub(crate) id: String,
    /// The time when the rows are due.
    pub(crate) at: Millis,
}

/// The kind of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImportKind {
    SyncUser,
    ReplaceUser,
    ReplaceParty,
}

impl ImportKind {
    /// Returns the `type` of the result, which is also the `JobType` of the event.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SyncUser => "sync_user",
            Self::ReplaceUser => "replace_user",
            Self::ReplaceParty => "replace_party",
        }
    }
}

/// The arguments of an import.
#[derive(Debug)]
pub(crate) struct ImportRequest {
    pub(crate) kind: ImportKind,
    pub(crate) file: Bytes,
    pub(crate) to_invite: bool,
    pub(crate) callback: Option<Target>,
}

/// One import job.
#[derive(Clone, Debug)]
pub(crate) struct Import {
    pub(super) kind: ImportKind,
    pub(super) to_invite: bool,
    pub(super) callback: Option<Target>,
    pub(super) phase: u32,
    pub(super) work: Work,
    pub(super) total: usize,
    pub(super) rows: Vec<ResultRow>,
    /// The errcode of an injected failure.
    pub(super) fails: Option<i32>,
    /// Set at the end. A failure is that of the whole file.
    pub(super) outcome: Option<Result<(), Fail>>,
}

/// The remaining work of an import.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// The file, before it is opened.
    Waiting(Bytes),
    Members(Box<MemberImport>),
    Departments(DepartmentImport),
    Done,
}

/// One row of a result.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum ResultRow {
    Member {
        userid: String,
        errcode: i32,
        errmsg: Box<str>,
    },
    Department {
        /// Bits: 1 created, 2 renamed, 4 moved, 8 reordered.
        action: u8,
        partyid: u32,
        errcode: i32,
        errmsg: Box<str>,
    },
}

impl ResultRow {
    pub(super) fn errcode(&self) -> i32 {
        match self {
            Self::Member { errcode, .. } | Self::Department { errcode, .. } => *errcode,
        }
    }
}

impl Import {
    pub(in crate::world) fn is_finished(&self) -> bool {
        self.outcome.is_some()
    }
}

impl Work {
    pub(super) fn total(&self) -> usize {
        match self {
            Self::Members(import) => import.total,
            Self::Departments(import) => import.total(),
            Self::Waiting(_) | Self::Done => 0,
        }
    }
}

/// Returns the code and text of a row.
pub(super) fn verdict(fail: Option<Fail>) -> (i32, Box<str>) {
    match fail {
        None => (0, "ok".into()),
        Some(fail) => (fail.code, fail.text().into()),
    }
}
