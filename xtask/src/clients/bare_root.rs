//! The static binary in a root file system that contains nothing else: no C library, no certificates, no home directory, no `/tmp`.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use super::usage::{Root, credentials, find, use_it};
use crate::{dist::Dist, report::Outcome, root};

pub(super) fn test(dist: &Dist) -> Result<Outcome> {
    if !dist.is_static {
        return Ok(Outcome::NotRun(
            "the binary is not static: it is not for Linux, or Rust's musl target is missing".into(),
        ));
    }
    if let Some(why) = Root::refusal() {
        return Ok(Outcome::NotRun(format!("this user cannot change the root of a program: {why}")));
    }
    let folder = tempfile::tempdir()?;
    fs::copy(&dist.program, folder.path().join("txl"))?;
    let root = Root(folder.path().to_owned());
    use_it(|| root.command("/txl"))?;
    let tls = match find("openssl") {
        Some(_) => {
            trusts_only_known_certificates(&root)?;
            "TLS with and without a trusted certificate"
        }
        None => "TLS NOT RUN (openssl is missing)",
    };
    Ok(Outcome::Passed(format!("version, simulator and a call in an empty root; {tls}")))
}

/// Checks that a root without certificates trusts no unknown server, and trusts one whose certificate is given.
fn trusts_only_known_certificates(root: &Root) -> Result<()> {
    let server = Server::start()?;
    let certificates = crate::root().join("crates/txl/tests/certificates");
    fs::copy(certificates.join("ca.pem"), root.0.join("ca.pem"))?;
    let call = |more: &[&str]| -> Result<String> {
        let mut command = root.command("/txl");
        command.args(["auth", "check", "--attempts", "1"]).args(credentials(&server.url)).args(more);
        Ok(String::from_utf8_lossy(&command.output()?.stderr).into_owned())
    };
    let refused = call(&[])?;
    ensure!(
        refused.contains("--ca-cert"),
        "the certificate of an unknown authority was not refused: {refused}"
    );
    // The server is no WeCom: its answer is a page. The call fails after the handshake.
    let reached = call(&["--ca-cert", "/ca.pem"])?;
    ensure!(
        !reached.contains("--ca-cert") && !reached.contains("TLS"),
        "the server was not reached: {reached}"
    );
    Ok(())
}

/// A TLS server with the certificates of the tests.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Result<Self> {
        let certificates = root().join("crates/txl/tests/certificates");
        let mut command = Command::new("openssl");
        command.args(["s_server", "-www", "-accept", "127.0.0.1:0"]);
        command.arg("-cert").arg(certificates.join("server.pem"));
        command.arg("-key").arg(certificates.join("server.key"));
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start openssl")?;
        let lines = BufReader::new(process.stdout.take().context("openssl has no stdout")?).lines();
        // The line is `ACCEPT 127.0.0.1:PORT`.
        let address =
            lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("ACCEPT ")?.to_owned()));
        let url = format!("https://{}", address.unwrap_or_default());
        let server = Self { process, url };
        ensure!(server.url.len() > "https://".len(), "openssl does not listen");
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}
