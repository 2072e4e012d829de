//! The effect of the rules on one call.
//!
//! Every rule that matches a call counts it. Closures (45009) are checked first, then all `parallel` rules (45033);
//! the other rules do not see a call that these refuse. Among the other rules, the first latency and the first other
//! fault whose turn it is apply, so a call can be slow and broken at the same time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use super::call_rules::{CallRule, Fault, FaultCaller, Moment};

/// The caller of a call, as the rules see it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallOrigin {
    /// The corp's index in the world.
    pub(crate) corp: Option<usize>,
    pub(crate) caller: Option<FaultCaller>,
    /// Whether the call has a valid token.
    pub(crate) has_token: bool,
}

/// Number of running calls.
pub(super) type CallCounter = Arc<AtomicU32>;

/// The effect on a call.
#[derive(Debug, Default)]
pub(crate) struct CallEffects {
    /// The errcode of a closure or a parallel limit that refused the call.
    pub(crate) refused: Option<i32>,
    pub(crate) latency: Option<(Duration, Moment)>,
    /// A fault other than a latency.
    pub(crate) fault: Option<Fault>,
    /// All faults of the call, for the log.
    pub(crate) faults: Vec<Fault>,
    /// Keeps the call in the count of running calls until dropped.
    pub(super) under_way: Vec<CountedCall>,
}

/// One running call in the count; dropping it removes the call from the count.
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
    /// Returns the effect on a call that was refused before the rules were checked.
    pub(crate) fn refused(code: i32) -> Self {
        Self { refused: Some(code), ..Self::default() }
    }

    pub(super) fn refuse(&mut self, code: i32, fault: &Fault) {
        self.refused = Some(code);
        self.faults.push(fault.clone());
    }
}
