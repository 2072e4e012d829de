//! `txl sim --seed-file` with spreadsheets, as HR makes them.

use std::fs;

use serde_json::{Value, json};

use crate::run::{RunningSim, run};

const CASES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/cases");

fn seeded(path: &str) -> RunningSim {
    RunningSim::start(&["--seed-file", path, "--legacy"])
}

fn member(sim: &RunningSim, userid: &str) -> Value {
    sim.run(&["member", "get", userid, "-o", "json"]).json()
}

/// Returns the names of all departments by their id, with the id of the parent.
fn departments(sim: &RunningSim) -> Vec<Value> {
    let list = sim.run(&["department", "list", "-o", "json"]).json();
    let mut list: Vec<Value> =
        list.as_array().unwrap().iter().map(|one| json!([one["name"], one["parentid"]])).collect();
    list.sort_by_key(Value::to_string);
    list
}

#[test]
fn the_file_of_the_console_becomes_a_corp() {
    let sim = seeded(&format!("{CASES}/console-template.xlsx"));
    assert_eq!(departments(&sim), [json!(["战略中心", 1]), json!(["投资中心", 1]), json!(["示例集团", 0])]);
    let zhoumin = member(&sim, "zhoumin");
    assert_eq!((&zhoumin["name"], &zhoumin["mobile"]), (&json!("周敏"), &json!("13800000302")));
    assert_eq!(zhoumin["department"].as_array().unwrap().len(), 2);
    // 禁用状态: 禁用.
    assert_eq!((&zhoumin["enable"], &zhoumin["status"]), (&json!(0), &json!(2)));
    assert_eq!(member(&sim, "zhouting")["position"], "出纳");
}

#[test]
fn merged_cells_number_formats_and_ids_of_departments_are_understood() {
    let sim = seeded(&format!("{CASES}/merged-position.xlsx"));
    for userid in ["zhouting", "zhoumin", "zhouli"] {
        assert_eq!(member(&sim, userid)["position"], "工程师");
        assert_eq!(member(&sim, userid)["department"], json!([2]));
    }
    let sim = seeded(&format!("{CASES}/number-format-zeros.xlsx"));
    assert_eq!(member(&sim, "00007")["name"], "周婷");
}

#[test]
fn a_csv_of_hr_with_levels_leaders_tags_and_leavers_becomes_a_corp() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("花名册.csv");
    fs::write(
        &path,
        "姓名,手机号,部门,部门负责人,直属上级,标签,状态,职位,性别\n\
         钱一,13800000001,示例集团/研发部,是,,党员;骨干,在职,总监,男\n\
         孙二,13800000002,示例集团/研发部/平台组,,钱一,骨干,在职,工程师,女\n\
         李三,13800000003,平台组,,钱一,,离职,,\n\
         周四,13800000004,平台组;示例集团/市场部,,,,在职,,\n",
    )
    .unwrap();
    let sim = seeded(path.to_str().unwrap());
    assert_eq!(
        departments(&sim),
        [json!(["市场部", 1]), json!(["平台组", 2]), json!(["研发部", 1]), json!(["示例集团", 0])]
    );
    let (first, second, third) = (member(&sim, "user1"), member(&sim, "user2"), member(&sim, "user3"));
    assert_eq!((&first["name"], &first["is_leader_in_dept"]), (&json!("钱一"), &json!([1])));
    assert_eq!((&second["direct_leader"], &second["gender"]), (&json!(["user1"]), &json!("2")));
    // A row with 离职 is no member, and the end of a path names its department.
    assert_eq!(third["name"], "周四");
    assert_eq!(third["department"][0], second["department"][0]);
    sim.run(&["member", "get", "user4"]).fails_with(1);
    let tags = sim.run(&["tag", "list", "-o", "json"]).json();
    let names: Vec<_> = tags.as_array().unwrap().iter().map(|tag| tag["tagname"].clone()).collect();
    assert_eq!(names, ["党员", "骨干"]);
}

#[test]
fn a_sheet_that_cannot_be_a_corp_is_refused_with_its_cells() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for (path, words) in [
        (file("lossy.csv", "帐号,姓名,手机号\na,甲,1.38E+10\nb,乙,13800000001\n"), "1 cell"),
        (file("mobile.csv", "帐号,姓名,手机号\na,甲,12\nb,乙,13800000001\n"), "(a)"),
        (file("key.csv", "姓名,职位\n甲,经理\n"), "帐号"),
        (file("twice.csv", "帐号,姓名,手机号\na,甲,13800000001\nA,乙,13800000002\n"), "(A)"),
        (file("no.xlsx", "no workbook"), ""),
        (file("empty.csv", ""), ""),
        (directory.path().join("missing.xlsx").to_str().unwrap().to_owned(), ""),
    ] {
        let ran = run(&["sim", "--seed-file", &path]);
        assert!(matches!(ran.code, 1 | 2), "{path}: {ran:#?}");
        ran.fails_with(ran.code).with_remedy();
        assert!(ran.stderr.contains(words), "{path}: {ran:#?}");
    }
}
