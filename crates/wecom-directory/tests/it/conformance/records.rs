//! Records as a pull would write them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wecom_contacts::{
    CorpId, DepartmentId, Seen, UserId,
    members::{Gender, MemberField, MemberStatus},
};
use wecom_directory::{
    Coverage, Error, FieldSet, Level,
    journal::{Action, Cause, Change, ObjectKind},
    record::{DepartmentRecord, MemberRecord, PersonId, RowHashes, Seat, Source, State, TagRecord},
    store::{
        CredentialRecord, DepartmentWrite, MemberKey, MemberWrite, PullRecord, QueryRow, SearchText, Store,
        Transaction,
    },
};

pub(crate) fn corp() -> CorpId {
    CorpId::new("ww1")
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

/// A member of which the userid and the name are known.
pub(crate) fn member(userid: &str, name: &str) -> MemberWrite {
    let mut record = MemberRecord::unread(UserId::new(userid), at(0));
    record.member.name = Seen::Known(name.to_owned());
    write(record)
}

pub(crate) fn write(record: MemberRecord) -> MemberWrite {
    let text = record.member.userid.as_str().to_owned();
    MemberWrite { record, search: SearchText { mask: 5, text } }
}

/// A member of which each column has a value that a careless store would change.
pub(crate) fn full_member(userid: &str) -> MemberWrite {
    let mut write = member(userid, "张\t三\\N\r\n\"'; --");
    let record = &mut write.record;
    let known = |text: &str| Seen::Known(text.to_owned());
    let member = &mut record.member;
    member.alias = known("");
    member.mobile = known("13800000000");
    member.email = known("zhangsan@example.com");
    member.biz_mail = known("\\N");
    member.biz_mail_alias =
        serde_json::from_value(json!({"item": ["a@example.com"]})).map(Seen::Known).unwrap();
    member.direct_leader = Seen::Known(vec![UserId::new("LiSi")]);
    member.gender = Seen::Known(Gender::from("1"));
    member.status = Seen::Known(MemberStatus::from(4));
    member.enable = Seen::Known(true);
    member.hide_mobile = Seen::Known(false);
    member.extattr =
        serde_json::from_value(json!({"attrs": [{"type": 0, "name": "爱好", "text": {"value": "旅\n游"}}]}))
            .map(Seen::Known)
            .unwrap();
    record.seats = vec![
        Seat {
            department: DepartmentId(1),
            order: Seen::Known(u32::MAX),
            is_leader: Seen::Known(true),
            is_main: Seen::Known(false),
        },
        Seat {
            department: DepartmentId(7),
            order: Seen::Hidden,
            is_leader: Seen::Hidden,
            is_main: Seen::Known(true),
        },
    ];
    record.shown = [FieldSet::of([MemberField::Name, MemberField::HideMobile]), FieldSet::EMPTY];
    record.hashes = RowHashes { details: [Some(u64::MAX), None], departments: Some(7) };
    write
}

pub(crate) fn department(id: u32, name: &str, parent: u32) -> DepartmentWrite {
    let record = DepartmentRecord {
        id: DepartmentId(id),
        state: State::Present,
        name: Seen::Known(name.to_owned()),
        name_en: Seen::Hidden,
        parent: Seen::Known(DepartmentId(parent)),
        order: Seen::Known(100),
        leaders: Seen::Known(vec![UserId::new("LiSi")]),
        read_at: at(0),
    };
    DepartmentWrite { record, path: Some(name.to_owned()), depth: Some(u32::from(parent != 0)) }
}

pub(crate) fn tag(id: u32, members: &[&str]) -> TagRecord {
    TagRecord {
        id: wecom_contacts::TagId(id),
        state: State::Present,
        name: Seen::Known("骨干".to_owned()),
        members: Seen::Known(members.iter().map(|userid| UserId::new(*userid)).collect()),
        members_complete: true,
        departments: Seen::Hidden,
        read_at: at(0),
    }
}

pub(crate) fn credential(agent_id: Option<i64>) -> CredentialRecord {
    CredentialRecord {
        source: if agent_id.is_some() { Source::App } else { Source::ContactsSync },
        agent_id,
        sees_sensitive: Some(false),
        sees_everybody: None,
        read_at: at(0),
    }
}

pub(crate) fn pull() -> PullRecord {
    PullRecord {
        id: 0,
        started_at: at(0),
        ended_at: at(9),
        coverage: Coverage { members: Level::Complete, departments: Level::Range, tags: Level::None },
        existence: true,
        is_complete: true,
        report: json!({"members": 3, "text": "a\\b"}),
    }
}

pub(crate) fn change(person: Option<PersonId>, id: &str, fields: Value) -> Change {
    Change {
        seq: 0,
        at: at(1),
        kind: ObjectKind::Member,
        id: id.to_owned(),
        person,
        action: Action::Changed,
        fields: serde_json::from_value::<Map<_, _>>(fields).unwrap(),
        cause: Cause::pull(1),
        operator: None,
    }
}

/// Writes these members in one transaction, and returns their person numbers. New ones must not be removed.
pub(crate) async fn put(store: &dyn Store, members: Vec<MemberWrite>) -> Vec<PersonId> {
    let records: Vec<_> = members.iter().map(|write| write.record.clone()).collect();
    let mut transaction = store.begin(&corp()).await.unwrap();
    transaction.put_members(members).await.unwrap();
    transaction.commit().await.unwrap();
    let mut persons = Vec::new();
    for record in records {
        let userid = record.member.userid.as_str();
        persons.push(match record.person {
            Some(person) => person,
            None => found(store, userid).await.unwrap().person.unwrap(),
        });
    }
    persons
}

/// Adds a pull twice, as the writer of a pull does. A new one comes before all other rows of the transaction.
pub(crate) async fn put_pull(transaction: &mut Box<dyn Transaction>, record: &PullRecord) -> i64 {
    let id = transaction.put_pull(&PullRecord { report: Value::Null, ..record.clone() }).await.unwrap();
    assert_eq!(transaction.put_pull(&PullRecord { id, ..record.clone() }).await.unwrap(), id);
    id
}

/// The record of a member that is not removed.
pub(crate) async fn found(store: &dyn Store, userid: &str) -> Option<MemberRecord> {
    store.members(&corp(), &[MemberKey::from(userid)]).await.unwrap().pop()
}

/// Marks a member as removed.
pub(crate) async fn remove(store: &dyn Store, userid: &str) {
    let record = MemberRecord { state: State::Removed, ..found(store, userid).await.unwrap() };
    put(store, vec![write(record)]).await;
}

/// The rows of a statement, with the names of its columns before them.
pub(crate) async fn rows(
    store: &dyn Store,
    corp: Option<&CorpId>,
    statement: &str,
) -> Result<(Vec<String>, Vec<Vec<Value>>), Error> {
    let mut columns = Vec::new();
    let mut rows = Vec::new();
    let mut each = |row: QueryRow<'_>| {
        columns = row.columns.to_vec();
        rows.push(row.values);
        Ok(())
    };
    store.query(corp, statement, &mut each).await?;
    Ok((columns, rows))
}
