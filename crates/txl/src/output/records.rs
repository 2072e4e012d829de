//! CSV: headings and a row for each object.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::value::RawValue;
use wecom_contacts::imports::MemberColumn;
use wecom_sheets::writing::{CsvWriter, INCOMPLETE_PREFIX, WriteError};

use super::{
    columns::Columns,
    fields::{Kind, fields, items, joined, text},
    json,
    stderr::warn,
    stdout::Stdout,
};
use crate::{
    failure::{Failure, Result},
    messages,
};

/// Prints all fields of the objects, under their names in JSON.
pub(super) fn list<T: Serialize>(
    items: &[T],
    columns: Option<&Columns>,
    is_safe: bool,
    has_headings: bool,
) -> Result {
    if let Some(columns) = columns {
        columns.check(items, &[])?;
    }
    // Objects can have different fields, but a table has one set of columns. The fields are therefore collected first.
    let mut filled: IndexMap<String, (usize, bool)> = IndexMap::new();
    for item in items {
        for (key, value) in fields(item)? {
            let (count, is_filled) = filled.entry(key).or_default();
            *count += 1;
            *is_filled |= !cell(&value).is_empty();
        }
    }
    if let Some(columns) = columns {
        let count = |name: &String| (name.clone(), filled.get(name).copied().unwrap_or_default());
        filled = columns.names().iter().map(count).collect();
    }
    let kind = Kind::of(filled.keys().map(String::as_str));
    let incomplete: BTreeSet<&str> = filled
        .iter()
        .filter(|(key, (count, is_filled))| {
            kind == Kind::Member && *is_filled && *count < items.len() && is_cleared_by_empty(key)
        })
        .map(|(key, _)| key.as_str())
        .collect();
    let mut sheet = CsvWriter::new(Stdout::text()).safe(is_safe);
    let headings = filled.keys().map(|key| match incomplete.contains(key.as_str()) {
        true => format!("{INCOMPLETE_PREFIX}{key}"),
        false => key.clone(),
    });
    if has_headings {
        sheet.row(headings).map_err(unprinted)?;
    }
    for item in items {
        let fields = fields(item)?;
        let find = |key: &String| fields.iter().find(|(name, _)| name == key);
        let cells = filled.keys().map(|key| find(key).map_or(String::new(), |(_, value)| cell(value)));
        sheet.row(cells).map_err(unprinted)?;
    }
    sheet.finish().map_err(unprinted)?.finish()?;
    if !incomplete.is_empty() {
        let names: Vec<_> = incomplete.into_iter().collect();
        warn(messages::lists::incomplete_columns(&names, INCOMPLETE_PREFIX));
    }
    Ok(())
}

/// Prints the headings of rows that come one by one.
pub(super) fn headings<'a>(
    sheet: &mut CsvWriter<Stdout>,
    headings: impl IntoIterator<Item = &'a str>,
) -> Result {
    sheet.row(headings).map_err(unprinted)
}

/// Prints an object that has every field of the headings, in their order.
pub(super) fn row(sheet: &mut CsvWriter<Stdout>, item: &impl Serialize) -> Result {
    sheet.row(fields(item)?.iter().map(|(_, value)| cell(value))).map_err(unprinted)
}

/// Writes what is buffered.
pub(super) fn finish(sheet: CsvWriter<Stdout>) -> Result {
    sheet.finish().map_err(unprinted)?.finish()
}

/// Prints values in one column.
pub(super) fn values<T: Serialize>(values: &[T], is_safe: bool, has_headings: bool) -> Result {
    let mut sheet = CsvWriter::new(Stdout::text()).safe(is_safe);
    if has_headings {
        sheet.row(["value"]).map_err(unprinted)?;
    }
    for value in values {
        sheet.row([cell(&json(value)?)]).map_err(unprinted)?;
    }
    sheet.finish().map_err(unprinted)?.finish()
}

/// Returns whether an import of an empty cell under this name clears the field.
fn is_cleared_by_empty(key: &str) -> bool {
    MemberColumn::from_heading(key).is_some_and(crate::export::is_cleared_by_empty)
}

/// Joins lists as in WeCom's templates.
fn cell(value: &RawValue) -> String {
    let is_plain = |item: &&RawValue| !item.get().starts_with(['[', '{']);
    match items(value) {
        Some(items) if items.iter().all(is_plain) => joined(items.into_iter().map(text), ";"),
        _ => text(value),
    }
}

fn unprinted(error: WriteError) -> Failure {
    match error {
        WriteError::Io(error) => Failure::of_stdout(&error),
        error => Failure::new(messages::lists::row_cannot_be_written()).because(&error),
    }
}
