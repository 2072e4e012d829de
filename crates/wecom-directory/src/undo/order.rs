//! The steps of an undo while they are made: the state of the mirror, the order of the steps, and what the gate counts of them.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use wecom_contacts::{CorpId, DepartmentId, Seen, TagId};

use super::{
    effects::{Effects, ObjectKey, object_key},
    members,
};
use crate::{
    Result,
    apply::TagList,
    gate::{
        Measured,
        measure::{self, Wholes},
    },
    journal::ObjectKind,
    plan::{Finding, Plan, PlanDepartment, SideEffect, Step, StepAction, StepId, build::removal},
    policy::Measure,
    record::{DepartmentRecord, MemberRecord, State, TagRecord},
    store::{MemberKey, Store},
};

/// The place of a drafted step.
pub(super) type Node = usize;

/// The steps so far, and what the mirror has of the objects that they touch.
pub(super) struct Draft {
    members: HashMap<MemberKey, MemberRecord>,
    /// The departments that exist.
    pub(super) departments: BTreeMap<DepartmentId, DepartmentRecord>,
    /// The tags that exist.
    pub(super) tags: BTreeMap<TagId, TagRecord>,
    /// The number of members in each department.
    pub(super) head_counts: HashMap<DepartmentId, u64>,
    all_members: u64,
    steps: Vec<Step>,
    /// The steps that must be done before each.
    needs: Vec<BTreeSet<Node>>,
    nodes: BTreeMap<ObjectKey, Vec<Node>>,
    pub(super) findings: Vec<Finding>,
    /// Members and departments that tags get back when these are created again.
    pub(super) tagged: BTreeMap<TagId, TagList>,
    /// What the server changes when it removes a created member.
    pub(super) side_effects: BTreeMap<MemberKey, Vec<SideEffect>>,
}

impl Draft {
    /// Reads what the mirror has.
    pub(super) async fn read(
        store: &dyn Store,
        corp: &CorpId,
        effects: &Effects<'_>,
        removes_created: bool,
    ) -> Result<Self> {
        let mut keys: BTreeSet<MemberKey> = BTreeSet::new();
        for effect in effects.objects.values() {
            if effect.object.kind == ObjectKind::Member {
                keys.insert(effect.object.id.as_str().into());
                let new = effect.fields.get("new_userid").and_then(|(_, after)| after.as_str());
                keys.extend(new.map(MemberKey::from));
            }
            for value in
                effect.former.values().chain(effect.fields.values().filter_map(|(before, _)| before.as_ref()))
            {
                let texts = value.as_array().into_iter().flatten().filter_map(|item| item.as_str());
                keys.extend(texts.map(MemberKey::from));
            }
            for side_effect in effect.side_effects {
                if let SideEffect::DirectLeader { of } = side_effect {
                    keys.insert(of.as_str().into());
                }
            }
            keys.extend(effect.added.keys().chain(effect.removed.keys()).cloned());
        }
        let keys: Vec<_> = keys.into_iter().collect();
        let members = store.members(corp, &keys).await?;
        let departments = store.departments(corp).await?.into_iter();
        let tags = store.tags(corp).await?;
        let created: BTreeSet<MemberKey> = effects
            .of_kind(ObjectKind::Member)
            .filter(|effect| removes_created && effect.is_created && !effect.is_removed)
            .map(|effect| effect.object.id.as_str().into())
            .collect();
        let unused = members.iter().filter(|member| members::is_unused(member));
        let unused = unused.map(|member| MemberKey::from(&member.member.userid));
        let removed = unused.filter(|key| created.contains(key)).collect();
        let side_effects = removal::side_effects(store, corp, &tags, &removed).await?;
        let summary = store.corps().await?.into_iter().find(|summary| summary.corp == *corp);
        Ok(Self {
            members: members
                .into_iter()
                .map(|member| (MemberKey::from(&member.member.userid), member))
                .collect(),
            departments: departments
                .filter(|department| department.state != State::Removed)
                .map(|department| (department.id, department))
                .collect(),
            tags: tags
                .into_iter()
                .filter(|tag| tag.state != State::Removed)
                .map(|tag| (tag.id, tag))
                .collect(),
            head_counts: store.head_counts(corp).await?,
            all_members: summary.map_or(0, |summary| summary.members),
            steps: Vec::new(),
            needs: Vec::new(),
            nodes: BTreeMap::new(),
            findings: Vec::new(),
            tagged: BTreeMap::new(),
            side_effects,
        })
    }

    /// A member that exists.
    pub(super) fn member(&self, key: &MemberKey) -> Option<&MemberRecord> {
        self.members.get(key)
    }

    /// Whether the member exists, or will when the steps so far are done.
    pub(super) fn will_exist(&self, key: &MemberKey) -> bool {
        self.member(key).is_some() || self.creation(ObjectKind::Member, key.as_str()).is_some()
    }

