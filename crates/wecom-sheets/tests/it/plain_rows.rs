//! XLSX rows in plain XML, which are read without a parser. The parser must give the same rows.

use proptest::{collection::vec, prelude::*, sample::select};
use wecom_sheets::{HiddenRows, Options};

use crate::parts::{Cells, Parts, rows};

const CELLS: &[&str] = &[
    "<c r=\"A1\" t=\"s\"><v>0</v></c>",
    "<c t=\"s\"><v> 1 </v></c>",
    "<c t=\"s\"><v>99</v></c>",
    "<c><v>13800000001</v></c>",
    "<c s=\"1\"><v>7</v></c>",
    "<c s='2'><v>46060.5</v></c>",
    "<c  s = \"1\"  ><v>007</v></c>",
    "<c/>",
    "<c s=\"1\"/>",
    "<c></c>",
    "<c t=\"str\"></c>",
    "<c t=\"str\"><v></v></c>",
    "<c t=\"str\"><v> 王芳 </v></c>",
    "<c t=\"str\"><v>a_x000D_b</v></c>",
    "<c t=\"str\"><v>a&amp;b</v></c>",
    "<c t=\"b\"><v>1</v></c>",
    "<c t=\"b\"><v>2</v></c>",
    "<c t=\"e\"><v>#N/A</v></c>",
    "<c t=\"inlineStr\"><is><t xml:space=\"preserve\"> 刘 </t></is></c>",
    "<c t=\"inlineStr\"><is><t/></is></c>",
    "<c><f>A1</f><v>1</v></c>",
    "<c><f>A1</f></c>",
    "<c r=\"C9\"><v>3</v></c>",
    "<c t=\"what\"><v>3</v></c>",
];
const TAGS: &[&str] = &[
    "<row>",
    "<row r=\"3\">",
    "<row r=\"9\" spans=\"1:3\" ht=\"15\">",
    "<row hidden=\"1\">",
    "<row ht=\"0\">",
    "<row title=\"a>b\">",
    "<row r=\"x\">",
    "<row  >",
];

/// Returns a sheet with these rows. `behind` is added after the tag of each row.
fn sheet(given: &[(&str, Vec<&str>)], behind: &str) -> Result<Vec<(u64, Cells)>, String> {
    let row = |(tag, cells): &(&str, Vec<&str>)| format!("{tag}{behind}{}</row>", cells.concat());
    let parts = Parts::of_rows(&given.iter().map(row).collect::<String>())
        .texts("<si><t>姓名</t></si><si><t>帐号</t></si>")
        .formats(&["0", "000", "22"]);
    let options = Options::new().hidden_rows(HiddenRows::Skip);
    rows(parts.bytes(), &options).map_err(|error| error.to_string())
}

proptest! {
    #[test]
    fn a_row_is_the_same_with_and_without_the_parser(
        given in vec((select(TAGS), vec(select(CELLS), 0..5)), 0..4),
    ) {
        // A comment does not change the meaning, but the row is no longer plain.
        prop_assert_eq!(sheet(&given, ""), sheet(&given, "<!-- -->"));
    }
}

#[test]
fn rows_of_every_length_are_read_across_buffer_boundaries() {
    let row = |at: usize| format!("<row><c t=\"str\"><v>{}</v></c></row>", "王".repeat(at % 700));
    let parts = Parts::of_rows(&(1..2_000).map(row).collect::<String>());
    let rows = rows(parts.bytes(), &Options::new()).unwrap();
    let lengths = rows.iter().map(|(line, cells)| (*line, cells[0].1.chars().count()));
    let expected = (1..2_000_usize).filter(|at| at % 700 > 0).map(|at| (at as u64, at % 700));
    assert!(lengths.eq(expected));
}
