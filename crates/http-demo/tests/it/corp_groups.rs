use serde_json::json;

use crate::rig::Rig;

#[tokio::test]
async fn a_chain_is_walked_through() {
    let rig = Rig::start().await;
    let chain = rig.read("/chains").await["chains"][0]["chain_id"].as_str().unwrap().to_owned();
    let groups = rig.read(&format!("/chains/{chain}/groups")).await;
    let group = groups["groups"].as_array().unwrap().iter().find(|group| group["groupid"] != 1);
    let group = &group.expect("a group below the root")["groupid"];
    let corps = rig.read(&format!("/chains/{chain}/corps?groupid={group}&need_pending=true")).await;
    assert!(!corps["group_corps"].as_array().unwrap().is_empty(), "{corps}");
    let rules = rig.read(&format!("/chains/{chain}/rules")).await;
    assert!(rules["rule_ids"].is_array(), "{rules}");
    let error = rig.get("/chains/nochain/rules").await;
    assert!(error.json()["error"]["errcode"].is_i64(), "{}", error.json());
}

#[tokio::test]
async fn the_token_of_a_lower_corp_stays_inside() {
    let rig = Rig::start().await;
    let agent = rig.sim.agent_id();
    let shared = rig.read(&format!("/shared-corps?agentid={agent}&business_type=1")).await;
    let corp = &shared["corp_list"][0];
    let form = json!({"corpid": corp["corpid"], "agentid": corp["agentid"], "business_type": 1});
    let token = rig.json("POST", "/lower-corps/token", form).await;
    assert_eq!(token.json(), json!({"expires_in": token.json()["expires_in"].as_i64().unwrap()}));
}
