//! What the rows of each kind of export hold, as JSON and as cells.

use std::fmt::{Display, Write};

use serde::Serialize;
use wecom_contacts::{
    DepartmentId, UserId,
    departments::Department,
    exports::TagRow,
    imports::{DepartmentColumn, ImportDepartment, ImportMember, MemberColumn},
    members::{Attribute, Member, SimpleMember},
    tags::TaggedMember,
};

use super::sheet::Cells;
use crate::{failure::Result, output::Output};

/// A row that can be shown and written.
pub(super) trait Row: Sized + Send + Unpin + 'static {
    /// The columns of a table.
    const COLUMNS: &[&str];

    /// As WeCom writes it.
    fn json(&self) -> impl Serialize + '_;

    /// The headings of a spreadsheet; those of WeCom's template first.
    fn headings() -> Vec<&'static str>;

    /// Whether a spreadsheet has this column even if nothing is in it.
    fn is_essential(heading: &str) -> bool;

    /// The cells below the headings.
    fn cells(&self, cells: &mut Cells);

    /// Attributes (扩展属性), each of which makes a column of its own.
    fn attributes(&self) -> &[Attribute] {
        &[]
    }

    /// Whether a column of this name would be taken for a field when the file is imported.
    fn is_field(_heading: &str) -> bool {
        false
    }

    fn print(rows: &[Self], output: Output) -> Result {
        let rows: Vec<_> = rows.iter().map(Self::json).collect();
        output.list(&rows, Self::COLUMNS)
    }
}

/// A field that WeCom's template has no column for: its name in JSON, and how its cell is written.
type Field<R> = (&'static str, fn(&R, &mut String));

const MORE_OF_MEMBERS: &[Field<Member>] = &[
    ("main_department", |member, cell| text(&member.main_department, cell)),
    ("direct_leader", |member, cell| list(&member.direct_leader, cell)),
    ("status", |member, cell| text(&member.status.map(i64::from), cell)),
    ("biz_mail", |member, cell| text(&member.biz_mail, cell)),
    ("biz_mail_alias", |member, cell| list(&member.biz_mail_alias.as_ref().map(|alias| &alias.item), cell)),
    ("english_name", |member, cell| text(&member.english_name, cell)),
    ("external_position", |member, cell| text(&member.external_position, cell)),
    ("external_profile", |member, cell| object(&member.external_profile, cell)),
    ("avatar", |member, cell| text(&member.avatar, cell)),
    ("thumb_avatar", |member, cell| text(&member.thumb_avatar, cell)),
    ("qr_code", |member, cell| text(&member.qr_code, cell)),
    ("open_userid", |member, cell| text(&member.open_userid, cell)),
    ("isleader", |member, cell| text(&member.isleader.map(u8::from), cell)),
    ("hide_mobile", |member, cell| text(&member.hide_mobile.map(u8::from), cell)),
];

impl Row for Member {
    const COLUMNS: &[&str] = crate::member::COLUMNS;

    fn json(&self) -> impl Serialize + '_ {
        self
    }

    fn headings() -> Vec<&'static str> {
        let template = MemberColumn::ALL.iter().map(|column| column.heading());
        template.chain(MORE_OF_MEMBERS.iter().map(|(name, _)| *name)).collect()
    }

    fn is_essential(heading: &str) -> bool {
        [MemberColumn::Name, MemberColumn::Userid, MemberColumn::Department]
            .iter()
            .any(|column| column.heading() == heading)
    }

    fn cells(&self, cells: &mut Cells) {
        let row = ImportMember::from(self);
        for column in MemberColumn::ALL {
            cells.push(&row.cell(column));
        }
        for (_, field) in MORE_OF_MEMBERS {
            cells.push_with(|cell| field(self, cell));
        }
    }

    fn attributes(&self) -> &[Attribute] {
        self.extattr.as_ref().map_or(&[], |attributes| &attributes.attrs)
    }

    fn is_field(heading: &str) -> bool {
        MemberColumn::from_heading(heading).is_some() || MemberColumn::is_no_field(heading)
    }
}

impl Row for SimpleMember {
    const COLUMNS: &[&str] = &["userid", "name", "department"];

