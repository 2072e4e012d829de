//! The simulator's bad days: what goes wrong on purpose, by rules that count and never draw lots.
//!
//! A [`FaultPlan`] holds the rules, as JSON (`PUT /_sim/faults`) or in Rust ([`Sim::faults`](crate::Sim::faults)). Those about
//! calls are looked up in `call_effects` when a call comes in; `api::fault_injection` lets happen what they say. Those about callbacks are
//! looked up when an event is handed to `world::callback`, which does as they say.

mod call_effects;
mod call_rules;
mod counting;
mod delivery_rules;
mod rules;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use parking_lot::Mutex;

pub(crate) use call_effects::{Sender, Strike};
pub use call_rules::{CallRule, Fault, FaultCaller, Moment, TokenDeath};
pub use counting::{RuleState, When};
pub use delivery_rules::{DeliveryFault, DeliveryRule};
pub(crate) use delivery_rules::{Fate, Mishap};
pub use rules::{FaultError, FaultPlan, FaultState};

use crate::sim::Shared;

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

    /// Strikes the next call of an endpoint (`user/get`), a chapter (`user/*`) or all (`*`).
    ///
    /// # Errors
    ///
    /// [`FaultError`] if there is no such endpoint, or the fault cannot be.
    pub fn next(&self, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.next_n(1, path, fault)
    }

    /// Strikes the next calls, so many. Several such rules queue up: the first is used up first.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if there is no such endpoint, or the fault cannot be.
    pub fn next_n(&self, count: u64, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.add(CallRule::new(path, fault).when(When::Next(count)))
    }

    /// Strikes every Kth call: the Kth from now, the 2Kth, and so on.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if there is no such endpoint, or the fault cannot be; if `k` is 0.
    pub fn every(&self, k: u64, path: &str, fault: Fault) -> Result<(), FaultError> {
        self.add(CallRule::new(path, fault).when(When::Every { k, offset: 0 }))
    }

    /// Strikes all calls from now on.
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
        rule.check().map_err(|reason| FaultError { rule: format!("calls[{place}]"), reason })?;
        self.shared.faults.change(|rules| rules.calls.push(RuleState::new(rule)));
        Ok(())
    }

    /// Replaces all rules; counters start anew, what a fault had closed is open again, and what it held back is sent.
    ///
    /// # Errors
    ///
    /// [`FaultError`] if a rule cannot work; then the old ones stay.
    pub fn set(&self, plan: FaultPlan) -> Result<(), FaultError> {
        plan.check()?;
        self.shared.set_faults(plan);
        Ok(())
    }

    /// Ends the bad day: no rules, what a fault had closed is open again, and what it held back is sent. Calls that wait for a
    /// latency go on waiting, callbacks that are delayed stay so.
    pub fn clear(&self) {
        self.shared.set_faults(FaultPlan::new());
    }

    /// The rules and how often each has struck.
    pub fn state(&self) -> FaultState {
        self.shared.faults.state()
    }

    /// How often the rules that are set have struck, all together.
    pub fn hits(&self) -> u64 {
        let FaultState { calls, deliveries } = self.state();
        calls.iter().map(|one| one.hits).chain(deliveries.iter().map(|one| one.hits)).sum()
    }
}

/// Where the rules hang, for whoever serves.
#[derive(Debug, Default)]
pub(crate) struct FaultBoard {
    /// All that a good day costs a call.
    strikes_calls: AtomicBool,
    rules: Mutex<Rules>,
}

#[derive(Debug, Default)]
struct Rules {
    calls: Vec<RuleState<CallRule>>,
    deliveries: Vec<RuleState<DeliveryRule>>,
    closures: call_effects::Closures,
    flights: HashMap<call_effects::FlightKey, call_effects::Flights>,
}

impl FaultBoard {
    /// A board with these rules, which were checked.
    pub(crate) fn with(plan: FaultPlan) -> Self {
        let board = Self::default();
        board.set(plan);
        board
    }

    /// Whether there is any rule about calls.
    pub(crate) fn strikes_calls(&self) -> bool {
        self.strikes_calls.load(Relaxed)
    }

    pub(crate) fn set(&self, plan: FaultPlan) {
        self.change(|rules| {
            *rules = Rules {
                calls: plan.calls.into_iter().map(RuleState::new).collect(),
                deliveries: plan.deliveries.into_iter().map(RuleState::new).collect(),
                ..Rules::default()
            };
        });
    }

    pub(crate) fn state(&self) -> FaultState {
        let rules = self.rules.lock();
        FaultState { calls: rules.calls.clone(), deliveries: rules.deliveries.clone() }
    }

    fn change(&self, deed: impl FnOnce(&mut Rules)) {
        let mut rules = self.rules.lock();
        deed(&mut rules);
        self.strikes_calls.store(!rules.calls.is_empty(), Relaxed);
    }
}
