//! The permissions of callers, and the fields that they see (members.md §2).

use serde_json::{Value, json};
use wecom_sim::Sim;

use crate::rig::{By, Rig, expect, read as body_of};

const SENSITIVE: [&str; 7] = ["avatar", "thumb_avatar", "mobile", "email", "biz_mail", "qr_code", "address"];
/// An additional app for these tests.
const OTHER: By = By::Secret("other-app-secret");

async fn codes(rig: &Rig, by: By, calls: &[(&str, Value)]) -> Vec<i64> {
    let mut codes = Vec::new();
    for (path, body) in calls {
        let reply = if body.is_null() { rig.get(by, path).await } else { rig.post(by, path, body).await };
        codes.push(reply["errcode"].as_i64().unwrap());
    }
    codes
}

fn writes() -> Vec<(&'static str, Value)> {
    vec![
        ("user/create", json!({"userid": "w", "name": "王敏", "mobile": "13900000001", "department": [2]})),
        ("user/update", json!({"userid": "w", "name": "王敏敏"})),
        ("user/delete?userid=w", Value::Null),
        ("user/batchdelete", json!({"useridlist": ["wujiu"]})),
        ("department/create", json!({"name": "新", "parentid": 1, "id": 9})),
        ("department/update", json!({"id": 9, "name": "更新"})),
        ("department/delete?id=9", Value::Null),
        ("contactrule/create", json!({"rules": [{"rule_type": 1}]})),
        ("contactrule/update", json!({"rules": [{"rule_id": 1, "rule_type": 1}]})),
        ("contactrule/delete", json!({"rule_ids": [1]})),
    ]
}

fn details() -> Vec<(&'static str, Value)> {
    let paths = [
        "user/get?userid=lisi",
        "user/simplelist?department_id=2",
        "user/list?department_id=2",
        "department/list",
        "department/get?id=2",
    ];
    paths.map(|path| (path, Value::Null)).into()
}

fn contacts_only() -> Vec<(&'static str, Value)> {
    vec![
        ("user/list_id", json!({})),
        ("corp/get_join_qrcode", Value::Null),
        ("user/get_active_stat", json!({"date": "2026-01-05"})),
        ("contactrule/list", json!({})),
    ]
}

fn either() -> Vec<(&'static str, Value)> {
    vec![
        ("department/simplelist", Value::Null),
        ("batch/invite", json!({"user": ["lisi"]})),
        ("user/getuserid", json!({"mobile": "13800000002"})),
        ("user/get_userid_by_email", json!({"email": "lisi@example.com"})),
        ("user/convert_to_openid", json!({"userid": "lisi"})),
        ("user/authsucc?userid=lisi", Value::Null),
        ("tag/list", Value::Null),
        ("tag/get?tagid=1", Value::Null),
        ("get_api_domain_ip", Value::Null),
        ("getcallbackip", Value::Null),
    ]
}

#[tokio::test]
async fn contacts_sync_with_edit_right_writes_and_reads_ids() {
    let rig = Rig::new().await;
    let c = By::Contacts;
    assert_eq!(codes(&rig, c, &writes()).await, [0; 10]);
    assert_eq!(codes(&rig, c, &details()).await, [48009; 5], "a new IP");
    assert_eq!(codes(&rig, c, &contacts_only()).await, [0; 4]);
    assert_eq!(codes(&rig, c, &either()).await, [0; 10]);
    expect(48002, &rig.post(c, "batch/openuserid_to_userid", &json!({"open_userid_list": ["x"]})).await);
}

#[tokio::test]
async fn contacts_sync_from_a_legacy_ip_reads_every_field() {
    let rig = Rig::with(Sim::builder().legacy(true)).await;
    assert_eq!(codes(&rig, By::Contacts, &details()).await, [0; 5]);
    let member = rig.get(By::Contacts, "user/get?userid=lisi").await;
    for key in SENSITIVE {
        assert!(!member[key].as_str().unwrap().is_empty(), "{key}");
    }
}

#[tokio::test]
async fn contacts_sync_without_edit_right_does_not_write() {
    let rig = Rig::new().await;
    rig.set("settings", &json!({"contacts": {"may_edit": false}})).await;
    assert_eq!(codes(&rig, By::Contacts, &writes()).await, [48002; 10]);
    assert_eq!(codes(&rig, By::Contacts, &contacts_only()).await, [0; 4]);
    rig.set("settings", &json!({"contacts": {"may_edit": true}})).await;
    let token = rig.url(By::Contacts, "user/list_id").await;
    rig.set("settings", &json!({"contacts": {"enabled": false}})).await;
    assert!(token.contains("access_token"));
    let reply = rig.post_url(&token, &json!({})).await;
    expect(48002, &reply);
}

