//! Spreadsheets of any bytes, read as members and as departments.

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

/// Reads a file. Every row is handed over or refused with a problem, lines only grow, reading again gives the same, and cleaning a cell twice is
/// cleaning it once. A guess of the encoding gives no characters of private use, and of the rows of a workbook those that are hidden are the ones that
/// are passed over.
pub fn sheet(data: &[u8]) {
    if let Some(workbook) = workbook(data) {
        read::<ImportMember>(&workbook, &Options::new().hidden_rows(HiddenRows::Skip));
        read::<ImportDepartment>(&workbook, &Options::new().hidden_rows(HiddenRows::Include));
        let (shown, all) = (rows(&workbook, HiddenRows::Skip), rows(&workbook, HiddenRows::Include));
        if let (Some(shown), Some(all)) = (shown, all) {
            assert!(
                shown.iter().all(|line| all.contains(line)),
                "a row is there only if hidden ones are not"
            );
            assert_eq!(rows(&workbook, HiddenRows::Refuse).is_some(), shown == all);
        }
        return;
    }
    // What reads XLS may panic where additions are checked, which its caller catches and the fuzzer does not.
    if !data.starts_with(b"\xd0\xcf\x11\xe0") {
        read::<ImportMember>(data, &Options::new());
        read::<ImportDepartment>(data, &Options::new());
    }
}

/// The lines of a workbook's rows.
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
    // A file that breaks off is read up to there.
    for row in table.rows().map_while(Result::ok) {
        let has_private_use =
            row.texts().any(|text| text.contains(|one| matches!(one, '\u{e000}'..='\u{f8ff}')));
        assert!(!is_guess || !has_private_use, "a guess of the encoding gives characters of private use");
        for (at, wanted) in (0..row.len()).flat_map(|at| WANTED.map(|wanted| (at, wanted))) {
            // A number of a workbook may become a text that is none by itself; CSV has texts alone.
            if row.kind(at) != Kind::Text {
                continue;
            }
            let Ok((once, corrections)) = clean(wanted, Kind::Text, row.text(at)) else { continue };
            // An apostrophe in front, which the first look takes away, says that the account is text and no number.
            if wanted == Wanted::Id
                && corrections.iter().any(|correction| correction == Correction::Apostrophe)
            {
                continue;
            }
            let twice = clean(wanted, Kind::Text, &once);
            assert!(
                twice.is_ok_and(|(twice, corrections)| twice == once && corrections.is_empty()),
                "{wanted:?}: cleaned twice is not cleaned once"
            );
        }
    }
}

/// The lines of the clean rows, and how many others there are.
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
