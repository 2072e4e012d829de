//! The rules for all token stores: one function per rule, run against each store.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use tokio::time::sleep;
use wecom_contacts::{
    Client, Secret,
    tokens::{AccessToken, FileStore, Lease, MemoryStore, StoredToken, TokenKey, TokenStore},
};

/// One store, opened by two processes.
struct Shared {
    one: Arc<dyn TokenStore>,
    other: Arc<dyn TokenStore>,
    key: TokenKey,
    _folder: Option<tempfile::TempDir>,
}

const LONG: Duration = Duration::from_secs(7200);
const SHORT: Duration = Duration::from_millis(100);

/// Returns a credential that is unique among all tests, including concurrent runs.
fn some_key() -> TokenKey {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    let secret = format!("{}-{started}-{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
    Client::builder("ww1", Secret::contacts_sync(secret)).build().unwrap().token_key().clone()
}

fn in_memory() -> Shared {
    let store = MemoryStore::new();
    Shared { one: Arc::new(store.clone()), other: Arc::new(store), key: some_key(), _folder: None }
}

fn in_a_file() -> Shared {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache/txl/tokens.json");
    let (one, other) = (Arc::new(FileStore::new(&path)), Arc::new(FileStore::new(&path)));
    Shared { one, other, key: some_key(), _folder: Some(folder) }
}

#[cfg(feature = "redis")]
fn in_redis() -> Shared {
    use wecom_contacts::tokens::RedisStore;

    let url = private_servers::redis::shared_url().unwrap();
    let open = || Arc::new(RedisStore::open(&url).unwrap());
    Shared { one: open(), other: open(), key: some_key(), _folder: None }
}

fn token(text: &str) -> StoredToken {
    StoredToken::new(AccessToken::new(text), LONG, LONG)
}

impl Shared {
    async fn lease(&self) -> Lease {
        self.one.acquire(self.key.clone(), LONG).await.unwrap().expect("the lease is free")
    }

    /// Waits for the lease, at most ten seconds.
    async fn lease_in_time(&self) -> Lease {
        for _ in 0..1000 {
            if let Some(lease) = self.other.acquire(self.key.clone(), LONG).await.unwrap() {
                return lease;
            }
            sleep(Duration::from_millis(10)).await;
        }
        panic!("the lease never ended");
    }

    async fn put(&self, lease: Lease, text: &str) -> bool {
        self.one.store(self.key.clone(), lease, token(text)).await.unwrap()
    }

    /// Returns the token as the other process sees it.
    async fn seen(&self) -> Option<String> {
        let token = self.other.load(self.key.clone()).await.unwrap()?;
        Some(token.access_token.expose().to_owned())
    }
}

async fn a_stored_token_is_seen_by_others_with_what_is_left_of_its_life(store: Shared) {
    assert_eq!(store.seen().await, None);
    let lease = store.lease().await;
    let kept = StoredToken::new(AccessToken::new("t"), Duration::from_secs(600), LONG);
    assert!(store.one.store(store.key.clone(), lease, kept).await.unwrap());
    let seen = store.other.load(store.key.clone()).await.unwrap().unwrap();
    assert_eq!((seen.access_token.expose(), seen.lifetime), ("t", LONG));
    assert!(seen.expires_in <= Duration::from_secs(600) && seen.expires_in > Duration::from_secs(540));
}

async fn a_token_of_any_characters_comes_back_as_it_was(store: Shared) {
    let lease = store.lease().await;
    let odd = format!("{}\"'\\{{}}&+ %\u{4f01}", "x".repeat(512));
    assert!(store.put(lease, &odd).await);
    assert_eq!(store.seen().await, Some(odd));
}

async fn a_token_is_gone_when_its_life_is_over(store: Shared) {
    let lease = store.lease().await;
    let brief = StoredToken::new(AccessToken::new("t"), SHORT, LONG);
    assert!(store.one.store(store.key.clone(), lease, brief).await.unwrap());
    for _ in 0..1000 {
        if store.seen().await.is_none() {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
    panic!("the token never expired");
}

async fn of_many_who_ask_at_once_one_gets_the_lease(store: Shared) {
    let asking: Vec<_> = (0..32)
        .map(|number| {
            let from = if number % 2 == 0 { &store.one } else { &store.other };
            tokio::spawn(from.acquire(store.key.clone(), LONG))
        })
        .collect();
    let mut winners = 0;
    for asked in asking {
        winners += usize::from(asked.await.unwrap().unwrap().is_some());
    }
    assert_eq!(winners, 1);
}

async fn a_lease_ends_by_itself_and_the_next_has_a_larger_number(store: Shared) {
    let first = store.one.acquire(store.key.clone(), SHORT).await.unwrap().unwrap();
    assert!(store.lease_in_time().await > first);
}

async fn a_lease_that_is_given_back_is_free_at_once(store: Shared) {
    let first = store.lease().await;
    assert_eq!(store.other.acquire(store.key.clone(), LONG).await.unwrap(), None);
    store.one.release(store.key.clone(), first).await.unwrap();
    let second = store.other.acquire(store.key.clone(), LONG).await.unwrap().unwrap();
    assert!(second > first);
}

async fn who_gives_back_too_late_takes_nothing_from_the_next(store: Shared) {
    let first = store.one.acquire(store.key.clone(), SHORT).await.unwrap().unwrap();
    store.lease_in_time().await;
    store.one.release(store.key.clone(), first).await.unwrap();
    assert_eq!(store.one.acquire(store.key.clone(), LONG).await.unwrap(), None);
}

async fn a_late_holder_never_overwrites_what_a_later_one_stored(store: Shared) {
    let late = store.one.acquire(store.key.clone(), SHORT).await.unwrap().unwrap();
    let lease = store.lease_in_time().await;
    assert!(store.other.store(store.key.clone(), lease, token("new")).await.unwrap());
    assert!(!store.put(late, "late").await);
    assert_eq!(store.seen().await.as_deref(), Some("new"));
    // The same is true after the newer token was refused.
    assert!(store.other.invalidate(store.key.clone(), AccessToken::new("new")).await.unwrap());
    assert!(!store.put(late, "late").await);
    assert_eq!(store.seen().await, None);
}

async fn a_holder_whose_lease_ended_may_store_while_no_later_one_has(store: Shared) {
    let late = store.one.acquire(store.key.clone(), SHORT).await.unwrap().unwrap();
    let later = store.lease_in_time().await;
    assert!(store.put(late, "late").await);
    assert!(store.other.store(store.key.clone(), later, token("new")).await.unwrap());
    assert_eq!(store.seen().await.as_deref(), Some("new"));
}

async fn trap_21_only_the_token_that_failed_is_dropped(store: Shared) {
    let lease = store.lease().await;
    assert!(!store.one.invalidate(store.key.clone(), AccessToken::new("old")).await.unwrap());
    assert!(store.put(lease, "old").await);
    assert!(store.put(lease, "new").await);
    assert!(!store.other.invalidate(store.key.clone(), AccessToken::new("old")).await.unwrap());
    assert_eq!(store.seen().await.as_deref(), Some("new"));
    assert!(store.other.invalidate(store.key.clone(), AccessToken::new("new")).await.unwrap());
    assert_eq!(store.seen().await, None);
}

async fn trap_24_credentials_in_one_store_do_not_meet(store: Shared) {
    let other = some_key();
    let lease = store.lease().await;
    assert!(store.put(lease, "ours").await);
    assert_eq!(store.one.load(other.clone()).await.unwrap(), None);
    let theirs = store.one.acquire(other.clone(), LONG).await.unwrap().unwrap();
    assert!(!store.one.invalidate(other.clone(), AccessToken::new("ours")).await.unwrap());
    assert!(store.one.store(other.clone(), theirs, token("theirs")).await.unwrap());
    assert_eq!(store.seen().await.as_deref(), Some("ours"));
}

macro_rules! every_store_keeps_to {
    ($($rule:ident,)*) => {
        mod memory {
            $(#[tokio::test(start_paused = true)] async fn $rule() { super::$rule(super::in_memory()).await })*
        }

        mod file {
            $(#[tokio::test] async fn $rule() { super::$rule(super::in_a_file()).await })*
        }

        #[cfg(feature = "redis")]
        mod redis {
            $(#[tokio::test] async fn $rule() { super::$rule(super::in_redis()).await })*
        }
    };
}

every_store_keeps_to! {
    a_stored_token_is_seen_by_others_with_what_is_left_of_its_life,
    a_token_of_any_characters_comes_back_as_it_was,
    a_token_is_gone_when_its_life_is_over,
    of_many_who_ask_at_once_one_gets_the_lease,
    a_lease_ends_by_itself_and_the_next_has_a_larger_number,
    a_lease_that_is_given_back_is_free_at_once,
    who_gives_back_too_late_takes_nothing_from_the_next,
    a_late_holder_never_overwrites_what_a_later_one_stored,
    a_holder_whose_lease_ended_may_store_while_no_later_one_has,
    trap_21_only_the_token_that_failed_is_dropped,
    trap_24_credentials_in_one_store_do_not_meet,
}

#[cfg(unix)]
#[tokio::test]
async fn trap_27_the_file_and_what_is_beside_it_are_the_owners_alone() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("txl/tokens.json");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let store = FileStore::new(&path);
    let key = some_key();
    let lease = store.acquire(key.clone(), LONG).await.unwrap().unwrap();
    assert!(store.store(key.clone(), lease, token("t")).await.unwrap());
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    // A file that others could have read or written is refused.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = store.load(key).await.unwrap_err();
    assert!(error.to_string().contains("chmod 600"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_neither_believed_nor_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("important.json");
    for content in [r#"{"access_token": "T0KEN"}"#, "T0KEN", r#"{"wecom_tokens": 2, "credentials": {}}"#] {
        std::fs::write(&path, content).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let store = FileStore::new(&path);
        let error = store.load(some_key()).await.unwrap_err();
        assert!(
            error.to_string().contains("important.json") && !error.to_string().contains("T0KEN"),
            "{error}"
        );
        store.acquire(some_key(), LONG).await.unwrap_err();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}
