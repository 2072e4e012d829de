//! The logs: requests, writes and deliveries.

use axum::Json;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    input::{Input, Nothing, Refused, StrictQuery},
    operation::{Call, Operation, PathInput},
    schemas::Schemas,
};
use crate::{
    request_log::{RequestFilter, SelectedRequests},
    shared::Shared,
    world::callback::{DeliveryQueue, DeliveryRecord, ResendError},
    write_log::WriteLog,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_sim/requests", "requests", "Returns API requests, oldest first.", requests),
        Operation::post(
            "/_sim/requests/count",
            "count_requests",
            "Counts the API requests that a filter selects.",
            count_requests,
        ),
        Operation::get(
            "/_sim/writes",
            "writes",
            "Returns the calls that change the corp or submit a job, oldest first.",
            writes,
        ),
        Operation::get(
            "/_sim/deliveries",
            "deliveries",
            "Returns callbacks with all their attempts, oldest first.",
            deliveries,
        ),
        Operation::post(
            "/_sim/deliveries/{id}/redeliver",
            "redeliver",
            "Sends a callback again: newly encrypted, with all its retries.",
            redeliver,
        ),
        Operation::post(
            "/_sim/deliveries/{id}/replay",
            "replay",
            "Posts the same bytes that a callback sent last.",
            replay,
        ),
    ]
}

/// Number of entries of a reply by default.
const ENTRIES: usize = 1_000;
/// Maximum number of bytes of the requests of a reply, before their JSON is escaped.
const REQUEST_BYTES: usize = 8 << 20;

/// The fields of [`RequestFilter`] and the limit. A flattened filter would accept unknown fields.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RequestsQuery {
    /// Maximum number of requests; the latest are returned. Defaults to 1,000. A reply also has at most 8 MiB of
    /// requests.
    limit: Option<usize>,
    /// The path below `/cgi-bin/` (`user/get`), a chapter (`user/*`) or all paths (`*`).
    path: Option<String>,
    /// The caller: `contacts` or `app 1000002`.
    caller: Option<String>,
    /// The errcode of the reply.
    errcode: Option<i32>,
    /// Whether the endpoint was executed.
    executed: Option<bool>,
    /// The earliest virtual time, in Unix milliseconds.
    since: Option<i64>,
    /// The number of a request; only later ones are returned.
    after: Option<u64>,
    /// Whether the request has fields that the endpoint did not read.
    has_unread: Option<bool>,
}

async fn requests(call: Call<(), StrictQuery<RequestsQuery>>) -> Result<Json<SelectedRequests>, Refused> {
    let RequestsQuery { limit, path, caller, errcode, executed, since, after, has_unread } = call.query.0;
    let filter = RequestFilter { path, caller, errcode, executed, since, after, has_unread };
    let log = call.shared.requests.lock();
    Ok(Json(log.selected(&filter, limit.unwrap_or(ENTRIES), REQUEST_BYTES)))
}

/// A number of requests.
#[derive(Serialize, JsonSchema)]
struct RequestCount {
    count: usize,
}

async fn count_requests(call: Call<(), (), Input<RequestFilter>>) -> Result<Json<RequestCount>, Refused> {
    Ok(Json(RequestCount { count: call.shared.requests.lock().count(&call.body.0) }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WritesQuery {
    /// Maximum number of writes; the latest are returned.
    limit: Option<usize>,
    /// The path below `/cgi-bin/`.
    endpoint: Option<String>,
}

async fn writes(call: Call<(), StrictQuery<WritesQuery>>) -> Result<Json<WriteLog>, Refused> {
    let asked = call.query.0;
    let mut log = call.shared.writes.lock().shown();
    log.writes.retain(|one| asked.endpoint.as_ref().is_none_or(|endpoint| endpoint == one.endpoint));
    keep_last(&mut log.writes, asked.limit);
    Ok(Json(log))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DeliveriesQuery {
    /// Maximum number of deliveries; the latest are returned. Defaults to 1,000.
    limit: Option<usize>,
    /// The event, such as `change_contact/create_user`.
    event: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Deliveries {
    deliveries: Vec<DeliveryRecord>,
}

async fn deliveries(call: Call<(), StrictQuery<DeliveriesQuery>>) -> Result<Json<Deliveries>, Refused> {
    let asked = call.query.0;
    let world = call.shared.world.read();
    let wanted = world.deliveries.deliveries();
    let wanted = wanted.filter(|one| asked.event.as_ref().is_none_or(|event| *event == one.event));
    let mut deliveries: Vec<_> = wanted.collect();
    keep_last(&mut deliveries, asked.limit.or(Some(ENTRIES)));
    Ok(Json(Deliveries { deliveries: deliveries.into_iter().cloned().collect() }))
}

fn keep_last<T>(all: &mut Vec<T>, limit: Option<usize>) {
    let excess = all.len().saturating_sub(limit.unwrap_or(usize::MAX));
    all.drain(..excess);
}

/// The number of a delivery.
#[derive(Debug)]
struct DeliveryId(u64);

impl PathInput for DeliveryId {
    fn parse(text: &str) -> Result<Self, Refused> {
        text.parse().map(Self).map_err(|_| Refused::bad("a delivery id must be a number"))
    }

    fn describe(schemas: &mut Schemas) -> Option<serde_json::Value> {
        let schema = schemas.request::<u64>();
        Some(serde_json::json!({"name": "id", "in": "path", "required": true, "schema": schema}))
    }
}

/// The delivery that is sent again.
#[derive(Serialize, JsonSchema)]
struct Resent {
    id: u64,
}

async fn redeliver(call: Call<DeliveryId, (), Input<Nothing>>) -> Result<Json<Resent>, Refused> {
    resend(&call.shared, &call.path, DeliveryQueue::redeliver)
}

async fn replay(call: Call<DeliveryId, (), Input<Nothing>>) -> Result<Json<Resent>, Refused> {
    resend(&call.shared, &call.path, DeliveryQueue::replay)
}

fn resend(
    shared: &Shared,
    DeliveryId(id): &DeliveryId,
    how: fn(&mut DeliveryQueue, u64) -> Result<(), ResendError>,
) -> Result<Json<Resent>, Refused> {
    how(&mut shared.world.write().deliveries, *id).map_err(|error| {
        let status = match error {
            ResendError::Unknown => StatusCode::NOT_FOUND,
            ResendError::UnderWay | ResendError::NeverSent => StatusCode::CONFLICT,
        };
        Refused::new(status, error)
    })?;
    Ok(Json(Resent { id: *id }))
}
