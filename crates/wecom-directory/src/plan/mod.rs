//! The plan (变更计划): the changes that bring a corp to a roster, bound to the state that they were computed from.
//!
//! A plan is a versioned JSON document. [`Plan::fingerprint`] binds it: a document that was edited by hand is refused. Nothing is
//! sent while a plan is made.

pub(crate) mod build;
mod counts;
mod finding;
mod obstacle;
mod step;
mod value_rule;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wecom_contacts::{CorpId, DepartmentId};

pub(crate) use self::build::compared;
pub use self::{
    build::{Kind, LookUps, Planning, UnknownKind},
    counts::{DepartmentCounts, PlanCounts, TagCounts},
    finding::{Finding, FindingKind, FindingReason},
    obstacle::Obstacle,
    step::{Category, FieldChange, Object, SideEffect, Step, StepAction, StepId},
    value_rule::ValueRule,
};
use crate::{
    Coverage,
    gate::{Measured, Reason, Verdict},
    policy::{Measure, Policy},
    roster::{Place, RosterFile},
};

/// The value of [`Plan::format`].
pub const FORMAT: &str = "txl-plan";
/// The version that this program writes and reads.
pub const VERSION: u32 = 1;

/// The changes that bring a corp to a roster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// The program that made it, with its version.
    pub made_by: String,
    /// Who made it: the name of the operating system's user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// When it was made.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub made_at: Timestamp,
    /// When it can no longer be applied.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub expires_at: Timestamp,
    /// The corp.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub corp: CorpId,
    /// What it was made from.
    pub origin: Origin,
    /// The state of the mirror that it was computed from.
    pub basis: Basis,
    /// The policy that it was made by. The gate judges by it again when the plan is applied.
    pub policy: Policy,
    /// The departments of the scope; empty for the whole corp.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<i64>"))]
    pub scope: Vec<DepartmentId>,
    /// How many objects change.
    pub counts: PlanCounts,
    /// The steps. Each needs only steps before it.
    pub steps: Vec<Step>,
    /// What people should look at.
    pub findings: Vec<Finding>,
    /// Values that WeCom would ignore. No step changes them.
    pub not_writable: Vec<NotWritable>,
    /// How many values of each field could not be compared, because they are hidden.
    pub unchecked: BTreeMap<String, u64>,
    /// Members in scope whom the roster lacks or names as having left, and what the plan does with them.
    pub leavers: Vec<Leaver>,
    /// The departments that the steps touch, with all above them, for drawing the plan.
    pub departments: Vec<PlanDepartment>,
    /// What the gate counted.
    pub measured: BTreeMap<Measure, Measured>,
    /// What the gate decided.
    pub gate: Verdict,
    /// The SHA-256 of all of the above, in hexadecimal.
    pub fingerprint: String,
}

/// What a plan was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Origin {
    /// A roster.
    Roster {
        /// Its files.
        files: Vec<RosterFile>,
        /// The number of its rows.
        rows: u64,
        /// The number of people in it.
        people: u64,
        /// The lines whose faults were accepted with `--ignore-rows`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ignored_rows: Vec<Place>,
    },
    /// The members that runs disabled longer ago than this: `txl plan --remove-disabled-since`.
    RemoveDisabled {
        /// The age, such as `30 days`.
        since: String,
    },
    /// The inverse of a run.
    Undo {
        /// The run.
        run: i64,
    },
}

/// The state of the mirror that a plan was computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Basis {
    /// The pull.
    pub pull: i64,
    /// When its closing readings ended.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub pulled_at: Timestamp,
    /// Whether it proved which members and departments exist.
    pub existence: bool,
    /// What it has proven.
    pub coverage: Coverage,
}

/// A value that WeCom would ignore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotWritable {
    /// The member.
    pub object: Object,
    /// The field, by its name in WeCom's JSON or the attribute's name.
    pub field: String,
    /// Why.
    pub reason: NotWritableReason,
    /// The rows.
    pub places: Vec<Place>,
}

/// Why WeCom would ignore a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NotWritableReason {
    /// WeCom ignores another mobile of an activated member.
    Activated,
    /// WeCom may ignore another mobile of a disabled member: it does so if the member was activated before.
    Disabled,
    /// No attribute of the console has this name.
    UnknownAttribute,
    /// WeCom does not take an empty value.
    CannotBeEmpty,
}

/// A member in scope whom the roster lacks or names as having left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Leaver {
    /// The member.
    pub object: Object,
    /// Whether the roster names the member as having left. Otherwise it lacks the member.
    pub is_stated: bool,
    /// What the plan does.
    pub outcome: LeaverOutcome,
    /// The rows that state the leaving.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}

/// What a plan does with a leaver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LeaverOutcome {
    /// The policy keeps leavers.
    Kept,
    /// The plan disables the member.
    Disabled,
    /// The member is disabled already.
    AlreadyDisabled,
    /// The member is protected.
    Protected,
    /// The member has a seat outside the scope, or seats that are hidden.
    SeatOutsideScope,
    /// A finding names the member, so the person may be in the roster.
    NamedByFinding,
    /// Rows without a usable key may be this person's.
    RowsUnmatched,
    /// No pull has proven which members exist.
    NoExistence,
    /// The member is outside the app's visible range.
    OutOfSight,
}

