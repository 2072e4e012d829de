//! Clients that share a store, against the simulator: the number of `gettoken` requests under all kinds of failure.

use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tracing_subscriber::fmt::MakeWriter;
use wecom_contacts::{
    Client, Secret,
    tokens::{
        AccessToken, FileStore, FreshToken, Lease, MemoryStore, SourceFuture, StoreError, StoreFuture,
        StoredToken, TokenKey, TokenSource, TokenStore,
    },
};
use wecom_sim::{Fault, Sim, TokenDeath};

use crate::stub::{Answer, Stub};

fn client_of(sim: &Sim, store: impl TokenStore) -> Client {
    let secret = Secret::contacts_sync(sim.contacts_secret());
    Client::builder(sim.corp_id(), secret).base_url(sim.url()).token_store(store).build().unwrap()
}

fn fetches(sim: &Sim) -> usize {
    sim.requests().iter().filter(|request| request.path == "gettoken").count()
}

/// Runs this number of concurrent callers, evenly distributed over the clients. All of them must succeed.
async fn crowd(callers: usize, clients: &[Client]) {
    let calling: Vec<_> = (0..callers)
        .map(|number| tokio::spawn(clients[number % clients.len()].departments().list_ids()))
        .collect();
    for call in calling {
        call.await.unwrap().unwrap();
    }
}

