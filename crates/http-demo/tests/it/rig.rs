//! A simulator, and the router in front of it.

use axum::{Router, body::Body};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use http_demo::{AppState, app};
use serde_json::Value;
use tower::ServiceExt;
use wecom_contacts::{Client, Secret};
use wecom_sim::Sim;

pub(crate) struct Rig {
    pub(crate) sim: Sim,
    pub(crate) state: AppState,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|error| panic!("{error}: {:?}", self.bytes))
    }

    /// The error, which must have a remedy in both languages.
    pub(crate) fn error(&self, status: u16, class: &str) -> Value {
        let error = self.json()["error"].take();
        assert_eq!((self.status.as_u16(), error["class"].as_str()), (status, Some(class)), "{error}");
        for language in ["en", "zh"] {
            assert!(error["message"][language].as_str().is_some_and(|text| !text.is_empty()), "{error}");
            assert!(error["remedies"][0][language].as_str().is_some_and(|text| !text.is_empty()), "{error}");
        }
        error
    }
}

impl Rig {
    pub(crate) async fn start() -> Self {
        let sim = Sim::start().await;
        let client = |secret| {
            Client::builder(sim.corp_id(), secret).base_url(sim.url()).build().expect("a usable URL")
        };
        let writer = client(Secret::contacts_sync(sim.contacts_secret()));
        let reader = client(Secret::app(sim.agent_id(), sim.app_secret()));
        Self { state: AppState::new(writer, reader), sim }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Body::empty()).await
    }

    /// The reply of a request that must succeed.
    pub(crate) async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", String::from_utf8_lossy(&answer.bytes));
        answer.json()
    }

    pub(crate) async fn json(&self, method: &str, path: &str, body: Value) -> Answer {
        self.send(method, path, Body::from(body.to_string())).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Body) -> Answer {
        let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8430");
        self.request(request.body(body).expect("a request")).await
    }

    pub(crate) async fn request(&self, request: Request<Body>) -> Answer {
        answer(app(self.state.clone()), request).await
    }

    /// The last request that the simulator received.
    pub(crate) fn last_request(&self) -> wecom_sim::Request {
        self.sim.requests().pop().expect("a request was sent")
    }
}

pub(crate) async fn answer(app: Router, request: Request<Body>) -> Answer {
    let (head, body) = app.oneshot(request).await.expect("the router answers").into_parts();
    let bytes = body.collect().await.expect("the body is whole").to_bytes().into();
    Answer { status: head.status, headers: head.headers, bytes }
}
