//! The rows of an XLSX sheet, as a stream.

use std::{io::BufRead as _, sync::Arc};

use calamine::{ExcelDateTime, ExcelDateTimeType};
use memchr::memmem::Finder;
use quick_xml::events::{BytesStart, Event};

use super::{
    CELLS, ROW_BYTES, ROWS,
    formats::{Formats, Shown},
    merges::Range,
    package::{TEXT_BYTES, Xml, broken, unpacked},
    plain_row::{PlainContent, PlainRow},
    tags::{Head, Holds, head, head_of_row, range_of},
    texts::{Texts, unescaped},
    xml::{attribute, push_reference},
};
use crate::{Error, Kind, Quantity, Result, Row, row::COLUMNS};

/// The tables that the cells of a sheet refer to.
pub(super) struct Context {
    pub(super) texts: Texts,
    pub(super) formats: Formats,
    /// Dates are counted from 1904, as on old Macs.
    pub(super) is_1904: bool,
    /// The writing program left the computation to the reading program. Formulas have a 0 as placeholder.
    pub(super) is_to_compute: bool,
}

/// Reads a sheet from top to bottom.
pub(super) struct Cells {
    xml: Xml,
    /// Searches the end of a row.
    row_end: Finder<'static>,
    /// Whether the parser has just read a tag. After a text, the parser has already seen the next tag, so bytes must not be consumed around it.
    is_after_tag: bool,
    tag: Vec<u8>,
    buffer: Vec<u8>,
    value: String,
    progress: Progress,
}

/// The position of the reader, and the tables that the cells refer to.
struct Progress {
    context: Arc<Context>,
    /// The number of the last row, counted from 1.
    line: u64,
    /// Whether the tag of that row has its number. Otherwise the first cell can have it.
    is_numbered: bool,
    rows: u64,
    cells: u64,
    /// The cells that have no value because the formulas of this row were not computed.
    begun: Vec<Range>,
}

/// The content of a cell.
#[derive(Default)]
struct Found {
    has_formula: bool,
    /// The cells that the formula fills, if there are several.
    array: Option<Range>,
    has_value: bool,
    has_inline: bool,
}

impl Cells {
    pub(super) fn new(mut xml: Xml, context: Arc<Context>) -> Result<Self> {
        xml.config_mut().check_end_names = false;
        let progress =
            Progress { context, line: 0, is_numbered: false, rows: 0, cells: 0, begun: Vec::new() };
        let mut cells = Self {
            xml,
            row_end: Finder::new(b"</row>"),
            is_after_tag: true,
            tag: Vec::new(),
            buffer: Vec::new(),
            value: String::new(),
            progress,
        };
        loop {
            cells.tag.clear();
            match cells.xml.read_event_into(&mut cells.tag).map_err(broken)? {
                Event::Start(element) if element.local_name().as_ref() == "sheetData" => return Ok(cells),
                Event::Empty(element) if element.local_name().as_ref() == "sheetData" => {
                    cells.progress.rows = ROWS;
                    return Ok(cells);
                }
                Event::Eof => return Err(Error::Workbook("a sheet has no row data".to_owned())),
                _ => {}
            }
        }
    }

    /// Reads the next row. Returns whether it is hidden.
    pub(super) fn next_row(&mut self, row: &mut Row) -> Result<Option<bool>> {
        loop {
            if self.is_after_tag
                && let Some(is_hidden) = self.plain_row(row)?
            {
                return Ok(Some(is_hidden));
            }
            self.is_after_tag = false;
            self.tag.clear();
            match self.xml.read_event_into(&mut self.tag).map_err(broken)? {
                Event::Start(element) if element.local_name().as_ref() == "row" => {
                    let (line, is_hidden) = head_of_row(element.attributes_raw())?;
                    self.progress.begin(line, row)?;
                    self.read_row(row)?;
                    self.is_after_tag = true;
                    return Ok(Some(is_hidden));
                }
                Event::Empty(element) if element.local_name().as_ref() == "row" => {
                    let (line, _) = head_of_row(element.attributes_raw())?;
                    self.progress.begin(line, row)?;
                    self.is_after_tag = true;
                }
                Event::End(element) if element.local_name().as_ref() == "sheetData" => return Ok(None),
                Event::Eof if self.progress.rows == ROWS => return Ok(None),
                Event::Eof => return Err(Error::Workbook("a sheet is truncated".to_owned())),
                _ => {}
            }
        }
    }

