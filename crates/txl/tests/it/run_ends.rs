//! The ends of a run: its files, its exit code, and what is said about the rest.

use std::{
    fs,
    process::{Child, Command, Stdio},
    sync::mpsc,
};

use serde_json::json;
use tokio::sync::watch;
use wecom_sim::{Fault, Moment, Sim};

use crate::{
    roster::{Desk, week},
    run::{Ran, in_a_shell},
};

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

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_that_a_stopped_run_has_not_sent_are_shown() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--out", "plan.json"]);
    for write in ["user/create", "user/update"] {
        desk.0.sim.faults().always(write, Fault::Errcode(60020)).unwrap();
    }
    assert_eq!(desk.run(&["apply", "plan.json", "--yes"]).code, 1);
    let (steps, _) = desk.json(&["run", "show", "1"]);
    let states: Vec<_> = steps.as_array().unwrap().iter().map(|step| &step["state"]).collect();
    assert_eq!(states, ["remaining"; 3], "{steps:#}");
    let shown = desk.run(&["run", "show", "1"]);
    assert!(!shown.stderr.contains("every step is done"), "{shown:?}");
    assert!(shown.stdout.contains("remaining") && shown.stdout.contains("lisi"), "{shown:?}");
    desk.0.sim.faults().clear();
    assert_eq!(desk.run(&["apply", "--resume", "--yes"]).code, 0);
    assert!(desk.run(&["run", "show", "1"]).stderr.contains("every step is done"));
}

/// Starts a run and waits until a write is at the server, where it stays until the returned value is dropped.
fn held_up(desk: &Desk, arguments: &[&str]) -> (Child, watch::Sender<()>) {
    let (release, released) = watch::channel(());
    let (arrived, arrival) = mpsc::channel();
    desk.0.sim.before_each_call(move |path, _| {
        let mut released = released.clone();
        let arrived = arrived.clone();
        async move {
            if path == "user/update" {
                let _ = arrived.send(());
                while released.changed().await.is_ok() {}
            }
        }
    });
    let child = desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    arrival.recv().unwrap();
    (child, release)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_that_is_deleted_during_a_run_is_noticed_with_all_else_that_fails() {
    let desk = Desk::start().await;
    week(&desk);
    fs::create_dir(desk.0.path("out")).unwrap();
    desk.run(&["plan", "week.csv", "--out", "plan.json"]);
    let (child, held) = held_up(&desk, &["apply", "plan.json", "--yes", "--write-ids", "out/ids.csv"]);
    fs::remove_file(desk.0.path("m.db")).unwrap();
    fs::remove_dir(desk.0.path("out")).unwrap();
    drop(held);
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("m.db was deleted or replaced during the run"), "{ran:?}");
    assert!(ran.stderr.contains("cannot write out/ids.csv"), "{ran:?}");
    assert!(ran.stdout.contains("Run 1: done"), "the report is printed: {ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_interrupt_says_how_to_continue_the_run() {
    let desk = Desk::start().await;
    week(&desk);
    desk.run(&["plan", "week.csv", "--out", "plan.json"]);
    let (mut child, _held) = held_up(&desk, &["apply", "plan.json", "--yes"]);
    // Two signals at once may be taken as one.
    while child.try_wait().unwrap().is_none() {
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    }
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.fails_with(130).with_remedy();
    assert!(ran.stderr.contains("txl apply --resume 1"), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_the_disk_breaks_off_says_how_to_continue_it() {
    let desk = Desk::of(Sim::builder().legacy(true).seed(400, 12, 3)).await;
    desk.write("roster.toml", "[gate]\nfield_changed = { share = 1.0 }\n");
    let all = desk.read("all.csv");
    let headings: Vec<&str> = all.lines().next().unwrap().split(',').collect();
    let position = headings.iter().position(|heading| *heading == "职位").unwrap();
    desk.roster("moved.csv", |row| {
        let mut cells: Vec<&str> = row.split(',').collect();
        cells[position] = "新职位";
        Some(cells.join(","))
    });
    let planned = desk.run(&["plan", "moved.csv", "--out", "plan.json"]);
    assert_eq!(planned.code, 0, "{planned:?}");
    let size = fs::metadata(desk.0.path("m.db")).unwrap().len();
    // The log of the database is a file of its own; it grows with each record.
    let limit = format!("ulimit -f {}; exec \"$@\"", size / 512 + 32);
    let mut command = in_a_shell(&limit, &["apply", "plan.json", "--yes"]);
    for (name, value) in desk.command(&[]).get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let ran = Ran::of(command.current_dir(desk.0.path("")).output().unwrap());
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("txl apply --resume 1"), "{ran:?}");
    let resumed = desk.run(&["apply", "--resume", "--yes"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disturbed_wait_for_an_import_names_its_job_and_no_second_import() {
    let desk = Desk::start().await;
    desk.write("in.csv", "帐号,姓名,手机号,部门\nq1,新人,13700000001,2\n");
    desk.0.sim.faults().always("batch/getresult", Fault::Reset(Moment::After)).unwrap();
    let ran = desk.run(&["import", "members", "in.csv", "--yes", "--new-members", "-q"]);
    ran.fails_with(3);
    let remedies: Vec<_> = ran.stderr.lines().filter_map(|line| line.strip_prefix("try: ")).collect();
    let [remedy] = remedies.as_slice() else { panic!("{ran:?}") };
    desk.0.sim.faults().clear();
    let command = remedy.split('`').nth(1).unwrap().strip_prefix("txl ").unwrap();
    let resumed = desk.run(&command.split(' ').collect::<Vec<_>>());
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert_eq!(desk.member("q1")["name"], "新人");
}
