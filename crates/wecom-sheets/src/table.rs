//! A sheet whose headings are understood: its rows as members or departments, clean, or with what is wrong with them.

use std::{collections::BTreeMap, fmt, ops::ControlFlow, path::Path, sync::Arc};

use crate::{
    Error, Kind, Mapping, Options, Record, Result, Row, Sheet,
    cleaning::{Change, Doubt, Wanted, clean, trimmed},
    headings::{self, Column, HEADING_ROWS, Meaning},
    sheet::Format,
};

/// How many findings are kept; all are counted.
const FINDINGS: usize = 1_000;

/// A file of members or departments, its columns made out.
///
/// ```
/// use wecom_contacts::imports::ImportMember;
/// use wecom_sheets::{Mapping, Options, Table};
///
/// let csv = "姓名,帐号,手机号,所在部门\n王芳,wangfang,'138 0000 0001,2、7\n刘洋,liuyang,1.38E+10,7\n";
/// let table = Table::<ImportMember>::read_bytes(csv.as_bytes(), &Options::new(), &Mapping::new())?;
/// let mut members = Vec::new();
/// let reading = table.each(&mut |line, member| members.push((line, member)))?;
/// assert_eq!((members[0].0, members[0].1.mobile.as_str()), (2, "13800000001"));
/// // Nobody knows which number 1.38E+10 was.
/// assert_eq!((members.len(), reading.refused, reading.findings[0].line), (1, 1, 3));
/// # Ok::<(), wecom_sheets::Error>(())
/// ```
#[derive(Debug)]
pub struct Table<R: Record> {
    sheet: Sheet,
    columns: Vec<Column<R::Column>>,
    headings_line: u64,
}

impl<R: Record> Table<R> {
    /// Opens a file and makes out its columns.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or its headings cannot be made out.
    pub fn open(path: impl AsRef<Path>, options: &Options, mapping: &Mapping) -> Result<Self> {
        Self::of(Sheet::open(path, options, &|heading| mapping.knows::<R>(heading))?, mapping)
    }

