//! A table: a sheet with recognized headings. Its rows are members or departments; the faults of other rows are reported.

use std::{borrow::Cow, fmt, path::Path, sync::Arc};

use crate::{
    DepartmentNames, Format, Kind, Mapping, Options, Record, Result, Row, Sheet, SheetRows,
    cleaning::{CellForm, CellProblem, Correction, Corrections, Wanted, clean, is_ungendered, trimmed},
    footer::is_footer,
    heading_rows::{self, Found},
    heading_text::{is_same, plain, squeezed},
    heading_words::{Word, is_like_id, word},
    headings::{Column, Meaning},
    reading::{KEPT, Leaving, Reading},
    status::{Standing, standing, standing_of_export},
};

/// A file of members or departments with recognized columns.
///
/// ```
/// use wecom_contacts::imports::ImportMember;
/// use wecom_sheets::{Mapping, Options, Table};
///
/// let csv = "姓名,帐号,手机号,所在部门\n王芳,wangfang,'138 0000 0001,2、7\n刘洋,liuyang,1.38E+10,7\n";
/// let table = Table::<ImportMember>::read_bytes(csv.as_bytes(), &Options::new(), &Mapping::new())?;
/// let mut records = table.records();
/// let members = records.by_ref().collect::<Result<Vec<_>, _>>()?;
/// let reading = records.into_reading();
/// assert_eq!((members[0].0, members[0].1.mobile.as_str()), (2, "13800000001"));
/// // The number that became 1.38E+10 is lost.
/// assert_eq!((members.len(), reading.refused, reading.problems[0].line), (1, 1, 3));
/// # Ok::<(), wecom_sheets::Error>(())
/// ```
#[derive(Debug)]
pub struct Table<R: Record> {
    sheet: Sheet,
    columns: Arc<[Column<R::Column>]>,
    /// The columns with the employment status, and whether each is a column of an export.
    statuses: Arc<[(usize, bool)]>,
    /// The line of the last row of headings.
    headings_line: u64,
    departments: Option<Arc<DepartmentNames>>,
}

impl<R: Record> Clone for Table<R> {
    fn clone(&self) -> Self {
        Self {
            sheet: self.sheet.clone(),
            columns: Arc::clone(&self.columns),
            statuses: Arc::clone(&self.statuses),
            headings_line: self.headings_line,
            departments: self.departments.clone(),
        }
    }
}

impl<R: Record> Table<R> {
    /// Opens a file and recognizes its columns.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be read, or its headings are not recognized.
    pub fn open(path: impl AsRef<Path>, options: &Options, mapping: &Mapping) -> Result<Self> {
        Self::of(Sheet::open(path, options, &|heading| mapping.knows::<R>(heading))?, mapping)
    }

    /// Reads a file in memory, like [`open`](Self::open).
    ///
    /// # Errors
    ///
    /// The same as those of [`open`](Self::open).
    pub fn read_bytes(bytes: impl Into<Arc<[u8]>>, options: &Options, mapping: &Mapping) -> Result<Self> {
        Self::of(Sheet::read(bytes, options, &|heading| mapping.knows::<R>(heading))?, mapping)
    }

    fn of(sheet: Sheet, mapping: &Mapping) -> Result<Self> {
        let Found { line, columns } = heading_rows::find::<R>(&sheet, mapping)?;
        let status = |(at, column): (usize, &Column<R::Column>)| match column.meaning {
            Meaning::Status => Some((at, false)),
            Meaning::ReadOnly if squeezed(&plain(&column.heading)) == "status" => Some((at, true)),
            _ => None,
        };
        let statuses = columns.iter().enumerate().filter_map(status).collect();
        Ok(Self { sheet, columns: columns.into(), statuses, headings_line: line, departments: None })
    }

    /// Sets the departments of the corp, so that names and paths become ids. Without them, each cell with a name is a fault.
    #[must_use]
    pub fn with_departments(mut self, names: DepartmentNames) -> Self {
        self.departments = Some(Arc::new(names));
        self
    }

    /// Returns the sheet below the table.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// Returns all columns in the order of the file.
    pub fn columns(&self) -> &[Column<R::Column>] {
        &self.columns
    }

    /// Returns the fields of the file in its order.
    pub fn fields(&self) -> impl Iterator<Item = R::Column> {
        self.columns.iter().filter_map(|column| match column.meaning {
            Meaning::Field(column) => Some(column),
            _ => None,
        })
    }

