//! `txl apply` killed with SIGKILL, and `txl apply --resume`: the corp ends as after an undisturbed run, and no write is executed twice.
//!
//! The suite kills a seeded sample of the boundaries. `TXL_TEST_CHAOS=1` kills at every one, and at 50 random moments of a run of
//! 5,000 steps: at 25 calls, and at 25 points of time. `TXL_TEST_SEED` chooses the sample and the moments.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    env, fmt, fs,
    os::unix::process::ExitStatusExt as _,
    process::Stdio,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use wecom_contacts::CorpId;
use wecom_directory::{
    journal::ObjectKind,
    plan::{Category, FieldChange, Object, Plan, Step, StepAction},
    policy::Measure,
    run::{RunState, StepState},
    store::{Store, sqlite::SqliteStore},
};
use wecom_sim::{CorpDump, Fault, Sim, SimBuilder};

use crate::{
    corp::Corp,
    mirror_crash::{content, copy},
    run::Ran,
};

/// Where a run is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The write with this number arrives. It is not executed.
    Sent(u64),
    /// This many writes are executed, and the reply to the last one does not arrive.
    Executed(u64),
    /// The mirror has the outcomes of this many writes, and the next call arrives. It is not executed.
    Recorded(u64),
    /// The call with this number arrives, be it a reading or a write. It is not executed.
    Called(u64),
    /// This time has passed since the start. The process can be anywhere: before its first call, in a call, in a transaction of the
    /// store, or after its last call.
    Elapsed(Duration),
}

/// A corp, its roster, and the plan that is applied again and again.
struct Setting {
    members: u32,
    /// The corp after an undisturbed run.
    digest: String,
    /// The mirror after an undisturbed run.
    mirror: BTreeMap<&'static str, BTreeSet<String>>,
    /// What the gate counts of the undisturbed run.
    measures: BTreeMap<Measure, u64>,
    steps: u64,
    writes: u64,
    calls: u64,
    time: Duration,
    files: tempfile::TempDir,
}

/// What became of the runs that were to be killed.
#[derive(Debug, Default)]
struct Tally {
    killed: u64,
    /// Runs that the store did not have yet.
    before: u64,
    /// Runs that had begun and not ended.
    during: u64,
    /// Runs that had ended.
    after: u64,
    /// Steps that had an outcome when the run was killed.
    settled: u64,
    /// Steps that were sent and had no outcome. The resumed run reads their objects.
    uncertain: u64,
}

/// The full form takes the better part of an hour, so it shows how far it is.
#[expect(clippy::print_stdout, reason = "a test has no other place to report its progress")]
fn progress(case: impl std::fmt::Display) {
    println!("{case}: as undisturbed");
}

fn is_full() -> bool {
    env::var("TXL_TEST_CHAOS").is_ok_and(|value| value == "1")
}

fn seed() -> u64 {
    env::var("TXL_TEST_SEED").map_or(7, |value| value.parse().unwrap())
}

fn is_write(path: &str) -> bool {
    let call = path.rsplit('/').next().unwrap_or_default();
    ["create", "update", "delete", "addtagusers", "deltagusers"].contains(&call)
}

fn builder(members: u32) -> SimBuilder {
    Sim::builder().legacy(true).seed(members, members / 12, 3)
}

/// A gate that lets everything pass.
const POLICY: &str = r#"[roster]
scope = ["示例集团"]
leavers = "disable"
protected = ["PROTECTED"]
[gate]
members_created = { count = 100000, share = 1.0 }
members_disabled = { count = 100000, share = 1.0 }
members_removed = { count = 100000, share = 1.0 }
members_moved = { count = 100000, share = 1.0 }
seats_removed = { count = 100000, share = 1.0 }
leaders_removed = { count = 100000, share = 1.0 }
departments_created = { count = 100000, share = 1.0 }
field_changed = { share = 1.0 }
roster_shrunk = { share = 1.0 }
"#;

/// What happens to a member, by the place in the dump.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Leaves,
    Moves,
    Promoted,
    Nicknamed,
    Tagged,
    WithNewcomer,
    Removed,
    Stays,
}

fn fate(at: usize) -> Fate {
    use Fate::{Leaves, Moves, Nicknamed, Promoted, Removed, Stays, Tagged, WithNewcomer};
    // The first members are the leaders of the corp.
    let fates = [Leaves, Moves, Promoted, Nicknamed, Tagged, WithNewcomer, Removed, Stays];
    if at < 8 { Stays } else { fates[at % fates.len()] }
}

