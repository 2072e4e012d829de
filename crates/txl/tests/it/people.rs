//! Typical tasks of an administrator.

use std::{fs, process::Stdio};

use serde_json::json;

use crate::{
    run::{Ran, RunningSim, txl},
    scripted::{Answer, Scripted},
};

#[test]
fn a_member_is_created_updated_and_deleted() {
    let sim = RunningSim::start(&[]);
    let create = [
        "member",
        "create",
        "wang.min",
        "王敏",
        "--mobile",
        "13900000001",
        "--department",
        "2",
        "--department",
        "4",
        "--leads",
        "4",
        "--position",
        "工程师",
        "--attribute",
        "工号=A-17",
        "--no-invite",
    ];
    let created = sim.run(&create);
    assert_eq!((created.code, created.stdout.as_str()), (0, ""), "{created:?}");

    let get = ["member", "get", "wang.min", "-o", "json"];
    let member = sim.run(&get).json();
    assert_eq!(member["department"], json!([2, 4]));
    assert_eq!(member["is_leader_in_dept"], json!([0, 1]));
    assert_eq!(member["position"], "工程师");

    let update = ["member", "update", "wang.min", "--position", "", "--alias", "Min", "-o", "json"];
    assert_eq!(sim.run(&update).json(), json!({"updated": "wang.min"}));
    let member = sim.run(&get).json();
    assert_eq!(member["position"].as_str().unwrap_or_default(), "");
    assert_eq!((&member["alias"], &member["name"]), (&json!("Min"), &json!("王敏")));

    let found = sim.run(&["member", "find-by-mobile", "13900000001"]);
    assert_eq!(found.stdout, "wang.min\n");
    let table = sim.run(&["member", "list", "4"]);
    assert!(table.stdout.contains("王敏") && table.stdout.starts_with("userid    name "), "{table:?}");

    assert_eq!(sim.run(&["member", "delete", "wang.min"]).code, 0);
    sim.run(&["member", "get", "wang.min"]).fails_with(1).with_remedy();
}

#[test]
fn a_partial_result_is_reported_and_fails() {
    let sim = RunningSim::start(&[]);
    let tag = sim.run(&["tag", "create", "羽毛球社", "--id", "77"]);
    assert_eq!(tag.stdout, "77\n");
    let add = ["tag", "add", "77", "--member", "zhangsan", "--member", "ghost", "--department", "2"];
    let ran = sim.run(&add);
    ran.fails_with(1).with_remedy();
    assert!(ran.stdout.contains("ghost"), "{ran:?}");
    let invite = sim.run(&["member", "invite", "--member", "zhangsan", "--member", "ghost"]);
    invite.fails_with(1).with_remedy();
    assert!(invite.stdout.contains("ghost"), "{invite:?}");
}

#[test]
fn members_are_imported_and_exported() {
    let sim = RunningSim::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    let csv = directory.path().join("members.csv");
    let rows = "姓名,帐号,手机号,邮箱,所在部门\n王敏,wang.min,13900000001,,2\n无名,bad,13800000001,,2\n";
    fs::write(&csv, rows).unwrap();
    let import = ["import", "members", csv.to_str().unwrap(), "--no-invite"];
    let ran = sim.run(&import);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("1 of 2 rows refused"), "{ran:?}");

    let members = sim.run(&["export", "members", "-o", "json"]).json();
    let is_min = |member: &serde_json::Value| member["userid"] == "wang.min" && member["name"] == "王敏";
    assert!(members.as_array().unwrap().iter().any(is_min), "{members}");
    let out = directory.path().join("departments.jsonl");
    let ran = sim.run(&["export", "departments", "--out", out.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let lines = fs::read_to_string(&out).unwrap();
    assert!(lines.lines().count() > 3, "{lines}");
    for line in lines.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(row["id"].is_u64(), "{row}");
    }
}

