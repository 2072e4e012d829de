//! The cells of a row in a spreadsheet, and the columns with content.

use csv::StringRecord;
use wecom_contacts::Seen;

/// The cells of the current row, and a summary of each column so far.
pub(super) struct Cells {
    record: StringRecord,
    cell: String,
    columns: Vec<ColumnContent>,
}

/// The summary of a column so far.
#[derive(Clone, Copy, Default)]
pub(super) struct ColumnContent {
    /// Whether any cell has content.
    pub(super) is_filled: bool,
    /// Number of rows without the field.
    pub(super) absent: u64,
}

impl Cells {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            record: StringRecord::new(),
            cell: String::new(),
            columns: vec![ColumnContent::default(); columns],
        }
    }

    /// Begins another row.
    pub(super) fn clear(&mut self) {
        self.record.clear();
    }

    /// Returns the cells of the current row.
    pub(super) fn record(&self) -> &StringRecord {
        &self.record
    }

    pub(super) fn columns(&self) -> &[ColumnContent] {
        &self.columns
    }

    /// Adds a cell with this text.
    pub(super) fn push(&mut self, cell: &str) {
        if let Some(content) = self.columns.get_mut(self.record.len()) {
            content.is_filled |= !cell.is_empty();
        }
        self.record.push_field(cell);
    }

    /// Adds a cell whose text does not count as content of its column.
    pub(super) fn push_filler(&mut self, cell: &str) {
        self.record.push_field(cell);
    }

    /// Adds the cell of a field. It is hidden if WeCom omitted the field.
    pub(super) fn push_field(&mut self, cell: Seen<&str>) {
        if let (Seen::Hidden, Some(content)) = (cell, self.columns.get_mut(self.record.len())) {
            content.absent += 1;
        }
        self.push(cell.unwrap_or_default());
    }

    /// Adds the cell that this function writes.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        let mut cell = std::mem::take(&mut self.cell);
        cell.clear();
        write(&mut cell);
        self.push(&cell);
        self.cell = cell;
    }
}
