//! The gate (安全闸) of a full replacement: it stops a file that would delete too many members. Plans are judged by the same gate.

use std::collections::BTreeMap;

use wecom_directory::{
    gate::{self, Measured, NAMES},
    policy::{GateLimits, Measure},
};

use super::{corp::Corp, effects::Entry};
use crate::{
    apply::allowance,
    failure::{Exit, Failure, Result},
    messages::{Message, import::effects as messages},
};

/// Reads `members_removed=N`, the only allowance that an import takes.
pub(super) fn removals(text: &str) -> std::result::Result<u64, Message> {
    match allowance(text)? {
        (Measure::MembersRemoved, count) => Ok(count),
        _ => Err(messages::only_removals_are_allowed()),
    }
}

/// Judges the deletion of these members. `allowed` is the number that a person allowed.
///
/// # Errors
///
/// Fails with the exit code of the gate if more members would be deleted than its default limit and `allowed` permit.
pub(super) fn judge(deleted: &[Entry], corp: &Corp, allowed: Option<u64>) -> Result {
    let measured = Measured {
        count: deleted.len() as u64,
        earlier: 0,
        whole: corp.member_count() as u64,
        names: deleted.iter().take(NAMES).map(|entry| entry.words().to_string()).collect(),
    };
    let measured = BTreeMap::from([(Measure::MembersRemoved, measured)]);
    let allowed = allowed.map(|count| (Measure::MembersRemoved, count)).into_iter().collect();
    let reasons = gate::judge(&GateLimits::default(), &measured, &allowed);
    let Some(reason) = reasons.first() else { return Ok(()) };
    let failure = Failure::new(messages::gate_stops(reason)).exit(Exit::Gate);
    Err(match reason.flag() {
        Some(flag) => failure.remedy(messages::allow_by(&flag)),
        None => failure,
    })
}
