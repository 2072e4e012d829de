//! How plans look, on plans made by hand.

use serde_json::{Map, Value, json};
use wecom_directory::plan::Plan;

use super::{Masking, PlanFormat, TextStyle, bytes};
use crate::output::width_of;

const REGIONS: [&str; 8] = ["华东", "华南", "华北", "华中", "西南", "西北", "东北", "海外"];
const TEAMS: [&str; 6] = ["销售部", "市场部", "研发部", "客服部", "财务部", "人事部"];

/// The number of a team: teams follow the root (1) and the regions (2 to 9).
fn team(region: usize, team: usize) -> usize {
    10 + region * TEAMS.len() + team
}

/// A corp with eight regions of six teams each.
fn departments() -> Vec<Value> {
    let mut departments = vec![json!({"id": 1, "name": "示例集团", "parent": null})];
    for (at, region) in REGIONS.iter().enumerate() {
        departments.push(json!({"id": 2 + at, "name": region, "parent": 1}));
    }
    for region in 0..REGIONS.len() {
        for (at, name) in TEAMS.iter().enumerate() {
            departments.push(json!({"id": team(region, at), "name": name, "parent": 2 + region}));
        }
    }
    departments
}

/// Steps, findings and the rest of a plan.
#[derive(Default)]
struct Made {
    steps: Vec<Value>,
    findings: Vec<Value>,
    counts: Map<String, Value>,
    gate: Value,
}

impl Made {
    fn step(
        &mut self,
        kind: &str,
        id: &str,
        name: &str,
        action: &str,
        category: &str,
        fields: Value,
    ) -> &mut Value {
        let id = json!({"id": self.steps.len() + 1, "object": {"kind": kind, "id": id, "name": name},
            "action": action, "category": category, "fields": fields});
        self.steps.push(id);
        self.steps.last_mut().unwrap()
    }

    fn plan(self) -> Plan {
        let mut counts = json!({"create": 0, "update": 0, "move": 0, "disable": 0, "enable": 0, "remove": 0,
            "not_writable": 0, "invites": 0, "unchecked": 0,
            "departments": {"create": 0, "update": 0, "move": 0, "remove": 0},
            "tags": {"create": 0, "remove": 0, "add_members": 0, "remove_members": 0}});
        counts.as_object_mut().unwrap().extend(self.counts);
        let gate = if self.gate.is_null() { json!({"verdict": "pass", "reasons": []}) } else { self.gate };
        serde_json::from_value(json!({
            "format": "txl-plan", "version": 1, "made_by": "txl 0.9.0", "made_at": "2026-11-28T09:03:10Z",
            "expires_at": "2026-12-01T09:03:10Z", "corp": "ww1234567890abcdef",
            "origin": {"kind": "roster", "files": [{"name": "花名册.xlsx", "sha256": "00"}], "rows": 2031, "people": 2025},
            "basis": {"pull": 12, "pulled_at": "2026-11-28T09:00:00Z", "existence": true,
                "coverage": {"members": "complete", "departments": "complete", "tags": "complete"}},
            "policy": {}, "scope": [], "counts": counts, "steps": self.steps, "findings": self.findings,
            "not_writable": [], "unchecked": {}, "leavers": [], "departments": departments(),
            "measured": {}, "gate": gate, "fingerprint": ""
        }))
        .unwrap()
    }
}

/// The name of the nth person.
fn person(at: usize) -> String {
    let family: Vec<char> = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗".chars().collect();
    let given: Vec<char> = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平".chars().collect();
    format!("{}{}{}", family[at % 20], given[(at / 3) % 20], given[(at * 7 + 3) % 20])
}

