//! A fast path for rows in plain XML, the form that most programs write. It reads them without a parser.
//!
//! Between the tags of a plain row there is only one value for each cell. The row has no reference (`&`) and no carriage return, which a parser would
//! change. All other rows, and all errors, go to the parser.

use memchr::{memchr, memchr2};

/// A row without its tag.
pub(super) struct PlainRow<'a> {
    /// The attributes of the tag.
    pub(super) attributes: &'a str,
    rest: &'a [u8],
}

/// The cells of a row.
pub(super) struct PlainCells<'a> {
    rest: &'a str,
}

/// A cell of a plain row.
pub(super) struct PlainCell<'a> {
    /// The attributes of the tag.
    pub(super) attributes: &'a str,
    pub(super) content: PlainContent<'a>,
}

/// The content between the tags of a cell.
pub(super) enum PlainContent<'a> {
    /// The tag is self-closing.
    None,
    /// No content.
    Empty,
    /// A value.
    Value(&'a str),
    /// A text.
    Inline(&'a str),
}

impl<'a> PlainRow<'a> {
    /// Splits the tag from a row, which is passed with its end. Returns `None` if the row is not plain. Only the tag is examined: if the row is
    /// self-closing, the end belongs to another row.
    pub(super) fn new(row: &'a [u8]) -> Option<Self> {
        let (row_tag, rest) = row.split_at(memchr(b'>', row)? + 1);
        let (attributes, _) = tag(std::str::from_utf8(row_tag).ok()?.strip_prefix("<row")?)?;
        (!attributes.ends_with('/')).then_some(Self { attributes, rest })
    }

    /// Returns the cells, if a parser would not change the row.
    pub(super) fn cells(&self) -> Option<PlainCells<'a>> {
        let is_changed = self.attributes.contains(['&', '\r']) || memchr2(b'&', b'\r', self.rest).is_some();
        if is_changed { None } else { Some(PlainCells { rest: std::str::from_utf8(self.rest).ok()? }) }
    }
}

impl<'a> PlainCells<'a> {
    /// Reads the next cell. Returns `Some(None)` at the end of the row, and `None` if the row is not plain.
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

/// Returns the attributes of a tag whose name is already consumed, and the text after the tag.
fn tag(text: &str) -> Option<(&str, &str)> {
    let end = memchr(b'>', text.as_bytes())?;
    let (attributes, rest) = (&text[..end], &text[end + 1..]);
    // A longer name belongs to another element.
    matches!(attributes.as_bytes().first(), None | Some(b' ' | b'/')).then_some((attributes, rest))
}

/// Returns the text up to the next tag, and the rest.
fn text(text: &str) -> Option<(&str, &str)> {
    Some(text.split_at(memchr(b'<', text.as_bytes())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the attributes and the content of each cell.
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
    fn a_plain_row_is_split_into_cells() {
        let row = "<row r=\"2\" spans=\"1:3\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"B2\" s=\"1\"/><c><v></v></c><c></c>\
            <c t=\"inlineStr\"><is><t xml:space=\"preserve\"> 王 </t></is></c></row>";
        let cells = cells(row).unwrap();
        let contents: Vec<_> = cells.iter().map(|(_, content)| content.as_str()).collect();
        assert_eq!(contents, ["v 0", "/", "v ", "", "t  王 "]);
        assert_eq!((cells[0].0.as_str(), cells[1].0.as_str()), ("r=\"A2\" t=\"s\"", "r=\"B2\" s=\"1\""));
        assert_eq!(PlainRow::new(row.as_bytes()).unwrap().attributes, " r=\"2\" spans=\"1:3\"");
    }

    #[test]
    fn all_other_rows_go_to_the_parser() {
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
