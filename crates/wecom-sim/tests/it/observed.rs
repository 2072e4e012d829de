//! The recorded answers of the live service by number (`docs/fidelity.md`), and the switches to the behaviour of the
//! official pages.

use serde_json::{Value, json};
use wecom_sim::{ConsoleCallback, ConsoleMember, Sim};

use crate::{
    listener::{KEY as LISTENER_KEY, Listener, TOKEN},
    rig::{By, KEY, Rig, expect, read},
};

const WARNED: &str = ". Warning: wrong json format. ";

async fn post(rig: &Rig, path: &str, body: Value) -> Value {
    rig.post(By::Contacts, path, &body).await
}

fn person(userid: &str) -> Value {
    json!({"userid": userid, "name": "王敏", "email": format!("{userid}@mail.example.com"), "department": [2]})
}

/// Returns a new member with one changed field.
fn person_with(userid: &str, key: &str, value: Value) -> Value {
    let mut person = person(userid);
    person[key] = value;
    person
}

#[track_caller]
fn said(text: &str, reply: &Value) {
    assert_eq!(reply["errmsg"], text, "{reply}");
}

#[track_caller]
fn begins(code: i64, text: &str, reply: &Value) {
    expect(code, reply);
    let errmsg = reply["errmsg"].as_str().unwrap();
    assert!(errmsg.starts_with(text), "{errmsg}");
}

#[tokio::test]
async fn observed_o01_numeric_strings_are_taken_for_integers() {
    let rig = Rig::legacy().await;
    said(
        "created",
        &post(&rig, "department/create", json!({"name": "新", "parentid": "1", "id": "20", "order": "7"}))
            .await,
    );
    said("updated", &post(&rig, "department/update", json!({"id": "20", "parentid": "4"})).await);
    let made = rig.get(By::App, "department/get?id=20").await["department"].clone();
    assert_eq!((&made["parentid"], &made["order"]), (&json!(4), &json!(7)));
    let member = json!({"userid": "w", "name": "王敏", "mobile": "13900000001", "department": ["2", "20"], "order": ["5", "6"],
        "is_leader_in_dept": ["1", "0"], "main_department": "20", "enable": "0"});
    said("created", &post(&rig, "user/create", member).await);
    let member = rig.get(By::App, "user/get?userid=w").await;
    assert_eq!(
        [
            &member["department"],
            &member["order"],
            &member["is_leader_in_dept"],
            &member["main_department"],
            &member["status"]
        ],
        [&json!([2, 20]), &json!([5, 6]), &json!([1, 0]), &json!(20), &json!(2)]
    );
    said("created", &post(&rig, "tag/create", json!({"tagname": "新", "tagid": "7"})).await);
    said(
        "ok",
        &post(&rig, "tag/addtagusers", json!({"tagid": "7", "userlist": ["w"], "partylist": ["20"]})).await,
    );
    assert_eq!(rig.get(By::Contacts, "tag/get?tagid=7").await["partylist"], json!([20]));
    said("ok", &post(&rig, "batch/invite", json!({"party": ["2"], "tag": ["7"]})).await);
    let opened = json!({"open_userid_list": ["x"], "source_agentid": rig.sim.agent_id().to_string()});
    said("ok", &rig.post(By::App, "batch/openuserid_to_userid", &opened).await);

    begins(
        40066,
        "Warning: wrong json format. invalid party list",
        &post(&rig, "user/create", person_with("v", "department", json!("[1, 2]"))).await,
    );
    begins(
        40058,
        "Warning: wrong json format. field `tagid`",
        &post(&rig, "tag/create", json!({"tagname": "又", "tagid": "x"})).await,
    );

    rig.set("choices", &json!({"strict_numbers": true})).await;
    begins(
        60004,
        "Warning: wrong json format. ",
        &post(&rig, "department/create", json!({"name": "更", "parentid": "1"})).await,
    );
    begins(
        41017,
        "Warning: wrong json format. ",
        &post(&rig, "tag/update", json!({"tagname": "又", "tagid": "7"})).await,
    );
    begins(
        40066,
        "Warning: wrong json format. ",
        &post(&rig, "user/create", person_with("v", "department", json!(["2"]))).await,
    );
}

