//! The log of writes, which proves that no write was executed twice.

use reqwest::Method;
use serde_json::{Value, json};
use wecom_sim::{Fault, Sim};

use crate::rig::{By, Rig, expect};

/// The endpoint, kind, ids, whether it was executed, and the errcode of each write.
async fn writes(rig: &Rig) -> Vec<Value> {
    let log = rig.look("writes").await;
    let short =
        |one: &Value| json!([one["endpoint"], one["kind"], one["ids"], one["executed"], one["errcode"]]);
    log["writes"].as_array().unwrap().iter().map(short).collect()
}

#[tokio::test]
async fn every_write_is_logged_with_its_objects_and_reads_are_not() {
    let rig = Rig::new().await;
    rig.get(By::App, "user/get?userid=lisi").await;
    rig.get(By::App, "department/list").await;
    rig.post(By::Contacts, "user/update", &json!({"userid": "LiSi", "position": "总监"})).await;
    rig.get(By::Contacts, "user/delete?userid=wujiu").await;
    rig.post(By::Contacts, "user/batchdelete", &json!({"useridlist": ["sunqi", "zhouba"]})).await;
    rig.post(By::Contacts, "department/create", &json!({"name": "法务部", "parentid": 1})).await;
    rig.post(By::Contacts, "department/update", &json!({"id": "2", "name": "研发中心"})).await;
    rig.get(By::Contacts, "department/delete?id=4").await;
    rig.post(By::Contacts, "tag/create", &json!({"tagname": "外包", "tagid": 9})).await;
    rig.post(By::Contacts, "tag/addtagusers", &json!({"tagid": 9, "userlist": ["lisi"]})).await;
    let job = rig.submit_import("batch/syncuser", "姓名,帐号,所在部门\n李四,lisi,2\n".as_bytes()).await;
    assert_eq!(
        writes(&rig).await,
        [
            json!(["user/update", "member", ["LiSi"], true, 0]),
            json!(["user/delete", "member", ["wujiu"], true, 0]),
            json!(["user/batchdelete", "member", ["sunqi", "zhouba"], true, 0]),
            json!(["department/create", "department", ["6"], true, 0]),
            json!(["department/update", "department", ["2"], true, 0]),
            json!(["department/delete", "department", ["4"], true, 0]),
            json!(["tag/create", "tag", ["9"], true, 0]),
            json!(["tag/addtagusers", "tag", ["9"], true, 0]),
            json!(["batch/syncuser", "job", [job], true, 0]),
        ]
    );
    let log = rig.sim.writes();
    assert!(log.writes.iter().all(|one| one.caller.as_deref() == Some("contacts")));
    let answered = rig.look("writes").await;
    assert_eq!((&json!(log.writes), &answered["matched"]), (&answered["writes"], &json!(9)));
}

#[tokio::test]
async fn a_write_that_was_refused_is_not_executed() {
    let rig = Rig::new().await;
    let update = json!({"userid": "nobody", "position": "总监"});
    expect(60111, &rig.post(By::Contacts, "user/update", &update).await);
    expect(48002, &rig.post(By::App, "user/update", &update).await);
    rig.sim.faults().next("user/update", Fault::errcode(-1)).unwrap();
    expect(-1, &rig.post(By::Contacts, "user/update", &update).await);
    let url = format!("{}/cgi-bin/user/update", rig.sim.url());
    expect(41001, &rig.post_url(&url, &update).await);
    expect(
        60004,
        &rig.post(By::Contacts, "department/create", &json!({"name": "法务部", "parentid": 99})).await,
    );
    assert_eq!(
        writes(&rig).await,
        [
            json!(["user/update", "member", ["nobody"], false, 60111]),
            json!(["user/update", "member", ["nobody"], false, 48002]),
            json!(["user/update", "member", ["nobody"], false, -1]),
            json!(["user/update", "member", ["nobody"], false, 41001]),
            json!(["department/create", "department", [], false, 60004]),
        ]
    );
    assert_eq!(rig.sim.writes().writes[3].caller, None);
}

