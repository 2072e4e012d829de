//! The Chinese of the command, and that data has no language.

use std::process::Command;

use unicode_width::UnicodeWidthStr;

use crate::{
    roster::{Desk, week},
    run::{Ran, RunningSim, txl},
};

fn in_language(mut command: Command, language: &str, arguments: &[&str]) -> Ran {
    Ran::of(command.env("TXL_LANG", language).args(arguments).output().unwrap())
}

#[test]
fn data_and_exit_codes_do_not_depend_on_the_language() {
    let sim = RunningSim::start(&[]);
    let mut differ = 0;
    for arguments in [
        &["errcode", "60020"][..],
        &["errcode"],
        &["department", "list"],
        &["member", "list", "1"],
        &["member", "get", "no-such-member"],
        &["tag", "list"],
        &["config", "show"],
        &["doctor", "--mirror", "no-such-mirror.db"],
    ] {
        for format in ["json", "jsonl", "csv"] {
            let arguments = [arguments, &["-o", format]].concat();
            let english = in_language(sim.txl(), "en", &arguments);
            let chinese = in_language(sim.txl(), "zh", &arguments);
            assert_eq!((english.code, &english.stdout), (chinese.code, &chinese.stdout), "{arguments:?}");
            differ += u32::from(english.stderr != chinese.stderr);
        }
    }
    assert!(differ > 0, "no error was in Chinese");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_of_runs_and_of_the_mirror_does_not_depend_on_the_language() {
    let desk = Desk::start().await;
    week(&desk);
    assert_eq!(desk.run(&["apply", "week.csv", "--yes"]).code, 0);
    for arguments in [
        &["run", "list"][..],
        &["run", "show", "1", "--all"],
        &["history", "lisi"],
        &["diff"],
        &["status"],
        &["mirror", "list"],
        &["plan", "week.csv", "--offline"],
        &["config", "show"],
    ] {
        let in_language =
            |language: &str, format: &str| in_language(desk.command(arguments), language, &["-o", format]);
        for format in ["json", "jsonl", "yaml", "csv"] {
            let [english, chinese] = ["en", "zh"].map(|language| in_language(language, format));
            assert_eq!(
                (english.code, english.stdout),
                (chinese.code, chinese.stdout),
                "{arguments:?} {format}"
            );
        }
    }
    let [english, chinese] =
        ["en", "zh"].map(|language| in_language(desk.command(&["run", "list"]), language, &[]));
    assert!(english.stdout.contains(" done ") && !english.stdout.contains("已完成"), "{english:?}");
    assert!(chinese.stdout.contains("已完成"), "{chinese:?}");
}

#[test]
fn the_problems_of_a_configuration_are_english_data_and_chinese_tables() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("txl.toml");
    std::fs::write(&path, "[profile.test]\ncorp = \"ww1\"\n").unwrap();
    let check = |language: &str, format: &str| {
        let path = path.display().to_string();
        in_language(txl(), language, &["config", "check", "--config", &path, "-o", format])
    };
    assert_eq!(check("en", "json").stdout, check("zh", "json").stdout);
    assert_eq!(check("zh", "json").code, 1);
    assert_ne!(check("en", "table").stdout, check("zh", "table").stdout);
}

#[test]
fn the_tour_tells_its_steps_in_chinese_and_its_data_in_english() {
    let table = in_language(txl(), "zh", &["tour"]);
    assert_eq!(table.code, 0, "{table:?}");
    for line in table.stdout.lines().filter(|line| line.starts_with("通过")) {
        let title = line.trim_start_matches("通过").trim_start();
        assert!(!title.starts_with(|one: char| one.is_ascii_uppercase()), "{line}");
    }
    assert!(table.stdout.contains("已改名") && table.stdout.contains("失败 0 步"), "{}", table.stdout);
    let json = in_language(txl(), "zh", &["tour", "--json"]);
    assert!(json.stdout.contains("\"title\":\"Rename a tag 更新标签名字\""), "{}", json.stdout);
    assert!(json.stdout.contains("\"note\":\"renamed\""), "{}", json.stdout);
}

