//! Reading: keys, pages, corps, history, copies, and what is refused.

use serde_json::{Value, json};
use wecom_contacts::{CorpId, DepartmentId, members::MemberField};
use wecom_directory::{
    Error, FieldSet,
    journal::ObjectKind,
    record::{MemberRecord, State},
    store::{MemberKey, Store},
};

use super::{
    home::Home,
    records::{
        change, corp, credential, department, found, full_member, member, pull, put, put_pull, remove, tag,
        write,
    },
    runs::put_run,
};

pub(super) async fn userids_compare_without_case(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, vec![member("ZhangSan", "张三"), member("Ä", "other")]).await;
    for userid in ["zhangsan", "ZHANGSAN", "ZhangSan"] {
        assert_eq!(found(&*store, userid).await.unwrap().member.userid.as_str(), "ZhangSan");
        let mut transaction = store.begin(&corp()).await.unwrap();
        assert_eq!(transaction.members(&[MemberKey::from(userid)]).await.unwrap().len(), 1);
    }
    // Only ASCII letters have no case.
    assert_eq!(found(&*store, "ä").await, None);
    let key = &store.known_rows_after(&corp(), None, 1).await.unwrap()[0].key;
    assert_eq!(key.as_str(), "zhangsan");
}

pub(super) async fn pages_follow_the_person_numbers(home: &impl Home) {
    let store = home.open().await.unwrap();
    let members = ["d", "c", "b", "a"].map(|userid| member(userid, userid));
    let persons = put(&*store, members.to_vec()).await;
    assert!(persons.is_sorted());
    remove(&*store, "c").await;
    let (mut read, mut known, mut search) = (Vec::new(), Vec::new(), Vec::new());
    let mut after = None;
    loop {
        let page = store.members_after(&corp(), after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        known.extend(store.known_rows_after(&corp(), after, 3).await.unwrap());
        search.extend(store.search_rows(&corp(), 4, after, 3).await.unwrap());
        after = last.person;
        read.extend(page);
    }
    assert_eq!(read.iter().filter_map(|record| record.person).collect::<Vec<_>>(), persons);
    // Removed members are left out, so that these pages reach further.
    known.dedup();
    search.dedup();
    assert_eq!(known.iter().map(|row| row.key.as_str()).collect::<Vec<_>>(), ["d", "b", "a"]);
    // The filter of each is 5.
    assert_eq!(store.search_rows(&corp(), 2, None, 3).await.unwrap(), []);
    assert_eq!(search.iter().map(|row| row.search.text.as_str()).collect::<Vec<_>>(), ["d", "b", "a"]);
}

pub(super) async fn fields_that_are_not_read_are_hidden(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, vec![full_member("zhangsan")]).await;
    let whole = store.members_after(&corp(), None, 10).await.unwrap().remove(0);
    let fields = FieldSet::of([MemberField::Name, MemberField::Status, MemberField::Extattr]);
    let part = store.members_with(fields, &corp(), None, 10).await.unwrap().remove(0);
    assert_eq!(FieldSet::hidden_in(&part.member), FieldSet::ALL.without(fields));
    assert_eq!(part.member.name, whole.member.name);
    assert_eq!(part.member.status, whole.member.status);
    assert_eq!(part.member.extattr, whole.member.extattr);
    assert_eq!(MemberRecord { member: whole.member.clone(), ..part }, whole);
}

