//! Invariants of the workspace that no single crate can check.

mod clients;
mod layers;
mod published;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::root;

/// Returns the text of a file in the workspace.
fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Finds the Rust files below a folder.
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

/// Returns the lines of one section of a `Cargo.toml`.
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
fn the_sdk_and_the_simulator_are_independent() {
    assert!(!depends("crates/wecom-sim/Cargo.toml", "wecom-contacts"));
    assert!(!depends("crates/wecom-contacts/Cargo.toml", "wecom-sim"));
    let dev = section("crates/wecom-sim/Cargo.toml", "[dev-dependencies]");
    assert!(
        !dev.iter().any(|line| line.starts_with("wecom-contacts")),
        "the simulator is tested without the SDK"
    );
}

#[test]
fn the_cipher_has_no_workspace_dependency_and_no_io() {
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
    // The walkthroughs name files below the sources of one crate.
    let sources = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path().join("src"));
    let folders: Vec<_> = sources.chain([root()]).collect();
    let exists = |name: &str| folders.iter().any(|folder| folder.join(name).exists());
    let missing: Vec<&str> = named.filter(|name| !exists(name)).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names missing paths: {missing:?}");
}

#[test]
fn both_readmes_have_the_two_commands() {
    for page in ["README.md", "README.zh-CN.md"] {
        let first_screen: String = text(page).lines().take(40).collect::<Vec<_>>().join("\n");
        for command in ["cargo run --release -- tour", "cargo xtask test"] {
            assert!(first_screen.contains(command), "{page} lacks `{command}` on its first screen");
        }
    }
    assert!(text(".ci/run").contains("cargo xtask test"));
}

/// Known failures of other SDKs (see `docs/traps.md`). Each needs a test with its number.
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

/// Returns the Rust files below `folder` without a `mod` line in their parent file. Tests in such files would never
/// run.
fn forgotten(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    sources(folder, &mut files);
    let is_declared = |path: &PathBuf| {
        let (directory, name) = (path.parent().unwrap(), path.file_stem().unwrap().to_string_lossy());
        // The file of a module is `name.rs` or `name/mod.rs`. Its parent is in the same folder or one folder up.
        let (directory, name) = match &*name {
            "mod" => (directory.parent().unwrap(), directory.file_name().unwrap().to_string_lossy()),
            _ => (directory, name),
        };
        let parents = [directory.join("main.rs"), directory.join("mod.rs"), directory.with_extension("rs")];
        let line = format!("mod {name};");
        let declares = |code: String| code.lines().any(|code| code.trim_start_matches("pub ").trim() == line);
        parents.iter().any(|parent| fs::read_to_string(parent).is_ok_and(declares))
    };
    files.retain(|path| !path.ends_with("main.rs") && !is_declared(path));
    files
}

#[test]
fn every_integration_test_file_has_a_mod_line() {
    let mut packages = vec![root().join("chaos"), root().join("xtask")];
    for group in ["crates", "testing"] {
        packages.extend(fs::read_dir(root().join(group)).unwrap().map(|package| package.unwrap().path()));
    }
    let mut binaries = 0;
    for package in packages {
        // Cargo compiles `tests/name.rs` and `tests/name/main.rs` by default.
        let Ok(entries) = fs::read_dir(package.join("tests")) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            let is_binary = path.join("main.rs").exists() || path.extension().is_some_and(|end| end == "rs");
            binaries += u32::from(is_binary);
            let missing = if path.is_dir() { forgotten(&path) } else { Vec::new() };
            assert!(missing.is_empty(), "no `mod` line names {missing:?}");
        }
    }
    assert!(binaries > 6, "{binaries}");
}

#[test]
fn a_test_file_without_a_mod_line_is_found() {
    let folder = std::env::temp_dir().join(format!("wecom-workspace-{}", std::process::id()));
    let it = folder.join("it");
    fs::create_dir_all(it.join("members")).unwrap();
    for (path, code) in [
        ("main.rs", "mod members;\n    mod tags;\n// mod notes;\n"),
        ("members.rs", "mod rig;\n"),
        ("members/rig.rs", ""),
        ("members/fields.rs", ""),
        ("tags.rs", ""),
        ("notes.rs", ""),
    ] {
        fs::write(it.join(path), code).unwrap();
    }
    let mut found = forgotten(&it);
    found.sort();
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!(found, [it.join("members/fields.rs"), it.join("notes.rs")]);
}
