//! What holds for every corp and every roster: a run makes the corp as the roster wants it, the next plan is empty, what is not
//! managed stays, and undo restores the rest.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use wecom_contacts::{DepartmentId, members::MemberField};
use wecom_directory::{
    plan::{Plan, Planning},
    policy::{Limit, Measure, Policy},
    record::MemberRecord,
    roster::{Column, Place, Roster},
    undo::Undo,
};
use wecom_sim::Sim;

use crate::{apply::apply, corp::Corp, plan::steps};

/// A change of the roster against what the corp is.
#[derive(Clone, Debug)]
enum Edit {
    Position(usize, String),
    Name(usize, String),
    Mobile(usize, u32),
    Move(usize, usize),
    Add(usize, usize),
    NewDepartment(usize, String),
    Leader(usize, usize),
    Absent(usize),
    Newcomer(u32, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let person = 0_usize..60;
    let department = 0_usize..10;
    prop_oneof![
        (person.clone(), "[a-z职务]{1,6}").prop_map(|(person, text)| Edit::Position(person, text)),
        (person.clone(), "[甲乙丙丁]{2,3}").prop_map(|(person, text)| Edit::Name(person, text)),
        (person.clone(), 0_u32..100).prop_map(|(person, number)| Edit::Mobile(person, number)),
        (person.clone(), department.clone()).prop_map(|(person, to)| Edit::Move(person, to)),
        (person.clone(), department.clone()).prop_map(|(person, to)| Edit::Add(person, to)),
        (person.clone(), "[东西南北]{1,2}").prop_map(|(person, name)| Edit::NewDepartment(person, name)),
        (person.clone(), person.clone()).prop_map(|(person, leader)| Edit::Leader(person, leader)),
        person.prop_map(Edit::Absent),
        (0_u32..5, department).prop_map(|(number, department)| Edit::Newcomer(number, department)),
    ]
}

/// A row before it becomes cells.
#[derive(Clone, Debug, Default)]
struct Row {
    userid: String,
    name: String,
    mobile: String,
    position: String,
    departments: Vec<String>,
    leader: String,
}

const COLUMNS: [Column; 6] = [
    Column::Field(MemberField::Userid),
    Column::Field(MemberField::Name),
    Column::Field(MemberField::Mobile),
    Column::Field(MemberField::Position),
    Column::Departments,
    Column::Field(MemberField::DirectLeader),
];

fn roster(rows: &[Row]) -> Roster {
    let mut roster = Roster::new(COLUMNS);
    for (line, row) in (2..).zip(rows) {
        roster.push(Place { file: 0, line }, |writer| {
            writer.text(&row.userid);
            writer.text(&row.name);
            writer.text(&row.mobile);
            writer.text(&row.position);
            writer.list(row.departments.iter().map(String::as_str));
            writer.text(&row.leader);
        });
    }
    roster
}

/// The corp as rows: the main department first.
fn rows(members: &BTreeMap<String, MemberRecord>, paths: &BTreeMap<DepartmentId, String>) -> Vec<Row> {
    let row = |record: &MemberRecord| {
        let mut seats = record.seats.clone();
        seats.sort_by_key(|seat| seat.is_main.known() != Some(&true));
        let text = |value: &wecom_contacts::Seen<String>| value.known().cloned().unwrap_or_default();
        Row {
            userid: record.member.userid.to_string(),
            name: text(&record.member.name),
            mobile: text(&record.member.mobile),
            position: text(&record.member.position),
            departments: seats.iter().map(|seat| paths[&seat.department].clone()).collect(),
            leader: String::new(),
        }
    };
    members.values().map(row).collect()
}

fn edited(mut rows: Vec<Row>, edits: &[Edit], paths: &[String], root: &str) -> Vec<Row> {
    let count = rows.len();
    let mut absent = Vec::new();
    let mut newcomers: BTreeMap<u32, Row> = BTreeMap::new();
    for edit in edits {
        match edit.clone() {
            Edit::Position(person, text) => rows[person % count].position = text,
            Edit::Name(person, text) => rows[person % count].name = text,
            Edit::Mobile(person, number) => rows[person % count].mobile = format!("139{number:08}"),
            Edit::Move(person, to) => {
                rows[person % count].departments = vec![paths[to % paths.len()].clone()]
            }
            Edit::Add(person, to) => {
                let path = paths[to % paths.len()].clone();
                let departments = &mut rows[person % count].departments;
                if !departments.contains(&path) {
                    departments.push(path);
                }
            }
            Edit::NewDepartment(person, name) => {
                rows[person % count].departments = vec![format!("{root}/{name}")]
            }
            Edit::Leader(person, leader) if person % count != leader % count => {
                rows[person % count].leader = rows[leader % count].userid.clone();
            }
            Edit::Leader(..) => {}
            Edit::Absent(person) => absent.push(person % count),
            Edit::Newcomer(number, department) => {
                newcomers.insert(
                    number,
                    Row {
                        userid: format!("new{number}"),
                        name: format!("新{number}"),
                        mobile: format!("137{number:08}"),
                        departments: vec![paths[department % paths.len()].clone()],
                        ..Row::default()
                    },
                );
            }
        }
    }
    absent.sort_unstable();
    absent.dedup();
    // The protected one stays.
    for person in absent.into_iter().rev().filter(|person| *person != 0) {
        rows.remove(person);
    }
    rows.extend(newcomers.into_values());
    rows
}

/// A policy that stops nothing, so that the rest can be tested.
fn policy(root: &str, protected: &str, exact: bool) -> Policy {
    let seats = if exact { "exact" } else { "main" };
    let roster = json!({"scope": [root], "leavers": "disable", "protected": [protected], "seats": seats});
    let mut policy: Policy = serde_json::from_value(json!({ "roster": roster })).unwrap();
    for measure in Measure::ALL {
        policy.gate.set(*measure, Limit::new(None, 1.0, 10_000));
    }
    policy
}

/// The fields that the roster does not manage.
fn unmanaged(record: &MemberRecord) -> Value {
    let mut member = serde_json::to_value(&record.member).unwrap();
    let object = member.as_object_mut().unwrap();
    for field in ["name", "mobile", "position", "direct_leader", "status", "enable"] {
        object.remove(field);
    }
    member
}

fn restored(record: &MemberRecord) -> (Value, Value) {
    let member = serde_json::to_value(&record.member).unwrap();
    let seats: Vec<_> = record
        .seats
        .iter()
        .map(|seat| {
            json!([seat.department, seat.order.known(), seat.is_leader.known(), seat.is_main.known()])
        })
        .collect();
    (member, json!(seats))
}

async fn check(seed: u64, legacy: bool, exact: bool, edits: Vec<Edit>) {
    let corp = Corp::with(Sim::builder().seed(40, 8, seed).legacy(legacy)).await;
    corp.pull().await;
    let before = corp.members().await;
    let list = corp.app.departments().list().await.unwrap();
    let by_id: BTreeMap<_, _> = list.iter().map(|department| (department.id, department)).collect();
    let path = |id: DepartmentId| {
        let mut names = Vec::new();
        let mut at = by_id.get(&id);
        while let Some(department) = at {
            names.push(department.name.known().unwrap().clone());
            at = department.parentid.known().and_then(|parent| by_id.get(parent));
        }
        names.reverse();
        names.join("/")
    };
    let paths: BTreeMap<_, _> = by_id.keys().map(|id| (*id, path(*id))).collect();
    let root = paths[&DepartmentId::ROOT].clone();
    let list: Vec<_> = paths.values().cloned().collect();
    let wanted = edited(rows(&before, &paths), &edits, &list, &root);
    let protected = before.keys().next().unwrap();
    let policy = || policy(&root, protected, exact);
    let new: Vec<_> =
        wanted.iter().flat_map(|row| &row.departments).filter(|path| !list.contains(path)).cloned().collect();
    let planning = || {
        let planning = Planning::new(policy());
        new.iter().fold(planning, |planning, path| planning.new_department(path))
    };
    let plan = planning().roster(&corp.store, &corp.id(), &roster(&wanted)).await.unwrap();
    assert!(plan.gate.passes(), "{:?}", plan.gate.reasons);

    let report = apply(&corp).run(&corp.store, &plan).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    // A run leaves the mirror as a pull finds the corp.
    let after_run = corp.members().await;
    corp.pull().await;
    let after = corp.members().await;
    for (userid, record) in &after {
        assert_eq!(restored(&after_run[userid]), restored(record), "{userid}");
    }

    // 1. The next plan is empty, but for what was listed.
    let next = planning().roster(&corp.store, &corp.id(), &roster(&wanted)).await.unwrap();
    assert!(next.counts.is_empty(), "{:?} after {:?}", steps(&next), steps(&plan));
    // 2. What is not managed is unchanged.
    for (userid, record) in &before {
        assert_eq!(unmanaged(record), unmanaged(&after[userid]), "{userid}");
    }
    // 3. Undo restores the corp.
    if plan.steps.is_empty() {
        return;
    }
    let undo = Undo::new(corp.id(), report.run).remove_created(true).plan(&corp.store).await.unwrap();
    let report = allowing(&corp, &undo).run(&corp.store, &undo).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    corp.pull().await;
    let restored_members = corp.members().await;
    assert_eq!(restored_members.len(), before.len());
    for (userid, record) in &before {
        assert_eq!(restored(record), restored(&restored_members[userid]), "{userid}");
    }
}

fn allowing(corp: &Corp, plan: &Plan) -> wecom_directory::apply::Apply {
    let mut apply = apply(corp);
    for (measure, measured) in &plan.measured {
        apply = apply.allow(*measure, measured.count + measured.earlier + 10_000);
    }
    apply
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_run_makes_the_corp_as_the_roster_wants_it_and_undo_restores_it(
        seed in 1_u64..1_000,
        legacy in any::<bool>(),
        exact in any::<bool>(),
        edits in prop::collection::vec(edit(), 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(check(seed, legacy, exact, edits));
    }
}
