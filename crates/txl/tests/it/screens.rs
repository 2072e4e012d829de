//! Output on a terminal: tables, help and the tour at several widths, and protection against control sequences.
//!
//! The snapshots use fixed answers of this file, so they change only with the layout. `INSTA_UPDATE=always` replaces them.

use std::process::Command;

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use crate::{
    pty::Terminal,
    run::{Gateway, Ran, SECRET, txl},
};

const WIDTHS: [u16; 3] = [80, 120, 200];

/// Runs a command on a terminal of this width. Returns its output and the exit code.
fn on_terminal(columns: u16, command: Command) -> (String, i32) {
    let (code, shown) = Terminal::start(command, columns, 24).end();
    (shown.replace("\r\n", "\n"), code)
}

fn command(words: &[&str]) -> Command {
    let mut command = txl();
    command.args(words).env("LANG", "zh_CN.UTF-8").env("NO_COLOR", "1");
    command
}

/// Returns the command for a server with fixed answers.
fn command_at(server: &Gateway, words: &[&str]) -> Command {
    let mut command = command(words);
    command
        .env("WECOM_BASE_URL", &server.url)
        .env("WECOM_CORP_ID", "ww1234567890abcdef")
        .env("WECOM_CONTACTS_SECRET", SECRET)
        .env("WECOM_AGENT_ID", "1000002")
        .env("WECOM_APP_SECRET", SECRET);
    command
}

/// A WeCom server that sends the same reply to every call, with a token.
fn answering(mut answer: Value) -> Gateway {
    answer["access_token"] = "t".into();
    answer["expires_in"] = 7200.into();
    Gateway::answering("200 OK", "application/json", &answer.to_string())
}

#[track_caller]
fn snapshot(name: &str, shown: &str) {
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, shown);
    });
}

#[track_caller]
fn fits(shown: &str, columns: u16) {
    for line in shown.lines() {
        assert!(line.width() <= columns.into(), "{columns} columns: {line}");
    }
}

fn members() -> Value {
    let member = |userid: &str, name: &str, departments: Value, position: &str, status: u8| {
        json!({"userid": userid, "name": name, "department": departments, "position": position,
            "mobile": "13800000001", "email": format!("{userid}@mail.example.com"), "gender": 2, "status": status})
    };
    json!({"errcode": 0, "errmsg": "ok", "userlist": [
        member("zhangsan", "张三", json!([1]), "总经理", 1),
        member("wang.xiaoming", "王小明", json!([2, 7]), "华东大区销售部高级客户经理", 4),
        member("ouyang", "欧阳娜娜", json!([2]), "", 2),
        member("left", "离职者", json!([7]), "工程师", 5),
    ]})
}

fn departments() -> Value {
    let department = |id: u32, parent: u32, name: &str, leaders: &[&str]| json!({"id": id, "parentid": parent, "name": name, "name_en": "", "order": 100_000_000, "department_leader": leaders});
    json!({"errcode": 0, "errmsg": "ok", "department": [
        department(1, 0, "示例公司", &["zhangsan"]),
        department(2, 1, "华东大区销售与客户成功中心", &[]),
        department(7, 2, "上海", &["wang.xiaoming", "ouyang"]),
    ]})
}

#[test]
fn tables_of_members_and_departments_are_as_wide_as_the_terminal() {
    let (members, departments) = (answering(members()), answering(departments()));
    for columns in WIDTHS {
        let (list, code) = on_terminal(columns, command_at(&members, &["member", "list", "1"]));
        assert_eq!(code, 0, "{list}");
        fits(&list, columns);
        snapshot(&format!("members_at_{columns}"), &list);
        let (list, code) = on_terminal(columns, command_at(&departments, &["department", "list"]));
        assert_eq!(code, 0, "{list}");
        fits(&list, columns);
        snapshot(&format!("departments_at_{columns}"), &list);
    }
}

