//! Plans of a roster against the mirror, beside the bare limits: reading the rows of the CSV file, and reading the members of the mirror
//! twice, as a plan must.
//!
//! Of a hundred rows one is different. The corp of `ROWS` members is compared with one of a tenth.
//! `ROWS=1000000 ROUNDS=1 cargo bench -p wecom-directory --bench plan` uses more rows and fewer rounds.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that fails stops")]

mod shared;

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    time::Instant,
};

use wecom_contacts::{CorpId, DepartmentId, members::MemberField};
use wecom_directory::{
    plan::Planning,
    policy::Policy,
    pull::{Pull, Via},
    record::{DepartmentRecord, MemberRecord},
    roster::{Column, Place, Roster},
    store::{Store, sqlite::SqliteStore},
};
use wecom_sim::Sim;

use crate::shared::{Corp, Figure, Measured, POLLING, Server, median, one, rows, setting};

/// One of this number of rows differs from the corp.
const DIFFERENT: usize = 100;
const PAGE: u32 = 10_000;

fn main() {
    shared::main(compare, serve, measure);
}

/// Runs the simulator until the standard input ends.
async fn serve(sim: Sim) {
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    drop(sim);
}

async fn measure(role: String, corp: Corp, file: PathBuf) -> Measured {
    let csv = file.with_extension("csv");
    let store = SqliteStore::open(&file).await.unwrap();
    let id = CorpId::from(corp.corp_id.as_str());
    match role.as_str() {
        "pull" => pull(&corp, &store).await,
        "roster" => write_roster(&store, &id, &csv).await,
        "csv" => read_csv(&csv),
        "members" => read_members(&store, &id).await,
        "plan" => plan(&store, &id, &csv).await,
        other => panic!("no such role: {other}"),
    }
}

async fn pull(corp: &Corp, store: &SqliteStore) -> Measured {
    let pull = Pull::new(corp.corp_id.as_str())
        .contacts_sync(corp.contacts())
        .app(corp.agent_id, corp.app())
        .via(Via::Export)
        .polling(POLLING);
    let started = Instant::now();
    let report = pull.run(store).await.unwrap();
    assert!(report.complete, "{report:?}");
    one("time", started.elapsed())
}

fn path(departments: &BTreeMap<DepartmentId, DepartmentRecord>, id: DepartmentId) -> String {
    let mut names = Vec::new();
    let mut next = departments.get(&id);
    while let Some(department) = next {
        names.insert(0, department.name.known().unwrap().as_str());
        next = department.parent.known().and_then(|parent| departments.get(parent));
    }
    names.join("/")
}

/// Writes the corp as HR has it: of the rows that differ, half have another position, a quarter another department, and a quarter are
/// newcomers in place of people who left.
async fn write_roster(store: &SqliteStore, id: &CorpId, csv: &Path) -> Measured {
    let departments: BTreeMap<_, _> = store
        .departments(id)
        .await
        .unwrap()
        .into_iter()
        .map(|department| (department.id, department))
        .collect();
    let paths: Vec<String> = departments.keys().map(|id| path(&departments, *id)).collect();
    let by_id: BTreeMap<_, _> = departments.keys().zip(&paths).collect();
    let mut writer = csv::Writer::from_path(csv).unwrap();
    writer.write_record(["帐号", "姓名", "手机号", "职位", "部门"]).unwrap();
    let mut number = 0;
    let mut after = None;
    loop {
        let page = store.members_after(id, after, PAGE).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.person;
        for MemberRecord { member, seats, .. } in &page {
            let main = seats.iter().find(|seat| seat.is_main.known() == Some(&true)).unwrap_or(&seats[0]);
            let mut department = by_id[&main.department].as_str();
            let text = |field: &wecom_contacts::Seen<String>| field.known().cloned().unwrap_or_default();
            let (mut userid, mut name, mut mobile) =
                (member.userid.to_string(), text(&member.name), text(&member.mobile));
            let mut position = text(&member.position);
            if number % DIFFERENT == 0 {
                match number / DIFFERENT % 4 {
                    0 | 1 => position = "首席顾问".to_owned(),
                    2 => department = &paths[number % paths.len()],
                    _ => {
                        (userid, name, mobile) = (
                            format!("newcomer{number}"),
                            format!("新人{number}"),
                            format!("+1 206{number:07}"),
                        )
                    }
                }
            }
            number += 1;
            writer.write_record([&userid, &name, &mobile, &position, department]).unwrap();
        }
    }
    writer.flush().unwrap();
    Measured::from([("rows".to_owned(), number as f64)])
}

