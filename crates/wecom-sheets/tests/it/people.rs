//! Lists of people in the forms of HR systems: departments, people who left, footers.

use wecom_contacts::{
    DepartmentId,
    imports::{ImportDepartment, ImportMember, MemberColumn},
    members::Gender,
};
use wecom_sheets::{DepartmentNames, Error, Mapping, Options, Reading, Table};

use proptest::{collection::vec, prelude::*};

use crate::{members, problems, read_all};

fn table(text: &str) -> Result<Table<ImportMember>, Error> {
    Table::read_bytes(text.as_bytes(), &Options::new(), &Mapping::new())
}

fn read(text: &str) -> (Vec<(u64, ImportMember)>, Reading) {
    members(text.as_bytes(), &Mapping::new()).expect("a file that can be read")
}

fn corp() -> DepartmentNames {
    let departments =
        [(1, 0, "示例公司"), (2, 1, "研发部"), (3, 2, "测试组"), (4, 1, "销售部"), (5, 4, "测试组")];
    DepartmentNames::new(departments.map(|(id, parent, name)| (id.into(), parent.into(), name)))
}

#[test]
fn trap_40_headings_of_hr_files_are_recognized() {
    let text = "工号,员工姓名,账号,性别,所属部门,岗位,移动电话,电子邮箱,联系电话,备注\n\
        007,王芳,wang,女士,2,工程师,13800000001,w@example.com,010-1234,x\n";
    let table = table(text).unwrap();
    let fields: Vec<_> = table.fields().collect();
    assert_eq!(
        fields,
        [
            MemberColumn::Name,
            MemberColumn::Userid,
            MemberColumn::Gender,
            MemberColumn::Department,
            MemberColumn::Position,
            MemberColumn::Mobile,
            MemberColumn::Email,
            MemberColumn::Telephone,
        ]
    );
    assert_eq!(table.extras().collect::<Vec<_>>(), ["工号"]);
    assert_eq!(table.ignored().collect::<Vec<_>>(), ["备注"]);
    let (rows, _) = read(text);
    assert_eq!(rows[0].1.extra, [Some("007".to_owned())]);
    assert_eq!((rows[0].1.gender.clone(), rows[0].1.telephone.as_str()), (Some(Gender::Female), "010-1234"));
    // If it is the only number, it is the mobile number.
    let (rows, _) = read("帐号,联系电话\nwang,13800000001\n");
    assert_eq!(rows[0].1.mobile, "13800000001");
}

#[test]
fn trap_40_headings_with_units_marks_and_a_second_language_are_recognized() {
    for (heading, column) in [
        ("手机号(11位)", MemberColumn::Mobile),
        ("手机号（必填）", MemberColumn::Mobile),
        ("手机号码\n(中国大陆)", MemberColumn::Mobile),
        ("* 手机", MemberColumn::Mobile),
        ("手机号*：", MemberColumn::Mobile),
        ("【手机】", MemberColumn::Mobile),
        ("手\u{200b}机\u{a0}号", MemberColumn::Mobile),
        ("Mobile Phone", MemberColumn::Mobile),
        ("手机 / Mobile", MemberColumn::Mobile),
        ("电话[座机]", MemberColumn::Telephone),
        ("邮箱 Email", MemberColumn::Email),
        ("邮箱Email", MemberColumn::Email),
        ("E-mail", MemberColumn::Email),
        ("姓名/Name", MemberColumn::Name),
        ("性别（男/女）", MemberColumn::Gender),
        ("部门（多个部门用;分隔）", MemberColumn::Department),
        ("部\n门", MemberColumn::Department),
        ("ＥＭＡＩＬ", MemberColumn::Email),
        ("3、手机", MemberColumn::Mobile),
        ("手机号：11位数字", MemberColumn::Mobile),
        ("手机号码(+86)", MemberColumn::Mobile),
        ("联系电话(手机)", MemberColumn::Mobile),
        ("部门(ID)", MemberColumn::Department),
        ("部门：多级部门用/分隔", MemberColumn::Department),
        ("Department (required)", MemberColumn::Department),
        ("姓名(中文)", MemberColumn::Name),
    ] {
        let table =
            table(&format!("帐号,\"{heading}\"\na,\n")).unwrap_or_else(|error| panic!("{heading}: {error}"));
        assert_eq!(table.fields().nth(1), Some(column), "{heading:?}");
    }
    // The number of another person, an id of another system, a second number: not a field.
    for heading in [
        "手机号(家属)",
        "紧急联系人电话",
        "手机号2",
        "QQ邮箱",
        "备用手机",
        "手机(公司)",
        "姓名拼音",
        "邮箱/手机",
    ] {
        let table = table(&format!("帐号,别名,{heading}\na,,\n")).unwrap();
        assert_eq!(table.ignored().collect::<Vec<_>>(), [heading], "{heading}");
    }
}