    /// Returns the names of the extended attributes in the order of the file. The values of each row have the same order.
    pub fn extras(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter_map(|column| match &column.meaning {
            Meaning::Extra(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Returns the headings that are ignored because they are unknown.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        self.headings_of(Meaning::Ignored)
    }

    /// Returns the headings of the columns that an export writes but an import cannot.
    pub fn read_only(&self) -> impl Iterator<Item = &str> {
        self.headings_of(Meaning::ReadOnly)
    }

    /// Returns the headings of the columns that affect people and cannot be imported, for example 直属上级.
    pub fn deciding(&self) -> impl Iterator<Item = &str> {
        self.headings_of(Meaning::Deciding)
    }

    fn headings_of(&self, meaning: Meaning<R::Column>) -> impl Iterator<Item = &str> {
        let columns = self.columns.iter().filter(move |column| column.meaning == meaning);
        columns.map(|column| column.heading.as_str())
    }

    /// Returns the clean rows, each with its line. Each call returns the same rows.
    ///
    /// An error ends the rows: the file cannot be read further, or it changed after it was opened.
    pub fn records(&self) -> Records<R> {
        Records {
            table: self.clone(),
            rows: self.rows(),
            row: Row::default(),
            reading: Reading::new(self.columns.len()),
            cleared: Vec::new(),
        }
    }

    /// Returns the rows below the headings as in the file, without blank rows.
    pub fn rows(&self) -> SheetRows {
        self.sheet.rows_below(self.headings_line)
    }

    /// Returns whether the row can be a footer: its account is empty or cannot be valid.
    fn lacks_id(&self, row: &Row) -> bool {
        let id = self.id(row);
        id.is_empty()
            || !id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@'))
    }

    fn id<'r>(&self, row: &'r Row) -> &'r str {
        let is_id = |column: &Column<R::Column>| column.meaning == Meaning::Field(R::ID);
        self.columns.iter().position(is_id).map_or("", |at| trimmed(row.text(at)))
    }

    /// Returns whether the row repeats the headings, possibly in a second language: each cell names the field of its column, and the row has the
    /// heading of the account.
    fn repeats_headings(&self, row: &Row) -> bool {
        const LONGEST: usize = 40;
        let id = self.id(row);
        // Most rows end here.
        let may_be_heading =
            !id.is_ascii() || id.as_bytes().windows(2).any(|two| two.eq_ignore_ascii_case(b"id"));
        if id.len() > LONGEST || !may_be_heading {
            return false;
        }
        let mut named = 0;
        let names = |(at, column): (usize, &Column<R::Column>)| {
            let Meaning::Field(field) = column.meaning else { return true };
            let cell = trimmed(row.text(at));
            if cell.is_empty() {
                return field != R::ID;
            }
            named += 1;
            is_same(cell, &column.heading) || word::<R>(cell) == Some(Word::Field(field))
        };
        self.columns.iter().enumerate().all(names) && named > 1
    }

    fn standing(&self, at: usize, is_export: bool, cell: &str) -> Standing {
        if is_export { standing_of_export(cell) } else { standing(&self.columns[at].heading, cell) }
    }

    fn has_left(&self, row: &Row) -> bool {
        let has_left =
            |(at, is_export): &(usize, bool)| self.standing(*at, *is_export, row.text(*at)) == Standing::Left;
        self.statuses.iter().any(has_left)
    }

    fn leaving(&self, row: &Row) -> Leaving {
        let mut who = R::default();
        for (at, column) in self.columns.iter().enumerate() {
            if let Meaning::Field(field) = column.meaning
                && (field == R::ID || R::wanted(field) == Wanted::Name)
            {
                let raw = trimmed(row.text(at));
                let cell = clean(R::wanted(field), row.kind(at), row.text(at));
                // An invalid value is shown as in the file, because the row is not imported.
                let _ = who.set(field, cell.as_ref().map_or(raw, |(cell, _)| cell));
            }
        }
        let (userid, name) = who.who();
        Leaving { line: row.line(), userid: userid.into(), name: name.to_owned() }
    }

    /// Reads a row. `cleared` is a buffer for the columns whose cells clear a field.
    fn record(&self, row: &Row, reading: &mut Reading, cleared: &mut Vec<usize>) -> Option<R> {
        let mut record = R::default();
        let found = reading.problem_count;
        let line = row.line();
        let mut is_merged_across = false;
        cleared.clear();
        for (at, is_export) in self.statuses.iter() {
            let problem = match row.kind(*at) {
                Kind::Error => CellProblem::Failed,
                Kind::Uncomputed => CellProblem::Uncomputed,
                _ => CellProblem::UnknownStatus,
            };
            let is_readable = problem == CellProblem::UnknownStatus;
            if !is_readable || self.standing(*at, *is_export, row.text(*at)) == Standing::Unknown {
                reading.find(line, &self.columns[*at].heading, problem);
            }
        }
        for (at, column) in self.columns.iter().enumerate() {
            let (wanted, clears) = match &column.meaning {
                Meaning::Field(column) => (R::wanted(*column), R::clears(*column)),
                Meaning::Extra(_) => (Wanted::Attribute, true),
                Meaning::None => {
                    reading.astray += u64::from(column.heading.is_empty() && is_astray(row, at));
                    continue;
                }
                _ => continue,
            };
            if row.is_beside(at) && !(row.kind(at) == Kind::Text && trimmed(row.text(at)).is_empty()) {
                // A title over the whole row is one fault.
                if !is_merged_across {
                    reading.find(line, &column.heading, CellProblem::MergedAcross);
                }
                is_merged_across = true;
                continue;
            }
            if row.kind(at) == Kind::Absent {
                match &column.meaning {
                    Meaning::Field(field) => record.keep(*field),
                    _ => record.push_extra(None),
                }
                continue;
            }
            if self.hides_zeros(column, wanted, row.kind(at)) {
                reading.find(line, &column.heading, CellProblem::HiddenFormat);
                continue;
            }
            let (cell, corrections) = match self.cell(wanted, row.kind(at), row.text(at), reading) {
                Ok(cleaned) => cleaned,
                Err(problem) => {
                    reading.find(line, &column.heading, problem);
                    continue;
                }
            };
            corrections.iter().for_each(|correction| reading.tally.count(at, correction));
            if clears && cell.is_empty() {
                cleared.push(at);
            }
            match &column.meaning {
                Meaning::Field(field) if wanted == Wanted::Gender && is_ungendered(&cell) => {
                    record.keep(*field);
                    reading.tally.count(at, Correction::Kept);
                }
                Meaning::Field(field) => {
                    if let Err(error) = record.set(*field, &cell) {
                        reading.find(line, &column.heading, CellProblem::Unfit(CellForm::Import(error)));
                    }
                }
                _ => record.push_extra(Some(cell.into_owned())),
            }
        }
        let beyond = (self.columns.len()..row.len()).filter(|at| is_astray(row, *at)).count();
        if beyond > 0 && matches!(self.sheet.format(), Format::Csv { .. }) {
            reading.find(line, "", CellProblem::TooManyCells);
        }
        reading.astray += beyond as u64;
        if reading.problem_count > found {
            return None;
        }
        cleared.iter().for_each(|at| reading.tally.clear(*at));
        Some(record)
    }

    /// Cleans a cell. Department names become ids.
    fn cell<'a>(
        &self,
        wanted: Wanted,
        kind: Kind,
        text: &'a str,
        reading: &mut Reading,
    ) -> std::result::Result<(Cow<'a, str>, Corrections), CellProblem> {
        let cleaned = clean(wanted, kind, text);
        if wanted != Wanted::Departments || cleaned != Err(CellProblem::DepartmentNames) {
            return cleaned;
        }
        reading.department_names += 1;
        let Some(names) = &self.departments else { return cleaned };
        let (text, _) = clean(Wanted::Words, kind, text)?;
        let ids: Vec<String> = names.ids(&text)?.iter().map(|id| id.0.to_string()).collect();
        Ok((ids.join(";").into(), Corrections::of(Correction::Names)))
    }

