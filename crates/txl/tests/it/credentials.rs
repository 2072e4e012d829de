//! Secrets, certificates and limits on the command line and in the environment.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    process::Stdio,
    sync::Arc,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::run::{Ran, RunningSim, SECRET, closed_port, run, txl};

#[test]
fn blanks_and_line_breaks_around_a_secret_are_ignored() {
    let sim = RunningSim::start(&[]);
    // The content of a mounted file: see the case `secret-with-line-break`.
    let secret = format!("{}\n", sim.text("contacts_secret"));
    let mut command = sim.txl();
    command.args(["department", "list-ids"]).env("WECOM_CONTACTS_SECRET", &secret);
    command.env("WECOM_CORP_ID", format!(" {}\r\n", sim.text("corp_id")));
    assert_eq!(Ran::of(command.output().unwrap()).code, 0);

    let mut command = sim.txl();
    command.args(["department", "list-ids"]).env("WECOM_CONTACTS_SECRET", " \n");
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.code, 0, "a blank value is unset, and the app's secret is set: {ran:?}");

    let mut command = sim.txl();
    command.args(["department", "list-ids"]).env("WECOM_CONTACTS_SECRET", format!("{SECRET}\nand more"));
    let ran = Ran::of(command.output().unwrap());
    ran.fails_with(2).with_remedy();
    assert!(
        ran.stderr.contains("line break inside") && ran.stderr.contains("WECOM_CONTACTS_SECRET"),
        "{ran:?}"
    );
}

#[test]
fn a_secret_can_come_from_a_file_or_from_stdin() {
    let sim = RunningSim::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("secret");
    fs::write(&path, format!("{}\n", sim.text("app_secret"))).unwrap();
    let file = path.to_str().unwrap();

    // The command line has priority over the environment, for both flags.
    let mut command = sim.txl();
    command.args(["member", "get", "zhangsan", "--app-secret-file", file]).env("WECOM_APP_SECRET", SECRET);
    assert_eq!(Ran::of(command.output().unwrap()).code, 0);
    let mut command = sim.txl();
    command
        .args(["member", "get", "zhangsan"])
        .env_remove("WECOM_APP_SECRET")
        .env("WECOM_APP_SECRET_FILE", file);
    assert_eq!(Ran::of(command.output().unwrap()).code, 0);
    let mut command = sim.txl();
    command.args(["member", "get", "zhangsan", "--app-secret", sim.text("app_secret")]);
    command.env("WECOM_APP_SECRET_FILE", "/nonexistent");
    assert_eq!(Ran::of(command.output().unwrap()).code, 0);

    let mut command = sim.txl();
    command.args(["member", "get", "zhangsan", "--app-secret-file", "-"]).env_remove("WECOM_APP_SECRET");
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(format!("{}\r\n", sim.text("app_secret")).as_bytes()).unwrap();
    assert_eq!(Ran::of(child.wait_with_output().unwrap()).code, 0);

    fs::write(&path, "\n").unwrap();
    for (arguments, says) in [
        (["--app-secret-file", "/nonexistent"], "cannot read /nonexistent"),
        (["--app-secret-file", file], "is empty"),
        (["--contacts-secret-file", directory.path().to_str().unwrap()], "cannot read"),
    ] {
        let mut command = txl();
        let caller = if arguments[0].starts_with("--app") { "app" } else { "contacts" };
        command.args(["tag", "list", "--corp-id", "ww1", "--agent-id", "7", "--as", caller]).args(arguments);
        let ran = Ran::of(command.output().unwrap());
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains(says), "{ran:?}");
    }
    let twice = ["tag", "list", "--corp-id", "ww1", "--contacts-secret", "a", "--contacts-secret-file", file];
    let ran = run(&twice);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("--contacts-secret or --contacts-secret-file"), "{ran:?}");
}

