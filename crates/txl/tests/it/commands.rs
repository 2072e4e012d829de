//! Error handling of every command that calls WeCom.

use std::{collections::BTreeSet, fs};

use crate::run::{Gateway, Ran, RunningSim, SECRET, closed_port, run, txl};

/// Each command with well-formed arguments that name missing objects. `FILE` is an existing file.
const CALLS: &[&str] = &[
    "member create nobody Nobody --mobile 13800000000 --department 2 --attribute Badge=A-17",
    "member get nobody",
    "member update nobody --position '' --clear alias",
    "member delete nobody",
    "member delete-many nobody no.one",
    "member list 999",
    "member list-simple 999 --recursive",
    "member ids --page-size 1000",
    "member ids --one-page",
    "member find-by-mobile 13800000000",
    "member find-by-email nobody@example.com --personal",
    "member to-openid nobody",
    "member from-openid nobody",
    "member openuserids-to-userids nobody --source 1000003",
    "member invite --member nobody",
    "member join-qrcode --size large",
    "member active-count 2026-01-01",
    "member confirm-login nobody",
    "member tfa-info nothing",
    "member confirm-tfa nobody nothing",
    "department create Nowhere --parent 999",
    "department update 999 --name Nowhere",
    "department delete 999",
    "department list 999",
    "department list-ids 999",
    "department get 999",
    "tag create ''",
    "tag rename 999 Nothing",
    "tag delete 999",
    "tag list",
    "tag get 999",
    "tag add 999 --member nobody --department 999",
    "tag remove 999 --member nobody",
    "import members FILE --no-invite",
    "import members FILE --replace --yes",
    "import departments DEPARTMENTS --yes --no-wait",
    "import job nothing",
    "import job nothing --wait",
    "export members",
    "export members-simple --block-size 10000",
    "export departments --out NEW",
    "export tag 999",
    "export job nothing",
    "export tag --resume nothing --key IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2",
    "linked-corp permissions",
    "linked-corp member ww999/nobody",
    "linked-corp members-simple LID/999",
    "linked-corp members LID/999 --recursive",
    "linked-corp departments LID/999",
    "auth check",
    "auth user-info nothing",
    "auth user-detail nothing",
    "auth api-ips",
    "auth callback-ips",
    "media upload FILE",
    "media get nothing --out NEW",
    "media get-voice nothing",
    "media upload-image FILE",
    "media upload-by-url https://example.com/a --filename a --md5 0cc175b9c0f1b6a831c399e269772661",
    "media upload-by-url-result nothing",
    "corp-group shared-corps --chain",
    "corp-group check-lower-corp ww999 1",
    "corp-group transfer-session ww999 1 nobody nothing",
    "corp-group chains",
    "corp-group chains-of ww999",
    "corp-group groups nothing",
    "corp-group corps nothing --pending",
    "corp-group corp nothing ww999",
    "corp-group remove-corp nothing ww999 --pending",
    "corp-group member-custom-id nothing ww999 nobody",
    "corp-group import-contacts nothing []",
    "corp-group job nothing",
    "corp-group rule-ids nothing",
    "corp-group rule nothing 1",
    "corp-group add-rule nothing {}",
    "corp-group modify-rule nothing 1 {}",
    "corp-group delete-rule nothing 1",
    "corp-group external-userids nothing nothing",
    "corp-group pending-id nothing nothing",
    "corp-group pending-ids nobody",
    "contact-rule create '[]'",
    "contact-rule list",
    "contact-rule update '[]'",
    "contact-rule delete 999",
];

/// Commands that need no server.
const OFFLINE: &[&str] = &[
    // It has its own tests, in `setup`.
    "setup",
    // The mirror has its own tests, in `directory`.
    "pull",
    "status",
    "find",
    "tree",
    "history",
    "diff",
    "sql",
    "mirror list",
    "mirror forget",
    "mirror export",
    "mirror migrate",
    // Plans and runs have theirs, in `roster`.
    "plan show",
    "apply",
    "undo",
    "run list",
    "run show",
    "roster template",
    "roster export",
    "roster link",
    "tour",
    "sim",
    "auth authorize-url",
    "callback listen",
    "callback trigger",
    "callback replay",
    "callback check",
    "callback verify",
    "callback decrypt",
    "callback seal",
    "callback reply",
    "callback new-key",
    "config show",
    "config path",
    "config check",
    // These have their tests in `doctor` and `reference`.
    "doctor",
    "errcode",
    "completion",
    "man",
];

