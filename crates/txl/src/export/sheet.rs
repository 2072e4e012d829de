//! Rows as a spreadsheet (CSV) that `txl import` reads again.
//!
//! A column that the credential may not see must not be there: imported, its empty cells would empty the field. Which columns
//! have a value, and which attributes (扩展属性) there are, is known once all rows are read. So rows wait in a nameless file, as
//! short as they can be, and are copied from there under their headings.

use std::{collections::HashMap, fs::File, io::Seek, marker::PhantomData, path::Path};

use csv::{ByteRecord, ReaderBuilder, StringRecord, WriterBuilder};
use wecom_contacts::members::{Attribute, AttributeValue, ExtAttr};

use super::row::Row;
use crate::{
    failure::{Failure, Result},
    file::unwritable,
};

/// Excel takes a file without it for one in the system's old encoding.
const BOM: &str = "\u{feff}";
/// The column of attributes that are no texts, or whose name is that of another column: JSON.
const REST: &str = "extattr";
/// More attributes than that are left in the [rest](REST): a server must not choose how wide the file gets.
const MOST_ATTRIBUTES: usize = 500;
/// So many rows are written at once.
const RUN: usize = 1000;

/// A row's cells, and which columns have had one with something in it.
#[derive(Default)]
pub(super) struct Cells {
    record: StringRecord,
    cell: String,
    filled: Vec<bool>,
}

impl Cells {
    pub(super) fn push(&mut self, cell: &str) {
        let column = self.record.len();
        if let Some(filled) = self.filled.get_mut(column) {
            *filled |= !cell.is_empty();
        }
        self.record.push_field(cell);
    }

    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        let mut cell = std::mem::take(&mut self.cell);
        cell.clear();
        write(&mut cell);
        self.push(&cell);
        self.cell = cell;
    }
}

/// A spreadsheet under way.
pub(super) struct Sheet<T> {
    /// Those of the fields, and the [rest](REST).
    headings: Vec<&'static str>,
    cells: Cells,
    attributes: Attributes,
    /// A record has a cell for each heading, then pairs: the place of an attribute, and its value.
    waiting: csv::Writer<File>,
    row: PhantomData<T>,
}

impl<T: Row> Sheet<T> {
    pub(super) fn new(spool: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(spool).map_err(|error| unwritable(spool, &error))?;
        let mut headings = T::headings();
        headings.push(REST);
        let filled = headings.iter().map(|heading| T::is_essential(heading)).collect();
        Ok(Self {
            headings,
            cells: Cells { filled, ..Cells::default() },
            attributes: Attributes::default(),
            waiting: WriterBuilder::new().flexible(true).from_writer(file),
            row: PhantomData,
        })
    }

    pub(super) fn push(&mut self, row: &T) -> Result {
        let Self { headings, cells, attributes, .. } = self;
        cells.record.clear();
        row.cells(cells);
        let rest = attributes.sort(row.attributes(), |name| headings.contains(&name) || T::is_field(name));
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

    /// Writes headings and rows, a piece at a time.
    pub(super) async fn finish(self, take: &mut impl FnMut(&[u8]) -> Result) -> Result {
        let Self { headings, cells, attributes, waiting, .. } = self;
        let mut file = waiting.into_inner().map_err(|error| spoiled(error.into_error().into()))?;
        file.rewind().map_err(|error| spoiled(error.into()))?;
        let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);

        let columns: Vec<usize> = (0..headings.len()).filter(|&column| cells.filled[column]).collect();
        let mut line = ByteRecord::new();
        columns.iter().for_each(|&column| line.push_field(headings[column].as_bytes()));
        attributes.names.iter().for_each(|name| line.push_field(name.as_bytes()));
        take(BOM.as_bytes())?;

        let mut run = vec![line];
        let mut row = ByteRecord::new();
        loop {
            let is_there = rows.read_byte_record(&mut row).map_err(spoiled)?;
            if run.len() >= RUN || !is_there {
                take(&written(&run)?)?;
                run.clear();
                // A million rows take a while, in which others want their turn.
                tokio::task::yield_now().await;
            }
            if !is_there {
                return Ok(());
            }
            let mut line = ByteRecord::new();
            columns.iter().for_each(|&column| line.push_field(&row[column]));
            let mut pairs: Vec<(usize, &[u8])> = Vec::new();
            let mut fields = row.iter().skip(headings.len());
            while let (Some(place), Some(value)) = (fields.next(), fields.next()) {
                pairs.extend(place_of(place).map(|place| (place, value)));
            }
            for place in 0..attributes.names.len() {
                let value = pairs.iter().find(|(at, _)| *at == place);
                line.push_field(value.map_or(&[], |(_, value)| value));
            }
            run.push(line);
        }
    }
}

