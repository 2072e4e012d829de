//! The queue of deliveries: pending ones, sent ones and their results. `crate::callback` sends them.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::Arc,
};

use tokio::sync::Notify;

use super::{
    record::{Attempt, AttemptKind, DeliveryRecord, DeliveryState},
    request::{AgentIdElement, CallbackRequest, FollowUp, Outcome, SealedRequest, SendKind},
    target::Target,
};
use crate::{
    clock::Millis,
    faults::{DeliveryEffects, Dispatch, FaultInjector},
};

/// Delay before each retry, on the virtual clock. WeCom documents three retries, but not their times.
pub(crate) const RETRY_AFTER: [Millis; 3] = [5_000, 30_000, 120_000];

/// Maximum number of finished deliveries, and of their bytes.
const KEPT: usize = 10_000;
const BYTES_KEPT: usize = 64 << 20;
/// Maximum number of deliveries. Beyond it the oldest are removed, even if they are pending.
const MOST: usize = 200_000;
const MOST_BYTES: usize = 512 << 20;

#[derive(Clone, Debug)]
struct Entry {
    shown: DeliveryRecord,
    target: Target,
    agent_id: AgentIdElement,
    /// Number of retries since the last delivery or redelivery was requested.
    retries: usize,
    /// The remaining effects of the fault rules.
    effects: DeliveryEffects,
    /// The bytes that were sent last.
    sealed: Option<Arc<SealedRequest>>,
}

/// A delivery that is held back.
#[derive(Clone, Debug)]
struct Held {
    id: u64,
    url: String,
    /// Number of later deliveries that must be sent first.
    behind: u32,
}

/// All deliveries.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeliveryQueue {
    entries: VecDeque<Entry>,
    /// Size of the events in the entries.
    bytes: usize,
    count: u64,
    /// For each URL the deliveries to send now, oldest first.
    queues: HashMap<String, VecDeque<(u64, SendKind)>>,
    /// URLs with a delivery being sent. Each URL gets one at a time, which keeps the order.
    busy: HashMap<String, u64>,
    /// Sorted by number.
    held: Vec<Held>,
    /// Notified when there is a new delivery to send.
    wake: Arc<Notify>,
    /// The fault rules.
    faults: Arc<FaultInjector>,
}

/// The properties of a new delivery.
#[derive(Debug)]
pub(crate) struct NewDelivery {
    pub(crate) to: String,
    pub(crate) target: Target,
    pub(crate) corp_id: String,
    pub(super) agent_id: AgentIdElement,
    pub(crate) event: String,
    pub(crate) xml: String,
}

impl DeliveryQueue {
    /// Creates an empty queue with these rules.
    pub(crate) fn under(faults: Arc<FaultInjector>) -> Self {
        Self { faults, ..Self::default() }
    }

    pub(crate) fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// Creates an empty queue that continues the numbers, with the same rules and the same worker.
    pub(crate) fn renewed(&self) -> Self {
        Self { count: self.count, wake: self.wake(), ..Self::under(Arc::clone(&self.faults)) }
    }

    /// Queues the attempts that are being sent once more. A copy of the queue needs it, because the result of an
    /// attempt arrives only in the original.
    pub(crate) fn requeue_attempts(&mut self) {
        for (url, id) in mem::take(&mut self.busy) {
            if let Some(entry) =
                find(&mut self.entries, id).filter(|entry| entry.shown.state == DeliveryState::InFlight)
            {
                entry.shown.state = DeliveryState::Queued;
                self.queues.entry(url).or_default().push_front((id, SendKind::Attempt));
            }
        }
    }

    /// Continues the numbers of another queue, so that the result of an attempt in progress finds no newer delivery.
    pub(crate) fn continue_numbers(&mut self, other: &Self) {
        self.count = self.count.max(other.count);
    }

