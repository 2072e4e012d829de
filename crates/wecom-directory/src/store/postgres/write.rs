//! The transaction of a writer.
//!
//! Rows are replaced by deleting those of a batch and copying the new ones in, which is faster than a merge through a temporary table:
//! PostgreSQL writes a new version of a changed row in any case.

use std::collections::BTreeMap;

use deadpool_postgres::{ClientWrapper, Pool};
use tokio_postgres::types::ToSql;
use wecom_contacts::CorpId;

use super::{
    connect,
    copy::Rows,
    failure::{damaged, database},
    lock::Held,
    members, read,
    row::{self, CHANGE_COLUMNS},
    runs,
};
use crate::{
    Error, Level, Result,
    journal::{Cause, Change, ObjectKind},
    plan::StepId,
    record::{MemberRecord, PersonId, TagRecord},
    run::{PersonKey, RunRecord, StepRecord, WrittenHidden},
    store::{
        CredentialRecord, DepartmentWrite, MemberKey, MemberWrite, PullProgress, PullRecord, StoreFuture,
        Transaction,
        columns::{known_json, millis, to_json},
    },
};

/// A transaction on a separate connection. Dropping the value closes the connection, which rolls the transaction back.
pub(super) struct PostgresTransaction {
    client: ClientWrapper,
    corp: i64,
    lock: Held,
    /// Whether it is a pull's, whose commit ends the progress of an earlier one.
    is_pull: bool,
}

impl PostgresTransaction {
    /// Begins the transaction, and adds the corp if the database does not have it.
    pub(super) async fn begin(connections: &Pool, corp: &CorpId, lock: Held) -> Result<Self> {
        Self::begin_as(connections, corp, lock, true).await
    }

    /// Begins a transaction of a run, whose commit is on the disk when it returns.
    pub(super) async fn begin_run(connections: &Pool, corp: &CorpId, lock: Held) -> Result<Self> {
        let transaction = Self::begin_as(connections, corp, lock, false).await?;
        transaction.client.batch_execute("SET LOCAL synchronous_commit = on").await.map_err(database)?;
        Ok(transaction)
    }

    async fn begin_as(connections: &Pool, corp: &CorpId, lock: Held, is_pull: bool) -> Result<Self> {
        lock.check()?;
        let client = connect::separate(connections).await?;
        // Outside the transaction: the progress of a pull is written beside it, and would wait for a corp that is not committed.
        let corp = add_corp(&client, corp).await?;
        // A pull waits for WeCom while its transaction is open.
        let begin = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0";
        client.batch_execute(begin).await.map_err(database)?;
        // A writer whose lock has ended must not write beside the next one.
        run(&client, "SELECT corp FROM corp WHERE corp = $1 FOR NO KEY UPDATE", &[&corp]).await?;
        Ok(Self { client, corp, lock, is_pull })
    }
}

