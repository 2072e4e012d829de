//! Invalid configuration files: the error is one line with a position, and contains no secret.

use std::fs;

use crate::{
    config::Home,
    run::{Ran, SECRET},
};

const LIST: [&str; 6] = ["department", "list-ids", "--profile", "test", "--attempts", "1"];

#[test]
fn a_problem_is_reported_with_its_line_and_without_the_secret() {
    let home = Home::with("");
    let good = format!("[profile.test]\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\n");
    for (text, place, says, remedy) in [
        // Not TOML.
        (format!("[profile.test]\ncontacts_secret = {SECRET}\n"), ":2:19:", "not TOML", "double quotes"),
        (format!("[profile.test]\ncontacts_secret = \"{SECRET}\n"), ":2:", "not TOML", "correct this line"),
        (format!("[profile.test]\n{SECRET}\n"), ":2:", "not TOML", "correct this line"),
        (format!("{good}contacts_secret = \"{SECRET}\"\n"), ":4:1:", "duplicate key", "correct this line"),
        (format!("{good}[profile.test]\n"), ":4:", "duplicate key", "correct this line"),
        (format!("{good}proxy = {}1", "[".repeat(100_000)), ":4:", "not TOML", "correct this line"),
        // Unknown names.
        (
            format!("[profile.test]\ncorp-id = \"{SECRET}\"\n"),
            ":2:1:",
            "unknown key `corp-id`",
            "did you mean `corp_id`?",
        ),
        (
            format!("[profile.test]\napp_secet = \"{SECRET}\"\n"),
            ":2:1:",
            "unknown key `app_secet`",
            "`app_secret`?",
        ),
        (
            format!("[profile.test]\ncolour = \"{SECRET}\"\n"),
            ":2:1:",
            "unknown key `colour`",
            "the keys of a profile are: corp_id,",
        ),
        (format!("{good}default = \"test\"\n"), ":4:1:", "unknown key `default`", "at the top of the file"),
        (
            format!("[profiles.test]\ncorp_id = \"{SECRET}\"\n"),
            ":1:2:",
            "unknown key `profiles`",
            "did you mean `profile`?",
        ),
        (
            format!("contacts_secret = \"{SECRET}\"\n{good}"),
            ":1:1:",
            "outside of a profile",
            "below a header",
        ),
        (format!("default = \"tset\"\n{good}"), ":1:11:", "names the profile `tset`", "did you mean `test`?"),
        // Invalid types and values.
        (
            format!("[profile.test]\ncorp_id = 7\ncontacts_secret = \"{SECRET}\"\n"),
            ":2:1:",
            "a text in quotes",
            "corp_id = \"…\"",
        ),
        (
            format!("[profile.test]\ncontacts_secret = [\"{SECRET}\"]\n"),
            ":2:1:",
            "of the type array",
            "contacts_secret = \"…\"",
        ),
        (format!("{good}agent_id = 4294967296\n"), ":4:1:", "from 0 to 4294967295", "AgentId"),
        (format!("{good}agent_id = -1\n"), ":4:1:", "from 0 to 4294967295", "AgentId"),
        (format!("{good}app_secret = \" \"\n"), ":4:1:", "`app_secret` is empty", "remove the line"),
        (format!("{good}base_url = \"env:URL\"\n"), ":4:1:", "cannot be `env:`", "write the value itself"),
        (
            format!("{good}corp_id2.x = \"{SECRET}\"\n"),
            ":4:1:",
            "unknown key `corp_id2`",
            "did you mean `corp_id`?",
        ),
        (format!("{good}app_secret = \"env:A B\"\n"), ":4:1:", "names no variable", "env:NAME"),
        (
            format!("{good}app_secret = \"env:WECOM_APP_SECRET\"\n"),
            ":4:1:",
            "begins with WECOM_",
            "PROD_APP_SECRET",
        ),
        (format!("{good}app_secret = \"file:\"\n"), ":4:1:", "names no file", "file:PATH"),
        (format!("profile = \"{SECRET}\"\n"), ":1:1:", "is not a table", "[profile.prod]"),
        (format!("[[profile]]\ncorp_id = \"{SECRET}\"\n"), ":1:3:", "is not a table", "[profile.prod]"),
        (format!("[profile]\ntest = \"{SECRET}\"\n"), ":2:1:", "is not a table", "[profile.test]"),
        (format!("default = 7\n{good}"), ":1:1:", "in quotes", "default = \"prod\""),
        (
            format!("[profile.test]\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET} x\"\n"),
            "",
            "has a blank",
            "copy it again",
        ),
        // Profiles.
        (good.replace("test", "tets"), "", "has no profile `test`", "did you mean `tets`?"),
        (
            good.replace("test", "production"),
            "",
            "has no profile `test`",
            "take one of the profiles: production",
        ),
        (String::new(), "", "has no profile `test`", "write a [profile.NAME]"),
        (
            "[profile.test]\ncorp_id = \"ww1\"\n".to_owned(),
            "",
            "has no contacts-sync secret",
            "contacts_secret = …",
        ),
        (good.replace("corp_id = \"ww1\"", ""), "", "has no corp id", "corp_id = …"),
    ] {
        home.write(&text);
        let ran = home.run(&LIST);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains(says) && ran.stderr.contains(remedy), "{text:.200}: {ran:?}");
        let file = home.file();
        assert!(ran.stderr.contains(&format!("{}{place}", file.display())), "{place}: {ran:?}");
        // The parser's messages never contain the line.
        let ran = home.run(&["config", "check"]);
        assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{ran:?}");
        assert!(
            ran.code != 0
                || text.contains("[profile.tets]")
                || text.contains("[profile.production]")
                || text.is_empty(),
            "{ran:?}"
        );
    }
}