    /// Returns the size of the events.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a delivery. Returns its number and, if it is delayed, the time of its first attempt.
    pub(super) fn send(&mut self, delivery: NewDelivery, now: Millis) -> (u64, Option<Millis>) {
        self.count += 1;
        let id = self.count;
        let NewDelivery { to, target, corp_id, agent_id, event, xml } = delivery;
        self.forget_the_oldest();
        self.bytes += xml.len() + event.len();
        let mut effects = self.faults.effects_on_delivery(&event, &to);
        let dispatch = mem::take(&mut effects.dispatch);
        let delayed_until = match dispatch {
            Dispatch::Delayed(by) => Some(now + by),
            _ => None,
        };
        let url = target.url().to_string();
        if let Dispatch::HeldBack { behind } = dispatch {
            self.held.push(Held { id, url: url.clone(), behind });
        }
        self.entries.push_back(Entry {
            shown: DeliveryRecord {
                id,
                to,
                corp_id,
                url,
                event,
                xml,
                created_at: now,
                state: match dispatch {
                    Dispatch::Sent => DeliveryState::Queued,
                    Dispatch::Delayed(_) => DeliveryState::Waiting,
                    Dispatch::HeldBack { .. } => DeliveryState::HeldBack,
                    Dispatch::Dropped => DeliveryState::Dropped,
                },
                next_attempt_at: delayed_until,
                faults: mem::take(&mut effects.faults),
                attempts: Vec::new(),
            },
            target,
            agent_id,
            retries: 0,
            effects,
            sealed: None,
        });
        if dispatch == Dispatch::Sent {
            self.go_out(id);
        }
        (id, delayed_until)
    }

    fn forget_the_oldest(&mut self) {
        while let Some(oldest) = self.entries.front() {
            let is_much = self.entries.len() >= KEPT || self.bytes > BYTES_KEPT;
            let is_too_much = self.entries.len() >= MOST || self.bytes > MOST_BYTES;
            if !(is_much && !oldest.shown.is_open() || is_too_much) {
                return;
            }
            if oldest.shown.is_open() {
                tracing::warn!(
                    id = oldest.shown.id,
                    "a callback was dropped before its delivery: the queue is full"
                );
            }
            self.bytes -= oldest.shown.xml.len() + oldest.shown.event.len();
            self.entries.pop_front();
        }
    }

    /// Queues a delivery for its first attempt, and after it the deliveries that were held back for it.
    fn go_out(&mut self, id: u64) {
        let mut going = VecDeque::from([id]);
        while let Some(id) = going.pop_front() {
            self.enqueue(id);
            if self.held.is_empty() {
                continue;
            }
            let Some(url) = find(&mut self.entries, id).map(|entry| entry.shown.url.clone()) else {
                continue;
            };
            self.held.retain_mut(|held| {
                if held.url == url && held.id < id {
                    held.behind = held.behind.saturating_sub(1);
                }
                if held.behind == 0 {
                    going.push_back(held.id);
                }
                held.behind > 0
            });
        }
    }

    fn enqueue(&mut self, id: u64) {
        let Some(entry) = self.entry(id) else { return };
        entry.shown.state = DeliveryState::Queued;
        entry.shown.next_attempt_at = None;
        let copies = mem::take(&mut entry.effects.copies);
        let url = entry.shown.url.clone();
        let queue = self.queues.entry(url).or_default();
        queue.push_back((id, SendKind::Attempt));
        queue.extend((0..copies).map(|_| (id, SendKind::Copy)));
        self.wake.notify_one();
    }

    /// Queues a waiting delivery when its time has come, if it is still waiting.
    pub(crate) fn try_at(&mut self, id: u64, at: Millis) {
        let Some(entry) = self.entry(id) else { return };
        if entry.shown.state == DeliveryState::Waiting && entry.shown.next_attempt_at == Some(at) {
            if entry.shown.attempts.is_empty() { self.go_out(id) } else { self.enqueue(id) }
        }
    }

    /// Sends all deliveries that are held back.
    pub(crate) fn release(&mut self) {
        for held in mem::take(&mut self.held) {
            self.enqueue(held.id);
        }
    }

    /// Sends a delivery again, newly encrypted and without faults.
    pub(crate) fn redeliver(&mut self, id: u64) -> Result<(), ResendError> {
        let entry = self.entry(id).ok_or(ResendError::Unknown)?;
        if matches!(entry.shown.state, DeliveryState::Queued | DeliveryState::InFlight) {
            return Err(ResendError::UnderWay);
        }
        entry.retries = 0;
        entry.effects = DeliveryEffects::default();
        self.held.retain(|held| held.id != id);
        self.enqueue(id);
        Ok(())
    }

    /// Sends the same bytes again. The result does not change the state of the delivery.
    pub(crate) fn replay(&mut self, id: u64) -> Result<(), ResendError> {
        let entry = self.entry(id).ok_or(ResendError::Unknown)?;
        if entry.sealed.is_none() {
            return Err(ResendError::NeverSent);
        }
        let url = entry.shown.url.clone();
        self.queues.entry(url).or_default().push_back((id, SendKind::Replay));
        self.wake.notify_one();
        Ok(())
    }

