//! Applying a plan of 10,000 mixed steps, beside the bare limit: the SDK sends the same writes with as many callers.
//!
//! The rate of a run counts all of its calls, those that read included.
//! `STEPS=1000 ROUNDS=1 cargo bench -p wecom-directory --bench apply` uses fewer steps and rounds; `CALLERS` defaults to 8.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that fails stops")]

mod shared;

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::{BufRead as _, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use wecom_contacts::{
    Client, CorpId, DepartmentId, TagId,
    departments::{DepartmentPatch, NewDepartment},
    members::{MemberField, MemberPatch, NewMember},
    tags::TagNodes,
};
use wecom_directory::{
    apply::{Apply, RunEvent},
    journal::ObjectKind,
    plan::{Plan, Planning, Step, StepAction},
    policy::{Limit, Measure, Policy},
    pull::{Pull, Via},
    record::DepartmentRecord,
    roster::{Column, Place, Roster},
    store::{Store, sqlite::SqliteStore},
};
use wecom_sim::Sim;

use crate::shared::{
    Corp, Figure, Measured, POLLING, Server, cpu, departments, median, one, print, rows, setting,
};

fn main() {
    shared::main(compare, serve, measure);
}

fn callers() -> usize {
    setting("CALLERS", 8)
}

/// Obeys commands until the standard input ends: `calls` prints the number of calls since the last such command, `reset` brings the
/// corp back.
async fn serve(sim: Sim) {
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    sim.before_each_call(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        async {}
    });
    let obey = move || {
        for command in std::io::stdin().lines() {
            match command.unwrap().as_str() {
                "calls" => print(&calls.swap(0, Ordering::Relaxed).to_string()),
                "reset" => {
                    let rows = u32::try_from(rows()).unwrap();
                    sim.seed(rows, departments(rows), 1).unwrap();
                    print("done");
                }
                other => panic!("no such command: {other}"),
            }
        }
    };
    tokio::task::spawn_blocking(obey).await.unwrap();
}

async fn measure(role: String, corp: Corp, file: PathBuf) -> Measured {
    let plan = file.with_extension("json");
    let id = CorpId::from(corp.corp_id.as_str());
    match role.as_str() {
        "pull" => pull(&corp, &file).await,
        "plan" => write_plan(&SqliteStore::open(&file).await.unwrap(), &id, &plan).await,
        "apply" => apply(&corp, &file, &plan).await,
        "bare" => bare(&corp, &plan).await,
        other => panic!("no such role: {other}"),
    }
}

