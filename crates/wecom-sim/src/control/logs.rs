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
    write_log::{SelectedWrites, WriteFilter},
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
/// Maximum number of bytes of the entries of a reply, before their JSON is escaped.
const ENTRY_BYTES: usize = 8 << 20;

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
    Ok(Json(log.selected(&filter, limit.unwrap_or(ENTRIES), ENTRY_BYTES)))
}

/// A number of requests.
#[derive(Serialize, JsonSchema)]
struct RequestCount {
    count: usize,
}

async fn count_requests(call: Call<(), (), Input<RequestFilter>>) -> Result<Json<RequestCount>, Refused> {
    Ok(Json(RequestCount { count: call.shared.requests.lock().count(&call.body.0) }))
}

/// The fields of [`WriteFilter`] and the limit.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WritesQuery {
    /// Maximum number of writes; the latest are returned. Defaults to 1,000. A reply also has at most 8 MiB of writes.
    limit: Option<usize>,
    /// The path below `/cgi-bin/`.
    endpoint: Option<String>,
    /// The number of a write; only later ones are returned.
    after: Option<u64>,
    /// The number of a write; only earlier ones are returned. The number of the first write of a reply gives the page
    /// before it.
    before: Option<u64>,
}

async fn writes(call: Call<(), StrictQuery<WritesQuery>>) -> Result<Json<SelectedWrites>, Refused> {
    let WritesQuery { limit, endpoint, after, before } = call.query.0;
    let filter = WriteFilter { endpoint, after, before };
    let log = call.shared.writes.lock();
    Ok(Json(log.selected(&filter, limit.unwrap_or(ENTRIES), ENTRY_BYTES)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DeliveriesQuery {
    /// Maximum number of deliveries; the latest are returned. Defaults to 1,000. A reply also has at most 8 MiB of
    /// deliveries.
    limit: Option<usize>,
    /// The event, such as `change_contact/create_user`.
    event: Option<String>,
    /// The number of a delivery; only earlier ones are returned.
    before: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct Deliveries {
    deliveries: Vec<DeliveryRecord>,
}

async fn deliveries(call: Call<(), StrictQuery<DeliveriesQuery>>) -> Result<Json<Deliveries>, Refused> {
    let DeliveriesQuery { limit, event, before } = call.query.0;
    let world = call.shared.world.read();
    let wanted = world.deliveries.deliveries().rev().filter(|one| {
        event.as_ref().is_none_or(|event| *event == one.event) && before.is_none_or(|before| one.id < before)
    });
    let mut size = 0;
    let bounded = wanted.take(limit.unwrap_or(ENTRIES)).enumerate().take_while(|(place, one)| {
        size += one.bytes();
        size <= ENTRY_BYTES || *place == 0
    });
    let mut deliveries: Vec<_> = bounded.map(|(_, one)| one.clone()).collect();
    deliveries.reverse();
    Ok(Json(Deliveries { deliveries }))
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