#[tokio::test]
async fn a_write_whose_reply_is_lost_is_executed() {
    let rig = Rig::new().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = rig.url(By::Contacts, "user/delete?userid=wujiu").await;
    rig.sim.faults().next("user/delete", Fault::reset_before()).unwrap();
    http.get(&url).send().await.unwrap_err();
    rig.sim.faults().next("user/delete", Fault::reset_after()).unwrap();
    http.get(&url).send().await.unwrap_err();
    assert_eq!(
        writes(&rig).await,
        [
            json!(["user/delete", "member", ["wujiu"], false, null]),
            json!(["user/delete", "member", ["wujiu"], true, 0]),
        ]
    );
}

#[tokio::test]
async fn equal_writes_have_equal_digests_whatever_their_token() {
    let rig = Rig::new().await;
    let position = |text: &str| json!({"userid": "lisi", "position": text});
    rig.post(By::Contacts, "user/update", &position("总监")).await;
    rig.post(By::App, "user/update", &position("总监")).await;
    rig.post(By::Contacts, "user/update", &position("经理")).await;
    let digests: Vec<_> = rig.sim.writes().writes.into_iter().map(|one| one.digest).collect();
    assert_eq!(digests[0], digests[1]);
    assert_ne!(digests[1], digests[2]);
}

#[tokio::test]
async fn an_answer_has_a_thousand_writes_and_its_first_number_gives_the_page_before_it() {
    let rig = Rig::new().await;
    for number in 0..1_003 {
        let update = json!({"userid": "lisi", "position": format!("{number}")});
        expect(0, &rig.post(By::Contacts, "user/update", &update).await);
    }
    let pages = async |query: &str| {
        let log = rig.look(query).await;
        let numbers: Vec<_> =
            log["writes"].as_array().unwrap().iter().map(|one| one["number"].as_u64()).collect();
        (numbers.len(), numbers.first().copied().flatten(), log["matched"].as_u64().unwrap())
    };
    assert_eq!(pages("writes").await, (1_000, Some(4), 1_003));
    assert_eq!(pages("writes?before=4").await, (3, Some(1), 3));
    assert_eq!(pages("writes?before=1").await, (0, None, 0));
    assert_eq!(pages("writes?after=1001&limit=5000").await, (2, Some(1_002), 2));
    let (status, _) = rig.send(Method::GET, "/_sim/writes?behind=1", &[], Vec::new()).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn the_logs_have_the_sizes_that_are_set_and_say_what_they_lack() {
    let rig = Rig::with(Sim::builder().logged_requests(2).logged_writes(3)).await;
    for number in 0..5 {
        rig.post(By::Contacts, "user/update", &json!({"userid": "lisi", "position": format!("{number}")}))
            .await;
    }
    let requests = rig.sim.requests();
    assert_eq!(requests.len(), 2);
    let log = rig.sim.writes();
    assert_eq!((log.dropped, log.writes.len(), log.writes[0].number), (2, 3, 3));
    let filtered = rig.look("writes?endpoint=user/update&limit=1").await;
    assert_eq!((&filtered["writes"][0]["number"], &filtered["dropped"]), (&json!(5), &json!(2)));
    assert_eq!(rig.look("writes?endpoint=user/create").await["writes"], json!([]));
    rig.tell(Method::POST, "reset", &json!({})).await;
    assert_eq!(rig.look("writes").await, json!({"writes": [], "matched": 0, "dropped": 0}));
    let (requests, bytes) = (Sim::builder().logged_bytes(2_000), 2_000);
    let rig = Rig::with(requests).await;
    for _ in 0..50 {
        rig.get(By::App, "user/get?userid=lisi").await;
    }
    let kept = rig.sim.requests().len();
    assert!((1..20).contains(&kept), "{kept} requests in {bytes} bytes");
}
