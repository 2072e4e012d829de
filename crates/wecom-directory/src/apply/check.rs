//! Whether a plan may be applied: that it belongs to this corp and to this state of the mirror, and that the gate lets it pass.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use jiff::Timestamp;
use wecom_contacts::CorpId;

use super::{
    PlanRefused, look,
    values::{self, Side},
};
use crate::{
    Result,
    gate::{self, Reason, Verdict},
    journal::ObjectKind,
    plan::{Category, Origin, Plan, Step, StepAction},
    policy::Measure,
    record::State,
    store::{MemberKey, Store},
};

/// Checks everything that can be checked without a call.
///
/// # Errors
///
/// [`Error::PlanRefused`](crate::Error::PlanRefused).
pub(super) async fn plan(store: &dyn Store, corp: &CorpId, plan: &Plan, now: Timestamp) -> Result<()> {
    if plan.corp != *corp {
        return Err(PlanRefused::OtherCorp { plan: plan.corp.to_string(), corp: corp.to_string() }.into());
    }
    if let Some(run) = store.runs(corp).await?.into_iter().find(|run| run.fingerprint == plan.fingerprint) {
        return Err(PlanRefused::AlreadyApplied { run: run.id, state: run.state }.into());
    }
    if now > plan.expires_at {
        return Err(PlanRefused::Expired { at: plan.expires_at }.into());
    }
    let summary = store.corps().await?.into_iter().find(|summary| summary.corp == *corp);
    let newest = summary.and_then(|summary| summary.last_pull);
    match newest {
        Some(newest) if newest.id == plan.basis.pull => Ok(()),
        Some(newest) if newest.id > plan.basis.pull => {
            Err(PlanRefused::OlderThanMirror { plan: plan.basis.pull, mirror: newest.id }.into())
        }
        _ => Err(PlanRefused::OtherMirror { pull: plan.basis.pull }.into()),
    }
}

/// Judges the plan again, with what runs have changed since it was made.
///
/// # Errors
///
/// [`PlanRefused::Gate`].
pub(super) async fn gate(
    store: &dyn Store,
    corp: &CorpId,
    plan: &Plan,
    allowed: &BTreeMap<Measure, u64>,
    now: Timestamp,
) -> Result<()> {
    let limits = &plan.policy.gate;
    let since = now.checked_sub(limits.window.duration()).unwrap_or(Timestamp::MIN);
    let earlier = store.measures_since(corp, since).await?;
    let mut measured = plan.measured.clone();
    for (measure, measured) in &mut measured {
        measured.earlier = earlier.get(measure).copied().unwrap_or(0);
    }
    let mut reasons = gate::judge(limits, &measured, allowed);
    // What the plan was stopped for and what no allowance covers.
    let lasting = plan.gate.reasons.iter().filter(|reason| !matches!(reason, Reason::OverLimit { .. }));
    reasons.extend(lasting.cloned());
    for reason in lasting_reasons(store, corp, plan).await? {
        // The plan has it already, with names as the planner writes them.
        let is_known = |known: &Reason| std::mem::discriminant(known) == std::mem::discriminant(&reason);
        if !reasons.iter().any(is_known) {
            reasons.push(reason);
        }
    }
    if reasons.is_empty() { Ok(()) } else { Err(PlanRefused::Gate(Box::new(Verdict::new(reasons))).into()) }
}

/// What a limit does not express, judged by the mirror.
pub(crate) async fn lasting_reasons(store: &dyn Store, corp: &CorpId, plan: &Plan) -> Result<Vec<Reason>> {
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
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let tags = store.tags(corp).await?;
    let (mut keys, mut unknown) = (HashSet::new(), Vec::new());
    for entry in entries {
        if let Some(name) = entry.strip_prefix("tag:") {
            let tag = tags.iter().find(|tag| {
                tag.state == State::Present && tag.name.known().is_some_and(|known| known == name)
            });
            match tag.and_then(|tag| tag.members.known()) {
                Some(members) => keys.extend(members.iter().map(MemberKey::from)),
                None => unknown.push(entry.clone()),
            }
            continue;
        }
        let key = MemberKey::from(entry.as_str());
        let found = store.members(corp, std::slice::from_ref(&key)).await?;
        if found.is_empty() {
            unknown.push(entry.clone());
        }
        keys.insert(key);
    }
    let scope = scope(store, corp, plan).await?;
    let touched: BTreeSet<String> = steps
        .iter()
        .filter(|step| step.object.kind == ObjectKind::Member)
        .filter(|step| keys.contains(&MemberKey::from(step.object.id.as_str())))
        .filter(|step| !step.fields.contains_key("department") || leaves(step, scope.as_ref()))
        .map(|step| step.object.id.clone())
        .collect();
    let mut reasons = Vec::new();
    if !touched.is_empty() {
        reasons.push(Reason::Protected { names: touched.into_iter().collect() });
    }
    if !unknown.is_empty() && steps.iter().any(|step| step.object.kind == ObjectKind::Member) {
        reasons.push(Reason::UnknownProtected { entries: unknown });
    }
    Ok(reasons)
}

/// The departments of the scope with all below them; `None` for the whole corp.
async fn scope(store: &dyn Store, corp: &CorpId, plan: &Plan) -> Result<Option<BTreeSet<u32>>> {
    if plan.scope.is_empty() {
        return Ok(None);
    }
    let mut inside: BTreeSet<u32> = plan.scope.iter().map(|id| id.0).collect();
    let mut parents: BTreeMap<u32, u32> = store
        .departments(corp)
        .await?
        .into_iter()
        .filter_map(|department| Some((department.id.0, department.parent.known()?.0)))
        .collect();
    // New departments, and those that the plan moves.
    parents.extend(plan.steps.iter().filter_map(|step| {
        let parent = step.fields.get("parentid")?.after.as_u64()?;
        Some((look::department_id(step)?.0, u32::try_from(parent).ok()?))
    }));
    loop {
        let before = inside.len();
        inside.extend(
            parents
                .iter()
                .filter(|(_, parent)| inside.contains(parent))
                .map(|(id, _)| *id)
                .collect::<Vec<_>>(),
        );
        if inside.len() == before {
            return Ok(Some(inside));
        }
    }
}

/// Whether a step takes a member out of the scope.
fn leaves(step: &Step, scope: Option<&BTreeSet<u32>>) -> bool {
    if step.action == StepAction::Remove || step.category == Category::Disable {
        return true;
    }
    let Some(scope) = scope else { return false };
    let Some(after) = values::seats(step, Side::After) else { return false };
    !after.iter().any(|seat| scope.contains(&seat.department.0))
}
