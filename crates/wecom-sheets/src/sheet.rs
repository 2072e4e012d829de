//! A file as rows, whatever it is written in.

use std::{
    fmt,
    fs::File,
    io::{BufReader, Cursor, Read, Seek},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{Encoding, Error, Result, Row, delimited, encoding, records, workbook};

/// The most columns that a row may have: Excel's own limit.
pub(crate) const COLUMNS: usize = 16_384;

/// A file of rows, opened and understood, and not read yet.
///
/// It can be gone through several times, with the same rows each time. CSV and JSON are read as a stream, in memory that does not grow with the
/// file; of a workbook the texts are held, as it keeps them apart from the rows.
#[derive(Debug)]
pub struct Sheet {
    source: Source,
    format: Format,
    shelf: workbook::Shelf,
}

/// How a file is to be read, where it leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Options {
    pub(crate) sheet: Option<String>,
    pub(crate) encoding: Option<Encoding>,
    pub(crate) hidden_rows: HiddenRows,
}

/// What becomes of the rows that a workbook hides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HiddenRows {
    /// A file that has any is refused.
    #[default]
    Refuse,
    /// They are read like the others.
    Include,
    /// They are passed over.
    Skip,
}

impl Options {
    /// The first visible sheet, an encoding by evidence, and no hidden rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Picks a sheet of a workbook by its name.
    pub fn sheet(mut self, name: impl Into<String>) -> Self {
        self.sheet = Some(name.into());
        self
    }

    /// Names the encoding of a text.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }

    /// Says what becomes of hidden rows.
    pub fn hidden_rows(mut self, hidden: HiddenRows) -> Self {
        self.hidden_rows = hidden;
        self
    }
}

/// What a file is written in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Text in rows.
    Csv {
        /// How the text is encoded.
        encoding: Encoding,
        /// What stands between cells: a comma, a semicolon or a tab.
        delimiter: u8,
        /// How many bytes the BOM has.
        bom: usize,
    },
    /// JSON objects: one a line, or in one array.
    Json {
        /// How the text is encoded.
        encoding: Encoding,
        /// How many bytes the BOM has.
        bom: usize,
    },
    /// A sheet of an XLSX workbook.
    Xlsx {
        /// The sheet's name.
        sheet: String,
        /// The names of all sheets.
        sheets: Vec<String>,
    },
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Csv { encoding, delimiter, .. } => {
                let between = match delimiter {
                    b'\t' => "tabs",
                    b';' => "semicolons",
                    _ => "commas",
                };
                write!(f, "CSV, {encoding}, {between} between cells")
            }
            Self::Json { encoding, .. } => write!(f, "JSON objects, {encoding}"),
            Self::Xlsx { sheet, sheets } if sheets.len() > 1 => {
                write!(f, "XLSX, sheet {sheet:?}, one of {}", sheets.len())
            }
            Self::Xlsx { sheet, .. } => write!(f, "XLSX, sheet {sheet:?}"),
        }
    }
}

/// Where the bytes are.
#[derive(Clone)]
pub(crate) enum Source {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Memory(bytes) => write!(f, "Memory({} bytes)", bytes.len()),
        }
    }
}

pub(crate) trait ReadSeek: Read + Seek + Send {}

impl<R: Read + Seek + Send> ReadSeek for R {}

impl Source {
    pub(crate) fn open(&self) -> Result<Box<dyn ReadSeek>> {
        Ok(match self {
            Self::File(path) => Box::new(BufReader::new(File::open(path)?)),
            Self::Memory(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
        })
    }
}

/// What goes through the rows: it is shown each, and says whether to go on.
pub(crate) type Take<'a> = &'a mut dyn FnMut(&Row) -> ControlFlow<()>;

impl Sheet {
    /// Opens a file and finds out what it is written in. `is_heading` tells headings from other cells, by which the delimiter of a CSV file is
    /// found.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is written in nothing known, or has no such sheet.
    pub fn open(
        path: impl AsRef<Path>,
        options: &Options,
        is_heading: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        Self::of(Source::File(path.as_ref().to_owned()), options, is_heading)
    }

    /// The same for a file in memory.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn read(
        bytes: impl Into<Arc<[u8]>>,
        options: &Options,
        is_heading: &dyn Fn(&str) -> bool,
    ) -> Result<Self> {
        Self::of(Source::Memory(bytes.into()), options, is_heading)
    }

    fn of(source: Source, options: &Options, is_heading: &dyn Fn(&str) -> bool) -> Result<Self> {
        let mut head = [0; 8];
        let read = encoding::fill(&mut source.open()?, &mut head)?;
        let format = match &head[..read] {
            [] => return Err(Error::Empty),
            [b'P', b'K', 3, 4, ..] => {
                let (format, shelf) = workbook::open(&source, options.sheet.as_deref())?;
                return Ok(Self { source, format, shelf });
            }
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] => return Err(Error::OldWorkbook),
            _ if options.sheet.is_some() => return Err(Error::NotAWorkbook),
            _ => {
                let (encoding, bom) = encoding::detect(source.open()?)?;
                let text = || encoding::decoded(source.open()?, encoding, bom);
                if records::looks_like(text()?)? {
                    Format::Json { encoding, bom }
                } else {
                    Format::Csv { encoding, bom, delimiter: delimited::delimiter(&text, is_heading)? }
                }
            }
        };
        Ok(Self { source, format, shelf: workbook::Shelf::default() })
    }

    /// What the file is written in.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Shows each row to `take`, until it breaks off. Blank rows are passed over. The first row of JSON holds the objects' keys, and its line is 0.
    ///
    /// # Errors
    ///
    /// If the file cannot be read on; rows were shown up to there.
    pub fn each_row(&self, take: &mut dyn FnMut(&Row) -> ControlFlow<()>) -> Result<()> {
        let text = |encoding, bom| encoding::decoded(self.source.open()?, encoding, bom);
        match &self.format {
            Format::Csv { encoding, delimiter, bom } => {
                delimited::rows(text(*encoding, *bom)?, *delimiter, take)
            }
            Format::Json { encoding, bom } => records::rows(&|| text(*encoding, *bom), take),
            Format::Xlsx { sheet, .. } => workbook::rows(&self.source, &self.shelf, sheet, take),
        }
    }
}
