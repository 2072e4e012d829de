//! Applying a plan: the corp becomes what the plan says, no write is executed twice, and what is in doubt is left alone.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    task::{Context, Poll},
};

use serde_json::json;
use wecom_contacts::{
    RetryPolicy, Seen,
    members::MemberPatch,
    tags::{NewTag, TagNodes},
};
use wecom_directory::{
    Error,
    apply::{Apply, FingerprintKey, PlanRefused, RunReport},
    journal::{Action, ObjectKind},
    plan::{Plan, Step, StepAction},
    policy::Measure,
    record::State,
    run::{RunState, StepReason, Stop},
    store::Store,
};
use wecom_sim::{ConsoleMember, ConsoleRange, Fault, Sim};

use crate::{
    corp::Corp,
    plans::{department, member, needs, plan, tag},
};

pub(crate) fn apply(corp: &Corp) -> Apply {
    Apply::new(corp.id(), corp.contacts.clone()).app(corp.sim.agent_id(), corp.app.clone()).operator("tester")
}

async fn run(corp: &Corp, plan: &Plan) -> RunReport {
    apply(corp).run(&corp.store, plan).await.unwrap()
}

pub(crate) async fn start() -> Corp {
    let corp = Corp::with(Sim::builder().legacy(true)).await;
    corp.pull().await;
    corp
}

