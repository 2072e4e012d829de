//! Spreadsheets from any bytes, read as members and as departments.

use wecom_contacts::imports::{ImportDepartment, ImportMember};
use wecom_sheets::{
    Encoding, Format, HiddenRows, Kind, Mapping, Options, Record, Sheet, Table,
    cleaning::{Correction, Wanted, clean},
};

use crate::workbook::workbook;

const WANTED: [Wanted; 13] = [
    Wanted::Name,
    Wanted::Words,
    Wanted::Id,
    Wanted::Mobile,
    Wanted::Phone,
    Wanted::Mail,
    Wanted::Number,
    Wanted::Numbers,
    Wanted::Flag,
    Wanted::Flags,
    Wanted::Gender,
    Wanted::Departments,
    Wanted::Attribute,
];

/// Reads a file. Every row must be returned or reported with a problem, line numbers must increase, and a second
/// reading must give the same result. Cleaning a cell twice must give the same as once. A guessed encoding must not
/// produce private-use characters, and the skipped rows of a workbook must be the hidden ones.
pub fn sheet(data: &[u8]) {
    if let Some(workbook) = workbook(data) {
        read::<ImportMember>(&workbook, &Options::new().hidden_rows(HiddenRows::Skip));
        read::<ImportDepartment>(&workbook, &Options::new().hidden_rows(HiddenRows::Include));
        let (shown, all) = (rows(&workbook, HiddenRows::Skip), rows(&workbook, HiddenRows::Include));
        if let (Some(shown), Some(all)) = (shown, all) {
            assert!(shown.iter().all(|line| all.contains(line)), "every visible row must be among all rows");
            assert_eq!(rows(&workbook, HiddenRows::Refuse).is_some(), shown == all);
        }
        return;
    }
    // The XLS reader may panic on an overflow in debug builds. The crate catches this panic, but the fuzzer does not.
    if !data.starts_with(b"\xd0\xcf\x11\xe0") {
        read::<ImportMember>(data, &Options::new());
        read::<ImportDepartment>(data, &Options::new());
    }
}

/// Returns the line numbers of a workbook's rows.
fn rows(workbook: &[u8], hidden: HiddenRows) -> Option<Vec<u64>> {
    let sheet = Sheet::read(workbook, &Options::new().hidden_rows(hidden), &|_| false).ok()?;
    sheet.rows().map(|row| row.map(|row| row.line())).collect::<Result<_, _>>().ok()
}

fn read<R: Record>(data: &[u8], options: &Options) {
    let Ok(table) = Table::<R>::read_bytes(data, options, &Mapping::new()) else {
        return;
    };
    let is_guess = match table.sheet().format() {
        Format::Csv { encoding, .. } => {
            matches!(encoding, Encoding::Gb18030 | Encoding::Big5 | Encoding::Windows1252)
        }
        _ => false,
    };
    let once = lines(&table);
    assert_eq!(once, lines(&table), "the same file has other rows when it is read again");
    // A truncated file is read up to its end.
    for row in table.rows().map_while(Result::ok) {
        let has_private_use =
            row.texts().any(|text| text.contains(|one| matches!(one, '\u{e000}'..='\u{f8ff}')));
        assert!(!is_guess || !has_private_use, "a guess of the encoding gives characters of private use");
        for (at, wanted) in (0..row.len()).flat_map(|at| WANTED.map(|wanted| (at, wanted))) {
            // A number in a workbook can become a text that differs from a text cell; CSV has only texts.
            if row.kind(at) != Kind::Text {
                continue;
            }
            let Ok((once, corrections)) = clean(wanted, Kind::Text, row.text(at)) else { continue };
            // A leading apostrophe, which the first cleaning removes, marks the account as text.
            if wanted == Wanted::Id
                && corrections.iter().any(|correction| correction == Correction::Apostrophe)
            {
                continue;
            }
            let twice = clean(wanted, Kind::Text, &once);
            assert!(
                twice.is_ok_and(|(twice, corrections)| twice == once && corrections.is_empty()),
                "{wanted:?}: a second cleaning changes the cell"
            );
        }
    }
}

/// Returns the line numbers of the clean rows, and the number of all others.
fn lines<R: Record>(table: &Table<R>) -> Option<(Vec<u64>, u64)> {
    let mut records = table.records();
    let lines = records.by_ref().map(|record| record.map(|(line, _)| line));
    let lines: Vec<u64> = lines.collect::<Result<_, _>>().ok()?;
    let reading = records.into_reading();
    assert_eq!(lines.len() as u64 + reading.refused + reading.left, reading.rows);
    assert!(
        reading.problem_count >= reading.refused && reading.problems.len() as u64 <= reading.problem_count
    );
    assert!(lines.is_sorted(), "lines run backwards");
    Some((lines, reading.refused))
}
