//! The configuration file: its path, its reader, and a check of its permissions.

use std::{
    env,
    fs::{self, File, Metadata},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::{
    problem::Problem,
    profile::{Profile, among, parse},
};
use crate::{
    failure::{Failure, Result},
    messages::config_file as messages,
    places::{Place, below_home},
};

/// The variable with the path of the file.
pub(super) const VARIABLE: &str = "TXL_CONFIG";
/// Maximum size of the file in bytes.
const MAX_SIZE: u64 = 256 << 10;

/// The content of a configuration file.
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// The default profile, which is used if no source of credentials is set.
    pub(crate) default: Option<String>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) problems: Vec<Problem>,
}

/// The path of the configuration file. The file may be missing.
#[derive(Clone, Debug)]
pub(crate) struct ConfigPath {
    pub(crate) path: PathBuf,
    /// The flag or the variable that sets the path. `None` for the default path.
    pub(crate) named_by: Option<&'static str>,
}

impl ConfigPath {
    /// Returns the file of `flag`, otherwise that of the environment, otherwise the user's own. Returns `None` without a home directory. The working
    /// directory is not searched, because a file from another person could send the secrets to another server.
    ///
    /// # Errors
    ///
    /// Fails if no path is set and the home directory is a relative path.
    pub(crate) fn find(flag: Option<&Path>) -> Result<Option<Self>> {
        if let Some(path) = flag {
            return Ok(Some(Self { path: path.to_owned(), named_by: Some("--config") }));
        }
        if let Some(path) = env::var_os(VARIABLE).filter(|path| !path.is_empty()) {
            return Ok(Some(Self { path: path.into(), named_by: Some(VARIABLE) }));
        }
        let directory = below_home(Place::Config)?;
        Ok(directory.map(|directory| Self { path: directory.join("txl.toml"), named_by: None }))
    }

    /// Reads the file. Returns `None` if the user's own file is missing.
    ///
    /// # Errors
    ///
    /// Fails if a file with a set path is missing, or if a file cannot be read as text.
    pub(crate) fn read(&self) -> Result<Option<ConfigFile>> {
        // In a container, the home directory can belong to another user.
        let is_absent = fs::metadata(&self.path).is_err_and(|error| {
            matches!(
                error.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied
            )
        });
        if is_absent && self.named_by.is_none() {
            return Ok(None);
        }
        ConfigFile::read(&self.path).map(Some)
    }
}

impl ConfigFile {
    /// Reads a file. Errors in its content become [problems](Self::problems).
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, is too large, or is not UTF-8.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let (text, metadata) = text_of(path)?;
        let document = parse(&text, path);
        let has_secrets = document.profiles.iter().any(Profile::has_literal_secret);
        let mut problems: Vec<Problem> = exposure(path, &metadata, has_secrets).into_iter().collect();
        problems.extend(document.problems);
        Ok(Self { path: path.to_owned(), default: document.default, profiles: document.profiles, problems })
    }

    /// Returns the profile with this name.
    ///
    /// # Errors
    ///
    /// Fails if the profile is missing, or if the file or this profile has a problem.
    pub(crate) fn profile(&self, name: &str) -> Result<&Profile> {
        let mut problems = self.problems_of(name);
        if let Some(first) = problems.next() {
            let failure = first.failure(&self.path);
            return Err(match problems.count() {
                0 => failure,
                more => failure.remedy(messages::check_lists_more(more)),
            });
        }
        self.profiles.iter().find(|profile| profile.name == name).ok_or_else(|| {
            Failure::usage(messages::has_no_profile(&self.path, name)).remedy(among(name, &self.profiles))
        })
    }

    /// Returns the problem that makes this profile unusable.
    pub(crate) fn problems_of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Problem> {
        let concerns = move |problem: &&Problem| problem.profile.as_deref().is_none_or(|other| other == name);
        self.problems.iter().filter(concerns)
    }

    /// Returns the names of the profiles for a message.
    pub(crate) fn names(&self) -> String {
        self.profiles.iter().map(|profile| profile.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

fn text_of(path: &Path) -> Result<(String, Metadata)> {
    let unreadable = |error: std::io::Error| {
        Failure::usage(messages::cannot_be_read(path)).because(&error).remedy(messages::name_a_readable_one())
    };
    // Opening a pipe would wait for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(
            Failure::usage(messages::is_no_regular_file(path)).remedy(messages::name_a_readable_one())
        );
    }
    let file = File::open(path).map_err(unreadable)?;
    // The metadata are those of the open file, because the path can have another file by now.
    let metadata = file.metadata().map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(MAX_SIZE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(
            Failure::usage(messages::is_too_large(path, MAX_SIZE >> 10)).remedy(messages::what_it_is())
        );
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Failure::usage(messages::is_not_utf8(path, line)).remedy(messages::save_it_as_utf8())
    })?;
    Ok((text, metadata))
}