    /// Returns whether a number can have leading zeros that the file does not store, in a column where they matter.
    fn hides_zeros(&self, column: &Column<R::Column>, wanted: Wanted, kind: Kind) -> bool {
        let matters = match &column.meaning {
            Meaning::Extra(name) => name.ends_with(['号', '码']) || is_like_id::<R>(name),
            _ => matches!(wanted, Wanted::Id | Wanted::Phone),
        };
        self.sheet.format().hides_number_formats() && matters && matches!(kind, Kind::Number(_))
    }
}

/// The clean rows of a table; see [`Table::records`]. [`into_reading`](Self::into_reading) returns the faults of the others.
pub struct Records<R: Record> {
    table: Table<R>,
    rows: SheetRows,
    row: Row,
    reading: Reading,
    /// A buffer for the columns whose cells clear a field.
    cleared: Vec<usize>,
}

impl<R: Record> Records<R> {
    /// Returns the result for the rows that were read so far. After the iterator ends without an error, these are all rows of the file.
    pub fn into_reading(mut self) -> Reading {
        self.reading.finish(&self.table.columns);
        self.reading
    }

    /// Reads the current row. Returns `None` if it is not a clean row.
    fn record(&mut self) -> Option<R> {
        let Self { table, row, reading, cleared, .. } = self;
        let is_footer = table.lacks_id(row) && is_footer::<R>(row, &table.columns);
        if reading.footers.len() < KEPT && (is_footer || table.repeats_headings(row)) {
            reading.footers.push(row.line());
            return None;
        }
        reading.rows += 1;
        if table.has_left(row) {
            reading.left += 1;
            if reading.leaving.len() < KEPT {
                reading.leaving.push(table.leaving(row));
            }
            return None;
        }
        let record = table.record(row, reading, cleared);
        reading.refused += u64::from(record.is_none());
        record
    }
}

impl<R: Record> Iterator for Records<R> {
    type Item = Result<(u64, R)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.rows.next_row(&mut self.row) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => return Some(Err(error)),
            }
            if let Some(record) = self.record() {
                return Some(Ok((self.row.line(), record)));
            }
        }
    }
}

impl<R: Record> fmt::Debug for Records<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// Returns whether a cell has a text that differs from the cell to its left.
fn is_astray(row: &Row, at: usize) -> bool {
    !row.is_beside(at) && !trimmed(row.text(at)).is_empty()
}
