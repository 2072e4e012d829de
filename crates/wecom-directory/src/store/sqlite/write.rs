//! The transaction of a writer.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension as _, ToSql, TransactionBehavior, params};
use wecom_contacts::{CorpId, members::MemberField};

use super::{
    blocking, database, open, read,
    row::{MemberColumns, known_json, millis, to_json},
    runs,
};
use crate::{
    Error, FieldSet, Level, Result,
    journal::{Change, ObjectKind},
    plan::StepId,
    record::{MemberRecord, PersonId, State, TagRecord},
    run::{PersonKey, RunRecord, StepRecord, WrittenHidden},
    store::{
        CredentialRecord, DepartmentWrite, MemberKey, MemberWrite, PullProgress, PullRecord, StoreFuture,
        Transaction,
    },
};

/// A transaction on a separate connection. Dropping the value closes the connection, which rolls the transaction back.
pub(super) struct SqliteTransaction {
    connection: Arc<Mutex<Connection>>,
    corp: i64,
    /// Whether it is a pull's, whose commit ends the progress of an earlier one.
    is_pull: bool,
}

impl SqliteTransaction {
    /// Begins the transaction, and adds the corp if the file does not have it.
    pub(super) fn begin(path: &Path, corp: &CorpId) -> Result<Self> {
        Self::begin_on(open::connect(path)?, corp, true)
    }

    /// Begins a transaction of a run, whose commit is on the disk when it returns.
    pub(super) fn begin_run(path: &Path, corp: &CorpId) -> Result<Self> {
        let connection = open::connect(path)?;
        connection.execute_batch("PRAGMA synchronous = FULL").map_err(database)?;
        Self::begin_on(connection, corp, false)
    }

    fn begin_on(connection: Connection, corp: &CorpId, is_pull: bool) -> Result<Self> {
        connection.execute_batch("BEGIN IMMEDIATE").map_err(database)?;
        let corp = corp_number(&connection, corp)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), corp, is_pull })
    }

    fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, i64) -> Result<T> + Send + 'static,
    ) -> StoreFuture<'static, T> {
        let (connection, corp) = (Arc::clone(&self.connection), self.corp);
        Box::pin(blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner), corp)))
    }
}

fn corp_number(connection: &Connection, corp: &CorpId) -> Result<i64> {
    if let Some(number) = read::corp_number(connection, corp)? {
        return Ok(number);
    }
    connection.execute("INSERT INTO corp (corp_id) VALUES (?1)", [corp.as_str()]).map_err(database)?;
    Ok(connection.last_insert_rowid())
}

