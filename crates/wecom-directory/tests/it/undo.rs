//! Undo: what a run did goes back, what others changed since stays, and what cannot come back is listed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use wecom_contacts::{
    Seen, UserId,
    departments::NewDepartment,
    members::{MemberPatch, NewMember},
    tags::{NewTag, TagNodes},
};
use wecom_directory::{
    Error,
    apply::RunReport,
    gate::{self, Measured, Reason},
    journal::ObjectKind,
    plan::{Category, FindingKind, Origin, Plan, SideEffect, Step, StepAction},
    policy::Measure,
    record::{MemberRecord, Seat},
    run::{RunCounts, RunRecord, RunState, StepRecord, StepState},
    store::Store,
    undo::Undo,
};
use wecom_sim::{ConsoleRange, DumpedMember, Sim};

use crate::{
    apply::{apply, mixed, start},
    corp::Corp,
    plans::{department, member, needs, plan, tag},
};

/// Applies these steps and pulls, as undo asks for.
async fn run(corp: &Corp, steps: Vec<Step>) -> RunReport {
    let plan = plan(corp, steps).await;
    let report = apply(corp).run(&corp.store, &plan).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    corp.pull().await;
    report
}

/// Applies the plan of an undo, with the allowances that its gate asks for.
async fn apply_undo(corp: &Corp, plan: &Plan) -> RunReport {
    let mut apply = apply(corp);
    for reason in &plan.gate.reasons {
        let Reason::OverLimit { measure, count, .. } = reason else { panic!("{reason:?}") };
        apply = apply.allow(*measure, *count);
    }
    apply.run(&corp.store, plan).await.unwrap()
}

fn undo(corp: &Corp) -> Undo {
    Undo::new(corp.id(), 1)
}

