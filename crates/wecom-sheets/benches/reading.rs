//! Reads a spreadsheet of 100,000 members into clean, typed records. The baseline is the plain libraries that return its cells as text: `calamine`
//! for XLSX, `encoding_rs` and `csv` for GBK.
//!
//! The two alternate, because the speed of the machine drifts. Memory is the peak, without the file itself.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::{
    io::Cursor,
    sync::Arc,
    time::{Duration, Instant},
};

use calamine::{DataRef, Reader as _, Xlsx};
use divan::AllocProfiler;
use rust_xlsxwriter::Workbook;
use wecom_contacts::imports::ImportMember;
use wecom_sheets::{Mapping, Options, Table};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const ROWS: usize = 100_000;
const ROUNDS: usize = 9;
const HEADINGS: [&str; 8] = ["姓名", "帐号", "手机号", "邮箱", "所在部门", "职位", "性别", "地址"];

fn main() {
    let (csv, xlsx) = (csv(), xlsx());
    report("GBK CSV", "encoding_rs + csv", &csv, bare_csv);
    report("XLSX", "calamine", &xlsx, bare_xlsx);
    divan::main();
}

fn report(name: &str, bare_name: &str, file: &Arc<[u8]>, bare: fn(&[u8]) -> usize) {
    let timed = |work: &dyn Fn() -> usize| {
        let started = Instant::now();
        assert_eq!(work(), ROWS);
        started.elapsed()
    };
    let rounds: Vec<[Duration; 2]> =
        (0..ROUNDS).map(|_| [timed(&|| bare(file)), timed(&|| table(file))]).collect();
    let median = |mut figures: Vec<f64>| {
        figures.sort_by(f64::total_cmp);
        figures[ROUNDS / 2]
    };
    let rate = |at: usize| median(rounds.iter().map(|round| ROWS as f64 / round[at].as_secs_f64()).collect());
    let ratio = median(rounds.iter().map(|[bare, ours]| bare.div_duration_f64(*ours)).collect());
    println!(
        "{name}, {:.1} MB: {:.0} rows/s; {bare_name} alone {:.0}; ratio {ratio:.2}",
        file.len() as f64 / 1e6,
        rate(1),
        rate(0)
    );
}

/// A typical row of a clean file, with the usual changes of spreadsheets.
fn cells(at: usize) -> [String; 8] {
    let dirt = if at.is_multiple_of(50) { " " } else { "" };
    [
        format!("王敏{at}"),
        format!("member{at}"),
        format!("139{at:08}{dirt}"),
        format!("member{at}@example.com"),
        "2;7".to_owned(),
        "工程师".to_owned(),
        "女".to_owned(),
        format!("北京市海淀区中关村大街{at}号"),
    ]
}

fn csv() -> Arc<[u8]> {
    let mut text = HEADINGS.join(",");
    for at in 0..ROWS {
        text.push('\n');
        text.push_str(&cells(at).join(","));
    }
    encoding_rs::GBK.encode(&text).0.into_owned().into()
}

fn xlsx() -> Arc<[u8]> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, HEADINGS).expect("a row");
    for at in 0..ROWS {
        let cells = cells(at);
        let row = at as u32 + 1;
        sheet.write_row(row, 0, cells).expect("a row");
        if !at.is_multiple_of(50) {
            // As people type it.
            sheet.write(row, 2, 13_900_000_000.0 + at as f64).expect("a cell");
        }
    }
    book.save_to_buffer().expect("a workbook").into()
}

/// Reads the file as clean members.
fn table(file: &Arc<[u8]>) -> usize {
    let table = Table::<ImportMember>::read_bytes(Arc::clone(file), &Options::new(), &Mapping::new())
        .expect("the headings");
    let mut rows = 0;
    let mut records = table.records();
    for record in &mut records {
        divan::black_box(&record.expect("a row"));
        rows += 1;
    }
    assert_eq!(records.into_reading().problem_count, 0);
    rows
}

/// Reads the cells of a CSV file as text.
fn bare_csv(file: &[u8]) -> usize {
    let text = encoding_rs::GB18030.decode(divan::black_box(file)).0;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut rows = 0;
    while reader.read_record(&mut record).expect("a row") {
        divan::black_box(&record);
        rows += 1;
    }
    rows
}

/// Reads the cells of a workbook as text.
fn bare_xlsx(file: &[u8]) -> usize {
    let mut book = Xlsx::new(Cursor::new(divan::black_box(file))).expect("a workbook");
    let mut cells = book.worksheet_cells_reader("Sheet1").expect("its sheet");
    let mut last = 0;
    while let Some(cell) = cells.next_cell().expect("a cell") {
        last = cell.get_position().0;
        match cell.get_value() {
            DataRef::Float(number) => drop(divan::black_box(number.to_string())),
            value => {
                divan::black_box(value);
            }
        }
    }
    last as usize
}

#[divan::bench(sample_count = 3)]
fn gbk_csv_to_members(bencher: divan::Bencher<'_, '_>) {
    let file = csv();
    bencher.bench(|| table(&file));
}

#[divan::bench(sample_count = 3)]
fn gbk_csv_by_the_bare_libraries(bencher: divan::Bencher<'_, '_>) {
    let file = csv();
    bencher.bench(|| bare_csv(&file));
}

#[divan::bench(sample_count = 3)]
fn xlsx_to_members(bencher: divan::Bencher<'_, '_>) {
    let file = xlsx();
    bencher.bench(|| table(&file));
}

#[divan::bench(sample_count = 3)]
fn xlsx_by_the_bare_library(bencher: divan::Bencher<'_, '_>) {
    let file = xlsx();
    bencher.bench(|| bare_xlsx(&file));
}
