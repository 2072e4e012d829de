//! Snapshots over HTTP.

use axum::Json;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    input::{Input, Nothing, Refused},
    operation::{Call, Operation, PathInput, in_background},
    schemas::Schemas,
};
use crate::{
    console::Done,
    media_downloads::start_downloads,
    snapshots::{Snapshot, SnapshotError, SnapshotName},
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("/_sim/snapshots", "snapshots", "Lists the snapshots by name.", list),
        Operation::post(
            "/_sim/snapshots/{name}",
            "take_snapshot",
            "Takes a snapshot. A snapshot of the same name is replaced.",
            take,
        ),
        Operation::post(
            "/_sim/snapshots/{name}/restore",
            "restore_snapshot",
            "Restores the corp, clock, tokens, jobs, deliveries, fault rules and rate limits of a snapshot. The logs of \
             requests and writes continue.",
            restore,
        ),
        Operation::delete("/_sim/snapshots/{name}", "delete_snapshot", "Deletes a snapshot.", delete),
    ]
}

impl PathInput for SnapshotName {
    fn parse(text: &str) -> Result<Self, Refused> {
        Ok(Self::parse(text)?)
    }

    fn describe(_schemas: &mut Schemas) -> Option<Value> {
        let schema = json!({"type": "string", "pattern": "^[a-z0-9-]{1,64}$"});
        Some(json!({"name": "name", "in": "path", "required": true, "schema": schema}))
    }
}

impl From<SnapshotError> for Refused {
    fn from(error: SnapshotError) -> Self {
        let status = match error {
            SnapshotError::Name => StatusCode::BAD_REQUEST,
            SnapshotError::Unknown => StatusCode::NOT_FOUND,
            SnapshotError::Number | SnapshotError::Size => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, error)
    }
}

#[derive(Serialize, JsonSchema)]
struct SnapshotList {
    snapshots: Vec<SnapshotInfo>,
}

/// A snapshot.
#[derive(Serialize, JsonSchema)]
struct SnapshotInfo {
    name: String,
    /// Virtual time of the snapshot in Unix milliseconds.
    now: i64,
    members: usize,
    /// Estimated size in memory.
    bytes: usize,
}

impl SnapshotInfo {
    fn of(name: &SnapshotName, snapshot: &Snapshot) -> Self {
        Self {
            name: name.as_str().to_owned(),
            now: snapshot.now,
            members: snapshot.members(),
            bytes: snapshot.bytes,
        }
    }
}

async fn list(call: Call) -> Result<Json<SnapshotList>, Refused> {
    let snapshots = call.shared.snapshots.lock();
    let infos = snapshots.iter().map(|(name, snapshot)| SnapshotInfo::of(name, snapshot));
    Ok(Json(SnapshotList { snapshots: infos.collect() }))
}

async fn take(call: Call<SnapshotName, (), Input<Nothing>>) -> Result<Json<SnapshotInfo>, Refused> {
    let name = call.path.clone();
    let snapshot = in_background(&call.shared, |shared| shared.take_snapshot(name)).await??;
    Ok(Json(SnapshotInfo::of(&call.path, &snapshot)))
}

async fn restore(call: Call<SnapshotName, (), Input<Nothing>>) -> Result<Json<Done>, Refused> {
    let name = call.path;
    in_background(&call.shared, move |shared| shared.restore_snapshot(&name)).await??;
    start_downloads(&call.shared);
    Ok(Json(Done { ok: true }))
}

async fn delete(call: Call<SnapshotName>) -> Result<Json<Done>, Refused> {
    let removed = call.shared.snapshots.lock().remove(&call.path)?;
    // A large corp is dropped outside the lock.
    drop(removed);
    Ok(Json(Done { ok: true }))
}
