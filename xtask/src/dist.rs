//! `cargo xtask dist`: builds the distributed binary once, and the packages that need no other tool.
//!
//! All packages contain this one binary: the archive and the Debian package here, and the clients for other languages, which take its path from
//! `TXL_BINARY`.

mod contents;
mod debian;
mod files;
#[cfg(unix)]
mod image;
#[cfg(test)]
mod install_script;
mod publisher;
mod target;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

pub(crate) use publisher::{Publisher, release_check};

use self::{
    contents::Contents,
    debian::{Debian, hex},
    target::Target,
};
use crate::{cargo, package, root, run, target as build_output};

/// How the binary is optimised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Build {
    /// The profile `dist`. Takes several minutes.
    Published,
    /// The profile `release`, for tests of the packages.
    Quick,
}

impl Build {
    /// Returns the folder of the results, below cargo's folder. `cargo build --profile dist` without a target would use it as well.
    fn folder(self) -> PathBuf {
        build_output().join(match self {
            Self::Published => "dist",
            Self::Quick => "dist-quick",
        })
    }

    fn profile(self) -> &'static str {
        match self {
            Self::Published => "dist",
            Self::Quick => "release",
        }
    }
}

/// The folder of the container image, below that of the results. Cargo writes its own files into the latter.
pub(crate) const IMAGE: &str = "image";

/// The results of one build.
#[derive(Debug)]
pub(crate) struct Dist {
    /// The folder with all files and `SHA256SUMS`.
    pub(crate) folder: PathBuf,
    /// The binary.
    pub(crate) program: PathBuf,
    /// The Debian package, on Linux.
    pub(crate) debian: Option<PathBuf>,
    /// Whether the binary needs no C library of the system.
    pub(crate) is_static: bool,
}

/// Builds the binary and packages it.
///
/// # Errors
///
/// Returns an error if a compiler is missing, cargo fails, or the binary needs a shared library on Linux.
pub(crate) fn build(build: Build) -> Result<Dist> {
    let mut target = Target::native()?;
    if let Err(error) = target.prepare() {
        if build == Build::Published {
            return Err(error);
        }
        eprintln!("{error:#}; the tests of the packages use a binary that is not static");
        target = Target::host()?;
    }
    let mut cargo = cargo();
    cargo.args(["build", "--locked", "--package", "txl", "--bin", "txl", "--profile", build.profile()]);
    target.select(&mut cargo);
    run(cargo.current_dir(root()))?;
    let built = build_output().join(target.triple()).join(build.profile()).join(target.program());
    pack(&built, &target, &build.folder())
}

/// Packages a binary that exists, for tests of the packages.
///
/// # Errors
///
/// Returns an error if the file is no binary of this platform.
pub(crate) fn pack_existing(program: &Path) -> Result<Dist> {
    let mut target = Target::native()?;
    if target.is_static() && has_interpreter(program)? {
        target = Target::host()?;
    }
    pack(program, &target, &Build::Quick.folder())
}

/// Packages a binary into a folder.
fn pack(built: &Path, target: &Target, folder: &Path) -> Result<Dist> {
    let version = package::version()?;
    let publisher = Publisher::read()?;
    let modified = modified()?;
    fs::create_dir_all(folder)?;
    let program = folder.join(target.program());
    copy(built, &program)?;
    if target.is_static() && has_interpreter(&program)? {
        bail!("{} is not static", program.display());
    }
    let contents = Contents::of(&program)?;
    let name = format!("txl-{version}-{}", target.triple());
    let (archive, content) = if target.is_windows() {
        (format!("{name}.zip"), files::zip(&contents.archived(), &format!("{name}/"))?)
    } else {
        (format!("{name}.tar.gz"), files::tar_gz(&contents.archived(), &format!("{name}/"), modified)?)
    };
    fs::write(folder.join(&archive), content)?;
    let mut names = vec![target.program().to_owned(), archive];
    let mut package = None;
    if let Some(architecture) = target.debian() {
        let debian = Debian { version: &version, architecture, publisher: &publisher, modified };
        let name = debian.file_name();
        fs::write(folder.join(&name), debian.package(&contents)?)?;
        package = Some(folder.join(&name));
        names.push(name);
    }
    #[cfg(unix)]
    if target.is_linux() {
        image::write(&folder.join(IMAGE), &contents)?;
    }
    if !target.is_windows() {
        names.push(write_installer(folder, publisher.downloads(&version).as_deref())?);
    }
    write_sums(folder, &names)?;
    for name in &names {
        eprintln!("{} ({} KiB)", folder.join(name).display(), fs::metadata(folder.join(name))?.len() / 1024);
    }
    Ok(Dist { folder: folder.to_owned(), program, debian: package, is_static: target.is_static() })
}

/// Copies a program, and leaves equal ones alone: a running program cannot be overwritten, and later builds see no change.
fn copy(from: &Path, to: &Path) -> Result<()> {
    let content = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|present| present == content) {
        return Ok(());
    }
    fs::remove_file(to).ok();
    fs::copy(from, to).with_context(|| format!("cannot write {}", to.display()))?;
    Ok(())
}

/// Writes the install script with the address of the release. Without an address it keeps the placeholder, and refuses to run.
fn write_installer(folder: &Path, downloads: Option<&str>) -> Result<String> {
    const NAME: &str = "install.sh";
    let script = fs::read_to_string(root().join("packaging").join(NAME))?;
    let script =
        script.replace("'@DOWNLOAD_BASE@'", &format!("'{}'", downloads.unwrap_or("@DOWNLOAD_BASE@")));
    fs::write(folder.join(NAME), script)?;
    Ok(NAME.to_owned())
}

/// Writes `SHA256SUMS`, which `sha256sum --check` reads.
fn write_sums(folder: &Path, names: &[String]) -> Result<()> {
    let mut lines = Vec::new();
    for name in names {
        lines.push(format!("{}  {name}\n", hex(&Sha256::digest(fs::read(folder.join(name))?))));
    }
    fs::write(folder.join("SHA256SUMS"), lines.concat())?;
    Ok(())
}

/// Returns the time of the files in the packages: `SOURCE_DATE_EPOCH`, or the time of the last commit.
fn modified() -> Result<u64> {
    if let Ok(text) = std::env::var("SOURCE_DATE_EPOCH") {
        return text.parse().context("SOURCE_DATE_EPOCH is not a number of seconds");
    }
    let output = Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root()).output();
    let printed = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    // A source archive has no commits.
    Ok(printed.ok().and_then(|text| text.trim().parse().ok()).unwrap_or_default())
}

/// Returns whether a program of Linux (ELF, 64 bit, little-endian) needs a dynamic loader.
fn has_interpreter(program: &Path) -> Result<bool> {
    const INTERPRETER: u32 = 3;
    let elf = fs::read(program)?;
    let number = |at: usize, size: usize| -> Option<u64> {
        let bytes = elf.get(at..at + size)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    };
    let headers = || -> Option<bool> {
        elf.starts_with(b"\x7fELF\x02\x01").then_some(())?;
        let (start, size, count) = (number(0x20, 8)?, number(0x36, 2)?, number(0x38, 2)?);
        for index in 0..count {
            let kind = number(usize::try_from(start + index * size).ok()?, 4)?;
            if kind == u64::from(INTERPRETER) {
                return Some(true);
            }
        }
        Some(false)
    };
    headers().with_context(|| format!("{} is not a 64-bit ELF program", program.display()))
}

#[cfg(test)]
mod tests;