    /// The step that creates this object.
    pub(super) fn creation(&self, kind: ObjectKind, id: &str) -> Option<Node> {
        let nodes = self.nodes.get(&(kind, id.to_ascii_lowercase()))?;
        nodes.iter().copied().find(|node| self.steps[*node].action == StepAction::Create)
    }

    /// The steps so far.
    pub(super) fn steps(&self) -> impl Iterator<Item = (Node, &Step)> {
        self.steps.iter().enumerate()
    }

    /// Adds a step that needs these.
    pub(super) fn add(&mut self, step: Step, needs: impl IntoIterator<Item = Node>) -> Node {
        let node = self.steps.len();
        self.nodes.entry(object_key(&step.object)).or_default().push(node);
        self.steps.push(step);
        self.needs.push(needs.into_iter().collect());
        node
    }

    /// What the gate measures the steps against.
    pub(super) fn sizes(&self) -> Sizes {
        let parents =
            self.departments.iter().filter_map(|(id, department)| Some((*id, *department.parent.known()?)));
        let known = |lists: Vec<Option<usize>>| lists.into_iter().flatten().sum::<usize>() as u64;
        let leaders = self.departments.values().map(|department| department.leaders.known().map(Vec::len));
        let tagged = self.tags.values().map(|tag| tag.members.known().map(Vec::len));
        Sizes {
            wholes: Wholes {
                members: self.all_members,
                seats: self.head_counts.values().sum(),
                leaders: known(leaders.collect()),
                departments: self.departments.len() as u64,
                tag_members: known(tagged.collect()),
            },
            parents: parents.collect(),
            head_counts: self.head_counts.clone(),
        }
    }

    /// The departments that the steps touch, with all above them.
    pub(super) fn departments_to_draw(&self, effects: &Effects<'_>) -> Vec<PlanDepartment> {
        let mut ids: BTreeSet<DepartmentId> = BTreeSet::new();
        for step in &self.steps {
            match step.object.kind {
                ObjectKind::Department => {
                    ids.extend(step.object.id.parse().ok().map(DepartmentId));
                    let parent = step.fields.get("parentid").and_then(|change| change.after.as_u64());
                    ids.extend(parent.and_then(|id| u32::try_from(id).ok()).map(DepartmentId));
                }
                ObjectKind::Member => {
                    let member = self.member(&step.object.id.as_str().into());
                    ids.extend(
                        member.into_iter().flat_map(|member| member.seats.iter().map(|seat| seat.department)),
                    );
                    let after = step.fields.get("department").and_then(|change| change.after.as_array());
                    let after = after.into_iter().flatten().filter_map(|id| u32::try_from(id.as_u64()?).ok());
                    ids.extend(after.map(DepartmentId));
                }
                ObjectKind::Tag => ids.extend(step.tagged_departments()),
            }
        }
        let mut above: Vec<DepartmentId> = ids.iter().copied().collect();
        while let Some(id) = above.pop() {
            let parent = self.departments.get(&id).and_then(|department| department.parent.known());
            if let Some(parent) = parent.filter(|parent| parent.0 != 0)
                && ids.insert(*parent)
            {
                above.push(*parent);
            }
        }
        let former = |id: DepartmentId, field: &str| {
            let effect = effects.objects.get(&(ObjectKind::Department, id.to_string()))?;
            effect.former.get(field).cloned()
        };
        let draw = |id: DepartmentId| match self.departments.get(&id) {
            Some(department) => PlanDepartment {
                id,
                name: department.name.known().cloned(),
                parent: department.parent.known().copied().filter(|parent| parent.0 != 0),
            },
            None => PlanDepartment {
                id,
                name: former(id, "name").and_then(|name| name.as_str().map(str::to_owned)),
                parent: former(id, "parentid")
                    .and_then(|id| u32::try_from(id.as_u64()?).ok())
                    .map(DepartmentId),
            },
        };
        ids.into_iter().map(draw).collect()
    }

    /// Returns the steps in an order in which each needs only steps before it. What a step of the run needed is undone after it.
    pub(super) fn ordered(mut self, original: &Plan, effects: &Effects<'_>) -> Vec<Step> {
        let nodes_of = |step: StepId| {
            let key = effects.by_step.get(&step)?;
            Some((key.clone(), self.nodes.get(key)?.clone()))
        };
        for step in &original.steps {
            let Some((own, nodes)) = nodes_of(step.id) else { continue };
            for need in &step.needs {
                let Some((needed, earlier)) = nodes_of(*need) else { continue };
                if own != needed {
                    earlier.iter().for_each(|node| self.needs[*node].extend(&nodes));
                }
            }
        }
        // Later steps of the run are undone first.
        let last = |step: &Step| {
            effects.objects.get(&object_key(&step.object)).and_then(|effect| effect.steps.last()).copied()
        };
        let ranks: Vec<Rank> = self
            .steps
            .iter()
            .enumerate()
            .map(|(node, step)| (Reverse(last(step).unwrap_or(0)), node))
            .collect();
        let sequence = sequence(&ranks, &self.needs);
        let mut numbers: Vec<StepId> = vec![0; self.steps.len()];
        for (index, node) in sequence.iter().enumerate() {
            numbers[*node] = StepId::try_from(index + 1).unwrap_or(StepId::MAX);
        }
        let mut steps: Vec<Option<Step>> = self.steps.into_iter().map(Some).collect();
        let ordered = sequence.into_iter().filter_map(|node| {
            let id = numbers[node];
            let mut needs: Vec<StepId> = self.needs[node].iter().map(|need| numbers[*need]).collect();
            // Of two steps that need each other, the first one does without.
            needs.retain(|need| *need < id);
            needs.sort_unstable();
            Some(Step { id, needs, ..steps[node].take()? })
        });
        ordered.collect()
    }
}

