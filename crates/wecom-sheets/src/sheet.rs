//! A file as rows, whatever it is written in.

use std::{fmt, ops::ControlFlow, path::Path, sync::Arc};

use crate::{
    Encoding, Error, Result, Row, delimited, encoding, kinds, records,
    source::Source,
    workbook::{self, Book},
};

/// The most columns that a row may have: Excel's own limit.
pub(crate) const COLUMNS: usize = 16_384;

/// A file of rows, opened and understood, and not read yet.
///
/// It can be gone through several times, with the same rows each time. CSV, JSON, XLSX and ODS are read as a stream, in memory that does not grow with
/// the rows; of XLSX the texts are held, as it keeps them apart from the rows, and XLS is held whole. So is a file that can be read only once, such as
/// a pipe.
#[derive(Debug)]
pub struct Sheet {
    source: Source,
    format: Format,
    book: Option<Book>,
    is_guess: bool,
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

    /// Names the encoding of a text, for which no evidence is sought then. A BOM knows better; workbooks need none.
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
        /// What stands between cells: a comma, a semicolon, a tab, or what the first line declares by `sep=`.
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
    /// A sheet of an ODS workbook (`OpenDocument`).
    Ods {
        /// The sheet's name.
        sheet: String,
        /// The names of all sheets.
        sheets: Vec<String>,
    },
    /// A sheet of an XLS workbook (Excel 97–2003).
    Xls {
        /// The sheet's name.
        sheet: String,
        /// The names of all sheets.
        sheets: Vec<String>,
    },
}

impl Format {
    /// The names of the workbook's sheets that are not read; none for what is no workbook.
    pub fn other_sheets(&self) -> impl Iterator<Item = &str> {
        let (sheet, sheets) = match self {
            Self::Xlsx { sheet, sheets } | Self::Ods { sheet, sheets } | Self::Xls { sheet, sheets } => {
                (sheet.as_str(), sheets.as_slice())
            }
            Self::Csv { .. } | Self::Json { .. } => ("", [].as_slice()),
        };
        sheets.iter().map(String::as_str).filter(move |other| *other != sheet)
    }

    /// Whether a number's cell may show other digits than the number has, such as `00007` for 7, without a way to know.
    ///
    /// Then a [`Kind::Number`](crate::Kind::Number) is no id: whether a person sees `7` or `00007` is not known. Of XLSX the formats are known, and
    /// digits that differ from the number are a [`Kind::Text`](crate::Kind::Text).
    pub fn hides_number_formats(&self) -> bool {
        matches!(self, Self::Ods { .. } | Self::Xls { .. })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Csv { encoding, delimiter, .. } => {
                let between = match delimiter {
                    b'\t' => "tabs",
                    b';' => "semicolons",
                    b',' => "commas",
                    other => return write!(f, "CSV, {encoding}, {:?} between cells", char::from(*other)),
                };
                write!(f, "CSV, {encoding}, {between} between cells")
            }
            Self::Json { encoding, .. } => write!(f, "JSON objects, {encoding}"),
            Self::Xlsx { sheet, sheets } => workbook(f, "XLSX", sheet, sheets),
            Self::Ods { sheet, sheets } => workbook(f, "ODS", sheet, sheets),
            Self::Xls { sheet, sheets } => workbook(f, "XLS (Excel 97–2003)", sheet, sheets),
        }
    }
}

fn workbook(f: &mut fmt::Formatter<'_>, format: &str, sheet: &str, sheets: &[String]) -> fmt::Result {
    write!(f, "{format}, sheet {sheet:?}")?;
    if sheets.len() > 1 { write!(f, ", one of {}", sheets.len()) } else { Ok(()) }
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
        Self::of(Source::of(path.as_ref())?, options, is_heading)
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
        let is_guess = options.encoding.is_none();
        let made_out = Self::make_out(&source, options, is_heading);
        let (format, book) = source.unchanged(made_out)?;
        Ok(Self { source, format, book, is_guess })
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
                if records::looks_like(text()?)? {
                    return Ok((Format::Json { encoding, bom }, None));
                }
                let delimiter = delimited::delimiter(&text, is_heading)?;
                Ok((Format::Csv { encoding, bom, delimiter }, None))
            }
        }
    }

    /// What the file is written in.
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Shows each row to `take`, until it breaks off. Blank rows are passed over. The first row of JSON holds the objects' keys, and its line is 0.
    ///
    /// # Errors
    ///
    /// If the file cannot be read on, or changed since it was opened; rows were shown up to there.
    pub fn each_row(&self, take: &mut dyn FnMut(&Row) -> ControlFlow<()>) -> Result<()> {
        let text = |encoding, bom| encoding::decoded(self.source.open()?, encoding, bom, self.is_guess);
        let read = match (&self.format, &self.book) {
            (Format::Csv { encoding, delimiter, bom }, _) => {
                text(*encoding, *bom).and_then(|text| delimited::rows(text, *delimiter, take))
            }
            (Format::Json { encoding, bom }, _) => records::rows(&|| text(*encoding, *bom), take),
            (_, Some(book)) => book.rows(&self.source, take),
            (_, None) => Ok(()),
        };
        self.source.unchanged(read)
    }
}
