//! A token store in a file, shared by the programs of one user.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::{AccessToken, Lease, StoreError, StoreFuture, StoredToken, TokenKey, TokenStore};

/// A store in a file that only its owner can read (mode 0600). If the store creates the directory, its mode is 0700.
///
/// A file is refused if others can read or change it, if it belongs to another user, or if it is a symbolic link. `ssh`
/// refuses such key files for the same reason. The client then works without the store.
///
/// The file is replaced as a whole, under a lock file beside it (`NAME.lock`). Programs can share it on one machine,
/// but not over a network file system. One file holds the tokens of any number of credentials. On Windows the file
/// inherits the access rights of its directory; below the user's profile only the user can read it.
#[derive(Clone, Debug)]
pub struct FileStore {
    path: Arc<Path>,
}

impl FileStore {
    /// Creates a store for the file at this path. The first use creates the file and its directory if they do not
    /// exist.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into().into() }
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Changes the entry of one credential under the lock.
    fn change<T: Send + 'static>(
        &self,
        key: TokenKey,
        change: impl FnOnce(&mut Entry, u64) -> T + Send + 'static,
    ) -> StoreFuture<T> {
        self.on_a_thread(move |path| {
            let _lock = lock(path)?;
            let mut content = read(path)?;
            let now = now();
            let entry = content.credentials.entry(key.as_str().to_owned()).or_default();
            let before = entry.clone();
            let outcome = change(entry, now);
            if *entry != before {
                content.wecom_tokens = VERSION;
                content.credentials.retain(|_, entry| !entry.is_over(now));
                replace(path, &content)?;
            }
            Ok(outcome)
        })
    }

    fn on_a_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> StoreFuture<T> {
        let path = Arc::clone(&self.path);
        Box::pin(async move {
            let place = Arc::clone(&path);
            let outcome = tokio::task::spawn_blocking(move || work(&path)).await;
            let outcome = outcome.map_err(|_| StoreError::new("the runtime is shutting down"))?;
            outcome.map_err(|error| StoreError::new(format!("{}: {error}", place.display())))
        })
    }
}

impl TokenStore for FileStore {
    fn load(&self, key: TokenKey) -> StoreFuture<Option<StoredToken>> {
        // Reading needs no lock, because the file is replaced atomically.
        self.on_a_thread(move |path| {
            let now = now();
            let mut content = read(path)?;
            let kept = content.credentials.remove(key.as_str()).and_then(|entry| entry.token);
            Ok(kept.filter(|kept| now < kept.expires_at).map(|kept| {
                let left = Duration::from_millis(kept.expires_at - now);
                let token = AccessToken::new(kept.access_token);
                StoredToken::new(token, left, Duration::from_millis(kept.lifetime))
            }))
        })
    }

    fn acquire(&self, key: TokenKey, life: Duration) -> StoreFuture<Option<Lease>> {
        self.change(key, move |entry, now| {
            // A lease that ends much later than its lifetime allows was granted before the clock was set back.
            if now < entry.leased_until
                && entry.leased_until <= now.saturating_add(milliseconds(life).max(DAY))
            {
                return None;
            }
            // The numbers are derived from the clock, so that they keep growing after the file was deleted.
            entry.lease = (entry.lease + 1).max(now.saturating_mul(1000));
            entry.leased_until = now.saturating_add(milliseconds(life));
            Some(Lease::new(entry.lease))
        })
    }

    fn store(&self, key: TokenKey, lease: Lease, token: StoredToken) -> StoreFuture<bool> {
        self.change(key, move |entry, now| {
            if lease.fence() < entry.stored_under {
                return false;
            }
            entry.stored_under = lease.fence();
            entry.token = Some(Kept {
                access_token: token.access_token.expose().to_owned(),
                expires_at: now.saturating_add(milliseconds(token.expires_in)),
                lifetime: milliseconds(token.lifetime),
            });
            true
        })
    }

    fn release(&self, key: TokenKey, lease: Lease) -> StoreFuture<()> {
        self.change(key, move |entry, _| {
            if entry.lease == lease.fence() {
                entry.leased_until = 0;
            }
        })
    }

    fn invalidate(&self, key: TokenKey, failed: AccessToken) -> StoreFuture<bool> {
        self.change(key, move |entry, _| {
            let is_it = entry.token.as_ref().is_some_and(|kept| kept.access_token == failed.expose());
            if is_it {
                entry.token = None;
            }
            is_it
        })
    }
}

/// Content of the file. Times are Unix milliseconds.
#[derive(Default, Serialize, Deserialize)]
struct Content {
    /// Distinguishes the file from other files that a wrong path may refer to.
    wecom_tokens: u32,
    credentials: BTreeMap<String, Entry>,
}

const VERSION: u32 = 1;

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
struct Entry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<Kept>,
    /// Number of the last lease, followed by its expiry.
    lease: u64,
    leased_until: u64,
    /// Number of the lease under which the last token was stored.
    stored_under: u64,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