/// The place of a step among those that are free at the same time: the smallest comes first.
type Rank = (Reverse<StepId>, Node);

/// Returns the nodes in an order in which each comes after those that it needs. Where nodes need each other (two who lead each other),
/// the first of the rest is taken.
fn sequence(ranks: &[Rank], needs: &[BTreeSet<Node>]) -> Vec<Node> {
    let mut open: Vec<usize> = Vec::with_capacity(needs.len());
    let mut unlocks: Vec<Vec<Node>> = vec![Vec::new(); needs.len()];
    for (node, needs) in needs.iter().enumerate() {
        let others = needs.iter().copied().filter(|need| *need != node);
        open.push(others.clone().count());
        others.for_each(|need| unlocks[need].push(node));
    }
    let mut rest: BTreeSet<Rank> = ranks.iter().copied().collect();
    let mut free: BTreeSet<Rank> = ranks.iter().copied().filter(|(_, node)| open[*node] == 0).collect();
    let mut sequence = Vec::with_capacity(needs.len());
    while let Some(next) = free.first().or_else(|| rest.first()).copied() {
        free.remove(&next);
        rest.remove(&next);
        sequence.push(next.1);
        for node in std::mem::take(&mut unlocks[next.1]) {
            open[node] -= 1;
            if open[node] == 0 && rest.contains(&ranks[node]) {
                free.insert(ranks[node]);
            }
        }
    }
    sequence
}

/// What the gate measures the steps of an undo against.
pub(super) struct Sizes {
    wholes: Wholes,
    parents: BTreeMap<DepartmentId, DepartmentId>,
    head_counts: HashMap<DepartmentId, u64>,
}

impl Sizes {
    /// Counts the steps for the gate.
    pub(super) fn measure(&self, steps: &[Step]) -> BTreeMap<Measure, Measured> {
        measure::measure(steps, &self.wholes, |top| self.below(top))
    }

    /// The number of members in a department and below it.
    fn below(&self, top: DepartmentId) -> u64 {
        let is_below = |mut id: DepartmentId| {
            for _ in 0..=self.parents.len() {
                if id == top {
                    return true;
                }
                match self.parents.get(&id) {
                    Some(parent) => id = *parent,
                    None => return false,
                }
            }
            false
        };
        self.head_counts.iter().filter(|(id, _)| is_below(**id)).map(|(_, count)| count).sum()
    }
}

/// The name of a department that exists, if it is known.
pub(super) fn department_name(department: Option<&DepartmentRecord>) -> Option<String> {
    department.and_then(|department| match &department.name {
        Seen::Known(name) => Some(name.clone()),
        Seen::Hidden => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranks(last: &[StepId]) -> Vec<Rank> {
        last.iter().enumerate().map(|(node, last)| (Reverse(*last), node)).collect()
    }

    #[test]
    fn a_node_comes_after_those_that_it_needs_and_later_steps_of_the_run_come_first() {
        let needs = [&[1][..], &[], &[], &[2]].map(|needs| needs.iter().copied().collect());
        assert_eq!(sequence(&ranks(&[9, 1, 5, 8]), &needs), [2, 3, 1, 0]);
    }

    #[test]
    fn nodes_that_need_each_other_are_all_taken() {
        let needs = [&[1][..], &[0], &[0, 2]].map(|needs| needs.iter().copied().collect());
        assert_eq!(sequence(&ranks(&[1, 2, 3]), &needs), [2, 1, 0]);
    }

    #[test]
    fn a_long_chain_and_many_free_nodes_are_ordered_quickly() {
        let count = 200_000;
        let needs: Vec<BTreeSet<Node>> = (0..count)
            .map(|node| if node % 2 == 0 { BTreeSet::new() } else { BTreeSet::from([(node + 2) % count]) })
            .collect();
        let last: Vec<StepId> = (0..count as StepId).collect();
        assert_eq!(sequence(&ranks(&last), &needs).len(), count);
    }
}
