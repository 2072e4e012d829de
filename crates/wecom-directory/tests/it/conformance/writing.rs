//! Writing: transactions, locks, persons, and erasing.

use std::time::Duration;

use serde_json::json;
use wecom_contacts::{CorpId, Seen};
use wecom_directory::{
    Error,
    journal::ObjectKind,
    record::{MemberRecord, RowHashes, State},
    store::{ExportInProgress, MemberKey, MemberUpdates, PullProgress, PullRecord},
};

use super::{
    home::Home,
    records::{
        at, change, corp, credential, department, found, full_member, member, pull, put, put_pull, remove,
        tag, write,
    },
};

pub(super) async fn every_value_survives(home: &impl Home) {
    let store = home.open().await.unwrap();
    let full = full_member("ZhangSan").record;
    let hidden = MemberRecord::unread("wangwu".into(), at(3));
    let mut transaction = store.begin(&corp()).await.unwrap();
    let mut ended = PullRecord { report: json!({"again": [1, null, "\u{0}"]}), ..pull() };
    ended.id = put_pull(&mut transaction, &ended).await;
    let records = vec![write(full.clone()), write(hidden.clone())];
    transaction.put_members(records).await.unwrap();
    let (root, nameless) = (department(1, "示例公司", 0), department(7, "\\.", 1));
    transaction.put_departments(vec![root.clone(), nameless.clone()]).await.unwrap();
    let tags = vec![tag(1, &["LiSi", "ZhangSan"]), tag(2, &[])];
    transaction.put_tags(tags.clone()).await.unwrap();
    let credentials = [credential(Some(1_000_002)), credential(None)];
    for credential in &credentials {
        transaction.put_credential(credential).await.unwrap();
    }
    transaction.commit().await.unwrap();

    let store = home.open().await.unwrap();
    let read = store.members_after(&corp(), None, 10).await.unwrap();
    assert!(read[0].person.is_some() && read[0].person < read[1].person);
    let expected = [(full, read[0].person), (hidden, read[1].person)]
        .map(|(record, person)| MemberRecord { person, ..record });
    assert_eq!(read, expected);
    assert_eq!(store.departments(&corp()).await.unwrap(), [root.record, nameless.record]);
    assert_eq!(store.tags(&corp()).await.unwrap(), tags);
    assert_eq!(store.credentials(&corp()).await.unwrap(), credentials);
    let corps = store.corps().await.unwrap();
    assert_eq!((corps[0].members, corps[0].departments, corps[0].tags), (2, 2, 2));
    for last in [&corps[0].last_pull, &corps[0].last_complete, &corps[0].last_existence] {
        assert_eq!(last.as_ref(), Some(&ended));
    }
    let known = store.known_rows_after(&corp(), None, 10).await.unwrap();
    assert_eq!(known[0].hashes, expected[0].hashes);
    let search = store.search_rows(&corp(), 0, None, 10).await.unwrap();
    assert_eq!((search[0].search.mask, search[0].search.text.as_str()), (5, "ZhangSan"));
    assert_eq!(search[0].departments.len(), 2);
}

pub(super) async fn a_dropped_transaction_changes_nothing(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, vec![member("lisi", "李四")]).await;
    let mut transaction = store.begin(&corp()).await.unwrap();
    transaction.put_pull(&pull()).await.unwrap();
    let record = found(&*store, "lisi").await.unwrap();
    let changed = MemberRecord { state: State::Removed, ..record.clone() };
    transaction.put_members(vec![write(changed), member("wangwu", "王五")]).await.unwrap();
    transaction.put_departments(vec![department(1, "示例公司", 0)]).await.unwrap();
    drop(transaction);
    assert_eq!(store.members_after(&corp(), None, 10).await.unwrap(), [record]);
    assert_eq!(store.departments(&corp()).await.unwrap(), []);
    assert_eq!(store.corps().await.unwrap()[0].last_pull, None);
    // The next writer is not held up.
    put(&*store, vec![member("zhaoliu", "赵六")]).await;
}

pub(super) async fn a_commit_is_visible_at_once_and_nothing_before_it(home: &impl Home) {
    let store = home.open().await.unwrap();
    let other = home.open().await.unwrap();
    let mut transaction = store.begin(&corp()).await.unwrap();
    transaction.put_members(vec![member("lisi", "李四")]).await.unwrap();
    assert_eq!(transaction.members(&[MemberKey::from("LISI")]).await.unwrap().len(), 1);
    for reader in [&store, &other] {
        assert_eq!(found(&**reader, "lisi").await, None);
    }
    transaction.commit().await.unwrap();
    for reader in [&store, &other] {
        assert!(found(&**reader, "lisi").await.is_some());
    }
}

