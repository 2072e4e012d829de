//! Where a mirror is stored: one narrow trait, implemented for SQLite and PostgreSQL.
//!
//! The rules of the mirror (what is hidden, what proves a removal, what the journal records) are not here: a store keeps and
//! returns records, and commits a transaction whole or not at all.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    future::Future,
    pin::Pin,
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wecom_contacts::{CorpId, DepartmentId, UserId};

use crate::{
    Coverage, FieldSet, Result,
    journal::{Change, ObjectKind},
    plan::StepId,
    record::{DepartmentRecord, MemberRecord, PersonId, RowHashes, Source, State, TagRecord},
    run::{PersonKey, RunRecord, StepRecord, WrittenHidden},
};

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod columns;
mod forget;
#[cfg(feature = "postgres")]
#[cfg_attr(docsrs, doc(cfg(feature = "postgres")))]
pub mod postgres;
#[cfg(feature = "sqlite")]
#[cfg_attr(docsrs, doc(cfg(feature = "sqlite")))]
pub mod sqlite;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod tables;

pub(crate) use forget::FORGOTTEN;

/// The future of a store's operation.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A mirror's database: several corps, one writer for each corp at a time, any number of readers.
///
/// A reader sees the state before a transaction or after it, never in between.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Locks a corp for writing. The lock ends with its value, with the process and with the connection.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`](crate::Error::Locked) with the holder, if another writer holds it for longer than `wait`.
    fn lock<'a>(
        &'a self,
        corp: &'a CorpId,
        holder: &'a str,
        wait: Duration,
    ) -> StoreFuture<'a, Box<dyn Lock>>;

    /// Begins the one transaction of a writer, which holds the corp's [`lock`](Self::lock). Dropped without a commit, it changes nothing.
    ///
    /// It may stay open for minutes while a corp is read. Until [`commit`](Transaction::commit), members and changes that were put into
    /// it keep no other corp's writer waiting, and no reader at any time.
    fn begin<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Box<dyn Transaction>>;

    /// Returns all corps with their last pulls, in the order of their ids.
    fn corps(&self) -> StoreFuture<'_, Vec<CorpSummary>>;

    /// Notes how far a pull has come, outside the transaction, so that the next pull can continue it.
    fn put_progress<'a>(&'a self, corp: &'a CorpId, progress: &'a PullProgress) -> StoreFuture<'a, ()>;

    /// Returns what the last pull noted, if it has not ended.
    fn progress<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Option<PullProgress>>;

    /// Returns what is known of the credentials of the corp.
    fn credentials<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<CredentialRecord>>;

    /// Returns what is known of the next members' rows by the order of their person numbers, at most `limit`. Removed members are
    /// left out.
    fn known_rows_after<'a>(
        &'a self,
        corp: &'a CorpId,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<KnownRow>>;

    /// Returns the records of these members, in any order. Members that the mirror does not have are left out.
    fn members<'a>(&'a self, corp: &'a CorpId, keys: &'a [MemberKey]) -> StoreFuture<'a, Vec<MemberRecord>>;

    /// Returns the next members by the order of their person numbers, at most `limit`.
    fn members_after<'a>(
        &'a self,
        corp: &'a CorpId,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<MemberRecord>> {
        self.members_with(FieldSet::ALL, corp, after, limit)
    }

    /// Returns the next members as [`members_after`](Self::members_after) does, with these fields only. All other fields are hidden in
    /// the records. Userids, states, seats and the rest of a record do not depend on `fields`.
    fn members_with<'a>(
        &'a self,
        fields: FieldSet,
        corp: &'a CorpId,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<MemberRecord>>;

    /// Returns all departments in the order of their ids, removed ones included.
    fn departments<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<DepartmentRecord>>;

    /// Returns all tags in the order of their ids, removed ones included.
    fn tags<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<TagRecord>>;

    /// Returns the number of members in each department, direct members only. Removed members are left out.
    fn head_counts<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, HashMap<DepartmentId, u64>>;

    /// Returns what the search reads of the next people whose filter has all bits of `mask`, by the order of their person numbers, at
    /// most `limit`. Departments are in the order of their ids.
    fn search_rows<'a>(
        &'a self,
        corp: &'a CorpId,
        mask: i64,
        after: Option<PersonId>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<SearchRow>>;

    /// Returns the changes of one object in the order of their sequence. For a member, those of the person under all userids.
    fn history<'a>(&'a self, corp: &'a CorpId, kind: ObjectKind, id: &'a str)
    -> StoreFuture<'a, Vec<Change>>;

    /// Runs one statement that only reads, and returns its rows. `corp` limits the views to one corp.
    ///
    /// # Errors
    ///
    /// [`Error::Statement`](crate::Error::Statement) for a statement that does not parse, that writes, or that is more than one.
    fn query<'a>(
        &'a self,
        corp: Option<&'a CorpId>,
        statement: &'a str,
        each: &'a mut (dyn FnMut(QueryRow<'_>) -> Result<()> + Send),
    ) -> StoreFuture<'a, ()>;

    // Runs: plans that were applied. See `crate::run`.

    /// Begins a transaction of a run. Its commit survives a loss of power, and leaves the progress of a pull unchanged.
    fn begin_run<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Box<dyn Transaction>>;

    /// Returns all runs of the corp in the order of their numbers.
    fn runs<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<RunRecord>>;

    /// Returns the plan of a run as JSON. Values of people who were forgotten are erased in it, so that its fingerprint may differ.
    fn run_plan<'a>(&'a self, corp: &'a CorpId, run: i64) -> StoreFuture<'a, Option<String>>;

    /// Returns the steps of a run that were sent or have an outcome, in the order of their numbers.
    fn run_steps<'a>(&'a self, corp: &'a CorpId, run: i64) -> StoreFuture<'a, Vec<StepRecord>>;

    /// Returns the keys with this name that belong to people, in the order of their values.
    fn person_keys<'a>(&'a self, corp: &'a CorpId, name: &'a str) -> StoreFuture<'a, Vec<PersonKey>>;

    /// Returns the fingerprints of values that runs wrote into hidden fields, in the order of people and fields.
    fn written_hidden<'a>(&'a self, corp: &'a CorpId) -> StoreFuture<'a, Vec<WrittenHidden>>;

    /// Erases the values of a removed member from every table. Returns whether there was such a member.
    fn forget<'a>(&'a self, corp: &'a CorpId, key: &'a MemberKey) -> StoreFuture<'a, bool>;

    /// Erases the values of all members who were removed before this time, as [`forget`](Self::forget) does. Returns their number.
    fn forget_removed<'a>(&'a self, corp: &'a CorpId, before: Timestamp) -> StoreFuture<'a, u64>;

    /// Returns the tables in the order in which [`load`](Self::load) must fill them: the corps last, so that a copy that was interrupted
    /// shows none.
    fn tables(&self) -> &'static [Table];

    /// Returns the next rows of a table in the order of its key, at most `limit`: those behind the row `after`.
    fn dump<'a>(
        &'a self,
        table: &'a Table,
        after: Option<&'a [Value]>,
        limit: u32,
    ) -> StoreFuture<'a, Vec<Vec<Value>>>;

    /// Adds rows to a table, as [`dump`](Self::dump) of another store returned them. Only for a new, empty store.
    fn load<'a>(&'a self, table: &'a Table, rows: Vec<Vec<Value>>) -> StoreFuture<'a, ()>;
}