    /// The same for a file in memory.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn read_bytes(bytes: impl Into<Arc<[u8]>>, options: &Options, mapping: &Mapping) -> Result<Self> {
        Self::of(Sheet::read(bytes, options, &|heading| mapping.knows::<R>(heading))?, mapping)
    }

    fn of(sheet: Sheet, mapping: &Mapping) -> Result<Self> {
        mapping.check::<R>()?;
        let (mut seen, mut found) = (0, None);
        sheet.each_row(&mut |row| {
            seen += 1;
            if headings::is_headings::<R>(row, mapping) {
                found = Some((row.line(), headings::columns::<R>(row, mapping)));
            }
            if found.is_none() && seen < HEADING_ROWS {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        let Some((headings_line, columns)) = found else {
            return Err(if seen == 0 {
                Error::Empty
            } else {
                Error::NoHeadings { wanted: R::heading(R::ID), rows: seen }
            });
        };
        Ok(Self { sheet, columns: columns?, headings_line })
    }

    /// The sheet that it is read from.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// All columns, in the file's order.
    pub fn columns(&self) -> &[Column<R::Column>] {
        &self.columns
    }

    /// The fields that the file has, in its order.
    pub fn fields(&self) -> impl Iterator<Item = R::Column> {
        self.columns.iter().filter_map(|column| match column.meaning {
            Meaning::Field(column) => Some(column),
            _ => None,
        })
    }

    /// The names of the extended attributes that the file has, in its order; rows have their values in the same.
    pub fn extras(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter_map(|column| match &column.meaning {
            Meaning::Extra(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The headings of the columns that nobody said what they are.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        let ignored = self.columns.iter().filter(|column| column.meaning == Meaning::Ignored);
        ignored.map(|column| column.heading.as_str())
    }

    /// Hands over each clean row with its line, and tells of those that are not. May be called again, with the same rows.
    ///
    /// # Errors
    ///
    /// If the file cannot be read on; rows were handed over up to there.
    pub fn each(&self, take: &mut dyn FnMut(u64, R)) -> Result<Reading> {
        let mut reading = Reading { changes: Tally::new(self.columns.len()), ..Reading::default() };
        self.each_row(&mut |row| {
            reading.rows += 1;
            match self.record(row, &mut reading) {
                Some(record) => take(row.line(), record),
                None => reading.refused += 1,
            }
        })?;
        reading.changed = reading.changes.named(&self.columns);
        Ok(reading)
    }

    /// Shows each row below the headings as it stands in the file, blank ones left out.
    ///
    /// # Errors
    ///
    /// If the file cannot be read on.
    pub fn each_row(&self, take: &mut dyn FnMut(&Row)) -> Result<()> {
        let mut is_below = false;
        self.sheet.each_row(&mut |row| {
            if is_below {
                take(row);
            }
            is_below |= row.line() == self.headings_line;
            ControlFlow::Continue(())
        })
    }

    fn record(&self, row: &Row, reading: &mut Reading) -> Option<R> {
        let mut record = R::default();
        let mut is_clean = true;
        let mut refuse = |reading: &mut Reading, heading: &str, doubt| {
            is_clean = false;
            reading.found += 1;
            if reading.findings.len() < FINDINGS {
                reading.findings.push(Finding { line: row.line(), heading: heading.to_owned(), doubt });
            }
        };
        for (at, column) in self.columns.iter().enumerate() {
            let wanted = match &column.meaning {
                Meaning::Field(column) => R::wanted(*column),
                Meaning::Extra(_) => Wanted::Attribute,
                Meaning::Ignored => continue,
                Meaning::None => {
                    reading.astray +=
                        u64::from(column.heading.is_empty() && !trimmed(row.text(at)).is_empty());
                    continue;
                }
            };
            if row.kind(at) == Kind::Absent {
                match &column.meaning {
                    Meaning::Field(field) => record.keep(*field),
                    _ => record.push_extra(None),
                }
                continue;
            }
            let (cell, changes) = match clean(wanted, row.kind(at), row.text(at)) {
                Ok(cleaned) => cleaned,
                Err(doubt) => {
                    refuse(reading, &column.heading, doubt);
                    continue;
                }
            };
            changes.iter().for_each(|change| reading.changes.count(at, change));
            match &column.meaning {
                Meaning::Field(field) => {
                    if let Err(error) = record.set(*field, &cell) {
                        refuse(reading, &column.heading, Doubt::Unfit(error.why()));
                    }
                }
                _ => record.push_extra(Some(cell.into_owned())),
            }
        }
        let beyond = (self.columns.len()..row.len()).filter(|at| !trimmed(row.text(*at)).is_empty()).count();
        if beyond > 0 && matches!(self.sheet.format(), Format::Csv { .. }) {
            refuse(reading, "", Doubt::TooManyCells);
        }
        reading.astray += beyond as u64;
        is_clean.then_some(record)
    }
}

/// What came of reading a file.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Reading {
    /// How many rows there are.
    pub rows: u64,
    /// How many of them were refused.
    pub refused: u64,
    /// What is wrong with them; the first thousand findings.
    pub findings: Vec<Finding>,
    /// How many findings there are.
    pub found: u64,
    /// How many cells were changed: by heading, how, and how many.
    pub changed: Vec<(String, Change, u64)>,
    /// How many cells stand in columns without a heading; they are ignored.
    pub astray: u64,
    changes: Tally,
}

/// A cell that cannot be taken, by its place. What is in it is not told: it may be anybody's number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The line of the file, or the row's number in a workbook.
    pub line: u64,
    /// The column's heading; empty if the whole row is meant.
    pub heading: String,
    /// What is wrong.
    pub doubt: Doubt,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.heading.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.doubt),
            heading => write!(f, "line {}, {heading}: {}", self.line, self.doubt),
        }
    }
}

/// Changes by column and kind.
#[derive(Clone, Debug, Default)]
struct Tally(Vec<BTreeMap<Change, u64>>);

impl Tally {
    fn new(columns: usize) -> Self {
        Self(vec![BTreeMap::new(); columns])
    }

    fn count(&mut self, column: usize, change: Change) {
        *self.0[column].entry(change).or_default() += 1;
    }

    fn named<C>(&self, columns: &[Column<C>]) -> Vec<(String, Change, u64)> {
        let each = columns.iter().zip(&self.0);
        each.flat_map(|(column, changes)| {
            changes.iter().map(|(change, count)| (column.heading.clone(), *change, *count))
        })
        .collect()
    }
}
