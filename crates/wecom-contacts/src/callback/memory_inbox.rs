//! The default inbox: a queue in memory, and what was accepted of late.

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

/// A bounded queue in memory with a memory of duplicates: the default [`Inbox`].
///
/// An event is recognised by its content ([`NotificationKey`]), which is the same in each of WeCom's deliveries, and a copy of one
/// request by its signature, before it is decrypted. An event enters the queue and the memory together or neither, so that one that
/// finds no room is accepted when WeCom delivers it again. All of it ends with the process.
///
/// A clone is the same inbox. Give it to the intake that takes over from another, or to several that serve one URL in one process.
/// Processes do not share it: behind a load balancer, let the handler bear an event whose [key](super::Notification::key) comes twice,
/// or use an inbox of your own in a shared database. Two URLs need two inboxes, as both can be sent the same event.
#[derive(Clone)]
pub struct MemoryInbox(Arc<Mutex<State>>);

struct State {
    accepted: Accepted,
    waiting: VecDeque<(NotificationKey, Notification)>,
    capacity: usize,
    in_progress: usize,
    /// Whether the last event found no room, so that the log reports a full queue once and not per event.
    overflowing: bool,
}

impl MemoryInbox {
    /// An inbox for 1,024 waiting events, which remembers 200,000 events for 20 minutes: enough for 10,000 events a minute.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            accepted: Accepted::new(Duration::from_secs(20 * 60), 200_000),
            waiting: VecDeque::new(),
            capacity: 1024,
            in_progress: 0,
            overflowing: false,
        })))
    }

    /// Sets the maximum number of events that wait for the handler. Defaults to 1,024; at least 1. WeCom keeps what finds no room.
    pub fn queue(self, events: usize) -> Self {
        self.state().capacity = events.max(1);
        self
    }

    /// Sets how long an accepted event is remembered, and the maximum number of events remembered; the oldest make room. Defaults to 20
    /// minutes and 200,000. An event takes about 200 bytes.
    ///
    /// An intake with a replay window prolongs `life` to twice that window, as a request can be replayed for so long.
    pub fn remember(self, life: Duration, events: usize) -> Self {
        self.state().accepted.resize(life, events.max(1));
        self
    }

    /// Returns how many events wait or are being handled.
    pub fn pending(&self) -> usize {
        let state = self.state();
        state.waiting.len() + state.in_progress
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No panic is possible between locking and unlocking that leaves the state half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offer(&self, incoming: Incoming) -> Acceptance {
        let Incoming { notification, key, signature, received_at: now, remember_for } = incoming;
        // Looked up, queued and remembered under one lock: of two deliveries at once, one is the duplicate.
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
                    "the callback queue is full: events are answered with 503, so that WeCom delivers again"
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

/// Nothing here waits or fails.
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

/// What was accepted of late: the events, and the requests that brought them.
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

    /// Another delivery of an event that is known.
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
        // 6,000 a minute, for longer than memory lasts; each comes again ten minutes later, which is later than WeCom would.
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
