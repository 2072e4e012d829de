//! The transaction of a writer, and the writes outside it.

use std::{
    collections::HashMap,
    future::ready,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension as _, ToSql, TransactionBehavior, params};
use wecom_contacts::{CorpId, members::MemberField};

use super::{
    Inner, blocking, database, direct, open, read,
    row::{known_json, millis, to_json},
    run, runs,
    staging::Staging,
};
use crate::{
    Error, FieldSet, Level, Result,
    journal::{Cause, Change, ObjectKind},
    plan::StepId,
    record::{MemberRecord, PersonId, TagRecord},
    run::{PersonKey, RunRecord, StepRecord, WrittenHidden},
    store::{
        CredentialRecord, DepartmentWrite, MemberKey, MemberWrite, MembersUpdate, PullProgress, PullRecord,
        StoreFuture, Transaction, forget,
    },
};

/// A transaction on a separate connection. Dropping the value closes the connection, which discards what is staged and rolls back.
///
/// Members and changes of a pull are staged until the commit. The transaction of the file begins with the first other write, or with the
/// commit. Those of a run go straight into the tables.
pub(super) struct SqliteTransaction {
    work: Arc<Mutex<Work>>,
    /// Writes without a result, in their order. They run before the next operation that has one, on the same visit of a blocking thread.
    deferred: Arc<Mutex<Vec<Deferred>>>,
    /// Where the connection goes after the commit. A run commits often, and keeps its statements prepared. `None` for a pull.
    pool: Option<Arc<Inner>>,
}

type Deferred = Box<dyn FnOnce(&mut Work) -> Result<()> + Send>;

struct Work {
    connection: Connection,
    corp_id: CorpId,
    staging: Staging,
    /// The number of the corp, once the transaction of the file has begun.
    corp: Option<i64>,
    /// Whether it is a pull's, which is long, and whose commit ends the progress of an earlier one.
    is_pull: bool,
}

impl Work {
    fn new(connection: Connection, corp: &CorpId, is_pull: bool) -> Self {
        Self { connection, corp_id: corp.clone(), staging: Staging::default(), corp: None, is_pull }
    }

    /// Begins the transaction of the file if it has not begun, and adds the corp if the file does not have it.
    fn begin(&mut self) -> Result<(&Connection, i64)> {
        let corp = match self.corp {
            Some(corp) => corp,
            None => {
                self.connection.execute_batch("BEGIN IMMEDIATE").map_err(database)?;
                let corp = corp_number(&self.connection, &self.corp_id)?;
                self.corp = Some(corp);
                corp
            }
        };
        Ok((&self.connection, corp))
    }

    fn members(&mut self, keys: &[MemberKey]) -> Result<Vec<MemberRecord>> {
        let corp = read::corp_number(&self.connection, &self.corp_id)?;
        self.staging.members(&self.connection, corp, keys)
    }

    fn put_members(&mut self, members: &[MemberWrite]) -> Result<Vec<PersonId>> {
        if self.is_pull {
            return self.staging.put_members(&self.connection, members);
        }
        let (connection, corp) = self.begin()?;
        members.iter().map(|member| direct::put_member(connection, corp, member, None)).collect()
    }

    fn put_changes(&mut self, changes: &[Change]) -> Result<()> {
        if self.is_pull {
            return self.staging.put_changes(&self.connection, changes);
        }
        let (connection, corp) = self.begin()?;
        changes.iter().try_for_each(|change| direct::put_change(connection, corp, change))
    }

    fn put_person_keys(&mut self, keys: &[PersonKey]) -> Result<()> {
        let (connection, corp) = self.begin()?;
        let sql = "INSERT OR REPLACE INTO person_key VALUES (?1, ?2, ?3, ?4)";
        keys.iter().try_for_each(|key| run(connection, sql, &[&corp, &key.name, &key.value, &key.person.0]))
    }

    fn put_written_hidden(&mut self, written: &[WrittenHidden]) -> Result<()> {
        let (connection, corp) = self.begin()?;
        let sql = "INSERT OR REPLACE INTO written_hidden VALUES (?1, ?2, ?3, ?4)";
        written.iter().try_for_each(|value| {
            run(connection, sql, &[&corp, &value.person.0, &value.field, &value.fingerprint])
        })
    }
}