/// Returns the departments that exist or are out of sight, by id.
pub(crate) async fn existing_departments(
    store: &dyn Store,
    corp: &CorpId,
) -> Result<BTreeMap<DepartmentId, DepartmentRecord>> {
    let departments = store.departments(corp).await?.into_iter();
    let existing = departments.filter(|department| department.state != State::Removed);
    Ok(existing.map(|department| (department.id, department)).collect())
}

/// A corp that is locked for writing, until the value is dropped.
pub trait Lock: fmt::Debug + Send + Sync {}

/// A writer's transaction.
///
/// Its memory does not grow with what is put into it. Departments, tags, credentials and the pull's own row are put right before the
/// commit: from the first of them on, writers of other corps may have to wait.
pub trait Transaction: Send {
    /// Adds a pull, or changes it, and returns its number. The number of a new pull is 0: it takes a number, which stays unused if the
    /// transaction is dropped. The pull must be put again with this number before the commit.
    fn put_pull<'a>(&'a mut self, pull: &'a PullRecord) -> StoreFuture<'a, i64>;

    /// Returns the records of these members as the transaction has them, in any order.
    fn members<'a>(&'a mut self, keys: &'a [MemberKey]) -> StoreFuture<'a, Vec<MemberRecord>>;

    /// Adds or replaces what is known of a credential.
    fn put_credential<'a>(&'a mut self, credential: &'a CredentialRecord) -> StoreFuture<'a, ()>;

    /// Adds members, or replaces those that have a person number, with their seats and search rows. Returns their person numbers, in
    /// the same order. The numbers of new persons are valid inside the transaction, for [`Change::person`] and for members that are put
    /// again; a commit may give them others.
    fn put_members(&mut self, members: Vec<MemberWrite>) -> StoreFuture<'_, Vec<PersonId>>;

