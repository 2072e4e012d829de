//! The rows of an XLSX sheet, one by one.

use calamine::{ExcelDateTime, ExcelDateTimeType};
use quick_xml::events::{BytesStart, Event};

use super::{
    CELLS, ROW_BYTES, ROWS,
    formats::{Formats, Shown},
    merges::Range,
    package::{TEXT_BYTES, Xml, broken},
    texts::{Texts, unescaped},
    xlsx::range_of,
    xml::{attribute, is_true, plain_attributes, push_reference},
};
use crate::{Error, Kind, Result, Row, sheet::COLUMNS};

/// What the cells of a sheet refer to.
pub(super) struct Context {
    pub(super) texts: Texts,
    pub(super) formats: Formats,
    /// Days are counted from 1904, as on old Macs.
    pub(super) is_1904: bool,
    /// The program that wrote the workbook left computing to the program that opens it: formulas have a 0 for want of a value.
    pub(super) is_to_compute: bool,
}

/// Reads a sheet from top to bottom.
pub(super) struct Cells<'a> {
    xml: Xml<'a>,
    context: &'a Context,
    tag: Vec<u8>,
    buffer: Vec<u8>,
    value: String,
    /// The last row, counted from 1.
    line: u64,
    /// Whether that row names its number; if not, its first cell may.
    is_numbered: bool,
    rows: u64,
    cells: u64,
    /// What the row's formulas leave without a value.
    begun: Vec<Range>,
}

/// What a cell's tag says.
#[derive(Clone, Copy, Default)]
struct Head {
    /// The column, counted from 0, and the row, counted from 1.
    place: Option<(usize, u64)>,
    style: usize,
    holds: Holds,
}

/// What a cell's type says of its value.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Holds {
    #[default]
    Number,
    /// The number of a shared text.
    Shared,
    Text,
    Inline,
    Bool,
    Date,
    Error,
}

/// What was found in a cell.
#[derive(Default)]
struct Found {
    has_formula: bool,
    /// The cells that the formula gives a value to, if they are several.
    array: Option<Range>,
    has_value: bool,
    has_inline: bool,
}

impl<'a> Cells<'a> {
    pub(super) fn new(mut xml: Xml<'a>, context: &'a Context) -> Result<Self> {
        xml.config_mut().check_end_names = false;
        let mut cells = Self {
            xml,
            context,
            tag: Vec::new(),
            buffer: Vec::new(),
            value: String::new(),
            line: 0,
            is_numbered: false,
            rows: 0,
            cells: 0,
            begun: Vec::new(),
        };
        loop {
            cells.tag.clear();
            match cells.xml.read_event_into(&mut cells.tag).map_err(broken)? {
                Event::Start(element) if element.local_name().as_ref() == "sheetData" => return Ok(cells),
                Event::Empty(element) if element.local_name().as_ref() == "sheetData" => {
                    cells.rows = ROWS;
                    return Ok(cells);
                }
                Event::Eof => return Err(Error::Workbook("a sheet has no rows in it".to_owned())),
                _ => {}
            }
        }
    }

    /// Reads the next row; says whether it is hidden.
    pub(super) fn next_row(&mut self, row: &mut Row) -> Result<Option<bool>> {
        loop {
            self.tag.clear();
            match self.xml.read_event_into(&mut self.tag).map_err(broken)? {
                Event::Start(element) if element.local_name().as_ref() == "row" => {
                    let (line, is_hidden) = head_of_row(&element)?;
                    self.begin(line, row)?;
                    self.read_row(row)?;
                    return Ok(Some(is_hidden));
                }
                Event::Empty(element) if element.local_name().as_ref() == "row" => {
                    let (line, _) = head_of_row(&element)?;
                    self.begin(line, row)?;
                }
                Event::End(element) if element.local_name().as_ref() == "sheetData" => return Ok(None),
                Event::Eof if self.rows == ROWS => return Ok(None),
                Event::Eof => return Err(Error::Workbook("a sheet breaks off".to_owned())),
                _ => {}
            }
        }
    }