#[test]
fn one_member_has_a_line_for_each_field_at_any_width() {
    let mut member = members()["userlist"][1].take();
    member["errcode"] = 0.into();
    member["extattr"] = json!({"attrs": [{"type": 0, "name": "工号", "text": {"value": "A-17"}},
        {"type": 1, "name": "主页", "web": {"url": "https://example.com/people/wang.xiaoming", "title": "王小明的主页"}}]});
    let server = answering(member);
    for columns in [24, 80, 120, 200] {
        let (shown, code) = on_terminal(columns, command_at(&server, &["member", "get", "wang.xiaoming"]));
        assert_eq!(code, 0, "{shown}");
        fits(&shown, columns);
        snapshot(&format!("member_at_{columns}"), &shown);
    }
}

#[test]
fn a_table_in_a_pipe_has_one_line_of_any_length_for_each_object() {
    let server = answering(members());
    let ran = Ran::of(command_at(&server, &["member", "list", "1"]).output().unwrap());
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 5), "{ran:?}");
    let words = ran.stdout.lines().nth(2).unwrap().split_whitespace().collect::<Vec<_>>();
    let email = "wang.xiaoming@mail.example.com";
    let cells =
        ["wang.xiaoming", "王小明", "2,7", "华东大区销售部高级客户经理", "13800000001", email, "未激活"];
    assert_eq!(words, cells);
}

