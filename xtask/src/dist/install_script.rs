//! What `packaging/install.sh` installs and what it refuses, with invented archives from a file server on the loopback interface.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{
    debian::hex,
    files::{File, tar_gz},
    target::Target,
};
use crate::{
    file_server::{self, Files},
    root,
};

const VERSION: &str = "9.8.7";

fn name() -> String {
    format!("txl-{VERSION}-{}", Target::native().unwrap().triple())
}

/// Returns an archive whose program is this shell script.
fn archive(program: &str) -> Vec<u8> {
    let files = [
        File::executable("txl", format!("#!/bin/sh\n{program}\n")),
        File::new("completions/_txl", "#compdef txl"),
        File::new("completions/txl.bash", "complete txl"),
        File::new("man/txl-sim.1", ".TH txl-sim"),
        File::new("man/txl.1", ".TH txl"),
    ];
    tar_gz(&files, &format!("{}/", name()), 0).unwrap()
}

fn release(program: &str) -> Files {
    let archive = archive(program);
    let file = format!("{}.tar.gz", name());
    let sums = format!(
        "{}  txl-{VERSION}-sparc-unknown-linux-musl.tar.gz\n{}  {file}\n{}  install.sh\n",
        "0".repeat(64),
        hex(&Sha256::digest(&archive)),
        "1".repeat(64),
    );
    Files::from([("/SHA256SUMS".to_owned(), sums.into_bytes()), (format!("/{file}"), archive)])
}

struct Ran {
    home: TempDir,
    output: Output,
}

impl Ran {
    /// Runs the script of the repository with an empty home directory.
    fn new(shell: &[&str], base: Option<&str>, arguments: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("tmp")).unwrap();
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).arg(root().join("packaging/install.sh")).args(arguments);
        command
            .env("HOME", home.path())
            .env("TMPDIR", home.path().join("tmp"))
            .env_remove("TXL_DOWNLOAD_BASE");
        if let Some(base) = base {
            command.env("TXL_DOWNLOAD_BASE", base);
        }
        let output = command.output().unwrap();
        let ran = Self { home, output };
        assert_eq!(fs::read_dir(ran.home.path().join("tmp")).unwrap().count(), 0, "files are left: {ran}");
        ran
    }

    /// Returns the message of a refusal, after which nothing is installed.
    fn refusal(self) -> String {
        assert_eq!(self.output.status.code(), Some(1), "{self}");
        assert!(!self.home.path().join(".local").exists(), "{self}");
        String::from_utf8(self.output.stderr).unwrap()
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Output { stdout, stderr, .. } = &self.output;
        write!(out, "{}{}", String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr))
    }
}

fn version_of(program: &Path) -> String {
    String::from_utf8(Command::new(program).arg("--version").output().unwrap().stdout).unwrap()
}

#[test]
fn the_verified_archive_is_installed_by_every_shell_of_this_machine() {
    let base = file_server::serve(release("echo txl 9.8.7")).unwrap();
    let mut shells = 0;
    for shell in [&["sh"][..], &["dash"], &["bash", "--posix"], &["busybox", "sh"]] {
        if Command::new(shell[0]).args(["-c", "true"]).output().is_err() {
            continue;
        }
        let ran = Ran::new(shell, Some(&format!("{base}/")), &[]);
        assert!(ran.output.status.success(), "{shell:?}: {ran}");
        let local = ran.home.path().join(".local");
        assert_eq!(version_of(&local.join("bin/txl")), "txl 9.8.7\n");
        for (path, content) in [
            ("share/man/man1/txl.1", ".TH txl"),
            ("share/man/man1/txl-sim.1", ".TH txl-sim"),
            ("share/bash-completion/completions/txl", "complete txl"),
            ("share/zsh/site-functions/_txl", "#compdef txl"),
        ] {
            assert_eq!(fs::read_to_string(local.join(path)).unwrap(), content, "{shell:?}");
        }
        let printed = ran.to_string();
        assert!(printed.contains("installed txl 9.8.7") && printed.contains("is not in PATH"), "{printed}");
        shells += 1;
    }
    assert!(shells > 0);
}