struct Kept {
    access_token: String,
    expires_at: u64,
    lifetime: u64,
}

impl Entry {
    /// Returns whether the entry can be dropped: token and lease expired so long ago that no holder of the lease is
    /// still active.
    fn is_over(&self, now: u64) -> bool {
        let last = self.token.as_ref().map_or(0, |kept| kept.expires_at).max(self.leased_until);
        last.max(self.lease / 1000) + DAY < now
    }
}

const DAY: u64 = 24 * 3600 * 1000;

fn now() -> u64 {
    milliseconds(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn milliseconds(duration: Duration) -> u64 {
    // Some JSON parsers handle integers up to 2^53 only.
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).min(1 << 53)
}

/// Maximum size of the file in bytes.
const MAX_SIZE: u64 = 4 << 20;

fn read(path: &Path) -> io::Result<Content> {
    let file = match open(OpenOptions::new().read(true), path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::default()),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.take(MAX_SIZE).read_to_end(&mut bytes)?;
    if bytes.is_empty() {
        return Ok(Content::default());
    }
    // Serde's error message may quote a token.
    match serde_json::from_slice::<Content>(&bytes) {
        Ok(content) if content.wecom_tokens == VERSION => Ok(content),
        _ => Err(io::Error::other(
            "this is not a token file of a version that this program supports; delete it or use another path",
        )),
    }
}

fn replace(path: &Path, content: &Content) -> io::Result<()> {
    let mut content = serde_json::to_vec(content)?;
    content.push(b'\n');
    // One name is sufficient, because only the holder of the lock writes. After a crash, a file of this name may exist.
    let fresh = beside(path, "new");
    if let Err(error) = fs::remove_file(&fresh)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    owner_only().write(true).create_new(true).open(&fresh)?.write_all(&content)?;
    fs::rename(fresh, path)
}

/// Maximum wait for the lock. Its holder only reads and writes a small file.
const LOCK_LIMIT: Duration = Duration::from_secs(1);

/// Takes the lock. It is held until the returned file is dropped. The lock is a separate file, because the token file
/// is replaced while the lock is held.
fn lock(path: &Path) -> io::Result<File> {
    if let Some(directory) = path.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        make_directory(directory)?;
    }
    let lock = open(owner_only().create(true).truncate(false).write(true), &beside(path, "lock"))?;
    let began = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if began.elapsed() > LOCK_LIMIT => {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "another program holds the lock"));
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    path.with_added_extension(extension)
}

fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make_directory(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)
}

/// Opens a file that only this user can access. Symbolic links are not followed, because they may refer to another
/// file.
#[cfg(unix)]
fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    let nofollow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let file = options.custom_flags(nofollow).open(path).map_err(|error| match error.raw_os_error() {
        Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => {
            refused("it is a symbolic link; use the path of the file itself")
        }
        _ => error,
    })?;
    let metadata = file.metadata()?;
    check_owner(metadata.uid(), metadata.mode(), rustix::process::geteuid().as_raw())?;
    Ok(file)
}

#[cfg(unix)]
fn check_owner(owner: u32, mode: u32, user: u32) -> io::Result<()> {
    if owner != user {
        return Err(refused("it belongs to another user; delete it or use another path"));
    }
    if mode & 0o077 != 0 {
        return Err(refused("others can read or change it; run `chmod 600` on it or delete it"));
    }
    Ok(())
}

#[cfg(unix)]
fn refused(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

#[cfg(not(unix))]
fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    options.open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn trap_27_a_file_of_another_user_or_open_to_others_is_refused() {
        check_owner(1000, 0o100_600, 1000).unwrap();
        check_owner(0, 0o100_400, 0).unwrap();
        for (owner, mode, user, why) in [
            (0, 0o100_600, 1000, "another user"),
            // Root is not exempt.
            (1000, 0o100_600, 0, "another user"),
            (1000, 0o100_640, 1000, "others can read"),
            (1000, 0o100_602, 1000, "others can read"),
        ] {
            let error = check_owner(owner, mode, user).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn trap_27_a_symbolic_link_is_not_followed() {
        let directory = tempfile::tempdir().unwrap();
        let [real, link] = ["real", "link"].map(|name| directory.path().join(name));
        drop(owner_only().create(true).truncate(false).write(true).open(&real).unwrap());
        std::os::unix::fs::symlink(&real, &link).unwrap();
        assert!(read(&real).is_ok());
        let error = read(&link).err().unwrap();
        assert!(error.to_string().contains("symbolic link"), "{error}");
        // A dangling link must not create the file. This applies to the store and to its lock.
        let dangling = directory.path().join("dangling");
        std::os::unix::fs::symlink(directory.path().join("nowhere"), &dangling).unwrap();
        assert!(read(&dangling).is_err());
        std::os::unix::fs::symlink(directory.path().join("nowhere"), beside(&real, "lock")).unwrap();
        let error = lock(&real).err().unwrap();
        assert!(error.to_string().contains("symbolic link"), "{error}");
        assert!(!directory.path().join("nowhere").exists());
    }
}
