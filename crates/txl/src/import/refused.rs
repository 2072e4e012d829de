//! Refused rows, and the file that lists them with the reasons.

use std::{collections::HashMap, path::Path};

use serde::Serialize;
use serde_json::{Map, Value};
use wecom_contacts::imports::ImportRow;
use wecom_sheets::{Format, Kind, REASON_HEADING, Record, Row, Table};

use crate::{
    failure::{Failure, Result},
    file::Draft,
    language::english,
    messages::{
        Message,
        import::{self as messages, outcome},
        lists,
    },
    output::say,
};

/// A refused row.
#[derive(Serialize)]
pub(super) struct Refused {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) userid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partyid: Option<u32>,
    /// The name that the file has for this row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    pub(super) errcode: i32,
    pub(super) errmsg: String,
    /// The server's text without its hint, for the printed table.
    text: String,
    pub(super) meaning: String,
    pub(super) remedy: String,
}

impl Refused {
    pub(super) fn of(row: &ImportRow) -> Self {
        let code = row.refusal();
        let info = code.and_then(|code| code.info());
        let both = |one: &str, other: &str| english(|| messages::in_both_languages(one, other)).to_string();
        let errmsg = row.errmsg.clone().unwrap_or_default();
        Self {
            line: row.line,
            userid: row.userid.as_ref().map(ToString::to_string),
            partyid: row.partyid.map(|id| id.0),
            name: None,
            errcode: code.map_or(0, |code| code.0),
            text: errmsg.split(", hint:").next().unwrap_or_default().to_owned(),
            errmsg,
            meaning: info.map(|info| both(info.english, info.chinese)).unwrap_or_default(),
            remedy: info.map(|info| both(info.remedy, info.remedy_chinese)).unwrap_or_default(),
        }
    }

    /// Returns the id of the member or department.
    pub(super) fn who(&self) -> Message {
        outcome::id(self.userid.clone().or_else(|| self.partyid.map(|id| id.to_string())))
    }

    /// Returns the reason in the form of the file of refused rows.
    pub(super) fn reason(&self) -> Message {
        outcome::reason(self.errcode, &[&self.meaning, &self.errmsg, &self.remedy])
    }
}

/// Returns whether the rows are JSON objects. Then the refused rows are JSON as well, because CSV cannot omit a key in the middle of a row.
pub(super) fn are_objects<R: Record>(table: &Table<R>) -> bool {
    matches!(table.sheet().format(), Format::Json { .. })
}

/// Writes each refused row as it is in the file, together with the reason.
///
/// A cell or key that the row lacks stays absent, so an import of this file clears no further fields. CSV begins with a BOM, for Excel.
pub(super) fn write_refused<R: Record>(
    table: &Table<R>,
    path: &Path,
    refused: &[Refused],
    unmentioned: &[u64],
) -> Result {
    let given = refused.iter().filter_map(|row| Some((row.line?, row.reason().to_string())));
    let silent = unmentioned.iter().map(|line| (*line, outcome::reply_omits_this_row().to_string()));
    let reasons: HashMap<u64, String> = silent.chain(given).collect();
    let kept: Vec<usize> =
        (0..table.columns().len()).filter(|at| table.columns()[*at].heading != REASON_HEADING).collect();
    let unreadable =
        |error: wecom_sheets::Error| Failure::new(outcome::cannot_read_the_file_again()).because(&error);
    let is_short = |row: &Row| kept.iter().any(|at| row.kind(*at) == Kind::Absent);
    let mut has_short_rows = false;
    for row in table.rows() {
        let row = row.map_err(unreadable)?;
        has_short_rows |= reasons.contains_key(&row.line()) && is_short(&row);
    }
    let mut draft = Draft::new(path)?;
    let headings: Vec<&str> = kept.iter().map(|at| table.columns()[*at].heading.as_str()).collect();
    let shape = match (are_objects(table), has_short_rows) {
        (true, _) => Shape::Objects,
        (false, true) => Shape::ReasonFirst,
        (false, false) => Shape::ReasonLast,
    };
    if shape != Shape::Objects {
        draft.write(b"\xef\xbb\xbf")?;
        draft.write(&shape.line(&headings, &headings, REASON_HEADING)?)?;
    }
    for row in table.rows() {
        let row = row.map_err(unreadable)?;
        let Some(reason) = reasons.get(&row.line()) else { continue };
        let present = kept.iter().zip(&headings).filter(|(at, _)| row.kind(**at) != Kind::Absent);
        let (cells, keys): (Vec<_>, Vec<_>) = present.map(|(at, key)| (row.text(*at), *key)).unzip();
        draft.write(&shape.line(&keys, &cells, reason)?)?;
    }
    draft.finish()?;
    say(outcome::refused_rows_saved(path));
    Ok(())
}

/// The form of a row and its reason.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// JSON, with the reason as a key.
    Objects,
    /// CSV with the reason in the first column: a short row would shift a last column.
    ReasonFirst,
    /// CSV with the reason in the last column.
    ReasonLast,
}

impl Shape {
    fn line(self, keys: &[&str], cells: &[&str], reason: &str) -> Result<Vec<u8>> {
        let cells = cells.iter().copied();
        match self {
            Self::ReasonLast => record(cells.chain([reason])),
            Self::ReasonFirst => record([reason].into_iter().chain(cells)),
            Self::Objects => {
                let fields = keys.iter().copied().zip(cells).chain([(REASON_HEADING, reason)]);
                let object: Map<String, Value> =
                    fields.map(|(key, cell)| (key.to_owned(), cell.into())).collect();
                Ok(format!("{}\n", Value::Object(object)).into_bytes())
            }
        }
    }
}

fn record<'a>(cells: impl Iterator<Item = &'a str>) -> Result<Vec<u8>> {
    let unwritable = |error: &(dyn std::error::Error + 'static)| {
        Failure::new(lists::row_cannot_be_written()).because(error)
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(|error| unwritable(&error))?;
    writer.into_inner().map_err(|error| unwritable(error.error()))
}
