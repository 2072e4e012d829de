//! The spreadsheet: CSV in batches of rows, or a complete workbook at the end.

use std::{
    io::{Read, Seek},
    path::Path,
};

use wecom_sheets::writing::{CsvWriter, WriteError, XlsxWriter};

use super::{spoiled, unwritten};
use crate::{
    failure::{Failure, Result},
    file::unwritable,
    messages,
};

/// Number of bytes of a finished workbook that are copied at once.
const CHUNK: usize = 1 << 20;

/// A sheet that is being written.
pub(super) enum Out {
    Csv { sheet: Box<CsvWriter<Vec<u8>>>, is_safe: bool },
    Xlsx(Box<XlsxWriter>),
}

impl Out {
    pub(super) fn row<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a str>,
    ) -> std::result::Result<(), WriteError> {
        match self {
            Self::Csv { sheet, .. } => sheet.row(cells),
            Self::Xlsx(sheet) => sheet.row(cells),
        }
    }

    /// Passes the bytes so far to `take`. A workbook has no bytes before its end.
    pub(super) fn hand_over(&mut self, take: &mut impl FnMut(&[u8]) -> Result) -> Result {
        let Self::Csv { sheet, is_safe } = self else { return Ok(()) };
        let next = CsvWriter::new(Vec::new()).safe(*is_safe);
        take(&std::mem::replace(&mut **sheet, next).finish().map_err(unwritten)?)
    }

    pub(super) async fn finish(self, spool: &Path, take: &mut impl FnMut(&[u8]) -> Result) -> Result {
        let sheet = match self {
            Self::Csv { sheet, .. } => return take(&sheet.finish().map_err(unwritten)?),
            Self::Xlsx(sheet) => sheet,
        };
        let mut file = tempfile::tempfile_in(spool).map_err(|error| unwritable(spool, &error))?;
        // Packing takes a second for 100,000 rows, and interruptions must be handled meanwhile.
        let packed = tokio::task::spawn_blocking(move || {
            sheet.finish(&mut file)?;
            file.rewind()?;
            Ok::<_, WriteError>(file)
        });
        let packed = packed.await;
        let packed = packed
            .map_err(|error| Failure::new(messages::export::workbook_cannot_be_packed()).because(&error))?;
        let mut file = packed.map_err(unwritten)?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = file.read(&mut chunk).map_err(|error| spoiled(error.into()))?;
            if read == 0 {
                return Ok(());
            }
            take(&chunk[..read])?;
            tokio::task::yield_now().await;
        }
    }
}
