//! Hostile input.

use std::io::Write;

use rust_xlsxwriter::Workbook;
use wecom_contacts::imports::ImportMember;
use wecom_sheets::{Error, Mapping, Quantity, Table};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

fn refused(bytes: Vec<u8>) -> Error {
    match Table::<ImportMember>::read_bytes(bytes, &wecom_sheets::Options::new(), &Mapping::new()) {
        Ok(table) => crate::read_all(&table).expect_err("the file is refused"),
        Err(error) => error,
    }
}

/// Returns a workbook in which one part is replaced.
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
fn an_unclosed_quotation_mark_is_an_error_within_the_limit() {
    let mut text = "姓名,帐号\n王芳,wang\n\"刘洋,liu\n".to_owned();
    text.push_str(&"赵六,zhao\n".repeat(1 << 20));
    let error = refused(text.into_bytes());
    assert!(matches!(error, Error::EndlessRow { line: 3 }), "{error}");
}

#[test]
fn a_row_of_very_many_cells_is_refused() {
    let error = refused(format!("姓名,帐号{}\n", ",".repeat(20_000)).into_bytes());
    assert!(matches!(error, Error::TooWide { line: 1 } | Error::NoHeadings { .. }), "{error}");
}

#[test]
fn a_small_workbook_cannot_unpack_to_a_large_one() {
    let bomb = tampered("xl/sharedStrings.xml", |part| {
        part.write_all(b"<sst>").unwrap();
        let run = b"<si/>".repeat(64 << 10);
        for _ in 0..130 {
            part.write_all(&run).unwrap();
        }
    });
    assert!(bomb.len() < 1 << 20);
    let error = refused(bomb);
    assert!(matches!(error, Error::TooMany { what: Quantity::Texts, .. }), "{error}");
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
fn a_workbook_with_false_declarations_is_refused() {
    // The size that a workbook declares is ignored.
    let texts = tampered("xl/sharedStrings.xml", |part| {
        part.write_all(
            "<sst count=\"1\" uniqueCount=\"99999999999999999\"><si><t>帐号</t></si><si><t>wang</t></si></sst>".as_bytes(),
        )
        .unwrap();
    });
    assert_eq!(crate::parts::rows(texts, &wecom_sheets::Options::new()).unwrap().len(), 2);
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
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "workbook"),
        (b"\x00\x01\x02\x03", "neither text nor"),
        (b"%PDF-1.7\n\x81\x20\xff\xff", "a PDF document"),
        (b"userid\n\x81\x20\xff\xff", "encoding"),
        (b"hello\n", "heading"),
        (b"{\"userid\":", "JSON"),
    ] {
        let error = refused(bytes.to_vec()).to_string();
        assert!(error.contains(expected), "{bytes:?}: {error}");
    }
}

#[test]
fn trap_50_too_many_rows_are_refused_with_the_limit() {
    let repeated = |run: &'static [u8]| {
        move |part: &mut dyn Write| {
            part.write_all(b"<worksheet><sheetData>").unwrap();
            let run = run.repeat(64 << 10);
            for _ in 0..20 {
                part.write_all(&run).unwrap();
            }
        }
    };
    for run in [&b"<row/>"[..], b"<row></row>"] {
        let error = refused(tampered("xl/worksheets/sheet1.xml", repeated(run)));
        assert!(matches!(error, Error::TooMany { what: Quantity::Rows, limit: 1_048_576 }), "{error}");
        assert_eq!(error.to_string(), "the file has more than 1048576 rows");
    }
    let error = refused(tampered("xl/worksheets/sheet1.xml", |part| {
        part.write_all(b"<worksheet><sheetData><row>").unwrap();
        part.write_all(&b"<c/>".repeat(20_000)).unwrap();
    }));
    assert!(matches!(error, Error::TooWide { line: 1 }), "{error}");
}

#[test]
fn trap_50_too_many_merged_cells_are_refused() {
    let merged = |ranges: String| {
        tampered("xl/worksheets/sheet1.xml", move |part| {
            part.write_all(b"<worksheet><sheetData>").unwrap();
            for row in 1..=6000 {
                write!(part, "<row r=\"{row}\"><c r=\"A{row}\" t=\"str\"><v>wang</v></c></row>").unwrap();
            }
            write!(part, "</sheetData><mergeCells>{ranges}</mergeCells></worksheet>").unwrap();
        })
    };
    let error = refused(merged("<mergeCell ref=\"A1:B1\"/>".repeat(100_001)));
    assert!(matches!(error, Error::TooMany { what: Quantity::MergedRanges, .. }), "{error}");
    let error = refused(merged("<mergeCell ref=\"A1:XFD1048576\"/>".to_owned()));
    assert!(
        matches!(error, Error::TooMany { what: Quantity::MergedCells, .. } | Error::NoHeadings { .. }),
        "{error}"
    );
    let error = refused(merged("<mergeCell ref=\"B1:C6000\"/>".repeat(20_000)));
    assert!(matches!(error, Error::Workbook(_)), "{error}");
}

/// A ZIP in which many entries share one content, like a bomb of overlapping parts.
#[test]
fn trap_50_parts_that_overlap_are_refused() {
    let bytes = tampered("xl/styles.xml", |part| part.write_all(b"<styleSheet/>").unwrap());
    // The end of the directory has the position and the size of the directory.
    let end = bytes.len() - 22;
    assert_eq!(&bytes[end..end + 4], b"PK\x05\x06");
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let (size, start) = (number(end + 12), number(end + 16));
    let directory = &bytes[start..start + size];
    // One more entry: the content of the first, and a name of the same length.
    let name = usize::from(u16::from_le_bytes([directory[28], directory[29]]));
    let first = 46
        + name
        + usize::from(u16::from_le_bytes([directory[30], directory[31]]))
        + usize::from(u16::from_le_bytes([directory[32], directory[33]]));
    let mut entry = directory[..first].to_vec();
    entry[46] = b'x';
    let mut overlapping = bytes[..start + size].to_vec();
    overlapping.extend(&entry);
    let mut tail = bytes[end..].to_vec();
    let count = u16::from_le_bytes([tail[8], tail[9]]) + 1;
    tail[8..10].copy_from_slice(&count.to_le_bytes());
    tail[10..12].copy_from_slice(&count.to_le_bytes());
    tail[12..16].copy_from_slice(&u32::try_from(size + entry.len()).unwrap().to_le_bytes());
    overlapping.extend(tail);
    let error = refused(overlapping).to_string();
    assert!(error.contains("overlap"), "{error}");
}

#[test]
fn a_part_with_a_wrong_checksum_is_refused() {
    let text = "<workbook><sheets/></workbook>";
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("xl/workbook.xml", stored).expect("a part");
    writer.write_all(text.as_bytes()).expect("a part");
    let mut bytes = writer.finish().expect("an archive").into_inner();
    let at = bytes.windows(text.len()).position(|window| window == text.as_bytes()).expect("the part");
    bytes[at + text.len() - "s/></workbook>".len()] = b'z';
    let error = refused(bytes);
    assert!(error.to_string().contains("checksum of a part is wrong"), "{error}");
}