    /// Returns the cells that a formula of this row fills but that have no value.
    pub(super) fn begun(&self) -> &[Range] {
        &self.progress.begun
    }

    /// Reads the next row without the parser and returns whether it is hidden. Returns `None` if the row is not plain; then no bytes are consumed.
    fn plain_row(&mut self, row: &mut Row) -> Result<Option<bool>> {
        let bytes = self.xml.get_mut().element(b"<row", &self.row_end).map_err(unpacked)?;
        let Some(bytes) = bytes else { return Ok(None) };
        let length = bytes.len();
        let is_hidden = PlainRow::new(bytes).and_then(|plain| self.progress.read_plain(plain, row));
        if is_hidden.is_some() {
            self.xml.get_mut().consume(length);
        }
        Ok(is_hidden)
    }

    fn read_row(&mut self, row: &mut Row) -> Result<()> {
        loop {
            self.tag.clear();
            let (head, is_empty) = match self.xml.read_event_into(&mut self.tag).map_err(broken)? {
                Event::Start(element) if element.local_name().as_ref() == "c" => {
                    (head(element.attributes_raw())?, false)
                }
                Event::Empty(element) if element.local_name().as_ref() == "c" => {
                    (head(element.attributes_raw())?, true)
                }
                Event::End(element) if element.local_name().as_ref() == "row" => return Ok(()),
                Event::Eof => return Err(Error::Workbook("a sheet is truncated".to_owned())),
                _ => continue,
            };
            self.progress.place(row, head)?;
            if is_empty {
                row.push(Kind::Text, "");
            } else {
                let found = self.read_cell()?;
                self.progress.push_found(row, head, &found, &self.value)?;
            }
            if row.bytes() > ROW_BYTES {
                return Err(Error::EndlessRow { line: self.progress.line });
            }
        }
    }

    /// Reads the content of a cell. The value goes into `self.value`.
    fn read_cell(&mut self) -> Result<Found> {
        let mut found = Found::default();
        let (mut is_value, mut is_hint) = (false, false);
        self.value.clear();
        loop {
            self.buffer.clear();
            match self.xml.read_event_into(&mut self.buffer).map_err(broken)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "v" => {
                        found.has_value = true;
                        is_value = !found.has_inline;
                    }
                    "f" => {
                        found.has_formula = true;
                        found.array = array(&element)?;
                    }
                    "is" => {
                        // A value beside the text is obsolete.
                        self.value.clear();
                        found.has_inline = true;
                    }
                    "t" => is_value = found.has_inline && !is_hint,
                    "rPh" => is_hint = true,
                    "c" | "row" => {
                        return Err(Error::Workbook("a cell is nested in another cell".to_owned()));
                    }
                    _ => {}
                },
                Event::Empty(element) => match element.local_name().as_ref() {
                    "v" => found.has_value = true,
                    "f" => {
                        found.has_formula = true;
                        found.array = array(&element)?;
                    }
                    _ => {}
                },
                Event::End(element) => match element.local_name().as_ref() {
                    "v" | "t" => is_value = false,
                    "rPh" => is_hint = false,
                    "c" => return Ok(found),
                    _ => {}
                },
                Event::Text(text) if is_value => self.value.push_str(&text.xml10_content()),
                Event::CData(text) if is_value => self.value.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) if is_value => push_reference(&reference, &mut self.value)?,
                Event::Eof => return Err(Error::Workbook("a sheet is truncated".to_owned())),
                _ => {}
            }
            if self.value.len() > TEXT_BYTES {
                return Err(Error::EndlessRow { line: self.progress.line });
            }
        }
    }
}

