//! 回调: the latest events. The SDK's router receives them at `/callback`.

use std::collections::VecDeque;

use axum::{Json, extract::State};
use parking_lot::Mutex;
use serde::Serialize;
use wecom_contacts::callback::Notification;

use crate::AppState;

/// Number of events that are kept. They hold personal data, so they stay in memory.
const EVENTS: usize = 256;

/// The latest events, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RecentEvents(Mutex<VecDeque<Notification>>);

impl RecentEvents {
    pub(crate) fn push(&self, notification: Notification) {
        let mut events = self.0.lock();
        events.push_back(notification);
        if events.len() > EVENTS {
            events.pop_front();
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Events {
    events: VecDeque<Notification>,
}

pub(crate) async fn events(State(state): State<AppState>) -> Json<Events> {
    Json(Events { events: state.events.0.lock().clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_latest_events_are_kept() {
        let events = RecentEvents::default();
        for time in 0..EVENTS + 3 {
            let xml = format!("<xml><CreateTime>{time}</CreateTime><MsgType>event</MsgType></xml>");
            events.push(Notification::from_message(&xml));
        }
        let kept = events.0.lock();
        assert_eq!(kept.len(), EVENTS);
        assert!(kept[0].message().contains("<CreateTime>3<"));
    }
}
