//! The Debian package. It needs no tool of Debian, and equal files give an equal package.
//!
//! Official: [Debian policy](https://www.debian.org/doc/debian-policy/)

use anyhow::Result;
use md5::{Digest, Md5};

use super::{
    contents::{Contents, Place},
    files::{File, gz, tar_gz},
    publisher::Publisher,
};

/// What a Debian package says about itself.
pub(crate) struct Debian<'a> {
    pub(crate) version: &'a str,
    /// The architecture's name in Debian, such as `amd64`.
    pub(crate) architecture: &'a str,
    pub(crate) publisher: &'a Publisher,
    /// The time of all files in seconds since 1970.
    pub(crate) modified: u64,
}

impl Debian<'_> {
    pub(crate) fn file_name(&self) -> String {
        format!("txl_{}_{}.deb", self.version, self.architecture)
    }

    /// Returns the package with these contents.
    pub(crate) fn package(&self, contents: &Contents) -> Result<Vec<u8>> {
        let files = self.installed(contents)?;
        let sums: String = files
            .iter()
            .map(|file| format!("{}  {}\n", hex(&Md5::digest(&file.content)), file.path))
            .collect();
        let control = [File::new("control", self.control(&files)), File::new("md5sums", sums)];
        Ok(ar(
            &[
                ("debian-binary", b"2.0\n".to_vec()),
                ("control.tar.gz", tar_gz(&control, "./", self.modified)?),
                ("data.tar.gz", tar_gz(&files, "./", self.modified)?),
            ],
            self.modified,
        ))
    }

    /// Returns the files that the package installs.
    fn installed(&self, contents: &Contents) -> Result<Vec<File>> {
        let mut files = Vec::new();
        for (place, file) in contents.files() {
            let name = &file.path;
            let (path, compressed) = match place {
                Place::Program => (format!("usr/bin/{name}"), false),
                Place::Licence => continue,
                Place::Document => (format!("usr/share/doc/txl/{name}"), false),
                Place::Changes => (format!("usr/share/doc/txl/{name}.gz"), true),
                Place::Manual => (format!("usr/share/man/man1/{name}.gz"), true),
                Place::Bash => ("usr/share/bash-completion/completions/txl".to_owned(), false),
                Place::Zsh => ("usr/share/zsh/vendor-completions/_txl".to_owned(), false),
                Place::Fish => ("usr/share/fish/vendor_completions.d/txl.fish".to_owned(), false),
                Place::PowerShell => continue,
            };
            let content = if compressed { gz(&file.content)? } else { file.content.clone() };
            files.push(File { path, content, executable: file.executable });
        }
        files.push(File::new("usr/share/doc/txl/copyright", self.copyright(contents)));
        files.push(File::new("usr/share/doc/txl/changelog.gz", gz(self.changelog()?.as_bytes())?));
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    fn control(&self, files: &[File]) -> String {
        let size: usize = files.iter().map(|file| file.content.len().div_ceil(1024)).sum();
        let homepage = self.publisher.get("addresses", "repository");
        let homepage = homepage.map(|address| format!("Homepage: {address}\n")).unwrap_or_default();
        format!(
            "Package: txl\n\
             Version: {}\n\
             Architecture: {}\n\
             Maintainer: {}\n\
             Installed-Size: {size}\n\
             Section: utils\n\
             Priority: optional\n\
             {homepage}\
             Description: command line and simulator for WeCom (企业微信) contacts\n \
             txl reads and changes the contacts (通讯录) of a WeCom corp, imports and\n \
             exports them, and receives their callbacks.\n \
             .\n \
             `txl sim` is a simulator of the WeCom server for tests. It needs no\n \
             registration and no network.\n",
            self.version,
            self.architecture,
            self.publisher.maintainer(),
        )
    }

    /// Returns the licences in the machine-readable format.
    fn copyright(&self, contents: &Contents) -> String {
        let mit = contents.licence("LICENSE-MIT");
        let indented: String = mit
            .lines()
            .map(|line| match line.trim_end() {
                "" => " .\n".to_owned(),
                line => format!(" {line}\n"),
            })
            .collect();
        let holder =
            mit.lines().find_map(|line| line.strip_prefix("Copyright (c) ")).unwrap_or("the authors");
        let source = self.publisher.get("addresses", "repository");
        let source = source.map(|address| format!("Source: {address}\n")).unwrap_or_default();
        format!(
            "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\
             Upstream-Name: wecom-contacts\n\
             {source}\n\
             Files: *\n\
             Copyright: {holder}\n\
             License: MIT or Apache-2.0\n\n\
             License: MIT\n{indented}\n\
             License: Apache-2.0\n \
             On Debian systems, the complete text of the Apache License, version 2.0, is in\n \
             /usr/share/common-licenses/Apache-2.0.\n"
        )
    }

    fn changelog(&self) -> Result<String> {
        let modified = jiff::Timestamp::from_second(self.modified.try_into()?)?;
        let date = modified.strftime("%a, %d %b %Y %H:%M:%S +0000");
        Ok(format!(
            "txl ({}) unstable; urgency=medium\n\n  \
             * The changes are in /usr/share/doc/txl/CHANGELOG.md.gz.\n\n \
             -- {}  {date}\n",
            self.version,
            self.publisher.maintainer(),
        ))
    }
}

/// Returns an archive in the format of `ar`, which a Debian package has.
fn ar(members: &[(&str, Vec<u8>)], modified: u64) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let header =
            format!("{name:<16}{modified:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 100_644, content.len());
        archive.extend(header.as_bytes());
        archive.extend(content);
        if content.len() % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}

/// Returns bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
