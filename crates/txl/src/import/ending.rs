//! What became of each row, and the file of those that were refused.

use std::{collections::HashMap, path::Path};

use serde::Serialize;
use wecom_contacts::imports::{ImportOutcome, ImportRow};
use wecom_sheets::{REASON_HEADING, Record, Row, Table};

use super::file::Import;
use crate::{
    failure::{Failure, Result},
    file::Draft,
    output::{Output, say},
};

const COLUMNS: &[&str] = &["line", "userid", "partyid", "errcode", "meaning", "remedy"];

/// The outcome, for programs.
#[derive(Serialize)]
struct Ending<'a> {
    total: u64,
    ok: usize,
    failed: usize,
    /// Lines of which the server does not tell.
    unmentioned: &'a [u64],
    jobs: Vec<String>,
    refused: Vec<Refused>,
    refused_file: Option<String>,
}

#[derive(Serialize)]
struct Refused {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    userid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partyid: Option<u32>,
    errcode: i32,
    errmsg: String,
    meaning: String,
    remedy: String,
}

impl Refused {
    fn of(row: &ImportRow) -> Self {
        let code = row.refusal();
        let info = code.and_then(|code| code.info());
        let both = |english: &str, chinese: &str| format!("{english} {chinese}").trim().to_owned();
        Self {
            line: row.line,
            userid: row.userid.as_ref().map(ToString::to_string),
            partyid: row.partyid.map(|id| id.0),
            errcode: code.map_or(0, |code| code.0),
            errmsg: row.errmsg.clone().unwrap_or_default(),
            meaning: info.map(|info| both(info.english, info.chinese)).unwrap_or_default(),
            remedy: info.map(|info| both(info.remedy, info.remedy_chinese)).unwrap_or_default(),
        }
    }

    /// The reason as it stands beside the row.
    fn reason(&self) -> String {
        let parts = [self.meaning.as_str(), self.errmsg.as_str(), self.remedy.as_str()];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        format!("{}: {}", self.errcode, parts.join("; "))
    }
}

/// Tells the outcome; with the rows' source, those that were refused are written to a file. That not all were accepted is a failure.
pub(super) fn tell<R: Import>(
    outcome: &ImportOutcome,
    rows: Option<(&Table<R>, &Path)>,
    output: Output,
) -> Result {
    let refused: Vec<_> = outcome.failures().map(Refused::of).collect();
    let mut refused_file = None;
    if let Some((table, path)) = rows
        && !outcome.is_complete()
    {
        write_refused(table, path, &refused, outcome.unmentioned())?;
        refused_file = Some(path.display().to_string());
    }
    let (failed, unmentioned) = (refused.len(), outcome.unmentioned());
    let first = refused.first().map(|row| (row.errcode, row.meaning.clone(), row.remedy.clone()));
    let lines = unmentioned.len();
    if output.is_json() {
        output.record(&Ending {
            total: outcome.total(),
            ok: outcome.succeeded(),
            failed,
            unmentioned,
            jobs: outcome.jobs().iter().map(ToString::to_string).collect(),
            refused,
            refused_file: refused_file.clone(),
        })?;
    } else if failed > 0 {
        output.list(&refused, COLUMNS)?;
    }
    let all = outcome.rows().len() + lines;
    if outcome.is_complete() {
        say(format_args!("{all} rows are imported"));
        return Ok(());
    }
    if lines > 0 {
        say(format_args!(
            "warning: WeCom does not say what became of {lines} rows; they are among the refused"
        ));
    }
    let mut failure = Failure::new(format!("{} of {all} rows were refused", failed + lines));
    if let Some((code, meaning, remedy)) = first {
        failure = failure.remedy(format!("the first: {meaning} (errcode {code}); {remedy}"));
    }
    Err(failure.remedy(match refused_file {
        Some(file) => R::again(&file),
        None => "correct those rows and import them again".to_owned(),
    }))
}

/// Writes the rows as they stood in the file, and the reason beside each. Excel opens it, so that it begins with a BOM.
fn write_refused<R: Record>(
    table: &Table<R>,
    path: &Path,
    refused: &[Refused],
    unmentioned: &[u64],
) -> Result {
    let told = refused.iter().filter_map(|row| Some((row.line?, row.reason())));
    let silent = unmentioned.iter().map(|line| (*line, "WeCom does not say what became of it".to_owned()));
    let reasons: HashMap<u64, String> = silent.chain(told).collect();
    let kept: Vec<usize> =
        (0..table.columns().len()).filter(|at| table.columns()[*at].heading != REASON_HEADING).collect();
    let mut draft = Draft::new(path)?;
    draft.write(b"\xef\xbb\xbf")?;
    let headings = kept.iter().map(|at| table.columns()[*at].heading.as_str());
    draft.write(&record(headings.chain([REASON_HEADING]))?)?;
    let mut written = Ok(());
    table
        .each_row(&mut |row: &Row| {
            if let (Some(reason), Ok(())) = (reasons.get(&row.line()), &written) {
                let cells = kept.iter().map(|at| row.text(*at));
                written = record(cells.chain([reason.as_str()])).and_then(|line| draft.write(&line));
            }
        })
        .map_err(|error| Failure::new("the file cannot be read again").because(&error))?;
    written?;
    draft.finish()?;
    say(format_args!("the rows that were refused are in {}", path.display()));
    Ok(())
}

fn record<'a>(cells: impl Iterator<Item = &'a str>) -> Result<Vec<u8>> {
    let unwritable =
        |error: &(dyn std::error::Error + 'static)| Failure::new("a row cannot be written").because(error);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| unwritable(&error))?;
    writer.into_inner().map_err(|error| unwritable(error.error()))
}
