//! Finds the row, or the two rows, that contain the headings.

use wecom_contacts::imports::ImportMember;

use crate::{
    Error, Format, Result, Row, Sheet, SheetRows,
    cleaning::trimmed,
    heading_rows::{joined_above, joined_below, texts},
    heading_text::is_same,
    headings::HEADING_ROWS,
};

/// What tells headings from other cells.
pub(super) struct Headings<'a> {
    /// The name of the key column for messages.
    pub(super) key: String,
    /// The number of known headings that a row of headings needs, with the key.
    pub(super) fewest: usize,
    pub(super) is_key: &'a dyn Fn(&str) -> bool,
    pub(super) is_known: &'a dyn Fn(&str) -> bool,
}

/// The headings of a file.
pub(super) struct Found {
    /// The line of the last row of headings.
    pub(super) line: u64,
    pub(super) texts: Vec<String>,
}

impl Headings<'_> {
    /// Finds the headings among the first rows: the key among enough known headings.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, or if no row contains the headings.
    pub(super) fn find(&self, sheet: &Sheet) -> Result<Found> {
        let (mut rows, mut row) = (sheet.rows(), Row::default());
        let mut above = Vec::new();
        let mut likeliest: (usize, Vec<String>) = (0, Vec::new());
        let mut seen = 0;
        while seen < HEADING_ROWS && rows.next_row(&mut row)? {
            seen += 1;
            let cells = texts(&row);
            let known = cells.iter().filter(|cell| (self.is_known)(cell)).count();
            let key = cells.iter().position(|cell| (self.is_key)(cell));
            if let Some(key) = key.filter(|_| known >= self.fewest) {
                let line = row.line();
                let below = match sheet.format() {
                    Format::Json { .. } => None,
                    _ => self.second_row(&mut rows, &mut row, &cells, key)?,
                };
                rows.stop()?;
                return self.joined(&above, cells, line, below);
            }
            if known > likeliest.0 {
                likeliest = (known, cells.clone());
            }
            above = cells;
        }
        rows.stop()?;
        Err(match seen {
            0 => Error::empty(sheet.format()),
            rows => Error::NoKey {
                key: self.key.clone(),
                fewest: self.fewest,
                rows,
                headings: likeliest.1.into_iter().filter(|heading| !heading.is_empty()).collect(),
                other_sheets: sheet.format().other_sheets().map(str::to_owned).collect(),
            },
        })
    }

    /// Returns the row below the headings if it contains headings too: no key of a person, and more known headings than
    /// values below known headings. A person without a key can have the position 主管, which is also a heading.
    fn second_row(
        &self,
        rows: &mut SheetRows,
        row: &mut Row,
        headings: &[String],
        key: usize,
    ) -> Result<Option<(u64, Vec<String>)>> {
        if !rows.next_row(row)? {
            return Ok(None);
        }
        let cell = trimmed(row.text(key));
        if !cell.is_empty() && !is_same(cell, &headings[key]) {
            return Ok(None);
        }
        let below = texts(row);
        let (mut known, mut values) = (0, 0);
        for (at, text) in below.iter().enumerate() {
            let upper = headings.get(at).map_or("", String::as_str);
            if text.is_empty() || is_same(text, upper) {
                continue;
            }
            if (self.is_known)(text) {
                known += 1;
            } else if (self.is_known)(upper) {
                values += 1;
            }
        }
        Ok((known > values).then(|| (row.line(), below)))
    }

    fn joined(
        &self,
        above: &[String],
        cells: Vec<String>,
        line: u64,
        below: Option<(u64, Vec<String>)>,
    ) -> Result<Found> {
        Ok(match below {
            Some((next, below)) => {
                let texts = joined_below::<ImportMember>(&cells, &below, line, next)?;
                Found { line: next, texts }
            }
            None => Found { line, texts: joined_above(above, cells, self.is_known) },
        })
    }
}