/// If other users can change the file, they can send the secrets to another server. If other users can read it, it must contain no secret.
#[cfg(unix)]
fn exposure(path: &Path, metadata: &Metadata, has_secrets: bool) -> Option<Problem> {
    use std::os::unix::fs::MetadataExt;

    use self::unix::Exposure;

    let (message, remedy) = match unix::exposure(metadata.mode(), metadata.uid(), unix::user(), has_secrets)?
    {
        Exposure::ForeignOwner => (messages::belongs_to_another_user(), messages::copy_it(path)),
        Exposure::OthersWrite => (messages::others_can_change_it(), messages::make_it_private(path)),
        Exposure::OthersRead => {
            (messages::others_can_read_its_secrets(), messages::make_it_private_or_refer(path))
        }
    };
    Some(Problem::new(None, None, message, remedy))
}

/// The standard library does not support the access rights of other platforms.
#[cfg(not(unix))]
fn exposure(_: &Path, _: &Metadata, _: bool) -> Option<Problem> {
    None
}

#[cfg(unix)]
mod unix {
    /// Returns the effective user of the process.
    pub(super) fn user() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    /// The access of other users to a file.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Exposure {
        /// The file belongs to another user, who is not root.
        ForeignOwner,
        OthersWrite,
        /// The file contains secrets, and other users can read it.
        OthersRead,
    }

    /// Returns the fault in the access rights of a file with this mode and owner.
    pub(super) fn exposure(mode: u32, owner: u32, user: u32, has_secrets: bool) -> Option<Exposure> {
        const OTHERS_WRITE: u32 = 0o022;
        const OTHERS_READ: u32 = 0o044;
        if owner != user && owner != 0 && user != 0 {
            Some(Exposure::ForeignOwner)
        } else if mode & OTHERS_WRITE != 0 {
            Some(Exposure::OthersWrite)
        } else if has_secrets && mode & OTHERS_READ != 0 {
            Some(Exposure::OthersRead)
        } else {
            None
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_file_of_another_user_or_open_to_others_is_refused() {
            for (mode, owner, user, has_secrets, expected) in [
                (0o100_600, 7, 7, true, None),
                (0o100_644, 7, 7, false, None),
                (0o100_644, 0, 7, false, None),
                (0o100_600, 7, 0, true, None),
                (0o100_640, 7, 7, true, Some(Exposure::OthersRead)),
                (0o100_604, 7, 7, true, Some(Exposure::OthersRead)),
                (0o100_620, 7, 7, false, Some(Exposure::OthersWrite)),
                (0o100_602, 0, 0, false, Some(Exposure::OthersWrite)),
                (0o100_600, 8, 7, false, Some(Exposure::ForeignOwner)),
            ] {
                let found = exposure(mode, owner, user, has_secrets);
                assert_eq!(found, expected, "{mode:o} {owner} {user}");
            }
        }
    }
}
