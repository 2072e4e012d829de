//! Workbooks built from their parts, because random bytes rarely form a ZIP archive.
//!
//! The first byte of an input is the kind of workbook. Its parts follow, separated by NUL bytes, which never occur in
//! XML.

use std::io::{Cursor, Write};

use zip::{CompressionMethod, ZipWriter, result::ZipResult, write::SimpleFileOptions};

/// The first byte for an XLSX workbook. Its parts are rows, the elements below them, styles, texts, and elements of
/// the workbook.
pub(crate) const XLSX: u8 = 1;
/// The first byte for the rows of an ODS workbook.
pub(crate) const ODS: u8 = 2;

/// Builds the workbook of an input; `None` if the kind is unknown.
pub(crate) fn workbook(data: &[u8]) -> Option<Vec<u8>> {
    let (kind, rest) = data.split_first()?;
    let mut given = rest.split(|byte| *byte == 0);
    let mut next = || given.next().unwrap_or_default();
    let built = match *kind {
        XLSX => {
            let (rows, below, styles, texts, workbook) = (next(), next(), next(), next(), next());
            zipped(&[
                (
                    "xl/_rels/workbook.xml.rels",
                    &[b"<Relationships><Relationship Id=\"s\" Type=\"/worksheet\" Target=\"sheet.xml\"/></Relationships>"],
                ),
                (
                    "xl/workbook.xml",
                    &[b"<workbook>", workbook, b"<sheets><sheet name=\"a\" r:id=\"s\"/></sheets></workbook>"],
                ),
                ("xl/sheet.xml", &[b"<worksheet><sheetData>", rows, b"</sheetData>", below, b"</worksheet>"]),
                ("xl/styles.xml", &[b"<styleSheet>", styles, b"</styleSheet>"]),
                ("xl/sharedStrings.xml", &[b"<sst>", texts, b"</sst>"]),
            ])
        }
        ODS => zipped(&[
            ("mimetype", &[b"application/vnd.oasis.opendocument.spreadsheet"]),
            (
                "content.xml",
                &[b"<a><spreadsheet><table table:name=\"a\">", next(), b"</table></spreadsheet></a>"],
            ),
        ]),
        _ => return None,
    };
    built.ok()
}

fn zipped(parts: &[(&str, &[&[u8]])]) -> ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, pieces) in parts {
        writer.start_file(*name, options)?;
        for piece in *pieces {
            writer.write_all(piece)?;
        }
    }
    Ok(writer.finish()?.into_inner())
}

/// Returns an input with these parts.
pub(crate) fn seed(kind: u8, parts: &[&str]) -> Vec<u8> {
    let mut seed = vec![kind];
    seed.extend(parts.join("\0").bytes());
    seed
}
