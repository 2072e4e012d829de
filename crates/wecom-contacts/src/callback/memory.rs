//! What an intake remembers of the events it has acknowledged, to tell when one comes again.

use std::{
    collections::{HashSet, VecDeque},
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use super::NotificationKey;

/// 40 hexadecimal digits of a `msg_signature`.
type Signature = [u8; 40];

/// The events that were acknowledged of late: by content ([`NotificationKey`]), which recognises WeCom's second delivery whatever
/// its nonce, and by signature, which recognises a replayed request before it is decrypted.
///
/// A clone is the same memory. Give one to the intake that takes over from another, or to several that stand behind one URL in
/// one process. Processes do not share it: behind a load balancer, let the handler do no harm when
/// [the same key](super::Notification::key) comes twice.
#[derive(Clone)]
pub struct Memory(Arc<Mutex<Seen>>);

pub(super) struct Seen {
    events: Recent<NotificationKey>,
    signatures: Recent<Signature>,
}

impl Memory {
    /// Remembers each event for `life`, and at most `events` of them; the oldest make room. One takes about 200 bytes.
    ///
    /// An intake with a replay window prolongs `life` to twice that window, as a request may be replayed for so long.
    pub fn new(life: Duration, events: usize) -> Self {
        let events = events.max(1);
        Self(Arc::new(Mutex::new(Seen {
            events: Recent::new(life, events),
            signatures: Recent::new(life, events),
        })))
    }

    pub(super) fn prolong(&self, life: Duration) {
        let mut seen = self.lock();
        seen.events.life = seen.events.life.max(life);
        seen.signatures.life = seen.signatures.life.max(life);
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Seen> {
        // Nothing between locking and unlocking leaves it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 20 minutes, and 200,000 events: enough for 10,000 a minute.
impl Default for Memory {
    fn default() -> Self {
        Self::new(Duration::from_secs(20 * 60), 200_000)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.lock();
        f.debug_struct("Memory")
            .field("life", &seen.events.life)
            .field("capacity", &seen.events.capacity)
            .field("events", &seen.events.known.len())
            .finish()
    }
}

impl Seen {
    /// Whether this very request has been acknowledged.
    pub(super) fn has_request(&mut self, signature: &Signature, now: SystemTime) -> bool {
        self.signatures.contains(signature, now)
    }

    pub(super) fn has_event(&mut self, key: &NotificationKey, now: SystemTime) -> bool {
        self.events.contains(key, now)
    }

    pub(super) fn insert(&mut self, key: NotificationKey, signature: Signature, now: SystemTime) {
        self.events.insert(key, now);
        self.signatures.insert(signature, now);
    }

    /// The signature of another delivery of an event that is known.
    pub(super) fn insert_request(&mut self, signature: Signature, now: SystemTime) {
        self.signatures.insert(signature, now);
    }
}

/// A set that forgets, by age and by number.
///
/// A clock that is put back keeps entries longer, one that is put forward drops them early; neither loses the bound.
struct Recent<K> {
    life: Duration,
    capacity: usize,
    known: HashSet<K>,
    /// Oldest first.
    order: VecDeque<(SystemTime, K)>,
}

impl<K: Copy + Eq + Hash> Recent<K> {
    fn new(life: Duration, capacity: usize) -> Self {
        Self { life, capacity, known: HashSet::new(), order: VecDeque::new() }
    }

    fn contains(&mut self, key: &K, now: SystemTime) -> bool {
        self.forget(now);
        self.known.contains(key)
    }

    fn insert(&mut self, key: K, now: SystemTime) {
        self.forget(now);
        if !self.known.insert(key) {
            return;
        }
        self.order.push_back((now, key));
        if self.order.len() > self.capacity
            && let Some((_, oldest)) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    fn forget(&mut self, now: SystemTime) {
        while let Some((since, key)) = self.order.front()
            && now.duration_since(*since).is_ok_and(|age| age > self.life)
        {
            self.known.remove(key);
            self.order.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn trap_34_memory_is_bounded_by_age() {
        let mut recent = Recent::new(Duration::from_secs(60), 100);
        recent.insert("a", at(0));
        recent.insert("b", at(30));
        assert!(recent.contains(&"a", at(60)));
        assert!(!recent.contains(&"a", at(61)));
        assert!(recent.contains(&"b", at(61)));
        assert_eq!((recent.known.len(), recent.order.len()), (1, 1));
    }

    #[test]
    fn trap_34_memory_is_bounded_by_number_and_the_oldest_make_room() {
        let mut recent = Recent::new(Duration::from_secs(60), 3);
        for key in 0..100 {
            recent.insert(key, at(1));
            recent.insert(key, at(1));
        }
        assert_eq!((recent.known.len(), recent.order.len()), (3, 3));
        assert!(recent.contains(&97, at(1)) && !recent.contains(&96, at(1)));
    }

    #[test]
    fn a_clock_that_is_put_back_forgets_nothing() {
        let mut recent = Recent::new(Duration::from_secs(60), 3);
        recent.insert("a", at(1_000));
        assert!(recent.contains(&"a", at(1)));
        recent.insert("b", at(1));
        assert!(recent.contains(&"a", at(1_030)) && recent.contains(&"b", at(1_030)));
        assert!(!recent.contains(&"b", at(1_061)), "b goes at the latest with what stood before it");
    }

    #[test]
    fn trap_34_many_events_a_minute_cost_no_genuine_one_its_place() {
        let memory = Memory::default();
        let mut seen = memory.lock();
        // 6,000 a minute, for longer than memory lasts; each comes again ten minutes later, which is later than WeCom would.
        for event in 0..132_000_u64 {
            let now = at(event / 100);
            let key = |event: u64| NotificationKey::of(&event.to_string());
            assert!(!seen.has_event(&key(event), now));
            seen.insert(key(event), [0; 40], now);
            if let Some(earlier) = event.checked_sub(60_000) {
                assert!(seen.has_event(&key(earlier), now), "{earlier} is forgotten at {event}");
            }
        }
    }
}
