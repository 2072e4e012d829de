//! The control surface: its answers, and its errors for wrong input.

use serde_json::json;
use wecom_sim::{ConsoleLegacy, ConsolePermission, Sim};

use crate::rig::{By, Rig};

#[tokio::test]
async fn wrong_input_is_refused_in_words() {
    let rig = Rig::new().await;
    for (path, body, status, says) in [
        ("reset", r#"{"force":true}"#, 400, "unknown field `force`"),
        ("reset", "{", 400, "the body cannot be read"),
        ("reset", "[1]", 400, "the body cannot be read"),
        ("seed", "{}", 400, "missing field `members`"),
        ("seed", r#"{"members":-1,"departments":1}"#, 400, "invalid value: integer `-1`"),
        ("clock/advance", r#"{"seconds":"1"}"#, 400, "invalid type: string"),
        ("clock/advance", r#"{"seconds":-1}"#, 400, "the clock only moves forward"),
        ("clock/advance", r#"{"seconds":1e300}"#, 400, "between 0 and one century"),
        ("console/fly", "{}", 404, "unknown console action `fly`; the actions are create_member"),
        ("console/delete_member", "{}", 400, "missing field `userid`"),
        ("console/delete_member", r#"{"userid":"nobody"}"#, 422, "errcode 60111"),
        ("console/delete_member", r#"{"user_id":"lisi"}"#, 400, "unknown field `user_id`"),
        ("console/set_permission", r#"{"permission":"all"}"#, 400, "unknown variant `all`"),
        ("console/set_trusted_ips", r#"{"ips":["300.1.1.1"]}"#, 400, "IP address"),
        ("console/set_app_range", r#"{"departments":[99]}"#, 422, "errcode 60003"),
        ("console/set_app_range", r#"{"agentid":7}"#, 400, "unknown agentid 7"),
        ("console/set_callback", r#"{"url":"x","token":"t","encodingaeskey":"k"}"#, 400, "callback url"),
        ("console/event", r#"{"event":"x","elements":{"<b>":"c"}}"#, 400, "invalid element name `<b>`"),
        ("console/oauth_code", "{}", 400, "missing field `userid`"),
        ("deliveries/x/redeliver", "{}", 400, "a delivery id must be a number"),
        ("nowhere", "{}", 404, "unknown path"),
        ("state", "{}", 405, "wrong method"),
    ] {
        let (got, reply) = rig.control_raw(path, body).await;
        let error = reply["error"].as_str().unwrap_or_default();
        assert_eq!(got, status, "{path} {body}: {reply}");
        assert!(error.contains(says), "{path} {body}: {error}");
    }
    let before = rig.sim.state();
    assert_eq!(before.members, 7, "nothing of it changed anything");
}

#[tokio::test]
async fn the_state_names_no_secret() {
    let rig = Rig::with(Sim::builder().callback(
        "http://127.0.0.1:9/hook",
        "t0ken",
        "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    ))
    .await;
    let state = rig.look("state").await;
    assert_eq!(state["members"], 7);
    assert_eq!(state["credentials"][0]["name"], "contacts");
    assert_eq!(state["callbacks"][0]["url"], "http://127.0.0.1:9/hook");
    let text = state.to_string();
    for secret in [rig.sim.contacts_secret(), rig.sim.app_secret(), "t0ken", "jWmYm7"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn a_reset_brings_the_first_world_back() {
    let rig = Rig::new().await;
    let before = rig.sim.state().digest;
    rig.sim.console().delete_member("wujiu").await.unwrap();
    let token = rig.token(By::Contacts).await;
    assert_ne!(rig.sim.state().digest, before);
    assert_eq!(rig.control("reset", &json!({})).await.0, 200);
    assert_eq!(rig.sim.state().digest, before);
    let url = format!("{}/cgi-bin/department/simplelist?access_token={token}", rig.sim.url());
    let reply = crate::rig::read(rig.get_raw(&url, &[]).await).await;
    assert_eq!(reply["errcode"], 40014, "tokens of the old world are dead");
}

#[tokio::test]
async fn requests_can_be_looked_through() {
    let rig = Rig::new().await;
    rig.get(By::App, "user/get?userid=lisi").await;
    rig.get(By::App, "user/get?userid=nobody").await;
    let all = rig.look("requests").await;
    assert!(all["requests"].as_array().unwrap().len() >= 4);
    let last = rig.look("requests?path=user/get&limit=1").await;
    assert_eq!(last["requests"][0]["errcode"], 60111);
    assert_eq!(last["requests"][0]["caller"], "app 1000002");
    assert_eq!(
        rig.look("requests?nonsense=1").await["error"].as_str().unwrap().split(',').next().unwrap(),
        "the query cannot be read: unknown field `nonsense`"
    );
}

#[tokio::test]
async fn choices_change_by_name() {
    let rig = Rig::new().await;
    let mut choices = rig.look("choices").await;
    assert_eq!(choices["callback_retries_other_statuses"], true);
    let (status, reply) = rig.put("choices", &json!({"callback_retries_other_statuses": false})).await;
    choices["callback_retries_other_statuses"] = false.into();
    assert_eq!((status, reply), (200, choices), "the others stay");
    let (status, reply) = rig.put("choices", &json!({"no_such_choice": true})).await;
    assert_eq!((status, reply["error"].as_str().unwrap()), (400, "unknown field `no_such_choice`"));
}

#[tokio::test]
async fn the_console_decides_what_secrets_may_do() {
    let rig = Rig::new().await;
    let console = rig.sim.console();
    assert_eq!(rig.get(By::Contacts, "user/get?userid=lisi").await["errcode"], 48009);
    console.set_legacy(ConsoleLegacy::new().contacts(true)).await.unwrap();
    assert_eq!(rig.get(By::Contacts, "user/get?userid=lisi").await["errcode"], 0);
    console.set_permission(ConsolePermission::Read).await.unwrap();
    assert_eq!(rig.get(By::Contacts, "user/delete?userid=lisi").await["errcode"], 48002);
    let elsewhere = "203.0.113.9".parse().unwrap();
    console.set_trusted_ips(Some(rig.sim.agent_id()), [elsewhere]).await.unwrap();
    assert_eq!(rig.get(By::App, "user/get?userid=lisi").await["errcode"], 60020);
}
