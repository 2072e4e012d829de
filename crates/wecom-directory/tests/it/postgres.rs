//! The PostgreSQL database: connections that are refused or lost, and pulls into it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use private_servers::postgres::TestDatabase;
use wecom_contacts::CorpId;
use wecom_directory::{
    Error,
    record::MemberRecord,
    store::{MemberKey, MemberWrite, SearchText, Store, postgres::PostgresStore},
};
use wecom_sim::Sim;

use crate::corp::Corp;

/// A text and all its causes.
fn chain(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {}", chain(cause)))
}

async fn members(store: &PostgresStore, corp: &CorpId) -> BTreeMap<String, MemberRecord> {
    let members = store.members_after(corp, None, 100_000).await.unwrap();
    members.into_iter().map(|member| (member.member.userid.as_str().to_owned(), member)).collect()
}

/// A connection that was ended is noticed by its next use at the latest.
async fn reconnected(store: &PostgresStore) {
    for _ in 0..32 {
        if store.corps().await.is_ok() {
            return;
        }
    }
    store.corps().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_refused_is_an_error_without_the_password() {
    let database = TestDatabase::create().unwrap();
    let url = database.url();
    let (server, name) = url.rsplit_once('/').unwrap();
    let (scheme, host) = server.split_once('@').unwrap();
    let user = scheme.trim_start_matches("postgres://").split(':').next().unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (wrong, reason) in [
        (format!("postgres://{user}:hunter2@{host}/{name}"), "password authentication failed"),
        (format!("{server}/txl_test_missing"), "does not exist"),
        (format!("postgres://{user}:hunter2@{closed}/{name}"), "refused"),
        (format!("{url}?sslmode=require"), "TLS"),
    ] {
        let error = PostgresStore::open(&wrong).await.unwrap_err();
        assert!(matches!(error, Error::Unreachable(_)), "{wrong}: {error:?}");
        let text = format!("{} {error:?}", chain(&error));
        assert!(text.contains(reason) && !text.contains("hunter2"), "{reason}: {text}");
    }
    let store = PostgresStore::open(&url).await.unwrap();
    assert_eq!(store.address(), format!("postgres://{user}@{host}/{name}"));
    assert_eq!(format!("{store:?}"), format!("PostgresStore({:?})", store.address()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_creates_no_mirror() {
    let database = TestDatabase::create().unwrap();
    assert!(PostgresStore::open_existing(&database.url()).await.unwrap().is_none());
    PostgresStore::open(&database.url()).await.unwrap();
    assert!(PostgresStore::open_existing(&database.url()).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_writes_what_it_writes_into_a_file() {
    let corp = Corp::with(Sim::builder().seed(200, 20, 3)).await;
    let database = TestDatabase::create().unwrap();
    let store = PostgresStore::open(&database.url()).await.unwrap();
    corp.pull().await;
    let report = corp.both().run(&store).await.unwrap();
    assert_eq!((report.members.created, report.existence), (200, true), "{report:?}");
    let plain = |mut record: MemberRecord| {
        // The two pulls gave their own numbers and times.
        record.person = None;
        record.read_at = jiff::Timestamp::UNIX_EPOCH;
        record
    };
    let in_file: BTreeMap<_, _> =
        corp.members().await.into_iter().map(|(id, one)| (id, plain(one))).collect();
    let mirrored = members(&store, &corp.id()).await.into_iter().map(|(id, one)| (id, plain(one)));
    assert_eq!(mirrored.collect::<BTreeMap<_, _>>(), in_file);

    let before = members(&store, &corp.id()).await;
    let again = corp.both().run(&store).await.unwrap();
    assert_eq!((again.members.created, again.members.changed), (0, 0), "{again:?}");
    assert_eq!(members(&store, &corp.id()).await, before);
    corp.contacts.members().delete(before.keys().next().unwrap().as_str()).await.unwrap();
    assert_eq!(corp.both().run(&store).await.unwrap().members.removed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_lost_in_a_transaction_changes_nothing() {
    let database = TestDatabase::create().unwrap();
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let corp = CorpId::new("ww1");
    let member = |userid: &str| MemberWrite {
        record: MemberRecord::unread(userid.into(), jiff::Timestamp::UNIX_EPOCH),
        search: SearchText::default(),
    };
    let mut transaction = store.begin(&corp).await.unwrap();
    transaction.put_members(vec![member("lisi")]).await.unwrap();
    transaction.commit().await.unwrap();

    let mut transaction = store.begin(&corp).await.unwrap();
    transaction.put_members(vec![member("wangwu")]).await.unwrap();
    database.end_connections().unwrap();
    let error = transaction.put_members(vec![member("zhaoliu")]).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
    let error = transaction.commit().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");

    reconnected(&store).await;
    assert_eq!(members(&store, &corp).await.into_keys().collect::<Vec<_>>(), ["lisi"]);
    let mut transaction = store.begin(&corp).await.unwrap();
    transaction.put_members(vec![member("wangwu")]).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.members(&corp, &[MemberKey::from("WANGWU")]).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_ends_with_its_connection() {
    let database = TestDatabase::create().unwrap();
    let store = PostgresStore::open(&database.url()).await.unwrap();
    let corp = CorpId::new("ww1");
    let _lock = store.lock(&corp, "txl, process 7", Duration::ZERO).await.unwrap();
    let transaction = store.begin(&corp).await.unwrap();
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'txl, process 7'").unwrap();
    reconnected(&store).await;
    let other = PostgresStore::open(&database.url()).await.unwrap();
    other.lock(&corp, "txl, process 8", Duration::from_secs(30)).await.unwrap();
    // The writer whose lock has ended commits nothing more.
    let error = transaction.commit().await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_that_loses_the_database_fails_and_the_next_one_completes() {
    let corp = Corp::with(Sim::builder().seed(300, 30, 5)).await;
    let database = TestDatabase::create().unwrap();
    let store = PostgresStore::open(&database.url()).await.unwrap();
    corp.both().run(&store).await.unwrap();
    let before = members(&store, &corp.id()).await;
    for userid in before.keys().take(20) {
        corp.contacts.members().delete(userid.as_str()).await.unwrap();
    }
    // A pull needs the connection of its lock to the end, so that no pull survives this.
    let database = Arc::new(database);
    let breaker = Arc::clone(&database);
    corp.sim.before_each_call(move |_, _| {
        let breaker = Arc::clone(&breaker);
        async move {
            tokio::task::spawn_blocking(move || breaker.end_connections()).await.unwrap().unwrap();
        }
    });
    let error = corp.both().run(&store).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
    corp.sim.before_each_call(|_, _| async {});
    reconnected(&store).await;
    assert_eq!(members(&store, &corp.id()).await, before);
    let report = corp.both().run(&store).await.unwrap();
    assert_eq!((report.members.removed, report.complete), (20, true), "{report:?}");
}