impl Transaction for SqliteTransaction {
    fn put_pull<'a>(&'a mut self, pull: &'a PullRecord) -> StoreFuture<'a, i64> {
        let pull = pull.clone();
        self.with(move |connection, corp| {
            let [members, departments, tags] =
                [pull.coverage.members, pull.coverage.departments, pull.coverage.tags].map(Level::as_str);
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO pull VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                )
                .and_then(|mut statement| {
                    statement.execute(params![
                        (pull.id != 0).then_some(pull.id),
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
            Ok(if pull.id == 0 { connection.last_insert_rowid() } else { pull.id })
        })
    }

    fn members<'a>(&'a mut self, keys: &'a [MemberKey]) -> StoreFuture<'a, Vec<MemberRecord>> {
        let keys = keys.to_vec();
        self.with(move |connection, corp| read::members_of(connection, corp, &keys))
    }

    fn put_credential<'a>(&'a mut self, credential: &'a CredentialRecord) -> StoreFuture<'a, ()> {
        let credential = credential.clone();
        self.with(move |connection, corp| {
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
        self.with(move |connection, corp| {
            members.iter().map(|member| put_member(connection, corp, member)).collect()
        })
    }

    fn put_departments(&mut self, departments: Vec<DepartmentWrite>) -> StoreFuture<'_, ()> {
        self.with(move |connection, corp| {
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
        self.with(move |connection, corp| tags.iter().try_for_each(|tag| put_tag(connection, corp, tag)))
    }

    fn put_changes(&mut self, changes: Vec<Change>) -> StoreFuture<'_, ()> {
        self.with(move |connection, corp| {
            let sql =
                "INSERT INTO change (corp, at, kind, id, id_key, person, action, fields, cause, operator)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
            let mut statement = connection.prepare_cached(sql).map_err(database)?;
            for change in changes {
                statement
                    .execute(params![
                        corp,
                        millis(change.at),
                        change.kind.as_str(),
                        change.id,
                        change.id.to_ascii_lowercase(),
                        change.person.map(|person| person.0),
                        change.action.as_str(),
                        to_json(&change.fields)?,
                        change.cause.0,
                        change.operator,
                    ])
                    .map_err(database)?;
            }
            Ok(())
        })
    }

    fn take_change<'a>(
        &'a mut self,
        pull: i64,
        kind: ObjectKind,
        id: &'a str,
    ) -> StoreFuture<'a, Option<Change>> {
        let id = id.to_ascii_lowercase();
        self.with(move |connection, corp| {
            let sql = "DELETE FROM change WHERE corp = ?1 AND kind = ?2 AND id_key = ?3 AND cause = ?4
                       RETURNING seq, at, kind, id, person, action, fields, cause, operator";
            connection
                .prepare_cached(sql)
                .and_then(|mut statement| {
                    let params = params![corp, kind.as_str(), id, crate::journal::Cause::pull(pull).0];
                    statement.query_row(params, read::change).optional()
                })
                .map_err(database)
        })
    }

    fn changes(&mut self, pull: i64) -> StoreFuture<'_, Vec<Change>> {
        self.with(move |connection, corp| {
            read::changes_of(connection, corp, &crate::journal::Cause::pull(pull).0)
        })
    }

    fn put_run<'a>(&'a mut self, run: &'a RunRecord) -> StoreFuture<'a, i64> {
        let run = run.clone();
        self.with(move |connection, corp| runs::put_run(connection, corp, &run))
    }

    fn put_run_plan<'a>(&'a mut self, run: i64, plan: &'a str) -> StoreFuture<'a, ()> {
        let plan = plan.to_owned();
        self.with(move |connection, _| {
            self::run(connection, "INSERT OR REPLACE INTO plan VALUES (?1, ?2)", &[&run, &plan])
        })
    }

    fn put_run_steps(&mut self, run: i64, steps: Vec<StepRecord>) -> StoreFuture<'_, ()> {
        self.with(move |connection, _| runs::put_steps(connection, run, &steps))
    }

    fn remove_run_steps(&mut self, run: i64, steps: Vec<StepId>) -> StoreFuture<'_, ()> {
        self.with(move |connection, _| {
            let sql = "DELETE FROM step WHERE run = ?1 AND step = ?2";
            steps.iter().try_for_each(|step| self::run(connection, sql, &[&run, step]))
        })
    }

    fn put_person_keys(&mut self, keys: Vec<PersonKey>) -> StoreFuture<'_, ()> {
        self.with(move |connection, corp| {
            let sql = "INSERT OR REPLACE INTO person_key VALUES (?1, ?2, ?3, ?4)";
            keys.iter().try_for_each(|key| {
                self::run(connection, sql, &[&corp, &key.name, &key.value, &key.person.0])
            })
        })
    }

    fn put_written_hidden(&mut self, written: Vec<WrittenHidden>) -> StoreFuture<'_, ()> {
        self.with(move |connection, corp| {
            let sql = "INSERT OR REPLACE INTO written_hidden VALUES (?1, ?2, ?3, ?4)";
            written.iter().try_for_each(|value| {
                self::run(connection, sql, &[&corp, &value.person.0, &value.field, &value.fingerprint])
            })
        })
    }

    fn commit(self: Box<Self>) -> StoreFuture<'static, ()> {
        let is_pull = self.is_pull;
        self.with(move |connection, corp| {
            if is_pull {
                connection.execute("DELETE FROM pull_progress WHERE corp = ?1", [corp]).map_err(database)?;
            }
            connection.execute_batch("COMMIT").map_err(database)
        })
    }
}

/// Runs a statement, which stays prepared.
fn run(connection: &Connection, sql: &str, params: &[&dyn ToSql]) -> Result<()> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute(params)).map_err(database)?;
    Ok(())
}

