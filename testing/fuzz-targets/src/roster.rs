//! Rosters and tables of departments from any bytes.

use wecom_sheets::{
    HiddenRows, Options,
    roster::{DepartmentTable, RosterCell, RosterField, RosterOptions, RosterRow, RosterTable},
};

use crate::workbook::workbook;

/// Reads a file as a roster, with two keys, and as a table of departments. Every row must be returned or skipped, line
/// numbers must increase, the summary must agree with the rows, and a second reading must give the same result.
pub fn roster(data: &[u8]) {
    if let Some(workbook) = workbook(data) {
        read(&workbook);
    } else if !data.starts_with(b"\xd0\xcf\x11\xe0") {
        // The crate catches a panic of the XLS reader, but the fuzzer does not.
        read(data);
    }
}

fn read(data: &[u8]) {
    let options = Options::new().hidden_rows(HiddenRows::Include);
    let by_badge = RosterOptions::new().key("工号").attributes(["工号", "籍贯"]).join_date("入职日期");
    for roster in [RosterOptions::new(), by_badge, RosterOptions::new().key("mobile").map("姓名", "alias")]
    {
        let Ok(table) = RosterTable::read_bytes(data, &options, &roster) else { continue };
        let once = rows(&table);
        assert_eq!(once, rows(&table), "a second reading gives other rows");
        if let Ok(Some(departments)) = table.departments() {
            lines(&departments);
        }
    }
    if let Ok(departments) = DepartmentTable::read_bytes(data, &options) {
        assert_eq!(lines(&departments), lines(&departments), "a second reading gives other departments");
    }
}

/// Returns the rows as texts; `None` if the file cannot be read to its end.
fn rows(table: &RosterTable) -> Option<Vec<String>> {
    let mut rows = table.rows();
    let read: Vec<RosterRow> = rows.by_ref().collect::<Result<_, _>>().ok()?;
    let reading = rows.into_reading();
    assert_eq!(read.len() as u64, reading.rows);
    assert!(read.is_sorted_by_key(RosterRow::line), "lines run backwards");
    let count = |is: fn(&RosterRow) -> bool| read.iter().filter(|row| is(row)).count() as u64;
    assert_eq!(count(RosterRow::is_faulty), reading.faulty_rows);
    assert_eq!(count(RosterRow::is_key_faulty), reading.faulty_keys);
    assert!(reading.faulty_keys + reading.empty_keys <= reading.rows);
    assert_eq!(read.iter().map(|row| row.faults().count() as u64).sum::<u64>(), reading.fault_count);
    assert!(reading.skipped.len() as u64 <= reading.skipped_count);
    Some(read.iter().map(|row| text(table, row)).collect())
}

fn text(table: &RosterTable, row: &RosterRow) -> String {
    let mut text = row.line().to_string();
    for field in RosterField::ALL {
        let cell = row.cell(*field);
        let has_column = table.fields().any(|own| own == *field);
        assert!(has_column || cell == RosterCell::Unmanaged, "a field without a column has a cell");
        push(&mut text, cell);
    }
    row.attributes().for_each(|(_, cell)| push(&mut text, cell));
    text
}

fn push(text: &mut String, cell: RosterCell<'_>) {
    text.push('\u{1f}');
    match cell {
        RosterCell::Value(value) => {
            let value = value.to_string();
            assert!(!value.is_empty(), "an empty cell has a value");
            text.push_str(&value);
        }
        other => text.push_str(&format!("{other:?}")),
    }
}

/// Returns the lines and the places of the departments; `None` if the file cannot be read to its end.
fn lines(table: &DepartmentTable) -> Option<Vec<String>> {
    let rows = table.rows().map(|row| row.map(|row| format!("{} {:?}", row.line(), row.place())));
    rows.collect::<Result<_, _>>().ok()
}
