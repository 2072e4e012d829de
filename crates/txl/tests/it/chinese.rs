//! The Chinese of the command, and that data has no language.

use std::process::Command;

use unicode_width::UnicodeWidthStr;

use crate::run::{Ran, RunningSim, txl};

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
