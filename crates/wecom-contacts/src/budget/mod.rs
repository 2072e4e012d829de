//! The budget: WeCom's limits on how often a corp may call, kept by waiting.
//!
//! WeCom counts each call of each corp on its own: 10,000 in a minute and 150,000 in an hour unless it was told otherwise. One
//! call too many closes that call to the whole corp, for a minute or an hour (45009). The budget sends no more than the
//! limit in any window of that length, wherever the server's windows begin: callers wait for their turn in the order in which
//! they came, and one that is dropped while it waits leaves nothing behind.
//!
//! A minute's limit is used to 98.5 % by those who call evenly; 0.5 % may go out at once, and the rest is a margin for calls that
//! are held up on their way. An hour's limit lets a sixth go out as fast as the minute's allows (some 31,000 calls), and
//! the rest evenly.
//!
//! When WeCom does close an endpoint, calls of it fail at once and unsent, for a minute; the first call after that goes alone, and if
//! it is refused again the endpoint stays closed for an hour. Only a call whose [`RetryPolicy`](crate::RetryPolicy) has the time
//! waits until it opens.
//!
//! All clients of one corp at one address share a budget in a process, whatever their secrets, as WeCom counts them together.

mod closing;
#[cfg(feature = "redis")]
mod fleet;
mod ledger;
mod limits;
mod pace;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

pub(crate) use self::ledger::Ledger;
pub use self::limits::Limits;
use crate::{CorpId, Endpoint, Error, ErrorKind, Result, endpoints};

/// WeCom's limits, kept by waiting: see the [module](self).
///
/// Clones share what they count. Without one, clients share the [default](Self::default) of the process.
///
/// ```
/// use wecom_contacts::{Budget, Client, Limits, Secret};
///
/// # fn example() -> wecom_contacts::Result<()> {
/// // Another program of the same corp takes the other half.
/// let half = Limits::published().per_minute(5_000).per_hour(75_000);
/// let budget = Budget::builder().each(half).endpoint("user/get", half.at_once(8)).build()?;
/// let client = Client::builder("ww1234567890abcdef", Secret::contacts_sync("secret")).budget(budget).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Inner>);

struct Inner {
    plan: Arc<Plan>,
    /// By address and corp. A ledger lives as long as a client that uses it.
    ledgers: Mutex<HashMap<String, Weak<Ledger>>>,
}

impl Budget {
    /// Starts a budget of the published limits, to be changed.
    pub fn builder() -> BudgetBuilder {
        BudgetBuilder { plan: Plan::default(), unknown: None }
    }

    /// No limits: calls are never held back, unless WeCom closes an endpoint (45009).
    pub fn unlimited() -> Self {
        Self::builder().each(Limits::unlimited()).assemble()
    }

    /// The published limits, counted together for all processes that use this Redis.
    #[cfg(feature = "redis")]
    pub fn shared(redis: crate::Redis) -> Self {
        Self::builder().shared(redis).assemble()
    }

    /// The ledger of this corp at this address.
    pub(crate) fn ledger(&self, address: &str, corp_id: &CorpId) -> Arc<Ledger> {
        let mut ledgers = self.0.ledgers.lock().unwrap_or_else(PoisonError::into_inner);
        ledgers.retain(|_, ledger| ledger.strong_count() > 0);
        let scope = format!("{address}?{corp_id}");
        let entry = ledgers.entry(scope.clone()).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let ledger = Arc::new(Ledger::new(Arc::clone(&self.0.plan), scope));
            *entry = Arc::downgrade(&ledger);
            ledger
        })
    }
}

impl Default for Budget {
    /// The published limits, counted once for the whole process.
    fn default() -> Self {
        static PROCESS: LazyLock<Budget> = LazyLock::new(|| Budget::builder().assemble());
        PROCESS.clone()
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("each", &self.0.plan.each)
            .field("endpoints", &self.0.plan.of)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Budget`].
#[derive(Clone, Debug)]
#[must_use]
pub struct BudgetBuilder {
    plan: Plan,
    /// The first path that is not an endpoint's.
    unknown: Option<String>,
}

impl BudgetBuilder {
    /// Sets the limits of each endpoint that is not named. Defaults to [`Limits::published`]. Where these limits leave open how
    /// many calls may be under way at once, the endpoint's [own limit](crate::EndpointInfo::at_once) applies, if it has one.
    pub fn each(mut self, limits: Limits) -> Self {
        self.plan.each = limits;
        self
    }

    /// Sets the limits of one of the [SDK's endpoints](crate::endpoints), by its path below `cgi-bin/`. A path that is not in
    /// their table is an error of [`build`](Self::build).
    pub fn endpoint(mut self, path: impl AsRef<str>, limits: Limits) -> Self {
        match endpoints::find(path.as_ref()) {
            Some(endpoint) => drop(self.plan.of.insert(endpoint.path(), limits)),
            None => drop(self.unknown.get_or_insert_with(|| path.as_ref().to_owned())),
        }
        self
    }

    /// Sets the limits of one endpoint by its type, which may be an endpoint of your own: see [`Endpoint`].
    pub fn endpoint_of<E: Endpoint>(mut self, limits: Limits) -> Self {
        self.plan.of.insert(E::CALL.path(), limits);
        self
    }

    /// Counts in this Redis, together with all processes that do the same; they must have the same limits. How many calls are
    /// under way at once is still counted by each process.
    ///
    /// A 45009 that one of them receives closes the endpoint to all. While Redis is unreachable, each process keeps the limits on
    /// its own.
    #[cfg(feature = "redis")]
    pub fn shared(mut self, redis: crate::Redis) -> Self {
        self.plan.fleet = Some(fleet::Fleet::new(redis));
        self
    }

    /// Builds the budget.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownEndpoint`] for a path in [`endpoint`](Self::endpoint) that is no endpoint of the SDK, such as `usr/get`.
    pub fn build(mut self) -> Result<Budget> {
        match self.unknown.take() {
            None => Ok(self.assemble()),
            Some(path) => {
                let nearest = endpoints::nearest(&path);
                Err(Error::local(ErrorKind::UnknownEndpoint { path, nearest }))
            }
        }
    }

    fn assemble(self) -> Budget {
        Budget(Arc::new(Inner { plan: Arc::new(self.plan), ledgers: Mutex::default() }))
    }
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    each: Limits,
    of: HashMap<&'static str, Limits>,
    #[cfg(feature = "redis")]
    fleet: Option<fleet::Fleet>,
}

impl Plan {
    fn of(&self, endpoint: &str) -> Limits {
        match self.of.get(endpoint) {
            Some(limits) => *limits,
            None if self.each == Limits::unlimited() => self.each,
            None => {
                let published = || endpoints::find(endpoint)?.at_once();
                Limits { at_once: self.each.at_once.or_else(published), ..self.each }
            }
        }
    }
}

#[cfg(test)]
mod tests;
