//! The writes in the simulator's log.

use std::collections::BTreeMap;

use serde_json::Value;
use wecom_sim::{Request, Sim};

use crate::setting::Log;

/// The executed writes with their numbers.
#[derive(Default)]
pub(super) struct Ledger {
    log: Log,
    pub(super) requests: usize,
    /// For each endpoint and marker: the number of executions and of successes.
    pub(super) writes: BTreeMap<(String, String), Executed>,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Executed {
    pub(super) times: usize,
    pub(super) succeeded: usize,
}

impl Ledger {
    /// Reads the new entries of the log.
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

/// Returns the unique marker of this write.
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
