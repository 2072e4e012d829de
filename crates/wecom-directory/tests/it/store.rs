//! The SQLite file: what it refuses, what it denies, and what it erases.

use std::fs;

use wecom_directory::{
    Error,
    store::{MemberKey, QueryRow, Store, sqlite::SqliteStore},
};

use crate::corp::Corp;

async fn rows(corp: &Corp, statement: &str) -> Result<Vec<Vec<serde_json::Value>>, Error> {
    let mut rows = Vec::new();
    let mut each = |row: QueryRow<'_>| {
        rows.push(row.values);
        Ok(())
    };
    corp.store.query(Some(&corp.id()), statement, &mut each).await?;
    Ok(rows)
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("text.db");
    fs::write(
        &text,
        "this is a text of more than one hundred bytes, which is no database at all ".repeat(20),
    )
    .unwrap();
    let before = fs::read(&text).unwrap();
    assert!(matches!(SqliteStore::open(&text).await, Err(Error::NotADatabase(_))));
    assert_eq!(fs::read(&text).unwrap(), before);

    let other = directory.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE notes (text)").unwrap();
    assert!(matches!(SqliteStore::open(&other).await, Err(Error::NotAMirror)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_of_a_newer_version_is_refused() {
    let corp = Corp::start().await;
    corp.pull().await;
    rusqlite::Connection::open(corp.file()).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let error = SqliteStore::open(corp.file()).await.unwrap_err();
    assert!(matches!(error, Error::NewerSchema { found: 999, .. }), "{error}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;

    let corp = Corp::start().await;
    corp.pull().await;
    for entry in fs::read_dir(corp.file().parent().unwrap()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", entry.path().display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_can_only_read() {
    let corp = Corp::start().await;
    corp.pull().await;
    for statement in [
        "DELETE FROM member",
        "UPDATE member SET name = ''",
        "DROP VIEW members",
        "ATTACH ':memory:' AS other",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 7",
        "SELECT load_extension('x')",
        "SELECT 1; SELECT 2",
        "VACUUM INTO 'copy.db'",
        "CREATE TEMP TABLE t (x)",
        "not sql",
        "",
    ] {
        let Err(error) = rows(&corp, statement).await else { panic!("{statement} ran") };
        assert!(matches!(error, Error::Statement(_)), "{statement}: {error:?}");
    }
    let count = rows(&corp, "SELECT count(*) FROM members").await.unwrap();
    assert!(count[0][0].as_i64().unwrap() > 0);
    rows(
        &corp,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
    )
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_view_of_members_masks_personal_values() {
    let corp = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    corp.pull().await;
    let masked = rows(&corp, "SELECT mobile FROM members WHERE mobile <> ''").await.unwrap();
    assert!(!masked.is_empty());
    assert!(masked.iter().all(|row| row[0].as_str().unwrap().starts_with("****")), "{masked:?}");
    let unmasked = rows(&corp, "SELECT mobile FROM members_unmasked WHERE mobile <> ''").await.unwrap();
    assert!(unmasked.iter().all(|row| !row[0].as_str().unwrap().contains('*')));
}

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_leaves_no_trace_in_the_file() {
    let corp = Corp::with(wecom_sim::Sim::builder().legacy(true)).await;
    corp.pull().await;
    let record = corp.members().await.remove("lisi").unwrap();
    let mobile = record.member.mobile.into_known().unwrap();
    let name = record.member.name.into_known().unwrap();
    let contacts = &corp.contacts;
    contacts
        .members()
        .update("lisi", wecom_contacts::members::MemberPatch::new().position("无迹可寻"))
        .await
        .unwrap();
    corp.pull().await;
    assert!(!corp.store.forget(&corp.id(), &MemberKey::from("lisi")).await.unwrap(), "lisi exists");
    contacts.members().delete("lisi").await.unwrap();
    corp.pull().await;
    assert!(has(&corp, &mobile) && has(&corp, "无迹可寻"));

    assert!(corp.store.forget(&corp.id(), &MemberKey::from("lisi")).await.unwrap());
    for value in [mobile.as_str(), &name, "无迹可寻", "lisi"] {
        assert!(!has(&corp, value), "{value}");
    }
}

/// Whether one of the files has these bytes.
fn has(corp: &Corp, text: &str) -> bool {
    fs::read_dir(corp.file().parent().unwrap()).unwrap().any(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_has_every_row() {
    let corp = Corp::start().await;
    corp.pull().await;
    let target = SqliteStore::open(corp.file().with_file_name("copy.db")).await.unwrap();
    for table in corp.store.tables() {
        let mut after: Option<Vec<serde_json::Value>> = None;
        loop {
            let rows = corp.store.dump(table, after.as_deref(), 2).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = Some(last.clone());
            target.load(table, rows).await.unwrap();
        }
    }
    for table in corp.store.tables() {
        let rows = corp.store.dump(table, None, 1_000_000).await.unwrap();
        assert_eq!(target.dump(table, None, 1_000_000).await.unwrap(), rows, "{}", table.name);
    }
    assert_eq!(target.corps().await.unwrap(), corp.store.corps().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_the_old_corp_or_the_new_one_while_a_pull_commits() {
    let corp = Corp::with(wecom_sim::Sim::builder().seed(500, 20, 1)).await;
    corp.pull().await;
    let store = corp.store.clone();
    let id = corp.id();
    let reader = tokio::spawn(async move {
        for _ in 0..50 {
            let corps = store.corps().await.unwrap();
            assert_eq!(corps[0].corp, id);
            assert_eq!(corps[0].members, 500);
        }
    });
    for _ in 0..3 {
        corp.pull().await;
    }
    reader.await.unwrap();
}