#[test]
fn files_of_windows_and_editors_are_read() {
    let home = Home::with(
        "\u{feff}default = \"华东\"\r\n\r\n[profile.\"华东\"]\r\ncorp_id = \" ww1 \"\r\nagent_id = 0xF_F\r\nprofile = 1\r\n",
    );
    let ran = home.run(&["config", "show"]);
    assert!(
        ran.fails_with(2).stderr.contains(":6:1: unknown key `profile` in the profile `华东`"),
        "{ran:?}"
    );
    home.write(
        "\u{feff}default = \"华东\"\r\n\r\n[profile.\"华东\"]\r\ncorp_id = \" ww1 \"\r\nagent_id = 0xF_F\r\n",
    );
    let shown = home.run(&["config", "show", "-o", "json"]).json();
    assert_eq!((&shown["values"][0]["value"], &shown["values"][1]["value"]), (&"ww1".into(), &"255".into()));
}

#[cfg(unix)]
#[test]
fn a_file_with_secrets_must_be_private() {
    let secret =
        format!("[profile.test]\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\n[profile.other]\n");
    let in_a_url = secret
        .replace("contacts_secret = \"", "proxy = \"http://me:")
        .replace("\"\n[profile.o", "@proxy\"\n[profile.o");
    let reference = secret.replace(SECRET, "env:TEST_SECRET");
    let home = Home::with("");
    for (text, mode, says) in [
        (&secret, 0o600, None),
        (&secret, 0o400, None),
        (&secret, 0o640, Some("other users can read it")),
        (&secret, 0o604, Some("other users can read it")),
        (&in_a_url, 0o600, None),
        (&in_a_url, 0o644, Some("other users can read it")),
        (&reference, 0o644, None),
        (&reference, 0o664, Some("other users can change the file")),
        (&reference, 0o646, Some("other users can change the file")),
    ] {
        home.write(text);
        home.open_to(mode);
        // The profile of the call does not matter: the file has the secret.
        for profile in ["test", "other"] {
            let ran = home.run(&["config", "show", "--profile", profile]);
            match says {
                None => assert_eq!(ran.code, 0, "{mode:o}: {ran:?}"),
                Some(says) => {
                    ran.fails_with(2).with_remedy();
                    assert!(ran.stderr.contains(says), "{mode:o}: {ran:?}");
                    let command = format!("try: chmod 600 {}", home.file().display());
                    assert!(ran.stderr.contains(&command), "{mode:o}: {ran:?}");
                }
            }
        }
    }
    // Links are followed, so the mode of the target counts.
    home.write(&secret);
    let link = home.path("link.toml");
    std::os::unix::fs::symlink(home.file(), &link).unwrap();
    assert_eq!(
        home.run(&["config", "show", "--config", link.to_str().unwrap(), "--profile", "test"]).code,
        0
    );
    home.open_to(0o644);
    home.run(&["config", "show", "--config", link.to_str().unwrap(), "--profile", "test"]).fails_with(2);
}