#[tokio::test]
async fn observed_o02_a_scalar_is_taken_for_the_departments() {
    let rig = Rig::new().await;
    for (userid, department, word) in
        [("a", json!("3"), format!("created{WARNED}")), ("b", json!(1), "created".to_owned())]
    {
        said(&word, &post(&rig, "user/create", person_with(userid, "department", department.clone())).await);
        let number: i64 = department.as_i64().unwrap_or(3);
        assert_eq!(
            rig.get(By::App, &format!("user/get?userid={userid}")).await["department"],
            json!([number])
        );
    }
    rig.set("choices", &json!({"strict_numbers": true})).await;
    expect(40066, &post(&rig, "user/create", person_with("c", "department", json!(1))).await);
}

#[tokio::test]
async fn observed_o03_gender_is_a_number_on_writing_and_a_text_on_reading() {
    let rig = Rig::legacy().await;
    let gender =
        async |userid: &str| rig.get(By::App, &format!("user/get?userid={userid}")).await["gender"].clone();
    said("created", &post(&rig, "user/create", person_with("a", "gender", json!(2))).await);
    assert_eq!(gender("a").await, "2");
    said(
        &format!("created{WARNED}"),
        &post(&rig, "user/create", person_with("b", "gender", json!("1"))).await,
    );
    assert_eq!(gender("b").await, "1", "taken all the same");
    said("updated", &post(&rig, "user/update", json!({"userid": "a", "gender": 0})).await);
    assert_eq!(gender("a").await, "0");
    expect(40058, &post(&rig, "user/update", json!({"userid": "a", "gender": 3})).await);

    rig.set("choices", &json!({"text_gender": true})).await;
    said("updated", &post(&rig, "user/update", json!({"userid": "a", "gender": "1"})).await);
    assert_eq!(gender("a").await, "1");
    said(&format!("updated{WARNED}"), &post(&rig, "user/update", json!({"userid": "a", "gender": 2})).await);
    assert_eq!(gender("a").await, "1", "not given");
}

#[tokio::test]
async fn observed_o04_enable_isleader_and_hide_mobile_are_returned() {
    for rig in [Rig::new().await, Rig::legacy().await] {
        expect(0, &post(&rig, "user/update", json!({"userid": "wujiu", "enable": 0})).await);
        let list = rig.get(By::App, "user/list?department_id=2").await;
        for (member, leads) in
            [(&rig.get(By::App, "user/get?userid=lisi").await, 1), (&list["userlist"][0], 1)]
        {
            assert_eq!(
                (&member["enable"], &member["isleader"], &member["hide_mobile"]),
                (&json!(1), &json!(leads), &json!(0))
            );
        }
        let member = rig.get(By::App, "user/get?userid=wujiu").await;
        assert_eq!((&member["enable"], &member["isleader"]), (&json!(0), &json!(0)));
        rig.set("choices", &json!({"return_enable": false})).await;
        let member = rig.get(By::App, "user/get?userid=lisi").await;
        for key in ["enable", "isleader", "hide_mobile"] {
            assert!(member.get(key).is_none(), "{key}");
        }
    }
}

#[tokio::test]
async fn observed_o05_a_new_app_gets_no_gender_and_no_empty_profile() {
    let rig = Rig::new().await;
    let lisi = async || rig.get(By::App, "user/get?userid=lisi").await;
    let member = lisi().await;
    for key in ["gender", "external_position", "external_profile"] {
        assert!(member.get(key).is_none(), "{key}");
    }
    let profile = json!({"userid": "lisi", "external_position": "总监", "external_profile": {"external_corp_name": "示例",
        "external_attr": []}});
    expect(0, &post(&rig, "user/update", profile).await);
    let member = lisi().await;
    assert_eq!(member["external_profile"]["external_corp_name"], "示例");
    assert!(member.get("external_position").is_none());
    rig.set("choices", &json!({"withheld_gender_as_zero": true, "external_fields_for_new_apps": true})).await;
    let member = lisi().await;
    assert_eq!((&member["gender"], &member["external_position"]), (&json!("0"), &json!("总监")));
}