    fn begin(&mut self, line: Option<u64>, row: &mut Row) -> Result<()> {
        self.is_numbered = line.is_some();
        let line = line.unwrap_or(self.line + 1);
        if line <= self.line {
            return Err(Error::Workbook(format!("row {line} stands below row {}", self.line)));
        }
        if line > ROWS || self.rows == ROWS {
            return Err(Error::TooMany { what: "rows", limit: ROWS });
        }
        self.rows += 1;
        self.line = line;
        self.begun.clear();
        row.start(line);
        Ok(())
    }

    /// The cells that a formula of this row should have given a value to, and did not.
    pub(super) fn begun(&self) -> &[Range] {
        &self.begun
    }

    fn read_row(&mut self, row: &mut Row) -> Result<()> {
        loop {
            self.tag.clear();
            let (head, is_empty) = match self.xml.read_event_into(&mut self.tag).map_err(broken)? {
                Event::Start(element) if element.local_name().as_ref() == "c" => (head(&element)?, false),
                Event::Empty(element) if element.local_name().as_ref() == "c" => (head(&element)?, true),
                Event::End(element) if element.local_name().as_ref() == "row" => return Ok(()),
                Event::Eof => return Err(Error::Workbook("a sheet breaks off".to_owned())),
                _ => continue,
            };
            let column = match head.place {
                None => row.len(),
                Some((column, line)) if line == self.line => column,
                Some((column, line))
                    if !self.is_numbered
                        && row.texts().next().is_none()
                        && line > self.line
                        && line <= ROWS =>
                {
                    self.line = line;
                    row.start(line);
                    column
                }
                Some((column, _)) if column >= COLUMNS => column,
                Some(_) => {
                    return Err(Error::Workbook(format!("a cell in row {} names another row", self.line)));
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
                return Err(Error::TooMany { what: "cells", limit: CELLS });
            }
            row.pad(column);
            if is_empty {
                row.push(Kind::Text, "");
            } else {
                let found = self.read_cell()?;
                self.push(row, head, &found)?;
            }
            if row.bytes() > ROW_BYTES {
                return Err(Error::EndlessRow { line: self.line });
            }
        }
    }

    /// Reads what is in a cell, its value into `self.value`.
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
                        // A value beside the text is a remnant.
                        self.value.clear();
                        found.has_inline = true;
                    }
                    "t" => is_value = found.has_inline && !is_hint,
                    "rPh" => is_hint = true,
                    "c" | "row" => return Err(Error::Workbook("a cell stands in a cell".to_owned())),
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
                Event::Eof => return Err(Error::Workbook("a sheet breaks off".to_owned())),
                _ => {}
            }
            if self.value.len() > TEXT_BYTES {
                return Err(Error::EndlessRow { line: self.line });
            }
        }
    }

    fn push(&mut self, row: &mut Row, head: Head, found: &Found) -> Result<()> {
        let value = self.value.as_str();
        let context = self.context;
        if found.has_inline {
            self.push_text(row, head.style, value);
            return Ok(());
        }
        // An empty text is the value of a formula that says so.
        let is_computed = found.has_value && (!value.is_empty() || head.holds == Holds::Text);
        if found.has_formula && !(is_computed && !(context.is_to_compute && value == "0")) {
            let here = (self.line - 1, row.len());
            row.push(Kind::Uncomputed, "");
            // The cells beside it are not in the file, or as empty.
            self.begun.extend(found.array.filter(|range| (range.top, range.left) == here));
            return Ok(());
        }
        let plain = value.trim_ascii();
        if plain.is_empty() && head.holds != Holds::Text {
            row.push(Kind::Text, "");
            return Ok(());
        }
        match head.holds {
            Holds::Shared => match plain.parse().ok().and_then(|at| context.texts.get(at)) {
                Some(text) => self.push_shown_text(row, head.style, text),
                None => return Err(Error::Workbook(format!("a text of row {} is not in it", self.line))),
            },
            Holds::Text | Holds::Inline => self.push_text(row, head.style, value),
            Holds::Bool => match plain {
                "1" | "true" | "TRUE" => row.push(Kind::Bool(true), "TRUE"),
                "0" | "false" | "FALSE" => row.push(Kind::Bool(false), "FALSE"),
                _ => {
                    return Err(Error::Workbook(format!(
                        "a cell of row {} is neither true nor false",
                        self.line
                    )));
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
            Shown::Digits(..) => match shown.digits(number) {
                Some(shown) => row.push(Kind::Text, &shown),
                None => push_number(row, number, text),
            },
            Shown::Duration => row.push_shown(Kind::Duration, number),
            Shown::Date => push_date(row, number, self.context.is_1904),
        }
    }
}

fn push_number(row: &mut Row, number: f64, text: &str) {
    // Nearly all: written as they are shown.
    if text.len() <= 15 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        row.push(Kind::Number(number), text);
    } else {
        row.push_shown(Kind::Number(number), number);
    }
}

