//! The rules for the fields of a file: WeCom's documented limits in one table, each with the errcode of a violation.
//!
//! [`RULES`] applies to files, which are checked before they are sent. The server checks single calls.
//!
//! Official: [创建成员](https://developer.work.weixin.qq.com/document/path/90195),
//! [创建部门](https://developer.work.weixin.qq.com/document/path/90205)

mod form;

use std::fmt;

use self::form::Form;
pub(super) use self::form::trimmed;
use super::{MemberColumn, Severity};
use crate::{
    ErrorCode,
    members::{Limit, MemberField},
};

/// Maximum number of departments of a member (60110).
pub const DEPARTMENTS_OF_MEMBER: usize = match MemberField::Department.limit() {
    Some(Limit::Items { most, .. }) => most,
    _ => panic!("a list without a limit"),
};
/// Maximum number of department levels, including the root (81002).
pub const LEVELS: usize = 15;
/// Maximum number of departments in a corp, including the root (81001).
pub const DEPARTMENTS_OF_CORP: usize = 30_000;
/// Maximum number of members and direct sub-departments of a department (81001).
pub const NODES_OF_DEPARTMENT: usize = 30_000;

/// A field with a rule for its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Field {
    /// 帐号: 1–64 bytes of letters, digits and `_` `-` `@` `.`. The first character is a letter or a digit.
    Userid,
    /// 姓名: 1–64 characters.
    Name,
    /// 手机号: at most 32 digits, blanks and `-`. A country code follows a `+`.
    Mobile,
    /// 邮箱: a mail address of 6–64 bytes.
    Email,
    /// 职位: at most 128 characters.
    Position,
    /// 性别: 男 or 女.
    Gender,
    /// 别名: at most 64 characters.
    Alias,
    /// 地址: at most 128 characters.
    Address,
    /// 座机: at most 32 bytes; digits, `-`, `+` and `,`.
    Telephone,
    /// The text of an extended attribute (扩展属性): at most 64 characters.
    Attribute,
    /// 部门名称: 1–64 characters, none of `\ : * ? " < > |`.
    DepartmentName,
}

/// The unit of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Characters (Unicode scalar values).
    Characters,
}

/// The rule of one field. U+FFFD and control characters are invalid in every field.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// The field.
    pub field: Field,
    /// The maximum length, in [`unit`](Self::unit)s.
    pub longest: usize,
    /// The unit of the length.
    pub unit: Unit,
    /// Whether an empty value is invalid.
    pub required: bool,
    /// The errcode of a value that is too long, or empty although it is required.
    pub length_code: ErrorCode,
    /// The errcode of a value with invalid characters or an invalid form.
    pub form_code: ErrorCode,
    form: Form,
}

const fn rule(field: Field, longest: usize, unit: Unit, form: Form, codes: [i32; 2]) -> Rule {
    let required = matches!(field, Field::Userid | Field::Name | Field::DepartmentName);
    let [length_code, form_code] = [ErrorCode(codes[0]), ErrorCode(codes[1])];
    Rule { field, longest, unit, required, length_code, form_code, form }
}

/// Creates the rule of a text field of a member, with the limit from the [table of fields](MemberField).
const fn text(field: Field, member_field: MemberField, form: Form, codes: [i32; 2]) -> Rule {
    match member_field.limit() {
        Some(Limit::Bytes { longest, .. }) => rule(field, longest, Unit::Bytes, form, codes),
        Some(Limit::Characters { longest, .. }) => rule(field, longest, Unit::Characters, form, codes),
        _ => panic!("a text without a limit"),
    }
}

/// The rules, in the order of [`Field`].
pub const RULES: [Rule; 11] = [
    text(Field::Userid, MemberField::Userid, Form::Account, [40058, 40003]),
    text(Field::Name, MemberField::Name, Form::Text, [60112, 60112]),
    text(Field::Mobile, MemberField::Mobile, Form::Mobile, [60103, 60103]),
    text(Field::Email, MemberField::Email, Form::Mail, [60105, 60105]),
    text(Field::Position, MemberField::Position, Form::Text, [301_012, 301_012]),
    rule(Field::Gender, 3, Unit::Bytes, Form::Gender, [40058, 40058]),
    text(Field::Alias, MemberField::Alias, Form::Text, [40058, 40058]),
    text(Field::Address, MemberField::Address, Form::Text, [40058, 40058]),
    text(Field::Telephone, MemberField::Telephone, Form::Telephone, [301_013, 301_013]),
    rule(Field::Attribute, 64, Unit::Characters, Form::Text, [60151, 60152]),
    rule(Field::DepartmentName, 64, Unit::Characters, Form::Department, [60001, 60009]),
];

