//! Corp groups (企业互联, 上下游).

use std::time::Duration;

use serde_json::{Value, json};
use wecom_sim::{ConsoleCallback, Sim};

use crate::{
    listener::{KEY, Listener, TOKEN},
    rig::{By, Rig, read as body_of},
};

const CHAIN: &str = "ChSim0000000000001";

#[tokio::test]
async fn an_upper_corp_reads_a_lower_one_with_its_token() {
    let rig = Rig::new().await;
    let shares = rig
        .post(
            By::App,
            "corpgroup/corp/list_app_share_info",
            &json!({"agentid": rig.sim.agent_id(), "business_type": 1}),
        )
        .await;
    assert_eq!((&shares["ending"], &shares["next_cursor"]), (&json!(1), &json!("")));
    let share = &shares["corp_list"][0];
    let body = json!({"corpid": share["corpid"], "agentid": share["agentid"], "business_type": 1});
    let lower = rig.post(By::App, "corpgroup/corp/gettoken", &body).await;
    assert_eq!(lower["expires_in"], 7200);
    let ask = async |path: &str| {
        let url = format!(
            "{}/cgi-bin/{path}&access_token={}",
            rig.sim.url(),
            lower["access_token"].as_str().unwrap()
        );
        body_of(rig.get_raw(&url, &[]).await).await
    };
    let member = ask("user/get?userid=hebo").await;
    assert_eq!(member["name"], "何波");
    assert_eq!((&member["department"], &member["gender"]), (&json!([3, 2]), &json!("0")));
    for key in ["mobile", "position", "alias", "extattr", "telephone", "is_leader_in_dept"] {
        assert!(member.get(key).is_none(), "{key} is withheld from an upper corp: {member}");
    }
    assert_eq!(ask("department/simplelist?id=2").await["errcode"], 0);
    assert_eq!(ask("user/delete?userid=hebo").await["errcode"], 48002);

    let body = json!({"corpid": share["corpid"], "agentid": 7});
    assert_eq!(rig.post(By::App, "corpgroup/corp/gettoken", &body).await["errcode"], 670_001);
    let body = json!({"userid": "u", "session_key": "k"});
    assert_eq!(rig.post(By::App, "miniprogram/transfer_session", &body).await["errcode"], 48002);
}

