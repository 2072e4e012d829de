//! A writer's transaction: what it holds back, what it reads, and whom it keeps waiting.

use jiff::Timestamp;
use wecom_contacts::{CorpId, DepartmentId, Seen};
use wecom_directory::{
    Coverage,
    journal::{Action, Cause, Change, ObjectKind},
    record::{MemberRecord, Seat},
    store::{
        MemberKey, MemberWrite, PullRecord, QueryRow, SearchText, Store, Transaction, sqlite::SqliteStore,
    },
};

fn begun() -> PullRecord {
    PullRecord {
        id: 0,
        started_at: Timestamp::UNIX_EPOCH,
        ended_at: Timestamp::UNIX_EPOCH,
        coverage: Coverage::default(),
        existence: true,
        is_complete: true,
        report: serde_json::Value::Null,
    }
}

fn member(userid: &str, name: &str) -> MemberRecord {
    let mut record = MemberRecord::unread(userid.into(), Timestamp::UNIX_EPOCH);
    record.member.name = Seen::Known(name.to_owned());
    let department = DepartmentId(7);
    record.seats =
        vec![Seat { department, order: Seen::Hidden, is_leader: Seen::Known(true), is_main: Seen::Hidden }];
    record
}

fn write(record: MemberRecord) -> MemberWrite {
    MemberWrite { record, search: SearchText::default() }
}

/// Begins a transaction with a pull in it.
async fn begin(store: &SqliteStore, corp: &CorpId) -> (Box<dyn Transaction>, PullRecord) {
    let mut transaction = store.begin(corp).await.unwrap();
    let id = transaction.put_pull(&begun()).await.unwrap();
    (transaction, PullRecord { id, ..begun() })
}

async fn names(store: &SqliteStore, corp: &CorpId) -> Vec<String> {
    let members = store.members_after(corp, None, 1_000).await.unwrap();
    members.into_iter().filter_map(|record| record.member.name.into_known()).collect()
}

#[tokio::test]
async fn a_corp_is_written_while_a_large_transaction_of_another_is_open() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("m.db")).await.unwrap();
    let (large, small) = (CorpId::from("wwlarge"), CorpId::from("wwsmall"));
    let (mut open, pull) = begin(&store, &large).await;
    for batch in 0..5 {
        let members = (0..1_000).map(|number| write(member(&format!("user{batch}x{number}"), "张三")));
        assert_eq!(open.put_members(members.collect()).await.unwrap().len(), 1_000);
    }
    let (mut other, other_pull) = begin(&store, &small).await;
    assert_ne!(pull.id, other_pull.id);
    other.put_members(vec![write(member("lisi", "李四"))]).await.unwrap();
    other.put_pull(&other_pull).await.unwrap();
    other.commit().await.unwrap();
    assert_eq!(names(&store, &small).await, ["李四"]);
    assert_eq!(names(&store, &large).await, [""; 0], "nothing is visible before the commit");
    open.put_pull(&pull).await.unwrap();
    open.commit().await.unwrap();
    assert_eq!(names(&store, &large).await.len(), 1_000);
    assert_eq!(store.corps().await.unwrap()[0].members, 5_000);
    assert_eq!(names(&store, &small).await, ["李四"], "the persons of the two corps are different ones");
}

