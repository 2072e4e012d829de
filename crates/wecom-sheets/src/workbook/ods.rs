//! ODS workbooks (OpenDocument): their tables and rows.
//!
//! Equal rows and cells are written once, with a count. The file has the value of a number, and most programs also write its displayed text.

use std::io::Read;

use quick_xml::events::{BytesStart, Event};

use super::{
    CELLS, Listed, Pick, ROW_BYTES, ROWS,
    merges::{MERGES, Range},
    package::{HELD, Package, STREAMED, TEXT_BYTES, Xml, broken, unpacked},
    xml::{attribute, each_element, push_reference},
};
use crate::{Error, Kind, OtherFile, Quantity, Result, Row, row::COLUMNS, source::Source};

const CONTENT: &str = "content.xml";
const MANIFEST: &str = "META-INF/manifest.xml";
const SPREADSHEET: &str = "application/vnd.oasis.opendocument.spreadsheet";

/// A workbook with a selected sheet.
pub(crate) struct Book {
    /// The number of the table.
    table: usize,
}

/// Returns whether the package is a spreadsheet.
///
/// # Errors
///
/// Returns an error if it is another `OpenDocument` file, or has a password.
pub(super) fn is_one(package: &mut Package) -> Result<bool> {
    let Some(part) = package.part("mimetype", HELD)? else { return Ok(false) };
    let mut kind = String::new();
    if part.take(256).read_to_string(&mut kind).map_err(unpacked).is_err() || !package.has(CONTENT) {
        return Ok(false);
    }
    if !kind.starts_with(SPREADSHEET) {
        let is_document = kind.starts_with("application/vnd.oasis.opendocument");
        return if is_document { Err(Error::NotASheet { what: OtherFile::OpenDocument }) } else { Ok(false) };
    }
    if let Some(xml) = package.xml(MANIFEST, HELD)? {
        each_element(xml, &mut |element, _| match element.local_name().as_ref() {
            "encryption-data" => Err(Error::Password),
            _ => Ok(()),
        })?;
    }
    Ok(true)
}

pub(super) fn open(mut package: Package, pick: Pick<'_>) -> Result<(Book, Listed)> {
    let (mut hidden, mut tables, mut style) = (Vec::new(), Vec::new(), None);
    each_element(content(&mut package)?, &mut |element, path| {
        match (path.last().map(String::as_str), element.local_name().as_ref()) {
            (_, "style") => style = attribute(element, "name")?,
            (Some("style"), "table-properties")
                if attribute(element, "display")?.as_deref() == Some("false") =>
            {
                hidden.extend(style.take());
            }
            (Some("spreadsheet"), "table") => {
                let name = attribute(element, "name")?.unwrap_or_default();
                tables.push((name, attribute(element, "style-name")?));
            }
            _ => {}
        }
        if hidden.len().max(tables.len()) > TABLES {
            return Err(Error::TooMany { what: Quantity::Sheets, limit: TABLES as u64 });
        }
        Ok(())
    })?;
    let is_shown = |style: &Option<String>| style.as_ref().is_none_or(|style| !hidden.contains(style));
    let (table, listed) = pick(tables.iter().map(|(name, style)| (name.clone(), is_shown(style))).collect())?;
    Ok((Book { table }, listed))
}

/// Maximum number of tables. This is `LibreOffice`'s limit.
const TABLES: usize = 10_000;

fn content(package: &mut Package) -> Result<Xml> {
    match package.xml(CONTENT, STREAMED)? {
        Some(xml) => Ok(xml),
        None => Err(Error::Workbook("it has no content part".to_owned())),
    }
}

impl Book {
    pub(super) fn rows(&self, source: &Source) -> Result<Rows> {
        let xml = content(&mut Package::open(source)?)?;
        Ok(Rows {
            xml,
            buffer: Vec::new(),
            table: self.table,
            level: 0,
            spreadsheet: None,
            tables: 0,
            line: 1,
            cells: 0,
            spans: 0,
            row: Row::default(),
            begun: Vec::new(),
            left: 0,
            is_hidden: false,
        })
    }
}