/// The roster of the week: people leave, come, move, and get other positions, aliases and tags.
fn roster(dump: &CorpDump) -> String {
    let path = |id: u32| {
        let mut names = Vec::new();
        let mut next = dump.departments.iter().find(|department| department.id == id);
        while let Some(department) = next {
            names.insert(0, department.name.as_str());
            next = dump.departments.iter().find(|above| above.id == department.parentid);
        }
        names.join("/")
    };
    let mut rows = vec!["帐号,姓名,别名,手机号,部门,职位,标签".to_owned()];
    for (at, member) in dump.members.iter().enumerate() {
        let fate = fate(at);
        let mut tags: Vec<_> = dump
            .tags
            .iter()
            .filter(|tag| tag.userlist.contains(&member.userid))
            .map(|tag| &tag.tagname)
            .collect();
        if fate == Fate::Tagged {
            tags.push(&dump.tags[at % dump.tags.len()].tagname);
            tags.dedup();
        }
        let tags = tags.into_iter().map(String::as_str).collect::<Vec<_>>().join(";");
        let main = match fate {
            Fate::Moves => dump.departments[at % dump.departments.len()].id,
            _ => member.main_department,
        };
        let position = if fate == Fate::Promoted { "首席顾问" } else { &member.position };
        let alias = if fate == Fate::Nicknamed { "别名新" } else { &member.alias };
        if fate != Fate::Leaves {
            rows.push(format!(
                "{},{},{alias},{},{},{position},{tags}",
                member.userid,
                member.name,
                member.mobile,
                path(main)
            ));
        }
        if fate == Fate::WithNewcomer {
            let department = format!("示例集团/新设{}部", at / 64);
            rows.push(format!("newcomer{at},新人{at},,+1 206555{at:05},{department},专员,"));
        }
    }
    rows.join("\n") + "\n"
}

/// Steps that no roster plans: members who are removed, and tags that are created, renamed and removed.
fn steps_of_other_kinds(dump: &CorpDump, after: u32) -> Vec<Step> {
    let step = |kind, id: String, action, category, fields: Value| Step {
        id: 0,
        object: Object { kind, id, name: None },
        action,
        category,
        fields: fields
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, values)| {
                let before = Some(values[0].clone()).filter(|before| !before.is_null());
                (name.clone(), FieldChange { before, after: values[1].clone() })
            })
            .collect(),
        needs: Vec::new(),
        places: Vec::new(),
        status: None,
        side_effects: Vec::new(),
        former: serde_json::Map::new(),
    };
    let removed = dump.members.iter().enumerate().filter(|(at, _)| fate(*at) == Fate::Removed);
    let mut steps: Vec<_> = removed
        .map(|(_, member)| {
            step(ObjectKind::Member, member.userid.clone(), StepAction::Remove, Category::Remove, json!({}))
        })
        .collect();
    let (kind, last) = (ObjectKind::Tag, dump.tags.len() - 1);
    for (action, category, id, fields) in [
        (StepAction::Create, Category::Create, 901, json!({"tagname": [null, "新标签甲"]})),
        (StepAction::Create, Category::Create, 902, json!({"tagname": [null, "新标签乙"]})),
        (
            StepAction::Update,
            Category::Update,
            dump.tags[last].tagid,
            json!({"tagname": [dump.tags[last].tagname, "改名标签"]}),
        ),
    ] {
        steps.push(step(kind, id.to_string(), action, category, fields));
    }
    let leaf = |id: &u32| !dump.departments.iter().any(|department| department.parentid == *id);
    for department in dump.departments.iter().filter(|department| leaf(&department.id)).take(6) {
        let fields = json!({"name_en": [department.name_en, format!("Branch {}", department.id)]});
        let id = department.id.to_string();
        steps.push(step(ObjectKind::Department, id, StepAction::Update, Category::Update, fields));
    }
    steps.into_iter().zip(after + 1..).map(|(step, id)| Step { id, ..step }).collect()
}