#[test]
fn an_error_of_the_command_line_has_the_exit_code_and_the_hints_of_the_english_one() {
    for arguments in [
        &["member", "gett"][..],
        &["member", "get"],
        &["member", "get", "a", "--frob"],
        &["member", "list", "--department", "2"],
        &["member", "get", "a", "--outptu", "csv"],
        &["-o", "xml", "tag", "list"],
        &["find", "a", "--limit", "0"],
        &["history", "a", "--tag", "1"],
        &["sim", "--listen", "here"],
        &["sim", "--members", "many"],
        &["callback"],
        &[],
    ] {
        let [english, chinese] = ["en", "zh"].map(|language| in_language(txl(), language, arguments));
        assert_eq!((english.code, &english.stdout), (chinese.code, &chinese.stdout), "{arguments:?}");
        let hints =
            |text: &str, hint: &str| text.lines().filter(|line| line.trim_start().starts_with(hint)).count();
        assert_eq!(hints(&english.stderr, "tip: "), hints(&chinese.stderr, "建议："), "{arguments:?}");
        for word in
            ["error:", "tip:", "Usage", "OPTIONS", "COMMAND", "possible values", "invalid", "For more"]
        {
            assert!(!chinese.stderr.contains(word), "{word}: {chinese:?}");
        }
        let is_narrow = chinese.stderr.lines().all(|line| line.width() <= 100);
        assert!(is_narrow, "a line is wider than a page: {chinese:?}");
    }
}

#[test]
fn a_cause_is_in_chinese_below_its_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("members.csv");
    std::fs::write(&path, b"%PDF-1.7\n").unwrap();
    let path = path.display().to_string();
    let ran = in_language(txl(), "zh", &["import", "members", &path, "--dry-run"]);
    assert!(ran.stderr.contains("原因：文件实际上是 PDF 文档：请另存为 .xlsx"), "{ran:?}");
    let ran = in_language(txl(), "zh", &["import", "members", "no-such-file.csv", "--dry-run"]);
    assert!(ran.stderr.contains("原因：文件不存在（os error 2）"), "{ran:?}");
}

#[test]
fn an_error_is_in_chinese_with_its_remedy() {
    let ran = in_language(txl(), "zh_CN.UTF-8", &["member", "get", "zhangsan"]);
    assert_eq!(ran.code, 2, "{ran:#?}");
    assert!(ran.stderr.starts_with("错误：缺少自建应用的 secret\n建议：请给出 --app-secret"), "{ran:#?}");
}

#[test]
fn the_locale_chooses_the_language_and_txl_lang_overrides_it() {
    let first_word = |variables: &[(&str, &str)]| {
        let mut command = txl();
        command.env_remove("TXL_LANG").envs(variables.iter().copied());
        let ran = Ran::of(command.args(["member", "get", "zhangsan"]).output().unwrap());
        ran.stderr.chars().take(2).collect::<String>()
    };
    assert_eq!(first_word(&[("LC_ALL", "zh_CN.UTF-8")]), "错误");
    assert_eq!(first_word(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]), "er");
    assert_eq!(first_word(&[("LC_ALL", "zh_CN.UTF-8"), ("TXL_LANG", "en")]), "er");
}

#[test]
fn the_help_is_in_chinese() {
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["member", "create", "--help"],
        &["apply", "--help"],
        &["doctor", "--help"],
        &["sim", "--help"],
    ] {
        let ran = in_language(txl(), "zh", arguments);
        assert_eq!(ran.code, 0, "{ran:#?}");
        assert!(ran.stdout.contains("用法：txl"), "{ran:#?}");
        let room = ran.stdout.lines().all(|line| line.width() <= 100);
        assert!(room, "a line is wider than a page: {ran:#?}");
        for english in
            ["Read the", "Usage", "Options:", "Commands:", "Print help", "[possible", "[default", "[env"]
        {
            assert!(!ran.stdout.contains(english), "{english}: {ran:#?}");
        }
    }
}
