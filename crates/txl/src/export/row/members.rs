//! Members with their details.

use std::sync::LazyLock;

use serde::Serialize;
use wecom_contacts::{
    Seen,
    imports::{EmptyCell, ImportMember, MemberColumn},
    members::{self, Attribute, FieldValue, Gender, Member, MemberField},
};

use super::{Row, Spelling, departments, join, object};
use crate::{export::cells::Cells, output::status_in_words};

/// The heading of the status in words. It is the console's term, and an import recognizes it as read-only.
const STATUS_IN_WORDS: &str = "激活状态";

/// The fields without a column in WeCom's template, in the order of the sheet. Fields outside the first list follow it. Attributes (扩展属性) become
/// columns of their own.
static MORE: LazyLock<Vec<MemberField>> = LazyLock::new(|| {
    let mut more = vec![
        MemberField::MainDepartment,
        MemberField::DirectLeader,
        MemberField::Status,
        MemberField::BizMail,
        MemberField::BizMailAlias,
        MemberField::EnglishName,
        MemberField::ExternalPosition,
        MemberField::ExternalProfile,
    ];
    for field in members::fields() {
        let has_column = field.column().is_some() || field == MemberField::Extattr;
        if field.is_in_answers() && !has_column && !more.contains(&field) {
            more.push(field);
        }
    }
    more
});

impl Row for Member {
    const COLUMNS: &[&str] = crate::member::COLUMNS;
    const SHEET: &str = "成员";
    const NAMES_DEPARTMENTS: bool = true;

    fn json(&self) -> impl Serialize + '_ {
        self
    }

    fn headings(spelling: Spelling<'_>) -> Vec<&'static str> {
        let template = MemberColumn::ALL.iter().map(|column| column.heading());
        let more = MORE.iter().map(|field| match (field, spelling) {
            (MemberField::Status, Spelling::Words(_)) => STATUS_IN_WORDS,
            _ => field.name(),
        });
        template.chain(more).collect()
    }

    fn is_essential(heading: &str) -> bool {
        [MemberColumn::Name, MemberColumn::Userid, MemberColumn::Department]
            .iter()
            .any(|column| column.heading() == heading)
    }

    fn is_cleared_by_empty(heading: &str) -> bool {
        MemberColumn::ALL.into_iter().any(|column| column.heading() == heading && is_cleared_by_empty(column))
    }

    fn cells(&self, cells: &mut Cells, spelling: Spelling<'_>) {
        let row = ImportMember::from(self);
        let (one, none) = match spelling {
            Spelling::Words(_) => ("是", "否"),
            Spelling::Codes => ("1", "0"),
        };
        let flag = |is_set: bool| if is_set { one } else { none };
        for column in MemberColumn::ALL {
            match column {
                MemberColumn::Department => departments(&self.department, spelling, cells),
                MemberColumn::Gender => match &self.gender {
                    // The value can be hidden, and an import of an empty cell would clear it. An import does not change the gender for a 0.
                    Seen::Hidden | Seen::Known(Gender::Undefined) => cells.push_filler("0"),
                    Seen::Known(_) => cells.push(&row.cell(column)),
                },
                MemberColumn::IsLeaderInDept => {
                    let flags = row.is_leader_in_dept.iter().map(|leads| flag(*leads));
                    cells.push_with(|cell| join(&flags.collect::<Vec<_>>(), cell));
                }
                MemberColumn::Disabled | MemberColumn::Enable => {
                    cells.push(row.enabled.map_or("", |enabled| flag(!enabled)));
                }
                MemberColumn::Order => cells.push(&row.cell(column)),
                MemberColumn::Userid => cells.push(self.userid.as_str()),
                MemberColumn::Name
                | MemberColumn::Mobile
                | MemberColumn::Email
                | MemberColumn::Position
                | MemberColumn::Alias
                | MemberColumn::Address
                | MemberColumn::Telephone => cells.push_field(match self.value(column.field()) {
                    Seen::Known(FieldValue::Text(text)) => Seen::Known(text),
                    _ => Seen::Hidden,
                }),
            }
        }
        for field in MORE.iter() {
            let Seen::Known(value) = self.value(*field) else {
                cells.push("");
                continue;
            };
            match (value, spelling) {
                (FieldValue::Status(status), Spelling::Words(_)) => match status_in_words(status.into()) {
                    Some(words) => cells.push(words),
                    None => cells.push_with(|cell| write(value, cell)),
                },
                (FieldValue::Department(id), Spelling::Words(paths)) => {
                    cells.push_with(|cell| paths.write(id, cell));
                }
                _ => cells.push_with(|cell| write(value, cell)),
            }
        }
    }

    fn attributes(&self) -> Option<&[Attribute]> {
        self.extattr.known().map(|attributes| attributes.attrs.as_slice())
    }

    fn is_field(heading: &str) -> bool {
        MemberColumn::from_heading(heading).is_some() || MemberColumn::is_no_field(heading)
    }
}

/// Writes a value as codes and ids: flags as 0 and 1, joined lists, objects as JSON.
fn write(value: FieldValue<'_>, cell: &mut String) {
    let digit = |flag: &bool| u8::from(*flag);
    match value {
        FieldValue::Text(text) => cell.push_str(text),
        FieldValue::Member(id) => cell.push_str(id.as_str()),
        FieldValue::Flag(flag) => join(&[digit(&flag)], cell),
        FieldValue::Flags(flags) => join(&flags.iter().map(digit).collect::<Vec<_>>(), cell),
        FieldValue::Numbers(numbers) => join(numbers, cell),
        FieldValue::Department(id) => join(&[id], cell),
        FieldValue::Departments(ids) => join(ids, cell),
        FieldValue::Members(ids) => join(ids, cell),
        FieldValue::Gender(gender) => cell.push_str(gender.as_str()),
        FieldValue::Status(status) => join(&[i64::from(status)], cell),
        FieldValue::BizMailAlias(aliases) => join(&aliases.item, cell),
        FieldValue::ExtAttr(attributes) => object(attributes, cell),
        FieldValue::ExternalProfile(profile) => object(profile, cell),
    }
}

/// Returns whether an import of an empty cell in this column clears the field or refuses the row. In other columns, an empty cell does not change the
/// field. 帐号 is never empty.
pub(crate) fn is_cleared_by_empty(column: MemberColumn) -> bool {
    column != MemberColumn::Userid && column.empty_cell() != EmptyCell::Kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_a_reply_has_a_column() {
        let headings = Member::headings(Spelling::Codes);
        for field in Member::FIELDS.iter().filter(|field| **field != MemberField::Extattr) {
            let heading = field.column().map_or(field.name(), MemberColumn::heading);
            assert_eq!(headings.iter().filter(|one| **one == heading).count(), 1, "{field}");
        }
    }
}
