//! `txl sim`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

#[cfg(unix)]
use crate::pty::Terminal;
use crate::run::{Ran, RunningSim, run, txl};

#[test]
fn the_ready_line_and_the_ready_file_have_the_connection_data() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ready.json");
    std::fs::write(&path, "stale").unwrap();
    let sim = RunningSim::start(&["--ready-file", path.to_str().unwrap(), "--corp-id", "ww0000000000000001"]);
    for key in ["url", "corp_id", "contacts_secret", "app_secret"] {
        assert!(!sim.text(key).is_empty());
    }
    assert_eq!(sim.text("corp_id"), "ww0000000000000001");
    assert!(sim.ready["agent_id"].is_u64());
    assert!(sim.text("url").starts_with("http://127.0.0.1:"));
    let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(file, sim.ready);

    let member = sim.run(&["member", "get", "zhangsan", "-o", "json"]).json();
    assert_eq!(member["userid"], "zhangsan");
}

#[cfg(unix)]
#[test]
fn a_terminal_shows_a_list_with_commands_to_copy() {
    let mut command = txl();
    command.args(["sim", "--app-secret", "it's$secret", "--corp", "ww-second"]);
    let mut terminal = Terminal::start(command, 80, 40);
    terminal.wait_for("Ctrl-C");
    terminal.signal("-INT");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains('{'), "{shown}");
    assert!(shown.lines().all(|line| line.trim_end().len() <= 80), "{shown}");
    let value = |name: &str| {
        let lines = shown.lines().map(str::trim_end);
        let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        values.next().map(|value| value.trim_start().to_owned()).expect(name)
    };
    let url = value("url");
    assert_eq!(value("page"), format!("{url}/_sim/"));
    assert_eq!(value("control_url"), format!("{url}/_sim/corps/ww-second/"));
    assert_eq!(value("callback_token"), "simCallbackToken");
    for line in [format!("WECOM_BASE_URL={url}"), r"WECOM_APP_SECRET='it'\''s$secret'".to_owned()] {
        assert!(shown.contains(&format!("  export {line}\r\n")), "{shown}");
    }
}

#[test]
fn each_corp_of_the_flag_has_its_contacts_and_its_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("corp.json");
    std::fs::write(&path, r#"{"members":[{"userid":"qianyi","name":"钱一"}]}"#).unwrap();
    let second = format!("ww-second={}", path.display());
    let sim = RunningSim::start(&["--corp", &second, "--corp", "ww-third", "--members", "30"]);
    let corps = sim.ready["corps"].as_array().unwrap();
    let url = sim.text("url");
    for (corp, (id, member)) in corps.iter().zip([("ww-second", "qianyi"), ("ww-third", "zhangsan")]) {
        assert_eq!(
            *corp,
            json!({
                "corp_id": id,
                "contacts_secret": format!("{id}-contacts-secret"),
                "agent_id": 1_000_002,
                "app_secret": format!("{id}-app-secret"),
                "control_url": format!("{url}/_sim/corps/{id}/"),
            })
        );
        let mut command = txl();
        command
            .args(["member", "get", member, "-o", "json"])
            .env("WECOM_BASE_URL", url)
            .env("WECOM_CORP_ID", id)
            .env("WECOM_AGENT_ID", "1000002")
            .env("WECOM_APP_SECRET", corp["app_secret"].as_str().unwrap());
        assert_eq!(Ran::of(command.output().unwrap()).json()["userid"], member);
    }
    assert_eq!(corps.len(), 2);
    let started = RunningSim::start(&[]);
    assert_eq!(started.ready.get("corps"), None, "the first corp alone has no list");
}

#[test]
fn a_corp_that_cannot_be_added_is_one_error() {
    for (corp, says) in [
        ("ww1234567890abcdef", "the server has a corp `ww1234567890abcdef` already"),
        ("a/b", "the id of an added corp must be 1 to 64 of the characters"),
        ("ww-second=/nonexistent/corp.json", "/nonexistent/corp.json"),
    ] {
        let ran = run(&["sim", "--corp", corp]);
        assert!(ran.stderr.contains(says), "{ran:?}");
        assert!(ran.code == 1 || ran.code == 2, "{ran:?}");
        ran.with_remedy();
    }
}