#[test]
fn another_prefix_is_possible_and_an_earlier_version_is_replaced() {
    let base = file_server::serve(release("echo txl 9.8.7")).unwrap();
    let prefix = tempfile::tempdir().unwrap();
    let program = prefix.path().join("a b/bin/txl");
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::write(&program, "an earlier version").unwrap();
    let prefix = prefix.path().join("a b");
    for arguments in
        [vec!["--prefix", prefix.to_str().unwrap()], vec![&*format!("--prefix={}", prefix.display())]]
    {
        let ran = Ran::new(&["sh"], Some(&base), &arguments);
        assert!(ran.output.status.success(), "{ran}");
        assert_eq!(version_of(&program), "txl 9.8.7\n");
        assert!(!ran.home.path().join(".local").exists());
        let files = fs::read_dir(program.parent().unwrap()).unwrap();
        assert_eq!(files.count(), 1, "only the program is in the folder");
        fs::write(&program, "an earlier version").unwrap();
    }
}

#[test]
fn without_a_published_address_the_script_refuses() {
    let refusal = Ran::new(&["sh"], None, &[]).refusal();
    assert!(
        refusal.contains("no release is published yet") && refusal.contains("cargo install"),
        "{refusal}"
    );
}

#[test]
fn an_archive_with_another_checksum_is_refused() {
    let mut files = release("echo txl 9.8.7");
    files.insert(format!("/{}.tar.gz", name()), archive("echo txl 6.6.6"));
    let refusal = Ran::new(&["sh"], Some(&file_server::serve(files).unwrap()), &[]).refusal();
    assert!(refusal.contains("damaged or was replaced"), "{refusal}");
}

#[test]
fn an_incomplete_release_is_refused() {
    let archive = format!("{}.tar.gz", name());
    let sums = |text: &str| {
        let mut files = release("true");
        files.insert("/SHA256SUMS".to_owned(), text.as_bytes().to_vec());
        files
    };
    let mut only_sums = sums(&format!("{}  {archive}\n", "a".repeat(64)));
    only_sums.remove(&format!("/{archive}"));
    let line = format!("{}  {archive}\n", "a".repeat(64));
    let outside = format!("{}  ../{archive}\n{}  txl-1/../../{archive}\n", "a".repeat(64), "a".repeat(64));
    for (files, why) in [
        (Files::new(), "cannot download"),
        (sums(""), "has no archive for"),
        (sums("<html>"), "has no archive for"),
        (sums(&outside), "has no archive for"),
        (sums(&format!("{line}{line}")), "names two archives"),
        (only_sums, "cannot download"),
    ] {
        let refusal = Ran::new(&["sh"], Some(&file_server::serve(files).unwrap()), &[]).refusal();
        assert!(refusal.contains(why), "{refusal}");
    }
}

#[test]
fn a_binary_that_does_not_run_here_is_not_installed() {
    let base = file_server::serve(release("exit 127")).unwrap();
    let refusal = Ran::new(&["sh"], Some(&base), &[]).refusal();
    assert!(refusal.contains("does not run on this machine"), "{refusal}");
}

#[test]
fn an_address_without_tls_is_refused_except_on_this_machine() {
    for base in [
        "http://packages.example.com",
        "ftp://127.0.0.1:1",
        "packages.example.com",
        "http://127.0.0.1.example.com",
    ] {
        let refusal = Ran::new(&["sh"], Some(base), &[]).refusal();
        assert!(refusal.contains("must begin with https://"), "{base}: {refusal}");
    }
}

#[test]
fn unknown_arguments_are_refused() {
    for arguments in [&["--prefix"][..], &["--version", "1"], &["install"]] {
        Ran::new(&["sh"], Some("https://example.com"), arguments).refusal();
    }
    let help = Ran::new(&["sh"], None, &["--help"]);
    assert!(help.output.status.success() && help.to_string().contains("--prefix DIRECTORY"), "{help}");
}
