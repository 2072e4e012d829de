//! XLSX files that another library wrote.

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use wecom_contacts::{DepartmentId, imports::ImportMember};
use wecom_sheets::{Error, Mapping, Options, Table};

use crate::{clean_members, members, problems};

#[test]
fn trap_38_numbers_of_a_workbook_become_text() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "通讯录导入模板").unwrap();
    for (column, heading) in
        ["姓名", "帐号", "手机号", "所在部门", "是否部门内领导", "禁用"].into_iter().enumerate()
    {
        sheet.write(2, column as u16, heading).unwrap();
    }
    sheet.write(4, 0, "王芳\u{3000}").unwrap();
    sheet.write(4, 1, 1001).unwrap();
    sheet.write(4, 2, 13_800_000_001_f64).unwrap();
    sheet.write(4, 3, 2).unwrap();
    sheet.write(4, 4, true).unwrap();
    sheet.write(4, 5, false).unwrap();
    let rows = clean_members(book.save_to_buffer().unwrap());
    let (line, member) = &rows[0];
    assert_eq!((*line, member.name.as_str(), member.userid.as_str()), (5, "王芳", "1001"));
    assert_eq!(member.mobile, "13800000001");
    assert_eq!((&member.department, &member.is_leader_in_dept), (&vec![DepartmentId(2)], &vec![true]));
    assert_eq!(member.enabled, Some(true));
}

#[test]
fn trap_38_dates_and_failed_formulas_are_refused_in_other_columns() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, heading) in ["帐号", "所在部门", "手机号", "入职日期"].into_iter().enumerate() {
        sheet.write(0, column as u16, heading).unwrap();
    }
    let date = ExcelDateTime::from_ymd(2026, 2, 7).unwrap();
    let format = Format::new().set_num_format("yyyy-mm-dd");
    sheet.write(1, 0, "wang").unwrap();
    sheet.write_with_format(1, 1, &date, &format).unwrap();
    sheet.write(1, 2, 123_456_789_012_345_678_f64).unwrap();
    sheet.write_with_format(1, 3, &date, &format).unwrap();
    sheet.write(2, 0, "liu").unwrap();
    sheet.write(2, 2, Formula::new("=NA()").set_result("#N/A")).unwrap();
    sheet.write_with_format(3, 3, &date, &format).unwrap();
    sheet.write(3, 0, "zhao").unwrap();
    let (rows, reading) = members(book.save_to_buffer().unwrap(), &Mapping::new().extra("入职日期")).unwrap();
    let problems = problems(&reading);
    assert_eq!((rows.len(), problems.len()), (1, 3), "{problems:?}");
    assert!(problems[0].starts_with("line 2, 所在部门: the cell is a date"), "{problems:?}");
    assert!(problems[1].starts_with("line 2, 手机号: the number has more than 15 digits"), "{problems:?}");
    assert!(problems[2].starts_with("line 3, 手机号: the formula failed"), "{problems:?}");
    assert_eq!(rows[0].1.extra, [Some("2026-02-07".to_owned())]);
}

#[test]
fn a_sheet_is_selected_by_name_or_is_the_first_visible_one() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("旧").unwrap().set_hidden(true);
    for (name, userid) in [("在职", "wang"), ("离职", "liu")] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap().write_row(0, 0, ["帐号", "别名"]).unwrap().write(1, 0, userid).unwrap();
    }
    book.worksheet_from_name("在职").unwrap().set_active(true);
    let bytes = book.save_to_buffer().unwrap();
    let read = |sheet: Option<&str>| -> Result<String, Error> {
        let options = sheet.map_or_else(Options::new, |sheet| Options::new().sheet(sheet));
        let table = Table::<ImportMember>::read_bytes(bytes.clone(), &options, &Mapping::new())?;
        let (rows, _) = crate::read_all(&table)?;
        Ok(rows.last().map(|(_, member)| member.userid.to_string()).unwrap_or_default())
    };
    assert_eq!(read(None).unwrap(), "wang");
    assert_eq!(read(Some("离职")).unwrap(), "liu");
    let error = read(Some("Sheet1")).unwrap_err().to_string();
    assert!(error.contains("旧, 在职, 离职"), "{error}");
    let csv = Table::<ImportMember>::read_bytes(
        "帐号\na\n".as_bytes(),
        &Options::new().sheet("x"),
        &Mapping::new(),
    );
    assert!(matches!(csv, Err(Error::NotAWorkbook)));
}

#[test]
fn the_error_for_an_empty_sheet_lists_the_others() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("说明").unwrap();
    let sheet = book.add_worksheet().set_name("成员").unwrap();
    sheet.write_row(0, 0, ["姓名", "帐号"]).unwrap();
    sheet.write_row(1, 0, ["王芳", "wang"]).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let read = |options: &Options| Table::<ImportMember>::read_bytes(bytes.clone(), options, &Mapping::new());
    let error = read(&Options::new()).unwrap_err();
    assert_eq!(error.to_string(), "the sheet \"说明\" is empty; the workbook also has 成员");
    assert!(read(&Options::new().sheet("成员")).is_ok());
}