struct Files {
    directory: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("file"), "姓名,帐号\n无,nobody\n").unwrap();
        fs::write(directory.path().join("departments"), "部门名称,部门ID,父部门ID\n无,999,1\n").unwrap();
        Self { directory }
    }

    fn words(&self, call: &str) -> Vec<String> {
        let path = |name| self.directory.path().join(name).to_str().unwrap().to_owned();
        let words = call.split(' ').map(|word| match word {
            "FILE" => path("file"),
            "DEPARTMENTS" => path("departments"),
            "NEW" => path("new"),
            word => word.trim_matches('\'').to_owned(),
        });
        words.collect()
    }
}

/// Runs each call against the server at `url`, with well-formed credentials.
fn each_at(url: &str, check: impl Fn(&str, &Ran)) {
    let files = Files::new();
    for call in CALLS {
        // One attempt is sufficient, because the answer is always the same.
        let output = txl()
            .args(files.words(call))
            .args(["--attempts", "1"])
            .env("WECOM_BASE_URL", url)
            .env("WECOM_CORP_ID", "ww1234567890abcdef")
            .env("WECOM_CONTACTS_SECRET", SECRET)
            .env("WECOM_AGENT_ID", "1000002")
            .env("WECOM_APP_SECRET", SECRET)
            .output()
            .unwrap();
        let ran = Ran::of(output);
        check(call, &ran);
        assert!(ran.stdout.is_empty(), "{call}: {ran:?}");
        assert!(!files.directory.path().join("new").exists(), "{call} leaves a file");
    }
}

#[test]
fn without_a_credential_each_command_names_the_flag_and_the_variable() {
    let files = Files::new();
    for call in CALLS {
        let output =
            txl().args(files.words(call)).env("WECOM_CORP_ID", "ww1234567890abcdef").output().unwrap();
        let ran = Ran::of(output);
        ran.fails_with(2).with_remedy();
        let names = |flag, variable| ran.stderr.contains(flag) && ran.stderr.contains(variable);
        assert!(
            names("--contacts-secret", "WECOM_CONTACTS_SECRET") || names("--app-secret", "WECOM_APP_SECRET"),
            "{call}: {ran:?}"
        );
    }
    let ran = run(&["auth", "check", "--contacts-secret", SECRET]);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("--corp-id") && ran.stderr.contains("WECOM_CORP_ID"));
}

#[test]
fn an_unreachable_server_is_reported_as_unreachable() {
    each_at(&format!("http://127.0.0.1:{}", closed_port()), |call, ran| {
        ran.fails_with(3).with_remedy();
        assert!(ran.stderr.contains("no connection"), "{call}: {ran:?}");
    });
}

#[test]
fn a_reply_that_is_not_from_wecom_is_reported() {
    let gateway = Gateway::answering("502 Bad Gateway", "text/html", "<html>Bad Gateway</html>");
    each_at(&gateway.url, |call, ran| {
        ran.fails_with(3).with_remedy();
        assert!(ran.stderr.contains("502"), "{call}: {ran:?}");
    });
}

#[test]
fn a_refused_secret_is_reported_with_its_remedy() {
    let answer = r#"{"errcode":40001,"errmsg":"invalid credential"}"#;
    let gateway = Gateway::answering("200 OK", "application/json", answer);
    each_at(&gateway.url, |call, ran| {
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains("40001"), "{call}: {ran:?}");
    });
}

