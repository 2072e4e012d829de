//! Members: the rules of writes, and the results of reads.

use reqwest::Method;
use serde_json::{Value, json};
use wecom_sim::{Choices, Sim};

use crate::rig::{By, Rig, expect};

const CREATED: &str = "created";

/// Returns a valid new member with changes.
fn person(userid: &str, changes: Value) -> Value {
    let mut body = json!({"userid": userid, "name": "王敏", "email": format!("{userid}@mail.example.com"), "department": [2]});
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body
}

async fn create(rig: &Rig, userid: &str, changes: Value) -> Value {
    rig.post(By::Contacts, "user/create", &person(userid, changes)).await
}

async fn update(rig: &Rig, body: Value) -> Value {
    rig.post(By::Contacts, "user/update", &body).await
}

async fn legacy() -> Rig {
    Rig::with(Sim::builder().legacy(true)).await
}

async fn read(rig: &Rig, userid: &str) -> Value {
    let member = rig.get(By::App, &format!("user/get?userid={userid}")).await;
    expect(0, &member);
    member
}

#[tokio::test]
async fn what_was_created_is_read_back() {
    let rig = legacy().await;
    let reply = create(
        &rig,
        "Wang.Min",
        json!({
            "mobile": "+86 13900001111", "alias": "小敏", "department": [2, 5], "order": [10, 0],
            "is_leader_in_dept": [1, 0], "main_department": 5, "direct_leader": ["LISI"], "position": "产品经理",
            "gender": 2, "telephone": "020-12345678,8", "address": "广州市", "enable": 0, "external_position": "高级产品经理",
            "biz_mail": "wangmin@example.com", "nickname": "视频号", "to_invite": false, "no_such_field": 1,
            "extattr": {"attrs": [
                {"type": 0, "name": "工号", "text": {"value": "A0042"}},
                {"type": 1, "name": "主页", "web": {"url": "https://example.com/w", "title": "个人主页"}},
                {"type": 0, "name": "不存在", "text": {"value": "x"}}]},
            "external_profile": {"external_corp_name": "示例", "external_attr": [
                {"type": 2, "name": "小程序", "miniprogram": {"appid": "wx8bd80126147df384", "pagepath": "/index", "title": "展示"}},
                {"type": 2, "name": "小程序", "miniprogram": {"appid": "wxunknown", "title": "展示"}}]},
        }),
    )
    .await;
    assert_eq!(reply, json!({"errcode": 0, "errmsg": CREATED}));
    let mut member = read(&rig, "wang.min").await;
    assert!(member["qr_code"].as_str().unwrap().contains("userQRCode?vcode="));
    member.as_object_mut().unwrap().remove("qr_code");
    assert_eq!(
        member,
        json!({
            "errcode": 0, "errmsg": "ok", "userid": "Wang.Min", "name": "王敏", "department": [2, 5], "order": [10, 0],
            "position": "产品经理", "gender": "2", "is_leader_in_dept": [1, 0], "direct_leader": ["lisi"],
            "mobile": "13900001111", "email": "Wang.Min@mail.example.com", "biz_mail": "wangmin@example.com",
            "avatar": "", "thumb_avatar": "", "address": "广州市", "telephone": "020-12345678,8", "alias": "小敏",
            "main_department": 5, "status": 2, "enable": 0, "isleader": 1, "hide_mobile": 0,
            "external_position": "高级产品经理",
            "extattr": {"attrs": [
                {"type": 0, "name": "工号", "value": "A0042", "text": {"value": "A0042"}},
                {"type": 0, "name": "爱好", "value": "", "text": {"value": ""}},
                {"type": 1, "name": "主页", "web": {"url": "https://example.com/w", "title": "个人主页"}}]},
            "external_profile": {"external_corp_name": "示例", "wechat_channels": {"nickname": "视频号", "status": 0},
                "external_attr": [{"type": 2, "name": "小程序",
                    "miniprogram": {"appid": "wx8bd80126147df384", "title": "展示", "pagepath": "/index"}}]},
        })
    );
}

