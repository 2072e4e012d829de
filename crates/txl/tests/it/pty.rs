//! A pseudo-terminal, for behaviour that appears only on a terminal.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use rustix::{
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

/// Maximum time until a text appears.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A command on its own terminal.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    output: Receiver<Vec<u8>>,
    seen: Vec<u8>,
    /// How much had been seen when the last keys were pressed.
    after: usize,
}

impl Terminal {
    /// Starts the command with stdin, stdout and stderr on a terminal of this size.
    pub(crate) fn start(mut command: Command, columns: u16, rows: u16) -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = File::options().read(true).write(true).open(name.to_str().unwrap()).unwrap();
        let size = Winsize { ws_col: columns, ws_row: rows, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&theirs, size).unwrap();
        let stream = |theirs: &File| Stdio::from(theirs.try_clone().unwrap());
        command.stdin(stream(&theirs)).stdout(stream(&theirs)).stderr(stream(&theirs));
        let child = command.env("TERM", "xterm-256color").spawn().unwrap();
        // A read fails after all processes have closed the other side.
        drop((command, theirs));
        let keyboard = File::from(ours);
        let mut screen = keyboard.try_clone().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self { child, keyboard, output, seen: Vec::new(), after: 0 }
    }

    /// Waits until the text has appeared.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait_after(0, text);
    }

    /// Waits until the text has appeared after the last line that was typed.
    pub(crate) fn wait_for_again(&mut self, text: &str) {
        self.wait_after(self.after, text);
    }

    fn wait_after(&mut self, start: usize, text: &str) {
        while !String::from_utf8_lossy(&self.seen[start..]).contains(text) {
            match self.output.recv_timeout(TIMEOUT) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(_) => panic!("`{text}` does not appear: {}", self.text()),
            }
        }
    }

    /// Types a line.
    pub(crate) fn enter(&mut self, line: &str) {
        self.press(format!("{line}\n").as_bytes());
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &[u8]) {
        self.after = self.seen.len();
        self.keyboard.write_all(keys).unwrap();
    }

    /// Sends a signal to the command.
    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    /// Waits for the end of the command. Returns its exit code and the whole output.
    pub(crate) fn end(mut self) -> (i32, String) {
        loop {
            match self.output.recv_timeout(TIMEOUT) {
                Ok(bytes) => self.seen.extend(bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("the command does not end: {}", self.text()),
            }
        }
        let code = self.child.wait().unwrap().code().expect("an exit code, not a signal");
        (code, self.text())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The command can have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