/// The rows of a sheet.
pub(super) struct Rows {
    xml: Xml,
    buffer: Vec<u8>,
    /// The number of the table that is read.
    table: usize,
    /// The number of open elements.
    level: usize,
    /// The level inside the workbook element. Tables can be nested in tables and elsewhere. The tables of the workbook are its direct children.
    spreadsheet: Option<usize>,
    /// The number of tables that have begun.
    tables: usize,
    /// The number of the current row, counted from 1.
    line: u64,
    cells: u64,
    spans: usize,
    /// The last row, and the number of times that it is still to be returned.
    row: Row,
    left: u64,
    is_hidden: bool,
    begun: Vec<Range>,
}

/// The attributes of a cell.
struct Head {
    times: usize,
    columns: usize,
    rows: u64,
    kind: Option<Kind>,
    value: Option<String>,
    is_covered: bool,
}

impl Rows {
    /// Reads the next row. Returns whether it is hidden.
    pub(super) fn next_row(&mut self, row: &mut Row) -> Result<Option<bool>> {
        if self.left == 0 && !self.read_next()? {
            return Ok(None);
        }
        self.left -= 1;
        if self.left > 0 {
            row.clone_from(&self.row);
        } else {
            std::mem::swap(row, &mut self.row);
        }
        if row.line() != self.line {
            // Only the first of equal rows begins ranges.
            self.begun.clear();
        }
        row.renumber(self.line);
        self.line += 1;
        self.cells += row.len() as u64;
        if self.cells > CELLS {
            return Err(Error::TooMany { what: Quantity::Cells, limit: CELLS });
        }
        Ok(Some(self.is_hidden))
    }

    /// Returns the ranges that begin in the last row.
    pub(super) fn begun(&self) -> &[Range] {
        &self.begun
    }

