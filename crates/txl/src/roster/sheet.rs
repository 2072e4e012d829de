//! Files for people: CSV or XLSX, by the ending of the name.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use wecom_sheets::writing::{SheetWriter, WriteError};

use crate::{
    failure::{Failure, Result},
    file::Draft,
    messages::{lists, roster as messages},
    output::print_bytes,
};

/// The heading of the column that says why a row is in a file.
pub(crate) const REASON: &str = "原因";

/// A file that is being written.
pub(crate) struct Sheet {
    /// `None` for stdout.
    path: Option<PathBuf>,
    writer: SheetWriter<Cursor<Vec<u8>>>,
}

impl Sheet {
    /// Checks that a file of this name can be written, so that a command fails before its work and not after it.
    ///
    /// # Errors
    ///
    /// Fails if the name ends with neither .csv nor .xlsx, or if the directory cannot be written.
    pub(crate) fn check(path: &Path) -> Result {
        Self::new(path, [REASON])?;
        Draft::new(path)?;
        Ok(())
    }

    /// Begins a file with these headings.
    ///
    /// # Errors
    ///
    /// Fails if the name ends with neither .csv nor .xlsx.
    pub(crate) fn new<'h>(path: &Path, headings: impl IntoIterator<Item = &'h str>) -> Result<Self> {
        let bytes = Cursor::new(Vec::new());
        let extension =
            path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
        let writer = match extension.as_str() {
            "csv" => SheetWriter::csv(bytes, headings),
            "xlsx" => SheetWriter::xlsx(bytes, "花名册", headings, &std::env::temp_dir()),
            _ => return Err(Failure::usage(messages::unknown_ending(path)).remedy(messages::csv_or_xlsx())),
        };
        Ok(Self { path: Some(path.to_owned()), writer: writer.map_err(unwritten)? })
    }

    /// Begins CSV on stdout.
    pub(crate) fn stdout<'h>(headings: impl IntoIterator<Item = &'h str>) -> Result<Self> {
        let writer = SheetWriter::csv(Cursor::new(Vec::new()), headings).map_err(unwritten)?;
        Ok(Self { path: None, writer })
    }

    /// Begins the file that a flag names, or CSV on stdout.
    pub(crate) fn of<'h>(out: Option<&Path>, headings: impl IntoIterator<Item = &'h str>) -> Result<Self> {
        match out.filter(|path| *path != Path::new("-")) {
            Some(path) => Self::new(path, headings),
            None => Self::stdout(headings),
        }
    }

    pub(crate) fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) -> Result {
        self.writer.row(cells).map_err(unwritten)
    }

    /// Writes the file. Only the user may read it.
    pub(crate) fn finish(self) -> Result {
        let bytes = self.writer.finish().map_err(unwritten)?.into_inner();
        match self.path {
            Some(path) => {
                let mut draft = Draft::new(&path)?;
                draft.write(&bytes)?;
                draft.finish()
            }
            None => print_bytes(&bytes),
        }
    }
}

fn unwritten(error: WriteError) -> Failure {
    Failure::new(lists::row_cannot_be_written()).because(&error)
}