#[test]
fn two_arguments_cannot_both_read_stdin() {
    let mut command = txl();
    command.args(["media", "upload", "-", "--corp-id", "ww1", "--contacts-secret-file", "-"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(SECRET.as_bytes()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("more than once"), "{ran:?}");
}

/// A TLS server with the certificates of `tests/certificates`. It refuses each secret.
fn tls_server() -> String {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates");
    let certificate = CertificateDer::from_pem_file(format!("{directory}/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(format!("{directory}/server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            let mut request = [0; 4096];
            // A client that does not trust the certificate aborts the handshake.
            if stream.read(&mut request).is_ok_and(|read| read > 0) {
                let body = r#"{"errcode":40001,"errmsg":"invalid credential"}"#;
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    url
}

#[test]
fn the_ca_of_a_company_is_trusted_with_the_flag() {
    let url = tls_server();
    let ca = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/ca.pem");
    let arguments = ["auth", "check", "--corp-id", "ww1", "--contacts-secret", SECRET, "--base-url", &url];
    let ran = Ran::of(txl().args(arguments).args(["--attempts", "1"]).output().unwrap());
    ran.fails_with(3).with_remedy();
    assert!(ran.stderr.contains("--ca-cert"), "{ran:?}");
    let ran = Ran::of(txl().args(arguments).args(["--ca-cert", ca]).output().unwrap());
    ran.fails_with(1);
    assert!(ran.stderr.contains("40001"), "the server was reached: {ran:?}");

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.der");
    for content in ["", "not PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        fs::write(&path, content).unwrap();
        let ran =
            Ran::of(txl().args(arguments).args(["--ca-cert", path.to_str().unwrap()]).output().unwrap());
        ran.fails_with(2).with_remedy();
        assert!(
            ran.stderr.contains("ca.der holds no certificate") && !ran.stderr.contains("builder"),
            "{ran:?}"
        );
    }
}

#[test]
fn the_error_for_unusable_roots_names_the_variable() {
    let url = format!("https://127.0.0.1:{}", closed_port());
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    let check = |url: &str, variable: &str, value: &str| {
        let mut command = txl();
        command.args(["auth", "check", "--corp-id", "ww1", "--contacts-secret", SECRET]);
        command.args(["--base-url", url, "--attempts", "1"]).env(variable, value);
        Ran::of(command.output().unwrap())
    };
    for (variable, value) in [
        ("SSL_CERT_FILE", "/nonexistent/roots.pem"),
        ("SSL_CERT_FILE", empty.to_str().unwrap()),
        ("SSL_CERT_DIR", "/nonexistent"),
    ] {
        let ran = check(&url, variable, value);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains(variable) && ran.stderr.contains(value), "{ran:?}");
    }
    // They have no effect without TLS.
    check(&url.replace("https", "http"), "SSL_CERT_FILE", "/nonexistent").fails_with(3);
}

#[cfg(unix)]
#[test]
fn tokens_and_keys_are_never_stored_in_the_working_directory() {
    let sim = RunningSim::start(&[]);
    let directory = tempfile::tempdir().unwrap();
    for home in ["relative", "."] {
        let mut command = sim.txl();
        command.args(["department", "list-ids"]).current_dir(directory.path()).env("HOME", home);
        command.env_remove("WECOM_TOKEN_STORE").env_remove("XDG_CACHE_HOME");
        let ran = Ran::of(command.output().unwrap());
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains("HOME") && ran.stderr.contains("--token-store"), "{ran:?}");

        let mut command = sim.txl();
        command.args(["export", "members", "--no-wait"]).current_dir(directory.path()).env("HOME", home);
        command.env_remove("TXL_STATE_DIR").env_remove("XDG_STATE_HOME").env_remove("XDG_DATA_HOME");
        let ran = Ran::of(command.output().unwrap());
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains("HOME") && ran.stderr.contains("--state-dir"), "{ran:?}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[test]
fn a_number_out_of_range_is_refused_with_the_range() {
    for line in [
        "member get a --timeout 18446744073709551615",
        "member get a --timeout 18446744073709551616",
        "member get a --timeout 0",
        "member get a --attempts 4294967296",
        "member ids --page-size 0",
        "member ids --page-size 10001",
        "member create a b --department 2 --order 4294967296",
        "member list 4294967296",
        "department create a --id 4294967296",
        "department update 1 --order 99999999999999999999",
        "tag create a --id 4294967296",
        "corp-group rule c 4294967296",
        "corp-group groups c --group 4294967296",
        "corp-group check-lower-corp ww 4294967296",
        "member openuserids-to-userids a --source 4294967296",
        "contact-rule delete 18446744073709551616",
        "member get a --app-secret s --agent-id 4294967296",
        "export members --block-size 0",
        "export members --block-size 1000001",
        "export members --at-most 18446744073709551616",
        "export members --files-at-once 17",
        "export members --files-at-once 99999999999999999999",
        "import job a --at-most 18446744073709551616",
        "callback listen --count 0",
        "callback listen --count 18446744073709551616",
        "callback listen --replay-window 18446744073709551615",
    ] {
        let arguments: Vec<&str> = line.split(' ').chain(["--corp-id", "ww1"]).collect();
        let ran = run(&arguments);
        ran.fails_with(2);
        assert!(ran.stderr.contains("a whole number from "), "{line}: {ran:?}");
    }
    let most = ["--timeout", "86400", "--attempts", "1"];
    let port = closed_port();
    let url = format!("http://127.0.0.1:{port}");
    let call = ["tag", "list", "--corp-id", "ww1", "--contacts-secret", SECRET, "--base-url", &url];
    Ran::of(txl().args(call).args(most).output().unwrap()).fails_with(3);
}

#[test]
fn the_numbers_of_the_simulator_have_ranges_too() {
    for arguments in [
        ["--agent-id", "4294967296"],
        ["--members", "2000001"],
        ["--departments", "4294967296"],
        ["--seed", "18446744073709551616"],
    ] {
        let ran = run(&[&["sim"][..], &arguments].concat());
        ran.fails_with(2);
        assert!(ran.stderr.contains("a whole number from "), "{arguments:?}: {ran:?}");
    }
    for speed in ["0", "-1", "nan", "inf", "1e300"] {
        let ran = run(&["sim", &format!("--clock-speed={speed}")]);
        ran.fails_with(2).with_remedy();
    }
}

#[test]
fn every_secret_can_come_from_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, format!("{text}\n")).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let key = file("key", "AbcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ");
    let secret = file("secret", SECRET);
    // Otherwise the secret for both credentials would be the first one.
    let app = file("app", "the-app-s");

    let sim = RunningSim::start(&["--app-secret-file", &app, "--contacts-secret-file", &secret]);
    assert_eq!((sim.text("app_secret"), sim.text("contacts_secret")), ("the-app-s", SECRET));
    assert_eq!(sim.run(&["member", "get", "zhangsan"]).code, 0);

    let callback = ["--token-file", &secret, "--aes-key-file", &key, "--corp-id", "ww1"];
    let sealed = run(&[&["callback", "seal", "--echo", "hello", "-o", "json"][..], &callback].concat());
    let query = sealed.json()["query"].as_str().unwrap().to_owned();
    assert_eq!(run(&[&["callback", "verify", &query][..], &callback].concat()).stdout, "hello");

    let out = directory.path().join("members.csv");
    let export = ["export", "members", "--key-file", &key, "--out", out.to_str().unwrap()];
    assert_eq!(sim.run(&export).code, 0);
    assert!(fs::read_to_string(&out).unwrap().contains("zhangsan"));

    let token = file("token", "aTokenOfLettersAlone");
    let job = ["--callback-url", "http://127.0.0.1:1/", "--callback-token-file", &token];
    let import = [&["import", "members", out.to_str().unwrap(), "--yes"][..], &job].concat();
    let ran = sim.run(&import);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("--callback-aes-key-file"), "{ran:?}");
    let whole = [&import[..], &["--callback-aes-key-file", &key, "--no-wait"]].concat();
    assert_eq!(sim.run(&whole).code, 0);
    let both = [&import[..], &["--callback-token", "a", "--callback-aes-key-file", &key]].concat();
    assert!(sim.run(&both).fails_with(2).stderr.contains("given twice"));
}

#[test]
fn a_missing_argument_is_reported_without_the_credentials() {
    let sim = RunningSim::start(&[]);
    let ran = sim.run(&["member", "get"]);
    ran.fails_with(2);
    assert!(ran.stderr.contains("Usage: txl member get [OPTIONS] <USERID>\n"), "{ran:?}");
    let ran = sim.run(&["tag", "add", "7", "--base-url", "http://127.0.0.1"]);
    ran.fails_with(2);
    for flag in ["--corp-id", "--app-secret", "--contacts-secret", "--base-url"] {
        assert!(!ran.stderr.contains(flag), "{flag}: {ran:?}");
    }
}

#[test]
fn a_check_names_the_secret_that_it_checked() {
    let sim = RunningSim::start(&[]);
    let ran = sim.run(&["auth", "check"]);
    assert!(ran.stderr.starts_with("the contacts-sync secret (通讯录同步) is valid"), "{ran:?}");
    assert!(ran.stderr.contains("--as app"), "the other secret was not checked: {ran:?}");
    assert_eq!(sim.run(&["auth", "check", "-o", "json"]).json()["credential"], "contacts");
    let ran = sim.run(&["auth", "check", "--as", "app"]);
    assert!(ran.stderr.starts_with("the app's secret (自建应用) is valid"), "{ran:?}");
    let ran = sim.run(&["auth", "check", "--as", "app", "--app-secret", SECRET]);
    ran.fails_with(1);
    assert!(ran.stderr.contains("a check of the corp id and the app's secret"), "{ran:?}");
    let mut command = sim.txl();
    command.args(["auth", "check", "-o", "json"]).env_remove("WECOM_CONTACTS_SECRET");
    let ran = Ran::of(command.output().unwrap());
    assert_eq!(ran.json()["credential"], "app");
    assert_eq!(ran.stderr, "");
}

#[test]
fn advice_names_flags_and_not_the_sdks_functions() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let call = ["tag", "list", "--corp-id", "ww1", "--contacts-secret", SECRET, "--base-url", &url];
    let ran = Ran::of(txl().args(call).args(["--timeout", "1", "--attempts", "1"]).output().unwrap());
    ran.fails_with(3);
    assert!(ran.stderr.contains("--timeout") && !ran.stderr.contains("`timeout`"), "{ran:?}");
}
