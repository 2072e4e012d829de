//! Several corps on one server.

use std::{io, time::Duration};

use http::Method;
use serde_json::{Value, json};
use wecom_sim::Sim;

use crate::rig::{By, KEY, Rig, expect, read};

fn second() -> wecom_sim::SimBuilder {
    Sim::builder()
        .corp_id("ww-second")
        .contacts_secret("second-contacts")
        .app(1_000_009, "second-app")
        .seed(30, 4, 7)
}

async fn userids(rig: &Rig) -> Vec<Value> {
    let reply = rig.get(By::App, "user/simplelist?department_id=1&fetch_child=1").await;
    expect(0, &reply);
    reply["userlist"].as_array().unwrap().iter().map(|member| member["userid"].clone()).collect()
}

/// Asks for a token, and returns the reply.
async fn gettoken(rig: &Rig, corp_id: &str, secret: &str) -> Value {
    let url = format!("{}/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}", rig.sim.url());
    read(rig.get_raw(&url, &[]).await).await
}

#[tokio::test]
async fn each_corp_answers_for_its_own_corp_id_and_tokens() {
    let rig = Rig::new().await;
    let other = rig.add_corp(second()).await;
    assert_eq!(other.sim.url(), rig.sim.url());
    assert_eq!(other.sim.control_url(), format!("{}/_sim/corps/ww-second/", rig.sim.url()));
    assert_eq!((userids(&rig).await.len(), userids(&other).await.len()), (7, 30));

    let userid = userids(&other).await[1].as_str().unwrap().to_owned();
    expect(0, &other.get(By::Contacts, &format!("user/delete?userid={userid}")).await);
    rig.act("delete_member", json!({"userid": "wujiu"})).await;
    assert_eq!((userids(&rig).await.len(), userids(&other).await.len()), (6, 29));
    assert_eq!(other.look("state").await["members"], 29);
    assert_eq!(rig.look("state").await["members"], 6);

    let app_secret = rig.sim.app_secret();
    expect(40001, &gettoken(&rig, "ww-second", app_secret).await);
    expect(40013, &gettoken(&rig, "ww-third", app_secret).await);
}

#[tokio::test]
async fn each_corp_has_its_own_clock_faults_and_logs() {
    let rig = Rig::new().await;
    let other = rig.add_corp(second()).await;
    let first_url = rig.url(By::App, "user/get?userid=zhangsan").await;
    let second_url = other.url(By::App, "department/simplelist").await;
    other.sim.advance(Duration::from_secs(7_300));
    expect(0, &read(rig.get_raw(&first_url, &[]).await).await);
    // The token is known as one of the second corp although it has expired.
    expect(42001, &read(rig.get_raw(&second_url, &[]).await).await);

    let fault = json!({"calls": [{"path": "department/simplelist", "fault": {"errcode": -1}}]});
    other.set("faults", &fault).await;
    expect(-1, &other.get(By::App, "department/simplelist").await);
    expect(0, &rig.get(By::App, "department/simplelist").await);

    let paths = |rig: &Rig| rig.sim.requests().iter().map(|one| one.path.clone()).collect::<Vec<_>>();
    assert!(paths(&other).iter().all(|path| !path.contains("user/get")), "{:?}", paths(&other));
    assert!(paths(&rig).iter().any(|path| path.contains("user/get")), "{:?}", paths(&rig));
}

#[tokio::test]
async fn the_links_of_an_added_corp_lead_to_its_files() {
    let rig = Rig::new().await;
    let other = rig.add_corp(second()).await;
    let documents = other.export(By::App, "export/simple_user", json!({"encoding_aeskey": KEY})).await;
    assert_eq!(documents[0]["userlist"].as_array().unwrap().len(), 30);
}

#[tokio::test]
async fn the_surface_of_an_added_corp_reads_the_parameters_of_its_own_paths() {
    let rig = Rig::new().await;
    let other = rig.add_corp(second()).await;
    let (status, taken) = other.control("snapshots/before", &json!({})).await;
    assert_eq!((status, &taken["name"], &taken["members"]), (200, &json!("before"), &json!(30)));
    other.act("create_department", json!({"name": "新", "parentid": 1})).await;
    let (status, _) = other.control("snapshots/before/restore", &json!({})).await;
    assert_eq!((status, other.sim.state().departments, rig.sim.state().departments), (200, 4, 5));
    assert_eq!(rig.look("snapshots").await["snapshots"], json!([]));
}

