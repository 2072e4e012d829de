//! The row of the headings, and the meaning of each column.

use wecom_contacts::imports::{ImportMember, MemberColumn};
use wecom_sheets::{Error, Mapping, OtherFile, REASON_HEADING, Table};

use crate::{members, problems};

fn table(text: &str, mapping: &Mapping) -> Result<Table<ImportMember>, Error> {
    Table::read_bytes(text.as_bytes(), &wecom_sheets::Options::new(), mapping)
}

#[test]
fn headings_can_follow_explanations() {
    let text =
        "填写须知：\n1、带*为必填,请勿修改表头\n*姓名（必填）, 账号* ,手机号\n王芳,wangfang,13800000001\n";
    let table = table(text, &Mapping::new()).unwrap();
    assert_eq!(
        table.fields().collect::<Vec<_>>(),
        [MemberColumn::Name, MemberColumn::Userid, MemberColumn::Mobile]
    );
    let rows: Vec<(u64, ImportMember)> = table.records().collect::<Result<_, _>>().unwrap();
    assert_eq!((rows.len(), rows[0].0, rows[0].1.userid.as_str()), (1, 4, "wangfang"));
}

#[test]
fn a_file_without_headings_is_refused_without_quoting_cells() {
    let error = table("王芳,wangfang,13800000001\n", &Mapping::new()).unwrap_err();
    assert!(matches!(error, Error::NoHeadings { wanted: "帐号", rows: 1, .. }), "{error}");
    assert!(!error.to_string().contains("13800000001"));
    let late = "x,y\n".repeat(20) + "姓名,帐号\n王芳,wangfang\n";
    assert!(matches!(table(&late, &Mapping::new()), Err(Error::NoHeadings { rows: 20, .. })));
}

#[test]
fn unknown_headings_can_be_mapped_and_the_rest_is_reported() {
    let text = "Badge,Staff,Cell,Notes,Cost centre\n7,wang,13800000001,x,CC1\n";
    let mapping = Mapping::new()
        .column("staff", "userid")
        .column("Cell", "手机号")
        .column("Badge", "extra:工号")
        .extra("Cost centre");
    let table = table(text, &mapping).unwrap();
    assert_eq!(table.ignored().collect::<Vec<_>>(), ["Notes"]);
    assert_eq!(table.extras().collect::<Vec<_>>(), ["工号", "Cost centre"]);
    let (rows, _) = members(text.as_bytes(), &mapping).unwrap();
    assert_eq!(
        (rows[0].1.mobile.as_str(), &rows[0].1.extra),
        ("13800000001", &vec![Some("7".to_owned()), Some("CC1".to_owned())])
    );
}

#[test]
fn an_invalid_mapping_is_an_error_that_lists_the_supported_values() {
    let text = "帐号,x\na,b\n";
    let error = table(text, &Mapping::new().column("x", "phone")).unwrap_err().to_string();
    assert!(
        error.contains("\"phone\"") && error.contains("mobile") && error.contains("extra:NAME"),
        "{error}"
    );
    let error = table(text, &Mapping::new().column("y", "mobile")).unwrap_err().to_string();
    assert!(error.contains("\"y\"") && error.contains("帐号, x"), "{error}");
    assert!(matches!(table(text, &Mapping::new().extra("y")), Err(Error::NoColumn { .. })));
}

#[test]
fn two_columns_for_one_field_are_refused_until_one_is_ignored() {
    let text = "帐号,手机号,mobile\na,1,2\n";
    let error = table(text, &Mapping::new()).unwrap_err();
    assert!(matches!(error, Error::SameField { .. }), "{error}");
    assert!(error.to_string().contains("手机号, mobile"), "{error}");
    let table = table(text, &Mapping::new().column("mobile", "ignore")).unwrap();
    assert_eq!(table.fields().count(), 2);
    let twice = "帐号,禁用,enable\na,0,1\n";
    assert!(matches!(self::table(twice, &Mapping::new()), Err(Error::SameField { .. })));
}

#[test]
fn the_column_of_refusal_reasons_is_ignored_in_the_next_import() {
    let text = format!("帐号,姓名,禁用项说明：(0-启用;1-禁用),{REASON_HEADING}\na,甲,,mobile existed\n");
    let table = table(&text, &Mapping::new()).unwrap();
    assert_eq!((table.ignored().count(), table.fields().count()), (0, 2));
}

