//! Uses an installed `txl`: its version, a simulator, a call to it, and the check of the container's health.

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::package;

/// A folder that programs see as the root of the file system.
pub(crate) struct Root(pub(crate) PathBuf);

impl Root {
    /// Returns why this user cannot change the root of a program; `None` if it can.
    pub(crate) fn refusal() -> Option<String> {
        let tried = Self("/".into()).command("/bin/true").output();
        match tried {
            Ok(output) if output.status.success() => None,
            Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Returns a command inside, without any environment variable except `PATH`. The program's path is absolute.
    pub(crate) fn command(&self, program: &str) -> Command {
        self.with(&[], program)
    }

    /// Returns a command inside as another user (`UID:GID`). A user who is not root stays the same one.
    pub(crate) fn command_as(&self, user: &str, program: &str) -> Command {
        if is_root() { self.with(&[&format!("--userspec={user}")], program) } else { self.with(&[], program) }
    }

    fn with(&self, options: &[&str], program: &str) -> Command {
        let mut command = if is_root() {
            Command::new("chroot")
        } else {
            let mut command = Command::new("unshare");
            command.args(["--map-root-user", "--root"]);
            command
        };
        command.args(options).arg(&self.0).arg(program).stdin(Stdio::null());
        // `PATH` finds the command that changes the root.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name != "PATH") {
            command.env_remove(name);
        }
        command
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

/// Runs a command and returns its output.
///
/// # Errors
///
/// Returns an error with the command's messages if it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } =
        command.output().with_context(|| format!("cannot start {command:?}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    ensure!(status.success(), "{command:?} ended with {status}: {} {}", text(&stdout), text(&stderr));
    Ok(text(&stdout))
}

/// A running simulator, which ends when this value is dropped.
pub(crate) struct Sim {
    process: Child,
    ready: String,
}

impl Sim {
    /// Starts a simulator with `command`, which prints the ready line on stdout.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut ready = String::new();
        let stdout = process.stdout.take().context("the simulator has no stdout")?;
        BufReader::new(stdout).read_line(&mut ready)?;
        let sim = Self { process, ready };
        if sim.field("url").is_none() {
            bail!("{command:?} printed no ready line");
        }
        Ok(sim)
    }

    pub(crate) fn url(&self) -> &str {
        self.field("url").unwrap_or_default()
    }

    /// Returns a text of the ready line.
    fn field(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.ready.split_once(&format!("\"{name}\":\""))?;
        Some(rest.split_once('"')?.0)
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        // The process may already have ended, so an error has no consequence.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Uses the program: prints its version, starts a simulator, and reads a member from it. `command` returns a command of the program.
///
/// # Errors
///
/// Returns an error if a command fails or prints something else.
pub(crate) fn use_it(command: impl Fn() -> Command) -> Result<()> {
    let version = output(command().arg("--version"))?;
    let expected = format!("txl {}", package::version()?);
    ensure!(version == expected, "`txl --version` printed {version}, not {expected}");
    let sim = Sim::start(command().args(["sim", "--listen", "127.0.0.1:0"]))?;
    let member = output(command().args(["member", "get", "lisi"]).args(credentials(sim.url())))?;
    ensure!(
        member.contains("\"name\":\"李四\"") || member.contains("\"name\": \"李四\""),
        "no member: {member}"
    );
    Ok(())
}

/// Returns the arguments for a call to a simulator by its app.
pub(crate) fn credentials(url: &str) -> Vec<String> {
    let arguments = ["--corp-id", "ww1234567890abcdef", "--agent-id", "1000002"];
    let more = ["--app-secret", "sim-app-secret", "--token-store", "none", "-o", "json", "--base-url", url];
    arguments.iter().chain(&more).map(|&argument| argument.to_owned()).collect()
}

/// Returns the path of a program on this machine.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| Path::new(file).is_file())
}
