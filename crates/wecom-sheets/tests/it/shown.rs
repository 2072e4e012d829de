//! A workbook is read as it is displayed: formats, merged and hidden cells, formulas, texts of all kinds.

use wecom_sheets::{Error, HiddenRows, Kind, Mapping, Options};

use crate::{
    clean_members, members,
    parts::{Parts, case, cells, rows, texts},
    problems,
};

fn text(text: &str) -> (Kind, String) {
    (Kind::Text, text.to_owned())
}

#[test]
fn trap_38_zeros_that_a_number_format_displays_are_kept() {
    let (rows, reading) = members(case("number-format-zeros.xlsx"), &Mapping::new().extra("工号")).unwrap();
    assert_eq!(reading.problem_count, 0, "{reading:?}");
    let member = &rows[0].1;
    assert_eq!((member.userid.as_str(), member.mobile.as_str()), ("00007", "13800000321"));
    assert_eq!(member.extra, [Some("000042".to_owned())]);
}

#[test]
fn trap_38_a_number_is_read_as_its_format_displays_it() {
    let parts = Parts::of_rows(
        "<row><c s=\"1\"><v>7</v></c><c s=\"2\"><v>123456</v></c><c s=\"3\"><v>5</v></c><c s=\"4\"><v>7</v></c>\
         <c s=\"5\"><v>7</v></c><c s=\"6\"><v>46060</v></c><c s=\"7\"><v>1.5</v></c><c s=\"8\"><v>46060.5</v></c>\
         <c s=\"99\"><v>7</v></c><c><v>1.38E10</v></c></row>",
    )
    .formats(&["0", "00000", "000-000", "0\"号\"", "0.00", "1", "yyyy-mm-dd", "[h]:mm", "22"]);
    let cells = cells(&parts);
    assert_eq!(cells[..3], [text("00007"), text("123-456"), text("5号")]);
    assert_eq!(cells[3..5], [(Kind::Number(7.0), "7".to_owned()), (Kind::Number(7.0), "7".to_owned())]);
    assert_eq!(
        cells[5..8],
        [
            (Kind::Date, "2026-02-07".to_owned()),
            (Kind::Duration, "1.5".to_owned()),
            (Kind::Date, "2026-02-07T12:00:00".to_owned()),
        ]
    );
    assert_eq!(cells[8], (Kind::Number(7.0), "7".to_owned()));
    assert_eq!(cells[9], (Kind::Number(13_800_000_000.0), "13800000000".to_owned()));
}

#[test]
fn a_time_of_day_or_a_percent_is_read_as_displayed_or_refused() {
    let read = |value: &str, format: &str| {
        let row = format!("<row><c s=\"1\"><v>{value}</v></c></row>");
        cells(&Parts::of_rows(&row).formats(&["0", format])).remove(0)
    };
    for (value, format, expected) in [
        ("0.39583333333333331", "h:mm", "9:30"),
        ("0.39583333333333331", "20", "9:30"),
        ("46060.75", "18", "6:00 PM"),
        ("0.5", "0%", "50%"),
        ("0.5", "9", "50%"),
        ("0.125", "0.0%", "12.5%"),
    ] {
        assert_eq!(read(value, format), text(expected), "{value} as {format}");
    }
    // The text of these depends on the language of the program, or has fractions of a second.
    for format in ["32", "14", "yyyy-mm-dd h:mm", "h:mm A/P", "mm:ss.0", "47"] {
        assert_eq!(read("0.5", format).0, Kind::Duration, "{format}");
    }
    for format in ["14", "yyyy-mm-dd"] {
        assert_eq!(read("46060.5", format), (Kind::Date, "2026-02-07".to_owned()), "{format}");
    }
    assert_eq!(read("46060.5", "yyyy-mm-dd hh:mm"), (Kind::Date, "2026-02-07T12:00:00".to_owned()));
    assert_eq!(read("-0.5", "h:mm").0, Kind::Error);
}