#[tokio::test]
async fn an_app_reads_and_does_not_write() {
    let rig = Rig::new().await;
    assert_eq!(codes(&rig, By::App, &writes()).await, [48002; 10]);
    assert_eq!(codes(&rig, By::App, &details()).await, [0; 5]);
    assert_eq!(codes(&rig, By::App, &contacts_only()).await, [48002; 4]);
    assert_eq!(codes(&rig, By::App, &either()).await, [0; 10]);
}

#[tokio::test]
async fn an_app_created_after_2022_gets_no_sensitive_field() {
    let rig = Rig::new().await;
    let list = rig.get(By::App, "user/list?department_id=2").await;
    for member in [&rig.get(By::App, "user/get?userid=lisi").await, &list["userlist"][0]] {
        for key in SENSITIVE.iter().chain([&"gender"]) {
            assert!(member.get(key).is_none(), "{key}");
        }
        assert_eq!((&member["telephone"], &member["position"]), (&json!("010-62700000"), &json!("研发总监")));
    }
    rig.set("choices", &json!({"withheld_as_empty": true})).await;
    let member = rig.get(By::App, "user/get?userid=lisi").await;
    for key in SENSITIVE {
        assert_eq!(member[key], "", "{key}");
    }
    rig.set("settings", &json!({"apps": [{"agent_id": 1_000_002, "before_2022": true}]})).await;
    let member = rig.get(By::App, "user/get?userid=lisi").await;
    assert_eq!((&member["gender"], &member["mobile"]), (&json!("2"), &json!("13800000002")));
}

/// Starts a rig with an app that sees department 3 with its subtree, sunqi, and the content of tag 1.
async fn with_part() -> Rig {
    let rig = Rig::new().await;
    let app = json!({"agent_id": 7, "secret": "other-app-secret", "range": {"departments": [3], "members": ["SunQi"], "tags": [1]}});
    rig.set("settings", &json!({ "apps": [app] })).await;
    rig
}

#[tokio::test]
async fn a_partial_range_shows_part_of_the_corp() {
    let rig = with_part().await;
    let departments = rig.get(OTHER, "department/simplelist").await;
    let ids: Vec<_> =
        departments["department_id"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, [3, 5], "5 by the tag");
    for (code, userid) in
        [(0, "wangwu"), (0, "sunqi"), (0, "lisi"), (0, "zhouba"), (60011, "zhangsan"), (60111, "ghost")]
    {
        let reply = rig.get(OTHER, &format!("user/get?userid={userid}")).await;
        assert_eq!(reply["errcode"], code, "{userid}");
    }
    for (code, id) in [(0, 3), (0, 5), (60011, 2), (60011, 1), (60003, 99)] {
        expect(code, &rig.get(OTHER, &format!("department/get?id={id}")).await);
        let listed = if code == 60003 { 60123 } else { code };
        expect(listed, &rig.get(OTHER, &format!("department/list?id={id}")).await);
        expect(code, &rig.get(OTHER, &format!("department/simplelist?id={id}")).await);
        expect(code, &rig.get(OTHER, &format!("user/list?department_id={id}")).await);
        expect(code, &rig.get(OTHER, &format!("user/simplelist?department_id={id}")).await);
    }
    expect(46004, &rig.post(OTHER, "user/getuserid", &json!({"mobile": "13800000001"})).await);
    expect(60011, &rig.post(OTHER, "user/convert_to_openid", &json!({"userid": "zhangsan"})).await);
    let invited = json!({"user": ["zhangsan", "lisi"], "party": [2, 3]});
    let invited = rig.post(OTHER, "batch/invite", &invited).await;
    assert_eq!((&invited["invaliduser"], &invited["invalidparty"]), (&json!(["zhangsan"]), &json!([2])));
}