/// The last day that Excel knows is in the year 9999.
const DAYS: f64 = 2_958_466.0;

/// Shows a number of days as ISO 8601.
pub(super) fn push_date(row: &mut Row, days: f64, is_1904: bool) {
    if !(0.0..DAYS).contains(&days) {
        return row.push(Kind::Error, "########");
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

/// The cells that a formula gives a value to, if they are several.
fn array(formula: &BytesStart<'_>) -> Result<Option<Range>> {
    match attribute(formula, "ref")? {
        Some(range) if attribute(formula, "t")?.as_deref() != Some("shared") => range_of(&range),
        _ => Ok(None),
    }
}

/// The number of a row, if it names it, and whether it is hidden.
fn head_of_row(element: &BytesStart<'_>) -> Result<(Option<u64>, bool)> {
    let (mut line, mut is_hidden) = (None, false);
    for attribute in plain_attributes(element) {
        let (name, value) = attribute?;
        match name {
            "r" => match value.trim_ascii().parse() {
                Ok(number) if number > 0 => line = Some(number),
                _ => return Err(Error::Workbook("a row has a number that is none".to_owned())),
            },
            "hidden" => is_hidden |= is_true(Some(value)),
            // A row without height is as hidden.
            "ht" => is_hidden |= value.parse() == Ok(0.0),
            _ => {}
        }
    }
    Ok((line, is_hidden))
}

fn head(element: &BytesStart<'_>) -> Result<Head> {
    let mut head = Head::default();
    for attribute in plain_attributes(element) {
        let (name, value) = attribute?;
        match name {
            "r" => match place(value) {
                Some(place) => head.place = Some(place),
                None => return Err(Error::Workbook("a cell has a place that is none".to_owned())),
            },
            "s" => head.style = value.parse().unwrap_or(0),
            "t" => {
                head.holds = match value {
                    "n" => Holds::Number,
                    "s" => Holds::Shared,
                    "str" => Holds::Text,
                    "inlineStr" | "is" => Holds::Inline,
                    "b" => Holds::Bool,
                    "d" => Holds::Date,
                    "e" => Holds::Error,
                    _ => return Err(Error::Workbook("a cell is of a type that there is not".to_owned())),
                }
            }
            _ => {}
        }
    }
    Ok(head)
}

/// The column, counted from 0, and the row, counted from 1, that `B12` or `$B$12` names.
pub(super) fn place(name: &str) -> Option<(usize, u64)> {
    let (mut column, mut row, mut letters, mut digits) = (0_usize, 0_u64, 0, 0);
    for byte in name.trim_ascii().bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' if digits == 0 && letters < 5 => {
                letters += 1;
                column = column * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1;
            }
            b'0'..=b'9' if letters > 0 && digits < 12 => {
                digits += 1;
                row = row * 10 + u64::from(byte - b'0');
            }
            b'$' => {}
            _ => return None,
        }
    }
    (row > 0).then(|| (column - 1, row))
}