#[test]
fn the_health_check_tells_a_simulator_from_everything_else() {
    let sim = RunningSim::start(&[]);
    let url = sim.text("url").to_owned();
    for address in [url.clone(), format!("{url}/")] {
        let ran = run(&["sim", "--check", &address]);
        assert!(ran.code == 0 && ran.stdout.is_empty() && ran.stderr.is_empty(), "{ran:?}");
    }
    // The API answers with 200 here, but with no faults.
    run(&["sim", "--check", &format!("{url}/cgi-bin")]).fails_with(3).with_remedy();
    drop(sim);
    run(&["sim", "--check", &url]).fails_with(3).with_remedy();
    run(&["sim", "--check", "nonsense"]).fails_with(3).with_remedy();
}

#[test]
fn every_flag_has_a_variable() {
    let child = txl()
        .arg("sim")
        .arg("--help")
        .output()
        .map(|output| String::from_utf8(output.stdout).unwrap())
        .unwrap();
    let documented = [
        "LISTEN",
        "CORP_ID",
        "CONTACTS_SECRET",
        "AGENT_ID",
        "APP_SECRET",
        "LEGACY",
        "READY_FILE",
        "MEMBERS",
        "DEPARTMENTS",
        "SEED",
        "CALLBACK_URL",
        "CALLBACK_TOKEN",
        "CALLBACK_AES_KEY",
        "RATES",
        "FAULTS",
        "CLOCK_SPEED",
        "FREEZE",
        "SHAPE",
        "NOW",
        "SEED_FILE",
        "CORPS",
        "WRITE_SEED",
        "SNAPSHOT",
        "ALLOW_HOST",
        "ALLOW_OUTGOING",
    ];
    for name in documented {
        assert!(child.contains(&format!("[env: TXL_SIM_{name}")), "{name}");
    }
}

#[test]
fn a_port_in_use_is_one_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = run(&["sim", "--listen", &address]);
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains(&address), "{ran:?}");
    assert!(ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn an_unusable_address_or_ready_file_is_one_error() {
    run(&["sim", "--listen", "nonsense"]).fails_with(2);
    run(&["sim", "--ready-file", "/nonexistent/directory/ready.json"]).fails_with(1).with_remedy();
}

#[cfg(unix)]
#[test]
fn it_stops_cleanly_on_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let mut sim = RunningSim::start(&[]);
        let pid = sim.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert_eq!(sim.child.wait().unwrap().code(), Some(0), "{signal}");
        let mut rest = String::new();
        sim.stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "only the ready line is on stdout");
    }
}

#[test]
fn it_can_end_with_the_pipe_of_its_stdin() {
    let mut child = txl()
        .args(["sim", "--until-stdin-closes"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut ready = String::new();
    stdout.read_line(&mut ready).unwrap();
    // Data is not the end, so the simulator still answers after it.
    stdin.write_all(b"ignored\n").unwrap();
    let ready: Value = serde_json::from_str(&ready).unwrap();
    let address = ready["url"].as_str().unwrap().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "GET /_sim/state HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");

    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_public_address_prints_a_warning() {
    let mut sim = RunningSim::start(&["--listen", "0.0.0.0:0"]);
    sim.child.kill().unwrap();
    let mut stderr = String::new();
    sim.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.starts_with("WARNING"), "{stderr}");
    for danger in ["read, change and reset", "secrets", "send requests"] {
        assert!(stderr.contains(danger), "{stderr}");
    }
}

#[test]
fn a_number_out_of_range_is_refused_with_the_range() {
    let most = u64::MAX.to_string();
    for arguments in [
        ["--members", &most],
        ["--departments", &most],
        ["--agent-id", &most],
        ["--clock-speed", &most],
        ["--clock-speed", "NaN"],
        ["--clock-speed", "-1"],
        ["--members", "4294967295"],
    ] {
        let ran = run(&["sim", arguments[0], arguments[1]]);
        ran.fails_with(2);
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
    }
    for (flag, host) in [
        ("--allow-outgoing", "*"),
        ("--allow-outgoing", "http://hook.example"),
        ("--allow-outgoing", "hook:99999"),
        ("--allow-host", "sim.test:8420"),
    ] {
        let ran = run(&["sim", flag, host]);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains("invalid host"), "{ran:?}");
    }
}

