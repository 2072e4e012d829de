//! The examples of the crate, run as users run them: against the simulator, without any setting.

use std::{collections::BTreeSet, env, fs, path::PathBuf, process::Command};

/// Each example, with a text of its output and the feature that it needs.
const EXAMPLES: &[(&str, &str, bool)] = &[
    ("callback_server", "wangfang was created", cfg!(feature = "axum")),
    ("export_rows", "30 members", true),
    ("first_call", "(errcode 60111)", true),
    ("fleet_on_redis", "4 clients called; requests for a token: 1", cfg!(feature = "redis")),
    ("import_members", "1 of 2 rows were accepted", true),
    ("paging", "the second page has 10 rows", true),
    ("partial_update", r#"alias: Known("Fang"), position: Known("")"#, true),
    ("test_with_sim", "user/get was called 3 times", true),
];

#[test]
fn every_example_runs_and_prints_what_it_promises() {
    for (name, says, _) in EXAMPLES.iter().filter(|(.., is_built)| *is_built) {
        let output = example(name).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {output:?}");
        assert!(text.contains(says), "{name}: {text}");
    }
}

#[test]
fn an_example_without_its_settings_says_which_one_is_missing() {
    let corp = ("WECOM_CORP_ID", "ww1234567890abcdef");
    let secret = ("WECOM_CONTACTS_SECRET", "own-contacts-secret");
    for (settings, says) in [
        (vec![corp], "WECOM_CONTACTS_SECRET is not set"),
        (vec![corp, ("WECOM_CONTACTS_SECRET", "")], "WECOM_CONTACTS_SECRET is not set"),
        (vec![corp, secret], "WECOM_AGENT_ID is not set"),
        (vec![corp, secret, ("WECOM_AGENT_ID", "own-app")], "WECOM_AGENT_ID must be a number"),
        (vec![corp, secret, ("WECOM_AGENT_ID", "1000002")], "WECOM_APP_SECRET is not set"),
    ] {
        let output = example("first_call").envs(settings.clone()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{settings:?}: {text}");
        assert!(text.starts_with(&format!("Error: {says}")), "{settings:?}: {text}");
    }
}

#[test]
fn examples_that_use_the_simulator_only_refuse_a_real_corp() {
    let simulated = ["callback_server", "fleet_on_redis", "import_members", "partial_update"];
    for (name, ..) in EXAMPLES.iter().filter(|(name, _, is_built)| *is_built && simulated.contains(name)) {
        let output = example(name).env("WECOM_CORP_ID", "ww1234567890abcdef").output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {text}");
        assert!(text.starts_with("Error: this example uses the simulator only"), "{name}: {text}");
    }
}

#[test]
fn no_example_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    let files: BTreeSet<_> =
        files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
    let listed: BTreeSet<_> = EXAMPLES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(files, listed);
}

/// Returns the command of an example, without a developer's own settings: they would make the suite call a real corp.
fn example(name: &str) -> Command {
    let program = program(name);
    assert!(
        program.exists(),
        "{} is not built; `cargo test` without a target filter builds it, and so does `cargo build --examples`",
        program.display()
    );
    let mut command = Command::new(program);
    for (variable, _) in env::vars_os() {
        if variable.to_string_lossy().starts_with("WECOM_") {
            command.env_remove(variable);
        }
    }
    command
}

/// The tests are in `deps` of the target directory, and the examples in `examples` beside it.
fn program(name: &str) -> PathBuf {
    let tests = env::current_exe().unwrap();
    let target = tests.parent().and_then(|deps| deps.parent()).unwrap();
    target.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
