//! XLSX workbooks of one sheet.

use std::{
    borrow::Cow,
    fmt,
    io::{self, Seek, Write},
    path::Path,
};

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use zip::result::ZipError;

use super::WriteError;
use crate::panics::caught;

/// Maximum number of rows of an XLSX sheet, including the headings. This is Excel's limit.
pub const SHEET_ROWS: u64 = 1_048_576;
/// Maximum number of UTF-16 units of an XLSX cell. This is Excel's limit.
const CELL_UNITS: usize = 32_767;
/// Minimum and maximum width of a column, in digits.
const WIDTHS: (usize, usize) = (8, 50);

/// Writes rows of text cells as a workbook of one sheet: headings bold and frozen, columns as wide as their cells.
///
/// Each cell is text and never a formula. The rows are stored in an unnamed temporary file until [`finish`](Self::finish).
///
/// ```
/// use std::io::Cursor;
/// use wecom_sheets::writing::XlsxWriter;
///
/// let mut sheet = XlsxWriter::new("成员", ["姓名", "帐号", "手机号"], &std::env::temp_dir())?;
/// sheet.row(["王芳", "00042", "13800000001"])?;
/// let mut file = Cursor::new(Vec::new());
/// sheet.finish(&mut file)?;
/// assert!(file.into_inner().starts_with(b"PK"));
/// # Ok::<(), wecom_sheets::writing::WriteError>(())
/// ```
pub struct XlsxWriter {
    book: Workbook,
    headings: Vec<String>,
    widths: Vec<usize>,
    /// Includes the headings.
    rows: u64,
}

impl fmt::Debug for XlsxWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("XlsxWriter")
            .field("columns", &self.headings.len())
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl XlsxWriter {
    /// Creates a workbook. The name of its sheet has at most 31 characters. The rows are stored in an unnamed file in `spool`.
    ///
    /// # Errors
    ///
    /// [`WriteError::Workbook`] if the name is invalid for a sheet, or the file cannot be created.
    pub fn new<H: Into<String>>(
        sheet: &str,
        headings: impl IntoIterator<Item = H>,
        spool: &Path,
    ) -> Result<Self, WriteError> {
        let headings: Vec<String> = headings.into_iter().map(Into::into).collect();
        // Without the text format, editing `=1+1` in the program turns it into a formula, and editing `007` into a number.
        let text = Format::new().set_num_format_index(49);
        let bold = text.clone().set_bold();
        let mut book = Workbook::new();
        book.set_tempdir(spool).map_err(failed)?;
        let page = book.add_worksheet_with_constant_memory().map_err(failed)?;
        page.set_name(sheet).map_err(failed)?;
        let mut widths = Vec::with_capacity(headings.len());
        for (column, heading) in headings.iter().enumerate() {
            let (column, heading) = (place(column)?, checked(heading, 1, heading)?);
            // Cells without a format inherit the format of their column.
            page.set_column_format(column, &text).map_err(failed)?;
            checked_call(|| page.write_string_with_format(0, column, &*heading, &bold))?;
            widths.push(width_of(&heading));
        }
        Ok(Self { book, headings, widths, rows: 1 })
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// [`WriteError::TooManyRows`] and [`WriteError::TooLong`] if a limit of XLSX is exceeded, and [`WriteError::Io`] if the temporary file cannot
    /// be written.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result<(), WriteError> {
        let row = u32::try_from(self.rows).ok().filter(|_| self.rows < SHEET_ROWS);
        let row = row.ok_or(WriteError::TooManyRows)?;
        let page = self.book.worksheet_from_index(0).map_err(failed)?;
        for (column, cell) in cells.into_iter().enumerate() {
            if cell.as_ref().is_empty() {
                continue;
            }
            let heading = self.headings.get(column).map_or("", String::as_str);
            let cell = checked(cell.as_ref(), self.rows + 1, heading)?;
            if let Some(width) = self.widths.get_mut(column) {
                *width = (*width).max(width_of(&cell));
            }
            let column = place(column)?;
            checked_call(|| page.write_string(row, column, &*cell))?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Writes the workbook.
    ///
    /// # Errors
    ///
    /// [`WriteError::Io`] if the bytes, or those of the temporary file, cannot be written.
    pub fn finish(mut self, out: impl Write + Seek + Send) -> Result<(), WriteError> {
        let widths = std::mem::take(&mut self.widths);
        let page = self.book.worksheet_from_index(0).map_err(failed)?;
        page.set_freeze_panes(1, 0).map_err(failed)?;
        for (column, width) in widths.into_iter().enumerate() {
            // The margin is one digit on each side.
            let width = u32::try_from((width + 2).clamp(WIDTHS.0, WIDTHS.1)).unwrap_or_default();
            page.set_column_width(place(column)?, width).map_err(failed)?;
        }
        checked_call(|| self.book.save_to_writer(out))
    }
}

fn place(column: usize) -> Result<u16, WriteError> {
    u16::try_from(column).map_err(|_| WriteError::Workbook("it has too many columns".to_owned()))
}

/// Returns the text of a cell, or an error if it is too long.
fn checked<'a>(text: &'a str, row: u64, heading: &str) -> Result<Cow<'a, str>, WriteError> {
    // A UTF-16 unit needs at least one byte of UTF-8.
    if text.len() > CELL_UNITS && text.encode_utf16().nth(CELL_UNITS).is_some() {
        return Err(WriteError::TooLong { row, heading: heading.to_owned() });
    }
    Ok(legal(text))
}