#[test]
fn dates_are_counted_from_the_epoch_of_the_workbook() {
    let day = |workbook: &str, days: &str| {
        let row = format!("<row><c s=\"1\"><v>{days}</v></c></row>");
        cells(&Parts::of_rows(&row).formats(&["0", "14"]).workbook(workbook)).remove(0)
    };
    assert_eq!(day("", "44598"), (Kind::Date, "2022-02-06".to_owned()));
    assert_eq!(day("<workbookPr date1904=\"1\"/>", "43136"), (Kind::Date, "2022-02-06".to_owned()));
    // Neither number is a date. The program displays number signs.
    for days in ["-1", "99999999"] {
        assert_eq!(day("", days).0, Kind::Error, "{days}");
    }
}

#[test]
fn trap_41_merged_cells_have_the_value_of_the_first() {
    let rows = clean_members(case("merged-position.xlsx"));
    let positions: Vec<_> = rows.iter().map(|(_, member)| member.position.as_str()).collect();
    assert_eq!(positions, ["工程师"; 3]);
}

#[test]
fn trap_41_merged_cells_are_filled_in_both_directions() {
    let parts = Parts::of_rows(
        "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>联系方式</v></c><c r=\"C1\" t=\"str\"><v>帐号</v></c></row>\
         <row r=\"2\"><c r=\"A2\"><v>7</v></c><c r=\"C2\" t=\"str\"><v>a</v></c></row>\
         <row r=\"3\"><c r=\"C3\" t=\"str\"><v>b</v></c></row>\
         <row r=\"5\"><c r=\"B5\" t=\"str\"><v>behind</v></c><c r=\"C5\" t=\"str\"><v>c</v></c></row>\
         <row r=\"6\"><c r=\"B6\"/></row>\
         <row r=\"7\"><c r=\"C7\" t=\"str\"><v>d</v></c></row>\
         <row r=\"9\"><c r=\"C9\" t=\"str\"><v>e</v></c></row>",
    )
    .below(
        "<mergeCells><mergeCell ref=\"A1:B1\"/><mergeCell ref=\"A2:B6\"/><mergeCell ref=\"D8:E9\"/>\
         <mergeCell ref=\"F1\"/></mergeCells>",
    );
    let seen = texts(&parts);
    let row = |line: u64, cells: &[&str]| (line, cells.iter().map(|cell| (*cell).to_owned()).collect());
    assert_eq!(
        seen,
        [
            row(1, &["联系方式", "联系方式", "帐号"]),
            row(2, &["7", "7", "a"]),
            row(3, &["7", "7", "b"]),
            row(5, &["7", "7", "c"]),
            // Row 6 is blank except for the merged cells, and row 8 is missing in the file.
            row(7, &["", "", "d"]),
            row(9, &["", "", "e", "", ""]),
        ]
    );
    let kinds = rows(parts.bytes(), &Options::new()).unwrap();
    assert_eq!((kinds[2].1[0].0, kinds[3].1[1].0), (Kind::Number(7.0), Kind::Number(7.0)));
}

#[test]
fn trap_41_hidden_rows_are_an_error_until_an_option_says_how_to_treat_them() {
    let parts = Parts::of_rows(
        "<row r=\"1\"><c t=\"str\"><v>帐号</v></c></row><row r=\"2\" hidden=\"1\"><c t=\"str\"><v>a</v></c></row>\
         <row r=\"3\" hidden=\"true\"/><row r=\"4\" ht=\"0\" customHeight=\"1\"><c t=\"str\"><v>b</v></c></row>\
         <row r=\"5\" hidden=\"0\" ht=\"0.75\"><c t=\"str\"><v>c</v></c></row>",
    )
    .below("<autoFilter ref=\"A1:A5\"/>");
    let error = rows(parts.bytes(), &Options::new()).unwrap_err();
    assert!(matches!(error, Error::HiddenRows { count: 2, first_line: 2 }), "{error}");
    assert!(error.to_string().starts_with("2 rows are hidden, the first is row 2"), "{error}");
    let lines = |hidden| -> Vec<u64> {
        let rows = rows(parts.bytes(), &Options::new().hidden_rows(hidden)).unwrap();
        rows.into_iter().map(|(line, _)| line).collect()
    };
    assert_eq!(lines(HiddenRows::Include), [1, 2, 4, 5]);
    assert_eq!(lines(HiddenRows::Skip), [1, 5]);
}

