//! `txl setup`: its questions on a terminal, its checks, and the profile that it writes.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    process::Command,
};

use wecom_sim::Sim;

use crate::{
    corp::Corp,
    pty::Terminal,
    run::{Ran, SECRET, closed_port, txl},
};

/// A simulated corp, and the configuration file that is written.
struct Fixture {
    corp: Corp,
    path: PathBuf,
}

impl Fixture {
    async fn start() -> Self {
        let corp = Corp::start(Sim::builder()).await;
        let path = corp.path("config/txl.toml");
        Self { corp, path }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = txl();
        command.args(arguments).env("TXL_CONFIG", &self.path);
        command
    }

    fn setup(&self, arguments: &[&str]) -> Terminal {
        let words = [&["setup", "--base-url", self.corp.sim.url()], arguments].concat();
        let mut terminal = Terminal::start(self.command(&words), 80, 24);
        if !arguments.contains(&"--profile") {
            terminal.wait_for("corp id: ");
        }
        terminal
    }

    /// Answers the questions up to the name of the profile.
    fn answer(&self, terminal: &mut Terminal) {
        let sim = &self.corp.sim;
        terminal.enter(sim.corp_id());
        terminal.wait_for("contacts-sync secret (not shown");
        terminal.enter(sim.contacts_secret());
        terminal.wait_for("ok: the contacts-sync secret is valid");
        terminal.wait_for("AgentId (Enter");
        terminal.enter(&sim.agent_id().to_string());
        terminal.wait_for("app secret (not shown");
        terminal.enter(sim.app_secret());
        terminal.wait_for("ok: the app's secret is valid");
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.path).unwrap()
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;

    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test(flavor = "multi_thread")]
