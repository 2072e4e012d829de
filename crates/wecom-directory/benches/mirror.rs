//! Pulls of a corp into SQLite, and searches in the mirror, beside the bare limits: decoding the rows of the export, and inserting the
//! same rows into the same tables.
//!
//! `ROWS=1000000 ROUNDS=1 cargo bench -p wecom-directory --bench mirror` uses more rows and fewer rounds. With `--features postgres`
//! it pulls into PostgreSQL, too: that of `TXL_TEST_DATABASE_URL`, otherwise a private one.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that fails stops")]

mod shared;

use std::{
    collections::BTreeMap,
    fs,
    hint::black_box,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use rusqlite::{Connection, params_from_iter, types::Value};
use wecom_contacts::{CorpId, members::MemberPatch};
use wecom_directory::{
    pull::{Pull, Stage, Via},
    search::{self, Searcher},
    store::{Store, sqlite::SqliteStore},
};
use wecom_sim::Sim;

use crate::shared::{Corp, Figure, Measured, POLLING, Server, median, one, rows, setting};

/// A pull into PostgreSQL. Its file is the URL.
#[cfg(feature = "postgres")]
const POSTGRES: &str = "pull into PostgreSQL";
#[cfg(feature = "postgres")]
const FIRST_POSTGRES: &str = "first, PostgreSQL";
#[cfg(feature = "postgres")]
const AGAIN_POSTGRES: &str = "again, PostgreSQL";
#[cfg(feature = "postgres")]
const CHANGED_POSTGRES: &str = "1 %, PostgreSQL";
/// One of this number of members is changed.
const CHANGED: usize = 100;

fn main() {
    shared::main(compare, serve, measure);
}

/// Runs the simulator until the standard input ends.
async fn serve(sim: Sim) {
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    drop(sim);
}

async fn measure(role: String, corp: Corp, file: PathBuf) -> Measured {
    match role.as_str() {
        "decode" => decode(&corp).await,
        "pull" => pull(&corp, &SqliteStore::open(&file).await.unwrap()).await,
        #[cfg(feature = "postgres")]
        POSTGRES => {
            let url = file.to_str().unwrap();
            pull(&corp, &wecom_directory::store::postgres::PostgresStore::open(url).await.unwrap()).await
        }
        "change" => change(&corp).await,
        "insert" => insert(&file).await,
        "find" => find(&corp, &file, true).await,
        "find in the store" => find(&corp, &file, false).await,
        other => panic!("no such role: {other}"),
    }
}

/// Decodes the rows of an export that is done.
async fn decode(corp: &Corp) -> Measured {
    let export = corp.app().exports().members().await.unwrap().wait(POLLING).await.unwrap();
    let started = Instant::now();
    let count = export.rows().batches().try_fold(0, |rows, batch| async move { Ok(rows + batch.len()) });
    assert_eq!(count.await.unwrap(), rows());
    one("time", started.elapsed())
}

/// Pulls, and returns the time of each stage.
async fn pull(corp: &Corp, store: &dyn Store) -> Measured {
    let begun: Arc<Mutex<Vec<(Stage, Instant)>>> = Arc::default();
    let stages = Arc::clone(&begun);
    let pull = Pull::new(corp.corp_id.as_str())
        .contacts_sync(corp.contacts())
        .app(corp.agent_id, corp.app())
        .via(Via::Export)
        .polling(POLLING)
        .on_progress(move |progress| {
            let mut stages = stages.lock().unwrap();
            if stages.last().is_none_or(|(stage, _)| *stage != progress.stage) {
                stages.push((progress.stage, Instant::now()));
            }
        });
    let report = pull.run(store).await.unwrap();
    let ended = Instant::now();
    assert!(report.complete && report.members.seen == rows() as u64, "{report:?}");
    let mut times = Measured::new();
    let begun = begun.lock().unwrap();
    for (at, (stage, began)) in begun.iter().enumerate() {
        let until = begun.get(at + 1).map_or(ended, |(_, next)| *next);
        *times.entry(format!("{stage:?}")).or_default() += (until - *began).as_secs_f64();
    }
    // From the first rows of the export to the end, without the readings of ids.
    times.insert("time".to_owned(), times["Details"] + times["Tags"] + times["Commit"]);
    times.insert("changed".to_owned(), (report.members.created + report.members.changed) as f64);
    times
}

/// Changes one member of a hundred.
async fn change(corp: &Corp) -> Measured {
    let contacts = corp.contacts();
    let mut userids: Vec<_> = contacts
        .members()
        .ids()
        .page_size(10_000)
        .stream()
        .map_ok(|row| row.userid)
        .try_collect()
        .await
        .unwrap();
    userids.sort();
    userids.dedup();
    let started = Instant::now();
    let update = |userid| {
        let contacts = contacts.clone();
        async move {
            let patch = MemberPatch::new().position("新组长").address(format!("新址{}", std::process::id()));
            contacts.members().update(userid, patch).await.unwrap();
        }
    };
    stream::iter(userids.into_iter().step_by(CHANGED))
        .map(update)
        .buffer_unordered(32)
        .collect::<Vec<_>>()
        .await;
    one("time", started.elapsed())
}

/// Inserts the rows of the mirror into the tables of a new one, with the same statements for all rows of a table.
async fn insert(file: &Path) -> Measured {
    const TABLES: [(&str, &str); 4] = [
        ("person", "person"),
        ("member", "person"),
        ("seat", "person, department"),
        ("member_search", "person"),
    ];
    let target = file.with_extension("bare.db");
    drop(SqliteStore::open(&target).await.unwrap());
    let source = Connection::open(file).unwrap();
    let target_connection = Connection::open(&target).unwrap();
    target_connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = NORMAL; BEGIN").unwrap();
    let mut time = Duration::ZERO;
    for (table, order) in TABLES {
        let mut select = source.prepare(&format!("SELECT * FROM {table} ORDER BY {order}")).unwrap();
        let width = select.column_count();
        let places = vec!["?"; width].join(", ");
        let mut put = target_connection.prepare(&format!("INSERT INTO {table} VALUES ({places})")).unwrap();
        let mut read = select.query([]).unwrap();
        loop {
            let mut batch: Vec<Vec<Value>> = Vec::new();
            while batch.len() < 10_000
                && let Some(row) = read.next().unwrap()
            {
                batch.push((0..width).map(|at| row.get(at).unwrap()).collect());
            }
            if batch.is_empty() {
                break;
            }
            let started = Instant::now();
            for row in &batch {
                put.execute(params_from_iter(row)).unwrap();
            }
            time += started.elapsed();
        }
    }
    let started = Instant::now();
    target_connection.execute_batch("COMMIT").unwrap();
    time += started.elapsed();
    drop(target_connection);
    for companion in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{companion}", target.display()));
    }
    one("time", time)
}

