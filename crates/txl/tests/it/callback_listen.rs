//! `txl callback listen` with `--filter`, `--forward-to` and `--exec`.

use std::{
    fs,
    io::Read,
    process::{Child, Command},
};

use serde_json::Value;

use crate::{
    callback::{KEY, callback, listener},
    callback_delivery::printed,
    callback_server::CallbackServer,
    run::{SECRET, closed_port},
};

/// Delivers an event, and returns the result that WeCom sees.
fn trigger(address: &str, arguments: &[&str]) -> String {
    let url = format!("http://{address}/");
    let ran = callback(&[&["trigger"], arguments, &["--url", &url, "-o", "json"]].concat(), "");
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:#?}"));
    answer["result"].as_str().unwrap().to_owned()
}

/// Returns what a listener has printed on stdout when it ends, with its exit code.
fn ended(mut child: Child) -> (i32, String) {
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    (child.wait().unwrap().code().unwrap(), text)
}

#[test]
fn only_events_of_the_filter_are_printed_and_the_others_are_acknowledged() {
    let (child, address, _said) =
        listener(&["--count", "3", "--filter", "create_user,subscribe,change_chain/corp_join"]);
    for event in ["update_user", "create_user", "delete_party", "update_corp", "subscribe", "corp_join"] {
        assert_eq!(trigger(&address, &[event]), "received", "{event}");
    }
    let events = printed(child);
    let names: Vec<_> =
        events.iter().map(|event| event.get("ChangeType").unwrap_or(&event["Event"])).collect();
    assert_eq!(names, ["create_user", "subscribe", "corp_join"]);
}

#[test]
fn columns_and_filters_select_what_is_printed_of_each_event() {
    for (flags, lines) in [
        (
            &["--columns", "ChangeType,UserID"][..],
            ["{\"ChangeType\":\"create_user\",\"UserID\":\"lisi\"}", "{\"ChangeType\":\"delete_party\"}"],
        ),
        (&["--jq", ".ChangeType", "-r"], ["create_user", "delete_party"]),
    ] {
        let (child, address, _said) = listener(&[&["--count", "2"], flags].concat());
        assert_eq!(trigger(&address, &["create_user", "--field", "UserID=lisi"]), "received");
        assert_eq!(trigger(&address, &["delete_party"]), "received");
        let (code, text) = ended(child);
        assert_eq!((code, text.lines().collect::<Vec<_>>()), (0, lines.to_vec()));
    }
    callback(&["listen", "--no-headers"], "").fails_with(2).with_remedy();
}

#[test]
fn a_filter_of_an_unknown_event_is_a_warning_and_of_no_name_an_error() {
    let mut command = crate::run::txl();
    command
        .args(["callback", "listen", "--filter", "create_usr", "--listen", "127.0.0.1:x"])
        .env("WECOM_CALLBACK_TOKEN", SECRET)
        .env("WECOM_CALLBACK_AES_KEY", KEY);
    assert_eq!(command.output().unwrap().status.code(), Some(2));
    callback(&["listen", "--filter", "create user"], "").fails_with(2);
    callback(&["listen", "--filter", ""], "").fails_with(2);
    let ran = callback(&["replay", "-", "--url", "http://127.0.0.1:1/", "--filter", "create_usr"], "");
    assert!(ran.code == 0 && ran.stderr.contains("create_usr is no event"), "{ran:#?}");
}

#[test]
fn a_delivery_is_forwarded_unchanged_and_wecom_gets_the_answer() {
    let reply = callback(&["reply"], "<xml><MsgType>text</MsgType></xml>").stdout;
    let target = CallbackServer::answering("200 OK", &reply);
    let forward = format!("{}?own=1", target.url);
    let (child, address, mut said) = listener(&["--count", "2", "--forward-to", &forward]);
    assert_eq!(trigger(&address, &["create_user"]), "received_with_reply");
    assert!(said.next().unwrap().starts_with("forwarded: HTTP 200"));
    // The verification is answered here, and a forged request goes nowhere.
    let url = format!("http://{address}/");
    assert_eq!(callback(&["check", "--url", &url], "").code, 0);
    let ran = callback(&["trigger", "subscribe", "--url", &url, "--token", "forged"], "");
    ran.fails_with(1);
    assert_eq!(trigger(&address, &["update_user"]), "received_with_reply");
    let events = printed(child);

    let received = target.received();
    assert_eq!(received.len(), 2, "{received:#?}");
    for (request, event) in received.iter().zip(&events) {
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/callback"));
        let query = request.query.strip_prefix("own=1&").unwrap();
        let opened = callback(&["decrypt", query, "-o", "json"], &request.body).json();
        assert_eq!(opened, *event);
    }
}

