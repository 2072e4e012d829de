//! Prints the result of each row, as text or as JSON.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::Path,
};

use serde::Serialize;
use wecom_contacts::{
    ErrorCode,
    imports::{ImportOutcome, ImportRow},
};
use wecom_sheets::Table;

use super::{
    check::Import,
    corp::Corp,
    effects::Entry,
    refused::{Refused, write_refused},
};
use crate::{
    failure::{Failure, Result},
    messages::import::{in_both_languages, outcome as messages},
    output::{Output, say},
};

const COLUMNS: &[&str] = &["errcode", "line", "userid", "partyid", "name", "text"];

/// The rows that were sent.
pub(super) struct SentRows<'a, R: Import> {
    pub(super) table: &'a Table<R>,
    /// The file for the refused rows.
    pub(super) refused: &'a Path,
    /// The corp before the import of members; `None` for departments.
    pub(super) corp: Option<&'a Corp>,
}

/// The outcome in JSON.
#[derive(Serialize)]
struct OutcomeReport<'a> {
    total: u64,
    ok: usize,
    failed: usize,
    /// The number of accepted rows that created a member or department; `null` if unknown.
    created: Option<u64>,
    /// The number of accepted rows that updated a member or department; `null` if unknown.
    updated: Option<u64>,
    /// Lines of the file that the server's reply omits.
    unmentioned: &'a [u64],
    jobs: Vec<String>,
    refused: &'a [Refused],
    /// Refusals without a row in the file. An example is the creator of the corp, whom a replacement cannot delete.
    others: &'a [Refused],
    refused_file: Option<String>,
}

/// Prints the outcome. If `rows` is given, writes the refused rows to a file.
///
/// # Errors
///
/// Returns an error if a row was refused or its outcome is unknown.
pub(super) fn report<R: Import>(
    outcome: &ImportOutcome,
    rows: Option<SentRows<'_, R>>,
    output: Output,
) -> Result {
    let has_source = rows.is_some();
    let (mut refused, others): (Vec<_>, Vec<_>) =
        outcome.failures().map(Refused::of).partition(|row| row.line.is_some() || !has_source);
    refused.sort_by_key(|row| (row.errcode, row.line));
    let unmentioned = outcome.unmentioned();
    let (mut refused_file, mut unwritten) = (None, None);
    if let Some(rows) = &rows
        && !(refused.is_empty() && unmentioned.is_empty())
    {
        name_rows(rows.table, &mut refused)?;
        match write_refused(rows.table, rows.refused, &refused, unmentioned) {
            Ok(()) => refused_file = Some(rows.refused.display().to_string()),
            // The job has ended, so its outcome is printed first.
            Err(failure) => unwritten = Some(failure),
        }
    }
    let accepted = accepted(outcome, has_source);
    let (created, updated) = match changes(&accepted, rows.as_ref().and_then(|rows| rows.corp)) {
        Some((created, updated)) => (Some(created), Some(updated)),
        None => (None, None),
    };
    let ok = accepted.len();
    if !output.is_table() {
        output.record(&OutcomeReport {
            total: outcome.total(),
            ok,
            failed: refused.len(),
            created,
            updated,
            unmentioned,
            jobs: outcome.jobs().iter().map(ToString::to_string).collect(),
            refused: &refused,
            others: &others,
            refused_file: refused_file.clone(),
        })?;
    } else if !refused.is_empty() {
        output.list(&refused, COLUMNS)?;
    }
    report_groups(&refused);
    for other in &others {
        say(messages::also_refused(&other.who(), &other.reason()));
    }
    if let (Some(created), Some(updated)) = (created, updated) {
        say(messages::created_and_updated(created, updated));
    }
    let lost = unmentioned.len() as u64;
    let bad = refused.len() as u64 + lost;
    if bad == 0 {
        say(messages::imported(ok));
        return Ok(());
    }
    if lost > 0 {
        say(messages::reply_omits(lost));
    }
    let all = ok as u64 + bad;
    let failure = Failure::new(messages::refused(bad, all));
    if let Some(reason) = unwritten {
        say(messages::refused_rows_not_saved(reason));
        return Err(failure.remedy(messages::correct_and_name_a_file()));
    }
    Err(failure.remedy(match refused_file {
        Some(file) => messages::correct_the_refused_rows(R::KIND, &file),
        None => messages::correct_these_rows(),
    }))
}

/// Adds the names in the file to the refused rows.
fn name_rows<R: Import>(table: &Table<R>, refused: &mut [Refused]) -> Result {
    let mut names: HashMap<u64, Option<String>> =
        refused.iter().filter_map(|row| Some((row.line?, None))).collect();
    for record in table.records() {
        let (line, row) =
            record.map_err(|error| Failure::new(messages::cannot_read_the_file_again()).because(&error))?;
        if let Some(name) = names.get_mut(&line) {
            let Entry { name: known, .. } = row.entry(line);
            *name = known;
        }
    }
    for row in refused {
        row.name = row.line.and_then(|line| names.remove(&line)).flatten();
    }
    Ok(())
}

/// Returns the accepted rows of the file. The reply to a file of departments ends with a second row for the root, which is skipped.
fn accepted(outcome: &ImportOutcome, has_source: bool) -> Vec<&ImportRow> {
    let mut seen = HashSet::new();
    let is_of_file = |row: &&ImportRow| {
        (!has_source || row.line.is_some()) && row.partyid.is_none_or(|department| seen.insert(department))
    };
    outcome.rows().iter().filter(is_of_file).filter(|row| row.refusal().is_none()).collect()
}

/// Returns how many accepted rows created an object and how many updated one, or `None` if unknown.
///
/// The reply contains the action for departments only. For members it follows from the state of the corp before the import.
fn changes(accepted: &[&ImportRow], corp: Option<&Corp>) -> Option<(u64, u64)> {
    let mut counts = (0, 0);
    let mut count = |is_new: bool| if is_new { counts.0 += 1 } else { counts.1 += 1 };
    for row in accepted {
        match row {
            ImportRow { action: Some(action), .. } if action.0 != 0 => count(action.created()),
            ImportRow { userid: Some(userid), line: Some(_), .. } => {
                count(corp?.departments_of(userid).is_none());
            }
            _ => {}
        }
    }
    Some(counts)
}

/// Prints the meaning and the remedy of each code once.
fn report_groups(refused: &[Refused]) {
    let mut groups: BTreeMap<i32, (u64, &Refused)> = BTreeMap::new();
    for row in refused {
        groups.entry(row.errcode).or_insert((0, row)).0 += 1;
    }
    for (code, (count, row)) in groups {
        let Some(info) = ErrorCode(code).info() else {
            say(messages::rows_with_code(code, count, &row.meaning));
            continue;
        };
        say(messages::rows_with_code(
            code,
            count,
            &in_both_languages(info.english, info.chinese).to_string(),
        ));
        say(messages::to_try(&in_both_languages(info.remedy, info.remedy_chinese).to_string()));
    }
}
