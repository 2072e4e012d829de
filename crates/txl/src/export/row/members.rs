//! Members with their details.

use serde::Serialize;
use wecom_contacts::{
    imports::{ImportMember, MemberColumn},
    members::{Attribute, Gender, Member},
};

use super::{Row, Spelling, departments, join, list, object, text};
use crate::{export::cells::Cells, output::status_in_words};

/// A field that WeCom's template has no column for: its name in JSON, and how its cell is written.
type Field<R> = (&'static str, fn(&R, &mut String));

const STATUS: &str = "status";
/// The console's own word for it, under which an import knows that it cannot be written.
const STATUS_IN_WORDS: &str = "激活状态";
const MAIN_DEPARTMENT: &str = "main_department";

const MORE_OF_MEMBERS: &[Field<Member>] = &[
    (MAIN_DEPARTMENT, |member, cell| text(&member.main_department, cell)),
    ("direct_leader", |member, cell| list(&member.direct_leader, cell)),
    (STATUS, |member, cell| text(&member.status.map(i64::from), cell)),
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
    const SHEET: &str = "成员";
    const NAMES_DEPARTMENTS: bool = true;

    fn json(&self) -> impl Serialize + '_ {
        self
    }

    fn headings(spelling: Spelling<'_>) -> Vec<&'static str> {
        let template = MemberColumn::ALL.iter().map(|column| column.heading());
        let more = MORE_OF_MEMBERS.iter().map(|(name, _)| match spelling {
            Spelling::Words(_) if *name == STATUS => STATUS_IN_WORDS,
            _ => *name,
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
        for column in MemberColumn::ALL {
            let (one, none) = match spelling {
                Spelling::Words(_) => ("是", "否"),
                Spelling::Codes => ("1", "0"),
            };
            let flag = |is_set: bool| if is_set { one } else { none };
            match column {
                MemberColumn::Name => cells.push_field(self.name.as_deref()),
                MemberColumn::Mobile => cells.push_field(self.mobile.as_deref()),
                MemberColumn::Email => cells.push_field(self.email.as_deref()),
                MemberColumn::Position => cells.push_field(self.position.as_deref()),
                MemberColumn::Alias => cells.push_field(self.alias.as_deref()),
                MemberColumn::Address => cells.push_field(self.address.as_deref()),
                MemberColumn::Telephone => cells.push_field(self.telephone.as_deref()),
                MemberColumn::Department => departments(&self.department, spelling, cells),
                MemberColumn::Gender => match &self.gender {
                    // An empty cell would clear what may only be hidden; an import leaves the gender of a 0 alone.
                    None | Some(Gender::Undefined) => cells.push_filler("0"),
                    Some(_) => cells.push(&row.cell(column)),
                },
                MemberColumn::IsLeaderInDept => {
                    let flags = row.is_leader_in_dept.iter().map(|leads| flag(*leads));
                    cells.push_with(|cell| join(&flags.collect::<Vec<_>>(), cell));
                }
                MemberColumn::Disabled => cells.push(row.enabled.map_or("", |enabled| flag(!enabled))),
                column => cells.push(&row.cell(column)),
            }
        }
        for (name, field) in MORE_OF_MEMBERS {
            match (*name, spelling) {
                (STATUS, Spelling::Words(_)) => {
                    let code = self.status.map(i64::from);
                    match code.and_then(status_in_words) {
                        Some(words) => cells.push(words),
                        None => cells.push_with(|cell| text(&code, cell)),
                    }
                }
                (MAIN_DEPARTMENT, Spelling::Words(paths)) => cells.push_with(|cell| {
                    if let Some(id) = self.main_department {
                        paths.write(id, cell);
                    }
                }),
                _ => cells.push_with(|cell| field(self, cell)),
            }
        }
    }

    fn attributes(&self) -> Option<&[Attribute]> {
        self.extattr.as_ref().map(|attributes| attributes.attrs.as_slice())
    }

    fn is_field(heading: &str) -> bool {
        MemberColumn::from_heading(heading).is_some() || MemberColumn::is_no_field(heading)
    }
}

/// Whether an empty cell of this column clears the field when the file is imported, or refuses the row. Of the others an empty cell leaves the
/// field as it is.
pub(crate) fn is_cleared_by_empty(column: MemberColumn) -> bool {
    !matches!(
        column,
        MemberColumn::Userid
            | MemberColumn::IsLeaderInDept
            | MemberColumn::Order
            | MemberColumn::Disabled
            | MemberColumn::Enable
    )
}
