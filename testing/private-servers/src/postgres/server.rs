//! The cluster and its server process.

use std::{
    env,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::INSTALL;
use crate::{
    host::{self, ATTEMPTS, free_port, random},
    watchdog::Watchdog,
};

/// Where Debian keeps the programs of each version; they are not in `PATH`.
const VERSIONS: &str = "/usr/lib/postgresql";
/// Maximum time until a server is ready. It starts in less than a second, but slower on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(10);

/// A private PostgreSQL on 127.0.0.1, with the user `postgres` and a random password. It ends when this value is dropped or the process
/// ends, and its data with it.
#[derive(Debug)]
pub struct PrivatePostgres {
    folder: PathBuf,
    password: String,
    port: u16,
    watchdog: Option<Watchdog>,
    process: Child,
}

impl PrivatePostgres {
    /// Creates a cluster, starts a server on a free port, and waits until it is ready, at most a minute.
    ///
    /// PostgreSQL refuses to run as root: the server of a root process runs as `postgres`, or as `nobody`.
    ///
    /// # Errors
    ///
    /// Returns [`io::ErrorKind::NotFound`] with instructions if PostgreSQL is missing. Otherwise it returns the reason of the failed
    /// start, with the server's last output.
    pub fn start() -> io::Result<Self> {
        Self::start_with(|_| Ok(()))
    }

    /// Starts a server as [`start`](Self::start) does, which also speaks TLS. Its certificate is for `localhost`, and the authority that signed it
    /// is in the file of [`authority`](Self::authority).
    ///
    /// # Errors
    ///
    /// Those of [`start`](Self::start).
    #[cfg(feature = "tls")]
    pub fn start_with_tls() -> io::Result<Self> {
        Self::start_with(super::tls::prepare)
    }

    /// `prepare` completes a new cluster.
    fn start_with(prepare: impl Fn(&mut Cluster) -> io::Result<()>) -> io::Result<Self> {
        let programs = Self::programs().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, INSTALL))?;
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..ATTEMPTS {
            let folder =
                env::temp_dir().join(format!("private-postgres-{}-{:x}", std::process::id(), random()));
            let started = Cluster::create(&programs, &folder).and_then(|mut cluster| {
                prepare(&mut cluster)?;
                cluster.launch(&programs, free_port()?)
            });
            match started {
                Ok(server) => return Ok(server),
                Err(error) => {
                    fs::remove_dir_all(&folder).ok();
                    // Another process may have taken the port.
                    if error.kind() != io::ErrorKind::AddrInUse {
                        return Err(error);
                    }
                    last = error;
                }
            }
        }
        Err(last)
    }

    /// Returns the directory with `initdb` and `postgres`: one of `PATH`, or that of the newest version in `/usr/lib/postgresql`.
    pub fn programs() -> Option<PathBuf> {
        let has_both = |folder: &Path| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
        let in_path = host::program("initdb").and_then(|file| file.parent().map(Path::to_owned));
        in_path.filter(|folder| has_both(folder)).or_else(|| {
            let versions = fs::read_dir(VERSIONS).ok()?.filter_map(|entry| {
                let version = entry.ok()?.path();
                let number: f32 = version.file_name()?.to_str()?.parse().ok()?;
                Some((number, version.join("bin")))
            });
            let usable = versions.filter(|(_, folder)| has_both(folder));
            usable.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, folder)| folder)
        })
    }

    /// Returns `postgres://postgres:PASSWORD@127.0.0.1:PORT/postgres`. The user is a superuser.
    pub fn url(&self) -> String {
        format!("postgres://postgres:{}@127.0.0.1:{}/postgres", self.password, self.port)
    }

    /// Returns the PEM file of the authority that signed the certificate of [`start_with_tls`](Self::start_with_tls).
    #[cfg(feature = "tls")]
    pub fn authority(&self) -> PathBuf {
        self.folder.join(super::tls::AUTHORITY)
    }

    /// Returns the server's port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        if let Some(mut watchdog) = self.watchdog.take() {
            watchdog.stop();
        }
        // An immediate shutdown, with the server's own children.
        let process = self.process.id().to_string();
        let asked = Command::new("kill").args(["-QUIT", &process]).stderr(Stdio::null()).status();
        if !asked.is_ok_and(|status| status.success()) {
            self.process.kill().ok();
        }
        self.process.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// A cluster without a server.
pub(super) struct Cluster {
    folder: PathBuf,
    password: String,
    user: Option<User>,
    /// Additional arguments of the server.
    arguments: Vec<String>,
}

/// The unprivileged user of a server that root starts.
#[derive(Clone, Copy)]
struct User {
    #[cfg(unix)]
    uid: u32,
    #[cfg(unix)]
    gid: u32,
}

