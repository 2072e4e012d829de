//! Closes connections that keep the server waiting: for a head, for a body, or for anything at all.
//!
//! Time is real here, and is looked at by a thread of its own. The virtual clock says nothing about how long a client takes,
//! and neither does the runtime's, which tests pause.

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

/// How long a client may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Patience {
    /// From the first byte of a head to its last.
    head: Duration,
    /// From the end of the head to the end of the body.
    body: Duration,
    /// Between two requests, and between two pieces of an answer.
    idle: Duration,
}

impl Patience {
    /// A body, and a connection that carries nothing, have four times as long as a head.
    pub(crate) fn of_head(head: Duration) -> Self {
        let longer = head.saturating_mul(4);
        Self { head, body: longer, idle: longer }
    }

    /// How often a connection is looked at.
    fn tick(self) -> Duration {
        (self.head / 4).clamp(Duration::from_millis(5), Duration::from_secs(10))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Between two requests, or while an answer is written.
    Idle,
    Head,
    Body,
    /// The server's own time.
    Working,
}

/// Where one connection stands.
#[derive(Debug)]
pub(crate) struct Progress {
    patience: Patience,
    state: Mutex<(Phase, Instant)>,
    is_over: AtomicBool,
    waker: AtomicWaker,
}

impl Progress {
    /// A connection that was just accepted.
    pub(crate) fn watched(patience: Patience) -> Arc<Self> {
        let progress = Arc::new(Self {
            patience,
            state: Mutex::new((Phase::Idle, Instant::now())),
            is_over: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        });
        WATCH.add(&progress);
        progress
    }

    /// Whether the connection is to be closed; if not, the task is woken once it is.
    pub(crate) fn is_over(&self, context: &std::task::Context<'_>) -> bool {
        self.waker.register(context.waker());
        self.is_over.load(Relaxed)
    }

    /// Bytes came: the first of a head begin it.
    pub(crate) fn has_read(&self) {
        let mut state = self.state.lock();
        if state.0 == Phase::Idle {
            *state = (Phase::Head, Instant::now());
        }
    }

    /// Bytes of an answer went.
    pub(crate) fn has_written(&self) {
        self.state.lock().1 = Instant::now();
    }

    /// A head is complete and its body is awaited, until [`Turn::body_is_read`]; the drop of the turn ends the request.
    pub(crate) fn turn(self: &Arc<Self>) -> Turn {
        self.enter(Phase::Body);
        Turn(Arc::clone(self))
    }

    fn enter(&self, phase: Phase) {
        *self.state.lock() = (phase, Instant::now());
    }

    fn look(&self, now: Instant) {
        let (phase, since) = *self.state.lock();
        let limit = match phase {
            Phase::Idle => self.patience.idle,
            Phase::Head => self.patience.head,
            Phase::Body => self.patience.body,
            Phase::Working => return,
        };
        if now.saturating_duration_since(since) > limit {
            self.is_over.store(true, Relaxed);
            self.waker.wake();
        }
    }
}

/// One request under way on a connection.
#[derive(Debug)]
pub(crate) struct Turn(Arc<Progress>);

impl Turn {
    /// From here on the server works.
    pub(crate) fn body_is_read(&self) {
        self.0.enter(Phase::Working);
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.enter(Phase::Idle);
    }
}

/// The connections of all simulators in the process.
static WATCH: LazyLock<Watch> = LazyLock::new(|| {
    let looking = thread::Builder::new().name("wecom-sim-stalls".into()).spawn(|| WATCH.run());
    if let Err(error) = looking {
        tracing::error!(%error, "slow connections are not closed");
    }
    Watch::default()
});

#[derive(Debug, Default)]
struct Watch {
    watched: Mutex<Watched>,
    news: Condvar,
}

#[derive(Debug, Default)]
struct Watched {
    connections: Vec<Weak<Progress>>,
    /// How long the thread sleeps.
    tick: Duration,
}

impl Watch {
    fn add(&self, progress: &Arc<Progress>) {
        let mut watched = self.watched.lock();
        watched.connections.push(Arc::downgrade(progress));
        if watched.connections.len() == 1 || progress.patience.tick() < watched.tick {
            self.news.notify_one();
        }
    }

    fn run(&self) {
        let mut watched = self.watched.lock();
        loop {
            let now = Instant::now();
            let mut tick = None;
            watched.connections.retain(|connection| {
                let Some(progress) = connection.upgrade() else { return false };
                progress.look(now);
                let own = progress.patience.tick();
                tick = Some(tick.map_or(own, |tick: Duration| tick.min(own)));
                true
            });
            match tick {
                Some(tick) => {
                    watched.tick = tick;
                    self.news.wait_for(&mut watched, tick);
                }
                None => self.news.wait(&mut watched),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_has_its_own_limit_and_the_server_s_work_has_none() {
        let progress = Progress::watched(Patience::of_head(Duration::from_secs(30)));
        let is_over_after = |seconds: u64| {
            progress.look(Instant::now() + Duration::from_secs(seconds));
            progress.is_over.swap(false, Relaxed)
        };
        assert!(!is_over_after(119) && is_over_after(121), "idle");
        progress.has_read();
        assert!(!is_over_after(29) && is_over_after(31), "a head");
        let turn = progress.turn();
        assert!(!is_over_after(119) && is_over_after(121), "a body");
        turn.body_is_read();
        assert!(!is_over_after(1_000_000), "work");
        drop(turn);
        assert!(!is_over_after(119) && is_over_after(121), "idle again");
    }

    #[test]
    fn the_longest_patience_is_no_overflow() {
        let progress = Progress::watched(Patience::of_head(Duration::MAX));
        progress.look(Instant::now());
        assert!(!progress.is_over.load(Relaxed));
    }
}
