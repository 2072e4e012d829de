//! The mirror against the simulator, whose state is the oracle.

#![expect(clippy::unwrap_used, reason = "what helps a test may panic as the test may")]

mod apply;
mod conformance;
mod corp;
mod plan;
mod plans;
mod postgres;
mod pull;
mod store;
