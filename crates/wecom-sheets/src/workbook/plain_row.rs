//! Rows in the plainest form of XML, in which programs write nearly all of them, taken apart without a parser.
//!
//! Between the tags of such a row there is nothing but one value for each cell, and the row has no reference (`&`) and no carriage return, which a
//! parser would change. Every other row is left to the parser, and so is every error.

use memchr::{memchr, memchr2};

/// A row, its tag taken off.
pub(super) struct PlainRow<'a> {
    /// What is in its tag.
    pub(super) attributes: &'a str,
    rest: &'a [u8],
}

/// The cells of a row, one by one.
pub(super) struct PlainCells<'a> {
    rest: &'a str,
}

/// A cell of it.
pub(super) struct PlainCell<'a> {
    /// What is in its tag.
    pub(super) attributes: &'a str,
    pub(super) content: PlainContent<'a>,
}

/// What is between a cell's tags.
pub(super) enum PlainContent<'a> {
    /// The tag closes itself.
    None,
    /// Nothing.
    Empty,
    /// A value.
    Value(&'a str),
    /// A text.
    Inline(&'a str),
}

impl<'a> PlainRow<'a> {
    /// Takes the tag off a row, given with its end; `None` if the row is not plain. Looks at the tag alone: of a row that closes itself the end that is
    /// given belongs to another.
    pub(super) fn new(row: &'a [u8]) -> Option<Self> {
        let (row_tag, rest) = row.split_at(memchr(b'>', row)? + 1);
        let (attributes, _) = tag(std::str::from_utf8(row_tag).ok()?.strip_prefix("<row")?)?;
        (!attributes.ends_with('/')).then_some(Self { attributes, rest })
    }

    /// The cells, if the row has nothing that a parser would change.
    pub(super) fn cells(&self) -> Option<PlainCells<'a>> {
        let is_changed = self.attributes.contains(['&', '\r']) || memchr2(b'&', b'\r', self.rest).is_some();
        if is_changed { None } else { Some(PlainCells { rest: std::str::from_utf8(self.rest).ok()? }) }
    }
}

impl<'a> PlainCells<'a> {
    /// Takes the next cell off: `Some(None)` at the end of the row, and `None` if the row is not plain.
    pub(super) fn next_cell(&mut self) -> Option<Option<PlainCell<'a>>> {
        let Some(cell) = self.rest.strip_prefix("<c") else {
            return (self.rest == "</row>").then_some(None);
        };
        let (attributes, rest) = tag(cell)?;
        let (attributes, content, rest) = if let Some(attributes) = attributes.strip_suffix('/') {
            (attributes, PlainContent::None, rest)
        } else if let Some(rest) = rest.strip_prefix("<v>") {
            let (value, rest) = text(rest)?;
            (attributes, PlainContent::Value(value), rest.strip_prefix("</v></c>")?)
        } else if let Some(rest) = rest.strip_prefix("<is><t") {
            let (_, rest) = tag(rest).filter(|(attributes, _)| !attributes.ends_with('/'))?;
            let (value, rest) = text(rest)?;
            (attributes, PlainContent::Inline(value), rest.strip_prefix("</t></is></c>")?)
        } else {
            (attributes, PlainContent::Empty, rest.strip_prefix("</c>")?)
        };
        self.rest = rest;
        Some(Some(PlainCell { attributes, content }))
    }
}

/// What is in a tag whose name was taken off, and what follows the tag.
fn tag(text: &str) -> Option<(&str, &str)> {
    let end = memchr(b'>', text.as_bytes())?;
    let (attributes, rest) = (&text[..end], &text[end + 1..]);
    // A longer name is that of another element.
    matches!(attributes.as_bytes().first(), None | Some(b' ' | b'/')).then_some((attributes, rest))
}

/// The text up to the next tag, and what follows.
fn text(text: &str) -> Option<(&str, &str)> {
    Some(text.split_at(memchr(b'<', text.as_bytes())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of a row: what is in their tags, and what is between them.
    fn cells(row: &str) -> Option<Vec<(String, String)>> {
        let mut row = PlainRow::new(row.as_bytes())?.cells()?;
        let mut cells = Vec::new();
        while let Some(cell) = row.next_cell()? {
            let content = match cell.content {
                PlainContent::None => "/".to_owned(),
                PlainContent::Empty => String::new(),
                PlainContent::Value(value) => format!("v {value}"),
                PlainContent::Inline(text) => format!("t {text}"),
            };
            cells.push((cell.attributes.trim().to_owned(), content));
        }
        Some(cells)
    }

    #[test]
    fn a_plain_row_is_taken_apart() {
        let row = "<row r=\"2\" spans=\"1:3\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" s=\"1\"/><c><v></v></c><c></c>\
            <c t=\"inlineStr\"><is><t xml:space=\"preserve\"> 王 </t></is></c></row>";
        let cells = cells(row).unwrap();
        let contents: Vec<_> = cells.iter().map(|(_, content)| content.as_str()).collect();
        assert_eq!(contents, ["v 0", "/", "v ", "", "t  王 "]);
        assert_eq!((cells[0].0.as_str(), cells[1].0.as_str()), ("r=\"A2\" t=\"s\"", "r=\"B2\" s=\"1\""));
        assert_eq!(PlainRow::new(row.as_bytes()).unwrap().attributes, " r=\"2\" spans=\"1:3\"");
    }

    #[test]
    fn every_other_row_is_left_to_the_parser() {
        for row in [
            "<row><c><f>A1</f><v>1</v></c></row>",
            "<row><c><v>1</v><f>A1</f></c></row>",
            "<row><c t=\"str\"><v>a&amp;b</v></c></row>",
            "<row><c t=\"str\"><v>a\r\nb</v></c></row>",
            "<row><c t=\"str\"><v><![CDATA[a]]></v></c></row>",
            "<row><!-- <c/> --></row>",
            "<row> <c/></row>",
            "<row><c/> </row>",
            "<row><cell/></row>",
            "<row/><row><c/></row>",
            "<rowBreaks></row>",
            "<row\tr=\"1\"></row>",
            "<row><c><v/></c></row>",
            "<row><c><is><t/></is></c></row>",
            "<row><c><is><r><t>a</t></r></is></c></row>",
            "<row><c><v>1</v></c>",
        ] {
            assert_eq!(cells(row), None, "{row}");
        }
        assert!(PlainRow::new(b"<row><c><v>\xff</v></c></row>").is_some_and(|row| row.cells().is_none()));
    }
}
