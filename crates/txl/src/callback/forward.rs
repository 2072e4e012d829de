//! Forwards verified deliveries to another server: `txl callback listen --forward-to`.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{Method, StatusCode, header::CONTENT_TYPE},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::TryStreamExt;
use tokio::sync::mpsc;
use wecom_contacts::callback::Receiver;

use super::{names::EventFilter, target::CallbackUrl};
use crate::listener::Received;

/// Maximum time for the answer of the other server. WeCom waits five seconds in total.
const LIMIT: Duration = Duration::from_millis(4500);

/// Where deliveries go, and which.
#[derive(Clone, Debug)]
pub(crate) struct Forwarding {
    pub(crate) url: CallbackUrl,
    pub(crate) filter: EventFilter,
}

/// Forwards each delivery that the listener has accepted, new or repeated, and returns the answer of the other server to WeCom.
///
/// A repeated delivery must be forwarded as well: WeCom repeats it because the other server has not accepted it.
#[derive(Clone, Debug)]
pub(crate) struct Forwarder {
    to: Forwarding,
    receiver: Receiver,
    reports: mpsc::Sender<Received>,
}

impl Forwarder {
    pub(crate) fn new(to: Forwarding, receiver: Receiver, reports: mpsc::Sender<Received>) -> Self {
        Self { to, receiver, reports }
    }

    /// Passes a request to the listener, and then to the other server.
    pub(crate) async fn forward(State(this): State<Self>, request: Request, next: Next) -> Response {
        if request.method() != Method::POST {
            return next.run(request).await;
        }
        let query = request.uri().query().unwrap_or_default().to_owned();
        // The listener reads the body within its limits of size and time. The copy has what it has read.
        let copy = Arc::new(Mutex::new(Vec::new()));
        let request = request.map(|body| {
            let copy = Arc::clone(&copy);
            Body::from_stream(body.into_data_stream().inspect_ok(move |chunk| {
                copy.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(chunk);
            }))
        });
        let answer = next.run(request).await;
        if answer.status() != StatusCode::OK {
            return answer;
        }
        let body = std::mem::take(&mut *copy.lock().unwrap_or_else(PoisonError::into_inner));
        // The listener has already verified the request.
        let Ok(notification) = this.receiver.receive(&query, &body) else { return answer };
        if !this.to.filter.passes(&notification) {
            return answer;
        }
        let key = notification.key();
        let (report, response) = match this.to.url.post(&query, body, LIMIT).await {
            Ok(answer) => {
                let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
                let report = Received::Forwarded { key, status: answer.status, took: answer.took };
                let content_type = answer.content_type.unwrap_or_else(|| "text/plain".to_owned());
                (report, (status, [(CONTENT_TYPE, content_type)], answer.body).into_response())
            }
            Err(reason) => {
                (Received::NotForwarded { key, reason: reason.0 }, StatusCode::BAD_GATEWAY.into_response())
            }
        };
        // If the channel is full, the report is dropped. Events have priority.
        let _ = this.reports.try_send(report);
        response
    }
}
