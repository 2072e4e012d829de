//! What the rules say of one call.
//!
//! Every rule that is about the call counts it. Standing limits come first: closures (45009), then all `parallel` rules
//! (45033). A call that they refuse is seen by no other rule. Of the rest the first in the plan whose turn it is wins, one of
//! the latencies and one of all other kinds, so that a call may be slow and broken at once.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use super::{CallRule, Fault, FaultBoard, FaultCaller, Moment};
use crate::{
    clock::Millis,
    world::{Caller, Credential},
};

/// Which endpoints are closed to which corps, until when.
pub(super) type Closures = HashMap<(Option<usize>, &'static str), (Millis, Fault)>;

/// A `parallel` rule by its place, the corp, the endpoint.
pub(super) type FlightKey = (usize, Option<usize>, &'static str);

/// How many calls are under way.
pub(super) type Flights = Arc<AtomicU32>;

/// Who sends a call, as far as its token, or its corpid and secret, tell.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sender {
    /// The corp's place in the world.
    pub(crate) corp: Option<usize>,
    pub(crate) caller: Option<Caller>,
    /// Whether it carries a live token.
    pub(crate) has_token: bool,
}

impl Sender {
    fn is(&self, wanted: FaultCaller) -> bool {
        self.caller.as_ref().is_some_and(|caller| match caller.credential {
            Credential::Contacts => wanted == FaultCaller::Contacts,
            Credential::App(agent_id) => wanted == FaultCaller::App(agent_id),
            Credential::SharedApp(agent_id) => wanted == FaultCaller::SharedApp(agent_id),
        })
    }
}

/// What befalls a call.
#[derive(Debug, Default)]
pub(crate) struct Strike {
    /// Refused by a standing limit.
    pub(crate) refused: Option<i32>,
    pub(crate) latency: Option<(Duration, Moment)>,
    /// Anything but a latency.
    pub(crate) fault: Option<Fault>,
    /// All of these, for the log.
    pub(crate) faults: Vec<Fault>,
    /// Counts the call as under way until it is dropped.
    flights: Vec<Flight>,
}

#[derive(Debug)]
struct Flight(Flights);

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl CallRule {
    fn is_about_call(&self, path: &str, sender: &Sender) -> bool {
        self.is_about(path)
            && self.caller.is_none_or(|wanted| sender.is(wanted))
            && (sender.has_token || !matches!(self.fault, Fault::KillToken(_)))
    }
}

impl FaultBoard {
    /// Counts a call, and says what befalls it.
    pub(crate) fn strike(&self, path: &'static str, sender: &Sender, now: Millis) -> Strike {
        let mut strike = Strike::default();
        let mut rules = self.rules.lock();
        let rules = &mut *rules;
        if let Some((until, fault)) = rules.closures.get(&(sender.corp, path)) {
            if now < *until {
                strike.refuse(45009, fault);
                return strike;
            }
            rules.closures.remove(&(sender.corp, path));
        }
        let mut about: Vec<_> = rules
            .calls
            .iter_mut()
            .enumerate()
            .filter(|(_, one)| one.rule.is_about_call(path, sender))
            .collect();
        for (place, one) in &mut about {
            if let Fault::Parallel(limit) = one.rule.fault {
                let flights = rules.flights.entry((*place, sender.corp, path)).or_default();
                let full = flights.fetch_add(1, Relaxed) >= limit;
                strike.flights.push(Flight(Arc::clone(flights)));
                one.seen += 1;
                if full && strike.refused.is_none() {
                    one.hits += 1;
                    strike.refuse(45033, &one.rule.fault);
                }
            }
        }
        if strike.refused.is_some() {
            // It is not under way, only turned away.
            strike.flights.clear();
            return strike;
        }
        for (_, one) in about {
            let (when, fault) = (one.rule.when, one.rule.fault.clone());
            match fault {
                Fault::Parallel(_) => {}
                Fault::Latency { ms, at } => {
                    if one.strikes(when, strike.latency.is_some()) {
                        strike.latency = Some((Duration::from_millis(ms), at));
                        strike.faults.push(fault);
                    }
                }
                _ => {
                    if one.strikes(when, strike.fault.is_some()) {
                        if let Fault::Close { seconds } = fault {
                            let until = now + Millis::from(seconds) * 1000;
                            rules.closures.insert((sender.corp, path), (until, fault.clone()));
                        }
                        strike.faults.push(fault.clone());
                        strike.fault = Some(fault);
                    }
                }
            }
        }
        strike
    }
}

impl Strike {
    /// A call that something else has refused, so that no rule was asked.
    pub(crate) fn refused(code: i32) -> Self {
        Self { refused: Some(code), ..Self::default() }
    }

    fn refuse(&mut self, code: i32, fault: &Fault) {
        self.refused = Some(code);
        self.faults.push(fault.clone());
    }
}
