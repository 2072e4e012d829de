//! The ends of a run: its files, its exit code, and what is said about the rest.

use std::fs;

use serde_json::json;
use wecom_sim::{Fault, Moment};

use crate::roster::{Desk, week};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_written_is_found_before_anything_is_sent() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--out", "plan.json"]);
    fs::create_dir(desk.0.path("folder.csv")).unwrap();
    let before = desk.0.sim.digest();
    for (flag, name, code) in [
        ("--write-ids", "ids.txt", 2),
        ("--write-refused", "none/rest.csv", 1),
        ("--write-ids", "folder.csv", 2),
    ] {
        desk.run(&["apply", "plan.json", "--yes", flag, name]).fails_with(code).with_remedy();
        assert_eq!(desk.json(&["run", "list"]).0, json!([]), "{flag} {name}");
    }
    for arguments in
        [["--out", "none/plan.json"], ["--write-leavers", "leavers.txt"], ["--write-leavers", "none/l.csv"]]
    {
        let calls = desk.0.sim.requests().len();
        let ran = desk.run(&[&["plan", "week.csv"][..], &arguments].concat());
        assert!(matches!(ran.code, 1 | 2), "{ran:?}");
        assert_eq!(desk.0.sim.requests().len(), calls, "the corp is not read: {ran:?}");
    }
    assert_eq!(desk.0.sim.digest(), before);
    assert_eq!(desk.run(&["apply", "plan.json", "--yes", "--write-ids", "ids.csv"]).code, 0);
    let after = desk.0.sim.digest();
    desk.run(&["undo", "1", "--yes", "--write-ids", "ids.txt"]).fails_with(2).with_remedy();
    assert_eq!(desk.0.sim.digest(), after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_reach_wecom_ends_with_the_documented_code() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--out", "plan.json"]);
    desk.0.sim.faults().always("user/update", Fault::Reset(Moment::Before)).unwrap();
    let ran = desk.run(&["apply", "plan.json", "--yes"]);
    ran.fails_with(3).with_remedy();
    assert!(ran.stderr.contains("--resume 1"), "{ran:?}");
}
