//! What earlier runs left in the mirror: links from people to keys, fingerprints of hidden values, and the last roster.

use std::collections::HashMap;

use serde::Deserialize;
use wecom_contacts::{CorpId, DepartmentId, members::MemberField};

use super::people::Key;
use crate::{Result, apply::FingerprintKey, plan::Origin, record::PersonId, store::Store};

/// The stored links from people to keys, in the form in which keys are compared.
pub(super) async fn links(
    store: &dyn Store,
    corp: &CorpId,
    key: &Key,
) -> Result<HashMap<PersonId, Box<str>>> {
    let keys = store.person_keys(corp, &key.name).await?;
    Ok(keys.into_iter().map(|linked| (linked.person, key.compared(&linked.value).into())).collect())
}

/// What runs wrote into fields that no credential shows.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// `None` if no fingerprint can be recognised.
    key: Option<FingerprintKey>,
    fingerprints: HashMap<(PersonId, MemberField), Box<str>>,
}

impl Written {
    pub(super) async fn read(store: &dyn Store, corp: &CorpId, key: Option<FingerprintKey>) -> Result<Self> {
        if key.is_none() {
            return Ok(Self::default());
        }
        let written = store.written_hidden(corp).await?.into_iter().filter_map(|written| {
            let field = MemberField::from_name(&written.field)?;
            Some(((written.person, field), written.fingerprint.into()))
        });
        Ok(Self { key, fingerprints: written.collect() })
    }

    /// Returns whether the last value that a run wrote is this one. `None` if no run is known to have written the field.
    pub(super) fn is(&self, person: Option<PersonId>, field: MemberField, value: &str) -> Option<bool> {
        let fingerprint = self.fingerprints.get(&(person?, field))?;
        let wanted = self.key.as_ref()?.fingerprint(field.name(), &value.into());
        Some(**fingerprint == *wanted)
    }
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
