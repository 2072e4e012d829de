//! Words that agree with a number, and what stands between the items of a list.

use std::fmt::Display;

/// A number and its noun: `1 row`, `2 rows`.
pub(crate) fn counted(count: impl Display + PartialEq + From<u8>, noun: &str) -> String {
    if count == 1.into() {
        return format!("1 {noun}");
    }
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

/// The form of a verb that agrees with the number.
pub(crate) fn agreeing<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

/// What stands between the names of a list.
pub(crate) fn between_names() -> &'static str {
    word!(", ", "、")
}

/// What stands between the changes of an object.
pub(crate) fn between_changes() -> &'static str {
    word!("; ", "；")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_agrees_with_its_number() {
        assert_eq!(
            [counted(0_u64, "row"), counted(1_usize, "row"), counted(2_u64, "entry"), counted(3_u64, "day")],
            ["0 rows", "1 row", "2 entries", "3 days"]
        );
    }
}
