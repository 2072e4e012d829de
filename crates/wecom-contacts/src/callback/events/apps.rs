//! Events of an app (应用) itself.
//!
//! Official: [事件格式](https://developer.work.weixin.qq.com/document/path/90240)

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// A member entered or left an app's visible range (可见范围).
///
/// [`Notification::from`](crate::callback::Notification::from) is the member. For an app that is shared with another
/// corp, `corp_id` and `from` are those of the other corp, and the userid is the encrypted one of 上下游.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AppSubscription {
    /// Always empty. The official sample omits it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_key: Option<String>,
}

elements!(AppSubscription { event_key: "EventKey" });

impl AppSubscription {
    /// Creates a subscription. The notification holds the member.
    pub fn new() -> Self {
        Self::default()
    }
}

/// An app that will lose a capability because it is not used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AppInactivity {
    /// Time at which the loss takes effect.
    #[serde(default, with = "crate::callback::unix_seconds", skip_serializing_if = "Option::is_none")]
    pub effect_time: Option<SystemTime>,
}

elements!(AppInactivity { effect_time: "EffectTime" });

impl AppInactivity {
    /// Creates an event that takes effect at this time.
    pub fn new(effect_time: SystemTime) -> Self {
        Self { effect_time: Some(effect_time) }
    }
}
