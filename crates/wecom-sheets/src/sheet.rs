//! A file of rows, independent of its format.

use std::{fmt, path::Path, sync::Arc};

use crate::{
    Error, Format, Options, Result, Row, delimited, encoding, json_rows, kinds,
    source::Source,
    workbook::{self, Book},
};

/// A file of rows. Its format is detected; its rows are not read yet.
///
/// The rows can be read several times, with the same result. CSV, JSON, XLSX and ODS are streams, so memory does not grow with the number of rows.
/// The shared texts of an XLSX file, a whole XLS file, and a file that can be read only once, such as a pipe, are held in memory.
#[derive(Clone, Debug)]
pub struct Sheet(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    source: Source,
    format: Format,
    book: Option<Book>,
    options: Options,
}

impl Sheet {
    /// Opens a file and detects its format. `is_heading` recognizes headings; the delimiter of a CSV file is detected with it.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, its format is unknown, or the selected sheet is missing.
    pub fn open(
        path: impl AsRef<Path>,
        options: &Options,
        is_heading: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        Self::of(Source::of(path.as_ref())?, options, is_heading)
    }

    /// Reads a file in memory, like [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// The same as those of [`open`](Self::open).
    pub fn read(
        bytes: impl Into<Arc<[u8]>>,
        options: &Options,
        is_heading: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        Self::of(Source::Memory(bytes.into()), options, is_heading)
    }

    fn of(source: Source, options: &Options, is_heading: &dyn Fn(&str) -> bool) -> Result<Self> {
        let made_out = Self::make_out(&source, options, is_heading);
        let (format, book) = source.unchanged(made_out)?;
        Ok(Self(Arc::new(Opened { source, format, book, options: options.clone() })))
    }

    /// Opens another sheet of the same workbook.
    pub(crate) fn other(&self, name: &str) -> Result<Self> {
        let options = Options { sheet: Some(name.to_owned()), ..self.0.options.clone() };
        Self::of(self.0.source.clone(), &options, &|_| false)
    }

    fn make_out(
        source: &Source,
        options: &Options,
        is_heading: &dyn Fn(&str) -> bool,
    ) -> Result<(Format, Option<Book>)> {
        let mut head = [0; kinds::HEAD];
        let read = encoding::fill(&mut source.open()?, &mut head)?;
        match kinds::kind(&head[..read])? {
            kinds::Kind::Zip => {
                workbook::open_zip(source, options).map(|(format, book)| (format, Some(book)))
            }
            kinds::Kind::Ole => {
                workbook::open_ole(source, options).map(|(format, book)| (format, Some(book)))
            }
            kinds::Kind::Text if options.sheet.is_some() => Err(Error::NotAWorkbook),
            kinds::Kind::Text => {
                let (encoding, bom) = match options.encoding {
                    Some(encoding) => encoding::named(source.open()?, encoding)?,
                    None => encoding::detect(source.open()?)?,
                };
                let text = || encoding::decoded(source.open()?, encoding, bom, options.encoding.is_none());
                if json_rows::looks_like(text()?)? {
                    return Ok((Format::Json { encoding, bom }, None));
                }
                let delimiter = delimited::delimiter(&text, is_heading)?;
                Ok((Format::Csv { encoding, bom, delimiter }, None))
            }
        }
    }

    /// Returns the format of the file.
    pub fn format(&self) -> &Format {
        &self.0.format
    }

    /// Returns the rows. Blank rows are skipped. The first row of JSON contains the keys, and its line is 0.
    ///
    /// The file is read while the rows are consumed. An error ends the rows: the file cannot be read further, or it changed after it was opened.
    ///
    /// ```
    /// use wecom_sheets::{Options, Sheet};
    ///
    /// let sheet = Sheet::read("姓名,帐号\n王芳,wangfang\n".as_bytes(), &Options::new(), &|_| true)?;
    /// let mut accounts = Vec::new();
    /// for row in sheet.rows() {
    ///     accounts.push(row?.text(1).to_owned());
    /// }
    /// assert_eq!(accounts, ["帐号", "wangfang"]);
    /// # Ok::<(), wecom_sheets::Error>(())
    /// ```
    pub fn rows(&self) -> SheetRows {
        SheetRows { sheet: Arc::clone(&self.0), position: Position::Start, below: None }
    }

    /// Returns the rows below this line.
    pub(crate) fn rows_below(&self, line: u64) -> SheetRows {
        SheetRows { below: Some(line), ..self.rows() }
    }
}

/// The rows of a sheet; see [`Sheet::rows`]. They own the sheet, so they can outlive its handle.
pub struct SheetRows {
    sheet: Arc<Opened>,
    position: Position,
    /// Rows up to this line are skipped.
    below: Option<u64>,
}

/// The position of the reader.
enum Position {
    /// Nothing has been read.
    Start,
    Csv(Box<delimited::Rows>),
    Json(Box<json_rows::Rows>),
    Workbook(Box<workbook::Rows>),
    /// After the last row or an error.
    End,
}

impl SheetRows {
    /// Reads the next row into `row`. Returns false at the end.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        if matches!(self.position, Position::End) {
            // A changed file is reported as a single error.
            return Ok(false);
        }
        loop {
            let read = self.read(row);
            if !matches!(read, Ok(true)) {
                self.position = Position::End;
                return self.sheet.source.unchanged(read);
            }
            match self.below {
                None => return read,
                Some(line) if line == row.line() => self.below = None,
                Some(_) => {}
            }
        }
    }

    fn read(&mut self, row: &mut Row) -> Result<bool> {
        match &mut self.position {
            Position::Start => {
                self.position = self.sheet.start()?;
                self.read(row)
            }
            Position::Csv(rows) => rows.next_row(row),
            Position::Json(rows) => rows.next_row(row),
            Position::Workbook(rows) => rows.next_row(row),
            Position::End => Ok(false),
        }
    }

    /// Stops before the last row.
    ///
    /// # Errors
    ///
    /// Returns an error if the file changed after it was opened, because then the rows that were read are invalid.
    pub(crate) fn stop(self) -> Result<()> {
        self.sheet.source.unchanged(Ok(()))
    }
}

impl Iterator for SheetRows {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        let mut row = Row::default();
        self.next_row(&mut row).map(|is_row| is_row.then_some(row)).transpose()
    }
}

impl fmt::Debug for SheetRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SheetRows").field("source", &self.sheet.source).finish_non_exhaustive()
    }
}

impl Opened {
    fn start(&self) -> Result<Position> {
        let is_guess = self.options.encoding.is_none();
        let text = |encoding, bom| encoding::decoded(self.source.open()?, encoding, bom, is_guess);
        Ok(match (&self.format, &self.book) {
            (Format::Csv { encoding, delimiter, bom }, _) => {
                Position::Csv(Box::new(delimited::Rows::new(text(*encoding, *bom)?, *delimiter)))
            }
            (Format::Json { encoding, bom }, _) => {
                Position::Json(Box::new(json_rows::Rows::open(|| text(*encoding, *bom))?))
            }
            (_, Some(book)) => Position::Workbook(Box::new(book.rows(&self.source)?)),
            (_, None) => Position::End,
        })
    }
}