    fn json(&self) -> impl Serialize + '_ {
        self
    }

    fn headings() -> Vec<&'static str> {
        let template = [MemberColumn::Name, MemberColumn::Userid, MemberColumn::Department];
        template.iter().map(|column| column.heading()).chain(["open_userid"]).collect()
    }

    fn is_essential(heading: &str) -> bool {
        heading != "open_userid"
    }

    fn cells(&self, cells: &mut Cells) {
        cells.push(self.name.as_deref().unwrap_or_default());
        cells.push(self.userid.as_str());
        cells.push_with(|cell| join(&self.department, cell));
        cells.push_with(|cell| text(&self.open_userid, cell));
    }
}

impl Row for Department {
    const COLUMNS: &[&str] = crate::department::COLUMNS;

    fn json(&self) -> impl Serialize + '_ {
        self
    }

    fn headings() -> Vec<&'static str> {
        let template = DepartmentColumn::ALL.iter().map(|column| column.heading());
        template.chain(["name_en", "department_leader"]).collect()
    }

    fn is_essential(heading: &str) -> bool {
        DepartmentColumn::ALL.iter().any(|column| column.heading() == heading)
    }

    fn cells(&self, cells: &mut Cells) {
        let row = ImportDepartment::from(self);
        for column in DepartmentColumn::ALL {
            cells.push(&row.cell(column));
        }
        cells.push_with(|cell| text(&self.name_en, cell));
        cells.push_with(|cell| list(&self.department_leader, cell));
    }
}

/// A row of a tag, in which a department has the key that it has in WeCom's other answers.
#[derive(Serialize)]
#[serde(untagged)]
enum Tagged<'a> {
    Member(&'a TaggedMember),
    Department { partyid: DepartmentId },
    Unknown {},
}

impl Row for TagRow {
    const COLUMNS: &[&str] = &["userid", "name", "partyid"];

    fn json(&self) -> impl Serialize + '_ {
        match self {
            Self::Member(member) => Tagged::Member(member),
            Self::Department(id) => Tagged::Department { partyid: *id },
            _ => Tagged::Unknown {},
        }
    }

    fn headings() -> Vec<&'static str> {
        vec![MemberColumn::Name.heading(), MemberColumn::Userid.heading(), DepartmentColumn::Id.heading()]
    }

    fn is_essential(_: &str) -> bool {
        true
    }

    fn cells(&self, cells: &mut Cells) {
        let (member, department) = match self {
            Self::Member(member) => (Some(member), None),
            Self::Department(id) => (None, Some(id)),
            _ => (None, None),
        };
        cells.push(member.and_then(|member| member.name.as_deref()).unwrap_or_default());
        cells.push(member.map(|member| member.userid.as_str()).unwrap_or_default());
        cells.push_with(|cell| text(&department, cell));
    }
}

macro_rules! ids {
    ($($id:ident under $column:expr;)*) => {$(
        impl Row for $id {
            const COLUMNS: &[&str] = &[];

            fn json(&self) -> impl Serialize + '_ {
                self
            }

            fn headings() -> Vec<&'static str> {
                vec![$column.heading()]
            }

            fn is_essential(_: &str) -> bool {
                true
            }

            fn cells(&self, cells: &mut Cells) {
                cells.push_with(|cell| text(&Some(self), cell));
            }

            fn print(rows: &[Self], output: Output) -> Result {
                output.ids(rows)
            }
        }
    )*};
}

ids! {
    UserId under MemberColumn::Userid;
    DepartmentId under DepartmentColumn::Id;
}

fn text(value: &Option<impl Display>, cell: &mut String) {
    if let Some(value) = value {
        // Writing to a text cannot fail.
        let _ = write!(cell, "{value}");
    }
}

fn list<T: Display>(items: &Option<impl AsRef<[T]>>, cell: &mut String) {
    if let Some(items) = items {
        join(items.as_ref(), cell);
    }
}

/// Lists are joined as WeCom's template has it.
fn join<T: Display>(items: &[T], cell: &mut String) {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            cell.push(';');
        }
        let _ = write!(cell, "{item}");
    }
}

fn object(value: &Option<impl Serialize>, cell: &mut String) {
    if let Some(value) = value {
        // These types are objects with texts for keys, which can always be written.
        cell.push_str(&serde_json::to_string(value).unwrap_or_default());
    }
}
