//! Departments and tags by name.

use serde_json::json;

use crate::run::{Ran, RunningSim};

#[test]
fn a_department_is_found_by_its_name_its_path_or_its_id() {
    let sim = RunningSim::start(&[]);
    let by_id = sim.run(&["member", "list", "3", "-o", "json"]).json();
    assert!(by_id.as_array().unwrap().iter().any(|member| member["userid"] == "wangwu"), "{by_id}");
    for name in ["后端组", "研发部/后端组", "示例公司/研发部/后端组", "/研发部/后端组", " 研发部 / 后端组 "]
    {
        assert_eq!(sim.run(&["member", "list", name, "-o", "json"]).json(), by_id, "{name}");
    }
    assert_eq!(sim.run(&["department", "get", "后端组", "-o", "json"]).json()["id"], 3);
    let below = sim.run(&["department", "list-ids", "研发部", "-o", "json"]).json();
    assert_eq!(below.as_array().unwrap().len(), 2, "{below}");

    let created = sim.run(&["department", "create", "测试组", "--parent", "研发部", "--id", "30"]);
    assert_eq!(created.stdout, "30\n", "{created:?}");
    let update = ["department", "update", "测试组", "--parent", "市场部", "-o", "json"];
    assert_eq!(sim.run(&update).json(), json!({"updated": 30}));
    assert_eq!(sim.run(&["department", "get", "30", "-o", "json"]).json()["parentid"], 4);
    let create = [
        "member",
        "create",
        "wang.min",
        "王敏",
        "--mobile",
        "13900000001",
        "--department",
        "市场部/测试组",
        "--department",
        "2",
        "--leads",
        "测试组",
        "--main-department",
        "研发部",
        "-o",
        "json",
    ];
    sim.run(&create).json();
    let member = sim.run(&["member", "get", "wang.min", "-o", "json"]).json();
    assert_eq!((&member["department"], &member["is_leader_in_dept"]), (&json!([30, 2]), &json!([1, 0])));
    assert_eq!(member["main_department"], 2);
    sim.run(&["member", "invite", "--department", "测试组"]);
}

#[test]
fn an_ambiguous_department_name_is_refused_with_all_candidates() {
    let sim = RunningSim::start(&[]);
    sim.run(&["department", "create", "后端组", "--parent", "市场部", "--id", "31"]);
    let ran = sim.run(&["member", "list", "后端组"]);
    ran.fails_with(1).with_remedy();
    for candidate in ["3 (示例公司/研发部/后端组)", "31 (示例公司/市场部/后端组)"] {
        assert!(ran.stderr.contains(candidate), "{candidate}: {ran:?}");
    }
    assert_eq!(sim.run(&["member", "list", "市场部/后端组"]).code, 0);
    let ran = sim.run(&["member", "list", "研发"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("2 (示例公司/研发部)"), "{ran:?}");
}

#[test]
fn digits_are_an_id_and_never_a_name() {
    let sim = RunningSim::start(&[]);
    sim.run(&["department", "create", "2025", "--parent", "1", "--id", "32"]);
    sim.run(&["tag", "create", "2026", "--id", "33"]);
    sim.run(&["department", "get", "2025"]).fails_with(1);
    sim.run(&["tag", "get", "2026"]).fails_with(1);
    assert_eq!(sim.run(&["department", "get", "示例公司/2025", "-o", "json"]).json()["id"], 32);
    assert_eq!(sim.run(&["department", "get", "３２", "-o", "json"]).json()["id"], 32, "full-width digits");
}

#[test]
fn a_tag_is_found_by_its_name() {
    let sim = RunningSim::start(&[]);
    sim.run(&["tag", "create", "羽毛球社", "--id", "77"]);
    let add = ["tag", "add", "羽毛球社", "--member", "zhangsan", "--department", "研发部"];
    assert_eq!(sim.run(&add).code, 0);
    let tag = sim.run(&["tag", "get", "羽毛球社", "-o", "json"]).json();
    assert_eq!(tag["partylist"], json!([2]));
    let export = sim.run(&["export", "tag", "羽毛球社", "-o", "jsonl"]);
    assert!(export.code == 0 && export.stdout.contains("zhangsan"), "{export:?}");
    let ran = sim.run(&["export", "tag", "足球社"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("named 足球社"), "{ran:?}");
    let remove = ["tag", "remove", "羽毛球社", "--department", "示例公司/研发部"];
    assert_eq!(sim.run(&remove).code, 0);
    assert_eq!(sim.run(&["tag", "rename", "羽毛球社", "篮球社"]).code, 0);
    let ran = sim.run(&["tag", "delete", "羽毛球社"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("no tag that this credential may see is named 羽毛球社"), "{ran:?}");
    assert_eq!(sim.run(&["tag", "delete", "篮球社", "-o", "json"]).json(), json!({"deleted": 77}));
}

#[test]
fn a_credential_that_may_not_read_names_gets_a_remedy() {
    let sim = RunningSim::start(&[]);
    let mut command = sim.txl();
    command.args(["department", "update", "研发部", "--order", "7"]).env_remove("WECOM_APP_SECRET");
    let ran = Ran::of(command.output().unwrap());
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("--app-secret and --agent-id, or give the department's id"), "{ran:?}");
}