#[tokio::test]
async fn observed_o06_every_attribute_of_the_console_is_listed_and_texts_come_twice() {
    let rig = Rig::new().await;
    let attributes = async || rig.get(By::App, "user/get?userid=lisi").await["extattr"]["attrs"].clone();
    assert_eq!(
        attributes().await,
        json!([
            {"name": "工号", "type": 0, "value": "A0002", "text": {"value": "A0002"}},
            {"name": "爱好", "type": 0, "value": "", "text": {"value": ""}},
            {"name": "主页", "type": 1, "web": {"url": "", "title": ""}},
        ])
    );
    rig.set("choices", &json!({"brief_attributes": true})).await;
    assert_eq!(attributes().await, json!([{"type": 0, "name": "工号", "text": {"value": "A0002"}}]));
}

#[tokio::test]
async fn observed_o07_department_zero_and_an_empty_english_name_are_refused() {
    let rig = Rig::new().await;
    begins(
        60123,
        "invalid party id",
        &post(&rig, "department/create", json!({"name": "新", "parentid": 1, "id": 0})).await,
    );
    expect(
        60001,
        &post(&rig, "department/create", json!({"name": "新", "parentid": 1, "name_en": ""})).await,
    );
    rig.set("choices", &json!({"refuse_department_zero": false})).await;
    assert_eq!(post(&rig, "department/create", json!({"name": "新", "parentid": 1, "id": 0})).await["id"], 6);
}

#[tokio::test]
async fn observed_o08_departments_answer_with_the_recorded_codes() {
    let rig = Rig::legacy().await;
    for (code, path) in [
        (60123, "department/list?id=999"),
        (60123, "department/delete?id=999"),
        (40058, "department/delete"),
        (40058, "department/delete?id="),
        (60005, "department/delete?id=1"),
        (60003, "department/simplelist?id=999"),
    ] {
        let reply = rig.get(By::Contacts, path).await;
        assert_eq!(reply["errcode"], code, "{path}: {reply}");
    }
    for (code, body) in [
        (40058, json!({"name": "", "parentid": 1})),
        (40058, json!({"name": "新", "name_en": "e".repeat(65), "parentid": 1})),
        (60004, json!({"name": "新"})),
        (60004, json!({"name": "新", "parentid": null})),
    ] {
        let reply = post(&rig, "department/create", body.clone()).await;
        assert_eq!(reply["errcode"], code, "{body}: {reply}");
    }
    let odd = [json!("x"), json!(-1), json!(4_294_967_296_i64)];
    for value in &odd {
        for body in
            [json!({"name": "新", "parentid": 1, "order": value}), json!({"name": "新", "parentid": value})]
        {
            begins(60009, "Warning: wrong json format. ", &post(&rig, "department/create", body).await);
        }
        for key in ["order", "parentid"] {
            let mut body = json!({"id": 3});
            body[key] = value.clone();
            said(&format!("updated{WARNED}"), &post(&rig, "department/update", body).await);
        }
    }
    let third = rig.get(By::App, "department/get?id=3").await["department"].clone();
    assert_eq!((&third["parentid"], &third["order"]), (&json!(2), &json!(100_000_000)), "as before");
    for (code, body) in [
        (60124, json!({"id": 3, "parentid": 999})),
        (60124, json!({"id": 3, "parentid": 0})),
        (60124, json!({"id": 3, "parentid": ""})),
        (60003, json!({"id": 999, "name": "新"})),
        (0, json!({"id": 3, "parentid": null})),
    ] {
        let reply = post(&rig, "department/update", body.clone()).await;
        assert_eq!(reply["errcode"], code, "{body}: {reply}");
    }
}

#[tokio::test]
async fn observed_o09_refusals_have_the_recorded_texts() {
    let rig = Rig::legacy().await;
    expect(0, &post(&rig, "department/create", json!({"name": "空", "parentid": 1, "id": 8})).await);
    expect(0, &post(&rig, "department/create", json!({"name": "空", "parentid": 8})).await);
    for (code, text, reply) in [
        (60005, "department contains user", rig.get(By::Contacts, "department/delete?id=2").await),
        (60006, "department contains sub-department", rig.get(By::Contacts, "department/delete?id=8").await),
        (
            60009,
            "department name include invalid char",
            post(&rig, "department/create", json!({"name": "a:b", "parentid": 1})).await,
        ),
        (40058, "invalid Request Parameter", post(&rig, "user/list_id", json!({"limit": 0})).await),
        (
            40058,
            "name exceed min utf8 words 1",
            post(&rig, "department/create", json!({"name": "", "parentid": 1})).await,
        ),
        (301_005, "not allow del corp creator", rig.get(By::Contacts, "user/delete?userid=zhangsan").await),
        (40071, "UserTag Name Already Exist", post(&rig, "tag/create", json!({"tagname": "值班"})).await),
        (
            40072,
            "tagname exceed max utf8 words 32",
            post(&rig, "tag/create", json!({"tagname": "长".repeat(33)})).await,
        ),
        (
            40058,
            "field `tagid` expect type `uint32`",
            post(&rig, "tag/create", json!({"tagname": "新", "tagid": -1})).await,
        ),
    ] {
        begins(code, &format!("{text}, hint: ["), &reply);
    }
}

