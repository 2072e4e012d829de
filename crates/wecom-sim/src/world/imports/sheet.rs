//! The uploaded CSV of an import: encoding, headings, rows.
//!
//! Columns are found by heading, in any order. Rows can be shorter or longer than the headings, and blank rows are
//! skipped. The file is untrusted input, so it is read row by row and never as a whole.

use std::{borrow::Cow, io::Cursor};

use bytes::Bytes;

use crate::world::fail::Fail;

/// A CSV file with a position.
#[derive(Debug)]
pub(super) struct Sheet<C> {
    reader: csv::Reader<Cursor<Bytes>>,
    columns: Vec<C>,
    record: csv::StringRecord,
    row: usize,
}

/// The copy continues at the same row.
impl<C: Clone> Clone for Sheet<C> {
    fn clone(&self) -> Self {
        let text = self.reader.get_ref().get_ref();
        let read =
            usize::try_from(self.reader.position().byte()).map_or(text.len(), |read| read.min(text.len()));
        Self {
            reader: reader_of(text.slice(read..)),
            columns: self.columns.clone(),
            record: self.record.clone(),
            row: self.row,
        }
    }
}

fn reader_of(text: Bytes) -> csv::Reader<Cursor<Bytes>> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(Cursor::new(text))
}

/// One row: its cells, by column.
#[derive(Debug)]
pub(super) struct Row<'a, C> {
    columns: &'a [C],
    record: &'a csv::StringRecord,
    /// The number of the row, counted from 1 below the headings, without blank rows.
    pub(super) number: usize,
}

/// Returns the text of an import file as UTF-8. A BOM is removed; GBK is read if the switch is on.
pub(super) fn decode(file: &Bytes, gbk: bool) -> Result<Bytes, Fail> {
    let text = match file.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => file.slice_ref(rest),
        None => file.clone(),
    };
    if std::str::from_utf8(&text).is_ok() {
        return Ok(text);
    }
    let illegal = || Fail::new(40092, "invalid import file, it is not UTF-8");
    if !gbk {
        return Err(illegal());
    }
    encoding_rs::GBK
        .decode_without_bom_handling_and_without_replacement(&text)
        .map(|text: Cow<'_, str>| Bytes::from(text.into_owned()))
        .ok_or_else(illegal)
}

impl<C> Sheet<C> {
    /// Opens a decoded text. Returns `None` if it has no headings.
    pub(super) fn open(text: &Bytes, column: impl Fn(&str) -> C) -> Result<Option<Self>, Fail> {
        let mut reader = reader_of(text.clone());
        let mut headings = csv::StringRecord::new();
        if !reader.read_record(&mut headings).map_err(illegible)? {
            return Ok(None);
        }
        Ok(Some(Self {
            reader,
            columns: headings.iter().map(column).collect(),
            record: csv::StringRecord::new(),
            row: 0,
        }))
    }

    pub(super) fn columns(&self) -> &[C] {
        &self.columns
    }

    pub(super) fn next_row(&mut self) -> Result<Option<Row<'_, C>>, Fail> {
        loop {
            if !self.reader.read_record(&mut self.record).map_err(illegible)? {
                return Ok(None);
            }
            if self.record.iter().any(|cell| !cell.is_empty()) {
                break;
            }
        }
        self.row += 1;
        Ok(Some(Row { columns: &self.columns, record: &self.record, number: self.row }))
    }
}

impl<'a, C> Row<'a, C> {
    /// Returns the cells with their columns; a missing cell is empty.
    pub(super) fn cells(&self) -> impl Iterator<Item = (&'a C, &'a str)> + use<'a, C> {
        let record = self.record;
        self.columns.iter().enumerate().map(move |(at, column)| (column, record.get(at).unwrap_or_default()))
    }
}

/// The refusal for an empty cell that is required; its text has the column.
pub(super) fn missing(row: usize, heading: &str) -> Fail {
    Fail::new(40092, format!("invalid import file, row {row} has no {heading}"))
}

fn illegible(_: csv::Error) -> Fail {
    Fail::of(40092)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(sheet: &mut Sheet<usize>) -> Vec<(usize, String)> {
        std::iter::from_fn(|| {
            let row = sheet.next_row().ok()??;
            Some((row.number, row.cells().map(|(_, cell)| cell).collect::<Vec<_>>().join("|")))
        })
        .collect()
    }

    #[test]
    fn a_copy_continues_at_the_same_row() {
        let text = Bytes::from_static("a,b\r\n\r\n1,\"x\ny\"\r\n,\r\n2\n3,三,4".as_bytes());
        let open = || Sheet::open(&text, str::len).unwrap().unwrap();
        let whole = rest(&mut open());
        assert_eq!(whole.len(), 3, "{whole:?}");
        let mut sheet = open();
        for read in 0..=whole.len() {
            assert_eq!(rest(&mut sheet.clone().clone()), whole[read..]);
            assert_eq!(sheet.next_row().unwrap().is_some(), read < whole.len());
        }
    }
}