impl Setting {
    /// Pulls, plans, and applies the plan once undisturbed.
    async fn prepare(members: u32) -> Self {
        let corp = Corp::start(builder(members)).await;
        let run = |arguments: &[&str]| {
            let mut command = corp.command(arguments);
            let ran = Ran::of(command.env("TXL_MIRROR", corp.path("m.db")).output().unwrap());
            assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        };
        run(&["pull", "--quiet"]);
        let dump = corp.sim.dump();
        fs::write(corp.path("week.csv"), roster(&dump)).unwrap();
        fs::write(corp.path("roster.toml"), POLICY.replace("PROTECTED", &dump.members[0].userid)).unwrap();
        run(&["plan", "week.csv", "--offline", "--out", "plan.json"]);
        let mut plan = Plan::from_json(&fs::read(corp.path("plan.json")).unwrap()).unwrap();
        let last = plan.steps.last().unwrap().id;
        plan.steps.extend(steps_of_other_kinds(&dump, last));
        fs::write(corp.path("plan.json"), serde_json::to_vec(&plan.sealed()).unwrap()).unwrap();
        let files = tempfile::tempdir().unwrap();
        copy(&corp.path("m.db"), &files.path().join("m.db"));
        fs::copy(corp.path("plan.json"), files.path().join("plan.json")).unwrap();

        let mut setting = Self {
            members,
            digest: String::new(),
            mirror: BTreeMap::new(),
            measures: BTreeMap::new(),
            steps: 0,
            writes: 0,
            calls: 0,
            time: Duration::ZERO,
            files,
        };
        let corp = setting.corp().await;
        let calls = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&calls);
        corp.sim.before_each_call(move |_, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            async {}
        });
        let started = Instant::now();
        let ended = apply(&corp, 8, &["plan.json", "--yes"]);
        setting.time = started.elapsed();
        assert_eq!(ended.code, 0, "{ended:?}");
        setting.calls = calls.load(Ordering::SeqCst);
        setting.digest = corp.sim.digest();
        setting.steps = ended.json()["done"].as_u64().unwrap();
        setting.writes = executed(&corp.sim);
        let store = SqliteStore::open(corp.path("m.db")).await.unwrap();
        setting.measures = store.runs(&corp.sim.corp_id().into()).await.unwrap().remove(0).measures;
        setting.mirror = comparable(content(&corp.path("m.db")).await);
        setting
    }

    /// A corp as it was when the plan was made, with its mirror.
    async fn corp(&self) -> Corp {
        let corp = Corp::start(builder(self.members)).await;
        copy(&self.files.path().join("m.db"), &corp.path("m.db"));
        fs::copy(self.files.path().join("plan.json"), corp.path("plan.json")).unwrap();
        corp
    }

    /// Kills one run, resumes it, and compares its end.
    async fn try_one(&self, moment: Moment, concurrency: u8, tally: &Mutex<Tally>) {
        let case = format!("{moment:?} with {concurrency} calls at the same time");
        let corp = self.corp().await;
        let is_killed = kill(&corp, moment, concurrency).await;
        let store = SqliteStore::open(corp.path("m.db")).await.unwrap();
        let id = CorpId::from(corp.sim.corp_id());
        let run = store.runs(&id).await.unwrap().pop();
        let executed_before = executed(&corp.sim);
        match (moment, concurrency) {
            (Moment::Sent(write), 1) => assert_eq!((is_killed, executed_before), (true, write - 1), "{case}"),
            (Moment::Executed(write) | Moment::Recorded(write), 1) => {
                assert_eq!((is_killed, executed_before), (true, write), "{case}");
            }
            _ => {}
        }
        let state = run.map(|run| run.state);
        let steps = if state.is_some() { store.run_steps(&id, 1).await.unwrap() } else { Vec::new() };
        let uncertain = steps.iter().filter(|step| step.state == StepState::Sending).count() as u64;
        let resumed = match state {
            None => Some(apply(&corp, concurrency, &["plan.json", "--yes"])),
            Some(RunState::Done) => None,
            Some(_) => Some(apply(&corp, concurrency, &["--resume"])),
        };
        if let Some(resumed) = resumed {
            assert_eq!(resumed.code, 0, "{case}: {resumed:?}");
            let expected = json!({"run": 1, "done": self.steps, "refused": 0, "stale": 0, "unknown": 0});
            assert_eq!(resumed.json(), expected, "{case}");
        }
        assert_eq!(corp.sim.digest(), self.digest, "{case}");
        assert_eq!(written_twice(&corp.sim), Vec::<String>::new(), "{case}");
        assert_eq!(executed(&corp.sim), self.writes, "{case}");
        let runs = store.runs(&id).await.unwrap();
        let ended: Vec<_> = runs.iter().map(|run| (run.state, run.counts.done, &run.measures)).collect();
        assert_eq!(ended, [(RunState::Done, self.steps, &self.measures)], "{case}");
        let mirror = comparable(content(&corp.path("m.db")).await);
        for (table, rows) in &mirror {
            let difference: Vec<_> = rows.symmetric_difference(&self.mirror[table]).take(5).collect();
            assert!(difference.is_empty(), "{case}: {table}: {difference:#?}");
        }
        if is_full() {
            progress(case);
        }
        let mut tally = tally.lock().unwrap();
        tally.killed += u64::from(is_killed);
        match state {
            None => tally.before += 1,
            Some(RunState::Done) => tally.after += 1,
            Some(_) => tally.during += 1,
        }
        tally.uncertain += uncertain;
        tally.settled += steps.len() as u64 - uncertain;
    }

    /// Tries these moments, some at the same time.
    async fn try_all(self: Arc<Self>, moments: Vec<(Moment, u8)>) -> Tally {
        let tally = Arc::new(Mutex::new(Tally::default()));
        let queue = Arc::new(Mutex::new(VecDeque::from(moments)));
        let workers = thread::available_parallelism().map_or(2, usize::from).min(4);
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..workers {
            let (setting, queue, tally) = (Arc::clone(&self), Arc::clone(&queue), Arc::clone(&tally));
            running.spawn(async move {
                loop {
                    let Some((moment, concurrency)) = queue.lock().unwrap().pop_front() else { break };
                    setting.try_one(moment, concurrency, &tally).await;
                }
            });
        }
        while let Some(ended) = running.join_next().await {
            ended.unwrap();
        }
        std::mem::take(&mut *tally.lock().unwrap())
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { members, steps, writes, calls, time, .. } = self;
        write!(f, "{members} members, {steps} steps, {writes} writes, {calls} calls, undisturbed in {time:?}")
    }
}