#[test]
fn merged_cells_below_a_hidden_row_get_its_value() {
    let parts = Parts::of_rows(
        "<row r=\"1\" hidden=\"1\"><c r=\"A1\" t=\"str\"><v>经理</v></c><c r=\"B1\" t=\"str\"><v>a</v></c></row>\
         <row r=\"2\"><c r=\"B2\" t=\"str\"><v>b</v></c></row>",
    )
    .below("<mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells>");
    let rows = rows(parts.bytes(), &Options::new().hidden_rows(HiddenRows::Skip)).unwrap();
    assert_eq!(rows, [(2, vec![text("经理"), text("b")])]);
}

#[test]
fn hidden_columns_are_read_like_others() {
    let mut parts = Parts::of_rows("<row><c t=\"str\"><v>a</v></c><c t=\"str\"><v>b</v></c></row>");
    parts.below = "<cols><col min=\"2\" max=\"2\" hidden=\"1\"/></cols>".to_owned();
    assert_eq!(cells(&parts), [text("a"), text("b")]);
}

#[test]
fn trap_41_a_formula_without_a_stored_value_is_not_empty() {
    let parts = Parts::of_rows(
        "<row><c><f>A1</f></c><c><f>A1</f><v></v></c><c><f>A1</f><v/></c><c t=\"str\"><f>A1</f></c>\
         <c><f t=\"shared\" si=\"0\"/></c><c t=\"str\"><f>A1</f><v/></c><c t=\"str\"><f>A1</f><v></v></c>\
         <c><f>A1</f><v>7</v></c><c t=\"str\"><f>A1</f><v>工程师</v></c><c t=\"e\"><f>A1</f><v>#N/A</v></c>\
         <c t=\"b\"><f>A1</f><v>1</v></c><c/><c></c></row>",
    );
    let cells = cells(&parts);
    assert_eq!(cells[..5], vec![(Kind::Uncomputed, String::new()); 5]);
    assert_eq!(cells[5..7], [text(""), text("")]);
    assert_eq!(
        cells[7..],
        [
            (Kind::Number(7.0), "7".to_owned()),
            text("工程师"),
            (Kind::Error, "#N/A".to_owned()),
            (Kind::Bool(true), "TRUE".to_owned()),
            text(""),
            text(""),
        ]
    );
}

#[test]
fn trap_41_a_placeholder_zero_of_a_formula_is_not_a_value() {
    let row = "<row><c><f>A2+1</f><v>0</v></c><c><f>A2</f><v>8</v></c><c><v>0</v></c></row>";
    let left = cells(&Parts::of_rows(row).workbook("<calcPr fullCalcOnLoad=\"1\"/>"));
    assert_eq!(left[0].0, Kind::Uncomputed);
    assert_eq!((left[1].0, left[2].0), (Kind::Number(8.0), Kind::Number(0.0)));
    assert_eq!(cells(&Parts::of_rows(row))[0].0, Kind::Number(0.0));
}

#[test]
fn a_row_of_formulas_that_were_not_computed_is_not_blank() {
    let parts = Parts::of_rows("<row><c><f>A1</f></c></row>");
    assert_eq!(cells(&parts), [(Kind::Uncomputed, String::new())]);
}

#[test]
fn texts_are_read_as_displayed() {
    let parts = Parts::of_rows(
        "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c><c t=\"s\"><v>3</v></c>\
         <c t=\"inlineStr\"><is><r><t>张</t></r><r><rPr><b/></rPr><t xml:space=\"preserve\"> 三</t></r>\
         <rPh sb=\"0\" eb=\"1\"><t>ZHANG</t></rPh></is></c>\
         <c t=\"inlineStr\"><v>7</v><is><t>_x005F_x000D_ &amp; &#x738B;</t></is></c>\
         <c t=\"str\"><v>a_x000D_&lt;</v></c><c t=\"str\"><v><![CDATA[R&D]]></v></c></row>",
    )
    .texts(
        "<si><t xml:space=\"preserve\"> 王芳 </t></si><si><r><t>刘</t></r><r><t>洋</t></r></si>\
         <si><t>田中</t><rPh sb=\"0\" eb=\"2\"><t>タナカ</t></rPh><phoneticPr fontId=\"1\"/></si><si/>",
    );
    let seen: Vec<String> = cells(&parts).into_iter().map(|(_, text)| text).collect();
    assert_eq!(seen, [" 王芳 ", "刘洋", "田中", "", "张 三", "_x000D_ & 王", "a\r<", "R&D"]);
}

