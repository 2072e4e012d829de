//! Closes connections of clients that take too long for a head or a body, and connections without traffic.
//!
//! The limits are in real time and are checked by a separate thread. The virtual clock is independent of the time
//! that a client takes, and tests pause the clock of the runtime.

use std::{
    sync::{
        Arc, LazyLock, Weak,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use futures_util::task::AtomicWaker;
use parking_lot::{Condvar, Mutex};

/// The maximum times for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClientTimeouts {
    /// From the first byte of a head to its last.
    head: Duration,
    /// From the end of the head to the end of the body.
    body: Duration,
    /// Between two requests, and between two parts of a reply.
    idle: Duration,
}

impl ClientTimeouts {
    /// Returns the limits for a head limit. A body and a connection without traffic have four times as long.
    pub(crate) fn of_head(head: Duration) -> Self {
        let longer = head.saturating_mul(4);
        Self { head, body: longer, idle: longer }
    }

    /// Returns the interval between two checks of a connection.
    fn tick(self) -> Duration {
        (self.head / 4).clamp(Duration::from_millis(5), Duration::from_secs(10))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Between two requests, or while a reply is written.
    Idle,
    Head,
    Body,
    /// The server is processing the request.
    Working,
}

/// The phase of one connection, and its start.
#[derive(Debug)]
pub(crate) struct ConnectionTimer {
    timeouts: ClientTimeouts,
    state: Mutex<(Phase, Instant)>,
    is_over: AtomicBool,
    waker: AtomicWaker,
}

impl ConnectionTimer {
    /// Creates the timer of a connection that was just accepted.
    pub(crate) fn watched(timeouts: ClientTimeouts) -> Arc<Self> {
        let timer = Arc::new(Self {
            timeouts,
            state: Mutex::new((Phase::Idle, Instant::now())),
            is_over: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        });
        WATCHER.add(&timer);
        timer
    }

    /// Whether the connection must be closed. Otherwise the task is woken when the limit is exceeded.
    pub(crate) fn is_over(&self, context: &std::task::Context<'_>) -> bool {
        self.waker.register(context.waker());
        self.is_over.load(Relaxed)
    }

    /// Notes that bytes were read. The first bytes start a head.
    pub(crate) fn has_read(&self) {
        let mut state = self.state.lock();
        if state.0 == Phase::Idle {
            *state = (Phase::Head, Instant::now());
        }
    }

    /// Notes that bytes of a reply were written.
    pub(crate) fn has_written(&self) {
        self.state.lock().1 = Instant::now();
    }

    /// Notes that a head is complete and its body follows, until [`RequestTimer::body_is_read`]. Dropping the timer
    /// ends the request.
    pub(crate) fn start_request(self: &Arc<Self>) -> RequestTimer {
        self.enter(Phase::Body);
        RequestTimer(Arc::clone(self))
    }

    fn enter(&self, phase: Phase) {
        *self.state.lock() = (phase, Instant::now());
    }

    fn look(&self, now: Instant) {
        let (phase, since) = *self.state.lock();
        let limit = match phase {
            Phase::Idle => self.timeouts.idle,
            Phase::Head => self.timeouts.head,
            Phase::Body => self.timeouts.body,
            Phase::Working => return,
        };
        if now.saturating_duration_since(since) > limit {
            self.is_over.store(true, Relaxed);
            self.waker.wake();
        }
    }
}

/// The timer of one request on a connection.
#[derive(Debug)]
pub(crate) struct RequestTimer(Arc<ConnectionTimer>);

impl RequestTimer {
    /// Notes that the server is processing the request.
    pub(crate) fn body_is_read(&self) {
        self.0.enter(Phase::Working);
    }
}

impl Drop for RequestTimer {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle);
    }
}

/// Watches the connections of all simulators in the process.
static WATCHER: LazyLock<Watcher> = LazyLock::new(|| {
    let looking = thread::Builder::new().name("wecom-sim-timeouts".into()).spawn(|| WATCHER.watch());
    if let Err(error) = looking {
        tracing::error!(%error, "slow connections are not closed");
    }
    Watcher::default()
});

#[derive(Debug, Default)]
struct Watcher {
    watched: Mutex<WatcherState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct WatcherState {
    connections: Vec<Weak<ConnectionTimer>>,
    /// The interval of the thread.
    tick: Duration,
}

impl Watcher {
    fn add(&self, timer: &Arc<ConnectionTimer>) {
        let mut watched = self.watched.lock();
        watched.connections.push(Arc::downgrade(timer));
        if watched.connections.len() == 1 || timer.timeouts.tick() < watched.tick {
            self.changed.notify_one();
        }
    }

    fn watch(&self) {
        let mut watched = self.watched.lock();
        loop {
            let now = Instant::now();
            let mut tick = None;
            watched.connections.retain(|connection| {
                let Some(timer) = connection.upgrade() else { return false };
                timer.look(now);
                let own = timer.timeouts.tick();
                tick = Some(tick.map_or(own, |tick: Duration| tick.min(own)));
                true
            });
            match tick {
                Some(tick) => {
                    watched.tick = tick;
                    self.changed.wait_for(&mut watched, tick);
                }
                None => self.changed.wait(&mut watched),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_has_its_own_limit_and_the_server_s_work_has_none() {
        let timer = ConnectionTimer::watched(ClientTimeouts::of_head(Duration::from_secs(30)));
        let is_over_after = |seconds: u64| {
            timer.look(Instant::now() + Duration::from_secs(seconds));
            timer.is_over.swap(false, Relaxed)
        };
        assert!(!is_over_after(119) && is_over_after(121), "idle");
        timer.has_read();
        assert!(!is_over_after(29) && is_over_after(31), "a head");
        let turn = timer.start_request();
        assert!(!is_over_after(119) && is_over_after(121), "a body");
        turn.body_is_read();
        assert!(!is_over_after(1_000_000), "work");
        drop(turn);
        assert!(!is_over_after(119) && is_over_after(121), "idle again");
    }

    #[test]
    fn the_longest_patience_is_no_overflow() {
        let timer = ConnectionTimer::watched(ClientTimeouts::of_head(Duration::MAX));
        timer.look(Instant::now());
        assert!(!timer.is_over.load(Relaxed));
    }
}
