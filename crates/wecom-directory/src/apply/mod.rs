//! Applying a plan (执行): every step is recorded before it is sent and after its answer, so that a run survives a crash.
//!
//! Before the first write everything that the plan touches is read again. An object that was changed since the plan was made is
//! stale: its steps are left out. WeCom has no compare-and-swap: what others change between this look and the write is overwritten.
//!
//! A write whose answer was lost is settled by reading and is never sent again blindly.

pub(crate) mod check;
mod done;
mod fingerprint;
mod leaders;
mod look;
pub(crate) mod measures;
mod mirror;
mod recorder;
mod report;
mod run;
mod schedule;
mod send;
mod sender;
mod settle;
mod slots;
mod stale;
mod tag_list;
pub(crate) mod values;
mod verify;

use std::{collections::BTreeMap, fmt, future::Future, pin::Pin, time::Duration};

use jiff::Timestamp;
use wecom_contacts::{AgentId, Client, CorpId};

use self::report::OnEvent;
pub use self::{
    fingerprint::FingerprintKey,
    report::{Difference, RunEvent, RunReport, StepOutcome},
};
pub(crate) use self::{
    recorder::changes_mirror,
    tag_list::{TagList, department_ids},
};
use crate::{Result, gate::Verdict, plan::Plan, policy::Measure, run::RunState, store::Store};

/// A run about to begin.
///
/// It writes with the contacts-sync secret (通讯录同步) and reads details with an app's (自建应用).
#[must_use = "a run does nothing until it is started"]
pub struct Apply {
    corp: CorpId,
    contacts_sync: Client,
    app: Option<(AgentId, Client)>,
    concurrency: usize,
    holder: String,
    operator: Option<String>,
    lock_wait: Duration,
    allowed: BTreeMap<Measure, u64>,
    key: Option<FingerprintKey>,
    cancelled: Pin<Box<dyn Future<Output = ()> + Send>>,
    report: OnEvent,
}

impl Apply {
    /// A run on this corp that writes with this client, which holds the contacts-sync secret.
    pub fn new(corp: impl Into<CorpId>, contacts_sync: Client) -> Self {
        Self {
            corp: corp.into(),
            contacts_sync,
            app: None,
            concurrency: 8,
            holder: format!("process {}", std::process::id()),
            operator: None,
            lock_wait: Duration::from_secs(60),
            allowed: BTreeMap::new(),
            key: None,
            cancelled: Box::pin(std::future::pending()),
            report: Box::new(|_| {}),
        }
    }

    /// Reads details with this client, which holds the secret of this app. Without one, members whose details cannot be read are not
    /// changed.
    pub fn app(mut self, agent: impl Into<AgentId>, client: Client) -> Self {
        self.app = Some((agent.into(), client));
        self
    }

    /// Sets how many calls run at the same time, at least 1: the writes, and the readings before and after them. Defaults to 8. Each
    /// conflict (6000, 45033, 45035) halves the number of writes for the rest of the run.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.concurrency = calls.max(1);
        self
    }

    /// Names this writer to others that wait for the lock. Defaults to the process id.
    pub fn holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = holder.into();
        self
    }

    /// Names who applies the plan, for the journal.
    pub fn operator(mut self, operator: impl Into<String>) -> Self {
        self.operator = Some(operator.into());
        self
    }

    /// Sets how long to wait for another writer of the corp. Defaults to 60 s.
    pub fn lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// Allows this plan to change up to this count, above the limit of the gate.
    pub fn allow(mut self, measure: Measure, count: u64) -> Self {
        self.allowed.insert(measure, count);
        self
    }

    /// Keeps fingerprints of values that are written into hidden fields, with this key. Defaults to none.
    pub fn fingerprint_key(mut self, key: FingerprintKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Stops when this future ends: calls that were sent are finished and recorded, and no others are sent. The run can be resumed.
    pub fn cancel_on(mut self, cancelled: impl Future<Output = ()> + Send + 'static) -> Self {
        self.cancelled = Box::pin(cancelled);
        self
    }

    /// Calls this with each step that is sent or has its outcome.
    pub fn on_event(mut self, report: impl FnMut(RunEvent<'_>) + Send + 'static) -> Self {
        self.report = Box::new(report);
        self
    }

    /// Applies a plan. Its fingerprint was checked by [`Plan::from_json`].
    ///
    /// # Errors
    ///
    /// [`Error::PlanRefused`](crate::Error::PlanRefused) if the plan may not be applied, and [`Error::Locked`](crate::Error::Locked)
    /// if another writer holds the corp; nothing is sent then. [`Error::WeCom`](crate::Error::WeCom) if a reading fails for good. A
    /// run that has begun and is broken off can be [resumed](Self::resume).
    pub async fn run(self, store: &dyn Store, plan: &Plan) -> Result<RunReport> {
        run::begin(self, store, plan).await
    }

    /// Continues a run that stopped or was interrupted; without a number the last such run.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run); [`PlanRefused::NothingToResume`] if there is no such run.
    pub async fn resume(self, store: &dyn Store, run: Option<i64>) -> Result<RunReport> {
        run::resume(self, store, run).await
    }
}

/// Checks whether a plan can be applied, as far as the mirror knows: its corp, its age, and that it was not applied before. The gate is
/// judged by [`Apply::run`].
///
/// # Errors
///
/// [`Error::PlanRefused`](crate::Error::PlanRefused), or errors of the store.
pub async fn check(store: &dyn Store, corp: &CorpId, plan: &Plan) -> Result<()> {
    check::plan(store, corp, plan, Timestamp::now()).await
}

impl fmt::Debug for Apply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apply")
            .field("corp", &self.corp)
            .field("app", &self.app.as_ref().map(|(agent, _)| agent))
            .field("concurrency", &self.concurrency)
            .field("operator", &self.operator)
            .field("allowed", &self.allowed)
            .finish_non_exhaustive()
    }
}

/// Why a plan may not be applied. Nothing was sent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanRefused {
    /// The plan was made for another corp.
    #[error("the plan is for corp {plan}, and this is {corp}")]
    OtherCorp {
        /// The corp of the plan.
        plan: String,
        /// The corp of the run.
        corp: String,
    },
    /// The plan was applied before, wholly or in part.
    #[error("{}", already_applied(*.run, *.state))]
    AlreadyApplied {
        /// The run.
        run: i64,
        /// Whether the run has ended.
        state: RunState,
    },
    /// The plan is too old.
    #[error("the plan expired at {at}: plan again")]
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The mirror was pulled since the plan was made.
    #[error("the plan was made from pull {plan}, and the mirror has pull {mirror}: plan again")]
    OlderThanMirror {
        /// The pull that the plan was made from.
        plan: i64,
        /// The newest pull.
        mirror: i64,
    },
    /// The plan was made from another mirror.
    #[error("the plan was made from pull {pull}, which this mirror does not have: plan again")]
    OtherMirror {
        /// The pull that the plan was made from.
        pull: i64,
    },
    /// The gate stops the plan.
    #[error("the gate stops the plan: {}", reasons(.0))]
    Gate(Box<Verdict>),
    /// No run stopped before its end, or the run with this number did not.
    #[error("no run of this corp can be resumed")]
    NothingToResume,
}

fn already_applied(run: i64, state: RunState) -> String {
    match state {
        RunState::Done => format!("the plan was applied already, as run {run}: plan again"),
        RunState::Running | RunState::Stopped => {
            format!("the plan was begun already, as run {run}: resume that run")
        }
    }
}

fn reasons(verdict: &Verdict) -> String {
    verdict.reasons.iter().map(crate::gate::Reason::message).collect::<Vec<_>>().join("; ")
}
