//! Profiles of `txl.toml`: all credentials come from one source.

use std::{
    collections::BTreeSet,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::run::{Ran, RunningSim, SECRET, run, txl};

/// A home directory with a configuration file that only its owner can read.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn with(text: &str) -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(home.path("config/txl")).unwrap();
        home.write(text);
        home
    }

    pub(crate) fn write(&self, text: &str) {
        fs::write(self.file(), text).unwrap();
        self.open_to(0o600);
    }

    /// Sets the mode of the configuration file.
    pub(crate) fn open_to(&self, mode: u32) {
        #[cfg(unix)]
        fs::set_permissions(self.file(), std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        #[cfg(not(unix))]
        let _ = mode;
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.path("config/txl/txl.toml")
    }

    /// Returns the command of the user with this home directory, in another working directory.
    pub(crate) fn txl(&self, words: &[&str]) -> Command {
        let mut command = txl();
        command.args(words).env("HOME", self.0.path()).env_remove("WECOM_TOKEN_STORE");
        command.env("XDG_CONFIG_HOME", self.path("config")).env("XDG_CACHE_HOME", self.path("cache"));
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.txl(words).output().unwrap())
    }

    pub(crate) fn run_with(&self, words: &[&str], variables: &[(&str, &str)]) -> Ran {
        Ran::of(self.txl(words).envs(variables.iter().copied()).output().unwrap())
    }
}

/// Returns a profile for this simulator.
fn profile(name: &str, sim: &RunningSim) -> String {
    format!(
        "[profile.{name}]\nbase_url = \"{}\"\ncorp_id = \"{}\"\ncontacts_secret = \"{}\"\nagent_id = {}\napp_secret = \"{}\"\n\
         callback_token = \"aTokenOfLettersAlone\"\ncallback_aes_key = \"AbcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ\"\n",
        sim.text("url"),
        sim.text("corp_id"),
        sim.text("contacts_secret"),
        sim.ready["agent_id"],
        sim.text("app_secret"),
    )
}

#[test]
fn a_profile_is_sufficient_for_a_command() {
    let sim = RunningSim::start(&[]);
    let home = Home::with(&profile("test", &sim));
    for words in
        [&["member", "get", "zhangsan"][..], &["department", "list-ids"], &["auth", "check", "--as", "app"]]
    {
        let ran = home.run(&[words, &["--profile", "test"]].concat());
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(home.run_with(words, &[("TXL_PROFILE", "test")]).code, 0);
    }
    let ran = home.run(&["member", "get", "zhangsan"]);
    ran.fails_with(2).with_remedy();
    assert!(ran.stderr.contains("--profile: test"), "no default is written: {ran:?}");
    assert!(home.path("cache/txl/tokens.json").is_file(), "tokens are kept as without a profile");
}

#[test]
fn the_default_profile_is_used_if_nothing_else_is_given() {
    let (test, prod) = (RunningSim::start(&[]), RunningSim::start(&["--corp-id", "ww0000000000000001"]));
    let home =
        Home::with(&format!("default = \"prod\"\n{}{}", profile("test", &test), profile("prod", &prod)));
    let corp = |ran: &Ran| ran.json()["values"][1]["value"].as_str().unwrap().to_owned();
    let show = ["config", "show", "-o", "json"];
    assert_eq!(corp(&home.run(&show)), "ww0000000000000001");
    assert_eq!(corp(&home.run_with(&show, &[("TXL_PROFILE", "test")])), test.text("corp_id"));
    assert_eq!(home.run(&["department", "list-ids"]).code, 0);

    // Complete credentials of a script are used alone, as without a file.
    let mut command = home.txl(&["department", "list-ids"]);
    command.env("WECOM_BASE_URL", test.text("url")).env("WECOM_CORP_ID", test.text("corp_id"));
    command.args(["--contacts-secret", test.text("contacts_secret")]);
    assert_eq!(Ran::of(command.output().unwrap()).code, 0);

    // A missing part is not taken from the profile.
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", trap.local_addr().unwrap());
    for (words, variables, given) in [
        (&["department", "list-ids"][..], &[("WECOM_BASE_URL", url.as_str())][..], "WECOM_BASE_URL"),
        (&["department", "list-ids", "--base-url", &url], &[], "--base-url"),
        (&["department", "list-ids", "--proxy", &url, "--attempts", "1"], &[], "--proxy"),
    ] {
        let ran = home.run_with(words, variables);
        ran.fails_with(2).with_remedy();
        assert!(ran.stderr.starts_with("error: no contacts-sync secret"), "{ran:?}");
        assert!(ran.stderr.contains(&format!("leave out {given}: the default profile `prod`")), "{ran:?}");
    }
    trap.set_nonblocking(true).unwrap();
    assert!(trap.accept().is_err(), "nothing was sent");
}

