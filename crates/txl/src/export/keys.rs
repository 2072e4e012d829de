//! The keys of jobs whose rows are not fetched yet. Each key is in a file that only its owner can read.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use wecom_contacts::{Client, JobId, exports::ExportKey};

use super::kind::ExportKind;
use crate::{
    failure::{Failure, Result},
    file::{self, Draft, unwritable},
    messages,
    places::{Place, below_home},
};

/// Maximum age of a key. WeCom does not document how long it keeps its files.
const LIFETIME: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The stored data of a job.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) kind: ExportKind,
    pub(super) key: String,
}

impl Kept {
    pub(super) fn new(kind: ExportKind, key: &ExportKey) -> Self {
        Self { kind, key: key.expose().to_owned() }
    }
}

/// The directory of the keys.
pub(super) struct Keys {
    /// `None` if the user has no home directory, for example in a container.
    directory: Option<PathBuf>,
}

impl Keys {
    /// Returns the keys in `named`, or in the directory of the user.
    ///
    /// # Errors
    ///
    /// Fails if `named` is `None` and the path of the home directory is relative.
    pub(super) fn at(named: Option<&Path>) -> Result<Self> {
        let directory = match named {
            Some(directory) => Some(directory.to_owned()),
            None => below_home(Place::State)?,
        };
        Ok(Self { directory: directory.map(|state| state.join("exports")) })
    }

    /// Checks that keys can be stored, and removes expired keys.
    pub(super) fn make_ready(&self) -> Result {
        let directory = self.directory()?;
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory).map_err(|error| unwritable(directory, &error))?;
        for entry in fs::read_dir(directory).map_err(|error| unwritable(directory, &error))?.flatten() {
            let age = |entry: &fs::DirEntry| -> io::Result<Duration> {
                Ok(SystemTime::now().duration_since(entry.metadata()?.modified()?).unwrap_or_default())
            };
            if age(&entry).is_ok_and(|age| age > LIFETIME) {
                // Another process can have removed the file already.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }

    pub(super) fn keep(&self, client: &Client, job: &JobId, kept: &Kept) -> Result {
        let text = serde_json::to_vec(kept)
            .map_err(|error| Failure::new(messages::export::key_cannot_be_written()).because(&error))?;
        let mut draft = Draft::new(&self.path(client, job)?)?;
        draft.write(&text)?;
        draft.finish()
    }

    pub(super) fn find(&self, client: &Client, job: &JobId) -> Result<Option<Kept>> {
        let Ok(path) = self.path(client, job) else {
            return Ok(None);
        };
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|_| {
                // The parser's message could contain a part of the key.
                Failure::new(messages::export::holds_no_key(&path))
                    .remedy(messages::export::remove_it_and_pass_the_key())
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::new(messages::files::cannot_read(&path)).because(&error)),
        }
    }

    /// Removes a key that is no longer needed.
    pub(super) fn forget(&self, client: &Client, job: &JobId) {
        if let Ok(path) = self.path(client, job) {
            // If the removal fails, the key is removed after it expires.
            let _ = file::remove(&path);
        }
    }

    fn directory(&self) -> Result<&Path> {
        self.directory.as_deref().ok_or_else(|| {
            Failure::new(messages::export::nowhere_to_keep_the_key())
                .remedy(messages::export::name_a_state_directory())
        })
    }

    /// Ids are unique in a corp. The id is text of a server, so it must not control the path of the file.
    fn path(&self, client: &Client, job: &JobId) -> Result<PathBuf> {
        let name = format!("{}.{}.json", plain(client.corp_id().as_str()), plain(job.as_str()));
        Ok(self.directory()?.join(name))
    }
}

/// Encodes a text as a part of a file name. Different texts have different names.
fn plain(text: &str) -> String {
    let mut name = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(byte.into()),
            _ => name.push_str(&format!("%{byte:02X}")),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use wecom_contacts::Secret;

    use super::*;

    const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

    fn client(corp: &str) -> Client {
        Client::builder(corp, Secret::contacts_sync("s")).build().unwrap()
    }

    #[test]
    fn a_key_is_found_by_its_corp_and_job_until_it_is_removed() {
        let home = tempfile::tempdir().unwrap();
        let keys = Keys::at(Some(home.path())).unwrap();
        let (ours, theirs) = (client("ww1"), client("ww2"));
        let job = JobId::new("../../job 1/ä");
        keys.make_ready().unwrap();
        keys.keep(&ours, &job, &Kept::new(ExportKind::Tag, &KEY.parse().unwrap())).unwrap();
        let found = keys.find(&ours, &job).unwrap().unwrap();
        assert_eq!((found.kind, found.key.as_str()), (ExportKind::Tag, KEY));
        assert!(keys.find(&theirs, &job).unwrap().is_none());
        let files: Vec<_> = fs::read_dir(home.path().join("exports")).unwrap().flatten().collect();
        assert_eq!(files.len(), 1);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&files[0].metadata().unwrap().permissions()) & 0o777,
            0o600
        );
        keys.forget(&ours, &job);
        assert!(keys.find(&ours, &job).unwrap().is_none());
    }

    #[test]
    fn an_expired_key_is_removed_and_a_broken_key_is_not_printed() {
        let home = tempfile::tempdir().unwrap();
        let keys = Keys::at(Some(home.path())).unwrap();
        let (client, old, broken) = (client("ww1"), JobId::new("old"), JobId::new("broken"));
        keys.make_ready().unwrap();
        keys.keep(&client, &old, &Kept::new(ExportKind::Members, &KEY.parse().unwrap())).unwrap();
        let path = keys.path(&client, &old).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - 2 * LIFETIME).unwrap();
        fs::write(keys.path(&client, &broken).unwrap(), format!("{{\"kind\":\"tag\",\"key\":\"{KEY}"))
            .unwrap();
        keys.make_ready().unwrap();
        assert!(!path.exists());
        let failure = keys.find(&client, &broken).err().unwrap();
        assert!(!format!("{failure:?}").contains(KEY));
    }
}
