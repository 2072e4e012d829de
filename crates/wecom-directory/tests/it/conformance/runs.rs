//! Runs, their steps, and what they leave in the mirror.

use std::collections::BTreeMap;

use wecom_directory::{
    policy::Measure,
    record::PersonId,
    run::{PersonKey, RunCounts, RunRecord, RunState, StepReason, StepRecord, StepState, WrittenHidden},
    store::{MemberKey, PullProgress, Transaction},
};

use super::{
    home::Home,
    records::{at, corp, found, member, put, remove},
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
