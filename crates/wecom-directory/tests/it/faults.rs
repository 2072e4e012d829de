//! A run of a roster's plan while every fault of the simulator strikes: resumed until it is done, the corp is as it was wanted, and
//! what WeCom refuses for good is reported with its line.
//!
//! The suite runs about 180 steps. `TXL_TEST_CHAOS=1` runs 10,000.

use std::{
    collections::BTreeMap,
    env,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;
use wecom_contacts::{Budget, Client, Secret, members::MemberField};
use wecom_directory::{
    apply::{Apply, RunEvent, RunReport},
    plan::{Plan, Planning},
    policy::{Limit, Measure, Policy},
    roster::{Column, Place, Roster},
    run::{RunState, StepReason, StepState, Stop},
    store::Store,
};
use wecom_sim::{CallRule, ConsoleMember, CorpDump, Fault, Sim, TokenDeath, When};

use crate::corp::Corp;

/// One call of this number is struck by each fault: 5 %.
const STRUCK: u64 = 20;
/// More resumptions than a run needs.
const RESUMPTIONS: u32 = 200;
/// Newcomers whose mobiles another member gets after the plan was made. WeCom refuses them.
const REFUSED: usize = 3;

const WRITES: [&str; 6] = [
    "user/create",
    "user/update",
    "department/create",
    "department/update",
    "tag/addtagusers",
    "tag/deltagusers",
];
const READINGS: [&str; 7] = [
    "user/get",
    "user/list",
    "user/list_id",
    "department/list",
    "department/simplelist",
    "tag/list",
    "tag/get",
];

/// Every fault of a single call, but the closing of an endpoint.
fn faults() -> Vec<Fault> {
    vec![
        Fault::errcode(-1),
        Fault::errcode(6000),
        Fault::errcode(45033),
        Fault::late(Duration::from_millis(2)),
        Fault::late_answer(Duration::from_millis(2)),
        Fault::reset_before(),
        Fault::reset_after(),
        Fault::truncated(5),
        Fault::truncated_chunks(5),
        Fault::page(502),
        Fault::page_after(504),
        Fault::kill_token(TokenDeath::Unknown),
        Fault::kill_token(TokenDeath::Expired),
    ]
}

/// Each fault strikes 5 % of the calls of each writing endpoint. Of each reading endpoint 5 % of the calls are struck, by each fault in
/// turn. An endpoint of many writes is closed several times, and takes three calls at the same time.
fn strike(sim: &Sim, writes: u64) {
    let faults = faults();
    let kinds = faults.len() as u64;
    for (number, fault) in (0..).zip(&faults) {
        for path in WRITES {
            let when = When::Every { k: STRUCK, offset: number };
            sim.faults().add(CallRule::new(path, fault.clone()).when(when)).unwrap();
        }
        for path in READINGS {
            let when = When::Every { k: STRUCK * kinds, offset: STRUCK * number };
            sim.faults().add(CallRule::new(path, fault.clone()).when(when)).unwrap();
        }
    }
    let when = When::Every { k: writes / 4, offset: writes / 8 };
    let close = Fault::close(Duration::from_secs(60));
    sim.faults().add(CallRule::new("user/update", close).when(when)).unwrap();
    sim.faults().add(CallRule::new("user/update", Fault::parallel(3))).unwrap();
}

const fn field(field: MemberField) -> Column {
    Column::Field(field)
}

/// The wanted corp: of eight members, five change. Newcomers come, some into new departments.
fn roster(dump: &CorpDump) -> Roster {
    use MemberField::{Alias, Mobile, Name, Position, Userid};

    let mut roster = Roster::new([
        field(Userid),
        field(Name),
        field(Mobile),
        field(Position),
        field(Alias),
        Column::Departments,
        Column::Tags,
    ]);
    let path = |id: u32| {
        let mut names = Vec::new();
        let mut next = dump.departments.iter().find(|department| department.id == id);
        while let Some(department) = next {
            names.insert(0, department.name.as_str());
            next = dump.departments.iter().find(|above| above.id == department.parentid);
        }
        names.join("/")
    };
    let paths: BTreeMap<u32, String> =
        dump.departments.iter().map(|department| (department.id, path(department.id))).collect();
    let mut tags: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for tag in &dump.tags {
        for userid in &tag.userlist {
            tags.entry(userid).or_default().push(&tag.tagname);
        }
    }
    let root = &paths[&1];
    let mut line = 1;
    let mut push = |cells: [&str; 5], department: &str, tags: &[&str]| {
        line += 1;
        roster.push(Place { file: 0, line }, |row| {
            cells.into_iter().for_each(|cell| row.text(cell));
            row.list([department]);
            row.list(tags.iter().copied());
        });
    };
    for (at, member) in dump.members.iter().enumerate() {
        let kind = if at < 8 { 7 } else { at % 8 };
        let position = if kind == 0 || kind == 1 { "顾问" } else { &member.position };
        let alias = if kind == 2 { "新别名" } else { &member.alias };
        let main =
            if kind == 3 { dump.departments[at % dump.departments.len()].id } else { member.main_department };
        let mut tagged = tags.get(member.userid.as_str()).cloned().unwrap_or_default();
        if kind == 4 {
            tagged.push(&dump.tags[at % dump.tags.len()].tagname);
            tagged.dedup();
        }
        push([&member.userid, &member.name, &member.mobile, position, alias], &paths[&main], &tagged);
        if kind == 5 || kind == 6 {
            let (userid, mobile) = (format!("newcomer{at}"), mobile(at));
            let department = if kind == 5 { format!("{root}/新部{}", at / 400) } else { root.clone() };
            push([&userid, &format!("新人{at}"), &mobile, "专员", ""], &department, &[]);
        }
    }
    roster
}

/// The mobile of a newcomer.
fn mobile(at: usize) -> String {
    format!("+1 2065{at:06}")
}

/// The places in the dump of the newcomers whom WeCom refuses.
fn refused() -> impl Iterator<Item = usize> {
    (0..REFUSED).map(|number| 13 + 8 * number)
}

async fn plan(corp: &Corp) -> Plan {
    let mut policy = Policy::default();
    for measure in Measure::ALL {
        policy.gate.set(*measure, Limit::new(None, 1.0, 1_000_000));
    }
    let roster = roster(&corp.sim.dump());
    let plan = Planning::new(policy).roster(&corp.store, &corp.id(), &roster).await.unwrap();
    assert!(plan.gate.passes(), "{:?}", plan.gate);
    plan
}

/// Other members get the mobiles of some newcomers.
async fn take_mobiles(corp: &Corp) {
    for at in refused() {
        let other =
            ConsoleMember::new().userid(format!("other{at}")).name("他人").mobile(mobile(at)).department([1]);
        corp.sim.console().create_member(other).await.unwrap();
    }
}

/// A run with clients of its own, as one of another process, which stops instead of waiting for a closed endpoint.
fn apply(corp: &Corp) -> Apply {
    let client = |secret| {
        let client = Client::builder(corp.sim.corp_id(), secret).base_url(corp.sim.url());
        client.budget(Budget::unlimited()).build().unwrap()
    };
    let app = client(Secret::app(corp.sim.agent_id(), corp.sim.app_secret()));
    let (sender, mut receiver) = mpsc::unbounded_channel();
    Apply::new(corp.id(), client(Secret::contacts_sync(corp.sim.contacts_secret())))
        .app(corp.sim.agent_id(), app)
        .on_event(move |event| {
            if let RunEvent::Waiting { .. } = event {
                let _ = sender.send(());
            }
        })
        .cancel_on(async move {
            if receiver.recv().await.is_none() {
                std::future::pending().await
            }
        })
}

/// Applies a plan, and resumes the run until it is done. Returns how often it was resumed, too.
async fn until_done(corp: &Corp, plan: &Plan) -> (RunReport, u32) {
    let mut why = BTreeMap::new();
    for resumptions in 0..RESUMPTIONS {
        let run = match corp.store.runs(&corp.id()).await.unwrap().is_empty() {
            true => apply(corp).run(&corp.store, plan).await,
            false => apply(corp).resume(&corp.store, None).await,
        };
        let reason = match run {
            Ok(report) if report.state == RunState::Done => return (report, resumptions),
            Ok(report) => {
                let stop = report.stopped.unwrap();
                assert!(
                    matches!(stop, Stop::Cancelled | Stop::Unreachable { .. } | Stop::Closed { .. }),
                    "{stop:?}"
                );
                stop.message()
            }
            Err(wecom_directory::Error::WeCom(error)) => error.to_string(),
            Err(error) => panic!("{error:?}"),
        };
        *why.entry(reason).or_insert(0) += 1;
        // Closed endpoints reopen.
        corp.sim.advance(Duration::from_secs(61));
    }
    panic!("not done after {RESUMPTIONS} resumptions: {why:#?}");
}

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

#[tokio::test(flavor = "multi_thread")]
async fn while_every_fault_strikes_a_run_ends_in_the_wanted_corp_and_reports_refusals_with_their_lines() {
    let is_full = env::var("TXL_TEST_CHAOS").is_ok_and(|value| value == "1");
    let members: u32 = if is_full { 14_000 } else { 240 };
    let build = || Sim::builder().seed(members, members / 40, 3).legacy(true);

    let corp = Corp::with(build()).await;
    corp.pull().await;
    let undisturbed = plan(&corp).await;
    take_mobiles(&corp).await;
    let started = Instant::now();
    let (report, _) = until_done(&corp, &undisturbed).await;
    let time = started.elapsed();
    assert_eq!(report.counts.refused, REFUSED as u64, "{report:?}");
    let wanted = corp.sim.digest();

    let corp = Corp::with(build()).await;
    corp.pull().await;
    let plan = plan(&corp).await;
    take_mobiles(&corp).await;
    strike(&corp.sim, plan.steps.len() as u64);
    let started = Instant::now();
    let (report, resumptions) = until_done(&corp, &plan).await;
    let rules = corp.sim.faults().state();
    corp.sim.faults().clear();
    let hits: u64 = rules.calls.iter().map(|rule| rule.hits).sum();
    println!(
        "{} steps, undisturbed in {time:?}; struck {hits} times: {:?}, resumed {resumptions} times, {:?}",
        plan.steps.len(),
        started.elapsed(),
        report.counts
    );
    assert!(!is_full || plan.steps.len() >= 10_000, "{}", plan.steps.len());
    assert!(hits as usize > plan.steps.len() / 3, "{hits} faults in {} steps", plan.steps.len());

    // What was refused has its line.
    let lines: Vec<_> = plan
        .steps
        .iter()
        .filter(|step| refused().any(|at| step.object.id == format!("newcomer{at}")))
        .map(|step| step.places.clone())
        .collect();
    let reported: Vec<_> = report.outcomes.iter().map(|outcome| outcome.places.clone()).collect();
    assert_eq!(reported, lines);
    assert!(lines.iter().all(|places| places.len() == 1), "{lines:?}");
    for outcome in &report.outcomes {
        assert_eq!(outcome.state, StepState::Refused, "{outcome:?}");
        assert!(matches!(outcome.reason, Some(StepReason::Refused { code: 60104, .. })), "{outcome:?}");
    }
    assert_eq!(report.differences, []);
    assert_eq!(corp.sim.digest(), wanted);
    assert_eq!(written_twice(&corp.sim), Vec::<String>::new());

    // The mirror knows what the run did.
    let pull = corp.pull().await;
    let others = REFUSED as u64;
    assert_eq!(
        (pull.members.created, pull.members.changed, pull.members.removed),
        (others, 0, 0),
        "{pull:?}"
    );
}
