//! The judgement of a whole plan: the limits with what earlier runs did, and what no limit expresses.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use wecom_contacts::{CorpId, DepartmentId};

use super::{Measured, Reason, judge, protected::Protected, window::Window};
use crate::{
    Result,
    apply::values::{self, Side},
    journal::ObjectKind,
    plan::{Category, Origin, Plan, Step, StepAction},
    policy::{GateLimits, Measure},
    store::{MemberKey, Store},
};

/// Returns why the gate stops a plan: its limits, counted together with what runs did within the window, and what no allowance lifts.
/// The limits do not stop an undo of a run within the window.
/// `allowed` has what a person allowed for this plan.
///
/// # Errors
///
/// Errors of the store.
pub async fn reasons(
    store: &dyn Store,
    corp: &CorpId,
    plan: &Plan,
    allowed: &BTreeMap<Measure, u64>,
) -> Result<Vec<Reason>> {
    reasons_at(store, corp, plan, allowed, Timestamp::now()).await
}

pub(crate) async fn reasons_at(
    store: &dyn Store,
    corp: &CorpId,
    plan: &Plan,
    allowed: &BTreeMap<Measure, u64>,
    now: Timestamp,
) -> Result<Vec<Reason>> {
    let limits = &plan.policy.gate;
    let window = Window::read(store, corp, limits, now).await?;
    let mut reasons = Vec::new();
    if !window.is_reduced_by(plan) {
        let mut measured = plan.measured.clone();
        set_earlier(&mut measured, &window.measures(store, corp).await?);
        reasons.extend(judge(limits, &measured, allowed));
    }
    // What the plan was stopped for and what no allowance covers.
    let lasting = plan.gate.reasons.iter().filter(|reason| !matches!(reason, Reason::OverLimit { .. }));
    reasons.extend(lasting.cloned());
    for reason in lasting_reasons(store, corp, plan).await? {
        // The plan has it already, with all that the planner knew.
        let is_known = |known: &Reason| std::mem::discriminant(known) == std::mem::discriminant(&reason);
        if !reasons.iter().any(is_known) {
            reasons.push(reason);
        }
    }
    Ok(reasons)
}

/// Notes what runs of the corp changed within the window of the limits.
pub(crate) async fn add_earlier(
    store: &dyn Store,
    corp: &CorpId,
    limits: &GateLimits,
    now: Timestamp,
    measured: &mut BTreeMap<Measure, Measured>,
) -> Result<()> {
    let window = Window::read(store, corp, limits, now).await?;
    set_earlier(measured, &window.measures(store, corp).await?);
    Ok(())
}

fn set_earlier(measured: &mut BTreeMap<Measure, Measured>, earlier: &BTreeMap<Measure, u64>) {
    for (measure, measured) in measured {
        measured.earlier = earlier.get(measure).copied().unwrap_or(0);
    }
}

/// What a limit does not express, judged by the mirror.
async fn lasting_reasons(store: &dyn Store, corp: &CorpId, plan: &Plan) -> Result<Vec<Reason>> {
    let mut reasons = Vec::new();
    let takes_away: Vec<&Step> = plan.steps.iter().filter(|step| takes_away(step)).collect();
    let removes = |step: &&&Step| step.action == StepAction::Remove && step.object.kind != ObjectKind::Tag;
    if takes_away
        .iter()
        .any(|step| removes(&step) && step.object.kind == ObjectKind::Department && step.object.id == "1")
    {
        reasons.push(Reason::Root);
    }
    if !plan.basis.existence && takes_away.iter().filter(removes).count() > 0 {
        reasons.push(Reason::NoExistence);
    }
    if let Origin::Roster { people: 0, .. } = plan.origin {
        reasons.push(Reason::EmptyRoster);
    }
    let roster = &plan.policy.roster;
    let acts_on_leavers = plan.steps.iter().any(|step| step.category == Category::Disable);
    if matches!(plan.origin, Origin::Roster { .. }) && acts_on_leavers {
        if roster.protected.is_empty() {
            reasons.push(Reason::NothingProtected);
        }
        if roster.scope.is_empty() {
            reasons.push(Reason::NoScope);
        }
    }
    reasons.extend(protected(store, corp, plan, &takes_away).await?);
    Ok(reasons)
}

