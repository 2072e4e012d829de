//! The key of the fingerprints of values that runs write into hidden fields. It is a file in the state directory that only its owner
//! can read: the mirror has the fingerprints, and with both an 11-digit mobile number could be guessed.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use wecom_directory::apply::FingerprintKey;

use crate::{
    failure::{Failure, Result},
    file::{directory_of, unwritable},
    messages::{files, plan as messages},
    places::{Place, below_home},
};

/// Bytes of a key. The file has two hexadecimal digits for each.
const BYTES: usize = 32;

/// The variable of `txl export --state-dir`, which names the same directory.
const STATE_DIR: &str = "TXL_STATE_DIR";

/// Returns the directory of the state of `txl`. `None` if the user has no home directory.
pub(super) fn state_directory() -> Result<Option<PathBuf>> {
    match std::env::var_os(STATE_DIR).filter(|directory| !directory.is_empty()) {
        Some(directory) => Ok(Some(directory.into())),
        None => below_home(Place::State),
    }
}

fn path() -> Result<Option<PathBuf>> {
    Ok(state_directory()?.map(|state| state.join("fingerprint.key")))
}

/// Returns the key of this user. `None` if no run has made one, or if the user has no home directory.
///
/// # Errors
///
/// Fails if the file cannot be read or has no key.
pub(crate) fn existing() -> Result<Option<FingerprintKey>> {
    path()?.map_or(Ok(None), |path| read(&path))
}

/// Returns the key of this user, and makes it if it does not exist. `None` if the user has no home directory.
///
/// # Errors
///
/// As [`existing`], and if the file cannot be written.
pub(crate) fn made() -> Result<Option<FingerprintKey>> {
    let Some(path) = path()? else { return Ok(None) };
    if let Some(key) = read(&path)? {
        return Ok(Some(key));
    }
    make(&path).map_err(|error| unwritable(&path, &error))?;
    read(&path)
}

fn read(path: &Path) -> Result<Option<FingerprintKey>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::new(files::cannot_read(path)).because(&error)),
    };
    let digits = text.trim();
    let byte = |at: usize| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..BYTES).map(byte).collect();
    match bytes.and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) if digits.len() == 2 * BYTES => Ok(Some(FingerprintKey::new(bytes))),
        _ => Err(Failure::new(messages::no_fingerprint_key(path)).remedy(messages::remove_fingerprint_key())),
    }
}

/// Creates a directory that only its owner can enter, if it does not exist.
pub(super) fn create(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Writes a random key. The key of another process that was faster is kept.
fn make(path: &Path) -> io::Result<()> {
    let directory = directory_of(path);
    create(directory)?;
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // The file has the mode 0600, and appears under its name with its whole content.
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    writeln!(file, "{digits}")?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_can_read_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/fingerprint.key");
        assert!(read(&path).unwrap().is_none());
        make(&path).unwrap();
        let fingerprint = || read(&path).unwrap().unwrap().fingerprint("mobile", &json!("13800000001"));
        let first = fingerprint();
        make(&path).unwrap();
        assert_eq!(fingerprint(), first);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o600
        );
    }

    #[test]
    fn a_damaged_key_is_refused_and_not_printed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("fingerprint.key");
        for text in ["", "00ff", &"é".repeat(32), &format!("{}00", "ab".repeat(32))] {
            fs::write(&path, text).unwrap();
            let failure = read(&path).err().unwrap().to_string();
            assert!(failure.contains("fingerprint.key"), "{failure}");
            assert!(text.is_empty() || !failure.contains(text), "{failure}");
        }
    }
}
