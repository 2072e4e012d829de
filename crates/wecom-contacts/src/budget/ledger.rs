//! The calls of one corp, counted: what each caller passes on its way out.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::{
    sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit},
    time::{Instant, sleep, sleep_until},
};
use tracing::{debug, warn};

#[cfg(feature = "redis")]
use super::fleet::{Moment, Reserved, Share};
use super::{
    Plan,
    closing::{Closing, Door},
    limits::GRANT_LIFE,
    pace::{Pace, Rate},
};
use crate::{Error, ErrorKind, Result, observe};

/// All endpoints of one corp at one address.
pub(crate) struct Ledger {
    plan: Arc<Plan>,
    /// The address and the corp, which a fleet knows the ledger by.
    #[cfg(feature = "redis")]
    scope: String,
    gates: RwLock<HashMap<&'static str, Arc<Gate>>>,
}

impl Ledger {
    #[cfg_attr(
        not(feature = "redis"),
        expect(unused_variables, reason = "only a fleet knows the ledger by it")
    )]
    pub(super) fn new(plan: Arc<Plan>, scope: String) -> Self {
        Self {
            plan,
            #[cfg(feature = "redis")]
            scope,
            gates: RwLock::default(),
        }
    }

    /// The way out of this endpoint's calls.
    pub(crate) fn gate(&self, endpoint: &'static str) -> Arc<Gate> {
        let gates = self.gates.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(gate) = gates.get(endpoint) {
            return Arc::clone(gate);
        }
        drop(gates);
        let mut gates = self.gates.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(endpoint).or_insert_with(|| Arc::new(Gate::new(endpoint, self))))
    }
}

/// One endpoint: callers pass in the order in which they came.
pub(crate) struct Gate {
    endpoint: &'static str,
    at_once: Option<Semaphore>,
    hour: Option<Pace>,
    minute: Option<Pace>,
    turn: Mutex<Turn>,
    closing: Closing,
    #[cfg(feature = "redis")]
    share: Option<Share>,
}

/// Who holds it is next. What the limits granted to one who then went away is left to the one behind.
#[derive(Default)]
struct Turn {
    granted_by_hour: Option<Instant>,
    #[cfg(feature = "redis")]
    reserved: Reserved,
}

/// The leave to send one call now. Dropping it, whether the call was sent or not, lets the next one pass.
pub(crate) struct Pass<'g> {
    gate: &'g Gate,
    sent: Instant,
    pub(crate) waited: bool,
    /// While the endpoint has yet to prove open nobody else passes.
    _alone: Option<MutexGuard<'g, Turn>>,
    _place: Option<SemaphorePermit<'g>>,
}

impl Pass<'_> {
    /// When the call goes out.
    pub(crate) fn sent(&self) -> Instant {
        self.sent
    }

    /// Takes note of the answer. Returns how long WeCom keeps the endpoint closed, if that is what it says.
    pub(crate) fn answered(self, error: Option<&Error>) -> Option<Duration> {
        let closing = &self.gate.closing;
        if error.is_some_and(Error::exceeds_frequency) {
            let was_open = !matches!(closing.door(), Door::Closed(_));
            let closed_for = closing.refused(self.sent);
            if was_open {
                let seconds = closed_for.as_secs();
                warn!(
                    endpoint = self.gate.endpoint,
                    seconds, "WeCom's frequency limit is exceeded: no more calls for this long"
                );
                observe::closed(self.gate.endpoint);
                #[cfg(feature = "redis")]
                if let Some(share) = &self.gate.share {
                    share.close(closed_for);
                }
            }
            return Some(closed_for);
        }
        // An answer that did not come says nothing.
        if error.is_none_or(|error| error.code().is_some()) {
            closing.passed(self.sent);
        }
        None
    }
}

impl Gate {
    fn new(endpoint: &'static str, ledger: &Ledger) -> Self {
        let limits = ledger.plan.of(endpoint);
        let minute = limits.per_minute.map(Rate::minute);
        let hour = limits.per_hour.map(|calls| Rate::hour(calls, minute));
        Self {
            endpoint,
            at_once: limits.at_once.map(|calls| Semaphore::new(calls.max(1) as usize)),
            hour: hour.map(Pace::new),
            minute: minute.map(Pace::new),
            turn: Mutex::default(),
            closing: Closing::default(),
            #[cfg(feature = "redis")]
            share: {
                let fleet = ledger.plan.fleet.as_ref();
                fleet.map(|fleet| Share::new(fleet, &ledger.scope, endpoint, minute, hour))
            },
        }
    }

    /// Waits until a call may go. Cancelled at any point it leaves nothing behind.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::EndpointClosed`] if WeCom closed the endpoint for longer than `patience`.
    pub(crate) async fn pass(&self, patience: Duration) -> Result<Pass<'_>> {
        // Not to stand in line for nothing.
        if let Door::Closed(left) = self.closing.door()
            && left > patience
        {
            return Err(self.closed(left));
        }
        let began = Instant::now();
        let place = match &self.at_once {
            Some(places) => Some(places.acquire().await.expect("the semaphore is never closed")),
            None => None,
        };
        let mut turn = self.turn.lock().await;
        let mut waited = false;
        let alone = loop {
            match self.closing.door() {
                Door::Closed(left) if left > patience.saturating_sub(began.elapsed()) => {
                    return Err(self.closed(left));
                }
                Door::Closed(left) => {
                    waited = true;
                    sleep(left).await;
                }
                door => {
                    waited |= self.pace(&mut turn).await;
                    // It may have closed while we waited.
                    if self.closing.door() == door {
                        break door == Door::Unproven;
                    }
                }
            }
        };
        let sent = Instant::now();
        if waited {
            let wait = sent - began;
            debug!(endpoint = self.endpoint, wait_ms = wait.as_millis() as u64, "waited for the budget");
            observe::waited(self.endpoint, wait);
        }
        Ok(Pass { gate: self, sent, waited, _alone: alone.then_some(turn), _place: place })
    }

    /// Waits for both limits, the fleet's if there is one, and says whether it had to.
    async fn pace(&self, turn: &mut Turn) -> bool {
        #[cfg(feature = "redis")]
        if let Some(share) = &self.share {
            match share.moment(&mut turn.reserved).await {
                Moment::Now { waited } => {
                    // So that our own limits know of the call, should Redis go away.
                    for pace in [&self.hour, &self.minute].into_iter().flatten() {
                        let _ = pace.grant();
                    }
                    return waited;
                }
                Moment::Closed(left) => {
                    self.closing.close_for(left);
                    return true;
                }
                Moment::Unknown => {}
            }
        }
        self.pace_alone(turn).await
    }

    async fn pace_alone(&self, turn: &mut Turn) -> bool {
        let mut waited = false;
        if let Some(hour) = &self.hour {
            turn.granted_by_hour.take_if(|granted| granted.elapsed() > GRANT_LIFE);
            while turn.granted_by_hour.is_none()
                && let Err(at) = hour.grant()
            {
                waited = true;
                sleep_until(at).await;
            }
        }
        if let Some(minute) = &self.minute {
            while let Err(at) = minute.grant() {
                // Kept where the next one finds it, should this one be cancelled here.
                turn.granted_by_hour.get_or_insert_with(Instant::now);
                waited = true;
                sleep_until(at).await;
            }
        }
        turn.granted_by_hour = None;
        waited
    }

    fn closed(&self, left: Duration) -> Error {
        Error::new(self.endpoint, ErrorKind::EndpointClosed { reopens_in: left })
    }
}
