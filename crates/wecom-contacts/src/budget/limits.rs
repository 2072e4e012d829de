//! The limits of one endpoint: calls per time, and calls in flight.

use std::time::Duration;

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(3600);

/// The limits of one endpoint: calls per minute, calls per hour, and calls in flight.
///
/// Official: [访问频率限制](https://developer.work.weixin.qq.com/document/path/90312)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct Limits {
    pub(super) per_minute: Option<u32>,
    pub(super) per_hour: Option<u32>,
    pub(super) at_once: Option<u32>,
}

impl Limits {
    /// Returns WeCom's published limits of one endpoint for one corp: 10,000 calls in a minute, 150,000 in an hour.
    /// Limits of calls in flight are published for few endpoints: see
    /// [`EndpointInfo::at_once`](crate::EndpointInfo::at_once).
    pub const fn published() -> Self {
        Self { per_minute: Some(10_000), per_hour: Some(150_000), at_once: None }
    }

    /// Returns limits that admit every call.
    pub const fn unlimited() -> Self {
        Self { per_minute: None, per_hour: None, at_once: None }
    }

    /// Sets the maximum number of calls in any 60 seconds; at least 1.
    pub const fn per_minute(self, calls: u32) -> Self {
        Self { per_minute: Some(calls), ..self }
    }

    /// Sets the maximum number of calls in any 60 minutes; at least 1.
    pub const fn per_hour(self, calls: u32) -> Self {
        Self { per_hour: Some(calls), ..self }
    }

    /// Sets the maximum number of calls in flight at the same time; at least 1. A download counts until its first bytes
    /// arrive.
    pub const fn at_once(self, calls: u32) -> Self {
        Self { at_once: Some(calls), ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::published()
    }
}