fn place_of(text: &[u8]) -> Option<usize> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn written(rows: &[ByteRecord]) -> Result<Vec<u8>> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    rows.iter().try_for_each(|row| writer.write_byte_record(row)).map_err(spoiled)?;
    writer.into_inner().map_err(|error| spoiled(error.into_error().into()))
}

fn spoiled(error: csv::Error) -> Failure {
    Failure::new("rows cannot be put aside in a temporary file")
        .because(&error)
        .remedy("see that the disk is not full")
}

/// The attributes that have come by, each a column.
#[derive(Default)]
struct Attributes {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// Those of the row under way: places and values.
    of_row: Vec<(usize, String)>,
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

    async fn written(members: &[serde_json::Value]) -> String {
        let mut sheet = Sheet::<Member>::new(&std::env::temp_dir()).unwrap();
        for member in members {
            sheet.push(&serde_json::from_value(member.clone()).unwrap()).unwrap();
        }
        let mut text = Vec::new();
        let mut take = |piece: &[u8]| {
            text.extend_from_slice(piece);
            Ok(())
        };
        sheet.finish(&mut take).await.unwrap();
        String::from_utf8(text).unwrap()
    }

    fn attribute(name: &str, value: &str) -> serde_json::Value {
        json!({"type": 0, "name": name, "text": {"value": value}})
    }

    #[tokio::test]
    async fn columns_are_those_that_have_a_value_and_those_that_must_be_there() {
        assert_eq!(written(&[]).await, "\u{feff}姓名,帐号,所在部门\n");
        let members = [
            json!({"userid": "a", "name": "甲", "department": [1, 2], "gender": "0", "alias": ""}),
            json!({"userid": "b", "name": "乙\n丙", "department": [2], "mobile": "13800000001", "status": 2,
                "direct_leader": ["a"]}),
        ];
        assert_eq!(
            written(&members).await,
            "\u{feff}姓名,帐号,手机号,所在部门,禁用,direct_leader,status\n甲,a,,1;2,,,\n\"乙\n丙\",b,13800000001,2,1,a,2\n"
        );
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
        assert_eq!(headings, ["姓名", "帐号", "所在部门", "extattr", "工号", "爱好"][..]);
        let rows: Vec<StringRecord> = reader.records().map(|row| row.unwrap()).collect();
        assert_eq!(rows[0], ["", "a", "", "", "A1", ""][..]);
        assert_eq!(rows[1], ["", "b", "", "", "", "围棋"][..]);
        assert_eq!(&rows[2][4], "C3");
        let rest: ExtAttr = serde_json::from_str(&rows[2][3]).unwrap();
        let names: Vec<_> = rest.attrs.iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(names, ["手机", "avatar", "主页", "工号"]);
    }

    #[tokio::test]
    async fn a_server_does_not_choose_how_wide_the_file_gets() {
        let many: Vec<_> =
            (0..MOST_ATTRIBUTES + 7).map(|n| attribute(&format!("attribute {n}"), "x")).collect();
        let text = written(&[json!({"userid": "a", "extattr": {"attrs": many}})]).await;
        let headings = text.lines().next().unwrap().split(',').count();
        assert_eq!(headings, 4 + MOST_ATTRIBUTES);
    }
}
