//! The writer of a CSV file: UTF-8, LF, quotation marks where RFC 4180 requires them.

use std::{
    fmt,
    io::{self, Write},
};

use bytes::Bytes;

/// Maximum size of an uploaded file (普通文件), 20 MB.
pub(super) const LARGEST_FILE: usize = 20 << 20;
/// Approximate number of bytes in one write to a stream.
const RUN: usize = 64 << 10;

/// A table of rows that writes to a sink.
pub(super) struct Table<S> {
    sink: S,
    page: Page,
    /// The beginning of each part: the headings, after an optional byte order mark.
    heading: Vec<u8>,
    rows: u64,
    failed: Option<io::Error>,
}

/// The destination of a file's rows: [`InMemory`] or [`Streamed`]. The trait is sealed.
pub trait FileSink: sealed::TakeRows + Sized {}

mod sealed {
    use std::io;

    pub trait TakeRows {
        /// Whether the sink splits the file into parts with their own headings.
        const PARTS: bool;

        /// Takes bytes from the start of a page and returns their number. 0 lets the page grow. The page contains
        /// complete rows; `first` is the offset of its first row, `last` that of its last row.
        fn take(&mut self, page: &[u8], first: usize, last: usize) -> io::Result<usize>;

        /// Returns another sink with the same settings, if the sink can be duplicated.
        fn another(&self) -> Option<Self>
        where
            Self: Sized;
    }
}

impl<S: FileSink> Table<S> {
    pub(super) fn new<'a>(sink: S, bom: bool, headings: impl IntoIterator<Item = &'a str>) -> Self {
        let mut page = Page::new();
        headings.into_iter().for_each(|heading| page.cell(heading));
        page.end_row();
        let mut heading = if bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        heading.extend_from_slice(page.written());
        page.begin(&heading);
        Self { sink, page, heading, rows: 0, failed: None }
    }

    pub(super) fn cell(&mut self, text: &str) {
        self.page.cell(text);
    }

    pub(super) fn end_row(&mut self) {
        self.page.end_row();
        self.rows += 1;
        if self.failed.is_some() {
            // After an error, rows are dropped so that memory does not grow.
            self.page.begin(&[]);
            return;
        }
        match self.sink.take(self.page.written(), self.heading.len(), self.page.last_row) {
            Ok(0) => {}
            Ok(taken) => self.page.cut(taken, if S::PARTS { &self.heading } else { &[] }),
            Err(error) => self.failed = Some(error),
        }
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    pub(super) fn another_sink(&self) -> Option<S> {
        self.sink.another()
    }
}

impl Table<InMemory> {
    /// Returns the parts of the file.
    pub(super) fn finish(mut self) -> Vec<Bytes> {
        self.sink.parts.push(self.page.into_bytes());
        self.sink.parts
    }
}

impl<W: Write> Table<Streamed<W>> {
    /// Returns the writer and the number of bytes written.
    pub(super) fn finish(mut self) -> io::Result<(W, u64)> {
        match self.failed {
            Some(error) => Err(error),
            None => {
                self.sink.write(self.page.written())?;
                self.sink.writer.flush()?;
                Ok((self.sink.writer, self.sink.bytes))
            }
        }
    }
}

/// Rows that are formatted, but not yet passed to the sink.
struct Page {
    csv: csv_core::Writer,
    /// The buffer. It is longer than its content, so that writing a cell does not need to clear memory first.
    bytes: Vec<u8>,
    len: usize,
    last_row: usize,
    begun: bool,
}

impl Page {
    fn new() -> Self {
        let csv = csv_core::WriterBuilder::new().terminator(csv_core::Terminator::Any(b'\n')).build();
        Self { csv, bytes: vec![0; 2 * RUN], len: 0, last_row: 0, begun: false }
    }

    fn written(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// Restarts the page with these bytes.
    fn begin(&mut self, bytes: &[u8]) {
        self.len = 0;
        self.push(bytes);
        self.last_row = self.len;
    }

    /// Removes the bytes that the sink took. The page then contains these bytes and the rest.
    fn cut(&mut self, taken: usize, bytes: &[u8]) {
        let rest = self.bytes[taken..self.len].to_vec();
        self.begin(bytes);
        self.push(&rest);
    }

    /// Reserves space for this many more bytes.
    fn room(&mut self, bytes: usize) {
        let needed = self.len + bytes;
        if self.bytes.len() < needed {
            self.bytes.resize(needed.max(2 * self.bytes.len()), 0);
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.room(bytes.len());
        self.bytes[self.len..][..bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    fn cell(&mut self, text: &str) {
        // The worst case is a comma, two quotation marks, and a text that consists of quotation marks, which are doubled.
        self.room(2 * text.len() + 4);
        if self.begun {
            let (_, written) = self.csv.delimiter(&mut self.bytes[self.len..]);
            self.len += written;
        } else {
            self.begun = true;
            self.last_row = self.len;
        }
        let (_, _, written) = self.csv.field(text.as_bytes(), &mut self.bytes[self.len..]);
        self.len += written;
    }

    fn end_row(&mut self) {
        self.room(4);
        let (_, written) = self.csv.terminator(&mut self.bytes[self.len..]);
        self.len += written;
        self.begun = false;
    }

    fn into_bytes(mut self) -> Bytes {
        self.bytes.truncate(self.len);
        self.bytes.shrink_to_fit();
        self.bytes.into()
    }
}

impl<S> fmt::Debug for Table<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} rows)", self.rows)
    }
}

/// A file in memory, split into parts that are small enough for an upload.
#[derive(Debug)]
pub struct InMemory {
    parts: Vec<Bytes>,
    part_size: usize,
}

impl InMemory {
    pub(super) fn new(part_size: usize) -> Self {
        Self { parts: Vec::new(), part_size }
    }
}

impl FileSink for InMemory {}

impl sealed::TakeRows for InMemory {
    const PARTS: bool = true;

    fn take(&mut self, page: &[u8], first: usize, last: usize) -> io::Result<usize> {
        if page.len() <= self.part_size || last == first {
            return Ok(0);
        }
        self.parts.push(Bytes::copy_from_slice(&page[..last]));
        Ok(last)
    }

    fn another(&self) -> Option<Self> {
        Some(Self::new(self.part_size))
    }
}

/// A file that is written to a writer, row by row.
#[derive(Debug)]
pub struct Streamed<W> {
    writer: W,
    bytes: u64,
}

impl<W: Write> Streamed<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, bytes: 0 }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

impl<W: Write> FileSink for Streamed<W> {}

impl<W: Write> sealed::TakeRows for Streamed<W> {
    const PARTS: bool = false;

    fn take(&mut self, page: &[u8], _: usize, _: usize) -> io::Result<usize> {
        if page.len() < RUN {
            return Ok(0);
        }
        self.write(page)?;
        Ok(page.len())
    }

    fn another(&self) -> Option<Self> {
        None
    }
}
