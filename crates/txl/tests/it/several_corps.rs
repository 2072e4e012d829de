//! `txl sim --add-corp`: several corps behind one address.

use std::fs;

use serde_json::Value;

use crate::run::{Ran, RunningSim, run, txl};

/// Runs a command as the contacts-sync secret of a corp.
fn as_corp(sim: &RunningSim, corp: &Value, arguments: &[&str]) -> Ran {
    let mut command = txl();
    command
        .args(arguments)
        .env("WECOM_BASE_URL", sim.text("url"))
        .env("WECOM_CORP_ID", corp["corp_id"].as_str().unwrap())
        .env("WECOM_CONTACTS_SECRET", corp["contacts_secret"].as_str().unwrap());
    Ran::of(command.output().unwrap())
}

#[test]
fn each_corp_of_the_ready_line_has_its_own_contacts() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("two.csv");
    fs::write(&path, "帐号,姓名,手机号\nqianyi,钱一,13800000001\nsuner,孙二,13800000002\n").unwrap();
    let two = format!("wwtwo={}", path.to_str().unwrap());
    let sim = RunningSim::start(&["--members", "30", "--add-corp", &two, "--add-corp", "wwthree"]);
    let corps = sim.ready["corps"].as_array().unwrap();
    let ids: Vec<_> = corps.iter().map(|corp| corp["corp_id"].as_str().unwrap()).collect();
    assert_eq!(ids, [sim.text("corp_id"), "wwtwo", "wwthree"]);
    assert_eq!(corps[0]["contacts_secret"], sim.ready["contacts_secret"]);
    assert_eq!(corps[2]["app_secret"], format!("{}-3", sim.text("app_secret")));
    let count = |corp: &Value| {
        let ids = as_corp(&sim, corp, &["member", "ids", "-o", "json"]).json();
        ids.as_array().unwrap().len()
    };
    assert_eq!([count(&corps[0]), count(&corps[1])], [30, 2]);
    let created = as_corp(&sim, &corps[1], &["department", "create", "新部门"]);
    assert_eq!(created.code, 0, "{created:#?}");
    let list = |corp: &Value| as_corp(&sim, corp, &["department", "list-ids", "-o", "jsonl"]).stdout;
    assert_eq!(list(&corps[1]).lines().count(), 2);
    // The secret of one corp is not that of another.
    let mut mixed = corps[2].clone();
    mixed["contacts_secret"] = corps[1]["contacts_secret"].clone();
    as_corp(&sim, &mixed, &["member", "ids"]).fails_with(1).with_remedy();
}

#[test]
fn one_corp_has_the_ready_line_as_ever_and_wrong_ids_are_usage_errors() {
    let sim = RunningSim::start(&[]);
    assert!(sim.ready.get("corps").is_none(), "{}", sim.ready);
    for wrong in
        ["", "=corp.json", "wwtwo=", "ww/two", "ww1234567890abcdef", "wwtwo,wwtwo", "ww2=/no/such/file.json"]
    {
        let ran = run(&["sim", "--add-corp", wrong]);
        assert!(matches!(ran.code, 1 | 2), "{wrong}: {ran:#?}");
        ran.fails_with(if wrong.contains("no/such") { 1 } else { 2 });
    }
}