#[tokio::test]
async fn a_transaction_reads_what_was_put_into_it() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("m.db")).await.unwrap();
    let corp = CorpId::from("ww1");
    let (mut first, pull) = begin(&store, &corp).await;
    first.put_members(vec![write(member("known", "旧")), write(member("gone", "走"))]).await.unwrap();
    first.put_pull(&pull).await.unwrap();
    first.commit().await.unwrap();

    let keys = ["known", "new", "nobody"].map(MemberKey::from);
    let (mut second, pull) = begin(&store, &corp).await;
    let before = second.members(&keys).await.unwrap();
    assert_eq!(before.len(), 1, "{before:?}");
    let mut known = before[0].clone();
    known.member.name = Seen::Known("新".to_owned());
    known.seats.clear();
    let persons = second.put_members(vec![write(known), write(member("New", "甲"))]).await.unwrap();
    let change = |id: &str, person| Change {
        seq: 0,
        at: Timestamp::UNIX_EPOCH,
        kind: ObjectKind::Member,
        id: id.to_owned(),
        person: Some(person),
        action: Action::Created,
        fields: serde_json::Map::new(),
        cause: Cause::pull(pull.id),
        operator: None,
    };
    second.put_changes(vec![change("known", persons[0]), change("New", persons[1])]).await.unwrap();
    let staged = second.members(&keys).await.unwrap();
    let names: Vec<_> = staged.iter().filter_map(|record| record.member.name.known()).collect();
    assert_eq!(names, ["新", "甲"]);
    assert_eq!((staged[0].seats.len(), staged[1].seats.len()), (0, 1));

    // The new member is read again, and the change of the other one is taken back.
    let mut again = staged[1].clone();
    again.member.name = Seen::Known("乙".to_owned());
    again.seats[0].department = DepartmentId(8);
    assert_eq!(second.put_members(vec![write(again)]).await.unwrap(), [persons[1]]);
    let taken = second.take_change(pull.id, ObjectKind::Member, "KNOWN").await.unwrap();
    assert_eq!(taken.map(|change| change.id), Some("known".to_owned()));
    assert_eq!(second.changes(pull.id).await.unwrap().len(), 1);
    second.put_pull(&pull).await.unwrap();
    second.commit().await.unwrap();

    let members = store.members_after(&corp, None, 10).await.unwrap();
    let found: Vec<_> =
        members.iter().map(|record| (record.member.name.known().unwrap().as_str(), &record.seats)).collect();
    assert_eq!(found.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["新", "走", "乙"]);
    assert_eq!((found[0].1.len(), found[2].1[0].department), (0, DepartmentId(8)));
    let history = store.history(&corp, ObjectKind::Member, "new").await.unwrap();
    assert_eq!(history.len(), 1);
    assert_eq!(history[0].person, members[2].person, "the change has the person's final number");
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("m.db")).await.unwrap();
    let corp = CorpId::from("ww1");
    let (mut dropped, pull) = begin(&store, &corp).await;
    dropped.put_members(vec![write(member("zhangsan", "张三"))]).await.unwrap();
    dropped.put_pull(&pull).await.unwrap();
    drop(dropped);
    assert_eq!(store.corps().await.unwrap(), []);
    let (_, next) = begin(&store, &corp).await;
    assert!(next.id > pull.id, "a number is not given twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_readers_see_the_old_corp_or_the_new_one_during_the_commit() {
    let directory = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(directory.path().join("m.db")).await.unwrap();
    let corp = CorpId::from("ww1");
    let (mut first, pull) = begin(&store, &corp).await;
    let members = (0..2_000).map(|number| write(member(&format!("user{number}"), "0")));
    first.put_members(members.collect()).await.unwrap();
    first.put_pull(&pull).await.unwrap();
    first.commit().await.unwrap();

    let (done, is_done) = tokio::sync::watch::channel(false);
    let readers: Vec<_> = (0..10)
        .map(|_| {
            let (store, corp, is_done) = (store.clone(), corp.clone(), is_done.clone());
            tokio::spawn(async move {
                let mut seen = Vec::new();
                while !*is_done.borrow() {
                    let mut each = |row: QueryRow<'_>| {
                        seen.push(row.values);
                        Ok(())
                    };
                    let sql = "select count(*), min(name), max(name) from members";
                    store.query(Some(&corp), sql, &mut each).await.unwrap();
                    assert_eq!(store.corps().await.unwrap()[0].members, 2_000);
                }
                seen
            })
        })
        .collect();
    for generation in 1..5 {
        let (mut transaction, pull) = begin(&store, &corp).await;
        let mut members = store.members_after(&corp, None, 2_000).await.unwrap();
        members.iter_mut().for_each(|record| record.member.name = Seen::Known(generation.to_string()));
        transaction.put_members(members.into_iter().map(write).collect()).await.unwrap();
        transaction.put_pull(&pull).await.unwrap();
        transaction.commit().await.unwrap();
    }
    done.send_replace(true);
    for reader in readers {
        for row in reader.await.unwrap() {
            assert_eq!(row[0], 2_000);
            assert_eq!(row[1], row[2], "all members are of one generation");
        }
    }
}
