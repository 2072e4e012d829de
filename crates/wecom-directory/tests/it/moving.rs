//! A corp that changes while it is read. The changes are made between two calls of the pull, at the same calls in every run.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use crate::{
    cases::{Case, Edit, case, config, edit, run},
    corp::Corp,
    oracle::{Leeway, contradictions},
};
use proptest::{collection::vec, prelude::*};

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
        ..case.leeway()
    };
    let found = contradictions(&corp.mirror().await, &corp.sim.dump(), &report, &leeway);
    assert!(found.is_empty(), "{found:#?}\n{report:?}\n{script:?}");

    let report = case.pull(&corp, case.secrets).run(&corp.store).await.unwrap();
    let leeway = corp.leeway(&case, case.secrets).await;
    let found = contradictions(&corp.mirror().await, &corp.sim.dump(), &report, &leeway);
    assert!(found.is_empty(), "the next pull: {found:#?}\n{report:?}");
}

proptest! {
    #![proptest_config(config(40))]

    #[test]
    fn a_corp_that_changes_while_it_is_read_is_right_at_the_end(
        case in case(), changes in vec((0_u32..40, edit()), 1..15), knows_the_corp in any::<bool>(),
    ) {
        run(existence_and_seats_after_changes_during_the_pull(case, changes, knows_the_corp));
    }
}
