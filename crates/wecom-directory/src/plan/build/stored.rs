//! What earlier runs left in the mirror: links from people to keys, and the last roster.

use std::collections::HashMap;

use serde::Deserialize;
use wecom_contacts::{CorpId, DepartmentId};

use super::people::Key;
use crate::{Result, plan::Origin, record::PersonId, store::Store};

/// The stored links from people to keys, in the form in which keys are compared.
pub(super) async fn links(
    store: &dyn Store,
    corp: &CorpId,
    key: &Key,
) -> Result<HashMap<PersonId, Box<str>>> {
    let keys = store.person_keys(corp, &key.name).await?;
    Ok(keys.into_iter().map(|linked| (linked.person, key.compared(&linked.value))).collect())
}

/// The number of people in the last applied roster of the same scope and key, undone or not.
pub(super) async fn last_roster(
    store: &dyn Store,
    corp: &CorpId,
    key: &str,
    scope: &[DepartmentId],
) -> Result<Option<u64>> {
    #[derive(Deserialize)]
    struct Applied {
        origin: Origin,
        scope: Vec<DepartmentId>,
        policy: AppliedPolicy,
    }
    #[derive(Deserialize)]
    struct AppliedPolicy {
        roster: AppliedRoster,
    }
    #[derive(Deserialize)]
    struct AppliedRoster {
        key: String,
    }
    for run in store.runs(corp).await?.into_iter().rev() {
        let Some(plan) = store.run_plan(corp, run.id).await? else { continue };
        let Ok(applied) = serde_json::from_str::<Applied>(&plan) else { continue };
        if let Origin::Roster { people, .. } = applied.origin
            && applied.scope == scope
            && applied.policy.roster.key == key
        {
            return Ok(Some(people));
        }
    }
    Ok(None)
}
