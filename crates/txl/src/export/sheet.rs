//! Rows as a spreadsheet (CSV, XLSX) that `txl import` reads again.
//!
//! A column that the credential may not see must not be there: imported, its empty cells would empty the field. Which columns
//! have a value, and which attributes (扩展属性) there are, is known once all rows are read. So rows wait in a nameless file, as
//! short as they can be, and are copied from there under their headings.
//!
//! A column of which only some rows have a value that WeCom gave gets a [heading](INCOMPLETE_PREFIX) that is no field to an import, since in those rows an
//! empty cell does not mean an empty field.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek},
    marker::PhantomData,
    path::{Path, PathBuf},
    sync::Arc,
};

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use wecom_contacts::members::{Attribute, AttributeValue, ExtAttr};
use wecom_sheets::writing::{CsvWriter, INCOMPLETE_PREFIX, SHEET_ROWS, WriteError, XlsxWriter};

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
/// More attributes than that are left in the [rest](REST): a server must not choose how wide the file gets.
const MOST_ATTRIBUTES: usize = 500;
/// So many rows are written at once.
const RUN: u64 = 1000;
/// So many bytes of a finished workbook are copied at once.
const CHUNK: usize = 1 << 20;

/// A row's cells, and what is known of the columns by now.
#[derive(Default)]
pub(super) struct Cells {
    record: StringRecord,
    cell: String,
    columns: Vec<Seen>,
}

/// What a column has had in it.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// A cell that is not empty.
    is_filled: bool,
    /// How many rows had no such field.
    absent: u64,
}

impl Cells {
    /// A cell that has this text.
    pub(super) fn push(&mut self, cell: &str) {
        if let Some(seen) = self.columns.get_mut(self.record.len()) {
            seen.is_filled |= !cell.is_empty();
        }
        self.record.push_field(cell);
    }

    /// A cell that has this text, which is no reason for the column to be there.
    pub(super) fn push_filler(&mut self, cell: &str) {
        self.record.push_field(cell);
    }

    /// The cell of a field, which WeCom may have left out.
    pub(super) fn push_field(&mut self, cell: Option<&str>) {
        if let (None, Some(seen)) = (cell, self.columns.get_mut(self.record.len())) {
            seen.absent += 1;
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
            cells: Cells { columns: vec![Seen::default(); headings.len()], ..Cells::default() },
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
                Out::Csv { sheet, is_safe }
            }
            Kind::Xlsx(_) => Out::Xlsx(XlsxWriter::new(T::SHEET, titles, &spool).map_err(unwritten)?),
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
        for (column, (heading, seen)) in self.headings.iter().zip(&self.cells.columns).enumerate() {
            let is_wanted = T::is_essential(heading) && (seen.absent == 0 || seen.absent < self.rows);
            if seen.is_filled || is_wanted {
                let absent = if T::is_cleared_by_empty(heading) { seen.absent } else { 0 };
                columns.push(column);
                titles.push(titled(heading, absent));
            }
        }
        let attributes = self.attributes.names.iter().map(|name| titled(name, self.attributes.absent));
        titles.extend(attributes);
        (columns, titles, incomplete)
    }
}

/// A sheet that is being written.
enum Out {
    Csv { sheet: CsvWriter<Vec<u8>>, is_safe: bool },
    Xlsx(XlsxWriter),
}

impl Out {
    fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> std::result::Result<(), WriteError> {
        match self {
            Self::Csv { sheet, .. } => sheet.row(cells),
            Self::Xlsx(sheet) => sheet.row(cells),
        }
    }

    /// Hands over what is written so far; nothing of a workbook is, before its end.
    fn hand_over(&mut self, take: &mut impl FnMut(&[u8]) -> Result) -> Result {
        let Self::Csv { sheet, is_safe } = self else { return Ok(()) };
        let next = CsvWriter::new(Vec::new()).safe(*is_safe);
        take(&std::mem::replace(sheet, next).finish().map_err(unwritten)?)
    }