#[tokio::test]
async fn every_breach_of_a_creation_has_its_code() {
    let rig = Rig::new().await;
    let long = "长".repeat(129);
    let breaches = [
        (41009, json!({"userid": ""})),
        (41009, json!({"userid": null})),
        (40003, json!({"userid": "张三"})),
        (40003, json!({"userid": "_wang"})),
        (40058, json!({"userid": "a".repeat(65)})),
        (60102, json!({"userid": "ZhangSan"})),
        (60112, json!({"name": ""})),
        (60112, json!({"name": "长".repeat(65)})),
        (60112, json!({"name": null})),
        (60129, json!({"email": null})),
        (60129, json!({"email": "", "mobile": ""})),
        (60103, json!({"mobile": "1380000000x"})),
        (60103, json!({"mobile": "1".repeat(33)})),
        (60104, json!({"mobile": "+86 13800000001"})),
        (60105, json!({"email": "nonsense", "mobile": "13900000001"})),
        (60141, json!({"email": "nonsense"})),
        (60106, json!({"email": "ZHANGSAN@mail.example.com"})),
        (40066, json!({"department": []})),
        (40066, json!({"department": [-1]})),
        (60110, json!({"department": (2..103).collect::<Vec<_>>()})),
        (40058, json!({"order": [1, 2]})),
        (40058, json!({"order": [4_294_967_296_i64]})),
        (60132, json!({"is_leader_in_dept": [1, 0]})),
        (40058, json!({"is_leader_in_dept": [2]})),
        (60123, json!({"main_department": 999})),
        (60257, json!({"direct_leader": ["lisi", "zhangsan"]})),
        (60111, json!({"direct_leader": ["ghost"]})),
        (301_012, json!({"position": long})),
        (301_013, json!({"telephone": "call me"})),
        (301_013, json!({"telephone": "1".repeat(33)})),
        (40058, json!({"address": long})),
        (40058, json!({"alias": "长".repeat(65)})),
        (40058, json!({"external_position": "长".repeat(13)})),
        (40058, json!({"gender": "3"})),
        (40058, json!({"enable": 2})),
        (40007, json!({"avatar_mediaid": "no-such-media"})),
        (60143, json!({"biz_mail": "nonsense"})),
        (60145, json!({"biz_mail": "ZhangSan@example.com"})),
    ];
    for (code, changes) in breaches {
        let reply = create(&rig, "wang.min", changes.clone()).await;
        assert_eq!(reply["errcode"], code, "{changes}: {reply}");
    }
    expect(0, &create(&rig, "wang.min", json!({})).await);
}

#[tokio::test]
async fn every_breach_of_an_attribute_has_its_code() {
    let rig = Rig::new().await;
    let text = |kind: i64, value: &str| json!({"type": kind, "name": "工号", "text": {"value": value}});
    let web =
        |url: &str, title: &str| json!({"type": 1, "name": "主页", "web": {"url": url, "title": title}});
    let own = [
        (60150, text(2, "x")),
        (60150, text(1, "x")),
        (60151, text(0, &"长".repeat(65))),
        (60151, web("https://example.com", &"长".repeat(13))),
        (60152, web("example.com", "主页")),
        (60152, web("", "主页")),
        (60152, json!({"type": 0, "name": "工号"})),
    ];
    for (code, item) in own {
        let reply = create(&rig, "wang.min", json!({"extattr": {"attrs": [item]}})).await;
        assert_eq!(reply["errcode"], code, "{item}: {reply}");
    }
    let link =
        |url: &str, title: &str| json!({"type": 1, "name": "官网", "web": {"url": url, "title": title}});
    let app = |appid: &str, title: &str, path: &str| json!({"type": 2, "name": "小程序", "miniprogram": {"appid": appid, "title": title, "pagepath": path}});
    let appid = "wx8bd80126147df384";
    let external = [
        (90100, json!({"type": 3, "name": "热线"})),
        (90101, json!({"type": 0, "name": "热线", "text": {"value": "长".repeat(33)}})),
        (90102, link("https://example.com", &"长".repeat(13))),
        (90103, link("ftp://example.com", "官网")),
        (90104, app(appid, &"长".repeat(13), "")),
        (90105, app(appid, "展示", &"a".repeat(1025))),
        (90106, app(appid, "", "")),
    ];
    for (code, item) in external {
        let reply = create(&rig, "wang.min", json!({"external_profile": {"external_attr": [item]}})).await;
        assert_eq!(reply["errcode"], code, "{item}: {reply}");
    }
    rig.set("settings", &json!({"console": {"short_names": ["示例"], "channels": ["示例号"]}})).await;
    let profile = |profile: Value| json!({ "external_profile": profile });
    expect(41036, &create(&rig, "w1", profile(json!({"external_corp_name": "别的"}))).await);
    expect(41066, &create(&rig, "w1", profile(json!({"wechat_channels": {"nickname": "别的"}}))).await);
    expect(0, &create(&rig, "w1", profile(json!({"external_corp_name": ""}))).await);
    rig.set("choices", &json!({"short_external_text": true})).await;
    let item = json!({"type": 0, "name": "热线", "text": {"value": "长".repeat(13)}});
    expect(90101, &create(&rig, "w2", profile(json!({"external_attr": [item]}))).await);
}

