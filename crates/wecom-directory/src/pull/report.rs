//! What a pull says of itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use wecom_contacts::{DepartmentId, UserId};

use crate::Coverage;

/// How far a pull has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// How many rows this stage has read.
    pub rows: u64,
    /// How many rows this stage will read, if that is known.
    pub total: Option<u64>,
}

/// What a pull is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Reading the ids.
    Ids,
    /// Waiting for an export job.
    Export,
    /// Reading details.
    Details,
    /// Reading tags.
    Tags,
    /// Reading the ids again, and what changed meanwhile.
    Closing,
    /// Writing.
    Commit,
}

/// What a pull has read, proven and written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PullReport {
    /// The number of the pull.
    pub pull: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When its last reading ended.
    pub ended_at: Timestamp,
    /// What it has proven.
    pub coverage: Coverage,
    /// Whether it has proven which members and departments exist.
    pub existence: bool,
    /// Whether it is complete for what its credentials allow: nothing changed any more when it ended.
    pub complete: bool,
    /// Members.
    pub members: Counts,
    /// Departments.
    pub departments: Counts,
    /// Tags.
    pub tags: Counts,
    /// Members whose departments still changed when the pull ended.
    pub moving: Vec<UserId>,
    /// Departments that still appeared, vanished or moved when the pull ended.
    #[serde(default)]
    pub moving_departments: Vec<DepartmentId>,
    /// What is hidden, and why.
    pub hidden: Hidden,
    /// Members who were removed long ago and whose values the pull has erased.
    #[serde(default)]
    pub forgotten: u64,
}

/// Counts of one kind of object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Objects that the pull saw.
    pub seen: u64,
    /// Objects whose details it read.
    pub detailed: u64,
    /// Objects that are new in the mirror.
    pub created: u64,
    /// Objects with a changed field.
    pub changed: u64,
    /// Objects whose removal is proven.
    pub removed: u64,
    /// Objects that went out of sight.
    pub out_of_sight: u64,
}

/// What a pull could not see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Hidden {
    /// Members that exist and whose details no credential shows: they are outside the app's visible range (可见范围).
    pub outside_range: u64,
    /// Whether the app does not show mobile, email, gender and the other fields that WeCom hides from newer apps.
    pub sensitive_fields: bool,
    /// Whether the app showed these fields in an earlier pull. Their last values stay in the mirror as stale ones.
    pub sensitive_fields_lost: bool,
}
