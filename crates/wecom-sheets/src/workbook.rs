//! XLSX workbooks: a sheet's cells as rows.
//!
//! A workbook is a ZIP of XML files, and a small one can unpack to anything. Before it is read its parts are unpacked once, to nowhere, and
//! refused if they are larger than the limits here.

use std::{
    any::Any,
    fmt,
    io::{self, BufReader, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
};

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use quick_xml::events::Event;
use zip::ZipArchive;

use crate::{
    Error, Kind, Result, Row,
    sheet::{COLUMNS, Format, ReadSeek, Source, Take},
};

/// The rows are streamed, so that this bounds time; a million members with all fields have some 600 MB.
const SHEET_BYTES: u64 = 1 << 30;
/// All other parts are held in memory in some form, first of all the shared texts.
const PART_BYTES: u64 = 256 << 20;
/// The longest cell that Excel knows has 32,767 characters.
const TEXT_BYTES: usize = 1 << 20;
/// The parts of an honest workbook are some tens.
const PARTS: usize = 10_000;
/// `<si/>`: no shared text takes less.
const SHORTEST_TEXT: u64 = 5;

type Book = Xlsx<Box<dyn ReadSeek>>;

/// Finds the sheet that is to be read.
pub(crate) fn open(source: &Source, wanted: Option<&str>) -> Result<(Format, Shelf)> {
    check(source)?;
    let book = book(source)?;
    let sheets = || book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = sheets().map(|sheet| sheet.name.clone()).collect();
    let picked = match wanted {
        Some(wanted) => names.iter().find(|name| name.as_str() == wanted).cloned(),
        None => sheets()
            .find(|sheet| sheet.visible == SheetVisible::Visible)
            .or_else(|| sheets().next())
            .map(|sheet| sheet.name.clone()),
    };
    match picked {
        Some(sheet) => Ok((Format::Xlsx { sheet, sheets: names }, Shelf(Mutex::new(Some(book))))),
        None => Err(Error::NoSheet { name: wanted.unwrap_or_default().to_owned(), sheets: names }),
    }
}

/// Where a workbook waits between one reading and the next: opening it anew would read all its texts anew.
#[derive(Default)]
pub(crate) struct Shelf(Mutex<Option<Book>>);

impl Shelf {
    fn slot(&self) -> MutexGuard<'_, Option<Book>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shelf")
    }
}

pub(crate) fn rows(source: &Source, shelf: &Shelf, sheet: &str, take: Take<'_>) -> Result<()> {
    // Whoever else is reading it has taken it; nobody waits for anybody.
    let shelved = shelf.slot().take();
    let mut book = match shelved {
        Some(book) => book,
        None => book(source)?,
    };
    rows_of(&mut book, sheet, take)?;
    *shelf.slot() = Some(book);
    Ok(())
}

fn rows_of(book: &mut Book, sheet: &str, take: Take<'_>) -> Result<()> {
    let mut cells = guarded(|| book.worksheet_cells_reader(sheet))?;
    let mut row = Row::default();
    row.start(0);
    while let Some(cell) = guarded(|| cells.next_cell())? {
        let (at_row, at_column) = cell.get_position();
        let (line, column) = (u64::from(at_row) + 1, at_column as usize);
        if line != row.line() {
            if !is_blank(&row) && take(&row).is_break() {
                return Ok(());
            }
            if line < row.line() {
                return Err(Error::Workbook(format!("row {line} stands below row {}", row.line())));
            }
            row.start(line);
        }
        if column >= COLUMNS {
            return Err(Error::TooWide { line });
        }
        if column < row.len() {
            return Err(Error::Workbook(format!("the cells of row {line} are not in order")));
        }
        row.pad(column);
        push(&mut row, cell.get_value());
    }
    if !is_blank(&row) {
        let _ = take(&row);
    }
    Ok(())
}

fn is_blank(row: &Row) -> bool {
    row.texts().all(|cell| crate::cleaning::trimmed(cell).is_empty())
}

