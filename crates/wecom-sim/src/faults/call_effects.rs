//! What the rules do to one call.
//!
//! Every rule that is about the call counts it. Standing limits come first: closures (45009), then all `parallel` rules
//! (45033). A call that they refuse is seen by no other rule. Of the rest the first rule whose turn it is wins, one of
//! the latencies and one of all other kinds, so that a call may be slow and broken at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use super::call_rules::{CallRule, Fault, FaultCaller, Moment};

/// Who sends a call, as far as rules are concerned.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallOrigin {
    /// The corp's place in the world.
    pub(crate) corp: Option<usize>,
    pub(crate) caller: Option<FaultCaller>,
    /// Whether the call carries a live token.
    pub(crate) has_token: bool,
}

/// How many calls are under way.
pub(super) type CallCounter = Arc<AtomicU32>;

/// What happens to a call.
#[derive(Debug, Default)]
pub(crate) struct CallEffects {
    /// Refused by a standing limit.
    pub(crate) refused: Option<i32>,
    pub(crate) latency: Option<(Duration, Moment)>,
    /// Anything but a latency.
    pub(crate) fault: Option<Fault>,
    /// All of these, for the log.
    pub(crate) faults: Vec<Fault>,
    /// Counts the call as under way until it is dropped.
    pub(super) under_way: Vec<CountedCall>,
}

/// A call under way; it is counted until this is dropped.
#[derive(Debug)]
pub(super) struct CountedCall(pub(super) CallCounter);

impl Drop for CountedCall {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl CallRule {
    pub(super) fn is_about_call(&self, path: &str, origin: &CallOrigin) -> bool {
        self.is_about(path)
            && self.caller.is_none_or(|wanted| origin.caller == Some(wanted))
            && (origin.has_token || !matches!(self.fault, Fault::KillToken(_)))
    }
}

impl CallEffects {
    /// A call that something else has refused, so that no rule was asked.
    pub(crate) fn refused(code: i32) -> Self {
        Self { refused: Some(code), ..Self::default() }
    }

    pub(super) fn refuse(&mut self, code: i32, fault: &Fault) {
        self.refused = Some(code);
        self.faults.push(fault.clone());
    }
}
