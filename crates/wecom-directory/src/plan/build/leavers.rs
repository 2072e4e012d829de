//! Members in scope whom the roster lacks or names as having left.

use serde_json::json;
use wecom_contacts::{Seen, members::MemberStatus};

use super::{
    Inputs,
    draft::{Draft, Phase},
    matching::object,
    scope::Standing,
};
use crate::{
    plan::{Category, Finding, FindingKind, Leaver, LeaverOutcome, StepAction},
    policy::LeaverRule,
    record::{MemberRecord, State},
    roster::Place,
};

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
        findings.push(finding.because(outcome));
    }
    let draft = (outcome == LeaverOutcome::Disabled).then(|| {
        let mut draft = Draft::new(Phase::Disabling, object.clone(), StepAction::Update, Category::Disable)
            .places(places.iter().copied());
        draft.person = record.person;
        draft.step.note_home(record);
        draft.step.status = record.member.status.known().copied().map(i64::from);
        draft.change("enable", Some(json!(1)), 0);
        draft
    });
    Some((Leaver { object, is_stated, outcome, places }, draft))
}
