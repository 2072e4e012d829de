//! XLS workbooks of Excel 97–2003, in an OLE container, read by `calamine`.
//!
//! `calamine` allocates a sheet from corner to corner, so this module reads the corners first. It also reads the hidden rows, which `calamine` does
//! not report.

use std::{
    any::Any,
    collections::{BTreeSet, HashSet},
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use calamine::{Data, Range as Cells, Reader as _, SheetType, SheetVisible, Xls, XlsError};
use cfb::CompoundFile;

use super::{
    Listed, Pick,
    cells::push_date,
    merges::{MERGES, Range},
};
use crate::{
    Error, Kind, OtherFile, Quantity, Result, Row,
    source::{ReadSeek, Source},
};

/// Maximum size of a workbook. A workbook with the maximum number of rows is smaller.
const BYTES: u64 = 256 << 20;
/// Maximum number of cells of all sheets from corner to corner: 65,536 rows of 128 columns.
const ROOM: u64 = 8 << 20;

/// A sheet of a workbook, held in memory.
pub(crate) struct Book {
    cells: Cells<Data>,
    is_1904: bool,
    outline: Outline,
    pub(super) merges: Vec<Range>,
}

pub(super) fn open(source: &Source, pick: Pick<'_>) -> Result<(Book, Listed)> {
    let mut outlines = outlines(&workbook(source)?)?;
    let mut book: Xls<Box<dyn ReadSeek>> =
        guarded(|| Xls::new(source.open().map_err(std::io::Error::from)?))?;
    let sheets: Vec<_> = book.sheets_metadata().iter().cloned().enumerate().collect();
    let sheets: Vec<_> = sheets.into_iter().filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet).collect();
    let shown = sheets.iter().map(|(_, sheet)| (sheet.name.clone(), sheet.visible == SheetVisible::Visible));
    let (at, listed) = pick(shown.collect())?;
    let (number, sheet) = &sheets[at];
    let cells = guarded(|| book.worksheet_range(&sheet.name))?;
    let merged = guarded(|| book.merge_cells_by_sheet_name(&sheet.name))?;
    if merged.len() > MERGES {
        return Err(Error::TooMany { what: Quantity::MergedRanges, limit: MERGES as u64 });
    }
    let merges = merged.iter().filter(|range| range.start < range.end);
    let merges = merges.map(|range| Range {
        top: range.start.0.into(),
        left: range.start.1.min(range.end.1) as usize,
        bottom: range.end.0.into(),
        right: range.start.1.max(range.end.1).min(LAST_COLUMN) as usize,
    });
    let merges = merges.filter(|range| range.left <= range.right).collect();
    let outline = if *number < outlines.len() { outlines.swap_remove(*number) } else { Outline::default() };
    Ok((Book { cells, is_1904: book.has_1904_epoch(), outline, merges }, listed))
}

const LAST_COLUMN: u32 = 255;

/// The rows of a sheet.
pub(super) struct Rows {
    book: Arc<Book>,
    /// The index of the next row, counted from 0.
    next: usize,
}

impl Rows {
    pub(super) fn new(book: Arc<Book>) -> Self {
        Self { book, next: 0 }
    }

    /// Reads the next row. Returns whether it is hidden.
    pub(super) fn next_row(&mut self, row: &mut Row) -> Option<bool> {
        let book = &*self.book;
        let (top, left) = book.cells.start()?;
        if self.next >= book.cells.height() {
            return None;
        }
        let (cells, line) = (&book.cells[self.next], u64::from(top) + self.next as u64 + 1);
        self.next += 1;
        row.start(line);
        row.pad(left as usize);
        let last = cells.iter().rposition(|cell| *cell != Data::Empty).map_or(0, |last| last + 1);
        for cell in &cells[..last] {
            push(row, cell, book.is_1904);
        }
        for (_, column) in book.outline.uncomputed.range((line, 0)..(line + 1, 0)) {
            row.cover(*column..=*column, Kind::Uncomputed, "");
        }
        Some(book.outline.hidden.contains(&line))
    }
}

fn push(row: &mut Row, value: &Data, is_1904: bool) {
    match value {
        Data::Empty => row.push(Kind::Text, ""),
        Data::String(text) => row.push(Kind::Text, text),
        Data::Int(number) => row.push_shown(Kind::Number(*number as f64), number),
        Data::Float(number) => row.push_shown(Kind::Number(*number), number),
        Data::Bool(value) => row.push(Kind::Bool(*value), if *value { "TRUE" } else { "FALSE" }),
        Data::DateTime(time) if time.is_duration() => row.push_shown(Kind::Duration, time.as_f64()),
        Data::DateTime(time) => push_date(row, time.as_f64(), is_1904),
        Data::DateTimeIso(text) => row.push(Kind::Date, text),
        Data::DurationIso(text) => row.push(Kind::Duration, text),
        Data::Error(error) => row.push_shown(Kind::Error, error),
    }
}

/// Calls `calamine`. It can panic on a damaged workbook if arithmetic overflow is checked.
fn guarded<T>(read: impl FnOnce() -> std::result::Result<T, XlsError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(XlsError::Io(error))) => Err(super::package::unpacked(error)),
        Ok(Err(error)) => Err(Error::Workbook(error.to_string())),
        Err(panic) => {
            let _: Box<dyn Any + Send> = panic;
            Err(Error::Workbook("it is damaged".to_owned()))
        }
    }
}

