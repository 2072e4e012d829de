//! PostgreSQL over TLS: whose certificates are trusted, and pulls through an encrypted connection.

use std::{error::Error as _, fs};

use private_servers::postgres::PrivatePostgres;
use wecom_directory::{
    Error,
    store::{Store, postgres::PostgresStore},
};
use wecom_sim::Sim;

use crate::corp::Corp;

/// Returns whether the server sees an encrypted connection.
async fn is_encrypted(store: &PostgresStore) -> bool {
    let mut is_encrypted = None;
    let statement = "SELECT count(*) FROM pg_stat_ssl WHERE ssl AND pid = pg_backend_pid()";
    let each = &mut |row: wecom_directory::store::QueryRow<'_>| {
        is_encrypted = row.values[0].as_u64();
        Ok(())
    };
    store.query(None, statement, each).await.unwrap();
    is_encrypted.expect("one row") == 1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_counts_if_its_authority_and_its_name_do() {
    let server = PrivatePostgres::start_with_tls().unwrap();
    let address = server.url();
    let named = address.replace("127.0.0.1", "localhost");
    let authority = server.authority();
    let authority = authority.to_str().unwrap();

    let modes = ["require", "verify-ca", "verify-full", "prefer"];
    for (mode, encrypted) in modes.map(|mode| (mode, true)).into_iter().chain([("disable", false)]) {
        let url = format!("{named}?sslmode={mode}&sslrootcert={authority}");
        let store = PostgresStore::open(&url).await.unwrap();
        assert_eq!(is_encrypted(&store).await, encrypted, "{mode}");
    }
    let without_tls = PostgresStore::open(&format!("{address}?sslmode=disable")).await.unwrap();
    assert!(!is_encrypted(&without_tls).await);

    for (url, reason) in [
        // The certificate is for the name, and not for the address.
        (format!("{address}?sslrootcert={authority}"), "NotValidForName"),
        // The authority is none of the system's. The password is not sent without TLS instead.
        (named.clone(), "UnknownIssuer"),
        (format!("{named}?sslmode=require&sslrootcert=system"), "UnknownIssuer"),
    ] {
        let error = PostgresStore::open(&url).await.unwrap_err();
        assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
        assert!(format!("{error:?}").contains(reason), "{reason}: {error:?}");
    }
}

#[tokio::test]
async fn a_file_without_certificates_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let url = format!("postgres://txl:hunter2@localhost/corp?sslmode=require&sslrootcert={}", file.display());
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for text in [None, Some(""), Some("no certificate"), Some(broken), Some("-----BEGIN CERTIFICATE-----\n")]
    {
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        let error = PostgresStore::open(&url).await.unwrap_err();
        assert!(matches!(error, Error::RootCertificates { .. }), "{text:?}: {error:?}");
        assert!(error.to_string().contains("ca.pem") && error.source().is_some(), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_works_over_tls() {
    let server = PrivatePostgres::start_with_tls().unwrap();
    let corp = Corp::with(Sim::builder().seed(300, 20, 5)).await;
    let url = format!(
        "{}?sslmode=require&sslrootcert={}",
        server.url().replace("127.0.0.1", "localhost"),
        server.authority().display()
    );
    let store = PostgresStore::open(&url).await.unwrap();
    let report = corp.both().run(&store).await.unwrap();
    assert_eq!((report.members.created, report.existence), (300, true), "{report:?}");
    assert_eq!(store.members_after(&corp.id(), None, 1000).await.unwrap().len(), 300);
}
