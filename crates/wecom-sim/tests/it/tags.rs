//! Tags: their owners, and their members.

use serde_json::{Value, json};

use crate::rig::{By, Rig, expect};

async fn tag(rig: &Rig, by: By, call: &str, body: Value) -> Value {
    rig.post(by, &format!("tag/{call}"), &body).await
}

#[tokio::test]
async fn trap_07_a_tag_lives_through_all_its_calls() {
    let rig = Rig::new().await;
    let c = By::Contacts;
    assert_eq!(
        tag(&rig, c, "create", json!({"tagname": "羽毛球社", "tagid": 7})).await,
        json!({"errcode": 0, "errmsg": "created", "tagid": 7})
    );
    assert_eq!(
        tag(&rig, c, "create", json!({"tagname": "篮球社"})).await["tagid"],
        8,
        "the largest id and one"
    );
    let added = json!({"tagid": 7, "userlist": ["lisi", "ghost", "nobody"], "partylist": [3, 999]});
    assert_eq!(
        tag(&rig, c, "addtagusers", added.clone()).await,
        json!({"errcode": 0, "errmsg": "ok", "invalidlist": "ghost|nobody", "invalidparty": [999]})
    );
    let again = json!({"tagid": 7, "userlist": ["LISI"]});
    assert_eq!(
        tag(&rig, c, "addtagusers", again).await,
        json!({"errcode": 0, "errmsg": "ok", "invalidparty": []}),
        "already there is no fault"
    );
    assert_eq!(
        rig.get(c, "tag/get?tagid=7").await,
        json!({"errcode": 0, "errmsg": "ok", "tagname": "羽毛球社", "userlist": [{"userid": "lisi", "name": "李四"}], "partylist": [3]})
    );
    assert_eq!(
        tag(&rig, c, "deltagusers", added).await,
        json!({"errcode": 0, "errmsg": "deleted", "invalidlist": "ghost|nobody", "invalidparty": [999]})
    );
    assert_eq!(tag(&rig, c, "update", json!({"tagid": 7, "tagname": "网球社"})).await["errmsg"], "updated");
    let list = rig.get(c, "tag/list").await;
    assert_eq!(
        list["taglist"],
        json!([{"tagid": 1, "tagname": "值班"}, {"tagid": 7, "tagname": "网球社"}, {"tagid": 8, "tagname": "篮球社"}])
    );
    assert_eq!(rig.get(c, "tag/delete?tagid=7").await["errmsg"], "deleted");
    expect(40068, &rig.get(c, "tag/get?tagid=7").await);
}

#[tokio::test]
async fn every_breach_has_its_code() {
    let rig = Rig::new().await;
    let c = By::Contacts;
    for (code, call, body) in [
        (41018, "create", json!({})),
        (40072, "create", json!({"tagname": ""})),
        (40072, "create", json!({"tagname": "长".repeat(33)})),
        (40071, "create", json!({"tagname": "值班"})),
        (40068, "create", json!({"tagname": "新", "tagid": 1})),
        (40058, "create", json!({"tagname": "新", "tagid": -1})),
        (41017, "update", json!({"tagname": "新"})),
        (40058, "update", json!({"tagid": "one", "tagname": "新"})),
        (40068, "update", json!({"tagid": 9, "tagname": "新"})),
        (41018, "update", json!({"tagid": 1})),
        (40035, "addtagusers", json!({"tagid": 1})),
        (40035, "addtagusers", json!({"tagid": 1, "userlist": "lisi"})),
        (40035, "addtagusers", json!({"tagid": 1, "userlist": vec!["lisi"; 1001]})),
        (40035, "deltagusers", json!({"tagid": 1, "partylist": vec![1; 101]})),
        (40068, "addtagusers", json!({"tagid": 9, "userlist": ["lisi"]})),
    ] {
        let reply = tag(&rig, c, call, body.clone()).await;
        assert_eq!(reply["errcode"], code, "{call} {body}: {reply}");
    }
    expect(0, &tag(&rig, c, "create", json!({"tagname": "零", "tagid": 0})).await);
    let nobody = json!({"tagid": 1, "userlist": ["ghost"], "partylist": [999]});
    assert_eq!(
        tag(&rig, c, "addtagusers", nobody.clone()).await,
        json!({"errcode": 40070, "errmsg": "all list invalid "}),
        "the blank is documented"
    );
    assert_eq!(
        tag(&rig, c, "deltagusers", nobody).await,
        json!({"errcode": 40031, "errmsg": "all list invalid"})
    );
    expect(41017, &rig.get(c, "tag/get").await);
    expect(41017, &rig.get(c, "tag/delete").await);
    expect(40068, &rig.get(c, "tag/delete?tagid=99").await);
}

