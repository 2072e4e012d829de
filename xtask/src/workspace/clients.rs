//! The packages for other languages in `clients/`.

use super::{section, text};

/// Returns the text between the first occurrence of `before` and the next quotation mark.
fn quoted<'a>(text: &'a str, before: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before} is missing"));
    rest.split('"').next().unwrap_or_default()
}

#[test]
fn the_packages_have_the_version_of_the_workspace() {
    let section = section("Cargo.toml", "[workspace.package]");
    let version = section.iter().find(|line| line.starts_with("version")).expect("a version");
    let version = quoted(version, "= \"");
    for (path, before) in [
        ("clients/python/pyproject.toml", "\nversion = \""),
        ("clients/node/package.json", "\"version\": \""),
        ("clients/node/package-lock.json", "\"version\": \""),
        ("clients/go/wecomsim/server.go", "const Version = \""),
    ] {
        assert_eq!(quoted(&text(path), before), version, "{path}");
    }
}

#[test]
fn the_lock_file_names_no_registry() {
    let lock = text("clients/node/package-lock.json");
    assert!(!lock.contains("\"resolved\""), "run `npm install` in clients/node, which has an .npmrc");
}

#[test]
fn the_packages_have_the_licences() {
    // A module of Go cannot contain links, so these files are copies. The package for Node gets its files when it is packed.
    for folder in ["clients/python", "clients/go/wecomsim"] {
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            assert_eq!(text(&format!("{folder}/{licence}")), text(licence), "{folder}");
        }
    }
}