#[test]
fn a_hostile_error_text_cannot_control_the_terminal() {
    let answer = r#"{"errcode":40001,"errmsg":"\u001b[2Jgone\r\nerror: forged"}"#;
    let gateway = Gateway::answering("200 OK", "application/json", answer);
    let ran =
        run(&["auth", "check", "--base-url", &gateway.url, "--corp-id", "ww1", "--contacts-secret", SECRET]);
    ran.fails_with(1);
    assert!(!ran.stderr.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn a_wrong_id_is_reported_with_its_remedy() {
    let sim = RunningSim::start(&[]);
    let files = Files::new();
    // Calls that succeed for a missing object, or that have no id.
    let fine = [
        "member ids",
        "member join-qrcode",
        "member active-count",
        "tag list",
        "import members",
        "import departments",
        "export members",
        "export members-simple",
        "export departments",
        "linked-corp permissions",
        "auth check",
        "auth api-ips",
        "auth callback-ips",
        "media upload FILE",
        "media upload-by-url ",
        "contact-rule list",
        "corp-group shared-corps",
        "corp-group chains",
        "corp-group external-userids",
        "corp-group pending-id",
        "member create",
    ];
    for call in CALLS {
        if fine.iter().any(|start| call.starts_with(start)) {
            continue;
        }
        let ran = Ran::of(sim.txl().args(files.words(call)).output().unwrap());
        assert!(ran.code == 1, "{call}: {ran:?}");
        ran.fails_with(1).with_remedy();
    }
}

#[test]
fn invalid_arguments_are_a_usage_error() {
    for line in [
        "department get two",
        "tag add 7",
        "member update",
        "nothing",
        "member get a -o yaml",
        "callback verify a=b --corp-id ww1 --token t --aes-key short",
        "member update a --corp-id ww1 --contacts-secret s",
        "department update 2 --corp-id ww1 --contacts-secret s",
        "member update a --alias b --clear alias --corp-id ww1 --contacts-secret s",
        "member create a b --extattr { --corp-id ww1 --contacts-secret s",
        "member create a b --department 2 --leads 3 --corp-id ww1 --contacts-secret s",
        "member get a --corp-id ww1 --app-secret s --agent-id x",
        "member get a --corp-id ww1 --app-secret s --agent-id 1 --base-url nonsense",
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        run(&arguments).fails_with(2);
    }
}

#[test]
fn a_flag_with_the_name_of_an_argument_is_answered_by_how_it_is_given() {
    for (line, placeholder) in [
        ("member list --department 2", "<DEPARTMENT>"),
        ("member get --userid=zhangsan", "<USERID>"),
        ("find --query 张", "<QUERY>"),
        ("errcode --code 60020", "<CODE>"),
    ] {
        let arguments: Vec<&str> = line.split(' ').collect();
        let flag =
            arguments.iter().find_map(|word| word.split('=').next().filter(|word| word.starts_with("--")));
        let ran = run(&arguments);
        let hint = format!("tip: give the value of {placeholder} alone, without {}\n", flag.unwrap());
        assert!(ran.fails_with(2).stderr.contains(&hint), "{ran:?}");
        assert!(!ran.stderr.contains("-- --"), "{ran:?}");
    }
    // Another unknown flag keeps the hint of the parser.
    assert!(run(&["member", "get", "--frob"]).stderr.contains("-- --frob"));
}

#[test]
fn every_command_has_help_and_a_test_here() {
    let mut found = BTreeSet::new();
    let mut open = vec![Vec::<String>::new()];
    while let Some(path) = open.pop() {
        let words: Vec<&str> = path.iter().map(String::as_str).chain(["--help"]).collect();
        let ran = run(&words);
        assert_eq!(ran.code, 0, "{ran:?}");
        let first = ran.stdout.lines().next().unwrap_or_default();
        assert!(
            first.starts_with(|letter: char| letter.is_ascii_uppercase()) && !first.ends_with('.'),
            "{path:?}: {first}"
        );
        let mut below = ran
            .stdout
            .lines()
            .skip_while(|line| *line != "Commands:")
            .skip(1)
            .take_while(|line| !line.is_empty())
            .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .peekable();
        if below.peek().is_none() {
            found.insert(path.join(" "));
        }
        for name in below {
            open.push(path.iter().cloned().chain([name.to_owned()]).collect());
        }
    }
    let here = |command: &str| {
        OFFLINE.contains(&command)
            || CALLS.iter().any(|call| *call == command || call.starts_with(&format!("{command} ")))
    };
    let forgotten: Vec<_> = found.iter().filter(|command| !here(command)).collect();
    assert!(found.len() > 50, "{found:?}");
    assert!(forgotten.is_empty(), "{forgotten:?}");
}
