//! Pulls of a corp that an administrator changes 50 times a second: no member who exists is recorded as removed, what still moves is named,
//! and the next pull of the quiet corp finds the rest.
//!
//! The suite pulls 1,500 members. `TXL_TEST_CHAOS=1` pulls 100,000.

use std::{
    collections::BTreeSet,
    env,
    sync::{Arc, Mutex},
    time::Instant,
};

use wecom_directory::{
    pull::{PullReport, Via},
    record::State,
};
use wecom_sim::{Console, ConsoleDepartment, ConsoleMember, CorpDump, Sim};

use crate::{
    corp::Corp,
    oracle::{Leeway, contradictions},
};

const CHANGES_A_SECOND: f64 = 50.0;
/// A fast pull of a small corp meets changes, too.
const FIRST_CALLS: usize = 40;
/// A slow machine gets no more in one pull of the suite: each change makes the pull longer, and a longer pull meets more changes.
const MOST_CHANGES: usize = 500;
/// Walks over the members without meeting one twice: a prime that divides no number of members here.
const STRIDE: usize = 7_919;

/// The changes so far.
#[derive(Debug)]
struct Desk {
    dump: CorpDump,
    /// When the pull began, and how many changes were made before.
    since: Instant,
    before: usize,
    /// How many there are, and how many one pull meets at most.
    made: usize,
    most: usize,
    calls: usize,
    /// What changed since the last reading of the ids began.
    members: BTreeSet<String>,
    departments: BTreeSet<u32>,
    /// All members who were deleted.
    deleted: BTreeSet<String>,
}

impl Desk {
    /// Begins another pull. Returns the number of changes before it.
    fn begin(&mut self) -> usize {
        (self.since, self.before, self.calls) = (Instant::now(), self.made, 0);
        self.before
    }

    /// The numbers of the changes that are due: 50 a second, and one before each of the first calls.
    fn due(&mut self, path: &str) -> std::ops::Range<usize> {
        if path == "department/simplelist" {
            self.members.clear();
            self.departments.clear();
        }
        self.calls += 1;
        let by_time = (self.since.elapsed().as_secs_f64() * CHANGES_A_SECOND) as usize;
        let first = self.made;
        let due = by_time.min(self.most).max(self.calls.min(FIRST_CALLS));
        self.made = self.made.max(self.before + due);
        first..self.made
    }
}

/// Makes the change of this number; one of a member who is gone is refused. Members move, come and go and get other positions, departments get other names.
async fn change(console: &Console, desk: &Mutex<Desk>, number: usize) {
    let (userid, target, department) = {
        let desk = desk.lock().unwrap();
        let (members, departments) = (&desk.dump.members, &desk.dump.departments);
        let department = |at: usize| departments[at * STRIDE % departments.len()].id;
        (members[number * STRIDE % members.len()].userid.clone(), department(number), department(number + 1))
    };
    let member = || ConsoleMember::new().userid(&userid);
    let (mut touched, mut touched_department, mut deleted) = (vec![userid.to_ascii_lowercase()], None, None);
    match number % 10 {
        0..=3 => _ = console.update_member(member().department([target])).await,
        4 | 5 => {
            let _ = console.delete_member(&userid).await;
            deleted = Some(userid.to_ascii_lowercase());
        }
        6 | 7 => {
            let new = format!("busy{number}");
            touched = vec![new.clone()];
            let new = ConsoleMember::new().userid(&new).name("新人").department([target]);
            console.create_member(new).await.unwrap();
        }
        8 => _ = console.update_member(member().position("顾问")).await,
        _ => {
            touched.clear();
            touched_department = Some(department);
            let renamed = ConsoleDepartment::new().id(department).name(format!("改名{number}"));
            console.update_department(renamed).await.unwrap();
        }
    }
    let mut desk = desk.lock().unwrap();
    desk.members.extend(touched);
    desk.departments.extend(touched_department);
    desk.deleted.extend(deleted);
}

/// Pulls while the corp changes, and returns what was changed meanwhile.
async fn pull_while_it_changes(corp: &Corp, desk: Arc<Mutex<Desk>>, via: Via) -> PullReport {
    corp.sim.before_each_call(move |path, console| {
        let desk = Arc::clone(&desk);
        async move {
            let due = desk.lock().unwrap().due(&path);
            for number in due {
                change(&console, &desk, number).await;
            }
        }
    });
    let report = corp.both().via(via).run(&corp.store).await.unwrap();
    corp.sim.before_each_call(|_, _| async {});
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_changes_a_second_remove_nobody_who_exists_and_the_next_pull_finds_the_rest() {
    let is_full = env::var("TXL_TEST_CHAOS").is_ok_and(|value| value == "1");
    let members: u32 = if is_full { 100_000 } else { 1_500 };
    for via in [Via::Lists, Via::Export] {
        let corp = Corp::with(Sim::builder().seed(members, members / 50, 5).legacy(true)).await;
        let desk = Desk {
            dump: corp.sim.dump(),
            since: Instant::now(),
            before: 0,
            made: 0,
            most: if is_full { usize::MAX } else { MOST_CHANGES },
            calls: 0,
            members: BTreeSet::new(),
            departments: BTreeSet::new(),
            deleted: BTreeSet::new(),
        };
        let desk = Arc::new(Mutex::new(desk));
        // A first pull, and one that finds the changes in a mirror.
        for pull in 1..=2 {
            let started = Instant::now();
            let before = desk.lock().unwrap().begin();
            let report = pull_while_it_changes(&corp, Arc::clone(&desk), via).await;
            let mirror = corp.mirror().await;
            let persons = corp.tables().await.into_iter().find(|(table, _)| *table == "person").unwrap().1;
            let desk = desk.lock().unwrap();
            println!(
                "{via:?}, pull {pull} of {members} members in {:?}: {} changes meanwhile, {} members and {} departments still move, {:?}",
                started.elapsed(),
                desk.made - before,
                report.moving.len(),
                report.moving_departments.len(),
                report.members
            );
            assert!(desk.made - before >= 10, "{via:?}: {} changes", desk.made - before);
            for record in mirror.members.iter().filter(|record| record.state == State::Removed) {
                let userid = record.member.userid.as_str().to_ascii_lowercase();
                assert!(desk.deleted.contains(&userid), "{via:?}: {userid} was not deleted");
            }
            let leeway = Leeway {
                read_by: Some(Vec::new()),
                seats_read_in: Some(BTreeSet::new()),
                touched_members: desk.members.clone(),
                touched_departments: desk.departments.clone(),
                tags_are_older: true,
                ..Leeway::default()
            };
            let found = contradictions(&mirror, &corp.sim.dump(), &report, &leeway);
            assert!(found.is_empty(), "{via:?}, pull {pull}: {found:#?}");
            assert_eq!(
                persons.len(),
                mirror.members.len(),
                "{via:?}, pull {pull}: each member is one person"
            );
        }
        let report = corp.both().via(via).run(&corp.store).await.unwrap();
        assert!(report.complete && report.moving.is_empty(), "{report:?}");
        let found = contradictions(&corp.mirror().await, &corp.sim.dump(), &report, &Leeway::default());
        assert!(found.is_empty(), "{via:?}, the quiet pull: {found:#?}");
        let removed =
            corp.mirror().await.members.iter().filter(|record| record.state == State::Removed).count();
        assert!(removed > 0, "people who left while the corp was read");
    }
}
