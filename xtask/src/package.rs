//! `cargo xtask package`: packages the published crates like `cargo publish`, and checks the files of the packages.
//!
//! None of the crates is on crates.io yet, so all are packaged in one command: cargo builds each one against the packages of the others.
//! `--no-verify` would be faster, but would miss files that a package lacks.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{cargo, root, run, target};

/// Maximum size of a compressed package in bytes. The largest one has 400,000.
const MAX_PACKAGE: u64 = 1 << 20;
/// The files of every package. All other files are in the folders.
const FILES: [&str; 4] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];
/// The files that cargo adds.
const ADDED: [&str; 3] = [".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml.orig"];
const FOLDERS: [&str; 4] = ["benches/", "examples/", "src/", "tests/"];

/// Packages and builds all published crates.
///
/// # Errors
///
/// Returns an error if cargo fails or warns, or if a package has a foreign file, lacks a file, or is too large.
pub(crate) fn check() -> Result<()> {
    let target = target();
    let crates = published()?;
    let version = version()?;
    let mut package = cargo();
    // A package has no profiles. With those of the workspace, cargo can reuse compiled dependencies.
    package.args(["package", "--allow-dirty", "--all-features", "--config", "Cargo.toml"]);
    package.arg("--target-dir").arg(&target);
    for krate in &crates {
        package.args(["--package", krate]);
    }
    forget_earlier_packages(&crates, &version, &target)?;
    let mut problems = run_and_find_warnings(&mut package)?;
    for krate in &crates {
        let listed = listed(krate)?;
        problems
            .extend(foreign_and_missing(&listed).into_iter().map(|problem| format!("{krate}: {problem}")));
        let file = target.join("package").join(format!("{krate}-{version}.crate"));
        let size = fs::metadata(&file).with_context(|| format!("no package {}", file.display()))?.len();
        if size > MAX_PACKAGE {
            problems.push(format!("{krate}: {size} bytes, more than {MAX_PACKAGE}"));
        }
        eprintln!("{krate}: {} files, {} KiB", listed.len(), size.div_ceil(1024));
    }
    if !problems.is_empty() {
        bail!("the packages have problems:\n{}", problems.join("\n"));
    }
    Ok(())
}

/// Removes the unpacked and compiled files of earlier packages of these crates.
///
/// Cargo verifies the packages with a private registry in the target directory, and treats a version that it has seen as unchanged. It would build a
/// crate against the earlier contents of another one.
fn forget_earlier_packages(crates: &[String], version: &str, target: &Path) -> Result<()> {
    let mut clean = cargo();
    clean.args(["clean", "--quiet", "--target-dir"]).arg(target);
    for krate in crates {
        clean.args(["--package", krate]);
    }
    run(clean.current_dir(root()))?;
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo"))).context("no home directory")?;
    let Ok(registries) = fs::read_dir(home.join("registry/src")) else { return Ok(()) };
    for registry in registries {
        let registry = registry?;
        // The name of a registry begins with its host. The private registry has none.
        if !registry.file_name().to_string_lossy().starts_with('-') {
            continue;
        }
        for krate in crates {
            let unpacked = registry.path().join(format!("{krate}-{version}"));
            if unpacked.exists() {
                fs::remove_dir_all(&unpacked)
                    .with_context(|| format!("cannot remove {}", unpacked.display()))?;
            }
        }
    }
    Ok(())
}

/// Returns the names of the published crates, which have no `publish = false`.
pub(crate) fn published() -> Result<Vec<String>> {
    let mut crates = Vec::new();
    for entry in fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
        let name =
            folder.file_name().and_then(|name| name.to_str()).context("a folder's name is not UTF-8")?;
        if !manifest.lines().any(|line| line == "publish = false") {
            crates.push(name.to_owned());
        }
    }
    crates.sort();
    Ok(crates)
}

/// Returns the version of the published crates.
pub(crate) fn version() -> Result<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml"))?;
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = "))
        .context("Cargo.toml has no version")?;
    Ok(line.trim_matches('"').to_owned())
}

/// Runs cargo, prints its output, and returns its warnings.
fn run_and_find_warnings(command: &mut Command) -> Result<Vec<String>> {
    let mut process =
        command.current_dir(root()).stderr(Stdio::piped()).spawn().context("cannot start cargo")?;
    let mut warnings = Vec::new();
    for line in BufReader::new(process.stderr.take().context("cargo has no stderr")?).lines() {
        let line = line?;
        eprintln!("{line}");
        if line.starts_with("warning:") {
            warnings.push(line);
        }
    }
    let status = process.wait()?;
    if !status.success() {
        bail!("cargo package ended with {status}");
    }
    Ok(warnings)
}

/// Returns the files of a package, as paths with `/`.
fn listed(krate: &str) -> Result<BTreeSet<String>> {
    let output = cargo()
        .args(["package", "--allow-dirty", "--list", "--package", krate])
        .current_dir(root())
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!("cargo package --list: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(|line| line.replace('\\', "/")).collect())
}

/// Returns the foreign and the missing files of a package.
fn foreign_and_missing(listed: &BTreeSet<String>) -> Vec<String> {
    let belongs = |file: &str| {
        FILES.contains(&file)
            || ADDED.contains(&file)
            || FOLDERS.iter().any(|folder| file.starts_with(folder))
    };
    let foreign = listed.iter().filter(|file| !belongs(file)).map(|file| format!("{file} is a foreign file"));
    let missing =
        FILES.iter().filter(|file| !listed.contains(**file)).map(|file| format!("{file} is missing"));
    foreign.chain(missing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_file_and_a_missing_licence_are_found() {
        let complete = [
            ".cargo_vcs_info.json",
            "Cargo.toml",
            "LICENSE-APACHE",
            "LICENSE-MIT",
            "README.md",
            "src/lib.rs",
        ];
        let mut listed: BTreeSet<String> = complete.map(str::to_owned).into();
        assert_eq!(foreign_and_missing(&listed), [""; 0]);
        listed.remove("LICENSE-MIT");
        listed.insert("corpus/1.bin".to_owned());
        assert_eq!(
            foreign_and_missing(&listed),
            ["corpus/1.bin is a foreign file", "LICENSE-MIT is missing"]
        );
    }
}
