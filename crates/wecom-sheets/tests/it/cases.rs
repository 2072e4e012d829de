//! The files under `tests/cases` at the root of the repository, each with its expected result.

use std::path::PathBuf;

use wecom_contacts::{
    DepartmentId,
    imports::{ImportMember, MemberColumn},
    members::Gender,
};
use wecom_sheets::{DepartmentNames, Mapping, Options, Reading, Table, cleaning::Correction};

use crate::{problems, read_all};

fn case(name: &str) -> Table<ImportMember> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../../tests/cases", name].iter().collect();
    Table::open(path, &Options::new(), &Mapping::new()).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn read(table: &Table<ImportMember>) -> (Vec<ImportMember>, Reading) {
    let (rows, reading) = read_all(table).expect("a file that can be read");
    (rows.into_iter().map(|(_, member)| member).collect(), reading)
}

#[test]
fn trap_40_the_consoles_template_is_read_with_its_departments() {
    let table = case("console-template.xlsx");
    assert_eq!(
        table.fields().collect::<Vec<_>>(),
        [
            MemberColumn::Name,
            MemberColumn::Userid,
            MemberColumn::Alias,
            MemberColumn::Position,
            MemberColumn::Department,
            MemberColumn::Gender,
            MemberColumn::Mobile,
            MemberColumn::Telephone,
            MemberColumn::Email,
            MemberColumn::Address,
            MemberColumn::Disabled,
        ]
    );
    assert_eq!(table.read_only().collect::<Vec<_>>(), ["企业邮箱", "视频号", "激活状态", "微信插件"]);
    assert_eq!((table.ignored().count(), table.deciding().count()), (0, 0));
    // Without the departments of the corp, the rows are refused.
    let (rows, reading) = read(&table);
    assert_eq!((rows.len(), reading.refused, reading.department_names), (0, 2, 2), "{reading:?}");
    assert!(problems(&reading)[0].starts_with("line 11, 部门: department names"), "{reading:?}");

    let departments = [(1, 0, "示例集团"), (2, 1, "投资中心"), (3, 1, "战略中心")];
    let names = DepartmentNames::new(departments.map(|(id, parent, name)| (id.into(), parent.into(), name)));
    let (rows, reading) = read(&case("console-template.xlsx").with_departments(names));
    assert_eq!(problems(&reading), [""; 0]);
    assert_eq!(rows[0].department, [DepartmentId(2)]);
    assert_eq!(rows[1].department, [DepartmentId(2), DepartmentId(3)]);
    assert_eq!((rows[0].enabled, rows[1].enabled), (Some(true), Some(false)));
    assert_eq!((rows[0].gender.clone(), rows[1].position.as_str()), (Some(Gender::Female), "会计"));
    assert!(
        reading.corrected.contains(&("部门".to_owned(), Correction::Names, 2)),
        "{:?}",
        reading.corrected
    );
}

#[test]
fn trap_38_a_mobile_in_scientific_notation_is_read_with_all_digits() {
    let (rows, reading) = read(&case("mobile-scientific.csv"));
    assert_eq!((rows[0].mobile.as_str(), reading.problem_count), ("13800000331", 0));
}

#[test]
fn trap_38_direction_marks_around_a_mobile_are_removed() {
    let (rows, reading) = read(&case("mobile-direction-marks.csv"));
    assert_eq!((rows[0].mobile.as_str(), reading.problem_count), ("13800000341", 0));
    assert_eq!(reading.corrected, [("手机号".to_owned(), Correction::Blanks, 1)]);
}

#[test]
fn trap_40_blanks_inside_headings_are_ignored() {
    let table = case("headings-with-blanks.csv");
    assert_eq!((table.ignored().count(), table.fields().count()), (0, 5));
    let (rows, _) = read(&table);
    let row = &rows[0];
    assert_eq!(
        (row.name.as_str(), row.mobile.as_str(), row.position.as_str()),
        ("周婷", "13800000351", "出纳")
    );
    assert_eq!(row.department, [DepartmentId(2)]);
}

#[test]
fn one_bad_cell_is_one_problem() {
    let (rows, reading) = read(&case("one-bad-cell.csv"));
    assert_eq!((rows.len(), reading.rows, reading.refused, reading.problem_count), (0, 1, 1, 1));
    assert!(
        problems(&reading)[0].starts_with("line 2, 手机号: the spreadsheet dropped digits"),
        "{reading:?}"
    );
}

#[test]
fn an_invalid_order_is_refused_with_the_valid_range() {
    let (rows, reading) = read(&case("order-negative.csv"));
    assert_eq!(rows.len(), 0);
    let why = "is not a list of whole numbers from 0 to 4294967295, joined by `;`";
    assert_eq!(problems(&reading), [format!("line 2, 排序: {why}"), format!("line 3, 排序: {why}")]);
}

#[test]
fn trap_39_a_gender_that_an_export_hides_is_not_changed() {
    let table = case("exported-rows.jsonl");
    assert_eq!(table.read_only().collect::<Vec<_>>(), ["main_department", "direct_leader", "status"]);
    assert_eq!((table.ignored().count(), table.deciding().count()), (0, 0));
    let (rows, reading) = read(&table);
    assert_eq!((rows.len(), reading.problem_count, reading.left), (2, 0, 0), "{reading:?}");
    assert!(rows.iter().all(|row| row.kept.contains(MemberColumn::Gender) && row.gender.is_none()));
    assert!(
        reading.corrected.contains(&("gender".to_owned(), Correction::Kept, 2)),
        "{:?}",
        reading.corrected
    );
}

#[test]
fn trap_41_a_missing_key_does_not_change_its_field() {
    let (rows, reading) = read(&case("rows-with-different-keys.jsonl"));
    assert_eq!((rows.len(), reading.problem_count), (2, 0));
    assert!(!rows[0].kept.contains(MemberColumn::Position));
    assert!(rows[1].kept.contains(MemberColumn::Position));
    assert_eq!(reading.cleared, []);
}
