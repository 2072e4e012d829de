//! What is to be delivered, what was, and how it went. The [courier](super::courier) does the sending.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;
use tokio::sync::Notify;

use super::Target;
use crate::clock::Millis;

/// After a failed attempt the next one waits this long, on the virtual clock. WeCom documents that there are three
/// retries, not when.
pub(crate) const RETRY_AFTER: [Millis; 3] = [5_000, 30_000, 120_000];

/// How many finished deliveries are kept.
const KEPT: usize = 10_000;

/// One callback, from the event that caused it to its last attempt.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// Counts from 1; a reset of the world does not start it anew.
    pub id: u64,
    /// Whose target: `contacts`, `app 1000002` or `import job`.
    pub to: String,
    /// The corp in whose name it is sent: `ToUserName` and receiveid.
    pub corp_id: String,
    /// The target's URL.
    pub url: String,
    /// The event, with its `ChangeType` where it has one: `change_contact/create_user`, `batch_job_result`.
    pub event: String,
    /// The event before encryption.
    pub xml: String,
    /// When the event happened: virtual time, Unix milliseconds.
    pub created_at: i64,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is tried again; virtual time, only while [`DeliveryState::Waiting`].
    pub next_attempt_at: Option<i64>,
    /// How the attempts went, oldest first.
    pub attempts: Vec<Attempt>,
}

impl Delivery {
    /// Whether it may still be sent.
    pub fn is_open(&self) -> bool {
        !matches!(self.state, DeliveryState::Delivered | DeliveryState::GivenUp)
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// About to be sent, behind others of the same target.
    Queued,
    /// On the wire.
    InFlight,
    /// Failed, and to be tried again once the virtual clock gets there.
    Waiting,
    /// Received.
    Delivered,
    /// Failed as often as WeCom tries.
    GivenUp,
}

/// One attempt to deliver.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Attempt {
    /// Virtual time, Unix milliseconds.
    pub at: i64,
    /// The HTTP status of the answer, if there was one.
    pub status: Option<u16>,
    /// How long the answer took, in real milliseconds.
    pub milliseconds: u64,
    /// What went wrong, if there was no answer.
    pub error: Option<String>,
}

/// One delivery taken to be sent now.
#[derive(Debug)]
pub(crate) struct Errand {
    pub(crate) id: u64,
    pub(crate) target: Target,
    pub(crate) corp_id: String,
    pub(crate) agent_id: Option<u32>,
    pub(crate) xml: String,
}

/// What came of an errand.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) took: Duration,
    pub(crate) error: Option<String>,
}

#[derive(Debug)]
struct Entry {
    shown: Delivery,
    target: Target,
    agent_id: Option<u32>,
    /// Retries already granted since the last (re)delivery was asked for.
    retries: usize,
}

/// All deliveries.
#[derive(Debug, Default)]
pub(crate) struct Post {
    entries: VecDeque<Entry>,
    count: u64,
    /// Per URL, those to be sent now, oldest first.
    queues: HashMap<String, VecDeque<u64>>,
    /// URLs with a delivery on the wire: one at a time, so that order is kept.
    busy: HashMap<String, u64>,
    /// Rung whenever there is something new for the courier.
    bell: Arc<Notify>,
}

/// What is new about a delivery to be made.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) to: String,
    pub(crate) target: Target,
    pub(crate) corp_id: String,
    /// In the envelope, for what concerns an app.
    pub(crate) agent_id: Option<u32>,
    pub(crate) event: String,
    pub(crate) xml: String,
}

impl Post {
    pub(crate) fn bell(&self) -> Arc<Notify> {
        Arc::clone(&self.bell)
    }

    /// An empty post that goes on where this one's numbers end and rings the same bell.
    pub(crate) fn renewed(&self) -> Self {
        Self { count: self.count, bell: self.bell(), ..Self::default() }
    }

    pub(crate) fn send(&mut self, letter: Letter, now: Millis) -> u64 {
        self.count += 1;
        let id = self.count;
        let Letter { to, target, corp_id, agent_id, event, xml } = letter;
        if self.entries.len() >= KEPT && self.entries.front().is_some_and(|entry| !entry.shown.is_open()) {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry {
            shown: Delivery {
                id,
                to,
                corp_id,
                url: target.url().to_string(),
                event,
                xml,
                created_at: now,
                state: DeliveryState::Queued,
                next_attempt_at: None,
                attempts: Vec::new(),
            },
            target,
            agent_id,
            retries: 0,
        });
        self.enqueue(id);
        id
    }

    fn enqueue(&mut self, id: u64) {
        let Some(entry) = self.entry(id) else { return };
        entry.shown.state = DeliveryState::Queued;
        entry.shown.next_attempt_at = None;
        let url = entry.shown.url.clone();
        self.queues.entry(url).or_default().push_back(id);
        self.bell.notify_one();
    }

    /// Its retry has fallen due.
    pub(crate) fn retry(&mut self, id: u64) {
        if self.entry(id).is_some_and(|entry| entry.shown.state == DeliveryState::Waiting) {
            self.enqueue(id);
        }
    }

    /// Sends it once more, from the beginning, whatever came of it before.
    pub(crate) fn redeliver(&mut self, id: u64) -> Result<(), NotRedelivered> {
        let entry = self.entry(id).ok_or(NotRedelivered::Unknown)?;
        if matches!(entry.shown.state, DeliveryState::Queued | DeliveryState::InFlight) {
            return Err(NotRedelivered::UnderWay);
        }
        entry.retries = 0;
        self.enqueue(id);
        Ok(())
    }

    /// The next delivery of every target that has none on the wire.
    pub(crate) fn take(&mut self) -> Vec<Errand> {
        let mut errands = Vec::new();
        let Self { queues, busy, entries, .. } = self;
        queues.retain(|url, queue| {
            while !busy.contains_key(url) {
                let Some(id) = queue.pop_front() else { return false };
                if let Some(entry) = find(entries, id) {
                    entry.shown.state = DeliveryState::InFlight;
                    busy.insert(url.clone(), id);
                    errands.push(Errand {
                        id,
                        target: entry.target.clone(),
                        corp_id: entry.shown.corp_id.clone(),
                        agent_id: entry.agent_id,
                        xml: entry.shown.xml.clone(),
                    });
                }
            }
            !queue.is_empty()
        });
        errands
    }

    /// Notes how an attempt went; returns when to try again, if that is to be.
    pub(crate) fn done(
        &mut self,
        id: u64,
        outcome: Outcome,
        retry_statuses: bool,
        now: Millis,
    ) -> Option<Millis> {
        self.busy.retain(|_, busy| *busy != id);
        let entry = self.entry(id)?;
        let received = match outcome.status {
            Some(200) => true,
            Some(_) => !retry_statuses,
            None => false,
        };
        entry.shown.attempts.push(Attempt {
            at: now,
            status: outcome.status,
            milliseconds: outcome.took.as_millis() as u64,
            error: outcome.error,
        });
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
        retry_at
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

/// Ids rise by one, except where old entries have gone.
fn find(entries: &mut VecDeque<Entry>, id: u64) -> Option<&mut Entry> {
    let place = entries.binary_search_by_key(&id, |entry| entry.shown.id).ok()?;
    entries.get_mut(place)
}

/// Why a delivery is not sent once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotRedelivered {
    #[error("no delivery has this id")]
    Unknown,
    #[error("this delivery is under way")]
    UnderWay,
}
