//! Words that agree with a number.

/// A number and its noun: `1 row`, `2 rows`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => match noun.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{count} {stem}ies"),
            _ => format!("{count} {noun}s"),
        },
    }
}

/// The form of a verb that agrees with the number.
pub(crate) fn agreeing<'a>(count: u64, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noun_agrees_with_its_number() {
        assert_eq!(
            [counted(0, "row"), counted(1, "row"), counted(2, "entry"), counted(3, "day")],
            ["0 rows", "1 row", "2 entries", "3 days"]
        );
    }
}