#[test]
fn a_closed_pipe_of_the_reader_is_not_an_error() {
    let sim = RunningSim::start(&["--members", "2000"]);
    let mut child =
        sim.txl().args(["member", "ids"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:?}");
}

#[test]
fn the_log_of_a_call_has_no_secrets_and_no_personal_data() {
    let sim = RunningSim::start(&[]);
    let ran = sim.run(&["member", "list", "1", "-vv", "-o", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("张三") && ran.stderr.contains("user/list"), "{ran:?}");
    for private in ["张三", "总经理", sim.text("app_secret"), "access_token="] {
        assert!(!ran.stderr.contains(private), "{private}: {}", ran.stderr);
    }
}

#[test]
fn members_are_invited_only_with_the_flag() {
    let server = Scripted::start(|_| Answer::Json(r#"{"errcode":0,"errmsg":"created"}"#));
    for (flags, invites) in [(&[][..], false), (&["--no-invite"], false), (&["--invite"], true)] {
        let mut command = txl();
        command.args(["member", "create", "wang.min", "王敏", "--mobile", "13900000001"]).args(flags).args([
            "--base-url",
            &server.url,
            "--corp-id",
            "ww1",
            "--contacts-secret",
            "s",
        ]);
        assert_eq!(Ran::of(command.output().unwrap()).code, 0);
        let asked = server.next();
        assert_eq!(asked.path, "user/create");
        let body: serde_json::Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body["to_invite"], invites, "{flags:?}");
    }
    let both = ["member", "create", "a", "b", "--invite", "--no-invite"];
    crate::run::run(&both).fails_with(2);
}

#[test]
fn an_update_of_departments_prints_the_replaced_ones() {
    let sim = RunningSim::start(&[]);
    let ran = sim.run(&["member", "update", "wangwu", "--department", "人事部"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("departments of wangwu: 3 (leads), 2 → 5\n"), "{ran:?}");
    let ran = sim.run(&["member", "update", "wangwu", "--department", "2", "--leads", "2", "-o", "json"]);
    assert_eq!(ran.json(), json!({"updated": "wangwu"}));
    assert!(ran.stderr.contains("departments of wangwu: 5 → 2 (leads)\n"), "{ran:?}");

    let mut command = sim.txl();
    command.args(["member", "update", "wangwu", "--department", "3"]).env_remove("WECOM_APP_SECRET");
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("in place of all before, which this credential may not read"), "{ran:?}");
    assert!(!sim.run(&["member", "update", "wangwu", "--alias", "W"]).stderr.contains("departments"));
}

#[test]
fn a_mobile_number_that_wecom_drops_is_reported() {
    let sim = RunningSim::start(&["--legacy"]);
    let update = ["member", "update", "zhangsan", "--mobile", "13900000077", "--alias", "Z"];
    let ran = sim.run(&update);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("the mobile number of zhangsan was not changed"), "{ran:?}");
    assert!(!ran.stderr.contains("13900000077"), "{ran:?}");
    assert_eq!(sim.run(&["member", "get", "zhangsan", "-o", "json"]).json()["alias"], "Z");

    let waiting = ["member", "create", "wang.min", "王敏", "--mobile", "13900000001", "--department", "2"];
    assert_eq!(sim.run(&waiting).code, 0);
    let ran = sim.run(&["member", "update", "wang.min", "--mobile", "+86 13900000002"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, "updated member wang.min\n"), "{ran:?}");

    let mut command = sim.txl();
    command.args(update).env_remove("WECOM_APP_SECRET");
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("not verified"), "{ran:?}");
}

#[test]
fn a_mobile_number_that_is_hidden_from_the_app_is_reported_as_unverified() {
    let sim = RunningSim::start(&[]);
    let ran = sim.run(&["member", "update", "zhangsan", "--mobile", "13900000077"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stderr.contains("not verified") && ran.stderr.contains("has activated"), "{ran:?}");
}

#[test]
fn a_count_of_one_is_singular() {
    let sim = RunningSim::start(&[]);
    let ran = sim.run(&["member", "delete-many", "wangwu"]);
    assert_eq!(ran.stderr, "deleted 1 member\n");
}
