//! What strangers send.

use std::io::Write;

use rust_xlsxwriter::Workbook;
use wecom_contacts::imports::ImportMember;
use wecom_sheets::{Error, Mapping, Table};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

fn refused(bytes: Vec<u8>) -> Error {
    match Table::<ImportMember>::read_bytes(bytes, &wecom_sheets::Options::new(), &Mapping::new()) {
        Ok(table) => table.each(&mut |_, _| {}).expect_err("the file is refused"),
        Err(error) => error,
    }
}

/// A workbook with one part put in the place of another.
fn tampered(part: &str, content: impl Fn(&mut dyn Write)) -> Vec<u8> {
    let mut book = Workbook::new();
    book.add_worksheet().write(0, 0, "帐号").expect("a workbook").write(1, 0, "wang").expect("a workbook");
    let bytes = book.save_to_buffer().expect("a workbook");
    let mut archive = ZipArchive::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut old = archive.by_index(at).expect("a workbook");
        let name = old.name().expect("a workbook").into_owned();
        writer
            .start_file(name.as_str(), SimpleFileOptions::default().compression_level(Some(1)))
            .expect("a workbook");
        if name == part {
            content(&mut writer);
        } else {
            std::io::copy(&mut old, &mut writer).expect("a workbook");
        }
    }
    writer.finish().expect("a workbook").into_inner()
}

#[test]
fn a_quotation_mark_left_open_does_not_swallow_the_file() {
    let mut text = "姓名,帐号\n王芳,wang\n\"刘洋,liu\n".to_owned();
    text.push_str(&"赵六,zhao\n".repeat(1 << 20));
    let error = refused(text.into_bytes());
    assert!(matches!(error, Error::EndlessRow { line: 3 }), "{error}");
}

#[test]
fn a_row_of_very_many_cells_is_refused() {
    let error = refused(format!("帐号{}\n", ",".repeat(20_000)).into_bytes());
    assert!(matches!(error, Error::TooWide { line: 1 } | Error::NoHeadings { .. }), "{error}");
}

#[test]
fn a_small_workbook_cannot_unpack_to_a_large_one() {
    let bomb = tampered("xl/sharedStrings.xml", |part| {
        part.write_all(b"<sst>").unwrap();
        let run = b"<si><t>a</t></si>".repeat(64 << 10);
        for _ in 0..260 {
            part.write_all(&run).unwrap();
        }
    });
    assert!(bomb.len() < 8 << 20);
    let error = refused(bomb);
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
    let endless = tampered("xl/worksheets/sheet1.xml", |part| {
        part.write_all(b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>").unwrap();
        for _ in 0..64 {
            part.write_all(&[b'a'; 64 << 10]).unwrap();
        }
    });
    let error = refused(endless);
    assert!(matches!(error, Error::TooLarge { .. }), "{error}");
}

#[test]
fn a_workbook_that_lies_about_itself_is_refused() {
    let texts = tampered("xl/sharedStrings.xml", |part| {
        part.write_all(b"<sst count=\"1\" uniqueCount=\"99999999999999999\"><si><t>a</t></si></sst>")
            .unwrap();
    });
    let error = refused(texts);
    assert!(matches!(error, Error::Workbook(_)), "{error}");
    for cell in ["ZZZZZZZZ1", "A99999999999", "1", "XFE1"] {
        let sheet =
            format!("<worksheet><sheetData><row><c r=\"{cell}\"><v>1</v></c></row></sheetData></worksheet>");
        let error =
            refused(tampered("xl/worksheets/sheet1.xml", |part| part.write_all(sheet.as_bytes()).unwrap()));
        assert!(
            matches!(error, Error::Workbook(_) | Error::TooWide { .. } | Error::NoHeadings { .. }),
            "{cell}: {error}"
        );
    }
    let order = "<worksheet><sheetData><row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData></worksheet>";
    let error =
        refused(tampered("xl/worksheets/sheet1.xml", |part| part.write_all(order.as_bytes()).unwrap()));
    assert!(matches!(error, Error::Workbook(_)), "{error}");
}

#[test]
fn garbage_is_refused_with_a_reason() {
    for (bytes, expected) in [
        (&b""[..], "empty"),
        (b"PK\x03\x04garbage", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", ".xls"),
        (b"\x00\x01\x02\x03", "neither text nor"),
        (b"%PDF-1.7\n\x81\x20\xff\xff", "neither UTF-8 nor"),
        (b"hello\n", "heading"),
        (b"{\"userid\":", "JSON"),
    ] {
        let error = refused(bytes.to_vec()).to_string();
        assert!(error.contains(expected), "{bytes:?}: {error}");
    }
}
