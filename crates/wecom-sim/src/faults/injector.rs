//! The active rules: counters, closures and running calls, shared by all server tasks.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use parking_lot::Mutex;

use super::{
    call_effects::{CallCounter, CallEffects, CallOrigin, CountedCall},
    call_rules::{CallRule, Fault},
    counting::RuleState,
    delivery_effects::{DeliveryEffects, Dispatch},
    delivery_rules::DeliveryRule,
    rules::{FaultRules, FaultState},
};
use crate::clock::Millis;

/// The closed endpoints of each corp, with the end of the closure.
type Closures = HashMap<(Option<usize>, &'static str), (Millis, Fault)>;

/// The index of a `parallel` rule, the corp and the endpoint.
type CallCounterKey = (usize, Option<usize>, &'static str);

/// Maximum number of rules that can be added one after another.
const RULES_KEPT: usize = 10_000;

/// Counts calls and deliveries, and returns the effects of the rules.
#[derive(Debug, Default)]
pub(crate) struct FaultInjector {
    /// Avoids the lock for calls while no rule is set.
    has_call_rules: AtomicBool,
    rules: Mutex<ActiveRules>,
}

/// The rules with their counters, the closed endpoints and the running calls.
#[derive(Clone, Debug, Default)]
pub(crate) struct ActiveRules {
    calls: Vec<RuleState<CallRule>>,
    deliveries: Vec<RuleState<DeliveryRule>>,
    closures: Closures,
    under_way: HashMap<CallCounterKey, CallCounter>,
}

impl FaultInjector {
    /// Creates an injector with rules that were already checked.
    pub(crate) fn with(rules: FaultRules) -> Self {
        let injector = Self::default();
        injector.set(rules);
        injector
    }

    /// Whether any rule for calls is set.
    pub(crate) fn has_call_rules(&self) -> bool {
        self.has_call_rules.load(Relaxed)
    }

    pub(crate) fn set(&self, rules: FaultRules) {
        self.change(|active| {
            *active = ActiveRules {
                calls: rules.calls.into_iter().map(RuleState::new).collect(),
                deliveries: rules.deliveries.into_iter().map(RuleState::new).collect(),
                ..ActiveRules::default()
            };
        });
    }

    /// Returns the rules without their counters.
    pub(crate) fn rules(&self) -> FaultRules {
        let FaultState { calls, deliveries } = self.state();
        FaultRules {
            calls: calls.into_iter().map(|one| one.rule).collect(),
            deliveries: deliveries.into_iter().map(|one| one.rule).collect(),
        }
    }

    pub(crate) fn state(&self) -> FaultState {
        let rules = self.rules.lock();
        FaultState { calls: rules.calls.clone(), deliveries: rules.deliveries.clone() }
    }

    /// Returns the rules with their counters and closures. Running calls are not counted in the copy.
    pub(crate) fn copied_rules(&self) -> ActiveRules {
        ActiveRules { under_way: HashMap::new(), ..self.rules.lock().clone() }
    }

    /// Sets the rules with their counters and closures.
    pub(crate) fn restore(&self, rules: ActiveRules) {
        self.change(|active| *active = rules);
    }

    /// Adds checked rules after the existing ones.
    pub(crate) fn add(&self, rules: FaultRules) -> Result<(), String> {
        let mut outcome = Ok(());
        self.change(|active| {
            let present = active.calls.len() + active.deliveries.len();
            if present + rules.calls.len() + rules.deliveries.len() > RULES_KEPT {
                outcome = Err(format!("the maximum number of fault rules is {RULES_KEPT}"));
                return;
            }
            active.calls.extend(rules.calls.into_iter().map(RuleState::new));
            active.deliveries.extend(rules.deliveries.into_iter().map(RuleState::new));
        });
        outcome
    }

    /// Adds a checked rule after the existing ones.
    pub(crate) fn add_call_rule(&self, rule: CallRule) {
        self.change(|rules| rules.calls.push(RuleState::new(rule)));
    }

    /// Adds a checked rule after the existing ones.
    pub(crate) fn add_delivery_rule(&self, rule: DeliveryRule) {
        self.change(|rules| rules.deliveries.push(RuleState::new(rule)));
    }

    fn change(&self, change: impl FnOnce(&mut ActiveRules)) {
        let mut rules = self.rules.lock();
        change(&mut rules);
        self.has_call_rules.store(!rules.calls.is_empty(), Relaxed);
    }

    /// Counts a call and returns the effects of the rules on it.
    pub(crate) fn effects_on_call(
        &self,
        path: &'static str,
        origin: &CallOrigin,
        now: Millis,
    ) -> CallEffects {
        let mut effects = CallEffects::default();
        let mut rules = self.rules.lock();
        let rules = &mut *rules;
        if let Some((until, fault)) = rules.closures.get(&(origin.corp, path)) {
            if now < *until {
                effects.refuse(45009, fault);
                return effects;
            }
            rules.closures.remove(&(origin.corp, path));
        }
        let mut about: Vec<_> = rules
            .calls
            .iter_mut()
            .enumerate()
            .filter(|(_, one)| one.rule.is_about_call(path, origin))
            .collect();
        for (place, one) in &mut about {
            if let Fault::Parallel(limit) = one.rule.fault {
                let under_way = rules.under_way.entry((*place, origin.corp, path)).or_default();
                let full = under_way.fetch_add(1, Relaxed) >= limit;
                effects.under_way.push(CountedCall(Arc::clone(under_way)));
                one.seen += 1;
                if full && effects.refused.is_none() {
                    one.hits += 1;
                    effects.refuse(45033, &one.rule.fault);
                }
            }
        }
        if effects.refused.is_some() {
            // A refused call does not count as running.
            effects.under_way.clear();
            return effects;
        }
        for (_, one) in about {
            let (when, fault) = (one.rule.when, one.rule.fault.clone());
            match fault {
                Fault::Parallel(_) => {}
                Fault::Latency { ms, at } => {
                    if one.count_and_check(when, effects.latency.is_some()) {
                        effects.latency = Some((Duration::from_millis(ms), at));
                        effects.faults.push(fault);
                    }
                }
                _ => {
                    if one.count_and_check(when, effects.fault.is_some()) {
                        if let Fault::Close { seconds } = fault {
                            let until = now + Millis::from(seconds) * 1000;
                            rules.closures.insert((origin.corp, path), (until, fault.clone()));
                        }
                        effects.faults.push(fault.clone());
                        effects.fault = Some(fault);
                    }
                }
            }
        }
        effects
    }

    /// Counts a delivery and returns the effects of the rules on it.
    pub(crate) fn effects_on_delivery(&self, event: &str, to: &str) -> DeliveryEffects {
        let mut effects = DeliveryEffects::default();
        for one in &mut self.rules.lock().deliveries {
            if !one.rule.is_about(event, to) {
                continue;
            }
            let group = one.rule.fault.group();
            let taken = effects.dispatch == Dispatch::Dropped
                || effects.faults.iter().any(|fault| fault.group() == group);
            if one.count_and_check(one.rule.when, taken) {
                effects.take(one.rule.fault.clone());
            }
        }
        effects
    }
}
