//! How many calls run at the same time: fewer after each conflict.

use std::sync::{Mutex, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

pub(super) struct Slots {
    free: Semaphore,
    state: Mutex<State>,
}

struct State {
    size: usize,
    /// How many slots end when their calls end.
    surplus: usize,
    /// How often the number was halved.
    halvings: u64,
}

/// The right to run one call.
pub(super) struct Slot<'a> {
    slots: &'a Slots,
    permit: Option<SemaphorePermit<'a>>,
}

impl Slots {
    pub(super) fn new(size: usize) -> Self {
        let size = size.clamp(1, Semaphore::MAX_PERMITS);
        let state = Mutex::new(State { size, surplus: 0, halvings: 0 });
        Self { free: Semaphore::new(size), state }
    }

    /// The number of calls that may run now.
    pub(super) fn size(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).size
    }

    /// Waits for a slot.
    pub(super) async fn take(&self) -> Slot<'_> {
        // The semaphore is never closed.
        Slot { slots: self, permit: self.free.acquire().await.ok() }
    }

    /// How often the number was halved so far.
    pub(super) fn halvings(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).halvings
    }

    /// Halves the number after a conflict. `sent_after` is the number of halvings before the call was sent. Calls that ran at the same
    /// time halve the number once.
    pub(super) fn halve(&self, sent_after: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.halvings == sent_after {
            let size = (state.size / 2).max(1);
            state.surplus += state.size - size;
            state.size = size;
            state.halvings += 1;
        }
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.slots.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.surplus > 0
            && let Some(permit) = self.permit.take()
        {
            state.surplus -= 1;
            permit.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn conflicts_of_calls_that_ran_together_halve_once() {
        let slots = Slots::new(8);
        let running = [slots.take().await, slots.take().await];
        let sent = slots.halvings();
        slots.halve(sent);
        slots.halve(sent);
        assert_eq!(slots.size(), 4);
        drop(running);
        slots.halve(slots.halvings());
        slots.halve(slots.halvings());
        slots.halve(slots.halvings());
        assert_eq!(slots.size(), 1);
        for _ in 0..8 {
            drop(slots.take().await);
        }
        let _last = slots.take().await;
        assert_eq!(slots.free.available_permits(), 0);
    }
}
