//! `txl tour`.

use std::collections::BTreeSet;

use serde_json::Value;
use wecom_contacts::endpoints;

use crate::run::{Gateway, Ran, RunningSim, SECRET, closed_port, run, txl};

/// Returns the steps and the summary.
fn steps_and_summary(ran: &Ran) -> (Vec<Value>, Value) {
    let mut lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let summary = lines.pop().expect("a summary");
    (lines, summary)
}

#[track_caller]
fn all_steps_pass(ran: &Ran) -> Vec<Value> {
    let (steps, summary) = steps_and_summary(ran);
    let failed: Vec<_> = steps.iter().filter(|step| step["ok"] != true).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(summary["summary"]["failed"], 0);
    assert_eq!(summary["summary"]["steps"], steps.len());
    assert_eq!(ran.stderr, "");
    steps
}

#[test]
fn the_tour_runs_on_a_machine_without_certificates() {
    let mut tour = txl();
    tour.args(["tour", "--json"]).env("SSL_CERT_FILE", "/nonexistent").env("SSL_CERT_DIR", "/nonexistent");
    all_steps_pass(&Ran::of(tour.output().expect("the command starts")));
}

#[test]
fn trap_46_the_tour_uses_no_proxy_for_its_simulator() {
    let mut tour = txl();
    tour.args(["tour", "--json"]);
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        tour.env(name, "http://127.0.0.1:1");
    }
    all_steps_pass(&Ran::of(tour.output().expect("the command starts")));
}

#[test]
fn every_step_of_the_tour_is_ok_and_every_chapter_is_in_it() {
    let steps = all_steps_pass(&run(&["tour", "--json"]));
    let mut chapters: Vec<&str> = Vec::new();
    for step in &steps {
        let text = |key: &str| step[key].as_str().unwrap_or_else(|| panic!("{key} in {step}"));
        for key in ["title", "call", "endpoint", "note"] {
            assert!(!text(key).is_empty(), "{key} in {step}");
        }
        assert!(step["ms"].is_f64() && step.as_object().unwrap().len() == 7, "{step}");
        if chapters.last() != Some(&text("chapter")) {
            chapters.push(text("chapter"));
        }
    }
    let manual =
        ["成员管理", "部门管理", "标签管理", "异步批量接口", "通讯录回调通知", "互联企业", "异步导出接口"];
    let of_manual: Vec<_> = chapters.iter().filter(|name| manual.contains(name)).collect();
    assert_eq!(of_manual, manual.iter().collect::<Vec<_>>());
}

#[test]
fn every_call_of_the_sdk_is_a_step() {
    let steps = all_steps_pass(&run(&["tour", "--json"]));
    let shown: BTreeSet<&str> = steps.iter().filter_map(|step| step["endpoint"].as_str()).collect();
    let missing: Vec<_> = endpoints::ALL.iter().filter(|call| !shown.contains(call.path())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_table_names_the_chapters_and_sums_up() {
    let ran = run(&["tour"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    for text in ["成员管理", "members().create", "user/create", "0 failed"] {
        assert!(ran.stdout.contains(text), "{text}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("FAILED"), "{}", ran.stdout);
}

#[test]
fn the_tour_leaves_other_simulators_unchanged() {
    for setup in [&[][..], &["--legacy"], &["--members", "300", "--departments", "20", "--seed", "7"]] {
        let sim = RunningSim::start(setup);
        let counts = || {
            let departments = sim.run(&["department", "list-ids", "-o", "json"]).json();
            let members = sim.run(&["member", "ids", "-o", "json"]).json();
            (departments, members)
        };
        let before = counts();
        let agent_id = sim.ready["agent_id"].to_string();
        let arguments = [
            "tour",
            "--json",
            "--base-url",
            sim.text("url"),
            "--corp-id",
            sim.text("corp_id"),
            "--contacts-secret",
            sim.text("contacts_secret"),
            "--agent-id",
            &agent_id,
            "--app-secret",
            sim.text("app_secret"),
        ];
        all_steps_pass(&run(&arguments));
        assert_eq!(counts(), before, "{setup:?}");
    }
}

#[test]
fn the_tour_refuses_what_is_not_a_simulator() {
    let gateway = Gateway::answering("200 OK", "application/json", r#"{"errcode":0}"#);
    let real = Gateway::answering("404 Not Found", "text/html", "<html></html>");
    let nothing = format!("http://127.0.0.1:{}", closed_port());
    for url in [&gateway.url, &real.url, &nothing] {
        let ran = run(&[
            "tour",
            "--base-url",
            url,
            "--corp-id",
            "ww1",
            "--contacts-secret",
            SECRET,
            "--agent-id",
            "1",
            "--app-secret",
            SECRET,
        ]);
        ran.fails_with(3).with_remedy();
        assert_eq!(ran.stdout, "");
    }
    run(&["tour", "--base-url", &nothing]).fails_with(2);
}
