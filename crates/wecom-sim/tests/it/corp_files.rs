//! A small corp of one's own: read, checked, written and read again.

use serde_json::{Value, json};
use wecom_sim::{CorpFile, Sim};

use crate::rig::{By, Rig, expect};

fn file(json: Value) -> CorpFile {
    serde_json::from_value(json).unwrap()
}

#[tokio::test]
async fn a_corp_of_ones_own_replaces_the_default_one() {
    let rig = Rig::legacy().await;
    let corp = json!({
        "departments": [
            {"id": 30, "name": "后端", "parentid": 20}, {"id": 20, "name": "研发", "order": 7},
            {"id": 1, "name": "我的公司"}],
        "members": [
            {"userid": "qian", "name": "钱一", "department": [30, 20], "is_leader_in_dept": [0, 1], "gender": 2,
             "direct_leader": ["sun"], "mobile": "13800000201",
             "extattr": {"attrs": [{"type": 0, "name": "工号", "text": {"value": "A7"}}]}},
            {"userid": "sun", "name": "孙二", "status": 4}],
        "tags": [{"tagid": 5, "tagname": "值班", "userlist": ["qian"], "partylist": [20]}]
    });
    let (status, reply) = rig.control("seed", &corp).await;
    assert_eq!((status, reply), (200, json!({"members": 2, "departments": 3, "tags": 1})));
    let qian = rig.get(By::App, "user/get?userid=qian").await;
    expect(0, &qian);
    assert_eq!(
        (&qian["direct_leader"], &qian["gender"], &qian["status"]),
        (&json!(["sun"]), &json!("2"), &json!(1))
    );
    assert_eq!((&qian["department"], &qian["is_leader_in_dept"]), (&json!([30, 20]), &json!([0, 1])));
    let sun = rig.get(By::App, "user/get?userid=sun").await;
    assert_eq!((&sun["department"], &sun["status"]), (&json!([1]), &json!(4)));
    let departments = rig.departments().await;
    assert_eq!(departments[1], (20, "研发".into(), 1, 7));
    assert_eq!(departments[0].1, "我的公司");
    assert!(rig.sim.deliveries().is_empty(), "a seed sends nothing");
}

#[tokio::test]
async fn a_corp_that_was_written_is_the_same_corp_when_it_is_read() {
    let rig = Rig::with(Sim::builder().seed(300, 25, 7)).await;
    for (action, body) in [
        (
            "create_member",
            json!({"userid": "web", "name": "网页", "extattr": {"attrs": [
            {"type": 1, "name": "主页", "web": {"url": "https://example.com", "title": "主页"}}]},
            "external_profile": {"external_corp_name": "示例", "external_attr": [
                {"type": 2, "name": "小程序", "miniprogram": {"appid": "wx8bd80126147df384", "pagepath": "/a", "title": "程序"}}]}}),
        ),
        (
            "create_member",
            json!({"userid": "Gone", "name": "已退出", "avatar_mediaid": "x", "activated": true}),
        ),
        ("member_quits", json!({"userid": "Gone"})),
        ("add_tag_members", json!({"tagid": 1, "partylist": [2]})),
        ("update_department", json!({"id": 2, "name_en": "Two", "order": 3})),
    ] {
        rig.act(action, body).await;
    }
    let written = serde_json::to_string(&rig.sim.corp_file()).unwrap();
    let again = Sim::builder().corp_file(serde_json::from_str(&written).unwrap()).start().await.unwrap();
    assert_eq!(again.digest(), rig.sim.digest());
    assert_eq!(serde_json::to_string(&again.corp_file()).unwrap(), written);
    let served = rig.look("seed").await;
    assert_eq!(serde_json::from_value::<CorpFile>(served.clone()).unwrap(), rig.sim.corp_file());
    let default = Rig::new().await;
    let (status, reply) = default.control("seed", &served).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!(default.sim.digest(), rig.sim.digest());
}

#[tokio::test]
async fn the_default_corp_is_a_file_too() {
    let sim = Sim::start().await;
    let again = Sim::builder().corp_file(sim.corp_file()).start().await.unwrap();
    assert_eq!(again.digest(), sim.digest());
}

#[tokio::test]
async fn a_reset_restores_the_corp_of_the_file() {
    let corp = file(json!({"members": [{"userid": "one", "name": "一"}]}));
    let rig = Rig::with(Sim::builder().corp_file(corp)).await;
    let digest = rig.sim.digest();
    rig.act("delete_member", json!({"userid": "one"})).await;
    rig.control("reset", &json!({})).await;
    assert_eq!(rig.sim.digest(), digest);
}

#[tokio::test]
async fn a_wrong_corp_is_refused_with_its_place_and_changes_nothing() {
    let rig = Rig::new().await;
    let digest = rig.sim.digest();
    let member = |extra: Value| {
        let mut member = json!({"userid": "a", "name": "甲"});
        member.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"members": [member]})
    };
    for (body, status, says) in [
        (json!({"members": [{"userid": "a"}]}), 400, "missing field `name`"),
        (member(json!({"moblie": "1"})), 400, "unknown field `moblie`"),
        (json!({"members": [], "seed": 1}), 400, "unknown field `seed`"),
        (member(json!({"department": [9]})), 422, "members[0] (a): "),
        (member(json!({"status": 3})), 422, "the status must be 1, 2, 4 or 5, not 3"),
        (member(json!({"direct_leader": ["b"]})), 422, "members[0].direct_leader: "),
        (
            member(json!({"extattr": {"attrs": [{"type": 0, "name": "血型", "text": {"value": "A"}}]}})),
            422,
            "unknown attribute `血型`",
        ),
        (
            json!({"members": [{"userid": "a", "name": "甲"}, {"userid": "A", "name": "乙"}]}),
            422,
            "members[1] (A): ",
        ),
        (
            json!({"departments": [{"id": 2, "name": "x", "parentid": 3}, {"id": 3, "name": "y", "parentid": 2}]}),
            422,
            "departments[0] (2): the parent 3 leads to no root",
        ),
        (json!({"departments": [{"id": 1, "name": "x", "parentid": 1}]}), 422, "the root has no parentid"),
        (
            json!({"departments": [{"id": 2, "name": "x"}, {"id": 2, "name": "y"}]}),
            422,
            "departments[1] (2): ",
        ),
        (
            json!({"tags": [{"tagid": 1, "tagname": "t", "userlist": ["b"]}]}),
            422,
            "tags[0] (1): unknown userid `b`",
        ),
        (json!({"tags": [{"tagid": 1, "tagname": "t", "partylist": [9]}]}), 422, "unknown department 9"),
    ] {
        let (got, reply) = rig.control("seed", &body).await;
        let error = reply["error"].as_str().unwrap_or_default();
        assert_eq!(got, status, "{body}: {reply}");
        assert!(error.contains(says), "{body}: {error}");
    }
    assert_eq!(rig.sim.digest(), digest);
    let both = Sim::builder().seed(1, 1, 1).corp_file(CorpFile::default()).start().await.unwrap_err();
    assert!(both.to_string().contains("cannot be used together"), "{both}");
}
