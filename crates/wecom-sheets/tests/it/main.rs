//! Reads files of all kinds as records that WeCom can import.

mod cases;
mod departments;
mod files;
#[cfg(unix)]
mod full_disk;
mod headings;
mod limits;
mod old_workbooks;
mod parts;
mod people;
mod plain_rows;
mod roster;
mod roster_files;
mod shown;
mod workbooks;

use std::sync::Arc;

use wecom_contacts::imports::ImportMember;
use wecom_sheets::{Error, Mapping, Reading, Record, SheetProblem, Table};

/// Reads a file of members. Returns its rows and the result of the reading.
fn members(
    bytes: impl Into<Arc<[u8]>>,
    mapping: &Mapping,
) -> Result<(Vec<(u64, ImportMember)>, Reading), Error> {
    let table = Table::<ImportMember>::read_bytes(bytes, &wecom_sheets::Options::new(), mapping)?;
    read_all(&table)
}

/// Returns all clean rows of a table, and the result of the reading.
fn read_all<R: Record>(table: &Table<R>) -> Result<(Vec<(u64, R)>, Reading), Error> {
    let mut records = table.records();
    let rows = records.by_ref().collect::<Result<_, _>>()?;
    Ok((rows, records.into_reading()))
}

/// Reads a file without faults.
fn clean_members(bytes: impl Into<Arc<[u8]>>) -> Vec<(u64, ImportMember)> {
    let (rows, reading) = members(bytes, &Mapping::new()).expect("a file that can be read");
    assert_eq!(reading.problems, [], "{reading:?}");
    rows
}

fn problems(reading: &Reading) -> Vec<String> {
    reading.problems.iter().map(SheetProblem::to_string).collect()
}
