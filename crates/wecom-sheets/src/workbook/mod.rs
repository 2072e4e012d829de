//! Workbooks: a sheet's cells as rows.
//!
//! XLSX and ODS are ZIP files of XML, which are read here as a stream; XLS, the format of Excel 97–2003, is read by `calamine`. Merged cells have the
//! value of the first of them, hidden rows are distinguished from others, and what a sheet says of its own size is believed nowhere.

mod cells;
mod formats;
mod merges;
mod ods;
mod package;
mod texts;
mod xls;
mod xlsx;
mod xml;

use std::{fmt, ops::ControlFlow};

use self::{
    merges::{Covers, Range},
    package::Package,
};
use crate::{
    Error, Options, Result, Row,
    sheet::{Format, HiddenRows, Take},
    source::Source,
};

/// The most rows that a sheet may have: Excel's own limit.
const ROWS: u64 = 1 << 20;
/// The most cells that are read of a sheet; a million members with all fields have a third of it.
const CELLS: u64 = 64 << 20;
/// More than any row has.
const ROW_BYTES: usize = 4 << 20;

/// What is shown each row of a sheet: the row, whether it is hidden, and the ranges of one value that begin in it, if they are not known before.
type Each<'a> = &'a mut dyn FnMut(&mut Row, bool, &[Range]) -> Result<ControlFlow<()>>;

/// The names of a workbook's sheets.
struct Listed {
    sheet: String,
    sheets: Vec<String>,
}

/// Picks one of the sheets, of which the name is known and whether it is shown.
type Pick<'a> = &'a dyn Fn(Vec<(String, bool)>) -> Result<(usize, Listed)>;

/// A workbook that is open, and the sheet of it that is read.
pub(crate) struct Book {
    content: Content,
    hidden_rows: HiddenRows,
}

enum Content {
    Xlsx(xlsx::Book),
    Ods(ods::Book),
    Xls(xls::Book),
}

impl fmt::Debug for Book {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Book")
    }
}

/// Opens a file that is a ZIP.
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
            Err(Error::NotASheet { what: "an Excel binary workbook (.xlsb)" })
        }
        Some(main) if main.starts_with("word/") => Err(Error::NotASheet { what: "a Word document" }),
        Some(main) if main.starts_with("ppt/") => Err(Error::NotASheet { what: "a presentation" }),
        Some(main) => {
            let (book, Listed { sheet, sheets }) = xlsx::open(package, &main, &picked)?;
            checked(source, Format::Xlsx { sheet, sheets }, Content::Xlsx(book), options)
        }
        None if package.names().any(|name| name.ends_with(".iwa") || name.ends_with("index.zip")) => {
            Err(Error::NotASheet { what: "a document of Numbers or another Apple program" })
        }
        None => Err(Error::NotASheet { what: "a ZIP archive that holds no workbook" }),
    }
}

/// Opens a file that is an OLE container.
pub(crate) fn open_ole(source: &Source, options: &Options) -> Result<(Format, Book)> {
    let (book, Listed { sheet, sheets }) =
        xls::open(source, &|sheets| pick(sheets, options.sheet.as_deref()))?;
    checked(source, Format::Xls { sheet, sheets }, Content::Xls(book), options)
}

/// The sheet of that name, or the first that is shown.
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

/// Refuses a sheet that hides rows, if it is to.
fn checked(source: &Source, format: Format, content: Content, options: &Options) -> Result<(Format, Book)> {
    let book = Book { content, hidden_rows: options.hidden_rows };
    let may_hide_rows = match &book.content {
        Content::Xlsx(book) => book.may_hide_rows,
        Content::Ods(_) | Content::Xls(_) => true,
    };
    if may_hide_rows && options.hidden_rows == HiddenRows::Refuse {
        let (mut count, mut first_line) = (0, 0);
        book.each(source, &mut |row, is_hidden, _| {
            if is_hidden && !row.is_blank() {
                count += 1;
                first_line = if count == 1 { row.line() } else { first_line };
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if count > 0 {
            return Err(Error::HiddenRows { count, first_line });
        }
    }
    Ok((format, book))
}

impl Book {
    /// Shows each row, blank ones left out.
    pub(crate) fn rows(&self, source: &Source, take: Take<'_>) -> Result<()> {
        let merges = match &self.content {
            Content::Xlsx(book) => book.merges.clone(),
            Content::Xls(book) => book.merges.clone(),
            Content::Ods(_) => Vec::new(),
        };
        let mut covers = Covers::new(merges, CELLS);
        self.each(source, &mut |row, is_hidden, begun| {
            // A row of nothing but a part of merged cells is as blank as without them.
            let is_blank = row.is_blank();
            covers.fill(row, begun)?;
            if is_blank || (is_hidden && self.hidden_rows == HiddenRows::Skip) {
                return Ok(ControlFlow::Continue(()));
            }
            Ok(take(row))
        })
    }

    fn each(&self, source: &Source, each: Each<'_>) -> Result<()> {
        match &self.content {
            Content::Xlsx(book) => book.rows(source, each),
            Content::Ods(book) => book.rows(source, each),
            Content::Xls(book) => book.rows(each),
        }
    }
}
