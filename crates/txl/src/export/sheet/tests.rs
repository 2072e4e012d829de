//! Members as CSV.

use serde_json::json;
use wecom_contacts::members::Member;

use super::{attributes::MOST_ATTRIBUTES, *};

async fn finished(sheet: Sheet<Member>) -> (Vec<u8>, Vec<Incomplete>) {
    let mut bytes = Vec::new();
    let mut take = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        Ok(())
    };
    let incomplete = sheet.finish(&mut take).await.unwrap();
    (bytes, incomplete)
}

async fn written(members: &[serde_json::Value]) -> String {
    text_and_gaps(members, false).await.0
}

async fn text_and_gaps(members: &[serde_json::Value], is_safe: bool) -> (String, Vec<Incomplete>) {
    let mut sheet = Sheet::<Member>::csv(&std::env::temp_dir(), is_safe).unwrap();
    for member in members {
        sheet.push(&serde_json::from_value(member.clone()).unwrap()).unwrap();
    }
    let (bytes, incomplete) = finished(sheet).await;
    (String::from_utf8(bytes).unwrap(), incomplete)
}

fn attribute(name: &str, value: &str) -> serde_json::Value {
    json!({"type": 0, "name": name, "text": {"value": value}})
}

#[tokio::test]
async fn columns_with_values_and_required_columns_are_written() {
    assert_eq!(written(&[]).await, "\u{feff}姓名,帐号,所在部门\n");
    let members = [
        json!({"userid": "a", "name": "甲", "department": [1, 2], "gender": "0", "alias": "", "mobile": ""}),
        json!({"userid": "b", "name": "乙\n丙", "department": [2], "mobile": "13800000001", "status": 2,
            "direct_leader": ["a"], "alias": ""}),
    ];
    assert_eq!(
        written(&members).await,
        "\u{feff}姓名,帐号,手机号,所在部门,禁用,direct_leader,status\n甲,a,,1;2,,,\n\"乙\n丙\",b,13800000001,2,1,a,2\n"
    );
}

#[tokio::test]
async fn trap_39_an_import_ignores_a_field_that_some_rows_lack() {
    let members = [
        json!({"userid": "a", "name": "甲", "department": [1], "position": "总监", "gender": 1}),
        json!({"userid": "b", "name": "乙", "department": [1], "gender": 0}),
        json!({"userid": "c", "department": [1], "position": "",
            "extattr": {"attrs": [attribute("工号", "A1")]}}),
    ];
    let (text, incomplete) = text_and_gaps(&members, false).await;
    assert_eq!(
        text,
        "\u{feff}部分缺失-姓名,帐号,所在部门,部分缺失-职位,性别,部分缺失-工号\n甲,a,1,总监,男,\n乙,b,1,,0,\n,c,1,,0,A1\n"
    );
    let gaps: Vec<_> = incomplete.iter().map(|gap| (gap.heading.as_str(), gap.rows)).collect();
    assert_eq!(gaps, [("姓名", 1), ("职位", 1), ("工号", 2)]);
    for heading in text.lines().next().unwrap().split(',').filter(|one| one.contains("部分缺失")) {
        assert!(!Member::is_field(heading), "{heading}");
    }
}

#[tokio::test]
async fn formulas_get_an_apostrophe_on_request() {
    let members = [json!({"userid": "a", "name": "=1+1", "department": [1], "position": "-"})];
    assert_eq!(text_and_gaps(&members, true).await.0, "\u{feff}姓名,帐号,所在部门,职位\n'=1+1,a,1,'-\n");
    assert_eq!(written(&members).await, "\u{feff}姓名,帐号,所在部门,职位\n=1+1,a,1,-\n");
}

#[tokio::test]
async fn too_many_rows_for_xlsx_are_an_error() {
    let mut sheet = Sheet::<Member>::xlsx(&std::env::temp_dir(), Arc::default()).unwrap();
    sheet.rows = SHEET_ROWS - 2;
    let member = serde_json::from_value(json!({"userid": "a"})).unwrap();
    sheet.push(&member).unwrap();
    let failure = sheet.push(&member).unwrap_err();
    assert!(format!("{failure:?}").contains("1048576 rows") && !failure.remedies().is_empty());
}

#[tokio::test]
async fn a_text_attribute_is_a_column_except_with_the_name_of_another_column() {
    let web = json!({"type": 1, "name": "主页", "web": {"url": "https://example.com", "title": "a"}});
    let members = [
        json!({"userid": "a", "extattr": {"attrs": [attribute("工号", "A1")]}}),
        json!({"userid": "b", "extattr": {"attrs": [attribute("爱好", "围棋"), attribute("空", "")]}}),
        json!({"userid": "c", "extattr": {"attrs": [attribute("手机", "1"), attribute("avatar", "2"), web,
            attribute("工号", "C3"), attribute("工号", "C4")]}}),
    ];
    let text = written(&members).await;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headings = reader.headers().unwrap().clone();
    assert_eq!(headings, ["帐号", "extattr", "工号", "爱好"][..]);
    let rows: Vec<StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    assert_eq!(rows[0], ["a", "", "A1", ""][..]);
    assert_eq!(rows[1], ["b", "", "", "围棋"][..]);
    assert_eq!(&rows[2][2], "C3");
    let rest: ExtAttr = serde_json::from_str(&rows[2][1]).unwrap();
    let names: Vec<_> = rest.attrs.iter().map(|attribute| attribute.name.as_str()).collect();
    assert_eq!(names, ["手机", "avatar", "主页", "工号"]);
}

#[tokio::test]
async fn a_server_cannot_control_the_width_of_the_file() {
    let many: Vec<_> = (0..MOST_ATTRIBUTES + 7).map(|n| attribute(&format!("attribute {n}"), "x")).collect();
    let text = written(&[json!({"userid": "a", "extattr": {"attrs": many}})]).await;
    let headings = text.lines().next().unwrap().split(',').count();
    assert_eq!(headings, 2 + MOST_ATTRIBUTES);
}