    /// Reads these members as [`members`](Self::members) does, and writes what `update` makes of them. A store may put this off until
    /// the next operation that returns something, whose error is then that of this operation, too.
    fn update_members(&mut self, keys: Vec<MemberKey>, update: MembersUpdate) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let found = if keys.is_empty() { Vec::new() } else { self.members(&keys).await? };
            let mut updates = update(found);
            let members = std::mem::take(&mut updates.members);
            let persons = if members.is_empty() { Vec::new() } else { self.put_members(members).await? };
            let (changes, person_keys, written_hidden) = updates.of_persons(&persons);
            if !changes.is_empty() {
                self.put_changes(changes).await?;
            }
            if !person_keys.is_empty() {
                self.put_person_keys(person_keys).await?;
            }
            if !written_hidden.is_empty() {
                self.put_written_hidden(written_hidden).await?;
            }
            Ok(())
        })
    }

    /// Adds or replaces departments with their paths.
    fn put_departments(&mut self, departments: Vec<DepartmentWrite>) -> StoreFuture<'_, ()>;

    /// Adds or replaces tags with their members and departments.
    fn put_tags(&mut self, tags: Vec<TagRecord>) -> StoreFuture<'_, ()>;

    /// Adds changes to the journal.
    fn put_changes(&mut self, changes: Vec<Change>) -> StoreFuture<'_, ()>;

    /// Removes the change of this object that this pull has recorded, and returns it. The object was read again.
    fn take_change<'a>(
        &'a mut self,
        pull: i64,
        kind: ObjectKind,
        id: &'a str,
    ) -> StoreFuture<'a, Option<Change>>;

    /// Returns the changes of this pull that are in the transaction, in the order of their sequence.
    fn changes(&mut self, pull: i64) -> StoreFuture<'_, Vec<Change>>;

    // Runs.

    /// Adds a run, or replaces it, and returns its number. The number of a new run is 0.
    fn put_run<'a>(&'a mut self, run: &'a RunRecord) -> StoreFuture<'a, i64>;

    /// Adds the plan of a run, as JSON.
    fn put_run_plan<'a>(&'a mut self, run: i64, plan: &'a str) -> StoreFuture<'a, ()>;

    /// Adds or replaces steps of a run.
    fn put_run_steps(&mut self, run: i64, steps: Vec<StepRecord>) -> StoreFuture<'_, ()>;

    /// Removes steps of a run that were recorded and then not sent.
    fn remove_run_steps(&mut self, run: i64, steps: Vec<StepId>) -> StoreFuture<'_, ()>;

    /// Adds keys of people. A key that belongs to another person moves to this one.
    fn put_person_keys(&mut self, keys: Vec<PersonKey>) -> StoreFuture<'_, ()>;

    /// Adds or replaces fingerprints of values that a run wrote into hidden fields.
    fn put_written_hidden(&mut self, written: Vec<WrittenHidden>) -> StoreFuture<'_, ()>;

    /// Commits the transaction: readers see all of it from now on. A pull's commit removes what [`Store::put_progress`] noted.
    fn commit(self: Box<Self>) -> StoreFuture<'static, ()>;
}

/// A userid as the mirror compares it: ASCII letters in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberKey(Box<str>);

impl MemberKey {
    /// The userid in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes a text that is in lower case already.
    #[cfg(any(feature = "sqlite", feature = "postgres"))]
    pub(crate) fn folded(key: &str) -> Self {
        Self(key.into())
    }
}

impl From<&str> for MemberKey {
    fn from(userid: &str) -> Self {
        Self(userid.to_ascii_lowercase().into())
    }
}

impl From<&UserId> for MemberKey {
    fn from(userid: &UserId) -> Self {
        userid.as_str().into()
    }
}

/// What is known of a member's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownRow {
    /// The person.
    pub person: PersonId,
    /// The member's key.
    pub key: MemberKey,
    /// Whether the member was present; else out of sight.
    pub is_present: bool,
    /// The hashes of what was read.
    pub hashes: RowHashes,
}

/// A member to be written.
#[derive(Clone, Debug)]
pub struct MemberWrite {
    /// The record.
    pub record: MemberRecord,
    /// What the search reads.
    pub search: SearchText,
}

/// Makes [`MemberUpdates`] of the records of members. It may run on another thread.
pub type MembersUpdate = Box<dyn FnOnce(Vec<MemberRecord>) -> MemberUpdates + Send>;

/// Members to be written, with what depends on their person numbers. Members are named by their places in `members`.
#[derive(Clone, Debug, Default)]
pub struct MemberUpdates {
    /// The members.
    pub members: Vec<MemberWrite>,
    /// Changes for the journal. Each gets the person of its member, if it has one.
    pub changes: Vec<(Option<usize>, Change)>,
    /// Members with the names and values of their keys in a roster.
    pub person_keys: Vec<(usize, String, String)>,
    /// Members with the names of hidden fields that were written, and the fingerprints of the values.
    pub written_hidden: Vec<(usize, String, String)>,
}

