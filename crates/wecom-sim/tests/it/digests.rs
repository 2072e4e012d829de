//! The digest of a corp's contacts: equal for the same contacts, different for all others.

use serde_json::{Value, json};
use wecom_sim::Sim;

use crate::rig::{By, Rig, expect};

/// Creates three members, two departments and a tag in one of two orders.
async fn made(rig: &Rig, detour: bool) {
    let calls = [
        ("department/create", json!({"name": "一部", "parentid": 1, "id": 71, "order": 10})),
        ("department/create", json!({"name": "二部", "parentid": 71, "id": 72, "order": 10})),
        ("user/create", person("anna", json!({}))),
        ("user/create", person("bert", json!({"direct_leader": ["anna"], "position": "工程师"}))),
        ("user/create", person("carl", json!({"department": [71, 72], "order": [3, 4]}))),
        ("tag/create", json!({"tagname": "三人", "tagid": 9})),
        ("tag/addtagusers", json!({"tagid": 9, "userlist": ["anna", "carl"], "partylist": [72]})),
    ];
    for (path, body) in &calls[..2] {
        expect(0, &rig.post(By::Contacts, path, body).await);
    }
    // Members that are created and deleted, and changes that are undone, do not affect the digest.
    if detour {
        expect(0, &rig.post(By::Contacts, "user/create", &person("gone", json!({}))).await);
    }
    for at in if detour { [2, 4, 3, 5] } else { [2, 3, 4, 5] } {
        expect(0, &rig.post(By::Contacts, calls[at].0, &calls[at].1).await);
    }
    if detour {
        let tagged = json!({"tagid": 9, "userlist": ["gone", "bert"]});
        expect(0, &rig.post(By::Contacts, "tag/addtagusers", &tagged).await);
        expect(
            0,
            &rig.post(By::Contacts, "tag/deltagusers", &json!({"tagid": 9, "userlist": ["bert"]})).await,
        );
        expect(0, &rig.get(By::Contacts, "user/delete?userid=gone").await);
        for alias in ["中间", ""] {
            let update = json!({"userid": "carl", "alias": alias});
            expect(0, &rig.post(By::Contacts, "user/update", &update).await);
        }
    }
    expect(0, &rig.post(By::Contacts, calls[6].0, &calls[6].1).await);
}

fn person(userid: &str, more: Value) -> Value {
    let mut person = json!({
        "userid": userid, "name": userid, "department": [72], "email": format!("{userid}@mail.example.com"),
    });
    for (key, value) in more.as_object().unwrap() {
        person[key] = value.clone();
    }
    person
}

#[tokio::test]
async fn corps_made_in_different_ways_compare_equal() {
    let (one, other) = (Rig::new().await, Rig::new().await);
    made(&one, false).await;
    made(&other, true).await;
    assert_eq!(one.sim.digest(), other.sim.digest());
    assert_eq!(one.sim.state().digest, Some(one.sim.digest()));
    let asked = one.look("state?digest=true").await;
    assert_eq!(asked["digest"], one.sim.digest());
    assert_eq!(one.look("state?digest=false").await["digest"], Value::Null);
}

#[tokio::test]
async fn one_changed_field_makes_another_digest() {
    let rig = Rig::new().await;
    made(&rig, false).await;
    let mut seen = vec![rig.sim.digest()];
    for (path, body) in [
        ("user/update", json!({"userid": "bert", "name": "bart"})),
        ("user/update", json!({"userid": "bert", "position": ""})),
        ("user/update", json!({"userid": "bert", "alias": "b"})),
        ("user/update", json!({"userid": "bert", "gender": "1"})),
        ("user/update", json!({"userid": "bert", "mobile": "13900000000"})),
        ("user/update", json!({"userid": "bert", "telephone": "010-1"})),
        ("user/update", json!({"userid": "bert", "enable": 0})),
        ("user/update", json!({"userid": "bert", "direct_leader": ["carl"]})),
        ("user/update", json!({"userid": "bert", "department": [72], "order": [7]})),
        ("user/update", json!({"userid": "bert", "department": [72], "is_leader_in_dept": [1]})),
        ("user/update", json!({"userid": "carl", "main_department": 72})),
        (
            "user/update",
            json!({"userid": "bert", "extattr": {"attrs": [{"name": "工号", "text": {"value": "7"}}]}}),
        ),
        ("user/update", json!({"userid": "bert", "external_position": "顾问"})),
        ("department/update", json!({"id": 72, "name": "三部"})),
        ("department/update", json!({"id": 72, "order": 11})),
        ("tag/update", json!({"tagid": 9, "tagname": "两人"})),
        ("tag/deltagusers", json!({"tagid": 9, "userlist": ["carl"]})),
        ("tag/deltagusers", json!({"tagid": 9, "partylist": [72]})),
    ] {
        expect(0, &rig.post(By::Contacts, path, &body).await);
        let digest = rig.sim.digest();
        assert!(!seen.contains(&digest), "{path} {body}");
        seen.push(digest);
    }
    expect(0, &rig.get(By::Contacts, "user/delete?userid=bert").await);
    assert!(!seen.contains(&rig.sim.digest()));
}

#[tokio::test]
async fn a_large_corp_is_summed_up_on_demand() {
    let sim = Sim::builder().seed(20_001, 5, 0).start().await.unwrap();
    assert_eq!(sim.state().digest, None);
    let digest = sim.digest();
    sim.seed(20_001, 5, 1).unwrap();
    assert_ne!(sim.digest(), digest);
    sim.seed(20_001, 5, 0).unwrap();
    assert_eq!(sim.digest(), digest);
}