impl SqliteTransaction {
    pub(super) fn begin(path: &Path, corp: &CorpId) -> Result<Self> {
        let connection = open::connect(path)?;
        // In KiB: the keys of a large corp come in no order, and their index is larger than the default of 2 MiB.
        connection.pragma_update(None, "cache_size", -16_384).map_err(database)?;
        Ok(Self::new(Work::new(connection, corp, true), None))
    }

    /// Begins a transaction of a run, whose commit is on the disk when it returns. It is short, and locks the file from its first
    /// operation on.
    pub(super) fn begin_run(connection: Connection, pool: Arc<Inner>, corp: &CorpId) -> Self {
        let transaction = Self::new(Work::new(connection, corp, false), Some(pool));
        transaction.defer(|work| {
            // The cache, in KiB, holds the indexes that each group of steps writes.
            let sql = "PRAGMA synchronous = FULL; PRAGMA cache_size = -16384";
            work.connection.execute_batch(sql).map_err(database)?;
            work.begin().map(drop)
        });
        transaction
    }

    fn new(work: Work, pool: Option<Arc<Inner>>) -> Self {
        Self { work: Arc::new(Mutex::new(work)), deferred: Arc::default(), pool }
    }

    /// Adds a write without a result.
    fn defer(&self, write: impl FnOnce(&mut Work) -> Result<()> + Send + 'static) {
        self.deferred.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(write));
    }

    /// Adds a write without a result. Its error is that of the next operation.
    fn later(
        &self,
        write: impl FnOnce(&mut Work) -> Result<()> + Send + 'static,
    ) -> StoreFuture<'static, ()> {
        self.defer(write);
        Box::pin(ready(Ok(())))
    }

    /// Runs the deferred writes and then this operation.
    fn with<T: Send + 'static>(
        &self,
        run: impl FnOnce(&mut Work) -> Result<T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let (work, deferred) = (Arc::clone(&self.work), Arc::clone(&self.deferred));
        Box::pin(blocking(move || {
            let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
            run_all(&deferred, &mut work)?;
            run(&mut work)
        }))
    }
}

fn run_all(deferred: &Mutex<Vec<Deferred>>, work: &mut Work) -> Result<()> {
    let deferred = std::mem::take(&mut *deferred.lock().unwrap_or_else(PoisonError::into_inner));
    deferred.into_iter().try_for_each(|write| write(work))
}

fn corp_number(connection: &Connection, corp: &CorpId) -> Result<i64> {
    if let Some(number) = read::corp_number(connection, corp)? {
        return Ok(number);
    }
    connection.execute("INSERT INTO corp (corp_id) VALUES (?1)", [corp.as_str()]).map_err(database)?;
    Ok(connection.last_insert_rowid())
}

/// Takes the number of the next pull. It is not given again, also if the pull fails.
fn reserve_pull(connection: &mut Connection) -> Result<i64> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    let next = "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'pull' RETURNING seq";
    let next = transaction.query_row(next, [], |row| row.get(0)).optional().map_err(database)?;
    let number = match next {
        Some(number) => number,
        None => {
            let first = "INSERT INTO sqlite_sequence (name, seq) VALUES ('pull', 1)";
            transaction.execute(first, []).map_err(database)?;
            1
        }
    };
    transaction.commit().map_err(database)?;
    Ok(number)
}

