//! Plans from rosters, against mirrors of simulated corps.

use serde_json::{Value, json};
use wecom_contacts::{
    UserId,
    departments::NewDepartment,
    members::{Attribute, ExternalProfile, MemberField, MemberPatch, NewMember},
    tags::NewTag,
};
use wecom_directory::{
    apply::{Apply, FingerprintKey},
    gate::{Decision, Reason},
    plan::{Category, FindingKind, Kind, LeaverOutcome, LookUps, Plan, Planning, StepAction},
    policy::{Measure, Policy, Span},
    roster::{Column, DepartmentRow, Place, Roster},
    store::Store,
    undo::Undo,
};

use crate::{
    corp::Corp,
    plans::{member, plan as made},
};

const USERID: Column = Column::Field(MemberField::Userid);
const NAME: Column = Column::Field(MemberField::Name);
const MOBILE: Column = Column::Field(MemberField::Mobile);
const POSITION: Column = Column::Field(MemberField::Position);

/// A roster of texts; `;` separates the items of a list, `-` is an absent cell.
pub(crate) fn roster<const N: usize>(columns: [Column; N], rows: &[[&str; N]]) -> Roster {
    let mut roster = Roster::new(columns.clone());
    for (line, row) in (2..).zip(rows) {
        roster.push(Place { file: 0, line }, |writer| {
            for (cell, column) in row.iter().zip(&columns) {
                match *cell {
                    "-" => writer.absent(),
                    cell if column.is_list() => writer.list(cell.split(';')),
                    cell => writer.text(cell),
                }
            }
        });
    }
    roster
}

pub(crate) fn policy(roster: Value) -> Policy {
    serde_json::from_value(json!({ "roster": roster })).unwrap()
}

pub(crate) async fn plan(corp: &Corp, policy: Policy, roster: &Roster) -> Plan {
    Planning::new(policy).roster(&corp.store, &corp.id(), roster).await.unwrap()
}

pub(crate) fn kinds(plan: &Plan) -> Vec<(FindingKind, Vec<u32>)> {
    let lines =
        |finding: &wecom_directory::plan::Finding| finding.places.iter().map(|place| place.line).collect();
    plan.findings.iter().map(|finding| (finding.kind, lines(finding))).collect()
}

