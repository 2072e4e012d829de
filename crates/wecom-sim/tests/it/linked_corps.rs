//! Linked corps (互联企业).

use serde_json::{Value, json};

use crate::rig::{By, Rig};

#[tokio::test]
async fn an_app_sees_the_linked_corp_within_its_range() {
    let rig = Rig::new().await;
    let range = rig.post(By::App, "linkedcorp/agent/get_perm_list", &json!({})).await;
    assert_eq!(range["errcode"], 0);
    let userid = range["userids"][0].as_str().unwrap();
    let department = range["department_ids"][0].as_str().unwrap();
    assert!(userid.ends_with("/chenchen") && department.starts_with("wh"), "{range}");

    let member = rig.post(By::App, "linkedcorp/user/get", &json!({"userid": userid})).await;
    assert_eq!(member["user_info"]["name"], "陈晨");
    assert_eq!(member["user_info"]["userid"], "chenchen", "without the corp's prefix");
    assert_eq!(member["user_info"]["department"], json!([]), "its department is not in range");

    let body = json!({"department_id": department});
    let departments = rig.post(By::App, "linkedcorp/department/list", &body).await;
    let list = departments["department_list"].as_array().unwrap();
    let ids: Vec<_> = list.iter().map(|one| one["department_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["2", "3"], "strings, without the linkage");
    assert_eq!(list[0]["parentid"], "1");
    assert!(list[0]["order"].is_u64());
}

#[tokio::test]
async fn members_of_a_linked_department_come_with_or_without_its_children() {
    let rig = Rig::new().await;
    let names = |reply: &Value| -> Vec<String> {
        let list = reply["userlist"].as_array().unwrap();
        list.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let department = "wh0000000000000001/2";
    for (fetch_child, expected) in [
        (json!(null), vec!["何波"]),
        (json!(0), vec!["何波"]),
        (json!(true), vec!["林琳", "何波"]),
        (json!(1), vec!["林琳", "何波"]),
    ] {
        let body = json!({"department_id": department, "fetch_child": fetch_child});
        let simple = rig.post(By::App, "linkedcorp/user/simplelist", &body).await;
        assert_eq!(names(&simple), expected, "{body}");
        let full = rig.post(By::App, "linkedcorp/user/list", &body).await;
        assert_eq!(names(&full), expected);
        assert!(full["userlist"][0]["mobile"].is_string());
    }
    let body = json!({"department_id": department, "fetch_child": 1});
    let simple = rig.post(By::App, "linkedcorp/user/simplelist", &body).await;
    assert_eq!(simple["userlist"][1]["department"], json!(["wh0000000000000001/3", "wh0000000000000001/2"]));
}

#[tokio::test]
async fn what_is_not_seen_or_not_an_id_is_refused() {
    let rig = Rig::new().await;
    let other = rig.sim.state().other_corps[0].clone();
    for (path, key, id, errcode) in [
        ("linkedcorp/user/get", "userid", "chenchen".to_owned(), 40058),
        ("linkedcorp/user/get", "userid", String::new(), 40063),
        ("linkedcorp/user/get", "userid", "ww404/chenchen".into(), 2_000_002),
        ("linkedcorp/user/get", "userid", format!("{other}/nobody"), 60111),
        ("linkedcorp/user/list", "department_id", "wh0000000000000001/1".into(), 60011),
        ("linkedcorp/user/list", "department_id", "wh0000000000000001/4".into(), 60011),
        ("linkedcorp/user/list", "department_id", "wh0000000000000001/99".into(), 60003),
        ("linkedcorp/department/list", "department_id", "wh404/2".into(), 60011),
        ("linkedcorp/department/list", "department_id", "wh0000000000000001/x".into(), 40058),
    ] {
        let reply = rig.post(By::App, path, &json!({key: id})).await;
        assert_eq!(reply["errcode"], errcode, "{path} {id}: {reply}");
    }
    let reply = rig.post(By::Contacts, "linkedcorp/agent/get_perm_list", &json!({})).await;
    assert_eq!(reply["errcode"], 48002, "only apps");
}