/// The weekly job of a corp of 2,000 people: 40 joiners, 15 leavers, 60 moves, 10 renamed departments, 5 wrong rows.
fn weekly() -> Plan {
    let mut made = Made::default();
    for at in 0..10 {
        let id = team(at % 8, at % 6).to_string();
        let (before, after) = (TEAMS[at % 6], format!("{}中心", TEAMS[at % 6].trim_end_matches('部')));
        made.step(
            "department",
            &id,
            before,
            "update",
            "update",
            json!({"name": {"before": before, "after": after}}),
        );
    }
    for at in 0..40 {
        let home = team(at % 8, (at / 8) % 6);
        let name = person(at);
        let fields = json!({"userid": {"after": format!("u{at}")}, "name": {"after": name}, "to_invite": {"after": false},
            "mobile": {"after": format!("138000{at:05}")}, "department": {"after": [home]},
            "main_department": {"after": home}, "is_leader_in_dept": {"after": [0]}, "order": {"after": [0]}});
        let step = made.step("member", &format!("u{at}"), &name, "create", "create", fields);
        step["places"] = json!([{"line": at + 2}]);
    }
    for at in 0..60 {
        let (from, to) = (team(at % 8, at % 6), team((at + 3) % 8, (at + 1) % 6));
        let name = person(100 + at);
        let fields = json!({"department": {"before": [from], "after": [to]}, "order": {"before": [0], "after": [0]},
            "is_leader_in_dept": {"before": [0], "after": [0]}, "main_department": {"before": from, "after": to}});
        let step = made.step("member", &format!("m{at}"), &name, "update", "move", fields);
        step["places"] = json!([{"line": at + 100}]);
    }
    for at in 0..15 {
        let home = team((at * 3) % 8, at % 6);
        let step = made.step(
            "member",
            &format!("l{at}"),
            &person(300 + at),
            "update",
            "disable",
            json!({"enable": {"before": 1, "after": 0}}),
        );
        step["former"] = json!({"department": [home], "main_department": home});
    }
    for (line, kind, field, texts) in [
        (17, "no_key", "工号", vec![]),
        (203, "no_key", "工号", vec![]),
        (411, "unknown_department", "部门", vec!["华东/电商部"]),
        (997, "unusable_cell", "mobile", vec!["is a number in scientific notation"]),
        (1204, "unknown_state", "状态", vec!["停薪"]),
    ] {
        made.findings.push(json!({"places": [{"line": line}], "kind": kind, "field": field, "texts": texts}));
    }
    made.counts = json!({"create": 40, "move": 60, "disable": 15,
        "departments": {"create": 0, "update": 10, "move": 0, "remove": 0}})
    .as_object()
    .unwrap()
    .clone();
    made.plan()
}

/// A plan with each kind of change once.
fn varied() -> Plan {
    let mut made = Made::default();
    made.step(
        "department",
        "90",
        "直播部",
        "create",
        "create",
        json!({"id": {"after": 90}, "name": {"after": "直播部"}, "parentid": {"after": 2}}),
    );
    made.step(
        "department",
        "16",
        "销售部",
        "update",
        "move",
        json!({"parentid": {"before": 3, "after": 9}, "name": {"before": "销售部", "after": "海外销售部"}}),
    );
    made.step("department", "15", "人事部", "remove", "remove", json!({}));
    let home = team(0, 0);
    let step = made.step(
        "member",
        "xinren",
        "新人",
        "create",
        "create",
        json!({"userid": {"after": "xinren"},
        "name": {"after": "新人"}, "mobile": {"after": "13800000014"}, "department": {"after": [90]},
        "main_department": {"after": 90}, "is_leader_in_dept": {"after": [1]}, "order": {"after": [0]}}),
    );
    step["places"] = json!([{"line": 4}]);
    let step = made.step("member", "zhangsan", "张三", "update", "update", json!({
        "position": {"before": "顾问", "after": ""}, "email": {"before": "a@example.com", "after": "zhang@example.com"},
        "extattr": {"before": {"attrs": [{"type": 0, "name": "工号", "text": {"value": "1"}}, {"type": 0, "name": "工位", "text": {"value": "A1"}}]},
            "after": {"attrs": [{"type": 0, "name": "工号", "text": {"value": "1"}}, {"type": 0, "name": "工位", "text": {"value": "B2"}}]}}}));
    step["former"] = json!({"department": [home]});
    step["places"] = json!([{"line": 7}, {"line": 9}]);
    made.step("member", "lisi", "李四", "update", "move", json!({"department": {"before": [home, 12], "after": [home, 11]},
        "main_department": {"before": 12, "after": home}, "is_leader_in_dept": {"before": [1, 0], "after": [0, 0]}}));
    let step = made.step("member", "wangwu", "王五", "remove", "remove", json!({}));
    step["former"] = json!({"department": [11]});
    made.step("member", "nowhere", "无处", "update", "enable", json!({"enable": {"before": 0, "after": 1}}));
    made.step(
        "tag",
        "7",
        "外包",
        "add_members",
        "update",
        json!({"userlist": {"after": ["zhangsan", "xinren"]}}),
    );
    made.counts = json!({"create": 1, "update": 1, "move": 1, "remove": 1, "enable": 1, "not_writable": 2, "unchecked": 1960,
        "departments": {"create": 1, "update": 0, "move": 1, "remove": 1},
        "tags": {"create": 0, "remove": 0, "add_members": 2, "remove_members": 0}}).as_object().unwrap().clone();
    made.gate = json!({"verdict": "stop", "reasons": [
        {"kind": "over_limit", "measure": "members_removed", "count": 120, "earlier": 20, "allowed": 50, "whole": 2000, "names": ["王五 (wangwu)"]}]});
    let mut plan = made.plan();
    plan.not_writable = serde_json::from_value(json!([
        {"object": {"kind": "member", "id": "zhangsan", "name": "张三"}, "field": "mobile", "reason": "activated", "places": []},
        {"object": {"kind": "member", "id": "lisi", "name": "李四"}, "field": "mobile", "reason": "activated", "places": []}])).unwrap();
    plan.leavers = serde_json::from_value(json!([
        {"object": {"kind": "member", "id": "zhouba", "name": "周八"}, "is_stated": false, "outcome": "kept"}])).unwrap();
    plan.unchecked.insert("mobile".to_owned(), 1960);
    plan
}