#[cfg(unix)]
impl User {
    /// Returns a user to run as, if this process is root. Then its files belong to root.
    fn needed(folder: &Path) -> io::Result<Option<Self>> {
        use std::os::unix::fs::MetadataExt as _;

        if fs::metadata(folder)?.uid() != 0 {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd")?;
        let named = |name: &str| {
            let mut fields = passwd
                .lines()
                .map(|line| line.split(':'))
                .find(|fields| fields.clone().next() == Some(name))?;
            let uid = fields.nth(2)?.parse().ok()?;
            Some(Self { uid, gid: fields.next()?.parse().ok()? })
        };
        let missing = "PostgreSQL does not run as root, and there is no user postgres or nobody";
        named("postgres").or_else(|| named("nobody")).map(Some).ok_or_else(|| io::Error::other(missing))
    }

    fn own(self, path: &Path) -> io::Result<()> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
    }

    fn run(self, command: &mut Command) {
        use std::os::unix::process::CommandExt as _;

        command.uid(self.uid).gid(self.gid);
    }
}

#[cfg(not(unix))]
impl User {
    fn needed(_: &Path) -> io::Result<Option<Self>> {
        Ok(None)
    }

    fn own(self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn run(self, _: &mut Command) {}
}

impl Cluster {
    fn create(programs: &Path, folder: &Path) -> io::Result<Self> {
        fs::create_dir(folder)?;
        let user = User::needed(folder)?;
        let cluster = Self {
            folder: folder.to_owned(),
            password: format!("{:x}", random()),
            user,
            arguments: Vec::new(),
        };
        if let Some(user) = user {
            user.own(folder)?;
        }
        let password = cluster.write("password", &cluster.password)?;
        let output = cluster
            .command(&programs.join("initdb"))
            .args([
                "--username=postgres",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .arg("--pgdata")
            .arg(folder.join("data"))
            .arg("--pwfile")
            .arg(&password)
            .output()?;
        if output.status.success() {
            return Ok(cluster);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(format!("initdb ended with {}: {}", output.status, said.trim())))
    }

    /// Writes a file that only the server's user may read.
    pub(super) fn write(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = self.folder.join(name);
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path)?.write_all(text.as_bytes())?;
        if let Some(user) = self.user {
            user.own(&path)?;
        }
        Ok(path)
    }

    /// Starts the server with this setting.
    #[cfg(feature = "tls")]
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.arguments.extend(["-c".to_owned(), format!("{name}={value}")]);
    }

    /// A command that runs as the unprivileged user, in a directory that it may read.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).stdin(Stdio::null());
        if let Some(user) = self.user {
            user.run(&mut command);
        }
        command
    }

    fn launch(&self, programs: &Path, port: u16) -> io::Result<PrivatePostgres> {
        let log = self.folder.join("log");
        let file = File::create(&log)?;
        let process = self
            .command(&programs.join("postgres"))
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "max_connections=200"])
            // The data may be lost: it lives as long as the tests.
            .args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"])
            .args(&self.arguments)
            .stderr(file.try_clone()?)
            .stdout(file)
            .spawn()?;
        let mut server = PrivatePostgres {
            folder: self.folder.clone(),
            password: self.password.clone(),
            port,
            watchdog: None,
            process,
        };
        server.watchdog = Some(Watchdog::of(&server.process, "QUIT", &self.folder)?);
        let until = Instant::now() + START_TIMEOUT;
        loop {
            // The server writes its state into this file, which another server on this port cannot do.
            let state = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
            if state.lines().nth(7).is_some_and(|state| state.trim() == "ready") {
                return Ok(server);
            }
            if let Some(status) = server.process.try_wait()? {
                return Err(failure(&log, port, &format!("ended with {status}")));
            }
            if Instant::now() > until {
                return Err(failure(&log, port, &format!("is not ready within {START_TIMEOUT:?}")));
            }
            thread::sleep(POLL);
        }
    }
}

fn failure(log: &Path, port: u16, what: &str) -> io::Error {
    let said = fs::read_to_string(log).unwrap_or_default();
    let taken = said.contains("Address already in use");
    let kind = if taken { io::ErrorKind::AddrInUse } else { io::ErrorKind::Other };
    io::Error::new(kind, format!("postgres on port {port} {what}: {}", said.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::answers;

    #[test]
    fn a_dropped_server_leaves_neither_listener_nor_folder() {
        let server = PrivatePostgres::start().unwrap();
        let (url, folder) = (server.url(), server.folder.clone());
        answers(&url).unwrap();
        assert!(folder.exists());
        drop(server);
        answers(&url).unwrap_err();
        assert!(!folder.exists());
    }
}
