//! A profile that is being made: its values are read and used as those of a written profile, and then written into the configuration file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml_edit::{DocumentMut, Item, Table, TableLike, Value};
use wecom_contacts::{Client, Secret};

use super::{
    Caller,
    config_file::ConfigFile,
    credentials::Credentials,
    given,
    key::{Form, ProfileKey},
    profile::{Profile, parse},
    source::Group,
};
use crate::{
    failure::{Failure, Result},
    file::{Draft, directory_of, unwritable},
    messages::config_file as messages,
};

/// The keys that a proposal sets or removes. All other keys of an existing profile stay.
const REPLACED: [ProfileKey; 7] = [
    ProfileKey::CorpId,
    ProfileKey::ContactsSecret,
    ProfileKey::AgentId,
    ProfileKey::AppSecret,
    ProfileKey::BaseUrl,
    ProfileKey::Proxy,
    ProfileKey::CaCert,
];

/// The values of a profile that is not written yet. They can be secrets, so there is no `Debug`.
pub(crate) struct Proposal {
    path: PathBuf,
    values: Vec<(ProfileKey, String)>,
}

impl Proposal {
    /// Creates a proposal without values for the file at `path`.
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), values: Vec::new() }
    }

    /// Sets a value, which replaces an earlier one. It may be a reference as in the file, if the key may refer.
    ///
    /// # Errors
    ///
    /// Fails if the file could not have this value. The proposal is then unchanged.
    pub(crate) fn set(&mut self, key: ProfileKey, text: &str) -> Result {
        let mut values = self.values.clone();
        values.retain(|(other, _)| *other != key);
        values.push((key, text.to_owned()));
        let changed = Self { path: self.path.clone(), values };
        changed.profile()?;
        *self = changed;
        Ok(())
    }

    pub(crate) fn remove(&mut self, key: ProfileKey) {
        self.values.retain(|(other, _)| *other != key);
    }

    /// Returns a client of this credential, without stored tokens: they would only prove that the secret was valid earlier.
    ///
    /// # Errors
    ///
    /// Fails if a reference cannot be read, or if the connection cannot be made.
    pub(crate) fn client(&self, caller: Caller) -> Result<Client> {
        let profile = self.profile()?;
        let credentials = Credentials::of_profile(&profile)?;
        let secret = match caller {
            Caller::Contacts => Secret::contacts_sync(credentials.contacts_secret.required()?),
            Caller::App => {
                let id = given(&credentials.agent_id).unwrap_or_default();
                let id = crate::numbers::id::<u32>(id).map_err(|bounds| {
                    Failure::usage(messages::agent_id_is_no_number(&bounds))
                        .remedy(messages::where_the_agent_id_is())
                })?;
                Secret::app(id, credentials.app_secret.required()?)
            }
        };
        let corp_id = given(&credentials.corp_id).unwrap_or_default();
        Ok(credentials.builder(corp_id, secret, false)?.build()?)
    }

    /// Returns the values as those of a written profile.
    fn profile(&self) -> Result<Profile> {
        // No name of a profile is in its problems but this one.
        const NAME: &str = "new";
        let mut document = DocumentMut::new();
        self.put(&mut document, NAME, false)?;
        self.parsed(&document.to_string(), NAME)
    }

    fn parsed(&self, text: &str, name: &str) -> Result<Profile> {
        let document = parse(text, &self.path);
        let concerns = |other: &Option<String>| other.as_deref().is_none_or(|other| other == name);
        if let Some(problem) = document.problems.iter().find(|problem| concerns(&problem.profile)) {
            let failure = Failure::usage(problem.message.clone());
            return Err(problem.remedies.iter().cloned().fold(failure, Failure::remedy));
        }
        let profile = document.profiles.into_iter().find(|profile| profile.name == name);
        profile.ok_or_else(|| Failure::usage(messages::has_no_profile(&self.path, name)))
    }

    /// Puts the values into a document. Comments, other profiles and other keys stay.
    fn put(&self, document: &mut DocumentMut, name: &str, is_default: bool) -> Result {
        let no_table = || Failure::usage(messages::profile_is_no_table()).remedy(messages::write_a_header());
        let mut profiles = Table::new();
        profiles.set_implicit(true);
        let profiles = document.entry("profile").or_insert(Item::Table(profiles));
        let profiles = profiles.as_table_like_mut().ok_or_else(no_table)?;
        if profiles.get(name).is_none() {
            profiles.insert(name, Item::Table(Table::new()));
        }
        let profile = profiles.get_mut(name).and_then(Item::as_table_like_mut).ok_or_else(no_table)?;
        for key in REPLACED {
            match self.values.iter().find(|(other, _)| *other == key) {
                Some((_, text)) => replace(profile, key, text),
                None => drop(profile.remove(key.name())),
            }
        }
        if is_default {
            document.insert("default", toml_edit::value(name));
        }
        Ok(())
    }

    /// Writes the profile into the file, which only its owner can read afterwards. The file is replaced as a whole or not at all.
    ///
    /// # Errors
    ///
    /// Fails if the file became unreadable as TOML, or cannot be written.
    pub(crate) fn write(&self, name: &str, is_default: bool) -> Result {
        // A link stays a link: its target is replaced.
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let old = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unwritable(&path, &error)),
        };
        let mut document: DocumentMut = old.parse().map_err(|error: toml_edit::TomlError| {
            // The error's `Display` would print the line, which can have a secret.
            Failure::usage(messages::is_not_toml(error.message())).remedy(messages::correct_the_line())
        })?;
        let has_only_comments = document.as_table().is_empty() && !old.trim().is_empty();
        if has_only_comments {
            document = DocumentMut::new();
        }
        self.put(&mut document, name, is_default)?;
        let text = match has_only_comments {
            true => format!("{}\n\n{document}", old.trim_end()),
            false => document.to_string(),
        };
        self.parsed(&text, name)?;
        make_directory(directory_of(&path)).map_err(|error| unwritable(&path, &error))?;
        let mut draft = Draft::new(&path)?;
        draft.write(text.as_bytes())?;
        draft.finish()
    }
}

