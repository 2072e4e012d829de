//! A call on a bad day: what the rules of `faults` and `rates` do to it on its way.
//!
//! In this order: frequency limits and closures (45009), parallel limits (45033), a latency before, whatever keeps the call
//! from its endpoint, the call itself, a latency after, whatever becomes of its answer.

use std::sync::Arc;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use http_body_util::BodyExt;

use super::{Fail, Received, Trace, carry_out, log, note};
use crate::{
    faults::{Fault, Moment, Strike},
    sim::Shared,
    wire::Cut,
};

/// Answers one call, or breaks its connection.
pub(super) async fn answer(shared: &Arc<Shared>, call: Received, cut: &Cut) -> Response {
    // A task of its own, as a client that hangs up does not undo what is under way at the real server either.
    let (response, fault) = match tokio::spawn(run(Arc::clone(shared), call)).await {
        Ok(ended) => ended,
        Err(error) => {
            tracing::error!(%error, "a call did not come to its end");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    match fault {
        Some(Fault::Reset(_)) => {
            cut.at_once();
            response
        }
        Some(Fault::Truncate { bytes, chunked }) => truncated(response, bytes, chunked, cut).await,
        _ => response,
    }
}

/// The answer, and the fault that it meets on its way back.
async fn run(shared: Arc<Shared>, call: Received) -> (Response, Option<Fault>) {
    let now = shared.clock.now();
    let sender = shared.world.read().sender_of(call.route.path, &call.args, now);
    let strike = shared.faults.strike(call.route.path, &sender, now);
    let Strike { refused, latency, fault, faults, .. } = &strike;
    let trace = Trace { caller: sender.caller, faults: faults.clone(), ..Trace::default() };
    let refuse = |call: Received, code, now, trace| {
        note(&shared, call.incoming, &call.route, Err(Fail::of(code)), now, trace)
    };
    if let Some(code) = *refused {
        return (refuse(call, code, now, trace), None);
    }
    if let Some((time, Moment::Before)) = *latency {
        tokio::time::sleep(time).await;
        shared.settle();
    }
    let now = shared.clock.now();
    let response = match fault {
        Some(Fault::Errcode(code)) => refuse(call, *code, now, trace),
        Some(Fault::Close { .. }) => refuse(call, 45009, now, trace),
        Some(Fault::Page { at: Moment::Before, .. } | Fault::Reset(Moment::Before)) => {
            log(&shared, call.incoming, None, now, trace);
            Response::default()
        }
        _ => {
            if let (Some(Fault::KillToken(death)), Some(token)) = (fault, call.args.access_token()) {
                shared.world.write().kill_token(token, *death, now);
            }
            carry_out(&shared, call, now, trace)
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

/// The page of a gateway that has lost its upstream.
fn page(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let page = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("text/html"))], page).into_response()
}

/// The answer as it was, on a connection that breaks in the middle of it.
async fn truncated(response: Response, bytes: u64, chunked: bool, cut: &Cut) -> Response {
    let (mut head, body) = response.into_parts();
    // The bodies are all in memory: reading one neither fails nor waits.
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let kept = usize::try_from(bytes).unwrap_or(usize::MAX).min(body.len());
    if !chunked {
        if kept < body.len() {
            cut.behind_head(bytes);
        } else {
            head.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        return Response::from_parts(head, Body::from(body));
    }
    // One chunk of what comes, one of what does not; around a chunk stand its size in hexadecimal and two line ends.
    let frame = if kept == 0 { 0 } else { format!("{kept:X}\r\n\r\n").len() };
    cut.behind_head((frame + kept) as u64);
    let chunks = [body.slice(..kept), body.slice(kept..)];
    head.headers.remove(header::CONTENT_LENGTH);
    let chunks = stream::iter(chunks.map(Ok::<Bytes, std::convert::Infallible>));
    Response::from_parts(head, Body::from_stream(chunks))
}
