//! A headless Chromium for tests of pages.
//!
//! [`Browser`] starts one, and [`Page`] is a tab with its own size. A page records each request and each message of its console, so
//! that a test can prove that there are none. On a machine without Chromium the start fails with instructions to install it; no test
//! is skipped.
//!
//! The browser is driven by the [DevTools protocol](https://chromedevtools.github.io/devtools-protocol/) over two pipes, which needs
//! no port and no WebSocket client. `pipe` speaks it.

mod page;
mod pipe;

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
};

use serde_json::json;
use tempfile::TempDir;

pub use self::page::Page;
use self::pipe::Pipe;

/// The message for a machine without Chromium.
pub const INSTALL: &str = "Chromium is needed and neither `chromium` nor `google-chrome` is in PATH; install it with one of\n  \
     apt-get install chromium        (Debian; Ubuntu has it as a snap)\n  \
     dnf install chromium-headless   (Fedora)\n  \
     apk add chromium                (Alpine)\n  \
     pacman -S chromium              (Arch)";

/// Programs that are Chromium, in the order in which they are tried.
const PROGRAMS: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "chrome-headless-shell",
    "chromium-headless-shell",
    "google-chrome",
    "google-chrome-stable",
];

/// Flags for a browser that asks nothing, and that contacts no server of its own.
const FLAGS: [&str; 12] = [
    "--headless",
    "--remote-debugging-pipe",
    // The sandbox needs rights that a container or the root user lacks. The pages are the project's own.
    "--no-sandbox",
    "--disable-gpu",
    // Containers have a small /dev/shm.
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
];

/// A running Chromium. It ends when this value is dropped, and with this process, because its pipe then closes.
#[derive(Debug)]
pub struct Browser {
    pipe: Arc<Mutex<Pipe>>,
    process: Child,
    /// Profile and home directory of the browser.
    _directory: TempDir,
}

impl Browser {
    /// Returns the Chromium of this machine.
    pub fn program() -> Option<PathBuf> {
        let path = env::var_os("PATH")?;
        let directories: Vec<_> = env::split_paths(&path).collect();
        let found = |name: &&str| {
            directories.iter().map(|directory| directory.join(name)).find(|program| program.is_file())
        };
        PROGRAMS.iter().find_map(found)
    }

    /// Starts Chromium with an empty profile.
    ///
    /// # Errors
    ///
    /// Returns an error that says what to install if there is no Chromium, or why it does not start.
    pub fn start() -> io::Result<Self> {
        let program = Self::program().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, INSTALL))?;
        let directory = tempfile::tempdir()?;
        let mut process = command(&program, directory.path()).spawn()?;
        let stdin = process.stdin.take().ok_or_else(|| io::Error::other("the browser has no stdin"))?;
        let stdout = process.stdout.take().ok_or_else(|| io::Error::other("the browser has no stdout"))?;
        let browser =
            Self { pipe: Arc::new(Mutex::new(Pipe::new(stdin, stdout))), process, _directory: directory };
        // The first reply shows that it runs.
        browser.call("Browser.getVersion", json!({}))?;
        Ok(browser)
    }

    /// Opens an empty tab of this size in CSS pixels. At most 600 pixels of width are a phone.
    ///
    /// # Errors
    ///
    /// Returns an error if the browser does not answer.
    pub fn page(&self, width: u32, height: u32) -> io::Result<Page> {
        Page::open(Arc::clone(&self.pipe), width, height)
    }

    fn call(&self, method: &str, params: serde_json::Value) -> io::Result<serde_json::Value> {
        pipe::locked(&self.pipe).call(None, method, params)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its own end closes the children of the browser, which a signal would leave.
        let _ = self.call("Browser.close", json!({}));
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Chromium reads from file descriptor 3 and writes to 4. The shell connects them to stdin and stdout of the child.
fn command(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null"#])
        .arg(program)
        .args(FLAGS)
        .arg(format!("--user-data-dir={}", directory.display()))
        .arg("about:blank")
        .env("HOME", directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}