/// Replaces a value. A comment behind it stays.
fn replace(profile: &mut dyn TableLike, key: ProfileKey, text: &str) {
    let mut value: Value = match (key.form(), text.parse::<i64>()) {
        (Form::Number, Ok(number)) => number.into(),
        _ => text.into(),
    };
    if let Some(old) = profile.get(key.name()).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
    }
    match profile.get_mut(key.name()) {
        Some(item) => *item = Item::Value(value),
        None => drop(profile.insert(key.name(), Item::Value(value))),
    }
}

#[cfg(unix)]
fn make_directory(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_directory(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

/// Reads the configuration file that a profile goes into. Returns `None` if it does not exist yet.
///
/// # Errors
///
/// Fails if the file exists and a command could not use it.
pub(crate) fn existing(path: &Path) -> Result<Option<ConfigFile>> {
    if fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let file = ConfigFile::read(path)?;
    match file.problems.iter().find(|problem| problem.profile.is_none()) {
        Some(problem) => Err(problem.failure(path)),
        None => Ok(Some(file)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "\
# Our corps.
default = \"prod\" # the real one

[profile.prod]
corp_id = \"ww1\" # since 2019
# Asked of Wang.
contacts_secret = \"env:PROD\"
base_url = \"https://gateway.example.com\"
callback_token = \"env:TOKEN\"

# The last comment.
";

    fn proposal(path: &Path) -> Proposal {
        let mut proposal = Proposal::new(path);
        proposal.set(ProfileKey::CorpId, "ww2").unwrap();
        proposal.set(ProfileKey::ContactsSecret, "file:secret").unwrap();
        proposal
    }

    #[test]
    fn a_profile_keeps_comments_and_other_keys_and_replaces_what_was_asked() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("txl.toml");
        fs::write(&path, OLD).unwrap();
        proposal(&path).write("prod", false).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        for kept in [
            "# Our corps.",
            "default = \"prod\" # the real one",
            "corp_id = \"ww2\" # since 2019",
            "# Asked of Wang.\ncontacts_secret = \"file:secret\"",
            "callback_token",
            "# The last comment.",
        ] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        // The secrets were not checked at the old address.
        assert!(!text.contains("gateway"), "{text}");
        proposal(&path).write("测试 1", true).unwrap();
        let file = ConfigFile::read(&path).unwrap();
        assert_eq!((file.default.as_deref(), file.names().as_str()), (Some("测试 1"), "prod, 测试 1"));
        let before = fs::read_to_string(&path).unwrap();
        fs::write(&path, "# Nothing yet.\n").unwrap();
        proposal(&path).write("default", true).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("# Nothing yet.\n\ndefault = \"default\"\n"), "{text}");
        assert_ne!(before, text);
    }

    #[test]
    fn a_value_that_the_file_could_not_have_is_refused_without_repeating_it() {
        let mut proposal = Proposal::new(Path::new("txl.toml"));
        for (key, text) in [
            (ProfileKey::AgentId, "s3cret"),
            (ProfileKey::CorpId, "env:CORP"),
            (ProfileKey::AppSecret, "env:s3cret!"),
            (ProfileKey::AppSecret, "env:WECOM_APP_SECRET"),
            (ProfileKey::AppSecret, "file:"),
        ] {
            let failure = proposal.set(key, text).unwrap_err();
            assert!(!failure.to_string().contains("s3cret"), "{failure}");
            assert!(proposal.values.is_empty() && !failure.remedies().is_empty(), "{failure}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_a_new_file_and_a_link_stays_one() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new/deep/txl.toml");
        proposal(&path).write("default", true).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        let link = directory.path().join("link.toml");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        proposal(&link).write("second", false).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(ConfigFile::read(&path).unwrap().names(), "default, second");
    }
}
