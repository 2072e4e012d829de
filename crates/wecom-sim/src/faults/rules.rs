//! A set of rules from JSON or from Rust, and its check.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{call_rules::CallRule, counting::RuleState, delivery_rules::DeliveryRule};

/// The rules of fault injection. The order matters: if two rules with the same kind of fault apply to a call, the
/// first one is used.
///
/// ```
/// use wecom_sim::{CallRule, Fault, FaultRules, When};
///
/// let rules = FaultRules::new().call(CallRule::new("user/*", Fault::errcode(-1)).when(When::Next(2)));
/// let json = r#"{"calls": [{"path": "user/*", "when": {"next": 2}, "fault": {"errcode": -1}}]}"#;
/// assert_eq!(rules, serde_json::from_str(json).unwrap());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultRules {
    /// Rules for calls of the API.
    pub calls: Vec<CallRule>,
    /// Rules for callback deliveries.
    pub deliveries: Vec<DeliveryRule>,
}

impl FaultRules {
    /// Creates an empty set of rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule for calls after the others.
    #[must_use]
    pub fn call(mut self, rule: CallRule) -> Self {
        self.calls.push(rule);
        self
    }

    /// Adds a rule for deliveries after the others.
    #[must_use]
    pub fn delivery(mut self, rule: DeliveryRule) -> Self {
        self.deliveries.push(rule);
        self
    }

    /// Returns the first invalid rule as an error. `endpoints` is the list of all endpoints.
    pub(crate) fn check(&self, endpoints: &[&str]) -> Result<(), FaultError> {
        let calls = self.calls.iter().map(|rule| rule.check(endpoints)).enumerate();
        let deliveries = self.deliveries.iter().map(DeliveryRule::check).enumerate();
        let named = |kind: &'static str| {
            move |(place, checked): (usize, Result<(), String>)| {
                checked.map_err(|reason| FaultError { rule: format!("{kind}[{place}]"), reason })
            }
        };
        calls.map(named("calls")).chain(deliveries.map(named("deliveries"))).collect()
    }
}

/// An invalid rule. No rule was set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {reason}")]
#[non_exhaustive]
pub struct FaultError {
    /// The index of the rule, such as `calls[0]`.
    pub rule: String,
    /// The reason, and the possible values.
    pub reason: String,
}

/// The active rules with their counters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct FaultState {
    /// Rules for calls.
    pub calls: Vec<RuleState<CallRule>>,
    /// Rules for deliveries.
    pub deliveries: Vec<RuleState<DeliveryRule>>,
}