fn findings(plan: &Plan) -> Vec<(FindingKind, Option<&str>)> {
    plan.findings
        .iter()
        .map(|finding| (finding.kind, finding.object.as_ref().map(|object| object.id.as_str())))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_of_a_mixed_run_restores_the_corp() {
    let corp = start().await;
    let before = corp.sim.digest();
    // A removed member does not come back as the same one.
    run(&corp, mixed().into_iter().filter(|step| step.object.id != "wujiu").map(renumbered).collect()).await;
    assert_ne!(corp.sim.digest(), before);
    let plan = undo(&corp).remove_created(true).plan(&corp.store).await.unwrap();
    assert_eq!(plan.origin, Origin::Undo { run: 1 });
    assert_eq!(plan.findings, []);
    assert_eq!((plan.counts.remove, plan.counts.enable, plan.counts.moved, plan.counts.update), (2, 1, 1, 1));
    assert_eq!((plan.counts.departments.remove, plan.counts.departments.moved), (2, 1));
    for step in &plan.steps {
        assert!(step.needs.iter().all(|need| *need < step.id), "{step:?}");
    }
    let text = serde_json::to_vec(&plan).unwrap();
    assert_eq!(Plan::from_json(&text).unwrap(), plan);

    let report = apply_undo(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(corp.sim.digest(), before);
    let runs = corp.store.runs(&corp.id()).await.unwrap();
    assert_eq!(runs[1].undo_of, Some(1));
}

/// The needs of a mixed plan after the removal of step 10 was taken out.
fn renumbered(step: Step) -> Step {
    Step { needs: step.needs.iter().map(|need| if *need > 10 { need - 1 } else { *need }).collect(), ..step }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_created_member_is_disabled_unless_the_removal_is_asked_for() {
    let corp = start().await;
    let create = member(
        "new1",
        StepAction::Create,
        json!({"name": [null, "新人"], "mobile": [null, "13900000001"], "department": [null, [2]]}),
    );
    run(&corp, vec![create]).await;
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!((plan.steps.len(), plan.steps[0].category), (1, Category::Disable));
    // The member logs in meanwhile: removing is out of the question.
    corp.sim.console().activate_member("new1").await.unwrap();
    corp.pull().await;
    let plan = undo(&corp).remove_created(true).plan(&corp.store).await.unwrap();
    assert_eq!((plan.steps.len(), plan.steps[0].category), (1, Category::Disable));
    assert_eq!(findings(&plan), [(FindingKind::CannotReturn, Some("new1"))]);
    assert!(apply_undo(&corp, &plan).await.is_clean());
    assert_eq!(corp.app.members().get("new1").await.unwrap().enable, Seen::Known(false));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_created_while_the_run_was_interrupted_stays() {
    let corp = start().await;
    let fields = json!({"name": [null, "新人"], "mobile": [null, "13900000001"], "department": [null, [2]]});
    let steps = vec![
        member("new1", StepAction::Create, fields),
        department(10, StepAction::Create, json!({"name": [null, "华东"], "parentid": [null, 1]})),
        tag(7, StepAction::Create, json!({"tagname": [null, "羽毛球"]})),
        member("new2", StepAction::Create, json!({})),
        member("lisi", StepAction::Update, json!({"position": ["研发总监", "CTO"]})),
    ];
    // A run that was killed after it had recorded the creations and before it sent them.
    let plan = plan(&corp, steps).await;
    let at = plan.made_at;
    let run = RunRecord {
        id: 0,
        fingerprint: plan.fingerprint.clone(),
        operator: None,
        undo_of: None,
        started_at: at,
        updated_at: at,
        ended_at: None,
        state: RunState::Running,
        counts: RunCounts { steps: 5, done: 1, ..RunCounts::default() },
        measures: BTreeMap::new(),
        stop: None,
    };
    let record = |step, state| StepRecord { step, state, part: 0, at, reason: None };
    let mut records: Vec<_> = (1..=4).map(|step| record(step, StepState::Sending)).collect();
    records.push(record(5, StepState::Done));
    let mut transaction = corp.store.begin_run(&corp.id()).await.unwrap();
    let run = transaction.put_run(&run).await.unwrap();
    transaction.put_run_plan(run, &serde_json::to_string(&plan).unwrap()).await.unwrap();
    transaction.put_run_steps(run, records).await.unwrap();
    transaction.commit().await.unwrap();
    let contacts = &corp.contacts;
    let other = NewMember::new("new1", "他人").mobile("13900000002").department([2]);
    contacts.members().create(other).await.unwrap();
    contacts.departments().create(NewDepartment::new("华东", 1).id(10)).await.unwrap();
    contacts.tags().create(NewTag::new("羽毛球").id(7)).await.unwrap();
    contacts.members().update("lisi", MemberPatch::new().position("CTO")).await.unwrap();
    corp.pull().await;

    for removes in [false, true] {
        let plan = undo(&corp).remove_created(removes).plan(&corp.store).await.unwrap();
        let stays = ["new1", "10", "7"].map(|id| (FindingKind::CannotReturn, Some(id)));
        assert_eq!(findings(&plan), stays);
        assert!(plan.findings[0].message().contains("resume"), "{}", plan.findings[0].message());
        let ids: Vec<_> = plan.steps.iter().map(|step| step.object.id.as_str()).collect();
        assert_eq!(ids, ["lisi"], "what the run has done goes back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_changed_since_is_kept_and_reported() {
    let corp = start().await;
    let steps = vec![
        member(
            "lisi",
            StepAction::Update,
            json!({"position": ["研发总监", "CTO"], "telephone": ["010-62700000", "1"]}),
        ),
        member("sunqi", StepAction::Update, json!({"position": ["市场经理", "经理"]})),
        member("wujiu", StepAction::Update, json!({"position": ["实习生", "工程师"]})),
        department(4, StepAction::Update, json!({"name": ["市场部", "市场一部"], "order": [null, 7]})),
    ];
    run(&corp, steps).await;
    let contacts = corp.contacts.members();
    contacts.update("lisi", MemberPatch::new().position("总裁")).await.unwrap();
    contacts.update("sunqi", MemberPatch::new().position("市场经理")).await.unwrap();
    contacts.delete("wujiu").await.unwrap();
    corp.pull().await;
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(
        findings(&plan),
        [
            (FindingKind::CannotReturn, Some("4")),
            (FindingKind::Conflict, Some("lisi")),
            (FindingKind::Gone, Some("wujiu")),
        ]
    );
    let fields: Vec<Vec<&str>> =
        plan.steps.iter().map(|step| step.fields.keys().map(String::as_str).collect()).collect();
    assert_eq!(fields, [["name"], ["telephone"]], "sunqi is back already");
    assert!(apply_undo(&corp, &plan).await.is_clean());
    let lisi = corp.app.members().get("lisi").await.unwrap();
    assert_eq!(
        (lisi.position, lisi.telephone),
        (Seen::Known("总裁".into()), Seen::Known("010-62700000".into()))
    );
}

/// A removal that knows what undo needs.
fn removal(userid: &str, former: serde_json::Value, side_effects: Vec<SideEffect>) -> Step {
    let serde_json::Value::Object(former) = former else { panic!("an object") };
    Step { former, side_effects, ..member(userid, StepAction::Remove, json!({})) }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_comes_back_with_the_tags_the_seats_and_those_who_were_led() {
    let corp = start().await;
    let wangwu = json!({
        "name": "王五", "mobile": "13800000003", "email": "wangwu@mail.example.com", "position": "后端组长",
        "gender": "1", "telephone": "010-62700000", "alias": "", "status": 1,
        "department": [2, 3], "order": [0, 0], "is_leader_in_dept": [0, 1], "main_department": 3,
        "direct_leader": ["lisi"], "extattr": {"attrs": [{"type": 0, "name": "工号", "text": {"value": "A0003"}}]},
    });
    let led = ["zhaoliu", "wujiu"].map(|userid| SideEffect::DirectLeader { of: userid.to_owned() });
    let steps = vec![
        tag(1, StepAction::AddMembers, json!({"userlist": [null, ["wangwu"]]})),
        needs(removal("wangwu", wangwu, led.into_iter().chain([SideEffect::Tag { id: 1 }]).collect()), &[1]),
        removal("zhouba", json!({"name": "周八", "department": [5]}), Vec::new()),
    ];
    run(&corp, steps).await;
    // Another leader was given to one of those who were led.
    corp.contacts.members().update("wujiu", MemberPatch::new().direct_leader(["lisi"])).await.unwrap();
    corp.pull().await;
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    let kinds: Vec<_> = findings(&plan);
    assert!(kinds.contains(&(FindingKind::CannotReturn, Some("zhouba"))), "no mobile was known: {kinds:?}");
    assert!(kinds.contains(&(FindingKind::CannotReturn, Some("wangwu"))), "{kinds:?}");
    assert!(kinds.contains(&(FindingKind::Conflict, Some("wujiu"))), "{kinds:?}");
    let first = kinds.iter().position(|(kind, _)| *kind != FindingKind::CannotReturn).unwrap();
    assert!(kinds[first..].iter().all(|(kind, _)| *kind != FindingKind::CannotReturn));

    let report = apply_undo(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
    let back = corp.app.members().get("wangwu").await.unwrap();
    assert_eq!(back.direct_leader, Seen::Known(vec![UserId::new("lisi")]));
    assert_eq!(back.main_department, Seen::Known(3.into()));
    assert_eq!(back.is_leader_in_dept, Seen::Known(vec![false, true]));
    let leader = async |userid: &str| corp.app.members().get(userid).await.unwrap().direct_leader;
    assert_eq!(leader("zhaoliu").await, Seen::Known(vec![UserId::new("wangwu")]));
    assert_eq!(leader("wujiu").await, Seen::Known(vec![UserId::new("lisi")]));
    let tag = corp.contacts.tags().get(1).await.unwrap();
    // The run had added the member, so that the undo of both leaves the tag as it was before.
    assert!(!tag.members.known().unwrap().iter().any(|member| member.userid == "wangwu"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_no_reading_shows_any_more_is_not_written() {
    let corp = Corp::start().await;
    corp.pull().await;
    let wangwu = json!({"name": "王五", "mobile": "13800000003", "department": [3]});
    let led = ["zhaoliu", "wujiu"].map(|userid| SideEffect::DirectLeader { of: userid.to_owned() });
    run(&corp, vec![removal("wangwu", wangwu, led.to_vec())]).await;
    let back = |plan: &Plan| {
        let led = plan.steps.iter().filter(|step| step.fields.contains_key("direct_leader"));
        led.map(|step| step.object.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(back(&undo(&corp).plan(&corp.store).await.unwrap()), ["zhaoliu", "wujiu"]);
    // Both go out of sight, where their leader may change.
    corp.sim.console().set_app_range(ConsoleRange::new().departments([4])).await.unwrap();
    corp.pull().await;
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(back(&plan), [""; 0]);
    assert!(findings(&plan).contains(&(FindingKind::CannotReturn, Some("zhaoliu"))), "{:?}", plan.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_department_comes_back_under_its_id_and_a_full_one_stays() {
    let corp = start().await;
    let new = |id, parent| {
        department(
            id,
            StepAction::Create,
            json!({"name": [null, format!("部{id}")], "parentid": [null, parent]}),
        )
    };
    let removed = |id, parent: u32| {
        let former = json!({"name": format!("旧{id}"), "parentid": parent, "order": 9});
        let serde_json::Value::Object(former) = former else { panic!("an object") };
        Step { former, ..department(id, StepAction::Remove, json!({})) }
    };
    for (id, parent) in [(20, 1), (21, 20)] {
        let old = NewDepartment::new(format!("旧{id}"), parent).id(id).order(9);
        corp.contacts.departments().create(old).await.unwrap();
    }
    corp.pull().await;
    run(&corp, vec![new(10, 1), new(11, 1), removed(21, 20), needs(removed(20, 1), &[3])]).await;
    corp.contacts.members().update("lisi", MemberPatch::new().department([2, 11])).await.unwrap();
    corp.pull().await;
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(findings(&plan), [(FindingKind::CannotReturn, Some("11"))]);
    let report = apply_undo(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
    let ids: Vec<_> =
        corp.app.departments().list().await.unwrap().into_iter().map(|found| found.id.0).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 11, 20, 21]);
    let old = corp.app.departments().get(21).await.unwrap();
    assert_eq!(
        (old.name, old.parentid, old.order),
        (Seen::Known("旧21".into()), Seen::Known(20.into()), Seen::Known(9))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_english_name_that_a_department_did_not_have_is_written_and_taken_away() {
    let corp = start().await;
    corp.contacts.departments().create(NewDepartment::new("旧部", 1).id(20)).await.unwrap();
    corp.pull().await;
    let before = corp.sim.digest();
    let departments = corp.store.departments(&corp.id()).await.unwrap();
    let record = departments.iter().find(|department| department.id == 20).unwrap();
    assert_eq!(record.name_en, Seen::Known(String::new()));
    run(&corp, vec![department(20, StepAction::Update, json!({"name_en": ["", "Old"]}))]).await;
    let name_en = async || corp.app.departments().get(20).await.unwrap().name_en;
    assert_eq!(name_en().await, Seen::Known("Old".into()));
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(plan.findings, []);
    assert!(apply_undo(&corp, &plan).await.is_clean());
    assert_eq!(name_en().await, Seen::Hidden);
    assert_eq!(corp.sim.digest(), before);
}

/// Moves of the first members of the corp into a department.
async fn moves(corp: &Corp, count: usize, into: u32) -> Vec<Step> {
    let members = corp.members().await;
    let others = members.values().filter(|record| record.seats.iter().all(|seat| seat.department != into));
    let step = |record: &MemberRecord| {
        let before: Vec<_> = record.seats.iter().map(|seat| seat.department.0).collect();
        let orders: Vec<_> = record.seats.iter().map(|seat| seat.order.known().copied().unwrap()).collect();
        let leads = |seat: &Seat| u8::from(seat.is_leader == Seen::Known(true));
        let flags: Vec<_> = record.seats.iter().map(leads).collect();
        let main = record.seats.iter().find(|seat| seat.is_main == Seen::Known(true)).unwrap();
        let fields = json!({
            "department": [before, [into]], "order": [orders, [0]], "is_leader_in_dept": [flags, [0]],
            "main_department": [main.department.0, into],
        });
        member(record.member.userid.as_str(), StepAction::Update, fields)
    };
    others.take(count).map(step).collect()
}

/// The seats of a member: the main department, and each department with its order and the flag of its leader. WeCom's own order of the
/// departments has no meaning.
type Seats = (u32, BTreeSet<(u32, u32, u8)>);

fn seats(corp: &Corp) -> BTreeMap<String, Seats> {
    let of = |member: &DumpedMember| {
        let seats = member.department.iter().zip(&member.order).zip(&member.is_leader_in_dept);
        let seats = seats.map(|((department, order), leads)| (*department, *order, *leads));
        (member.userid.clone(), (member.main_department, seats.collect()))
    };
    corp.sim.dump().members.iter().map(of).collect()
}

/// What the gate says of a plan that moves this many members, with its count of earlier runs.
async fn judged(corp: &Corp, count: u64) -> Option<u64> {
    let measured = Measured { count, whole: 100, ..Measured::default() };
    let plan = Plan { measured: [(Measure::MembersMoved, measured)].into(), ..plan(corp, Vec::new()).await };
    match gate::reasons(&corp.store, &corp.id(), &plan, &BTreeMap::new()).await.unwrap().as_slice() {
        [] => None,
        [Reason::OverLimit { earlier, .. }] => Some(*earlier),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_within_the_window_is_not_counted_on_top_of_its_run() {
    let corp = Corp::with(Sim::builder().seed(100, 12, 3).legacy(true)).await;
    // The policy of the plans protects this member.
    let protected = NewMember::new("zhangsan", "张三").mobile("13900000099").department([1]);
    corp.contacts.members().create(protected).await.unwrap();
    corp.pull().await;
    let before = seats(&corp);
    // 10 of 100 is the limit of members_moved.
    let steps = moves(&corp, 10, 5).await;
    let others: Vec<_> = steps[..4].iter().map(|step| step.object.id.clone()).collect();
    run(&corp, steps).await;
    assert_eq!(judged(&corp, 1).await, Some(10));
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(plan.counts.moved, 10);
    assert!(plan.gate.passes(), "{:?}", plan.gate);
    assert!(apply(&corp).run(&corp.store, &plan).await.unwrap().is_clean());
    assert_eq!(seats(&corp), before);
    corp.pull().await;
    assert_eq!(judged(&corp, 10).await, None, "the run and its undo have moved no one");

    // The undo of the undo moves them again, which counts.
    let again = Undo::new(corp.id(), 2).plan(&corp.store).await.unwrap();
    assert_eq!((again.counts.moved, again.gate.passes()), (10, true));
    assert!(apply(&corp).run(&corp.store, &again).await.unwrap().is_clean());
    corp.pull().await;
    assert_eq!(judged(&corp, 1).await, Some(10));

    // Its own undo leaves what others changed meanwhile, and that still counts.
    for userid in &others {
        corp.contacts.members().update(userid.as_str(), MemberPatch::new().department([7])).await.unwrap();
    }
    corp.pull().await;
    let plan = Undo::new(corp.id(), 3).plan(&corp.store).await.unwrap();
    assert_eq!((plan.counts.moved, plan.gate.passes()), (6, true));
    assert!(apply(&corp).run(&corp.store, &plan).await.unwrap().is_clean());
    corp.pull().await;
    assert_eq!((judged(&corp, 6).await, judged(&corp, 7).await), (None, Some(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_that_brings_some_members_of_a_tag_back_leaves_the_others_counted() {
    let corp = start().await;
    let tags = corp.contacts.tags();
    tags.create(NewTag::new("羽毛球").id(7)).await.unwrap();
    let nodes = TagNodes::new().members(["lisi", "wangwu", "zhaoliu"]).departments([2, 4]);
    tags.add(7, nodes).await.unwrap();
    corp.pull().await;
    let lists =
        json!({"userlist": [null, ["lisi", "wangwu", "zhaoliu", "nobody"]], "partylist": [null, [2, 4]]});
    let removal = plan(&corp, vec![tag(7, StepAction::RemoveMembers, lists)]).await;
    let report = apply(&corp).run(&corp.store, &removal).await.unwrap();
    assert_eq!(report.counts.refused, 1, "{report:?}");
    let earlier = async || {
        let measured = Measured { count: 1_000, whole: 1_000, ..Measured::default() };
        let measured = [(Measure::TagMembersRemoved, measured)].into();
        let plan = Plan { measured, ..plan(&corp, Vec::new()).await };
        let reasons = gate::reasons(&corp.store, &corp.id(), &plan, &BTreeMap::new()).await.unwrap();
        let [Reason::OverLimit { earlier, .. }] = reasons[..] else { panic!("{reasons:?}") };
        earlier
    };
    assert_eq!(earlier().await, 6);
    // One member and one department come back, and WeCom refuses another member.
    let lists = json!({"userlist": [null, ["LiSi", "ghost"]], "partylist": [null, [4]]});
    let back = plan(&corp, vec![tag(7, StepAction::AddMembers, lists)]).await;
    let back = Plan { origin: Origin::Undo { run: 1 }, ..back }.sealed();
    let report = apply(&corp).run(&corp.store, &back).await.unwrap();
    assert_eq!(report.counts.refused, 1, "{report:?}");
    assert_eq!(earlier().await, 3);
}

/// The userids and departments of a tag in the corp.
async fn tag_of(corp: &Corp, id: u32) -> (Vec<String>, Vec<u32>) {
    let content = corp.contacts.tags().get(id).await.unwrap();
    let members = content.members.known().unwrap().iter().map(|member| member.userid.to_string());
    (members.collect(), content.departments.known().unwrap().iter().map(|id| id.0).collect())
}

fn former(step: Step, former: serde_json::Value) -> Step {
    let serde_json::Value::Object(former) = former else { panic!("an object") };
    Step { former, ..step }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_departments_of_a_tag_come_and_go_back() {
    let corp = start().await;
    let tags = corp.contacts.tags();
    tags.add(1, TagNodes::new().departments([2, 5])).await.unwrap();
    corp.pull().await;
    let before = corp.sim.digest();
    let new = department(10, StepAction::Create, json!({"name": [null, "华东"], "parentid": [null, 1]}));
    let steps = vec![
        new,
        needs(tag(1, StepAction::AddMembers, json!({"partylist": [null, [10, 4]]})), &[1]),
        tag(1, StepAction::RemoveMembers, json!({"partylist": [null, [2]]})),
        tag(7, StepAction::Create, json!({"tagname": [null, "羽毛球"]})),
        needs(tag(7, StepAction::AddMembers, json!({"partylist": [null, [10]]})), &[1, 4]),
    ];
    run(&corp, steps).await;
    assert_eq!(tag_of(&corp, 1).await.1, [4, 5, 10]);
    // Somebody else takes one of them out meanwhile.
    tags.remove(1, TagNodes::new().departments([4])).await.unwrap();
    corp.pull().await;
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(plan.findings, []);
    assert_eq!((plan.counts.tags.add_departments, plan.counts.tags.remove_departments), (1, 1));
    assert!(apply_undo(&corp, &plan).await.is_clean());
    assert_eq!(corp.sim.digest(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_created_department_stays_while_another_tag_has_it() {
    let corp = start().await;
    let new = department(10, StepAction::Create, json!({"name": [null, "华东"], "parentid": [null, 1]}));
    run(&corp, vec![new]).await;
    corp.contacts.tags().add(1, TagNodes::new().departments([10])).await.unwrap();
    corp.pull().await;
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(findings(&plan), [(FindingKind::CannotReturn, Some("10"))]);
    assert_eq!(plan.steps, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_tag_and_a_removed_department_come_back_with_each_other() {
    let corp = start().await;
    let old = NewDepartment::new("旧部", 1).id(20);
    corp.contacts.departments().create(old).await.unwrap();
    let tags = corp.contacts.tags();
    tags.create(NewTag::new("羽毛球").id(7)).await.unwrap();
    tags.add(7, TagNodes::new().members(["lisi"]).departments([20, 4])).await.unwrap();
    tags.create(NewTag::new("足球").id(8)).await.unwrap();
    tags.add(8, TagNodes::new().departments([20])).await.unwrap();
    corp.pull().await;
    let steps = vec![
        former(
            tag(7, StepAction::Remove, json!({})),
            json!({"tagname": "羽毛球", "userlist": ["lisi", "gone"], "partylist": [20, 4, 999]}),
        ),
        Step {
            side_effects: vec![SideEffect::Tag { id: 8 }],
            ..former(department(20, StepAction::Remove, json!({})), json!({"name": "旧部", "parentid": 1}))
        },
    ];
    run(&corp, steps).await;
    assert_eq!(tag_of(&corp, 8).await.1, [0_u32; 0]);
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(findings(&plan), [(FindingKind::Gone, Some("gone")), (FindingKind::Gone, Some("999"))]);
    assert!(apply_undo(&corp, &plan).await.is_clean());
    assert_eq!(tag_of(&corp, 7).await, (vec!["lisi".to_owned()], vec![4, 20]));
    assert_eq!(tag_of(&corp, 8).await.1, [20]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_of_a_created_member_notes_what_its_own_undo_restores() {
    let corp = start().await;
    let create = member(
        "new1",
        StepAction::Create,
        json!({"name": [null, "新人"], "mobile": [null, "13900000001"], "department": [null, [2]]}),
    );
    run(&corp, vec![create]).await;
    corp.contacts.members().update("wujiu", MemberPatch::new().direct_leader(["new1"])).await.unwrap();
    corp.contacts.tags().add(1, TagNodes::new().members(["new1"])).await.unwrap();
    corp.pull().await;
    let plan = undo(&corp).remove_created(true).plan(&corp.store).await.unwrap();
    let effects = [SideEffect::Tag { id: 1 }, SideEffect::DirectLeader { of: "wujiu".to_owned() }];
    assert_eq!(plan.steps[0].side_effects, effects);
    assert!(apply_undo(&corp, &plan).await.is_clean());
    corp.pull().await;
    let plan = Undo::new(corp.id(), 2).plan(&corp.store).await.unwrap();
    assert!(apply_undo(&corp, &plan).await.is_clean());
    let leader = corp.app.members().get("wujiu").await.unwrap().direct_leader;
    assert_eq!(leader, Seen::Known(vec![UserId::new("new1")]));
    assert!(tag_of(&corp, 1).await.0.contains(&"new1".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attribute_goes_back_and_another_that_was_changed_since_stays() {
    let corp = start().await;
    let badge = |text: &str| json!({"attrs": [{"type": 0, "name": "工号", "text": {"value": text}}]});
    run(&corp, vec![member("lisi", StepAction::Update, json!({"extattr": [badge("A0002"), badge("X1")]}))])
        .await;
    let plan = undo(&corp).plan(&corp.store).await.unwrap();
    assert_eq!(plan.findings, []);
    assert!(apply_undo(&corp, &plan).await.is_clean());
    corp.pull().await;
    let members = corp.members().await;
    let attributes = serde_json::to_value(members["lisi"].member.extattr.known().unwrap()).unwrap();
    assert_eq!(attributes["attrs"][0]["text"]["value"], "A0002");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_run_is_named() {
    let corp = start().await;
    let error = Undo::new(corp.id(), 9).plan(&corp.store).await.unwrap_err();
    assert!(matches!(error, Error::UnknownRun(9)), "{error}");
    assert!(corp.store.history(&corp.id(), ObjectKind::Member, "lisi").await.unwrap().is_empty());
}
