//! Fault injection by rules. Rules are counters, not random.
//!
//! A [`FaultRules`] holds the rules, from JSON (`PUT /_sim/faults`) or from Rust
//! ([`Sim::faults`](crate::Sim::faults)). The [`FaultInjector`] counts calls and deliveries and selects the rules
//! that apply. `api::fault_injection` applies them to calls, and the queue of deliveries (`world::callback`) applies
//! them to deliveries.

mod call_effects;
mod call_rules;
mod counting;
mod delivery_effects;
mod delivery_rules;
mod injector;
mod rules;

pub(crate) use call_effects::{CallEffects, CallOrigin};
pub use call_rules::{CallRule, Fault, FaultCaller, Moment, TokenDeath};
pub use counting::{RuleState, When};
pub(crate) use delivery_effects::{DeliveryEffects, Dispatch, Flaw};
pub use delivery_rules::{DeliveryFault, DeliveryRule};
pub(crate) use injector::{ActiveRules, FaultInjector};
pub use rules::{FaultError, FaultRules, FaultState};
