//! Runs, their plans and their steps.

use std::collections::BTreeMap;

use deadpool_postgres::ClientWrapper;
use tokio_postgres::types::ToSql;
use wecom_contacts::CorpId;

use super::{
    copy::Rows,
    failure::{damaged, database},
    read,
    row::Columns,
    write::run,
};
use crate::{
    Result,
    plan::{Plan, StepId},
    record::PersonId,
    run::{PersonKey, RunRecord, StepReason, StepRecord, WrittenHidden},
    store::{
        columns::{millis, to_json},
        forget,
    },
};

pub(super) async fn put_run(client: &ClientWrapper, corp: i64, run: &RunRecord) -> Result<i64> {
    let sql = "INSERT INTO run (run, corp, fingerprint, operator, undo_of, started_at, updated_at, ended_at, state, counts, measures, stop)
               VALUES (CASE WHEN $1 = 0::bigint THEN nextval(pg_get_serial_sequence('run', 'run')) ELSE $1 END,
                       $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
               ON CONFLICT (run) DO UPDATE SET fingerprint = excluded.fingerprint, operator = excluded.operator,
                   undo_of = excluded.undo_of, started_at = excluded.started_at, updated_at = excluded.updated_at,
                   ended_at = excluded.ended_at, state = excluded.state, counts = excluded.counts,
                   measures = excluded.measures, stop = excluded.stop
               RETURNING run";
    let stop = run.stop.as_ref().map(to_json).transpose()?;
    let params: [&(dyn ToSql + Sync); 12] = [
        &run.id,
        &corp,
        &run.fingerprint,
        &run.operator,
        &run.undo_of,
        &millis(run.started_at),
        &millis(run.updated_at),
        &run.ended_at.map(millis),
        &run.state.as_str(),
        &to_json(&run.counts)?,
        &to_json(&run.measures)?,
        &stop,
    ];
    let statement = client.prepare_cached(sql).await.map_err(database)?;
    let row = client.query_one(&statement, &params).await.map_err(database)?;
    row.try_get(0).map_err(damaged)
}

pub(super) async fn put_plan(client: &ClientWrapper, number: i64, plan: &str) -> Result<()> {
    let sql =
        "INSERT INTO plan (run, plan) VALUES ($1, $2) ON CONFLICT (run) DO UPDATE SET plan = excluded.plan";
    run(client, sql, &[&number, &plan]).await?;
    Ok(())
}

pub(super) async fn put_steps(client: &ClientWrapper, number: i64, steps: Vec<StepRecord>) -> Result<()> {
    // The last one of a number wins.
    let steps: BTreeMap<_, _> = steps.into_iter().map(|step| (step.step, step)).collect();
    remove_steps(client, number, steps.keys().copied()).await?;
    let mut rows = Rows::default();
    for step in steps.values() {
        rows.number(number)
            .number(step.step)
            .text(step.state.as_str())
            .number(step.part)
            .number(millis(step.at))
            .text_or_null(step.reason.as_ref().map(to_json).transpose()?)
            .end();
    }
    rows.send(client, "step (run, step, state, part, at, reason)").await
}

pub(super) async fn remove_steps(
    client: &ClientWrapper,
    number: i64,
    steps: impl IntoIterator<Item = StepId>,
) -> Result<()> {
    let steps: Vec<i64> = steps.into_iter().map(i64::from).collect();
    run(client, "DELETE FROM step WHERE run = $1 AND step = ANY($2)", &[&number, &steps]).await?;
    Ok(())
}

pub(super) async fn put_person_keys(client: &ClientWrapper, corp: i64, keys: Vec<PersonKey>) -> Result<()> {
    let sql = "INSERT INTO person_key (corp, name, value, person) VALUES ($1, $2, $3, $4)
               ON CONFLICT (corp, name, value) DO UPDATE SET person = excluded.person";
    for key in keys {
        run(client, sql, &[&corp, &key.name, &key.value, &key.person.0]).await?;
    }
    Ok(())
}

pub(super) async fn put_written_hidden(
    client: &ClientWrapper,
    corp: i64,
    written: Vec<WrittenHidden>,
) -> Result<()> {
    let sql = "INSERT INTO written_hidden (corp, person, field, fingerprint) VALUES ($1, $2, $3, $4)
               ON CONFLICT (corp, person, field) DO UPDATE SET fingerprint = excluded.fingerprint";
    for value in written {
        run(client, sql, &[&corp, &value.person.0, &value.field, &value.fingerprint]).await?;
    }
    Ok(())
}

pub(super) async fn runs(client: &ClientWrapper, corp: &CorpId) -> Result<Vec<RunRecord>> {
    let sql = "SELECT run, fingerprint, operator, undo_of, started_at, updated_at, ended_at, state, counts, measures, stop
               FROM run JOIN corp USING (corp) WHERE corp_id = $1 ORDER BY run";
    read::rows(client, sql, &[&corp.as_str()], |row| {
        let mut row = Columns::of(row);
        Ok(RunRecord {
            id: row.next()?,
            fingerprint: row.next()?,
            operator: row.next()?,
            undo_of: row.next()?,
            started_at: row.timestamp()?,
            updated_at: row.timestamp()?,
            ended_at: row.timestamp_or_null()?,
            state: row.word()?,
            counts: row.json()?,
            measures: row.json()?,
            stop: row.seen_json()?.into_known(),
        })
    })
    .await
}

pub(super) async fn plan(client: &ClientWrapper, corp: &CorpId, number: i64) -> Result<Option<String>> {
    let sql =
        "SELECT plan FROM plan JOIN run USING (run) JOIN corp USING (corp) WHERE corp_id = $1 AND run = $2";
    Ok(read::rows(client, sql, &[&corp.as_str(), &number], |row| Columns::of(row).next()).await?.pop())
}

pub(super) async fn steps(client: &ClientWrapper, corp: &CorpId, number: i64) -> Result<Vec<StepRecord>> {
    let sql = "SELECT s.step, s.state, s.part, s.at, s.reason FROM step s JOIN run USING (run) JOIN corp USING (corp)
               WHERE corp_id = $1 AND run = $2 ORDER BY s.step";
    read::rows(client, sql, &[&corp.as_str(), &number], |row| {
        let mut row = Columns::of(row);
        Ok(StepRecord {
            step: row.number()?,
            state: row.word()?,
            part: row.number()?,
            at: row.timestamp()?,
            reason: row.seen_json()?.into_known(),
        })
    })
    .await
}

pub(super) async fn person_keys(client: &ClientWrapper, corp: &CorpId, name: &str) -> Result<Vec<PersonKey>> {
    let sql = "SELECT value, person FROM person_key JOIN corp USING (corp) WHERE corp_id = $1 AND name = $2 ORDER BY value";
    read::rows(client, sql, &[&corp.as_str(), &name], |row| {
        let mut row = Columns::of(row);
        Ok(PersonKey { name: name.to_owned(), value: row.next()?, person: PersonId(row.next()?) })
    })
    .await
}

pub(super) async fn written_hidden(client: &ClientWrapper, corp: &CorpId) -> Result<Vec<WrittenHidden>> {
    let sql =
        "SELECT person, field, fingerprint FROM written_hidden JOIN corp USING (corp) WHERE corp_id = $1
               ORDER BY person, field";
    read::rows(client, sql, &[&corp.as_str()], |row| {
        let mut row = Columns::of(row);
        Ok(WrittenHidden { person: PersonId(row.next()?), field: row.next()?, fingerprint: row.next()? })
    })
    .await
}

/// Erases a member from the plans and the steps of the runs that ended until this time.
pub(super) async fn forget(client: &ClientWrapper, corp: i64, userid: &str, until: i64) -> Result<()> {
    let sql = "SELECT run, plan FROM plan JOIN run USING (run) WHERE corp = $1 AND updated_at <= $2";
    let plans = read::rows(client, sql, &[&corp, &until], |row| {
        let mut row = Columns::of(row);
        Ok((row.next::<i64>()?, row.json::<Plan>()?))
    })
    .await?;
    for (number, mut plan) in plans {
        if forget::in_plan(&mut plan, userid) {
            run(client, "UPDATE plan SET plan = $2 WHERE run = $1", &[&number, &to_json(&plan)?]).await?;
        }
    }
    let sql = "SELECT run, step, reason FROM step JOIN run USING (run)
               WHERE corp = $1 AND updated_at <= $2 AND reason IS NOT NULL";
    let reasons = read::rows(client, sql, &[&corp, &until], |row| {
        let mut row = Columns::of(row);
        Ok((row.next::<i64>()?, row.next::<i64>()?, row.json::<StepReason>()?))
    })
    .await?;
    for (number, step, mut reason) in reasons {
        if forget::in_reason(&mut reason, userid) {
            let sql = "UPDATE step SET reason = $3 WHERE run = $1 AND step = $2";
            run(client, sql, &[&number, &step, &to_json(&reason)?]).await?;
        }
    }
    Ok(())
}