pub(super) async fn two_corps_do_not_mix(home: &impl Home) {
    let store = home.open().await.unwrap();
    let other = CorpId::new("ww0");
    for (corp, name) in [(&corp(), "李四"), (&other, "李思")] {
        let mut transaction = store.begin(corp).await.unwrap();
        transaction.put_members(vec![member("lisi", name)]).await.unwrap();
        transaction.put_departments(vec![department(1, name, 0)]).await.unwrap();
        transaction.put_tags(vec![tag(1, &[name])]).await.unwrap();
        transaction.put_changes(vec![change(None, "lisi", json!({"name": name}))]).await.unwrap();
        transaction.commit().await.unwrap();
    }
    for (corp, name) in [(&corp(), "李四"), (&other, "李思")] {
        let members = store.members(corp, &[MemberKey::from("lisi")]).await.unwrap();
        assert_eq!(members[0].member.name.known().map(String::as_str), Some(name));
        assert_eq!(store.members_after(corp, None, 10).await.unwrap(), members);
        assert_eq!(store.departments(corp).await.unwrap().len(), 1);
        assert_eq!(store.tags(corp).await.unwrap()[0].members.known().unwrap()[0].as_str(), name);
        let history = store.history(corp, ObjectKind::Member, "lisi").await.unwrap();
        assert_eq!((history.len(), &history[0].fields["name"]), (1, &json!(name)));
    }
    let corps: Vec<_> = store.corps().await.unwrap().into_iter().map(|corp| corp.corp).collect();
    assert_eq!(corps, [other, corp()]);
}

pub(super) async fn head_counts_leave_removed_members_out(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, vec![full_member("lisi"), full_member("wangwu"), full_member("zhaoliu")]).await;
    remove(&*store, "lisi").await;
    let counts = store.head_counts(&corp()).await.unwrap();
    assert_eq!(counts.get(&DepartmentId(1)), Some(&2), "{counts:?}");
    assert_eq!(counts.get(&DepartmentId(2)), None);
}

pub(super) async fn history_follows_the_person(home: &impl Home) {
    let store = home.open().await.unwrap();
    let person = put(&*store, vec![member("old", "李四")]).await[0];
    let mut transaction = store.begin(&corp()).await.unwrap();
    let changes = ["old", "New"].map(|id| change(Some(person), id, json!({"userid": {"after": id}})));
    transaction.put_changes(changes.to_vec()).await.unwrap();
    let mut renamed = transaction.members(&[MemberKey::from("old")]).await.unwrap().remove(0);
    renamed.member.userid = "New".into();
    assert_eq!(transaction.put_members(vec![write(renamed)]).await.unwrap(), [person]);
    transaction.put_changes(vec![change(None, "nobody", json!({}))]).await.unwrap();
    transaction.commit().await.unwrap();
    for id in ["new", "NEW", "old"] {
        let history = store.history(&corp(), ObjectKind::Member, id).await.unwrap();
        assert_eq!(history.iter().map(|change| change.id.as_str()).collect::<Vec<_>>(), ["old", "New"]);
        assert!(history[0].seq < history[1].seq);
    }
    assert_eq!(store.history(&corp(), ObjectKind::Department, "new").await.unwrap(), []);
    assert_eq!(store.history(&CorpId::new("other"), ObjectKind::Member, "new").await.unwrap(), []);
}