#[tokio::test]
async fn a_tag_is_changed_by_its_owner_only() {
    let rig = Rig::new().await;
    expect(0, &tag(&rig, By::App, "create", json!({"tagname": "应用的", "tagid": 5})).await);
    expect(0, &tag(&rig, By::Contacts, "create", json!({"tagname": "助手的", "tagid": 6})).await);
    let add = |id: i64| json!({"tagid": id, "userlist": ["lisi"]});
    let pairs = [(By::App, vec![5], vec![6, 1]), (By::Contacts, vec![6, 1], vec![5])];
    for (by, _, foreign) in &pairs {
        for id in foreign {
            expect(81011, &tag(&rig, *by, "update", json!({"tagid": id, "tagname": "改"})).await);
            expect(81011, &rig.get(*by, &format!("tag/delete?tagid={id}")).await);
            expect(60011, &tag(&rig, *by, "addtagusers", add(*id)).await);
            expect(60011, &tag(&rig, *by, "deltagusers", add(*id)).await);
            expect(0, &rig.get(*by, &format!("tag/get?tagid={id}")).await);
        }
    }
    for (by, own, _) in &pairs {
        for id in own {
            expect(0, &tag(&rig, *by, "addtagusers", add(*id)).await);
            expect(0, &tag(&rig, *by, "update", json!({"tagid": id, "tagname": format!("改{id}")})).await);
            expect(0, &rig.get(*by, &format!("tag/delete?tagid={id}")).await);
        }
    }
}

#[tokio::test]
async fn an_app_tags_and_sees_only_its_range() {
    let rig = Rig::new().await;
    rig.set("settings", &json!({"apps": [{"agent_id": 1_000_002, "range": {"departments": [3]}}]})).await;
    expect(0, &tag(&rig, By::App, "create", json!({"tagname": "应用的", "tagid": 5})).await);
    let both = json!({"tagid": 5, "userlist": ["zhaoliu", "sunqi"], "partylist": [3, 4]});
    let reply = tag(&rig, By::App, "addtagusers", both.clone()).await;
    assert_eq!((&reply["invalidlist"], &reply["invalidparty"]), (&json!("sunqi"), &json!([4])));
    assert_eq!(
        rig.get(By::App, "tag/get?tagid=1").await["userlist"],
        json!([{"userid": "zhaoliu", "name": "赵六"}]),
        "lisi is out of range"
    );
    assert_eq!(rig.get(By::App, "tag/get?tagid=1").await["partylist"], json!([]));
    rig.set("choices", &json!({"tag_out_of_range_fails": true})).await;
    expect(60011, &tag(&rig, By::App, "addtagusers", both).await);
}

#[tokio::test]
async fn a_corp_has_three_thousand_tags() {
    let rig = Rig::new().await;
    let url = rig.url(By::Contacts, "tag/create").await;
    for number in 1..3000 {
        expect(0, &rig.post_url(&url, &json!({"tagname": format!("标签{number}")})).await);
    }
    expect(40126, &tag(&rig, By::Contacts, "create", json!({"tagname": "多了"})).await);
}
