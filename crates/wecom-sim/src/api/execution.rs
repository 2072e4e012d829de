//! Executes one call: token, IP, kind of secret, endpoint, log, reply.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method};

use super::{
    args::Args,
    call::{Call, Outcome},
    incoming::Incoming,
    reply::Reply,
    route::{Handler, Route},
    written::add_assigned_id,
};
use crate::{
    clock::Millis,
    media_downloads,
    request_log::{Logged, Trace, reply_beginning},
    shared::Shared,
    world::{Caller, Fail, World},
};

/// A request with a known endpoint and parsed arguments.
pub(super) struct Received {
    pub(super) incoming: Incoming,
    pub(super) route: Route,
    pub(super) args: Args,
}

/// Executes a call.
pub(super) fn execute(
    shared: &Arc<Shared>,
    incoming: &Incoming,
    route: &Route,
    args: Args,
    now: Millis,
    trace: &mut Trace,
) -> Outcome {
    let outcome = dispatch(shared, incoming, route, args, now, trace)
        .and_then(|reply| reply.in_pieces(&incoming.headers));
    if matches!(route.handler, Handler::Write(..)) {
        media_downloads::start_downloads(shared);
    }
    outcome
}

/// Writes a call into the log and returns its reply.
pub(super) fn note(
    shared: &Shared,
    incoming: Incoming,
    route: &Route,
    outcome: Outcome,
    now: Millis,
    mut trace: Trace,
) -> Response {
    let ip = incoming.ip;
    if let Some(write) = &mut trace.write {
        add_assigned_id(write, &outcome);
    }
    let code = errcode(&outcome);
    match outcome {
        Ok(reply) => {
            trace.reply = reply_beginning(reply.text());
            let headers = log(shared, incoming, code, now, trace);
            reply.into_response(&headers)
        }
        Err(fail) => {
            let refusal = fail.refusal(now, ip, route.empty);
            trace.reply = reply_beginning(&refusal.body);
            log(shared, incoming, code, now, trace);
            refusal.into_response()
        }
    }
}

/// Returns the errcode of the reply; `None` for a file.
pub(super) fn errcode(outcome: &Outcome) -> Option<i32> {
    match outcome {
        Ok(reply) => reply.errcode(),
        Err(fail) => Some(fail.code),
    }
}

/// Adds a request to the logs, without its headers.
pub(super) fn log(
    shared: &Shared,
    incoming: Incoming,
    errcode: Option<i32>,
    at: Millis,
    mut trace: Trace,
) -> HeaderMap {
    let Incoming { method, uri, headers, body, .. } = incoming;
    if let Some(write) = trace.write.take() {
        let executed = trace.executed && errcode == Some(0);
        let caller = trace.caller.as_ref().map(Caller::name);
        shared.writes.lock().push(at, write, caller, executed, errcode);
    }
    let logged = Logged::new(at, method, &uri, &body, errcode, trace);
    shared.requests.lock().push(logged);
    headers
}

fn dispatch(
    shared: &Shared,
    incoming: &Incoming,
    route: &Route,
    args: Args,
    now: Millis,
    trace: &mut Trace,
) -> Outcome {
    if route.post && incoming.method != Method::POST {
        // The help of 40058 mentions a GET to a POST endpoint.
        return Err(Fail::new(40058, "invalid Request Parameter, POST is required"));
    }
    let identify = |world: &World, args: &Args, access| {
        args.set_strict_numbers(world.choices.strict_numbers);
        let caller = world.authenticate(args.access_token(), now)?;
        world.check_ip(&caller, incoming.ip)?;
        world.check_access(&caller, access)?;
        if world.choices.refuse_unicode_escapes && args.has_body() && has_escapes(&incoming.body) {
            return Err(Fail::of(40033));
        }
        Ok::<_, Fail>(caller)
    };
    let (warned, outcome) = match route.handler {
        Handler::Open(handler) => {
            let mut world = shared.world.write();
            world.acting_at = now;
            trace.executed = true;
            args.set_strict_numbers(world.choices.strict_numbers);
            let outcome = handler(&mut world, &args, now, incoming.ip);
            trace.unread = args.unread();
            (args.is_misread(), outcome)
        }
        Handler::Read(access, handler) => {
            let world = shared.world.read();
            let caller = identify(&world, &args, access)?;
            trace.reached_by(&caller);
            let call = Call { caller, args, now };
            let outcome = handler(&world, &call);
            trace.unread = call.args.unread();
            (call.args.is_misread(), outcome)
        }
        Handler::Write(access, handler) => {
            let mut world = shared.world.write();
            world.acting_at = now;
            let caller = identify(&world, &args, access)?;
            trace.reached_by(&caller);
            let call = Call { caller, args, now };
            let outcome = handler(&mut world, &call);
            trace.unread = call.args.unread();
            (call.args.is_misread(), outcome)
        }
    };
    if warned { outcome.map(Reply::with_warning).map_err(Fail::with_warning) } else { outcome }
}

/// Whether JSON text contains a `\uXXXX` escape. In `\\u` the backslash is escaped, so that is not one.
fn has_escapes(body: &[u8]) -> bool {
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'\\' && bytes.next() == Some(&b'u') {
            return true;
        }
    }
    false
}
