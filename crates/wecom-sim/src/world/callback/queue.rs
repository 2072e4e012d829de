//! The queue of deliveries: what is to be sent, what was sent, and how it went. `crate::callback` does the sending.

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

/// After a failed attempt the next one waits this long, on the virtual clock. WeCom documents that there are three
/// retries, not when.
pub(crate) const RETRY_AFTER: [Millis; 3] = [5_000, 30_000, 120_000];

/// How many finished deliveries are kept, and how many bytes.
const KEPT: usize = 10_000;
const BYTES_KEPT: usize = 64 << 20;
/// Beyond these the oldest go though they are still to be sent.
const MOST: usize = 200_000;
const MOST_BYTES: usize = 512 << 20;

#[derive(Debug)]
struct Entry {
    shown: DeliveryRecord,
    target: Target,
    agent_id: AgentIdElement,
    /// Retries already granted since the last (re)delivery was asked for.
    retries: usize,
    /// What the fault rules will still do to it.
    effects: DeliveryEffects,
    /// What was sent last.
    sealed: Option<Arc<SealedRequest>>,
}

/// A delivery that is held back.
#[derive(Debug)]
struct Held {
    id: u64,
    url: String,
    /// How many later ones have yet to go out.
    behind: u32,
}

/// All deliveries.
#[derive(Debug, Default)]
pub(crate) struct DeliveryQueue {
    entries: VecDeque<Entry>,
    /// Of the events that the entries hold.
    bytes: usize,
    count: u64,
    /// Per URL, what is to be sent now, oldest first.
    queues: HashMap<String, VecDeque<(u64, SendKind)>>,
    /// URLs with a delivery on the wire: one at a time, so that order is kept.
    busy: HashMap<String, u64>,
    /// In order of their numbers.
    held: Vec<Held>,
    /// Notified when there is something new to send.
    wake: Arc<Notify>,
    /// What goes wrong on purpose.
    faults: Arc<FaultInjector>,
}

/// What is new about a delivery to be made.
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
    /// An empty queue under these rules.
    pub(crate) fn under(faults: Arc<FaultInjector>) -> Self {
        Self { faults, ..Self::default() }
    }

    pub(crate) fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }

    /// An empty queue whose numbers go on where these end, under the same rules, and with the same waiting worker.
    pub(crate) fn renewed(&self) -> Self {
        Self { count: self.count, wake: self.wake(), ..Self::under(Arc::clone(&self.faults)) }
    }

    /// Takes a delivery on; returns its number, and until when it is delayed, if it is.
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
                    "a callback is forgotten before it is delivered: too many wait"
                );
            }
            self.bytes -= oldest.shown.xml.len() + oldest.shown.event.len();
            self.entries.pop_front();
        }
    }

    /// Queues a delivery for the first time, and behind it whatever was held back until now.
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

    /// The time has come for which it was waiting, unless something else has become of it.
    pub(crate) fn try_at(&mut self, id: u64, at: Millis) {
        let Some(entry) = self.entry(id) else { return };
        if entry.shown.state == DeliveryState::Waiting && entry.shown.next_attempt_at == Some(at) {
            if entry.shown.attempts.is_empty() { self.go_out(id) } else { self.enqueue(id) }
        }
    }

    /// Sends all at once that is held back.
    pub(crate) fn release(&mut self) {
        for held in mem::take(&mut self.held) {
            self.enqueue(held.id);
        }
    }

    /// Sends it once more, from the beginning and as it should be, whatever came of it before.
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

    /// Sends once more what it sent last, byte for byte; nothing else becomes of it.
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

    /// What is next for every target that has nothing on the wire.
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

    /// Notes how an attempt went; returns what is to follow.
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

    /// Whether nothing is queued or on the wire.
    pub(crate) fn is_idle(&self) -> bool {
        self.queues.is_empty() && self.busy.is_empty()
    }

    pub(crate) fn has_work(&self) -> bool {
        self.queues.keys().any(|url| !self.busy.contains_key(url))
    }

    pub(crate) fn deliveries(&self) -> impl ExactSizeIterator<Item = &DeliveryRecord> {
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

/// Ids rise by one, except where old entries have gone.
fn find(entries: &mut VecDeque<Entry>, id: u64) -> Option<&mut Entry> {
    let place = entries.binary_search_by_key(&id, |entry| entry.shown.id).ok()?;
    entries.get_mut(place)
}

/// Why a callback is not sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResendError {
    /// There is none with this number, or it is forgotten: the last 10,000 are kept.
    #[error("no delivery has this id")]
    Unknown,
    /// It is queued or on the wire.
    #[error("this delivery is under way")]
    UnderWay,
    /// There are no bytes that could be sent again.
    #[error("this delivery has not been sent yet; redeliver it instead")]
    NeverSent,
}