impl Field {
    /// Returns the rule of this field.
    pub const fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// Returns the field of a column, if it is a text with a rule.
    pub const fn of(column: MemberColumn) -> Option<Self> {
        Some(match column {
            MemberColumn::Userid => Self::Userid,
            MemberColumn::Name => Self::Name,
            MemberColumn::Mobile => Self::Mobile,
            MemberColumn::Email => Self::Email,
            MemberColumn::Position => Self::Position,
            MemberColumn::Gender => Self::Gender,
            MemberColumn::Alias => Self::Alias,
            MemberColumn::Address => Self::Address,
            MemberColumn::Telephone => Self::Telephone,
            MemberColumn::Department
            | MemberColumn::IsLeaderInDept
            | MemberColumn::Order
            | MemberColumn::Disabled
            | MemberColumn::Enable => return None,
        })
    }
}

/// A value that violates the rule of its field. It contains the length of the value or one visible ASCII character, and
/// never the value itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Breach {
    /// The field.
    pub field: Field,
    /// The kind of violation.
    pub kind: BreachKind,
}

/// The kind of a rule's violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BreachKind {
    /// The value is empty.
    Empty,
    /// The value exceeds the rule's [`longest`](Rule::longest).
    TooLong {
        /// The length of the value, in the rule's [`unit`](Rule::unit)s.
        length: u64,
    },
    /// The value contains an invalid character. Contains the character if it is a blank or visible ASCII.
    Character(Option<char>),
    /// The value has an invalid form: its first character is a sign, or it is not a valid number or address.
    Form,
    /// The value contains a control character. WeCom may accept it, but no program displays it.
    Control(char),
    /// The value contains U+FFFD, which replaces damaged text. WeCom may accept it.
    Damaged,
    /// The value contains a line break or a tab. WeCom accepts it, but single-line fields display it badly.
    LineBreak,
}

/// Checks a value against the rule of its field. Blanks around the value must be removed before. The check of a valid
/// value reads each byte once and allocates no memory.
///
/// # Errors
///
/// The first violation.
#[inline]
pub fn check(field: Field, value: &str) -> Result<(), Breach> {
    let rule = field.rule();
    let classes = form::classes(value);
    // A character has at least one byte, so the characters of a short value need no counting.
    if value.len() <= rule.longest && !value.is_empty() && rule.form.accepts(value, classes) {
        return Ok(());
    }
    match rule.breach(value) {
        None => Ok(()),
        Some(kind) => Err(Breach { field, kind }),
    }
}

impl Rule {
    #[cold]
    fn breach(&self, value: &str) -> Option<BreachKind> {
        if value.is_empty() {
            return self.required.then_some(BreachKind::Empty);
        }
        let unreadable = |char: &char| *char == '\u{fffd}' || (char.is_control() && !is_break(*char));
        match value.chars().find(unreadable) {
            Some('\u{fffd}') => return Some(BreachKind::Damaged),
            Some(control) => return Some(BreachKind::Control(control)),
            None => {}
        }
        let length = match self.unit {
            Unit::Bytes => value.len(),
            Unit::Characters => value.chars().count(),
        };
        if length > self.longest && !matches!(self.form, Form::Gender) {
            return Some(BreachKind::TooLong { length: length as u64 });
        }
        if let Some(char) = value.chars().find(|char| self.form.refuses(*char)) {
            return Some(BreachKind::Character((char == ' ' || char.is_ascii_graphic()).then_some(char)));
        }
        if !self.form.fits(value) {
            return Some(BreachKind::Form);
        }
        value.contains(is_break).then_some(BreachKind::LineBreak)
    }
}

fn is_break(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r')
}

impl Breach {
    /// Returns the errcode that WeCom would return. Returns `None` for damaged texts, control characters and line breaks,
    /// which WeCom's documentation does not mention.
    pub const fn code(self) -> Option<ErrorCode> {
        let rule = self.field.rule();
        match self.kind {
            BreachKind::Empty | BreachKind::TooLong { .. } => Some(rule.length_code),
            BreachKind::Character(_) | BreachKind::Form => Some(rule.form_code),
            BreachKind::Control(_) | BreachKind::Damaged | BreachKind::LineBreak => None,
        }
    }

    /// Returns the severity. A line break is a warning; all other violations prevent the import of the row.
    pub const fn severity(self) -> Severity {
        match self.kind {
            BreachKind::LineBreak => Severity::Warning,
            _ => Severity::Row,
        }
    }
}