/// 200 queries as people type them: names, pinyin, initials, userids, numbers, departments.
fn queries(searcher: &Searcher) -> Vec<String> {
    let families = ["张", "王", "李", "zhang", "wang", "li", "zh", "w", "chen", "liu"];
    let given = ["伟", "w", "min", "敏", "j", "jie", "xiu ying", "xy", "0014", "工程师"];
    let mut queries: Vec<String> = families
        .iter()
        .flat_map(|family| given.iter().map(move |given| format!("{family}{given}")))
        .collect();
    let hits = searcher.find("a", 60).0;
    queries.extend(hits.iter().take(50).map(|hit| hit.userid.as_str().to_owned()));
    queries.extend(hits.iter().take(30).map(|hit| hit.name.clone()));
    let of_department = |hit: &search::Hit| {
        let department = hit.departments.first()?.rsplit('/').next()?;
        Some(format!("{} {department}", hit.name.chars().next()?))
    };
    queries.extend(hits.iter().rev().filter_map(of_department).take(20));
    queries.truncate(200);
    queries
}

async fn find(corp: &Corp, file: &Path, in_memory: bool) -> Measured {
    let store = SqliteStore::open(file).await.unwrap();
    let id = CorpId::from(corp.corp_id.as_str());
    let started = Instant::now();
    let searcher = Searcher::read(&store, &id).await.unwrap();
    let read = started.elapsed();
    let queries = queries(&searcher);
    let searcher = in_memory.then_some(searcher);
    let mut times = Vec::new();
    for query in &queries {
        let started = Instant::now();
        black_box(match &searcher {
            Some(searcher) => searcher.find(query, 20),
            None => search::find(&store, &id, query, 20).await.unwrap(),
        });
        times.push(started.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    BTreeMap::from([
        ("read".to_owned(), read.as_secs_f64()),
        ("queries".to_owned(), queries.len() as f64),
        ("p50".to_owned(), at(0.5)),
        ("p99".to_owned(), at(0.99)),
        ("slowest".to_owned(), at(1.0)),
    ])
}

/// One round: each measurement once, the limits beside the pulls.
fn round(server: &Server, directory: &Path, number: usize) -> BTreeMap<&'static str, Figure> {
    let file = directory.join(format!("mirror{number}.db"));
    let mut figures = BTreeMap::new();
    figures.insert("decode", server.run("decode", &file));
    figures.insert("first", server.run("pull", &file));
    figures.insert("insert", server.run("insert", &file));
    figures.insert("again", server.run("pull", &file));
    #[cfg(feature = "postgres")]
    let database = private_servers::postgres::TestDatabase::create().unwrap();
    #[cfg(feature = "postgres")]
    for name in [FIRST_POSTGRES, AGAIN_POSTGRES] {
        figures.insert(name, server.run(POSTGRES, Path::new(&database.url())));
    }
    server.run("change", &file);
    figures.insert("1 % changed", server.run("pull", &file));
    #[cfg(feature = "postgres")]
    figures.insert(CHANGED_POSTGRES, server.run(POSTGRES, Path::new(&database.url())));
    figures.insert("find", server.run("find", &file));
    figures.insert("find in the store", server.run("find in the store", &file));
    figures
}

fn compare() {
    // Cargo passes arguments of its own.
    let rows = rows();
    let server = Server::start(rows);
    let directory = tempfile::tempdir().unwrap();
    let rounds: Vec<_> =
        (0..setting("ROUNDS", 3)).map(|number| round(&server, directory.path(), number)).collect();
    println!("{rows} members, {} rounds; medians", rounds.len());
    #[cfg_attr(not(feature = "postgres"), expect(unused_mut, reason = "only PostgreSQL adds names"))]
    let mut names = vec!["decode", "insert", "first", "again", "1 % changed"];
    #[cfg(feature = "postgres")]
    names.extend([FIRST_POSTGRES, AGAIN_POSTGRES, CHANGED_POSTGRES]);
    for name in names {
        let times = |key: &str| median(rounds.iter().filter_map(|round| round[name].times.get(key).copied()));
        let peak = median(rounds.iter().map(|round| round[name].peak_mib));
        println!(
            "{name:17} {:8.2} s {:10.0} rows/s, processor time {:.2} s, peak {peak:.0} MiB",
            times("time"),
            rows as f64 / times("time"),
            median(rounds.iter().map(|round| round[name].cpu))
        );
        if rounds[0][name].times.contains_key("Details") {
            for stage in ["Ids", "Export", "Details", "Tags", "Closing", "Commit"] {
                print!("  {stage} {:.2} s", times(stage));
            }
            println!("  changed {}", times("changed"));
        }
    }
    let ratio = |over: fn(&BTreeMap<&'static str, Figure>) -> f64| median(rounds.iter().map(over));
    let slowest = ratio(|round| {
        round["decode"].times["time"].max(round["insert"].times["time"]) / round["first"].times["time"]
    });
    println!("first pull: {slowest:.2} of the rate of the slowest stage alone (aim 0.5, better 0.7)");
    let again = ratio(|round| round["first"].times["time"] / round["again"].times["time"]);
    println!("unchanged: {again:.2} of the first pull's rate (aim 1.5)");
    let changed = ratio(|round| round["1 % changed"].times["time"] / round["again"].times["time"]);
    println!("1 % changed: {changed:.2} of the unchanged pull's time (aim 1.15)");
    #[cfg(feature = "postgres")]
    {
        let of_file = ratio(|round| round["first"].time("time") / round[FIRST_POSTGRES].time("time"));
        println!("first pull into PostgreSQL: {of_file:.2} of the rate into SQLite (aim 0.3)");
    }
    for name in ["find", "find in the store"] {
        let times = |key: &str| median(rounds.iter().map(|round| round[name].time(key))) * 1e3;
        let peak = median(rounds.iter().map(|round| round[name].peak_mib));
        println!(
            "{name}: {:.0} queries, p50 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms; people read in {:.0} ms; peak {peak:.0} MiB",
            times("queries") / 1e3,
            times("p50"),
            times("p99"),
            times("slowest"),
            times("read"),
        );
    }
}
