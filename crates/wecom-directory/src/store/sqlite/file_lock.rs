//! The lock of one corp's writer: an advisory lock on a file beside the database, which the system releases with its holder.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use wecom_contacts::CorpId;

use crate::{Error, Result, store::Lock};

/// How long a waiting writer pauses between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// A locked file. Its content names the holder.
#[derive(Debug)]
struct FileLock {
    _file: File,
}

impl Lock for FileLock {}

/// Locks the corp, and waits at most `wait` for another writer.
pub(super) async fn acquire(
    database: &Path,
    corp: &CorpId,
    holder: &str,
    wait: Duration,
) -> Result<impl Lock + use<>> {
    let path = path(database, corp);
    let mut file = open(&path)?;
    let started = tokio::time::Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if started.elapsed() < wait => {
                tokio::time::sleep(PAUSE.min(wait)).await;
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // The holder writes its name right after it has the lock, so that the file may be empty for a moment.
                let _ = file.rewind().and_then(|()| file.read_to_string(&mut holder));
                let holder = if holder.is_empty() { "another writer".to_owned() } else { holder };
                return Err(Error::Locked { corp: corp.to_string(), holder, waited: started.elapsed() });
            }
            Err(TryLockError::Error(error)) => return Err(Error::Database(Box::new(error))),
        }
    }
    let named = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(holder.as_bytes()));
    named.map_err(|error| Error::Database(Box::new(error)))?;
    Ok(FileLock { _file: file })
}

/// The file is never deleted. A writer that had opened it before would otherwise lock a file that other writers cannot find.
fn path(database: &Path, corp: &CorpId) -> PathBuf {
    let safe: String = corp.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    let mut name = database.as_os_str().to_owned();
    name.push(format!("-lock-{safe}"));
    name.into()
}

fn open(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly,
        std::io::ErrorKind::StorageFull => Error::Full,
        _ => Error::Database(Box::new(error)),
    })
}
