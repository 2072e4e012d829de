//! Runs, their plans and their steps.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::de::DeserializeOwned;
use wecom_contacts::CorpId;

use super::{
    database, read,
    row::{json, millis, timestamp, to_json},
};
use crate::{
    Result,
    plan::Plan,
    record::PersonId,
    run::{PersonKey, RunRecord, StepReason, StepRecord, WrittenHidden},
    store::forget,
};

pub(super) fn put_run(connection: &Connection, corp: i64, run: &RunRecord) -> Result<i64> {
    let sql = "INSERT OR REPLACE INTO run VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let (counts, measures) = (to_json(&run.counts)?, to_json(&run.measures)?);
    let stop = run.stop.as_ref().map(to_json).transpose()?;
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| {
            statement.execute(params![
                (run.id != 0).then_some(run.id),
                corp,
                run.fingerprint,
                run.operator,
                run.undo_of,
                millis(run.started_at),
                millis(run.updated_at),
                run.ended_at.map(millis),
                run.state.as_str(),
                counts,
                measures,
                stop,
            ])
        })
        .map_err(database)?;
    Ok(if run.id == 0 { connection.last_insert_rowid() } else { run.id })
}

pub(super) fn put_steps(connection: &Connection, run: i64, steps: &[StepRecord]) -> Result<()> {
    let sql = "INSERT OR REPLACE INTO step VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    for step in steps {
        let reason = step.reason.as_ref().map(to_json).transpose()?;
        statement
            .execute(params![run, step.step, step.state.as_str(), step.part, millis(step.at), reason])
            .map_err(database)?;
    }
    Ok(())
}

fn word<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    json(&format!("\"{text}\""))
}

pub(super) fn runs(connection: &Connection, corp: &CorpId) -> Result<Vec<RunRecord>> {
    let sql = "SELECT r.* FROM run r JOIN corp USING (corp) WHERE corp_id = ?1 ORDER BY run";
    read::rows(connection, sql, [corp.as_str()], |row| {
        Ok(RunRecord {
            id: row.get("run")?,
            fingerprint: row.get("fingerprint")?,
            operator: row.get("operator")?,
            undo_of: row.get("undo_of")?,
            started_at: timestamp(row.get("started_at")?)?,
            updated_at: timestamp(row.get("updated_at")?)?,
            ended_at: row.get::<_, Option<i64>>("ended_at")?.map(timestamp).transpose()?,
            state: word(&row.get::<_, String>("state")?)?,
            counts: json(&row.get::<_, String>("counts")?)?,
            measures: json(&row.get::<_, String>("measures")?)?,
            stop: row.get::<_, Option<String>>("stop")?.map(|text| json(&text)).transpose()?,
        })
    })
}

pub(super) fn plan(connection: &Connection, corp: &CorpId, run: i64) -> Result<Option<String>> {
    let sql =
        "SELECT plan FROM plan JOIN run USING (run) JOIN corp USING (corp) WHERE corp_id = ?1 AND run = ?2";
    let mut statement = connection.prepare_cached(sql).map_err(database)?;
    statement.query_row(params![corp.as_str(), run], |row| row.get(0)).optional().map_err(database)
}

pub(super) fn steps(connection: &Connection, corp: &CorpId, run: i64) -> Result<Vec<StepRecord>> {
    let sql = "SELECT s.* FROM step s JOIN run USING (run) JOIN corp USING (corp) WHERE corp_id = ?1 AND run = ?2 ORDER BY step";
    read::rows(connection, sql, params![corp.as_str(), run], |row| {
        Ok(StepRecord {
            step: row.get("step")?,
            state: word(&row.get::<_, String>("state")?)?,
            part: row.get("part")?,
            at: timestamp(row.get("at")?)?,
            reason: row.get::<_, Option<String>>("reason")?.map(|text| json(&text)).transpose()?,
        })
    })
}

pub(super) fn person_keys(connection: &Connection, corp: &CorpId, name: &str) -> Result<Vec<PersonKey>> {
    let sql = "SELECT value, person FROM person_key JOIN corp USING (corp) WHERE corp_id = ?1 AND name = ?2 ORDER BY value";
    read::rows(connection, sql, params![corp.as_str(), name], |row| {
        Ok(PersonKey { name: name.to_owned(), value: row.get(0)?, person: PersonId(row.get(1)?) })
    })
}

pub(super) fn written_hidden(connection: &Connection, corp: &CorpId) -> Result<Vec<WrittenHidden>> {
    let sql =
        "SELECT person, field, fingerprint FROM written_hidden JOIN corp USING (corp) WHERE corp_id = ?1
               ORDER BY person, field";
    read::rows(connection, sql, [corp.as_str()], |row| {
        Ok(WrittenHidden { person: PersonId(row.get(0)?), field: row.get(1)?, fingerprint: row.get(2)? })
    })
}

/// Erases a member from the plans and the steps of the runs that ended until this time.
pub(super) fn forget(connection: &Connection, corp: i64, userid: &str, until: i64) -> Result<()> {
    let plans = read::rows(
        connection,
        "SELECT run, plan FROM plan JOIN run USING (run) WHERE corp = ?1 AND updated_at <= ?2",
        [corp, until],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
    )?;
    for (run, text) in plans {
        let mut plan: Plan = json(&text).map_err(database)?;
        if forget::in_plan(&mut plan, userid) {
            let sql = "UPDATE plan SET plan = ?2 WHERE run = ?1";
            connection.execute(sql, params![run, to_json(&plan)?]).map_err(database)?;
        }
    }
    let reasons = read::rows(
        connection,
        "SELECT run, step, reason FROM step JOIN run USING (run)
         WHERE corp = ?1 AND updated_at <= ?2 AND reason IS NOT NULL",
        [corp, until],
        |row| Ok((row.get::<_, i64>(0)?, row.get::<_, u32>(1)?, row.get::<_, String>(2)?)),
    )?;
    for (run, step, text) in reasons {
        let mut reason: StepReason = json(&text).map_err(database)?;
        if forget::in_reason(&mut reason, userid) {
            let sql = "UPDATE step SET reason = ?3 WHERE run = ?1 AND step = ?2";
            connection.execute(sql, params![run, step, to_json(&reason)?]).map_err(database)?;
        }
    }
    Ok(())
}
