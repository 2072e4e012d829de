//! Sees to it that a server does not outlive the process that started it.

use std::{
    io,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
};

/// A shell that waits for the end of its input, which comes when this process ends in whatever way, and then kills the
/// server and removes its folder.
///
/// `Drop` is not enough: a static is never dropped, and neither is anything when a test process is killed.
#[derive(Debug)]
pub(crate) struct Warden {
    shell: Child,
    /// Open as long as this process lives.
    _lifeline: Option<ChildStdin>,
}

impl Warden {
    pub(crate) fn of(server: &Child, folder: &Path) -> io::Result<Self> {
        let mut shell = Command::new("sh")
            // These go to the whole group, and must not end the warden before its charge.
            .args(["-c", "trap '' INT TERM HUP; read -r _; kill -9 \"$0\" 2>&-; rm -rf -- \"$1\""])
            .arg(server.id().to_string())
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let lifeline = shell.stdin.take();
        Ok(Self { shell, _lifeline: lifeline })
    }

    /// Sends the warden away. To be done before its charge ends, so that it never signals a process that has inherited
    /// the number.
    pub(crate) fn dismiss(&mut self) {
        self.shell.kill().ok();
        self.shell.wait().ok();
    }
}