/// Reads the cells of the file.
fn read_csv(csv: &Path) -> Measured {
    let started = Instant::now();
    let mut reader = csv::Reader::from_reader(File::open(csv).unwrap());
    let mut record = csv::StringRecord::new();
    let mut cells = 0;
    while reader.read_record(&mut record).unwrap() {
        cells += record.iter().filter(|cell| !cell.is_empty()).count();
    }
    assert!(cells >= rows() * 4, "{cells} cells");
    one("time", started.elapsed())
}

/// Reads the members of the mirror twice.
async fn read_members(store: &SqliteStore, id: &CorpId) -> Measured {
    let started = Instant::now();
    for _ in 0..2 {
        let (mut count, mut after) = (0, None);
        loop {
            let page = store.members_after(id, after, PAGE).await.unwrap();
            let Some(last) = page.last() else { break };
            after = last.person;
            count += page.len();
        }
        assert_eq!(count, rows());
    }
    one("time", started.elapsed())
}

/// Reads the file as a roster and makes the plan.
async fn plan(store: &SqliteStore, id: &CorpId, csv: &Path) -> Measured {
    use MemberField::{Mobile, Name, Position, Userid};

    let started = Instant::now();
    let field = Column::Field;
    let mut roster =
        Roster::new([field(Userid), field(Name), field(Mobile), field(Position), Column::Departments]);
    let mut reader = csv::Reader::from_reader(File::open(csv).unwrap());
    let mut record = csv::StringRecord::new();
    let mut line = 1;
    while reader.read_record(&mut record).unwrap() {
        line += 1;
        roster.push(Place { file: 0, line }, |row| record.iter().for_each(|cell| row.text(cell)));
    }
    let read = started.elapsed();
    let plan = Planning::new(Policy::default()).roster(store, id, &roster).await.unwrap();
    let time = started.elapsed();
    let steps = plan.steps.len();
    let different = rows() / DIFFERENT;
    // A move to the same department changes nothing.
    assert!(steps > different * 9 / 10 && steps <= different + 1, "{steps} steps: {:?}", plan.counts);
    Measured::from([
        ("roster".to_owned(), read.as_secs_f64()),
        ("time".to_owned(), time.as_secs_f64()),
        ("steps".to_owned(), steps as f64),
    ])
}

const MEASURED: [&str; 3] = ["csv", "members", "plan"];

/// The measurements of a corp of this size, in rounds.
fn of_size(rows: usize) -> Vec<BTreeMap<&'static str, Figure>> {
    let server = Server::start(rows);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mirror.db");
    server.run("pull", &file);
    server.run("roster", &file);
    let round = |_| MEASURED.map(|role| (role, server.run(role, &file))).into_iter().collect();
    (0..setting("ROUNDS", 3)).map(round).collect()
}

fn compare() {
    // Cargo passes arguments of its own.
    let rows = rows();
    let (mut seconds, mut processor) = (Vec::new(), Vec::new());
    for rows in [rows / 10, rows] {
        let rounds = of_size(rows);
        println!("{rows} members and rows, {} rounds; medians", rounds.len());
        for name in MEASURED {
            let times = |key: &str| median(rounds.iter().map(|round| round[name].time(key)));
            let peak = median(rounds.iter().map(|round| round[name].peak_mib));
            let rate = rows as f64 / times("time");
            let cpu = median(rounds.iter().map(|round| round[name].cpu));
            println!(
                "{name:8} {:8.2} s {rate:10.0} rows/s, processor time {cpu:.2} s, peak {peak:.0} MiB",
                times("time")
            );
            if name == "plan" {
                println!("  the file {:.2} s, {} steps", times("roster"), times("steps"));
            }
        }
        let limit = |round: &BTreeMap<_, Figure>| round["csv"].time("time") + round["members"].time("time");
        let of_limit = median(rounds.iter().map(|round| round["plan"].time("time") / limit(round)));
        println!("plan: {of_limit:.2} of the time of reading the file and the members twice");
        processor.push(median(rounds.iter().map(|round| round["plan"].cpu)));
        seconds.push(median(rounds.iter().map(|round| round["plan"].time("time"))));
    }
    let linear = seconds[1] / seconds[0] / 10.0;
    println!("from {} to {rows} rows: {linear:.2} of linear (aim 1.2)", rows / 10);
    let linear = processor[1] / processor[0] / 10.0;
    println!("by processor time: {linear:.2} of linear");
}
