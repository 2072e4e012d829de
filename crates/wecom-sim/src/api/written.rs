//! What a call writes, for the log of writes.

use serde_json::Value;

use super::{args::Args, call::Outcome, incoming::Incoming, reply::Reply, route::Route};
use crate::{
    request_log::beginning,
    write_log::{ID_KEPT, IDS_KEPT, PendingWrite, digest_of},
};

/// Returns the write that a call asks for; `None` for an endpoint that writes nothing.
pub(super) fn pending_write(route: &Route, args: &Args, incoming: &Incoming) -> Option<PendingWrite> {
    let written = route.written?;
    let ids = match args.value(written.key) {
        Some(value) => ids(value),
        None => args.query(written.key).map(|id| beginning(id, ID_KEPT).to_owned()).into_iter().collect(),
    };
    let digest = digest_of(args.pairs(), &incoming.body);
    Some(PendingWrite { endpoint: route.path, written, ids, digest })
}

/// Adds the id that the server assigned to the object.
pub(super) fn add_assigned_id(write: &mut PendingWrite, outcome: &Outcome) {
    if write.ids.is_empty()
        && let Ok(Reply::Json { body, .. }) = outcome
        && let Ok(Value::Object(reply)) = serde_json::from_slice(body)
        && let Some(value) = reply.get(write.written.key)
    {
        write.ids = ids(value);
    }
}

/// Returns one id, or a list of ids.
fn ids(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(id).take(IDS_KEPT).collect(),
        one => id(one).into_iter().collect(),
    }
}

fn id(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(beginning(text, ID_KEPT).to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
