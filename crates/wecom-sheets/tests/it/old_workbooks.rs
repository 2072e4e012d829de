//! Workbooks of other programs: XLS, ODS, and files that look like workbooks.

use std::io::Write;

use wecom_sheets::{Error, Format, HiddenRows, Kind, Mapping, Options, Quantity, Sheet};

use crate::{
    members,
    parts::{case, rows, rows_of, zipped},
    problems,
};

const ROWS: usize = 4;

/// Both files have the same content: a number that is displayed as 00007, a position merged over three rows, a date, a hidden row.
fn checked(name: &str) -> Sheet {
    let error = rows(case(name), &Options::new()).expect_err("hidden rows");
    assert!(matches!(error, Error::HiddenRows { count: 1, first_line: 5 }), "{name}: {error}");
    assert!(error.to_string().starts_with("1 row is hidden"), "{error}");
    let options = Options::new().hidden_rows(HiddenRows::Include);
    assert_eq!(rows(case(name), &options).expect("a workbook that can be read").len(), ROWS + 1);
    let options = Options::new().hidden_rows(HiddenRows::Skip);
    let sheet = Sheet::read(case(name), &options, &|_| false).expect("a workbook that can be read");
    let read = rows_of(&sheet).expect("a workbook that can be read");
    assert_eq!(read.len(), ROWS, "{name}: {read:?}");
    let texts = |at: usize| read[at].1.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>();
    assert_eq!(texts(0), ["姓名", "帐号", "手机号", "所在部门", "职位", "入职日期"]);
    assert_eq!(texts(2)[..5], ["周敏", "zhoumin", "13800000322", "2", "工程师"]);
    assert_eq!(texts(3)[..5], ["周力", "zhouli", "", "2;7", "工程师"]);
    assert_eq!(read[1].1[5], (Kind::Date, "2026-02-07".to_owned()), "{name}");
    assert_eq!(read[1].1[2], (Kind::Number(13_800_000_321.0), "13800000321".to_owned()));
    assert!(sheet.format().hides_number_formats());
    sheet
}

#[test]
fn a_workbook_of_excel_97_is_read() {
    let sheet = checked("excel-97.xls");
    assert!(matches!(sheet.format(), Format::Xls { sheet, .. } if sheet == "成员"), "{:?}", sheet.format());
    // Its format displays 00007, but this format is unknown here.
    assert_eq!(rows_of(&sheet).unwrap()[1].1[1].0, Kind::Number(7.0));
}

#[test]
fn a_workbook_of_open_document_is_read() {
    let sheet = checked("open-document.ods");
    assert!(matches!(sheet.format(), Format::Ods { sheet, .. } if sheet == "成员"), "{:?}", sheet.format());
    assert_eq!(rows_of(&sheet).unwrap()[1].1[1], (Kind::Text, "00007".to_owned()));
}

fn ods(rows: &str) -> Vec<u8> {
    ods_of_tables(&format!("<table:table table:name=\"a\">{rows}</table:table>"))
}

fn ods_of_tables(tables: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles><style:style style:name=\"ta1\"><style:table-properties table:display=\"false\"/></style:style></office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    zipped(
        [
            ("mimetype", &b"application/vnd.oasis.opendocument.spreadsheet"[..]),
            ("content.xml", content.as_bytes()),
        ]
        .into_iter(),
    )
}

#[test]
fn trap_50_repeated_rows_and_cells_are_bounded() {
    let cell = "office:value-type=\"string\"><text:p>a</text:p></table:table-cell>";
    let wide = format!(
        "<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell table:number-columns-repeated=\"16384\" {cell}</table:table-row>"
    );
    let error = rows(ods(&wide), &Options::new()).unwrap_err();
    assert!(matches!(error, Error::TooMany { what: Quantity::Cells, .. }), "{error}");
    let long = format!(
        "<table:table-row table:number-rows-repeated=\"4294967295\"><table:table-cell {cell}</table:table-row>"
    );
    let error = rows(ods(&long), &Options::new()).unwrap_err();
    assert!(matches!(error, Error::TooMany { what: Quantity::Rows, .. }), "{error}");
    let far = format!(
        "<table:table-row><table:table-cell table:number-columns-repeated=\"4294967295\"/><table:table-cell {cell}</table:table-row>"
    );
    let error = rows(ods(&far), &Options::new()).unwrap_err();
    assert!(matches!(error, Error::TooWide { line: 1 }), "{error}");
}

#[test]
fn trap_41_a_formula_of_open_document_without_a_value_is_not_empty() {
    let read = rows(
        ods(
            "<table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:formula=\"of:=A1\"/><table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"string\"><text:p>王<text:s text:c=\"2\"/>芳</text:p><text:p>b</text:p></table:table-cell></table:table-row>",
        ),
        &Options::new(),
    )
    .unwrap();
    let cells = vec![
        (Kind::Uncomputed, String::new()),
        (Kind::Text, "王  芳\nb".to_owned()),
        (Kind::Text, "王  芳\nb".to_owned()),
    ];
    assert_eq!(read, [(1, cells.clone()), (2, cells)]);
}