#[tokio::test]
async fn trap_01_an_update_with_empty_values_wipes_and_disables() {
    let rig = legacy().await;
    let before = read(&rig, "wujiu").await;
    let reply = update(&rig, json!({"userid": "wujiu", "position": "工程师"})).await;
    assert_eq!(reply["errmsg"], "updated");
    let mut expected = before.clone();
    expected["position"] = "工程师".into();
    assert_eq!(read(&rig, "wujiu").await, expected, "what is not named stays");

    let careless = json!({"userid": "wujiu", "name": "吴九", "position": "", "address": "", "enable": 0, "direct_leader": [],
        "extattr": {"attrs": []}, "external_profile": {"external_corp_name": "", "external_attr": []}, "department": null});
    expect(0, &update(&rig, careless).await);
    let wiped = read(&rig, "wujiu").await;
    assert_eq!(wiped["status"], 2, "disabled");
    assert_eq!(
        [&wiped["position"], &wiped["address"], &wiped["direct_leader"], &wiped["department"]],
        [&json!(""), &json!(""), &json!([]), &before["department"]]
    );
    expect(0, &update(&rig, json!({"userid": "wujiu", "enable": 1})).await);
    assert_eq!(read(&rig, "wujiu").await["status"], 4);
}

#[tokio::test]
async fn departments_of_an_update_replace_the_old_ones() {
    let rig = legacy().await;
    expect(
        0,
        &create(&rig, "w", json!({"department": [2, 3], "order": [7, 8], "is_leader_in_dept": [1, 1]})).await,
    );
    expect(0, &update(&rig, json!({"userid": "w", "order": [1, 2]})).await);
    assert_eq!(read(&rig, "w").await["order"], json!([7, 8]), "order counts only beside department");
    expect(0, &update(&rig, json!({"userid": "w", "department": [3, 4], "main_department": 4})).await);
    let member = read(&rig, "w").await;
    assert_eq!(member["department"], json!([3, 4]));
    assert_eq!(member["order"], json!([0, 0]));
    assert_eq!(member["is_leader_in_dept"], json!([1, 0]), "who stays leads on");
    assert_eq!(member["main_department"], 4);
    expect(60132, &update(&rig, json!({"userid": "w", "is_leader_in_dept": [1]})).await);
    expect(0, &update(&rig, json!({"userid": "w", "is_leader_in_dept": [0, 1]})).await);
    assert_eq!(read(&rig, "w").await["is_leader_in_dept"], json!([0, 1]));
    expect(40066, &update(&rig, json!({"userid": "w", "department": [999]})).await);
    expect(40066, &update(&rig, json!({"userid": "w", "department": []})).await);
    assert_eq!(
        rig.get(By::App, "department/get?id=4").await["department"]["department_leader"],
        json!(["sunqi", "w"])
    );
}

