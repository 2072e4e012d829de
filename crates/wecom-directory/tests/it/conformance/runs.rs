//! Runs, their steps, and what they leave in the mirror.

use std::collections::BTreeMap;

use serde_json::json;
use wecom_contacts::Seen;
use wecom_directory::{
    journal::{Change, ObjectKind},
    plan::PlanCounts,
    policy::Measure,
    record::{MemberRecord, PersonId, RowHashes, State},
    run::{PersonKey, RunCounts, RunRecord, RunState, StepReason, StepRecord, StepState, WrittenHidden},
    store::{MemberKey, PullProgress, Store, Transaction},
};

use super::{
    home::Home,
    records::{at, change, corp, department, found, full_member, member, put, remove, tag, write},
};

fn run() -> RunRecord {
    RunRecord {
        id: 0,
        fingerprint: "f1".to_owned(),
        operator: Some("王\t五".to_owned()),
        undo_of: None,
        started_at: at(0),
        updated_at: at(5),
        ended_at: None,
        state: RunState::Running,
        counts: RunCounts { steps: 3, done: 1, ..RunCounts::default() },
        measures: BTreeMap::from([(Measure::MembersRemoved, 2)]),
        stop: None,
    }
}

fn step(step: u32, state: StepState) -> StepRecord {
    let errmsg = "mobile existed:lisi".to_owned();
    let reason = (state == StepState::Refused).then_some(StepReason::Refused { code: 60104, errmsg });
    StepRecord { step, state, part: 0, at: at(3), reason }
}

fn key(value: &str, person: PersonId) -> PersonKey {
    PersonKey { name: "工号".to_owned(), value: value.to_owned(), person }
}

/// Puts a run with its steps and what it learned of a person. Its plan is put apart.
pub(super) async fn put_run(transaction: &mut Box<dyn Transaction>, person: PersonId) -> RunRecord {
    let id = transaction.put_run(&run()).await.unwrap();
    let steps = vec![step(2, StepState::Refused), step(1, StepState::Sending), step(3, StepState::Sending)];
    transaction.put_run_steps(id, steps).await.unwrap();
    transaction.put_person_keys(vec![key("7", person)]).await.unwrap();
    let written = WrittenHidden { person, field: "mobile".to_owned(), fingerprint: "x".to_owned() };
    transaction.put_written_hidden(vec![written]).await.unwrap();
    RunRecord { id, ..run() }
}

pub(super) async fn a_run_is_read_as_it_was_written(home: &impl Home) {
    let store = home.open().await.unwrap();
    let persons = put(&*store, vec![member("lisi", "李四"), member("wangwu", "王五")]).await;
    let progress = PullProgress::default();
    store.put_progress(&corp(), &progress).await.unwrap();
    let mut transaction = store.begin_run(&corp()).await.unwrap();
    let begun = put_run(&mut transaction, persons[0]).await;
    transaction.put_run_plan(begun.id, "{\"text\": \"\\\\N\"}").await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.runs(&corp()).await.unwrap(), std::slice::from_ref(&begun));
    assert_eq!(store.run_plan(&corp(), begun.id).await.unwrap().as_deref(), Some("{\"text\": \"\\\\N\"}"));
    assert_eq!(store.progress(&corp()).await.unwrap(), Some(progress), "a pull can still continue");

    let mut transaction = store.begin_run(&corp()).await.unwrap();
    let ended = RunRecord { state: RunState::Done, ended_at: Some(at(9)), ..begun.clone() };
    assert_eq!(transaction.put_run(&ended).await.unwrap(), begun.id);
    transaction.put_run_steps(begun.id, vec![step(1, StepState::Done)]).await.unwrap();
    transaction.remove_run_steps(begun.id, vec![3]).await.unwrap();
    transaction.put_person_keys(vec![key("7", persons[1]), key("8", persons[0])]).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.runs(&corp()).await.unwrap(), [ended]);
    let steps = store.run_steps(&corp(), begun.id).await.unwrap();
    assert_eq!(steps, [step(1, StepState::Done), step(2, StepState::Refused)]);
    let keys = store.person_keys(&corp(), "工号").await.unwrap();
    assert_eq!(keys, [key("7", persons[1]), key("8", persons[0])]);
    assert_eq!(store.person_keys(&corp(), "other").await.unwrap(), []);
    assert_eq!(store.written_hidden(&corp()).await.unwrap().len(), 1);
}

pub(super) async fn a_forgotten_member_is_in_no_step_and_has_no_key(home: &impl Home) {
    let store = home.open().await.unwrap();
    let person = put(&*store, vec![member("lisi", "李四")]).await[0];
    let mut transaction = store.begin_run(&corp()).await.unwrap();
    let begun = put_run(&mut transaction, person).await;
    transaction.commit().await.unwrap();
    remove(&*store, "lisi").await;
    assert!(store.forget(&corp(), &MemberKey::from("lisi")).await.unwrap());
    assert_eq!(found(&*store, "lisi").await, None);
    let steps = format!("{:?}", store.run_steps(&corp(), begun.id).await.unwrap());
    assert!(!steps.contains("lisi") && steps.contains("60104"), "{steps}");
    assert_eq!(store.person_keys(&corp(), "工号").await.unwrap(), []);
    assert_eq!(store.written_hidden(&corp()).await.unwrap(), []);
}