/// Runs the same two clients over each store: first without a token, then with a token that became invalid early.
async fn two_of_a_fleet_fetch_once(sim: &Sim, clients: &[Client; 2]) {
    crowd(256, clients).await;
    assert_eq!(fetches(sim), 1, "cold");
    sim.faults().next("department/simplelist", Fault::kill_token(TokenDeath::Expired)).unwrap();
    crowd(256, clients).await;
    assert_eq!(fetches(sim), 2, "after a token died");
    // Both clients have the new token.
    crowd(2, clients).await;
    assert_eq!(fetches(sim), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_20_clients_that_share_memory_fetch_once() {
    let (sim, store) = (Sim::start().await, MemoryStore::new());
    two_of_a_fleet_fetch_once(&sim, &[client_of(&sim, store.clone()), client_of(&sim, store)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_20_clients_that_share_a_file_fetch_once() {
    let (sim, folder) = (Sim::start().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("tokens.json");
    let client = || client_of(&sim, FileStore::new(&path));
    two_of_a_fleet_fetch_once(&sim, &[client(), client()]).await;
}

#[tokio::test]
async fn trap_25_one_command_after_another_uses_the_same_token() {
    let (sim, folder) = (Sim::start().await, tempfile::tempdir().unwrap());
    let path = folder.path().join("tokens.json");
    for _ in 0..5 {
        client_of(&sim, FileStore::new(&path)).departments().list_ids().await.unwrap();
    }
    assert_eq!(fetches(&sim), 1);
    let content = std::fs::read_to_string(&path).unwrap();
    assert!(!content.contains(sim.contacts_secret()) && !content.contains(sim.corp_id()), "{content}");
}

#[tokio::test]
async fn trap_24_two_secrets_in_one_store_keep_their_own_tokens() {
    let (stub, store) =
        (Stub::with_tokens(|_, _| Answer::refusal(60003, "department not found")).await, MemoryStore::new());
    for secret in [Secret::contacts_sync("sync-s"), Secret::app(7, "app-s"), Secret::contacts_sync("sync-s")]
    {
        let client =
            Client::builder("ww1", secret).base_url(stub.url()).token_store(store.clone()).build().unwrap();
        client.departments().get(1).await.unwrap_err();
    }
    let tokens: Vec<_> = stub.calls().iter().map(|call| call.query("access_token")[0].to_owned()).collect();
    assert_eq!(tokens, ["t0ken-0-of-sync-s", "t0ken-2-of-app-s", "t0ken-0-of-sync-s"]);
}

#[tokio::test]
async fn a_holder_that_vanished_is_waited_for_no_longer_than_its_lease() {
    let (sim, store) = (Sim::start().await, MemoryStore::new());
    let client = client_of(&sim, store.clone());
    let life = Duration::from_millis(300);
    store.acquire(client.token_key().clone(), life).await.unwrap().unwrap();
    let began = Instant::now();
    crowd(8, &[client]).await;
    assert_eq!(fetches(&sim), 1);
    assert!(began.elapsed() >= life && began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test]
async fn trap_26_a_wrong_secret_is_asked_about_once_however_many_call() {
    let sim = Sim::start().await;
    let client = |secret| Client::builder(sim.corp_id(), secret).base_url(sim.url()).build().unwrap();
    let wrong = client(Secret::contacts_sync("wr0ng"));
    let calling: Vec<_> = (0..64).map(|_| tokio::spawn(wrong.departments().list_ids())).collect();
    for call in calling {
        assert!(call.await.unwrap().unwrap_err().is_bad_credentials());
    }
    for _ in 0..64 {
        assert!(wrong.departments().list_ids().await.unwrap_err().is_bad_credentials());
    }
    assert_eq!((fetches(&sim), sim.requests().len()), (1, 1));
    client(Secret::contacts_sync(sim.contacts_secret())).departments().list_ids().await.unwrap();
}

/// A store that fails while the test tells it to.
#[derive(Clone, Default)]
struct Shaky {
    store: MemoryStore,
    is_down: Arc<Mutex<bool>>,
}

impl Shaky {
    fn either<T: Send + 'static>(&self, up: impl FnOnce(&MemoryStore) -> StoreFuture<T>) -> StoreFuture<T> {
        if *self.is_down.lock().unwrap() {
            return Box::pin(async { Err(StoreError::new("out of order")) });
        }
        up(&self.store)
    }
}

impl TokenStore for Shaky {
    fn load(&self, key: TokenKey) -> StoreFuture<Option<StoredToken>> {
        self.either(|store| store.load(key))
    }

    fn acquire(&self, key: TokenKey, life: Duration) -> StoreFuture<Option<Lease>> {
        self.either(|store| store.acquire(key, life))
    }

    fn store(&self, key: TokenKey, lease: Lease, token: StoredToken) -> StoreFuture<bool> {
        self.either(|store| store.store(key, lease, token))
    }

    fn release(&self, key: TokenKey, lease: Lease) -> StoreFuture<()> {
        self.either(|store| store.release(key, lease))
    }

    fn invalidate(&self, key: TokenKey, failed: AccessToken) -> StoreFuture<bool> {
        self.either(|store| store.invalidate(key, failed))
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn count(&self, text: &str) -> usize {
        String::from_utf8_lossy(&self.0.lock().unwrap()).matches(text).count()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_done_without_and_said_so_once() {
    let (sim, shaky, log) = (Sim::start().await, Shaky::default(), Log::default());
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let clients = [client_of(&sim, shaky.clone()), client_of(&sim, shaky.clone())];
    *shaky.is_down.lock().unwrap() = true;
    crowd(64, &clients).await;
    assert_eq!(fetches(&sim), 2, "one each");
    for round in 3..6 {
        sim.faults().next("department/simplelist", Fault::kill_token(TokenDeath::Unknown)).unwrap();
        clients[0].departments().list_ids().await.unwrap();
        assert_eq!(fetches(&sim), round);
    }
    let (down, up) = ("the token store does not work", "the token store works again");
    assert_eq!((log.count(down), log.count(up)), (2, 0), "each client logs it once");
    assert!(log.count("out of order") == 2);
    *shaky.is_down.lock().unwrap() = false;
    sim.faults().next("department/simplelist", Fault::kill_token(TokenDeath::Unknown)).unwrap();
    clients[0].departments().list_ids().await.unwrap();
    assert_eq!((log.count(down), log.count(up)), (2, 1));
}

/// A central token server (中控服务器). It fetches a new token only after a client has reported the old one as refused.
struct Central {
    gives: Mutex<Vec<String>>,
    told: Arc<Mutex<Vec<Option<AccessToken>>>>,
}

impl TokenSource for Central {
    fn fetch(&self, refused: Option<AccessToken>) -> SourceFuture {
        self.told.lock().unwrap().push(refused);
        let given = self.gives.lock().unwrap().pop().ok_or("the central server has none");
        Box::pin(async move { Ok(FreshToken::new(given?, Duration::from_secs(600))) })
    }
}

#[tokio::test]
async fn a_companys_own_token_server_is_asked_once_and_told_which_token_died() {
    let stub = Stub::start(|request, _| match request.query("access_token")[..] {
        ["first"] => Answer::refusal(42001, "access_token expired"),
        _ => Answer::json(&serde_json::json!({"errcode": 0, "errmsg": "ok", "department_id": []})),
    })
    .await;
    let told: Arc<Mutex<Vec<_>>> = Arc::default();
    let gives = Mutex::new(vec!["second".to_owned(), "first".to_owned()]);
    let source = Central { gives, told: Arc::clone(&told) };
    let client = stub.builder().token_source(source).build().unwrap();
    crowd(32, std::slice::from_ref(&client)).await;
    let told = told.lock().unwrap().clone();
    assert_eq!(told, [None, Some(AccessToken::new("first"))]);
    assert!(stub.requests().iter().all(|request| !request.target.contains("gettoken")));
}

#[tokio::test]
async fn a_token_server_that_fails_is_the_error() {
    let source = Central { gives: Mutex::default(), told: Arc::default() };
    let client = Client::builder("ww1", Secret::app(7, "")).token_source(source).build().unwrap();
    let error = client.departments().list_ids().await.unwrap_err();
    assert!(matches!(error.kind(), wecom_contacts::ErrorKind::TokenSource(_)), "{error:?}");
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "the central server has none");
}

#[cfg(feature = "redis")]
mod redis {
    use private_servers::redis::PrivateRedis;
    use wecom_contacts::tokens::RedisStore;

    use super::*;

    fn client(sim: &Sim, redis: &PrivateRedis) -> Client {
        client_of(sim, RedisStore::open(&redis.url()).unwrap())
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn trap_20_a_fleet_on_redis_fetches_once() {
        let (sim, redis) = (Sim::start().await, PrivateRedis::start().unwrap());
        two_of_a_fleet_fetch_once(&sim, &[client(&sim, &redis), client(&sim, &redis)]).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_redis_that_dies_and_comes_back_fails_no_call() {
        let (sim, mut redis) = (Sim::start().await, PrivateRedis::start().unwrap());
        let clients = [client(&sim, &redis), client(&sim, &redis)];
        crowd(64, &clients).await;
        redis.kill();
        sim.faults().next("department/simplelist", Fault::kill_token(TokenDeath::Expired)).unwrap();
        crowd(64, &clients).await;
        assert!(fetches(&sim) <= 3, "at most one a process: {}", fetches(&sim));
        redis.restart().unwrap();
        let before = fetches(&sim);
        sim.faults().next("department/simplelist", Fault::kill_token(TokenDeath::Expired)).unwrap();
        crowd(64, &clients).await;
        assert!(fetches(&sim) <= before + 2, "at most one a process: {}", fetches(&sim));
    }

    #[tokio::test]
    async fn a_redis_that_hangs_holds_a_call_up_for_a_moment_only() {
        let (sim, redis) = (Sim::start().await, PrivateRedis::start().unwrap());
        let client = client(&sim, &redis);
        redis.freeze().unwrap();
        let began = Instant::now();
        client.departments().list_ids().await.unwrap();
        assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
        redis.thaw().unwrap();
    }
}