pub(super) async fn a_replaced_member_has_the_new_seats_alone(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, vec![full_member("lisi")]).await;
    let mut record = found(&*store, "lisi").await.unwrap();
    record.seats.remove(0);
    record.member.mobile = Seen::Hidden;
    // The same number of seats would hide that the old ones stayed.
    assert_eq!(put(&*store, vec![write(record.clone())]).await, [record.person.unwrap()]);
    assert_eq!(found(&*store, "lisi").await.unwrap(), record);
}

pub(super) async fn a_run_and_a_pull_replace_members_in_the_same_way(home: &impl Home) {
    for is_run in [true, false] {
        let home = home.another();
        let store = home.open().await.unwrap();
        put(&*store, vec![full_member("a"), full_member("b"), full_member("c"), member("d", "丁")]).await;
        let mut expected = store.members_after(&corp(), None, 10).await.unwrap();
        // Another key, the same key in another case, removed, and two who change their userids.
        expected[0].member.userid = "b".into();
        expected[0].seats.truncate(1);
        expected[1].member.userid = "a".into();
        expected[2].member.userid = "C".into();
        expected[2].member.position = Seen::Known("总监".to_owned());
        expected[3].state = State::Removed;
        let writes: Vec<_> = expected.iter().cloned().map(write).chain([member("e", "戊")]).collect();
        if is_run {
            let mut transaction = store.begin_run(&corp()).await.unwrap();
            let persons = transaction.put_members(writes).await.unwrap();
            assert_eq!(persons[..4], expected.iter().filter_map(|record| record.person).collect::<Vec<_>>());
            transaction.commit().await.unwrap();
        } else {
            put(&*store, writes).await;
        }
        let read = store.members_after(&corp(), None, 10).await.unwrap();
        assert_eq!(read[..4], expected, "{is_run}");
        assert_eq!(read[4].member.userid, "e");
        let rows = store.search_rows(&corp(), 0, None, 10).await.unwrap();
        let texts: Vec<_> = rows.iter().map(|row| row.search.text.as_str()).collect();
        assert_eq!(texts, ["b", "a", "C", "e"], "{is_run}");
        assert_eq!(found(&*store, "c").await.unwrap(), expected[2]);
        assert_eq!(found(&*store, "d").await, None);
    }
}

pub(super) async fn a_userid_goes_to_another_member_when_its_holder_is_removed(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, vec![member("a", "甲"), full_member("b")]).await;
    let mut expected = store.members_after(&corp(), None, 10).await.unwrap();
    expected[0].member.userid = "B".into();
    expected[1].state = State::Removed;
    let mut transaction = store.begin_run(&corp()).await.unwrap();
    let written = expected.clone();
    let update =
        |_| MemberUpdates { members: written.into_iter().map(write).collect(), ..MemberUpdates::default() };
    let keys = vec![MemberKey::from("a"), MemberKey::from("b")];
    transaction.update_members(keys, Box::new(update)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(store.members_after(&corp(), None, 10).await.unwrap(), expected);
    assert_eq!(found(&*store, "b").await, Some(expected.swap_remove(0)));
}

pub(super) async fn an_update_sees_the_earlier_writes_of_its_transaction_and_knows_the_persons(
    home: &impl Home,
) {
    let store = home.open().await.unwrap();
    let person = put(&*store, vec![member("lisi", "李四")]).await[0];
    let mut transaction = store.begin_run(&corp()).await.unwrap();
    let renamed = MemberRecord { person: Some(person), ..member("lisi", "李斯").record };
    transaction.put_members(vec![write(renamed)]).await.unwrap();
    let update = |found: Vec<MemberRecord>| {
        let names: Vec<_> = found.iter().map(|record| record.member.name.clone()).collect();
        let mut known = found[0].clone();
        known.member.alias = Seen::Known("四".to_owned());
        MemberUpdates {
            members: vec![member("wangwu", "王五"), write(known)],
            changes: vec![
                (Some(1), change(None, "lisi", json!({"names": names}))),
                (None, change(None, "7", json!({}))),
                (Some(0), change(None, "wangwu", json!({}))),
            ],
            person_keys: vec![(0, "工号".to_owned(), "7".to_owned())],
            written_hidden: vec![(1, "mobile".to_owned(), "x".to_owned())],
        }
    };
    let keys = vec![MemberKey::from("LiSi"), MemberKey::from("absent")];
    transaction.update_members(keys, Box::new(update)).await.unwrap();
    transaction.commit().await.unwrap();

    let known = found(&*store, "lisi").await.unwrap();
    assert_eq!((known.person, &known.member.alias), (Some(person), &Seen::Known("四".to_owned())));
    let new = found(&*store, "wangwu").await.unwrap().person;
    assert!(new.is_some_and(|new| new != person), "{new:?}");
    let mut history = Vec::new();
    for id in ["lisi", "7", "wangwu"] {
        history.extend(store.history(&corp(), ObjectKind::Member, id).await.unwrap());
    }
    let persons: Vec<_> = history.iter().map(|change| change.person).collect();
    assert_eq!(persons, [Some(person), None, new]);
    assert_eq!(history[0].fields["names"], json!(["李斯"]));
    assert!(history.is_sorted_by_key(|change| change.seq), "{history:?}");
    let keys = store.person_keys(&corp(), "工号").await.unwrap();
    assert_eq!(keys.iter().map(|key| Some(key.person)).collect::<Vec<_>>(), [new]);
    let written = store.written_hidden(&corp()).await.unwrap();
    assert_eq!(written.iter().map(|written| written.person).collect::<Vec<_>>(), [person]);
}

