//! A corp that changes while it is read. The changes are made between two calls of the pull, at the same calls in every run.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use proptest::{collection::vec, prelude::*};
use wecom_contacts::Seen;
use wecom_directory::{Level, pull::Stage, record::State};
use wecom_sim::{Choices, Console, ConsoleDepartment, ConsoleMember, Sim};

use crate::{
    cases::{Case, Edit, case, config, edit, run},
    corp::Corp,
    oracle::{Leeway, contradictions},
};

/// What happens during a pull.
#[derive(Debug, Default)]
struct Script {
    /// The changes that are left, each with the number of the call before which it is made.
    changes: Vec<(u32, Edit)>,
    calls: u32,
    /// Members and departments that changed since the last reading of the ids began.
    members: BTreeSet<String>,
    departments: BTreeSet<u32>,
}

impl Corp {
    /// Makes each change before the call of its number.
    fn change_while_it_is_read(&self, changes: Vec<(u32, Edit)>) -> Arc<Mutex<Script>> {
        let script = Arc::new(Mutex::new(Script { changes, ..Script::default() }));
        // The changes choose among the objects that exist now.
        let dump = Arc::new(self.sim.dump());
        let shared = Arc::clone(&script);
        self.sim.before_each_call(move |path, console| {
            let (shared, dump) = (Arc::clone(&shared), Arc::clone(&dump));
            async move {
                let due: Vec<(u32, Edit)> = {
                    let mut script = shared.lock().unwrap();
                    if path == "department/simplelist" {
                        script.members.clear();
                        script.departments.clear();
                    }
                    let number = script.calls;
                    script.calls += 1;
                    let (due, later) = script.changes.drain(..).partition(|(at, _)| *at <= number);
                    script.changes = later;
                    due
                };
                for (_, edit) in due {
                    let touched = edit.make(&console, &dump).await;
                    let mut script = shared.lock().unwrap();
                    script.members.extend(touched.members);
                    script.departments.extend(touched.departments);
                }
            }
        });
        script
    }
}

/// Keeps the first change of the seats of each member. A member who moves in each reading of the ids can be missing from
/// all of them, which no client can notice.
fn moving_once(changes: Vec<(u32, Edit)>) -> Vec<(u32, Edit)> {
    let mut moved = Vec::new();
    let mut kept = Vec::new();
    for (at, edit) in changes {
        // A pull reads the tags once.
        if matches!(edit, Edit::Tag { .. } | Edit::CreateTag { .. } | Edit::DeleteTag { .. }) {
            continue;
        }
        if let Edit::Seats { member, .. } = &edit {
            let member = format!("{member:?}");
            if moved.contains(&member) {
                continue;
            }
            moved.push(member);
        }
        kept.push((at, edit));
    }
    kept
}

async fn existence_and_seats_after_changes_during_the_pull(
    case: Case,
    changes: Vec<(u32, Edit)>,
    knows_the_corp: bool,
) {
    let corp = case.start().await;
    if knows_the_corp {
        case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    }
    let script = corp.change_while_it_is_read(moving_once(changes));
    let report = case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    corp.sim.before_each_call(|_, _| async {});
    let script = std::mem::take(&mut *script.lock().unwrap());
    let leeway = Leeway {
        read_by: Some(Vec::new()),
        seats_read_in: Some(BTreeSet::new()),
        touched_members: script.members.clone(),
        touched_departments: script.departments.clone(),
        tags_are_older: true,
        ..case.leeway()
    };
    let found = contradictions(&corp.mirror().await, &corp.sim.dump(), &report, &leeway);
    assert!(found.is_empty(), "{found:#?}\n{report:?}\n{script:?}");

    let report = case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    let leeway = corp.leeway(&case, case.secrets).await;
    let found = contradictions(&corp.mirror().await, &corp.sim.dump(), &report, &leeway);
    assert!(found.is_empty(), "the next pull: {found:#?}\n{report:?}");
}

