//! Plans made by hand.

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value};
use wecom_directory::{
    gate::Verdict,
    journal::ObjectKind,
    plan::{
        Basis, Category, FORMAT, FieldChange, Object, Origin, Plan, PlanCounts, Step, StepAction, StepId,
        VERSION,
    },
    policy::Policy,
    store::Store,
};

use crate::corp::Corp;

/// A plan of these steps against the mirror as it is.
pub(crate) async fn plan(corp: &Corp, steps: Vec<Step>) -> Plan {
    let summary = corp.store.corps().await.unwrap().remove(0);
    let pull = summary.last_pull.unwrap();
    let now = Timestamp::now();
    let steps = steps.into_iter().enumerate();
    let mut policy = Policy::default();
    policy.roster.protected = vec!["zhangsan".to_owned()];
    policy.roster.scope = vec!["示例公司".to_owned()];
    let plan = Plan {
        format: FORMAT.to_owned(),
        version: VERSION,
        made_by: "test".to_owned(),
        operator: None,
        made_at: now,
        expires_at: now + 72.hours(),
        corp: corp.id(),
        origin: Origin::Roster { files: Vec::new(), rows: 1, people: 1, ignored_rows: Vec::new() },
        basis: Basis {
            pull: pull.id,
            pulled_at: pull.ended_at,
            existence: pull.existence,
            coverage: pull.coverage,
        },
        policy,
        scope: Vec::new(),
        counts: PlanCounts::default(),
        steps: steps.map(|(index, step)| Step { id: index as StepId + 1, ..step }).collect(),
        findings: Vec::new(),
        not_writable: Vec::new(),
        unchecked: BTreeMap::new(),
        leavers: Vec::new(),
        departments: Vec::new(),
        measured: BTreeMap::new(),
        gate: Verdict::default(),
        fingerprint: String::new(),
    };
    plan.sealed()
}

/// A step. `fields`: an object of `[before, after]`, where `null` is no value before.
pub(crate) fn step(kind: ObjectKind, id: &str, action: StepAction, fields: Value) -> Step {
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    let category = match action {
        StepAction::Create => Category::Create,
        StepAction::Remove => Category::Remove,
        _ if fields.get("enable").is_some_and(|values| values[1] == false) => Category::Disable,
        _ if fields.contains_key("department") || fields.contains_key("parentid") => Category::Move,
        _ => Category::Update,
    };
    let change = |values: Value| {
        let before = Some(values[0].clone()).filter(|before| !before.is_null());
        FieldChange { before, after: values[1].clone() }
    };
    Step {
        id: 0,
        object: Object { kind, id: id.to_owned(), name: None },
        action,
        category,
        fields: fields.into_iter().map(|(name, values)| (name, change(values))).collect(),
        needs: Vec::new(),
        places: Vec::new(),
        status: None,
        side_effects: Vec::new(),
        former: Map::new(),
    }
}

pub(crate) fn member(id: &str, action: StepAction, fields: Value) -> Step {
    step(ObjectKind::Member, id, action, fields)
}

pub(crate) fn department(id: u32, action: StepAction, fields: Value) -> Step {
    step(ObjectKind::Department, &id.to_string(), action, fields)
}

pub(crate) fn tag(id: u32, action: StepAction, fields: Value) -> Step {
    step(ObjectKind::Tag, &id.to_string(), action, fields)
}

/// The step with the steps that it needs.
pub(crate) fn needs(step: Step, needs: &[StepId]) -> Step {
    Step { needs: needs.to_vec(), ..step }
}