    async fn finish(self, spool: &Path, take: &mut impl FnMut(&[u8]) -> Result) -> Result {
        let sheet = match self {
            Self::Csv { sheet, .. } => return take(&sheet.finish().map_err(unwritten)?),
            Self::Xlsx(sheet) => sheet,
        };
        let mut file = tempfile::tempfile_in(spool).map_err(|error| unwritable(spool, &error))?;
        // Packing takes a second for each hundred thousand rows, in which an interruption must be heard.
        let packed = tokio::task::spawn_blocking(move || {
            sheet.finish(&mut file)?;
            file.rewind()?;
            Ok::<_, WriteError>(file)
        });
        let packed = packed.await;
        let packed = packed.map_err(|error| Failure::new("the workbook cannot be packed").because(&error))?;
        let mut file = packed.map_err(unwritten)?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let read = file.read(&mut chunk).map_err(|error| spoiled(error.into()))?;
            if read == 0 {
                return Ok(());
            }
            take(&chunk[..read])?;
            tokio::task::yield_now().await;
        }
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

/// The attributes that have come by, each a column.
#[derive(Default)]
struct Attributes {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// Those of the row under way: places and values.
    of_row: Vec<(usize, String)>,
    /// How many rows had no attributes to see.
    absent: u64,
}

impl Attributes {
    /// Sorts a row's attributes into columns, and returns the rest.
    fn sort(&mut self, attributes: &[Attribute], is_taken: impl Fn(&str) -> bool) -> Vec<Attribute> {
        self.of_row.clear();
        let mut rest = Vec::new();
        for attribute in attributes {
            match &attribute.value {
                AttributeValue::Text(value) if value.is_empty() => {}
                AttributeValue::Web { url, title } if url.is_empty() && title.is_empty() => {}
                AttributeValue::Text(value) => match self.place(&attribute.name, &is_taken) {
                    Some(place) if self.of_row.iter().all(|(taken, _)| *taken != place) => {
                        self.of_row.push((place, value.clone()));
                    }
                    _ => rest.push(attribute.clone()),
                },
                _ => rest.push(attribute.clone()),
            }
        }
        rest
    }

    fn place(&mut self, name: &str, is_taken: &impl Fn(&str) -> bool) -> Option<usize> {
        if let Some(place) = self.places.get(name) {
            return Some(*place);
        }
        if name.is_empty() || self.names.len() == MOST_ATTRIBUTES || is_taken(name) {
            return None;
        }
        let place = self.names.len();
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        Some(place)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wecom_contacts::members::Member;

    use super::*;

    async fn finished(sheet: Sheet<Member>) -> (Vec<u8>, Vec<Incomplete>) {
        let mut bytes = Vec::new();
        let mut take = |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        };
        let incomplete = sheet.finish(&mut take).await.unwrap();
        (bytes, incomplete)
    }

    async fn written(members: &[serde_json::Value]) -> String {
        text_and_gaps(members, false).await.0
    }

    async fn text_and_gaps(members: &[serde_json::Value], is_safe: bool) -> (String, Vec<Incomplete>) {
        let mut sheet = Sheet::<Member>::csv(&std::env::temp_dir(), is_safe).unwrap();
        for member in members {
            sheet.push(&serde_json::from_value(member.clone()).unwrap()).unwrap();
        }
        let (bytes, incomplete) = finished(sheet).await;
        (String::from_utf8(bytes).unwrap(), incomplete)
    }

    fn attribute(name: &str, value: &str) -> serde_json::Value {
        json!({"type": 0, "name": name, "text": {"value": value}})
    }

    #[tokio::test]
    async fn columns_are_those_that_have_a_value_and_those_that_must_be_there() {
        assert_eq!(written(&[]).await, "\u{feff}姓名,帐号,所在部门\n");
        let members = [
            json!({"userid": "a", "name": "甲", "department": [1, 2], "gender": "0", "alias": "", "mobile": ""}),
            json!({"userid": "b", "name": "乙\n丙", "department": [2], "mobile": "13800000001", "status": 2,
                "direct_leader": ["a"], "alias": ""}),
        ];
        assert_eq!(
            written(&members).await,
            "\u{feff}姓名,帐号,手机号,所在部门,禁用,direct_leader,status\n甲,a,,1;2,,,\n\"乙\n丙\",b,13800000001,2,1,a,2\n"
        );
    }