#[tokio::test]
async fn a_field_of_the_wrong_type_counts_as_not_given_and_is_warned_of() {
    let rig = Rig::new().await;
    let reply = update(&rig, json!({"userid": "lisi", "department": "[1, 2]"})).await;
    assert_eq!(reply, json!({"errcode": 0, "errmsg": "updated. Warning: wrong json format. "}));
    let reply = create(&rig, "w", json!({"department": "[1, 2]"})).await;
    expect(40066, &reply);
    let text = reply["errmsg"].as_str().unwrap();
    assert!(text.starts_with("Warning: wrong json format. invalid party list, hint: ["), "{text}");
    let reply = create(&rig, "w", json!({"position": 1})).await;
    assert_eq!(reply["errmsg"], "created. Warning: wrong json format. ");
    assert_eq!(rig.get(By::App, "user/get?userid=w").await["position"], "");
    let reply = rig.post_text(By::Contacts, "user/update", "not json").await;
    expect(41009, &reply);
    assert!(reply["errmsg"].as_str().unwrap().starts_with("Warning: wrong json format. missing userid"));
    let nested =
        json!({"userid": "w", "extattr": {"attrs": [{"type": 0, "name": 1, "text": {"value": "A1"}}]}});
    assert_eq!(update(&rig, nested).await["errmsg"], "updated. Warning: wrong json format. ");
}

#[tokio::test]
async fn unknown_departments_are_made_unless_strict() {
    let rig = Rig::new().await;
    let reply = create(&rig, "w1", json!({"department": [2, 77]})).await;
    assert_eq!(
        reply["created_department_list"]["department_info"],
        json!([{"name": "待设置部门77", "id": 77}])
    );
    assert_eq!(rig.get(By::App, "user/get?userid=w1").await["department"], json!([2, 77]));
    let made = rig.get(By::App, "department/get?id=77").await;
    let parent = made["department"]["parentid"].clone();
    let parent = rig.get(By::App, &format!("department/get?id={parent}")).await["department"].clone();
    assert_eq!((&parent["name"], &parent["parentid"]), (&json!("其他（待设置部门）"), &json!(1)));
    for department in [json!(null), json!([0])] {
        let userid = format!("w{department}").replace(['[', ']'], "-");
        assert_eq!(
            create(&rig, &userid, json!({"department": department})).await,
            json!({"errcode": 0, "errmsg": CREATED})
        );
        let member = rig.get(By::App, &format!("user/get?userid={userid}")).await;
        assert_eq!(member["department"], json!([parent["id"]]));
    }
    rig.set("choices", &json!({"strict_departments": true})).await;
    expect(40066, &create(&rig, "w3", json!({"department": [99]})).await);
    expect(41019, &create(&rig, "w3", json!({"department": null})).await);
}

#[tokio::test]
async fn keys_are_unique_and_the_holder_of_a_mobile_is_named() {
    let rig = legacy().await;
    let reply = create(&rig, "w", json!({"mobile": "13800000002"})).await;
    assert_eq!(reply["errmsg"], "mobile existed:lisi");
    expect(60142, &update(&rig, json!({"userid": "wujiu", "email": "Lisi@mail.example.com"})).await);
    expect(60104, &update(&rig, json!({"userid": "wujiu", "mobile": "13800000002"})).await);
    expect(60129, &update(&rig, json!({"userid": "wujiu", "mobile": "", "email": ""})).await);
    expect(
        0,
        &update(&rig, json!({"userid": "WuJiu", "mobile": "13800000007", "email": "wujiu@mail.example.com"}))
            .await,
    );
    expect(0, &update(&rig, json!({"userid": "wujiu", "mobile": ""})).await);
    expect(0, &create(&rig, "w", json!({"mobile": "13800000007"})).await);
    expect(0, &rig.get(By::Contacts, "user/delete?userid=W").await);
    expect(0, &create(&rig, "w2", json!({"mobile": "13800000007"})).await);
    let locked = update(&rig, json!({"userid": "lisi", "mobile": "13999999999"})).await;
    assert_eq!(locked["errmsg"], "updated");
    assert_eq!(read(&rig, "lisi").await["mobile"], "13800000002", "an activated member owns the number");
}

