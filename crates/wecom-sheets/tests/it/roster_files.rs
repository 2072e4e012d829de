//! Rosters written and read again, and departments beside them.

use std::io::Cursor;

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use wecom_sheets::{
    Options, Result,
    roster::{
        DepartmentPlace, DepartmentTable, ListedField, RosterCell, RosterField, RosterOptions, RosterTable,
        RosterTemplate, RosterValue,
    },
    writing::{SheetWriter, WriteError},
};

type Rows = Vec<Vec<String>>;

/// Writes the same rows as CSV and as XLSX.
fn written(headings: &[String], rows: &Rows) -> std::result::Result<[Vec<u8>; 2], WriteError> {
    let mut csv = SheetWriter::csv(Cursor::new(Vec::new()), headings)?;
    let spool = std::env::temp_dir();
    let mut xlsx = SheetWriter::xlsx(Cursor::new(Vec::new()), "成员", headings.to_vec(), &spool)?;
    for row in rows {
        csv.row(row)?;
        xlsx.row(row)?;
    }
    Ok([csv.finish()?.into_inner(), xlsx.finish()?.into_inner()])
}

/// Returns the cells of a roster as texts, in the order of the columns.
fn read(bytes: &[u8], options: &RosterOptions) -> Rows {
    let table = RosterTable::read_bytes(bytes, &Options::new(), options).expect("a roster");
    let fields: Vec<RosterField> = table.fields().collect();
    let attributes: Vec<String> = table.attributes().map(str::to_owned).collect();
    let text = |cell: RosterCell<'_>| match cell {
        RosterCell::Value(value) => value.to_string(),
        RosterCell::Empty => String::new(),
        other => panic!("{other:?}"),
    };
    let mut rows = table.rows();
    let read = rows.by_ref().map(|row| {
        let row = row.expect("a row");
        assert_eq!(row.faults().count(), 0, "{:?}", row.faults().collect::<Vec<_>>());
        let fields = fields.iter().map(|field| text(row.cell(*field)));
        fields.chain(attributes.iter().map(|name| text(row.attribute(name)))).collect()
    });
    let read = read.collect();
    assert_eq!(rows.into_reading().skipped_count, 0);
    read
}

#[test]
fn the_template_is_read_with_its_sample_row() {
    let template = RosterTemplate::new("示例集团").attributes(["工号", "籍贯"]);
    let options = RosterOptions::new().attributes(["工号", "籍贯"]);
    for bytes in written(&template.headings(), &vec![template.sample()]).unwrap() {
        let table = RosterTable::read_bytes(bytes.clone(), &Options::new(), &options).unwrap();
        assert_eq!((table.ignored().count(), table.deciding().count()), (0, 0));
        assert_eq!(table.columns().len(), template.headings().len());
        assert_eq!(read(&bytes, &options), [template.sample()]);
    }
}

#[test]
fn a_template_of_all_fields_is_recognised() {
    let options = RosterOptions::new().join_date("入职日期").leave_date("离职日期");
    let template = RosterTemplate::new("示例集团").fields(RosterField::ALL.iter().copied());
    for bytes in written(&template.headings(), &vec![template.sample()]).unwrap() {
        let table = RosterTable::read_bytes(bytes, &Options::new(), &options).unwrap();
        assert_eq!(table.fields().collect::<Vec<_>>(), RosterField::ALL);
        let row = table.rows().next().unwrap().unwrap();
        assert_eq!(row.faults().count(), 0, "{:?}", row.faults().collect::<Vec<_>>());
        assert_eq!(row.cell(RosterField::Enable).value(), Some(&RosterValue::Flag(true)));
        assert!(row.cell(RosterField::Email).text().is_some_and(|mail| mail.ends_with("@example.com")));
    }
}

/// A text as a person types it, possibly one that a program would run.
fn words() -> impl Strategy<Value = String> {
    "([=+@-][=+@'a-z王-]{0,3}[a-z王])?|[a-z王芳李'\",/&<>]{0,6}[a-z王]"
}

