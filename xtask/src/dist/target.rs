//! The platform of the distributed binary, and the compilers that it needs.

use std::{env, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    install::{Product, install, is_in_path},
    run,
};

/// A platform, as Rust names it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Target(String);

/// The C compiler of SQLite and of the cryptography.
const MUSL: Product = Product {
    name: "the C compiler for musl",
    is_present: || is_in_path("musl-gcc"),
    help: "Install musl-gcc (Debian: apt-get install musl-tools).",
    packages: |tool| match tool {
        "dnf" => &["musl-gcc"],
        _ => &["musl-tools"],
    },
    debian: None,
};

impl Target {
    /// Returns the platform of the packages that this machine can build and run. On Linux it is musl: a binary without any shared library.
    pub(crate) fn native() -> Result<Self> {
        Ok(Self::of_host(Self::host()?.triple()))
    }

    /// Returns the platform of the compiler itself.
    pub(crate) fn host() -> Result<Self> {
        let version = output(&mut rustc(&["-vV"]))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        Ok(Self(host.context("rustc does not name its host")?.to_owned()))
    }

    pub(super) fn of_host(host: &str) -> Self {
        Self(host.replace("-linux-gnu", "-linux-musl"))
    }

    pub(crate) fn triple(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_linux(&self) -> bool {
        self.0.contains("-linux-")
    }

    /// Returns whether the binary needs no C library of the system.
    pub(crate) fn is_static(&self) -> bool {
        self.0.ends_with("-linux-musl")
    }

    pub(crate) fn is_windows(&self) -> bool {
        self.0.contains("-windows-")
    }

    /// Returns the name of the program's file.
    pub(crate) fn program(&self) -> &'static str {
        if self.is_windows() { "txl.exe" } else { "txl" }
    }

    /// Returns the architecture's name in Debian; `None` if no Debian package is built for this platform.
    pub(crate) fn debian(&self) -> Option<&'static str> {
        match self.0.split('-').next() {
            Some("x86_64") if self.is_linux() => Some("amd64"),
            Some("aarch64") if self.is_linux() => Some("arm64"),
            _ => None,
        }
    }

    /// Installs the standard library and the C compiler of this platform if they are missing.
    ///
    /// # Errors
    ///
    /// Returns an error that says what to install.
    pub(crate) fn prepare(&self) -> Result<()> {
        let library = output(&mut rustc(&["--print", "target-libdir", "--target", &self.0]))?;
        if !Path::new(library.trim()).exists() {
            let mut add = Command::new("rustup");
            run(add.args(["target", "add", &self.0]))
                .with_context(|| format!("Rust's standard library for {} is missing", self.0))?;
        }
        if self.is_static() {
            install(&MUSL)?;
        }
        Ok(())
    }

    /// Adds cargo's arguments for this platform.
    pub(crate) fn select(&self, cargo: &mut Command) {
        cargo.args(["--target", &self.0]);
        if self.is_static() {
            cargo.env(format!("CC_{}", self.0.replace('-', "_")), "musl-gcc");
        }
        if self.is_windows() {
            // Otherwise the program needs the redistributable package of Visual C++.
            let flags = format!("target.{}.rustflags=[\"-Ctarget-feature=+crt-static\"]", self.0);
            cargo.args(["--config", &flags]);
        }
    }
}

fn rustc(arguments: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.args(arguments);
    command
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linux_gets_a_static_binary_and_the_others_their_own() {
        for (host, triple, debian, program) in [
            ("x86_64-unknown-linux-gnu", "x86_64-unknown-linux-musl", Some("amd64"), "txl"),
            ("aarch64-unknown-linux-gnu", "aarch64-unknown-linux-musl", Some("arm64"), "txl"),
            ("x86_64-unknown-linux-musl", "x86_64-unknown-linux-musl", Some("amd64"), "txl"),
            ("aarch64-apple-darwin", "aarch64-apple-darwin", None, "txl"),
            ("x86_64-pc-windows-msvc", "x86_64-pc-windows-msvc", None, "txl.exe"),
        ] {
            let target = Target::of_host(host);
            assert_eq!((target.triple(), target.debian(), target.program()), (triple, debian, program));
        }
    }
}
