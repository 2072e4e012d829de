//! What a pull writes: a batch in memory, the others in one transaction of the store.
//!
//! Readers see nothing of it before the commit. A pull that stops on the way leaves the mirror as it was.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};
use wecom_contacts::CorpId;

use crate::{
    Coverage, Error, Result,
    journal::{Action, Cause, Change, ObjectKind},
    record::{MemberRecord, PersonId, TagRecord},
    search,
    store::{CredentialRecord, DepartmentWrite, MemberKey, MemberWrite, PullRecord, Store, Transaction},
};

/// How many members are held in memory at least before they go to the store.
const BATCH: usize = 1_000;

pub(super) struct Writer<'a> {
    store: &'a dyn Store,
    corp: &'a CorpId,
    /// The transaction, once it has begun, and the number of the pull in it.
    transaction: Option<(Box<dyn Transaction>, i64)>,
    /// When the pull began.
    started_at: Timestamp,
    members: Vec<Pending>,
    /// Whether the transaction has changes of members. A baseline has none, and none is looked up.
    has_member_changes: bool,
    /// The place of a buffered member in `members`.
    buffered: HashMap<MemberKey, usize>,
    departments: Vec<DepartmentWrite>,
    tags: Vec<TagRecord>,
    credentials: Vec<CredentialRecord>,
    changes: Vec<Change>,
    /// Where changes go that are to be shown and not to be written.
    shown: Option<&'a mut Vec<Change>>,
}

/// A member that is to be written, and its change.
struct Pending {
    record: MemberRecord,
    change: Option<Change>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(
        store: &'a dyn Store,
        corp: &'a CorpId,
        started_at: Timestamp,
        shown: Option<&'a mut Vec<Change>>,
    ) -> Self {
        Self {
            store,
            corp,
            transaction: None,
            started_at,
            members: Vec::new(),
            has_member_changes: false,
            buffered: HashMap::new(),
            departments: Vec::new(),
            tags: Vec::new(),
            credentials: Vec::new(),
            changes: Vec::new(),
            shown,
        }
    }

    /// Returns the records of these members as they are now, with what this pull has changed already. They can be put back until the next
    /// call: a full batch goes to the store here and nowhere else. A new member of the batch gets a person number there, and a copy made
    /// before would be put as another person.
    pub(super) async fn members(&mut self, keys: &[MemberKey]) -> Result<HashMap<MemberKey, MemberRecord>> {
        if self.members.len() >= BATCH {
            self.flush().await?;
        }
        let mut found = HashMap::new();
        let mut rest = Vec::new();
        for key in keys {
            match self.buffered.get(key) {
                Some(at) => drop(found.insert(key.clone(), self.members[*at].record.clone())),
                None => rest.push(key.clone()),
            }
        }
        if !rest.is_empty() {
            let records = match &mut self.transaction {
                Some((transaction, _)) => transaction.members(&rest).await?,
                None => self.store.members(self.corp, &rest).await?,
            };
            found.extend(records.into_iter().map(|record| (MemberKey::from(&record.member.userid), record)));
        }
        Ok(found)
    }

    /// Adds a member. Where this pull has added it before (`is_again`), the two changes become one.
    pub(super) async fn put_member(
        &mut self,
        record: MemberRecord,
        change: Option<Change>,
        is_again: bool,
    ) -> Result<()> {
        let key = MemberKey::from(&record.member.userid);
        let mut change = change;
        if let Some(at) = self.buffered.get(&key) {
            let pending = &mut self.members[*at];
            pending.change = united(pending.change.take(), change);
            pending.record = record;
            return Ok(());
        }
        if is_again
            && self.has_member_changes
            && let Some((transaction, pull)) = &mut self.transaction
        {
            let first = transaction.take_change(*pull, ObjectKind::Member, key.as_str()).await?;
            change = united(first, change);
        }
        self.buffered.insert(key, self.members.len());
        self.members.push(Pending { record, change });
        Ok(())
    }

    pub(super) fn put_department(&mut self, department: DepartmentWrite) {
        self.departments.push(department);
    }