/// Returns the workbook stream of the container.
fn workbook(source: &Source) -> Result<Vec<u8>> {
    let mut container = CompoundFile::open(source.open()?).map_err(super::package::unpacked)?;
    if container.is_stream("/EncryptedPackage") {
        return Err(Error::Password);
    }
    let Some(name) = ["/Workbook", "/Book"].into_iter().find(|name| container.is_stream(name)) else {
        let is_word = container.is_stream("/WordDocument");
        return Err(Error::NotASheet {
            what: if is_word { OtherFile::OldWord } else { OtherFile::OleDocument },
        });
    };
    let stream = container.open_stream(name).map_err(super::package::unpacked)?;
    if stream.len() > BYTES {
        return Err(Error::TooLarge { part: name.to_owned(), limit: BYTES });
    }
    let mut bytes = Vec::new();
    stream.take(BYTES).read_to_end(&mut bytes).map_err(super::package::unpacked)?;
    Ok(bytes)
}

/// The numbers of the required records, from "Excel Binary File Format" (MS-XLS).
mod record {
    pub(super) const EOF: u16 = 0x000a;
    pub(super) const FILE_PASS: u16 = 0x002f;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const FORMULA: [u16; 3] = [0x0006, 0x0206, 0x0406];
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const BOF: u16 = 0x0809;
    /// Numbers in several columns of one row.
    pub(super) const SEVERAL: u16 = 0x00bd;
    /// Cells with a value: formulas, texts, numbers, flags.
    pub(super) const CELLS: [u16; 9] =
        [0x0006, 0x00d6, 0x00fd, 0x0203, 0x0204, 0x0205, 0x027e, 0x0406, 0x0206];
}

/// The data of a sheet that `calamine` does not report.
#[derive(Default)]
struct Outline {
    /// The hidden rows, counted from 1.
    hidden: HashSet<u64>,
    /// The formulas without a value, by row, counted from 1, and column, counted from 0.
    uncomputed: BTreeSet<(u64, usize)>,
}

/// Returns whether the value in the record of a formula is an empty text. Programs that do not compute write this value, and Excel writes it for an
/// empty text. The XLS format cannot distinguish both cases.
fn lacks_value(formula: &[u8]) -> bool {
    formula.get(6) == Some(&3) && field(formula, 6) == 0xffff
}

/// Returns the additional data of each sheet.
///
/// # Errors
///
/// Returns an error if the workbook has a password, or its sheets exceed the limit.
fn outlines(stream: &[u8]) -> Result<Vec<Outline>> {
    let mut places = Vec::new();
    each_record(stream, 0, &mut |number, data| {
        match number {
            record::FILE_PASS => return Err(Error::Password),
            record::BOUND_SHEET => places.push(field(data, 0) as usize | (field(data, 2) as usize) << 16),
            _ => {}
        }
        Ok(())
    })?;
    let (mut room, mut walked) = (0_u64, 0_u64);
    let mut sheets = Vec::new();
    for place in places {
        let mut outline = Outline::default();
        let (mut rows, mut columns) = (None::<(u64, u64)>, None::<(u64, u64)>);
        let within = |range: &mut Option<(u64, u64)>, at: u64| {
            let (first, last) = range.unwrap_or((at, at));
            *range = Some((first.min(at), last.max(at)));
        };
        walked += each_record(stream, place, &mut |number, data| {
            let (row, column) = (u64::from(field(data, 0)), u64::from(field(data, 1)));
            if number == record::ROW {
                // fDyZero
                if field(data, 6) & 0x20 != 0 {
                    outline.hidden.insert(row + 1);
                }
            } else if number == record::SEVERAL || record::CELLS.contains(&number) {
                within(&mut rows, row);
                within(&mut columns, column);
                if record::FORMULA.contains(&number) && lacks_value(data) && column <= LAST_COLUMN.into() {
                    outline.uncomputed.insert((row + 1, column as usize));
                }
                if number == record::SEVERAL {
                    within(&mut columns, u64::from(field(data, (data.len() / 2).saturating_sub(1))));
                }
            }
            Ok(())
        })? as u64;
        // Several sheets can claim the same position.
        if walked > 4 * BYTES {
            return Err(Error::TooMany { what: Quantity::SheetBytes, limit: 4 * BYTES });
        }
        let width = |range: Option<(u64, u64)>| range.map_or(0, |(first, last)| last - first + 1);
        room += width(rows) * width(columns);
        if room > ROOM {
            return Err(Error::TooMany { what: Quantity::Cells, limit: ROOM });
        }
        sheets.push(outline);
    }
    Ok(sheets)
}

/// Returns a field of two bytes.
fn field(data: &[u8], at: usize) -> u16 {
    data.get(2 * at..2 * at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

/// Passes the records from a position up to the end of the substream to `take`. Returns their size in bytes.
fn each_record(stream: &[u8], place: usize, take: &mut dyn FnMut(u16, &[u8]) -> Result<()>) -> Result<usize> {
    let all = stream.get(place..).unwrap_or_default();
    let (mut rest, mut depth) = (all, 0_usize);
    while let [first, second, low, high, data @ ..] = rest {
        let number = u16::from_le_bytes([*first, *second]);
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        let Some((data, after)) = data.split_at_checked(length) else { break };
        match number {
            // The records of an embedded chart are skipped.
            record::BOF if rest.len() < all.len() => depth += 1,
            record::EOF if depth == 0 => break,
            record::EOF => depth -= 1,
            number if depth == 0 => take(number, data)?,
            _ => {}
        }
        rest = after;
    }
    Ok(all.len() - rest.len())
}