/// Runs a statement, which stays prepared.
pub(super) async fn run(client: &ClientWrapper, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<u64> {
    let statement = client.prepare_cached(sql).await.map_err(database)?;
    client.execute(&statement, params).await.map_err(database)
}

/// Returns the number of the corp, which is added if the database does not have it.
async fn add_corp(client: &ClientWrapper, corp: &CorpId) -> Result<i64> {
    if let Some(number) = read::corp_number(client, corp).await? {
        return Ok(number);
    }
    let sql = "INSERT INTO corp (corp_id) VALUES ($1) ON CONFLICT DO NOTHING";
    run(client, sql, &[&corp.as_str()]).await?;
    read::corp_number(client, corp).await?.ok_or(Error::Damaged("a corp vanished while it was added"))
}

impl Transaction for PostgresTransaction {
    fn put_pull<'a>(&'a mut self, pull: &'a PullRecord) -> StoreFuture<'a, i64> {
        Box::pin(put_pull(&self.client, self.corp, pull))
    }

    fn members<'a>(&'a mut self, keys: &'a [MemberKey]) -> StoreFuture<'a, Vec<MemberRecord>> {
        Box::pin(read::members_of(&self.client, self.corp, keys))
    }

    fn put_credential<'a>(&'a mut self, credential: &'a CredentialRecord) -> StoreFuture<'a, ()> {
        Box::pin(put_credential(&self.client, self.corp, credential))
    }

    fn put_members(&mut self, members: Vec<MemberWrite>) -> StoreFuture<'_, Vec<PersonId>> {
        Box::pin(members::put(&self.client, self.corp, members))
    }

    fn put_departments(&mut self, departments: Vec<DepartmentWrite>) -> StoreFuture<'_, ()> {
        Box::pin(put_departments(&self.client, self.corp, departments))
    }

    fn put_tags(&mut self, tags: Vec<TagRecord>) -> StoreFuture<'_, ()> {
        Box::pin(put_tags(&self.client, self.corp, tags))
    }

    fn put_changes(&mut self, changes: Vec<Change>) -> StoreFuture<'_, ()> {
        Box::pin(put_changes(&self.client, self.corp, changes))
    }

    fn take_change<'a>(
        &'a mut self,
        pull: i64,
        kind: ObjectKind,
        id: &'a str,
    ) -> StoreFuture<'a, Option<Change>> {
        Box::pin(async move {
            let sql = format!(
                "DELETE FROM change WHERE corp = $1 AND kind = $2 AND id_key = $3 AND cause = $4 RETURNING {CHANGE_COLUMNS}"
            );
            let (key, cause) = (id.to_ascii_lowercase(), Cause::pull(pull).0);
            let params: [&(dyn ToSql + Sync); 4] = [&self.corp, &kind.as_str(), &key, &cause];
            Ok(read::rows(&self.client, &sql, &params, row::change).await?.pop())
        })
    }

    fn changes(&mut self, pull: i64) -> StoreFuture<'_, Vec<Change>> {
        Box::pin(async move {
            let sql =
                format!("SELECT {CHANGE_COLUMNS} FROM change WHERE corp = $1 AND cause = $2 ORDER BY seq");
            read::rows(&self.client, &sql, &[&self.corp, &Cause::pull(pull).0], row::change).await
        })
    }

    fn put_run<'a>(&'a mut self, run: &'a RunRecord) -> StoreFuture<'a, i64> {
        Box::pin(runs::put_run(&self.client, self.corp, run))
    }

    fn put_run_plan<'a>(&'a mut self, run: i64, plan: &'a str) -> StoreFuture<'a, ()> {
        Box::pin(runs::put_plan(&self.client, run, plan))
    }

    fn put_run_steps(&mut self, run: i64, steps: Vec<StepRecord>) -> StoreFuture<'_, ()> {
        Box::pin(runs::put_steps(&self.client, run, steps))
    }

    fn remove_run_steps(&mut self, run: i64, steps: Vec<StepId>) -> StoreFuture<'_, ()> {
        Box::pin(runs::remove_steps(&self.client, run, steps))
    }

    fn put_person_keys(&mut self, keys: Vec<PersonKey>) -> StoreFuture<'_, ()> {
        Box::pin(runs::put_person_keys(&self.client, self.corp, keys))
    }

    fn put_written_hidden(&mut self, written: Vec<WrittenHidden>) -> StoreFuture<'_, ()> {
        Box::pin(runs::put_written_hidden(&self.client, self.corp, written))
    }

    fn commit(self: Box<Self>) -> StoreFuture<'static, ()> {
        Box::pin(async move {
            // After an error the server would answer COMMIT by rolling back. This statement fails then.
            let sql = "DELETE FROM pull_progress WHERE corp = $1 AND $2";
            run(&self.client, sql, &[&self.corp, &self.is_pull]).await?;
            self.lock.check()?;
            self.client.batch_execute("COMMIT").await.map_err(database)
        })
    }
}

async fn put_pull(client: &ClientWrapper, corp: i64, pull: &PullRecord) -> Result<i64> {
    let sql = "INSERT INTO pull (pull, corp, started_at, ended_at, members, departments, tags, existence, is_complete, report)
               VALUES (CASE WHEN $1 = 0::bigint THEN nextval(pg_get_serial_sequence('pull', 'pull')) ELSE $1 END,
                       $2, $3, $4, $5, $6, $7, $8, $9, $10)
               ON CONFLICT (pull) DO UPDATE SET started_at = excluded.started_at, ended_at = excluded.ended_at,
                   members = excluded.members, departments = excluded.departments, tags = excluded.tags,
                   existence = excluded.existence, is_complete = excluded.is_complete, report = excluded.report
               RETURNING pull";
    let [members, departments, tags] =
        [pull.coverage.members, pull.coverage.departments, pull.coverage.tags].map(Level::as_str);
    let params: [&(dyn ToSql + Sync); 10] = [
        &pull.id,
        &corp,
        &millis(pull.started_at),
        &millis(pull.ended_at),
        &members,
        &departments,
        &tags,
        &i64::from(pull.existence),
        &i64::from(pull.is_complete),
        &pull.report.to_string(),
    ];
    let statement = client.prepare_cached(sql).await.map_err(database)?;
    let row = client.query_one(&statement, &params).await.map_err(database)?;
    row.try_get(0).map_err(damaged)
}