/// Removes the noncharacters U+FFFE and U+FFFF, which are invalid in XML. Excel has an escape for control characters.
fn legal(text: &str) -> Cow<'_, str> {
    let is_none = |one: char| matches!(one, '\u{fffe}' | '\u{ffff}');
    if text.contains(is_none) { Cow::Owned(text.replace(is_none, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// Returns the width of a text in digits. Each character outside ASCII counts double, as Chinese characters do.
fn width_of(text: &str) -> usize {
    let line = |line: &str| line.chars().map(|one| if one.is_ascii() { 1 } else { 2 }).sum();
    text.lines().map(line).max().unwrap_or(0)
}

/// Calls the library where it can write its temporary file. It panics if it cannot, for example on a full disk.
fn checked_call<T>(call: impl FnOnce() -> Result<T, XlsxError>) -> Result<T, WriteError> {
    match caught(call) {
        Ok(result) => result.map_err(failed),
        Err(panic) => Err(os_error(&panic).map_or(WriteError::Workbook(panic), WriteError::Io)),
    }
}

/// Returns the error of the operating system in the message of a panic, which shows it as `Os { code: 28, …`.
fn os_error(panic: &str) -> Option<io::Error> {
    let (_, code) = panic.split_once("Os { code: ")?;
    code.split(',').next()?.parse().ok().map(io::Error::from_raw_os_error)
}

fn failed(error: XlsxError) -> WriteError {
    match error {
        XlsxError::IoError(error) | XlsxError::ZipError(ZipError::Io(error)) => WriteError::Io(error),
        error => WriteError::Workbook(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::{Kind, Options, Sheet};

    fn written(headings: &[&str], rows: &[&[&str]]) -> Vec<u8> {
        let mut sheet = XlsxWriter::new("成员", headings.iter().copied(), &std::env::temp_dir()).unwrap();
        rows.iter().for_each(|row| sheet.row(*row).unwrap());
        let mut file = Cursor::new(Vec::new());
        sheet.finish(&mut file).unwrap();
        file.into_inner()
    }

    /// Returns a part of the workbook, unpacked.
    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
    }

    #[test]
    fn trap_38_every_cell_is_text_including_formulas_and_numbers() {
        let cells = [
            "=1+1",
            "+8613800000001",
            "-2",
            "@SUM(A1)",
            "\tx",
            "00042",
            "13800000001",
            "1.38E+10",
            "2026-01-02",
            "TRUE",
            "https://example.com",
            "_x0041_",
            "a\u{1}b\u{1b}c",
            "王\u{202e}芳",
            "一\n二",
            " 空 ",
            "<&>\"'",
        ];
        let headings: Vec<String> = (0..cells.len()).map(|number| format!("列{number}")).collect();
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        let bytes = written(&headings, &[&cells, &[""; 0], &["", "b"]]);
        let page = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(!page.contains("<f>") && !page.contains("<v>") && !page.contains("<hyperlink"), "{page}");
        let sheet = Sheet::read(bytes, &Options::default(), &|_| false).unwrap();
        let mut rows = Vec::new();
        for row in sheet.rows() {
            let row = row.unwrap();
            assert!((0..row.len()).all(|at| row.kind(at) == Kind::Text));
            rows.push((row.line(), row.texts().map(str::to_owned).collect::<Vec<_>>()));
        }
        assert_eq!(rows[1], (2, cells.map(str::to_owned).to_vec()));
        // The empty row keeps its position.
        assert_eq!(rows[2], (4, vec![String::new(), "b".to_owned()]));
    }

    #[test]
    fn headings_are_bold_and_frozen_and_columns_fit_chinese() {
        let bytes = written(&["姓名", "职位"], &[&["王芳", "华东大区销售部高级客户经理"]]);
        let page = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(page.contains(r#"ySplit="1""#) && page.contains(r#"state="frozen""#), "{page}");
        let styles = part(&bytes, "xl/styles.xml");
        assert!(styles.contains("<b/>") && styles.contains(r#"numFmtId="49""#), "{styles}");
        let width = page.split(r#"<col min="2""#).nth(1).and_then(|rest| rest.split(r#"width=""#).nth(1));
        let width: f64 = width.and_then(|rest| rest.split('"').next()).unwrap().parse().unwrap();
        // 13 characters, each as wide as two digits.
        assert!((28.0..30.0).contains(&width), "{width}");
    }

    #[test]
    fn exceeding_a_limit_of_xlsx_is_an_error_with_the_place() {
        let mut sheet = XlsxWriter::new("成员", ["姓名"], &std::env::temp_dir()).unwrap();
        sheet.row(["字".repeat(32_767)]).unwrap();
        let error = sheet.row(["😀".repeat(16_384)]).unwrap_err().to_string();
        assert!(error.contains("row 3") && error.contains("姓名"), "{error}");
        sheet.rows = SHEET_ROWS - 1;
        sheet.row(["the last"]).unwrap();
        assert!(matches!(sheet.row(["one more"]), Err(WriteError::TooManyRows)));
    }
}
