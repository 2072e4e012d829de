//! How often an endpoint may be called, and how many calls of it may be under way at once.

use std::time::Duration;

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(3600);

/// How long after a limit granted it a call may still be sent. A later call would count towards another window, so its grant expires.
pub(super) const GRANT_LIFE: Duration = Duration::from_secs(10);

/// How often one endpoint may be called, and how many calls of it may be under way at once.
///
/// Official: [访问频率限制](https://developer.work.weixin.qq.com/document/path/90312)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Limits {
    pub(super) per_minute: Option<u32>,
    pub(super) per_hour: Option<u32>,
    pub(super) at_once: Option<u32>,
}

impl Limits {
    /// What WeCom publishes for any one call of one corp: 10,000 in a minute, 150,000 in an hour. Nothing is published on how
    /// many at once.
    pub const fn published() -> Self {
        Self { per_minute: Some(10_000), per_hour: Some(150_000), at_once: None }
    }

    /// None at all.
    pub const fn unlimited() -> Self {
        Self { per_minute: None, per_hour: None, at_once: None }
    }

    /// So many calls in any 60 seconds; at least 1.
    pub const fn per_minute(self, calls: u32) -> Self {
        Self { per_minute: Some(calls), ..self }
    }

    /// So many calls in any 60 minutes; at least 1.
    pub const fn per_hour(self, calls: u32) -> Self {
        Self { per_hour: Some(calls), ..self }
    }

    /// So many calls under way at the same moment; at least 1. A download counts until its first bytes are there.
    pub const fn at_once(self, calls: u32) -> Self {
        Self { at_once: Some(calls), ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::published()
    }
}

/// Endpoints of which WeCom says how many calls may be under way at once; more get a 45033.
const AT_ONCE: &[(&str, u32)] = &[
    // https://developer.work.weixin.qq.com/document/path/99499
    ("auth/get_tfa_info", 20),
    // https://developer.work.weixin.qq.com/document/path/99500
    ("user/tfa_succ", 20),
    // https://developer.work.weixin.qq.com/document/path/95823
    ("corpgroup/getresult", 5),
    // https://developer.work.weixin.qq.com/document/path/95822
    ("corpgroup/corp/remove_corp", 1),
];

/// How many calls of this endpoint WeCom publishes may be under way at once.
pub(super) fn published_at_once(endpoint: &str) -> Option<u32> {
    AT_ONCE.iter().find(|(path, _)| *path == endpoint).map(|(_, calls)| *calls)
}