#[test]
fn a_percent_of_open_document_is_read_as_displayed_and_a_time_is_refused() {
    let read = rows(
        ods(
            "<table:table-row><table:table-cell office:value-type=\"percentage\" office:value=\"0.5\"><text:p>50%</text:p></table:table-cell><table:table-cell office:value-type=\"time\" office:time-value=\"PT09H30M00S\"><text:p>9:30</text:p></table:table-cell></table:table-row>",
        ),
        &Options::new(),
    )
    .unwrap();
    assert_eq!(read[0].1[0], (Kind::Text, "50%".to_owned()));
    assert_eq!(read[0].1[1].0, Kind::Duration);
}

/// Returns an OLE container with one stream.
fn container(stream: &str, content: &[u8]) -> Vec<u8> {
    let mut container = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("a container");
    container.create_stream(stream).expect("a container").write_all(content).expect("a container");
    container.flush().expect("a container");
    container.into_inner().into_inner()
}

#[test]
fn a_workbook_with_a_password_is_reported() {
    // BOF, FILEPASS.
    let encrypted = b"\x09\x08\x02\0\0\x06\x2f\0\x02\0\x01\0";
    for bytes in [container("/EncryptedPackage", b"..."), container("/Workbook", encrypted)] {
        let error = rows(bytes, &Options::new()).unwrap_err();
        assert!(matches!(error, Error::Password), "{error}");
        assert!(error.to_string().contains("password"), "{error}");
    }
    let manifest = b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let bytes = zipped(
        [
            ("mimetype", &b"application/vnd.oasis.opendocument.spreadsheet"[..]),
            ("content.xml", b"..."),
            ("META-INF/manifest.xml", manifest),
        ]
        .into_iter(),
    );
    assert!(matches!(rows(bytes, &Options::new()), Err(Error::Password)));
}

#[test]
fn trap_45_the_error_for_a_container_without_a_workbook_names_its_kind() {
    let zip = |name: &str| zipped([(name, &b"..."[..])].into_iter());
    for (bytes, expected) in [
        (container("/WordDocument", b"..."), "a Word document"),
        (container("/Contents", b"..."), "a document without a workbook"),
        (zip("members.csv"), "a ZIP archive without a workbook"),
        (zip("Index/Document.iwa"), "Numbers"),
    ] {
        let error = rows(bytes, &Options::new()).unwrap_err();
        assert!(matches!(error, Error::NotASheet { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn trap_50_a_small_workbook_of_excel_97_cannot_allocate_much_memory() {
    let record = |number: u16, data: &[u8]| {
        let length = u16::try_from(data.len()).unwrap();
        [&number.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    };
    let number = |row: u16, column: u16| {
        let mut data = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        data.extend(1_f64.to_le_bytes());
        record(0x0203, &data)
    };
    let bof =
        |kind: u16| record(0x0809, &[0x0600_u16.to_le_bytes(), kind.to_le_bytes(), [0; 2], [0; 2]].concat());
    let end = record(0x000a, &[]);
    let mut sheet_entry = vec![0; 4];
    sheet_entry.extend([0, 0, 1, 0, b'a']);
    let globals = |place: u32| {
        let mut entry = sheet_entry.clone();
        entry[..4].copy_from_slice(&place.to_le_bytes());
        [bof(5), record(0x0085, &entry), end.clone()].concat()
    };
    let place = u32::try_from(globals(0).len()).unwrap();
    let stream = [globals(place), bof(0x10), number(0, 0), number(65_535, 255), end.clone()].concat();
    let error = rows(container("/Workbook", &stream), &Options::new()).unwrap_err();
    assert!(matches!(error, Error::TooMany { what: Quantity::Cells, .. }), "{error}");
}

#[test]
fn a_table_of_open_document_is_selected_by_name_or_is_the_first_visible_one() {
    let table = |name: &str, more: &str, text: &str| {
        format!(
            "<table:table table:name=\"{name}\"{more}><table:table-row><table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell></table:table-row></table:table>"
        )
    };
    let bytes = ods_of_tables(&format!(
        "<table:table table:name=\"空\" table:style-name=\"ta1\"/>{}{}{}",
        table("旧", " table:style-name=\"ta1\"", "a"),
        table("在职", "", "b"),
        table("离职", "", "c")
    ));
    for (sheet, text) in [(None, "b"), (Some("旧"), "a"), (Some("离职"), "c")] {
        let options = sheet.map_or_else(Options::new, |sheet| Options::new().sheet(sheet));
        assert_eq!(rows(bytes.clone(), &options).unwrap()[0].1, [(Kind::Text, text.to_owned())]);
    }
    assert!(rows(bytes.clone(), &Options::new().sheet("空")).unwrap().is_empty());
    let error = rows(bytes, &Options::new().sheet("x")).unwrap_err().to_string();
    assert!(error.contains("空, 旧, 在职, 离职"), "{error}");
}

#[test]
fn trap_41_a_formula_without_a_value_in_an_old_workbook_is_not_empty() {
    let (members, reading) = members(case("formula-without-value.xls"), &Mapping::new()).unwrap();
    assert_eq!(members, []);
    assert!(
        problems(&reading)[0].starts_with("line 2, 职位: the formula has no stored value"),
        "{reading:?}"
    );
    assert_eq!((reading.problem_count, reading.cleared), (1, vec![]));
}
