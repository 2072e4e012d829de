//! The default inbox: a queue in memory, and a record of recently accepted events.

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt,
    future::{Future, ready},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use wecom_cipher::Signature;

use super::{Acceptance, Inbox, Incoming, Notification, NotificationKey, recent::Recent};

/// The default [`Inbox`]: a bounded queue in memory that detects duplicates.
///
/// A duplicate event is detected by its content ([`NotificationKey`]), which is the same in each of WeCom's deliveries.
/// A copy of a request is detected by its signature before it is decrypted. An event is queued and remembered in one
/// operation, or neither, so an event that was refused because of a full queue is accepted when WeCom delivers it
/// again. Everything is lost when the process ends.
///
/// All clones share one inbox. Pass a clone to an intake that replaces another, or to several intakes of one URL in one
/// process. The inbox is not shared between processes. Behind a load balancer, the handler must tolerate an event whose
/// [key](super::Notification::key) arrives twice; the alternative is an inbox of your own in a shared database. Two
/// URLs need two inboxes, because both can receive the same event.
#[derive(Clone)]
pub struct MemoryInbox(Arc<Mutex<State>>);

struct State {
    accepted: Accepted,
    waiting: VecDeque<(NotificationKey, Notification)>,
    capacity: usize,
    in_progress: usize,
    /// Whether the last event was refused because the queue was full. The log then reports a full queue once, not per
    /// event.
    overflowing: bool,
}

impl MemoryInbox {
    /// Creates an inbox for 1,024 waiting events. It remembers 200,000 events for 20 minutes, which is enough for
    /// 10,000 events a minute.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            accepted: Accepted::new(Duration::from_secs(20 * 60), 200_000),
            waiting: VecDeque::new(),
            capacity: 1024,
            in_progress: 0,
            overflowing: false,
        })))
    }

    /// Sets the maximum number of events that wait for the handler. Defaults to 1,024; at least 1. When the queue is
    /// full, WeCom keeps the event and delivers it again.
    pub fn queue(self, events: usize) -> Self {
        self.state().capacity = events.max(1);
        self
    }

    /// Sets how long an accepted event is remembered, and the maximum number of remembered events. Defaults to 20
    /// minutes and 200,000. Above the maximum, the oldest event is forgotten. One event takes about 200 bytes.
    ///
    /// An intake with a replay window extends `life` to twice that window, because a request can be replayed during
    /// that time.
    pub fn remember(self, life: Duration, events: usize) -> Self {
        self.state().accepted.resize(life, events.max(1));
        self
    }

    /// Returns the number of events that wait or are being handled.
    pub fn pending(&self) -> usize {
        let state = self.state();
        state.waiting.len() + state.in_progress
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A poisoned lock is safe to use: no code under the lock can panic between two related changes.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offer(&self, incoming: Incoming) -> Acceptance {
        let Incoming { notification, key, signature, received_at: now, remember_for } = incoming;
        // One lock covers the lookup and both insertions, so that of two simultaneous deliveries one is a duplicate.
        let mut state = self.state();
        state.accepted.prolong(remember_for);
        if state.accepted.has_event(&key, now) {
            state.accepted.insert_request(&signature, now);
            return Acceptance::Duplicate;
        }
        if state.waiting.len() >= state.capacity {
            if !std::mem::replace(&mut state.overflowing, true) {
                let queued = state.waiting.len();
                tracing::warn!(
                    queued,
                    "the callback queue is full: the answer is 503, so that WeCom delivers again"
                );
            }
            return Acceptance::Busy;
        }
        state.overflowing = false;
        state.waiting.push_back((key, notification));
        state.accepted.insert(key, &signature, now);
        Acceptance::Accepted
    }
}

impl Default for MemoryInbox {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("MemoryInbox")
            .field("waiting", &state.waiting.len())
            .field("in_progress", &state.in_progress)
            .field("capacity", &state.capacity)
            .field("remembered", &state.accepted.events.len())
            .finish_non_exhaustive()
    }
}

/// No method waits or fails.
impl Inbox for MemoryInbox {
    type Error = Infallible;

    fn accept(&self, incoming: Incoming) -> impl Future<Output = Result<Acceptance, Infallible>> + Send {
        ready(Ok(self.offer(incoming)))
    }

    fn next(
        &self,
    ) -> impl Future<Output = Result<Option<(NotificationKey, Notification)>, Infallible>> + Send {
        let mut state = self.state();
        let next = state.waiting.pop_front();
        state.in_progress += usize::from(next.is_some());
        ready(Ok(next))
    }

    fn done(&self, _: NotificationKey) -> impl Future<Output = Result<(), Infallible>> + Send {
        let mut state = self.state();
        state.in_progress = state.in_progress.saturating_sub(1);
        ready(Ok(()))
    }

    fn has_request(&self, signature: &Signature, now: SystemTime) -> bool {
        self.state().accepted.has_request(signature, now)
    }

    fn has_event(&self, key: &NotificationKey, now: SystemTime) -> bool {
        self.state().accepted.has_event(key, now)
    }

    fn abandon(&self) -> impl Future<Output = Vec<Notification>> + Send {
        let waiting = std::mem::take(&mut self.state().waiting);
        ready(waiting.into_iter().map(|(_, notification)| notification).collect())
    }
}

/// The recently accepted events and the signatures of their requests.
struct Accepted {
    events: Recent<NotificationKey>,
    requests: Recent<[u8; 40]>,
}

impl Accepted {
    fn new(life: Duration, capacity: usize) -> Self {
        Self { events: Recent::new(life, capacity), requests: Recent::new(life, capacity) }
    }

    fn resize(&mut self, life: Duration, capacity: usize) {
        (self.events.life, self.requests.life) = (life, life);
        (self.events.capacity, self.requests.capacity) = (capacity, capacity);
    }

    fn prolong(&mut self, life: Duration) {
        self.events.life = self.events.life.max(life);
        self.requests.life = self.requests.life.max(life);
    }

    fn has_request(&mut self, signature: &Signature, now: SystemTime) -> bool {
        self.requests.contains(signature.as_bytes(), now)
    }

    fn has_event(&mut self, key: &NotificationKey, now: SystemTime) -> bool {
        self.events.contains(key, now)
    }

    fn insert(&mut self, key: NotificationKey, signature: &Signature, now: SystemTime) {
        self.events.insert(key, now);
        self.insert_request(signature, now);
    }

    /// Remembers another delivery of a known event.
    fn insert_request(&mut self, signature: &Signature, now: SystemTime) {
        self.requests.insert(*signature.as_bytes(), now);
    }
}

#[cfg(test)]
mod tests {
    use wecom_cipher::{CallbackToken, sign};

    use super::*;

    #[test]
    fn trap_34_many_events_a_minute_cost_no_genuine_one_its_place() {
        let inbox = MemoryInbox::new();
        let accepted = &mut inbox.state().accepted;
        let signature = sign(&CallbackToken::new("token"), "1", "2", "3");
        // 6,000 events a minute for longer than the memory lasts. Each is repeated after ten minutes, later than WeCom
        // repeats it.
        for event in 0..132_000_u64 {
            let now = SystemTime::UNIX_EPOCH + Duration::from_secs(event / 100);
            let key = |event: u64| NotificationKey::of(&event.to_string());
            assert!(!accepted.has_event(&key(event), now));
            accepted.insert(key(event), &signature, now);
            if let Some(earlier) = event.checked_sub(60_000) {
                assert!(accepted.has_event(&key(earlier), now), "{earlier} is forgotten at {event}");
            }
        }
    }
}