fn put_member(connection: &Connection, corp: i64, write: &MemberWrite) -> Result<PersonId> {
    let MemberWrite { record, search } = write;
    let MemberRecord { person, state, member, seats, shown, read_at, hashes } = record;
    let person = match person {
        Some(person) => *person,
        None => {
            let mut statement =
                connection.prepare_cached("INSERT INTO person (corp) VALUES (?1)").map_err(database)?;
            PersonId(statement.insert([corp]).map_err(database)?)
        }
    };
    let is_new = record.person.is_none();
    let columns = MemberColumns::of(member)?;
    let hash = |hash: Option<u64>| hash.map(u64::cast_signed);
    let sql = "INSERT OR REPLACE INTO member VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
               ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35)";
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement.execute(params![
                person.0,
                corp,
                member.userid.as_str(),
                MemberKey::from(&member.userid).as_str(),
                state.as_str(),
                member.name.known(),
                member.alias.known(),
                member.mobile.known(),
                member.email.known(),
                member.biz_mail.known(),
                columns.biz_mail_alias,
                columns.direct_leader,
                member.position.known(),
                columns.gender,
                member.telephone.known(),
                member.address.known(),
                columns.status,
                member.enable.known(),
                member.avatar.known(),
                member.thumb_avatar.known(),
                member.qr_code.known(),
                columns.extattr,
                columns.external_profile,
                member.external_position.known(),
                columns.open_userid,
                member.english_name.known(),
                member.isleader.known(),
                member.hide_mobile.known(),
                columns.hidden.bits(),
                shown[0].bits(),
                shown[1].bits(),
                millis(*read_at),
                hash(hashes.details[0]),
                hash(hashes.details[1]),
                hash(hashes.departments),
            ])
        })
        .map_err(database)?;
    let run = |sql: &str, params: &[&dyn ToSql]| run(connection, sql, params);
    if !is_new {
        run("DELETE FROM seat WHERE person = ?1", &[&person.0])?;
    }
    for seat in seats {
        run(
            "INSERT INTO seat VALUES (?1, ?2, ?3, ?4, ?5)",
            &[
                &person.0,
                &seat.department.0,
                &seat.order.known(),
                &seat.is_leader.known(),
                &seat.is_main.known(),
            ],
        )?;
    }
    if *state == State::Removed {
        run("DELETE FROM member_search WHERE person = ?1", &[&person.0])?;
    } else {
        run(
            "INSERT OR REPLACE INTO member_search VALUES (?1, ?2, ?3, ?4)",
            &[&person.0, &corp, &search.mask, &search.text],
        )?;
    }
    Ok(person)
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

/// Erases a removed member: the row, and the values in the journal. What remains is that somebody was there and left.
pub(super) fn forget(connection: &mut Connection, corp: &CorpId, key: &MemberKey) -> Result<bool> {
    let Some(corp) = read::corp_number(connection, corp)? else { return Ok(false) };
    // Freed pages are overwritten, also those of the indexes.
    connection.pragma_update(None, "secure_delete", "ON").map_err(database)?;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    let persons: Vec<(i64, String)> = {
        let sql =
            "SELECT person, userid FROM member WHERE corp = ?1 AND userid_key = ?2 AND state = 'removed'";
        let mut statement = transaction.prepare(sql).map_err(database)?;
        let found = statement
            .query_map(params![corp, key.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .map_err(database)?;
        found.collect::<rusqlite::Result<_>>().map_err(database)?
    };
    for (person, userid) in &persons {
        runs::forget(&transaction, corp, userid)?;
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
            "UPDATE change SET fields = replace(fields, ?2, '\"forgotten\"') WHERE corp = ?1 AND instr(fields, ?2)",
            "UPDATE department SET leaders = replace(leaders, ?2, '\"forgotten\"') WHERE corp = ?1 AND instr(leaders, ?2)",
            "UPDATE pull SET report = replace(report, ?2, '\"forgotten\"') WHERE corp = ?1 AND instr(report, ?2)",
        ] {
            transaction.execute(sql, params![corp, quoted]).map_err(database)?;
        }
        let leader = FieldSet::of([MemberField::DirectLeader]).bits();
        transaction
            .execute(
                "UPDATE member SET direct_leader = NULL, hidden = hidden | ?3 WHERE corp = ?1 AND direct_leader = ?2",
                params![corp, userid, leader],
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
    Ok(!persons.is_empty())
}
