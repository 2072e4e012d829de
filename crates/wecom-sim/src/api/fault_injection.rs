//! Applies the rules of `faults` and `rates` to a call.
//!
//! The order is: rate limits, closures (both 45009), parallel limits (45033), the latency before, faults that prevent
//! the execution, the call itself, the latency after, faults that change the reply.

use std::sync::Arc;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;

use super::{
    execution::{Received, errcode, execute, log, note},
    written::pending_write,
};
use crate::{
    connections::ConnectionBreaker,
    faults::{CallEffects, Fault, Moment},
    rates::LimitedCall,
    request_log::Trace,
    shared::Shared,
    world::Fail,
};

/// Returns the reply to one call, or breaks its connection.
pub(super) async fn answer(shared: &Arc<Shared>, call: Received, breaker: &ConnectionBreaker) -> Response {
    // The call has its own task, because a client that hangs up does not cancel the call on the real server either.
    let (response, fault) = match tokio::spawn(answer_with_faults(Arc::clone(shared), call)).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::error!(%error, "a call ended early");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    match fault {
        Some(Fault::Reset(_)) => {
            breaker.reset();
            response
        }
        Some(Fault::Truncate { bytes, chunked }) => truncated(response, bytes, chunked, breaker).await,
        _ => response,
    }
}

/// Returns the reply, and the fault that changes it.
async fn answer_with_faults(shared: Arc<Shared>, call: Received) -> (Response, Option<Fault>) {
    let Received { incoming, route, args } = call;
    let now = shared.clock.now();
    let sender = {
        let world = shared.world.read();
        match route.path {
            "gettoken" => world.sender_with_secret(args.query("corpid"), args.query("corpsecret")),
            _ => world.sender_with_token(args.access_token(), now),
        }
    };
    let limited = LimitedCall { path: route.path, corp: sender.corp, ip: incoming.ip };
    let effects = if shared.rate_limiter.admit(limited, now) {
        shared.faults.effects_on_call(route.path, &sender.origin(), now)
    } else {
        CallEffects::refused(45009)
    };
    let CallEffects { refused, latency, fault, faults, .. } = &effects;
    let write = pending_write(&route, &args, &incoming);
    let mut trace = Trace { caller: sender.caller, faults: faults.clone(), write, ..Trace::default() };
    let refuse = |code| Err(Fail::of(code));
    if let Some(code) = *refused {
        return (note(&shared, incoming, &route, refuse(code), now, trace), None);
    }
    if let Some((time, Moment::Before)) = *latency {
        tokio::time::sleep(time).await;
        shared.due_work.do_some().await;
    }
    let now = shared.clock.now();
    let outcome = match fault {
        Some(Fault::Page { at: Moment::Before, .. } | Fault::Reset(Moment::Before)) => None,
        Some(Fault::Errcode(code)) => Some(refuse(*code)),
        Some(Fault::Close { .. }) => Some(refuse(45009)),
        _ => {
            if let (Some(Fault::KillToken(death)), Some(token)) = (fault, args.access_token()) {
                shared.world.write().kill_token(token, *death, now);
            }
            let outcome = execute(&shared, &incoming, &route, args, now, &mut trace);
            shared.rate_limiter.note_outcome(limited, errcode(&outcome), now);
            Some(outcome)
        }
    };
    let response = match outcome {
        Some(outcome) => note(&shared, incoming, &route, outcome, now, trace),
        None => {
            log(&shared, incoming, None, now, trace);
            Response::default()
        }
    };
    if let Some((time, Moment::After)) = *latency {
        tokio::time::sleep(time).await;
    }
    let response = match fault {
        Some(Fault::Page { status, .. }) => page(*status),
        _ => response,
    };
    (response, fault.clone())
}

/// Returns the page of a gateway that has lost its upstream.
fn page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("text/html"))], page).into_response()
}

/// Returns the unchanged reply and breaks the connection in the middle of its body.
async fn truncated(response: Response, bytes: u64, chunked: bool, breaker: &ConnectionBreaker) -> Response {
    let (mut head, body) = response.into_parts();
    // All bodies are in memory, so reading one neither fails nor waits.
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let kept = usize::try_from(bytes).unwrap_or(usize::MAX).min(body.len());
    if !chunked {
        if kept < body.len() {
            breaker.close_after(bytes);
        } else {
            head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        return Response::from_parts(head, Body::from(body));
    }
    // The body has one chunk that is sent and one that is not. A chunk has its size in hexadecimal and two line ends
    // around it.
    let frame = if kept == 0 { 0 } else { format!("{kept:X}\r\n\r\n").len() };
    breaker.close_after((frame + kept) as u64);
    let chunks = [body.slice(..kept), body.slice(kept..)];
    head.headers.remove(header::CONTENT_LENGTH);
    let chunks = stream::iter(chunks.map(Ok::<Bytes, std::convert::Infallible>));
    Response::from_parts(head, Body::from_stream(chunks))
}
