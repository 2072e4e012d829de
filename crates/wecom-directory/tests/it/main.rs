//! The mirror against the simulator, whose state is the oracle.

mod pull;