fn command(corp: &Corp, concurrency: u8, arguments: &[&str]) -> std::process::Command {
    let mut command = corp.command(&["apply", "-o", "json", "--concurrency", &concurrency.to_string()]);
    command.args(arguments).env("TXL_MIRROR", corp.path("m.db")).env("USER", "desk");
    command
}

fn apply(corp: &Corp, concurrency: u8, arguments: &[&str]) -> Ran {
    // The simulator answers on the other threads.
    Ran::of(tokio::task::block_in_place(|| command(corp, concurrency, arguments).output()).unwrap())
}

/// The mirror without what differs between two undisturbed runs: the order of creations decides on the QR codes.
fn comparable(content: BTreeMap<&'static str, BTreeSet<String>>) -> BTreeMap<&'static str, BTreeSet<String>> {
    const CODE: &str = "userQRCode?vcode=";
    let plain = |row: String| {
        let mut parts = row.split(CODE);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |plain, part| {
            plain + CODE + part.trim_start_matches(|char: char| char.is_ascii_alphanumeric())
        })
    };
    let tables = content.into_iter().filter(|(table, _)| *table != "run");
    tables.map(|(table, rows)| (table, rows.into_iter().map(plain).collect())).collect()
}

/// The number of writes that were executed.
fn executed(sim: &Sim) -> u64 {
    sim.writes().writes.iter().filter(|write| write.executed).count() as u64
}

/// The writes that were executed more than once.
fn written_twice(sim: &Sim) -> Vec<String> {
    let log = sim.writes();
    assert_eq!(log.dropped, 0);
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for write in log.writes.iter().filter(|write| write.executed) {
        *counts.entry((write.endpoint, &write.digest)).or_default() += 1;
    }
    let twice = counts.into_iter().filter(|(_, count)| *count > 1);
    twice.map(|((endpoint, digest), count)| format!("{endpoint} {digest}: {count} times")).collect()
}

/// The number of steps with an outcome in the mirror.
async fn recorded(store: &SqliteStore, corp: &CorpId) -> u64 {
    let steps = store.run_steps(corp, 1).await.unwrap();
    steps.iter().filter(|step| step.state != StepState::Sending).count() as u64
}

