//! Members in scope whom the roster lacks or names as having left.

use std::collections::{BTreeSet, HashSet};

use serde_json::json;
use wecom_contacts::{DepartmentId, Seen, members::MemberStatus};

use super::{
    Inputs,
    draft::{Draft, Phase},
    matching::object,
    scope::Standing,
};
use crate::{
    plan::{Category, Finding, FindingKind, Leaver, LeaverOutcome, StepAction},
    policy::LeaverRule,
    record::{MemberRecord, State, TagRecord},
    roster::Place,
    store::MemberKey,
};

/// Who is never disabled, removed or moved out of scope.
#[derive(Debug, Default)]
pub(super) struct Protected {
    members: HashSet<MemberKey>,
    departments: BTreeSet<DepartmentId>,
    /// The entries that name a userid, with whether a member has it.
    userids: Vec<(String, bool)>,
    /// Entries that match nothing, as far as it is known.
    unknown: Vec<String>,
}

impl Protected {
    /// Resolves the entries of a policy: userids, and tags as `tag:外包`.
    pub(super) fn resolve(
        entries: &[String],
        tags: &[TagRecord],
        below: impl Fn(DepartmentId) -> BTreeSet<DepartmentId>,
    ) -> Self {
        let mut protected = Self::default();
        for entry in entries {
            let Some(name) = entry.strip_prefix("tag:") else {
                protected.members.insert(entry.as_str().into());
                protected.userids.push((entry.clone(), false));
                continue;
            };
            let mut tags = tags.iter().filter(|tag| tag.state != State::Removed);
            match tags.find(|tag| tag.name.known().is_some_and(|known| known == name)) {
                Some(tag) => {
                    protected.members.extend(tag.members.known().into_iter().flatten().map(MemberKey::from));
                    let departments = tag.departments.known().into_iter().flatten();
                    protected.departments.extend(departments.flat_map(|department| below(*department)));
                }
                None => protected.unknown.push(entry.clone()),
            }
        }
        protected
    }

    /// Notes that a member exists.
    pub(super) fn saw(&mut self, record: &MemberRecord) {
        if !self.userids.is_empty() && self.members.contains(&MemberKey::from(&record.member.userid)) {
            for (userid, exists) in &mut self.userids {
                *exists |= record.member.userid == *userid.as_str();
            }
        }
    }

    /// The entries that match nothing.
    pub(super) fn unknown(&self) -> Vec<String> {
        let userids = self.userids.iter().filter(|(_, exists)| !exists).map(|(userid, _)| userid.clone());
        self.unknown.iter().cloned().chain(userids).collect()
    }

    pub(super) fn contains(&self, record: &MemberRecord) -> bool {
        self.members.contains(&MemberKey::from(&record.member.userid))
            || record.seats.iter().any(|seat| self.departments.contains(&seat.department))
    }
}

/// What a leaver becomes.
pub(super) fn leaver(
    inputs: &Inputs<'_>,
    record: &MemberRecord,
    stated: Option<Vec<Place>>,
    is_named: bool,
    is_held: bool,
    findings: &mut Vec<Finding>,
) -> Option<(Leaver, Option<Draft>)> {
    let standing = inputs.scope.standing(record);
    // A member whose seats are all elsewhere is not managed, and one who left by themselves counts as present.
    if standing == Standing::Outside && stated.is_none()
        || record.member.status == Seen::Known(MemberStatus::Left)
    {
        return None;
    }
    let is_disabled = record.member.status == Seen::Known(MemberStatus::Disabled)
        || record.member.enable == Seen::Known(false);
    let is_unread = record.shown.iter().all(|shown| shown.is_empty());
    let outcome = if is_disabled {
        LeaverOutcome::AlreadyDisabled
    } else if inputs.policy.leavers == LeaverRule::Keep {
        LeaverOutcome::Kept
    } else if inputs.is_protected(record) {
        LeaverOutcome::Protected
    } else if standing != Standing::Inside || record.seats.is_empty() {
        LeaverOutcome::SeatOutsideScope
    } else if is_unread {
        LeaverOutcome::OutOfSight
    } else if !inputs.existence || record.state != State::Present {
        LeaverOutcome::NoExistence
    } else if is_named {
        LeaverOutcome::NamedByFinding
    } else if is_held && stated.is_none() {
        LeaverOutcome::RowsUnmatched
    } else {
        LeaverOutcome::Disabled
    };
    let object = object(record);
    let places = stated.clone().unwrap_or_default();
    let is_stated = stated.is_some();
    if is_stated && !matches!(outcome, LeaverOutcome::Disabled | LeaverOutcome::AlreadyDisabled) {
        let finding = Finding::new(FindingKind::LeftStillActive).at(places.clone()).object(object.clone());
        findings.push(finding.text(outcome.message()));
    }
    let draft = (outcome == LeaverOutcome::Disabled).then(|| {
        let mut draft = Draft::new(Phase::Disabling, object.clone(), StepAction::Update, Category::Disable)
            .places(places.iter().copied());
        draft.person = record.person;
        draft.step.status = record.member.status.known().copied().map(i64::from);
        draft.change("enable", Some(json!(1)), 0);
        draft
    });
    Some((Leaver { object, is_stated, outcome, places }, draft))
}
