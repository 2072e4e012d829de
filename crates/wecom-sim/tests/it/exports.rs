//! Asynchronous exports (异步导出): the content of the files, their access and their lifetime.

use std::time::Duration;

use serde_json::{Value, json};
use wecom_cipher::FileDecryptor;
use wecom_sim::{ConsoleCallback, ConsoleRange, Sim};

use crate::{
    listener::{KEY as LISTENER_KEY, Listener, TOKEN},
    rig::{By, JOB, KEY, Rig},
};

fn body() -> Value {
    json!({ "encoding_aeskey": KEY })
}

fn column<'a>(rows: &'a Value, key: &str) -> Vec<&'a Value> {
    rows.as_array().unwrap().iter().map(|row| &row[key]).collect()
}

#[tokio::test]
async fn each_export_has_the_rows_of_its_list_call() {
    let rig = Rig::legacy().await;
    let simple = rig.export(By::Contacts, "export/simple_user", body()).await;
    assert_eq!(simple.len(), 1);
    assert_eq!(simple[0]["userlist"][1], json!({"userid": "lisi", "name": "李四", "department": [2]}));
    assert_eq!(simple[0]["userlist"].as_array().unwrap().len(), 7);

    let full = rig.export(By::App, "export/user", body()).await;
    let mut got = rig.get(By::App, "user/get?userid=lisi").await;
    got.as_object_mut().unwrap().retain(|key, _| key != "errcode" && key != "errmsg");
    if got.as_object().unwrap().len() > 2 {
        assert_eq!(full[0]["userlist"][1], got, "a row is what user/get returns");
    }
    assert_eq!(full[0]["userlist"][1]["gender"], "2", "a string");

    let departments = rig.export(By::App, "export/department", body()).await;
    let rows = &departments[0]["department"];
    assert_eq!(column(rows, "id"), [1, 2, 3, 4, 5].map(Value::from).iter().collect::<Vec<_>>());
    assert_eq!(rows[1]["name"], "研发部");
    assert_eq!(rows[1]["parentid"], 1);

    let tag = rig.export(By::App, "export/taguser", json!({"encoding_aeskey": KEY, "tagid": 1})).await;
    assert_eq!(
        tag[0],
        json!({
            "tagname": "值班",
            "userlist": [{"userid": "lisi", "name": "李四"}, {"userid": "zhaoliu", "name": "赵六"}],
            "partylist": [5],
        })
    );
    for document in [&simple[0], &full[0], &departments[0], &tag[0]] {
        assert!(document.get("errcode").is_none(), "the plain text carries none");
    }
}

#[tokio::test]
async fn an_app_of_today_gets_no_sensitive_fields() {
    let rig = Rig::new().await;
    let rows = rig.members().await;
    assert_eq!(rows.len(), 7);
    for key in ["mobile", "email", "biz_mail", "avatar", "qr_code", "address"] {
        assert!(rows[0].get(key).is_none(), "{key}");
    }
}

#[tokio::test]
async fn rows_are_cut_into_blocks() {
    let rig = Rig::with(Sim::builder().smallest_export_block(1)).await;
    let blocks =
        rig.export(By::App, "export/simple_user", json!({"encoding_aeskey": KEY, "block_size": 3})).await;
    let rows: Vec<_> = blocks.iter().map(|block| block["userlist"].as_array().unwrap().len()).collect();
    assert_eq!(rows, [3, 3, 1]);
    let blocks = rig
        .export(By::App, "export/taguser", json!({"encoding_aeskey": KEY, "block_size": 2, "tagid": 1}))
        .await;
    assert_eq!(blocks[0]["partylist"], json!([]));
    assert_eq!(blocks[1], json!({"tagname": "值班", "userlist": [], "partylist": [5]}));
}

