//! Incidents that directories of this kind have had: each must end in a finding, a stop of the gate, or no change.

use std::collections::BTreeMap;

use serde_json::json;
use wecom_contacts::{
    departments::NewDepartment,
    members::{Attribute, MemberField, MemberPatch},
};
use wecom_directory::{
    apply::RunReport,
    gate::{Reason, Verdict, reasons},
    plan::{FindingKind, LeaverOutcome, Plan, Planning},
    policy::{Measure, Policy, Span},
    roster::Column,
    store::Store as _,
};
use wecom_sim::{ConsoleRange, Sim};

use crate::{
    apply::apply,
    corp::Corp,
    plan::{kinds, plan, policy, roster, steps},
};

const USERID: Column = Column::Field(MemberField::Userid);
const POSITION: Column = Column::Field(MemberField::Position);
const STAFF: [&str; 7] = ["zhangsan", "lisi", "wangwu", "zhaoliu", "sunqi", "zhouba", "wujiu"];

async fn run(corp: &Corp, plan: &Plan) -> RunReport {
    let report = apply(corp).run(&corp.store, plan).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    report
}

fn leavers() -> Policy {
    policy(json!({"scope": ["示例公司"], "leavers": "disable", "protected": ["zhangsan"]}))
}

fn userids<'a>(staff: impl IntoIterator<Item = &'a &'a str>) -> wecom_directory::roster::Roster {
    let rows: Vec<_> = staff.into_iter().map(|userid| [*userid]).collect();
    roster([USERID], &rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_a_division_re_parented_in_the_file_stops_the_gate() {
    let corp = Corp::with(Sim::builder().seed(300, 12, 5)).await;
    corp.pull().await;
    let top = corp.app.departments().get(1).await.unwrap().name.known().unwrap().clone();
    let members = corp.members().await;
    let paths = corp.app.departments().list().await.unwrap();
    let name =
        |id| paths.iter().find(|department| department.id == id).unwrap().name.known().unwrap().clone();
    let rows: Vec<_> = members
        .values()
        .filter_map(|record| {
            let main = record.seats.first()?;
            Some([record.member.userid.to_string(), format!("{top}/新总部/{}", name(main.department))])
        })
        .collect();
    let rows: Vec<_> = rows.iter().map(|row| [row[0].as_str(), row[1].as_str()]).collect();
    let plan = plan(&corp, Policy::default(), &roster([USERID, Column::Departments], &rows)).await;
    assert!(!plan.gate.passes());
    let over = |reason: &Reason| matches!(reason, Reason::OverLimit { measure: Measure::MembersMoved, .. });
    assert!(plan.gate.reasons.iter().any(over), "{:?}", plan.gate.reasons);
    assert!(plan.gate.reasons.iter().any(|reason| matches!(reason, Reason::LikelyRename { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_a_visible_range_narrowed_overnight_removes_nobody() {
    let corp = Corp::start().await;
    corp.pull().await;
    corp.sim.console().set_app_range(ConsoleRange::new().departments([2])).await.unwrap();
    corp.pull().await;
    let plan = plan(&corp, leavers(), &userids(&STAFF)).await;
    assert!(plan.counts.is_empty(), "{:?}", steps(&plan));
    let unseen = kinds(&plan).into_iter().filter(|(kind, _)| *kind == FindingKind::DetailsOutOfSight).count();
    assert_eq!(unseen, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_the_chief_in_the_root_does_not_make_the_scope_the_corp() {
    let corp = Corp::start().await;
    corp.pull().await;
    let scoped = policy(json!({"scope": ["研发部"], "leavers": "disable", "protected": ["zhangsan"]}));
    let rows = [
        ["zhangsan", "示例公司"],
        ["lisi", "研发部"],
        ["wangwu", "后端组"],
        ["zhaoliu", "后端组"],
        ["wujiu", "后端组"],
    ];
    let plan = plan(&corp, scoped, &roster([USERID, Column::Departments], &rows)).await;
    assert_eq!(plan.leavers, []);
    assert!(plan.counts.is_empty(), "{:?}", steps(&plan));
    assert!(kinds(&plan).contains(&(FindingKind::OutsideScope, vec![2])));
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_a_leaver_who_comes_back_with_the_same_number_is_enabled() {
    let corp = Corp::start().await;
    corp.pull().await;
    let leaving = plan(&corp, leavers(), &userids(&STAFF[..6])).await;
    assert_eq!(steps(&leaving), ["Disable wujiu enable"]);
    run(&corp, &leaving).await;
    corp.pull().await;
    // Still gone: nothing to do.
    let still = plan(&corp, leavers(), &userids(&STAFF[..6])).await;
    assert!(still.counts.is_empty(), "{:?}", steps(&still));
    assert_eq!(still.leavers[0].outcome, LeaverOutcome::AlreadyDisabled);
    let back = plan(&corp, leavers(), &userids(&STAFF)).await;
    assert_eq!(steps(&back), ["Enable wujiu enable"]);
    run(&corp, &back).await;
    corp.pull().await;
    assert!(plan(&corp, leavers(), &userids(&STAFF)).await.counts.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_somebody_whom_security_disabled_stays_disabled() {
    let corp = Corp::start().await;
    corp.contacts.members().update("zhaoliu", MemberPatch::new().enable(false)).await.unwrap();
    corp.pull().await;
    let plan = plan(&corp, leavers(), &userids(&STAFF)).await;
    assert!(plan.counts.is_empty(), "{:?}", steps(&plan));
    assert_eq!(kinds(&plan), [(FindingKind::DisabledByOthers, vec![5])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_a_leader_who_leaves_in_the_same_plan_is_followed_by_the_new_one() {
    let corp = Corp::start().await;
    corp.pull().await;
    let columns = [USERID, Column::Field(MemberField::DirectLeader)];
    let rows = [
        ["zhangsan", ""],
        ["lisi", "zhangsan"],
        ["zhaoliu", "lisi"],
        ["sunqi", "zhangsan"],
        ["zhouba", "zhangsan"],
        ["wujiu", "王五"],
    ];
    let plan = plan(&corp, leavers(), &roster(columns, &rows)).await;
    // 王五 leaves, so that the name means somebody who is still a member; the row keeps what it has.
    assert_eq!(steps(&plan), ["Update zhaoliu direct_leader", "Disable wangwu enable"]);
    run(&corp, &plan).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_fourteen_levels_below_level_three_are_refused() {
    let corp = Corp::start().await;
    let mut parent = wecom_contacts::DepartmentId(1);
    let mut ids = Vec::new();
    for level in 2..=14 {
        parent = corp
            .contacts
            .departments()
            .create(NewDepartment::new(format!("层{level}"), parent))
            .await
            .unwrap();
        ids.push(parent);
    }
    corp.pull().await;
    let to = "示例公司/研发部/后端组/层2";
    let planned = Planning::new(Policy::default())
        .rename("层2", to)
        .roster(&corp.store, &corp.id(), &userids(&STAFF))
        .await;
    assert!(matches!(planned, Err(wecom_directory::Error::Rename(_))), "{planned:?}");
    let path =
        format!("示例公司/{}", (2..=16).map(|level| format!("层{level}")).collect::<Vec<_>>().join("/"));
    let plan =
        plan(&corp, Policy::default(), &roster([USERID, Column::Departments], &[["lisi", path.as_str()]]))
            .await;
    assert_eq!(kinds(&plan), [(FindingKind::InvalidDepartment, vec![2])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_a_member_of_twenty_departments_seen_in_part_keeps_all() {
    let corp = Corp::start().await;
    let mut ids = Vec::new();
    for number in 0..20 {
        ids.push(
            corp.contacts.departments().create(NewDepartment::new(format!("部{number}"), 1)).await.unwrap(),
        );
    }
    corp.contacts.members().update("wujiu", MemberPatch::new().department(ids.clone())).await.unwrap();
    corp.sim
        .console()
        .set_app_range(ConsoleRange::new().departments(ids[..5].iter().map(|id| id.0)))
        .await
        .unwrap();
    corp.pull().await;
    let rows = [["wujiu", "部1", "店长"]];
    let plan = plan(&corp, Policy::default(), &roster([USERID, Column::Departments, POSITION], &rows)).await;
    assert!(plan.steps.iter().all(|step| !step.fields.contains_key("department")), "{:?}", steps(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_leavers_of_every_week_count_together_within_the_window() {
    let corp = Corp::with(Sim::builder().seed(400, 10, 3)).await;
    corp.pull().await;
    let top = corp.app.departments().get(1).await.unwrap().name.known().unwrap().clone();
    let userids: Vec<_> = corp.members().await.into_keys().collect();
    let weekly = || policy(json!({"scope": [top], "leavers": "disable", "protected": [userids[0]]}));
    let rows = |count: usize| {
        roster([USERID], &userids.iter().take(count).map(|userid| [userid.as_str()]).collect::<Vec<_>>())
    };
    let first = plan(&corp, weekly(), &rows(385)).await;
    assert_eq!(first.gate.reasons, []);
    let disabled = first.counts.disable;
    run(&corp, &first).await;
    corp.pull().await;
    let second = plan(&corp, weekly(), &rows(370)).await;
    let Some(Reason::OverLimit { measure: Measure::MembersDisabled, count, earlier, .. }) =
        second.gate.reasons.first()
    else {
        panic!("{:?}", second.gate.reasons);
    };
    assert_eq!((*count, *earlier), (disabled + second.counts.disable, disabled));
    // The same after the window.
    let later = jiff::Timestamp::now() + Span::days(8).duration();
    let after = Planning::new(weekly()).now(later).roster(&corp.store, &corp.id(), &rows(370)).await.unwrap();
    assert_eq!(after.gate.reasons, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_a_roster_that_lost_a_fifth_of_its_rows_stops_even_if_leavers_are_kept() {
    let corp = Corp::with(Sim::builder().seed(300, 10, 3)).await;
    corp.pull().await;
    let userids: Vec<_> = corp.members().await.into_keys().collect();
    let rows = |count: usize| {
        let rows: Vec<_> = userids.iter().take(count).map(|userid| [userid.as_str(), "专员"]).collect();
        roster([USERID, POSITION], &rows)
    };
    let mut generous = Policy::default();
    generous.gate.set(Measure::FieldChanged, wecom_directory::policy::Limit::new(None, 1.0, 1_000));
    let first = plan(&corp, generous.clone(), &rows(300)).await;
    run(&corp, &first).await;
    corp.pull().await;
    let plan = plan(&corp, generous, &rows(240)).await;
    assert!(
        matches!(
            plan.gate.reasons.as_slice(),
            [Reason::OverLimit { measure: Measure::RosterShrunk, count: 60, allowed: 30, .. }]
        ),
        "{:?}",
        plan.gate
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_its_own_plan_and_says_what_cannot_come_back() {
    let corp = Corp::with(Sim::builder().legacy(true)).await;
    corp.contacts.tags().add(1, wecom_contacts::tags::TagNodes::new().members(["wangwu"])).await.unwrap();
    corp.pull().await;
    let staff: Vec<_> = STAFF.into_iter().filter(|userid| *userid != "wangwu").collect();
    run(&corp, &plan(&corp, leavers(), &userids(&staff)).await).await;
    corp.pull().await;
    let early =
        Planning::new(leavers()).remove_disabled(&corp.store, &corp.id(), Span::days(30)).await.unwrap();
    assert!(early.counts.is_empty());
    let later = jiff::Timestamp::now() + Span::days(31).duration();
    let plan = Planning::new(leavers())
        .now(later)
        .remove_disabled(&corp.store, &corp.id(), Span::days(30))
        .await
        .unwrap();
    assert_eq!(steps(&plan), ["Remove wangwu "]);
    assert_eq!(plan.steps[0].former["mobile"], "13800000003");
    assert_eq!(
        plan.steps[0].side_effects.len(),
        3,
        "the tag and two direct leaders: {:?}",
        plan.steps[0].side_effects
    );
    assert_eq!(kinds(&plan), [(FindingKind::HandOver, vec![])]);
    assert_eq!(plan.gate.reasons, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_with_the_mobile_of_a_member_in_no_row_is_a_finding_and_no_leaver() {
    let corp = Corp::with(Sim::builder().legacy(true)).await;
    corp.pull().await;
    let columns =
        [USERID, Column::Field(MemberField::Name), Column::Field(MemberField::Mobile), Column::Departments];
    let mut rows: Vec<_> =
        STAFF.iter().filter(|userid| **userid != "wujiu").map(|userid| [*userid, "", "", ""]).collect();
    rows.push(["wu.jiu", "吴久", "13800000007", "研发部"]);
    let plan = plan(&corp, leavers(), &roster(columns, &rows)).await;
    assert_eq!(
        kinds(&plan).iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        [FindingKind::LeaversHeld, FindingKind::LikelyNewUserid]
    );
    assert!(plan.counts.is_empty(), "{:?}", steps(&plan));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_lead_each_other_are_created_first_and_led_afterwards() {
    let corp = Corp::start().await;
    corp.pull().await;
    let columns = [
        USERID,
        Column::Field(MemberField::Name),
        Column::Field(MemberField::Mobile),
        Column::Departments,
        Column::Field(MemberField::DirectLeader),
    ];
    let rows = [["n1", "甲", "13800000051", "研发部", "n2"], ["n2", "乙", "13800000052", "研发部", "n1"]];
    let plan = plan(&corp, Policy::default(), &roster(columns, &rows)).await;
    assert_eq!(plan.steps.len(), 4);
    assert_eq!(plan.counts.create, 2);
    run(&corp, &plan).await;
    corp.pull().await;
    let leader = corp.app.members().get("n1").await.unwrap().direct_leader;
    assert_eq!(leader.known().unwrap(), &[wecom_contacts::UserId::new("n2")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_corps_own_links_newcomers_and_matches_them_again() {
    let corp = Corp::start().await;
    for (userid, number) in [("wujiu", "A0007")] {
        corp.contacts
            .members()
            .update(userid, MemberPatch::new().extattr([Attribute::text("工号", number)]))
            .await
            .unwrap();
    }
    corp.pull().await;
    let own = || policy(json!({"key": "工号", "new_userid": "{工号}"}));
    let columns = || {
        [
            Column::Attribute("工号".to_owned()),
            Column::Field(MemberField::Name),
            Column::Field(MemberField::Mobile),
            Column::Departments,
        ]
    };
    let rows = [["A0002", "李四", "13800000002", "研发部"], ["A0042", "新人", "13800000061", "研发部"]];
    let first = plan(&corp, own(), &roster(columns(), &rows)).await;
    assert_eq!(steps(&first).len(), 1);
    assert_eq!(first.steps[0].object.id, "A0042");
    run(&corp, &first).await;
    corp.pull().await;
    let again = plan(&corp, own(), &roster(columns(), &rows)).await;
    assert!(again.counts.is_empty(), "{:?} {:?}", steps(&again), again.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_counts_a_move_as_its_plan_does() {
    let corp = Corp::start().await;
    corp.pull().await;
    let plan =
        plan(&corp, Policy::default(), &roster([USERID, Column::Departments], &[["zhaoliu", "市场部"]]))
            .await;
    assert_eq!(steps(&plan).len(), 1);
    run(&corp, &plan).await;
    let done = corp.store.runs(&corp.id()).await.unwrap().remove(0).measures;
    assert_eq!(done, BTreeMap::from([(Measure::MembersMoved, 1)]));
    let planned: BTreeMap<_, _> = plan
        .measured
        .iter()
        .filter(|(_, measured)| measured.count > 0)
        .map(|(measure, measured)| (*measure, measured.count))
        .collect();
    assert_eq!(done, planned);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_members_of_a_tags_departments_are_protected_when_planning_and_when_applying() {
    let corp = Corp::start().await;
    corp.pull().await;
    // 值班 has the department 人事部, and 周八 is in it.
    let tagged = || policy(json!({"scope": ["示例公司"], "protected": ["tag:值班"]}));
    let file = roster([USERID, Column::Field(MemberField::Enable)], &[["zhouba", "0"]]);
    let planned = plan(&corp, tagged(), &file).await;
    let names = vec!["周八 (zhouba)".to_owned()];
    assert_eq!(planned.gate.reasons, [Reason::Protected { names }]);
    // A plan of another program, which did not judge.
    let unjudged = Plan { gate: Verdict::default(), ..planned.clone() }.sealed();
    let reasons = reasons(&corp.store, &corp.id(), &unjudged, &BTreeMap::new()).await.unwrap();
    assert_eq!(reasons, planned.gate.reasons);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_rows_that_point_to_one_member_are_named_with_the_rules() {
    let corp = Corp::start().await;
    corp.pull().await;
    let columns = [Column::Attribute("工号".to_owned()), USERID, POSITION];
    let file = roster(columns, &[["A0002", "-", "顾问"], ["A9999", "lisi", "顾问"]]);
    let plan = plan(&corp, policy(json!({"key": "工号"})), &file).await;
    let messages: Vec<_> = plan
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::MatchesDisagree)
        .map(wecom_directory::plan::Finding::message)
        .collect();
    assert_eq!(messages, ["two rows point to 李四 (lisi): line 2 by 工号, line 3 by userid"]);
    assert!(plan.counts.is_empty(), "{:?}", steps(&plan));
}