const STYLE: TextStyle<'static> = TextStyle { width: 80, all: false, masking: Masking::Masked, file: None };

fn shown(plan: &Plan, format: PlanFormat, style: TextStyle<'_>) -> String {
    String::from_utf8(bytes(plan, format, style).unwrap()).unwrap()
}

#[test]
fn the_weekly_job_of_two_thousand_people_fits_on_two_screens() {
    let text = shown(&weekly(), PlanFormat::Text, TextStyle { file: Some("plan.json".as_ref()), ..STYLE });
    assert!(text.lines().count() <= 46, "{} lines:\n{text}", text.lines().count());
    assert!(text.lines().all(|line| width_of(line) <= 80), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn each_kind_of_change_is_drawn_where_it_happens() {
    insta::assert_snapshot!(shown(&varied(), PlanFormat::Text, STYLE));
}

#[test]
fn every_member_has_a_line_if_all_is_wanted() {
    let text = shown(&weekly(), PlanFormat::Text, TextStyle { all: true, ..STYLE });
    for at in 0..40 {
        assert!(text.contains(&format!("(u{at})")), "{text}");
    }
    assert!(text.lines().all(|line| width_of(line) <= 80), "{text}");
}

#[test]
fn personal_values_are_masked_in_every_format() {
    let plan = varied();
    for format in [PlanFormat::Text, PlanFormat::Markdown, PlanFormat::Html, PlanFormat::Csv] {
        let masked = shown(&plan, format, STYLE);
        for value in ["13800000014", "zhang@example.com", "B2"] {
            assert!(!masked.contains(value), "{value} in {format:?}");
            let unmasked = shown(&plan, format, TextStyle { masking: Masking::Unmasked, ..STYLE });
            assert!(unmasked.contains(value), "{value} in {format:?}");
        }
    }
}

#[test]
fn a_table_has_a_row_for_each_change() {
    insta::assert_snapshot!(shown(&varied(), PlanFormat::Csv, STYLE));
    insta::assert_snapshot!(shown(&varied(), PlanFormat::Markdown, STYLE));
    let book = bytes(&varied(), PlanFormat::Xlsx, STYLE).unwrap();
    assert!(book.starts_with(b"PK"));
}

#[test]
fn the_page_has_the_tree_and_the_gate_and_no_markup_of_strangers() {
    let mut plan = varied();
    plan.steps[3].object.name = Some("<script>alert(1)</script>".to_owned());
    let page = shown(&plan, PlanFormat::Html, STYLE);
    assert!(!page.contains("<script>alert"), "{page}");
    assert_eq!(page.matches("<script>").count(), 1);
    assert_eq!(page.matches("<ul").count(), page.matches("</ul>").count());
    assert_eq!(page.matches("<li").count(), page.matches("</li>").count());
    for part in ["role=\"tree\"", "Gate: STOP", "--allow members_removed=120", "id=\"filter\"", "海外销售部"]
    {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn departments_in_a_circle_and_a_deep_tree_are_drawn() {
    let mut plan = weekly();
    plan.departments[1].parent = Some(plan.departments[9].id);
    let deep = (100..400)
        .map(|id| json!({"id": id, "name": format!("层{id}"), "parent": if id == 100 { 1 } else { id - 1 }}));
    let deep: Vec<_> = deep.map(|department| serde_json::from_value(department).unwrap()).collect();
    plan.departments.extend(deep);
    plan.steps[0].object.id = "399".to_owned();
    for all in [false, true] {
        let text = shown(&plan, PlanFormat::Text, TextStyle { all, ..STYLE });
        assert!(text.contains("层399") || text.contains("销售中心"), "{text}");
    }
    assert!(shown(&plan, PlanFormat::Html, STYLE).contains("层399"));
}

#[test]
fn a_plan_without_changes_says_so() {
    let text = shown(&Made::default().plan(), PlanFormat::Text, STYLE);
    assert!(text.contains("No changes: the corp is as the roster says."), "{text}");
    // What cannot be written is not as the roster says.
    let mut plan = Made::default().plan();
    plan.not_writable = varied().not_writable;
    let text = shown(&plan, PlanFormat::Text, STYLE);
    assert!(text.contains("The plan changes nothing.") && !text.contains("as the roster says"), "{text}");
}