impl Progress {
    fn begin(&mut self, line: Option<u64>, row: &mut Row) -> Result<()> {
        self.is_numbered = line.is_some();
        let line = line.unwrap_or(self.line + 1);
        if line <= self.line {
            return Err(Error::Workbook(format!("row {line} follows row {}", self.line)));
        }
        if line > ROWS || self.rows == ROWS {
            return Err(Error::TooMany { what: Quantity::Rows, limit: ROWS });
        }
        self.rows += 1;
        self.line = line;
        self.begun.clear();
        row.start(line);
        Ok(())
    }

    /// Reads a row without the parser. Returns `None` if it needs the parser; then nothing is recorded.
    fn read_plain(&mut self, plain: PlainRow<'_>, row: &mut Row) -> Option<bool> {
        let before = (self.line, self.rows, self.cells);
        let is_hidden = self.read_plain_cells(plain, row);
        if is_hidden.is_none() {
            (self.line, self.rows, self.cells) = before;
        }
        is_hidden
    }

    fn read_plain_cells(&mut self, plain: PlainRow<'_>, row: &mut Row) -> Option<bool> {
        let (line, is_hidden) = head_of_row(plain.attributes).ok()?;
        self.begin(line, row).ok()?;
        let mut cells = plain.cells()?;
        while let Some(cell) = cells.next_cell()? {
            let head = head(cell.attributes).ok()?;
            self.place(row, head).ok()?;
            match cell.content {
                PlainContent::None => row.push(Kind::Text, ""),
                PlainContent::Empty => self.push(row, head, "").ok()?,
                PlainContent::Value(value) => self.push(row, head, value).ok()?,
                PlainContent::Inline(text) => self.push_text(row, head.style, text),
            }
            if row.bytes() > ROW_BYTES {
                return None;
            }
        }
        Some(is_hidden)
    }

    /// Moves to the column of the cell.
    fn place(&mut self, row: &mut Row, head: Head) -> Result<()> {
        let column = match head.place {
            None => row.len(),
            Some((column, line)) if line == self.line => column,
            Some((column, line))
                if !self.is_numbered && row.texts().next().is_none() && line > self.line && line <= ROWS =>
            {
                self.line = line;
                row.start(line);
                column
            }
            Some((column, _)) if column >= COLUMNS => column,
            Some(_) => {
                return Err(Error::Workbook(format!("a cell in row {} refers to another row", self.line)));
            }
        };
        if column >= COLUMNS {
            return Err(Error::TooWide { line: self.line });
        }
        if column < row.len() {
            return Err(Error::Workbook(format!("the cells of row {} are not in order", self.line)));
        }
        self.cells += 1;
        if self.cells > CELLS {
            return Err(Error::TooMany { what: Quantity::Cells, limit: CELLS });
        }
        row.pad(column);
        Ok(())
    }

    /// Adds a cell that the parser read.
    fn push_found(&mut self, row: &mut Row, head: Head, found: &Found, value: &str) -> Result<()> {
        if found.has_inline {
            self.push_text(row, head.style, value);
            return Ok(());
        }
        // An empty text is a computed value if the cell has the type text.
        let is_computed = found.has_value && (!value.is_empty() || head.holds == Holds::Text);
        if found.has_formula && !(is_computed && !(self.context.is_to_compute && value == "0")) {
            let here = (self.line - 1, row.len());
            row.push(Kind::Uncomputed, "");
            // The other cells of the range are missing in the file, or empty.
            self.begun.extend(found.array.filter(|range| (range.top, range.left) == here));
            return Ok(());
        }
        self.push(row, head, value)
    }

