//! The formats of all output: lists, records, ids and replies.

use std::{fs::File, io::Read, process::Stdio};

use serde_json::{Value, json};

use crate::{
    run::{Gateway, Ran, RunningSim, SECRET, run, txl},
    scripted::{Answer, Scripted},
};

fn csv(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn lines(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_list_comes_in_every_format_with_the_same_objects() {
    let sim = RunningSim::start(&["--members", "40", "--departments", "4", "--legacy"]);
    let run =
        |words: &str, format: &str| sim.run(&words.split(' ').chain(["-o", format]).collect::<Vec<_>>());
    for words in [
        "member list 1 -R",
        "member list-simple 2",
        "member ids",
        "department list",
        "department list-ids",
        "tag list",
        "export members-simple",
        "linked-corp departments wh0000000000000001/2",
        "corp-group chains",
    ] {
        let whole = run(words, "json").json();
        let whole = whole.as_array().unwrap();
        assert!(!whole.is_empty(), "{words}");
        assert_eq!(&lines(&run(words, "jsonl")), whole, "{words}");
        let table = run(words, "table");
        assert_eq!(table.stdout.lines().count(), whole.len() + 1, "{words}");
        let rows = csv(run(words, "csv").stdout.trim_start_matches('\u{feff}'));
        assert_eq!(rows.len(), whole.len() + 1, "{words}");
        if words.starts_with("export") {
            // A spreadsheet with the headings of WeCom's template.
            continue;
        }
        for (row, object) in rows[1..].iter().zip(whole) {
            for (heading, cell) in rows[0].iter().zip(row) {
                let expected = match &object[heading] {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    Value::Array(items) if items.iter().all(|item| !item.is_object() && !item.is_array()) => {
                        let texts =
                            items.iter().map(|item| item.as_str().map_or(item.to_string(), str::to_owned));
                        texts.collect::<Vec<_>>().join(";")
                    }
                    other => {
                        assert_eq!(
                            &serde_json::from_str::<Value>(cell).unwrap(),
                            other,
                            "{words}: {heading}"
                        );
                        continue;
                    }
                };
                assert_eq!(cell, &expected, "{words}: {heading}");
            }
        }
    }
}

#[test]
fn records_ids_and_replies_come_in_every_format() {
    let sim = RunningSim::start(&[]);
    let run = |words: &[&str]| sim.run(words);
    let member = run(&["member", "get", "zhangsan", "-o", "json"]).json();
    assert_eq!(lines(&run(&["member", "get", "zhangsan", "-o", "jsonl"])), std::slice::from_ref(&member));
    let rows = csv(&run(&["member", "get", "zhangsan", "-o", "csv"]).stdout);
    assert_eq!(rows.len(), 2);
    let at = rows[0].iter().position(|heading| heading == "name").unwrap();
    assert_eq!(rows[1][at], member["name"].as_str().unwrap());
    let find = ["tag", "create", "羽毛球社", "-o"];
    assert_eq!(lines(&run(&[&find[..], &["jsonl", "--id", "71"]].concat())), [json!(71)]);
    let tag = ["tag", "create", "围棋社", "--id", "72", "-o", "csv"];
    assert_eq!(run(&tag).stdout, "value\n72\n");
    assert_eq!(lines(&run(&["tag", "delete", "71", "-o", "jsonl"])), [json!({"deleted": 71})]);
    assert_eq!(run(&["tag", "delete", "72", "-o", "csv"]).stdout, "deleted\n72\n");
    let tour = txl().args(["tour", "-o", "csv"]).output().unwrap();
    let rows = csv(&String::from_utf8(tour.stdout).unwrap());
    assert!(rows.len() > 90 && rows[0] == ["chapter", "title", "call", "endpoint", "ok", "ms", "note"]);
}

#[test]
fn trap_39_a_csv_list_does_not_turn_absent_fields_into_empty_ones() {
    let answer = json!({"errcode": 0, "access_token": "t", "expires_in": 7200, "userlist": [
        {"userid": "a", "name": "甲", "department": [1], "position": "总监", "status": 1},
        {"userid": "b", "name": "乙", "department": [1, 2], "telephone": ""},
    ]});
    let server = Gateway::answering("200 OK", "application/json", &answer.to_string());
    let mut command = txl();
    command.args(["member", "list", "1", "-o", "csv", "--corp-id", "ww1", "--agent-id", "1"]);
    command.args(["--base-url", &server.url, "--app-secret", SECRET]);
    let ran = Ran::of(command.output().unwrap());
    let rows = csv(&ran.stdout);
    assert_eq!(
        rows[0],
        ["userid", "name", "department", "部分缺失-position", "status", "telephone"],
        "{ran:?}"
    );
    assert_eq!(rows[2], ["b", "乙", "1;2", "", "", ""]);
    assert!(ran.stderr.contains("position") && ran.stderr.contains("-o jsonl"), "{ran:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let sim = RunningSim::start(&[]);
    for format in ["table", "json", "jsonl", "csv"] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut command = sim.txl();
        command.args(["member", "list", "1", "-o", format]).stdout(full).stderr(Stdio::piped());
        let ran = Ran::of(command.spawn().unwrap().wait_with_output().unwrap());
        ran.fails_with(1).with_remedy();
    }
}

#[test]
fn a_row_with_a_damaged_userid_is_printed_with_a_warning() {
    const MEMBERS: &str = "{\"errcode\":0,\"userlist\":[{\"userid\":\"lisi\",\"name\":\"李四\"},{\"userid\":\"li\u{fffd}\",\"name\":\"李\"}]}";
    let server = Scripted::start(|path| match path {
        "user/list_id" => Answer::Json(
            "{\"errcode\":0,\"dept_user\":[{\"userid\":\"lisi\",\"department\":1},{\"userid\":\"li\u{fffd}\",\"department\":1}]}",
        ),
        "tag/get" => Answer::Json(
            "{\"errcode\":0,\"tagname\":\"t\",\"userlist\":[{\"userid\":\"lisi\",\"name\":\"\"},{\"userid\":\"li\u{fffd}\",\"name\":\"\"}],\"partylist\":[]}",
        ),
        _ => Answer::Json(MEMBERS),
    });
    let access = ["--corp-id", "ww1", "--contacts-secret", "s", "--app-secret", "s", "--agent-id", "1"];
    for line in [
        "member list 1",
        "member list-simple 1 -R",
        "member ids",
        "member ids --one-page",
        "tag get 1",
        "linked-corp members LINK/1",
        "linked-corp members-simple LINK/1",
    ] {
        for format in ["table", "json", "jsonl", "csv"] {
            let arguments = line.split(' ').chain(access).chain(["--base-url", &server.url, "-o", format]);
            let ran = run(&arguments.collect::<Vec<_>>());
            assert!(ran.code == 0 && ran.stdout.contains("lisi"), "{line} {format}: {ran:?}");
            assert!(
                ran.stderr.contains("warning: 1 of 2 rows has a damaged userid"),
                "{line} {format}: {ran:?}"
            );
        }
    }
}

/// Returns the peak memory of the command in bytes.
#[cfg(target_os = "linux")]
fn peak_of(arguments: &[&str]) -> u64 {
    let mut child = txl().args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut stdout = child.stdout.take().unwrap();
    let (mut peak, mut chunk, mut read) = (0, vec![0; 1 << 16], 0);
    // The peak is read between chunks of the output: the process exists until its output is consumed.
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) << 10);
        match stdout.read(&mut chunk).unwrap() {
            0 => break,
            more => read += more,
        }
    }
    assert!(child.wait().unwrap().success() && read > 1 << 18, "{read}");
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn trap_50_the_memory_of_a_list_is_a_small_multiple_of_its_reply() {
    // Rows with few fields have the highest relative cost: a decoded member takes about 700 bytes.
    let rows = vec![r#"{"userid":"a"}"#; 200_000].join(",");
    let body: &'static str = format!(r#"{{"errcode":0,"userlist":[{rows}]}}"#).leak();
    let server = Scripted::start(move |_| Answer::Json(body));
    for format in ["table", "json", "jsonl", "csv"] {
        let peak = peak_of(&[
            "member",
            "list",
            "1",
            "--corp-id",
            "ww1",
            "--app-secret",
            "s",
            "--agent-id",
            "1",
            "--base-url",
            &server.url,
            "-o",
            format,
        ]);
        let most = (40 << 20) + 8 * body.len() as u64;
        assert!(peak > 0 && peak < most, "{format}: {peak} bytes for a reply of {}", body.len());
    }
}
