//! Steps and fields that need what the plan does not do.

use std::collections::{BTreeSet, HashSet};

use wecom_contacts::{DepartmentId, UserId};

use super::{
    draft::{Draft, Need},
    matching::Matching,
    tree::Tree,
    unique,
};
use crate::{
    journal::ObjectKind,
    plan::{Finding, FindingKind, StepAction},
};

/// Leaves out what needs a value that is not given up, a department that is not created, or a newcomer who is not created. What is
/// left out may be needed by others, so that this is repeated until nothing changes.
pub(super) fn settle(
    drafts: &mut Vec<Draft>,
    found: &Matching,
    tree: &Tree,
    newcomers: &HashSet<String>,
    findings: &mut Vec<Finding>,
) {
    while unique::without_held(drafts, found, findings)
        || without_departments(drafts, tree)
        || without_newcomers(drafts, newcomers, findings)
    {}
}

/// The userids of the members that the steps create, in lower case.
pub(super) fn created_members(drafts: &[Draft]) -> HashSet<String> {
    let created = drafts.iter().filter(|draft| {
        draft.step.object.kind == ObjectKind::Member && draft.step.action == StepAction::Create
    });
    created.map(|draft| draft.step.object.id.to_ascii_lowercase()).collect()
}

/// Leaves out the steps whose department is not created.
fn without_departments(drafts: &mut Vec<Draft>, tree: &Tree) -> bool {
    let created: HashSet<_> = drafts.iter().filter_map(created_department).collect();
    let missing: HashSet<_> =
        tree.new.iter().map(|new| new.id).filter(|id| !created.contains(id)).map(Need::Department).collect();
    let needs_missing = |draft: &Draft| draft.needs.iter().any(|need| missing.contains(need));
    drop_where(drafts, needs_missing)
}

/// Leaves out leaders who are not created, and the steps that have nothing else.
fn without_newcomers(
    drafts: &mut Vec<Draft>,
    newcomers: &HashSet<String>,
    findings: &mut Vec<Finding>,
) -> bool {
    let created = created_members(drafts);
    let missing: HashSet<_> = newcomers.difference(&created).cloned().map(Need::Member).collect();
    let mut dropped = Vec::new();
    let mut is_changed = false;
    for (index, draft) in drafts.iter_mut().enumerate() {
        if !draft.needs.iter().any(|need| missing.contains(need)) {
            continue;
        }
        is_changed = true;
        draft.needs.retain(|need| !missing.contains(need));
        let leader = draft.step.fields.remove("direct_leader");
        // The second step of a newcomer who is not created needs no finding of its own.
        if missing.contains(&Need::Member(draft.step.object.id.to_ascii_lowercase())) {
            dropped.push(index);
            continue;
        }
        let leader = leader.and_then(|change| change.after[0].as_str().map(UserId::from));
        findings.push(
            Finding::new(FindingKind::UnknownLeader)
                .at(draft.step.places.iter().copied())
                .object(draft.step.object.clone())
                .text(leader.as_ref().map_or("", UserId::as_str)),
        );
        if draft.step.fields.is_empty() {
            dropped.push(index);
        }
    }
    unique::remove(drafts, &dropped);
    is_changed
}

/// Leaves out the creations of departments that no step needs and `listed` does not have.
pub(super) fn without_unneeded(drafts: &mut Vec<Draft>, tree: &Tree, listed: &BTreeSet<DepartmentId>) {
    let of_steps = drafts.iter().filter(|draft| created_department(draft).is_none());
    let needs = of_steps.flat_map(|draft| &draft.needs).filter_map(|need| match need {
        Need::Department(id) => Some(*id),
        _ => None,
    });
    let needed: HashSet<_> = needs.chain(listed.iter().copied()).flat_map(|id| tree.ancestors(id)).collect();
    drop_where(drafts, |draft| created_department(draft).is_some_and(|id| !needed.contains(&id)));
}

fn created_department(draft: &Draft) -> Option<DepartmentId> {
    let is_created =
        draft.step.object.kind == ObjectKind::Department && draft.step.action == StepAction::Create;
    draft.step.object.id.parse().ok().filter(|_| is_created).map(DepartmentId)
}

/// Removes the drafts that `is_dropped` names. Returns whether there were any.
pub(super) fn drop_where(drafts: &mut Vec<Draft>, is_dropped: impl Fn(&Draft) -> bool) -> bool {
    let dropped: Vec<_> =
        drafts.iter().enumerate().filter(|(_, draft)| is_dropped(draft)).map(|(index, _)| index).collect();
    unique::remove(drafts, &dropped);
    !dropped.is_empty()
}
