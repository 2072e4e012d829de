//! What the packages contain beside the program: licences, documents, manual pages and completions.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use super::files::File;
use crate::root;

/// Where a file belongs on a system.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Program,
    Licence,
    Document,
    Changes,
    Manual,
    Bash,
    Zsh,
    Fish,
    PowerShell,
}

/// The shells with completions: the argument of `txl completion`, the place, and the name of the file.
const SHELLS: [(&str, Place, &str); 4] = [
    ("bash", Place::Bash, "txl.bash"),
    ("zsh", Place::Zsh, "_txl"),
    ("fish", Place::Fish, "txl.fish"),
    ("powershell", Place::PowerShell, "_txl.ps1"),
];

/// The files of the packages. Each path is only a name.
#[derive(Debug)]
pub(crate) struct Contents(Vec<(Place, File)>);

impl Contents {
    /// Collects the files. The program prints its own completions and manual pages, if it has these commands.
    pub(crate) fn of(program: &Path) -> Result<Self> {
        let name = program.file_name().and_then(|name| name.to_str()).context("the program has no name")?;
        let content = fs::read(program).with_context(|| format!("cannot read {}", program.display()))?;
        let mut files = vec![(Place::Program, File::executable(name, content))];
        for (place, name) in [
            (Place::Licence, "LICENSE-APACHE"),
            (Place::Licence, "LICENSE-MIT"),
            (Place::Changes, "CHANGELOG.md"),
        ] {
            files.push((place, File::copied(name, &root().join(name))?));
        }
        let readme = root().join("crates/txl/README.md");
        files.push((Place::Document, File::copied("README.md", &readme)?));
        for (shell, place, name) in SHELLS {
            if let Some(script) = printed(program, &["completion", shell]) {
                files.push((place, File::new(name, script)));
            }
        }
        files.extend(manual_pages(program)?.into_iter().map(|page| (Place::Manual, page)));
        Ok(Self(files))
    }

    pub(crate) fn files(&self) -> &[(Place, File)] {
        &self.0
    }

    /// Returns the text of a licence.
    pub(crate) fn licence(&self, name: &str) -> String {
        let found = self.0.iter().find(|(_, file)| file.path == name);
        found.map(|(_, file)| String::from_utf8_lossy(&file.content).into_owned()).unwrap_or_default()
    }

    /// Returns the files as an archive has them, below one folder.
    pub(crate) fn archived(&self) -> Vec<File> {
        let path = |place: Place, name: &str| match place {
            Place::Manual => format!("man/{name}"),
            Place::Bash | Place::Zsh | Place::Fish | Place::PowerShell => format!("completions/{name}"),
            Place::Program | Place::Licence | Place::Document | Place::Changes => name.to_owned(),
        };
        let files = self.0.iter();
        files.map(|(place, file)| File { path: path(*place, &file.path), ..file.clone() }).collect()
    }
}

/// Returns what the program prints; `None` if it lacks the command.
fn printed(program: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    (output.status.success() && !output.stdout.is_empty()).then_some(output.stdout)
}

/// Returns the manual pages, which `txl man --dir DIRECTORY` writes.
fn manual_pages(program: &Path) -> Result<Vec<File>> {
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(program);
    command
        .args(["man", "--dir"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if !command.status().is_ok_and(|status| status.success()) {
        return Ok(Vec::new());
    }
    let mut pages = Vec::new();
    for entry in fs::read_dir(folder.path())? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".1") {
            pages.push(File::copied(name, &path)?);
        }
    }
    pages.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(pages)
}