#[test]
fn a_delivery_that_the_other_server_refuses_is_forwarded_again_and_printed_once() {
    let target = CallbackServer::answering("503 Service Unavailable", "busy");
    let (child, address, said) = listener(&["--count", "2", "--forward-to", &target.url]);
    let url = format!("http://{address}/");
    let ran = callback(&["trigger", "create_user", "--url", &url, "--repeat", "3", "-o", "json"], "");
    ran.fails_with(1);
    let answers: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(
        answers
            .as_array()
            .unwrap()
            .iter()
            .all(|answer| answer["http_status"] == 503 && answer["body"] == "busy")
    );
    assert_eq!(target.received().len(), 3);
    assert_eq!(trigger(&address, &["subscribe"]), "retried");
    assert_eq!(printed(child).len(), 2);
    assert_eq!(said.filter(|line| line.starts_with("forwarded: HTTP 503")).count(), 4);

    let nothing = format!("http://127.0.0.1:{}/", closed_port());
    let (child, address, mut said) = listener(&["--count", "1", "--forward-to", &nothing]);
    let ran = callback(&["trigger", "create_user", "--url", &format!("http://{address}/"), "-o", "json"], "");
    assert!(ran.code == 1 && ran.stdout.contains("502"), "{ran:#?}");
    assert_eq!(printed(child).len(), 1);
    let line = said.next().unwrap();
    assert!(line.contains("not forwarded") && line.contains("digest"), "{line}");
}

#[test]
fn a_listener_does_not_forward_to_itself() {
    let address = format!("127.0.0.1:{}", closed_port());
    let url = format!("http://localhost:{}/hook", address.rsplit_once(':').unwrap().1);
    let ran = callback(&["listen", "--listen", &address, "--forward-to", &url], "");
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("leads back"), "{ran:#?}");
}

#[test]
fn an_event_outside_the_filter_is_not_forwarded() {
    let target = CallbackServer::answering("200 OK", "");
    let (child, address, _said) =
        listener(&["--count", "1", "--forward-to", &target.url, "--filter", "create_user"]);
    assert_eq!(trigger(&address, &["update_user"]), "received");
    assert_eq!(trigger(&address, &["create_user"]), "received");
    printed(child);
    assert_eq!(target.received().len(), 1);
}

#[test]
fn a_command_gets_each_event_on_its_stdin_and_nothing_of_it_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("events");
    let script = r#"cat >> "$0"; echo "args: $*"; env"#;
    let exec = ["--count", "2", "--exec", "sh", "-c", script, path.to_str().unwrap(), "--flag", ";"];
    let (child, address, said) = listener(&exec);
    for name in ["lisi", "wangwu"] {
        assert_eq!(trigger(&address, &["create_user", "--field", &format!("UserID={name}")]), "received");
    }
    let (code, text) = ended(child);
    assert_eq!(code, 0);
    assert_eq!(fs::read_to_string(path).unwrap(), text);
    assert_eq!(text.lines().count(), 2);
    let said: Vec<String> = said.collect();
    assert!(said.iter().any(|line| line == "args: --flag"), "{said:#?}");
    assert!(!said.iter().any(|line| line.contains("lisi") || line.contains("wangwu")), "{said:#?}");
}