#[tokio::test]
async fn chains_groups_and_corps_are_read() {
    let rig = Rig::new().await;
    let chains = rig.get(By::App, "corpgroup/corp/get_chain_list").await;
    assert_eq!(chains["chains"], json!([{"chain_id": CHAIN, "chain_name": "示例供应链"}]));
    let groups = rig.post(By::App, "corpgroup/corp/get_chain_group", &json!({"chain_id": CHAIN})).await;
    assert_eq!(
        groups["groups"][1],
        json!({"groupid": 2, "group_name": "一级经销商", "parentid": 1, "order": 0})
    );
    let list = async |body: Value| rig.post(By::App, "corpgroup/corp/get_chain_corpinfo_list", &body).await;
    let joined = list(json!({"chain_id": CHAIN, "groupid": 2})).await;
    assert_eq!(joined["group_corps"].as_array().unwrap().len(), 1);
    assert_eq!(joined["group_corps"][0]["is_joined"], 1, "a number here");
    let first = list(json!({"chain_id": CHAIN, "groupid": 2, "need_pending": true, "limit": 1})).await;
    assert_eq!(first["has_more"], true);
    let second = list(
        json!({"chain_id": CHAIN, "groupid": 2, "need_pending": true, "limit": 1, "cursor": first["next_cursor"]}),
    )
    .await;
    assert_eq!(second["has_more"], false);
    let pending = second["group_corps"][0]["pending_corpid"].as_str().unwrap();
    let one = rig
        .post(
            By::App,
            "corpgroup/corp/get_chain_corpinfo",
            &json!({"chain_id": CHAIN, "pending_corpid": pending}),
        )
        .await;
    assert_eq!(one["is_joined"], false, "and a truth value there");
    assert!(one.get("qualification_status").is_none());
    let corp = &joined["group_corps"][0]["corpid"];
    let body = json!({"chain_id": CHAIN, "corpid": corp, "userid": "chenchen"});
    let custom = rig.post(By::App, "corpgroup/corp/get_chain_user_custom_id", &body).await;
    assert_eq!(custom["user_custom_id"], "1001");
    let shared = rig.post(By::App, "corpgroup/get_corp_shared_chain_list", &json!({"corpid": corp})).await;
    assert_eq!(shared["chains"][0]["chain_id"], CHAIN);
    for (path, body, errcode) in [
        ("corpgroup/corp/get_chain_group", json!({"chain_id": "Ch404"}), 670_002),
        ("corpgroup/corp/get_chain_group", json!({"chain_id": CHAIN, "groupid": 9}), 670_003),
        ("corpgroup/corp/get_chain_corpinfo", json!({"chain_id": CHAIN, "corpid": "ww404"}), 670_004),
        ("corpgroup/corp/get_chain_corpinfo", json!({"chain_id": CHAIN}), 40063),
        (
            "corpgroup/corp/get_chain_user_custom_id",
            json!({"chain_id": CHAIN, "corpid": corp, "userid": "x"}),
            670_029,
        ),
        (
            "corpgroup/corp/get_chain_user_custom_id",
            json!({"chain_id": CHAIN, "corpid": corp, "userid": "hebo"}),
            670_035,
        ),
    ] {
        assert_eq!(rig.post(By::App, path, &body).await["errcode"], errcode, "{path} {body}");
    }
}

#[tokio::test]
async fn an_import_into_a_chain_is_a_job_that_tells_what_failed() {
    let rig = Rig::new().await;
    let listener = Listener::start(rig.sim.corp_id()).await;
    let agent_id = rig.sim.agent_id();
    rig.sim
        .console()
        .set_callback(ConsoleCallback::new(&listener.url, TOKEN, KEY).app(agent_id))
        .await
        .unwrap();
    let person = |identity: i64| json!({"name": "张三", "identity_type": identity, "mobile": "13000000001"});
    let body = json!({"chain_id": CHAIN, "contact_list": [
        {"corp_name": "新经销商", "group_path": "华北区/北京市", "custom_id": "n1", "contact_info_list": [person(1)]},
        {"corp_name": "坏经销商", "contact_info_list": [person(3), person(1)]},
    ]});
    let submitted = rig.post(By::App, "corpgroup/import_chain_contact", &body).await;
    let job = submitted["jobid"].as_str().unwrap().to_owned();
    assert_eq!(
        rig.post(By::App, "corpgroup/import_chain_contact", &body).await["errcode"],
        670_022,
        "one at a time"
    );
    let result = async || rig.get(By::App, &format!("corpgroup/getresult?jobid={job}")).await;
    assert_eq!(result().await["status"], 1);
    rig.sim.advance(Duration::from_secs(1));
    assert_eq!(result().await["status"], 2);
    rig.sim.advance(Duration::from_secs(1));
    let done = result().await;
    assert_eq!((&done["status"], &done["result"]["import_status"]), (&json!(3), &json!(2)));
    let failed = &done["result"]["fail_list"][0];
    assert_eq!((&failed["corp_name"], &failed["errcode"]), (&json!("坏经销商"), &json!(670_016)));
    assert_eq!(failed["contact_info_list"].as_array().unwrap().len(), 1, "{failed}");
    rig.sim.settled().await;
    let [event] = listener.take().try_into().unwrap();
    assert!(event.contains("<JobType><![CDATA[import_chain_contact]]></JobType>"), "{event}");
    let groups = rig.post(By::App, "corpgroup/corp/get_chain_group", &json!({"chain_id": CHAIN})).await;
    assert_eq!(groups["groups"].as_array().unwrap().len(), 4, "{groups}");
    assert_eq!(rig.get(By::App, "corpgroup/getresult?jobid=j404").await["errcode"], 40088);
}