/// Writes the problem as the predicate of a sentence about the field: "has 70 bytes, and at most 64 are allowed".
impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = self.field.rule();
        match self.kind {
            BreachKind::Empty => f.write_str("is empty"),
            BreachKind::TooLong { length } => {
                let unit = match rule.unit {
                    Unit::Bytes => "bytes",
                    Unit::Characters => "characters",
                };
                write!(f, "has {length} {unit}, and at most {} are allowed", rule.longest)
            }
            BreachKind::Character(char) => {
                match char {
                    Some(' ') => f.write_str("has a blank, which is not allowed")?,
                    Some(char) => write!(f, "has the character {char}, which is not allowed")?,
                    None => f.write_str("has a character that is not allowed")?,
                }
                write!(f, "; allowed: {}", rule.form.alphabet())
            }
            BreachKind::Form => f.write_str(rule.form.demand()),
            BreachKind::Control(char) => write!(f, "has a control character (U+{:04X})", u32::from(char)),
            BreachKind::Damaged => f.write_str("has a damaged character (U+FFFD)"),
            BreachKind::LineBreak => f.write_str("has a line break or a tab inside"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(field: Field, value: &str) -> String {
        match check(field, value) {
            Ok(()) => "ok".into(),
            Err(breach) => match breach.code() {
                Some(code) => format!("{breach} ({code})"),
                None => breach.to_string(),
            },
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_fields_and_its_codes_are_known() {
        for (place, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.field as usize, place);
            assert!(rule.length_code.info().is_some() && rule.form_code.info().is_some(), "{rule:?}");
        }
    }

    #[test]
    fn values_at_the_limit_are_good_and_one_more_is_too_long() {
        let mail = |bytes: usize| format!("{}@example.com", "a".repeat(bytes - 12));
        for (field, char, most) in [
            (Field::Userid, "a", 64),
            (Field::Name, "王", 64),
            (Field::Mobile, "1", 32),
            (Field::Position, "𠮷", 128),
            (Field::Alias, "é", 64),
            (Field::Address, "京", 128),
            (Field::Telephone, "1", 32),
            (Field::Attribute, "王", 64),
            (Field::DepartmentName, "部", 64),
        ] {
            assert_eq!(said(field, &char.repeat(most)), "ok", "{field:?}");
            let kind = check(field, &char.repeat(most + 1)).unwrap_err().kind;
            assert_eq!(kind, BreachKind::TooLong { length: most as u64 + 1 }, "{field:?}");
        }
        assert_eq!(said(Field::Email, &mail(64)), "ok");
        assert_eq!(said(Field::Email, &mail(65)), "has 65 bytes, and at most 64 are allowed (60105)");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (field, value, expected) in [
            (Field::Userid, "wang.min_2@x-y", "ok"),
            (
                Field::Userid,
                "zhou+si",
                "has the character +, which is not allowed; allowed: letters, digits and _ - @ . (40003)",
            ),
            (
                Field::Userid,
                "周一",
                "has a character that is not allowed; allowed: letters, digits and _ - @ . (40003)",
            ),
            (Field::Userid, "-zhousan", "must begin with a letter or a digit (40003)"),
            (Field::Userid, "", "is empty (40058)"),
            (Field::Mobile, "", "ok"),
            (Field::Mobile, "+86 138 0000-0001", "ok"),
            (
                Field::Mobile,
                "138+00000001",
                "must be a mobile number, with an optional + and country code at the start (60103)",
            ),
            (
                Field::Mobile,
                "1234",
                "must be a mobile number, with an optional + and country code at the start (60103)",
            ),
            (
                Field::Mobile,
                "1.38E10",
                "has the character ., which is not allowed; allowed: digits, blanks, + and - (60103)",
            ),
            (Field::Email, "a@b.cn", "ok"),
            (Field::Email, "a@b.c", "must be one valid mail address of 6 to 64 bytes (60105)"),
            (Field::Email, "zhouba@", "must be one valid mail address of 6 to 64 bytes (60105)"),
            (Field::Email, "a@b@example.com", "must be one valid mail address of 6 to 64 bytes (60105)"),
            (Field::Email, "a@.example.com", "must be one valid mail address of 6 to 64 bytes (60105)"),
            (Field::Telephone, "+86-10,1234", "ok"),
            (
                Field::Telephone,
                "010 1234",
                "has a blank, which is not allowed; allowed: digits, -, + and , (301013)",
            ),
            (Field::Gender, "男", "ok"),
            (Field::Gender, "未知", "must be 男 or 女 (40058)"),
            (
                Field::DepartmentName,
                "研发:测试",
                "has the character :, which is not allowed; allowed: all except \\ : * ? \" < > | (60009)",
            ),
            (Field::DepartmentName, "研发：测试／｜", "ok"),
            (Field::Name, "王\u{14}芳", "has a control character (U+0014)"),
            (Field::Name, "王\u{85}芳", "has a control character (U+0085)"),
            (Field::Name, "王\u{fffd}", "has a damaged character (U+FFFD)"),
            (Field::Alias, "a\nb", "has a line break or a tab inside"),
            // These values begin with the same bytes as control characters and U+FFFD.
            (Field::Name, "é£（王）", "ok"),
        ] {
            assert_eq!(said(field, value), expected, "{field:?}");
        }
        assert_eq!(check(Field::Alias, "a\tb").unwrap_err().severity(), Severity::Warning);
    }
}
