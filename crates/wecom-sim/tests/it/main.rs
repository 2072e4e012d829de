//! The simulator over raw HTTP, chapter by chapter; no SDK takes part.

#![expect(clippy::unwrap_used, reason = "what helps a test may panic as the test may")]

mod contact_rules;
mod departments;
mod exports;
mod identity;
mod imports;
mod listener;
mod media;
mod members;
mod permissions;
mod rig;
mod tags;
mod wire;