impl Transaction for SqliteTransaction {
    fn put_pull<'a>(&'a mut self, pull: &'a PullRecord) -> StoreFuture<'a, i64> {
        let pull = pull.clone();
        self.with(move |work| {
            if pull.id == 0 {
                return reserve_pull(&mut work.connection);
            }
            let (connection, corp) = work.begin()?;
            let [members, departments, tags] =
                [pull.coverage.members, pull.coverage.departments, pull.coverage.tags].map(Level::as_str);
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO pull VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                )
                .and_then(|mut statement| {
                    statement.execute(params![
                        pull.id,
                        corp,
                        millis(pull.started_at),
                        millis(pull.ended_at),
                        members,
                        departments,
                        tags,
                        pull.existence,
                        pull.is_complete,
                        pull.report.to_string(),
                    ])
                })
                .map_err(database)?;
            Ok(pull.id)
        })
    }

    fn members<'a>(&'a mut self, keys: &'a [MemberKey]) -> StoreFuture<'a, Vec<MemberRecord>> {
        let keys = keys.to_vec();
        self.with(move |work| work.members(&keys))
    }

    fn put_credential<'a>(&'a mut self, credential: &'a CredentialRecord) -> StoreFuture<'a, ()> {
        let credential = credential.clone();
        self.later(move |work| {
            let (connection, corp) = work.begin()?;
            connection
                .prepare_cached("INSERT OR REPLACE INTO credential VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                .and_then(|mut statement| {
                    statement.execute(params![
                        corp,
                        credential.source.as_str(),
                        credential.agent_id.unwrap_or(0),
                        credential.sees_sensitive,
                        credential.sees_everybody,
                        millis(credential.read_at),
                    ])
                })
                .map_err(database)?;
            Ok(())
        })
    }

    fn put_members(&mut self, members: Vec<MemberWrite>) -> StoreFuture<'_, Vec<PersonId>> {
        self.with(move |work| work.put_members(&members))
    }

    fn update_members(&mut self, keys: Vec<MemberKey>, update: MembersUpdate) -> StoreFuture<'_, ()> {
        self.later(move |work| {
            let found = if keys.is_empty() { Vec::new() } else { work.members(&keys)? };
            let seats: HashMap<_, _> =
                found.iter().filter_map(|record| Some((record.person?, record.seats.clone()))).collect();
            let mut updates = update(found);
            let members = std::mem::take(&mut updates.members);
            let persons = if work.is_pull {
                work.put_members(&members)?
            } else {
                let (connection, corp) = work.begin()?;
                let put = |write: &MemberWrite| {
                    let seats = write.record.person.and_then(|person| seats.get(&person));
                    direct::put_member(connection, corp, write, seats.map(Vec::as_slice))
                };
                members.iter().map(put).collect::<Result<Vec<_>>>()?
            };
            let (changes, person_keys, written_hidden) = updates.of_persons(&persons);
            work.put_changes(&changes)?;
            work.put_person_keys(&person_keys)?;
            work.put_written_hidden(&written_hidden)
        })
    }

    fn put_departments(&mut self, departments: Vec<DepartmentWrite>) -> StoreFuture<'_, ()> {
        self.later(move |work| {
            let (connection, corp) = work.begin()?;
            let mut statement = connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO department VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                )
                .map_err(database)?;
            for DepartmentWrite { record, path, depth } in departments {
                statement
                    .execute(params![
                        corp,
                        record.id.0,
                        record.state.as_str(),
                        record.name.known(),
                        record.name_en.known(),
                        record.parent.known().map(|parent| parent.0),
                        record.order.known(),
                        known_json(&record.leaders)?,
                        path,
                        depth,
                        millis(record.read_at),
                    ])
                    .map_err(database)?;
            }
            Ok(())
        })
    }

    fn put_tags(&mut self, tags: Vec<TagRecord>) -> StoreFuture<'_, ()> {
        self.later(move |work| {
            let (connection, corp) = work.begin()?;
            tags.iter().try_for_each(|tag| put_tag(connection, corp, tag))
        })
    }

    fn put_changes(&mut self, changes: Vec<Change>) -> StoreFuture<'_, ()> {
        self.later(move |work| work.put_changes(&changes))
    }

    fn take_change<'a>(
        &'a mut self,
        pull: i64,
        kind: ObjectKind,
        id: &'a str,
    ) -> StoreFuture<'a, Option<Change>> {
        let id = id.to_owned();
        self.with(move |Work { connection, staging, .. }| {
            staging.take_change(connection, &Cause::pull(pull), kind, &id)
        })
    }

    fn changes(&mut self, pull: i64) -> StoreFuture<'_, Vec<Change>> {
        self.with(move |Work { connection, staging, .. }| staging.changes(connection, &Cause::pull(pull)))
    }

    fn put_run<'a>(&'a mut self, run: &'a RunRecord) -> StoreFuture<'a, i64> {
        let run = run.clone();
        let (id, write) = (run.id, move |work: &mut Work| {
            let (connection, corp) = work.begin()?;
            runs::put_run(connection, corp, &run)
        });
        // A new run gets its number here.
        if id == 0 {
            return self.with(write);
        }
        self.defer(move |work| write(work).map(drop));
        Box::pin(ready(Ok(id)))
    }

    fn put_run_plan<'a>(&'a mut self, run: i64, plan: &'a str) -> StoreFuture<'a, ()> {
        let plan = plan.to_owned();
        self.later(move |work| {
            let (connection, _) = work.begin()?;
            self::run(connection, "INSERT OR REPLACE INTO plan VALUES (?1, ?2)", &[&run, &plan])
        })
    }

    fn put_run_steps(&mut self, run: i64, steps: Vec<StepRecord>) -> StoreFuture<'_, ()> {
        self.later(move |work| runs::put_steps(work.begin()?.0, run, &steps))
    }

    fn remove_run_steps(&mut self, run: i64, steps: Vec<StepId>) -> StoreFuture<'_, ()> {
        self.later(move |work| {
            let (connection, _) = work.begin()?;
            let sql = "DELETE FROM step WHERE run = ?1 AND step = ?2";
            steps.iter().try_for_each(|step| self::run(connection, sql, &[&run, step]))
        })
    }

    fn put_person_keys(&mut self, keys: Vec<PersonKey>) -> StoreFuture<'_, ()> {
        self.later(move |work| work.put_person_keys(&keys))
    }

    fn put_written_hidden(&mut self, written: Vec<WrittenHidden>) -> StoreFuture<'_, ()> {
        self.later(move |work| work.put_written_hidden(&written))
    }

    fn commit(self: Box<Self>) -> StoreFuture<'static, ()> {
        let Self { work, deferred, pool } = *self;
        Box::pin(blocking(move || {
            {
                let mut work = work.lock().unwrap_or_else(PoisonError::into_inner);
                run_all(&deferred, &mut work)?;
                let (_, corp) = work.begin()?;
                let Work { connection, staging, is_pull, .. } = &mut *work;
                staging.move_into(connection, corp)?;
                if *is_pull {
                    connection
                        .execute("DELETE FROM pull_progress WHERE corp = ?1", [corp])
                        .map_err(database)?;
                }
                connection.execute_batch("COMMIT").map_err(database)?;
            }
            if let (Some(pool), Some(work)) = (pool, Arc::into_inner(work)) {
                let Work { connection, .. } = work.into_inner().unwrap_or_else(PoisonError::into_inner);
                connection.execute_batch("PRAGMA synchronous = NORMAL").map_err(database)?;
                pool.give_back(connection);
            }
            Ok(())
        }))
    }
}