#[test]
fn trap_40_columns_that_affect_people_are_reported() {
    let text =
        "姓名,帐号,部门,直属上级,离职日期,主部门,一级部门,部门编码,身份证号\n王芳,wang,2,li,,2,x,7,1\n";
    let table = table(text).unwrap();
    assert_eq!(
        table.deciding().collect::<Vec<_>>(),
        ["直属上级", "离职日期", "主部门", "一级部门", "部门编码"]
    );
    assert_eq!(table.ignored().collect::<Vec<_>>(), ["身份证号"]);
    let mapping = Mapping::new().column("直属上级", "ignore").column("一级部门", "ignore");
    let mapped = Table::<ImportMember>::read_bytes(text.as_bytes(), &Options::new(), &mapping).unwrap();
    assert_eq!(mapped.deciding().collect::<Vec<_>>(), ["离职日期", "主部门", "部门编码"]);
}

#[test]
fn trap_40_people_who_left_are_listed_and_omitted() {
    let (rows, reading) = read(
        "姓名,帐号,状态\n王芳,wang,在职\n刘洋,liu,离职\n赵六,zhao,\n钱七, qian ,退休\n孙八,sun,停薪留职\n李九,bad id,已离职\n",
    );
    assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 4]);
    assert_eq!((reading.rows, reading.left, reading.refused), (6, 3, 1));
    let leaving: Vec<_> =
        reading.leaving.iter().map(|one| (one.line, one.userid.as_str(), one.name.as_str())).collect();
    assert_eq!(leaving, [(3, "liu", "刘洋"), (5, "qian", "钱七"), (7, "bad id", "李九")]);
    assert!(problems(&reading)[0].starts_with("line 6, 状态: the status does not say"), "{reading:?}");
    assert!(!format!("{reading:?}").contains("刘洋"), "a name is in the debug text");
    // An English list has a heading of exports, but other values.
    let (rows, reading) = read("name,userid,status\nWang,wang,Terminated\nLiu,liu,1\nZhao,zhao,Active\n");
    assert_eq!((rows.len(), reading.left), (2, 1));
    // A mapping can declare a column as the status.
    let mapping = Mapping::new().column("情况", "status");
    let (rows, reading) = members("帐号,别名,情况\na,,离职\n".as_bytes(), &mapping).unwrap();
    assert_eq!((rows.len(), reading.left), (0, 1));
}

#[test]
fn trap_40_footers_are_skipped_and_counted() {
    let (rows, reading) = read(
        "姓名,帐号,手机号,部门\n王芳,wang,13800000001,2\n合计：1人,,,\n制表人：李四,,审核：,王五\n备注,,,\n审核员,,13800000002,2\n",
    );
    // A person without an account is not a footer. The check of the rows reports the missing account.
    assert_eq!((rows.len(), reading.rows, reading.footers.as_slice()), (2, 2, &[3, 4, 5][..]), "{reading:?}");
    assert_eq!(rows[1].0, 6);
    let (_, reading) = read("帐号,姓名\nwang,王芳\n共 1 人,\n打印日期：2026-01-02,打印日期：2026-01-02\n");
    assert_eq!((reading.rows, reading.footers.as_slice()), (1, &[3, 4][..]));
}

#[test]
fn trap_40_departments_by_name_become_ids_or_problems_with_their_candidates() {
    let text = "姓名,帐号,部门\n王芳,wang,示例公司/研发部\n刘洋,liu,销售部、研发部/测试组\n赵六,zhao,测试组\n钱七,qian,市场部\n孙八,sun,2\n";
    let table = table(text).unwrap().with_departments(corp());
    let (rows, reading) = read_all(&table).unwrap();
    let rows: Vec<_> = rows.into_iter().map(|(_, member)| member.department).collect();
    assert_eq!(rows, [vec![DepartmentId(2)], vec![DepartmentId(4), DepartmentId(3)], vec![DepartmentId(2)]]);
    assert_eq!((reading.department_names, reading.refused), (4, 2));
    let problems = problems(&reading);
    assert_eq!(
        problems[0],
        "line 4, 部门: several departments have this name: 示例公司/研发部/测试组 (3), 示例公司/销售部/测试组 (5); write the whole path"
    );
    assert!(problems[1].starts_with("line 5, 部门: no department has this name or path"), "{problems:?}");
}

