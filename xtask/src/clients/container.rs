//! The container image: built with podman or buildah where one is installed, and its files used in a changed root otherwise.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

use super::usage::{Root, Sim, find, output};
use crate::{
    dist::{Dist, IMAGE},
    report::Outcome,
    root,
};

/// User of the image.
const USER: &str = "65532:65532";

pub(super) fn test(dist: &Dist) -> Result<Outcome> {
    let context = dist.folder.join(IMAGE);
    let files = context.join("rootfs");
    if !dist.is_static {
        return Ok(Outcome::NotRun(
            "it takes a static binary, which is built only on Linux with Rust's musl target".into(),
        ));
    }
    let file = Containerfile::read()?;
    let used = use_files(&files, &file)?;
    let built = match ["podman", "buildah"].into_iter().find(|tool| find(tool).is_some()) {
        Some(tool) => build(tool, &context)?,
        None => "image NOT BUILT (podman and buildah are missing)".to_owned(),
    };
    Ok(Outcome::Passed(format!("{used}; {built}")))
}

/// What the image's file says.
struct Containerfile(String);

impl Containerfile {
    fn read() -> Result<Self> {
        Ok(Self(fs::read_to_string(root().join("packaging/Containerfile"))?))
    }

    /// Returns the words of an instruction whose value is a JSON array.
    fn words(&self, instruction: &str) -> Result<Vec<String>> {
        let is_it = |line: &&str| line.starts_with(&format!("{instruction} "));
        let line =
            self.0.lines().find(is_it).with_context(|| format!("Containerfile has no {instruction}"))?;
        let (_, array) = line.split_once('[').with_context(|| format!("{instruction} is no array"))?;
        Ok(array
            .trim_end_matches(']')
            .split(',')
            .map(|word| word.trim().trim_matches('"').to_owned())
            .collect())
    }

    fn value(&self, instruction: &str) -> Option<&str> {
        self.0.lines().find_map(|line| line.strip_prefix(instruction))
    }
}

/// Starts the default command as the image's user, and its health check.
fn use_files(files: &Path, file: &Containerfile) -> Result<String> {
    ensure!(file.value("USER ") == Some(USER), "the image's user is not {USER}");
    if let Some(why) = Root::refusal() {
        return Ok(format!("files NOT USED (this user cannot change the root of a program: {why})"));
    }
    // A copy below a folder that only root can enter would be closed to the image's user.
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    let copied = folder.path().join("rootfs");
    output(Command::new("cp").arg("-a").arg(files).arg(&copied))?;
    let root = Root(copied);
    let (entry, command) = (file.words("ENTRYPOINT")?, file.words("CMD")?);
    let start = |listen: &str| {
        let mut started = root.command_as(USER, &entry[0]);
        started.args(&entry[1..]).args(&command).env("TXL_SIM_LISTEN", listen);
        started
    };
    // The port of the image may be in use here.
    let sim = Sim::start(&mut start("0.0.0.0:0"))?;
    let port = sim.url().rsplit(':').next().unwrap_or_default().to_owned();
    let check = file.words("HEALTHCHECK")?;
    let check: Vec<String> = check.into_iter().map(|word| word.replace("8420", &port)).collect();
    ensure!(
        check.iter().any(|word| word.ends_with(&port)),
        "the health check has another port than the image"
    );
    output(root.command_as(USER, &check[0]).args(&check[1..])).context("a running simulator is unhealthy")?;
    drop(sim);
    let stopped = output(root.command_as(USER, &check[0]).args(&check[1..]));
    ensure!(stopped.is_err(), "a stopped simulator is healthy");
    Ok("default command and health check used as the image's user".into())
}

/// Builds the image and checks what it says about itself.
fn build(tool: &str, context: &Path) -> Result<String> {
    const TAG: &str = "localhost/txl-test";
    let mut build = Command::new(tool);
    build.args(["build", "--format", "docker", "--tag", TAG, "--file"]);
    build.arg(root().join("packaging/Containerfile")).arg(context);
    output(&mut build)?;
    let inspected = output(Command::new(tool).args(["inspect", "--type", "image", TAG]))?;
    for expected in [USER, "/usr/bin/txl", "--check", "8420/tcp"] {
        ensure!(inspected.contains(expected), "the image lacks {expected}: {inspected}");
    }
    output(Command::new(tool).args(["rmi", TAG]))?;
    Ok(format!("image built with {tool}"))
}
