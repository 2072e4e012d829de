//! CSV files (RFC 4180, UTF-8).

use std::{io, io::Write};

use csv::{ByteRecord, ErrorKind};

use super::{WriteError, neutralised};

/// Writes rows of text cells as CSV in UTF-8.
///
/// ```
/// use wecom_sheets::writing::CsvWriter;
///
/// let mut sheet = CsvWriter::with_bom(Vec::new())?.safe(true);
/// sheet.row(["姓名", "职位"])?;
/// sheet.row(["王芳", "=1+1"])?;
/// assert_eq!(sheet.finish()?, "\u{feff}姓名,职位\n王芳,'=1+1\n".as_bytes());
/// # Ok::<(), wecom_sheets::writing::WriteError>(())
/// ```
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    inner: csv::Writer<W>,
    row: ByteRecord,
    is_safe: bool,
}

impl<W: Write> CsvWriter<W> {
    /// Creates a writer to `out`.
    pub fn new(out: W) -> Self {
        // The caller decides on the length of each row, which can differ from the headings.
        let inner = csv::WriterBuilder::new().flexible(true).from_writer(out);
        Self { inner, row: ByteRecord::new(), is_safe: false }
    }

    /// Creates a writer to `out` and writes a byte order mark. Without it, Excel assumes the system's legacy encoding.
    ///
    /// # Errors
    ///
    /// [`WriteError::Io`] if the mark cannot be written.
    pub fn with_bom(mut out: W) -> Result<Self, WriteError> {
        out.write_all("\u{feff}".as_bytes())?;
        Ok(Self::new(out))
    }

    /// Puts an apostrophe before cells that a spreadsheet program would run as formulas; see [`neutralised`]. Defaults to `false`.
    #[must_use]
    pub fn safe(mut self, is_safe: bool) -> Self {
        self.is_safe = is_safe;
        self
    }

    /// Writes a row.
    ///
    /// # Errors
    ///
    /// [`WriteError::Io`] if the bytes cannot be written.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result<(), WriteError> {
        self.row.clear();
        for cell in cells {
            let cell = cell.as_ref();
            match self.is_safe {
                true => self.row.push_field(neutralised(cell).as_bytes()),
                false => self.row.push_field(cell.as_bytes()),
            }
        }
        self.inner.write_byte_record(&self.row).map_err(|error| match error.into_kind() {
            ErrorKind::Io(error) => WriteError::Io(error),
            // Rows of different length are allowed, so only I/O errors remain.
            other => WriteError::Io(io::Error::other(format!("{other:?}"))),
        })
    }

    /// Flushes the buffer and returns the writer.
    ///
    /// # Errors
    ///
    /// [`WriteError::Io`] if the bytes cannot be written.
    pub fn finish(self) -> Result<W, WriteError> {
        self.inner.into_inner().map_err(|error| WriteError::Io(error.into_error()))
    }
}
