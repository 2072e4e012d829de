//! The scope (管理范围): the departments that a roster manages.

use std::collections::BTreeSet;

use wecom_contacts::DepartmentId;

use super::tree::{Resolution, Tree};
use crate::{
    plan::{Finding, FindingKind},
    record::MemberRecord,
};

/// The departments that a roster manages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The whole corp: the policy names no scope.
    Whole,
    /// Subtrees.
    Part {
        /// The departments that the policy names.
        tops: Vec<DepartmentId>,
        /// They and everything below them.
        all: BTreeSet<DepartmentId>,
    },
}

/// How a member stands to the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Every seat is in the scope.
    Inside,
    /// Some seats are.
    Partly,
    /// No seat is, or no seat is known.
    Outside,
}

impl Scope {
    /// Resolves the scope of a policy. An entry that names no department is a finding, and manages nothing.
    pub(super) fn resolve(entries: &[String], tree: &Tree, findings: &mut Vec<Finding>) -> Self {
        if entries.is_empty() {
            return Self::Whole;
        }
        let mut tops = Vec::new();
        for entry in entries {
            match tree.resolve(entry) {
                Resolution::Known(id) => tops.push(id),
                other => findings.push(department_finding(&other, entry).field("scope")),
            }
        }
        tops.sort_unstable();
        tops.dedup();
        let all = tops.iter().flat_map(|top| tree.below(*top)).collect();
        Self::Part { tops, all }
    }

    pub(super) fn contains(&self, id: DepartmentId) -> bool {
        match self {
            Self::Whole => true,
            Self::Part { all, .. } => all.contains(&id),
        }
    }

    /// Adds the departments that the plan creates below the scope.
    pub(super) fn add_new(&mut self, tree: &Tree) {
        if let Self::Part { all, .. } = self {
            for new in &tree.new {
                if all.contains(&new.parent) {
                    all.insert(new.id);
                }
            }
        }
    }

    /// The departments of the policy; empty for the whole corp.
    pub(super) fn tops(&self) -> Vec<DepartmentId> {
        match self {
            Self::Whole => Vec::new(),
            Self::Part { tops, .. } => tops.clone(),
        }
    }

    pub(super) fn standing(&self, record: &MemberRecord) -> Standing {
        let inside = record.seats.iter().filter(|seat| self.contains(seat.department)).count();
        match (self, inside) {
            // A member without a department is somewhere in the corp.
            (Self::Whole, _) => Standing::Inside,
            (Self::Part { .. }, 0) => Standing::Outside,
            (Self::Part { .. }, count) if count == record.seats.len() => Standing::Inside,
            (Self::Part { .. }, _) => Standing::Partly,
        }
    }
}

/// The finding for a text that names no department which can be used.
pub(super) fn department_finding(resolution: &Resolution, text: &str) -> Finding {
    match resolution {
        Resolution::Ambiguous => Finding::new(FindingKind::AmbiguousDepartment).text(text),
        Resolution::Similar(known) => Finding::new(FindingKind::SimilarDepartment).text(text).text(known),
        Resolution::Known(_) | Resolution::Missing(..) | Resolution::Unknown => {
            Finding::new(FindingKind::UnknownDepartment).text(text)
        }
    }
}