    pub(super) fn put_tag(&mut self, tag: TagRecord) {
        self.tags.push(tag);
    }

    pub(super) fn put_credential(&mut self, credential: CredentialRecord) {
        self.credentials.push(credential);
    }

    pub(super) fn put_change(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Returns the transaction and the number of the pull. It begins here if it has not begun.
    async fn transaction(&mut self) -> Result<(&mut Box<dyn Transaction>, i64)> {
        if self.transaction.is_none() {
            let mut transaction = self.store.begin(self.corp).await?;
            // A pull that only shows its changes is not in the mirror and has no number.
            if self.shown.is_some() {
                return Ok((&mut self.transaction.insert((transaction, 0)).0, 0));
            }
            let begun = PullRecord {
                id: 0,
                started_at: self.started_at,
                ended_at: self.started_at,
                coverage: Coverage::default(),
                existence: false,
                is_complete: false,
                report: Value::Null,
            };
            let pull = transaction.put_pull(&begun).await?;
            self.transaction = Some((transaction, pull));
        }
        let (transaction, pull) =
            self.transaction.as_mut().ok_or(Error::Damaged("a transaction ended early"))?;
        Ok((transaction, *pull))
    }

    /// Gives the buffered members to the transaction.
    async fn flush(&mut self) -> Result<()> {
        self.buffered.clear();
        let pending = std::mem::take(&mut self.members);
        let (transaction, pull) = self.transaction().await?;
        if pending.is_empty() {
            return Ok(());
        }
        let (members, changes): (Vec<_>, Vec<_>) = pending
            .into_iter()
            .map(|Pending { record, change }| {
                let search = search::text(&record.member);
                (MemberWrite { record, search }, change)
            })
            .unzip();
        let persons = transaction.put_members(members).await?;
        let of_person = |(change, person): (Option<Change>, PersonId)| {
            change.map(|change| Change { person: Some(person), cause: Cause::pull(pull), ..change })
        };
        let changes: Vec<_> = changes.into_iter().zip(persons).filter_map(of_person).collect();
        if !changes.is_empty() {
            transaction.put_changes(changes).await?;
            self.has_member_changes = true;
        }
        Ok(())
    }

    /// Writes everything with the pull's own row and commits. Returns the number of the pull.
    pub(super) async fn commit(mut self, pull: PullRecord) -> Result<i64> {
        self.flush().await?;
        let Self { transaction, departments, tags, credentials, mut changes, shown, .. } = self;
        let (mut transaction, id) = transaction.ok_or(Error::Damaged("a transaction ended early"))?;
        if let Some(shown) = shown {
            // The members' changes are in the transaction already, which is dropped.
            shown.extend(transaction.changes(id).await?.into_iter().map(|change| {
                // A new person gets a number when it is written.
                let person = change.person.filter(|_| change.action != Action::Created);
                Change { person, ..change }
            }));
            shown.append(&mut changes);
            return Ok(0);
        }
        if !departments.is_empty() {
            transaction.put_departments(departments).await?;
        }
        if !tags.is_empty() {
            transaction.put_tags(tags).await?;
        }
        for credential in &credentials {
            transaction.put_credential(credential).await?;
        }
        if !changes.is_empty() {
            for change in &mut changes {
                change.cause = Cause::pull(id);
            }
            transaction.put_changes(changes).await?;
        }
        let mut pull = PullRecord { id, ..pull };
        if let Some(report) = pull.report.as_object_mut() {
            report.insert("pull".to_owned(), id.into());
        }
        transaction.put_pull(&pull).await?;
        transaction.commit().await?;
        Ok(id)
    }
}

/// Makes one change of two of the same object: from the first value before to the last one after, and to where the object is now. A
/// member who came and went within the pull was never in the mirror.
fn united(first: Option<Change>, second: Option<Change>) -> Option<Change> {
    let (mut first, second) = match (first, second) {
        (Some(first), Some(second)) => (first, second),
        (change, None) | (None, change) => return change,
    };
    for (name, later) in second.fields {
        let before =
            first.fields.get(&name).or(Some(&later)).and_then(|values| values.get("before")).cloned();
        let after = later.get("after").cloned();
        if before == after {
            first.fields.remove(&name);
        } else {
            first.field(&name, before, after);
        }
    }
    match (first.action, second.action) {
        (Action::Created, Action::Removed) => return None,
        (Action::Created, _) | (_, Action::Created | Action::Changed) => {}
        // It is where it was before the pull.
        (Action::OutOfSight, Action::BackInSight) | (Action::BackInSight, Action::OutOfSight) => {
            first.action = Action::Changed;
        }
        (_, gone_or_back) => first.action = gone_or_back,
    }
    let says_nothing = first.action == Action::Changed && first.fields.is_empty();
    (!says_nothing).then_some(first)
}

/// A change of an object that a pull has seen. The writer names the pull in it.
pub(super) fn change(
    at: Timestamp,
    kind: ObjectKind,
    id: String,
    action: Action,
    fields: Map<String, Value>,
) -> Change {
    Change { seq: 0, at, kind, id, person: None, action, fields, cause: Cause(String::new()), operator: None }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use serde_json::json;
    use wecom_contacts::UserId;

    use super::*;
    use crate::store::sqlite::SqliteStore;

    #[test]
    fn two_changes_become_one_that_says_where_the_object_is_now() {
        use Action::{BackInSight, Changed, Created, OutOfSight, Removed};

        let some = |action, fields| {
            Some(change(Timestamp::UNIX_EPOCH, ObjectKind::Member, "lisi".to_owned(), action, fields))
        };
        let position = || Map::from_iter([("position".to_owned(), json!({"before": "a", "after": "b"}))]);
        for (first, second, expected) in [
            (Changed, Removed, Some(Removed)),
            (Changed, OutOfSight, Some(OutOfSight)),
            (Changed, Changed, Some(Changed)),
            (BackInSight, Removed, Some(Removed)),
            (BackInSight, Changed, Some(BackInSight)),
            (BackInSight, OutOfSight, Some(Changed)),
            (OutOfSight, BackInSight, Some(Changed)),
            (OutOfSight, Removed, Some(Removed)),
            (Created, Changed, Some(Created)),
            (Created, OutOfSight, Some(Created)),
            (Created, Removed, None),
        ] {
            let one = united(some(first, position()), some(second, Map::new()));
            assert_eq!(one.as_ref().map(|one| one.action), expected, "{first:?}, {second:?}");
            assert!(one.is_none_or(|one| one.fields == position()), "{first:?}, {second:?}");
        }
        assert_eq!(united(some(OutOfSight, Map::new()), some(BackInSight, Map::new())), None);
    }

    #[tokio::test]
    async fn a_copy_of_a_buffered_member_stays_the_same_person_while_the_batch_fills() {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("mirror.db")).await.unwrap();
        let corp = CorpId::new("ww1");
        let now = Timestamp::UNIX_EPOCH;
        let unread = |userid: String| MemberRecord::unread(UserId::new(userid), now);
        let mut writer = Writer::new(&store, &corp, now, None);
        writer.put_member(unread("zhangsan".to_owned()), None, false).await.unwrap();

        let key = MemberKey::from("zhangsan");
        let copy = writer.members(std::slice::from_ref(&key)).await.unwrap().remove(&key).unwrap();
        for number in 0..2 * BATCH {
            writer.put_member(unread(format!("u{number}")), None, false).await.unwrap();
        }
        writer.put_member(copy, None, true).await.unwrap();
        writer.members(&[]).await.unwrap();
        let again = writer.members(std::slice::from_ref(&key)).await.unwrap().remove(&key).unwrap();
        writer.put_member(again, None, true).await.unwrap();
        let pull = PullRecord {
            id: 0,
            started_at: now,
            ended_at: now,
            coverage: Coverage::default(),
            existence: true,
            is_complete: true,
            report: Value::Null,
        };
        writer.commit(pull).await.unwrap();

        let table = store.tables().iter().find(|table| table.name == "person").unwrap();
        let persons = store.dump(table, None, 1_000_000).await.unwrap();
        assert_eq!(persons.len(), 2 * BATCH + 1);
    }
}
