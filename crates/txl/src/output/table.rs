//! Tables, laid out for the width of the terminal.
//!
//! If the columns are too wide, those without values are omitted first, then long cells are wrapped. If a column would become only a few letters
//! wide, each object becomes a block of lines. In a file or a pipe, each row is one line of any length.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    Words,
    fields::{Kind, fields, text},
    layout::{padded, terminal_width, width_of, wrapped},
    stdout::Stdout,
};
use crate::failure::{Result, printable};

/// The separator of two columns.
const GAP: &str = "  ";
/// Minimum width of a wrapped cell.
const NARROWEST: usize = 12;
/// Maximum number of lines of a cell. More lines are hard to read.
const MOST_LINES: usize = 3;
/// Minimum width of a value beside its heading. A narrower value goes below the heading.
const NARROWEST_VALUE: usize = 20;

/// Prints one object, with one line for each field.
pub(super) fn record(value: &impl Serialize, has_headings: bool, words: Option<Words>) -> Result {
    let fields = fields(value)?;
    let kind = Kind::of(fields.iter().map(|(key, _)| key.as_str()));
    let texts = Texts { kind, words };
    let mut out = Stdout::text();
    if !has_headings {
        for (key, value) in &fields {
            out.line(&texts.cell(key, value))?;
        }
        return out.finish();
    }
    let width = terminal_width();
    let fields = fields.iter().map(|(key, value)| (heading(kind, key, width), texts.cell(key, value)));
    block(&mut out, &fields.collect::<Vec<_>>(), width)?;
    out.finish()
}

/// Prints many objects, with these fields as columns.
pub(super) fn list<T: Serialize>(
    items: &[T],
    columns: Vec<String>,
    has_headings: bool,
    words: Option<Words>,
) -> Result {
    let mut layout = Layout::of(items, columns, has_headings, words)?;
    // Two passes instead of all cells in memory.
    items.iter().try_for_each(|item| layout.print(item))?;
    layout.finish()
}

/// Returns the heading of a field. In a file or a pipe it is the JSON name alone, which is one word for programs such as awk.
fn heading(kind: Kind, key: &str, width: Option<usize>) -> &str {
    if width.is_some() { kind.heading(key) } else { key }
}

/// How the cells of a table are worded.
#[derive(Clone, Copy)]
struct Texts {
    kind: Kind,
    words: Option<Words>,
}

impl Texts {
    fn cell(self, key: &str, value: &RawValue) -> String {
        let word = self.words.and_then(|words| words(key, &text(value)));
        word.map_or_else(|| self.kind.cell(key, value), |word| printable(&word.to_string()))
    }
}

/// A table whose widths are known.
pub(super) struct Layout {
    texts: Texts,
    columns: Vec<String>,
    arrangement: Arrangement,
    out: Stdout,
    /// The width of the terminal.
    width: Option<usize>,
    has_headings: bool,
    is_empty: bool,
}

impl Layout {
    /// Chooses the widths by these objects, and prints the headings if there are any.
    pub(super) fn of<T: Serialize>(
        items: &[T],
        columns: Vec<String>,
        has_headings: bool,
        words: Option<Words>,
    ) -> Result<Self> {
        let kind = Kind::of(columns.iter().map(String::as_str));
        let texts = Texts { kind, words };
        let mut widest = vec![0; columns.len()];
        for item in items {
            for (widest, cell) in widest.iter_mut().zip(cells(texts, &columns, item)?) {
                *widest = (*widest).max(width_of(&cell));
            }
        }
        let width = terminal_width();
        let heading =
            |key: &'_ String| if has_headings { heading(kind, key, width).to_owned() } else { String::new() };
        let headings: Vec<String> = columns.iter().map(heading).collect();
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        let arrangement = arranged(&headings, &widest, width);
        let mut out = Stdout::text();
        if let (Arrangement::Rows(shown), true) = (&arrangement, has_headings) {
            row(&mut out, shown, |column, wide| heading_lines(headings[column], wide))?;
        }
        Ok(Self { texts, columns, arrangement, out, width, has_headings, is_empty: true })
    }

    pub(super) fn print(&mut self, item: &impl Serialize) -> Result {
        let Self { texts, columns, arrangement, out, width: terminal, has_headings, is_empty } = self;
        let cells = cells(*texts, columns, item)?;
        match arrangement {
            Arrangement::Rows(shown) => {
                row(out, shown, |column, wide| wrapped(&cells[column], wide))?;
            }
            Arrangement::Blocks(width) => {
                if !*is_empty {
                    out.line("")?;
                }
                let headings = columns
                    .iter()
                    .map(|key| if *has_headings { heading(texts.kind, key, *terminal) } else { "" });
                block(out, &headings.zip(cells).collect::<Vec<_>>(), Some(*width))?;
            }
        }
        *is_empty = false;
        Ok(())
    }

    pub(super) fn finish(self) -> Result {
        self.out.finish()
    }
}

