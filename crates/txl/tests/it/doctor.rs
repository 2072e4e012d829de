//! `txl doctor`: each misconfigured state has its cause in the report.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;
use wecom_sim::{ConsolePermission, ConsoleRange, Sim};

use crate::{
    callback::{CORP, KEY, listener},
    corp::Corp,
    run::{Gateway, Ran, SECRET, closed_port, txl},
};

/// A corp with the command that examines it. Its mirror and its tokens are in the directory of the corp.
struct Patient(Corp);

impl Patient {
    async fn start(legacy: bool) -> Self {
        Self(Corp::start(Sim::builder().legacy(legacy)).await)
    }

    fn ran(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.0.command(&[&["doctor", "-o", "json", "--attempts", "1"], arguments].concat());
        command.env("TXL_MIRROR", self.0.path("m.db")).env("WECOM_TOKEN_STORE", self.0.path("tokens.json"));
        command.envs(variables.iter().copied());
        Ran::of(command.output().unwrap())
    }

    /// Returns the report of a corp with a problem.
    #[track_caller]
    fn fails(&self, code: i32, arguments: &[&str], variables: &[(&str, &str)]) -> Report {
        let ran = self.ran(arguments, variables);
        ran.fails_with(code).with_remedy();
        Report::of(&ran)
    }

    /// Returns the report of a corp without a problem.
    #[track_caller]
    fn passes(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Report {
        let ran = self.ran(arguments, variables);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran:#?}");
        Report::of(&ran)
    }
}

#[derive(Debug)]
struct Report(Value);

impl Report {
    fn of(ran: &Ran) -> Self {
        Self(serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}")))
    }

    /// Checks that a check has this state and says these words, with a page of the console for problems of WeCom's side.
    #[track_caller]
    fn has(&self, check: &str, credential: Option<&str>, state: &str, words: &str) -> &Value {
        let diagnoses = self.0["diagnoses"].as_array().unwrap();
        let fits = |one: &&Value| {
            let credential = credential.is_none_or(|name| one["credential"] == name);
            one["check"] == check && credential && one["state"] == state
        };
        let found = diagnoses.iter().find(fits).unwrap_or_else(|| panic!("no {check} {state}: {self:#?}"));
        assert!(found["message"].as_str().unwrap().contains(words), "{words}: {found:#?}");
        if state == "problem" {
            assert!(found["remedy"].is_string(), "{found:#?}");
        }
        found
    }

    /// Checks that exactly these checks have a problem.
    #[track_caller]
    fn problems(&self, expected: &[&str]) {
        let diagnoses = self.0["diagnoses"].as_array().unwrap().iter();
        let found: Vec<_> = diagnoses
            .filter(|one| one["state"] == "problem")
            .map(|one| one["check"].as_str().unwrap())
            .collect();
        assert_eq!(found, expected, "{self:#?}");
    }