impl LeaverOutcome {
    /// Returns what it says, in English.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Kept => "the policy keeps leavers",
            Self::Disabled => "is disabled",
            Self::AlreadyDisabled => "is disabled already",
            Self::Protected => "the policy protects the member",
            Self::SeatOutsideScope => "has a seat outside the scope",
            Self::NamedByFinding => "a finding names the member",
            Self::RowsUnmatched => "rows without a match may be this person's",
            Self::NoExistence => "no pull has proven which members exist",
            Self::OutOfSight => "the member is outside the app's visible range",
        }
    }
}

/// A department in the drawing of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanDepartment {
    /// The id; of a new department the one that it will get.
    #[cfg_attr(feature = "schema", schemars(with = "i64"))]
    pub id: DepartmentId,
    /// The name before the plan; for a new department the name that it will get. `None` if it is hidden.
    pub name: Option<String>,
    /// The parent before the plan; `None` for a root, or if it is hidden.
    #[cfg_attr(feature = "schema", schemars(with = "Option<i64>"))]
    pub parent: Option<DepartmentId>,
}

/// Why a document is no plan that this program can apply.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPlan {
    /// The document is no JSON, or lacks a part.
    #[error("the file is not a plan")]
    NotAPlan(#[source] serde_json::Error),
    /// The plan was made by a program with another format.
    #[error("the plan has version {found}, and this program reads version {VERSION}")]
    OtherVersion {
        /// The version of the plan.
        found: u64,
    },
    /// The content does not have its fingerprint.
    #[error("the plan was changed after it was made")]
    Changed,
}

impl Plan {
    /// Returns the step with this number.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        // Plans number their steps from 1 without gaps. One that was written by hand may do otherwise.
        let guess = self.steps.get((id as usize).wrapping_sub(1)).filter(|step| step.id == id);
        guess.or_else(|| match self.steps.binary_search_by_key(&id, |step| step.id) {
            Ok(place) => self.steps.get(place),
            Err(_) => self.steps.iter().find(|step| step.id == id),
        })
    }

    /// Reads a plan, and checks its version and its fingerprint.
    ///
    /// # Errors
    ///
    /// [`InvalidPlan`].
    pub fn from_json(text: &[u8]) -> Result<Self, InvalidPlan> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u64,
        }
        let head: Head = serde_json::from_slice(text).map_err(InvalidPlan::NotAPlan)?;
        if head.format != FORMAT || head.version != u64::from(VERSION) {
            return Err(InvalidPlan::OtherVersion { found: head.version });
        }
        let plan: Self = serde_json::from_slice(text).map_err(InvalidPlan::NotAPlan)?;
        if plan.fingerprint != plan.computed_fingerprint() {
            return Err(InvalidPlan::Changed);
        }
        Ok(plan)
    }

    /// Returns whether a document says that it is a plan. A roster in JSON does not.
    pub fn is_plan(text: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Format {
            format: String,
        }
        serde_json::from_slice::<Format>(text).is_ok_and(|head| head.format == FORMAT)
    }

    /// Sets the fingerprint to that of the content.
    pub(crate) fn seal(&mut self) {
        self.fingerprint = self.computed_fingerprint();
    }

    /// Returns the plan with the fingerprint of its content, for programs that make plans themselves.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.seal();
        self
    }

    fn computed_fingerprint(&self) -> String {
        struct Hashed(Sha256);

        impl std::io::Write for Hashed {
            fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
                self.0.update(bytes);
                Ok(bytes.len())
            }

            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }

        let unsealed = Unsealed { plan: self };
        let mut hash = Hashed(Sha256::new());
        // Writing into a hash does not fail, and every part of a plan has a form in JSON.
        if serde_json::to_writer(&mut hash, &unsealed).is_err() {
            return String::new();
        }
        hash.0.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// A plan as it is hashed: without its fingerprint, and without the reasons of the gate that an allowance lifts.
struct Unsealed<'a> {
    plan: &'a Plan,
}

impl Serialize for Unsealed<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Plan {
            format,
            version,
            made_by,
            operator,
            made_at,
            expires_at,
            corp,
            origin,
            basis,
            policy,
            scope,
            counts,
            steps,
            findings,
            not_writable,
            unchecked,
            leavers,
            departments,
            measured,
            gate,
            fingerprint: _,
        } = self.plan;
        let is_lasting = |reason: &&Reason| !matches!(reason, Reason::OverLimit { .. });
        let reasons: Vec<_> = gate.reasons.iter().filter(is_lasting).collect();
        (
            (format, version, made_by, operator, made_at, expires_at, corp, origin, basis, policy),
            (scope, counts, steps, findings, not_writable, unchecked, leavers, departments, measured),
            reasons,
        )
            .serialize(serializer)
    }
}
