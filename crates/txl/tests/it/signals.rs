//! SIGHUP, SIGINT, SIGTERM.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{
    run::{Ran, RunningSim, in_a_shell, txl},
    scripted::{Answer, Scripted},
};

const SIGNALS: [(&str, i32, &str); 3] =
    [("-HUP", 129, "SIGHUP"), ("-INT", 130, "SIGINT"), ("-TERM", 143, "SIGTERM")];

fn send(signal: &str, child: &Child) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
}

fn start(command: &mut Command, server: &Scripted) -> Child {
    command
        .env("WECOM_BASE_URL", &server.url)
        .env("WECOM_CORP_ID", "ww1")
        .env("WECOM_CONTACTS_SECRET", "s")
        .env("WECOM_AGENT_ID", "7")
        .env("WECOM_APP_SECRET", "s")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for a state.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn each_signal_ends_a_command_with_its_own_exit_code() {
    let server = Scripted::start(|_| Answer::Silence);
    for (signal, code, name) in SIGNALS {
        let child = start(txl().args(["member", "get", "zhangsan"]), &server);
        server.next();
        send(signal, &child);
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.fails_with(code);
        assert!(ran.stderr.contains(&format!("interrupted by {name}")), "{ran:?}");
    }
}

#[test]
fn trap_49_no_signal_leaves_a_partial_file() {
    let server = Scripted::start(|_| Answer::HalfAFile);
    for (signal, code, _) in SIGNALS {
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("picture.jpg");
        fs::write(&out, "the older file").unwrap();
        let files = || fs::read_dir(directory.path()).unwrap().count();
        let child = start(txl().args(["media", "get", "x", "--out", out.to_str().unwrap()]), &server);
        until("a partial file", || files() == 2);
        send(signal, &child);
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.fails_with(code);
        assert_eq!(files(), 1, "{signal}");
        assert_eq!(fs::read_to_string(&out).unwrap(), "the older file");
    }
}

#[test]
fn trap_49_an_interrupted_export_says_how_to_resume_it() {
    for (signal, code, _) in SIGNALS {
        let server = Scripted::start(|path| match path {
            "export/user" => Answer::Json(r#"{"errcode":0,"jobid":"job-1"}"#),
            _ => Answer::Json(r#"{"errcode":0,"status":1}"#),
        });
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("members.csv");
        let state = tempfile::tempdir().unwrap();
        let child = start(
            txl()
                .args(["export", "members", "--out", out.to_str().unwrap()])
                .env("TXL_STATE_DIR", state.path()),
            &server,
        );
        while server.next().path != "export/get_result" {}
        send(signal, &child);
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.fails_with(code).with_remedy();
        assert!(ran.stderr.contains("--resume job-1"), "{ran:?}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_command_that_waits_for_stdin_ends_too() {
    let server = Scripted::start(|_| Answer::Silence);
    let mut child = start(txl().args(["media", "upload", "-"]).stdin(Stdio::piped()), &server);
    // Stdin stays open, so the read never ends by itself.
    let _stdin = child.stdin.take();
    let status = format!("/proc/{}/status", child.id());
    let mask = |name: &str| {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix(name).map(str::to_owned));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    };
    let all = (1 << 0) | (1 << 1) | (1 << 14);
    until("handlers", || mask("SigCgt:") & all == all);
    send("-TERM", &child);
    Ran::of(child.wait_with_output().unwrap()).fails_with(143);
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let server = Scripted::start(|_| Answer::Silence);
    let mut nohup = in_a_shell("trap '' HUP; exec \"$@\"", &["member", "get", "zhangsan"]);
    let child = start(&mut nohup, &server);
    server.next();
    send("-HUP", &child);
    send("-TERM", &child);
    Ran::of(child.wait_with_output().unwrap()).fails_with(143);
}

#[test]
fn the_simulator_ends_cleanly_by_a_hangup_too() {
    let mut sim = RunningSim::start(&[]);
    send("-HUP", &sim.child);
    assert_eq!(sim.child.wait().unwrap().code(), Some(0));
}
