//! Text that a spreadsheet program takes for a formula.

use std::borrow::Cow;

/// Whether a spreadsheet program may run the text as a formula when it opens a CSV file: the text begins with `=`, `+`, `-`, `@`, a tab
/// or a carriage return.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The text behind apostrophes, which both functions count.
fn bare(text: &str) -> &str {
    text.trim_start_matches('\'')
}

/// The text as a CSV file holds it without danger: an apostrophe goes before a [formula](is_formula). Other text is borrowed as it is.
///
/// [`restored`] gives the text back, also where it begins with an apostrophe of its own.
pub fn neutralised(text: &str) -> Cow<'_, str> {
    if is_formula(bare(text)) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`neutralised`] was given.
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
    fn what_a_program_would_run_begins_with_an_apostrophe() {
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
        fn nothing_is_lost(text in "['=+@\\t\\r a王-]{0,5}") {
            let safe = neutralised(&text);
            prop_assert!(!is_formula(&safe));
            prop_assert_eq!(restored(&safe), text.as_str());
        }
    }
}