#[tokio::test]
async fn a_corp_mailbox_changes_once_and_its_aliases_are_unique() {
    let rig = legacy().await;
    expect(0, &create(&rig, "w", json!({})).await);
    assert_eq!(read(&rig, "w").await["biz_mail"], "w@example.com", "made by the system");
    let alias = |items: Value| json!({"userid": "w", "biz_mail_alias": {"item": items}});
    expect(0, &update(&rig, alias(json!(["wa@example.com", "wb@example.com"]))).await);
    expect(
        60273,
        &update(&rig, alias(json!(["1@a.cn", "2@a.cn", "3@a.cn", "4@a.cn", "5@a.cn", "6@a.cn"]))).await,
    );
    expect(60269, &update(&rig, alias(json!(["nonsense"]))).await);
    expect(60270, &update(&rig, alias(json!(["lisi@example.com"]))).await);
    expect(60145, &update(&rig, json!({"userid": "w", "biz_mail": "lisi@example.com"})).await);
    expect(60145, &create(&rig, "w2", json!({"biz_mail": "WA@example.com"})).await);
    expect(0, &update(&rig, json!({"userid": "w", "biz_mail": "wang@example.com"})).await);
    expect(60144, &update(&rig, json!({"userid": "w", "biz_mail": "wang2@example.com"})).await);
    expect(60144, &update(&rig, json!({"userid": "lisi", "biz_mail": "supplied@example.com"})).await);
    rig.set("choices", &json!({"split_biz_mail_update": true})).await;
    expect(
        60144,
        &update(&rig, json!({"userid": "w", "biz_mail": "w3@example.com", "position": "主管"})).await,
    );
    assert_eq!(read(&rig, "w").await["position"], "主管");
    for empty in [json!([]), json!({}), json!({"item": []})] {
        expect(0, &update(&rig, json!({"userid": "w", "biz_mail_alias": empty})).await);
    }
    expect(0, &create(&rig, "w2", json!({"biz_mail": "wa@example.com"})).await);
    rig.set("choices", &json!({"check_mail_domain": true})).await;
    expect(81015, &create(&rig, "w3", json!({"biz_mail": "w3@other.example"})).await);
    rig.set("settings", &json!({"console": {"mail_domain": null}})).await;
    expect(0, &create(&rig, "w4", json!({"biz_mail": "w4@example.com"})).await);
    assert_eq!(read(&rig, "w4").await["biz_mail"], "");
    expect(0, &update(&rig, json!({"userid": "w4", "biz_mail_alias": {"item": ["x@example.com"]}})).await);
    rig.set("settings", &json!({"console": {"mail_domain": "example.com"}})).await;
    expect(
        60272,
        &update(&rig, json!({"userid": "w4", "biz_mail_alias": {"item": ["x@example.com"]}})).await,
    );
}

#[tokio::test]
async fn a_userid_is_kept_unless_the_system_made_it() {
    let rig = Rig::new().await;
    expect(301_036, &update(&rig, json!({"userid": "lisi", "new_userid": "li.si"})).await);
    expect(0, &update(&rig, json!({"userid": "lisi", "new_userid": "lisi"})).await);
    expect(60111, &update(&rig, json!({"userid": "ghost", "name": "鬼"})).await);
    expect(41009, &update(&rig, json!({"name": "鬼"})).await);
    expect(40058, &update(&rig, json!({"userid": "a".repeat(65)})).await);
    expect(60112, &update(&rig, json!({"userid": "lisi", "name": ""})).await);
}

#[tokio::test]
async fn attributes_of_an_update_replace_the_list_or_merge() {
    let rig = legacy().await;
    let set = |name: &str, value: &str| json!({"userid": "lisi", "extattr": {"attrs": [{"type": 0, "name": name, "text": {"value": value}}]}});
    expect(0, &update(&rig, set("爱好", "登山")).await);
    rig.set("choices", &json!({"brief_attributes": true})).await;
    let attrs = read(&rig, "lisi").await["extattr"]["attrs"].clone();
    assert_eq!(attrs, json!([{"type": 0, "name": "爱好", "text": {"value": "登山"}}]));
    rig.set("choices", &json!({"merge_attributes": true})).await;
    expect(0, &update(&rig, set("工号", "A9")).await);
    assert_eq!(read(&rig, "lisi").await["extattr"]["attrs"].as_array().unwrap().len(), 2);
    expect(0, &update(&rig, set("爱好", "")).await);
    let attrs = read(&rig, "lisi").await["extattr"]["attrs"].clone();
    assert_eq!(attrs, json!([{"type": 0, "name": "工号", "text": {"value": "A9"}}]));
}