#[test]
fn cells_and_rows_without_a_reference_follow_the_previous_ones() {
    let parts = Parts::of_rows(
        "<row><c t=\"str\"><v>a</v></c><c r=\"C1\" t=\"str\"><v>b</v></c><c t=\"str\"><v>c</v></c></row>\
         <row><c t=\"str\"><v>d</v></c></row><row><c r=\"B7\" t=\"str\"><v>e</v></c></row>\
         <row><c t=\"str\"><v>f</v></c></row>",
    );
    let row = |line: u64, cells: &[&str]| (line, cells.iter().map(|cell| (*cell).to_owned()).collect());
    assert_eq!(
        texts(&parts),
        [row(1, &["a", "", "b", "c"]), row(2, &["d"]), row(7, &["", "e"]), row(8, &["f"]),]
    );
}

#[test]
fn elements_with_a_prefix_are_the_same_elements() {
    let rows_of = "<x:row xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" r=\"1\">\
        <x:c r=\"A1\" t=\"inlineStr\"><x:is><x:t>a</x:t></x:is></x:c></x:row>";
    assert_eq!(cells(&Parts::of_rows(rows_of)), [text("a")]);
}

#[test]
fn the_consoles_own_template_has_its_headings_in_line_10() {
    let rows = rows(case("console-template.xlsx"), &Options::new()).unwrap();
    let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, (1..=12).collect::<Vec<_>>());
    // The notes are merged over all columns.
    assert!(rows[0].1.len() == 15 && rows[0].1.iter().all(|cell| *cell == text("填写须知")));
    let headings: Vec<_> = rows[9].1.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(headings[..5], ["姓名", "账号", "别名", "职务", "部门"]);
    assert_eq!(rows[11].1[4].1, "示例集团/投资中心;示例集团/战略中心");
}

#[test]
fn trap_41_cells_of_a_formula_that_was_not_computed_are_not_empty() {
    let parts = Parts::of_rows(
        "<row r=\"1\"><c r=\"A1\" t=\"str\"><v>a</v></c><c r=\"B1\"><f t=\"array\" ref=\"B1:B2\">C1:C2</f></c></row>\
         <row r=\"2\"><c r=\"A2\" t=\"str\"><v>b</v></c></row><row r=\"3\"><c r=\"A3\" t=\"str\"><v>c</v></c>\
         <c r=\"B3\" t=\"str\"><f t=\"array\" ref=\"B3:B4\">C3:C4</f><v>x</v></c></row>\
         <row r=\"4\"><c r=\"A4\" t=\"str\"><v>d</v></c></row>",
    );
    let rows = rows(parts.bytes(), &Options::new()).unwrap();
    let uncomputed = (Kind::Uncomputed, String::new());
    assert_eq!([&rows[0].1[1], &rows[1].1[1]], [&uncomputed; 2]);
    assert_eq!((&rows[2].1[1], rows[3].1.len()), (&text("x"), 1));
}

