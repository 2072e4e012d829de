//! Rosters as HR departments make them, read as plain rows.

use std::path::PathBuf;

use wecom_contacts::{DepartmentId, members::Gender};
use wecom_sheets::{
    Error, HiddenRows, Options, Result, SheetProblem,
    cleaning::{CellForm, CellProblem, Correction},
    roster::{
        RosterCell, RosterField, RosterOptions, RosterReading, RosterRow, RosterTable, RosterValue,
        WrittenDepartment,
    },
};

use crate::parts::Parts;

fn case(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../../tests/cases", name].iter().collect()
}

fn open(name: &str, options: &RosterOptions) -> RosterTable {
    RosterTable::open(case(name), &Options::new(), options).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn table(text: &str, options: &RosterOptions) -> Result<RosterTable> {
    RosterTable::read_bytes(text.as_bytes(), &Options::new(), options)
}

fn all(table: &RosterTable) -> (Vec<RosterRow>, RosterReading) {
    let mut rows = table.rows();
    let read = rows.by_ref().collect::<Result<_>>().expect("a file that can be read");
    (read, rows.into_reading())
}

fn read(text: &str, options: &RosterOptions) -> (Vec<RosterRow>, RosterReading) {
    all(&table(text, options).expect("headings that are recognised"))
}

fn texts(texts: &[&str]) -> RosterValue {
    RosterValue::Departments(texts.iter().map(|text| WrittenDepartment::Text((*text).to_owned())).collect())
}

fn ids(ids: &[u32]) -> RosterValue {
    RosterValue::Departments(ids.iter().map(|id| WrittenDepartment::Id(DepartmentId(*id))).collect())
}

fn faults(row: &RosterRow) -> Vec<(String, CellProblem)> {
    row.faults().map(|SheetProblem { heading, problem, .. }| (heading, problem)).collect()
}

#[test]
fn trap_40_the_consoles_template_is_a_roster() {
    let table = open("console-template.xlsx", &RosterOptions::new());
    assert_eq!(table.ignored().collect::<Vec<_>>(), ["视频号", "激活状态", "微信插件"]);
    assert_eq!(table.deciding().count(), 0);
    assert_eq!(table.key().heading, "账号");
    let (rows, reading) = all(&table);
    assert_eq!((rows.len(), reading.fault_count, rows[0].line()), (2, 0, 11), "{reading:?}");
    let cell = |at: usize, field| rows[at].cell(field).value().cloned();
    assert_eq!(cell(0, RosterField::Department), Some(texts(&["示例集团/投资中心"])));
    assert_eq!(cell(1, RosterField::Department), Some(texts(&["示例集团/投资中心", "示例集团/战略中心"])));
    assert_eq!(cell(0, RosterField::Enable), Some(RosterValue::Flag(true)));
    assert_eq!(cell(1, RosterField::Enable), Some(RosterValue::Flag(false)));
    assert_eq!(cell(0, RosterField::Gender), Some(RosterValue::Gender(Gender::Female)));
    assert_eq!(rows[0].cell(RosterField::Mobile).text(), Some("13800000301"));
    assert_eq!(rows[0].cell(RosterField::BizMail), RosterCell::Empty);
    assert_eq!(rows[0].cell(RosterField::Tags), RosterCell::Unmanaged);
}

#[test]
fn the_template_of_the_api_has_departments_by_id() {
    let csv = "姓名,帐号,手机号,邮箱,所在部门,职位,性别,是否部门内领导,排序,别名,地址,座机,禁用,禁用项说明：(0-启用;1-禁用)\n\
        王芳,wangfang,13900000001,,2;7,工程师,女,1;0,5;0,,,,0,\n\
        刘洋,liuyang,13900000002,,示例集团/7;研发部,,,,,,,,1,\n";
    let (rows, reading) = read(csv, &RosterOptions::new());
    assert_eq!(reading.fault_count, 0, "{reading:?}");
    assert_eq!(rows[0].cell(RosterField::Department).value(), Some(&ids(&[2, 7])));
    assert_eq!(rows[0].cell(RosterField::Leader).value(), Some(&RosterValue::Flags(vec![true, false])));
    assert_eq!(rows[0].cell(RosterField::Order).value(), Some(&RosterValue::Numbers(vec![5, 0])));
    assert_eq!(rows[0].cell(RosterField::Enable).value(), Some(&RosterValue::Flag(true)));
    assert_eq!(rows[1].cell(RosterField::Department).value(), Some(&texts(&["示例集团/7", "研发部"])));
    assert_eq!(rows[1].cell(RosterField::Enable).value(), Some(&RosterValue::Flag(false)));
}

#[test]
fn a_number_is_an_id_only_in_a_column_of_ids() {
    let department = |heading: &str, cell: &str| {
        let (rows, _) = read(&format!("帐号,{heading}\na,{cell}\n"), &RosterOptions::new());
        match rows[0].cell(RosterField::Department) {
            RosterCell::Value(value) => Ok(value.clone()),
            RosterCell::Faulty(problem) => Err(problem.clone()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(department("部门", "2;7"), Ok(texts(&["2", "7"])));
    assert_eq!(department("所在部门", "2;7"), Ok(ids(&[2, 7])));
    assert_eq!(department("部门ID", "2、7"), Ok(ids(&[2, 7])));
    assert!(matches!(department("部门ID", "研发部"), Err(CellProblem::Unfit(_))));
    // A cell with one name contains names only.
    assert_eq!(department("所在部门", "2024;研发部"), Ok(texts(&["2024", "研发部"])));
}

#[test]
fn departments_are_split_at_semicolons_and_line_breaks_and_keep_their_order() {
    let csv = "帐号,部门\na,\"示例集团/华东 ；研发、测试部;\n财务,法务\"\n";
    let (rows, _) = read(csv, &RosterOptions::new());
    let expected = texts(&["示例集团/华东", "研发、测试部", "财务,法务"]);
    assert_eq!(rows[0].cell(RosterField::Department).value(), Some(&expected));
}

#[test]
fn a_leader_of_departments_is_written_as_flags_or_as_departments() {
    let csv = "帐号,部门,主部门,部门负责人,直属上级\n\
        a,集团/甲;集团/乙,集团/乙,是;否,lisi\n\
        b,集团/甲,,集团/甲,李四\n\
        c,集团/甲,集团/甲;集团/乙,,ｌｉｓｉ\n";
    let (rows, _) = read(csv, &RosterOptions::new());
    let leader = |at: usize| rows[at].cell(RosterField::Leader);
    assert_eq!(leader(0).value(), Some(&RosterValue::Flags(vec![true, false])));
    assert_eq!(leader(1).value(), Some(&texts(&["集团/甲"])));
    assert_eq!(leader(2), RosterCell::Empty);
    assert_eq!(rows[0].cell(RosterField::MainDepartment).value(), Some(&texts(&["集团/乙"])));
    assert_eq!(rows[1].cell(RosterField::MainDepartment), RosterCell::Empty);
    assert_eq!(faults(&rows[2]), [("主部门".to_owned(), CellProblem::Unfit(CellForm::SeveralDepartments))]);
    let above = |at: usize| rows[at].cell(RosterField::DirectLeader).text();
    assert_eq!((above(0), above(1), above(2)), (Some("lisi"), Some("李四"), Some("lisi")));
}

#[test]
fn beside_departments_by_id_the_main_department_is_an_id() {
    let (rows, _) = read("帐号,所在部门,主部门,负责部门\na,2;7,7,2;7\n", &RosterOptions::new());
    assert_eq!(rows[0].cell(RosterField::MainDepartment).value(), Some(&ids(&[7])));
    assert_eq!(rows[0].cell(RosterField::Leader).value(), Some(&ids(&[2, 7])));
}

#[test]
fn a_column_a_cell_and_a_value_are_told_apart() {
    let lines = "{\"userid\":\"a\",\"position\":\"\",\"gender\":\"0\",\"tags\":[\"党员\",\"外包\"]}\n\
        {\"userid\":\"b\",\"main_department\":7,\"department\":[7,2]}\n";
    let (rows, reading) = read(lines, &RosterOptions::new());
    assert_eq!(rows[0].cell(RosterField::Position), RosterCell::Empty);
    assert_eq!(rows[1].cell(RosterField::Position), RosterCell::Unmanaged);
    // A hidden gender is exported as 0.
    assert_eq!(rows[0].cell(RosterField::Gender), RosterCell::Unmanaged);
    assert_eq!(rows[0].cell(RosterField::Email), RosterCell::Unmanaged);
    let tags = RosterValue::List(vec!["党员".to_owned(), "外包".to_owned()]);
    assert_eq!(rows[0].cell(RosterField::Tags).value(), Some(&tags));
    assert_eq!(rows[1].cell(RosterField::Department).value(), Some(&ids(&[7, 2])));
    assert_eq!(rows[1].cell(RosterField::MainDepartment).value(), Some(&ids(&[7])));
    assert_eq!(reading.corrected, [("gender".to_owned(), Correction::Kept, 1)]);
}

#[test]
fn trap_38_cells_are_cleaned_and_a_damaged_one_leaves_the_others_available() {
    let csv = "帐号,姓名,手机号,邮箱\n\
        wangfang,王芳 ,'138 0000 0001,ｗａｎｇ＠example.com\n\
        liuyang,刘洋,1.38E+10,liuyang@example.com\n\
        wang fang,王芳,13800000003,\n";
    let (rows, reading) = read(csv, &RosterOptions::new());
    assert_eq!(rows[0].cell(RosterField::Mobile).text(), Some("13800000001"));
    assert_eq!(rows[0].cell(RosterField::Email).text(), Some("wang@example.com"));
    assert_eq!(faults(&rows[1]), [("手机号".to_owned(), CellProblem::LostDigits)]);
    assert_eq!(rows[1].cell(RosterField::Email).text(), Some("liuyang@example.com"));
    assert_eq!((rows[1].is_key_faulty(), rows[2].is_key_faulty()), (false, true));
    assert_eq!(rows[2].cell(RosterField::Mobile).text(), Some("13800000003"));
    assert_eq!((reading.rows, reading.faulty_rows, reading.faulty_keys), (3, 2, 1));
    assert_eq!(reading.faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [3, 4]);
    assert!(reading.corrected.contains(&("手机号".to_owned(), Correction::Separators, 1)));
}

#[test]
fn a_row_with_more_cells_than_headings_has_no_reliable_cell() {
    let csv = "姓名,帐号,部门\n王芳,wangfang,集团,甲\n刘洋,liuyang,集团\n";
    let (rows, reading) = read(csv, &RosterOptions::new());
    assert_eq!(faults(&rows[0]), [(String::new(), CellProblem::TooManyCells)]);
    assert!(rows[0].is_key_faulty() && rows[0].cell(RosterField::Name).value().is_none());
    assert_eq!((reading.faulty_keys, reading.fault_count), (1, 1));
    assert!(!rows[1].is_faulty());
}

#[test]
fn the_key_is_an_attribute_and_is_an_identifier() {
    let options = RosterOptions::new().key("工号").attributes(["工号", "职级"]);
    let csv = "工号,姓名,职级,籍贯,手机\n００１７,王芳,P7,广东,\n1E5,刘洋,P6,,\n,赵六,,,\n";
    let table = table(csv, &options).unwrap();
    assert_eq!(table.attributes().collect::<Vec<_>>(), ["工号", "职级"]);
    assert_eq!(table.ignored().collect::<Vec<_>>(), ["籍贯"]);
    let (rows, reading) = all(&table);
    assert_eq!(rows[0].key().text(), Some("0017"));
    assert_eq!(rows[0].attribute("职级").text(), Some("P7"));
    assert!(rows[1].is_key_faulty());
    assert_eq!((rows[2].key(), reading.empty_keys), (RosterCell::Empty, 1));
    assert_eq!(rows[2].attribute("籍贯"), RosterCell::Unmanaged);
}

#[test]
fn an_attribute_is_taken_only_if_the_corp_has_it() {
    let csv = "帐号,姓名,工号,岗位\na,王芳,7,出纳\n";
    let unknown = table(csv, &RosterOptions::new()).unwrap();
    assert_eq!(unknown.ignored().collect::<Vec<_>>(), ["工号"]);
    assert!(unknown.fields().any(|field| field == RosterField::Position));
    // 岗位 is a synonym of 职位, until the corp has an attribute of this name.
    let known = table(csv, &RosterOptions::new().attributes(["岗位", "工号"])).unwrap();
    assert_eq!(known.attributes().collect::<Vec<_>>(), ["工号", "岗位"]);
    assert!(known.fields().all(|field| field != RosterField::Position));
}

#[test]
fn own_headings_are_mapped_and_a_missing_one_is_an_error() {
    let csv = "人员编码,称呼,归属,组织编码,在职情况,到岗日\na,王芳,集团/甲,2,离职,2026/1/5\n";
    let options = RosterOptions::new()
        .map("人员编码", "userid")
        .map("称呼", "姓名")
        .map("归属", "department")
        .map("组织编码", "ignore")
        .state("在职情况")
        .join_date("到岗日");
    let (rows, reading) = read(csv, &options);
    assert_eq!(reading.fault_count, 0, "{reading:?}");
    assert_eq!(rows[0].key().text(), Some("a"));
    assert_eq!(rows[0].cell(RosterField::Name).text(), Some("王芳"));
    assert_eq!(rows[0].cell(RosterField::Department).value(), Some(&texts(&["集团/甲"])));
    assert_eq!(rows[0].cell(RosterField::State).text(), Some("离职"));
    assert_eq!(rows[0].cell(RosterField::JoinDate).text(), Some("2026-01-05"));

    let by_id = RosterOptions::new().map("人员编码", "userid").map("组织编码", "department_id");
    let (rows, _) = read(csv, &by_id);
    assert_eq!(rows[0].cell(RosterField::Department).value(), Some(&ids(&[2])));

    let error = table(csv, &options.clone().map("薪资", "ignore")).unwrap_err();
    assert!(matches!(&error, Error::NoColumn { heading, .. } if heading == "薪资"), "{error}");
    let error = table(csv, &RosterOptions::new().map("称呼", "nickname")).unwrap_err();
    assert!(matches!(&error, Error::NoField { target, .. } if target == "nickname"), "{error}");
}

#[test]
fn a_roster_without_its_key_is_refused_with_the_headings_that_it_has() {
    let error = table("姓名,手机号,部门\n王芳,13800000001,集团\n", &RosterOptions::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "none of the first 2 rows contains the heading 帐号 and another known heading; the likeliest row contains 姓名, 手机号, 部门"
    );
    let error = table("{\"name\":\"王芳\"}\n", &RosterOptions::new()).unwrap_err();
    assert!(matches!(&error, Error::NoKey { key, .. } if key == "userid"), "{error}");
    let by_mobile = table("姓名,手机号,部门\n王芳,13800000001,集团\n", &RosterOptions::new().key("mobile"));
    assert_eq!(by_mobile.unwrap().key().heading, "手机号");
}

#[test]
fn the_key_of_somebody_else_is_no_key() {
    let error =
        table("上级信息,,基本信息\n帐号,姓名,手机\na,王芳,13800000001\n", &RosterOptions::new()).unwrap_err();
    assert!(matches!(&error, Error::NoKey { headings, .. } if headings[0] == "上级信息 帐号"), "{error}");
}

#[test]
fn two_columns_of_one_field_are_refused() {
    let error = table("帐号,姓名,员工状态,是否在职\na,王芳,在职,是\n", &RosterOptions::new()).unwrap_err();
    assert!(matches!(&error, Error::SameField { field, .. } if field == "state"), "{error}");
    let chosen =
        table("帐号,姓名,员工状态,是否在职\na,王芳,在职,是\n", &RosterOptions::new().state("员工状态"));
    assert_eq!(chosen.unwrap().deciding().collect::<Vec<_>>(), ["是否在职"]);
}

#[test]
fn footers_and_repeated_headings_are_skipped_and_their_lines_are_known() {
    let csv = "2026年花名册,,\n工号,姓名,手机\n1,王芳,13800000001\n工号,姓名,手机\n2,刘洋,13800000002\n\
        合计：2,,\n,共 2 人,\n制表人：王芳,,日期：2026-01-31\n";
    let (rows, reading) = read(csv, &RosterOptions::new().key("工号"));
    assert_eq!(rows.iter().map(RosterRow::line).collect::<Vec<_>>(), [3, 5]);
    assert_eq!((reading.skipped, reading.skipped_count), (vec![4, 6, 7, 8], 4));
    // A person is no footer, whatever the name.
    let (rows, _) =
        read("工号,姓名,手机\n1,合计,13800000001\n,小计,13800000002\n", &RosterOptions::new().key("工号"));
    assert_eq!(rows.len(), 2);
}

#[test]
fn columns_that_affect_people_and_are_not_taken_are_reported() {
    let table = table("帐号,姓名,一级部门,主管,离职日期\na,王芳,甲,乙,\n", &RosterOptions::new()).unwrap();
    assert_eq!(table.deciding().collect::<Vec<_>>(), ["一级部门", "主管", "离职日期"]);
}

#[test]
fn headings_in_two_rows_are_joined() {
    let csv =
        "工号,姓名,联系方式,,直属上级\n,,手机,邮箱,\n1,王芳,13800000001,w@example.com,2\n,刘洋,,,主管\n";
    let (rows, reading) = read(csv, &RosterOptions::new().key("工号"));
    assert_eq!((rows.len(), reading.fault_count), (2, 0), "{reading:?}");
    assert_eq!(rows[0].cell(RosterField::Mobile).text(), Some("13800000001"));
    assert_eq!(rows[0].cell(RosterField::Email).text(), Some("w@example.com"));
    assert_eq!(rows[0].cell(RosterField::DirectLeader).text(), Some("2"));
}

#[test]
fn the_first_person_without_a_key_is_no_second_row_of_headings() {
    let csv = "工号,姓名,职位\n,王芳,主管\n2,刘洋,\n";
    let (rows, reading) = read(csv, &RosterOptions::new().key("工号"));
    assert_eq!((rows.len(), reading.empty_keys), (2, 1));
}

#[test]
fn trap_38_zeros_of_number_formats_are_part_of_the_key() {
    let options = RosterOptions::new().key("工号");
    let (rows, reading) = all(&open("number-format-zeros.xlsx", &options));
    assert_eq!(reading.fault_count, 0, "{reading:?}");
    assert_eq!(rows[0].key().text(), Some("000042"));
    assert_eq!(rows[0].cell(RosterField::Userid).text(), Some("00007"));
    // The file does not contain how a number is shown, so the key is unknown.
    let shown = Options::new().hidden_rows(HiddenRows::Skip);
    let table = RosterTable::open(case("excel-97.xls"), &shown, &RosterOptions::new()).unwrap();
    let (rows, reading) = all(&table);
    let hidden =
        rows.iter().filter(|row| row.key() == RosterCell::Faulty(&CellProblem::HiddenFormat)).count();
    assert_eq!((hidden as u64, reading.faulty_keys), (1, 1), "{reading:?}");
}

#[test]
fn trap_41_a_merged_cell_belongs_to_every_row_and_not_to_two_columns() {
    let (rows, reading) = all(&open("merged-position.xlsx", &RosterOptions::new()));
    assert_eq!(reading.fault_count, 0, "{reading:?}");
    let positions: Vec<_> = rows.iter().map(|row| row.cell(RosterField::Position).text()).collect();
    assert_eq!(positions.len(), 3);
    assert!(positions.iter().all(|position| position.is_some() && *position == positions[0]));

    let row = "<row><c t=\"str\"><v>帐号</v></c><c t=\"str\"><v>姓名</v></c><c t=\"str\"><v>别名</v></c></row>\
        <row><c t=\"str\"><v>a</v></c><c t=\"str\"><v>王芳</v></c></row>";
    let parts = Parts::of_rows(row).below("<mergeCells><mergeCell ref=\"B2:C2\"/></mergeCells>");
    let table = RosterTable::read_bytes(parts.bytes(), &Options::new(), &RosterOptions::new()).unwrap();
    let (rows, _) = all(&table);
    assert_eq!(faults(&rows[0]), [("别名".to_owned(), CellProblem::MergedAcross)]);
    assert_eq!(rows[0].cell(RosterField::Name).text(), Some("王芳"));
}

#[test]
fn files_as_people_have_them_are_read() {
    for name in ["mobile-scientific.csv", "mobile-direction-marks.csv", "headings-with-blanks.csv"] {
        let (rows, reading) = all(&open(name, &RosterOptions::new()));
        assert_eq!((rows.len(), reading.fault_count), (1, 0), "{name}: {reading:?}");
        assert!(rows[0].cell(RosterField::Mobile).text().is_some_and(|mobile| mobile.len() == 11), "{name}");
    }
    let (rows, _) = all(&open("one-bad-cell.csv", &RosterOptions::new()));
    assert_eq!(faults(&rows[0]).len(), 1);
    let (rows, _) = all(&open("order-negative.csv", &RosterOptions::new()));
    assert!(rows.iter().all(|row| matches!(row.cell(RosterField::Order), RosterCell::Faulty(_))));
    let (rows, _) = all(&open("exported-rows.jsonl", &RosterOptions::new()));
    assert!(rows.iter().all(|row| row.cell(RosterField::Gender) == RosterCell::Unmanaged));
    assert_eq!(rows[0].cell(RosterField::DirectLeader), RosterCell::Empty);
    let (rows, _) = all(&open("rows-with-different-keys.jsonl", &RosterOptions::new()));
    assert_eq!(rows[1].cell(RosterField::Position), RosterCell::Unmanaged);
    let page = RosterTable::open(case("table.xls"), &Options::new(), &RosterOptions::new());
    assert!(matches!(page, Err(Error::WebPage)));
}

#[test]
fn nothing_personal_is_in_debug() {
    let (rows, reading) =
        read("帐号,姓名,手机号\na,王芳,13800000001\nb,刘洋,1.38E+10\n", &RosterOptions::new());
    let text = format!("{rows:?} {reading:?} {:?}", rows[0].cell(RosterField::Mobile));
    assert!(!text.contains("王芳") && !text.contains("1380000") && !text.contains("1.38E"), "{text}");
}

fn levels(names: &[&str]) -> RosterValue {
    RosterValue::Departments(vec![WrittenDepartment::Levels(
        names.iter().map(|name| (*name).to_owned()).collect(),
    )])
}

#[test]
fn columns_for_the_levels_of_a_department_are_one_department() {
    let csv = "帐号,三级部门,姓名,一级部门,二级部门\n\
        a,后端组,甲,研发部,平台\n\
        b,,乙,研发部,平台\n\
        c,-,丙,研发部,无\n\
        d,,丁,,\n\
        e,后端组,戊,研发部,\n";
    let table = table(csv, &RosterOptions::new()).unwrap();
    assert_eq!(table.levels().collect::<Vec<_>>(), ["一级部门", "二级部门", "三级部门"]);
    let fields: Vec<_> = table.fields().collect();
    assert_eq!(fields, [RosterField::Userid, RosterField::Name, RosterField::Department]);
    let (rows, reading) = all(&table);
    let department = |at: usize| rows[at].cell(RosterField::Department);
    assert_eq!(department(0).value(), Some(&levels(&["研发部", "平台", "后端组"])));
    assert_eq!(department(1).value(), Some(&levels(&["研发部", "平台"])));
    assert_eq!(department(2).value(), Some(&levels(&["研发部"])));
    assert_eq!(department(3), RosterCell::Empty);
    let gap = CellProblem::Unfit(CellForm::NoLevelAbove);
    assert_eq!(department(4), RosterCell::Faulty(&gap));
    assert_eq!(faults(&rows[4]), [("三级部门".to_owned(), gap.clone())]);
    assert_eq!((reading.fault_count, reading.faulty_rows), (1, 1));
    let english = "userid,Level 1 Department,Level 2 Department\na,R&D,Platform\n";
    let (rows, _) = read(english, &RosterOptions::new());
    assert_eq!(rows[0].cell(RosterField::Department).value(), Some(&levels(&["R&D", "Platform"])));
}

#[test]
fn levels_beside_a_whole_department_are_an_error_and_so_is_a_missing_level() {
    let error = |csv: &str| table(csv, &RosterOptions::new()).err().unwrap().to_string();
    let both = error("帐号,部门,一级部门,二级部门\na,x,y,z\n");
    assert_eq!(
        both,
        "several columns map to department: 部门, 一级部门, 二级部门; keep one and ignore the others"
    );
    assert!(error("帐号,一级部门,三级部门\na,x,y\n").contains("二级部门"));
    assert!(error("帐号,一级部门,二级部门,一级部门\na,x,y,z\n").contains("level 1 of the department"));
    // Ignoring one of the two settles it, and a level can have any heading.
    let options = RosterOptions::new().map("部门", "ignore").map("事业群", "二级部门");
    let (rows, _) = read("帐号,部门,一级部门,事业群\na,x,y,z\n", &options);
    assert_eq!(rows[0].cell(RosterField::Department).value(), Some(&levels(&["y", "z"])));
    // One level alone does not say where in it a person works.
    let table = table("帐号,姓名,一级部门\na,甲,研发部\n", &RosterOptions::new()).unwrap();
    assert_eq!(table.deciding().collect::<Vec<_>>(), ["一级部门"]);
}

#[test]
fn attributes_of_the_external_profile_have_columns_of_their_own() {
    let csv = "帐号,姓名,热线,对外属性.官网,external_attr.热线,微博,企业对外简称,对外职务,公众号\n\
        a,甲,分机,example,400-1,@a,示例,顾问,x\n";
    let options = RosterOptions::new()
        .attributes(["热线"])
        .external_attributes(["微博", "热线"])
        .map("公众号", "external:服务号");
    let table = table(csv, &options).unwrap();
    assert_eq!(table.attributes().collect::<Vec<_>>(), ["热线"]);
    assert_eq!(table.external_attributes().collect::<Vec<_>>(), ["官网", "热线", "微博", "服务号"]);
    let (rows, _) = all(&table);
    assert_eq!(rows[0].attribute("热线").text(), Some("分机"));
    for (name, text) in [("官网", "example"), ("热线", "400-1"), ("微博", "@a"), ("服务号", "x")] {
        assert_eq!(rows[0].external_attribute(name).text(), Some(text), "{name}");
    }
    assert_eq!(rows[0].cell(RosterField::ExternalCorpName).text(), Some("示例"));
    assert_eq!(rows[0].cell(RosterField::ExternalPosition).text(), Some("顾问"));
}
