//! What the fields of a file may hold: one table of WeCom's written limits, with the code that WeCom answers to each breach.
//!
//! [`RULES`] is applied to files, which are checked before anything is sent. Single calls are left to the server.
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

/// The most departments that one member may belong to (60110).
pub const DEPARTMENTS_OF_MEMBER: usize = match MemberField::Department.limit() {
    Some(Limit::Items { most, .. }) => most,
    _ => panic!("a list without a limit"),
};
/// The most levels of departments, the root being the first (81002).
pub const LEVELS: usize = 15;
/// The most departments of a corp, the root included (81001).
pub const DEPARTMENTS_OF_CORP: usize = 30_000;
/// The most members and departments directly in one department (81001).
pub const NODES_OF_DEPARTMENT: usize = 30_000;

/// A field whose values have a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Field {
    /// 帐号: 1–64 bytes; letters, digits and `_` `-` `@` `.`, beginning with a letter or a digit.
    Userid,
    /// 姓名: 1–64 characters.
    Name,
    /// 手机号: at most 32 digits, blanks and `-`, with the country code behind a `+`.
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

/// What the length of a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// Characters: Unicode scalar values.
    Characters,
}

/// The rule of one field. No field may hold U+FFFD or a control character.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// The field.
    pub field: Field,
    /// The greatest length, in [`unit`](Self::unit)s.
    pub longest: usize,
    /// What the length is counted in.
    pub unit: Unit,
    /// Whether the value must not be empty.
    pub required: bool,
    /// The code for a value that is too long, or empty though required.
    pub length_code: ErrorCode,
    /// The code for a value with the wrong characters, or of the wrong form.
    pub form_code: ErrorCode,
    form: Form,
}

const fn rule(field: Field, longest: usize, unit: Unit, form: Form, codes: [i32; 2]) -> Rule {
    let required = matches!(field, Field::Userid | Field::Name | Field::DepartmentName);
    let [length_code, form_code] = [ErrorCode(codes[0]), ErrorCode(codes[1])];
    Rule { field, longest, unit, required, length_code, form_code, form }
}

/// The rule of a member's field that is a text, with the limit that the [table of fields](MemberField) has.
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
    /// The rule of this field.
    pub const fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// The field of a column, if it is a text with a rule.
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

/// A value that breaks the rule of its field. It shows the value's length or one visible ASCII character, never the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Breach {
    /// The field.
    pub field: Field,
    /// What is wrong with its value.
    pub kind: BreachKind,
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BreachKind {
    /// The value is empty.
    Empty,
    /// The value is longer than the rule's [`longest`](Rule::longest).
    TooLong {
        /// Its length, in the rule's [`unit`](Rule::unit)s.
        length: u64,
    },
    /// The value has a character that the field must not have: which, if it is a blank or visible ASCII.
    Character(Option<char>),
    /// The value does not have the form of its field: its first character is a sign, or it is no number or address.
    Form,
    /// The value has a control character. WeCom may take it, but nothing shows it.
    Control(char),
    /// The value has U+FFFD, which replaces a damaged text. WeCom may take it.
    Damaged,
    /// The value has a line break or a tab inside. WeCom takes it; a field of one line shows it badly.
    LineBreak,
}

/// Checks a value, without blanks around it, by the rule of its field. A value that keeps to the rule costs one look at each of
/// its bytes and no allocation.
///
/// # Errors
///
/// The first rule that the value breaks.
#[inline]
pub fn check(field: Field, value: &str) -> Result<(), Breach> {
    let rule = field.rule();
    let classes = form::classes(value);
    // A character has at least one byte, so that a value of few bytes needs no count of its characters.
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
    /// The code that WeCom would answer with; `None` for a text that is damaged or hard to show, of which WeCom says nothing.
    pub const fn code(self) -> Option<ErrorCode> {
        let rule = self.field.rule();
        match self.kind {
            BreachKind::Empty | BreachKind::TooLong { .. } => Some(rule.length_code),
            BreachKind::Character(_) | BreachKind::Form => Some(rule.form_code),
            BreachKind::Control(_) | BreachKind::Damaged | BreachKind::LineBreak => None,
        }
    }

    /// How bad it is: a line break is a warning, anything else stops the row.
    pub const fn severity(self) -> Severity {
        match self.kind {
            BreachKind::LineBreak => Severity::Warning,
            _ => Severity::Row,
        }
    }
}

/// Says what is wrong, for a sentence that begins with the field: "has 70 bytes, and at most 64 are allowed".
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
                write!(f, ": it may have {}", rule.form.alphabet())
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
                "has the character +, which is not allowed: it may have letters, digits and _ - @ . (40003)",
            ),
            (
                Field::Userid,
                "周一",
                "has a character that is not allowed: it may have letters, digits and _ - @ . (40003)",
            ),
            (Field::Userid, "-zhousan", "must begin with a letter or a digit (40003)"),
            (Field::Userid, "", "is empty (40058)"),
            (Field::Mobile, "", "ok"),
            (Field::Mobile, "+86 138 0000-0001", "ok"),
            (
                Field::Mobile,
                "138+00000001",
                "must be a mobile number, with the country code behind a + in front (60103)",
            ),
            (
                Field::Mobile,
                "1234",
                "must be a mobile number, with the country code behind a + in front (60103)",
            ),
            (
                Field::Mobile,
                "1.38E10",
                "has the character ., which is not allowed: it may have digits, blanks, + and - (60103)",
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
                "has a blank, which is not allowed: it may have digits, -, + and , (301013)",
            ),
            (Field::Gender, "男", "ok"),
            (Field::Gender, "未知", "must be 男 or 女 (40058)"),
            (
                Field::DepartmentName,
                "研发:测试",
                "has the character :, which is not allowed: it may have anything but \\ : * ? \" < > | (60009)",
            ),
            (Field::DepartmentName, "研发：测试／｜", "ok"),
            (Field::Name, "王\u{14}芳", "has a control character (U+0014)"),
            (Field::Name, "王\u{85}芳", "has a control character (U+0085)"),
            (Field::Name, "王\u{fffd}", "has a damaged character (U+FFFD)"),
            (Field::Alias, "a\nb", "has a line break or a tab inside"),
            // The first bytes are those of control characters and of U+FFFD.
            (Field::Name, "é£（王）", "ok"),
        ] {
            assert_eq!(said(field, value), expected, "{field:?}");
        }
        assert_eq!(check(Field::Alias, "a\tb").unwrap_err().severity(), Severity::Warning);
    }
}
