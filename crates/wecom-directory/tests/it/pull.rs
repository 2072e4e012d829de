//! A pull: what the mirror has afterwards is what the corp has, and nothing is concluded from what was not seen.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use wecom_contacts::{
    RetryPolicy, Seen, UserId,
    members::{MemberPatch, MemberStatus},
};
use wecom_directory::{
    Coverage, Level,
    journal::{Action, ObjectKind},
    plan::StepAction,
    pull::{Pull, Via},
    record::State,
    store::Store,
};
use wecom_sim::{Choices, ConsoleLegacy, ConsoleMember, ConsoleRange, Fault, Sim};

use crate::{
    apply,
    corp::Corp,
    plans::{member, plan},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_mirror_has_what_the_corp_has() {
    for via in [Via::Lists, Via::Export] {
        let corp = Corp::with(Sim::builder().seed(200, 20, 3)).await;
        let report = corp.both().via(via).run(&corp.store).await.unwrap();
        let complete =
            Coverage { members: Level::Complete, departments: Level::Complete, tags: Level::Complete };
        assert_eq!(report.coverage, complete, "{report:?}");
        assert!(report.existence && report.complete);

        let members = corp.members().await;
        assert_eq!(members.len(), 200);
        for (userid, record) in &members {
            let member = corp.app.members().get(UserId::new(userid)).await.unwrap();
            assert_eq!(record.member.name, member.name);
            assert_eq!(record.member.position, member.position);
            let seats: Vec<_> = record.seats.iter().map(|seat| seat.department).collect();
            let mut departments = member.department.clone().unwrap_or_default();
            departments.sort_unstable();
            assert_eq!(seats, departments, "{userid}");
        }
        assert_eq!(report.members.seen, 200);
        for (counts, all) in
            [(report.members, 200), (report.departments, 20), (report.tags, report.tags.seen)]
        {
            assert_eq!((counts.created, counts.changed), (all, 0), "{report:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_pull_writes_nothing_but_its_own_row() {
    for via in [Via::Lists, Via::Export] {
        let corp = Corp::with(Sim::builder().seed(200, 20, 3)).await;
        corp.both().via(via).run(&corp.store).await.unwrap();
        let before = dump(&corp).await;
        let report = corp.both().via(via).run(&corp.store).await.unwrap();
        assert_eq!(
            (report.members.created, report.members.changed, report.members.removed),
            (0, 0, 0),
            "{report:?}"
        );
        assert_eq!(dump(&corp).await, before, "{via:?}");
        assert_eq!(report.pull, 2);
    }
}

/// All rows of all tables but that of the pulls.
async fn dump(corp: &Corp) -> Vec<(&'static str, Vec<Vec<serde_json::Value>>)> {
    let mut tables = Vec::new();
    for table in corp.store.tables().iter().filter(|table| table.name != "pull") {
        tables.push((table.name, corp.store.dump(table, None, 1_000_000).await.unwrap()));
    }
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_in_the_journal_with_both_values_and_its_pull() {
    let corp = Corp::start().await;
    corp.pull().await;
    let patch = MemberPatch::new().position("总监").department([1, 2, 3]);
    corp.contacts.members().update("lisi", patch).await.unwrap();
    corp.pull().await;
    let history = corp.store.history(&corp.id(), ObjectKind::Member, "LISI").await.unwrap();
    assert_eq!(history.len(), 1, "the first pull is a baseline: {history:?}");
    let change = &history[0];
    assert_eq!((change.action, change.cause.0.as_str()), (Action::Changed, "pull 2"));
    assert_eq!(change.fields["position"]["after"], "总监");
    assert!(change.fields["position"]["before"].is_string());
    assert_eq!(change.fields["seats"]["after"].as_array().map(Vec::len), Some(3), "{change:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_proven_by_two_readings() {
    let corp = Corp::start().await;
    corp.pull().await;
    corp.contacts.members().delete("lisi").await.unwrap();
    let report = corp.pull().await;
    assert_eq!(report.members.removed, 1, "{report:?}");
    assert_eq!(corp.members().await["lisi"].state, State::Removed);
    let history = corp.store.history(&corp.id(), ObjectKind::Member, "lisi").await.unwrap();
    assert_eq!(history.last().unwrap().action, Action::Removed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_pull_erases_who_was_removed_long_ago() {
    let corp = Corp::start().await;
    corp.pull().await;
    let start = Timestamp::now();
    corp.contacts.members().delete("lisi").await.unwrap();
    corp.contacts.members().update("wangwu", MemberPatch::new().position("总监")).await.unwrap();
    let report = corp.both().forget_removed_before(start).run(&corp.store).await.unwrap();
    assert_eq!((report.members.removed, report.forgotten), (1, 0), "the removal is new");
    let later = Timestamp::now() + Duration::from_secs(60);
    let partial = corp.app_only().forget_removed_before(later).run(&corp.store).await.unwrap();
    assert_eq!(partial.forgotten, 0, "a pull that proves no existence erases nothing");
    let report = corp.both().forget_removed_before(later).run(&corp.store).await.unwrap();
    assert_eq!(report.forgotten, 1);
    assert!(!corp.members().await.contains_key("lisi"));
    assert_eq!(corp.store.history(&corp.id(), ObjectKind::Member, "wangwu").await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_userid_that_comes_back_is_another_person() {
    let corp = Corp::start().await;
    corp.pull().await;
    let before = corp.members().await["lisi"].person;
    corp.contacts.members().delete("lisi").await.unwrap();
    corp.pull().await;
    let member = ConsoleMember::new().userid("lisi").name("李四").mobile("13900000001").department([1]);
    corp.sim.console().create_member(member).await.unwrap();
    let report = corp.pull().await;
    assert_eq!(report.members.created, 1, "{report:?}");
    let key = "lisi".into();
    let now = corp.store.members(&corp.id(), &[key]).await.unwrap();
    assert_eq!(now.len(), 1);
    assert_ne!(now[0].person, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_alone_removes_nothing() {
    let corp = Corp::start().await;
    corp.pull().await;
    corp.contacts.members().delete("lisi").await.unwrap();
    let report = corp.app_only().run(&corp.store).await.unwrap();
    assert_eq!(report.coverage.members, Level::Range);
    assert!(!report.existence);
    assert_eq!((report.members.removed, report.members.out_of_sight), (0, 1), "{report:?}");
    assert_eq!(corp.members().await["lisi"].state, State::OutOfSight);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_sync_alone_knows_ids_and_seats() {
    let corp = Corp::start().await;
    let report = corp.contacts_only().run(&corp.store).await.unwrap();
    assert_eq!((report.coverage.members, report.coverage.departments), (Level::Ids, Level::Ids));
    assert!(report.existence);
    let members = corp.members().await;
    assert!(members.values().all(|record| record.member.name.is_hidden() && !record.seats.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_that_narrows_removes_nobody_and_blanks_nothing() {
    let corp = Corp::with(Sim::builder().seed(200, 20, 3)).await;
    corp.pull().await;
    let before = corp.members().await;
    corp.sim.console().set_app_range(ConsoleRange::new().departments([2])).await.unwrap();
    let report = corp.pull().await;
    assert_eq!(report.members.removed, 0, "{report:?}");
    assert!(report.hidden.outside_range > 0, "{report:?}");
    assert_eq!(report.coverage.members, Level::Range);
    for (userid, record) in corp.members().await {
        assert_eq!(record.state, State::Present);
        assert_eq!(record.member.name, before[&userid].member.name, "the last known name stays");
        assert_eq!(record.seats.len(), before[&userid].seats.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_that_is_repeated_uses_the_same_export_job() {
    let corp = Corp::with(Sim::builder().seed(200, 20, 3)).await;
    corp.both().via(Via::Export).run(&corp.store).await.unwrap();
    // The mirror assumes that the app sees everybody, which the reading disproves.
    corp.sim.console().set_app_range(ConsoleRange::new().departments([2])).await.unwrap();
    corp.both().via(Via::Export).run(&corp.store).await.unwrap();
    let jobs = corp.sim.requests().iter().filter(|request| request.path.ends_with("export/user")).count();
    assert_eq!(jobs, 2, "one for each pull");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_that_is_older_than_a_run_is_not_continued() {
    let corp = apply::start().await;
    corp.sim.faults().always("export/get_result", Fault::errcode(50_001)).unwrap();
    corp.both().via(Via::Export).run(&corp.store).await.unwrap_err();
    corp.sim.faults().clear();
    let step = member("lisi", StepAction::Update, json!({"position": ["研发总监", "CTO"]}));
    let plan = plan(&corp, vec![step]).await;
    assert!(apply::apply(&corp).run(&corp.store, &plan).await.unwrap().is_clean());
    let report = corp.both().via(Via::Export).run(&corp.store).await.unwrap();
    assert_eq!(report.members.changed, 0, "{report:?}");
    assert_eq!(corp.members().await["lisi"].member.position, Seen::Known("CTO".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn departments_that_are_too_many_for_a_list_are_exported() {
    let corp = Corp::with(Sim::builder().seed(200, 20, 3)).await;
    corp.both().run(&corp.store).await.unwrap();
    let before = dump(&corp).await;
    corp.sim.faults().always("department/list", Fault::errcode(45029)).unwrap();
    let report = corp.both().run(&corp.store).await.unwrap();
    assert!(report.complete && report.existence, "{report:?}");
    assert_eq!((report.departments.detailed, report.departments.changed), (report.departments.seen, 0));
    assert_eq!(dump(&corp).await, before, "an export shows the same departments");
    let requests = corp.sim.requests();
    let exports = requests.iter().filter(|request| request.path.ends_with("export/department"));
    let answers: Vec<_> = exports.map(|request| request.errcode.unwrap_or_default()).collect();
    assert_eq!(answers, [0, 48009], "the app exports; a new contacts-sync secret may not");
    // Another refusal is not taken for one of size.
    corp.sim.faults().clear();
    corp.sim.faults().always("department/list", Fault::errcode(48002)).unwrap();
    corp.app_only().run(&corp.store).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_app_shows_mobiles_and_one_that_is_cut_keeps_the_last_ones() {
    let corp = Corp::with(Sim::builder().legacy(true)).await;
    let report = corp.pull().await;
    assert!(!report.hidden.sensitive_fields, "{report:?}");
    let before = corp.members().await["lisi"].member.mobile.clone();
    assert!(matches!(&before, Seen::Known(mobile) if !mobile.is_empty()));

    let rights = ConsoleLegacy::new().contacts(false).app(None, false);
    corp.sim.console().set_legacy(rights).await.unwrap();
    let report = corp.pull().await;
    assert!(report.hidden.sensitive_fields_lost, "{report:?}");
    let record = &corp.members().await["lisi"];
    assert_eq!(record.member.mobile, before);
    assert!(record.stale().contains(wecom_contacts::members::MemberField::Mobile), "{:?}", record.stale());
    let history = corp.store.history(&corp.id(), ObjectKind::Member, "lisi").await.unwrap();
    assert_eq!(history, [], "a field that is hidden now did not change");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_fails_leaves_the_mirror_as_it_was() {
    let corp = Corp::start().await;
    corp.pull().await;
    let before = dump(&corp).await;
    corp.contacts.members().delete("lisi").await.unwrap();
    // The second reading of the ids fails for good.
    corp.sim.faults().always("tag/list", Fault::errcode(50_001)).unwrap();
    corp.both().run(&corp.store).await.unwrap_err();
    assert_eq!(dump(&corp).await, before);
    corp.sim.faults().clear();
    assert_eq!(corp.pull().await.members.removed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reading_that_fails_for_good_does_not_end_a_pull() {
    let corp = Corp::with(Sim::builder().seed(300, 30, 5)).await;
    let [contacts, app] = [&corp.contacts, &corp.app].map(|client| client.with_retry(RetryPolicy::none()));
    for path in ["user/list", "tag/get"] {
        corp.sim.faults().next(path, Fault::errcode(-1)).unwrap();
    }
    let pull = Pull::new(corp.id()).contacts_sync(contacts).app(corp.sim.agent_id(), app);
    let report = pull.run(&corp.store).await.unwrap();
    assert_eq!((report.members.seen, report.coverage.members), (300, Level::Complete));
    assert_eq!(corp.sim.faults().hits(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_in_one_of_twenty_calls_do_not_change_the_result() {
    let corp = Corp::with(Sim::builder().seed(300, 30, 5)).await;
    for fault in [Fault::errcode(-1), Fault::reset_after(), Fault::page(502), Fault::truncated(20)] {
        corp.sim.faults().every(20, "*", fault).unwrap();
    }
    let mut last = corp.both().run(&corp.store).await;
    for _ in 0..20 {
        if last.is_ok() {
            break;
        }
        last = corp.both().run(&corp.store).await;
    }
    let report = last.unwrap();
    assert_eq!((report.members.seen, report.coverage.members), (300, Level::Complete));
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_move_while_the_corp_is_read_are_not_removed() {
    let corp = Corp::with(Sim::builder().seed(300, 30, 5)).await;
    corp.pull().await;
    let userids: Vec<_> = corp.members().await.into_keys().collect();
    let contacts = corp.contacts.clone();
    let mover = tokio::spawn(async move {
        for (round, userid) in (0_u32..).zip(userids.iter().cycle().take(150)) {
            let patch = MemberPatch::new().department([1 + round % 20]);
            contacts.members().update(userid.as_str(), patch).await.unwrap();
        }
    });
    let during = corp.pull().await;
    assert_eq!((during.members.removed, during.members.out_of_sight), (0, 0), "{during:?}");
    mover.await.unwrap();
    let after = corp.pull().await;
    assert!(after.complete, "{after:?}");
    for (userid, record) in corp.members().await {
        let member = corp.app.members().get(UserId::new(&userid)).await.unwrap();
        let mut departments = member.department.unwrap_or_default();
        departments.sort_unstable();
        let seats: Vec<_> = record.seats.iter().map(|seat| seat.department).collect();
        assert_eq!(seats, departments, "{userid}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_changes_nothing() {
    let corp = Corp::start().await;
    corp.pull().await;
    let before = dump(&corp).await;
    corp.contacts.members().update("lisi", MemberPatch::new().position("总监")).await.unwrap();
    let (_, changes) = corp.both().compare(&corp.store).await.unwrap();
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].fields["position"]["after"], "总监");
    assert_eq!(dump(&corp).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_pull_waits_for_the_first_and_says_who_holds_the_lock() {
    let corp = Corp::start().await;
    let lock = corp.store.lock(&corp.id(), "txl, process 7", Duration::ZERO).await.unwrap();
    let error = corp.both().lock_wait(Duration::from_millis(10)).run(&corp.store).await.unwrap_err();
    assert!(error.to_string().contains("locked by txl, process 7"), "{error}");
    drop(lock);
    corp.pull().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_left_by_themselves_is_not_removed_although_no_list_has_them() {
    let mut choices = Choices::default();
    choices.hide_left_members = true;
    let corp = Corp::with(Sim::builder().choices(choices)).await;
    corp.pull().await;
    let seats = corp.members().await["lisi"].seats.clone();
    corp.sim.console().member_quits("lisi").await.unwrap();
    let lisi = async || corp.members().await.remove("lisi").unwrap();
    for _ in 0..2 {
        let report = corp.pull().await;
        assert_eq!(report.members.removed, 0, "{report:?}");
        let record = lisi().await;
        assert_eq!((record.state, record.member.status), (State::Present, Seen::Known(MemberStatus::Left)));
        assert_eq!(record.seats, seats);
    }
    // The ids alone prove nothing about someone who left.
    corp.contacts_only().run(&corp.store).await.unwrap();
    assert_eq!(lisi().await.state, State::OutOfSight);
    corp.pull().await;
    assert_eq!(lisi().await.state, State::Present);
    corp.sim.console().delete_member("lisi").await.unwrap();
    corp.pull().await;
    assert_eq!(lisi().await.state, State::Removed);
}
