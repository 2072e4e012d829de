//! Faults of callback deliveries.

use serde::{Deserialize, Serialize};

use super::When;

/// A rule about callback deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DeliveryRule {
    /// Which of the deliveries it strikes.
    #[serde(default)]
    pub when: When,
}

impl DeliveryRule {
    pub(super) fn check(&self) -> Result<(), String> {
        self.when.check().map(drop)
    }
}
