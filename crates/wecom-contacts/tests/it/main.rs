//! Tests of the public interface: the JSON of all endpoints against sample bodies, and every chapter against the
//! simulator.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic like the tests")]

#[cfg(feature = "axum")]
mod callback_server;
mod full;
mod log;
mod platform;
mod rig;
mod stub;
mod wire;

mod auth;
mod callback;
#[cfg(feature = "axum")]
mod callback_router;
mod canaries;
mod contact_rules;
mod corp_groups;
mod damage;
mod departments;
mod durable_inbox;
mod event_json;
mod examples;
mod exports;
#[cfg(feature = "axum")]
mod first_callback;
mod hostile;
mod import_rules;
mod imports;
mod intake;
#[cfg(feature = "axum")]
mod intake_chaos;
mod linked_corps;
mod media;
mod members;
#[cfg(feature = "metrics")]
mod metrics;
mod repeats;
mod tags;
mod token_sharing;
mod token_stores;
mod transport;
mod wholeness;