fn push(row: &mut Row, value: &DataRef<'_>) {
    match value {
        DataRef::Empty => row.push(Kind::Text, ""),
        DataRef::String(text) => row.push(Kind::Text, text),
        DataRef::SharedString(text) => row.push(Kind::Text, text),
        DataRef::Int(number) => row.push_shown(Kind::Number(*number as f64), number),
        DataRef::Float(number) => row.push_shown(Kind::Number(*number), number),
        DataRef::Bool(value) => row.push(Kind::Bool(*value), if *value { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(time) if time.is_duration() => row.push_shown(Kind::Duration, time.as_f64()),
        DataRef::DateTime(time) => {
            let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
            if (hour, minute, second) == (0, 0, 0) {
                row.push_shown(Kind::Date, format_args!("{year:04}-{month:02}-{day:02}"));
            } else {
                let text = format_args!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
                row.push_shown(Kind::Date, text);
            }
        }
        DataRef::DateTimeIso(text) => row.push(Kind::Date, text),
        DataRef::DurationIso(text) => row.push(Kind::Duration, text),
        DataRef::Error(error) => row.push_shown(Kind::Error, error),
    }
}

fn book(source: &Source) -> Result<Book> {
    guarded(|| Xlsx::new(source.open().map_err(io::Error::from)?))
}

/// Reads by `calamine`, which computes with what it reads, and where additions are checked may panic on a damaged workbook.
fn guarded<T>(read: impl FnOnce() -> std::result::Result<T, calamine::XlsxError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(calamine::XlsxError::Io(error))) => Err(Error::from(error)),
        Ok(Err(error)) => Err(Error::Workbook(error.to_string())),
        Err(panic) => {
            let _: Box<dyn Any + Send> = panic;
            Err(Error::Workbook("it is damaged".to_owned()))
        }
    }
}

/// Unpacks every part that is XML once, and looks whether it is within its limits.
fn check(source: &Source) -> Result<()> {
    let mut archive = ZipArchive::new(source.open()?).map_err(damaged)?;
    if archive.len() > PARTS {
        return Err(Error::Workbook(format!("it has {} parts", archive.len())));
    }
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.into_owned();
        let lower = name.to_ascii_lowercase();
        // Pictures have no angle brackets, and whoever calls a sheet a picture gets no more memory for it than for a part.
        let is_xml = lower.ends_with(".xml") || lower.ends_with(".rels");
        let limit = if lower.contains("/worksheets/") { SHEET_BYTES } else { PART_BYTES };
        let mut measured = Measured { inner: part, is_xml, size: 0, run: 0, fault: None, limit };
        let declared = if lower.ends_with("sharedstrings.xml") { declared_texts(&mut measured) } else { 0 };
        let unpacked = io::copy(&mut measured, &mut io::sink());
        match measured.fault {
            Some(Fault::Size) => return Err(Error::TooLarge { part: name, limit }),
            Some(Fault::Text) => return Err(Error::TooLarge { part: name, limit: TEXT_BYTES as u64 }),
            None => {}
        }
        unpacked.map_err(|error| Error::Workbook(error.to_string()))?;
        // Room is made for as many texts as the part says it has.
        if declared > measured.size / SHORTEST_TEXT {
            return Err(Error::Workbook("it says it has more texts than it can".to_owned()));
        }
    }
    Ok(())
}

/// How many shared texts a part says it has.
fn declared_texts(part: &mut impl Read) -> u64 {
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Start(element)) => {
                let count = element.try_get_attribute("uniqueCount").ok().flatten();
                let count = count.and_then(|count| count.value.trim().parse().ok());
                return count.unwrap_or(0);
            }
            Ok(Event::Eof) | Err(_) => return 0,
            Ok(_) => {}
        }
    }
}

fn damaged(error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::Io(error) => Error::from(error),
        error => Error::Workbook(error.to_string()),
    }
}

/// Counts what passes through, altogether and between one angle bracket and the next: the reader holds that much at once.
struct Measured<R> {
    inner: R,
    is_xml: bool,
    size: u64,
    run: usize,
    fault: Option<Fault>,
    limit: u64,
}

#[derive(Clone, Copy)]
enum Fault {
    Size,
    Text,
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.size += read as u64;
        if self.size > self.limit {
            self.fault = Some(Fault::Size);
        }
        match memchr::memchr(b'<', &buffer[..read]) {
            Some(first) if self.run + first <= TEXT_BYTES => {
                let last = memchr::memrchr(b'<', &buffer[..read]).unwrap_or(first);
                self.run = read - last;
            }
            _ => {
                self.run += read;
                if self.is_xml && self.run > TEXT_BYTES {
                    self.fault = Some(Fault::Text);
                }
            }
        }
        match self.fault {
            Some(_) => Err(io::ErrorKind::InvalidData.into()),
            None => Ok(read),
        }
    }
}