#[tokio::test]
async fn an_avatar_comes_from_an_uploaded_picture() {
    let rig = legacy().await;
    let picture = rig.upload("image", "a.png", b"\x89PNG\r\n\x1a\n0123456789").await["media_id"].clone();
    let file = rig.upload("file", "a.csv", b"0123456789").await["media_id"].clone();
    expect(301_015, &create(&rig, "w", json!({"avatar_mediaid": file})).await);
    expect(0, &create(&rig, "w", json!({"avatar_mediaid": picture})).await);
    let member = read(&rig, "w").await;
    assert!(member["avatar"].as_str().unwrap().ends_with("/0"));
    assert!(member["thumb_avatar"].as_str().unwrap().ends_with("/100"));
}

#[tokio::test]
async fn deleting_frees_everything_but_never_the_creator() {
    let rig = Rig::new().await;
    expect(301_005, &rig.get(By::Contacts, "user/delete?userid=ZhangSan").await);
    expect(60111, &rig.get(By::Contacts, "user/delete?userid=ghost").await);
    expect(41009, &rig.get(By::Contacts, "user/delete").await);
    let reply = rig.get(By::Contacts, "user/delete?userid=LISI").await;
    assert_eq!(reply, json!({"errcode": 0, "errmsg": "deleted"}));
    expect(60111, &rig.get(By::App, "user/get?userid=lisi").await);
    assert_eq!(rig.get(By::App, "user/get?userid=wangwu").await["direct_leader"], json!([]));
    assert_eq!(
        rig.get(By::Contacts, "tag/get?tagid=1").await["userlist"],
        json!([{"userid": "zhaoliu", "name": "赵六"}])
    );
    assert_eq!(rig.get(By::App, "department/get?id=2").await["department"]["department_leader"], json!([]));
}

#[tokio::test]
async fn a_batch_deletion_is_all_or_nothing() {
    let rig = Rig::new().await;
    let delete = |ids: Value| json!({ "useridlist": ids });
    for (code, ids) in [
        (40063, json!([])),
        (40063, json!("lisi")),
        (40031, json!(["lisi", "ghost"])),
        (301_005, json!(["lisi", "zhangsan"])),
        (40032, json!(vec!["lisi"; 201])),
    ] {
        expect(code, &rig.post(By::Contacts, "user/batchdelete", &delete(ids)).await);
    }
    expect(0, &rig.get(By::App, "user/get?userid=lisi").await);
    let reply = rig.post(By::Contacts, "user/batchdelete", &delete(json!(["lisi", "LISI", "wujiu"]))).await;
    assert_eq!(reply["errmsg"], "deleted");
    expect(60111, &rig.get(By::App, "user/get?userid=wujiu").await);
}

#[tokio::test]
async fn lists_of_a_department_are_in_display_order() {
    let rig = Rig::new().await;
    expect(0, &create(&rig, "first", json!({"department": [3], "order": [9]})).await);
    let ids = |reply: &Value| -> Vec<String> {
        let list = reply["userlist"].as_array().unwrap();
        list.iter().map(|row| row["userid"].as_str().unwrap().to_owned()).collect()
    };
    let simple = rig.get(By::App, "user/simplelist?department_id=3").await;
    assert_eq!(ids(&simple), ["first", "wangwu", "zhaoliu", "wujiu"]);
    assert_eq!(simple["userlist"][1], json!({"userid": "wangwu", "name": "王五", "department": [3, 2]}));
    let details = rig.get(By::App, "user/list?department_id=2").await;
    assert_eq!(ids(&details), ["lisi", "wangwu"], "direct members only");
    let deep = rig.get(By::App, "user/list?department_id=1&fetch_child=1").await;
    assert_eq!(ids(&deep).len(), 8, "each once");
    assert_eq!(deep["userlist"][0], {
        let mut alone = rig.get(By::App, "user/get?userid=zhangsan").await;
        alone.as_object_mut().unwrap().retain(|key, _| key != "errcode" && key != "errmsg");
        alone
    });
    rig.set("choices", &json!({"fetch_child": false})).await;
    assert_eq!(ids(&rig.get(By::App, "user/list?department_id=1&fetch_child=1").await), ["zhangsan"]);
    for path in ["user/list", "user/simplelist"] {
        expect(60003, &rig.get(By::App, &format!("{path}?department_id=999")).await);
        expect(60003, &rig.get(By::App, path).await);
    }
}

