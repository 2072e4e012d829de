//! Rules about the visibility of contacts.

use serde_json::{Value, json};

use crate::rig::{By, Rig, expect};

async fn call(rig: &Rig, name: &str, body: Value) -> Value {
    rig.post(By::Contacts, &format!("contactrule/{name}"), &body).await
}

#[tokio::test]
async fn a_rule_lives_through_all_its_calls() {
    let rig = Rig::new().await;
    let rule = |kind: i64, userid: &str| json!({"rule_type": kind, "range": {"userid": [userid], "partyid": [], "tagid": []}});
    let made = call(&rig, "create", json!({"rules": [rule(1, "lisi"), rule(2, "lisi")]})).await;
    assert_eq!(made["rule_ids"], json!([1, 2]));
    expect(81032, &call(&rig, "create", json!({"rules": [rule(1, "lisi")]})).await);
    expect(81032, &call(&rig, "create", json!({"rules": [rule(3, "lisi"), rule(3, "lisi")]})).await);
    expect(81034, &call(&rig, "update", json!({"rules": [{"rule_id": 1, "rule_type": 2}]})).await);
    expect(81031, &call(&rig, "update", json!({"rules": [{"rule_id": 9, "rule_type": 1}]})).await);
    let wider = json!({"rules": [{"rule_id": 1, "rule_type": 1, "range": {"partyid": [3]}}]});
    expect(0, &call(&rig, "update", wider).await);
    let list = call(&rig, "list", json!({})).await;
    assert_eq!(
        list["rules"],
        json!([{"rule_id": 1, "rule_type": 1, "range": {"partyid": [3]}},
            {"rule_id": 2, "rule_type": 2, "range": {"userid": ["lisi"], "partyid": [], "tagid": []}}])
    );
    expect(81031, &call(&rig, "delete", json!({"rule_ids": [1, 9]})).await);
    expect(0, &call(&rig, "delete", json!({"rule_ids": [1, 2]})).await);
    assert_eq!(call(&rig, "list", json!({})).await["rules"], json!([]));
}

#[tokio::test]
async fn sizes_are_limited() {
    let rig = Rig::new().await;
    expect(40063, &call(&rig, "create", json!({})).await);
    expect(40058, &call(&rig, "create", json!({"rules": []})).await);
    expect(40058, &call(&rig, "create", json!({"rules": vec![json!({"rule_type": 1}); 101]})).await);
    expect(40058, &call(&rig, "create", json!({"rules": [{}]})).await);
    let wide = json!({"rules": [{"rule_type": 1, "exclude": {"tagid": (0..101).collect::<Vec<_>>()}}]});
    expect(40058, &call(&rig, "create", wide).await);
    expect(0, &call(&rig, "create", json!({"rules": vec![json!({"rule_type": 1}); 100]})).await);
    expect(81033, &call(&rig, "create", json!({"rules": [{"rule_type": 1}]})).await);
    expect(40058, &call(&rig, "delete", json!({"rule_ids": []})).await);
}