pub(crate) fn steps(plan: &Plan) -> Vec<String> {
    let step = |step: &wecom_directory::plan::Step| {
        let fields: Vec<_> = step.fields.keys().map(String::as_str).collect();
        format!("{:?} {} {}", step.category, step.object.id, fields.join(","))
    };
    plan.steps.iter().map(step).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roster_that_is_as_the_corp_is_changes_nothing() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [
        ["zhangsan", "张三", "13800000001", "总经理", "示例公司"],
        ["LISI", "李四", "+86 13800000002", "研发总监", "研发部"],
        ["wangwu", "王五", "13800000003", "后端组长", "研发部/后端组;研发部"],
        ["zhaoliu", "赵六", "13800000004", "工程师", "示例公司/研发部/后端组"],
        ["sunqi", "孙七", "13800000005", "市场经理", "市场部"],
        ["zhouba", "周八", "13800000006", "人事专员", "人事部"],
        ["wujiu", "吴九", "13800000007", "实习生", "后端组"],
    ];
    let roster = roster([USERID, NAME, MOBILE, POSITION, Column::Departments], &rows);
    let plan = plan(&corp, Policy::default(), &roster).await;
    assert!(plan.counts.is_empty(), "{:?}", steps(&plan));
    assert_eq!(kinds(&plan), []);
    assert_eq!(plan.gate.verdict, Decision::Pass);
    assert_eq!(plan.leavers, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_of_hr_becomes_steps_in_order() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [
        ["zhangsan", "张三", "13800000001", "总经理", "示例公司", ""],
        ["lisi", "李四", "13800000002", "副总经理", "研发部", "zhangsan"],
        ["wangwu", "王五", "13800000003", "后端组长", "后端组", "lisi"],
        ["zhaoliu", "赵六", "13800000004", "工程师", "市场部", "孙七"],
        ["sunqi", "孙七", "13800000005", "市场经理", "市场部", "zhangsan"],
        ["zhouba", "周八", "13800000006", "人事专员", "人事部", "zhangsan"],
        ["newbie", "新人", "13800000011", "工程师", "示例公司/研发部/前端组", "chief"],
        ["chief", "组长", "13800000012", "前端组长", "示例公司/研发部/前端组", "李四"],
    ];
    let columns =
        [USERID, NAME, MOBILE, POSITION, Column::Departments, Column::Field(MemberField::DirectLeader)];
    let leaver = policy(json!({"scope": ["示例公司"], "leavers": "disable", "protected": ["zhangsan"]}));
    let plan = plan(&corp, leaver, &roster(columns, &rows)).await;
    let created = "department,direct_leader,is_leader_in_dept,main_department,mobile,name,order,position,to_invite,userid";
    let moved = "department,direct_leader,is_leader_in_dept,main_department,order";
    assert_eq!(
        steps(&plan),
        [
            "Create 6 id,name,parentid".to_owned(),
            format!("Create chief {created}"),
            format!("Create newbie {created}"),
            "Update lisi position".to_owned(),
            format!("Move zhaoliu {moved}"),
            "Disable wujiu enable".to_owned(),
        ]
    );
    assert_eq!(plan.steps[2].needs, [1, 2]);
    assert_eq!(plan.steps[4].fields["direct_leader"].after, json!(["sunqi"]));
    assert_eq!(plan.steps[1].fields["to_invite"].after, false);
    let counts = plan.counts;
    assert_eq!(
        (counts.create, counts.update, counts.moved, counts.disable, counts.departments.create),
        (2, 1, 1, 1, 1)
    );
    assert_eq!(kinds(&plan), []);
    assert_eq!(plan.gate.reasons, []);
    assert_eq!(plan.leavers[0].outcome, LeaverOutcome::Disabled);
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_one_department_per_person_takes_no_other_seat() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [["wangwu", "研发部"], ["zhouba", "市场部"]];
    let plan = plan(&corp, Policy::default(), &roster([USERID, Column::Departments], &rows)).await;
    for step in &plan.steps {
        let ids = |value: &Value| value.as_array().unwrap().len();
        assert_eq!(ids(&step.fields["department"].after), 2, "{}", step.object.id);
    }
    assert_eq!(plan.measured[&Measure::SeatsRemoved].count, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_absent_and_an_empty_cell_change_nothing() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [["zhaoliu", "", "-"], ["lisi", "-", ""]];
    let columns = || [USERID, POSITION, Column::Departments];
    let quiet = plan(&corp, Policy::default(), &roster(columns(), &rows)).await;
    assert!(quiet.counts.is_empty(), "{:?}", steps(&quiet));
    let clears =
        plan(&corp, policy(json!({"empty_cell": ["position", "name"]})), &roster(columns(), &rows)).await;
    assert_eq!(steps(&clears), ["Update zhaoliu position"]);
    let never = policy(json!({"empty_cell": "clear", "never": ["position"]}));
    assert!(plan(&corp, never, &roster(columns(), &rows)).await.counts.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_cell_of_leaders_takes_no_department_away() {
    let corp = Corp::start().await;
    corp.pull().await;
    // wangwu leads 后端组 and not 研发部.
    let of_names =
        |cell| roster([USERID, Column::Departments, Column::LeaderOf], &[["wangwu", "后端组;研发部", cell]]);
    let of_flags = |cell| {
        roster([USERID, Column::Departments, Column::LeaderFlags], &[["wangwu", "后端组;研发部", cell]])
    };
    let flags = async |rule: &str, roster: Roster| {
        let plan = plan(&corp, policy(json!({"empty_cell": rule})), &roster).await;
        plan.steps.first().map(|step| step.fields["is_leader_in_dept"].after.clone())
    };
    for roster in [of_names(""), of_flags("")] {
        assert_eq!(flags("keep", roster).await, None);
    }
    for roster in [of_names(""), of_flags(""), of_flags("0;0")] {
        assert_eq!(flags("clear", roster).await, Some(json!([0, 0])));
    }
    assert_eq!(flags("keep", of_names("研发部")).await, Some(json!([1, 0])));
    // A department that is none of the row is a finding, and the leaders stay.
    assert_eq!(flags("keep", of_names("研发部;市场部")).await, None);
    // An empty cell of one row says nothing of what another row lists.
    let columns = [USERID, Column::Departments, Column::LeaderOf];
    let rows = [["wangwu", "后端组", ""], ["wangwu", "研发部", "研发部"]];
    assert_eq!(flags("keep", roster(columns, &rows)).await, Some(json!([1, 1])));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_rows_are_findings_with_their_lines_and_do_not_stop_the_others() {
    let corp = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    corp.pull().await;
    let rows = [
        ["lisi", "李四", "13800000002", "副总经理", "研发部"],
        ["", "无号", "13800000020", "工程师", "研发部"],
        ["twice", "甲", "13800000021", "工程师", "研发部"],
        ["twice", "乙", "13800000021", "工程师", "研发部"],
        ["nowhere", "丙", "13800000022", "工程师", "财务部"],
        ["nomobile", "丁", "", "工程师", "研发部"],
        ["taken", "戊", "13800000003", "工程师", "研发部"],
        ["zhaoliu2", "赵六", "13800000023", "工程师", "研发部"],
        ["same1", "己", "13800000024", "工程师", "研发部"],
        ["same2", "庚", "+8613800000024", "工程师", "研发部"],
        ["bad号", "辛", "13800000025", "工程师", "研发部"],
        ["wide", "壬", "13800000026", "工程师", "示例公司/研 发部"],
        ["deep", "癸", "13800000027", "工程师", "示例公司/a:b"],
    ];
    let roster = roster([USERID, NAME, MOBILE, POSITION, Column::Departments], &rows);
    let plan = plan(&corp, Policy::default(), &roster).await;
    assert_eq!(steps(&plan), ["Update lisi position"]);
    let expected = [
        (FindingKind::NoKey, vec![3]),
        (FindingKind::RowsDisagree, vec![4, 5]),
        (FindingKind::UnknownDepartment, vec![6]),
        (FindingKind::NoDepartment, vec![6]),
        (FindingKind::NoContact, vec![7]),
        (FindingKind::LikelyNewUserid, vec![8]),
        (FindingKind::SameName, vec![9]),
        (FindingKind::Taken, vec![10, 11]),
        (FindingKind::InvalidValue, vec![12]),
        (FindingKind::SimilarDepartment, vec![13]),
        (FindingKind::NoDepartment, vec![13]),
        (FindingKind::InvalidDepartment, vec![14]),
        (FindingKind::NoDepartment, vec![14]),
    ];
    let mut found = kinds(&plan);
    found.sort_by_key(|(_, lines)| lines.clone());
    for expected in &expected {
        assert!(found.contains(expected), "{expected:?} in {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for finding in &plan.findings {
        let message = finding.message();
        assert!(!message.contains("138") && !message.is_empty(), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_leaver_is_acted_on_while_a_row_may_be_theirs() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [
        ["zhangsan"],
        ["lisi"],
        ["wangwu"],
        ["zhaoliu"],
        ["sunqi"],
        ["zhouba"],
        [""],
        ["zhangsan"],
        ["lisi"],
        ["wangwu"],
        ["sunqi"],
    ];
    let leavers = || policy(json!({"scope": ["示例公司"], "leavers": "disable", "protected": ["zhangsan"]}));
    let roster = roster([USERID], &rows);
    let held = plan(&corp, leavers(), &roster).await;
    assert_eq!(steps(&held), Vec::<String>::new());
    assert_eq!(held.leavers[0].outcome, LeaverOutcome::RowsUnmatched);
    assert!(held.findings.iter().any(|finding| finding.kind == FindingKind::LeaversHeld));
    let place = Place { file: 0, line: 8 };
    let accepted =
        Planning::new(leavers()).ignore_rows([place]).roster(&corp.store, &corp.id(), &roster).await.unwrap();
    assert_eq!(steps(&accepted), ["Disable wujiu enable"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_excluded_member_stays_in_the_tags_and_out_of_them() {
    let corp = Corp::start().await;
    corp.pull().await;
    let tagged = corp.store.tags(&corp.id()).await.unwrap().remove(0);
    let inside = tagged.members.known().unwrap()[0].as_str().to_owned();
    let outside = ["zhangsan", "lisi", "sunqi"].into_iter().find(|userid| *userid != inside).unwrap();
    let name = tagged.name.known().unwrap().clone();
    let wanted = || {
        let rows = [[inside.as_str(), ""], [outside, name.as_str()]];
        roster([USERID, Column::Tags], &rows)
    };
    let clears = || policy(json!({"empty_cell": "clear"}));
    let both = plan(&corp, clears(), &wanted()).await;
    assert_eq!(both.counts.tags.add_members + both.counts.tags.remove_members, 2, "{:?}", both.counts);
    let planning = Planning::new(clears()).exclude(inside.to_uppercase()).exclude(outside);
    let excluded = planning.roster(&corp.store, &corp.id(), &wanted()).await.unwrap();
    assert_eq!(steps(&excluded), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_of_a_department_is_in_the_scope_like_a_path() {
    let corp = Corp::start().await;
    corp.pull().await;
    let scoped = || policy(json!({"scope": ["研发部"]}));
    for (column, inside, outside) in
        [(Column::DepartmentIds, "3", "4"), (Column::Departments, "后端组", "市场部")]
    {
        let to = async |department| {
            let roster = roster([USERID, column.clone()], &[["lisi", department]]);
            plan(&corp, scoped(), &roster).await
        };
        assert_eq!(steps(&to(inside).await).len(), 1, "{column:?}");
        let refused = to(outside).await;
        assert_eq!(steps(&refused), [""; 0], "{column:?}");
        assert_eq!(refused.findings[0].kind, FindingKind::OutsideScope, "{column:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_matches_nobody_and_cannot_be_created_may_be_of_a_leaver() {
    let corp = Corp::start().await;
    corp.pull().await;
    let leavers = || policy(json!({"scope": ["示例公司"], "leavers": "disable", "protected": ["zhangsan"]}));
    let others = ["zhangsan", "lisi", "wangwu", "zhaoliu", "sunqi", "zhouba"];
    let columns = [USERID, Column::Field(MemberField::Name), Column::Field(MemberField::Mobile)];
    // The userid of wujiu is cut: no name; neither mobile nor mail; no department.
    for damaged in [["wuj", "", ""], ["wuj", "武久", ""], ["wuj", "武久", "13800009999"]] {
        let rows = others.map(|userid| [userid, "", ""]).into_iter().chain([damaged]).collect::<Vec<_>>();
        let held = plan(&corp, leavers(), &roster(columns.clone(), &rows)).await;
        assert_eq!(steps(&held), Vec::<String>::new(), "{damaged:?}");
        assert_eq!(held.leavers[0].outcome, LeaverOutcome::RowsUnmatched, "{damaged:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn acting_on_leavers_needs_a_scope_and_somebody_protected() {
    let corp = Corp::start().await;
    corp.pull().await;
    let all = [["zhangsan"], ["lisi"], ["wangwu"], ["zhaoliu"], ["sunqi"], ["zhouba"]];
    let stopped = plan(&corp, policy(json!({"leavers": "disable"})), &roster([USERID], &all)).await;
    assert!(
        stopped.gate.reasons.contains(&Reason::NoScope)
            && stopped.gate.reasons.contains(&Reason::NothingProtected)
    );
    let unknown = json!({"leavers": "disable", "scope": ["研发部"], "protected": ["nobody", "tag:外包"]});
    let stopped = plan(&corp, policy(unknown), &roster([USERID], &all)).await;
    let entries = vec!["tag:外包".to_owned(), "nobody".to_owned()];
    assert!(stopped.gate.reasons.contains(&Reason::UnknownProtected { entries }), "{:?}", stopped.gate);
    // wujiu is protected by the tag 值班 as soon as it is in it.
    corp.contacts.tags().add(1, wecom_contacts::tags::TagNodes::new().members(["wujiu"])).await.unwrap();
    corp.pull().await;
    let tagged = json!({"leavers": "disable", "scope": ["研发部"], "protected": ["tag:值班"]});
    let plan = plan(&corp, policy(tagged), &roster([USERID], &all)).await;
    assert_eq!(
        plan.leavers.iter().map(|leaver| leaver.outcome).collect::<Vec<_>>(),
        [LeaverOutcome::Protected]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn without_proven_ids_nobody_is_a_leaver() {
    let corp = Corp::start().await;
    corp.app_only().run(&corp.store).await.unwrap();
    let leavers = json!({"scope": ["示例公司"], "leavers": "disable", "protected": ["zhangsan"]});
    let plan = plan(&corp, policy(leavers), &roster([USERID], &[["zhangsan"], ["lisi"]])).await;
    assert_eq!(plan.counts.disable, 0);
    assert!(
        plan.leavers.iter().all(|leaver| leaver.outcome == LeaverOutcome::NoExistence),
        "{:?}",
        plan.leavers
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_with_a_seat_outside_the_scope_is_no_leaver_and_keeps_it() {
    let corp = Corp::start().await;
    corp.pull().await;
    let scoped = json!({"scope": ["人事部"], "leavers": "disable", "protected": ["zhangsan"]});
    let empty = roster([USERID, Column::Departments], &[["sunqi", "市场部"], ["lisi", "人事部"]]);
    let plan = plan(&corp, policy(scoped), &empty).await;
    assert_eq!(plan.leavers[0].outcome, LeaverOutcome::SeatOutsideScope);
    assert_eq!(
        kinds(&plan).iter().map(|(kind, _)| *kind).collect::<Vec<_>>(),
        [FindingKind::OutsideScope, FindingKind::MemberOutsideScope, FindingKind::MemberOutsideScope]
    );
    assert!(plan.counts.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_removal_of_the_disabled_stays_in_the_scope() {
    let corp = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    corp.pull().await;
    // wangwu has a seat in 研发部 and one in 后端组 below it, sunqi is in 市场部.
    let off = |userid| member(userid, StepAction::Update, json!({"enable": [true, false]}));
    let disabling = made(&corp, ["wangwu", "sunqi", "wujiu"].map(off).to_vec()).await;
    let apply = Apply::new(corp.id(), corp.contacts.clone()).app(corp.sim.agent_id(), corp.app.clone());
    assert!(apply.run(&corp.store, &disabling).await.unwrap().is_clean());
    corp.pull().await;
    let removing = async |scope: &str| {
        let policy = policy(json!({"scope": [scope], "protected": ["zhangsan"]}));
        let planning = Planning::new(policy).now(jiff::Timestamp::now() + Span::days(31).duration());
        planning.remove_disabled(&corp.store, &corp.id(), Span::days(30)).await.unwrap()
    };
    let of_market = removing("市场部").await;
    assert_eq!(steps(&of_market), ["Remove sunqi "]);
    assert_eq!(of_market.measured[&Measure::MembersRemoved].whole, 2, "not the corp's seven");
    assert_eq!(steps(&removing("后端组").await), ["Remove wujiu "]);
    assert_eq!(steps(&removing("研发部").await), ["Remove wangwu ", "Remove wujiu "]);
    assert_eq!(steps(&removing("人事部").await), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_member_whom_no_reading_shows_any_more_is_not_removed() {
    let corp = Corp::start().await;
    corp.pull().await;
    let off = member("wujiu", StepAction::Update, json!({"enable": [true, false]}));
    let disabling = made(&corp, vec![off]).await;
    let apply = Apply::new(corp.id(), corp.contacts.clone()).app(corp.sim.agent_id(), corp.app.clone());
    assert!(apply.run(&corp.store, &disabling).await.unwrap().is_clean());
    let leaders = async || {
        corp.pull().await;
        let later = jiff::Timestamp::now() + Span::days(31).duration();
        let planning = Planning::new(policy(json!({"protected": ["zhangsan"]}))).now(later);
        let plan = planning.remove_disabled(&corp.store, &corp.id(), Span::days(30)).await.unwrap();
        plan.steps.into_iter().map(|step| step.former["direct_leader"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(leaders().await, [json!(["wangwu"])]);
    let range = wecom_sim::ConsoleRange::new().departments([4]);
    corp.sim.console().set_app_range(range).await.unwrap();
    assert_eq!(leaders().await, [Value::Null; 0], "somebody may have enabled wujiu");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_disabled_an_earlier_person_says_nothing_of_the_next_one_with_the_userid() {
    let corp = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    corp.pull().await;
    let off = member("wujiu", StepAction::Update, json!({"enable": [true, false]}));
    let disabling = made(&corp, vec![off]).await;
    let apply = Apply::new(corp.id(), corp.contacts.clone()).app(corp.sim.agent_id(), corp.app.clone());
    assert!(apply.run(&corp.store, &disabling).await.unwrap().is_clean());
    corp.pull().await;
    let roster = roster([USERID, POSITION], &[["wujiu", "实习生"]]);
    let removing = async || {
        let later = jiff::Timestamp::now() + Span::days(31).duration();
        let planning = Planning::new(policy(json!({"protected": ["zhangsan"]}))).now(later);
        steps(&planning.remove_disabled(&corp.store, &corp.id(), Span::days(30)).await.unwrap())
    };
    assert_eq!(steps(&plan(&corp, Policy::default(), &roster).await), ["Enable wujiu enable"]);
    assert_eq!(removing().await, ["Remove wujiu "]);
    // The userid is given to another person, whom somebody disables.
    let members = corp.contacts.members();
    members.delete("wujiu").await.unwrap();
    corp.pull().await;
    let next = NewMember::new("wujiu", "吴久").mobile("13800000051").position("实习生").department([4]);
    members.create(next).await.unwrap();
    members.update("wujiu", MemberPatch::new().enable(false)).await.unwrap();
    corp.pull().await;
    let plan = plan(&corp, Policy::default(), &roster).await;
    assert_eq!((steps(&plan), kinds(&plan)), (vec![], vec![(FindingKind::DisabledByOthers, vec![2])]));
    assert_eq!(removing().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mobile_passes_on_in_the_right_order_and_a_swap_is_a_finding() {
    let corp = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    for (userid, mobile) in [("aa", "13800000031"), ("bb", "13800000032")] {
        let member = NewMember::new(userid, userid)
            .mobile(mobile)
            .email(format!("{userid}@example.com"))
            .department([4]);
        corp.contacts.members().create(member).await.unwrap();
    }
    corp.pull().await;
    let passes = roster([USERID, MOBILE], &[["aa", "13800000032"], ["bb", "13800000033"]]);
    let passing = plan(&corp, Policy::default(), &passes).await;
    assert_eq!(steps(&passing), ["Update bb mobile", "Update aa mobile"]);
    let swap = roster([USERID, MOBILE], &[["aa", "13800000032"], ["bb", "13800000031"]]);
    let swapping = plan(&corp, Policy::default(), &swap).await;
    assert_eq!(swapping.counts.update, 0);
    assert!(swapping.findings.iter().all(|finding| finding.kind == FindingKind::Released));
    assert_eq!(swapping.findings.len(), 2);
    let kept = roster([USERID, MOBILE], &[["aa", "13800000032"], ["bb", "13800000032"]]);
    assert_eq!(plan(&corp, Policy::default(), &kept).await.counts.update, 0);
    // zhaoliu keeps a mobile, so that bb keeps the own one, which aa wants.
    let chain = [["aa", "13800000032"], ["bb", "13800000004"]];
    let chain = plan(&corp, Policy::default(), &roster([USERID, MOBILE], &chain)).await;
    assert_eq!(steps(&chain), [""; 0]);
    let without = Planning::new(Policy::default()).exclude("bb");
    let without = without.roster(&corp.store, &corp.id(), &passes).await.unwrap();
    assert_eq!((steps(&without), kinds(&without)), (vec![], vec![(FindingKind::Taken, vec![2])]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mobile_of_an_activated_member_is_not_writable() {
    let corp = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    corp.pull().await;
    let roster = roster([USERID, MOBILE], &[["lisi", "13900000000"], ["wujiu", "13900000001"]]);
    let plan = plan(&corp, Policy::default(), &roster).await;
    assert_eq!(steps(&plan), ["Update wujiu mobile"]);
    assert_eq!((plan.counts.not_writable, plan.not_writable[0].object.id.as_str()), (1, "lisi"));
}

#[tokio::test(flavor = "multi_thread")]
async fn incident_an_attribute_written_alone_keeps_the_others() {
    let corp = Corp::start().await;
    let patch =
        MemberPatch::new().extattr([Attribute::text("工号", "A0002"), Attribute::text("爱好", "羽毛球")]);
    corp.contacts.members().update("lisi", patch).await.unwrap();
    corp.pull().await;
    let columns = [USERID, Column::Attribute("爱好".to_owned()), Column::Attribute("没有".to_owned())];
    let plan = plan(&corp, Policy::default(), &roster(columns, &[["lisi", "足球", "x"]])).await;
    let attributes = plan.steps[0].fields["extattr"].after["attrs"].as_array().unwrap();
    let text =
        |name: &str| attributes.iter().find(|one| one["name"] == name).unwrap()["text"]["value"].clone();
    assert_eq!((text("工号"), text("爱好")), (json!("A0002"), json!("足球")));
    assert_eq!(plan.not_writable[0].field, "没有");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_the_corps_own_matches_and_a_damaged_one_harms_nobody() {
    let corp = Corp::start().await;
    corp.pull().await;
    let columns = || [Column::Attribute("工号".to_owned()), POSITION];
    let own = || {
        policy(json!({"key": "工号", "scope": ["示例公司"], "leavers": "disable", "protected": ["zhangsan"]}))
    };
    let mut rows = roster(
        columns(),
        &[
            ["A0001", "董事长"],
            ["A0002", "研发总监"],
            ["A0003", "后端组长"],
            ["A0004", "工程师"],
            ["A0005", "市场经理"],
        ],
    );
    rows.push(Place { file: 0, line: 7 }, |row| row.unusable("a formula without a value"));
    let plan = plan(&corp, own(), &rows).await;
    // wujiu has no 工号, which is more than 10 % of seven.
    assert_eq!(steps(&plan), ["Update zhangsan position"]);
    assert!(plan.findings.iter().any(|finding| finding.kind == FindingKind::KeyHidden));
    let zhouba = plan.leavers.iter().find(|leaver| leaver.object.id == "zhouba").unwrap();
    assert_eq!(zhouba.outcome, LeaverOutcome::RowsUnmatched);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_department_stops_the_gate_until_somebody_says_which() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [
        ["wangwu", "示例公司/研发部/服务端组"],
        ["zhaoliu", "示例公司/研发部/服务端组"],
        ["wujiu", "示例公司/研发部/服务端组"],
    ];
    let file = || roster([USERID, Column::Departments], &rows);
    let stopped = plan(&corp, Policy::default(), &file()).await;
    let (from, to) = ("示例公司/研发部/后端组".to_owned(), "示例公司/研发部/服务端组".to_owned());
    assert!(
        stopped.gate.reasons.contains(&Reason::LikelyRename { from: from.clone(), to: to.clone() }),
        "{:?}",
        stopped.gate
    );
    let renamed = Planning::new(Policy::default())
        .rename("后端组", &to)
        .roster(&corp.store, &corp.id(), &file())
        .await
        .unwrap();
    assert_eq!(steps(&renamed), ["Update 3 name"]);
    assert!(renamed.gate.passes());
    let new = Planning::new(Policy::default())
        .new_department("服务端组")
        .roster(&corp.store, &corp.id(), &file())
        .await
        .unwrap();
    assert!(new.gate.passes() && new.counts.departments.create == 1, "{:?}", new.gate);
    // The same command after the rename is done.
    let done = plan(&corp, Policy::default(), &roster([USERID], &[["lisi"]])).await;
    assert!(done.counts.is_empty());
    corp.contacts
        .departments()
        .update(3, wecom_contacts::departments::DepartmentPatch::new().name("服务端组"))
        .await
        .unwrap();
    corp.pull().await;
    for new in [to.as_str(), "服务端组"] {
        let again = Planning::new(Policy::default())
            .rename(&from, new)
            .roster(&corp.store, &corp.id(), &file())
            .await
            .unwrap();
        assert!(again.counts.is_empty(), "{:?}", steps(&again));
    }
    corp.contacts
        .departments()
        .update(3, wecom_contacts::departments::DepartmentPatch::new().name("后端组"))
        .await
        .unwrap();
    corp.pull().await;
    // Renamed and moved at once.
    let moved = Planning::new(Policy::default())
        .rename("后端组", "市场部/服务端组")
        .roster(&corp.store, &corp.id(), &roster([USERID], &[["lisi"]]))
        .await
        .unwrap();
    assert_eq!(steps(&moved), ["Move 3 name,parentid"]);
    let drawn = moved.departments.iter().find(|department| department.id.0 == 3).unwrap();
    assert_eq!((drawn.name.as_deref(), drawn.parent), (Some("后端组"), Some(2.into())), "as before");
    assert_eq!(moved.measured[&Measure::MembersMoved].count, 3);
    // A department and one below it, in either order: both are named as they are before the renames.
    let mut both = [("研发部", "技术中心"), ("研发部/后端组", "示例公司/技术中心/服务端组")];
    for _ in 0..2 {
        both.reverse();
        let planning = both
            .iter()
            .fold(Planning::new(Policy::default()), |planning, (from, to)| planning.rename(*from, *to));
        let renamed = planning.roster(&corp.store, &corp.id(), &roster([USERID], &[["lisi"]])).await.unwrap();
        assert_eq!(steps(&renamed), ["Update 2 name", "Update 3 name"]);
    }
    let wrong =
        Planning::new(Policy::default()).rename("没有", "有").roster(&corp.store, &corp.id(), &file()).await;
    assert!(matches!(wrong, Err(wecom_directory::Error::Rename(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_does_not_depend_on_the_order_of_rows() {
    let corp = Corp::start().await;
    corp.pull().await;
    let mut rows = vec![
        ["lisi", "李四", "13800000002", "副总经理", "示例公司/运营部"],
        ["n1", "甲", "13800000041", "", "示例公司/运营部/一组"],
        ["n2", "乙", "13800000042", "", "示例公司/财务部"],
        ["zhaoliu", "赵六", "13800000004", "组长", "市场部"],
    ];
    let now = jiff::Timestamp::UNIX_EPOCH;
    let mut seen = Vec::new();
    for _ in 0..4 {
        rows.rotate_left(1);
        let roster = roster([USERID, NAME, MOBILE, POSITION, Column::Departments], &rows);
        let plan =
            Planning::new(Policy::default()).now(now).roster(&corp.store, &corp.id(), &roster).await.unwrap();
        seen.push(
            plan.steps
                .into_iter()
                .map(|step| wecom_directory::plan::Step { places: Vec::new(), ..step })
                .collect::<Vec<_>>(),
        );
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_survives_its_file_and_an_edit_is_refused() {
    let corp = Corp::start().await;
    corp.pull().await;
    let plan = plan(&corp, Policy::default(), &roster([USERID, POSITION], &[["lisi", "副总经理"]])).await;
    let json = serde_json::to_string_pretty(&plan).unwrap();
    assert!(Plan::is_plan(json.as_bytes()) && !Plan::is_plan(b"[{}]"));
    assert_eq!(Plan::from_json(json.as_bytes()).unwrap(), plan);
    let edited = json.replace("副总经理", "总经理");
    assert!(matches!(Plan::from_json(edited.as_bytes()), Err(wecom_directory::plan::InvalidPlan::Changed)));
    let newer = json.replace("\"version\": 1", "\"version\": 2");
    assert!(matches!(
        Plan::from_json(newer.as_bytes()),
        Err(wecom_directory::plan::InvalidPlan::OtherVersion { found: 2 })
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_gain_and_lose_only_people_of_the_roster() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [["lisi", "-"], ["zhaoliu", "其他"], ["wujiu", "值班"], ["sunqi", ""]];
    let plan = plan(&corp, Policy::default(), &roster([USERID, Column::Tags], &rows)).await;
    assert_eq!(kinds(&plan), [(FindingKind::UnknownTag, vec![3])]);
    let tags: Vec<_> =
        plan.steps.iter().map(|step| (step.action.as_str(), step.fields["userlist"].after.clone())).collect();
    assert_eq!(tags, [("add_members", json!(["wujiu"])), ("remove_members", json!(["zhaoliu"]))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_and_exclude_leave_steps_and_what_needs_them_out() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [
        ["lisi", "李四", "13800000002", "副总经理", "研发部"],
        ["n1", "甲", "13800000041", "", "示例公司/财务部"],
        ["zhaoliu", "赵六", "13800000004", "工程师", "市场部"],
    ];
    let roster = roster([USERID, NAME, MOBILE, POSITION, Column::Departments], &rows);
    let with = |planning: Planning| {
        let (corp, roster) = (&corp, &roster);
        async move {
            steps(&planning.roster(&corp.store, &corp.id(), roster).await.unwrap())
                .iter()
                .map(|step| step.split(' ').take(2).collect::<Vec<_>>().join(" "))
                .collect::<Vec<_>>()
        }
    };
    let policy = Policy::default;
    assert_eq!(with(Planning::new(policy())).await, ["Create 6", "Create n1", "Update lisi", "Move zhaoliu"]);
    assert_eq!(with(Planning::new(policy()).only([Kind::Create])).await, Vec::<String>::new());
    assert_eq!(
        with(Planning::new(policy()).only([Kind::Create, Kind::Departments])).await,
        ["Create 6", "Create n1"]
    );
    assert_eq!(
        with(Planning::new(policy()).exclude(UserId::new("LISI"))).await,
        ["Create 6", "Create n1", "Move zhaoliu"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_who_is_not_created_is_left_out_of_the_steps_of_others() {
    let corp = Corp::start().await;
    corp.pull().await;
    let columns = || {
        [USERID, NAME, MOBILE, Column::Departments, Column::Field(MemberField::DirectLeader), Column::Tags]
    };
    let rows = |mobile| {
        [
            ["n1", "甲", mobile, "市场部", "n2", "值班"],
            ["n2", "乙", "13800000042", "市场部", "n1", "值班"],
            ["n3", "丙", "13800000043", "市场部", "n1", "-"],
            ["zhaoliu", "赵六", "13800000004", "后端组", "n1", "-"],
            ["lisi", "李四", "13800000002", "研发部", "n3", "-"],
        ]
    };
    let good = roster(columns(), &rows("13800000041"));
    let bad = roster(columns(), &rows("1"));
    let planned = async |planning: Planning, roster: &Roster| {
        let plan = planning.roster(&corp.store, &corp.id(), roster).await.unwrap();
        let step = |step: &wecom_directory::plan::Step| {
            let leader =
                step.fields.get("direct_leader").map_or("", |change| change.after[0].as_str().unwrap());
            let tagged = step.fields.get("userlist").map_or(String::new(), |change| change.after.to_string());
            format!("{:?} {} {leader}{tagged}", step.action, step.object.id)
        };
        let unknown = plan.findings.iter().filter(|finding| finding.kind == FindingKind::UnknownLeader);
        let lines: Vec<_> = unknown.map(|finding| finding.places[0].line).collect();
        (plan.steps.iter().map(step).collect::<Vec<_>>(), lines)
    };
    let new = || Planning::new(Policy::default());
    let all = [
        "Create n1 ",
        "Create n2 ",
        "Create n3 n1",
        "Update lisi n3",
        "Update n1 n2",
        "Update n2 n1",
        "Update zhaoliu n1",
        "AddMembers 1 [\"n1\",\"n2\"]",
    ];
    assert_eq!(planned(new(), &good).await, (all.map(str::to_owned).to_vec(), vec![]));
    let without = ["Create n2 ", "Create n3 ", "Update lisi n3", "AddMembers 1 [\"n2\"]"];
    let without = (without.map(str::to_owned).to_vec(), vec![3, 4, 5]);
    assert_eq!(planned(new(), &bad).await, without, "the mobile is wrong");
    assert_eq!(planned(new().exclude("n1"), &good).await, without);
    assert_eq!(planned(new().only([Kind::Update, Kind::Tags]), &good).await, (vec![], vec![5, 6]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_is_created_only_for_people_who_enter_it() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [
        ["gone1", "甲", "13800000061", "示例公司/旧部/一组", "离职", ""],
        ["later", "乙", "13800000062", "示例公司/明年", "", "2999-01-01"],
        ["bad", "丙", "1", "示例公司/错行", "", ""],
        ["left", "丁", "13800000064", "示例公司/除外", "", ""],
        ["new", "戊", "13800000065", "示例公司/新部/一组", "", ""],
        ["lisi", "李四", "13800000002", "研发部", "", ""],
    ];
    let columns = || [USERID, NAME, MOBILE, Column::Departments, Column::State, Column::FirstDay];
    let policy = || policy(json!({"state": {"active": [], "left": ["离职"]}}));
    let planned = async |planning: Planning, roster: &Roster| {
        let plan = planning.exclude("left").roster(&corp.store, &corp.id(), roster).await.unwrap();
        let created = plan.steps.iter().filter(|step| step.fields.contains_key("parentid"));
        created.map(|step| step.fields["name"].after.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(planned(Planning::new(policy()), &roster(columns(), &rows)).await, ["新部", "一组"]);
    let only = Planning::new(policy()).only([Kind::Departments]);
    assert_eq!(planned(only, &roster(columns(), &rows)).await, ["新部", "一组"]);
    // The sheet of departments creates what nobody enters.
    let mut listing = roster(columns(), &rows);
    let row = DepartmentRow { path: "示例公司/旧部".to_owned(), ..DepartmentRow::default() };
    listing.departments = Some(vec![row]);
    assert_eq!(planned(Planning::new(policy()), &listing).await, ["新部", "一组", "旧部"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_department_is_removed_only_if_no_row_and_no_tag_may_have_it() {
    let corp = Corp::start().await;
    for (id, name) in [(10, "空部"), (11, "新家")] {
        corp.contacts.departments().create(NewDepartment::new(name, 1).id(id)).await.unwrap();
    }
    corp.pull().await;
    let row = ["new", "新人", "13800000071", "11"];
    let mut roster = roster([USERID, NAME, MOBILE, Column::DepartmentIds], &[row]);
    let row = DepartmentRow { path: "示例公司".to_owned(), ..DepartmentRow::default() };
    roster.departments = Some(vec![row]);
    let policy = || policy(json!({"empty_departments": "remove", "scope": ["示例公司"]}));
    let removals = |plan: &Plan| {
        let removals = plan.steps.iter().filter(|step| step.category == Category::Remove);
        removals.map(|step| step.object.id.clone()).collect::<Vec<_>>()
    };
    let shown = plan(&corp, policy(), &roster).await;
    assert_eq!(
        (removals(&shown), shown.counts.create, shown.counts.unchecked),
        (vec!["10".to_owned()], 1, 0)
    );
    // A tag whose content is refused may have any department.
    corp.contacts.tags().create(NewTag::new("新标签")).await.unwrap();
    corp.sim.faults().always("tag/get", wecom_sim::Fault::errcode(40_068)).unwrap();
    corp.pull().await;
    let hidden = plan(&corp, policy(), &roster).await;
    assert_eq!((removals(&hidden), hidden.counts.create), (vec![], 1));
    assert_eq!(hidden.unchecked.get("tags"), Some(&1), "the other tags keep what was read before");
}

#[tokio::test(flavor = "multi_thread")]
async fn members_whom_the_app_does_not_see_are_never_changed() {
    let corp = Corp::start().await;
    corp.pull().await;
    corp.sim.console().set_app_range(wecom_sim::ConsoleRange::new().departments([4])).await.unwrap();
    corp.pull().await;
    let rows = [["zhaoliu", "研究员"], ["sunqi", "市场总监"], ["zhouba", ""]];
    let leavers = json!({"scope": ["示例公司"], "leavers": "disable", "protected": ["zhangsan"]});
    let plan = plan(&corp, policy(leavers), &roster([USERID, POSITION], &rows)).await;
    assert_eq!(steps(&plan), ["Update sunqi position"], "{:?}", plan.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_or_shrunk_roster_stops_the_gate() {
    let corp = Corp::with(wecom_sim::Sim::builder().seed(300, 12, 5)).await;
    corp.pull().await;
    let empty = plan(&corp, Policy::default(), &roster([USERID], &[])).await;
    assert_eq!(empty.gate.reasons, [Reason::EmptyRoster]);
    let members = corp.members().await;
    let top = corp.app.departments().get(1).await.unwrap().name.known().unwrap().clone();
    let rows: Vec<_> = members.keys().take(200).map(|userid| [userid.as_str()]).collect();
    let first = rows[0][0];
    let truncated = json!({"scope": [top], "leavers": "disable", "protected": [first]});
    let plan = plan(&corp, policy(truncated), &roster([USERID], &rows)).await;
    let Some(Reason::OverLimit { measure, allowed, count, .. }) = plan.gate.reasons.first() else {
        panic!("{:?}", plan.gate)
    };
    assert_eq!((*measure, *allowed), (Measure::MembersDisabled, 15));
    assert_eq!(*count, plan.counts.disable);
    assert!(plan.steps.iter().all(|step| step.category == Category::Disable));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_with_a_slash_and_departments_of_one_name_are_told_apart() {
    let corp = Corp::start().await;
    corp.contacts.departments().create(NewDepartment::new("后端组", 4)).await.unwrap();
    corp.pull().await;
    let rows = [["lisi", "后端组"], ["zhaoliu", "市场部/后端组"]];
    let plan = plan(&corp, Policy::default(), &roster([USERID, Column::Departments], &rows)).await;
    assert_eq!(kinds(&plan), [(FindingKind::AmbiguousDepartment, vec![2])]);
    assert_eq!(plan.steps[0].fields["department"].after, json!([6]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_field_that_a_run_wrote_is_written_again_only_for_another_value() {
    let corp = Corp::start().await;
    corp.pull().await;
    let key = FingerprintKey::new([5; 32]);
    let rows = |mobile| {
        roster(
            [USERID, NAME, MOBILE, Column::Departments],
            &[["new1", "新人", mobile, "市场部"], ["zhangsan", "张三", "13800000001", "示例公司"]],
        )
    };
    let planned = async |mobile, key: Option<&FingerprintKey>| {
        let mut planning = Planning::new(Policy::default());
        if let Some(key) = key {
            planning = planning.fingerprint_key(key.clone());
        }
        planning.roster(&corp.store, &corp.id(), &rows(mobile)).await.unwrap()
    };
    let plan = planned("13900000001", Some(&key)).await;
    assert_eq!(steps(&plan).len(), 1, "{:?}", steps(&plan));
    let apply = || {
        Apply::new(corp.id(), corp.contacts.clone())
            .app(corp.sim.agent_id(), corp.app.clone())
            .fingerprint_key(key.clone())
    };
    assert!(apply().run(&corp.store, &plan).await.unwrap().is_clean());
    corp.pull().await;
    // Only the mobile of zhangsan cannot be compared. Another form of the same number is the same.
    for mobile in ["13900000001", "+86 139-0000-0001"] {
        let plan = planned(mobile, Some(&key)).await;
        assert!(plan.steps.is_empty(), "{:?}", steps(&plan));
        assert_eq!(plan.counts.unchecked, 1);
    }
    let other = FingerprintKey::new([6; 32]);
    for (key, unchecked) in [(None, 2), (Some(&other), 1)] {
        assert_eq!(planned("13900000001", key).await.counts.unchecked, unchecked);
    }
    let plan = planned("13900000002", Some(&key)).await;
    assert_eq!(steps(&plan), ["Update new1 mobile"]);
    assert_eq!(plan.steps[0].fields["mobile"].before, None);
    assert!(apply().run(&corp.store, &plan).await.unwrap().is_clean());
    corp.pull().await;
    assert!(planned("13900000002", Some(&key)).await.steps.is_empty());
    assert_eq!(
        corp.sim.dump().members.iter().find(|one| one.userid == "new1").unwrap().mobile,
        "13900000002"
    );
    // WeCom ignores another mobile of an activated member.
    corp.sim.console().activate_member("new1").await.unwrap();
    corp.pull().await;
    let plan = planned("13900000003", Some(&key)).await;
    assert_eq!((steps(&plan).len(), plan.not_writable.len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_external_profile_is_planned_applied_and_undone_with_what_others_have_in_it() {
    let corp = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    let members = corp.contacts.members();
    let hotline = |text: &str| Attribute::text("热线", text);
    let site = Attribute::web("官网", "官网", "https://example.com");
    let profile = ExternalProfile::new([hotline("400-1"), site.clone()]).external_corp_name("示例");
    members.update("lisi", MemberPatch::new().external_profile(profile)).await.unwrap();
    members.update("wujiu", MemberPatch::new().external_profile(ExternalProfile::new([]))).await.unwrap();
    corp.pull().await;
    let before = corp.sim.digest();
    let columns = [
        USERID,
        NAME,
        MOBILE,
        Column::Departments,
        Column::ExternalAttribute("热线".to_owned()),
        Column::ExternalCorpName,
        Column::Field(MemberField::ExternalPosition),
    ];
    let rows = [
        ["lisi", "李四", "13800000002", "研发部", "400-2", "示例集团", "顾问"],
        ["wujiu", "吴九", "13800000007", "后端组", "400-3", "-", "-"],
        ["zhaoliu", "赵六", "13800000004", "后端组", "9".repeat(33).leak(), "-", "-"],
        ["new1", "新人", "13900000001", "市场部", "400-4", "示例", "销售"],
    ];
    let roster = roster(columns, &rows);
    let planned = plan(&corp, Policy::default(), &roster).await;
    let changes = ["external_position,external_profile", "external_profile"];
    let updates: Vec<_> = steps(&planned).into_iter().filter(|step| step.starts_with("Update")).collect();
    assert_eq!(updates, [format!("Update lisi {}", changes[0]), format!("Update wujiu {}", changes[1])]);
    assert_eq!(kinds(&planned), [(FindingKind::InvalidValue, vec![4])]);
    let apply = || Apply::new(corp.id(), corp.contacts.clone()).app(corp.sim.agent_id(), corp.app.clone());
    let report = apply().run(&corp.store, &planned).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    let profile = async |userid: &str| {
        let member = corp.app.members().get(userid).await.unwrap();
        let profile = member.external_profile.known().cloned().unwrap();
        (profile.external_corp_name.unwrap_or_default(), profile.external_attr.unwrap_or_default())
    };
    assert_eq!(profile("lisi").await, ("示例集团".to_owned(), vec![hotline("400-2"), site.clone()]));
    assert_eq!(profile("new1").await, ("示例".to_owned(), vec![hotline("400-4")]));
    let pull = corp.pull().await;
    assert_eq!((pull.members.changed, pull.members.created), (0, 0), "the mirror had it");
    assert_eq!(steps(&plan(&corp, Policy::default(), &roster).await), [""; 0]);

    // Somebody else changes another part of one profile meanwhile.
    let others = Attribute::web("官网", "新官网", "https://example.com/new");
    let changed = ExternalProfile::new([hotline("400-2"), others.clone()]);
    members.update("lisi", MemberPatch::new().external_profile(changed)).await.unwrap();
    corp.pull().await;
    let undo = Undo::new(corp.id(), 1).remove_created(true).plan(&corp.store).await.unwrap();
    assert_eq!(kinds(&undo), []);
    assert!(apply().run(&corp.store, &undo).await.unwrap().is_clean());
    assert_eq!(profile("lisi").await, ("示例".to_owned(), vec![hotline("400-1"), others]));
    let restored = ExternalProfile::new([hotline("400-1"), site]);
    members.update("lisi", MemberPatch::new().external_profile(restored)).await.unwrap();
    assert_eq!(corp.sim.digest(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_whose_hidden_mobile_belongs_to_a_member_is_found_by_a_look_up() {
    let corp = Corp::start().await;
    corp.pull().await;
    let rows = [
        ["new1", "新人", "13800000002", "市场部"],
        ["new2", "新手", "13900000002", "市场部"],
        ["new3", "新生", "13900000003", "市场部"],
    ];
    let roster = roster([USERID, NAME, MOBILE, Column::Departments], &rows);
    let planned = async |most| {
        let mut look_ups = LookUps::new(corp.app.clone(), most);
        let planning = Planning::new(Policy::default());
        let plan = planning.roster_with_look_ups(&corp.store, &corp.id(), &roster, &mut look_ups).await;
        (plan.unwrap(), look_ups.made())
    };
    let (plan, made) = planned(10).await;
    assert_eq!((plan.counts.create, plan.counts.unchecked, made), (2, 0, 3));
    assert_eq!(kinds(&plan), [(FindingKind::Taken, vec![2])]);
    assert_eq!(plan.findings[0].object.as_ref().unwrap().id, "lisi");
    // What is beyond the limit is unchecked, and so is everything after a refusal.
    let (plan, made) = planned(2).await;
    assert_eq!((plan.counts.create, plan.counts.unchecked, made), (2, 1, 2));
    corp.sim.faults().always("user/getuserid", wecom_sim::Fault::errcode(48002)).unwrap();
    let (plan, made) = planned(10).await;
    assert_eq!((plan.counts.create, plan.counts.unchecked, made), (3, 3, 1));
    // Where every mobile is shown, nothing is looked up.
    let legacy = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    legacy.pull().await;
    let mut look_ups = LookUps::new(legacy.app.clone(), 10);
    let planning = Planning::new(Policy::default());
    planning.roster_with_look_ups(&legacy.store, &legacy.id(), &roster, &mut look_ups).await.unwrap();
    assert_eq!(look_ups.made(), 0);
}