#[tokio::test]
async fn ids_come_in_pages() {
    let rig = Rig::new().await;
    let mut rows = Vec::new();
    let mut body = json!({"limit": 2});
    loop {
        let page = rig.post(By::Contacts, "user/list_id", &body).await;
        expect(0, &page);
        let list = page["dept_user"].as_array().unwrap();
        assert!(list.len() <= 2);
        rows.extend(list.iter().map(|row| (row["userid"].clone(), row["department"].clone())));
        match page.get("next_cursor") {
            Some(cursor) => body["cursor"] = cursor.clone(),
            None => break,
        }
    }
    assert_eq!(rows.len(), 9, "one row for each member in each department: {rows:?}");
    assert!(rows.contains(&(json!("wangwu"), json!(3))) && rows.contains(&(json!("wangwu"), json!(2))));
    let whole = rig.post(By::Contacts, "user/list_id", &json!({})).await;
    assert_eq!(whole["dept_user"].as_array().unwrap().len(), 9);
    for limit in [0, -1, 10_001] {
        expect(40058, &rig.post(By::Contacts, "user/list_id", &json!({ "limit": limit })).await);
    }
    expect(50100, &rig.post(By::Contacts, "user/list_id", &json!({"cursor": "张三张三张"})).await);
    expect(50100, &rig.post(By::Contacts, "user/list_id", &json!({"cursor": "1"})).await);
    expect(48002, &rig.post(By::App, "user/list_id", &json!({})).await);
    rig.set("choices", &json!({"empty_last_cursor": true})).await;
    assert_eq!(rig.post(By::Contacts, "user/list_id", &json!({})).await["next_cursor"], "");
}

#[tokio::test]
async fn invitations_skip_what_is_unknown() {
    let rig = Rig::new().await;
    let reply = rig
        .post(
            By::Contacts,
            "batch/invite",
            &json!({"user": ["lisi", "ghost"], "party": [3, 999], "tag": [1, 998]}),
        )
        .await;
    assert_eq!(
        reply,
        json!({"errcode": 0, "errmsg": "ok", "invaliduser": ["ghost"], "invalidparty": [999], "invalidtag": [998]})
    );
    expect(82001, &rig.post(By::Contacts, "batch/invite", &json!({})).await);
    expect(81013, &rig.post(By::Contacts, "batch/invite", &json!({"user": ["ghost"]})).await);
    expect(40058, &rig.post(By::Contacts, "batch/invite", &json!({"party": vec![1; 101]})).await);
    expect(40058, &rig.post(By::Contacts, "batch/invite", &json!({"user": vec!["a"; 1001]})).await);
}

#[tokio::test]
async fn look_ups_by_mobile_and_mail_close_after_too_many_misses() {
    let rig = Rig::new().await;
    let mobile = |text: &str| json!({ "mobile": text });
    let found = rig.post(By::App, "user/getuserid", &mobile("+86 13800000003")).await;
    assert_eq!(found["userid"], "wangwu");
    expect(40058, &rig.post(By::App, "user/getuserid", &mobile("1380")).await);
    let mail = |mail: &str, kind: Value| json!({"email": mail, "email_type": kind});
    let by_mail = "user/get_userid_by_email";
    assert_eq!(
        rig.post(By::App, by_mail, &mail("WangWu@example.com", json!(null))).await["userid"],
        "wangwu"
    );
    assert_eq!(
        rig.post(By::App, by_mail, &mail("wangwu@mail.example.com", json!(2))).await["userid"],
        "wangwu"
    );
    expect(46004, &rig.post(By::App, by_mail, &mail("wangwu@mail.example.com", json!(1))).await);
    expect(40058, &rig.post(By::App, by_mail, &mail("wangwu@example.com", json!(3))).await);
    expect(40058, &rig.post(By::App, by_mail, &json!({})).await);
    rig.set("settings", &json!({"console": {"account_cap": 10}})).await;
    for code in [46004, 46004, 45009, 45009] {
        expect(code, &rig.post(By::App, "user/getuserid", &mobile("13700000000")).await);
    }
    expect(45009, &rig.post(By::App, "user/getuserid", &mobile("13800000003")).await);
    rig.sim.advance(std::time::Duration::from_secs(86_400));
    expect(0, &rig.post(By::App, "user/getuserid", &mobile("13800000003")).await);
}

