//! The rules of WeCom for values, as far as its pages state them (doc 90195, 90197). A value that breaks one is a finding before
//! anything is sent.

use wecom_contacts::members::{Limit, MemberField};

use super::people::compared;
use crate::plan::ValueRule;

/// The text fields that a roster manages, in the order of WeCom's pages.
pub(super) const TEXTS: [MemberField; 9] = [
    MemberField::Name,
    MemberField::Alias,
    MemberField::Mobile,
    MemberField::Email,
    MemberField::Position,
    MemberField::Gender,
    MemberField::Telephone,
    MemberField::Address,
    MemberField::ExternalPosition,
];

/// Whether two values of a field are the same to WeCom.
pub(super) fn is_same(field: MemberField, one: &str, other: &str) -> bool {
    one == other
        || matches!(field, MemberField::Mobile | MemberField::Email)
            && compared(field, one) == compared(field, other)
}

/// Whether a plan may empty the field. WeCom does not take an empty name, and leaves open whether it takes an empty alias or
/// telephone.
pub(super) const fn may_be_emptied(field: MemberField) -> bool {
    !matches!(field, MemberField::Name | MemberField::Alias | MemberField::Telephone | MemberField::Gender)
}

/// Checks a value. The text of an error does not quote the value.
pub(super) fn check(field: MemberField, value: &str) -> Result<(), ValueRule> {
    match field.limit() {
        Some(Limit::Bytes { shortest, longest }) if !(shortest..=longest).contains(&value.len()) => {
            return Err(ValueRule::Bytes { count: value.len(), shortest, longest });
        }
        Some(Limit::Characters { shortest, longest }) => {
            let count = value.chars().count();
            if !(shortest..=longest).contains(&count) {
                return Err(ValueRule::Characters { count, shortest, longest });
            }
        }
        _ => {}
    }
    let is_valid = match field {
        MemberField::Userid => {
            value.starts_with(|char: char| char.is_ascii_alphanumeric())
                && value.chars().all(|char| char.is_ascii_alphanumeric() || "_-@.".contains(char))
        }
        MemberField::Mobile => {
            let digits = value.chars().filter(char::is_ascii_digit).count();
            (5..=20).contains(&digits)
                && value.chars().all(|char| char.is_ascii_digit() || "+- ".contains(char))
        }
        MemberField::Email => value.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !value.contains(char::is_whitespace)
        }),
        MemberField::Telephone => value.chars().all(|char| char.is_ascii_digit() || "-+,".contains(char)),
        MemberField::Gender => matches!(value, "1" | "2"),
        _ => true,
    };
    if is_valid { Ok(()) } else { Err(rule(field)) }
}

/// Maximum number of characters of a text in the external profile (doc 92230).
const EXTERNAL_CHARACTERS: usize = 32;

/// Checks a text of the external profile (对外属性).
pub(super) fn check_external(value: &str) -> Result<(), ValueRule> {
    match value.chars().count() {
        count if count > EXTERNAL_CHARACTERS => {
            Err(ValueRule::Characters { count, shortest: 0, longest: EXTERNAL_CHARACTERS })
        }
        _ => Ok(()),
    }
}

const fn rule(field: MemberField) -> ValueRule {
    match field {
        MemberField::Userid => ValueRule::Userid,
        MemberField::Mobile => ValueRule::Mobile,
        MemberField::Email => ValueRule::Email,
        MemberField::Telephone => ValueRule::Telephone,
        MemberField::Gender => ValueRule::Gender,
        _ => ValueRule::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_rules_are_checked_and_the_value_is_not_quoted() {
        let good = [
            (MemberField::Userid, "zhang.san-1@x"),
            (MemberField::Mobile, "+86 138 0000 0000"),
            (MemberField::Email, "zhangsan@example.com"),
            (MemberField::Telephone, "020-12345678,101"),
            (MemberField::Position, ""),
        ];
        for (field, value) in good {
            assert_eq!(check(field, value), Ok(()), "{field}");
        }
        let bad = [
            (MemberField::Userid, "张三"),
            (MemberField::Userid, "_a"),
            (MemberField::Mobile, "13800000000/13900000000"),
            (MemberField::Email, "zhangsan@example"),
            (MemberField::Telephone, "总机"),
            (MemberField::Gender, "男"),
        ];
        for (field, value) in bad {
            let error = check(field, value).unwrap_err().to_string();
            assert!(!error.contains(value), "{field}: {error}");
        }
        assert_eq!(
            check(MemberField::Name, &"名".repeat(65)).unwrap_err().to_string(),
            "it has 65 characters, and WeCom takes 1 to 64"
        );
    }
}