#[tokio::test]
async fn observed_o10_department_zero_asks_for_the_whole_visible_range() {
    let rig = Rig::new().await;
    for path in ["department/list", "department/simplelist"] {
        let whole = rig.get(By::App, path).await;
        assert_eq!(rig.get(By::App, &format!("{path}?id=0")).await, whole);
    }
    rig.set("choices", &json!({"unknown_department_zero": true})).await;
    expect(60123, &rig.get(By::App, "department/list?id=0").await);
    expect(60003, &rig.get(By::App, "department/simplelist?id=0").await);
}

#[tokio::test]
async fn observed_o11_full_events_carry_what_changed_and_the_assistant_s_envelope_an_empty_agent_id() {
    let rig = Rig::legacy().await;
    let listener = Listener::start(rig.sim.corp_id()).await;
    let target = ConsoleCallback::new(&listener.url, TOKEN, LISTENER_KEY);
    rig.sim.console().set_callback(target).await.unwrap();
    let tell = async |position: &str| {
        let change = ConsoleMember::new().userid("lisi").position(position);
        rig.sim.console().update_member(change).await.unwrap();
        assert!(rig.sim.settled().await);
        rig.sim.deliveries().last().unwrap().xml.clone()
    };
    let xml = tell("总监").await;
    let (_, content) = xml.split_once("</Event>").unwrap();
    assert_eq!(
        content,
        "<ChangeType><![CDATA[update_user]]></ChangeType><UserID><![CDATA[lisi]]></UserID>\
         <Position><![CDATA[总监]]></Position></xml>"
    );
    let envelope = String::from_utf8(listener.posts().pop().unwrap().body).unwrap();
    assert!(envelope.ends_with("</Encrypt><AgentID><![CDATA[]]></AgentID></xml>"), "{envelope}");

    rig.set("choices", &json!({"events_of_the_page": true})).await;
    let xml = tell("经理").await;
    assert!(xml.contains("<ChangeType>update_user</ChangeType>"), "{xml}");
    assert!(xml.contains("<Status>1</Status>") && xml.contains("<Address>"), "{xml}");
    let envelope = String::from_utf8(listener.posts().pop().unwrap().body).unwrap();
    assert!(!envelope.contains("AgentID"), "{envelope}");
}

#[tokio::test]
async fn observed_o12_the_conversion_to_openuserid_exists_and_is_refused() {
    let rig = Rig::new().await;
    for by in [By::App, By::Contacts] {
        expect(48002, &rig.post(by, "batch/userid_to_openuserid", &json!({"userid_list": ["lisi"]})).await);
    }
}

#[tokio::test]
async fn observed_o13_gettoken_misses_the_secret_first() {
    let rig = Rig::new().await;
    for (query, code, text) in [
        ("", 41004, "corpsecret missing"),
        ("?corpid=ww1", 41004, "corpsecret missing"),
        ("?corpsecret=x", 41002, "corpid missing"),
    ] {
        let url = format!("{}/cgi-bin/gettoken{query}", rig.sim.url());
        begins(code, text, &read(rig.get_raw(&url, &[]).await).await);
    }
}

#[tokio::test]
async fn observed_o14_three_refusals_end_without_a_hint() {
    let rig = Rig::new().await;
    let url = format!("{}/cgi-bin/tag/list?access_token=nonsense", rig.sim.url());
    said("invalid access_token", &read(rig.get_raw(&url, &[]).await).await);
    said(
        "mobile existed:lisi",
        &post(&rig, "user/create", person_with("w", "mobile", json!("13800000002"))).await,
    );
    said("userid existed", &post(&rig, "user/create", person("lisi")).await);
    begins(60111, "userid not found, hint: [", &rig.get(By::App, "user/get?userid=ghost").await);
}

