//! Runs the command with an environment that contains only the variables of the test.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    process::{Child, ChildStdout, Command, Output, Stdio},
    thread::JoinHandle,
};

use serde_json::Value;

/// The form of secrets in these tests. No output may contain it.
pub(crate) const SECRET: &str = "very-secret-secret";

const PROGRAM: &str = env!("CARGO_BIN_EXE_txl");

/// Returns the command with all signals at their defaults, even if the parent process ignored some.
fn program() -> Command {
    // HUP, INT and TERM. A shell's `&` and `nohup` ignore some of them, and child processes inherit this.
    const STOPPING: u64 = (1 << 0) | (1 << 1) | (1 << 14);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored =
        status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    if ignored.unwrap_or(0) & STOPPING == 0 {
        return Command::new(PROGRAM);
    }
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP,INT,TERM", PROGRAM]);
    command
}

/// Returns the command with a clean environment.
pub(crate) fn txl() -> Command {
    cleaned(program())
}

/// Returns the command, started by a shell with this script. In the script, `"$@"` is the command with its arguments.
pub(crate) fn in_a_shell(script: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh", PROGRAM]).args(arguments);
    cleaned(command)
}

fn cleaned(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let is_proxy = text.to_ascii_lowercase().ends_with("_proxy");
        if is_proxy || text.starts_with("WECOM_") || text.starts_with("TXL_") {
            command.env_remove(&name);
        }
    }
    // Tests do not read or write files in the user's directories.
    command
        .env("TXL_LANG", "en")
        .env("WECOM_TOKEN_STORE", "none")
        .env("TXL_STATE_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/state"))
        .env("XDG_DATA_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/data"))
        .env("XDG_CONFIG_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/config"))
        .stdin(Stdio::null());
    command
}

/// The result of a command.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code, not a signal"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        }
    }

    /// Checks that the command fails with one error, a remedy, this exit code and no confidential output.
    #[track_caller]
    pub(crate) fn fails_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "{self:#?}");
        let is_error = |line: &&str| line.starts_with("error: ");
        assert_eq!(self.stderr.lines().filter(is_error).count(), 1, "{self:#?}");
        for noise in ["panicked", "RUST_BACKTRACE", "stack backtrace", SECRET, "access_token="] {
            assert!(!self.stderr.contains(noise), "{noise}: {self:#?}");
            assert!(!self.stdout.contains(noise), "{noise}: {self:#?}");
        }
        self
    }

    /// Checks that the failure has a remedy.
    #[track_caller]
    pub(crate) fn with_remedy(&self) -> &Self {
        assert!(self.stderr.lines().any(|line| line.starts_with("try: ")), "{self:#?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:#?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

pub(crate) fn run(arguments: &[&str]) -> Ran {
    Ran::of(txl().args(arguments).output().expect("the command starts"))
}

/// A `txl sim` process. It is stopped when dropped.
pub(crate) struct RunningSim {
    pub(crate) child: Child,
    pub(crate) stdout: BufReader<ChildStdout>,
    pub(crate) ready: Value,
}

impl RunningSim {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = txl()
            .arg("sim")
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a ready line");
        let ready = serde_json::from_str(&line).unwrap_or_else(|error| {
            let mut stderr = String::new();
            let _ = child.kill();
            let _ = child.stderr.take().map(|mut pipe| pipe.read_to_string(&mut stderr));
            panic!("{error}: {line:?}, {stderr}")
        });
        Self { child, stdout, ready }
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.ready[key].as_str().unwrap_or_else(|| panic!("{key} in {}", self.ready))
    }

    /// Returns the command, configured for this simulator by its environment.
    pub(crate) fn txl(&self) -> Command {
        let mut command = txl();
        command
            .env("WECOM_BASE_URL", self.text("url"))
            .env("WECOM_CORP_ID", self.text("corp_id"))
            .env("WECOM_CONTACTS_SECRET", self.text("contacts_secret"))
            .env("WECOM_AGENT_ID", self.ready["agent_id"].to_string())
            .env("WECOM_APP_SECRET", self.text("app_secret"));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.txl().args(arguments).output().expect("the command starts"))
    }
}

impl Drop for RunningSim {
    fn drop(&mut self) {
        // The process can have stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns a port of the loopback interface that is bound once and released, so it is closed.
pub(crate) fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// A server that answers all requests with one page, like a broken gateway.
pub(crate) struct Gateway {
    pub(crate) url: String,
    _thread: JoinHandle<()>,
}

impl Gateway {
    pub(crate) fn answering(status: &str, content_type: &str, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                // The head of the request is read, because closing with unread bytes resets the connection.
                let mut head = BufReader::new(stream.try_clone().expect("a second handle"));
                let mut line = String::new();
                while head.read_line(&mut line).is_ok_and(|read| read > 2) {
                    line.clear();
                }
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { url, _thread: thread }
    }
}
