//! The logs: requests, writes and deliveries.

use axum::Json;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Nothing,
    input::{Input, Refused, StrictQuery},
    operation::{Call, Operation, PathInput},
    schemas::Schemas,
};
use crate::{
    request_log::Request,
    shared::Shared,
    world::callback::{DeliveryQueue, DeliveryRecord, ResendError},
    write_log::WriteLog,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_sim/requests", "requests", "Returns API requests, oldest first.", requests),
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

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RequestsQuery {
    /// Maximum number of requests; the latest are returned.
    limit: Option<usize>,
    /// The path below `/cgi-bin/`.
    path: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Requests {
    requests: Vec<Request>,
}

async fn requests(call: Call<(), StrictQuery<RequestsQuery>>) -> Result<Json<Requests>, Refused> {
    let asked = call.query.0;
    let mut requests = call.shared.requests.lock().shown();
    requests.retain(|one| asked.path.as_ref().is_none_or(|path| *path == one.path));
    keep_last(&mut requests, asked.limit);
    Ok(Json(Requests { requests }))
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
    /// Maximum number of deliveries; the latest are returned.
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
    keep_last(&mut deliveries, asked.limit);
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