#[test]
fn trap_41_cells_that_clear_a_field_are_counted_by_column() {
    let (rows, reading) = read(
        "姓名,帐号,手机号,职位,性别,排序,工号\n王芳,wang,13800000001,,,,\n刘洋,liu,13800000002,经理,男,,7\n赵六,zhao,1.38E+10,,,,\n",
    );
    assert_eq!(rows.len(), 2);
    // The refused row clears nothing.
    let cleared: Vec<_> = reading.cleared.iter().map(|(heading, count)| (heading.as_str(), *count)).collect();
    assert_eq!(cleared, [("职位", 1), ("性别", 1), ("工号", 1)]);
}

#[test]
fn trap_39_an_unknown_gender_is_not_changed() {
    for (cell, gender, is_kept) in [
        ("0", None, true),
        ("未知", None, true),
        ("保密", None, true),
        ("", None, false),
        ("M", Some(Gender::Male), false),
        ("先生", Some(Gender::Male), false),
        ("2", Some(Gender::Female), false),
    ] {
        let (rows, reading) = read(&format!("帐号,性别\na,{cell}\n"));
        assert_eq!(reading.problems, [], "{cell}");
        assert_eq!(
            (rows[0].1.gender.clone(), rows[0].1.kept.contains(MemberColumn::Gender)),
            (gender, is_kept)
        );
    }
}

#[test]
fn the_error_for_missing_accounts_names_similar_headings() {
    let Err(Error::NoHeadings { like, .. }) = table("名单\n工号,姓名,手机\n7,王芳,13800000001\n")
    else {
        panic!("a file without accounts is read");
    };
    assert_eq!(like, ["工号"]);
    let error = table("工号,姓名\n7,王芳\n").unwrap_err().to_string();
    assert!(error.ends_with("has the heading 帐号; possible match: 工号"), "{error}");
}

#[test]
fn a_file_with_accounts_only_is_refused() {
    for (text, part) in [
        ("帐号\nwang\n", "帐号 is the only recognized column"),
        ("帐号,工位\nwang,7\n", "(not recognized: 工位)"),
    ] {
        let error = table(text).unwrap_err();
        assert!(matches!(error, Error::OnlyIds { .. }) && error.to_string().contains(part), "{error}");
    }
}

#[test]
fn the_export_of_a_tag_is_recognized_and_refused() {
    let csv = "姓名,帐号,部门ID\n王芳,wang,\n,,7\n";
    let json = "{\"userid\":\"wang\",\"name\":\"王芳\"}\n{\"partyid\":7}\n";
    for text in [csv, json] {
        assert!(matches!(table(text), Err(Error::TagExport)), "{text}");
        let departments =
            Table::<ImportDepartment>::read_bytes(text.as_bytes(), &Options::new(), &Mapping::new());
        assert!(matches!(departments, Err(Error::TagExport)), "{text}");
    }
    // Complete members can have the same columns.
    let (rows, _) = read("姓名,帐号,部门ID\n王芳,wang,2\n");
    assert_eq!(rows[0].1.department, [DepartmentId(2)]);
}

#[test]
fn headings_of_two_rows_are_joined_or_refused() {
    // Merged cells appear in each of their columns, or only in the first one.
    for text in [
        "姓名,帐号,联系方式,联系方式,部门\n姓名,帐号,手机,邮箱,部门\n王芳,wang,13800000001,w@example.com,2\n",
        "姓名,帐号,联系方式,,部门\n,,手机,邮箱,\n王芳,wang,13800000001,w@example.com,2\n",
        "基本信息,,联系方式,,部门\n姓名,帐号,手机,邮箱,\n王芳,wang,13800000001,w@example.com,2\n",
    ] {
        let (rows, reading) = read(text);
        assert_eq!((rows.len(), reading.rows, reading.astray), (1, 1, 0), "{text}");
        let (line, row) = &rows[0];
        assert_eq!((*line, row.mobile.as_str(), row.email.as_str()), (3, "13800000001", "w@example.com"));
        assert_eq!(row.department, [DepartmentId(2)]);
    }
    // The number of another person is not the member's.
    for text in [
        "姓名,帐号,紧急联系人,\n,,姓名,手机\n王芳,wang,王五,13800000009\n",
        "基本信息,,紧急联系人,\n姓名,帐号,姓名,手机\n王芳,wang,王五,13800000009\n",
    ] {
        let table = table(text).unwrap();
        assert_eq!(table.fields().collect::<Vec<_>>(), [MemberColumn::Name, MemberColumn::Userid]);
        assert_eq!(table.ignored().collect::<Vec<_>>(), ["紧急联系人 姓名", "紧急联系人 手机"]);
    }
    let error = table("姓名,帐号,邮箱\n,,手机\n王芳,wang,x\n").unwrap_err();
    assert!(matches!(error, Error::TwoHeadings { line: 1, next: 2, .. }), "{error}");
}

