//! One row of a roster, packed into one text.

use super::{CellFault, CellReason, Column, Place};

/// Ends a cell. Cleaned cells have no control characters.
const END: char = '\u{1f}';
/// Separates the items of a list.
const ITEM: char = '\u{1e}';
/// The whole content of a cell that is absent.
const ABSENT: &str = "\u{1}";
/// The whole content of a cell that cannot be used.
const UNUSABLE: &str = "\u{2}";

/// A cell of a roster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// The roster has no such column, or the row no such key. The field is not managed.
    Absent,
    /// The cell is empty.
    Empty,
    /// The cell has a value. A list is separated; see [`items`](Self::items).
    Value(&'a str),
    /// The cell cannot be read. The field is not touched.
    Unusable,
}

impl<'a> Cell<'a> {
    /// The text of a cell with a value.
    pub const fn value(self) -> Option<&'a str> {
        match self {
            Self::Value(text) => Some(text),
            Self::Absent | Self::Empty | Self::Unusable => None,
        }
    }

    /// The items of a list, in the order of the cell. A text is a list of one item.
    pub fn items(self) -> impl Iterator<Item = &'a str> {
        self.value().into_iter().flat_map(|text| text.split(ITEM))
    }
}

/// A row as the roster keeps it.
#[derive(Debug)]
pub(super) struct PackedRow {
    pub(super) place: Place,
    /// The cells in the order of the columns, each ended by [`END`].
    pub(super) text: Box<str>,
}

impl PackedRow {
    pub(super) fn cell(&self, index: usize) -> Cell<'_> {
        match self.text.split(END).nth(index) {
            None | Some(ABSENT) => Cell::Absent,
            Some("") => Cell::Empty,
            Some(UNUSABLE) => Cell::Unusable,
            Some(text) => Cell::Value(text),
        }
    }
}

/// Writes the cells of one row, in the order of the columns.
#[derive(Debug)]
pub struct RowWriter<'a> {
    place: Place,
    columns: &'a [Column],
    faults: &'a mut Vec<CellFault>,
    text: String,
    written: usize,
}

impl<'a> RowWriter<'a> {
    pub(super) const fn new(place: Place, columns: &'a [Column], faults: &'a mut Vec<CellFault>) -> Self {
        Self { place, columns, faults, text: String::new(), written: 0 }
    }

    /// Writes a text; `""` is an empty cell.
    pub fn text(&mut self, text: &str) {
        self.list([text]);
    }

    /// Writes a list. Empty items are left out; a list without items is an empty cell.
    pub fn list<'t>(&mut self, items: impl IntoIterator<Item = &'t str>) {
        let start = self.text.len();
        for item in items {
            if item.is_empty() {
                continue;
            }
            if self.text.len() > start {
                self.text.push(ITEM);
            }
            // A control character could be taken for the end of a cell.
            if item.bytes().any(|byte| byte < b' ') {
                self.text.extend(item.chars().map(|char| if char < ' ' { ' ' } else { char }));
            } else {
                self.text.push_str(item);
            }
        }
        self.end();
    }

    /// Writes a cell that is absent: the row says nothing of the field.
    pub fn absent(&mut self) {
        self.text.push_str(ABSENT);
        self.end();
    }

    /// Writes a cell that cannot be used, and why. The reason must not quote the value.
    pub fn unusable(&mut self, reason: impl Into<CellReason>) {
        if let Some(column) = self.columns.get(self.written) {
            let fault = CellFault { place: self.place, column: column.clone(), reason: reason.into() };
            self.faults.push(fault);
        }
        self.text.push_str(UNUSABLE);
        self.end();
    }

    fn end(&mut self) {
        self.text.push(END);
        self.written += 1;
    }

    pub(super) fn finish(mut self) -> PackedRow {
        while self.written < self.columns.len() {
            self.absent();
        }
        self.text.pop();
        PackedRow { place: self.place, text: self.text.into_boxed_str() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wecom_contacts::members::MemberField;

    use super::*;
    use crate::roster::Roster;

    #[test]
    fn cells_are_read_as_they_were_written() {
        let columns = [
            Column::Field(MemberField::Userid),
            Column::Departments,
            Column::Field(MemberField::Alias),
            Column::Tags,
            Column::State,
        ];
        let mut roster = Roster::new(columns.clone());
        roster.push(Place { file: 0, line: 2 }, |row| {
            row.text("zhangsan");
            row.list(["示例集团/华东", "", "销售"]);
            row.text("");
            row.unusable("not a list of names");
        });
        assert_eq!(roster.cell(0, &columns[0]), Cell::Value("zhangsan"));
        assert_eq!(roster.cell(0, &columns[1]).items().collect::<Vec<_>>(), ["示例集团/华东", "销售"]);
        assert_eq!(roster.cell(0, &columns[2]), Cell::Empty);
        assert_eq!(roster.cell(0, &columns[3]), Cell::Unusable);
        assert_eq!(roster.cell(0, &columns[4]), Cell::Absent);
        assert_eq!(roster.cell(0, &Column::FirstDay), Cell::Absent);
        assert_eq!(roster.faults()[0].column, Column::Tags);
    }

    proptest! {
        #[test]
        fn no_text_can_be_taken_for_another_cell(texts in prop::collection::vec("\\PC{0,4}|[\u{0}-\u{1f}]{0,3}", 3)) {
            let columns = [Column::Field(MemberField::Userid), Column::Field(MemberField::Name), Column::Tags];
            let mut roster = Roster::new(columns.clone());
            roster.push(Place::default(), |row| {
                row.text(&texts[0]);
                row.text(&texts[1]);
                row.list([texts[2].as_str(), "last"]);
            });
            for (text, column) in texts.iter().zip(&columns).take(2) {
                let shown: String = text.chars().map(|char| if char < ' ' { ' ' } else { char }).collect();
                let expected = if shown.is_empty() { Cell::Empty } else { Cell::Value(&shown) };
                prop_assert_eq!(roster.cell(0, column), expected);
            }
            prop_assert_eq!(roster.cell(0, &columns[2]).items().last(), Some("last"));
        }
    }
}
