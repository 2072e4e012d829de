//! Departments: the rules of writes, and the results of reads.

use serde_json::{Value, json};

use crate::rig::{By, Rig, expect};

async fn create(rig: &Rig, body: Value) -> Value {
    rig.post(By::Contacts, "department/create", &body).await
}

async fn update(rig: &Rig, body: Value) -> Value {
    rig.post(By::Contacts, "department/update", &body).await
}

async fn ids(rig: &Rig, path: &str) -> Vec<u64> {
    let reply = rig.get(By::App, path).await;
    expect(0, &reply);
    let list = reply.get("department").or(reply.get("department_id")).unwrap();
    list.as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn what_was_created_is_read_back() {
    let rig = Rig::new().await;
    let body = json!({"name": "华东大区", "name_en": "East Sales", "parentid": 4, "order": 4_294_967_295_u32, "id": 20});
    assert_eq!(create(&rig, body).await, json!({"errcode": 0, "errmsg": "created", "id": 20}));
    assert_eq!(
        rig.get(By::App, "department/get?id=20").await,
        json!({"errcode": 0, "errmsg": "ok", "department": {"id": 20, "name": "华东大区", "name_en": "East Sales",
            "department_leader": [], "parentid": 4, "order": 4_294_967_295_u32}})
    );
    assert_eq!(
        create(&rig, json!({"name": "华南大区", "parentid": 4})).await["id"],
        21,
        "the largest id and one"
    );
    let root = rig.get(By::App, "department/get?id=1").await["department"].clone();
    assert_eq!(
        root,
        json!({"id": 1, "name": "示例公司", "department_leader": ["zhangsan"], "parentid": 0, "order": 100_000_000})
    );
}

#[tokio::test]
async fn every_breach_has_its_code() {
    let rig = Rig::new().await;
    for (code, body) in [
        (40058, json!({"parentid": 1})),
        (40058, json!({"name": "", "parentid": 1})),
        (60001, json!({"name": "长".repeat(65), "parentid": 1})),
        (60009, json!({"name": "甲|乙", "parentid": 1})),
        (60009, json!({"name": "新", "name_en": "a:b", "parentid": 1})),
        (60004, json!({"name": "新"})),
        (60004, json!({"name": "新", "parentid": 999})),
        (60008, json!({"name": "研发部", "parentid": 1})),
        (60008, json!({"name": "新", "name_en": "R&D", "parentid": 1})),
        (60008, json!({"name": "新", "parentid": 1, "id": 3})),
        (60008, json!({"name": "新", "parentid": 1, "id": 1})),
        (60123, json!({"name": "新", "parentid": 1, "id": -5})),
        (60009, json!({"name": "新", "parentid": 1, "order": -1})),
    ] {
        let reply = create(&rig, body.clone()).await;
        assert_eq!(reply["errcode"], code, "{body}: {reply}");
    }
    let taken = create(&rig, json!({"name": "研发部", "parentid": 1})).await;
    assert!(taken["errmsg"].as_str().unwrap().starts_with("department existed:2, hint: ["));
    expect(0, &create(&rig, json!({"name": "甲｜乙", "parentid": 1})).await);
    expect(0, &create(&rig, json!({"name": "研发部", "parentid": 4})).await);
    for (code, body) in [
        (60003, json!({"name": "新"})),
        (60003, json!({"id": 999, "name": "新"})),
        (60010, json!({"id": 2, "parentid": 3})),
        (60010, json!({"id": 2, "parentid": 2})),
        (60010, json!({"id": 1, "parentid": 2})),
        (60124, json!({"id": 2, "parentid": 999})),
        (60124, json!({"id": 2, "parentid": 0})),
        (60008, json!({"id": 4, "name": "研发部"})),
        (60008, json!({"id": 2, "parentid": 4})),
        (40058, json!({"id": 2, "name": ""})),
        (60009, json!({"id": 2, "name": "a*b"})),
    ] {
        let reply = update(&rig, body.clone()).await;
        assert_eq!(reply["errcode"], code, "{body}: {reply}");
    }
}

#[tokio::test]
async fn trap_03_an_id_of_zero_is_refused_or_counts_as_none() {
    let rig = Rig::new().await;
    expect(60123, &create(&rig, json!({"name": "更新", "parentid": 1, "id": 0})).await);
    rig.set("choices", &json!({"refuse_department_zero": false})).await;
    assert_eq!(create(&rig, json!({"name": "新", "parentid": 1, "id": 0})).await["id"], 6);
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_moves_the_subtree() {
    let rig = Rig::new().await;
    expect(0, &update(&rig, json!({"id": 2, "parentid": 4, "order": 5})).await);
    assert_eq!(ids(&rig, "department/list?id=4").await, [2, 3, 4]);
    let moved = rig.get(By::App, "department/get?id=2").await["department"].clone();
    assert_eq!(
        [&moved["name"], &moved["name_en"], &moved["order"]],
        [&json!("研发部"), &json!("R&D"), &json!(5)]
    );
    expect(0, &update(&rig, json!({"id": 1, "name": "示例集团", "parentid": 0})).await);
    expect(0, &update(&rig, json!({"id": 2, "name_en": ""})).await);
    assert!(rig.get(By::App, "department/get?id=2").await["department"].get("name_en").is_none());
}

#[tokio::test]
async fn trap_06_all_departments_are_asked_for_without_id() {
    let rig = Rig::new().await;
    assert_eq!(ids(&rig, "department/list").await, [1, 2, 3, 4, 5]);
    assert_eq!(ids(&rig, "department/simplelist").await, [1, 2, 3, 4, 5]);
    assert_eq!(ids(&rig, "department/list?id=2").await, [2, 3]);
    for (code, path) in [
        (60123, "department/list?id=x"),
        (60003, "department/simplelist?id=x"),
        (60003, "department/get"),
        (60003, "department/get?id=0"),
    ] {
        expect(code, &rig.get(By::App, path).await);
    }
    let row = &rig.get(By::Contacts, "department/simplelist?id=3").await["department_id"][0];
    assert_eq!(*row, json!({"id": 3, "parentid": 2, "order": 100_000_000}));
    expect(0, &update(&rig, json!({"id": 5, "order": 100_000_001})).await);
    assert_eq!(ids(&rig, "department/list").await, [1, 2, 3, 4, 5], "by id, whatever the display order");
}

#[tokio::test]
async fn only_an_empty_department_can_be_deleted() {
    let rig = Rig::new().await;
    for (code, id) in [(60005, "1"), (60005, "2"), (60005, "4"), (60123, "999"), (40058, "")] {
        expect(code, &rig.get(By::Contacts, &format!("department/delete?id={id}")).await);
    }
    expect(0, &rig.post(By::Contacts, "user/update", &json!({"userid": "lisi", "department": [3]})).await);
    expect(0, &rig.post(By::Contacts, "user/update", &json!({"userid": "wangwu", "department": [3]})).await);
    expect(60006, &rig.get(By::Contacts, "department/delete?id=2").await);
    expect(
        0,
        &rig.post(By::Contacts, "user/update", &json!({"userid": "zhangsan", "department": [4]})).await,
    );
    expect(60007, &rig.get(By::Contacts, "department/delete?id=1").await);
    expect(0, &create(&rig, json!({"name": "新", "parentid": 1, "id": 9})).await);
    let add = json!({"tagid": 1, "partylist": [9]});
    expect(0, &rig.post(By::Contacts, "tag/addtagusers", &add).await);
    let reply = rig.get(By::Contacts, "department/delete?id=9").await;
    assert_eq!(reply, json!({"errcode": 0, "errmsg": "deleted"}));
    assert_eq!(rig.get(By::Contacts, "tag/get?tagid=1").await["partylist"], json!([5]));
    expect(60003, &rig.get(By::App, "department/get?id=9").await);
    expect(0, &create(&rig, json!({"name": "新", "parentid": 1})).await);
}

#[tokio::test]
async fn the_tree_has_fifteen_levels_with_the_root() {
    let rig = Rig::new().await;
    let mut parent = 1;
    for level in 2..=15 {
        let made = create(&rig, json!({"name": format!("第{level}层"), "parentid": parent})).await;
        parent = made["id"].as_u64().unwrap();
    }
    expect(81002, &create(&rig, json!({"name": "太深", "parentid": parent})).await);
    expect(81002, &update(&rig, json!({"id": 4, "parentid": parent})).await);
    let level_14 =
        rig.get(By::App, &format!("department/get?id={parent}")).await["department"]["parentid"].clone();
    expect(81002, &update(&rig, json!({"id": 2, "parentid": level_14})).await);
    expect(0, &update(&rig, json!({"id": 4, "parentid": level_14})).await);
}
