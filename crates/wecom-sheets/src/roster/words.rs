//! Recognises the heading of a roster's column by its words.

use wecom_contacts::imports::{ImportMember, MemberColumn};

use super::{RosterField, levels::level};
use crate::{
    heading_text::{is_note, joined, parts, plain, squeezed, without_number},
    heading_words::{self, names_departments},
};

/// How the cells of a column are written, as far as its field leaves it open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// The field has one form.
    #[default]
    Plain,
    /// Departments by id only.
    Ids,
    /// Departments by id if a cell contains nothing but numbers, otherwise by name. The API's template has such a column.
    IdsOrNames,
    /// Departments by name only: a number is a name.
    Names,
    /// Flags only.
    Flags,
    /// The opposite of the field's flag: 禁用 instead of 启用.
    Negated,
}

/// What a heading means by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Field(RosterField, Form),
    /// One level of the department, from 1.
    Level(u8),
    /// A telephone number: the mobile number if no other column contains it.
    Phone,
    /// Exports contain it, and it cannot be written.
    ReadOnly,
    /// It affects people, and no field of a roster corresponds to it.
    Deciding,
    /// An explanation.
    Nothing,
}

const DIRECT_LEADER: &[&str] = &[
    "直属上级",
    "直接上级",
    "上级",
    "上级领导",
    "上级主管",
    "上级姓名",
    "上级帐号",
    "上级账号",
    "上级工号",
    "直属上级帐号",
    "直属上级账号",
    "直属上级工号",
    "直属上级姓名",
    "直属上级userid",
    "直接上级帐号",
    "直接上级账号",
    "直接上级工号",
    "直接上级姓名",
    "直属领导",
    "直接领导",
    "直属主管",
    "直接主管",
    "直线经理",
    "汇报对象",
    "汇报人",
    "汇报上级",
    "汇报给",
    "direct_leader",
    "directleader",
    "manager",
    "managerid",
    "managername",
    "linemanager",
    "directmanager",
    "supervisor",
    "reportsto",
    "reportto",
    "reportingto",
    "reportingmanager",
];

const LEADER: &[&str] = &[
    "部门负责人",
    "负责部门",
    "负责的部门",
    "所负责部门",
    "分管部门",
    "主管部门",
    "leadsdepartments",
    "departmentsled",
];

const MAIN_DEPARTMENT: &[&str] =
    &["主部门", "主要部门", "主属部门", "主部门id", "main_department", "maindepartment", "maindept"];

const TAGS: &[&str] =
    &["标签", "成员标签", "员工标签", "企业微信标签", "标签名", "标签名称", "tag", "tags", "tagname"];

const BIZ_MAIL: &[&str] = &["企业邮箱", "企业邮箱帐号", "企业邮箱账号", "biz_mail", "bizmail"];

const EXTERNAL_CORP_NAME: &[&str] =
    &["企业对外简称", "对外简称", "对外企业简称", "external_corp_name", "externalcorpname"];

const EXTERNAL_POSITION: &[&str] = &["对外职务", "对外职位", "external_position", "externalposition"];

/// Notes behind a leader's heading that say how a leader is written.
const LEADER_NOTES: &[&str] = &["帐号", "账号", "工号", "姓名", "userid", "name", "id", "员工号", "手机号"];

/// Recognises a heading. Blanks, marks, numbers and notes around its words are ignored.
pub(super) fn word(heading: &str) -> Option<Word> {
    let text = plain(heading);
    let text = without_number(&text);
    own_of_parts(text).or_else(|| level(heading).map(Word::Level)).or_else(|| of_import(heading, text))
}

/// Recognises the headings that an import does not know, or cannot write.
fn own(text: &str) -> Option<Word> {
    let key = squeezed(text);
    let short = joined(&key);
    let is_among = |words: &[&str]| words.contains(&key.as_str()) || words.contains(&short.as_str());
    let form = || match key.as_str() {
        "main_department" => Form::IdsOrNames,
        _ if is_id(&key) => Form::Ids,
        _ => Form::Names,
    };
    Some(match () {
        () if is_among(DIRECT_LEADER) => Word::Field(RosterField::DirectLeader, Form::Plain),
        () if is_among(LEADER) => Word::Field(RosterField::Leader, Form::Names),
        () if is_among(MAIN_DEPARTMENT) => Word::Field(RosterField::MainDepartment, form()),
        () if is_among(TAGS) => Word::Field(RosterField::Tags, Form::Plain),
        () if is_among(BIZ_MAIL) => Word::Field(RosterField::BizMail, Form::Plain),
        () if is_among(EXTERNAL_CORP_NAME) => Word::Field(RosterField::ExternalCorpName, Form::Plain),
        () if is_among(EXTERNAL_POSITION) => Word::Field(RosterField::ExternalPosition, Form::Plain),
        () => return None,
    })
}

/// The same for the parts of a heading, of which all others must be notes.
fn own_of_parts(text: &str) -> Option<Word> {
    if let Some(word) = own(text) {
        return Some(word);
    }
    let parts = parts(text);
    let first = own(&parts.first()?.text)?;
    let is_leader = matches!(first, Word::Field(RosterField::DirectLeader, _));
    let agrees = |text: &str, may_be_note: bool| {
        own(text) == Some(first)
            || (may_be_note && is_note(text))
            || (is_leader && LEADER_NOTES.contains(&squeezed(text).as_str()))
    };
    parts[1..].iter().all(|part| agrees(&part.text, part.is_note)).then_some(first)
}