    /// Reads the next row that is not blank, and records how often it repeats. Returns false at the end.
    fn read_next(&mut self) -> Result<bool> {
        loop {
            self.buffer.clear();
            let is_here = self.tables == self.table + 1;
            match self.xml.read_event_into(&mut self.buffer).map_err(broken)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "table-row" if is_here => {
                        let (times, is_hidden) = head_of_row(&element)?;
                        self.is_hidden = is_hidden;
                        self.read()?;
                        if self.row.is_blank() && self.begun.is_empty() {
                            self.line = self.line.saturating_add(times);
                            continue;
                        }
                        if self.line.saturating_add(times) > ROWS + 1 {
                            return Err(Error::TooMany { what: Quantity::Rows, limit: ROWS });
                        }
                        self.left = times;
                        return Ok(true);
                    }
                    name => {
                        self.tables += usize::from(name == "table" && self.spreadsheet == Some(self.level));
                        self.level += 1;
                        if name == "spreadsheet" {
                            self.spreadsheet = Some(self.level);
                        }
                    }
                },
                Event::Empty(element) => match element.local_name().as_ref() {
                    "table-row" if is_here => {
                        self.line = self.line.saturating_add(head_of_row(&element)?.0);
                    }
                    "table" => self.tables += usize::from(self.spreadsheet == Some(self.level)),
                    _ => {}
                },
                Event::End(_) => {
                    self.level = self.level.saturating_sub(1);
                    if is_here && self.spreadsheet == Some(self.level) {
                        return Ok(false);
                    }
                }
                Event::Eof => return Ok(false),
                _ => {}
            }
        }
    }

    /// Reads the cells of a row.
    fn read(&mut self) -> Result<()> {
        let (mut tag, mut text) = (Vec::new(), String::new());
        // Empty cells are added only if another cell follows.
        let mut empty = 0_usize;
        self.row.start(self.line);
        self.begun.clear();
        loop {
            tag.clear();
            let (head, is_open) = match self.xml.read_event_into(&mut tag).map_err(broken)? {
                Event::Start(element) => match element.local_name().as_ref() {
                    "table-cell" | "covered-table-cell" => (head(&element)?, true),
                    _ => continue,
                },
                Event::Empty(element) => match element.local_name().as_ref() {
                    "table-cell" | "covered-table-cell" => (head(&element)?, false),
                    _ => continue,
                },
                Event::End(element) if element.local_name().as_ref() == "table-row" => return Ok(()),
                Event::Eof => return Err(Error::Workbook("a sheet is truncated".to_owned())),
                _ => continue,
            };
            text.clear();
            if is_open {
                read_text(&mut self.xml, &mut text)?;
            }
            let column = self.row.len() + empty;
            if head.columns > 1 || head.rows > 1 {
                self.span(column, &head)?;
            }
            if head.is_covered || (head.kind.is_none() && head.value.is_none() && text.is_empty()) {
                empty = empty.saturating_add(head.times);
                continue;
            }
            if column.saturating_add(head.times) > COLUMNS {
                return Err(Error::TooWide { line: self.line });
            }
            self.row.pad(column);
            empty = 0;
            push(&mut self.row, &head, &text);
            self.row.repeat(head.times - 1);
            if self.row.bytes() > ROW_BYTES {
                return Err(Error::EndlessRow { line: self.line });
            }
        }
    }

    fn span(&mut self, left: usize, head: &Head) -> Result<()> {
        self.spans += 1;
        if self.spans > MERGES {
            return Err(Error::TooMany { what: Quantity::MergedRanges, limit: MERGES as u64 });
        }
        let right = left.saturating_add(head.columns - 1);
        if right >= COLUMNS {
            return Err(Error::TooWide { line: self.line });
        }
        let top = self.line - 1;
        self.begun.push(Range { top, left, bottom: top.saturating_add(head.rows - 1), right });
        Ok(())
    }
}

/// Returns how often a row repeats, and whether it is hidden by hand or by a filter.
fn head_of_row(element: &BytesStart<'_>) -> Result<(u64, bool)> {
    let times = attribute(element, "number-rows-repeated")?.and_then(|times| times.parse().ok());
    let visibility = attribute(element, "visibility")?;
    Ok((times.unwrap_or(1).max(1), matches!(visibility.as_deref(), Some("collapse" | "filter"))))
}

fn head(element: &BytesStart<'_>) -> Result<Head> {
    let mut head = Head {
        times: 1,
        columns: 1,
        rows: 1,
        kind: None,
        value: None,
        is_covered: element.local_name().as_ref() == "covered-table-cell",
    };
    let (mut kind, mut has_formula, mut is_error) = (None, false, false);
    for attribute in element.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| Error::Workbook(error.to_string()))?;
        let value = attribute.value.as_ref();
        match attribute.key.as_ref() {
            "table:number-columns-repeated" => head.times = value.parse().unwrap_or(1).max(1),
            "table:number-columns-spanned" => head.columns = value.parse().unwrap_or(1).max(1),
            "table:number-rows-spanned" => head.rows = value.parse().unwrap_or(1).max(1),
            "table:formula" => has_formula = true,
            "office:value-type" => kind = Some(value.to_owned()),
            "calcext:value-type" => is_error = value == "error",
            "office:value"
            | "office:date-value"
            | "office:time-value"
            | "office:boolean-value"
            | "office:string-value" => {
                let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).map_err(broken)?;
                head.value = Some(value.into_owned());
            }
            _ => {}
        }
    }
    head.kind = match kind.as_deref() {
        _ if is_error => Some(Kind::Error),
        None if has_formula => Some(Kind::Uncomputed),
        None => None,
        Some("float" | "percentage" | "currency") => {
            let number = head.value.as_ref().and_then(|value| value.trim().parse().ok());
            Some(Kind::Number(
                number
                    .filter(|number: &f64| number.is_finite())
                    .ok_or_else(|| Error::Workbook("a cell has an invalid number".to_owned()))?,
            ))
        }
        Some("boolean") => Some(Kind::Bool(head.value.as_deref() == Some("true"))),
        Some("date") => Some(Kind::Date),
        Some("time") => Some(Kind::Duration),
        Some(_) => Some(Kind::Text),
    };
    Ok(head)
}