/// Replaces the parts of the tour that differ between two runs: times, numbers, and ids of jobs.
fn without_numbers(shown: &str) -> String {
    let mut text = String::new();
    for line in shown.lines() {
        let line = match line.strip_suffix(" ms").and_then(|line| line.rsplit_once(' ')) {
            Some((line, _)) => format!("{}  # ms", line.trim_end()),
            None => line.to_owned(),
        };
        let mut last = "";
        for word in line.split_inclusive(' ') {
            let mut was_digit = false;
            match last {
                "job " if word.len() > 20 => text.push_str("JOB"),
                _ => {
                    for one in word.chars() {
                        if !one.is_ascii_digit() {
                            text.push(one);
                        } else if !was_digit {
                            text.push('#');
                        }
                        was_digit = one.is_ascii_digit();
                    }
                }
            }
            last = word;
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_tour_can_be_read_at_80_columns() {
    for columns in WIDTHS {
        let (shown, code) = on_terminal(columns, command(&["tour"]));
        assert_eq!(code, 0, "{shown}");
        fits(&shown, columns);
        let steps = shown.lines().filter(|line| line.starts_with("ok ")).count();
        let lines = shown.lines().filter(|line| line.starts_with("        ")).count();
        // A step has two lines. The few steps with a long note have three.
        assert!(
            steps > 90 && lines >= steps && lines < steps + steps / 10,
            "{steps} steps, {lines} lines: {shown}"
        );
        snapshot(&format!("tour_at_{columns}"), &without_numbers(&shown));
    }
}

#[test]
fn help_fits_the_terminal_in_every_command() {
    for columns in WIDTHS {
        let (shown, code) = on_terminal(columns, command(&["--help"]));
        assert_eq!(code, 0, "{shown}");
        fits(&shown, columns);
        snapshot(&format!("help_at_{columns}"), &shown);
    }
    let mut open = vec![Vec::<String>::new()];
    let mut seen = 0;
    while let Some(path) = open.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let (shown, code) = on_terminal(80, command(&words));
        assert_eq!(code, 0, "{shown}");
        // The terminal itself wraps the line of arguments, which clap does not wrap, and words that are too long.
        let is_word = |line: &str| !line.trim().contains(' ');
        let too_wide = |line: &&str| line.width() > 80 && !line.starts_with("Usage: ") && !is_word(line);
        let wide: Vec<_> = shown.lines().filter(too_wide).collect();
        assert!(wide.is_empty(), "{path:?}: {wide:#?}");
        seen += 1;
        let below =
            shown.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
        let is_command = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
        for name in below.filter(is_command).filter_map(|line| line.split_whitespace().next()) {
            if name != "help" {
                open.push(path.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
    }
    assert!(seen > 60, "{seen} commands");
}

/// Text that controls a terminal, changes the writing direction, or is invisible.
const HOSTILE: &str = "x\u{1b}[2J\u{1b}]0;X\u{7}\u{9b}31m\u{7f}\u{202e}\u{2066}\u{200f}\u{61c}\u{200b}\u{2028}\u{feff}\u{e0041}\ry";

#[track_caller]
fn has_no_control_characters(shown: &str) {
    let is_fine = |one: char| {
        one == '\n' || one == ' ' || !(one.is_control() || HOSTILE[1..].contains(one) && !one.is_ascii())
    };
    let bad: Vec<_> = shown.chars().filter(|one| !is_fine(*one)).collect();
    assert!(bad.is_empty(), "{bad:?} in {shown:?}");
}

#[test]
fn trap_48_no_reply_can_control_the_terminal() {
    let member = json!({"userid": HOSTILE, "name": HOSTILE, "department": [1], "status": 1});
    let good = answering(
        json!({"errcode": 0, "errmsg": HOSTILE, "userlist": [member], "userid": HOSTILE, "name": HOSTILE,
        "taglist": [{"tagid": 1, "tagname": HOSTILE}], "jobid": HOSTILE, "join_qrcode": HOSTILE,
        "dept_user": [{"userid": HOSTILE, "department": 1}], "next_cursor": HOSTILE}),
    );
    let bad = answering(json!({"errcode": 40001, "errmsg": HOSTILE}));
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().to_str().unwrap();
    for words in [
        &["member", "list", "1"][..],
        &["member", "get", "a"],
        &["member", "find-by-mobile", "13800000001"],
        &["member", "ids", "--one-page"],
        &["member", "join-qrcode"],
        &["tag", "list"],
        &["export", "members", "--no-wait", "--state-dir", state],
        &["member", "delete", HOSTILE, "--yes"],
        &["member", "list", "1", "-vv"],
    ] {
        for format in ["table", "json", "jsonl", "csv"] {
            let words: Vec<&str> = words.iter().copied().chain(["-o", format]).collect();
            let (shown, code) = on_terminal(80, command_at(&good, &words));
            assert_eq!(code, 0, "{words:?}: {shown}");
            has_no_control_characters(&shown);
        }
        let (shown, code) = on_terminal(80, command_at(&bad, words));
        assert_eq!(code, 1, "{words:?}: {shown}");
        assert!(shown.contains("40001"), "{words:?}: {shown}");
        has_no_control_characters(&shown);
    }
}

#[test]
fn trap_48_files_and_pipes_keep_control_characters() {
    let member = json!({"userid": "a", "name": HOSTILE, "department": [1]});
    let server = answering(json!({"errcode": 0, "userlist": [member], "userid": HOSTILE}));
    let output = |words: &[&str]| {
        let ran = Ran::of(command_at(&server, words).output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.stdout
    };
    let list: Value = serde_json::from_str(&output(&["member", "list", "1", "-o", "json"])).unwrap();
    assert_eq!(list[0]["name"], HOSTILE);
    let line: Value = serde_json::from_str(&output(&["member", "list", "1", "-o", "jsonl"])).unwrap();
    assert_eq!(line["name"], HOSTILE);
    assert!(output(&["member", "list", "1", "-o", "csv"]).contains(HOSTILE));
    assert_eq!(output(&["member", "find-by-mobile", "13800000001"]), format!("{HOSTILE}\n"));
    // On the terminal, JSON has escapes and the same value.
    let (shown, _) = on_terminal(80, command_at(&server, &["member", "list", "1", "-o", "jsonl"]));
    let line: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(line["name"], HOSTILE);
}

#[test]
fn trap_48_file_names_cannot_control_the_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(HOSTILE.replace('/', ""));
    let missing = path.to_str().unwrap();
    std::fs::write(directory.path().join("file"), format!("帐号,{HOSTILE}\n\"{HOSTILE}\",1\n")).unwrap();
    let file = directory.path().join("file");
    for name in [missing, file.to_str().unwrap()] {
        let (shown, _) = on_terminal(80, command(&["import", "members", name, "--dry-run"]));
        assert!(!shown.is_empty());
        has_no_control_characters(&shown);
    }
}

#[test]
fn an_error_of_the_command_line_is_broken_between_words() {
    let words = ["callback", "trigger", "no_event", "--url", "http://127.0.0.1:9"];
    let (shown, code) = on_terminal(80, command(&words));
    assert_eq!(code, 2, "{shown}");
    fits(&shown, 80);
    for name in ["create_user,", "batch_job_result,", "active_restored"] {
        assert!(shown.lines().any(|line| line.contains(name)), "{name}: {shown}");
    }
}
