//! Several corps behind one address.

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use wecom_sim::{Hub, Sim};

struct Clients {
    hub: Hub,
    http: Client,
}

impl Clients {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let corp = |id: &str| Sim::builder().corp_id(id).legacy(true);
        let hub = Hub::start([
            corp("wwone"),
            corp("wwtwo").contacts_secret("second").seed(40, 3, 1),
            corp("wwthree").contacts_secret("third"),
        ]);
        Self { hub: hub.await.unwrap(), http: Client::builder().no_proxy().build().unwrap() }
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let answer = self.http.get(format!("{}{path}", self.hub.url())).send().await.unwrap();
        let status = answer.status();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    async fn token(&self, corp: &Sim) -> String {
        let query = format!("corpid={}&corpsecret={}", corp.corp_id(), corp.contacts_secret());
        let (_, reply) = self.get(&format!("/cgi-bin/gettoken?{query}")).await;
        reply["access_token"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
    }

    async fn members(&self, token: &str) -> usize {
        let path = format!("/cgi-bin/user/simplelist?access_token={token}&department_id=1&fetch_child=1");
        let (_, reply) = self.get(&path).await;
        reply["userlist"].as_array().unwrap_or_else(|| panic!("{reply}")).len()
    }
}

#[tokio::test]
async fn a_call_reaches_the_corp_of_its_token() {
    let clients = Clients::start().await;
    let [one, two, three] = clients.hub.corps() else { panic!("three corps") };
    assert_eq!([one.url(), two.url(), three.url()], [clients.hub.url(); 3]);
    assert_eq!(clients.members(&clients.token(two).await).await, 40);
    let of_one = clients.members(&clients.token(one).await).await;
    three.console().delete_member("wujiu").await.unwrap();
    assert_eq!(clients.members(&clients.token(three).await).await, of_one - 1);
    assert_eq!(clients.members(&clients.token(one).await).await, of_one);
    // Each corp has its own log, and an expired token still belongs to its corp.
    let token = clients.token(two).await;
    let logged = two.requests().len();
    two.advance(std::time::Duration::from_secs(7300));
    let (_, reply) = clients.get(&format!("/cgi-bin/tag/list?access_token={token}")).await;
    assert_eq!(reply["errcode"], 42001);
    assert_eq!(two.requests().len(), logged + 1);
}

#[tokio::test]
async fn a_secret_of_another_corp_and_an_unknown_corp_are_refused() {
    let clients = Clients::start().await;
    for (query, errcode) in [
        ("corpid=wwtwo&corpsecret=third", 40001),
        ("corpid=wwnone&corpsecret=third", 40013),
        ("corpsecret=third", 41002),
    ] {
        let (_, reply) = clients.get(&format!("/cgi-bin/gettoken?{query}")).await;
        assert_eq!(reply["errcode"], errcode, "{query}: {reply}");
    }
    for (query, errcode) in [("?access_token=unknown", 40014), ("", 41001)] {
        let (_, reply) = clients.get(&format!("/cgi-bin/tag/list{query}")).await;
        assert_eq!(reply["errcode"], errcode, "{query}: {reply}");
    }
}

#[tokio::test]
async fn each_corp_has_a_control_surface_and_the_first_has_the_usual_one() {
    let clients = Clients::start().await;
    for (path, corp_id) in [
        ("/_sim/state", "wwone"),
        ("/_sim/corps/wwone/state", "wwone"),
        ("/_sim/corps/wwtwo/state?digest=false", "wwtwo"),
        ("/_sim/corps/wwthree/state", "wwthree"),
    ] {
        let (status, state) = clients.get(path).await;
        assert_eq!((status, &state["corp_id"]), (StatusCode::OK, &json!(corp_id)), "{path}: {state}");
    }
    let url = format!("{}/_sim/corps/wwtwo/console/create_department", clients.hub.url());
    let body = json!({"name": "新部门", "parentid": 1}).to_string();
    let answer = clients.http.post(url).header("Content-Type", "application/json").body(body).send().await;
    assert_eq!(answer.unwrap().status(), StatusCode::OK);
    let departments = |id: &str| clients.hub.corp(id).unwrap().state().departments;
    assert_eq!((departments("wwtwo"), departments("wwthree")), (4, departments("wwone")));

    let (status, error) = clients.get("/_sim/corps/wwnone/state").await;
    assert_eq!(status, StatusCode::NOT_FOUND, "{error}");
    assert_eq!(clients.get("/_sim/corps/wwtwo/nothing").await.0, StatusCode::NOT_FOUND);
    // The page of a corp needs the slash at its end.
    let (status, _) = clients.get("/_sim/corps/wwtwo").await;
    assert_eq!(status, StatusCode::OK);
    // The guard against other sites covers every corp.
    for path in ["/_sim/corps/wwtwo/state", "/_sim/corps/wwone/state"] {
        let request = clients.http.get(format!("{}{path}", clients.hub.url()));
        let answer = request.header("Origin", "http://evil.example.com").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn a_hub_without_corps_or_with_the_same_corp_twice_does_not_start() {
    let error = Hub::start([]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    let error = Hub::start([Sim::builder(), Sim::builder()]).await.unwrap_err();
    assert!(error.to_string().contains("same id"), "{error}");
}

#[tokio::test]
async fn a_stopped_hub_refuses_connections() {
    let clients = Clients::start().await;
    let Clients { hub, http } = clients;
    let url = format!("{}/_sim/healthz", hub.url());
    assert_eq!(http.get(&url).send().await.unwrap().status(), StatusCode::OK);
    hub.stop().await;
    assert!(http.get(&url).send().await.is_err());
}
