//! Installs missing programs with the system's package manager.

use std::{
    env,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

use crate::run;

/// A program that can be installed.
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) is_present: fn() -> bool,
    /// The message for a machine on which it cannot be installed.
    pub(crate) help: &'static str,
    /// Package names of a package manager, in the order in which they are tried.
    pub(crate) packages: fn(&str) -> &'static [&'static str],
    /// A command of Debian before the package: a shell script.
    pub(crate) debian: Option<&'static str>,
}

/// Installs a program if it is missing.
///
/// # Errors
///
/// Returns an error with [`Product::help`] if this user cannot install it.
pub(crate) fn install(product: &Product) -> Result<()> {
    if (product.is_present)() {
        return Ok(());
    }
    let root = says(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let rights = if root {
        Rights::Root
    } else if says(Command::new("sudo").args(["-n", "true"])).is_some() {
        Rights::Sudo
    } else {
        Rights::None
    };
    let Some(installer) = Installer::choose(rights, is_in_path) else { bail!("{}", product.help) };
    eprintln!("{} is missing; installing it with {}", product.name, installer.tool);
    for package in (product.packages)(installer.tool) {
        // One stale source makes the whole update fail, although the package may still be available.
        let mut done = Ok(());
        for mut command in installer.commands(product, package, rights) {
            done = run(&mut command);
        }
        match done {
            Ok(()) if (product.is_present)() => return Ok(()),
            Ok(()) => {
                eprintln!("{} installed {package}, but {} is still missing", installer.tool, product.name);
            }
            Err(error) => eprintln!("{error:#}"),
        }
    }
    bail!("{} cannot install {} here. {}", installer.tool, product.name, product.help)
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
    needs_root: bool,
}

const INSTALLERS: [Installer; 4] = [
    Installer {
        tool: "apt-get",
        before: Some(&["update", "-qq"]),
        install: &["install", "-qq", "--yes", "--no-install-recommends"],
        needs_root: true,
    },
    Installer {
        tool: "dnf",
        before: None,
        install: &["install", "--quiet", "--assumeyes"],
        needs_root: true,
    },
    Installer { tool: "apk", before: None, install: &["add", "--quiet", "--no-cache"], needs_root: true },
    Installer {
        tool: "brew",
        before: None,
        install: &["install", "--quiet"],
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

    fn commands(&self, product: &Product, package: &str, rights: Rights) -> Vec<Command> {
        let command = |program: &str, arguments: &[&str]| {
            let mut command = Command::new("env");
            if rights == Rights::Sudo && self.needs_root {
                command = Command::new("sudo");
                command.args(["-n", "env"]);
            }
            // A question would block forever.
            command.args(["DEBIAN_FRONTEND=noninteractive", program]).args(arguments);
            command
        };
        let mut install = command(self.tool, self.install);
        install.arg(package);
        let update = self.before.map(|arguments| command(self.tool, arguments));
        let prepare = product.debian.filter(|_| self.tool == "apt-get");
        let prepare = prepare.map(|script| command("sh", &["-c", script]));
        update.into_iter().chain(prepare).chain([install]).collect()
    }
}

/// Returns whether a folder of `PATH` has this program.
pub(crate) fn is_in_path(tool: &str) -> bool {
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
    use crate::servers::{POSTGRES, REDIS};

    fn commands(product: &Product, rights: Rights, tool: &str) -> Option<Vec<String>> {
        let installer = Installer::choose(rights, |name| name == tool)?;
        let package = (product.packages)(installer.tool)[0];
        let written = installer.commands(product, package, rights).into_iter().map(|command| {
            let words = [command.get_program()].into_iter().chain(command.get_args());
            words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        });
        Some(written.collect())
    }

    #[test]
    fn installation_never_asks_a_question() {
        assert_eq!(
            commands(&REDIS, Rights::Sudo, "apt-get").unwrap(),
            [
                "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get update -qq",
                "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends redis-server",
            ]
        );
        assert_eq!(
            commands(&REDIS, Rights::Root, "apk").unwrap(),
            ["env DEBIAN_FRONTEND=noninteractive apk add --quiet --no-cache redis"]
        );
        assert!(commands(&REDIS, Rights::None, "brew").is_some());
    }

    #[test]
    fn postgres_is_installed_on_debian_without_its_own_cluster() {
        let commands = commands(&POSTGRES, Rights::Root, "apt-get").unwrap();
        assert!(commands[1].contains("create_main_cluster = false"), "{commands:?}");
        assert!(commands[2].ends_with("--no-install-recommends postgresql"), "{commands:?}");
    }

    #[test]
    fn without_rights_nothing_is_installed() {
        assert!(commands(&REDIS, Rights::None, "apt-get").is_none());
        assert!(commands(&REDIS, Rights::Root, "brew").is_none());
        assert!(commands(&REDIS, Rights::Root, "emerge").is_none());
    }
}