    /// Adds a cell with this value.
    fn push(&self, row: &mut Row, head: Head, value: &str) -> Result<()> {
        let plain = value.trim_ascii();
        if plain.is_empty() && head.holds != Holds::Text {
            row.push(Kind::Text, "");
            return Ok(());
        }
        match head.holds {
            Holds::Shared => match plain.parse().ok().and_then(|at| self.context.texts.get(at)) {
                Some(text) => self.push_shown_text(row, head.style, text),
                None => {
                    return Err(Error::Workbook(format!(
                        "row {} refers to a missing shared text",
                        self.line
                    )));
                }
            },
            Holds::Text | Holds::Inline => self.push_text(row, head.style, value),
            Holds::Bool => match plain {
                "1" | "true" | "TRUE" => row.push(Kind::Bool(true), "TRUE"),
                "0" | "false" | "FALSE" => row.push(Kind::Bool(false), "FALSE"),
                _ => {
                    return Err(Error::Workbook(format!("a cell of row {} has an invalid flag", self.line)));
                }
            },
            Holds::Date => row.push(Kind::Date, plain.strip_suffix("T00:00:00").unwrap_or(plain)),
            Holds::Error => row.push(Kind::Error, plain),
            Holds::Number => self.push_number(row, head.style, plain),
        }
        Ok(())
    }

    fn push_text(&self, row: &mut Row, style: usize, text: &str) {
        match unescaped(text) {
            Some(text) => self.push_shown_text(row, style, &text),
            None => self.push_shown_text(row, style, text),
        }
    }

    fn push_shown_text(&self, row: &mut Row, style: usize, text: &str) {
        match self.context.formats.around(style) {
            Some((before, after)) if !text.is_empty() => {
                row.push_shown(Kind::Text, format_args!("{before}{text}{after}"));
            }
            _ => row.push(Kind::Text, text),
        }
    }

    fn push_number(&self, row: &mut Row, style: usize, text: &str) {
        let number = match text.parse::<f64>() {
            Ok(number) if number.is_finite() => number,
            _ => return row.push(Kind::Text, text),
        };
        let formats = &self.context.formats;
        let shown = if formats.is_plain() { &Shown::Plain } else { formats.get(style).at(number) };
        match shown {
            Shown::Plain | Shown::Conditional(_) => push_number(row, number, text),
            Shown::Time(_) if !(0.0..DAYS).contains(&number) => row.push(Kind::Error, TOO_WIDE),
            Shown::Digits(..) | Shown::Percent(_) | Shown::Time(_) => match shown.text(number) {
                Some(shown) => row.push(Kind::Text, &shown),
                None => push_number(row, number, text),
            },
            Shown::Duration => row.push_shown(Kind::Duration, number),
            Shown::Day => push_date(row, number.floor(), self.context.is_1904),
            Shown::Date => push_date(row, number, self.context.is_1904),
        }
    }
}

fn push_number(row: &mut Row, number: f64, text: &str) {
    // Most numbers are stored as they are displayed.
    if text.len() <= 15 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        row.push(Kind::Number(number), text);
    } else {
        row.push_shown(Kind::Number(number), number);
    }
}

/// The last day of Excel is in the year 9999.
const DAYS: f64 = 2_958_466.0;

/// The text of a number that is no date.
const TOO_WIDE: &str = "########";

/// Displays a number of days as ISO 8601.
pub(super) fn push_date(row: &mut Row, days: f64, is_1904: bool) {
    if !(0.0..DAYS).contains(&days) {
        return row.push(Kind::Error, TOO_WIDE);
    }
    if days < 1.0 {
        // A time of day in a format that is not reproduced. As a date it would get a day that the sheet does not show.
        return row.push_shown(Kind::Duration, days);
    }
    let time = ExcelDateTime::new(days, ExcelDateTimeType::DateTime, is_1904);
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        row.push_shown(Kind::Date, format_args!("{year:04}-{month:02}-{day:02}"));
    } else {
        let text = format_args!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        row.push_shown(Kind::Date, text);
    }
}

/// Returns the cells that a formula fills, if there are several.
fn array(formula: &BytesStart<'_>) -> Result<Option<Range>> {
    match attribute(formula, "ref")? {
        Some(range) if attribute(formula, "t")?.as_deref() != Some("shared") => range_of(&range),
        _ => Ok(None),
    }
}
