//! CSV: cells separated by commas, semicolons or tabs, with optional quotation marks (RFC 4180).

use std::{io, io::Read};

use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord};

use crate::{
    Encoding, Error, Kind, Result, Row, encoding, headings::HEADING_ROWS, quotes::Quotes, row::COLUMNS,
    source::Text,
};

/// Maximum size of a row. An unclosed quotation mark would otherwise join all following lines into one row.
const ROW_BYTES: usize = 4 << 20;

/// Number of bytes that are read at once.
const CHUNK: usize = 64 << 10;

/// A first line of `sep=;` alone declares the delimiter to Excel.
const DECLARATION: &str = "sep=";

/// Returns the delimiter that the first line declares. Otherwise returns the one with which one of the first rows has the most headings, or a comma
/// if no row has a heading.
pub(crate) fn delimiter(text: &dyn Fn() -> Result<Text>, is_heading: &dyn Fn(&str) -> bool) -> Result<u8> {
    let mut head = [0; DECLARATION.len() + 4];
    let read = encoding::fill(&mut text()?, &mut head)?;
    if let Some(declared) = declared(&head[..read]) {
        return Ok(declared);
    }
    let mut best = (0, b',');
    for delimiter in [b',', b';', b'\t'] {
        let mut most = 0;
        let (mut rows, mut row) = (Rows::new(text()?, delimiter), Row::default());
        for _ in 0..HEADING_ROWS {
            match rows.next_row(&mut row) {
                Ok(true) => most = most.max(row.texts().filter(|cell| is_heading(cell)).count()),
                // A wrong delimiter can make a row too long or too wide.
                Ok(false) | Err(Error::EndlessRow { .. } | Error::TooWide { .. }) => break,
                Err(error) => return Err(error),
            }
        }
        if most > best.0 {
            best = (most, delimiter);
        }
    }
    Ok(best.1)
}

/// Returns the delimiter that a text declares.
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

/// Returns whether a row is the declaration, already split at its own delimiter.
fn is_declaration(row: &Row, delimiter: u8) -> bool {
    let name = row.text(0);
    let name = match row.len() {
        2 if row.text(1).is_empty() => Some(name),
        1 => name.strip_suffix(char::from(delimiter)),
        _ => None,
    };
    row.line() == 1 && name.is_some_and(|name| name.eq_ignore_ascii_case(DECLARATION))
}

/// The rows of a text.
pub(crate) struct Rows {
    reader: Reader<Watched>,
    delimiter: u8,
    record: StringRecord,
}

impl Rows {
    pub(crate) fn new(text: Text, delimiter: u8) -> Self {
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(CHUNK);
        Self {
            reader: builder.from_reader(Watched::new(text, delimiter)),
            delimiter,
            record: StringRecord::new(),
        }
    }

    /// Reads the next row that is not blank. Returns false at the end.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        loop {
            self.reader.get_mut().row_bytes = 0;
            let line = self.reader.position().line();
            match self.reader.read_record(&mut self.record) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(error) => return Err(refusal(error, line)),
            }
            // A chunk may hold many rows before the wrong one.
            if let Some(line) = self.reader.get_ref().quotes.wrong()
                && (line < self.reader.position().line() || self.reader.is_done())
            {
                return Err(Error::EndlessRow { line });
            }
            if self.record.len() > COLUMNS {
                return Err(Error::TooWide { line });
            }
            row.start_open(first_line(&self.record, self.reader.position(), self.reader.get_ref()));
            for cell in &self.record {
                row.push(Kind::Text, cell);
            }
            if !row.is_blank() && !is_declaration(row, self.delimiter) {
                return Ok(true);
            }
        }
    }
}

/// Returns the line on which the last record begins. The reader counts from before the blank lines that it skipped, and is one line behind if the
/// previous line ends with CRLF.
fn first_line(record: &StringRecord, after: &Position, seen: &Watched) -> u64 {
    let inside = memchr::memchr_iter(b'\n', record.as_slice().as_bytes()).count() as u64;
    let end = u64::from(seen.byte_before(after.byte()) == Some(b'\n'));
    after.line().saturating_sub(inside + end).max(1)
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

/// Counts the bytes of a row, and fails if the row exceeds the limit. Follows the quotation marks.
struct Watched {
    inner: Text,
    quotes: Quotes,
    row_bytes: usize,
    /// The position of the last chunk in the text.
    start: u64,
    /// The last chunk. The reader requests more only after it consumed all, so the end of a record is in this chunk.
    chunk: Vec<u8>,
}

impl Watched {
    const fn new(inner: Text, delimiter: u8) -> Self {
        Self { inner, quotes: Quotes::new(delimiter), row_bytes: 0, start: 0, chunk: Vec::new() }
    }

    fn byte_before(&self, at: u64) -> Option<u8> {
        let place = at.checked_sub(1)?.checked_sub(self.start)?;
        self.chunk.get(usize::try_from(place).ok()?).copied()
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.row_bytes > ROW_BYTES {
            return Err(Error::EndlessRow { line: 0 }.into());
        }
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            self.quotes.end();
        } else {
            self.quotes.take(&buffer[..read]);
            self.start += self.chunk.len() as u64;
            self.chunk.clear();
            self.chunk.extend_from_slice(&buffer[..read]);
            self.row_bytes += read;
        }
        Ok(read)
    }
}