fn cells(texts: Texts, columns: &[String], item: &impl Serialize) -> Result<Vec<String>> {
    let fields = fields(item)?;
    let find = |key: &String| fields.iter().find(|(name, _)| name == key);
    Ok(columns
        .iter()
        .map(|key| find(key).map_or(String::new(), |(_, value)| texts.cell(key, value)))
        .collect())
}

/// The layout of a table.
#[derive(Debug, PartialEq, Eq)]
enum Arrangement {
    /// One row for each object, with the visible columns and their widths.
    Rows(Vec<(usize, usize)>),
    /// One block of lines for each object, with this width.
    Blocks(usize),
}

fn arranged(headings: &[&str], widest: &[usize], width: Option<usize>) -> Arrangement {
    let natural = |column: usize| widest[column].max(width_of(headings[column]));
    let all: Vec<_> = (0..headings.len()).map(|column| (column, natural(column))).collect();
    let Some(width) = width else { return Arrangement::Rows(all) };
    if total(&all) <= width {
        return Arrangement::Rows(all);
    }
    let is_filled = |(column, _): &(usize, usize)| widest[*column] > 0;
    let mut columns: Vec<_> = all.into_iter().filter(is_filled).collect();
    for (_, wide) in &mut columns {
        *wide = (*wide).min(width);
    }
    // Headings are wrapped to two lines before cells are wrapped.
    let word = |column: usize| headings[column].split(' ').map(width_of).max().unwrap_or(0);
    for least in [usize::MAX, NARROWEST] {
        let least = |column: usize| word(column).max(widest[column].min(least));
        while total(&columns) > width {
            let spare = columns.iter_mut().filter(|(column, wide)| *wide > least(*column));
            match spare.max_by_key(|(_, wide)| *wide) {
                Some((_, wide)) => *wide -= 1,
                None => break,
            }
        }
    }
    if total(&columns) > width {
        return Arrangement::Blocks(width);
    }
    if columns.iter().any(|(column, wide)| widest[*column].div_ceil(*wide) > MOST_LINES) {
        return Arrangement::Blocks(width);
    }
    Arrangement::Rows(columns)
}

fn total(columns: &[(usize, usize)]) -> usize {
    let gaps = GAP.len() * columns.len().saturating_sub(1);
    columns.iter().map(|(_, wide)| wide).sum::<usize>() + gaps
}

fn row<'a>(
    out: &mut Stdout,
    columns: &[(usize, usize)],
    lines: impl Fn(usize, usize) -> Vec<&'a str>,
) -> Result {
    let cells: Vec<Vec<&str>> = columns.iter().map(|(column, wide)| lines(*column, *wide)).collect();
    for at in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
        let mut line = String::new();
        for (lines, (_, wide)) in cells.iter().zip(columns) {
            line.push_str(&padded(lines.get(at).unwrap_or(&""), *wide));
            line.push_str(GAP);
        }
        out.line(line.trim_end_matches(' '))?;
    }
    Ok(())
}

/// The JSON name is above the console's term if they do not fit on one line.
fn heading_lines(heading: &str, wide: usize) -> Vec<&str> {
    if width_of(heading) <= wide {
        return vec![heading];
    }
    heading.split(' ').flat_map(|word| wrapped(word, wide)).collect()
}

/// Headings with the values below them.
fn block(out: &mut Stdout, fields: &[(&str, String)], width: Option<usize>) -> Result {
    let key = fields.iter().map(|(heading, _)| width_of(heading)).max().unwrap_or(0);
    let value = width.map_or(usize::MAX, |width| width.saturating_sub(key + GAP.len()));
    for (heading, text) in fields {
        if value >= NARROWEST_VALUE {
            let mut heading = *heading;
            for line in wrapped(text, value) {
                out.line(format!("{}{GAP}{line}", padded(heading, key)).trim_end_matches(' '))?;
                heading = "";
            }
        } else {
            out.line(heading)?;
            for line in wrapped(text, (key + value).max(NARROWEST)) {
                out.line(format!("{GAP}{line}").trim_end_matches(' '))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADINGS: [&str; 3] = ["userid 账号", "name 姓名", "extattr 扩展属性"];

    #[test]
    fn columns_shrink_no_further_than_they_can_be_read() {
        let arranged = |widest: [usize; 3], width| arranged(&HEADINGS, &widest, width);
        let rows = |widths: &[(usize, usize)]| Arrangement::Rows(widths.to_vec());
        assert_eq!(arranged([8, 6, 900], None), rows(&[(0, 11), (1, 9), (2, 900)]));
        assert_eq!(arranged([8, 6, 10], Some(80)), rows(&[(0, 11), (1, 9), (2, 16)]));
        // Columns without values are omitted first.
        assert_eq!(arranged([8, 20, 0], Some(40)), rows(&[(0, 11), (1, 20)]));
        assert_eq!(arranged([8, 30, 60], Some(80)), rows(&[(0, 8), (1, 30), (2, 38)]));
        assert_eq!(arranged([8, 30, 900], Some(80)), Arrangement::Blocks(80));
        assert_eq!(arranged([30, 30, 30], Some(30)), Arrangement::Blocks(30));
    }
}