fn push(row: &mut Row, head: &Head, text: &str) {
    let value = head.value.as_deref();
    match head.kind {
        Some(Kind::Number(number)) => {
            // The format of the cell displays leading zeros, or a percent.
            let has_zeros =
                text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
            if has_zeros || text.ends_with('%') {
                row.push(Kind::Text, text);
            } else {
                row.push_shown(Kind::Number(number), number);
            }
        }
        Some(Kind::Bool(flag)) => row.push(Kind::Bool(flag), if flag { "TRUE" } else { "FALSE" }),
        Some(Kind::Date) => {
            let date = value.unwrap_or(text);
            row.push(Kind::Date, date.strip_suffix("T00:00:00").unwrap_or(date));
        }
        Some(Kind::Duration) => row.push(Kind::Duration, value.unwrap_or(text)),
        Some(Kind::Uncomputed) => row.push(Kind::Uncomputed, ""),
        Some(Kind::Error) => row.push(Kind::Error, text),
        _ => row.push(Kind::Text, value.unwrap_or(text)),
    }
}

/// Reads the paragraphs of a cell up to its end. Notes, drawings and pronunciation hints are ignored.
fn read_text(xml: &mut Xml, text: &mut String) -> Result<()> {
    let mut buffer = Vec::new();
    let (mut skipped, mut paragraphs, mut is_inside) = (0_usize, 0, false);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(broken)? {
            Event::Start(_) if skipped > 0 => skipped += 1,
            Event::Start(element) => match element.name().as_ref() {
                "text:p" => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    paragraphs += 1;
                    is_inside = true;
                }
                "office:annotation" | "text:ruby-text" | "table:table" => skipped = 1,
                name if name.starts_with("draw:") || name.starts_with("table:detective") => skipped = 1,
                _ => push_blank(&element, text)?,
            },
            Event::Empty(_) if skipped > 0 => {}
            Event::Empty(element) => match element.name().as_ref() {
                "text:p" => {
                    if paragraphs > 0 {
                        text.push('\n');
                    }
                    paragraphs += 1;
                }
                _ => push_blank(&element, text)?,
            },
            Event::End(_) if skipped > 0 => skipped -= 1,
            Event::End(element) => match element.local_name().as_ref() {
                "p" => is_inside = false,
                "table-cell" | "covered-table-cell" => return Ok(()),
                _ => {}
            },
            Event::Text(part) if is_inside && skipped == 0 => text.push_str(&part.xml10_content()),
            Event::CData(part) if is_inside && skipped == 0 => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) if is_inside && skipped == 0 => push_reference(&reference, text)?,
            Event::Eof => return Err(Error::Workbook("a sheet is truncated".to_owned())),
            _ => {}
        }
        if text.len() > TEXT_BYTES {
            return Err(Error::TooLarge { part: CONTENT.to_owned(), limit: TEXT_BYTES as u64 });
        }
    }
}

/// Adds the blanks that an element represents.
fn push_blank(element: &BytesStart<'_>, text: &mut String) -> Result<()> {
    match element.name().as_ref() {
        "text:s" => {
            let times: usize = attribute(element, "c")?.and_then(|times| times.parse().ok()).unwrap_or(1);
            text.extend(std::iter::repeat_n(' ', times.min(TEXT_BYTES)));
        }
        "text:tab" => text.push('\t'),
        "text:line-break" => text.push('\n'),
        _ => {}
    }
    Ok(())
}
