//! Spreadsheets of any bytes, read as members and as departments.

use wecom_contacts::imports::{ImportDepartment, ImportMember};
use wecom_sheets::{
    Kind, Mapping, Record, Table,
    cleaning::{Wanted, clean},
};

const WANTED: [Wanted; 8] = [
    Wanted::Words,
    Wanted::Id,
    Wanted::Mobile,
    Wanted::Phone,
    Wanted::Mail,
    Wanted::Code,
    Wanted::Codes,
    Wanted::Attribute,
];

/// Reads a file. Every row is handed over or refused with a finding, lines only grow, reading again gives the same, and cleaning a cell twice is
/// cleaning it once.
pub fn sheet(data: &[u8]) {
    // What reads workbooks may panic where additions are checked, which its caller catches and the fuzzer does not.
    if !data.starts_with(b"PK\x03\x04") {
        read::<ImportMember>(data);
        read::<ImportDepartment>(data);
    }
}

fn read<R: Record>(data: &[u8]) {
    let Ok(table) = Table::<R>::read_bytes(data, &wecom_sheets::Options::new(), &Mapping::new()) else {
        return;
    };
    let once = lines(&table);
    assert_eq!(once, lines(&table), "the same file has other rows when it is read again");
    // A file that breaks off has been read up to there.
    let _ = table.each_row(&mut |row| {
        for (at, wanted) in (0..row.len()).flat_map(|at| WANTED.map(|wanted| (at, wanted))) {
            // A number of a workbook may become a text that is none by itself; CSV has texts alone.
            if row.kind(at) != Kind::Text {
                continue;
            }
            let Ok((once, _)) = clean(wanted, Kind::Text, row.text(at)) else { continue };
            let twice = clean(wanted, Kind::Text, &once);
            assert!(
                twice.is_ok_and(|(twice, changes)| twice == once && changes.is_empty()),
                "{wanted:?}: cleaned twice is not cleaned once"
            );
        }
    });
}

/// The lines of the clean rows, and how many others there are.
fn lines<R: Record>(table: &Table<R>) -> Option<(Vec<u64>, u64)> {
    let mut lines = Vec::new();
    let reading = table.each(&mut |line, _| lines.push(line)).ok()?;
    assert_eq!(lines.len() as u64 + reading.refused, reading.rows);
    assert!(reading.found >= reading.refused && reading.findings.len() as u64 <= reading.found);
    assert!(lines.is_sorted(), "lines run backwards");
    Some((lines, reading.refused))
}