fn row() -> impl Strategy<Value = Vec<String>> {
    let departments = prop::collection::vec("[甲乙丙a-c]{1,3}(/[甲乙丙a-c、,]{1,3}[a-c])?", 0..4);
    let tags = prop::collection::vec("[=@]?[党员外包a-c]{1,4}", 0..3);
    (
        "[a-z][a-z0-9_.-]{0,6}",
        "[王李=@-]?[王芳李a-z·]{0,4}[王芳a]",
        "(1380000[0-9]{4}|\\+8529[0-9]{7})?",
        departments,
        words(),
        "(男|女)?",
        tags,
        "(00[0-9]{1,4}|[A-F][0-9]{0,4}|[-=+@][王a-c]{1,4})?",
    )
        .prop_map(|(userid, name, mobile, departments, position, gender, tags, badge)| {
            vec![userid, name, mobile, departments.join(";"), position, gender, tags.join(";"), badge]
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_that_are_written_are_read_the_same(rows in prop::collection::vec(row(), 1..6)) {
        let headings = ["帐号", "姓名", "手机号", "部门", "职位", "性别", "标签", "工号"].map(str::to_owned);
        let options = RosterOptions::new().attributes(["工号"]);
        for bytes in written(&headings, &rows).unwrap() {
            prop_assert_eq!(&read(&bytes, &options), &rows);
        }
    }
}

#[test]
fn departments_are_read_from_a_sheet_of_the_same_workbook() {
    let mut book = Workbook::new();
    let sheets: [(&str, &[&[&str]]); 3] = [
        ("成员", &[&["帐号", "姓名", "部门"], &["a", "王芳", "示例集团/华东"]]),
        ("说明", &[&["填写须知"]]),
        (
            "部门",
            &[
                &["部门路径", "英文名", "排序", "部门负责人"],
                &["示例集团/华东", "East", "20", "a；李四"],
                &["示例集团/华南", "", "x", ""],
                &["合计：2", "", "", ""],
            ],
        ),
    ];
    for (name, rows) in sheets {
        let page = book.add_worksheet().set_name(name).unwrap();
        for (row, cells) in rows.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                page.write_string(row as u32, column as u16, *cell).unwrap();
            }
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let table = RosterTable::read_bytes(bytes, &Options::new(), &RosterOptions::new()).unwrap();
    assert_eq!(table.rows().count(), 1);
    let departments = table.departments().unwrap().expect("a sheet of departments");
    let rows = departments.rows().collect::<Result<Vec<_>>>().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].place(), Some(DepartmentPlace::Path("示例集团/华东".to_owned())));
    assert_eq!(rows[0].cell(ListedField::Order).text(), Some("20"));
    let leaders = RosterValue::List(vec!["a".to_owned(), "李四".to_owned()]);
    assert_eq!(rows[0].cell(ListedField::Leaders).value(), Some(&leaders));
    assert_eq!(rows[1].cell(ListedField::NameEn), RosterCell::Empty);
    assert_eq!(
        rows[1].faults().map(|fault| (fault.line, fault.heading)).collect::<Vec<_>>(),
        [(3, "排序".to_owned())]
    );
}

#[test]
fn a_roster_without_a_sheet_of_departments_has_none() {
    let table =
        RosterTable::read_bytes("帐号,姓名\na,王芳\n".as_bytes(), &Options::new(), &RosterOptions::new());
    assert!(table.unwrap().departments().unwrap().is_none());
}

#[test]
fn a_sheet_of_departments_without_their_names_is_refused() {
    let error = DepartmentTable::read_bytes("排序,负责人\n1,a\n".as_bytes(), &Options::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "none of the first 2 rows contains the heading 部门; the likeliest row contains 排序, 负责人"
    );
}

#[test]
fn a_department_is_placed_by_its_path_or_below_its_parent() {
    let place = |text: &str| {
        let table = DepartmentTable::read_bytes(text.as_bytes(), &Options::new()).unwrap();
        table.rows().next().unwrap().unwrap().place()
    };
    let under =
        DepartmentPlace::Under { parent: "示例集团".to_owned(), name: "研发/测试".to_owned() };
    assert_eq!(place("部门名称,上级部门\n研发/测试,示例集团\n"), Some(under));
    assert_eq!(place("部门名称,上级部门\n示例集团,\n"), Some(DepartmentPlace::Path("示例集团".to_owned())));
    let path = DepartmentPlace::Path("示例集团/华东".to_owned());
    assert_eq!(place("部门路径\n示例集团/华东\n"), Some(path));
    let by_id = DepartmentPlace::UnderId { parent: 1.into(), name: "华东".to_owned() };
    assert_eq!(place("部门名称,部门ID,父部门ID,排序\n华东,2,1,10\n"), Some(by_id));
}
