//! What is to be delivered, what was, and how it went. The courier does the sending.

use std::{
    collections::{HashMap, VecDeque},
    mem,
    sync::Arc,
};

use tokio::sync::Notify;

use super::{
    Attempt, Delivery, DeliveryState, Sending, Target,
    envelope::Parcel,
    request::{AgentIdElement, Errand, Next, Outcome, Turn},
};
use crate::{
    clock::Millis,
    faults::{Fate, FaultBoard, Mishap},
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
    shown: Delivery,
    target: Target,
    agent_id: AgentIdElement,
    /// Retries already granted since the last (re)delivery was asked for.
    retries: usize,
    /// What a bad day still has in store for it.
    mishap: Mishap,
    /// What was sent last.
    parcel: Option<Arc<Parcel>>,
}

/// A delivery that is held back.
#[derive(Debug)]
struct Held {
    id: u64,
    url: String,
    /// So many later ones have yet to go out.
    behind: u32,
}

/// All deliveries.
#[derive(Debug, Default)]
pub(crate) struct Post {
    entries: VecDeque<Entry>,
    /// Of the events that the entries hold.
    bytes: usize,
    count: u64,
    /// Per URL, what is to be sent now, oldest first.
    queues: HashMap<String, VecDeque<(u64, Turn)>>,
    /// URLs with a delivery on the wire: one at a time, so that order is kept.
    busy: HashMap<String, u64>,
    /// In order of their numbers.
    held: Vec<Held>,
    /// Rung whenever there is something new for the courier.
    bell: Arc<Notify>,
    /// The rules of a bad day.
    faults: Arc<FaultBoard>,
}

/// What is new about a delivery to be made.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) target: Target,
    pub(crate) corp_id: String,
    pub(super) agent_id: AgentIdElement,
    pub(crate) event: String,
    pub(crate) xml: String,
}

impl Post {
    /// An empty post under these rules.
    pub(crate) fn under(faults: Arc<FaultBoard>) -> Self {
        Self { faults, ..Self::default() }
    }

    pub(crate) fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.bell)
    }

    /// An empty post that goes on where this one's numbers end, under the same rules, and rings the same bell.
    pub(crate) fn renewed(&self) -> Self {
        Self { count: self.count, bell: self.bell(), ..Self::under(Arc::clone(&self.faults)) }
    }

    /// Takes a delivery on; returns its number, and until when it is delayed, if it is.
    pub(super) fn send(&mut self, letter: Letter, now: Millis) -> (u64, Option<Millis>) {
        self.count += 1;
        let id = self.count;
        let Letter { to, target, corp_id, agent_id, event, xml } = letter;
        self.forget_the_oldest();
        self.bytes += xml.len() + event.len();
        let mut mishap = self.faults.mishap(&event, &to);
        let fate = mem::take(&mut mishap.fate);
        let delayed_until = match fate {
            Fate::Delayed(by) => Some(now + by),
            _ => None,
        };
        let url = target.url().to_string();
        if let Fate::HeldBack { behind } = fate {
            self.held.push(Held { id, url: url.clone(), behind });
        }
        self.entries.push_back(Entry {
            shown: Delivery {
                id,
                to,
                corp_id,
                url,
                event,
                xml,
                created_at: now,
                state: match fate {
                    Fate::Sent => DeliveryState::Queued,
                    Fate::Delayed(_) => DeliveryState::Waiting,
                    Fate::HeldBack { .. } => DeliveryState::HeldBack,
                    Fate::Dropped => DeliveryState::Dropped,
                },
                next_attempt_at: delayed_until,
                faults: mem::take(&mut mishap.faults),
                attempts: Vec::new(),
            },
            target,
            agent_id,
            retries: 0,
            mishap,
            parcel: None,
        });
        if fate == Fate::Sent {
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
        let copies = mem::take(&mut entry.mishap.copies);
        let url = entry.shown.url.clone();
        let queue = self.queues.entry(url).or_default();
        queue.push_back((id, Turn::Attempt));
        queue.extend((0..copies).map(|_| (id, Turn::Copy)));
        self.bell.notify_one();
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
        entry.mishap = Mishap::default();
        self.held.retain(|held| held.id != id);
        self.enqueue(id);
        Ok(())
    }

    /// Sends once more what it sent last, byte for byte; nothing else becomes of it.
    pub(crate) fn replay(&mut self, id: u64) -> Result<(), ResendError> {
        let entry = self.entry(id).ok_or(ResendError::Unknown)?;
        if entry.parcel.is_none() {
            return Err(ResendError::NeverSent);
        }
        let url = entry.shown.url.clone();
        self.queues.entry(url).or_default().push_back((id, Turn::Replay));
        self.bell.notify_one();
        Ok(())
    }

    /// What is next for every target that has nothing on the wire.
    pub(crate) fn take(&mut self) -> Vec<Errand> {
        let mut errands = Vec::new();
        let Self { queues, busy, entries, .. } = self;
        queues.retain(|url, queue| {
            while !busy.contains_key(url) {
                let Some((id, turn)) = queue.pop_front() else { return false };
                if let Some(entry) = find(entries, id) {
                    busy.insert(url.clone(), id);
                    errands.push(entry.errand(turn));
                }
            }
            !queue.is_empty()
        });
        errands
    }

    /// Notes how an attempt went; returns what is to follow.
    pub(super) fn done(
        &mut self,
        errand: Errand,
        outcome: Outcome,
        retry_statuses: bool,
        now: Millis,
    ) -> Next {
        self.busy.retain(|_, busy| *busy != errand.id);
        let Some(entry) = self.entry(errand.id) else { return Next::default() };
        let received = match outcome.status {
            Some(200) => true,
            Some(_) => !retry_statuses,
            None => false,
        };
        entry.shown.attempts.push(Attempt {
            at: now,
            sent: errand.sending,
            status: outcome.status,
            answer: outcome.answer,
            milliseconds: outcome.took.as_millis() as u64,
            error: outcome.error,
            hint: outcome.hint,
        });
        entry.parcel = errand.parcel.or(entry.parcel.take());
        if errand.turn != Turn::Attempt {
            return Next::default();
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
        let replay_after = match errand.sending {
            Sending::Genuine => entry.mishap.replay_after.take(),
            _ => None,
        };
        Next { retry_at, replay_at: replay_after.map(|after| now + after) }
    }

    /// Whether nothing is queued or on the wire.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.queues.is_empty() && self.busy.is_empty()
    }

    pub(crate) fn has_work(&self) -> bool {
        self.queues.keys().any(|url| !self.busy.contains_key(url))
    }

    pub(crate) fn deliveries(&self) -> impl ExactSizeIterator<Item = &Delivery> {
        self.entries.iter().map(|entry| &entry.shown)
    }

    fn entry(&mut self, id: u64) -> Option<&mut Entry> {
        find(&mut self.entries, id)
    }
}

impl Entry {
    fn errand(&mut self, turn: Turn) -> Errand {
        let sending = match turn {
            Turn::Replay => Sending::Replay,
            Turn::Copy => Sending::Copy,
            Turn::Attempt => {
                self.shown.state = DeliveryState::InFlight;
                self.mishap.forge().unwrap_or(Sending::Genuine)
            }
        };
        Errand {
            id: self.shown.id,
            sending,
            target: self.target.clone(),
            corp_id: self.shown.corp_id.clone(),
            agent_id: self.agent_id,
            xml: self.shown.xml.clone(),
            parcel: if turn == Turn::Replay { self.parcel.clone() } else { None },
            turn,
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