#[tokio::test]
async fn parallel_lists_stay_parallel_under_a_partial_range() {
    let rig = with_part().await;
    expect(
        0,
        &rig.post(
            By::Contacts,
            "user/update",
            &json!({"userid": "wangwu", "department": [2, 3, 4], "order": [20, 30, 40],
            "is_leader_in_dept": [0, 1, 0], "main_department": 2}),
        )
        .await,
    );
    let member = rig.get(OTHER, "user/get?userid=wangwu").await;
    assert_eq!(
        [&member["department"], &member["order"], &member["is_leader_in_dept"]],
        [&json!([3]), &json!([30]), &json!([1])]
    );
    assert!(member.get("main_department").is_none(), "department 2 is out of range");
    assert_eq!(member["direct_leader"], json!(["lisi"]), "by the tag");
    let member = rig.get(OTHER, "user/get?userid=lisi").await;
    assert_eq!((&member["department"], &member["direct_leader"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_range_forgets_what_is_deleted_and_follows_a_move() {
    let rig = with_part().await;
    let move_to = |parent: i64| json!({"id": 4, "parentid": parent});
    expect(60011, &rig.get(OTHER, "department/get?id=4").await);
    expect(0, &rig.post(By::Contacts, "department/update", &move_to(3)).await);
    expect(0, &rig.get(OTHER, "department/get?id=4").await);
    expect(0, &rig.get(By::Contacts, "user/delete?userid=sunqi").await);
    let again = json!({"userid": "sunqi", "name": "孙七", "mobile": "13800000005", "department": [2]});
    expect(0, &rig.post(By::Contacts, "user/create", &again).await);
    expect(60011, &rig.get(OTHER, "user/get?userid=sunqi").await);
}

#[tokio::test]
async fn only_trusted_addresses_call() {
    let rig = Rig::new().await;
    let foreign = json!(["198.51.100.7"]);
    rig.set("settings", &json!({"contacts": {"trusted_ips": foreign}, "apps": [{"agent_id": 1_000_002, "trusted_ips": foreign}]}))
        .await;
    for by in [By::Contacts, By::App] {
        let reply = rig.get(by, "getcallbackip").await;
        expect(60020, &reply);
        assert_eq!(reply["ip_list"], json!([]), "the empty list is seen live");
    }
    rig.set("settings", &json!({"contacts": {"trusted_ips": ["127.0.0.1", "198.51.100.7"]}})).await;
    expect(0, &rig.get(By::Contacts, "getcallbackip").await);
}

#[tokio::test]
async fn a_refusal_has_the_shape_seen_live() {
    let rig = Rig::new().await;
    let url = format!("{}/cgi-bin/user/get?userid=lisi", rig.sim.url());
    let response = rig.get_raw(&url, &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json; charset=UTF-8");
    assert_eq!(response.headers()["error-code"], "41001");
    let header = response.headers()["error-msg"].to_str().unwrap().to_owned();
    let reply = body_of(response).await;
    assert_eq!(reply["errmsg"], header.as_str());
    let (start, rest) = header.split_once(", hint: [").unwrap();
    let (hint, rest) = rest.split_once("], ").unwrap();
    assert_eq!(start, "access_token missing");
    assert!(hint.len() == 23 && hint.bytes().all(|byte| byte.is_ascii_digit()), "{hint}");
    assert_eq!(
        rest,
        "from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=41001"
    );
    for key in ["department", "order", "is_leader_in_dept", "direct_leader"] {
        assert_eq!(reply[key], json!([]), "{key}");
    }
    let url = format!("{}/cgi-bin/department/simplelist?access_token=nonsense", rig.sim.url());
    assert_eq!(body_of(rig.get_raw(&url, &[]).await).await["department_id"], json!([]));
}

#[tokio::test]
async fn a_token_is_missing_wrong_or_old() {
    let rig = Rig::new().await;
    let bare = |query: &str| format!("{}/cgi-bin/user/get?userid=lisi{query}", rig.sim.url());
    expect(41001, &body_of(rig.get_raw(&bare(""), &[]).await).await);
    expect(41001, &body_of(rig.get_raw(&bare("&access_token="), &[]).await).await);
    expect(40014, &body_of(rig.get_raw(&bare("&access_token=x"), &[]).await).await);
    let token = rig.token(By::App).await;
    assert_eq!(rig.token(By::App).await, token, "the same within its life");
    let authorization = format!("Bearer {token}");
    expect(41001, &body_of(rig.get_raw(&bare(""), &[("authorization", &authorization)]).await).await);
    rig.sim.advance(std::time::Duration::from_secs(7200));
    expect(42001, &body_of(rig.get_raw(&bare(&format!("&access_token={token}")), &[]).await).await);
    assert_ne!(rig.token(By::App).await, token);
    let get = rig.get(By::Contacts, "user/create").await;
    expect(40058, &get);
}

#[tokio::test]
async fn gettoken_tells_its_refusals_apart() {
    let rig = Rig::new().await;
    let (corp, secret) = (rig.sim.corp_id().to_owned(), rig.sim.app_secret().to_owned());
    let ask = async |query: String| {
        let url = format!("{}/cgi-bin/gettoken?{query}", rig.sim.url());
        body_of(rig.get_raw(&url, &[]).await).await
    };
    expect(41002, &ask(format!("corpsecret={secret}")).await);
    expect(41004, &ask(format!("corpid={corp}")).await);
    expect(40013, &ask(format!("corpid=ww0&corpsecret={secret}")).await);
    expect(40001, &ask(format!("corpid={corp}&corpsecret=wrong")).await);
    rig.set("settings", &json!({"apps": [{"agent_id": 1_000_002, "enabled": false}]})).await;
    expect(40001, &ask(format!("corpid={corp}&corpsecret={secret}")).await);
    rig.set("choices", &json!({"disabled_app_50003": true})).await;
    expect(50003, &ask(format!("corpid={corp}&corpsecret={secret}")).await);
    rig.set("settings", &json!({"apps": [{"agent_id": 1_000_002, "enabled": true}]})).await;
    let url = rig.url(By::App, "tag/list").await;
    rig.set("settings", &json!({"apps": [{"agent_id": 1_000_002, "enabled": false}]})).await;
    expect(50003, &body_of(rig.get_raw(&url, &[]).await).await);
}