pub(super) async fn a_corp_has_one_writer_and_the_next_one_learns_its_name(home: &impl Home) {
    let store = home.open().await.unwrap();
    let other = home.open().await.unwrap();
    let _lock = store.lock(&corp(), "txl, process 7", Duration::ZERO).await.unwrap();
    for next in [&store, &other] {
        let error = next.lock(&corp(), "txl, process 8", Duration::from_millis(20)).await.unwrap_err();
        let Error::Locked { holder, corp: locked, .. } = &error else { panic!("{error:?}") };
        assert_eq!((holder.as_str(), locked.as_str()), ("txl, process 7", "ww1"));
    }
    other.lock(&CorpId::new("ww2"), "txl, process 8", Duration::ZERO).await.unwrap();
}

pub(super) async fn a_lock_ends_with_its_holder(home: &impl Home) {
    let store = home.open().await.unwrap();
    let corp = corp();
    let lock = store.lock(&corp, "txl, process 7", Duration::ZERO).await.unwrap();
    let waiting = store.lock(&corp, "txl, process 8", Duration::from_secs(30));
    let (lock, ()) = tokio::join!(waiting, async { drop(lock) });
    let error = store.lock(&corp, "txl, process 9", Duration::ZERO).await.unwrap_err();
    assert!(error.to_string().contains("txl, process 8"), "{error}");
    drop(lock);
}

pub(super) async fn a_userid_that_was_removed_comes_back_as_another_person(home: &impl Home) {
    let store = home.open().await.unwrap();
    let before = put(&*store, vec![member("lisi", "李四")]).await;
    let removed = MemberRecord { state: State::Removed, ..found(&*store, "lisi").await.unwrap() };
    // Both in one batch, as a pull writes them.
    let now = put(&*store, vec![write(removed), member("LiSi", "李思")]).await;
    assert_eq!(now[0], before[0]);
    assert_ne!(now[1], before[0]);
    assert_eq!(found(&*store, "lisi").await.unwrap().person, Some(now[1]));
    assert_eq!(store.members_after(&corp(), None, 10).await.unwrap().len(), 2);
    remove(&*store, "lisi").await;
    assert_eq!(found(&*store, "lisi").await, None);
}

pub(super) async fn progress_is_kept_until_the_pull_commits(home: &impl Home) {
    let store = home.open().await.unwrap();
    assert_eq!(store.progress(&corp()).await.unwrap(), None);
    let mut progress = PullProgress::default();
    for _ in 0..2 {
        progress.exports.push(ExportInProgress {
            source: credential(None).source,
            job: "job".to_owned(),
            key: "key".to_owned(),
            submitted_at: at(1),
        });
        store.put_progress(&corp(), &progress).await.unwrap();
    }
    assert_eq!(home.open().await.unwrap().progress(&corp()).await.unwrap(), Some(progress));
    store.begin(&corp()).await.unwrap().commit().await.unwrap();
    assert_eq!(store.progress(&corp()).await.unwrap(), None);
}

pub(super) async fn progress_is_written_beside_the_transaction_of_a_new_corp(home: &impl Home) {
    let store = home.open().await.unwrap();
    let mut transaction = store.begin(&corp()).await.unwrap();
    transaction.put_members(vec![member("lisi", "李四")]).await.unwrap();
    let progress = PullProgress::default();
    let corp = corp();
    let written = tokio::time::timeout(Duration::from_secs(30), store.put_progress(&corp, &progress));
    written.await.expect("the progress waits for the transaction").unwrap();
    transaction.commit().await.unwrap();
    assert!(found(&*store, "lisi").await.is_some());
}

