//! Files as people have them, read as what WeCom imports.

mod cases;
mod departments;
mod files;
mod headings;
mod limits;
mod old_workbooks;
mod parts;
mod people;
mod shown;
mod workbooks;

use std::sync::Arc;

use wecom_contacts::imports::ImportMember;
use wecom_sheets::{Error, Finding, Mapping, Reading, Table};

/// The rows of a file of members, and what was said on reading it.
fn members(
    bytes: impl Into<Arc<[u8]>>,
    mapping: &Mapping,
) -> Result<(Vec<(u64, ImportMember)>, Reading), Error> {
    let table = Table::<ImportMember>::read_bytes(bytes, &wecom_sheets::Options::new(), mapping)?;
    let mut rows = Vec::new();
    let reading = table.each(&mut |line, member| rows.push((line, member)))?;
    Ok((rows, reading))
}

/// The same of a file that has nothing wrong with it.
fn clean_members(bytes: impl Into<Arc<[u8]>>) -> Vec<(u64, ImportMember)> {
    let (rows, reading) = members(bytes, &Mapping::new()).expect("a file that can be read");
    assert_eq!(reading.findings, [], "{reading:?}");
    rows
}

fn told(reading: &Reading) -> Vec<String> {
    reading.findings.iter().map(Finding::to_string).collect()
}
