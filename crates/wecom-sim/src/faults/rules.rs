//! A plan: the rules of a bad day, as JSON or built in Rust, and what is wrong with it.

use serde::{Deserialize, Serialize};

use super::{CallRule, DeliveryRule, RuleState};

/// The rules of a bad day. The order counts: of two rules that strike the same call with the same kind of fault, the first wins.
///
/// ```
/// use wecom_sim::{CallRule, Fault, FaultPlan, When};
///
/// let plan = FaultPlan::new().call(CallRule::new("user/*", Fault::errcode(-1)).when(When::Next(2)));
/// let json = r#"{"calls": [{"path": "user/*", "when": {"next": 2}, "fault": {"errcode": -1}}]}"#;
/// assert_eq!(plan, serde_json::from_str(json).unwrap());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct FaultPlan {
    /// What befalls calls of the API.
    pub calls: Vec<CallRule>,
    /// What befalls callback deliveries.
    pub deliveries: Vec<DeliveryRule>,
}

impl FaultPlan {
    /// An empty plan: nothing goes wrong.
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

    /// Names the first rule that cannot work.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        let calls = self.calls.iter().map(CallRule::check).enumerate();
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
    /// Its place in the plan, such as `calls[0]`.
    pub rule: String,
    /// What is wrong, and what is possible instead.
    pub reason: String,
}

/// The rules at work, and what they have come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FaultState {
    /// Those about calls.
    pub calls: Vec<RuleState<CallRule>>,
    /// Those about deliveries.
    pub deliveries: Vec<RuleState<DeliveryRule>>,
}
