//! Rows as a spreadsheet (CSV, XLSX) that `txl import` can read.
//!
//! A column that is hidden from the credential must be omitted, because an import of its empty cells would clear the field. The columns with values
//! and the attributes (扩展属性) are only known after all rows were read. The rows are therefore stored in an unnamed file, in compact form, and copied
//! from there below their headings.
//!
//! If WeCom returned a value for only some rows, an empty cell does not mean an empty field. Such a column gets a [heading](INCOMPLETE_PREFIX) that
//! an import ignores.

mod attributes;
mod out;

use std::{
    fs::File,
    io::Seek,
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
};

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use wecom_contacts::members::ExtAttr;
use wecom_sheets::writing::{CsvWriter, INCOMPLETE_PREFIX, SHEET_ROWS, WriteError, XlsxWriter};

use self::{attributes::Attributes, out::Out};
use super::{
    cells::Cells,
    departments::Paths,
    row::{Row, Spelling},
};
use crate::{
    failure::{Failure, Result},
    file::unwritable,
    messages,
};

/// The column of JSON for attributes that are not text, or that have the name of another column.
const REST: &str = "extattr";
/// Number of rows that are written at once.
const BATCH: u64 = 1000;

/// The format of a sheet.
enum SheetFormat {
    Csv { is_safe: bool },
    Xlsx(Arc<Paths>),
}

impl SheetFormat {
    fn spelling(&self) -> Spelling<'_> {
        match self {
            Self::Csv { .. } => Spelling::Codes,
            Self::Xlsx(paths) => Spelling::Words(paths),
        }
    }
}

/// A column that has no value in some rows, because WeCom omitted the field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Incomplete {
    pub(super) heading: String,
    /// The number of rows without a value.
    pub(super) rows: u64,
}

/// A spreadsheet that is being built.
pub(super) struct Sheet<T> {
    format: SheetFormat,
    spool: PathBuf,
    /// The headings of the fields, and of the [rest](REST).
    headings: Vec<&'static str>,
    rows: u64,
    cells: Cells,
    attributes: Attributes,
    /// The stored rows. A record has a cell for each heading, then pairs of the position and the value of an attribute.
    waiting: csv::Writer<File>,
    row: PhantomData<T>,
}

impl<T: Row> Sheet<T> {
    /// Creates a CSV sheet. `is_safe` puts an apostrophe before cells that a program would run as formulas.
    pub(super) fn csv(spool: &Path, is_safe: bool) -> Result<Self> {
        Self::new(SheetFormat::Csv { is_safe }, spool)
    }

    /// Creates a workbook, with words instead of codes.
    pub(super) fn xlsx(spool: &Path, paths: Arc<Paths>) -> Result<Self> {
        Self::new(SheetFormat::Xlsx(paths), spool)
    }

    fn new(format: SheetFormat, spool: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(spool).map_err(|error| unwritable(spool, &error))?;
        let mut headings = T::headings(format.spelling());
        headings.push(REST);
        Ok(Self {
            cells: Cells::new(headings.len()),
            headings,
            format,
            spool: spool.to_owned(),
            rows: 0,
            attributes: Attributes::default(),
            waiting: WriterBuilder::new().flexible(true).from_writer(file),
            row: PhantomData,
        })
    }

    pub(super) fn push(&mut self, row: &T) -> Result {
        self.rows += 1;
        if matches!(self.format, SheetFormat::Xlsx(_)) && self.rows >= SHEET_ROWS {
            return Err(unwritten(WriteError::TooManyRows));
        }
        let Self { format, headings, cells, attributes, .. } = self;
        cells.clear();
        row.cells(cells, format.spelling());
        let listed = row.attributes();
        attributes.absent += u64::from(listed.is_none());
        let is_taken = |name: &str| headings.contains(&name) || T::is_field(name);
        let rest = attributes.sort(listed.unwrap_or_default(), is_taken);
        match rest.is_empty() {
            true => cells.push(""),
            // Serialization of attributes cannot fail.
            false => cells.push(&serde_json::to_string(&ExtAttr::from_iter(rest)).unwrap_or_default()),
        }
        for (place, value) in &attributes.of_row {
            cells.push_filler(&place.to_string());
            cells.push_filler(value);
        }
        self.waiting.write_record(self.cells.record()).map_err(spoiled)
    }

