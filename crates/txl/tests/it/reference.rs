//! What the command says of itself, without a server: `errcode`, `completion`, `man` and `help`.

use std::{
    fs,
    process::{Command, Stdio},
};

use crate::run::{Ran, run};

#[track_caller]
fn output(arguments: &[&str]) -> String {
    let ran = run(arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}: {ran:?}");
    ran.stdout
}

#[test]
fn an_errcode_is_explained_in_both_languages() {
    let text = output(&["errcode", "60020"]);
    for words in ["60020", "ip_not_allowed", "not allowed", "可信"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let row = run(&["errcode", "60020", "-o", "json"]).json();
    assert_eq!((&row["code"], &row["class"]), (&60020.into(), &"ip_not_allowed".into()), "{row}");
    for key in ["english", "chinese", "remedy", "remedy_chinese"] {
        assert!(row[key].as_str().is_some_and(|text| !text.is_empty()), "{key}: {row}");
    }
    assert_eq!(run(&["errcode", "-1", "-o", "json"]).json()["retried"], true);
    assert_eq!(row["retried"], false);
}

#[test]
fn errcodes_are_listed_all_or_several() {
    let all = run(&["errcode", "-o", "json"]).json();
    let all = all.as_array().unwrap();
    assert!(all.len() > 200 && all.iter().any(|row| row["code"] == 45009), "{}", all.len());
    let several = run(&["errcode", "60111", "40014", "-o", "json"]).json();
    let codes: Vec<_> = several.as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert_eq!(codes, [60111, 40014]);
    assert!(output(&["errcode", "-o", "csv"]).starts_with("code,class,english,chinese,"));
}

#[test]
fn an_unknown_errcode_is_an_error_with_a_remedy() {
    let ran = run(&["errcode", "12345"]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("12345"), "{ran:?}");
    run(&["errcode", "60020", "12345", "-o", "json"]).fails_with(1).with_remedy();
    assert!(run(&["errcode", "0"]).fails_with(1).stderr.contains("success"));
    run(&["errcode", "many"]).fails_with(2);
}

#[test]
fn every_shell_has_a_script() {
    for (shell, words) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef txl"),
        ("fish", "complete -c txl"),
        ("powershell", "txl;member"),
    ] {
        let script = output(&["completion", shell]);
        assert!(script.contains(words), "{shell}");
        assert!(script.contains("delete-many"), "{shell}");
    }
    run(&["completion", "csh"]).fails_with(2);
    // A shell that is installed must be able to read its script.
    for shell in ["zsh", "fish"] {
        if Command::new(shell).arg("--version").output().is_err() {
            continue;
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("txl");
        fs::write(&path, output(&["completion", shell])).unwrap();
        assert!(Command::new(shell).arg("-n").arg(&path).status().unwrap().success(), "{shell}");
    }
}

/// Returns what bash proposes for the last of these words.
#[cfg(unix)]
fn proposed(words: &[&str]) -> Vec<String> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("txl");
    fs::write(&path, output(&["completion", "bash"])).unwrap();
    let script = r#"
        . "$0"
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _txl txl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let ran = Command::new("bash")
        .args(["--norc", "-c", script])
        .arg(&path)
        .args(words)
        .stdin(Stdio::null())
        .output()
        .expect("bash is needed to test its script");
    String::from_utf8(ran.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
#[cfg(unix)]
fn bash_completes_commands_flags_and_values() {
    assert_eq!(proposed(&["txl", "dep"]), ["department"]);
    assert_eq!(proposed(&["txl", "member", "delete-"]), ["delete-many"]);
    assert_eq!(proposed(&["txl", "pull", "--vi"]), ["--via"]);
    assert_eq!(proposed(&["txl", "completion", "power"]), ["powershell"]);
    assert_eq!(proposed(&["txl", "pull", "--via", "exp"]), ["export"]);
}

#[test]
fn each_command_has_a_manual_page() {
    let directory = tempfile::tempdir().unwrap();
    let ran = run(&["man", "--dir", directory.path().join("man1").to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    let pages: Vec<String> = fs::read_dir(directory.path().join("man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(pages.len() > 90, "{}", pages.len());
    assert!(ran.stderr.contains(&pages.len().to_string()), "{ran:?}");
    for page in ["txl.1", "txl-member.1", "txl-member-get.1", "txl-plan-show.1"] {
        assert!(pages.iter().any(|name| name == page), "{page}");
    }
    assert!(!pages.iter().any(|name| name.contains("help")), "{pages:?}");
    let get = fs::read_to_string(directory.path().join("man1/txl-member-get.1")).unwrap();
    assert_eq!(get, output(&["man", "member", "get"]));
    assert!(get.contains(".TH txl-member-get 1") && get.contains("txl member get"), "{get}");
    assert!(get.contains("app\\-secret"), "the page has every flag: {get}");
    assert!(output(&["man"]).contains("Exit codes"));
    run(&["man", "nothing"]).fails_with(2).with_remedy();
}

#[test]
fn help_explains_commands_and_topics() {
    assert_eq!(output(&["help"]), output(&["--help"]));
    assert_eq!(output(&["help", "member", "get"]), output(&["member", "get", "--help"]));
    for (topic, words) in [
        ("secrets", "WECOM_CONTACTS_SECRET"),
        ("exit-codes", "4  the gate"),
        ("formats", "jsonl"),
        ("errcodes", "60020"),
    ] {
        let text = output(&["help", topic]);
        assert!(text.contains(words), "{topic}: {text}");
        assert!(output(&["help", "help"]).contains(topic));
    }
    run(&["help", "nothing"]).fails_with(2).with_remedy();
    run(&["help", "member", "secrets"]).fails_with(2).with_remedy();
}

#[test]
fn the_short_help_folds_credentials_and_the_long_help_lists_them() {
    for command in [&["member", "get"][..], &["pull"], &["plan"], &["export", "members"]] {
        let short = output(&[command, &["-h"]].concat());
        let long = output(&[command, &["--help"]].concat());
        for flag in ["--app-secret", "--corp-id", "--profile", "--attempts"] {
            assert!(long.contains(flag), "{command:?} {flag}: {long}");
            assert!(!short.contains(flag), "{command:?} {flag}: {short}");
        }
        let words = short.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("txl help secrets"), "{command:?}: {short}");
        assert!(short.lines().count() * 2 < long.lines().count(), "{command:?}: {short}");
    }
    // A command without credentials has nothing to fold.
    assert!(!output(&["errcode", "-h"]).contains("help secrets"));
}

#[test]
fn a_closed_stdout_is_no_failure() {
    for arguments in [&["errcode"][..], &["completion", "bash"], &["man"], &["help", "secrets"], &["help"]] {
        let script = "\"$@\" | true";
        let output = crate::run::in_a_shell(script, arguments).output().unwrap();
        let ran = Ran::of(output);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    }
}