/// Makes a change before the first call of this path.
fn once_before<F, R>(corp: &Corp, path: &'static str, change: F)
where
    F: Fn(Console) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let is_done = Arc::new(AtomicBool::new(false));
    corp.sim.before_each_call(move |called, console| {
        let is_due = called == path && !is_done.swap(true, Ordering::SeqCst);
        let change = is_due.then(|| change(console));
        async move {
            if let Some(change) = change {
                change.await;
            }
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_is_deleted_after_the_details_were_read_is_removed() {
    let corp = Corp::start().await;
    corp.pull().await;
    once_before(&corp, "tag/list", |console| async move { console.delete_member("wujiu").await.unwrap() });
    let report = corp.pull().await;
    assert_eq!((report.members.removed, report.moving.len()), (1, 0), "{report:?}");
    assert_eq!(corp.members().await["wujiu"].state, State::Removed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_came_and_went_during_the_pull_does_not_stay() {
    let corp = Corp::start().await;
    corp.pull().await;
    let new = || ConsoleMember::new().userid("qianyi").name("钱一").department([2]);
    once_before(&corp, "user/list", move |console| async move {
        console.create_member(new()).await.unwrap();
    });
    let last = corp.sim.console();
    corp.both()
        .on_progress(move |progress| {
            if progress.stage == Stage::Tags {
                let console = last.clone();
                tokio::task::block_in_place(|| {
                    tokio::runtime::Handle::current().block_on(console.delete_member("qianyi"))
                })
                .unwrap();
            }
        })
        .run(&corp.store)
        .await
        .unwrap();
    assert!(corp.members().await.get("qianyi").is_none_or(|record| record.state == State::Removed));
}

#[tokio::test(flavor = "multi_thread")]
async fn departments_that_come_and_go_after_the_details_were_read_are_as_at_the_end() {
    let corp = Corp::start().await;
    let old = ConsoleDepartment::new().id(8).name("旧部").parentid(1);
    corp.sim.console().create_department(old).await.unwrap();
    corp.pull().await;
    once_before(&corp, "tag/list", |console| async move {
        console.delete_department(8).await.unwrap();
        let new = ConsoleDepartment::new().id(9).name("新部").parentid(1);
        console.create_department(new).await.unwrap();
    });
    let report = corp.pull().await;
    assert_eq!((report.coverage.departments, report.departments.removed), (Level::Complete, 1), "{report:?}");
    let departments = corp.mirror().await.departments;
    let of = |id: u32| departments.iter().find(|department| department.id.0 == id).unwrap();
    assert_eq!((of(8).state, of(9).state), (State::Removed, State::Present));
    assert_eq!(of(9).name, Seen::Known("新部".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_whom_one_reading_of_the_ids_missed_is_not_removed() {
    let mut choices = Choices::default();
    choices.ids_by_department = true;
    let corp = Corp::with(Sim::builder().choices(choices).largest_id_page(3)).await;
    corp.contacts_only().run(&corp.store).await.unwrap();
    for reading in 0..2 {
        let (from, to) = if reading == 0 { (4, 2) } else { (5, 1) };
        let seats = |department| ConsoleMember::new().userid("wujiu").department([department]);
        corp.sim.console().update_member(seats(from)).await.unwrap();
        let pages = Arc::new(AtomicU32::new(0));
        corp.sim.before_each_call(move |path, console| {
            // The second page of the first or of the second reading.
            let number = if path == "user/list_id" { pages.fetch_add(1, Ordering::SeqCst) } else { u32::MAX };
            async move {
                if number == 1 + 3 * reading {
                    console.update_member(seats(to)).await.unwrap();
                }
            }
        });
        let report = corp.contacts_only().run(&corp.store).await.unwrap();
        assert_eq!((report.members.removed, report.members.out_of_sight), (0, 0), "{report:?}");
        let record = &corp.members().await["wujiu"];
        assert_eq!((record.state, record.seats[0].department.0), (State::Present, to), "{report:?}");
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn a_corp_that_changes_while_it_is_read_is_right_at_the_end(
        case in case(), changes in vec((0_u32..40, edit()), 1..15), knows_the_corp in any::<bool>(),
    ) {
        run(existence_and_seats_after_changes_during_the_pull(case, changes, knows_the_corp));
    }
}
