//! Sets the faults of a running simulator from Rust.

use std::sync::Arc;

use crate::{
    api,
    faults::{CallRule, DeliveryFault, DeliveryRule, Fault, FaultError, FaultRules, FaultState, When},
    shared::Shared,
};

/// The fault injection of a running simulator. Cheap to clone; a clone does not keep the simulator running.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_sim::{Fault, Sim};
///
/// let sim = Sim::start().await;
/// sim.faults().next("user/get", Fault::errcode(-1))?; // WeCom is busy, once
/// sim.faults().every(20, "*", Fault::reset_after())?; // and one connection in twenty breaks
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Faults {
    shared: Arc<Shared>,
}

impl Faults {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Applies a fault to the next call of an endpoint (`user/get`), a chapter (`user/*`) or all endpoints (`*`).
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] if the endpoint is unknown or the fault is invalid.
    pub fn next(&self, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.next_n(1, path, fault)
    }

    /// Applies a fault to the next `count` calls. Several such rules form a queue in the order they were added.
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] if the endpoint is unknown or the fault is invalid.
    pub fn next_n(&self, count: u64, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.add(CallRule::new(path, fault).when(When::Next(count)))
    }

    /// Applies a fault to every Kth call: the Kth from now, the 2Kth, and so on.
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] if the endpoint is unknown, the fault is invalid or `k` is 0.
    pub fn every(&self, k: u64, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.add(CallRule::new(path, fault).when(When::Every { k, offset: 0 }))
    }

    /// Applies a fault to all calls from now on.
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] if the endpoint is unknown or the fault is invalid.
    pub fn always(&self, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.add(CallRule::new(path, fault))
    }

    /// Adds a rule for calls after the existing ones.
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] and adds nothing if the rule is invalid.
    pub fn add(&self, rule: CallRule) -> Result<(), FaultError> {
        let place = self.state().calls.len();
        rule.check(api::PATHS).map_err(|reason| FaultError { rule: format!("calls[{place}]"), reason })?;
        self.shared.faults.add_call_rule(rule);
        Ok(())
    }

    /// Replaces all rules. Counters restart at 0, closed endpoints reopen, and callbacks that were held back are
    /// sent.
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] and keeps the old rules if a rule is invalid.
    pub fn set(&self, rules: FaultRules) -> Result<(), FaultError> {
        rules.check(api::PATHS)?;
        self.shared.set_faults(rules);
        Ok(())
    }

    /// Removes all rules. Closed endpoints reopen, and callbacks that were held back are sent. Calls in a latency and
    /// delayed callbacks keep waiting.
    pub fn clear(&self) {
        self.shared.set_faults(FaultRules::new());
    }

    /// Returns the rules, with the number of times each one has applied.
    pub fn state(&self) -> FaultState {
        self.shared.faults.state()
    }

    /// Returns how many times the present rules have applied in total.
    pub fn hits(&self) -> u64 {
        let FaultState { calls, deliveries } = self.state();
        calls.iter().map(|one| one.hits).chain(deliveries.iter().map(|one| one.hits)).sum()
    }
}

/// Rules for callback deliveries.
impl Faults {
    /// Applies a fault to the next delivery of an event (`change_contact/create_user`), of all changes
    /// (`change_contact/*`) or of all events (`*`).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use wecom_sim::{DeliveryFault, Sim};
    ///
    /// let sim = Sim::start().await;
    /// sim.faults().next_delivery("change_contact/*", DeliveryFault::Duplicate(2))?; // it comes three times
    /// sim.faults().every_delivery(10, "*", DeliveryFault::WrongSignature(1))?; // wrong at first, right when repeated
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] if the event name or the fault is invalid.
    pub fn next_delivery(&self, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.next_deliveries(1, event, fault)
    }

    /// Applies a fault to the next `count` deliveries.
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] if the event name or the fault is invalid.
    pub fn next_deliveries(&self, count: u64, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.add_delivery(DeliveryRule::new(event, fault).when(When::Next(count)))
    }

    /// Applies a fault to every Kth delivery: the Kth from now, the 2Kth, and so on.
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] if the event name or the fault is invalid, or if `k` is 0.
    pub fn every_delivery(&self, k: u64, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.add_delivery(DeliveryRule::new(event, fault).when(When::Every { k, offset: 0 }))
    }

    /// Adds a rule for deliveries after the existing ones.
    ///
    /// # Errors
    ///
    /// Returns a [`FaultError`] and adds nothing if the rule is invalid.
    pub fn add_delivery(&self, rule: DeliveryRule) -> Result<(), FaultError> {
        let place = self.state().deliveries.len();
        rule.check().map_err(|reason| FaultError { rule: format!("deliveries[{place}]"), reason })?;
        self.shared.faults.add_delivery_rule(rule);
        Ok(())
    }
}