/// Applies the plan and kills the process at this moment. Returns whether the process was killed before its end.
async fn kill(corp: &Corp, moment: Moment, concurrency: u8) -> bool {
    let process: Arc<OnceLock<Pid>> = Arc::default();
    let store = Arc::new(SqliteStore::open(corp.path("m.db")).await.unwrap());
    let id = CorpId::from(corp.sim.corp_id());
    let (calls, writes) = (AtomicU64::new(0), AtomicU64::new(0));
    let (victim, faults) = (Arc::clone(&process), corp.sim.faults());
    corp.sim.before_each_call(move |path, _| {
        let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
        let before = if is_write(&path) {
            writes.fetch_add(1, Ordering::SeqCst)
        } else {
            writes.load(Ordering::SeqCst)
        };
        let is_due = match moment {
            Moment::Sent(write) => is_write(&path) && before + 1 == write,
            Moment::Executed(write) => {
                if is_write(&path) && before + 1 == write {
                    faults.next(&path, Fault::late_answer(Duration::from_secs(600))).unwrap();
                }
                false
            }
            Moment::Recorded(write) => before == write,
            Moment::Called(number) => call == number,
            Moment::Elapsed(_) => false,
        };
        let (victim, store, id) = (Arc::clone(&victim), Arc::clone(&store), id.clone());
        async move {
            if !is_due {
                return;
            }
            if let Moment::Recorded(write) = moment {
                while recorded(&store, &id).await < write {
                    tokio::task::yield_now().await;
                }
            }
            let pid = *tokio::task::block_in_place(|| victim.wait());
            // A process that has ended meanwhile cannot be killed.
            let _ = kill_process(pid, Signal::KILL);
            // The call never goes on.
            std::future::pending::<()>().await;
        }
    });
    let arguments = ["plan.json", "--yes"];
    let mut child =
        command(corp, concurrency, &arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pid = Pid::from_child(&child);
    process.set(pid).unwrap();
    let waiting = tokio::task::spawn_blocking(move || child.wait().unwrap());
    match moment {
        Moment::Executed(write) => {
            while !waiting.is_finished() && executed(&corp.sim) < write {
                tokio::task::yield_now().await;
            }
            let _ = kill_process(pid, Signal::KILL);
        }
        Moment::Elapsed(time) => {
            tokio::time::sleep(time).await;
            // A process that has been waited for has no id any more.
            if !waiting.is_finished() {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        Moment::Sent(_) | Moment::Recorded(_) | Moment::Called(_) => {}
    }
    let status = waiting.await.unwrap();
    corp.sim.before_each_call(|_, _| async {});
    corp.sim.faults().clear();
    assert!(status.signal() == Some(9) || status.success(), "{moment:?}: {status:?}");
    status.signal() == Some(9)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_at_a_step_boundary_ends_as_an_undisturbed_one() {
    let setting = Arc::new(Setting::prepare(if is_full() { 280 } else { 120 }).await);
    let mut moments = Vec::new();
    for write in 1..=setting.writes {
        moments.extend(
            [Moment::Sent(write), Moment::Executed(write), Moment::Recorded(write)].map(|at| (at, 1)),
        );
        if write % 8 == 0 {
            moments.push((Moment::Recorded(write), 8));
        }
    }
    if is_full() {
        assert!(setting.steps >= 200, "{setting}");
    } else {
        fastrand::Rng::with_seed(seed()).shuffle(&mut moments);
        moments.truncate(20);
    }
    let cases = moments.len();
    let started = Instant::now();
    let tally = Arc::clone(&setting).try_all(moments).await;
    println!("{setting}; seed {}: {cases} cases in {:?}, {tally:?}", seed(), started.elapsed());
    assert!(tally.killed * 10 >= cases as u64 * 9, "{tally:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_run_that_is_killed_at_any_moment_ends_as_an_undisturbed_one() {
    let (members, kills) = if is_full() { (6_800, 50) } else { (400, 4) };
    let setting = Arc::new(Setting::prepare(members).await);
    assert!(!is_full() || setting.steps >= 5_000, "{setting}");
    let mut random = fastrand::Rng::with_seed(seed());
    let moments = (0..kills).map(|kill| match kill % 2 {
        0 => (Moment::Called(random.u64(1..=setting.calls)), 8),
        _ => (Moment::Elapsed(setting.time.mul_f64(random.f64())), 8),
    });
    let moments = moments.collect();
    let started = Instant::now();
    let tally = Arc::clone(&setting).try_all(moments).await;
    println!("{setting}; seed {}: {kills} kills in {:?}, {tally:?}", seed(), started.elapsed());
    assert!(tally.killed * 10 >= kills * 8, "{tally:?}");
}
