//! Workbooks: the cells of a sheet as rows.
//!
//! XLSX and ODS are ZIP files of XML, which this module reads as a stream. XLS, the format of Excel 97–2003, is read by `calamine`. Merged cells get
//! the value of the first of them. Hidden rows are marked. The sizes that a sheet declares are ignored.

mod cells;
mod formats;
mod merges;
mod ods;
mod package;
mod plain_row;
mod tags;
mod texts;
mod window;
mod xls;
mod xlsx;
mod xml;

use std::{fmt, sync::Arc};

use self::{cells::Cells, merges::Covers, package::Package};
use crate::{Error, Format, HiddenRows, Options, OtherFile, Result, Row, source::Source};

/// Maximum number of rows of a sheet. This is Excel's limit.
const ROWS: u64 = 1 << 20;
/// Maximum number of cells that are read from a sheet. A million members with all fields have a third of it.
const CELLS: u64 = 64 << 20;
/// Maximum size of a row.
const ROW_BYTES: usize = 4 << 20;

/// The names of a workbook's sheets.
struct Listed {
    sheet: String,
    sheets: Vec<String>,
}

/// Selects a sheet from the names and visibilities of all sheets.
type Pick<'a> = &'a dyn Fn(Vec<(String, bool)>) -> Result<(usize, Listed)>;

/// An open workbook with a selected sheet.
pub(crate) struct Book {
    content: Content,
    hidden_rows: HiddenRows,
}

enum Content {
    Xlsx(xlsx::Book),
    Ods(ods::Book),
    Xls(Arc<xls::Book>),
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Book")
    }
}

/// Opens a ZIP file.
pub(crate) fn open_zip(source: &Source, options: &Options) -> Result<(Format, Book)> {
    let mut package = Package::open(source)?;
    let picked = |sheets| pick(sheets, options.sheet.as_deref());
    if ods::is_one(&mut package)? {
        let (book, Listed { sheet, sheets }) = ods::open(package, &picked)?;
        return checked(source, Format::Ods { sheet, sheets }, Content::Ods(book), options);
    }
    let main = xlsx::main_part(&mut package)?;
    match main {
        Some(main) if main.to_ascii_lowercase().ends_with(".bin") => {
            Err(Error::NotASheet { what: OtherFile::Xlsb })
        }
        Some(main) if main.starts_with("word/") => Err(Error::NotASheet { what: OtherFile::Word }),
        Some(main) if main.starts_with("ppt/") => Err(Error::NotASheet { what: OtherFile::Presentation }),
        Some(main) => {
            let (book, Listed { sheet, sheets }) = xlsx::open(package, &main, &picked)?;
            checked(source, Format::Xlsx { sheet, sheets }, Content::Xlsx(book), options)
        }
        None if package.names().any(|name| name.ends_with(".iwa") || name.ends_with("index.zip")) => {
            Err(Error::NotASheet { what: OtherFile::Numbers })
        }
        None => Err(Error::NotASheet { what: OtherFile::Zip }),
    }
}

/// Opens an OLE container.
pub(crate) fn open_ole(source: &Source, options: &Options) -> Result<(Format, Book)> {
    let (book, Listed { sheet, sheets }) =
        xls::open(source, &|sheets| pick(sheets, options.sheet.as_deref()))?;
    checked(source, Format::Xls { sheet, sheets }, Content::Xls(Arc::new(book)), options)
}

/// Returns the sheet with this name, or the first visible sheet.
fn pick(sheets: Vec<(String, bool)>, wanted: Option<&str>) -> Result<(usize, Listed)> {
    let at = match wanted {
        Some(wanted) => sheets.iter().position(|(name, _)| name == wanted),
        None if sheets.is_empty() => None,
        None => Some(sheets.iter().position(|(_, is_shown)| *is_shown).unwrap_or(0)),
    };
    let names: Vec<String> = sheets.into_iter().map(|(name, _)| name).collect();
    match at {
        Some(at) => Ok((at, Listed { sheet: names[at].clone(), sheets: names })),
        None => Err(Error::NoSheet { name: wanted.unwrap_or_default().to_owned(), sheets: names }),
    }
}

/// Refuses a sheet with hidden rows if the options say so.
fn checked(source: &Source, format: Format, content: Content, options: &Options) -> Result<(Format, Book)> {
    let book = Book { content, hidden_rows: options.hidden_rows };
    let may_hide_rows = match &book.content {
        Content::Xlsx(book) => book.may_hide_rows,
        Content::Ods(_) | Content::Xls(_) => true,
    };
    if may_hide_rows && options.hidden_rows == HiddenRows::Refuse {
        let (mut count, mut first_line) = (0, 0);
        let (mut cursor, mut row) = (book.cursor(source)?, Row::default());
        while let Some(is_hidden) = cursor.next_row(&mut row)? {
            if is_hidden && !row.is_blank() {
                count += 1;
                first_line = if count == 1 { row.line() } else { first_line };
            }
        }
        if count > 0 {
            return Err(Error::HiddenRows { count, first_line });
        }
    }
    Ok((format, book))
}

impl Book {
    /// Returns the rows without blank ones.
    pub(crate) fn rows(&self, source: &Source) -> Result<Rows> {
        let merges = match &self.content {
            Content::Xlsx(book) => book.merges.clone(),
            Content::Xls(book) => book.merges.clone(),
            Content::Ods(_) => Vec::new(),
        };
        let covers = Covers::new(merges, CELLS);
        Ok(Rows { cursor: self.cursor(source)?, covers, hidden_rows: self.hidden_rows })
    }

    fn cursor(&self, source: &Source) -> Result<Cursor> {
        Ok(match &self.content {
            Content::Xlsx(book) => Cursor::Xlsx(Box::new(book.rows(source)?)),
            Content::Ods(book) => Cursor::Ods(Box::new(book.rows(source)?)),
            Content::Xls(book) => Cursor::Xls(xls::Rows::new(Arc::clone(book))),
        })
    }
}

/// The position in a sheet of any format.
enum Cursor {
    Xlsx(Box<Cells>),
    Ods(Box<ods::Rows>),
    Xls(xls::Rows),
}

impl Cursor {
    /// Reads the next row. Returns whether it is hidden.
    fn next_row(&mut self, row: &mut Row) -> Result<Option<bool>> {
        match self {
            Self::Xlsx(cells) => cells.next_row(row),
            Self::Ods(rows) => rows.next_row(row),
            Self::Xls(rows) => Ok(rows.next_row(row)),
        }
    }
}

/// The rows of a sheet as displayed.
pub(crate) struct Rows {
    cursor: Cursor,
    covers: Covers,
    hidden_rows: HiddenRows,
}

impl Rows {
    /// Reads the next row that is not blank. Returns false at the end.
    pub(crate) fn next_row(&mut self, row: &mut Row) -> Result<bool> {
        while let Some(is_hidden) = self.cursor.next_row(row)? {
            // A row that only contains parts of merged cells counts as blank.
            let is_blank = row.is_blank();
            let begun = match &self.cursor {
                Cursor::Xlsx(cells) => cells.begun(),
                Cursor::Ods(rows) => rows.begun(),
                Cursor::Xls(_) => &[],
            };
            self.covers.fill(row, begun)?;
            let is_skipped = is_hidden && self.hidden_rows == HiddenRows::Skip;
            if !is_blank && !is_skipped {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
