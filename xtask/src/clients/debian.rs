//! The Debian package, installed into an empty root and removed again. Its installation runs no script, so it needs no Debian inside.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use super::usage::{find, output, use_it};
use crate::{dist::Dist, report::Outcome};

pub(super) fn test(dist: &Dist) -> Result<Outcome> {
    let Some(package) = &dist.debian else {
        return Ok(Outcome::NotRun("it is built only on Linux".into()));
    };
    if find("dpkg").is_none() {
        return Ok(Outcome::NotRun("dpkg is missing".into()));
    }
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    let database = root.join("var/lib/dpkg");
    fs::create_dir_all(database.join("info"))?;
    fs::create_dir_all(database.join("updates"))?;
    for file in ["status", "available"] {
        fs::write(database.join(file), "")?;
    }
    let dpkg = || {
        let mut command = Command::new("dpkg");
        command.arg("--root").arg(root).args(["--force-not-root", "--force-bad-path", "--log=/dev/null"]);
        command
    };
    output(dpkg().arg("--install").arg(package))?;
    let verified = output(dpkg().args(["--verify", "txl"]))?;
    ensure!(verified.is_empty(), "installed files differ from the package: {verified}");
    let program = root.join("usr/bin/txl");
    use_it(|| Command::new(&program))?;
    let installed = files(&root.join("usr"))?;
    output(dpkg().args(["--purge", "txl"]))?;
    let left = if root.join("usr").exists() { files(&root.join("usr"))? } else { Vec::new() };
    ensure!(left.is_empty(), "files are left after the removal: {left:?}");
    Ok(Outcome::Passed(format!("{} files installed, verified, used and removed", installed.len())))
}

/// Returns the files below a folder.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path.display().to_string()) }
    }
    Ok(found)
}
