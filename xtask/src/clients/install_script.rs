//! The install script with the archive of this build, from a file server on the loopback interface.
//!
//! What the script refuses is tested with invented archives in `dist/install_script.rs`.

use std::{fs, process::Command};

use anyhow::{Result, ensure};

use super::usage::{output, use_it};
use crate::{dist::Dist, file_server, report::Outcome};

pub(super) fn test(dist: &Dist) -> Result<Outcome> {
    if cfg!(windows) {
        return Ok(Outcome::NotRun("the script is for Linux and macOS".into()));
    }
    if cfg!(target_os = "linux") && !dist.is_static {
        return Ok(Outcome::NotRun("it takes a static binary, and Rust's musl target is missing".into()));
    }
    let address = file_server::serve(file_server::folder(&dist.folder)?)?;
    let home = tempfile::tempdir()?;
    let mut script = Command::new("sh");
    script.arg(dist.folder.join("install.sh")).env("HOME", home.path()).env("TXL_DOWNLOAD_BASE", address);
    let printed = output(&mut script)?;
    let program = home.path().join(".local/bin/txl");
    ensure!(printed.contains(&program.display().to_string()), "the script printed: {printed}");
    ensure!(fs::read(&program)? == fs::read(&dist.program)?, "the script installed another program");
    use_it(|| Command::new(&program))?;
    Ok(Outcome::Passed("downloaded, verified, installed and used".into()))
}