fn put_tag(connection: &Connection, corp: i64, tag: &TagRecord) -> Result<()> {
    let run = |sql: &str, params: &[&dyn ToSql]| run(connection, sql, params);
    let id = tag.id.0;
    run(
        "INSERT OR REPLACE INTO tag VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        &[
            &corp,
            &id,
            &tag.state.as_str(),
            &tag.name.known(),
            &tag.members.is_known(),
            &tag.members_complete,
            &tag.departments.is_known(),
            &millis(tag.read_at),
        ],
    )?;
    run("DELETE FROM tag_member WHERE corp = ?1 AND tag = ?2", &[&corp, &id])?;
    for member in tag.members.known().into_iter().flatten() {
        // Two spellings of one userid are one member.
        run(
            "INSERT OR REPLACE INTO tag_member VALUES (?1, ?2, ?3, ?4)",
            &[&corp, &id, &MemberKey::from(member).as_str(), &member.as_str()],
        )?;
    }
    run("DELETE FROM tag_department WHERE corp = ?1 AND tag = ?2", &[&corp, &id])?;
    for department in tag.departments.known().into_iter().flatten() {
        run("INSERT OR REPLACE INTO tag_department VALUES (?1, ?2, ?3)", &[&corp, &id, &department.0])?;
    }
    Ok(())
}

