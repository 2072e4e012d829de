//! The budget: WeCom's limits on the call rate of a corp. Calls above a limit wait.
//!
//! WeCom counts the calls per endpoint and corp. The default limits are 10,000 in a minute and 150,000 in an hour. A
//! call above a limit closes the endpoint to the whole corp for a minute or an hour (45009). The budget sends at most
//! the limit in any window of that length, regardless of the start of the server's windows. Further calls wait in a queue,
//! in order of arrival. A waiting call that is dropped does not delay the others.
//!
//! An even stream of calls uses 98.5 % of a minute's limit. 0.5 % may be sent as a burst, and the rest is a margin for
//! network delays. Of an hour's limit, 1/6 may be sent as fast as the minute's limit admits (about 31,000 calls), and
//! the rest evenly.
//!
//! After WeCom has closed an endpoint, its calls fail for a minute without being sent. The first call after that is
//! sent alone. If it is refused too, the endpoint stays closed for an hour. A call waits for the endpoint only if the
//! total time of its [`RetryPolicy`](crate::RetryPolicy) is long enough.
//!
//! All clients of one corp at one address share the budget within a process, even with different secrets, because WeCom
//! counts their calls together.

mod closure;
mod limiter;
mod limits;
mod rate;
#[cfg(feature = "redis")]
mod redis_limiter;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError, Weak},
};

pub(crate) use self::limiter::CorpLimiter;
pub use self::limits::Limits;
use crate::{CorpId, Endpoint, Error, ErrorKind, Result, endpoints};

/// WeCom's limits on the call rate, enforced by waiting. See the [module](self).
///
/// Clones share their counts. A client without its own budget uses the [default](Self::default) of the process.
///
/// ```
/// use wecom_contacts::{Budget, Client, Limits, Secret};
///
/// # fn example() -> wecom_contacts::Result<()> {
/// // Another program of the same corp uses the other half of the limits.
/// let half = Limits::published().per_minute(5_000).per_hour(75_000);
/// let budget = Budget::builder().each(half).endpoint("user/get", half.at_once(8)).build()?;
/// let client = Client::builder("ww1234567890abcdef", Secret::contacts_sync("secret")).budget(budget).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Inner>);

struct Inner {
    settings: Arc<Settings>,
    /// The limiters by address and corp. A limiter is dropped together with the last client that uses it.
    corps: Mutex<HashMap<String, Weak<CorpLimiter>>>,
}

impl Budget {
    /// Returns a builder that starts with the published limits.
    pub fn builder() -> BudgetBuilder {
        BudgetBuilder { settings: Settings::default(), unknown: None }
    }

    /// Returns a budget without limits. A call waits only if WeCom has closed its endpoint (45009).
    pub fn unlimited() -> Self {
        Self::builder().each(Limits::unlimited()).assemble()
    }

    /// Returns a budget with the published limits. Calls are counted for all processes that use this Redis.
    #[cfg(feature = "redis")]
    pub fn shared(redis: crate::Redis) -> Self {
        Self::builder().shared(redis).assemble()
    }

    /// Returns the limiter of this corp at this address.
    pub(crate) fn corp(&self, address: &str, corp_id: &CorpId) -> Arc<CorpLimiter> {
        let mut corps = self.0.corps.lock().unwrap_or_else(PoisonError::into_inner);
        corps.retain(|_, limiter| limiter.strong_count() > 0);
        let name = format!("{address}?{corp_id}");
        let entry = corps.entry(name.clone()).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let limiter = Arc::new(CorpLimiter::new(Arc::clone(&self.0.settings), name));
            *entry = Arc::downgrade(&limiter);
            limiter
        })
    }
}

impl Default for Budget {
    /// Returns the budget of the process, which has the published limits.
    fn default() -> Self {
        static PROCESS: LazyLock<Budget> = LazyLock::new(|| Budget::builder().assemble());
        PROCESS.clone()
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("each", &self.0.settings.each)
            .field("endpoints", &self.0.settings.of)
            .finish_non_exhaustive()
    }
}

/// Builds a [`Budget`].
#[derive(Clone, Debug)]
#[must_use]
pub struct BudgetBuilder {
    settings: Settings,
    /// The first path that is not in the table of endpoints.
    unknown: Option<String>,
}

impl BudgetBuilder {
    /// Sets the limits of all endpoints without limits of their own. Defaults to [`Limits::published`]. If `limits`
    /// contains no limit of calls in flight, the [published one](crate::EndpointInfo::at_once) of the endpoint applies,
    /// if there is one.
    pub fn each(mut self, limits: Limits) -> Self {
        self.settings.each = limits;
        self
    }

    /// Sets the limits of one of the [SDK's endpoints](crate::endpoints), by its path below `cgi-bin/`. A path outside
    /// their table is an error of [`build`](Self::build).
    pub fn endpoint(mut self, path: impl AsRef<str>, limits: Limits) -> Self {
        match endpoints::find(path.as_ref()) {
            Some(endpoint) => drop(self.settings.of.insert(endpoint.path(), limits)),
            None => drop(self.unknown.get_or_insert_with(|| path.as_ref().to_owned())),
        }
        self
    }

    /// Sets the limits of one endpoint by its type. It may be an endpoint of your own: see [`Endpoint`].
    pub fn endpoint_of<E: Endpoint>(mut self, limits: Limits) -> Self {
        self.settings.of.insert(E::CALL.path(), limits);
        self
    }

    /// Counts calls in this Redis for all processes that use it. All of them must be built with the same limits. Calls
    /// in flight are still counted per process.
    ///
    /// If one process receives a 45009, the endpoint is closed to all of them. While Redis is unavailable, each process
    /// enforces the limits on its own.
    #[cfg(feature = "redis")]
    pub fn shared(mut self, redis: crate::Redis) -> Self {
        self.settings.redis = Some(redis_limiter::RedisBudget::new(redis));
        self
    }

    /// Builds the budget.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownEndpoint`] if a path passed to [`endpoint`](Self::endpoint) is not an endpoint of the SDK,
    /// such as `usr/get`.
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
        Budget(Arc::new(Inner { settings: Arc::new(self.settings), corps: Mutex::default() }))
    }
}

/// The settings that a budget was built with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    each: Limits,
    of: HashMap<&'static str, Limits>,
    #[cfg(feature = "redis")]
    redis: Option<redis_limiter::RedisBudget>,
}

impl Settings {
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
