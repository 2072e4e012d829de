//! Workbooks that are assembled from their parts, in ways that no writing library offers.

use std::io::Write;

use wecom_sheets::{Error, Kind, Options, Row, Sheet};
use zip::{ZipWriter, write::SimpleFileOptions};

const NAMESPACES: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
const KINDS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// Returns a file of `tests/cases`.
pub(crate) fn case(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An XLSX workbook of one sheet.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) rows: String,
    pub(crate) below: String,
    pub(crate) styles: Option<String>,
    pub(crate) texts: Option<String>,
    pub(crate) workbook: String,
}

impl Parts {
    pub(crate) fn of_rows(rows: &str) -> Self {
        Self { rows: rows.to_owned(), ..Self::default() }
    }

    pub(crate) fn below(mut self, below: &str) -> Self {
        self.below = below.to_owned();
        self
    }

    /// Sets the formats of the styles. Formats that are numbers are built in. The first style is number 0.
    pub(crate) fn formats(mut self, codes: &[&str]) -> Self {
        let (mut formats, mut styles) = (String::new(), String::new());
        for (at, code) in codes.iter().enumerate() {
            let id = if code.len() < 3 { code.parse().unwrap_or(164 + at) } else { 164 + at };
            let code = code.replace('"', "&quot;");
            formats.push_str(&format!("<numFmt numFmtId=\"{}\" formatCode=\"{code}\"/>", 164 + at));
            styles.push_str(&format!("<xf numFmtId=\"{id}\"/>"));
        }
        self.styles = Some(format!(
            "<styleSheet {NAMESPACES}><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId=\"164\"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>"
        ));
        self
    }

    pub(crate) fn texts(mut self, texts: &str) -> Self {
        self.texts = Some(format!("<sst {NAMESPACES}>{texts}</sst>"));
        self
    }

    pub(crate) fn workbook(mut self, elements: &str) -> Self {
        self.workbook = elements.to_owned();
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut parts = vec![
            (
                "_rels/.rels",
                format!(
                    r#"<Relationships><Relationship Id="r" Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    r#"<Relationships><Relationship Id="s" Type="{KINDS}/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="t" Type="{KINDS}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="u" Type="{KINDS}/styles" Target="styles.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    r#"<workbook {NAMESPACES}>{}<sheets><sheet name="成员" sheetId="1" r:id="s"/></sheets></workbook>"#,
                    self.workbook
                ),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!(
                    "<worksheet {NAMESPACES}><dimension ref=\"A1:XFD1048576\"/><sheetData>{}</sheetData>{}</worksheet>",
                    self.rows, self.below
                ),
            ),
        ];
        parts.extend(self.texts.clone().map(|texts| ("xl/sharedStrings.xml", texts)));
        parts.extend(self.styles.clone().map(|styles| ("xl/styles.xml", styles)));
        zipped(parts.iter().map(|(name, content)| (*name, content.as_bytes())))
    }
}

pub(crate) fn zipped<'a>(parts: impl Iterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name, SimpleFileOptions::default()).expect("a part");
        writer.write_all(content).expect("a part");
    }
    writer.finish().expect("a workbook").into_inner()
}

pub(crate) type Cells = Vec<(Kind, String)>;

/// Returns the rows of a file, each with its line.
pub(crate) fn rows(
    bytes: impl Into<std::sync::Arc<[u8]>>,
    options: &Options,
) -> Result<Vec<(u64, Cells)>, Error> {
    rows_of(&Sheet::read(bytes, options, &|_| false)?)
}

pub(crate) fn rows_of(sheet: &Sheet) -> Result<Vec<(u64, Cells)>, Error> {
    let cells =
        |row: Row| (row.line(), (0..row.len()).map(|at| (row.kind(at), row.text(at).to_owned())).collect());
    sheet.rows().map(|row| row.map(cells)).collect()
}

/// Returns the texts of a workbook's rows, each with its line. Uses the default options.
pub(crate) fn texts(parts: &Parts) -> Vec<(u64, Vec<String>)> {
    let rows = rows(parts.bytes(), &Options::new()).expect("a workbook that can be read");
    rows.into_iter().map(|(line, cells)| (line, cells.into_iter().map(|(_, text)| text).collect())).collect()
}

/// Returns the cells of the only row.
pub(crate) fn cells(parts: &Parts) -> Cells {
    let mut rows = rows(parts.bytes(), &Options::new()).expect("a workbook that can be read");
    assert_eq!(rows.len(), 1, "{rows:?}");
    rows.remove(0).1
}
