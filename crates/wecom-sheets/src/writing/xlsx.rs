//! XLSX workbooks of one sheet.

use std::{
    borrow::Cow,
    fmt,
    io::{Seek, Write},
    path::Path,
};

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::WriteError;

/// The number of rows that a sheet of XLSX holds, headings included: Excel's own limit.
pub const SHEET_ROWS: u64 = 1_048_576;
/// The number of UTF-16 units that a cell of XLSX holds: Excel's own limit.
const CELL_UNITS: usize = 32_767;
/// A column is at least as wide, in digits, and at most.
const WIDTHS: (usize, usize) = (8, 50);

/// Writes rows of text cells as a workbook of one sheet: headings bold and frozen, columns as wide as their cells.
///
/// A cell is always text and never a formula, whatever it begins with. Rows wait in a nameless temporary file until [`finish`](Self::finish).
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
    /// With the headings.
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
    /// Begins a workbook whose sheet has this name, at most 31 characters, and these headings. Rows wait in a nameless file in `spool`.
    ///
    /// # Errors
    ///
    /// [`WriteError::Workbook`] if the name cannot be that of a sheet, or the file cannot be made.
    pub fn new<H: Into<String>>(
        sheet: &str,
        headings: impl IntoIterator<Item = H>,
        spool: &Path,
    ) -> Result<Self, WriteError> {
        let headings: Vec<String> = headings.into_iter().map(Into::into).collect();
        // Without a number format for text, editing `=1+1` in the program makes it a formula, and `007` a number.
        let text = Format::new().set_num_format_index(49);
        let bold = text.clone().set_bold();
        let mut book = Workbook::new();
        book.set_tempdir(spool).map_err(failed)?;
        let page = book.add_worksheet_with_constant_memory().map_err(failed)?;
        page.set_name(sheet).map_err(failed)?;
        let mut widths = Vec::with_capacity(headings.len());
        for (column, heading) in headings.iter().enumerate() {
            let (column, heading) = (place(column)?, checked(heading, 1, heading)?);
            // Cells without a format of their own have their column's.
            page.set_column_format(column, &text).map_err(failed)?;
            page.write_string_with_format(0, column, &*heading, &bold).map_err(failed)?;
            widths.push(width_of(&heading));
        }
        Ok(Self { book, headings, widths, rows: 1 })
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// [`WriteError::TooManyRows`] and [`WriteError::TooLong`] beyond the limits of XLSX.
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
            page.write_string(row, place(column)?, &*cell).map_err(failed)?;
        }
        self.rows += 1;
        Ok(())
    }

    /// Writes the workbook.
    ///
    /// # Errors
    ///
    /// [`WriteError::Io`] if the bytes cannot be written.
    pub fn finish(mut self, out: impl Write + Seek + Send) -> Result<(), WriteError> {
        let widths = std::mem::take(&mut self.widths);
        let page = self.book.worksheet_from_index(0).map_err(failed)?;
        page.set_freeze_panes(1, 0).map_err(failed)?;
        for (column, width) in widths.into_iter().enumerate() {
            // A digit's breadth on each side.
            let width = u32::try_from((width + 2).clamp(WIDTHS.0, WIDTHS.1)).unwrap_or_default();
            page.set_column_width(place(column)?, width).map_err(failed)?;
        }
        self.book.save_to_writer(out).map_err(failed)
    }
}

fn place(column: usize) -> Result<u16, WriteError> {
    u16::try_from(column).map_err(|_| WriteError::Workbook("it has too many columns".to_owned()))
}

/// The text as a cell holds it, unless it is too long for one.
fn checked<'a>(text: &'a str, row: u64, heading: &str) -> Result<Cow<'a, str>, WriteError> {
    // A UTF-16 unit takes a byte of UTF-8 at least.
    if text.len() > CELL_UNITS && text.encode_utf16().nth(CELL_UNITS).is_some() {
        return Err(WriteError::TooLong { row, heading: heading.to_owned() });
    }
    Ok(legal(text))
}

/// The text without what XML cannot hold: U+FFFE and U+FFFF, which are no characters. Control characters have an escape of Excel's.
fn legal(text: &str) -> Cow<'_, str> {
    let is_none = |one: char| matches!(one, '\u{fffe}' | '\u{ffff}');
    if text.contains(is_none) { Cow::Owned(text.replace(is_none, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// How wide a text is, in digits: whatever is not ASCII counts double, as Chinese does.
fn width_of(text: &str) -> usize {
    let line = |line: &str| line.chars().map(|one| if one.is_ascii() { 1 } else { 2 }).sum();
    text.lines().map(line).max().unwrap_or(0)
}

fn failed(error: XlsxError) -> WriteError {
    match error {
        XlsxError::IoError(error) => WriteError::Io(error),
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

    /// A part of the workbook, unpacked.
    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
    }

    #[test]
    fn trap_38_every_cell_is_text_whatever_it_looks_like() {
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
        // The empty row keeps its place.
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
    fn what_xlsx_cannot_hold_is_an_error_that_names_the_place() {
        let mut sheet = XlsxWriter::new("成员", ["姓名"], &std::env::temp_dir()).unwrap();
        sheet.row(["字".repeat(32_767)]).unwrap();
        let error = sheet.row(["😀".repeat(16_384)]).unwrap_err().to_string();
        assert!(error.contains("row 3") && error.contains("姓名"), "{error}");
        sheet.rows = SHEET_ROWS - 1;
        sheet.row(["the last"]).unwrap();
        assert!(matches!(sheet.row(["one more"]), Err(WriteError::TooManyRows)));
    }
}
