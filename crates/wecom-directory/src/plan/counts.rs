//! How many objects a plan changes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Category, Step, StepAction};
use crate::journal::ObjectKind;

/// How many objects change. Each member is counted once: create, remove, disable, enable, move, update, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanCounts {
    /// Members who are created.
    pub create: u64,
    /// Members with changes that are no other count's.
    pub update: u64,
    /// Members whose seats change, whatever else changes.
    #[serde(rename = "move")]
    pub moved: u64,
    /// Members who are disabled.
    pub disable: u64,
    /// Members who are enabled.
    pub enable: u64,
    /// Members who are removed.
    pub remove: u64,
    /// Values that WeCom would ignore.
    pub not_writable: u64,
    /// Members who are invited.
    pub invites: u64,
    /// Values that could not be compared, because they are hidden.
    pub unchecked: u64,
    /// Departments.
    pub departments: DepartmentCounts,
    /// Tags.
    pub tags: TagCounts,
}

impl PlanCounts {
    /// Counts the steps.
    pub(crate) fn of(steps: &[Step]) -> Self {
        let mut members: BTreeMap<&str, Category> = BTreeMap::new();
        let mut counts = Self::default();
        for step in steps {
            match (step.object.kind, step.action) {
                (ObjectKind::Member, _) => {
                    let category = members.entry(&step.object.id).or_insert(step.category);
                    *category = step.category.min(*category);
                    counts.invites +=
                        u64::from(step.fields.get("to_invite").is_some_and(|invite| invite.after == true));
                }
                (ObjectKind::Department, StepAction::Create) => counts.departments.create += 1,
                (ObjectKind::Department, StepAction::Remove) => counts.departments.remove += 1,
                (ObjectKind::Department, _) if step.category == Category::Move => {
                    counts.departments.moved += 1
                }
                (ObjectKind::Department, _) => counts.departments.update += 1,
                (ObjectKind::Tag, StepAction::Create) => counts.tags.create += 1,
                (ObjectKind::Tag, StepAction::Remove) => counts.tags.remove += 1,
                (ObjectKind::Tag, StepAction::AddMembers) => {
                    counts.tags.add_members += step.tagged_members();
                    counts.tags.add_departments += step.tagged_departments().len() as u64;
                }
                (ObjectKind::Tag, StepAction::RemoveMembers) => {
                    counts.tags.remove_members += step.tagged_members();
                    counts.tags.remove_departments += step.tagged_departments().len() as u64;
                }
                (ObjectKind::Tag, StepAction::Update) => {}
            }
        }
        for category in members.into_values() {
            *match category {
                Category::Create => &mut counts.create,
                Category::Remove => &mut counts.remove,
                Category::Disable => &mut counts.disable,
                Category::Enable => &mut counts.enable,
                Category::Move => &mut counts.moved,
                Category::Update => &mut counts.update,
            } += 1;
        }
        counts
    }

    /// Whether the plan changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self { not_writable: self.not_writable, unchecked: self.unchecked, ..Self::default() }
    }
}

/// How many departments change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DepartmentCounts {
    /// Created.
    pub create: u64,
    /// Renamed or reordered.
    pub update: u64,
    /// Moved to another parent, whatever else changes.
    #[serde(rename = "move")]
    pub moved: u64,
    /// Removed.
    pub remove: u64,
}

/// How many members and departments tags gain and lose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TagCounts {
    /// Tags that are created.
    pub create: u64,
    /// Tags that are removed.
    pub remove: u64,
    /// Members who are added.
    pub add_members: u64,
    /// Members who are removed from tags.
    pub remove_members: u64,
    /// Departments that are added. Left out of JSON if there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub add_departments: u64,
    /// Departments that are removed from tags. Left out of JSON if there are none.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub remove_departments: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}
