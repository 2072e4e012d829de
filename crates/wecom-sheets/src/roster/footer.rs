//! Rows of a roster that describe the list instead of a person.

use super::{
    RosterField,
    columns::Layout,
    words::{Word, word},
};
use crate::{Meaning, Row, cleaning::trimmed, footer::begins_as_footer, heading_text::is_same};

/// Returns whether a row is a footer, such as `合计：38`: it has no key and no number or address of a person, and its first
/// filled cell begins as footers do. A cell that is merged over the row has its text in all columns.
pub(super) fn is_footer(row: &Row, layout: &Layout) -> bool {
    let cell = |at: usize| trimmed(row.text(at));
    if is_account(cell(layout.key)) {
        return false;
    }
    let Some(first) = (0..row.len()).find(|at| !cell(*at).is_empty()) else { return false };
    if !begins_as_footer(cell(first)) {
        return false;
    }
    let is_same = |at: usize| cell(at).is_empty() || cell(at) == cell(first);
    if (0..row.len()).all(is_same) {
        return true;
    }
    is_same(layout.key)
        && layout.columns.iter().enumerate().all(|(at, column)| match column.meaning {
            _ if begins_as_footer(cell(at)) => true,
            Meaning::Field(RosterField::Mobile) => cell(at).chars().filter(char::is_ascii_digit).count() < 7,
            Meaning::Field(RosterField::Email | RosterField::BizMail) => !cell(at).contains('@'),
            Meaning::Field(RosterField::Userid) => !is_account(cell(at)),
            _ => true,
        })
}

/// Returns whether a row contains the headings again, as at the top of each printed page. Every cell must contain its
/// column's heading, the key's cell among them.
pub(super) fn repeats_headings(row: &Row, layout: &Layout) -> bool {
    let key = trimmed(row.text(layout.key));
    // Nearly all rows end here.
    let may_be_heading = !key.is_ascii()
        || key.eq_ignore_ascii_case(&layout.columns[layout.key].heading)
        || key.as_bytes().windows(2).any(|two| two.eq_ignore_ascii_case(b"id"));
    if key.is_empty() || !may_be_heading || !names(layout, layout.key, key) {
        return false;
    }
    let mut named = 0;
    let all = layout.columns.iter().enumerate().all(|(at, column)| {
        let cell = trimmed(row.text(at));
        let is_taken = matches!(
            column.meaning,
            Meaning::Field(_) | Meaning::Extra(_) | Meaning::External(_) | Meaning::Level(_)
        );
        if !is_taken || cell.is_empty() {
            return true;
        }
        named += 1;
        names(layout, at, cell)
    });
    all && named > 1
}

fn names(layout: &Layout, at: usize, cell: &str) -> bool {
    const LONGEST: usize = 120;
    let column = &layout.columns[at];
    if cell.len() > LONGEST {
        return false;
    }
    is_same(cell, &column.heading)
        || match (word(cell), &column.meaning) {
            (Some(Word::Field(field, _)), Meaning::Field(own)) => field == *own,
            (Some(Word::Level(level)), Meaning::Level(own)) => level == *own,
            _ => false,
        }
}

/// Returns whether a text can be an account or a number, so that its row belongs to a person.
fn is_account(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@'))
}