#[test]
fn only_a_small_text_file_is_accepted() {
    let home = Home::with("");
    fs::write(home.path("large"), "# comment\n".repeat(30_000)).unwrap();
    fs::write(home.path("binary"), b"[profile.test]\ncorp_id = \"\xff\"\n").unwrap();
    let mut cases = vec![
        (home.path("large"), "is larger than 256 KiB"),
        (home.path("binary"), "binary:2: not UTF-8"),
        (home.path("config"), "is not a regular file"),
        (home.path("absent"), "cannot read the configuration file"),
    ];
    #[cfg(unix)]
    {
        let pipe = home.path("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        cases.push((pipe, "is not a regular file"));
    }
    for (path, says) in cases {
        let path = path.to_str().unwrap();
        for ran in [
            home.run(&["department", "list-ids", "--profile", "test", "--config", path]),
            home.run_with(&LIST, &[("TXL_CONFIG", path)]),
            home.run_with(&["department", "list-ids"], &[("TXL_CONFIG", path)]),
            home.run(&["config", "check", "--config", path]),
        ] {
            ran.fails_with(2).with_remedy();
            assert!(ran.stderr.contains(says), "{path}: {ran:?}");
        }
    }
}

#[test]
fn check_lists_every_problem_and_sends_nothing() {
    let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", trap.local_addr().unwrap());
    let home = Home::with(&format!(
        "default = \"good\"\n[profile.good]\nbase_url = \"{url}\"\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\n\
         [profile.bad]\nbase_url = \"nonsense\"\ncontacts_secret = \"env:NOT_THERE\"\napp_secret = \"file:absent\"\n\
         callback_aes_key = \"short\"\n[profile.poor]\ncorp_id = \"ww1\"\n[profile.lost]\ncorp_id = \"ww1\"\napp_secret = \"{SECRET}\"\n\
         [profile.trust]\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\nca_cert = \"absent.pem\"\n\
         [profile.store]\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\ntoken_store = \"ftp://me:{SECRET}@nowhere\"\n\
         [profile.wrong]\nx = 1\ny = 2\n"
    ));
    let ran = home.run(&["config", "check", "-o", "json"]);
    ran.fails_with(1).with_remedy();
    let problems: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let found: Vec<(u64, &str, &str)> = problems
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            let text = |key: &str| problem[key].as_str().unwrap();
            assert!(!text("remedy").is_empty(), "{problem}");
            (problem["line"].as_u64().unwrap(), text("profile"), text("problem"))
        })
        .collect();
    let expected = [
        (6, "bad", "has no corp id"),
        (7, "bad", "base URL"),
        (8, "bad", "NOT_THERE is not set"),
        (9, "bad", "absent"),
        (10, "bad", "EncodingAESKey"),
        (11, "poor", "has no secret"),
        (13, "lost", "has no app's id"),
        (19, "trust", "absent.pem"),
        (23, "store", "Redis address"),
        (25, "wrong", "unknown key `x`"),
        (26, "wrong", "unknown key `y`"),
    ];
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for ((line, profile, problem), (at, of, says)) in found.iter().zip(expected) {
        assert!((*line, *profile) == (at, of) && problem.contains(says), "{at} {of} {says}: {found:#?}");
    }
    assert!(ran.stderr.contains("11 problems"), "{ran:?}");

    let one = home.run(&["config", "check", "--profile", "good"]);
    assert!(one.code == 0 && one.stderr.contains("is in order: the profile `good`"), "{one:?}");
    let one = home.run(&["config", "check", "--profile", "poor", "-o", "json"]);
    assert_eq!(one.stdout.matches("\"problem\"").count(), 1, "{one:?}");
    home.run(&["config", "check", "--profile", "nobody"]).fails_with(2).with_remedy();
    trap.set_nonblocking(true).unwrap();
    assert!(trap.accept().is_err(), "nothing was sent");

    home.write(&format!("[profile.good]\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\n"));
    assert_eq!(home.run(&["config", "check", "-o", "json"]).stdout, "[]\n");
    let ran: Ran = home.run(&["config", "check"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("is in order: 1 profile, no default"), "{ran:?}");
}