    /// Writes the headings and the rows in batches. Returns the incomplete columns.
    pub(super) async fn finish(self, take: &mut impl FnMut(&[u8]) -> Result) -> Result<Vec<Incomplete>> {
        let (columns, titles, incomplete) = self.columns();
        let Self { format, spool, headings, attributes, waiting, .. } = self;
        let mut file = waiting.into_inner().map_err(|error| spoiled(error.into_error().into()))?;
        file.rewind().map_err(|error| spoiled(error.into()))?;
        let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        let mut out = match format {
            SheetFormat::Csv { is_safe } => {
                let mut sheet = CsvWriter::with_bom(Vec::new()).map_err(unwritten)?.safe(is_safe);
                sheet.row(&titles).map_err(unwritten)?;
                Out::Csv { sheet: Box::new(sheet), is_safe }
            }
            SheetFormat::Xlsx(_) => {
                let sheet = XlsxWriter::new(T::SHEET, titles, &spool).map_err(unwritten)?;
                Out::Xlsx(Box::new(sheet))
            }
        };
        let (mut row, mut count) = (StringRecord::new(), 0);
        while rows.read_record(&mut row).map_err(spoiled)? {
            let mut pairs: Vec<(usize, &str)> = Vec::new();
            let mut fields = row.iter().skip(headings.len());
            while let (Some(place), Some(value)) = (fields.next(), fields.next()) {
                pairs.extend(place.parse().ok().map(|place| (place, value)));
            }
            let of_attribute =
                |place: usize| pairs.iter().find(|(at, _)| *at == place).map_or("", |pair| pair.1);
            let cells = columns.iter().map(|column| &row[*column]);
            out.row(cells.chain((0..attributes.names.len()).map(of_attribute))).map_err(unwritten)?;
            count += 1;
            if count % BATCH == 0 {
                out.hand_over(take)?;
                // A million rows take seconds, so other tasks get a turn.
                tokio::task::yield_now().await;
            }
        }
        out.finish(&spool, take).await?;
        Ok(incomplete)
    }

    /// Returns the columns to write, the headings of these columns and of the attributes, and the incomplete columns.
    fn columns(&self) -> (Vec<usize>, Vec<String>, Vec<Incomplete>) {
        let mut incomplete = Vec::new();
        let mut titled = |heading: &str, absent: u64| {
            if absent == 0 {
                return heading.to_owned();
            }
            incomplete.push(Incomplete { heading: heading.to_owned(), rows: absent });
            format!("{INCOMPLETE_PREFIX}{heading}")
        };
        let (mut columns, mut titles) = (Vec::new(), Vec::new());
        for (column, (heading, filling)) in self.headings.iter().zip(self.cells.columns()).enumerate() {
            let is_needed = *heading != REST && T::is_essential(heading);
            let is_wanted = is_needed && (filling.absent == 0 || filling.absent < self.rows);
            if filling.is_filled || is_wanted {
                let absent = if T::is_cleared_by_empty(heading) { filling.absent } else { 0 };
                columns.push(column);
                titles.push(titled(heading, absent));
            }
        }
        let attributes = self.attributes.names.iter().map(|name| titled(name, self.attributes.absent));
        titles.extend(attributes);
        (columns, titles, incomplete)
    }
}

fn spoiled(error: csv::Error) -> Failure {
    Failure::new(messages::export::rows_cannot_be_put_aside())
        .because(&error)
        .remedy(messages::export::see_the_disk())
}

fn unwritten(error: WriteError) -> Failure {
    let failure = Failure::new(messages::export::spreadsheet_cannot_be_written()).because(&error);
    failure.remedy(match error {
        WriteError::TooManyRows | WriteError::TooLong { .. } => {
            messages::export::write_other_or_smaller_files()
        }
        _ => messages::export::see_the_disk(),
    })
}

#[cfg(test)]
mod tests;