    fn cell(&self, endpoint: &str, credential: &str) -> &str {
        let rows = self.0["matrix"].as_array().unwrap();
        rows.iter().find(|row| row["endpoint"] == endpoint).unwrap()[credential].as_str().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_corp_has_no_problem_and_its_matrix_shows_who_may_read_what() {
    let patient = Patient::start(true).await;
    let report = patient.passes(&[], &[]);
    report.has("secret", Some("app"), "ok", "token");
    report.has("visible range", None, "ok", "all");
    report.has("hidden fields", None, "ok", "mobile");
    report.has("clock", None, "ok", "agrees");
    report.has("trusted IP", Some("contacts-sync"), "ok", "accepted");
    report.has("right to write", None, "not_tested", "读取");
    report.has("callback URL", None, "not_tested", "no URL");
    report.has("mirror", None, "not_tested", "none yet");
    assert_eq!(report.cell("user/list_id", "contacts"), "ok");
    assert_eq!(report.cell("user/list", "app"), "ok");
    assert_eq!(report.cell("user/create", "contacts"), "not tested");
    // It only reads.
    assert!(patient.0.sim.writes().writes.is_empty());
    patient.0.command(&["pull"]).env("TXL_MIRROR", patient.0.path("m.db")).status().unwrap();
    patient.passes(&[], &[]).has("mirror", None, "ok", "members complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_app_hides_fields_and_a_new_contacts_sync_reads_ids_alone() {
    let patient = Patient::start(false).await;
    let report = patient.passes(&[], &[]);
    let hidden = report.has("hidden fields", None, "warning", "mobile");
    assert!(hidden["page"].as_str().unwrap().contains("自建"), "{hidden:#?}");
    let chinese = patient.0.command(&["doctor"]).env("TXL_LANG", "zh").output().unwrap();
    let chinese = String::from_utf8(chinese.stdout).unwrap();
    assert!(chinese.contains("手机号") && !chinese.contains("mobile"), "{chinese}");
    report.has("rights", Some("contacts-sync"), "ok", "lists all ids; details need");
    assert!(report.cell("department/list", "contacts").starts_with("errcode 480"), "{report:#?}");
    assert!(report.cell("user/list_id", "app").starts_with("errcode 48"), "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_or_revoked_secret_and_a_wrong_corp_id_are_named() {
    let patient = Patient::start(false).await;
    let report = patient.fails(1, &[], &[("WECOM_CONTACTS_SECRET", SECRET)]);
    report.problems(&["secret"]);
    let wrong = report.has("secret", Some("contacts-sync"), "problem", "reset or revoked");
    assert!(
        wrong["page"].as_str().unwrap().contains("通讯录同步") && wrong["errcode"].is_number(),
        "{wrong:#?}"
    );
    assert_eq!(report.cell("user/list_id", "contacts"), "-");
    assert_eq!(report.cell("user/list", "app"), "ok", "the other secret is examined all the same");
    let report = patient.fails(1, &[], &[("WECOM_APP_SECRET", SECRET)]);
    let wrong = report.has("secret", Some("app"), "problem", "mistyped");
    assert!(wrong["page"].as_str().unwrap().contains("应用管理"), "{wrong:#?}");
    let report = patient.fails(1, &[], &[("WECOM_CORP_ID", "ww0000000000000000")]);
    let wrong = report.has("secret", None, "problem", "企业ID");
    assert!(wrong["page"].as_str().unwrap().contains("我的企业"), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_trusted_is_named_with_its_page() {
    let elsewhere = IpAddr::from(Ipv4Addr::new(203, 0, 113, 9));
    for (agent, credential) in [(false, "contacts-sync"), (true, "app")] {
        let patient = Patient::start(false).await;
        let agent = agent.then(|| patient.0.sim.agent_id());
        patient.0.sim.console().set_trusted_ips(agent, [elsewhere]).await.unwrap();
        let report = patient.fails(1, &[], &[]);
        report.problems(&["trusted IP"]);
        let found = report.has("trusted IP", Some(credential), "problem", "127.0.0.1");
        assert_eq!(found["errcode"], 60020);
        assert!(found["remedy"].as_str().unwrap().contains("企业可信IP"), "{found:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_sync_that_is_off_or_read_only_is_named() {
    let patient = Patient::start(false).await;
    patient.0.sim.console().set_permission(ConsolePermission::Off).await.unwrap();
    let report = patient.fails(1, &[], &[]);
    let found = report.has("secret", Some("contacts-sync"), "problem", "API接口同步 is off");
    assert!(found["page"].as_str().unwrap().contains("通讯录同步"), "{found:#?}");
    // Reading cannot show that writing is refused; the report says what to check.
    patient.0.sim.console().set_permission(ConsolePermission::Read).await.unwrap();
    let report = patient.passes(&[], &[]);
    let found = report.has("right to write", None, "not_tested", "read-only");
    assert!(found["remedy"].as_str().unwrap().contains("编辑通讯录"), "{found:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrow_visible_range_is_a_warning_that_names_departments() {
    let patient = Patient::start(false).await;
    patient.0.sim.console().set_app_range(ConsoleRange::new().departments([2])).await.unwrap();
    let report = patient.passes(&[], &[]);
    let found = report.has("visible range", Some("app"), "warning", "does not see 1");
    assert!(found["remedy"].as_str().unwrap().contains("可见范围"), "{found:#?}");
    // With the app alone, the root is missing.
    let contacts = patient.passes(&["--corp-id", patient.0.sim.corp_id()], &[("WECOM_CONTACTS_SECRET", "")]);
    contacts.has("secret", Some("contacts-sync"), "not_tested", "no secret");
    contacts.has("visible range", Some("app"), "warning", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_are_mixed_up_are_named() {
    let patient = Patient::start(false).await;
    let sim = &patient.0.sim;
    let swapped = [("WECOM_CONTACTS_SECRET", sim.app_secret()), ("WECOM_APP_SECRET", sim.contacts_secret())];
    let report = patient.fails(1, &[], &swapped);
    report.has("rights", Some("contacts-sync"), "problem", "is an app's");
    report.has("rights", Some("app"), "problem", "that of contacts-sync");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_proxy_and_an_unreachable_server_are_told_apart() {
    let patient = Patient::start(false).await;
    let closed = format!("127.0.0.1:{}", closed_port());
    let report = patient.fails(3, &["--proxy", &format!("http://user:{SECRET}@{closed}")], &[]);
    report.problems(&["proxy"]);
    report.has("proxy", None, "problem", &closed);
    assert!(report.0["matrix"].as_array().unwrap().is_empty());
    let report = patient.fails(3, &[], &[("WECOM_BASE_URL", &format!("http://{closed}"))]);
    report.problems(&["network"]);
    report.has("network", None, "problem", "cannot be reached");
    let page = Gateway::answering("502 Bad Gateway", "text/html", "<html>Bad Gateway</html>");
    let report = patient.fails(3, &[], &[("WECOM_BASE_URL", &page.url)]);
    report.has("secret", None, "problem", "not WeCom's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_is_named_with_its_direction() {
    let patient = Patient::start(false).await;
    let answer = r#"{"errcode":0,"access_token":"t","expires_in":7200,"ip_list":[]}"#;
    for (date, words) in [
        ("Thu, 01 Jan 2026 00:00:00 GMT", "ahead of the server's"),
        ("Fri, 01 Jan 2100 00:00:00 GMT", "behind the server's"),
    ] {
        let server = Gateway::answering(&format!("200 OK\r\nDate: {date}"), "application/json", answer);
        let ran = patient.ran(&[], &[("WECOM_BASE_URL", &server.url)]);
        let report = Report::of(ran.fails_with(1));
        report.has("clock", None, "problem", words);
    }
    let server = Gateway::answering("200 OK", "application/json", answer);
    Report::of(&patient.ran(&[], &[("WECOM_BASE_URL", &server.url)])).has(
        "clock",
        None,
        "not_tested",
        "no time",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_url_is_verified_and_what_is_wrong_with_it_is_named() {
    let patient = Patient::start(false).await;
    assert_eq!(patient.0.sim.corp_id(), CORP);
    let (mut child, listening, _said) = listener(&[]);
    let listening = format!("http://{listening}/");
    let url = ["--callback-url", listening.as_str()];
    let settings = [("WECOM_CALLBACK_TOKEN", SECRET), ("WECOM_CALLBACK_AES_KEY", KEY)];
    patient.passes(&url, &settings).has("callback URL", None, "ok", "decrypts");
    let wrong = [("WECOM_CALLBACK_TOKEN", "another"), ("WECOM_CALLBACK_AES_KEY", KEY)];
    let report = patient.fails(1, &url, &wrong);
    report.problems(&["callback URL"]);
    let found = report.has("callback URL", None, "problem", "HTTP 403");
    assert!(found["page"].as_str().unwrap().contains("接收事件服务器"), "{found:#?}");
    let nothing = format!("http://127.0.0.1:{}/callback", closed_port());
    patient.fails(1, &["--callback-url", &nothing], &settings).has(
        "callback URL",
        None,
        "problem",
        "cannot be reached",
    );
    let page = Gateway::answering("200 OK", "text/html", "<html>hello</html>");
    patient.fails(1, &["--callback-url", &page.url], &settings).has(
        "callback URL",
        None,
        "problem",
        "echostr",
    );
    patient.fails(1, &url, &[("WECOM_CALLBACK_TOKEN", SECRET), ("WECOM_CALLBACK_AES_KEY", "short")]).has(
        "callback URL",
        None,
        "problem",
        "EncodingAESKey",
    );
    patient.fails(1, &url, &[]).has("callback URL", None, "problem", "");
    let _ = child.kill();
    let _ = child.wait();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_and_a_token_store_that_cannot_be_used_are_named() {
    let patient = Patient::start(false).await;
    std::fs::write(patient.0.path("m.db"), "no database at all, but long enough to be looked at").unwrap();
    std::fs::create_dir(patient.0.path("tokens.json")).unwrap();
    let report = patient.fails(1, &[], &[]);
    report.problems(&["token store", "mirror"]);
    report.has("token store", None, "problem", "is a directory");
    report.has("mirror", None, "problem", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_report_is_readable_text_and_without_secrets() {
    let patient = Patient::start(false).await;
    let mut command = patient.0.command(&["doctor"]);
    let ran = Ran::of(command.env("TXL_MIRROR", patient.0.path("m.db")).output().unwrap());
    assert_eq!(ran.code, 0, "{ran:#?}");
    for words in ["ok          version: txl", "user/list_id", "not tested", "page: 管理后台"] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    for secret in [patient.0.sim.contacts_secret(), patient.0.sim.app_secret()] {
        assert!(!ran.stdout.contains(secret), "{}", ran.stdout);
    }
    let csv = Ran::of(patient.0.command(&["doctor", "-o", "csv"]).output().unwrap());
    assert!(csv.stdout.starts_with("check,"), "{csv:#?}");
    // Without a credential there is nothing to examine.
    let nothing = Ran::of(txl().arg("doctor").output().unwrap());
    nothing.fails_with(2).with_remedy();
}