#[tokio::test]
async fn a_request_outside_the_rules_is_refused() {
    let rig = Rig::new().await;
    for (body, code) in [
        (json!({}), 40063),
        (json!({"encoding_aeskey": ""}), 40063),
        (json!({"encoding_aeskey": &KEY[1..]}), 40058),
        (json!({"encoding_aeskey": KEY.replace('I', "+")}), 40058),
        (json!({"encoding_aeskey": KEY, "block_size": 9_999}), 40058),
        (json!({"encoding_aeskey": KEY, "block_size": 1_000_001}), 40058),
        (json!({"encoding_aeskey": KEY, "block_size": -1}), 40058),
        (json!({"encoding_aeskey": KEY, "block_size": 10_000}), 0),
        (json!({"encoding_aeskey": KEY, "block_size": 1_000_000}), 0),
    ] {
        let reply = rig.post(By::App, "export/user", &body).await;
        assert_eq!(reply["errcode"], code, "{body}: {reply}");
    }
    let wrong =
        rig.post(By::App, "export/user", &json!({"encoding_aeskey": KEY, "block_size": "many"})).await;
    assert_eq!(wrong["errmsg"], "ok. Warning: wrong json format. ");
    for tag in [json!({"encoding_aeskey": KEY, "tagid": 99}), body()] {
        let reply = rig.post(By::App, "export/taguser", &tag).await;
        assert_ne!(reply["errcode"], 0, "{tag}");
    }
}

#[tokio::test]
async fn from_a_new_ip_the_contacts_assistant_may_export_tags_only() {
    let rig = Rig::new().await;
    for call in ["export/simple_user", "export/user", "export/department"] {
        assert_eq!(rig.post(By::Contacts, call, &body()).await["errcode"], 48009, "{call}");
    }
    let tag = json!({"encoding_aeskey": KEY, "tagid": 1});
    assert_eq!(rig.post(By::Contacts, "export/taguser", &tag).await["errcode"], 0);
}

#[tokio::test]
async fn a_job_goes_through_its_states_for_its_submitter_only() {
    let rig = Rig::with(Sim::builder().job_time(Duration::from_secs(20))).await;
    let reply = rig.post(By::App, "export/user", &body()).await;
    let path = format!("export/get_result?jobid={}", reply["jobid"].as_str().unwrap());
    for status in [0, 1] {
        let result = rig.get(By::App, &path).await;
        assert_eq!(result["status"], status);
        assert!(result.get("data_list").is_none());
        rig.sim.advance(Duration::from_secs(10));
    }
    assert_eq!(rig.get(By::App, &path).await["status"], 2);
    assert_eq!(rig.get(By::Contacts, &path).await["errcode"], 40088);
    for unknown in ["export/get_result", "export/get_result?jobid=guessed"] {
        assert_eq!(rig.get(By::App, unknown).await["errcode"], 40088);
    }
}

#[tokio::test]
async fn trap_37_links_die_after_two_hours_and_are_had_anew() {
    let rig = Rig::new().await;
    let reply = rig.post(By::App, "export/user", &body()).await;
    let path = format!("export/get_result?jobid={}", reply["jobid"].as_str().unwrap());
    rig.sim.advance(JOB);
    let url = |result: &Value| result["data_list"][0]["url"].as_str().unwrap().to_owned();
    let old = url(&rig.get(By::App, &path).await);
    rig.sim.advance(Duration::from_secs(2 * 3600 - 1));
    assert_eq!(rig.get_raw(&old, &[]).await.status(), 200);
    rig.sim.advance(Duration::from_secs(1));
    assert_eq!(rig.get_raw(&old, &[]).await.status(), 403);
    let fresh = url(&rig.get(By::App, &path).await);
    assert_ne!(fresh, old);
    assert_eq!(rig.get_raw(&fresh, &[]).await.status(), 200);
}

#[tokio::test]
async fn a_file_may_be_had_in_parts() {
    let rig = Rig::new().await;
    let reply = rig.post(By::App, "export/user", &body()).await;
    rig.sim.advance(JOB);
    let path = format!("export/get_result?jobid={}", reply["jobid"].as_str().unwrap());
    let file = rig.get(By::App, &path).await["data_list"][0].clone();
    let (url, size) = (file["url"].as_str().unwrap(), file["size"].as_u64().unwrap());
    let mut decryptor = FileDecryptor::new(&KEY.parse().unwrap());
    let mut plain = Vec::new();
    let mut at = 0;
    while at < size {
        let range = format!("bytes={at}-{}", at + 999);
        let response = rig.get_raw(url, &[("Range", &range)]).await;
        assert_eq!(response.status(), 206);
        let last = (at + 999).min(size - 1);
        assert_eq!(response.headers()["content-range"], format!("bytes {at}-{last}/{size}"));
        decryptor.push(&response.bytes().await.unwrap(), &mut plain);
        at += 1000;
    }
    decryptor.finish(&mut plain).unwrap();
    let document: Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(document["userlist"].as_array().unwrap().len(), 7);
    let beyond = rig.get_raw(url, &[("Range", &format!("bytes={size}-"))]).await;
    assert_eq!(beyond.status(), 416);
    assert_eq!(beyond.headers()["content-range"], format!("bytes */{size}"));
}

