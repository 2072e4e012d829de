//! Ends a server when the process that started it ends.

use std::{
    io,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

/// A shell that waits for the end of its input, which comes when this process ends for any reason. Then it kills the
/// server and removes its directory.
///
/// `Drop` is insufficient: statics are never dropped, and a killed process drops nothing.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shell: Child,
    /// Open while this process runs.
    _stdin: Option<ChildStdin>,
}

impl Watchdog {
    /// `signal` ends the server at once, and its own children.
    pub(crate) fn of(server: &Child, signal: &str, folder: &Path) -> io::Result<Self> {
        let mut shell = Command::new("sh")
            // These signals go to the whole process group and must not end the shell before the server.
            .args(["-c", "trap '' INT TERM HUP; read -r _; kill -\"$2\" \"$0\" 2>&-; rm -rf -- \"$1\""])
            .arg(server.id().to_string())
            .arg(folder)
            .arg(signal)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let stdin = shell.stdin.take();
        Ok(Self { shell, _stdin: stdin })
    }

    /// Ends the shell. This must happen before the server ends, because otherwise the shell could signal a later
    /// process with the same id.
    pub(crate) fn stop(&mut self) {
        self.shell.kill().ok();
        self.shell.wait().ok();
    }
}