async fn good_answers_become_a_profile_that_commands_use() {
    let fixture = Fixture::start().await;
    let mut terminal = fixture.setup(&[]);
    fixture.answer(&mut terminal);
    terminal.wait_for("Name of the profile (Enter: default): ");
    terminal.enter("");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    // Lines are wrapped at the width of the terminal.
    let unwrapped: String = shown.split_whitespace().collect();
    for words in ["我的企业", "管理工具", "可见范围", "企业可信IP", "txldoctor", "txlpull"] {
        assert!(unwrapped.contains(words), "{words}: {shown}");
    }
    let sim = &fixture.corp.sim;
    for secret in [sim.contacts_secret(), sim.app_secret()] {
        assert!(!shown.contains(secret), "a secret is echoed: {shown}");
        assert!(fixture.text().contains(secret));
    }
    assert!(fixture.text().contains(&format!("agent_id = {}", sim.agent_id())), "{}", fixture.text());
    #[cfg(unix)]
    assert_eq!((mode(&fixture.path), mode(fixture.path.parent().unwrap())), (0o600, 0o700));
    // It is the default, so no flag is needed.
    for command in [&["config", "check"][..], &["auth", "check"], &["member", "get", "zhangsan"]] {
        let ran = Ran::of(fixture.command(command).output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_and_a_wrong_corp_id_are_explained_and_corrected_in_place() {
    let fixture = Fixture::start().await;
    let sim = &fixture.corp.sim;
    let mut terminal = fixture.setup(&[]);
    terminal.enter("ww0000000000000000");
    terminal.wait_for("contacts-sync secret (not shown");
    terminal.enter(sim.contacts_secret());
    terminal.wait_for("40013");
    terminal.wait_for("(Enter: c)");
    terminal.enter("");
    terminal.wait_for_again("corp id: ");
    terminal.enter(sim.corp_id());
    terminal.wait_for("ok: the contacts-sync secret is valid");
    terminal.wait_for("AgentId (Enter");
    terminal.enter("no number");
    terminal.wait_for_again("AgentId (Enter");
    terminal.enter(&sim.agent_id().to_string());
    terminal.wait_for("app secret (not shown");
    terminal.enter(SECRET);
    terminal.wait_for("problem: ");
    terminal.wait_for("(Enter: t)");
    terminal.enter("");
    terminal.wait_for_again("app secret (not shown");
    terminal.enter(sim.app_secret());
    terminal.wait_for("ok: the app's secret is valid");
    terminal.wait_for("Name of the profile");
    terminal.enter("test");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(SECRET) && !fixture.text().contains(SECRET), "{shown}");
    assert!(fixture.text().contains("default = \"test\""), "{}", fixture.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_not_trusted_is_named_and_checked_again_after_it_was_added() {
    let fixture = Fixture::start().await;
    let sim = &fixture.corp.sim;
    let elsewhere = IpAddr::from(Ipv4Addr::new(203, 0, 113, 9));
    sim.console().set_trusted_ips(None, [elsewhere]).await.unwrap();
    let mut terminal = fixture.setup(&[]);
    terminal.enter(sim.corp_id());
    terminal.wait_for("contacts-sync secret (not shown");
    terminal.enter(sim.contacts_secret());
    terminal.wait_for("try: add 127.0.0.1 to");
    terminal.wait_for("(Enter: a)");
    sim.console().set_trusted_ips(None, [IpAddr::from(Ipv4Addr::LOCALHOST)]).await.unwrap();
    terminal.enter("");
    terminal.wait_for("ok: the contacts-sync secret is valid");
    terminal.wait_for("AgentId (Enter");
    terminal.enter("");
    terminal.wait_for("Name of the profile");
    terminal.enter("");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(
        !fixture.text().contains("app_secret") && fixture.text().contains("contacts_secret"),
        "{}",
        fixture.text()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_profile_is_replaced_only_with_consent_and_the_rest_of_the_file_stays() {
    const OLD: &str = "# Ours.\ndefault = \"test\"\n\n[profile.test]\ncorp_id = \"ww1\" # old\ncontacts_secret = \"env:OLD\"\ncallback_token = \"env:T\"\n";
    let fixture = Fixture::start().await;
    fs::create_dir_all(fixture.path.parent().unwrap()).unwrap();
    fs::write(&fixture.path, OLD).unwrap();
    let mut terminal = fixture.setup(&["--profile", "test"]);
    terminal.wait_for("(y/N)");
    terminal.enter("n");
    let (code, shown) = terminal.end();
    assert_eq!((code, fixture.text().as_str()), (1, OLD), "{shown}");
    // Another profile goes beside it.
    let mut terminal = fixture.setup(&[]);
    fixture.answer(&mut terminal);
    terminal.wait_for("(the file has test)");
    terminal.enter("test");
    terminal.wait_for("Replace `test`?");
    terminal.enter("no");
    terminal.wait_for_again("Name of the profile");
    terminal.enter("second");
    terminal.wait_for("the default profile instead of");
    terminal.enter("");
    let (code, shown) = terminal.end();
    assert!(code == 0 && shown.contains("--profile second"), "{shown}");
    assert!(fixture.text().starts_with(OLD), "{}", fixture.text());
    let mut terminal = fixture.setup(&["--profile", "test"]);
    terminal.wait_for("(y/N)");
    terminal.enter("y");
    terminal.wait_for("corp id: ");
    fixture.answer(&mut terminal);
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    let corp_id = format!("corp_id = \"{}\" # old", fixture.corp.sim.corp_id());
    for kept in ["# Ours.", "default = \"test\"", "callback_token = \"env:T\"", "[profile.second]", &corp_id]
    {
        assert!(fixture.text().contains(kept), "{kept}: {}", fixture.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_is_checked_by_its_value_and_written_as_it_was_typed() {
    let fixture = Fixture::start().await;
    let sim = &fixture.corp.sim;
    fs::create_dir_all(fixture.path.parent().unwrap()).unwrap();
    fs::write(fixture.path.with_file_name("contacts"), sim.contacts_secret()).unwrap();
    let mut terminal = fixture.setup(&[]);
    terminal.enter(sim.corp_id());
    terminal.wait_for("contacts-sync secret (not shown");
    terminal.enter("env:WECOM_CONTACTS_SECRET");
    terminal.wait_for("problem: ");
    terminal.wait_for_again("contacts-sync secret (not shown");
    terminal.enter("file:contacts");
    terminal.wait_for("ok: the contacts-sync secret is valid");
    terminal.wait_for("AgentId (Enter");
    terminal.enter("");
    terminal.wait_for("Name of the profile");
    terminal.enter("");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(fixture.text().contains("contacts_secret = \"file:contacts\""), "{}", fixture.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_secret_is_needed_and_an_unreachable_server_can_be_kept_unchecked() {
    let fixture = Fixture::start().await;
    let url = format!("http://127.0.0.1:{}", closed_port());
    let mut terminal = Terminal::start(fixture.command(&["setup", "--base-url", &url]), 80, 24);
    terminal.wait_for("corp id: ");
    terminal.enter("");
    terminal.wait_for_again("corp id: ");
    terminal.enter("ww1");
    terminal.wait_for("contacts-sync secret (not shown");
    terminal.enter("");
    terminal.wait_for("AgentId (Enter");
    terminal.enter("");
    terminal.wait_for("one secret is needed");
    terminal.wait_for_again("contacts-sync secret (not shown");
    terminal.enter(SECRET);
    terminal.wait_for("(Enter: a)");
    terminal.enter("k");
    terminal.wait_for_again("AgentId (Enter");
    terminal.enter("");
    terminal.wait_for("Name of the profile");
    terminal.enter("");
    let (code, shown) = terminal.end();
    assert_eq!(code, 0, "{shown}");
    assert!(fixture.text().contains(&format!("base_url = \"{url}\"")), "{}", fixture.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interruption_and_the_end_of_the_input_write_nothing() {
    let fixture = Fixture::start().await;
    for is_signal in [true, false] {
        let mut terminal = fixture.setup(&[]);
        terminal.enter(fixture.corp.sim.corp_id());
        terminal.wait_for("contacts-sync secret (not shown");
        let expected = if is_signal {
            terminal.signal("-INT");
            130
        } else {
            // Ctrl-D at the beginning of a line.
            terminal.press(b"\x04");
            1
        };
        let (code, shown) = terminal.end();
        assert_eq!(code, expected, "{shown}");
        assert!(!fixture.path.exists());
    }
}

#[test]
fn without_a_terminal_the_other_ways_are_named() {
    let ran = Ran::of(txl().arg("setup").output().unwrap());
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("txl config") && ran.stderr.contains("--corp-id"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_no_command_could_use_is_refused_before_any_question() {
    let fixture = Fixture::start().await;
    fs::create_dir_all(fixture.path.parent().unwrap()).unwrap();
    fs::write(&fixture.path, "[profile.a\n").unwrap();
    let terminal = Terminal::start(fixture.command(&["setup"]), 80, 24);
    let (code, shown) = terminal.end();
    assert!(code == 2 && !shown.contains("corp id: "), "{shown}");
}
