//! CSV: cells between commas, semicolons or tabs, in quotation marks where need be (RFC 4180).

use std::{
    cell::{Cell, RefCell},
    io,
    io::Read,
    ops::ControlFlow,
    rc::Rc,
};

use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord};

use crate::{
    Encoding, Error, Kind, Result, Row, encoding,
    headings::HEADING_ROWS,
    sheet::{COLUMNS, Take},
};

/// More than any row has. A quotation mark that is never closed would make one row of all that follows.
const ROW_BYTES: usize = 4 << 20;

/// How a file of CSV may begin to tell Excel its delimiter: `sep=;` alone in the first line.
const DECLARATION: &str = "sep=";

/// The delimiter that the first line declares, or the one that gives the most headings in one of the first rows; a comma if none gives any.
pub(crate) fn delimiter(
    text: &dyn Fn() -> Result<Box<dyn Read>>,
    is_heading: &dyn Fn(&str) -> bool,
) -> Result<u8> {
    let mut head = [0; DECLARATION.len() + 4];
    let read = encoding::fill(&mut text()?, &mut head)?;
    if let Some(declared) = declared(&head[..read]) {
        return Ok(declared);
    }
    let mut best = (0, b',');
    for delimiter in [b',', b';', b'\t'] {
        let (mut most, mut seen) = (0, 0);
        let read = rows(text()?, delimiter, &mut |row| {
            most = most.max(row.texts().filter(|cell| is_heading(cell)).count());
            seen += 1;
            if seen < HEADING_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        match read {
            // With the wrong delimiter, rows may be none.
            Ok(()) | Err(Error::EndlessRow { .. } | Error::TooWide { .. }) => {}
            Err(error) => return Err(error),
        }
        if most > best.0 {
            best = (most, delimiter);
        }
    }
    Ok(best.1)
}

/// The delimiter that a text declares.
fn declared(head: &[u8]) -> Option<u8> {
    let is_quoted = head.first() == Some(&b'"');
    let head = &head[usize::from(is_quoted)..];
    let (name, rest) = head.split_at_checked(DECLARATION.len())?;
    let [delimiter, rest @ ..] = rest else { return None };
    let rest = if is_quoted { rest.strip_prefix(b"\"")? } else { rest };
    let is_alone = matches!(rest, [] | [b'\r' | b'\n', ..]);
    let is_delimiter =
        delimiter.is_ascii() && !delimiter.is_ascii_alphanumeric() && !b"\"\r\n".contains(delimiter);
    (name.eq_ignore_ascii_case(DECLARATION.as_bytes()) && is_alone && is_delimiter).then_some(*delimiter)
}

/// Whether a row is the declaration, taken apart at the delimiter that it declares.
fn is_declaration(row: &Row, delimiter: u8) -> bool {
    let name = row.text(0);
    let name = match row.len() {
        2 if row.text(1).is_empty() => Some(name),
        1 => name.strip_suffix(char::from(delimiter)),
        _ => None,
    };
    row.line() == 1 && name.is_some_and(|name| name.eq_ignore_ascii_case(DECLARATION))
}

pub(crate) fn rows(text: Box<dyn Read>, delimiter: u8, take: Take<'_>) -> Result<()> {
    let seen = Rc::new(Seen::default());
    let text = Watched { inner: text, seen: Rc::clone(&seen) };
    let mut reader: Reader<_> =
        ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text);
    let mut record = StringRecord::new();
    let mut row = Row::open();
    loop {
        seen.row_bytes.set(0);
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => return Err(refusal(error, line)),
        }
        if record.len() > COLUMNS {
            return Err(Error::TooWide { line });
        }
        row.start(first_line(&record, reader.position(), &seen));
        for cell in &record {
            row.push(Kind::Text, cell);
        }
        if !row.is_blank() && !is_declaration(&row, delimiter) && take(&row).is_break() {
            return Ok(());
        }
    }
}

/// The line on which a record begins that was just read. The reader's own count of it is before the blank lines that it passed over, and behind by
/// the end of the line before if that is CRLF.
fn first_line(record: &StringRecord, after: &Position, seen: &Seen) -> u64 {
    let inside = record.as_slice().bytes().filter(|byte| *byte == b'\n').count() as u64;
    let end = u64::from(seen.byte_before(after.byte()) == Some(b'\n'));
    // A quotation mark that the file's end leaves open makes its last line end part of a cell.
    let least = record.position().map_or(1, Position::line);
    after.line().saturating_sub(inside + end).max(least)
}

fn refusal(error: csv::Error, line: u64) -> Error {
    match error.into_kind() {
        ErrorKind::Io(error) => match Error::from(error) {
            Error::EndlessRow { .. } => Error::EndlessRow { line },
            error => error,
        },
        ErrorKind::Utf8 { pos, .. } => {
            Error::Encoding { encoding: Encoding::Utf8, offset: pos.map_or(0, |pos| pos.byte()) }
        }
        _ => Error::EndlessRow { line },
    }
}

/// What went to the reader last. It asks for more only when it has taken all, so that the end of a record is in here.
#[derive(Default)]
struct Seen {
    row_bytes: Cell<usize>,
    /// Where the chunk begins in the text.
    start: Cell<u64>,
    chunk: RefCell<Vec<u8>>,
}

impl Seen {
    fn byte_before(&self, at: u64) -> Option<u8> {
        let place = at.checked_sub(1)?.checked_sub(self.start.get())?;
        self.chunk.borrow().get(usize::try_from(place).ok()?).copied()
    }
}

/// Remembers what passes, and ends a row that does not end by itself.
struct Watched {
    inner: Box<dyn Read>,
    seen: Rc<Seen>,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let seen = &self.seen;
        if seen.row_bytes.get() > ROW_BYTES {
            return Err(Error::EndlessRow { line: 0 }.into());
        }
        let read = self.inner.read(buffer)?;
        if read > 0 {
            let mut chunk = seen.chunk.borrow_mut();
            seen.start.set(seen.start.get() + chunk.len() as u64);
            chunk.clear();
            chunk.extend_from_slice(&buffer[..read]);
            seen.row_bytes.set(seen.row_bytes.get() + read);
        }
        Ok(read)
    }
}
