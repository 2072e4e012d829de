//! What a pull has proven, for each kind of object.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a pull has proven of a corp.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Members (成员).
    pub members: Level,
    /// Departments (部门).
    pub departments: Level,
    /// Tags (标签).
    pub tags: Level,
}

/// How much of one kind of object a pull has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing.
    #[default]
    None,
    /// The ids of all objects, and no details.
    Ids,
    /// The details of the objects inside the visible range (可见范围) of the app. Others may exist.
    Range,
    /// The ids of all objects, and the details of each of them.
    Complete,
}

impl Level {
    /// The word for it in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Ids => "ids",
            Self::Range => "range",
            Self::Complete => "complete",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
