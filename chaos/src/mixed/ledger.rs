//! What the simulator's log says of each write.

use std::collections::BTreeMap;

use serde_json::Value;
use wecom_sim::{Request, Sim};

use crate::setting::Log;

/// The writes that were executed, counted.
#[derive(Default)]
pub(super) struct Ledger {
    log: Log,
    pub(super) requests: usize,
    /// By endpoint and marker: how often it reached the endpoint, and how often it succeeded there.
    pub(super) writes: BTreeMap<(String, String), Executed>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Executed {
    pub(super) times: usize,
    pub(super) succeeded: usize,
}

impl Ledger {
    /// Reads what is new in the log.
    pub(super) fn read(&mut self, sim: &Sim) {
        for request in self.log.fresh(sim) {
            self.requests += 1;
            let Some(marker) = marker(&request) else { continue };
            let write = self.writes.entry((request.path, marker)).or_default();
            write.times += usize::from(request.executed);
            write.succeeded += usize::from(request.executed && request.errcode == Some(0));
        }
    }
}

/// What tells this write from all others.
fn marker(request: &Request) -> Option<String> {
    let field = match request.path.as_str() {
        "user/create" => "userid",
        "user/update" => "position",
        "department/create" => "name",
        "user/delete" => {
            return request.query.iter().find(|(name, _)| name == "userid").map(|(_, value)| value.clone());
        }
        _ => return None,
    };
    let body: Value = serde_json::from_str(request.body.as_deref()?).ok()?;
    Some(body[field].as_str()?.to_owned())
}
