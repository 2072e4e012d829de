//! `cargo xtask test-clients`: installs every package and uses it. All packages have one binary, which is built once.
//!
//! A suite is a function here, or an executable file `clients/LANGUAGE/test.sh`. Such a file gets the path of the binary in `TXL_BINARY`. It exits with
//! 0 if all its tests pass, or with [`NOT_RUN`] if a program is missing. The last line of its output goes into the report. It copies the packages that it
//! makes into the folder of `TXL_PACKAGES`, and the last suite installs them into a fresh Debian.

mod bare_root;
mod container;
mod debian;
mod install_script;
mod system_root;
mod usage;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result};

use crate::{
    dist::{self, Build, Dist},
    report::{Outcome, Report},
    root,
};

/// Exit code of a suite that cannot run on this machine. Automake has the same one.
const NOT_RUN: i32 = 77;

/// Tests one package.
type Suite = fn(&Dist) -> Result<Outcome>;

/// The suites before those of the clients. [`system_root`] comes after them.
const SUITES: [(&str, Suite); 4] = [
    ("static binary", bare_root::test),
    ("install script", install_script::test),
    ("Debian package", debian::test),
    ("container image", container::test),
];

/// Runs the suites whose name contains `only`, or all of them.
///
/// # Errors
///
/// Returns an error if the binary cannot be built, or if a suite fails.
pub(crate) fn test(only: Option<&str>) -> Result<()> {
    let started = Instant::now();
    let dist = match std::env::var_os("TXL_BINARY") {
        Some(binary) => dist::pack_existing(Path::new(&binary))?,
        None => dist::build(Build::Quick)?,
    };
    let mut report = Report::of("package");
    let is_chosen = |name: &str| only.is_none_or(|only| name.contains(only));
    for (name, suite) in SUITES.iter().filter(|(name, _)| is_chosen(name)) {
        add(&mut report, name, || suite(&dist));
    }
    let packages = packages(&dist);
    if packages.exists() {
        fs::remove_dir_all(&packages)?;
    }
    fs::create_dir_all(&packages)?;
    for script in scripts()? {
        let language = script.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        if is_chosen(&language) {
            add(&mut report, &language, || run(&script, &dist));
        }
    }
    if is_chosen("fresh Debian") {
        add(&mut report, "fresh Debian", || system_root::test(&dist));
    }
    eprintln!();
    report.finish()?;
    eprintln!("the packages took {:.0} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// Returns the folder of the packages that the clients' suites make.
fn packages(dist: &Dist) -> PathBuf {
    dist.folder.join("packages")
}

fn add(report: &mut Report, name: &str, suite: impl FnOnce() -> Result<Outcome>) {
    eprintln!("\n== {name}");
    let started = Instant::now();
    let outcome = suite().unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
    report.add(format!("{name} ({:.1} s)", started.elapsed().as_secs_f64()), outcome);
}

/// Finds the suites of the clients for other languages, in the order of their names.
fn scripts() -> Result<Vec<PathBuf>> {
    let Ok(entries) = fs::read_dir(root().join("clients")) else { return Ok(Vec::new()) };
    let mut scripts = Vec::new();
    for entry in entries {
        scripts.extend(Some(entry?.path().join("test.sh")).filter(|script| script.is_file()));
    }
    scripts.sort();
    Ok(scripts)
}

/// Runs the suite of one language in its folder.
fn run(script: &Path, dist: &Dist) -> Result<Outcome> {
    let mut process = Command::new(script)
        .current_dir(script.parent().context("a script is in a folder")?)
        .env("TXL_BINARY", &dist.program)
        .env("TXL_PACKAGES", packages(dist))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", script.display()))?;
    let mut last = String::new();
    for line in BufReader::new(process.stdout.take().context("a suite has no stdout")?).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        eprintln!("{line}");
        if !line.trim().is_empty() {
            last = line.trim().to_owned();
        }
    }
    let status = process.wait()?;
    Ok(match status.code() {
        Some(0) => Outcome::Passed(last),
        Some(NOT_RUN) => Outcome::NotRun(last),
        _ => Outcome::Failed(format!("{status}: {last}")),
    })
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_exit_code_and_the_last_line_of_a_script_are_its_result() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("test.sh");
        let dist = Dist {
            folder: folder.path().into(),
            program: folder.path().join("txl"),
            debian: None,
            is_static: true,
        };
        for (body, expected) in [
            ("echo one; echo \"$TXL_BINARY\"", format!("Passed({:?})", dist.program)),
            ("echo node is missing; exit 77", "NotRun(\"node is missing\")".to_owned()),
            ("echo 1 failed; echo; exit 3", "Failed(\"exit status: 3: 1 failed\")".to_owned()),
        ] {
            fs::write(&script, format!("#!/bin/sh\n{body}\n")).unwrap();
            fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
            assert_eq!(format!("{:?}", run(&script, &dist).unwrap()), expected);
        }
    }
}
