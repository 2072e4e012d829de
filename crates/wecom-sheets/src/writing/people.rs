//! A sheet for people, in either format.

use std::{
    io::{Seek, Write},
    path::Path,
};

use super::{CsvWriter, WriteError, XlsxWriter};

/// Writes a sheet for people: headings, then rows of texts.
///
/// A cell is always a text: no spreadsheet program runs it as a formula, and numbers keep their leading zeros in XLSX.
/// CSV begins with a byte order mark, and an apostrophe protects a cell that is a [formula](super::is_formula).
///
/// ```
/// use std::io::Cursor;
/// use wecom_sheets::writing::SheetWriter;
///
/// let mut sheet = SheetWriter::csv(Cursor::new(Vec::new()), ["姓名", "职位"])?;
/// sheet.row(["王芳", "=1+1"])?;
/// assert_eq!(sheet.finish()?.into_inner(), "\u{feff}姓名,职位\n王芳,'=1+1\n".as_bytes());
/// # Ok::<(), wecom_sheets::writing::WriteError>(())
/// ```
#[derive(Debug)]
pub struct SheetWriter<W: Write>(Inner<W>);

#[derive(Debug)]
enum Inner<W: Write> {
    Csv(Box<CsvWriter<W>>),
    Xlsx(Box<XlsxWriter>, W),
}

impl<W: Write + Seek + Send> SheetWriter<W> {
    /// Begins a CSV file and writes its headings.
    ///
    /// # Errors
    ///
    /// Returns [`WriteError::Io`] if the bytes cannot be written.
    pub fn csv<C: AsRef<str>>(out: W, headings: impl IntoIterator<Item = C>) -> Result<Self, WriteError> {
        let mut sheet = CsvWriter::with_bom(out)?.safe(true);
        sheet.row(headings)?;
        Ok(Self(Inner::Csv(Box::new(sheet))))
    }

    /// Begins a workbook with one sheet of this name. Headings are bold and frozen. Rows wait in a temporary file in
    /// `spool`.
    ///
    /// # Errors
    ///
    /// As [`XlsxWriter::new`].
    pub fn xlsx<C: Into<String>>(
        out: W,
        sheet: &str,
        headings: impl IntoIterator<Item = C>,
        spool: &Path,
    ) -> Result<Self, WriteError> {
        Ok(Self(Inner::Xlsx(Box::new(XlsxWriter::new(sheet, headings, spool)?), out)))
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// As [`CsvWriter::row`] and [`XlsxWriter::row`].
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result<(), WriteError> {
        match &mut self.0 {
            Inner::Csv(sheet) => sheet.row(cells),
            Inner::Xlsx(sheet, _) => sheet.row(cells),
        }
    }

    /// Completes the file and returns the writer.
    ///
    /// # Errors
    ///
    /// Returns [`WriteError::Io`] if the bytes cannot be written.
    pub fn finish(self) -> Result<W, WriteError> {
        match self.0 {
            Inner::Csv(sheet) => sheet.finish(),
            Inner::Xlsx(sheet, mut out) => {
                sheet.finish(&mut out)?;
                Ok(out)
            }
        }
    }
}
