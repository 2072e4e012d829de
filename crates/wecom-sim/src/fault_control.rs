//! Setting faults in a running simulator, from Rust.

use std::sync::Arc;

use crate::{
    api,
    faults::{CallRule, DeliveryFault, DeliveryRule, Fault, FaultError, FaultRules, FaultState, When},
    shared::Shared,
};

/// What goes wrong in a running simulator. Cheap to clone; it does not keep the simulator running.
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

    /// Applies to the next call of an endpoint (`user/get`), a chapter (`user/*`) or all (`*`).
    ///
    /// # Errors
    ///
    /// [`FaultError`] if there is no such endpoint, or the fault cannot be.
    pub fn next(&self, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.next_n(1, path, fault)
    }

    /// Applies to the next `count` calls. Several such rules queue up: the first is used up first.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if there is no such endpoint, or the fault cannot be.
    pub fn next_n(&self, count: u64, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.add(CallRule::new(path, fault).when(When::Next(count)))
    }

    /// Applies to every Kth call: the Kth from now, the 2Kth, and so on.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if there is no such endpoint, or the fault cannot be; if `k` is 0.
    pub fn every(&self, k: u64, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.add(CallRule::new(path, fault).when(When::Every { k, offset: 0 }))
    }

    /// Applies to all calls from now on.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if there is no such endpoint, or the fault cannot be.
    pub fn always(&self, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.add(CallRule::new(path, fault))
    }

    /// Adds a rule about calls behind those there are.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if the rule cannot work; then nothing is added.
    pub fn add(&self, rule: CallRule) -> Result<(), FaultError> {
        let place = self.state().calls.len();
        rule.check(api::PATHS).map_err(|reason| FaultError { rule: format!("calls[{place}]"), reason })?;
        self.shared.faults.add_call_rule(rule);
        Ok(())
    }

    /// Replaces all rules; counters restart at 0, closed endpoints open again, and held back callbacks are sent.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if a rule cannot work; then the old ones stay.
    pub fn set(&self, rules: FaultRules) -> Result<(), FaultError> {
        rules.check(api::PATHS)?;
        self.shared.set_faults(rules);
        Ok(())
    }

    /// Removes all rules: closed endpoints open again, and held back callbacks are sent. Calls that wait for a
    /// latency go on waiting, callbacks that are delayed stay so.
    pub fn clear(&self) {
        self.shared.set_faults(FaultRules::new());
    }

    /// The rules and how often each has applied.
    pub fn state(&self) -> FaultState {
        self.shared.faults.state()
    }

    /// How often the present rules have applied, all together.
    pub fn hits(&self) -> u64 {
        let FaultState { calls, deliveries } = self.state();
        calls.iter().map(|one| one.hits).chain(deliveries.iter().map(|one| one.hits)).sum()
    }
}

/// Rules about callback deliveries.
impl Faults {
    /// Applies to the next delivery of an event (`change_contact/create_user`), of its changes (`change_contact/*`), or of all (`*`).
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
    /// [`FaultError`] if that is no event, or the fault cannot be.
    pub fn next_delivery(&self, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.next_deliveries(1, event, fault)
    }

    /// Applies to the next `count` deliveries.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if that is no event, or the fault cannot be.
    pub fn next_deliveries(&self, count: u64, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.add_delivery(DeliveryRule::new(event, fault).when(When::Next(count)))
    }

    /// Applies to every Kth delivery: the Kth from now, the 2Kth, and so on.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if that is no event, or the fault cannot be; if `k` is 0.
    pub fn every_delivery(&self, k: u64, event: &str, fault: DeliveryFault) -> Result<(), FaultError> {
        self.add_delivery(DeliveryRule::new(event, fault).when(When::Every { k, offset: 0 }))
    }

    /// Adds a rule about deliveries behind those there are.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if the rule cannot work; then nothing is added.
    pub fn add_delivery(&self, rule: DeliveryRule) -> Result<(), FaultError> {
        let place = self.state().deliveries.len();
        rule.check().map_err(|reason| FaultError { rule: format!("deliveries[{place}]"), reason })?;
        self.shared.faults.add_delivery_rule(rule);
        Ok(())
    }
}
