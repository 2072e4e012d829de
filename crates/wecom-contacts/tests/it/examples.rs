//! The examples of the crate, run as users run them: against the simulator, without any setting.

use std::{collections::BTreeSet, env, fs, path::PathBuf, process::Command};

/// Each example, with a text of its output and the feature that it needs.
const EXAMPLES: &[(&str, &str, bool)] = &[
    ("callback_server", "wangfang was created", cfg!(feature = "axum")),
    ("export_rows", "30 members", true),
    ("first_call", "(errcode 60111)", true),
    ("fleet_on_redis", "4 clients called", cfg!(feature = "redis")),
    ("import_members", "1 of 2 rows were accepted", true),
    ("paging", "the second page has 10 rows", true),
    ("partial_update", r#"alias: Known("Fang"), position: Known("")"#, true),
    ("test_with_sim", "user/get was called 3 times", true),
];

#[test]
fn every_example_runs_and_prints_what_it_promises() {
    for (name, says, _) in EXAMPLES.iter().filter(|(.., is_built)| *is_built) {
        let program = program(name);
        assert!(
            program.exists(),
            "{} is not built: `cargo test` builds it with the tests",
            program.display()
        );
        let mut command = Command::new(program);
        // A developer's own settings would make the suite call a real corp.
        for (variable, _) in env::vars_os() {
            if variable.to_string_lossy().starts_with("WECOM_") {
                command.env_remove(variable);
            }
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {output:?}");
        assert!(text.contains(says), "{name}: {text}");
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

/// The tests are in `deps` of the target directory, and the examples in `examples` beside it.
fn program(name: &str) -> PathBuf {
    let tests = env::current_exe().unwrap();
    let target = tests.parent().and_then(|deps| deps.parent()).unwrap();
    target.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX))
}