impl MemberUpdates {
    /// Returns changes, keys and fingerprints with these numbers of the members' persons.
    pub(crate) fn of_persons(
        self,
        persons: &[PersonId],
    ) -> (Vec<Change>, Vec<PersonKey>, Vec<WrittenHidden>) {
        let person = |place: usize| persons.get(place).copied();
        let change = |(place, change): (Option<usize>, Change)| match place.and_then(person) {
            Some(person) => Change { person: Some(person), ..change },
            None => change,
        };
        let key = |(place, name, value)| Some(PersonKey { name, value, person: person(place)? });
        let written =
            |(place, field, fingerprint)| Some(WrittenHidden { person: person(place)?, field, fingerprint });
        (
            self.changes.into_iter().map(change).collect(),
            self.person_keys.into_iter().filter_map(key).collect(),
            self.written_hidden.into_iter().filter_map(written).collect(),
        )
    }
}

/// What the search reads of one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchText {
    /// A filter of 63 bits: a query can match only if its own bits are all set here.
    pub mask: i64,
    /// Userid, name, alias, position and mobile, separated by tabs; hidden ones are empty.
    pub text: String,
}

/// A person in the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchRow {
    /// The person.
    pub person: PersonId,
    /// What is searched.
    pub search: SearchText,
    /// The departments of the person.
    pub departments: Vec<DepartmentId>,
}

/// A department to be written.
#[derive(Clone, Debug)]
pub struct DepartmentWrite {
    /// The record.
    pub record: DepartmentRecord,
    /// The names from the root, joined by `/`; `None` if one of them is hidden.
    pub path: Option<String>,
    /// The number of departments above it; 0 for the root. `None` if a parent is hidden.
    pub depth: Option<u32>,
}

/// A pull in the mirror.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PullRecord {
    /// The number of the pull; 0 before it is written.
    pub id: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When its closing readings ended.
    pub ended_at: Timestamp,
    /// What it has proven.
    pub coverage: Coverage,
    /// Whether the ids of members and departments were read twice to their end, which allows removals.
    pub existence: bool,
    /// Whether the coverage is all that its credentials allow, so that nothing failed on the way.
    pub is_complete: bool,
    /// The report, as JSON: counts, what is hidden and why, what still changed at the end.
    pub report: Value,
}

/// How far an unfinished pull has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PullProgress {
    /// Export jobs that were submitted and whose rows are not in the mirror yet.
    pub exports: Vec<ExportInProgress>,
}

/// An export job that a later pull can continue.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ExportInProgress {
    /// The credential that submitted it.
    pub source: Source,
    /// The job's id (jobid).
    pub job: String,
    /// The key of its files, in base64. It opens personal data: the mirror file is as private as the key.
    pub key: String,
    /// When it was submitted.
    pub submitted_at: Timestamp,
}

impl fmt::Debug for ExportInProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportInProgress")
            .field("source", &self.source)
            .field("job", &self.job)
            .finish_non_exhaustive()
    }
}

/// What is known of a credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CredentialRecord {
    /// The kind of the secret.
    pub source: Source,
    /// The app's id; `None` for contacts-sync.
    pub agent_id: Option<i64>,
    /// Whether the credential sees the fields that WeCom hides from newer apps; `None` if no reading has shown it.
    pub sees_sensitive: Option<bool>,
    /// Whether the app's visible range is the whole corp; `None` if no reading has shown it.
    pub sees_everybody: Option<bool>,
    /// When this was first seen.
    pub read_at: Timestamp,
}

/// A corp in the mirror.
#[derive(Clone, Debug, PartialEq)]
pub struct CorpSummary {
    /// The corp.
    pub corp: CorpId,
    /// The last pull.
    pub last_pull: Option<PullRecord>,
    /// The last pull that was complete for what its credentials allow.
    pub last_complete: Option<PullRecord>,
    /// The last pull that proved which members exist.
    pub last_existence: Option<PullRecord>,
    /// The number of members that are present.
    pub members: u64,
    /// The number of departments that are present.
    pub departments: u64,
    /// The number of tags that are present.
    pub tags: u64,
}

/// A row of a query.
#[derive(Debug)]
pub struct QueryRow<'a> {
    /// The names of the columns.
    pub columns: &'a [String],
    /// The values: `null`, numbers and texts. Bytes are texts in hexadecimal.
    pub values: Vec<Value>,
}

/// A table, for copies from one store to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [&'static str],
    /// How many columns, at the front, are its key.
    pub key: usize,
}