/// Creations, moves, updates and removals of each kind of object.
pub(crate) fn mixed() -> Vec<Step> {
    use StepAction::{AddMembers, Create, Remove, RemoveMembers, Update};

    let newcomer = |id: &str, mobile: &str, department: u32| {
        let fields = json!({
            "name": [null, format!("新人{id}")], "mobile": [null, mobile], "department": [null, [department]],
            "order": [null, [3]], "is_leader_in_dept": [null, [0]], "main_department": [null, department],
            "position": [null, "专员"], "to_invite": [null, false],
            "extattr": [null, {"attrs": [{"type": 0, "name": "工号", "text": {"value": format!("B{id}")}}]}],
        });
        member(id, Create, fields)
    };
    vec![
        department(10, Create, json!({"name": [null, "华东"], "parentid": [null, 1], "order": [null, 500]})),
        needs(department(11, Create, json!({"name": [null, "上海"], "parentid": [null, 10]})), &[1]),
        department(4, Update, json!({"name": ["市场部", "市场一部"]})),
        needs(department(3, Update, json!({"parentid": [2, 10]})), &[1]),
        needs(newcomer("new1", "13900000001", 10), &[1]),
        needs(newcomer("new2", "13900000002", 11), &[2]),
        member("lisi", Update, json!({"position": ["研发总监", "CTO"], "telephone": ["010-62700000", ""]})),
        member(
            "zhaoliu",
            Update,
            json!({"department": [[3], [3, 4]], "order": [null, [0, 5]], "is_leader_in_dept": [[0], [0, 0]],
                   "main_department": [3, 4]}),
        ),
        member("zhouba", Update, json!({"enable": [true, false]})),
        member("wujiu", Remove, json!({})),
        needs(member("new1", Update, json!({"direct_leader": [null, ["new2"]]})), &[5, 6]),
        needs(tag(1, AddMembers, json!({"userlist": [null, ["new1", "sunqi"]]})), &[5]),
        tag(1, RemoveMembers, json!({"userlist": [null, ["lisi"]]})),
        tag(7, Create, json!({"tagname": [null, "羽毛球"]})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mixed_plan_is_applied_and_the_mirror_is_what_the_corp_is() {
    let corp = start().await;
    let plan = plan(&corp, mixed()).await;
    let report = run(&corp, &plan).await;
    assert_eq!((report.counts.done, report.state), (14, RunState::Done), "{report:?}");
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.not_verifiable, []);

    let members = corp.members().await;
    assert_eq!(members["new1"].member.mobile, Seen::Known("13900000001".to_owned()));
    assert_eq!(members["new1"].member.direct_leader, Seen::Known(vec!["new2".into()]));
    assert_eq!(members["lisi"].member.telephone, Seen::Known(String::new()));
    let history = corp.store.history(&corp.id(), ObjectKind::Member, "lisi").await.unwrap();
    assert_eq!(history[0].cause.0, "run 1 step 7");
    assert_eq!(history[0].operator.as_deref(), Some("tester"));
    assert_eq!(history[0].fields["position"], json!({"before": "研发总监", "after": "CTO"}));

    // The next pull finds what the mirror has.
    let pull = corp.pull().await;
    for counts in [pull.members, pull.tags] {
        assert_eq!((counts.created, counts.changed, counts.removed), (0, 0, 0), "{pull:?}");
    }
    assert_eq!((pull.departments.created, pull.departments.changed, pull.departments.removed), (0, 0, 0));
    for userid in ["new1", "zhaoliu", "zhouba", "wujiu"] {
        let history = corp.store.history(&corp.id(), ObjectKind::Member, userid).await.unwrap();
        assert!(history.iter().all(|change| change.cause.0.starts_with("run 1 step")), "{history:?}");
    }
    let last = corp.store.history(&corp.id(), ObjectKind::Member, "wujiu").await.unwrap().pop().unwrap();
    assert_eq!(last.action, Action::Removed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_refused_that_is_not_for_this_moment() {
    let corp = start().await;
    let good =
        plan(&corp, vec![member("lisi", StepAction::Update, json!({"position": [null, "CTO"]}))]).await;
    let refused = async |plan: Plan| match apply(&corp).run(&corp.store, &plan.sealed()).await {
        Err(Error::PlanRefused(refused)) => refused,
        other => panic!("{other:?}"),
    };
    let other = refused(Plan { corp: "wwother".into(), ..good.clone() }).await;
    assert!(matches!(other, PlanRefused::OtherCorp { .. }));
    let expired =
        refused(Plan { expires_at: good.made_at - jiff::SignedDuration::from_secs(1), ..good.clone() }).await;
    assert!(matches!(expired, PlanRefused::Expired { .. }));
    let mut future = good.clone();
    future.basis.pull = 7;
    assert_eq!(refused(future).await, PlanRefused::OtherMirror { pull: 7 });
    assert!(matches!(
        apply(&corp).resume(&corp.store, None).await,
        Err(Error::PlanRefused(PlanRefused::NothingToResume))
    ));
    corp.pull().await;
    assert_eq!(refused(good.clone()).await, PlanRefused::OlderThanMirror { plan: 1, mirror: 2 });
    assert!(writes(&corp).is_empty());

    let mut good = good;
    good.basis.pull = 2;
    let good = good.sealed();
    assert!(run(&corp, &good).await.is_clean());
    assert_eq!(refused(good).await, PlanRefused::AlreadyApplied { run: 1, state: RunState::Done });
    assert_eq!(writes(&corp).len(), 1);
}

/// The writes that were executed, with their bodies.
pub(crate) fn writes(corp: &Corp) -> Vec<String> {
    let is_write = |path: &str| {
        let call = path.rsplit('/').next().unwrap();
        ["create", "update", "delete", "addtagusers", "deltagusers"].contains(&call)
    };
    let requests = corp.sim.requests().into_iter();
    let executed =
        requests.filter(|request| request.executed && request.errcode == Some(0) && is_write(&request.path));
    executed
        .map(|request| {
            let query: Vec<_> = request.query.iter().filter(|(name, _)| name != "access_token").collect();
            format!("{} {query:?} {}", request.path, request.body.unwrap_or_default())
        })
        .collect()
}

fn assert_no_write_twice(corp: &Corp) {
    let mut counts = BTreeMap::new();
    for write in writes(corp) {
        *counts.entry(write).or_insert(0) += 1;
    }
    counts.retain(|_, count| *count > 1);
    assert_eq!(counts, BTreeMap::new());
}

/// The digest of a corp to which the plan was applied undisturbed.
async fn wanted(steps: &[Step]) -> String {
    let corp = start().await;
    let plan = plan(&corp, steps.to_vec()).await;
    assert!(run(&corp, &plan).await.is_clean());
    corp.sim.digest()
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_are_settled_by_reading_and_never_sent_again() {
    let steps = mixed();
    let wanted = wanted(&steps).await;
    for fault in [Fault::reset_after(), Fault::truncated(3), Fault::page_after(502)] {
        let corp = start().await;
        let plan = plan(&corp, steps.clone()).await;
        for path in ["user/create", "user/update", "user/delete", "department/create", "department/update"] {
            corp.sim.faults().always(path, fault.clone()).unwrap();
        }
        for path in ["tag/addtagusers", "tag/deltagusers", "tag/create"] {
            corp.sim.faults().always(path, fault.clone()).unwrap();
        }
        let report = run(&corp, &plan).await;
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(corp.sim.digest(), wanted, "{fault:?}");
        assert_no_write_twice(&corp);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_did_not_arrive_is_sent_again_after_a_reading() {
    let steps = mixed();
    let wanted = wanted(&steps).await;
    let corp = start().await;
    let plan = plan(&corp, steps).await;
    for path in ["user/*", "department/create", "tag/addtagusers"] {
        // The reply is lost, and the client cannot know that the call was, too.
        corp.sim.faults().next(path, Fault::reset_before()).unwrap();
    }
    let report = run(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(corp.sim.digest(), wanted);
    assert_no_write_twice(&corp);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_of_a_hidden_field_whose_answer_is_lost_is_unknown() {
    // The app does not see mobiles.
    let corp = Corp::start().await;
    corp.pull().await;
    let steps = vec![member("wujiu", StepAction::Update, json!({"mobile": [null, "13900000009"]}))];
    let plan = plan(&corp, steps).await;
    corp.sim.faults().next("user/update", Fault::reset_after()).unwrap();
    let report = run(&corp, &plan).await;
    assert_eq!((report.counts.unknown, report.state), (1, RunState::Done));
    assert_eq!(report.outcomes[0].reason, Some(StepReason::AnswerLost));
    assert_eq!(writes(&corp).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_in_a_hidden_field_leaves_its_fingerprint_and_not_itself() {
    let corp = Corp::start().await;
    corp.pull().await;
    let steps = vec![member("wujiu", StepAction::Update, json!({"mobile": [null, "13900000009"]}))];
    let plan = plan(&corp, steps).await;
    let key = FingerprintKey::new([3; 32]);
    let report = apply(&corp).fingerprint_key(key.clone()).run(&corp.store, &plan).await.unwrap();
    assert!(report.is_clean());
    let written = corp.store.written_hidden(&corp.id()).await.unwrap();
    let record = corp.members().await.remove("wujiu").unwrap();
    assert_eq!(record.member.mobile, Seen::Hidden);
    assert_eq!((written[0].person, written[0].field.as_str()), (record.person.unwrap(), "mobile"));
    assert_eq!(written[0].fingerprint, key.fingerprint("mobile", &json!("13900000009")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_changed_since_is_stale_and_left_out() {
    let corp = start().await;
    let position = |userid: &str, before: &str| {
        member(userid, StepAction::Update, json!({"position": [before, "同事"]}))
    };
    let steps = vec![
        position("lisi", "研发总监"),
        position("wangwu", "后端组长"),
        member(
            "zhaoliu",
            StepAction::Update,
            json!({"department": [[3], [4]], "order": [null, [0]],
                "is_leader_in_dept": [[0], [0]], "main_department": [3, 4]}),
        ),
        needs(position("sunqi", "市场经理"), &[1]),
        position("zhouba", "人事专员"),
    ];
    let plan = plan(&corp, steps).await;
    let contacts = corp.contacts.members();
    contacts.update("lisi", MemberPatch::new().position("总监")).await.unwrap();
    // A field that the plan does not touch.
    contacts.update("wangwu", MemberPatch::new().alias("老王")).await.unwrap();
    contacts.update("zhaoliu", MemberPatch::new().department([3, 5])).await.unwrap();
    let report = run(&corp, &plan).await;
    assert_eq!((report.counts.done, report.counts.stale, report.counts.skipped), (2, 2, 1), "{report:?}");
    let reasons: Vec<_> = report.outcomes.iter().map(|outcome| outcome.reason.clone().unwrap()).collect();
    let changed = |field: &str| StepReason::Changed { fields: vec![field.to_owned()] };
    assert_eq!(reasons, [changed("position"), changed("department"), StepReason::Needs { step: 1 }]);
    assert_eq!(corp.app.members().get("lisi").await.unwrap().position.known().unwrap(), "总监");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_stale_objects_stop_the_run_before_the_first_write() {
    let corp = start().await;
    let userids = ["lisi", "wangwu", "zhaoliu", "sunqi"];
    let steps =
        userids.map(|userid| member(userid, StepAction::Update, json!({"telephone": ["010-62700000", "1"]})));
    let plan = plan(&corp, steps.to_vec()).await;
    for userid in &userids[..3] {
        corp.contacts.members().update(*userid, MemberPatch::new().telephone("2")).await.unwrap();
    }
    let before = writes(&corp).len();
    let report = run(&corp, &plan).await;
    assert_eq!(report.stopped, Some(Stop::TooManyStale { stale: 3, objects: 4 }));
    assert_eq!((report.state, report.counts.stale, report.remaining), (RunState::Stopped, 3, 1));
    let again = apply(&corp).resume(&corp.store, None).await.unwrap();
    assert_eq!(again.stopped, report.stopped, "resumed, it stops again");
    assert_eq!(writes(&corp).len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_reported_and_what_needs_it_is_skipped() {
    let corp = start().await;
    let steps = vec![
        // lisi has this mobile.
        member(
            "new1",
            StepAction::Create,
            json!({"name": [null, "新人"], "mobile": [null, "13800000002"], "department": [null, [2]]}),
        ),
        needs(tag(1, StepAction::AddMembers, json!({"userlist": [null, ["new1"]]})), &[1]),
        tag(1, StepAction::AddMembers, json!({"userlist": [null, ["sunqi", "ghost"]]})),
        tag(1, StepAction::RemoveMembers, json!({"userlist": [null, ["nobody"]]})),
        member("sunqi", StepAction::Update, json!({"position": [null, 7]})),
    ];
    let plan = plan(&corp, steps).await;
    let report = run(&corp, &plan).await;
    assert_eq!(
        (report.counts.refused, report.counts.skipped, report.state),
        (4, 1, RunState::Done),
        "{report:?}"
    );
    let reason = |index: usize| report.outcomes[index].reason.clone().unwrap();
    assert!(matches!(reason(0), StepReason::Refused { code: 60104, errmsg } if errmsg.contains("lisi")));
    assert_eq!(reason(1), StepReason::Needs { step: 1 });
    assert_eq!(reason(2), refused_members(&["ghost"], &[]));
    assert_eq!(reason(3), refused_members(&["nobody"], &[]));
    assert!(matches!(reason(4), StepReason::Invalid { .. }));
    // What WeCom took is in the mirror.
    let tags = corp.store.tags(&corp.id()).await.unwrap();
    assert!(tags[0].members.known().unwrap().contains(&"sunqi".into()));
    assert_eq!(report.differences, []);
}

fn refused_members(userids: &[&str], departments: &[u32]) -> StepReason {
    StepReason::RefusedMembers {
        userids: userids.iter().map(|userid| (*userid).to_owned()).collect(),
        departments: departments.iter().map(|id| (*id).into()).collect(),
    }
}

/// The departments of tag 1 in the corp.
async fn tagged_departments(corp: &Corp) -> Vec<u32> {
    let content = corp.contacts.tags().get(1).await.unwrap();
    content.departments.known().unwrap().iter().map(|id| id.0).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_gets_departments_and_the_unknown_ones_are_named() {
    let lists = json!({"userlist": [null, ["sunqi"]], "partylist": [null, [2, 999, 4]]});
    let steps = vec![
        tag(1, StepAction::AddMembers, lists),
        tag(1, StepAction::RemoveMembers, json!({"partylist": [null, [998]]})),
        tag(1, StepAction::RemoveMembers, json!({"partylist": [null, [5]]})),
    ];
    for fault in [None, Some(Fault::reset_after())] {
        let corp = start().await;
        corp.contacts.tags().add(1, TagNodes::new().departments([5])).await.unwrap();
        corp.pull().await;
        let plan = plan(&corp, steps.clone()).await;
        if let Some(fault) = &fault {
            corp.sim.faults().always("tag/addtagusers", fault.clone()).unwrap();
        }
        let report = run(&corp, &plan).await;
        let reason = |step: u32| {
            let outcome = report.outcomes.iter().find(|outcome| outcome.step == step);
            outcome.and_then(|outcome| outcome.reason.clone())
        };
        assert_eq!(reason(1), Some(refused_members(&[], &[999])), "{fault:?}");
        assert_eq!(reason(2), Some(refused_members(&[], &[998])), "{fault:?}");
        assert_eq!(report.differences, [], "{fault:?}");
        let inside = tagged_departments(&corp).await;
        assert_eq!(inside, [2, 4], "{fault:?}");
        let tags = corp.store.tags(&corp.id()).await.unwrap();
        let mirrored: Vec<u32> = tags[0].departments.known().unwrap().iter().map(|id| id.0).collect();
        assert_eq!(mirrored, inside);
        // The next pull finds what the mirror has.
        let pull = corp.pull().await;
        assert_eq!(pull.tags.changed, 0, "{pull:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_of_many_members_is_written_in_parts() {
    let corp = Corp::with(Sim::builder().seed(2_500, 20, 3).legacy(true)).await;
    corp.pull().await;
    let members: Vec<_> = corp.members().await.into_keys().take(2_300).collect();
    let steps = vec![
        tag(90, StepAction::Create, json!({"tagname": [null, "全员"]})),
        needs(tag(90, StepAction::AddMembers, json!({"userlist": [null, members]})), &[1]),
    ];
    let plan = plan(&corp, steps).await;
    // The answers to the second part and to the third are lost.
    let rule = wecom_sim::CallRule::new("tag/addtagusers", Fault::reset_after());
    corp.sim.faults().add(rule.when(wecom_sim::When::Every { k: 2, offset: 0 })).unwrap();
    let report = run(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(writes(&corp).iter().filter(|write| write.starts_with("tag/addtagusers")).count(), 3);
    let tags = corp.store.tags(&corp.id()).await.unwrap();
    let tag = tags.iter().find(|tag| tag.id == 90).unwrap();
    assert_eq!(tag.members.known().map(Vec::len), Some(2_300));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_call_without_an_answer_is_sent_again_if_others_have_added_a_part_of_it() {
    let corp = start().await;
    let lists = json!({"userlist": [null, ["sunqi", "wujiu", "ghost"]]});
    let plan = plan(&corp, vec![tag(1, StepAction::AddMembers, lists)]).await;
    corp.contacts.tags().add(1, TagNodes::new().members(["sunqi"])).await.unwrap();
    corp.sim.faults().next("tag/addtagusers", Fault::reset_before()).unwrap();
    let report = run(&corp, &plan).await;
    assert_eq!(report.state, RunState::Done, "{report:?}");
    assert_eq!(report.outcomes[0].reason, Some(refused_members(&["ghost"], &[])));
    let content = corp.contacts.tags().get(1).await.unwrap();
    assert!(content.members.known().unwrap().iter().any(|member| member.userid == "wujiu"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_wecom_took_before_it_refused_a_part_is_in_the_mirror_and_can_be_undone() {
    let corp = Corp::with(Sim::builder().seed(1_200, 20, 3).legacy(true)).await;
    corp.pull().await;
    let members: Vec<_> = corp.members().await.into_keys().take(1_100).collect();
    corp.contacts.tags().create(NewTag::new("全员").id(90)).await.unwrap();
    corp.pull().await;
    let steps = vec![tag(90, StepAction::AddMembers, json!({"userlist": [null, members]}))];
    let plan = plan(&corp, steps).await;
    corp.sim.faults().every(2, "tag/addtagusers", Fault::errcode(81003)).unwrap();
    let report = run(&corp, &plan).await;
    assert_eq!((report.state, report.counts.refused), (RunState::Done, 1), "{report:?}");
    let rest: Vec<_> = members[1_000..].iter().map(String::as_str).collect();
    assert_eq!(report.outcomes[0].reason, Some(refused_members(&rest, &[])));
    let tags = corp.store.tags(&corp.id()).await.unwrap();
    let tag = tags.iter().find(|tag| tag.id == 90).unwrap();
    assert_eq!(tag.members.known().map(Vec::len), Some(1_000));
    let undo = wecom_directory::undo::Undo::new(corp.id(), 1).plan(&corp.store).await.unwrap();
    assert_eq!(undo.steps[0].fields["userlist"].after.as_array().map(Vec::len), Some(1_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resumed_run_still_counts_what_it_did_in_part() {
    let corp = start().await;
    let newcomer =
        json!({"name": [null, "新人"], "mobile": [null, "13900000001"], "department": [null, [2]]});
    let steps = vec![
        tag(1, StepAction::RemoveMembers, json!({"userlist": [null, ["lisi", "nobody"]]})),
        member("new1", StepAction::Create, newcomer),
    ];
    let plan = plan(&corp, steps).await;
    corp.sim.faults().always("user/create", Fault::errcode(45024)).unwrap();
    assert_eq!(run(&corp, &plan).await.stopped, Some(Stop::AccountCeiling));
    let removed = async || {
        let measures = corp.store.runs(&corp.id()).await.unwrap()[0].measures.clone();
        measures.get(&Measure::TagMembersRemoved).copied()
    };
    assert_eq!(removed().await, Some(2));
    corp.sim.faults().clear();
    let report = apply(&corp).resume(&corp.store, None).await.unwrap();
    assert_eq!((report.counts.done, report.counts.refused), (1, 1), "{report:?}");
    assert_eq!(removed().await, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_a_run_clears_is_none_in_the_mirror_though_the_app_does_not_see_everybody() {
    let corp = start().await;
    corp.sim.console().set_app_range(wecom_sim::ConsoleRange::new().departments([2])).await.unwrap();
    corp.pull().await;
    let leader = async || corp.members().await.remove("zhaoliu").unwrap().member.direct_leader;
    assert_eq!(leader().await, Seen::Known(vec!["wangwu".into()]));
    let steps = vec![member("zhaoliu", StepAction::Update, json!({"direct_leader": [["wangwu"], []]}))];
    let plan = plan(&corp, steps).await;
    assert!(run(&corp, &plan).await.is_clean());
    assert_eq!(leader().await, Seen::Known(Vec::new()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_userid_that_a_run_gives_away_leaves_the_one_who_had_it_as_removed() {
    let corp = start().await;
    // WeCom lets a userid be changed that it has made up.
    let newcomer = ConsoleMember::new().name("新人").mobile("13900000001").department([2]);
    let old = corp.sim.console().create_member(newcomer).await.unwrap();
    corp.contacts.members().delete("lisi").await.unwrap();
    corp.app_only().run(&corp.store).await.unwrap();
    let before = corp.members().await;
    let (lisi, newcomer) = (&before["lisi"], &before[&old]);
    assert_eq!(lisi.state, State::OutOfSight);
    let plan =
        plan(&corp, vec![member(&old, StepAction::Update, json!({"new_userid": [null, "LiSi"]}))]).await;
    let report = run(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
    let after = corp.store.members_after(&corp.id(), None, 100).await.unwrap();
    let state = |person| {
        let record = after.iter().find(|record| record.person == person).unwrap();
        (record.member.userid.as_str(), record.state)
    };
    assert_eq!(state(lisi.person), ("lisi", State::Removed));
    assert_eq!(state(newcomer.person), ("LiSi", State::Present));
    let history = corp.store.history(&corp.id(), ObjectKind::Member, "lisi").await.unwrap();
    let last = history.iter().rfind(|change| change.person == lisi.person).unwrap();
    assert_eq!(last.action, Action::Removed);
}

/// Updates of the telephone of the first members of a larger corp.
async fn telephones(corp: &Corp, count: usize) -> Vec<Step> {
    let members = corp.members().await;
    let step = |userid: &String| member(userid, StepAction::Update, json!({"telephone": [null, "010-1"]}));
    members.keys().take(count).map(step).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_without_the_right_stops_the_run_which_can_be_resumed() {
    for code in [48002, 48008, 60020] {
        let corp = Corp::with(Sim::builder().seed(40, 5, 3)).await;
        corp.pull().await;
        let plan = plan(&corp, telephones(&corp, 30).await).await;
        corp.sim.faults().always("user/update", Fault::errcode(code)).unwrap();
        let report = run(&corp, &plan).await;
        assert!(
            matches!(report.stopped, Some(Stop::Forbidden { code: Some(found), .. }) if found == code),
            "{report:?}"
        );
        assert_eq!((report.counts.done, report.counts.refused, report.remaining), (0, 0, 30));
        assert!(corp.sim.requests().iter().filter(|request| request.path == "user/update").count() <= 16);
        corp.sim.faults().clear();
        let report = apply(&corp).resume(&corp.store, Some(report.run)).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
        assert_eq!(writes(&corp).len(), 30);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_refusals_among_the_first_writes_stop_the_run() {
    let corp = Corp::with(Sim::builder().seed(100, 5, 3)).await;
    corp.pull().await;
    let plan = plan(&corp, telephones(&corp, 90).await).await;
    corp.sim.faults().every(3, "user/update", Fault::errcode(301_013)).unwrap();
    let report = run(&corp, &plan).await;
    assert!(matches!(report.stopped, Some(Stop::TooManyRefused { refused: 11, .. })), "{report:?}");
    assert!(report.counts.done < 50 && report.remaining > 30, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_ceiling_stops_creations_only() {
    let corp = start().await;
    let plan = plan(&corp, mixed()).await;
    corp.sim.faults().always("user/create", Fault::errcode(45024)).unwrap();
    let report = run(&corp, &plan).await;
    assert_eq!(report.stopped, Some(Stop::AccountCeiling));
    // The two newcomers, the two steps that need them, and the step of the same tag behind one of these.
    assert_eq!((report.counts.done, report.remaining), (9, 5), "{report:?}");
    corp.sim.faults().clear();
    let report = apply(&corp).resume(&corp.store, None).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(corp.sim.digest(), wanted(&mixed()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_meets_a_conflict_is_sent_again() {
    let corp = start().await;
    let plan = plan(&corp, mixed()).await;
    for (path, code) in [("user/create", 45033), ("user/update", 45035), ("department/create", 6000)] {
        corp.sim.faults().next(path, Fault::errcode(code)).unwrap();
    }
    let report = run(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
    assert_no_write_twice(&corp);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_lets_calls_finish_and_can_be_resumed() {
    let corp = Corp::with(Sim::builder().seed(300, 20, 3)).await;
    corp.pull().await;
    let plan = plan(&corp, telephones(&corp, 250).await).await;
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let mut sender = Some(sender);
    let cancel_after_first = move |event: wecom_directory::apply::RunEvent<'_>| {
        if let wecom_directory::apply::RunEvent::Ended { .. } = event
            && let Some(sender) = sender.take()
        {
            sender.send(()).unwrap();
        }
    };
    let cancelled = async move { receiver.await.unwrap_or(()) };
    let apply_once = apply(&corp).concurrency(1).cancel_on(cancelled).on_event(cancel_after_first);
    let report = apply_once.run(&corp.store, &plan).await.unwrap();
    assert_eq!((report.stopped, report.state), (Some(Stop::Cancelled), RunState::Stopped));
    assert!(report.counts.done >= 1 && report.remaining > 100, "{:?}", report.counts);
    let runs = corp.store.runs(&corp.id()).await.unwrap();
    assert_eq!((runs[0].state, runs[0].counts), (RunState::Stopped, report.counts));
    let report = apply(&corp).resume(&corp.store, None).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(writes(&corp).len(), 250);
    assert_no_write_twice(&corp);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_refused_after_a_lost_one_is_reported_as_refused() {
    let corp = start().await;
    let taken = json!({"name": [null, "新人"], "mobile": [null, "13800000002"], "department": [null, [2]]});
    let plan = plan(&corp, vec![member("new1", StepAction::Create, taken)]).await;
    corp.sim.faults().next("user/create", Fault::reset_before()).unwrap();
    let report = run(&corp, &plan).await;
    assert_eq!((report.counts.refused, report.state), (1, RunState::Done), "{report:?}");
    assert!(matches!(report.outcomes[0].reason, Some(StepReason::Refused { code: 60104, .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reading_that_fails_for_good_does_not_end_a_run() {
    let corp = Corp::with(Sim::builder().seed(300, 20, 3).legacy(true)).await;
    corp.pull().await;
    let plan = plan(&corp, telephones(&corp, 250).await).await;
    let [contacts, app] = [&corp.contacts, &corp.app].map(|client| client.with_retry(RetryPolicy::none()));
    for path in ["user/list", "user/get"] {
        corp.sim.faults().next(path, Fault::errcode(-1)).unwrap();
    }
    // One lost answer is settled by a reading of this member.
    corp.sim.faults().next("user/update", Fault::reset_after()).unwrap();
    let apply = Apply::new(corp.id(), contacts).app(corp.sim.agent_id(), app);
    let report = apply.run(&corp.store, &plan).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(corp.sim.faults().hits(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_at_five_percent_ends_in_the_wanted_corp() {
    let faults = [
        Fault::errcode(-1),
        Fault::errcode(45033),
        Fault::reset_before(),
        Fault::reset_after(),
        Fault::truncated(5),
        Fault::page(502),
        Fault::page_after(504),
        Fault::kill_token(wecom_sim::TokenDeath::Expired),
    ];
    let build = || Sim::builder().seed(300, 20, 3).legacy(true);
    let corp = Corp::with(build()).await;
    corp.pull().await;
    let steps = telephones(&corp, 250).await;
    let undisturbed = plan(&corp, steps.clone()).await;
    assert!(run(&corp, &undisturbed).await.is_clean());
    let wanted = corp.sim.digest();

    let corp = Corp::with(build()).await;
    corp.pull().await;
    let plan = plan(&corp, steps).await;
    for (number, fault) in (0..).zip(faults) {
        // Spread over the twenty calls: eight faults in a row can meet the same call in each round.
        let when = wecom_sim::When::Every { k: 20, offset: number * 20 / 8 };
        corp.sim.faults().add(wecom_sim::CallRule::new("user/*", fault).when(when)).unwrap();
    }
    let mut outcome = apply(&corp).run(&corp.store, &plan).await;
    for _ in 0..10 {
        if outcome.as_ref().is_ok_and(|report| report.state == RunState::Done) {
            break;
        }
        outcome = match corp.store.runs(&corp.id()).await.unwrap().is_empty() {
            true => apply(&corp).run(&corp.store, &plan).await,
            false => apply(&corp).resume(&corp.store, None).await,
        };
    }
    let report = outcome.unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(corp.sim.digest(), wanted);
    assert_no_write_twice(&corp);
}

/// Polls a run this number of times and drops it. Returns the report if the run has ended before.
async fn killed_after(polls: u64, run: impl Future<Output = Result<RunReport, Error>>) -> Option<RunReport> {
    let mut run = pin!(run);
    let mut left = polls;
    std::future::poll_fn(|context: &mut Context<'_>| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        run.as_mut().poll(context).map(|report| Some(report.unwrap()))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_at_any_moment_ends_as_an_undisturbed_one() {
    let steps = mixed();
    let wanted = wanted(&steps).await;
    for concurrency in [1, 8] {
        for polls in (1..).step_by(if concurrency == 1 { 1 } else { 3 }) {
            let corp = start().await;
            let plan = plan(&corp, steps.clone()).await;
            let first = apply(&corp).concurrency(concurrency).run(&corp.store, &plan);
            let ended = killed_after(polls, first).await;
            let report = match corp.store.runs(&corp.id()).await.unwrap().first() {
                _ if ended.is_some() => ended.clone(),
                None => Some(run(&corp, &plan).await),
                Some(_) => match apply(&corp).resume(&corp.store, None).await {
                    Err(Error::PlanRefused(PlanRefused::NothingToResume)) => None,
                    resumed => Some(resumed.unwrap()),
                },
            };
            match report {
                Some(report) => assert!(report.is_clean(), "{polls}: {report:?}"),
                // The last commit was on its way when the run was dropped.
                None => {
                    let ended = corp.store.runs(&corp.id()).await.unwrap().remove(0);
                    assert_eq!(
                        (ended.state, ended.counts.done),
                        (RunState::Done, steps.len() as u64),
                        "{polls}"
                    );
                }
            }
            assert_eq!(corp.sim.digest(), wanted, "{polls}");
            assert_no_write_twice(&corp);
            let changes = corp.store.history(&corp.id(), ObjectKind::Member, "new1").await.unwrap();
            assert_eq!(
                changes.iter().filter(|change| change.action == Action::Created).count(),
                1,
                "{polls}"
            );
            if ended.is_some() {
                assert!(
                    concurrency > 1 || polls > 28,
                    "each step is killed before its call and after it: {polls}"
                );
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_counts_what_earlier_runs_did() {
    let corp = Corp::with(Sim::builder().seed(100, 5, 3)).await;
    corp.pull().await;
    let userids: Vec<_> = corp.members().await.into_keys().collect();
    let disable = |userid: &String| member(userid, StepAction::Update, json!({"enable": [null, false]}));
    let measured = |plan: Plan| {
        let counted = wecom_directory::gate::Measured { count: 5, earlier: 0, whole: 100, names: Vec::new() };
        let mut plan = plan;
        plan.measured = BTreeMap::from([(Measure::MembersDisabled, counted)]);
        plan.policy.roster.protected = vec![userids[99].clone()];
        plan.policy.roster.scope = vec!["集团".to_owned()];
        plan.sealed()
    };
    let first = measured(plan(&corp, userids[..5].iter().map(disable).collect()).await);
    assert!(run(&corp, &first).await.is_clean());
    let done = corp.store.runs(&corp.id()).await.unwrap()[0].measures.clone();
    assert_eq!(done, BTreeMap::from([(Measure::MembersDisabled, 5)]));
    let second = measured(plan(&corp, userids[5..10].iter().map(disable).collect()).await);
    let Err(Error::PlanRefused(PlanRefused::Gate(verdict))) = apply(&corp).run(&corp.store, &second).await
    else {
        panic!("ten leavers in one window")
    };
    assert_eq!(verdict.reasons[0].flag().unwrap(), "--allow members_disabled=10");
    let allowed = apply(&corp).allow(Measure::MembersDisabled, 10).run(&corp.store, &second).await.unwrap();
    assert!(allowed.is_clean());

    let mut third = measured(plan(&corp, vec![disable(&userids[99])]).await);
    third.measured.clear();
    let protected = apply(&corp).run(&corp.store, &third.sealed()).await;
    assert!(matches!(protected, Err(Error::PlanRefused(PlanRefused::Gate(_)))), "{protected:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_outside_the_range_is_not_changed() {
    let corp = Corp::start().await;
    corp.pull().await;
    corp.sim.console().set_app_range(ConsoleRange::new().departments([4])).await.unwrap();
    let steps = vec![
        member("lisi", StepAction::Update, json!({"telephone": [null, "1"]})),
        member("sunqi", StepAction::Update, json!({"telephone": [null, "1"]})),
    ];
    let plan = plan(&corp, steps).await;
    let report = run(&corp, &plan).await;
    assert_eq!((report.counts.done, report.counts.skipped), (1, 1), "{report:?}");
    assert_eq!(report.outcomes[0].reason, Some(StepReason::OutOfSight));
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_not_written_over_one_that_nothing_shows() {
    let corp = Corp::start().await;
    let lisi =
        |leads| ConsoleMember::new().userid("lisi").department([2, 4]).is_leader_in_dept([leads, false]);
    corp.sim.console().update_member(lisi(false)).await.unwrap();
    corp.pull().await;
    let seats = json!({"department": [[2, 4], [2, 3]], "order": [[0, 0], [0, 0]],
                       "is_leader_in_dept": [[0, 0], [0, 0]]});
    let plan = plan(&corp, vec![member("lisi", StepAction::Update, seats)]).await;
    // Since then, the app has lost the sight of 2, and lisi leads it.
    corp.sim.console().set_app_range(ConsoleRange::new().departments([4])).await.unwrap();
    corp.sim.console().update_member(lisi(true)).await.unwrap();
    let report = run(&corp, &plan).await;
    assert_eq!(report.outcomes[0].reason, Some(StepReason::OutOfSight), "{report:?}");
    assert_eq!(writes(&corp), [""; 0]);

    // The mirror does not keep what the seat was before.
    corp.pull().await;
    let seat = corp.members().await["lisi"].seats[0];
    assert_eq!((seat.department.0, seat.is_leader, seat.order), (2, Seen::Hidden, Seen::Hidden));
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_only_the_contacts_sync_secret_shows_are_written() {
    let corp = start().await;
    let lisi = ConsoleMember::new().userid("lisi").department([2, 4]).is_leader_in_dept([true, false]);
    corp.sim.console().update_member(lisi).await.unwrap();
    corp.sim.console().set_app_range(ConsoleRange::new().departments([4])).await.unwrap();
    corp.pull().await;
    assert_eq!(corp.members().await["lisi"].seats[0].is_leader, Seen::Known(true));
    let seats = json!({"department": [[2, 4], [2, 3]], "order": [[0, 0], [0, 0]],
                       "is_leader_in_dept": [[1, 0], [1, 0]]});
    let plan = plan(&corp, vec![member("lisi", StepAction::Update, seats)]).await;
    let report = run(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mirror_has_the_leaders_that_the_departments_have_after_a_run() {
    let corp = start().await;
    let lisi = ConsoleMember::new().userid("lisi").department([2, 4]).is_leader_in_dept([true, false]);
    corp.sim.console().update_member(lisi).await.unwrap();
    corp.pull().await;
    let seats = json!({"department": [[2, 4], [3, 4]], "order": [[0, 0], [0, 0]],
                       "is_leader_in_dept": [[1, 0], [0, 1]]});
    let plan = plan(&corp, vec![member("lisi", StepAction::Update, seats)]).await;
    assert!(run(&corp, &plan).await.is_clean());
    let departments = corp.store.departments(&corp.id()).await.unwrap();
    let leaders = |id: u32| {
        let department = departments.iter().find(|department| department.id.0 == id).unwrap();
        department.leaders.known().is_some_and(|leaders| leaders.contains(&"lisi".into()))
    };
    assert_eq!((leaders(2), leaders(4)), (false, true));
    let history = corp.store.history(&corp.id(), ObjectKind::Department, "4").await.unwrap();
    assert_eq!(history[0].cause.0, "run 1 step 1");
    assert_eq!(corp.pull().await.departments.changed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leaders_after_a_removal_are_read_although_the_list_of_departments_is_too_large() {
    let corp = start().await;
    let leads = ConsoleMember::new().userid("wujiu").department([3]).is_leader_in_dept([true]);
    corp.sim.console().update_member(leads).await.unwrap();
    corp.pull().await;
    corp.sim.faults().always("department/list", Fault::errcode(45029)).unwrap();
    let plan = plan(&corp, vec![member("wujiu", StepAction::Remove, json!({}))]).await;
    let report = run(&corp, &plan).await;
    assert!(report.is_clean(), "{report:?}");
    let departments = corp.store.departments(&corp.id()).await.unwrap();
    let department = departments.iter().find(|department| department.id.0 == 3).unwrap();
    assert!(!department.leaders.known().unwrap().contains(&"wujiu".into()), "{department:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_erases_the_person_from_plans_and_steps() {
    let corp = start().await;
    let steps = vec![
        member("lisi", StepAction::Update, json!({"position": ["研发总监", "无迹可寻"]})),
        member("sunqi", StepAction::Update, json!({"direct_leader": [["zhangsan"], ["lisi"]]})),
    ];
    let plan = plan(&corp, steps).await;
    assert!(run(&corp, &plan).await.is_clean());
    corp.contacts.members().delete("lisi").await.unwrap();
    corp.pull().await;
    assert!(corp.store.run_plan(&corp.id(), 1).await.unwrap().unwrap().contains("无迹可寻"));
    assert!(corp.store.forget(&corp.id(), &"lisi".into()).await.unwrap());
    let text = corp.store.run_plan(&corp.id(), 1).await.unwrap().unwrap();
    assert!(!text.contains("无迹可寻") && !text.contains("lisi"), "{text}");
}