#[test]
fn a_long_path_is_cut_on_stderr_and_its_controls_are_escaped() {
    let mut sim = RunningSim::start(&[]);
    let address = sim.text("url").strip_prefix("http://").unwrap().to_owned();
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    let path = format!("%1b[2J{}", "a".repeat(30_000));
    let request = format!("GET /cgi-bin/{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    sim.child.kill().unwrap();
    let mut stderr = String::new();
    sim.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(stderr.contains("unknown API path"), "{stderr}");
    assert!(stderr.lines().all(|line| line.len() < 600) && !stderr.contains('\u{1b}'), "{stderr:?}");
}

#[test]
fn the_control_surface_refuses_requests_of_a_web_page() {
    let sim = RunningSim::start(&["--allow-host", "sim.test"]);
    let address = sim.text("url").strip_prefix("http://").unwrap().to_owned();
    let reset = |headers: &str| {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
        let request = format!(
            "POST /_sim/reset HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    let host = format!("Host: {address}\r\n");
    assert_eq!(reset(&host), "200");
    assert_eq!(
        reset(&format!("{host}Content-Type: application/x-www-form-urlencoded\r\n")),
        "200",
        "as `curl -d` sends"
    );
    assert_eq!(reset("Host: sim.test\r\n"), "200");
    assert_eq!(reset("Host: evil.example\r\n"), "403");
    assert_eq!(reset(&format!("{host}Content-Type: text/plain\r\nOrigin: http://evil.example\r\n")), "403");
    assert_eq!(reset(&format!("{host}Sec-Fetch-Site: cross-site\r\n")), "403");
}

#[test]
fn faults_can_be_set_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("faults.json");
    let file = path.to_str().unwrap();
    std::fs::write(&path, r#"{"calls": [{"path": "user/get", "fault": {"errcode": 60111}}]}"#).unwrap();
    let sim = RunningSim::start(&["--faults", file, "--rates", "--clock-speed", "60"]);
    sim.run(&["member", "get", "zhangsan"]).fails_with(1);
    sim.run(&["department", "list", "-o", "json"]).json();

    for (plan, says) in [
        ("{", "EOF while parsing"),
        (r#"{"calls": [{"path": "user/got", "fault": {"errcode": -1}}]}"#, "unknown endpoint `user/got`"),
    ] {
        std::fs::write(&path, plan).unwrap();
        let ran = run(&["sim", "--faults", file]);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains(says), "{ran:?}");
    }
    run(&["sim", "--faults", "/nonexistent/plan.json"]).fails_with(1).with_remedy();
    run(&["sim", "--clock-speed", "0"]).fails_with(2).with_remedy();
}

#[cfg(unix)]
#[test]
fn a_corp_is_written_at_the_end_and_read_at_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (directory.path().join("first.json"), directory.path().join("second.json"));
    std::fs::write(
        &first,
        r#"{"departments": [{"id": 7, "name": "研发"}], "members": [{"userid": "qian", "name": "钱一", "department": [7]}]}"#,
    )
    .unwrap();
    for (from, to) in [(&first, &second), (&second, &first)] {
        let mut sim =
            RunningSim::start(&["--seed-file", from.to_str().unwrap(), "--write-seed", to.to_str().unwrap()]);
        assert_eq!(
            sim.run(&["member", "get", "qian", "-o", "json"]).json()["department"],
            serde_json::json!([7])
        );
        let pid = sim.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(sim.child.wait().unwrap().code(), Some(0));
    }
    assert_eq!(std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
}

#[test]
fn a_seed_file_can_be_yaml() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("corp.yaml");
    let corp = "# 一家小公司\ndepartments:\n  - id: 7\n    name: 研发\nmembers:\n  - userid: 1001\n    name: 钱一\n    department: [7]\n";
    std::fs::write(&path, corp).unwrap();
    let sim = RunningSim::start(&["--seed-file", path.to_str().unwrap()]);
    assert_eq!(
        sim.run(&["member", "get", "1001", "-o", "json"]).json()["department"],
        serde_json::json!([7])
    );
}

#[cfg(unix)]
#[test]
fn the_state_of_a_snapshot_file_continues_in_the_next_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.json");
    let arguments = ["--snapshot", path.to_str().unwrap(), "--freeze"];
    let stop = |mut sim: RunningSim| {
        let pid = sim.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert_eq!(sim.child.wait().unwrap().code(), Some(0));
        serde_json::from_slice::<Value>(&std::fs::read(&path).unwrap()).unwrap()
    };
    let sim = RunningSim::start(&[&arguments[..], &["--now", "2030-01-05T09:00:00Z", "--legacy"]].concat());
    sim.run(&["member", "delete", "wujiu", "--yes"]);
    let first = stop(sim);
    assert_eq!(
        (&first["now"], &first["settings"]["contacts"]["legacy_ip"]),
        (&1_893_834_000_000_i64.into(), &true.into())
    );
    assert_eq!(stop(RunningSim::start(&arguments)), first, "nothing was changed by the second process");

    std::fs::write(&path, "{}").unwrap();
    run(&["sim", "--snapshot", path.to_str().unwrap()]).fails_with(2).with_remedy();
}

#[cfg(unix)]
#[test]
fn the_files_of_the_end_have_a_write_that_was_running_at_the_signal() {
    let directory = tempfile::tempdir().unwrap();
    let [state, corp] = ["state.json", "corp.json"].map(|name| directory.path().join(name));
    let mut sim =
        RunningSim::start(&["--snapshot", state.to_str().unwrap(), "--write-seed", corp.to_str().unwrap()]);
    let address = sim.text("url").strip_prefix("http://").unwrap().to_owned();
    let json = |reply: &str| serde_json::from_str::<Value>(reply.split_once("\r\n\r\n").unwrap().1).unwrap();

    let mut connection = TcpStream::connect(&address).unwrap();
    let query = format!("corpid={}&corpsecret={}", sim.text("corp_id"), sim.text("contacts_secret"));
    write!(
        connection,
        "GET /cgi-bin/gettoken?{query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    let token = json(&reply)["access_token"].as_str().unwrap().to_owned();

    // The server asks for the body when it handles the call.
    let mut connection = TcpStream::connect(&address).unwrap();
    let body = r#"{"useridlist": ["wujiu"]}"#;
    write!(
        connection,
        "POST /cgi-bin/user/batchdelete?access_token={token} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    )
    .unwrap();
    let mut asked = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    connection.read_exact(&mut asked).unwrap();
    let pid = sim.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    while TcpStream::connect(&address).is_ok() {
        std::thread::yield_now();
    }
    connection.write_all(body.as_bytes()).unwrap();
    let mut reply = String::new();
    connection.read_to_string(&mut reply).unwrap();
    assert_eq!(json(&reply)["errcode"], 0, "{reply}");
    assert_eq!(sim.child.wait().unwrap().code(), Some(0));
    for path in [state, corp] {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("zhangsan") && !text.contains("wujiu"), "{}", path.display());
    }
}

#[test]
fn a_seed_file_that_cannot_be_used_is_refused_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("corp.json");
    let file = path.to_str().unwrap();
    let yaml = directory.path().join("corp.yaml");
    std::fs::write(&yaml, "members:\n  - {userid: a, name: 甲, departmnt: [1]}\n").unwrap();
    let ran = run(&["sim", "--seed-file", yaml.to_str().unwrap()]);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("departmnt"), "{ran:?}");
    for (corp, says) in [
        ("{", "EOF while parsing"),
        (r#"{"members": [{"userid": "a", "name": "甲", "department": [9]}]}"#, "members[0] (a)"),
    ] {
        std::fs::write(&path, corp).unwrap();
        let ran = run(&["sim", "--seed-file", file]);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.contains(says), "{ran:?}");
    }
    run(&["sim", "--seed-file", "/nonexistent/corp.json"]).fails_with(1).with_remedy();
    run(&["sim", "--write-seed", "/nonexistent/directory/corp.json"]).fails_with(1).with_remedy();
    run(&["sim", "--seed-file", file, "--members", "5"]).fails_with(2);
    run(&["sim", "--now", "tomorrow"]).fails_with(2).with_remedy();
}

#[test]
fn a_frozen_clock_has_the_time_of_the_start() {
    let clock_of = |arguments: &[&str]| {
        let sim = RunningSim::start(arguments);
        let address = sim.text("url").strip_prefix("http://").unwrap().to_owned();
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let request = format!("GET /_sim/clock HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let answer = clock_of(&["--freeze", "--now", "2026-01-05T09:00:00+08:00"]);
    assert!(answer.ends_with(r#"{"now":1767574800000,"runs":false,"speed":0.0}"#), "{answer}");
    let answer = clock_of(&["--now", "4102444800"]);
    assert!(answer.contains(r#"{"now":41024448"#) && answer.contains(r#""runs":true"#), "{answer}");
}