    /// Returns the next request for every target without a request being sent.
    pub(crate) fn take(&mut self) -> Vec<CallbackRequest> {
        let mut requests = Vec::new();
        let Self { queues, busy, entries, .. } = self;
        queues.retain(|url, queue| {
            while !busy.contains_key(url) {
                let Some((id, send_kind)) = queue.pop_front() else { return false };
                if let Some(entry) = find(entries, id) {
                    busy.insert(url.clone(), id);
                    requests.push(entry.request(send_kind));
                }
            }
            !queue.is_empty()
        });
        requests
    }

    /// Records the result of an attempt and returns the next one.
    pub(super) fn done(
        &mut self,
        request: CallbackRequest,
        outcome: Outcome,
        retry_statuses: bool,
        now: Millis,
    ) -> FollowUp {
        self.busy.retain(|_, busy| *busy != request.id);
        let Some(entry) = self.entry(request.id) else { return FollowUp::default() };
        let received = match outcome.status {
            Some(200) => true,
            Some(_) => !retry_statuses,
            None => false,
        };
        entry.shown.attempts.push(Attempt {
            at: now,
            sent: request.sending,
            status: outcome.status,
            answer: outcome.answer,
            milliseconds: outcome.took.as_millis() as u64,
            error: outcome.error,
            hint: outcome.hint,
        });
        entry.sealed = request.sealed.or(entry.sealed.take());
        if request.send_kind != SendKind::Attempt {
            return FollowUp::default();
        }
        let retry_at = match RETRY_AFTER.get(entry.retries) {
            Some(after) if !received => Some(now + after),
            _ => None,
        };
        entry.retries += 1;
        entry.shown.next_attempt_at = retry_at;
        entry.shown.state = match (received, retry_at) {
            (true, _) => DeliveryState::Delivered,
            (false, Some(_)) => DeliveryState::Waiting,
            (false, None) => DeliveryState::GivenUp,
        };
        let replay_after = match request.sending {
            AttemptKind::Genuine => entry.effects.replay_after.take(),
            _ => None,
        };
        FollowUp { retry_at, replay_at: replay_after.map(|after| now + after) }
    }

    /// Whether no delivery is queued or being sent.
    pub(crate) fn is_idle(&self) -> bool {
        self.queues.is_empty() && self.busy.is_empty()
    }

    pub(crate) fn has_work(&self) -> bool {
        self.queues.keys().any(|url| !self.busy.contains_key(url))
    }

    pub(crate) fn deliveries(&self) -> impl DoubleEndedIterator<Item = &DeliveryRecord> + ExactSizeIterator {
        self.entries.iter().map(|entry| &entry.shown)
    }

    fn entry(&mut self, id: u64) -> Option<&mut Entry> {
        find(&mut self.entries, id)
    }
}

impl Entry {
    fn request(&mut self, send_kind: SendKind) -> CallbackRequest {
        let sending = match send_kind {
            SendKind::Replay => AttemptKind::Replay,
            SendKind::Copy => AttemptKind::Copy,
            SendKind::Attempt => {
                self.shown.state = DeliveryState::InFlight;
                self.effects.next_flaw().map_or(AttemptKind::Genuine, AttemptKind::from)
            }
        };
        CallbackRequest {
            id: self.shown.id,
            sending,
            target: self.target.clone(),
            corp_id: self.shown.corp_id.clone(),
            agent_id: self.agent_id,
            xml: self.shown.xml.clone(),
            sealed: if send_kind == SendKind::Replay { self.sealed.clone() } else { None },
            send_kind,
        }
    }
}

/// Ids increase by one, except after old entries were removed.
fn find(entries: &mut VecDeque<Entry>, id: u64) -> Option<&mut Entry> {
    let place = entries.binary_search_by_key(&id, |entry| entry.shown.id).ok()?;
    entries.get_mut(place)
}

/// The reason why a callback cannot be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResendError {
    /// The number is unknown, or the delivery was removed. The last 10,000 are kept.
    #[error("unknown delivery id")]
    Unknown,
    /// It is queued or being sent.
    #[error("this delivery is queued or being sent")]
    UnderWay,
    /// It has not been sent yet, so there are no bytes to repeat.
    #[error("this delivery has not been sent yet; redeliver it instead")]
    NeverSent,
}
