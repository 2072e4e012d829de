use std::time::Duration;

use axum::body::Body;
use http::Request;
use http_demo::{Settings, app, serve};
use serde_json::json;
use tokio::{net::TcpListener, sync::oneshot};

use crate::rig::answer;

#[tokio::test]
async fn an_event_of_the_simulator_is_received_and_shown() {
    let variable = |name: &str| match name {
        "HTTP_DEMO_KEY" => Some("0123456789abcdef".to_owned()),
        "HTTP_DEMO_LISTEN" => Some("127.0.0.1:0".to_owned()),
        _ => None,
    };
    let settings = Settings::read(variable).unwrap();
    let listener = TcpListener::bind(settings.listen).await.unwrap();
    let url = format!("http://{}/callback", listener.local_addr().unwrap());
    let (state, sim) = settings.start(&url).await.unwrap();
    let sim = sim.expect("the simulator is the default");
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve(listener, app(state.clone()), async {
        let _ = stopped.await;
    }));
    let send = |method: &str, path: &str, body: String| {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", "Bearer 0123456789abcdef")
            .body(Body::from(body))
            .unwrap();
        answer(app(state.clone()), request)
    };
    let form = json!({"userid": "curl", "name": "测试", "mobile": "13900009999", "department": [1]});
    assert_eq!(send("POST", "/members", form.to_string()).await.status, 201);

    // WeCom does not call back what the program itself has changed.
    sim.console().delete_member("curl").await.unwrap();
    assert!(sim.settled().await);
    assert!(state.drain(Duration::from_secs(10)).await.is_complete());
    let events = send("GET", "/events", String::new()).await.json();
    assert_eq!(events["events"][0]["event"], json!({"type": "member_deleted", "userid": "curl"}), "{events}");

    // A request without a signature is not from WeCom, regardless of its key.
    assert!(send("POST", "/callback", "<xml/>".into()).await.status.is_client_error());
    stop.send(()).unwrap();
    server.await.unwrap().unwrap();
}