#[tokio::test]
async fn a_corp_is_added_listed_and_removed_over_http() {
    let rig = Rig::new().await;
    let (status, access) = rig.control("corps", &json!({"corp_id": "ww-b", "members": 12})).await;
    assert_eq!(status, 200, "{access}");
    let control_url = format!("{}/_sim/corps/ww-b/", rig.sim.url());
    assert_eq!(
        access,
        json!({
            "url": rig.sim.url(),
            "control_url": control_url,
            "corp_id": "ww-b",
            "contacts_secret": "ww-b-contacts-secret",
            "agent_id": 1_000_002,
            "app_secret": "ww-b-app-secret",
        })
    );
    let listed = rig.look("corps").await["corps"].clone();
    let expected = json!([
        {"corp_id": rig.sim.corp_id(), "control_url": rig.sim.control_url(), "members": 7, "departments": 5},
        {"corp_id": "ww-b", "control_url": control_url, "members": 12, "departments": 1},
    ]);
    assert_eq!(listed, expected);

    let token = gettoken(&rig, "ww-b", "ww-b-app-secret").await["access_token"].clone();
    let url = format!("{}/cgi-bin/department/simplelist?access_token=", rig.sim.url());
    let url = format!("{url}{}", token.as_str().unwrap());
    expect(0, &read(rig.get_raw(&url, &[]).await).await);
    let requests = read(rig.get_raw(&format!("{control_url}requests"), &[]).await).await;
    assert_eq!(requests["requests"].as_array().unwrap().len(), 2, "{requests}");

    let (status, _) = rig.send(Method::DELETE, "/_sim/corps/ww-b", &[], Vec::new()).await;
    assert_eq!(status, 200);
    expect(40014, &read(rig.get_raw(&url, &[]).await).await);
    expect(40013, &gettoken(&rig, "ww-b", "ww-b-app-secret").await);
    let (status, _) = rig.send(Method::GET, "/_sim/corps/ww-b/state", &[], Vec::new()).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_cannot_be_added_or_removed_is_refused_with_the_reason() {
    let rig = Rig::new().await;
    let own = rig.sim.corp_id().to_owned();
    for (body, wanted) in [
        (json!({"corp_id": own}), 409),
        (json!({"corp_id": "a/b"}), 400),
        (json!({"corp_id": ""}), 400),
        (json!({"corp_id": "x".repeat(65)}), 400),
        (json!({"corp_id": "ww-b", "members": 100_000_000}), 400),
        (json!({"corp_id": "ww-b", "memberz": 1}), 400),
        (json!({}), 400),
    ] {
        let (status, reply) = rig.control("corps", &body).await;
        assert_eq!(status, wanted, "{body}: {reply}");
    }
    for id in [own.as_str(), "ww-b"] {
        let (status, _) = rig.send(Method::DELETE, &format!("/_sim/corps/{id}"), &[], Vec::new()).await;
        assert_eq!(status, 404, "{id}");
    }
    for number in 1..64 {
        let (status, reply) = rig.control("corps", &json!({"corp_id": format!("ww-{number}")})).await;
        assert_eq!(status, 200, "{reply}");
    }
    let (status, reply) = rig.control("corps", &json!({"corp_id": "ww-64"})).await;
    assert_eq!(
        (status, reply["error"].as_str()),
        (409, Some("the maximum number of corps is 64; remove one first"))
    );
}

#[tokio::test]
async fn the_surface_of_an_added_corp_refuses_other_sites() {
    let rig = Rig::new().await;
    let _other = rig.add_corp(second()).await;
    for path in ["/_sim/corps/ww-second/state", "/_sim/corps/unknown/state", "/_sim/corps"] {
        for header in [("host", "evil.example"), ("origin", "http://evil.example")] {
            let (status, _) = rig.send(Method::GET, path, &[header], Vec::new()).await;
            assert_eq!(status, 403, "{path} {header:?}");
        }
    }
    let (status, _) = rig.send(Method::GET, "/_sim/corps/ww-second/", &[], Vec::new()).await;
    assert_eq!(status, 200, "the page of the corp");
}

#[tokio::test]
async fn a_dropped_simulator_takes_its_corp_away_and_a_stopped_server_takes_none() {
    let sim = Sim::start().await;
    let other = sim.add_corp(second()).await.unwrap();
    let taken = sim.add_corp(second()).await.unwrap_err();
    assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
    drop(other);
    let again = sim.add_corp(second()).await.unwrap();
    sim.stop().await;
    assert_eq!(again.add_corp(Sim::builder()).await.unwrap_err().kind(), io::ErrorKind::NotConnected);
}