#[test]
fn a_file_in_the_working_directory_is_never_read_by_default() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    let home = Home::with("");
    fs::remove_file(home.file()).unwrap();
    let directory = home.path("work");
    fs::create_dir(&directory).unwrap();
    let text = format!(
        "default = \"evil\"\n[profile.evil]\nbase_url = \"http://{}\"\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\n",
        trap.local_addr().unwrap()
    );
    for name in ["txl.toml", ".txl.toml", "txl/txl.toml", ".config/txl/txl.toml"] {
        let path = directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    }
    // Neither by default, nor through a relative home directory or a relative XDG_CONFIG_HOME.
    for variables in [&[][..], &[("HOME", "."), ("XDG_CONFIG_HOME", "")], &[("XDG_CONFIG_HOME", ".")]] {
        for words in [&["department", "list-ids"][..], &["department", "list-ids", "--profile", "evil"]] {
            let mut command = home.txl(words);
            let ran =
                Ran::of(command.current_dir(&directory).envs(variables.iter().copied()).output().unwrap());
            ran.fails_with(2).with_remedy();
        }
    }
    trap.set_nonblocking(true).unwrap();
    assert!(trap.accept().is_err(), "nothing was sent");
    // If the file is named, it is read.
    let mut command = home.txl(&["config", "show", "--config", "txl.toml", "-o", "json"]);
    let ran = Ran::of(command.current_dir(&directory).output().unwrap());
    #[cfg(unix)]
    assert!(ran.fails_with(2).stderr.contains("chmod 600 txl.toml"), "{ran:?}");
    #[cfg(not(unix))]
    assert_eq!(ran.json()["profile"], "evil");
}

/// Returns all variables with the prefix `WECOM_` in the help of all commands.
fn variables() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for words in
        [&["member", "get"][..], &["callback", "verify"], &["import", "members"], &["export", "members"]]
    {
        // Long lines of the help are wrapped.
        let help = run(&[words, &["--help"]].concat()).stdout;
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        let names = help.split("[env: ").skip(1).filter_map(|rest| rest.split(['=', ']']).next());
        found.extend(names.filter(|name| name.starts_with("WECOM_")).map(str::to_owned));
    }
    assert!(found.len() > 15, "{found:?}");
    found
}