#[test]
fn headings_of_departments_are_recognized_and_other_codes_are_not_ids() {
    let read =
        |text: &str| Table::<ImportDepartment>::read_bytes(text.as_bytes(), &Options::new(), &Mapping::new());
    let table = read(
        "部门 名称*,部门ID（必填）,上级部门ID,name_en,department_leader,部门负责人\n研发部,2,1,RD,w,w\n",
    )
    .unwrap();
    assert_eq!(table.fields().count(), 3);
    assert_eq!(table.read_only().collect::<Vec<_>>(), ["name_en", "department_leader"]);
    assert_eq!(table.deciding().collect::<Vec<_>>(), ["部门负责人"]);
    let Err(Error::NoHeadings { like, .. }) = read("部门名称,部门编码,上级部门\n研发部,R1,R0\n")
    else {
        panic!("a code is used as an id");
    };
    assert_eq!(like, ["部门编码"]);
}

#[test]
fn trap_39_columns_that_only_an_export_can_write_are_read_only() {
    let more = "main_department,direct_leader,status,biz_mail,biz_mail_alias,english_name,external_position,\
        external_profile,avatar,thumb_avatar,qr_code,open_userid,isleader,hide_mobile,extattr";
    let table = table(&format!("姓名,帐号,所在部门,{more}\n王芳,wang,2,2,li,1,,,,,,,,,,,,{{}}\n")).unwrap();
    assert_eq!(table.read_only().collect::<Vec<_>>().join(","), more.replace(' ', ""));
    assert_eq!((table.ignored().count(), table.deciding().count()), (0, 0));
    let (rows, reading) = read_all(&table).unwrap();
    assert_eq!((rows.len(), reading.problems.len(), reading.left), (1, 0, 0), "{reading:?}");
}

#[test]
fn a_cell_with_a_lost_or_look_alike_character_is_refused_with_its_place() {
    let (rows, reading) =
        read("姓名,帐号,邮箱\n王\u{fffd},wang,a@example.com\n刘洋,l\u{456}u,\u{200b}b@example.com\n");
    assert_eq!((rows.len(), reading.refused), (0, 2));
    let problems = problems(&reading);
    assert!(problems[0].starts_with("line 2, 姓名: a character is lost (U+FFFD)"), "{problems:?}");
    assert!(problems[1].starts_with("line 3, 帐号: character 2 (U+0456) looks like"), "{problems:?}");
}

proptest! {
    #[test]
    fn every_row_is_returned_refused_or_listed(
        headings in vec(prop::sample::select(vec![
            "姓名", "手机号", "部门", "状态", "职位", "性别", "工号", "直属上级", "", "紧急联系人", "联系电话", "排序",
        ]), 1..6),
        rows in vec(vec(prop::sample::select(vec![
            "", "wang", "离职", "在职", "合计", "制表人：王", "研发部", "2", "0", "1.38E+10", "13800000001", "手机", "姓名", "\u{fffd}", "x;y",
        ]), 1..8), 0..12),
    ) {
        let mut text = format!("帐号,{}\n", headings.join(","));
        for row in &rows {
            text.push_str(&format!("{}\n", row.join(",")));
        }
        let Ok(table) = table(&text) else { return Ok(()) };
        let table = table.with_departments(corp());
        let (rows, reading) = read_all(&table).unwrap();
        let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
        prop_assert_eq!(lines.len() as u64 + reading.refused + reading.left, reading.rows);
        prop_assert_eq!(reading.left, reading.leaving.len() as u64);
        prop_assert!(reading.problem_count >= reading.refused);
        prop_assert!(lines.is_sorted());
        let again: Vec<u64> = table.records().map(|record| record.unwrap().0).collect();
        prop_assert_eq!(lines, again);
    }
}
