//! Pulls that are killed, that meet each other, or that run out of space: the mirror stays whole, and the next pull completes.
//!
//! `TXL_TEST_MEMBERS` is the size of the corp that is pulled, 1,200 by default; `TXL_TEST_SEED` chooses the moments.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use wecom_directory::store::{Store, sqlite::SqliteStore};
use wecom_sim::{CallRule, Fault, Sim};

use crate::{corp::Corp, run::Ran};

/// How many pulls are killed.
const KILLS: u32 = 20;

fn setting(name: &str, default: u32) -> u32 {
    env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// A corp, and files with mirrors of it.
struct Pulled(Corp);

impl Pulled {
    async fn start(members: u32) -> Self {
        Self(Corp::start(Sim::builder().seed(members, members / 50, 1)).await)
    }

    fn command(&self, mirror: &Path) -> std::process::Command {
        let mut command = self.0.command(&["pull", "--via", "export", "--quiet", "-o", "json"]);
        command.env("TXL_MIRROR", mirror).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    fn pull(&self, mirror: &Path) -> Ran {
        Ran::of(self.command(mirror).output().unwrap())
    }

    /// Replaces the corp's people. Some userids stay, so that members are created, changed and removed.
    fn change(&self, members: u32) {
        self.0.sim.seed(members, members / 50, 2).unwrap();
    }

    /// The number of export jobs that were submitted so far.
    fn exports(&self) -> u64 {
        self.0.sim.faults().state().calls[0].seen
    }
}

/// Every row of the mirror without times and numbers. Persons are named by their userids.
pub(crate) async fn content(mirror: &Path) -> BTreeMap<&'static str, BTreeSet<String>> {
    let store = SqliteStore::open(mirror).await.unwrap();
    let mut persons = BTreeMap::new();
    let mut content = BTreeMap::new();
    let mut tables: Vec<_> = store.tables().iter().collect();
    tables.sort_by_key(|table| table.name != "member");
    for table in tables {
        let rows = store.dump(table, None, u32::MAX).await.unwrap();
        let name = |row: &[Value], column: &str| {
            table.columns.iter().position(|name| *name == column).map(|at| row[at].clone())
        };
        let lines = rows.into_iter().map(|row| {
            if table.name == "member" {
                let person = name(&row, "person").unwrap().to_string();
                let who = format!("{} {}", name(&row, "userid").unwrap(), name(&row, "state").unwrap());
                persons.insert(person, who);
            }
            let mut line = String::new();
            for (column, value) in table.columns.iter().zip(&row) {
                let value = match *column {
                    "read_at" | "at" | "started_at" | "ended_at" | "report" | "seq" | "pull" | "cause" => {
                        continue;
                    }
                    "person" => persons.get(&value.to_string()).cloned().unwrap_or_default(),
                    _ => value.to_string(),
                };
                line.push_str(&format!("{column}={value} "));
            }
            line
        });
        content.insert(table.name, lines.collect());
    }
    content
}

/// What a file of SQLite and its companions hold is copied by copying them, once no program uses them.
pub(crate) fn copy(from: &Path, to: &Path) {
    for companion in ["", "-wal"] {
        let with = |path: &Path| PathBuf::from(format!("{}{companion}", path.display()));
        if with(from).exists() {
            fs::copy(with(from), with(to)).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_is_killed_at_any_moment_is_completed_by_the_next_one() {
    let members = setting("TXL_TEST_MEMBERS", 1_200);
    let seed = setting("TXL_TEST_SEED", 7);
    let corp = Pulled::start(members / 2).await;
    let path = |name: &str| corp.0.path(name);
    assert_eq!(corp.pull(&path("old.db")).code, 0);
    corp.change(members);
    // Counts the submissions; the log drops its oldest requests.
    corp.0.sim.faults().add(CallRule::new("export/user", Fault::late(Duration::ZERO))).unwrap();

    // Undisturbed: a first pull, and one that changes a mirror.
    copy(&path("old.db"), &path("changed.db"));
    let mut expected = Vec::new();
    let mut times = Vec::new();
    for mirror in ["first.db", "changed.db"] {
        let started = Instant::now();
        let ran = corp.pull(&path(mirror));
        times.push(started.elapsed());
        assert_eq!(ran.code, 0, "{ran:?}");
        expected.push(content(&path(mirror)).await);
    }
    for action in ["created", "changed", "removed"] {
        let count = expected[1]["change"].iter().filter(|change| change.contains(action)).count();
        assert!(count > members as usize / 50, "{count} {action}");
    }

    let mut random = fastrand::Rng::with_seed(seed.into());
    let (mut killed, mut continued) = (0, 0);
    for kill in 0..KILLS {
        let kind = (kill % 2) as usize;
        let mirror = path(&format!("killed{kill}.db"));
        if kind == 1 {
            copy(&path("old.db"), &mirror);
        }
        let before = corp.exports();
        let moment = times[kind].mul_f64(random.f64());
        let case = format!("seed {seed}, kill {kill} after {moment:?} of {:?}", times[kind]);
        let mut child = corp.command(&mirror).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(moment);
        child.kill().unwrap();
        let has_ended = child.wait().unwrap().success();
        let submitted = corp.exports() - before;

        let id = corp.0.sim.corp_id().into();
        let has_job = mirror.exists() && {
            let store = SqliteStore::open(&mirror).await.unwrap();
            let progress = store.progress(&id).await.unwrap();
            progress.is_some_and(|progress| !progress.exports.is_empty())
        };
        let next = corp.pull(&mirror);
        assert_eq!(next.code, 0, "{case}: {next:?}");
        let again = corp.exports() - before - submitted;
        assert_eq!(again, u64::from(!has_job), "{case}: a job that is known is not submitted again");
        assert!(submitted <= 1, "{case}: {submitted} jobs in one pull");
        let content = content(&mirror).await;
        for (table, rows) in &content {
            let wanted = &expected[kind][table];
            // The killed pull and the next one may both have a row.
            if *table != "pull" {
                let difference: Vec<_> = rows.symmetric_difference(wanted).take(5).collect();
                assert!(difference.is_empty(), "{case}: {table}: {difference:#?}");
            }
        }
        killed += u32::from(!has_ended);
        continued += u32::from(has_job);
    }
    println!(
        "{members} members, pulls of {times:?}, seed {seed}: {killed} of {KILLS} pulls killed, {continued} export jobs continued"
    );
    assert!(killed >= KILLS / 2 && continued > 0, "seed {seed}: {killed} killed, {continued} continued");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_pulls_at_once_one_waits_for_the_other() {
    let corp = Pulled::start(300).await;
    let mirror = corp.0.path("m.db");
    let children: Vec<_> = (0..2).map(|_| corp.command(&mirror).spawn().unwrap()).collect();
    for child in children {
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
    }
    let content = content(&mirror).await;
    assert_eq!((content["change"].len(), content["member"].len()), (0, 300));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_runs_out_of_space_leaves_the_mirror_as_it_was() {
    let corp = Pulled::start(100).await;
    let mirror = corp.0.path("m.db");
    assert_eq!(corp.pull(&mirror).code, 0);
    let before = content(&mirror).await;
    corp.change(3_000);
    // In units of 512 or 1,024 bytes. With and without the signal of a file that may not grow.
    for script in [r#"ulimit -f 600; exec "$@""#, r#"trap "" XFSZ; ulimit -f 600; exec "$@""#] {
        let mut command = crate::run::in_a_shell(script, &["pull", "--via", "export"]);
        for (name, value) in corp.command(&mirror).get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let ran = Ran::of(command.current_dir(corp.0.directory.path()).output().unwrap());
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains("the mirror"), "{ran:?}");
        assert_eq!(content(&mirror).await, before);
    }
    let ran = corp.pull(&mirror);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        content(&mirror).await["member"].iter().filter(|row| row.contains("state=\"present\"")).count(),
        3_000
    );
}
