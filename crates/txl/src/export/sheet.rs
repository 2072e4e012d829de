//! Rows as a spreadsheet (CSV, XLSX) that `txl import` reads again.
//!
//! A column that the credential may not see must not be there: imported, its empty cells would empty the field. Which columns
//! have a value, and which attributes (扩展属性) there are, is known once all rows are read. So rows wait in a nameless file, as
//! short as they can be, and are copied from there under their headings.
//!
//! A column of which only some rows have a value that WeCom gave gets a [heading](INCOMPLETE_PREFIX) that is no field to an import, since in those rows an
//! empty cell does not mean an empty field.

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
use wecom_contacts::{Seen, members::ExtAttr};
use wecom_sheets::writing::{CsvWriter, INCOMPLETE_PREFIX, SHEET_ROWS, WriteError, XlsxWriter};

use self::{attributes::Attributes, out::Out};
use super::{
    departments::Paths,
    format::Incomplete,
    row::{Row, Spelling},
};
use crate::{
    failure::{Failure, Result},
    file::unwritable,
};

/// The column of attributes that are no texts, or whose name is that of another column: JSON.
const REST: &str = "extattr";
/// So many rows are written at once.
const RUN: u64 = 1000;

/// A row's cells, and what is known of the columns by now.
#[derive(Default)]
pub(super) struct Cells {
    record: StringRecord,
    cell: String,
    columns: Vec<Filling>,
}

/// What a column has had in it.
#[derive(Clone, Copy, Default)]
struct Filling {
    /// A cell that is not empty.
    is_filled: bool,
    /// How many rows had no such field.
    absent: u64,
}

impl Cells {
    /// A cell that has this text.
    pub(super) fn push(&mut self, cell: &str) {
        if let Some(column) = self.columns.get_mut(self.record.len()) {
            column.is_filled |= !cell.is_empty();
        }
        self.record.push_field(cell);
    }

    /// A cell that has this text, which is no reason for the column to be there.
    pub(super) fn push_filler(&mut self, cell: &str) {
        self.record.push_field(cell);
    }

    /// The cell of a field, which WeCom may have left out.
    pub(super) fn push_field(&mut self, cell: Seen<&str>) {
        if let (Seen::Hidden, Some(column)) = (cell, self.columns.get_mut(self.record.len())) {
            column.absent += 1;
        }
        self.push(cell.unwrap_or_default());
    }

    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        let mut cell = std::mem::take(&mut self.cell);
        cell.clear();
        write(&mut cell);
        self.push(&cell);
        self.cell = cell;
    }
}

/// What a sheet is written as.
enum Kind {
    Csv { is_safe: bool },
    Xlsx(Arc<Paths>),
}

impl Kind {
    fn spelling(&self) -> Spelling<'_> {
        match self {
            Self::Csv { .. } => Spelling::Codes,
            Self::Xlsx(paths) => Spelling::Words(paths),
        }
    }
}

/// A spreadsheet under way.
pub(super) struct Sheet<T> {
    kind: Kind,
    spool: PathBuf,
    /// Those of the fields, and the [rest](REST).
    headings: Vec<&'static str>,
    rows: u64,
    cells: Cells,
    attributes: Attributes,
    /// A record has a cell for each heading, then pairs: the place of an attribute, and its value.
    waiting: csv::Writer<File>,
    row: PhantomData<T>,
}

impl<T: Row> Sheet<T> {
    /// Text; `is_safe` puts an apostrophe before what a program would run as a formula.
    pub(super) fn csv(spool: &Path, is_safe: bool) -> Result<Self> {
        Self::new(Kind::Csv { is_safe }, spool)
    }

    /// A workbook, with words instead of codes.
    pub(super) fn xlsx(spool: &Path, paths: Arc<Paths>) -> Result<Self> {
        Self::new(Kind::Xlsx(paths), spool)
    }

    fn new(kind: Kind, spool: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(spool).map_err(|error| unwritable(spool, &error))?;
        let mut headings = T::headings(kind.spelling());
        headings.push(REST);
        Ok(Self {
            cells: Cells { columns: vec![Filling::default(); headings.len()], ..Cells::default() },
            headings,
            kind,
            spool: spool.to_owned(),
            rows: 0,
            attributes: Attributes::default(),
            waiting: WriterBuilder::new().flexible(true).from_writer(file),
            row: PhantomData,
        })
    }

    pub(super) fn push(&mut self, row: &T) -> Result {
        self.rows += 1;
        if matches!(self.kind, Kind::Xlsx(_)) && self.rows >= SHEET_ROWS {
            return Err(unwritten(WriteError::TooManyRows));
        }
        let Self { kind, headings, cells, attributes, .. } = self;
        cells.record.clear();
        row.cells(cells, kind.spelling());
        let listed = row.attributes();
        attributes.absent += u64::from(listed.is_none());
        let is_taken = |name: &str| headings.contains(&name) || T::is_field(name);
        let rest = attributes.sort(listed.unwrap_or_default(), is_taken);
        match rest.is_empty() {
            true => cells.push(""),
            // Attributes can always be written.
            false => cells.push(&serde_json::to_string(&ExtAttr::from_iter(rest)).unwrap_or_default()),
        }
        for (place, value) in &attributes.of_row {
            cells.record.push_field(&place.to_string());
            cells.record.push_field(value);
        }
        self.waiting.write_record(&self.cells.record).map_err(spoiled)
    }

    /// Writes headings and rows, a piece at a time, and returns the columns that are not whole.
    pub(super) async fn finish(self, take: &mut impl FnMut(&[u8]) -> Result) -> Result<Vec<Incomplete>> {
        let (columns, titles, incomplete) = self.columns();
        let Self { kind, spool, headings, attributes, waiting, .. } = self;
        let mut file = waiting.into_inner().map_err(|error| spoiled(error.into_error().into()))?;
        file.rewind().map_err(|error| spoiled(error.into()))?;
        let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        let mut out = match kind {
            Kind::Csv { is_safe } => {
                let mut sheet = CsvWriter::with_bom(Vec::new()).map_err(unwritten)?.safe(is_safe);
                sheet.row(&titles).map_err(unwritten)?;
                Out::Csv { sheet: Box::new(sheet), is_safe }
            }
            Kind::Xlsx(_) => {
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
            if count % RUN == 0 {
                out.hand_over(take)?;
                // A million rows take a while, in which others want their turn.
                tokio::task::yield_now().await;
            }
        }
        out.finish(&spool, take).await?;
        Ok(incomplete)
    }

    /// The columns that are written, the headings of these and of the attributes, and what is not whole.
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
        for (column, (heading, filling)) in self.headings.iter().zip(&self.cells.columns).enumerate() {
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
    Failure::new("rows cannot be put aside in a temporary file")
        .because(&error)
        .remedy("see that the disk is not full")
}

fn unwritten(error: WriteError) -> Failure {
    let failure = Failure::new("the spreadsheet cannot be written").because(&error);
    failure.remedy(match error {
        WriteError::TooManyRows | WriteError::TooLong { .. } => {
            "write a file that ends in .csv or .jsonl, or export into a directory, where --block-size bounds each file"
        }
        _ => "see that the disk is not full",
    })
}

#[cfg(test)]
mod tests;
