//! The invariants of the house that no single crate can check.

mod layers;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::root;

/// A file of the workspace.
fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_none_or(|name| name != "target") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The lines of one section of a `Cargo.toml`.
fn section(manifest: &str, header: &str) -> Vec<String> {
    text(manifest)
        .lines()
        .skip_while(|line| *line != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .map(str::to_owned)
        .collect()
}

fn depends(manifest: &str, on: &str) -> bool {
    section(manifest, "[dependencies]").iter().any(|line| line.starts_with(on))
}

#[test]
fn the_sdk_and_the_simulator_do_not_know_each_other() {
    assert!(!depends("crates/wecom-sim/Cargo.toml", "wecom-contacts"));
    assert!(!depends("crates/wecom-contacts/Cargo.toml", "wecom-sim"));
    let dev = section("crates/wecom-sim/Cargo.toml", "[dev-dependencies]");
    assert!(
        !dev.iter().any(|line| line.starts_with("wecom-contacts")),
        "the simulator is tested without our client"
    );
}

#[test]
fn the_cipher_depends_on_nothing_of_ours_and_does_no_io() {
    let manifest = "crates/wecom-cipher/Cargo.toml";
    for ours in ["wecom-", "txl", "tokio", "reqwest", "hyper", "axum"] {
        assert!(!depends(manifest, ours), "{ours}");
    }
    let mut files = Vec::new();
    sources(&root().join("crates/wecom-cipher/src"), &mut files);
    for file in files {
        let code = fs::read_to_string(&file).unwrap();
        for io in ["std::fs", "std::net", "std::io", "std::env"] {
            assert!(!code.contains(io), "{} uses {io}", file.display());
        }
    }
}

#[test]
fn every_path_that_the_architecture_names_exists() {
    let page = text("ARCHITECTURE.md");
    let named = page.split('`').skip(1).step_by(2).filter(|name| {
        let path_like = name.contains('/') || name.ends_with(".rs") || name.ends_with(".md");
        path_like && !name.contains([' ', '<', '*', ':', '{']) && !name.starts_with('/')
    });
    let missing: Vec<&str> = named.filter(|name| !root().join(name).exists()).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names what is not there: {missing:?}");
}

#[test]
fn both_readmes_give_the_two_commands() {
    for page in ["README.md", "README.zh-CN.md"] {
        let first_screen: String = text(page).lines().take(40).collect::<Vec<_>>().join("\n");
        for command in ["cargo run --release -- tour", "cargo xtask test"] {
            assert!(first_screen.contains(command), "{page} lacks `{command}` on its first screen");
        }
    }
    assert!(text(".ci/run").contains("cargo xtask test"));
}

/// The ways in which other SDKs fail (see `docs/traps.md`), each a test that carries its number.
#[test]
fn every_trap_has_a_test_with_its_number() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    let mut tested = BTreeSet::new();
    for file in files {
        let code = fs::read_to_string(&file).unwrap();
        for name in code.split("fn trap_").skip(1) {
            tested.extend(name.split('_').next().and_then(|number| number.parse::<u32>().ok()));
        }
    }
    let page = text("docs/traps.md");
    let listed: Vec<u32> =
        page.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok()).collect();
    assert!(listed.len() > 38, "{listed:?}");
    let missing: Vec<&u32> = listed.iter().filter(|number| !tested.contains(number)).collect();
    assert!(missing.is_empty(), "no test for the traps {missing:?}");
}

#[test]
fn no_integration_test_file_is_forgotten() {
    for krate in fs::read_dir(root().join("crates")).unwrap() {
        let folder = krate.unwrap().path().join("tests/it");
        let Ok(main) = fs::read_to_string(folder.join("main.rs")) else {
            continue;
        };
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let known = name == "main" || main.contains(&format!("mod {name};"));
            assert!(known, "{} is not a module of its main.rs", path.display());
        }
    }
}