async fn put_credential(client: &ClientWrapper, corp: i64, credential: &CredentialRecord) -> Result<()> {
    let sql = "INSERT INTO credential (corp, source, agent_id, sees_sensitive, sees_everybody, read_at)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (corp, source, agent_id) DO UPDATE SET sees_sensitive = excluded.sees_sensitive,
                   sees_everybody = excluded.sees_everybody, read_at = excluded.read_at";
    let params: [&(dyn ToSql + Sync); 6] = [
        &corp,
        &credential.source.as_str(),
        &credential.agent_id.unwrap_or(0),
        &credential.sees_sensitive.map(i64::from),
        &credential.sees_everybody.map(i64::from),
        &millis(credential.read_at),
    ];
    run(client, sql, &params).await?;
    Ok(())
}

async fn put_departments(client: &ClientWrapper, corp: i64, departments: Vec<DepartmentWrite>) -> Result<()> {
    // The last one of an id wins.
    let departments: BTreeMap<_, _> = departments.into_iter().map(|write| (write.record.id, write)).collect();
    let ids: Vec<i64> = departments.keys().map(|id| id.0.into()).collect();
    run(client, "DELETE FROM department WHERE corp = $1 AND id = ANY($2)", &[&corp, &ids]).await?;
    let mut rows = Rows::default();
    for DepartmentWrite { record, path, depth } in departments.into_values() {
        rows.number(corp)
            .number(record.id.0)
            .text(record.state.as_str())
            .text_or_null(record.name.known())
            .text_or_null(record.name_en.known())
            .number_or_null(record.parent.known().map(|parent| parent.0))
            .number_or_null(record.order.known().copied())
            .text_or_null(known_json(&record.leaders)?)
            .text_or_null(path)
            .number_or_null(depth)
            .number(millis(record.read_at))
            .end();
    }
    let table = "department (corp, id, state, name, name_en, parent, place, leaders, path, depth, read_at)";
    rows.send(client, table).await
}

async fn put_tags(client: &ClientWrapper, corp: i64, tags: Vec<TagRecord>) -> Result<()> {
    // The last one of an id wins.
    let tags: BTreeMap<_, _> = tags.into_iter().map(|tag| (tag.id, tag)).collect();
    let ids: Vec<i64> = tags.keys().map(|id| id.0.into()).collect();
    for sql in [
        "DELETE FROM tag WHERE corp = $1 AND id = ANY($2)",
        "DELETE FROM tag_member WHERE corp = $1 AND tag = ANY($2)",
        "DELETE FROM tag_department WHERE corp = $1 AND tag = ANY($2)",
    ] {
        run(client, sql, &[&corp, &ids]).await?;
    }
    let (mut rows, mut members, mut departments) = (Rows::default(), Rows::default(), Rows::default());
    for tag in tags.into_values() {
        rows.number(corp)
            .number(tag.id.0)
            .text(tag.state.as_str())
            .text_or_null(tag.name.known())
            .number(tag.members.is_known())
            .number(tag.members_complete)
            .number(tag.departments.is_known())
            .number(millis(tag.read_at))
            .end();
        // Two spellings of one userid are one member.
        let userids = tag.members.known().into_iter().flatten();
        let userids: BTreeMap<_, _> = userids.map(|userid| (MemberKey::from(userid), userid)).collect();
        for (key, userid) in userids {
            members.number(corp).number(tag.id.0).text(key.as_str()).text(userid.as_str()).end();
        }
        let mut ids: Vec<_> = tag.departments.known().into_iter().flatten().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            departments.number(corp).number(tag.id.0).number(id).end();
        }
    }
    let table = "tag (corp, id, state, name, has_members, members_complete, has_departments, read_at)";
    rows.send(client, table).await?;
    members.send(client, "tag_member (corp, tag, userid_key, userid)").await?;
    departments.send(client, "tag_department (corp, tag, department)").await
}

async fn put_changes(client: &ClientWrapper, corp: i64, changes: Vec<Change>) -> Result<()> {
    let mut rows = Rows::default();
    for change in changes {
        rows.number(corp)
            .number(millis(change.at))
            .text(change.kind.as_str())
            .text(&change.id)
            .text(&change.id.to_ascii_lowercase())
            .number_or_null(change.person.map(|person| person.0))
            .text(change.action.as_str())
            .text(&to_json(&change.fields)?)
            .text(&change.cause.0)
            .text_or_null(change.operator)
            .end();
    }
    let table = "change (corp, at, kind, id, id_key, person, action, fields, cause, operator)";
    rows.send(client, table).await
}

pub(super) async fn put_progress(
    client: &ClientWrapper,
    corp: &CorpId,
    progress: &PullProgress,
) -> Result<()> {
    let corp = add_corp(client, corp).await?;
    let sql = "INSERT INTO pull_progress (corp, progress) VALUES ($1, $2)
               ON CONFLICT (corp) DO UPDATE SET progress = excluded.progress";
    run(client, sql, &[&corp, &to_json(progress)?]).await?;
    Ok(())
}