    #[tokio::test]
    async fn trap_39_a_field_that_some_rows_lack_is_no_field_to_an_import() {
        let members = [
            json!({"userid": "a", "name": "甲", "department": [1], "position": "总监", "gender": 1}),
            json!({"userid": "b", "name": "乙", "department": [1], "gender": 0}),
            json!({"userid": "c", "department": [1], "position": "",
                "extattr": {"attrs": [attribute("工号", "A1")]}}),
        ];
        let (text, incomplete) = text_and_gaps(&members, false).await;
        assert_eq!(
            text,
            "\u{feff}部分缺失-姓名,帐号,所在部门,部分缺失-职位,性别,部分缺失-工号\n甲,a,1,总监,男,\n乙,b,1,,0,\n,c,1,,0,A1\n"
        );
        let gaps: Vec<_> = incomplete.iter().map(|gap| (gap.heading.as_str(), gap.rows)).collect();
        assert_eq!(gaps, [("姓名", 1), ("职位", 1), ("工号", 2)]);
        for heading in text.lines().next().unwrap().split(',').filter(|one| one.contains("部分缺失")) {
            assert!(!Member::is_field(heading), "{heading}");
        }
    }

    #[tokio::test]
    async fn cells_that_a_program_would_run_get_an_apostrophe_on_request() {
        let members = [json!({"userid": "a", "name": "=1+1", "department": [1], "position": "-"})];
        assert_eq!(text_and_gaps(&members, true).await.0, "\u{feff}姓名,帐号,所在部门,职位\n'=1+1,a,1,'-\n");
        assert_eq!(written(&members).await, "\u{feff}姓名,帐号,所在部门,职位\n=1+1,a,1,-\n");
    }

    #[tokio::test]
    async fn a_sheet_of_xlsx_that_has_no_room_is_an_error() {
        let mut sheet = Sheet::<Member>::xlsx(&std::env::temp_dir(), Arc::default()).unwrap();
        sheet.rows = SHEET_ROWS - 2;
        let member = serde_json::from_value(json!({"userid": "a"})).unwrap();
        sheet.push(&member).unwrap();
        let failure = sheet.push(&member).unwrap_err();
        assert!(format!("{failure:?}").contains("1048576 rows") && !failure.remedies().is_empty());
    }

    #[tokio::test]
    async fn a_text_attribute_is_a_column_unless_its_name_is_that_of_another() {
        let web = json!({"type": 1, "name": "主页", "web": {"url": "https://example.com", "title": "a"}});
        let members = [
            json!({"userid": "a", "extattr": {"attrs": [attribute("工号", "A1")]}}),
            json!({"userid": "b", "extattr": {"attrs": [attribute("爱好", "围棋"), attribute("空", "")]}}),
            json!({"userid": "c", "extattr": {"attrs": [attribute("手机", "1"), attribute("avatar", "2"), web,
                attribute("工号", "C3"), attribute("工号", "C4")]}}),
        ];
        let text = written(&members).await;
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headings = reader.headers().unwrap().clone();
        assert_eq!(headings, ["帐号", "extattr", "工号", "爱好"][..]);
        let rows: Vec<StringRecord> = reader.records().map(|row| row.unwrap()).collect();
        assert_eq!(rows[0], ["a", "", "A1", ""][..]);
        assert_eq!(rows[1], ["b", "", "", "围棋"][..]);
        assert_eq!(&rows[2][2], "C3");
        let rest: ExtAttr = serde_json::from_str(&rows[2][1]).unwrap();
        let names: Vec<_> = rest.attrs.iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(names, ["手机", "avatar", "主页", "工号"]);
    }

    #[tokio::test]
    async fn a_server_does_not_choose_how_wide_the_file_gets() {
        let many: Vec<_> =
            (0..MOST_ATTRIBUTES + 7).map(|n| attribute(&format!("attribute {n}"), "x")).collect();
        let text = written(&[json!({"userid": "a", "extattr": {"attrs": many}})]).await;
        let headings = text.lines().next().unwrap().split(',').count();
        assert_eq!(headings, 2 + MOST_ATTRIBUTES);
    }
}