/// Whether a step disables or removes something, or changes the seats of a member.
fn takes_away(step: &Step) -> bool {
    step.action == StepAction::Remove
        || step.category == Category::Disable
        || (step.object.kind == ObjectKind::Member && step.fields.contains_key("department"))
}

/// The protected members whom the plan disables, removes or moves out of the scope, and the entries that match nothing.
async fn protected(store: &dyn Store, corp: &CorpId, plan: &Plan, steps: &[&Step]) -> Result<Vec<Reason>> {
    let entries = &plan.policy.roster.protected;
    let members: Vec<&&Step> = steps.iter().filter(|step| step.object.kind == ObjectKind::Member).collect();
    if entries.is_empty() || members.is_empty() {
        return Ok(Vec::new());
    }
    let parents = parents(store, corp, plan).await?;
    let tags = store.tags(corp).await?;
    let protected = Protected::read(store, corp, entries, &tags, |top| below(&parents, [top])).await?;
    let scope = (!plan.scope.is_empty()).then(|| below(&parents, plan.scope.iter().copied()));
    let keys: Vec<_> = members.iter().map(|step| MemberKey::from(step.object.id.as_str())).collect();
    let records = store.members(corp, &keys).await?;
    let is_protected: HashSet<_> = records
        .iter()
        .filter(|record| protected.contains(record))
        .map(|record| MemberKey::from(&record.member.userid))
        .collect();
    let touched: BTreeSet<String> = members
        .iter()
        .zip(&keys)
        .filter(|(step, key)| is_protected.contains(key) && leaves(step, scope.as_ref()))
        .map(|(step, _)| step.object.called())
        .collect();
    let mut reasons = Vec::new();
    if !touched.is_empty() {
        reasons.push(Reason::Protected { names: touched.into_iter().collect() });
    }
    if !protected.unknown.is_empty() {
        reasons.push(Reason::UnknownProtected { entries: protected.unknown });
    }
    Ok(reasons)
}

/// The parent of each department after the plan: new departments, and those that the plan moves, included.
async fn parents(
    store: &dyn Store,
    corp: &CorpId,
    plan: &Plan,
) -> Result<BTreeMap<DepartmentId, DepartmentId>> {
    let departments = store.departments(corp).await?.into_iter();
    let mut parents: BTreeMap<_, _> =
        departments.filter_map(|department| Some((department.id, *department.parent.known()?))).collect();
    parents.extend(plan.steps.iter().filter_map(|step| {
        let parent = u32::try_from(step.fields.get("parentid")?.after.as_u64()?).ok()?;
        Some((DepartmentId(step.object.id.parse().ok()?), DepartmentId(parent)))
    }));
    Ok(parents)
}

/// Returns these departments with all below them.
fn below(
    parents: &BTreeMap<DepartmentId, DepartmentId>,
    tops: impl IntoIterator<Item = DepartmentId>,
) -> BTreeSet<DepartmentId> {
    let mut inside: BTreeSet<_> = tops.into_iter().collect();
    loop {
        let more = parents.iter().filter(|(id, parent)| inside.contains(parent) && !inside.contains(id));
        let more: Vec<_> = more.map(|(id, _)| *id).collect();
        if more.is_empty() {
            return inside;
        }
        inside.extend(more);
    }
}

/// Whether a step takes a member out of the scope.
fn leaves(step: &Step, scope: Option<&BTreeSet<DepartmentId>>) -> bool {
    if step.action == StepAction::Remove || step.category == Category::Disable {
        return true;
    }
    let Some(scope) = scope else { return false };
    let Some(after) = values::seats(step, Side::After) else { return false };
    !after.iter().any(|seat| scope.contains(&seat.department))
}
