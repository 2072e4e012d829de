//! The Redis for the suite: a running one, a private one, or one that is installed first.

use std::{
    env,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};
use private_redis::{INSTALL, PrivateRedis, answers};

use crate::run;

/// A Redis for one run. A private one ends when this value is dropped.
pub(crate) struct Redis {
    pub(crate) url: String,
    /// A description for the summary. It has no URL, because a URL may contain a password.
    pub(crate) which: String,
    _server: Option<PrivateRedis>,
}

impl Redis {
    /// Uses the server of `REDIS_URL` if it answers. Otherwise starts a private one, and installs it first if
    /// possible.
    pub(crate) fn ready() -> Result<Self> {
        if let Some(url) = env::var("REDIS_URL").ok().filter(|url| !url.is_empty()) {
            match answers(&url) {
                Ok(()) => return Ok(Self { url, which: "the server of REDIS_URL".into(), _server: None }),
                Err(error) => eprintln!("REDIS_URL is set, but {error}; starting a private one instead"),
            }
        }
        if PrivateRedis::program().is_none() {
            install()?;
        }
        let server = PrivateRedis::start()?;
        let program = PrivateRedis::program().unwrap_or("redis-server");
        let which = format!("a private {program} on port {}", server.port());
        Ok(Self { url: server.url(), which, _server: Some(server) })
    }
}

fn install() -> Result<()> {
    let root = says(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let rights = if root {
        Rights::Root
    } else if says(Command::new("sudo").args(["-n", "true"])).is_some() {
        Rights::Sudo
    } else {
        Rights::None
    };
    let Some(installer) = Installer::choose(rights, is_in_path) else { bail!("{INSTALL}") };
    eprintln!("redis-server is missing; installing it with {}", installer.tool);
    for package in installer.attempts {
        // One stale source makes the whole update fail, although the package may still be available.
        let mut done = Ok(());
        for mut command in installer.commands(package, rights) {
            done = run(&mut command);
        }
        match done {
            Ok(()) if PrivateRedis::program().is_some() => return Ok(()),
            Ok(()) => eprintln!("{} installed {package}, but redis-server is still missing", installer.tool),
            Err(error) => eprintln!("{error:#}"),
        }
    }
    bail!("{} cannot install Redis here. {INSTALL}", installer.tool)
}

/// What this user can do on the system without a password.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rights {
    Root,
    Sudo,
    None,
}

/// A package manager.
struct Installer {
    tool: &'static str,
    /// The command that a machine without package lists needs first.
    before: Option<&'static [&'static str]>,
    install: &'static [&'static str],
    /// Package names, in the order in which they are tried.
    attempts: &'static [&'static str],
    needs_root: bool,
}

const INSTALLERS: [Installer; 4] = [
    Installer {
        tool: "apt-get",
        before: Some(&["update", "-qq"]),
        install: &["install", "-qq", "--yes", "--no-install-recommends"],
        attempts: &["redis-server"],
        needs_root: true,
    },
    Installer {
        tool: "dnf",
        before: None,
        install: &["install", "--quiet", "--assumeyes"],
        attempts: &["valkey", "redis"],
        needs_root: true,
    },
    Installer {
        tool: "apk",
        before: None,
        install: &["add", "--quiet", "--no-cache"],
        attempts: &["redis"],
        needs_root: true,
    },
    Installer {
        tool: "brew",
        before: None,
        install: &["install", "--quiet"],
        attempts: &["redis"],
        // This package manager refuses to run as root.
        needs_root: false,
    },
];

impl Installer {
    fn choose(rights: Rights, is_there: impl Fn(&str) -> bool) -> Option<&'static Self> {
        INSTALLERS.iter().find(|installer| is_there(installer.tool) && installer.may(rights))
    }

    fn may(&self, rights: Rights) -> bool {
        if self.needs_root { rights != Rights::None } else { rights != Rights::Root }
    }

    fn commands(&self, package: &str, rights: Rights) -> Vec<Command> {
        let command = |arguments: &[&str]| {
            let mut command = Command::new("env");
            if rights == Rights::Sudo && self.needs_root {
                command = Command::new("sudo");
                command.args(["-n", "env"]);
            }
            // A question would block forever.
            command.args(["DEBIAN_FRONTEND=noninteractive", self.tool]).args(arguments);
            command
        };
        let mut install = command(self.install);
        install.arg(package);
        self.before.map(command).into_iter().chain([install]).collect()
    }
}

fn is_in_path(tool: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
}

/// Returns the output of a command, if it succeeds.
fn says(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands(rights: Rights, tool: &str) -> Option<Vec<String>> {
        let installer = Installer::choose(rights, |name| name == tool)?;
        let written = installer.commands(installer.attempts[0], rights).into_iter().map(|command| {
            let words = [command.get_program()].into_iter().chain(command.get_args());
            words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        });
        Some(written.collect())
    }

    #[test]
    fn installation_never_asks_a_question() {
        assert_eq!(
            commands(Rights::Sudo, "apt-get").unwrap(),
            [
                "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update -qq",
                "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends redis-server",
            ]
        );
        assert_eq!(
            commands(Rights::Root, "apk").unwrap(),
            ["env DEBIAN_FRONTEND=noninteractive apk add --quiet --no-cache redis"]
        );
        assert!(commands(Rights::None, "brew").is_some());
    }

    #[test]
    fn without_rights_nothing_is_installed() {
        assert!(commands(Rights::None, "apt-get").is_none());
        assert!(commands(Rights::Root, "brew").is_none());
        assert!(commands(Rights::Root, "emerge").is_none());
    }
}