#[tokio::test]
async fn the_end_is_told_to_the_app_that_submitted_the_job() {
    let rig = Rig::new().await;
    let listener = Listener::start(rig.sim.corp_id()).await;
    let agent_id = rig.sim.agent_id();
    rig.sim
        .console()
        .set_callback(ConsoleCallback::new(&listener.url, TOKEN, LISTENER_KEY).app(agent_id))
        .await
        .unwrap();
    let with_tag = json!({"encoding_aeskey": KEY, "tagid": 1});
    for (call, kind) in [
        ("export/simple_user", "export_simple_user"),
        ("export/user", "export_user"),
        ("export/department", "export_department"),
        ("export/taguser", "export_tag"),
    ] {
        let id = rig.post(By::App, call, &with_tag).await["jobid"].clone();
        rig.sim.advance(JOB);
        assert!(rig.sim.settled().await);
        let received = listener.received();
        let event = received.last().unwrap();
        assert_eq!(event.agent_id.as_deref(), Some(agent_id.to_string().as_str()));
        let job = format!(
            "<JobId><![CDATA[{}]]></JobId><JobType><![CDATA[{kind}]]></JobType><ErrCode>0</ErrCode>",
            id.as_str().unwrap()
        );
        assert!(event.xml.contains(&job), "{}", event.xml);
    }
    rig.post(By::Contacts, "export/taguser", &with_tag).await;
    rig.sim.advance(JOB);
    assert!(rig.sim.settled().await);
    assert_eq!(listener.received().len(), 4, "the contacts assistant has no target here");
}

#[tokio::test]
async fn an_export_fails_when_its_tag_goes_meanwhile() {
    let rig = Rig::with(Sim::builder().job_time(Duration::from_secs(20))).await;
    let body = json!({"encoding_aeskey": KEY, "tagid": 1});
    let id = rig.post(By::App, "export/taguser", &body).await["jobid"].clone();
    assert_eq!(rig.get(By::Contacts, "tag/delete?tagid=1").await["errcode"], 0);
    rig.sim.advance(Duration::from_secs(20));
    let result = rig.get(By::App, &format!("export/get_result?jobid={}", id.as_str().unwrap())).await;
    assert_eq!(result["status"], 3);
    assert!(result.get("data_list").is_none());
}

#[tokio::test]
async fn an_app_exports_only_what_it_sees() {
    let rig = Rig::new().await;
    rig.sim.console().set_app_range(ConsoleRange::new().departments([3])).await.unwrap();
    let rows = rig.members().await;
    assert_eq!(column(&Value::from(rows), "userid"), ["wangwu", "zhaoliu", "wujiu"]);
    let departments = rig.departments().await;
    assert_eq!(departments.iter().map(|row| row.0).collect::<Vec<_>>(), [3]);
    let tag = rig.export(By::App, "export/taguser", json!({"encoding_aeskey": KEY, "tagid": 1})).await;
    assert_eq!(tag[0]["userlist"], json!([{"userid": "zhaoliu", "name": "赵六"}]));
    assert_eq!(tag[0]["partylist"], json!([]));
}

