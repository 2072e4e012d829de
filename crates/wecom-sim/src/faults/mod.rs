//! Fault injection: what goes wrong on purpose, by rules that count and never draw lots.
//!
//! A [`FaultRules`] holds the rules, as JSON (`PUT /_sim/faults`) or in Rust ([`Sim::faults`](crate::Sim::faults)). The
//! [`FaultInjector`] counts calls and deliveries and says which rules apply: `api::fault_injection` does it to a call, the queue of
//! deliveries (`world::callback`) to a delivery.

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
pub(crate) use injector::FaultInjector;
pub use rules::{FaultError, FaultRules, FaultState};
