//! What an administrator reads in Chinese, on a terminal of 80 columns.
//!
//! The digits of times are zeros in the snapshots. `INSTA_UPDATE=always` replaces them.

use std::process::Command;

use unicode_width::UnicodeWidthStr;

use crate::{
    pty::Terminal,
    roster::{Desk, week},
    run::txl,
};

const COLUMNS: u16 = 80;

/// Runs a command in Chinese, and compares what the terminal shows. Returns the exit code.
fn screen(name: &str, mut command: Command) -> i32 {
    command.env("TXL_LANG", "zh").env("NO_COLOR", "1");
    let (code, shown) = Terminal::start(command, COLUMNS, 40).end();
    let shown = without_times(&without_progress(&shown.replace("\r\n", "\n")));
    for line in shown.lines() {
        assert!(line.width() <= usize::from(COLUMNS), "{name}: {line}");
    }
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(format!("chinese_{name}"), shown);
    });
    code
}

/// Removes what the command erased from its lines. The terminal would have wrapped a longer line, and only its end would be erased.
fn without_progress(text: &str) -> String {
    let last = |line: &'_ str| {
        let mut parts: Vec<_> = line.split("\u{1b}[2K").collect();
        let last = parts.pop().unwrap_or_default().to_owned();
        for erased in parts {
            assert!(erased.trim_matches('\r').width() <= usize::from(COLUMNS), "{erased:?} is wrapped");
        }
        last
    };
    let lines = text.split('\n').map(last);
    lines.collect::<Vec<_>>().join("\n").replace('\r', "")
}

/// Replaces exact times by a word, because their length varies, and the digits of other days and times by zeros.
fn without_times(text: &str) -> String {
    let is_exact =
        |word: &str| word.starts_with("20") && word.contains('T') && word.trim_end().ends_with('Z');
    let is_time = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits >= 4
            && (word.starts_with("20") && word.contains('-') || word.contains(':') && word.contains('Z'))
    };
    let words = text.split_inclusive([' ', '\n', '；']).map(|word| match word {
        exact if is_exact(exact) => exact.replace(exact.trim_end(), "[time]"),
        time if is_time(time) => time.replace(|one: char| one.is_ascii_digit(), "0"),
        other => other.to_owned(),
    });
    words.collect()
}

/// Starts a corp whose roster has its rows in the order of the userids.
async fn ordered_desk() -> Desk {
    let desk = Desk::start().await;
    let all = desk.read("all.csv");
    let (head, rows) = all.split_once('\n').unwrap();
    let mut rows: Vec<_> = rows.lines().collect();
    rows.sort_unstable();
    desk.write("all.csv", &format!("{head}\n{}\n", rows.join("\n")));
    week(&desk);
    desk
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_from_the_plan_to_the_undo_is_in_chinese() {
    let desk = ordered_desk().await;
    let view = |name: &str, arguments: &[&str]| screen(name, desk.command(arguments));
    assert_eq!(view("plan", &["plan", "week.csv", "--out", "plan.json"]), 0);
    assert_eq!(view("apply", &["apply", "plan.json", "--yes"]), 0);
    assert_eq!(view("run_show", &["run", "show", "1", "--all"]), 0);
    assert_eq!(view("undo", &["undo", "1", "--yes", "--remove-created"]), 0);
    assert_eq!(view("status", &["status"]), 0);
    assert_eq!(view("doctor", &["doctor"]), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stops_a_plan_and_what_is_wrong_with_rows_is_in_chinese() {
    let desk = ordered_desk().await;
    desk.roster("cut.csv", |row| row.starts_with("zhangsan").then(|| row.to_owned()));
    assert_eq!(screen("gate", desk.command(&["plan", "cut.csv"])), 4);
    let row = |userid: &str, name: &str, department: &str| {
        let all = desk.read("all.csv");
        let headings = all.lines().next().unwrap().trim_start_matches('\u{feff}').split(',');
        let cells = headings.map(|heading| match heading {
            "帐号" => userid,
            "姓名" => name,
            "部门" => department,
            "手机号" => "13900000002",
            _ => "",
        });
        cells.collect::<Vec<_>>().join(",")
    };
    let rows = [
        row("bad id", "坏账号", "示例公司"),
        row("long", &"长".repeat(65), "示例公司"),
        row("lost", "没部门", "没有这个部门"),
    ];
    desk.write("bad.csv", &format!("{}{}\n", desk.read("week.csv"), rows.join("\n")));
    assert_eq!(screen("findings", desk.command(&["plan", "bad.csv"])), 0);
}

#[test]
fn an_error_of_the_command_line_is_in_chinese() {
    let mut command = txl();
    command.args(["member", "lst", "1"]);
    assert_eq!(screen("command_line", command), 2);
}