/// Converts what an import knows of a heading.
fn of_import(heading: &str, text: &str) -> Option<Word> {
    use heading_words::Word as Import;

    Some(match heading_words::word::<ImportMember>(heading) {
        Some(Import::Field(column)) => {
            let (field, form) = of_column(column, text);
            Word::Field(field, form)
        }
        Some(Import::Phone) => Word::Phone,
        Some(Import::Status) => Word::Field(RosterField::State, Form::Plain),
        Some(Import::ReadOnly) => Word::ReadOnly,
        Some(Import::Deciding) => Word::Deciding,
        Some(Import::Nothing) => Word::Nothing,
        Some(Import::Badge) => return None,
        None if names_departments::<ImportMember>(heading) => Word::Deciding,
        None => return None,
    })
}

fn of_column(column: MemberColumn, text: &str) -> (RosterField, Form) {
    let field = match column {
        MemberColumn::Userid => RosterField::Userid,
        MemberColumn::Name => RosterField::Name,
        MemberColumn::Alias => RosterField::Alias,
        MemberColumn::Mobile => RosterField::Mobile,
        MemberColumn::Email => RosterField::Email,
        MemberColumn::Position => RosterField::Position,
        MemberColumn::Gender => RosterField::Gender,
        MemberColumn::Telephone => RosterField::Telephone,
        MemberColumn::Address => RosterField::Address,
        MemberColumn::Order => RosterField::Order,
        MemberColumn::IsLeaderInDept => return (RosterField::Leader, Form::Flags),
        MemberColumn::Disabled => return (RosterField::Enable, Form::Negated),
        MemberColumn::Enable => RosterField::Enable,
        MemberColumn::Department => return (RosterField::Department, form_of_departments(text)),
    };
    (field, Form::Plain)
}

/// Returns how departments are written below a heading.
fn form_of_departments(text: &str) -> Form {
    let key = squeezed(text);
    let says_names = ["名", "路径", "全称", "name", "path"].iter().any(|word| key.contains(word));
    if says_names {
        Form::Names
    } else if is_id(&key) {
        Form::Ids
    } else if key.contains("所在部门") || key == "department" {
        Form::IdsOrNames
    } else {
        Form::Names
    }
}

fn is_id(key: &str) -> bool {
    key.contains("id")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(heading: &str) -> Option<(RosterField, Form)> {
        match word(heading)? {
            Word::Field(field, form) => Some((field, form)),
            _ => None,
        }
    }

    #[test]
    fn every_field_is_known_by_its_own_heading() {
        for known in RosterField::ALL {
            let is_dated = matches!(known, RosterField::JoinDate | RosterField::LeaveDate);
            let found = field(known.heading()).map(|(field, _)| field);
            assert_eq!(found, (!is_dated).then_some(*known), "{}", known.heading());
        }
    }

    #[test]
    fn only_a_column_of_ids_contains_departments_by_id() {
        for (heading, form) in [
            ("所在部门", Form::IdsOrNames),
            ("所在部门（多个部门用;分隔）", Form::IdsOrNames),
            ("department", Form::IdsOrNames),
            ("部门ID", Form::Ids),
            ("Department ID", Form::Ids),
            ("部门", Form::Names),
            ("所属部门", Form::Names),
            ("部门名称", Form::Names),
            ("所在部门名称", Form::Names),
        ] {
            assert_eq!(field(heading), Some((RosterField::Department, form)), "{heading}");
        }
        assert_eq!(field("主部门ID"), Some((RosterField::MainDepartment, Form::Ids)));
        assert_eq!(field("主部门"), Some((RosterField::MainDepartment, Form::Names)));
    }

    #[test]
    fn a_leader_is_recognised_with_a_note_on_the_spelling() {
        for heading in
            ["直属上级", "直属上级（工号）", "直属上级(userid)", "*直属上级", "Manager", "直接上级 姓名"]
        {
            assert_eq!(field(heading), Some((RosterField::DirectLeader, Form::Plain)), "{heading}");
        }
        assert_eq!(word("领导"), Some(Word::Deciding));
        assert_eq!(field("是否部门内领导"), Some((RosterField::Leader, Form::Flags)));
        assert_eq!(field("部门负责人"), Some((RosterField::Leader, Form::Names)));
    }

    #[test]
    fn a_heading_of_the_console_is_recognised() {
        assert_eq!(field("禁用状态"), Some((RosterField::Enable, Form::Negated)));
        assert_eq!(field("企业邮箱"), Some((RosterField::BizMail, Form::Plain)));
        assert_eq!(word("激活状态"), Some(Word::ReadOnly));
        assert_eq!(word("一级部门"), Some(Word::Level(1)));
        assert_eq!(word("一级部门负责人"), Some(Word::Deciding));
        assert_eq!(field("企业对外简称"), Some((RosterField::ExternalCorpName, Form::Plain)));
        assert_eq!(word("工号"), None);
        assert_eq!(word("籍贯"), None);
    }
}
