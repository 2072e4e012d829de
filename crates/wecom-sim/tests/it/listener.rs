//! A small callback server, as a customer would run one. It verifies, decrypts and stores events.

use std::sync::Arc;

use axum::{
    Router,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use parking_lot::Mutex;
use tokio::{net::TcpListener, sync::Notify, task::JoinHandle};
use wecom_cipher::{CallbackToken, Crypto, Delivery, EncodingAesKey, Query};

pub(crate) const TOKEN: &str = "QDG6eK";
pub(crate) const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

/// A listener on a free loopback port, which stops when dropped.
pub(crate) struct Listener {
    pub(crate) url: String,
    inbox: Arc<Inbox>,
    task: JoinHandle<()>,
}

struct Inbox {
    crypto: Crypto,
    received: Mutex<Vec<Received>>,
    posts: Mutex<Vec<Posted>>,
    /// Statuses of the next answers, before the default of 200; 0 means no answer.
    answers: Mutex<Vec<u16>>,
    /// Notified to release requests without an answer.
    release: Notify,
}

/// One accepted delivery.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) xml: String,
    pub(crate) agent_id: Option<String>,
}

/// One request, accepted or not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Posted {
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
    /// The plaintext, or the error of the decryption.
    pub(crate) opened: Result<String, wecom_cipher::Error>,
}

impl Listener {
    pub(crate) async fn start(corp_id: &str) -> Self {
        let inbox = Arc::new(Inbox {
            crypto: Crypto::new(CallbackToken::new(TOKEN), EncodingAesKey::new(KEY).unwrap(), corp_id),
            received: Mutex::default(),
            posts: Mutex::default(),
            answers: Mutex::default(),
            release: Notify::new(),
        });
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?own=1", socket.local_addr().unwrap());
        let app = Router::new().route("/hook", get(verify).post(receive)).with_state(Arc::clone(&inbox));
        let task = tokio::spawn(async move { axum::serve(socket, app).await.unwrap() });
        Self { url, inbox, task }
    }

    /// Returns the events received so far, oldest first.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inbox.received.lock().clone()
    }

    /// Returns the plaintexts received so far and removes them.
    pub(crate) fn take(&self) -> Vec<String> {
        let received = std::mem::take(&mut *self.inbox.received.lock());
        received.into_iter().map(|one| one.xml).collect()
    }

    /// Returns all requests received so far, oldest first.
    pub(crate) fn posts(&self) -> Vec<Posted> {
        self.inbox.posts.lock().clone()
    }

    /// Sets the statuses of the next answers.
    pub(crate) fn answer_next(&self, statuses: &[u16]) {
        *self.inbox.answers.lock() = statuses.iter().rev().copied().collect();
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.inbox.release.notify_waiters();
        self.task.abort();
    }
}

async fn verify(State(inbox): State<Arc<Inbox>>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match Query::parse(&query).and_then(|query| inbox.crypto.verify_url(&query)) {
        Ok(message) => message.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

async fn receive(
    State(inbox): State<Arc<Inbox>>,
    RawQuery(query): RawQuery,
    body: axum::body::Bytes,
) -> StatusCode {
    let query = query.unwrap_or_default();
    let opened = Query::parse(&query).and_then(|query| inbox.crypto.decrypt(&query, &body));
    inbox.posts.lock().push(Posted { query: query.clone(), body: body.to_vec(), opened: opened.clone() });
    let Ok(xml) = opened else {
        return StatusCode::FORBIDDEN;
    };
    let agent_id = Delivery::parse(&body).unwrap().agent_id.map(Into::into);
    let answer = inbox.answers.lock().pop().unwrap_or(200);
    if answer == 200 {
        inbox.received.lock().push(Received { xml, agent_id });
    }
    if answer == 0 {
        inbox.release.notified().await;
    }
    StatusCode::from_u16(answer).unwrap_or(StatusCode::OK)
}
