//! A reader that closes stdout early changes neither what a command does nor its exit code.

use std::{io::pipe, process::Stdio};

use crate::{
    roster::{Desk, week},
    run::Ran,
};

/// Runs a command whose stdout has no reader any more.
fn unread(desk: &Desk, arguments: &[&str]) -> Ran {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let child = desk.command(arguments).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_and_its_undo_are_sent_although_nobody_reads_stdout() {
    let desk = Desk::start().await;
    week(&desk);
    let before = desk.member("lisi");
    desk.run(&["plan", "week.csv", "--out", "plan.json"]);
    let ran = unread(&desk, &["apply", "plan.json", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(desk.member("lisi")["position"], "首席顾问", "{ran:?}");
    let ran = unread(&desk, &["undo", "1", "--yes", "-o", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(desk.member("lisi"), before, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_does_not_depend_on_a_reader() {
    let desk = Desk::start().await;
    week(&desk);
    desk.roster("few.csv", |row| row.starts_with("zhangsan").then(|| row.to_owned()));
    let mobile = desk.member("zhangsan")["mobile"].as_str().unwrap().to_owned();
    desk.write("in.csv", &format!("帐号,姓名,手机号,部门\nq1,新人,13700000001,2\nq2,重复,{mobile},2\n"));
    for (arguments, code) in [
        (&["plan", "week.csv", "--offline", "--detailed-exit-code"][..], 10),
        (&["plan", "few.csv", "--offline"], 4),
        (&["status", "--max-age", "0s"], 1),
        (&["find", "没有这个人", "-o", "json"], 1),
        (&["import", "members", "in.csv", "--yes", "--new-members"], 1),
    ] {
        let ran = unread(&desk, arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
    }
    assert!(desk.0.path("in.refused.csv").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_only_prints_ends_with_its_reader() {
    let desk = Desk::start().await;
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select i from n";
    for arguments in [&["sql", endless, "-o", "jsonl"][..], &["export", "members"], &["mirror", "export"]] {
        let ran = unread(&desk, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {ran:?}");
        assert!(!ran.stderr.contains("error:"), "{arguments:?}: {ran:?}");
    }
}