#[tokio::test]
async fn a_large_export_lies_on_disk_and_is_read_in_parts() {
    let rig = Rig::with(Sim::builder().legacy(true).seed(3_000, 20, 1).smallest_export_block(1)).await;
    let body = json!({"encoding_aeskey": KEY, "block_size": 1_300});
    let blocks = rig.export(By::App, "export/user", body.clone()).await;
    let rows: Vec<_> = blocks.iter().map(|block| block["userlist"].as_array().unwrap().len()).collect();
    assert_eq!(rows, [1_300, 1_300, 400]);
    let listed = rig.get(By::App, "user/list?department_id=1&fetch_child=1").await;
    let of = |rows: &Value| column(rows, "userid").iter().map(|id| id.to_string()).collect::<Vec<_>>();
    let mut exported: Vec<String> = blocks.iter().flat_map(|block| of(&block["userlist"])).collect();
    let mut all = of(&listed["userlist"]);
    exported.sort();
    all.sort();
    assert_eq!(exported, all);

    let reply = rig.post(By::App, "export/user", &body).await;
    rig.sim.advance(JOB);
    let path = format!("export/get_result?jobid={}", reply["jobid"].as_str().unwrap());
    let file = rig.get(By::App, &path).await["data_list"][1].clone();
    let (url, size) = (file["url"].as_str().unwrap(), file["size"].as_u64().unwrap());
    assert!(size > 600_000, "several pieces: {size}");
    let whole = rig.get_raw(url, &[]).await;
    assert_eq!(whole.headers()["content-length"], size.to_string().as_str());
    let whole = whole.bytes().await.unwrap();
    assert_eq!(whole.len() as u64, size);
    for (first, last) in [(0, 0), (1, 300_000), (262_143, 262_144), (size - 500_000, size - 1)] {
        let part = rig.get_raw(url, &[("Range", &format!("bytes={first}-{last}"))]).await;
        assert_eq!(part.status(), 206);
        assert_eq!(part.bytes().await.unwrap(), whole[first as usize..=last as usize], "{first}-{last}");
    }
}

#[tokio::test]
async fn an_export_that_cannot_be_written_fails_and_the_next_call_does_not() {
    let builder = Sim::builder().legacy(true).seed(3_000, 20, 1).spool_dir("/nowhere/at/all");
    let rig = Rig::with(builder).await;
    let id = rig.post(By::App, "export/user", &body()).await["jobid"].clone();
    rig.sim.advance(JOB);
    let result = rig.get(By::App, &format!("export/get_result?jobid={}", id.as_str().unwrap())).await;
    assert_eq!(result["status"], 3);
    assert!(result.get("data_list").is_none());
    assert_eq!(rig.departments().await.len(), 20, "small files need no disk");
}

#[tokio::test]
async fn a_link_outlives_its_job() {
    let rig = Rig::new().await;
    let reply = rig.post(By::App, "export/user", &body()).await;
    rig.sim.advance(JOB);
    let path = format!("export/get_result?jobid={}", reply["jobid"].as_str().unwrap());
    let url = rig.get(By::App, &path).await["data_list"][0]["url"].as_str().unwrap().to_owned();
    for _ in 0..20 {
        rig.post(By::App, "export/department", &body()).await;
        rig.sim.advance(JOB);
    }
    assert_eq!(rig.get(By::App, &path).await["errcode"], 40088, "only the latest are kept");
    assert_eq!(rig.get_raw(&url, &[]).await.status(), 200);
    rig.sim.advance(Duration::from_secs(2 * 3600));
    assert_eq!(rig.get_raw(&url, &[]).await.status(), 403);
}

#[tokio::test]
async fn whoever_moves_the_clock_waits_for_the_files_even_if_it_runs_by_itself() {
    let builder = Sim::builder().legacy(true).seed(3_000, 20, 1).job_time(Duration::from_secs(3600));
    let rig = Rig::with(builder.running_clock(true)).await;
    let mut paths = Vec::new();
    for _ in 0..3 {
        let reply = rig.post(By::App, "export/user", &body()).await;
        paths.push(format!("export/get_result?jobid={}", reply["jobid"].as_str().unwrap()));
    }
    let (status, _) = rig.control("clock/advance", &json!({"seconds": 3600})).await;
    assert_eq!(status, 200);
    for path in &paths {
        assert_eq!(rig.get(By::App, path).await["status"], 2);
    }
}

#[tokio::test]
async fn a_job_without_duration_is_done_by_the_next_call() {
    let rig = Rig::with(Sim::builder().job_time(Duration::ZERO)).await;
    let reply = rig.post(By::App, "export/user", &body()).await;
    let path = format!("export/get_result?jobid={}", reply["jobid"].as_str().unwrap());
    assert_eq!(rig.get(By::App, &path).await["status"], 2);
}