pub(super) async fn readers_see_the_old_corp_or_the_new_one(home: &impl Home) {
    let store = home.open().await.unwrap();
    put(&*store, (0..20).map(|number| full_member(&format!("m{number}"))).collect()).await;
    let readers: Vec<_> = (0..10)
        .map(|_| {
            let store = std::sync::Arc::clone(&store);
            tokio::spawn(async move {
                for _ in 0..20 {
                    let members = store.members_after(&corp(), None, 100).await.unwrap();
                    // A round gives all members one name and one seat for each letter of it.
                    let name = members[0].member.name.clone();
                    let seats = members[0].seats.len();
                    assert!(members.iter().all(|one| one.member.name == name && one.seats.len() == seats));
                    assert_eq!(store.corps().await.unwrap()[0].members, 20);
                }
            })
        })
        .collect();
    for round in 0..10 {
        let mut transaction = store.begin(&corp()).await.unwrap();
        let keys: Vec<_> = (0..20).map(|number| MemberKey::from(format!("m{number}").as_str())).collect();
        for record in transaction.members(&keys).await.unwrap() {
            let mut record = MemberRecord { ..record };
            record.member.name = wecom_contacts::Seen::Known(format!("round {round}"));
            record.seats.truncate(round % 2);
            transaction.put_members(vec![write(record)]).await.unwrap();
        }
        transaction.commit().await.unwrap();
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

async fn dump(store: &dyn Store) -> Vec<(&'static str, Vec<Vec<Value>>)> {
    let mut tables = Vec::new();
    for table in store.tables() {
        let mut all = Vec::new();
        let mut after: Option<Vec<Value>> = None;
        loop {
            let rows = store.dump(table, after.as_deref(), 2).await.unwrap();
            let Some(last) = rows.last() else { break };
            after = Some(last.clone());
            all.extend(rows);
        }
        tables.push((table.name, all));
    }
    tables
}

pub(super) async fn a_copy_has_every_row_and_takes_new_ones(home: &impl Home) {
    let source = home.open().await.unwrap();
    let mut transaction = source.begin(&corp()).await.unwrap();
    put_pull(&mut transaction, &pull()).await;
    let persons = transaction
        .put_members(vec![full_member("ZhangSan"), member("lisi", "李四"), member("wangwu", "")])
        .await
        .unwrap();
    transaction
        .put_departments(vec![department(1, "示例公司", 0), department(7, "研发\n部", 1)])
        .await
        .unwrap();
    transaction.put_tags(vec![tag(1, &["LiSi", "ZhangSan", "x"]), tag(2, &[])]).await.unwrap();
    transaction.put_credential(&credential(Some(7))).await.unwrap();
    transaction.put_changes(vec![change(Some(persons[0]), "ZhangSan", json!({"a": "\\N"}))]).await.unwrap();
    transaction.commit().await.unwrap();
    let mut transaction = source.begin_run(&corp()).await.unwrap();
    let run = put_run(&mut transaction, found(&*source, "lisi").await.unwrap().person.unwrap()).await;
    transaction.put_run_plan(run.id, "{}").await.unwrap();
    transaction.commit().await.unwrap();

    let rows = dump(&*source).await;
    assert!(rows.iter().all(|(table, rows)| !rows.is_empty() || *table == "tag_department"), "{rows:?}");
    // From one kind to the other and back.
    let (file, copy) = (super::home::Sqlite::new(), home.another());
    let (file, copy) = (file.open().await.unwrap(), copy.open().await.unwrap());
    for (from, to) in [(&source, &file), (&file, &copy)] {
        for (table, (_, rows)) in from.tables().iter().zip(dump(&**from).await) {
            to.load(table, rows).await.unwrap();
        }
        assert_eq!(dump(&**to).await, rows);
        assert_eq!(to.corps().await.unwrap(), source.corps().await.unwrap());
    }

    // The numbers go on behind those of the copy.
    let new = put(&*copy, vec![member("new", "新")]).await;
    assert!(Some(new[0]) > found(&*source, "wangwu").await.unwrap().person, "{new:?}");
    let mut transaction = copy.begin(&corp()).await.unwrap();
    assert!(put_pull(&mut transaction, &pull()).await > 1);
    transaction.put_changes(vec![change(None, "new", json!({}))]).await.unwrap();
    transaction.commit().await.unwrap();
}

pub(super) async fn a_mirror_of_a_newer_version_is_refused(home: &impl Home) {
    drop(home.open().await.unwrap());
    home.set_schema(999);
    let error = home.open().await.unwrap_err();
    assert!(matches!(error, Error::NewerSchema { found: 999, known } if known > 0), "{error:?}");
}

pub(super) async fn tables_of_another_program_are_refused(home: &impl Home) {
    home.occupy();
    let error = home.open().await.unwrap_err();
    assert!(matches!(error, Error::NotAMirror), "{error:?}");
}

pub(super) async fn several_programs_can_create_the_mirror_at_once(home: &impl Home) {
    let opened = futures_util::future::join_all((0..8).map(|_| home.open())).await;
    for store in opened {
        assert_eq!(store.unwrap().corps().await.unwrap(), []);
    }
    let store = home.open().await.unwrap();
    put(&*store, vec![member("lisi", "李四")]).await;
    assert_eq!(found(&*store, "lisi").await.unwrap().state, State::Present);
}
