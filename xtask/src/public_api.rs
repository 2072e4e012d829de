//! `cargo xtask public-api`: the public items of the published crates, listed under `docs/public-api/`.
//!
//! A listing that differs from the code fails the suite, so every change of a public item appears in the review. The
//! items come from rustdoc's JSON, whose format is unstable. [`TOOLCHAIN`] writes the version that the `public-api`
//! crate reads; it is the oldest compiler that the workspace supports.

use std::{
    env, fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{root, run};

/// The crates with public items.
const CRATES: [&str; 6] =
    ["wecom-cipher", "wecom-contacts", "wecom-directory", "wecom-json", "wecom-sheets", "wecom-sim"];
/// The compiler whose rustdoc writes format 57, which public-api 0.52 reads.
const TOOLCHAIN: &str = "1.95";
/// Set for the copy of this program that cargo starts instead of rustdoc.
const AS_RUSTDOC: &str = "XTASK_AS_RUSTDOC";

const UPDATE: &str = "cargo xtask public-api --write";

/// Compares the listings with the code, or writes them.
///
/// # Errors
///
/// Returns an error if a listing differs, or if the required compiler is missing.
pub(crate) fn check(write: bool) -> Result<()> {
    let toolchain = toolchain()?;
    let folder = root().join("docs/public-api");
    let mut differing = Vec::new();
    for krate in CRATES {
        let file = folder.join(format!("{krate}.txt"));
        let listing = listing(krate, &toolchain)?;
        let listed = fs::read_to_string(&file).unwrap_or_default();
        if listing == listed {
            continue;
        }
        if write {
            fs::create_dir_all(&folder)?;
            fs::write(&file, listing)?;
            eprintln!("written: docs/public-api/{krate}.txt");
        } else {
            print_difference(&listed, &listing);
            differing.push(krate);
        }
    }
    if !differing.is_empty() {
        bail!(
            "the public items of {} differ from docs/public-api; if that is intended: {UPDATE}",
            differing.join(", ")
        );
    }
    Ok(())
}

/// Returns the items of one crate, one for each line, without derived and automatic implementations.
fn listing(krate: &str, toolchain: &[String]) -> Result<String> {
    // Build results of different compilers are incompatible, so this one has a separate directory.
    let target = root().join(if toolchain.is_empty() { "target" } else { "target/public-api" });
    let mut rustdoc = Command::new("cargo");
    rustdoc
        .args(toolchain)
        .args([
            "rustdoc",
            "--quiet",
            "--locked",
            "--lib",
            "--all-features",
            "--package",
            krate,
            "--target-dir",
        ])
        .arg(&target)
        .args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"])
        .env("RUSTDOC", env::current_exe()?)
        .env(AS_RUSTDOC, "1")
        .env_remove("RUSTDOCFLAGS")
        // The cargo that runs this task has set it for its own toolchain.
        .env_remove("RUSTUP_TOOLCHAIN")
        .current_dir(root());
    run(&mut rustdoc)?;
    let json: PathBuf = target.join("doc").join(format!("{}.json", krate.replace('-', "_")));
    let items = public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .with_context(|| format!("cannot read {}", json.display()))?;
    Ok(items.items().map(|item| format!("{item}\n")).collect())
}

/// Returns the arguments that select [`TOOLCHAIN`]; empty if it is the default.
fn toolchain() -> Result<Vec<String>> {
    let is_right = |arguments: &[String]| {
        let asked =
            Command::new("cargo").args(arguments).arg("--version").env_remove("RUSTUP_TOOLCHAIN").output();
        asked.is_ok_and(|answer| {
            let version = String::from_utf8_lossy(&answer.stdout);
            version
                .strip_prefix("cargo ")
                .is_some_and(|version| version.starts_with(&format!("{TOOLCHAIN}.")))
        })
    };
    let candidates = [Vec::new(), vec![format!("+{TOOLCHAIN}")]];
    if let Some(found) = candidates.iter().find(|arguments| is_right(arguments)) {
        return Ok(found.clone());
    }
    let mut install = Command::new("rustup");
    install.args(["toolchain", "install", TOOLCHAIN, "--profile", "minimal"]).stdout(Stdio::null());
    eprintln!("the listings of public items need Rust {TOOLCHAIN}: installing it with rustup");
    run(&mut install)
        .with_context(|| format!("install Rust {TOOLCHAIN}, which makes the listings of public items"))?;
    Ok(candidates[1].clone())
}

/// Prints the lines that only one of the two listings has.
fn print_difference(listed: &str, found: &str) {
    let only_in = |one: &str, other: &str, sign: char| {
        let other: std::collections::BTreeSet<&str> = other.lines().collect();
        for line in one.lines().filter(|line| !other.contains(line)) {
            eprintln!("{sign} {line}");
        }
    };
    only_in(listed, found, '-');
    only_in(found, listed, '+');
}

/// Runs rustdoc with unstable options, if this program was started in its place. Only rustdoc sees the variable,
/// because dependencies that read it would be built again.
pub(crate) fn run_as_rustdoc() -> Option<Result<()>> {
    env::var_os(AS_RUSTDOC)?;
    let mut rustdoc = Command::new("rustdoc");
    rustdoc.args(env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1");
    Some(run(&mut rustdoc))
}
