//! The server process.

use std::{
    env,
    fs::{self, File},
    io,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::{INSTALL, talk};
use crate::{
    host::{self, ATTEMPTS, free_port, random},
    watchdog::Watchdog,
};

/// Newer distributions have it under the name Valkey.
const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];
/// Maximum time until a server answers. It starts within milliseconds, but slower on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

/// A private `redis-server` on 127.0.0.1 without persistence. It ends when this value is dropped or the process ends.
#[derive(Debug)]
pub struct PrivateRedis {
    program: &'static str,
    folder: PathBuf,
    port: u16,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    watchdog: Watchdog,
    process: Child,
}

impl PrivateRedis {
    /// Starts a server on a free port and waits until it answers, at most 20 seconds.
    ///
    /// # Errors
    ///
    /// Returns [`io::ErrorKind::NotFound`] with instructions if `redis-server` is missing. Otherwise it returns the
    /// reason of the failed start, with the server's last output.
    pub fn start() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let program = Self::program().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, INSTALL))?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            env::temp_dir().join(format!("private-redis-{}-{number}-{:x}", std::process::id(), random()));
        fs::create_dir(&folder)?;
        let mut server = Self { program, folder, port: 0, running: None };
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..ATTEMPTS {
            server.port = free_port()?;
            match server.launch() {
                Ok(()) => return Ok(server),
                // Another process has taken the port.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// Returns the name of the program that would be started; `None` if `PATH` has none.
    pub fn program() -> Option<&'static str> {
        PROGRAMS.into_iter().find(|program| host::program(program).is_some())
    }

    /// Returns `redis://127.0.0.1:PORT`, which stays the same after a restart.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Returns the server's port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills the server (SIGKILL). Connections break, and new ones are refused. It has no effect on a stopped server.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts the server again on the same port, without data. A running server is killed first.
    ///
    /// # Errors
    ///
    /// Returns an error if the server does not answer within 20 seconds, or if another process keeps the port.
    pub fn restart(&mut self) -> io::Result<()> {
        self.kill();
        let until = Instant::now() + START_TIMEOUT;
        loop {
            match self.launch() {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && Instant::now() < until => {
                    thread::sleep(POLL)
                }
                done => return done,
            }
        }
    }

    /// Suspends the server (SIGSTOP). Connections stay open and the kernel accepts new ones, but no request is
    /// answered.
    ///
    /// # Errors
    ///
    /// Returns an error if the server is stopped.
    pub fn freeze(&self) -> io::Result<()> {
        self.signal("-STOP")
    }

    /// Resumes a suspended server (SIGCONT). It processes the requests received in the meantime.
    ///
    /// # Errors
    ///
    /// Returns an error if the server is stopped.
    pub fn thaw(&self) -> io::Result<()> {
        self.signal("-CONT")
    }

    /// Stops the server. Dropping it does the same.
    pub fn stop(self) {}

    fn signal(&self, signal: &str) -> io::Result<()> {
        let running =
            self.running.as_ref().ok_or_else(|| io::Error::other("the private redis is stopped"))?;
        let sent = Command::new("kill").arg(signal).arg(running.process.id().to_string()).status()?;
        if sent.success() {
            Ok(())
        } else {
            Err(io::Error::other(format!("kill {signal} ended with {sent}")))
        }
    }

    /// Starts the process and waits until this process answers.
    fn launch(&mut self) -> io::Result<()> {
        let log = self.folder.join("log");
        let file = File::create(&log)?;
        let process = Command::new(self.program)
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
            .args(["--save", "", "--appendonly", "no", "--loglevel", "warning", "--daemonize", "no", "--dir"])
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stderr(file.try_clone()?)
            .stdout(file)
            .spawn()?;
        let mut running = match Watchdog::of(&process, "KILL", &self.folder) {
            Ok(watchdog) => Running { watchdog, process },
            Err(error) => {
                let mut process = process;
                process.kill().ok();
                process.wait().ok();
                return Err(error);
            }
        };
        // Another server on this port would answer with another number.
        let ours = format!("process_id:{}\r\n", running.process.id());
        let until = Instant::now() + START_TIMEOUT;
        loop {
            if let Ok(answer) = talk::ask((Ipv4Addr::LOCALHOST, self.port), "INFO server")
                && answer.contains(&ours)
            {
                self.running = Some(running);
                return Ok(());
            }
            if let Some(status) = running.process.try_wait()? {
                return Err(self.failure(&log, &format!("ended with {status}")));
            }
            if Instant::now() > until {
                return Err(self.failure(&log, &format!("does not answer within {START_TIMEOUT:?}")));
            }
            thread::sleep(POLL);
        }
    }

    fn failure(&self, log: &Path, what: &str) -> io::Error {
        let said = fs::read_to_string(log).unwrap_or_default();
        let taken = said.contains("Address already in use") || said.contains("Address in use");
        let kind = if taken { io::ErrorKind::AddrInUse } else { io::ErrorKind::Other };
        io::Error::new(kind, format!("{} on port {} {what}: {}", self.program, self.port, said.trim()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.watchdog.stop();
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        self.kill();
        fs::remove_dir_all(&self.folder).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn says(server: &PrivateRedis, command: &str) -> io::Result<String> {
        talk::ask((Ipv4Addr::LOCALHOST, server.port), command)
    }

    #[test]
    fn a_restarted_server_has_the_same_url_and_no_data() {
        let mut server = PrivateRedis::start().unwrap();
        let url = server.url();
        assert!(says(&server, "SET colour red").unwrap().starts_with("+OK"));
        server.kill();
        crate::redis::answers(&url).unwrap_err();
        server.restart().unwrap();
        assert_eq!(server.url(), url);
        assert!(says(&server, "GET colour").unwrap().starts_with("$-1"));
        server.restart().unwrap();
        crate::redis::answers(&url).unwrap();
    }

    #[test]
    fn a_dropped_server_leaves_neither_listener_nor_folder() {
        let server = PrivateRedis::start().unwrap();
        let (url, folder) = (server.url(), server.folder.clone());
        server.stop();
        crate::redis::answers(&url).unwrap_err();
        assert!(!folder.exists());
    }

    #[test]
    fn a_frozen_server_answers_after_it_is_resumed() {
        let server = PrivateRedis::start().unwrap();
        server.freeze().unwrap();
        let (asked, answer) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| asked.send(says(&server, "PING")));
            answer.recv_timeout(Duration::from_millis(50)).unwrap_err();
            server.thaw().unwrap();
            assert!(answer.recv_timeout(START_TIMEOUT).unwrap().unwrap().starts_with("+PONG"));
        });
    }

    #[test]
    fn servers_that_start_at_once_have_different_ports() {
        let servers: Vec<_> = thread::scope(|scope| {
            let starts: Vec<_> = (0..4).map(|_| scope.spawn(PrivateRedis::start)).collect();
            starts.into_iter().map(|start| start.join().unwrap().unwrap()).collect()
        });
        for server in &servers {
            assert!(says(server, "SET mine 1").unwrap().starts_with("+OK"));
            assert!(says(server, "DBSIZE").unwrap().starts_with(":1\r\n"));
        }
    }
}
