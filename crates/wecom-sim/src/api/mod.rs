//! The API under `/cgi-bin/`: one module per chapter, one function per endpoint.
//!
//! A request passes these checks in order: route, token, IP, kind of secret. Then the endpoint checks its arguments.
//! The order is a choice (it is not documented), see `docs/fidelity.md`.

mod args;
mod auth;
mod call;
mod chain_imports;
mod contact_rules;
mod corp_groups;
mod departments;
mod execution;
mod exports;
mod fault_injection;
mod identity;
mod imports;
mod incoming;
mod linked_corps;
mod media;
mod member_form;
mod members;
mod refusal;
mod reply;
mod route;
mod routes;
mod tags;
mod unread;
mod written;

use std::sync::Arc;

use axum::response::Response;

pub(crate) use args::Args;
pub(crate) use incoming::Incoming;
pub(crate) use routes::PATHS;

use crate::{
    connections::ConnectionBreaker,
    request_log::{Trace, beginning},
    shared::Shared,
};
use execution::{Received, execute, note};

/// Maximum number of bytes of an unknown path in the program's log.
const LOGGED_PATH: usize = 200;

/// Returns the reply to one request, or breaks its connection.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    incoming: Incoming,
    breaker: &ConnectionBreaker,
) -> Response {
    let path = incoming.uri.path().strip_prefix("/cgi-bin/").unwrap_or_default();
    let Some(route) = routes::route(path) else {
        let path = beginning(path, LOGGED_PATH);
        tracing::warn!(?path, "unknown API path");
        return reply::unknown_path();
    };
    let hook = shared.call_hook.read().clone();
    if let Some(hook) = hook {
        hook(shared, path).await;
    }
    let args = Args::read(&incoming, route.body()).await;
    if shared.faults.has_call_rules() || shared.rate_limiter.is_on() {
        return fault_injection::answer(shared, Received { incoming, route, args }, breaker).await;
    }
    let write = written::pending_write(&route, &args, &incoming);
    let (now, mut trace) = (shared.clock.now(), Trace { write, ..Trace::default() });
    let outcome = execute(shared, &incoming, &route, args, now, &mut trace);
    note(shared, incoming, &route, outcome, now, trace)
}
