//! Formula injection: text that a spreadsheet program would run as a formula.

use std::borrow::Cow;

/// Returns whether a spreadsheet program may run the text as a formula when it opens a CSV file: the text begins with `=`, `+`, `-`, `@`,
/// a tab or a carriage return.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Returns the text after leading apostrophes. Both functions below count these apostrophes.
fn bare(text: &str) -> &str {
    text.trim_start_matches('\'')
}

/// Returns the text in a form that is safe in a CSV file: a [formula](is_formula) gets a leading apostrophe. Other text is borrowed unchanged.
///
/// [`restored`] returns the original text, even if that begins with an apostrophe.
pub fn neutralised(text: &str) -> Cow<'_, str> {
    if is_formula(bare(text)) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Returns the original of a text that [`neutralised`] returned.
pub fn restored(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(bare(rest)) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_get_a_leading_apostrophe() {
        for (text, safe) in [
            ("=1+1", "'=1+1"),
            ("+8613800000001", "'+8613800000001"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("＝1", "＝1"),
            ("'=1", "''=1"),
            ("王芳", "王芳"),
            ("'王芳'", "'王芳'"),
            ("a=1", "a=1"),
            ("", ""),
        ] {
            assert_eq!(neutralised(text), safe);
            assert_eq!(restored(safe), text);
        }
    }

    proptest! {
        #[test]
        fn restoring_returns_the_original(text in "['=+@\\t\\r a王-]{0,5}") {
            let safe = neutralised(&text);
            prop_assert!(!is_formula(&safe));
            prop_assert_eq!(restored(&safe), text.as_str());
        }
    }
}