/// Returns a row with texts in its first columns. An empty text becomes a missing cell.
fn line(number: usize, cells: &[&str]) -> String {
    let cell = |(at, text): (usize, &&str)| match *text {
        "" => String::new(),
        text => {
            let column = char::from(b'A' + u8::try_from(at).expect("few columns"));
            format!("<c r=\"{column}{number}\" t=\"str\"><v>{text}</v></c>")
        }
    };
    let cells: String = cells.iter().enumerate().map(cell).collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

fn sheet(lines: &[&[&str]], merged: &[&str]) -> Vec<u8> {
    let rows: String = (1..).zip(lines).map(|(number, cells)| line(number, cells)).collect();
    let merged: String = merged.iter().map(|range| format!("<mergeCell ref=\"{range}\"/>")).collect();
    Parts::of_rows(&rows).below(&format!("<mergeCells>{merged}</mergeCells>")).bytes()
}

#[test]
fn trap_41_a_value_that_is_merged_over_two_columns_is_refused() {
    let heading: &[&str] = &["姓名", "帐号", "部门", "职位"];
    let (rows, reading) = members(
        sheet(&[heading, &["王芳", "wang", "2", ""], &["李雷", "li", "2", "经理"]], &["C2:D2"]),
        &Mapping::new(),
    )
    .unwrap();
    assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3]);
    assert!(
        problems(&reading)[0].starts_with("line 2, 职位: the cell is merged with the cell to its left"),
        "{reading:?}"
    );
    // A title over the whole row is one fault, and so is each row below it in a block.
    let (rows, reading) =
        members(sheet(&[heading, &["研发部", "", "", ""]], &["A2:D2"]), &Mapping::new()).unwrap();
    assert_eq!((rows.len(), reading.problem_count), (0, 1), "{reading:?}");
    let block = sheet(&[heading, &["王芳", "wang", "2", ""], &["李雷", "li", "", ""]], &["C2:D3"]);
    let (rows, reading) = members(block, &Mapping::new()).unwrap();
    assert_eq!((rows.len(), reading.problem_count), (0, 2), "{reading:?}");
}

#[test]
fn trap_41_merged_cells_without_a_value_are_empty() {
    let cells: &[&[&str]] = &[&["姓名", "帐号", "职位", "地址"], &["王芳", "wang", "", ""]];
    let (rows, reading) = members(sheet(cells, &["C2:D2"]), &Mapping::new()).unwrap();
    assert_eq!((rows.len(), reading.problems.len()), (1, 0), "{reading:?}");
    assert_eq!(reading.cleared, [("职位".to_owned(), 1), ("地址".to_owned(), 1)]);
}

#[test]
fn trap_41_a_column_of_merged_pairs_is_one_column() {
    let cells: &[&[&str]] = &[&["姓名", "", "帐号"], &["王芳", "", "wang"], &["李雷", "", "li"]];
    let (rows, reading) = members(sheet(cells, &["A1:B1", "A2:B2", "A3:B3"]), &Mapping::new()).unwrap();
    let names: Vec<_> = rows.iter().map(|(_, member)| member.name.as_str()).collect();
    assert_eq!((names, reading.astray), (vec!["王芳", "李雷"], 0));
    // A cell in the second column of one row is reported.
    let (_, reading) =
        members(sheet(&[cells[0], &["王", "芳", "wang"]], &["A1:B1"]), &Mapping::new()).unwrap();
    assert_eq!(reading.astray, 1);
}

#[test]
fn trap_41_a_footer_of_merged_cells_is_not_a_row() {
    let cells: &[&[&str]] = &[
        &["姓名", "帐号", "手机", "部门"],
        &["王芳", "wang", "13800000001", "2"],
        &["制表人：李雷", "", "日期：2026-01-31", ""],
    ];
    let (rows, reading) = members(sheet(cells, &["A3:B3", "C3:D3"]), &Mapping::new()).unwrap();
    assert_eq!((rows.len(), reading.problem_count, reading.footers), (1, 0, vec![3]));
}

#[test]
fn trap_38_formats_with_conditions_and_formats_of_texts_are_read_as_displayed() {
    let parts = Parts::of_rows(
        "<row r=\"1\"><c r=\"A1\" s=\"1\"><v>7</v></c><c r=\"B1\" s=\"1\"><v>700</v></c>\
         <c r=\"C1\" s=\"2\" t=\"str\"><v>7</v></c><c r=\"D1\" s=\"2\" t=\"inlineStr\"><is><t>8</t></is></c>\
         <c r=\"E1\" s=\"2\"/><c r=\"F1\" s=\"0\" t=\"s\"><v>0</v></c><c r=\"G1\" s=\"2\" t=\"s\"><v>0</v></c></row>",
    )
    .texts("<si><t>9</t></si>")
    .formats(&["@", "[<100]00000;0", "0;0;0;\"WX\"@"]);
    assert_eq!(
        cells(&parts),
        [
            text("00007"),
            (Kind::Number(700.0), "700".to_owned()),
            text("WX7"),
            text("WX8"),
            text(""),
            text("9"),
            text("WX9")
        ]
    );
}