pub(super) async fn the_change_of_a_pull_can_be_taken_back(home: &impl Home) {
    let store = home.open().await.unwrap();
    let mut transaction = store.begin(&corp()).await.unwrap();
    let fields = json!({"name": {"before": "李\t四", "after": ""}});
    let person = transaction.put_members(vec![member("LiSi", "李四")]).await.unwrap()[0];
    let first = change(Some(person), "LiSi", fields);
    transaction.put_changes(vec![first.clone(), change(None, "wangwu", json!({}))]).await.unwrap();
    let written = transaction.changes(1).await.unwrap();
    assert!(written[0].seq > 0 && written[0].seq < written[1].seq);
    assert_eq!(transaction.take_change(2, ObjectKind::Member, "lisi").await.unwrap(), None);
    let taken = transaction.take_change(1, ObjectKind::Member, "LISI").await.unwrap().unwrap();
    assert_eq!((taken.fields, taken.person), (first.fields, Some(person)));
    assert_eq!(transaction.changes(1).await.unwrap().len(), 1);
}

pub(super) async fn a_forgotten_member_is_in_no_row(home: &impl Home) {
    let store = home.open().await.unwrap();
    let mut follower = member("wangwu", "王五");
    follower.record.member.direct_leader = Seen::Known(vec!["zhaoliu".into(), "LISI".into()]);
    follower.record.hashes = RowHashes { details: [Some(1), Some(2)], departments: Some(3) };
    let mut transaction = store.begin(&corp()).await.unwrap();
    let report = json!({"moving": ["LiSi"]});
    put_pull(&mut transaction, &PullRecord { report, ..pull() }).await;
    let persons = transaction.put_members(vec![full_member("LiSi"), follower]).await.unwrap();
    transaction.put_departments(vec![department(1, "示例公司", 0)]).await.unwrap();
    transaction.put_tags(vec![tag(1, &["LiSi", "wangwu"])]).await.unwrap();
    let changes = vec![
        change(Some(persons[0]), "LiSi", json!({"mobile": {"before": "13800000000", "after": ""}})),
        change(Some(persons[1]), "wangwu", json!({"direct_leader": {"after": ["LiSi"]}})),
    ];
    transaction.put_changes(changes).await.unwrap();
    transaction.commit().await.unwrap();
    remove(&*store, "lisi").await;

    assert!(store.forget(&corp(), &MemberKey::from("LISI")).await.unwrap());
    let mut rows = String::new();
    for table in store.tables() {
        rows += &format!("{:?}", store.dump(table, None, 1_000).await.unwrap());
    }
    for value in ["LiSi", "lisi", "LISI", "13800000000", "zhangsan@example.com", "爱好"] {
        assert!(!rows.contains(value), "{value}: {rows}");
    }
    let history = store.history(&corp(), ObjectKind::Member, "wangwu").await.unwrap();
    assert_eq!(history[0].fields["direct_leader"]["after"], json!(["forgotten"]));
    let follower = found(&*store, "wangwu").await.unwrap();
    assert!(follower.member.direct_leader.is_hidden());
    assert_eq!(follower.hashes.details, [None, None], "the next pull reads the row again");
    assert!(!store.forget(&corp(), &MemberKey::from("lisi")).await.unwrap(), "a second time");
}

pub(super) async fn a_present_member_is_not_forgotten(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, vec![full_member("lisi")]).await;
    let before = found(&*store, "lisi").await;
    assert!(!store.forget(&corp(), &MemberKey::from("lisi")).await.unwrap());
    assert!(!store.forget(&CorpId::new("other"), &MemberKey::from("lisi")).await.unwrap());
    assert_eq!(found(&*store, "lisi").await, before);
}

pub(super) async fn members_who_were_removed_long_ago_are_forgotten_together(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, vec![full_member("lisi"), full_member("wangwu"), full_member("zhaoliu")]).await;
    for userid in ["lisi", "wangwu"] {
        remove(&*store, userid).await;
    }
    assert_eq!(store.forget_removed(&corp(), at(0)).await.unwrap(), 0, "they were removed at this time");
    assert_eq!(store.forget_removed(&corp(), at(1)).await.unwrap(), 2);
    let left = store.members_after(&corp(), None, 10).await.unwrap();
    assert_eq!(left.iter().map(|record| record.member.userid.as_str()).collect::<Vec<_>>(), ["zhaoliu"]);
}
