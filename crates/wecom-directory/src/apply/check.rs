//! Whether a plan belongs to this corp and to this state of the mirror.

use jiff::Timestamp;
use wecom_contacts::CorpId;

use super::PlanRefused;
use crate::{Result, plan::Plan, store::Store};

/// Checks everything that can be checked without a call.
///
/// # Errors
///
/// [`Error::PlanRefused`](crate::Error::PlanRefused).
pub(super) async fn plan(store: &dyn Store, corp: &CorpId, plan: &Plan, now: Timestamp) -> Result<()> {
    if plan.corp != *corp {
        return Err(PlanRefused::OtherCorp { plan: plan.corp.to_string(), corp: corp.to_string() }.into());
    }
    if let Some(run) = store.runs(corp).await?.into_iter().find(|run| run.fingerprint == plan.fingerprint) {
        return Err(PlanRefused::AlreadyApplied { run: run.id, state: run.state }.into());
    }
    if now > plan.expires_at {
        return Err(PlanRefused::Expired { at: plan.expires_at }.into());
    }
    let summary = store.corps().await?.into_iter().find(|summary| summary.corp == *corp);
    let newest = summary.and_then(|summary| summary.last_pull);
    match newest {
        Some(newest) if newest.id == plan.basis.pull => Ok(()),
        Some(newest) if newest.id > plan.basis.pull => {
            Err(PlanRefused::OlderThanMirror { plan: plan.basis.pull, mirror: newest.id }.into())
        }
        _ => Err(PlanRefused::OtherMirror { pull: plan.basis.pull }.into()),
    }
}