#[test]
fn a_row_with_more_cells_than_headings_is_refused() {
    let (rows, reading) =
        members("姓名,帐号\n王芳,wang\nSmith, John,smith\n".as_bytes(), &Mapping::new()).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(problems(&reading)[0].starts_with("line 3: the row has more cells than headings"), "{reading:?}");
}

#[test]
fn problems_have_the_place_and_not_the_value() {
    let text = "姓名,帐号,手机号,所在部门,是否部门内领导\n王芳,wang,1.38E+10,研发部/测试组,2\n刘洋,liu, 13800000002,7,0\n";
    let (rows, reading) = members(text.as_bytes(), &Mapping::new()).unwrap();
    assert_eq!((rows.len(), reading.rows, reading.refused, reading.problem_count), (1, 2, 1, 3));
    let problems = problems(&reading).join("\n");
    for part in ["line 2, 手机号: ", "line 2, 所在部门: ", "line 2, 是否部门内领导: "] {
        assert!(problems.contains(part), "{problems}");
    }
    assert!(!problems.contains("研发部"), "{problems}");
    assert_eq!(reading.corrected.len(), 1, "{reading:?}");
    assert_eq!((reading.corrected[0].0.as_str(), reading.corrected[0].2), ("手机号", 1));
}

#[test]
fn trap_45_headings_in_traditional_characters_are_recognized() {
    let text =
        "姓名,帳號,手機號,所在部門,職務,電子郵箱,別名\n陳大文,chen,13800000001,2,經理,c@example.com,x\n";
    let table = table(text, &Mapping::new()).unwrap();
    assert_eq!(
        table.fields().collect::<Vec<_>>(),
        [
            MemberColumn::Name,
            MemberColumn::Userid,
            MemberColumn::Mobile,
            MemberColumn::Department,
            MemberColumn::Position,
            MemberColumn::Email,
            MemberColumn::Alias,
        ]
    );
}

#[test]
fn trap_41_repeated_headings_are_not_rows() {
    for text in [
        "姓名,帐号,职位\n王芳,wang,x\n姓名,帐号,职位\n李雷,li,y\n",
        "姓名,帐号,职位\n王芳,wang,x\nName,UserID,Position\n李雷,li,y\n",
    ] {
        let (rows, reading) = members(text.as_bytes(), &Mapping::new()).unwrap();
        assert_eq!((rows.len(), reading.problem_count, reading.footers), (2, 0, vec![3]), "{text}");
    }
    // A second language can follow below the headings. A person can have an account like this one.
    let text = "姓名,帐号,职位\nName,UserID,Position\nUser ID,userid,经理\n李雷,davidid,职位\n";
    let (rows, reading) = members(text.as_bytes(), &Mapping::new()).unwrap();
    assert_eq!((rows.len(), reading.footers.clone()), (2, vec![2]), "{reading:?}");
}

#[test]
fn trap_45_json_without_objects_is_not_read_as_csv() {
    for text in ["[[\"姓名\",\"帐号\",\"职位\"],\n[\"王芳\",\"wang\",\"x\"]]\n", "[\n \"wang\"\n]"] {
        let error = table(text, &Mapping::new()).unwrap_err();
        assert!(matches!(error, Error::NotASheet { what: OtherFile::JsonWithoutObjects }), "{text}: {error}");
    }
    // Brackets around a heading do not make the file JSON.
    assert!(table("[姓名],[帐号]\n王芳,wang\n", &Mapping::new()).is_ok());
}

#[test]
fn the_error_for_missing_headings_names_the_required_one() {
    let Err(Error::NoHeadings { is_undivided, is_json, .. }) =
        table("姓名|帐号\n王芳|wang\n", &Mapping::new())
    else {
        panic!("a bar does not separate cells");
    };
    assert!(is_undivided && !is_json);
    let error = table("{\"errcode\":0,\"userlist\":[]}", &Mapping::new()).unwrap_err();
    assert!(matches!(error, Error::NoHeadings { is_json: true, is_undivided: false, .. }), "{error}");
    assert_eq!(error.to_string(), "no object has the key userid");
}
