//! A set of rules, as JSON or built in Rust, and what is wrong with it.

use serde::{Deserialize, Serialize};

use super::{call_rules::CallRule, counting::RuleState, delivery_rules::DeliveryRule};

/// The rules of what goes wrong. The order counts: of two rules that apply to the same call with the same kind of fault, the first wins.
///
/// ```
/// use wecom_sim::{CallRule, Fault, FaultRules, When};
///
/// let rules = FaultRules::new().call(CallRule::new("user/*", Fault::errcode(-1)).when(When::Next(2)));
/// let json = r#"{"calls": [{"path": "user/*", "when": {"next": 2}, "fault": {"errcode": -1}}]}"#;
/// assert_eq!(rules, serde_json::from_str(json).unwrap());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultRules {
    /// Rules about calls of the API.
    pub calls: Vec<CallRule>,
    /// Rules about callback deliveries.
    pub deliveries: Vec<DeliveryRule>,
}

impl FaultRules {
    /// No rules: nothing goes wrong.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more rule about calls, behind the others.
    #[must_use]
    pub fn call(mut self, rule: CallRule) -> Self {
        self.calls.push(rule);
        self
    }

    /// With one more rule about deliveries, behind the others.
    #[must_use]
    pub fn delivery(mut self, rule: DeliveryRule) -> Self {
        self.deliveries.push(rule);
        self
    }

    /// Names the first rule that cannot work; `endpoints` are all that there are.
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

/// A rule that cannot work; nothing was set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {reason}")]
#[non_exhaustive]
pub struct FaultError {
    /// Its place among the rules, such as `calls[0]`.
    pub rule: String,
    /// What is wrong, and what is possible instead.
    pub reason: String,
}

/// The rules at work, and what they have come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FaultState {
    /// Those about calls.
    pub calls: Vec<RuleState<CallRule>>,
    /// Those about deliveries.
    pub deliveries: Vec<RuleState<DeliveryRule>>,
}