#[tokio::test]
async fn a_corp_is_removed_with_what_was_shared() {
    let rig = Rig::new().await;
    let corp = rig.sim.state().other_corps[0].clone();
    let reply =
        rig.post(By::App, "corpgroup/corp/remove_corp", &json!({"chain_id": CHAIN, "corpid": corp})).await;
    assert_eq!(reply["errcode"], 0);
    let body = json!({"agentid": rig.sim.agent_id(), "business_type": 1});
    let shares = rig.post(By::App, "corpgroup/corp/list_app_share_info", &body).await;
    assert_eq!(shares["corp_list"], json!([]));
    let body = json!({"agentid": rig.sim.agent_id()});
    let linked = rig.post(By::App, "corpgroup/corp/list_app_share_info", &body).await;
    assert_eq!(linked["corp_list"].as_array().unwrap().len(), 1, "企业互联 is another tie");
}

#[tokio::test]
async fn rules_are_written_and_read_back() {
    let rig = Rig::new().await;
    let rule =
        json!({"owner_corp_range": {"userids": ["zhangsan"]}, "member_corp_range": {"groupids": ["2"]}});
    let post =
        async |path: &str, body: Value| rig.post(By::App, &format!("corpgroup/rule/{path}"), &body).await;
    let added = post("add_rule", json!({"chain_id": CHAIN, "rule_info": rule})).await;
    assert_eq!(added["rule_id"], 1);
    assert_eq!(post("list_ids", json!({"chain_id": CHAIN})).await["rule_ids"], json!([1]));
    let other =
        json!({"owner_corp_range": {"departmentids": ["2"]}, "member_corp_range": {"corpids": ["ww1"]}});
    let body = json!({"chain_id": CHAIN, "rule_id": 1, "rule_info": other});
    assert_eq!(post("modify_rule", body).await["errcode"], 0);
    let read = post("get_rule_info", json!({"chain_id": CHAIN, "rule_id": 1})).await;
    assert_eq!(read["rule_info"], other);
    assert_eq!(post("delete_rule", json!({"chain_id": CHAIN, "rule_id": 1})).await["errcode"], 0);
    assert_eq!(post("delete_rule", json!({"chain_id": CHAIN, "rule_id": 1})).await["errcode"], 670_006);
    let empty = json!({"owner_corp_range": {}, "member_corp_range": {"corpids": ["ww1"]}});
    assert_eq!(post("add_rule", json!({"chain_id": CHAIN, "rule_info": empty})).await["errcode"], 40063);
    let foreign = rig.post(By::Contacts, "corpgroup/rule/list_ids", &json!({"chain_id": CHAIN})).await;
    assert_eq!(foreign["errcode"], 48002);
}

#[tokio::test]
async fn customer_ids_have_the_documented_shapes() {
    let rig = Rig::with(Sim::builder()).await;
    let body = json!({"unionid": "u1", "openid": "o1"});
    let found = rig.post(By::App, "corpgroup/unionid_to_external_userid", &body).await;
    assert!(found["external_userid_info"][0]["external_userid"].is_string(), "{found}");
    let pending = rig.post(By::App, "corpgroup/unionid_to_pending_id", &body).await;
    assert!(pending["pending_id"].is_string());
    let ids = json!({"external_userid": ["wm1", "wm2"]});
    let many = rig.post(By::App, "corpgroup/batch/external_userid_to_pending_id", &ids).await;
    assert_eq!(many["result"][1]["external_userid"], "wm2");
    let ids = json!({"external_userid": vec!["wm1"; 101]});
    let many = rig.post(By::App, "corpgroup/batch/external_userid_to_pending_id", &ids).await;
    assert_eq!(many["errcode"], 40058);
}
