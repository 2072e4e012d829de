//! The servers for the suite, Redis and PostgreSQL: a running one, a private one, or one that is installed first. And its browser.

use std::{
    env,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};
use headless_browser::Browser;
use private_servers::{
    postgres::{self, PrivatePostgres},
    redis::{self, PrivateRedis},
};

use crate::run;

/// A server for one run. A private one ends when this value is dropped.
pub(crate) struct Server {
    pub(crate) product: &'static str,
    /// The variable that names the server to the tests.
    pub(crate) variable: &'static str,
    pub(crate) url: String,
    /// A description for the summary. It has no URL, because a URL may contain a password.
    pub(crate) which: String,
    _process: Process,
}

/// What keeps a private server running.
enum Process {
    Elsewhere,
    Redis { _server: PrivateRedis },
    Postgres { _server: PrivatePostgres },
}

impl Server {
    /// Uses the server of `REDIS_URL` if it answers. Otherwise starts a private one, and installs it first if
    /// possible.
    pub(crate) fn redis() -> Result<Self> {
        const VARIABLE: &str = "REDIS_URL";
        if let Some(server) = Self::named_by(REDIS.name, VARIABLE, redis::answers) {
            return Ok(server);
        }
        install(&REDIS)?;
        let server = PrivateRedis::start()?;
        let program = PrivateRedis::program().unwrap_or("redis-server");
        Ok(Self {
            product: REDIS.name,
            variable: VARIABLE,
            url: server.url(),
            which: format!("a private {program} on port {}", server.port()),
            _process: Process::Redis { _server: server },
        })
    }

    /// Uses the server of `TXL_TEST_DATABASE_URL` if it answers. Otherwise starts a private one, and installs it
    /// first if possible.
    pub(crate) fn postgres() -> Result<Self> {
        if let Some(server) = Self::named_by(POSTGRES.name, postgres::VARIABLE, postgres::answers) {
            return Ok(server);
        }
        install(&POSTGRES)?;
        let server = PrivatePostgres::start()?;
        Ok(Self {
            product: POSTGRES.name,
            variable: postgres::VARIABLE,
            url: server.url(),
            which: format!("a private server on port {}", server.port()),
            _process: Process::Postgres { _server: server },
        })
    }

    fn named_by(
        product: &'static str,
        variable: &'static str,
        answers: fn(&str) -> std::io::Result<()>,
    ) -> Option<Self> {
        let url = env::var(variable).ok().filter(|url| !url.is_empty())?;
        match answers(&url) {
            Ok(()) => {
                let which = format!("the server of {variable}");
                Some(Self { product, variable, url, which, _process: Process::Elsewhere })
            }
            Err(error) => {
                eprintln!("{variable} is set, but {error}; starting a private one instead");
                None
            }
        }
    }
}

/// Installs the browser of the tests if it is missing. Returns its name and version for the summary.
pub(crate) fn browser() -> Result<String> {
    install(&CHROMIUM)?;
    let version = Browser::program().and_then(|program| says(Command::new(program).arg("--version")));
    Ok(version.unwrap_or_default().trim().to_owned())
}

/// A program that can be installed.
struct Product {
    name: &'static str,
    is_present: fn() -> bool,
    /// The message for a machine on which it cannot be installed.
    help: &'static str,
    /// Package names, in the order in which they are tried.
    packages: fn(&Installer) -> &'static [&'static str],
    /// A command of Debian before the package: a shell script.
    debian: Option<&'static str>,
}

const REDIS: Product = Product {
    name: "Redis",
    is_present: || PrivateRedis::program().is_some(),
    help: redis::INSTALL,
    packages: |installer| installer.redis,
    debian: None,
};

const POSTGRES: Product = Product {
    name: "PostgreSQL",
    is_present: || PrivatePostgres::programs().is_some(),
    help: postgres::INSTALL,
    packages: |installer| installer.postgres,
    // Otherwise the package creates a cluster and starts a server on port 5432.
    debian: Some(
        "mkdir -p /etc/postgresql-common/createcluster.d && \
         echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/no-main-cluster.conf",
    ),
};

const CHROMIUM: Product = Product {
    name: "Chromium",
    is_present: || Browser::program().is_some(),
    help: headless_browser::INSTALL,
    packages: |installer| installer.chromium,
    debian: None,
};

/// Installs a program if it is missing.
fn install(product: &Product) -> Result<()> {
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
    for package in (product.packages)(installer) {
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
    redis: &'static [&'static str],
    postgres: &'static [&'static str],
    chromium: &'static [&'static str],
    needs_root: bool,
}

const INSTALLERS: [Installer; 4] = [
    Installer {
        tool: "apt-get",
        before: Some(&["update", "-qq"]),
        install: &["install", "-qq", "--yes", "--no-install-recommends"],
        redis: &["redis-server"],
        postgres: &["postgresql"],
        chromium: &["chromium"],
        needs_root: true,
    },
    Installer {
        tool: "dnf",
        before: None,
        install: &["install", "--quiet", "--assumeyes"],
        redis: &["valkey", "redis"],
        postgres: &["postgresql-server"],
        chromium: &["chromium-headless", "chromium"],
        needs_root: true,
    },
    Installer {
        tool: "apk",
        before: None,
        install: &["add", "--quiet", "--no-cache"],
        redis: &["redis"],
        postgres: &["postgresql"],
        chromium: &["chromium"],
        needs_root: true,
    },
    Installer {
        tool: "brew",
        before: None,
        install: &["install", "--quiet"],
        redis: &["redis"],
        postgres: &["postgresql@17"],
        chromium: &["chromium"],
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

    fn commands(product: &Product, rights: Rights, tool: &str) -> Option<Vec<String>> {
        let installer = Installer::choose(rights, |name| name == tool)?;
        let package = (product.packages)(installer)[0];
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