pub(super) fn put_progress(
    connection: &mut Connection,
    corp: &CorpId,
    progress: &PullProgress,
) -> Result<()> {
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    let corp = corp_number(&transaction, corp)?;
    transaction
        .execute("INSERT OR REPLACE INTO pull_progress VALUES (?1, ?2)", params![corp, to_json(progress)?])
        .map_err(database)?;
    transaction.commit().map_err(database)
}

/// Erases removed members: the rows, and the values in the journal. What remains is that somebody was there and left. What another
/// person has since got the userid for stays. `who` is a condition with the parameter `?2`. Returns the number of members.
pub(super) fn forget(
    connection: &mut Connection,
    corp: &CorpId,
    who: &str,
    parameter: &dyn ToSql,
) -> Result<u64> {
    let Some(corp) = read::corp_number(connection, corp)? else { return Ok(0) };
    let persons: Vec<(i64, String, i64)> = read::rows(
        connection,
        &format!(
            "SELECT person, userid, read_at FROM member WHERE corp = ?1 AND {who} AND state = 'removed'"
        ),
        params![corp, parameter],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    if persons.is_empty() {
        return Ok(0);
    }
    // Freed pages are overwritten, also those of the indexes.
    connection.pragma_update(None, "secure_delete", "ON").map_err(database)?;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    for (person, userid, removed_at) in &persons {
        let key = MemberKey::from(userid.as_str());
        let others = read::rows(
            &transaction,
            "SELECT (SELECT min(at) FROM change c WHERE c.person = m.person) FROM member m
             WHERE corp = ?1 AND userid_key = ?2 AND person <> ?3",
            params![corp, key.as_str(), person],
            |row| row.get::<_, Option<i64>>(0),
        )?;
        let until = forget::until(*removed_at, &others);
        runs::forget(&transaction, corp, userid, until)?;
        for sql in [
            "DELETE FROM person_key WHERE person = ?1",
            "DELETE FROM written_hidden WHERE person = ?1",
            "DELETE FROM member WHERE person = ?1",
            "DELETE FROM seat WHERE person = ?1",
            "DELETE FROM member_search WHERE person = ?1",
            "UPDATE change SET fields = '{}', id = 'forgotten', id_key = 'forgotten ' || person WHERE person = ?1",
        ] {
            transaction.execute(sql, [person]).map_err(database)?;
        }
        // Others name the person as a leader or a member of a tag.
        let quoted = to_json(userid)?;
        for sql in [
            "UPDATE change SET fields = replace(fields, ?2, '\"forgotten\"') WHERE corp = ?1 AND instr(fields, ?2) AND at <= ?3",
            "UPDATE pull SET report = replace(report, ?2, '\"forgotten\"') WHERE corp = ?1 AND instr(report, ?2) AND ended_at <= ?3",
        ] {
            transaction.execute(sql, params![corp, quoted, until]).map_err(database)?;
        }
        // What is now names another person with the userid.
        if !others.is_empty() {
            continue;
        }
        transaction
            .execute(
                "UPDATE department SET leaders = replace(leaders, ?2, '\"forgotten\"') WHERE corp = ?1 AND instr(leaders, ?2)",
                params![corp, quoted],
            )
            .map_err(database)?;
        // Without the hashes the next pull reads the row again.
        let leader = FieldSet::of([MemberField::DirectLeader]).bits();
        transaction
            .execute(
                "UPDATE member SET direct_leader = NULL, hidden = hidden | ?3, hash_app = NULL, hash_sync = NULL
                 WHERE corp = ?1 AND instr('|' || lower(direct_leader) || '|', '|' || ?2 || '|')",
                params![corp, key.as_str(), leader],
            )
            .map_err(database)?;
        transaction
            .execute(
                "DELETE FROM tag_member WHERE corp = ?1 AND userid_key = ?2",
                params![corp, key.as_str()],
            )
            .map_err(database)?;
    }
    transaction.commit().map_err(database)?;
    // The log still has the old pages until it is written back and emptied.
    let busy: i64 =
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(database)?;
    connection.pragma_update(None, "secure_delete", "FAST").map_err(database)?;
    if busy != 0 {
        return Err(Error::Database(
            "a reader keeps the log in use: repeat the command when it has ended".into(),
        ));
    }
    Ok(persons.len() as u64)
}
