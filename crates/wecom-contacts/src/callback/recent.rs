//! A set of recent entries.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
    time::{Duration, SystemTime},
};

/// A set with a maximum age and a maximum number of entries.
///
/// If the clock is set back, entries are kept longer; if it is set forward, they are dropped early. The maximum number
/// holds in both cases.
pub(super) struct Recent<K> {
    /// Maximum age of an entry.
    pub(super) life: Duration,
    /// Maximum number of entries. Above it, the oldest entry is dropped.
    pub(super) capacity: usize,
    known: HashSet<K>,
    /// Entries with their time of insertion, oldest first.
    order: VecDeque<(SystemTime, K)>,
}

impl<K: Copy + Eq + Hash> Recent<K> {
    pub(super) fn new(life: Duration, capacity: usize) -> Self {
        Self { life, capacity, known: HashSet::new(), order: VecDeque::new() }
    }

    pub(super) fn contains(&mut self, key: &K, now: SystemTime) -> bool {
        self.forget(now);
        self.known.contains(key)
    }

    pub(super) fn insert(&mut self, key: K, now: SystemTime) {
        self.forget(now);
        if !self.known.insert(key) {
            return;
        }
        self.order.push_back((now, key));
        while self.order.len() > self.capacity
            && let Some((_, oldest)) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.known.len()
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
    fn trap_34_what_is_remembered_is_bounded_by_age() {
        let mut recent = Recent::new(Duration::from_secs(60), 100);
        recent.insert("a", at(0));
        recent.insert("b", at(30));
        assert!(recent.contains(&"a", at(60)));
        assert!(!recent.contains(&"a", at(61)));
        assert!(recent.contains(&"b", at(61)));
        assert_eq!((recent.known.len(), recent.order.len()), (1, 1));
    }

    #[test]
    fn trap_34_what_is_remembered_is_bounded_by_number_and_the_oldest_make_room() {
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
        assert!(!recent.contains(&"b", at(1_061)), "b is dropped at the latest with the entry before it");
    }
}