async fn pull(corp: &Corp, file: &Path) -> Measured {
    let store = SqliteStore::open(file).await.unwrap();
    let pull = Pull::new(corp.corp_id.as_str())
        .contacts_sync(corp.contacts())
        .app(corp.agent_id, corp.app())
        .via(Via::Export)
        .polling(POLLING);
    let started = Instant::now();
    assert!(pull.run(&store).await.unwrap().complete);
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

/// Plans the roster of a corp in which seven of eight members change or get a new colleague.
async fn write_plan(store: &SqliteStore, id: &CorpId, file: &Path) -> Measured {
    use MemberField::{Alias, Mobile, Name, Position, Userid};

    let field = Column::Field;
    let columns = [field(Userid), field(Name), field(Mobile), field(Position), field(Alias)];
    let mut roster = Roster::new(columns.into_iter().chain([Column::Departments, Column::Tags]));
    let departments: BTreeMap<_, _> = store
        .departments(id)
        .await
        .unwrap()
        .into_iter()
        .map(|department| (department.id, department))
        .collect();
    let paths: Vec<String> = departments.keys().map(|id| path(&departments, *id)).collect();
    let by_id: HashMap<_, _> = departments.keys().copied().zip(&paths).collect();
    let tags = store.tags(id).await.unwrap();
    let root = paths[0].as_str();
    let mut line = 1;
    let mut push = |cells: [&str; 5], department: &str, tags: &[String]| {
        line += 1;
        roster.push(Place { file: 0, line }, |row| {
            cells.into_iter().for_each(|cell| row.text(cell));
            row.list([department]);
            row.list(tags.iter().map(String::as_str));
        });
    };
    let members = store.members_after(id, None, u32::MAX).await.unwrap();
    let protected = members[0].member.userid.to_string();
    for (at, record) in members.iter().enumerate() {
        let member = &record.member;
        let kind = if at < 8 { 7 } else { at % 8 };
        if kind == 0 {
            continue;
        }
        let text = |field: &wecom_contacts::Seen<String>| field.known().cloned().unwrap_or_default();
        let main = record.seats.iter().find(|seat| seat.is_main.known() == Some(&true)).unwrap();
        let department = if kind == 1 { &paths[at % paths.len()] } else { by_id[&main.department] };
        let position =
            if kind == 2 || kind == 3 { "首席顾问".to_owned() } else { text(&member.position) };
        let alias = if kind == 4 { "新别名".to_owned() } else { text(&member.alias) };
        let has = |members: &[wecom_contacts::UserId]| members.contains(&member.userid);
        let mut tagged: Vec<_> = tags
            .iter()
            .filter(|tag| tag.members.known().is_some_and(|members| has(members)))
            .map(|tag| text(&tag.name))
            .collect();
        if kind == 5 {
            tagged.push(text(&tags[at % tags.len()].name));
            tagged.dedup();
        }
        let cells = [member.userid.as_str(), &text(&member.name), &text(&member.mobile), &position, &alias];
        push(cells, department, &tagged);
        if kind == 6 || kind == 5 {
            let (userid, mobile) = (format!("newcomer{at}"), format!("+1 206{at:07}"));
            let department = if kind == 6 { format!("{root}/新部{}", at / 400) } else { root.to_owned() };
            push([&userid, &format!("新人{at}"), &mobile, "专员", ""], &department, &[]);
        }
    }
    let mut policy: Policy = serde_json::from_value(serde_json::json!({
        "roster": {"scope": [root], "leavers": "disable", "protected": [protected]}
    }))
    .unwrap();
    for measure in Measure::ALL {
        policy.gate.set(*measure, Limit::new(Some(1_000_000), 1.0, 1_000_000));
    }
    let plan = Planning::new(policy).roster(store, id, &roster).await.unwrap();
    assert!(plan.gate.passes(), "{:?}", plan.gate);
    fs::write(file, serde_json::to_vec(&plan).unwrap()).unwrap();
    Measured::from([("steps".to_owned(), plan.steps.len() as f64)])
}

fn read_plan(file: &Path) -> Plan {
    Plan::from_json(&fs::read(file).unwrap()).unwrap()
}

/// Applies the plan, and notes when the first write is sent and when the last one has its outcome.
async fn apply(corp: &Corp, file: &Path, plan: &Path) -> Measured {
    let plan = read_plan(plan);
    let store = SqliteStore::open(file).await.unwrap();
    let stages: Arc<Mutex<BTreeMap<&str, (Instant, f64)>>> = Arc::default();
    let noted = Arc::clone(&stages);
    let now = || (Instant::now(), cpu());
    let started = now();
    let report = Apply::new(corp.corp_id.as_str(), corp.contacts())
        .app(corp.agent_id, corp.app())
        .concurrency(callers())
        .on_event(move |event| {
            let stage = match event {
                RunEvent::Sending { .. } => "sending",
                RunEvent::Verifying => "verifying",
                _ => return,
            };
            noted.lock().unwrap().entry(stage).or_insert_with(now);
        })
        .run(&store, &plan)
        .await
        .unwrap();
    let ended = now();
    assert!(report.is_clean(), "{:?} {:?}", report.counts, report.stopped);
    let stages = stages.lock().unwrap();
    let mut measured = Measured::from([
        ("time".to_owned(), (ended.0 - started.0).as_secs_f64()),
        ("steps".to_owned(), report.counts.done as f64),
    ]);
    let bounds = [started, stages["sending"], stages["verifying"], ended];
    for (stage, bounds) in ["look", "send", "verify"].into_iter().zip(bounds.windows(2)) {
        measured.insert(stage.to_owned(), (bounds[1].0 - bounds[0].0).as_secs_f64());
        measured.insert(format!("{stage} cpu"), bounds[1].1 - bounds[0].1);
    }
    measured
}

/// A write of the plan, ready to be sent.
enum Write {
    CreateMember(Box<NewMember>),
    UpdateMember(String, Box<MemberPatch>),
    CreateDepartment(Box<NewDepartment>),
    UpdateDepartment(DepartmentId, Box<DepartmentPatch>),
    Tag(TagId, bool, TagNodes),
}

impl Write {
    fn of(step: &Step) -> Self {
        let mut body = step.body();
        let id = step.object.id.clone();
        match (step.object.kind, step.action) {
            (ObjectKind::Member, StepAction::Create) => {
                body.insert("userid".to_owned(), id.into());
                Self::CreateMember(Box::new(serde_json::from_value(body.into()).unwrap()))
            }
            (ObjectKind::Member, StepAction::Update) => {
                Self::UpdateMember(id, Box::new(serde_json::from_value(body.into()).unwrap()))
            }
            (ObjectKind::Department, StepAction::Create) => {
                body.insert("id".to_owned(), id.parse::<u32>().unwrap().into());
                Self::CreateDepartment(Box::new(serde_json::from_value(body.into()).unwrap()))
            }
            (ObjectKind::Department, StepAction::Update) => {
                let patch = serde_json::from_value(body.into()).unwrap();
                Self::UpdateDepartment(DepartmentId(id.parse().unwrap()), Box::new(patch))
            }
            (ObjectKind::Tag, StepAction::AddMembers | StepAction::RemoveMembers) => {
                let members: Vec<String> = serde_json::from_value(body["userlist"].clone()).unwrap();
                let nodes = TagNodes::new().members(members);
                Self::Tag(TagId(id.parse().unwrap()), step.action == StepAction::AddMembers, nodes)
            }
            other => panic!("no such step in this plan: {other:?}"),
        }
    }

    async fn send(self, client: &Client) -> wecom_contacts::Result<()> {
        match self {
            Self::CreateMember(new) => client.members().create(*new).await.map(drop),
            Self::UpdateMember(userid, patch) => client.members().update(userid, *patch).await,
            Self::CreateDepartment(new) => client.departments().create(*new).await.map(drop),
            Self::UpdateDepartment(id, patch) => client.departments().update(id, *patch).await,
            Self::Tag(id, true, nodes) => client.tags().add(id, nodes).await.map(drop),
            Self::Tag(id, false, nodes) => client.tags().remove(id, nodes).await.map(drop),
        }
    }
}

/// Sends the same writes with the SDK alone: the departments one by one, then the members, then the tags.
async fn bare(corp: &Corp, plan: &Path) -> Measured {
    let plan = read_plan(plan);
    let of = |kind| -> Vec<Write> {
        plan.steps.iter().filter(|step| step.object.kind == kind).map(Write::of).collect()
    };
    let groups = [
        (of(ObjectKind::Department), 1),
        (of(ObjectKind::Member), callers()),
        (of(ObjectKind::Tag), callers()),
    ];
    let client = corp.contacts();
    let started = Instant::now();
    for (writes, callers) in groups {
        stream::iter(writes)
            .map(|write| write.send(&client))
            .buffer_unordered(callers)
            .try_collect::<()>()
            .await
            .unwrap();
    }
    one("time", started.elapsed())
}

/// Gives the simulator a command and returns its answer.
fn command(server: &mut Server, command: &str) -> String {
    writeln!(server.stdin.as_mut().unwrap(), "{command}").unwrap();
    let mut answer = String::new();
    server.stdout.read_line(&mut answer).unwrap();
    answer.trim().to_owned()
}

fn compare() {
    // Cargo passes arguments of its own.
    // Six writes for eight members.
    let members = setting("STEPS", 10_000) * 8 / 6;
    let mut server = Server::start(members);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mirror.db");
    server.run("pull", &file);
    let steps = server.run("plan", &file).time("steps");
    let mut rounds: Vec<BTreeMap<&str, (Figure, f64)>> = Vec::new();
    for number in 0..setting("ROUNDS", 5) {
        let copy = directory.path().join(format!("mirror{number}.db"));
        fs::copy(&file, &copy).unwrap();
        fs::copy(file.with_extension("json"), copy.with_extension("json")).unwrap();
        let mut round = BTreeMap::new();
        for role in ["bare", "apply"] {
            command(&mut server, "reset");
            command(&mut server, "calls");
            let figure = server.run(role, &copy);
            let calls = command(&mut server, "calls").parse().unwrap();
            round.insert(role, (figure, calls));
        }
        rounds.push(round);
    }
    println!("{members} members, {steps} steps, {} callers, {} rounds; medians", callers(), rounds.len());
    let rate = |(figure, calls): &(Figure, f64)| calls / figure.time("time");
    for role in ["bare", "apply"] {
        let of = |value: fn(&(Figure, f64)) -> f64| median(rounds.iter().map(|round| value(&round[role])));
        let time = Duration::from_secs_f64(of(|(figure, _)| figure.time("time")));
        println!(
            "{role:6} {time:.2?}, {:.0} calls, {:.0} calls/s, processor time {:.2} s, peak {:.0} MiB",
            of(|(_, calls)| *calls),
            median(rounds.iter().map(|round| rate(&round[role]))),
            of(|(figure, _)| figure.cpu),
            of(|(figure, _)| figure.peak_mib),
        );
    }
    let of = |key: &str| median(rounds.iter().map(|round| round["apply"].0.time(key)));
    for stage in ["look", "send", "verify"] {
        let (time, cpu) = (of(stage), of(&format!("{stage} cpu")));
        println!("  {stage:6} {time:.2} s, processor time {cpu:.2} s");
    }
    let ratio = median(rounds.iter().map(|round| rate(&round["apply"]) / rate(&round["bare"])));
    println!("apply: {ratio:.2} of the calls/s of the bare SDK (aim 0.7)");
}