#[test]
fn a_command_with_a_profile_uses_no_variable_of_the_environment() {
    let sim = RunningSim::start(&[]);
    let home = Home::with(&format!("default = \"test\"\n{}", profile("test", &sim)));
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", trap.local_addr().unwrap());
    let people = home.path("people.csv");
    fs::write(&people, "姓名,帐号\n张三,zhangsan\n").unwrap();
    let people = people.to_str().unwrap();
    let sealed = home.run(&["callback", "seal", "--echo", "hello", "--profile", "test", "-o", "json"]).json();
    let query = sealed["query"].as_str().unwrap();
    let commands: [&[&str]; 7] = [
        &["member", "get", "zhangsan"],
        &["department", "list-ids"],
        &["auth", "authorize-url", "https://example.com/"],
        &["callback", "verify", query],
        &["export", "members", "--no-wait"],
        &["import", "members", people, "--dry-run", "--callback-url", "http://127.0.0.1:1/"],
        &["config", "show", "-o", "json"],
    ];
    // The use of any variable has a visible effect: a request to the trap, a missing file, an invalid key.
    let hostile = |name: &str| match name {
        "WECOM_BASE_URL" | "WECOM_PROXY" => url.clone(),
        "WECOM_TOKEN_STORE" => url.replace("http", "redis"),
        name if name.ends_with("_FILE") || name == "WECOM_CA_CERT" => "/nonexistent/file".to_owned(),
        _ => "not what it should be".to_owned(),
    };
    let names = variables();
    for words in commands {
        let words = [words, &["--profile", "test"]].concat();
        let clean = home.run(&words);
        assert_eq!(clean.code, 0, "{clean:?}");
        let each = names.iter().map(|name| vec![name]);
        for set in each.chain([names.iter().collect()]) {
            let set: Vec<_> = set.into_iter().map(|name| (name.as_str(), hostile(name))).collect();
            let set: Vec<_> = set.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let ran = home.run_with(&words, &set);
            assert_eq!(ran.code, 0, "{set:?}: {ran:?}");
            assert!(!ran.stderr.contains("token store"), "{set:?}: {ran:?}");
        }
        let empty: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
        assert_eq!(home.run_with(&words, &empty).code, 0);
    }
    // Variables that do not select a source are also ignored with TXL_PROFILE and with the default profile.
    for (name, value) in [
        ("WECOM_CA_CERT", "/nonexistent"),
        ("WECOM_TOKEN_STORE", "ftp://nowhere"),
        ("WECOM_EXPORT_KEY", "bad"),
    ] {
        for profile in [("TXL_PROFILE", "test"), ("TXL_PROFILE", "")] {
            let ran = home.run_with(&["export", "members", "--no-wait"], &[(name, value), profile]);
            assert_eq!(ran.code, 0, "{name} {profile:?}: {ran:?}");
        }
    }
    trap.set_nonblocking(true).unwrap();
    assert!(trap.accept().is_err(), "nothing was sent to the address of the environment");
}

#[test]
fn two_sources_are_refused_and_the_error_names_both() {
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", trap.local_addr().unwrap());
    let text = format!(
        "default = \"test\"\n[profile.test]\nbase_url = \"{url}\"\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\n"
    );
    let home = Home::with(&text);
    let file = home.file();
    let file = file.to_str().unwrap();
    let list = ["department", "list-ids", "--attempts", "1"];
    for (words, variables, named) in [
        (&["--profile", "test", "--corp-id", "ww2"][..], &[][..], ["--profile", "--corp-id"]),
        (&["--profile", "test", "--base-url", "http://127.0.0.1:1"], &[], ["--profile", "--base-url"]),
        (
            &["--profile", "test", "--contacts-secret-file", "/x"],
            &[],
            ["--profile", "--contacts-secret-file"],
        ),
        (&["--profile", "test", "--token-store", "none"], &[], ["--profile", "--token-store"]),
        (&["--config", file, "--app-secret", SECRET], &[], ["--config", "--app-secret"]),
        (&["--app-secret", SECRET], &[("TXL_PROFILE", "test")], ["TXL_PROFILE", "--app-secret"]),
        (
            &[],
            &[("TXL_PROFILE", "test"), ("WECOM_BASE_URL", "http://127.0.0.1:1")],
            ["TXL_PROFILE", "WECOM_BASE_URL"],
        ),
        (
            &[],
            &[("TXL_PROFILE", "test"), ("WECOM_APP_SECRET_FILE", "/x")],
            ["TXL_PROFILE", "WECOM_APP_SECRET_FILE"],
        ),
        (
            &[],
            &[("TXL_PROFILE", "test"), ("WECOM_CALLBACK_TOKEN", "t")],
            ["TXL_PROFILE", "WECOM_CALLBACK_TOKEN"],
        ),
    ] {
        let ran = home.run_with(&[&list[..], words].concat(), variables);
        ran.fails_with(2).with_remedy();
        let first = ran.stderr.lines().next().unwrap();
        assert!(first.starts_with("error: two sources of credentials: "), "{ran:?}");
        assert!(named.iter().all(|name| first.contains(name)), "{named:?}: {ran:?}");
        let remedies: Vec<_> = ran.stderr.lines().filter(|line| line.starts_with("try: ")).collect();
        assert!(
            named.iter().all(|name| remedies.iter().any(|line| line.contains(name))),
            "{named:?}: {ran:?}"
        );
    }
    for words in [
        &["callback", "verify", "q", "--profile", "test", "--token", SECRET][..],
        &["config", "show", "--profile", "test", "--agent-id", "7"],
    ] {
        home.run(words).fails_with(2).with_remedy();
    }
    for words in [["--profile", ""], ["--profile", " "], ["--config", ""]] {
        let ran = home.run(&[&list[..], &words].concat());
        assert!(ran.fails_with(2).with_remedy().stderr.contains("is empty"), "{ran:?}");
    }
    trap.set_nonblocking(true).unwrap();
    assert!(trap.accept().is_err(), "nothing was sent");
    // An empty variable counts as unset, as everywhere.
    let ran =
        home.run_with(&["config", "show", "-o", "json"], &[("TXL_PROFILE", ""), ("WECOM_CORP_ID", " ")]);
    assert_eq!(ran.json()["source"], "profile");
}

