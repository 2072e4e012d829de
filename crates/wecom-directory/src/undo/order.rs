//! The steps of an undo while they are made: the state of the mirror, the order of the steps, and what the gate counts of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

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
        let mut rest: BTreeSet<(std::cmp::Reverse<StepId>, Node)> = self
            .steps
            .iter()
            .enumerate()
            .map(|(node, step)| (std::cmp::Reverse(last(step).unwrap_or(0)), node))
            .collect();
        let mut numbers: HashMap<Node, StepId> = HashMap::new();
        let mut ordered = Vec::with_capacity(self.steps.len());
        while let Some(next) = self.next(&rest, &numbers) {
            rest.remove(&next);
            let node = next.1;
            let number = StepId::try_from(ordered.len() + 1).unwrap_or(StepId::MAX);
            numbers.insert(node, number);
            let mut needs: Vec<StepId> =
                self.needs[node].iter().filter_map(|need| numbers.get(need)).copied().collect();
            needs.retain(|need| *need != number);
            needs.sort_unstable();
            ordered.push(Step { id: number, needs, ..self.steps[node].clone() });
        }
        ordered
    }

    /// The next step whose needs have numbers. Two objects that need each other (two who lead each other) are taken as they come.
    fn next(
        &mut self,
        rest: &BTreeSet<(std::cmp::Reverse<StepId>, Node)>,
        numbers: &HashMap<Node, StepId>,
    ) -> Option<(std::cmp::Reverse<StepId>, Node)> {
        let is_free = |node: Node| self.needs[node].iter().all(|need| numbers.contains_key(need));
        rest.iter().find(|(_, node)| is_free(*node)).or_else(|| rest.first()).copied()
    }
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
