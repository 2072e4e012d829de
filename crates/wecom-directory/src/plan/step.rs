//! One step of a plan: one write.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wecom_contacts::{DepartmentId, Seen};

use crate::{apply::TagList, journal::ObjectKind, record::MemberRecord, roster::Place};

/// The number of a step in its plan, from 1.
pub type StepId = u32;

/// One write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// What is written.
    pub object: Object,
    /// How.
    pub action: StepAction,
    /// What it counts as.
    pub category: Category,
    /// The fields by their names in WeCom's JSON. For a tag: `userlist` and `partylist`, with the members
    /// and departments that are added or removed.
    pub fields: BTreeMap<String, FieldChange>,
    /// Steps that must be done before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<StepId>,
    /// The rows of the roster that want it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
    /// The member's status before, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i64>,
    /// What the server changes besides, so that undo can restore it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub side_effects: Vec<SideEffect>,
    /// What the object was: the fields that undo of a removal needs, by their names in WeCom's JSON. For a member who stays, the main
    /// department, so that the plan can be drawn on the tree.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub former: Map<String, Value>,
}

impl Step {
    /// A step without a number, with these fields and nothing else.
    pub(crate) fn new(
        object: Object,
        action: StepAction,
        category: Category,
        fields: BTreeMap<String, FieldChange>,
    ) -> Self {
        Self {
            id: 0,
            object,
            action,
            category,
            fields,
            needs: Vec::new(),
            places: Vec::new(),
            status: None,
            side_effects: Vec::new(),
            former: Map::new(),
        }
    }

    /// Notes the main department of the member, so that the plan can be drawn on the tree.
    pub(crate) fn note_home(&mut self, record: &MemberRecord) {
        let main = record.seats.iter().find(|seat| seat.is_main == Seen::Known(true));
        if let Some(seat) = main.or(record.seats.first()) {
            self.former.insert("main_department".to_owned(), seat.department.0.into());
        }
    }

    /// Returns how many members the step adds to a tag or removes from it.
    pub(crate) fn tagged_members(&self) -> u64 {
        TagList::of(self).members.len() as u64
    }

    /// Returns the departments that the step adds to a tag or removes from it.
    pub(crate) fn tagged_departments(&self) -> Vec<DepartmentId> {
        TagList::of(self).departments
    }

    /// Returns the fields as the body of a call has them.
    pub fn body(&self) -> Map<String, Value> {
        self.fields.iter().map(|(name, change)| (name.clone(), change.after.clone())).collect()
    }
}

/// An object of a step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// The userid, or the number of the department or tag.
    pub id: String,
    /// Its name, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Object {
    /// Returns what people call it: the name with the id.
    pub(crate) fn called(&self) -> String {
        match &self.name {
            Some(name) if *name != self.id => format!("{name} ({})", self.id),
            _ => self.id.clone(),
        }
    }
}

/// How an object is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepAction {
    /// It is created.
    Create,
    /// Fields of it change.
    Update,
    /// It is removed.
    Remove,
    /// Members and departments are added to the tag.
    AddMembers,
    /// Members and departments are removed from the tag.
    RemoveMembers,
}

impl StepAction {
    /// The word for it in JSON and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Remove => "remove",
            Self::AddMembers => "add_members",
            Self::RemoveMembers => "remove_members",
        }
    }
}

/// What a step counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// An object is created.
    Create,
    /// An object is removed.
    Remove,
    /// A member is disabled.
    Disable,
    /// A member is enabled.
    Enable,
    /// Seats of a member change, or the parent of a department.
    Move,
    /// Other fields change, or the members of a tag.
    Update,
}

/// A field of a step.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldChange {
    /// The value before; absent if it is hidden, or if the object is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The value that is written.
    pub after: Value,
}

/// Shows the kinds of the values, which may be personal.
impl std::fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.before.is_some() { "FieldChange(*** → ***)" } else { "FieldChange(→ ***)" })
    }
}

/// What the server changes when a member or a department is removed, besides the object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SideEffect {
    /// The member or the department leaves a tag.
    Tag {
        /// The tag.
        id: u32,
    },
    /// Another member loses the direct leader.
    DirectLeader {
        /// The other member.
        of: String,
    },
}
