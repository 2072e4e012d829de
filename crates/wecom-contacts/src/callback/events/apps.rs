//! What happens to an app (应用) itself.
//!
//! Official: [事件格式](https://developer.work.weixin.qq.com/document/path/90240)

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// A member who came into an app's visible range (可见范围), or left it.
///
/// Who: [`Notification::from`](crate::callback::Notification::from). For an app shared with another corp, `corp_id` and
/// `from` are that corp's, the userid encrypted in 上下游.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AppSubscription {
    /// Always empty; absent in the official sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_key: Option<String>,
}

elements!(AppSubscription { event_key: "EventKey" });

impl AppSubscription {
    /// A subscription; the member stands in the notification.
    pub fn new() -> Self {
        Self::default()
    }
}

/// An app about to lose something for want of use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AppInactivity {
    /// When it takes effect.
    #[serde(default, with = "crate::callback::unix_seconds", skip_serializing_if = "Option::is_none")]
    pub effect_time: Option<SystemTime>,
}

elements!(AppInactivity { effect_time: "EffectTime" });

impl AppInactivity {
    /// It takes effect then.
    pub fn new(effect_time: SystemTime) -> Self {
        Self { effect_time: Some(effect_time) }
    }
}