#[tokio::test]
async fn accounts_and_nodes_have_a_ceiling() {
    let rig = Rig::new().await;
    rig.set("settings", &json!({"console": {"account_cap": 8}})).await;
    expect(0, &create(&rig, "w1", json!({})).await);
    expect(45024, &create(&rig, "w2", json!({})).await);
}

#[tokio::test]
async fn the_join_code_and_the_count_of_the_active() {
    let rig = Rig::new().await;
    let reply = rig.get(By::Contacts, "corp/get_join_qrcode?size_type=3").await;
    assert!(reply["join_qrcode"].as_str().unwrap().ends_with("&qr_size=3"));
    expect(0, &rig.get(By::Contacts, "corp/get_join_qrcode").await);
    expect(40058, &rig.get(By::Contacts, "corp/get_join_qrcode?size_type=5").await);
    let stat = |date: &str| json!({ "date": date });
    let count = rig.post(By::Contacts, "user/get_active_stat", &stat("2026-01-05")).await;
    assert_eq!(count["active_cnt"], 6);
    assert_eq!(rig.post(By::Contacts, "user/get_active_stat", &stat("2026-01-04")).await["active_cnt"], 0);
    for date in ["2026-01-06", "2025-12-05", "yesterday", ""] {
        expect(40058, &rig.post(By::Contacts, "user/get_active_stat", &stat(date)).await);
    }
}

#[tokio::test]
async fn userids_are_found_without_case_and_percent_decoded() {
    let rig = Rig::new().await;
    expect(0, &create(&rig, "a-b_c@d.e", json!({"email": "ab@mail.example.com"})).await);
    for userid in ["a-b_c@d.e", "A-B_C%40D.E"] {
        assert_eq!(rig.get(By::App, &format!("user/get?userid={userid}")).await["userid"], "a-b_c@d.e");
    }
    expect(41009, &rig.get(By::App, "user/get").await);
    expect(40058, &rig.get(By::App, &format!("user/get?userid={}", "a".repeat(65))).await);
}

#[tokio::test]
async fn escapes_are_read_unless_refused() {
    let body = r#"{"userid": "w", "name": "\u738b\u654f", "mobile": "13900000001", "department": [2]}"#;
    let rig = Rig::new().await;
    expect(0, &rig.post_text(By::Contacts, "user/create", body).await);
    assert_eq!(rig.get(By::App, "user/get?userid=w").await["name"], "王敏");
    let mut choices = Choices::default();
    choices.refuse_unicode_escapes = true;
    let rig = Rig::with(Sim::builder().choices(choices)).await;
    expect(40033, &rig.post_text(By::Contacts, "user/create", body).await);
    let plain = r#"{"userid": "w", "name": "\\u738b", "mobile": "13900000001", "department": [2]}"#;
    expect(0, &rig.post_text(By::Contacts, "user/create", plain).await);
}

#[tokio::test]
async fn a_setting_that_does_not_exist_is_refused() {
    let rig = Rig::new().await;
    for (path, body) in [
        ("choices", json!({"no_such_choice": true})),
        ("choices", json!({"fetch_child": "yes"})),
        ("settings", json!({"console": {"no_such_setting": 1}})),
        ("settings", json!({"apps": [{"agent_id": 7}]})),
    ] {
        let told = rig.tell(Method::PUT, path, &body).await;
        assert!(told["error"].is_string(), "{path} {body}: {told}");
    }
}
