//! OAuth codes, second verification, and derived ids.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::rig::{By, Rig, expect};

async fn mint(rig: &Rig, what: &str, body: Value) -> String {
    let made = rig.tell(Method::POST, what, &body).await;
    made["code"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

async fn who(rig: &Rig, by: By, code: &str) -> Value {
    rig.get(by, &format!("auth/getuserinfo?code={code}")).await
}

#[tokio::test]
async fn a_code_tells_who_came_once() {
    let rig = Rig::new().await;
    let code = mint(&rig, "oauth/code", json!({"userid": "lisi"})).await;
    assert_eq!(who(&rig, By::App, &code).await, json!({"errcode": 0, "errmsg": "ok", "userid": "lisi"}));
    assert_eq!(who(&rig, By::App, &code).await, json!({"errcode": 40029, "errmsg": "invalid code"}));
    let stranger = json!({"openid": "oStranger", "external_userid": "wmCustomer"});
    let code = mint(&rig, "oauth/code", stranger).await;
    let reply = who(&rig, By::App, &code).await;
    assert_eq!((&reply["openid"], &reply["external_userid"]), (&json!("oStranger"), &json!("wmCustomer")));
    assert!(reply.get("userid").is_none());
    let code = mint(&rig, "oauth/code", json!({"userid": "lisi"})).await;
    expect(50001, &who(&rig, By::Contacts, &code).await);
    expect(40029, &who(&rig, By::App, "nonsense").await);
    expect(40029, &who(&rig, By::App, "").await);
    rig.sim.advance(Duration::from_secs(300));
    expect(40029, &who(&rig, By::App, &code).await);
    rig.set("choices", &json!({"distinct_code_errors": true})).await;
    expect(42003, &who(&rig, By::App, &code).await);
    let code = mint(&rig, "oauth/code", json!({"userid": "lisi"})).await;
    expect(0, &who(&rig, By::App, &code).await);
    expect(42022, &who(&rig, By::App, &code).await);
}

#[tokio::test]
async fn the_former_paths_answer_under_the_names_of_their_time() {
    let rig = Rig::new().await;
    let code = mint(&rig, "oauth/code", json!({"userid": "lisi", "private": true})).await;
    let reply = rig.get(By::App, &format!("user/getuserinfo?code={code}")).await;
    assert_eq!((&reply["UserId"], &reply["DeviceId"]), (&json!("lisi"), &json!("")), "{reply}");
    let ticket = json!({"user_ticket": reply["user_ticket"]});
    assert_eq!(rig.post(By::App, "user/getuserdetail", &ticket).await["userid"], "lisi");
    let code = mint(&rig, "oauth/code", json!({"openid": "oStranger"})).await;
    let reply = rig.get(By::App, &format!("user/getuserinfo?code={code}")).await;
    assert_eq!((&reply["OpenId"], reply.get("UserId")), (&json!("oStranger"), None), "{reply}");
}

#[tokio::test]
async fn a_code_is_for_the_app_whose_page_was_opened() {
    let rig = Rig::new().await;
    rig.set(
        "settings",
        &json!({"apps": [{"agent_id": 7, "secret": "other", "range": {"departments": [4]}}]}),
    )
    .await;
    let code = mint(&rig, "oauth/code", json!({"userid": "lisi", "agent_id": 7, "private": true})).await;
    expect(40029, &who(&rig, By::App, &code).await);
    let reply = who(&rig, By::Secret("other"), &code).await;
    assert_eq!(reply, json!({"errcode": 0, "errmsg": "ok", "userid": "lisi"}), "out of range: no ticket");
}

#[tokio::test]
async fn a_ticket_gives_what_the_member_agreed_to() {
    let rig = Rig::new().await;
    let code = mint(&rig, "oauth/code", json!({"userid": "lisi", "private": true})).await;
    let ticket = who(&rig, By::App, &code).await["user_ticket"].clone();
    let detail = async |ticket: &Value| {
        rig.post(By::App, "auth/getuserdetail", &json!({ "user_ticket": ticket })).await
    };
    let reply = detail(&ticket).await;
    assert_eq!(
        [&reply["userid"], &reply["gender"], &reply["mobile"], &reply["biz_mail"], &reply["email"]],
        [
            &json!("lisi"),
            &json!("2"),
            &json!("13800000002"),
            &json!("lisi@example.com"),
            &json!("lisi@mail.example.com")
        ]
    );
    for key in ["avatar", "qr_code", "address"] {
        assert!(!reply[key].as_str().unwrap().is_empty(), "{key}");
    }
    expect(84090, &detail(&Value::Null).await);
    expect(84015, &detail(&json!("nonsense")).await);
    expect(48002, &rig.post(By::Contacts, "auth/getuserdetail", &json!({"user_ticket": ticket})).await);
    rig.sim.advance(Duration::from_secs(1800));
    expect(84014, &detail(&ticket).await);
}

#[tokio::test]
async fn second_verification_goes_from_code_to_confirmation() {
    let rig = Rig::new().await;
    let open = async |by, code: &str| rig.post(by, "auth/get_tfa_info", &json!({ "code": code })).await;
    let close = async |userid: &str, tfa_code: &Value| {
        rig.post(By::Contacts, "user/tfa_succ", &json!({"userid": userid, "tfa_code": tfa_code})).await
    };
    let code = mint(&rig, "tfa/code", json!({"userid": "lisi"})).await;
    let info = open(By::Contacts, &code).await;
    assert_eq!(info["userid"], "lisi");
    assert_eq!(open(By::Contacts, &code).await, json!({"errcode": 40029, "errmsg": "invalid code"}));
    expect(40207, &close("zhangsan", &info["tfa_code"]).await);
    expect(40207, &close("lisi", &json!("nonsense")).await);
    expect(41009, &close("", &info["tfa_code"]).await);
    expect(0, &close("lisi", &info["tfa_code"]).await);
    expect(40207, &close("lisi", &info["tfa_code"]).await);

    let code = mint(&rig, "tfa/code", json!({"userid": "lisi"})).await;
    let late = open(By::App, &code).await["tfa_code"].clone();
    rig.sim.advance(Duration::from_secs(300));
    expect(40207, &close("lisi", &late).await);

    let code = mint(&rig, "tfa/code", json!({"userid": "lisi"})).await;
    let settings = |value: Value| json!({"console": {"second_verification": value}});
    rig.set("settings", &settings(json!({"members": ["zhangsan"]}))).await;
    expect(40208, &open(By::Contacts, &code).await);
    rig.set("settings", &settings(json!({"app": 7}))).await;
    expect(40209, &open(By::App, &code).await);
    rig.set("settings", &settings(json!({"page": null}))).await;
    expect(40210, &open(By::Contacts, &code).await);
}

#[tokio::test]
async fn the_older_login_variant_redeems_with_the_assistant_and_activates() {
    let rig = Rig::new().await;
    let code = mint(&rig, "tfa/code", json!({"userid": "wujiu"})).await;
    assert_eq!(who(&rig, By::Contacts, &code).await["userid"], "wujiu");
    assert_eq!(rig.get(By::App, "user/get?userid=wujiu").await["status"], 4);
    expect(0, &rig.get(By::Contacts, "user/authsucc?userid=wujiu").await);
    assert_eq!(rig.get(By::App, "user/get?userid=wujiu").await["status"], 1);
    expect(60111, &rig.get(By::Contacts, "user/authsucc?userid=ghost").await);
}

#[tokio::test]
async fn an_openid_goes_there_and_back() {
    let rig = Rig::new().await;
    let to =
        async |userid: &str| rig.post(By::App, "user/convert_to_openid", &json!({ "userid": userid })).await;
    let from = async |openid: &Value| {
        rig.post(By::App, "user/convert_to_userid", &json!({ "openid": openid })).await
    };
    let openid = to("LISI").await["openid"].clone();
    assert_eq!(openid.as_str().unwrap().len(), 28);
    assert_eq!(from(&openid).await["userid"], "lisi");
    expect(43004, &to("wujiu").await);
    expect(60111, &to("ghost").await);
    expect(40073, &from(&json!("oNobody")).await);
    expect(40063, &from(&json!("")).await);
}

#[tokio::test]
async fn open_userids_are_told_apart_by_app() {
    let rig = Rig::new().await;
    rig.set(
        "settings",
        &json!({"apps": [{"agent_id": 7, "secret": "other", "range": {"departments": [3]}}]}),
    )
    .await;
    let open = async |userid: &str| {
        let made = rig.tell(Method::POST, "open_userid", &json!({"userid": userid, "agent_id": 7})).await;
        made["open_userid"].clone()
    };
    let (zhaoliu, lisi) = (open("zhaoliu").await, open("lisi").await);
    let body = json!({"open_userid_list": [zhaoliu, lisi, "zhaoliu"], "source_agentid": 7});
    assert_eq!(
        rig.post(By::App, "batch/openuserid_to_userid", &body).await,
        json!({"errcode": 0, "errmsg": "ok", "userid_list": [{"open_userid": zhaoliu, "userid": "zhaoliu"}],
            "invalid_open_userid_list": [lisi, "zhaoliu"]}),
        "lisi is out of the source's range, a plain userid is none"
    );
    let elsewhere = json!({"open_userid_list": [zhaoliu], "source_agentid": 1_000_002});
    assert_eq!(rig.post(By::App, "batch/openuserid_to_userid", &elsewhere).await["userid_list"], json!([]));
    let many = json!({"open_userid_list": vec!["x"; 1001]});
    expect(40058, &rig.post(By::App, "batch/openuserid_to_userid", &many).await);
    expect(40063, &rig.post(By::App, "batch/openuserid_to_userid", &json!({})).await);
}
