//! The kinds of exports.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ExportKind {
    Members,
    MembersSimple,
    Departments,
    Tag,
}

impl ExportKind {
    /// Returns the verb for this kind.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Members => "members",
            Self::MembersSimple => "members-simple",
            Self::Departments => "departments",
            Self::Tag => "tag",
        }
    }
}

impl fmt::Display for ExportKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
