//! The mirror against the simulator, whose state is the oracle.

#![expect(clippy::unwrap_used, reason = "what helps a test may panic as the test may")]

mod apply;
mod busy;
mod cases;
mod claims;
mod conformance;
mod corp;
mod faults;
mod incidents;
mod moving;
mod oracle;
mod plan;
mod plans;
mod postgres;
mod postgres_tls;
mod properties;
mod pull;
mod schema;
mod search;
mod store;
mod transaction;
mod undo;