#[test]
fn callbacks_and_jobs_take_their_keys_from_the_profile() {
    let sim = RunningSim::start(&[]);
    let home = Home::with(&profile("test", &sim));
    let at = |words: &[&str]| home.run(&[words, &["--profile", "test"]].concat());
    let query = at(&["callback", "seal", "--echo", "hello", "-o", "json"]).json()["query"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(at(&["callback", "verify", &query]).stdout, "hello");
    let people = home.path("people.csv");
    fs::write(&people, "姓名,帐号\n张三,zhangsan\n").unwrap();
    let import = [
        "import",
        "members",
        people.to_str().unwrap(),
        "--yes",
        "--no-wait",
        "--callback-url",
        "http://127.0.0.1:1/",
    ];
    let ran = at(&import);
    assert_eq!(ran.code, 0, "{ran:?}");
    // A value for one command can be set by its flag.
    let ran = at(&[&import[..], &["--callback-aes-key", "short"]].concat());
    assert!(ran.fails_with(2).stderr.contains("EncodingAESKey"), "{ran:?}");
    home.write(
        &profile("test", &sim)
            .lines()
            .filter(|line| !line.starts_with("callback"))
            .collect::<Vec<_>>()
            .join("\n"),
    );
    for words in [&import[..], &["callback", "verify", &query]] {
        let ran = at(words);
        ran.fails_with(2).with_remedy();
        assert!(
            ran.stderr.contains("the profile `test`") && ran.stderr.contains("callback_token"),
            "{ran:?}"
        );
    }
}

#[test]
fn secrets_can_be_in_variables_and_files_beside_the_configuration() {
    let sim = RunningSim::start(&[]);
    let home = Home::with("");
    let secrets = home.path("config/txl/secrets");
    fs::create_dir(&secrets).unwrap();
    fs::write(secrets.join("app"), format!("{}\r\n", sim.text("app_secret"))).unwrap();
    let text = format!(
        "[profile.test]\nbase_url = \"{}\"\ncorp_id = \"{}\"\nagent_id = \"{}\"\napp_secret = \"file:secrets/app\"\n\
         contacts_secret = \"env:TEST_SECRET\"\ntoken_store = \"tokens.json\"\n",
        sim.text("url"),
        sim.text("corp_id"),
        sim.ready["agent_id"]
    );
    home.write(&text);
    // It has no secret, so any user may read it.
    home.open_to(0o644);
    let get = ["member", "get", "zhangsan", "--profile", "test"];
    let list = ["department", "list-ids", "--profile", "test"];
    assert_eq!(home.run(&get).code, 0, "the variable of the other secret is not needed");
    assert!(home.path("config/txl/tokens.json").is_file());
    assert_eq!(home.run_with(&list, &[("TEST_SECRET", sim.text("contacts_secret"))]).code, 0);
    for value in ["", " \n"] {
        let ran = home.run_with(&list, &[("TEST_SECRET", value)]);
        assert!(
            ran.fails_with(2).with_remedy().stderr.contains("the variable TEST_SECRET is empty"),
            "{ran:?}"
        );
    }
    let ran = home.run(&list);
    assert!(
        ran.fails_with(2).with_remedy().stderr.contains("the variable TEST_SECRET is not set"),
        "{ran:?}"
    );
    fs::write(secrets.join("app"), format!("{SECRET} and more")).unwrap();
    let ran = home.run(&get);
    assert!(ran.fails_with(2).with_remedy().stderr.contains("has a blank"), "{ran:?}");
    fs::remove_file(secrets.join("app")).unwrap();
    let ran = home.run(&get);
    assert!(ran.fails_with(2).with_remedy().stderr.contains("secrets/app"), "{ran:?}");
}

fn values(shown: &Value) -> Vec<[&str; 3]> {
    let text = |row: &Value, key| row[key].as_str().unwrap().to_owned().leak() as &str;
    let rows = shown["values"].as_array().unwrap().iter();
    rows.map(|row| [text(row, "key"), text(row, "value"), text(row, "from")]).collect()
}

#[test]
fn show_masks_secrets_and_says_where_each_value_comes_from() {
    let home = Home::with(&format!(
        "[profile.test]\ncorp_id = \"ww1\"\ncontacts_secret = \"{SECRET}\"\napp_secret = \"env:SOME_VARIABLE\"\n\
         proxy = \"http://me:{SECRET}@proxy.example.com:3128\"\n"
    ));
    let ran = home.run(&["config", "show", "--profile", "test", "-o", "json"]);
    let shown = ran.json();
    assert_eq!((&shown["source"], &shown["profile"]), (&"profile".into(), &"test".into()));
    assert_eq!(shown["path"], home.file().to_str().unwrap());
    assert_eq!(
        values(&shown),
        [
            ["corp_id", "ww1", "line 2"],
            ["contacts_secret", "***", "line 3"],
            ["app_secret", "***", "env:SOME_VARIABLE (line 4)"],
            ["proxy", "http://***@proxy.example.com:3128", "line 5"],
        ]
    );
    let variables = [
        ("WECOM_CORP_ID", "ww2"),
        ("WECOM_APP_SECRET_FILE", "/run/secrets/app"),
        ("WECOM_PROXY", "http://me:very-secret-secret@proxy.example.com"),
        ("WECOM_CALLBACK_TOKEN", SECRET),
    ];
    let ran = home.run_with(
        &["config", "show", "--agent-id", "7", "--contacts-secret", SECRET, "-o", "json"],
        &variables,
    );
    let shown = ran.json();
    assert_eq!(shown["source"], "command line and environment");
    assert_eq!(
        values(&shown),
        [
            ["corp_id", "ww2", "WECOM_CORP_ID"],
            ["contacts_secret", "***", "--contacts-secret"],
            ["agent_id", "7", "--agent-id"],
            ["app_secret", "***", "WECOM_APP_SECRET_FILE (/run/secrets/app)"],
            ["proxy", "http://***@proxy.example.com", "WECOM_PROXY"],
            ["callback_token", "***", "WECOM_CALLBACK_TOKEN"],
        ]
    );
    for format in ["table", "json", "jsonl", "csv"] {
        let ran = home.run(&["config", "show", "--profile", "test", "-o", format]);
        assert!(ran.code == 0 && ran.stdout.contains("SOME_VARIABLE"), "{ran:?}");
        assert!(!ran.stdout.contains(SECRET) && !ran.stderr.contains(SECRET), "{ran:?}");
    }
    assert_eq!(home.run(&["config", "show", "-o", "json"]).json()["source"], "none");
}

#[test]
fn path_prints_the_file_that_would_be_read() {
    let home = Home::with("");
    let path = |words: &[&str], variables: &[(&str, &str)]| {
        home.run_with(&[&["config", "path", "-o", "json"], words].concat(), variables).json()
    };
    let own = path(&[], &[]);
    assert_eq!(own["path"], home.file().to_str().unwrap());
    assert_eq!((&own["exists"], &own["named_by"]), (&true.into(), &Value::Null));
    assert_eq!(path(&[], &[("TXL_CONFIG", "/a")])["named_by"], "TXL_CONFIG");
    let named = path(&["--config", "/b"], &[("TXL_CONFIG", "/a")]);
    assert_eq!(
        (&named["path"], &named["exists"], &named["named_by"]),
        (&"/b".into(), &false.into(), &"--config".into())
    );
    let ran = home.run(&["config", "path", "--config", "/b"]);
    assert_eq!(ran.stdout, "/b\n");
    assert!(ran.stderr.contains("the file does not exist yet"), "{ran:?}");
    assert!(Path::new(home.run(&["config", "path"]).stdout.trim_end()).is_file());
}