#[tokio::test]
async fn observed_o15_the_id_of_a_new_tag_is_judged_before_its_name() {
    let rig = Rig::new().await;
    expect(40068, &post(&rig, "tag/create", json!({"tagname": "值班", "tagid": 1})).await);
    begins(
        40058,
        "field `tagid` expect type `uint32`",
        &post(&rig, "tag/create", json!({"tagname": "值班", "tagid": -1})).await,
    );
}

#[tokio::test]
async fn observed_o16_adding_members_only_answers_an_empty_invalidparty() {
    let rig = Rig::new().await;
    let members = json!({"tagid": 1, "userlist": ["sunqi", "ghost"]});
    let reply = post(&rig, "tag/addtagusers", members.clone()).await;
    assert_eq!(reply, json!({"errcode": 0, "errmsg": "ok", "invalidlist": "ghost", "invalidparty": []}));
    rig.set("choices", &json!({"omit_empty_invalidparty": true})).await;
    let reply = post(&rig, "tag/addtagusers", members).await;
    assert_eq!(reply, json!({"errcode": 0, "errmsg": "ok", "invalidlist": "ghost"}));
}

#[tokio::test]
async fn observed_o17_results_of_imports_have_the_recorded_rows() {
    let rig = Rig::legacy().await;
    let (id, result) = rig.import("batch/syncuser", "帐号,职位\nlisi,总监\n".as_bytes()).await;
    assert_eq!(result["result"], json!([{"userid": "lisi", "errcode": 0, "errmsg": ""}]));
    assert_id("3_", &id);

    let staff = "帐号\nlisi\nwangwu\nzhaoliu\nsunqi\nzhouba\nwujiu\n";
    let (id, result) = rig.import("batch/replaceuser", staff.as_bytes()).await;
    assert_eq!(result["total"], 7);
    let rows = result["result"].as_array().unwrap();
    assert_eq!(rows.len(), 7);
    let refused = json!({"userid": "zhangsan", "errcode": 301_005, "errmsg": "not allow del corp creator"});
    assert_eq!(rows.iter().filter(|row| row["errcode"] != 0).collect::<Vec<_>>(), [&refused]);
    assert!(rig.member("zhangsan").await.is_some());
    assert_id("2_", &id);

    let tree = "部门名称,部门ID,父部门ID\n研发部,2,1\n后端组,3,2\n市场部,4,1\n人事部,5,1\n";
    let (id, result) = rig.import("batch/replaceparty", tree.as_bytes()).await;
    assert_eq!(result["total"], 4);
    let rows = result["result"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[4], json!({"action": 10, "partyid": 1, "errcode": 0, "errmsg": "ok"}));
    assert_eq!(rows[0], json!({"action": 0, "partyid": 2, "errcode": 0, "errmsg": "ok"}));
    assert_id("1_", &id);
}

#[track_caller]
fn assert_id(prefix: &str, id: &str) {
    let rest = id.strip_prefix(prefix).unwrap_or_else(|| panic!("{id}"));
    let (time, number) = rest.split_once('_').unwrap();
    assert!(time.parse::<u64>().is_ok() && number.parse::<u64>().is_ok(), "{id}");
}

#[tokio::test]
async fn observed_o18_departments_are_listed_by_id() {
    let rig = Rig::new().await;
    expect(
        0,
        &post(
            &rig,
            "department/create",
            json!({"name": "新", "parentid": 1, "id": 20, "order": 4_000_000_000_u32}),
        )
        .await,
    );
    expect(0, &post(&rig, "department/create", json!({"name": "新", "parentid": 20, "id": 9})).await);
    let list = rig.get(By::App, "department/list").await;
    let ids: Vec<_> =
        list["department"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5, 9, 20]);
}

#[tokio::test]
async fn observed_o19_an_upload_without_a_boundary_has_no_media_data() {
    let rig = Rig::with(Sim::builder()).await;
    for content_type in ["multipart/form-data", "application/octet-stream"] {
        let reply =
            rig.post_typed(By::Contacts, "media/upload?type=file", content_type, KEY.as_bytes()).await;
        begins(44001, "empty media data", &reply);
    }
}