#[test]
fn commands_run_one_after_the_other_unless_more_are_allowed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("log");
    let script = r#"printf b >> "$0"; cat > /dev/null; printf e >> "$0""#;
    let (child, address, _said) =
        listener(&["--count", "6", "--exec", "sh", "-c", script, path.to_str().unwrap()]);
    for number in 0..6 {
        trigger(&address, &["delete_user", "--field", &format!("UserID=user{number}")]);
    }
    assert_eq!(ended(child).0, 0);
    assert_eq!(fs::read_to_string(path).unwrap(), "be".repeat(6));

    // Two commands at once: each waits for the other.
    let script = r#"touch "$0.$$"; until [ $(ls "$0".* | wc -l) = 2 ]; do :; done"#;
    let path = directory.path().join("pair");
    let flags = [
        "--count",
        "2",
        "--exec-jobs",
        "2",
        "--exec-timeout",
        "60",
        "--exec",
        "sh",
        "-c",
        script,
        path.to_str().unwrap(),
    ];
    let (child, address, _said) = listener(&flags);
    trigger(&address, &["create_user"]);
    trigger(&address, &["update_user"]);
    assert_eq!(ended(child).0, 0);
}

#[test]
fn a_command_that_fails_or_hangs_is_reported_with_the_digest_of_its_event() {
    let (child, address, said) = listener(&["--count", "2", "--exec", "sh", "-c", "exit 3"]);
    trigger(&address, &["create_user"]);
    trigger(&address, &["update_user"]);
    let (code, text) = ended(child);
    assert_eq!((code, text.lines().count()), (1, 2));
    let said: Vec<String> = said.collect();
    for line in text.lines() {
        let key = serde_json::from_str::<Value>(line).unwrap()["Key"].as_str().unwrap().to_owned();
        let report = said.iter().find(|line| line.contains(&key)).unwrap_or_else(|| panic!("{said:#?}"));
        assert!(report.contains("exit status: 3"), "{report}");
    }
    assert!(said.iter().any(|line| line == "error: the command failed for 2 of 2 events"), "{said:#?}");

    // The child of the command holds the pipe, so it must be killed too.
    let flags = ["--count", "1", "--exec-timeout", "1", "--exec", "sh", "-c", "sleep 1000 & wait"];
    let (child, address, said) = listener(&flags);
    trigger(&address, &["create_user"]);
    assert_eq!(ended(child).0, 1);
    let said: Vec<String> = said.collect();
    assert!(said.iter().any(|line| line.contains("killed after 1s")), "{said:#?}");

    let (child, address, said) = listener(&["--exec", "/no/such/program"]);
    trigger(&address, &["create_user"]);
    let (code, text) = ended(child);
    assert_eq!((code, text.lines().count()), (1, 1));
    let said: Vec<String> = said.collect();
    assert!(said.iter().any(|line| line.contains("not started for an event (digest ")), "{said:#?}");
    assert!(said.iter().any(|line| line.contains("cannot be started")), "{said:#?}");
}

#[test]
fn a_signal_lets_the_command_finish_the_acknowledged_events() {
    let directory = tempfile::tempdir().unwrap();
    let (go, log) = (directory.path().join("go"), directory.path().join("log"));
    let script = r#"until [ -e "$0" ]; do :; done; cat >> "$1""#;
    let exec = ["--exec", "sh", "-c", script, go.to_str().unwrap(), log.to_str().unwrap()];
    let (child, address, _said) = listener(&exec);
    for number in 0..3 {
        assert_eq!(
            trigger(&address, &["delete_user", "--field", &format!("UserID=user{number}")]),
            "received"
        );
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    fs::write(&go, "").unwrap();
    let (code, text) = ended(child);
    assert_eq!((code, text.lines().count()), (0, 3));
    assert_eq!(fs::read_to_string(log).unwrap(), text);
}

#[test]
fn invalid_flags_of_a_command_are_usage_errors() {
    for flags in [
        &["--exec-jobs", "2"][..],
        &["--exec-timeout", "2"],
        &["--exec-jobs", "0", "--exec", "true"],
        &["--exec-jobs", "65", "--exec", "true"],
        &["--exec-timeout", "3601", "--exec", "true"],
        &["--exec"],
        &["--forward-to", "localhost:8080"],
    ] {
        callback(&[&["listen"], flags].concat(), "").fails_with(2);
    }
}