/// A plan with an update of this member, as a run keeps it.
fn plan(userid: &str) -> String {
    let step = json!({"id": 1, "object": {"kind": "member", "id": userid}, "action": "update",
                      "category": "update", "fields": {"position": {"after": "工程师"}}});
    let plan = json!({
        "format": "txl-plan", "version": 1, "made_by": "test", "corp": "ww1", "fingerprint": "",
        "made_at": "2026-11-28T00:00:00Z", "expires_at": "2026-11-29T00:00:00Z",
        "origin": {"kind": "undo", "run": 1},
        "basis": {"pull": 1, "pulled_at": "2026-11-28T00:00:00Z", "existence": true,
                  "coverage": {"members": "complete", "departments": "complete", "tags": "complete"}},
        "policy": {}, "scope": [], "findings": [], "not_writable": [], "unchecked": {}, "leavers": [],
        "departments": [], "measured": {}, "gate": {"verdict": "pass", "reasons": []},
        "counts": PlanCounts::default(), "steps": [step],
    });
    plan.to_string()
}

/// Everything that a run left, and whether it names the member.
async fn run_names(store: &dyn Store, run: i64, userid: &str) -> [bool; 2] {
    let plan = store.run_plan(&corp(), run).await.unwrap().unwrap();
    let steps = format!("{:?}", store.run_steps(&corp(), run).await.unwrap());
    [plan, steps].map(|text| text.contains(userid))
}

pub(super) async fn forgetting_leaves_the_next_person_with_the_userid_alone(home: &impl Home) {
    let store = home.open().await.unwrap();
    let mut follower = member("wangwu", "王五");
    follower.record.member.direct_leader = Seen::Known(vec!["lisi".into()]);
    follower.record.hashes = RowHashes { details: [Some(1), None], departments: None };
    let persons = put(&*store, vec![full_member("lisi"), follower]).await;
    let leads = |second: i64| {
        let change = change(Some(persons[1]), "wangwu", json!({"direct_leader": {"after": ["lisi"]}}));
        Change { at: at(second), ..change }
    };
    let mut transaction = store.begin_run(&corp()).await.unwrap();
    let own = change(Some(persons[0]), "lisi", json!({"mobile": {"after": "13800000000"}}));
    transaction.put_changes(vec![own, leads(1)]).await.unwrap();
    let first = put_run(&mut transaction, persons[0]).await.id;
    transaction.put_run_plan(first, &plan("lisi")).await.unwrap();
    transaction.commit().await.unwrap();
    let left = found(&*store, "lisi").await.unwrap();
    put(&*store, vec![write(MemberRecord { state: State::Removed, read_at: at(6), ..left })]).await;

    // Somebody else gets the userid.
    let next = put(&*store, vec![member("lisi", "李思")]).await[0];
    let mut transaction = store.begin_run(&corp()).await.unwrap();
    let created = Change { at: at(10), ..change(Some(next), "lisi", json!({})) };
    transaction.put_changes(vec![created, leads(11)]).await.unwrap();
    transaction.put_departments(vec![department(1, "示例公司", 0)]).await.unwrap();
    transaction.put_tags(vec![tag(1, &["lisi", "wangwu"])]).await.unwrap();
    let begun = RunRecord { fingerprint: "f2".to_owned(), updated_at: at(12), ..run() };
    let second = transaction.put_run(&begun).await.unwrap();
    transaction.put_run_plan(second, &plan("lisi")).await.unwrap();
    transaction.put_run_steps(second, vec![step(1, StepState::Refused)]).await.unwrap();
    transaction.commit().await.unwrap();
    let mut before = Vec::new();
    for userid in ["lisi", "wangwu"] {
        before.push(found(&*store, userid).await.unwrap());
    }
    let (departments, tags) = (store.departments(&corp()).await.unwrap(), store.tags(&corp()).await.unwrap());

    assert_eq!(store.forget_removed(&corp(), at(7)).await.unwrap(), 1);
    assert_eq!(store.members_after(&corp(), None, 10).await.unwrap().len(), 2);
    for record in before {
        assert_eq!(found(&*store, record.member.userid.as_str()).await.as_ref(), Some(&record));
    }
    assert_eq!(store.departments(&corp()).await.unwrap(), departments);
    assert_eq!(store.tags(&corp()).await.unwrap(), tags);
    assert_eq!(run_names(&*store, first, "lisi").await, [false, false]);
    assert_eq!(run_names(&*store, second, "lisi").await, [true, true]);
    let history = store.history(&corp(), ObjectKind::Member, "wangwu").await.unwrap();
    let leaders: Vec<_> = history.iter().map(|change| &change.fields["direct_leader"]["after"]).collect();
    assert_eq!(leaders, [&json!(["forgotten"]), &json!(["lisi"])]);
    let mut rows = String::new();
    for table in store.tables() {
        rows += &format!("{:?}", store.dump(table, None, 1_000).await.unwrap());
    }
    assert!(!rows.contains("13800000000"), "{rows}");

    remove(&*store, "lisi").await;
    assert!(store.forget(&corp(), &MemberKey::from("lisi")).await.unwrap());
    assert_eq!(run_names(&*store, second, "lisi").await, [false, false]);
}
