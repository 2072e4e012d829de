//! The requirements of published crates, and the markers that prevent publishing of the others.

use std::fs;

use super::{section, sources, text};
use crate::{package::published, root};

fn is_rust_example(line: &str) -> bool {
    line.trim_start().starts_with("```rust")
}

#[test]
fn a_published_crate_has_the_metadata_of_its_page() {
    let crates = published().unwrap();
    assert!(crates.len() > 5, "{crates:?}");
    for krate in crates {
        let manifest = text(&format!("crates/{krate}/Cargo.toml"));
        for key in [
            "description = ",
            "readme = \"README.md\"",
            "keywords = ",
            "categories = ",
            "include.workspace = true",
        ] {
            assert!(manifest.lines().any(|line| line.starts_with(key)), "{krate} lacks `{key}`");
        }
        assert!(manifest.contains("[package.metadata.docs.rs]"), "{krate}");
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            assert_eq!(
                text(&format!("crates/{krate}/{licence}")),
                text(licence),
                "{krate}: a link to the licence at the root"
            );
        }
        let readme = text(&format!("crates/{krate}/README.md"));
        assert!(readme.starts_with(&format!("# {krate}\n")), "{krate}");
        if readme.lines().any(is_rust_example) {
            let code = text(&format!("crates/{krate}/src/lib.rs"));
            assert!(
                code.contains("include_str!(\"../README.md\")"),
                "{krate} does not compile the example of its README"
            );
        }
    }
}

#[test]
fn all_other_crates_are_marked_as_unpublished() {
    let mut packages = vec!["chaos".to_owned(), "fuzz".to_owned(), "xtask".to_owned()];
    for entry in fs::read_dir(root().join("testing")).unwrap() {
        packages.push(format!("testing/{}", entry.unwrap().file_name().to_string_lossy()));
    }
    assert!(packages.len() > 5, "{packages:?}");
    for package in packages {
        let manifest = text(&format!("{package}/Cargo.toml"));
        assert!(manifest.lines().any(|line| line == "publish = false"), "{package}");
    }
}

/// The documentation of a published crate cannot include a file outside of the crate, because the package would not contain it.
#[test]
fn no_published_crate_includes_an_outside_page() {
    for krate in published().unwrap() {
        let folder = root().join("crates").join(&krate).join("src");
        let mut files = Vec::new();
        sources(&folder, &mut files);
        for file in files {
            let depth = file.strip_prefix(&folder).unwrap().components().count();
            let outside = format!("(\"{}", "../".repeat(depth + 1));
            let code = fs::read_to_string(&file).unwrap();
            for including in ["include_str!", "include_bytes!", "include!"] {
                assert!(!code.contains(&format!("{including}{outside}")), "{}", file.display());
            }
        }
    }
}

#[test]
fn the_rust_examples_of_every_page_are_compiled() {
    let compiled = text("testing/guides/src/lib.rs");
    let mut pages = Vec::new();
    for folder in ["", "docs", "docs/zh"] {
        let Ok(entries) = fs::read_dir(root().join(folder)) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|end| end == "md") {
                pages.push(path);
            }
        }
    }
    assert!(pages.len() > 8, "{pages:?}");
    for page in pages {
        if fs::read_to_string(&page).unwrap().lines().any(is_rust_example) {
            let name = page.strip_prefix(root()).unwrap().display().to_string().replace('\\', "/");
            assert!(
                compiled.contains(&format!("include_str!(\"../../../{name}\")")),
                "{name}: add it to testing/guides"
            );
        }
    }
}

/// `bench` and `dist` inherit from `release`, so its exceptions would apply to them too.
#[test]
fn the_profile_of_the_benchmarks_overrides_each_exception_of_release() {
    let crates = |profile: &str| {
        let lines = section("Cargo.toml", &format!("[profile.{profile}.package]"));
        let named = lines.iter().filter_map(|line| Some(line.split_once(".opt-level = ")?.0.to_owned()));
        named.collect::<Vec<_>>()
    };
    assert!(crates("release").contains(&"txl".to_owned()));
    assert_eq!(crates("release"), crates("bench"));
    assert!(
        section("Cargo.toml", "[profile.bench.package]")
            .iter()
            .all(|line| line.is_empty() || line.ends_with("= 3") || line.starts_with('#'))
    );
}
