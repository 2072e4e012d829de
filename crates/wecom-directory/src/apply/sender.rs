//! One step on its way: recorded, sent, and sent again while WeCom is busy.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use wecom_contacts::Client;

use super::{
    recorder::Entry,
    report::{OnEvent, RunEvent},
    schedule::Place,
    send::{self, Answer},
    slots::Slots,
    tag_list::TagList,
};
use crate::{
    plan::{Plan, Step},
    run::{StepReason, StepRecord, StepState, Stop},
    store::Lock,
};

/// How often a call that certainly was not executed is sent.
const ATTEMPTS: u32 = 4;
/// The pause before the second attempt. It doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest closure (45009) that a run waits for. A minute's limit closes an endpoint for a minute.
const LONGEST_WAIT: u64 = 90;
/// How often one step waits for a closed endpoint.
const WAITS: u32 = 2;

/// What became of a step that was started.
pub(super) enum Sent {
    /// It is done. `refused`: members and departments of a tag that WeCom did not take.
    Done { at: Timestamp, refused: TagList },
    /// WeCom refused it for good.
    Refused { at: Timestamp, reason: StepReason },
    /// The answer to this part was lost.
    Lost(Started),
    /// It was not sent, or certainly not executed.
    PutBack(Option<Stop>),
    /// It is recorded as being sent and was not: a part of it is done.
    Interrupted(Option<Stop>),
    /// The corp has no more accounts.
    AccountCeiling,
    /// The record cannot be written.
    NotRecorded,
}

impl Sent {
    /// Whether no other step may be sent after this.
    const fn stops_the_run(&self) -> bool {
        matches!(self, Self::PutBack(Some(_)) | Self::Interrupted(Some(_)) | Self::NotRecorded)
    }
}

/// How far a step has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Started {
    /// The part that is next.
    pub(super) part: u32,
    /// Members and departments of a tag that WeCom did not take so far.
    pub(super) refused: TagList,
}

/// What the steps of a run share while they are sent.
pub(super) struct Sender {
    pub(super) plan: Arc<Plan>,
    /// Sends each call once.
    pub(super) client: Client,
    pub(super) entries: mpsc::UnboundedSender<Entry>,
    pub(super) slots: Slots,
    /// Whether no more calls are sent.
    pub(super) halted: watch::Sender<bool>,
    pub(super) report: Mutex<OnEvent>,
    /// A task that ends after its run was dropped keeps the corp locked until then.
    pub(super) _lock: Arc<dyn Lock>,
}

impl Sender {
    pub(super) fn step(&self, place: Place) -> &Step {
        &self.plan.steps[place]
    }

    pub(super) fn report(&self, event: RunEvent<'_>) {
        (self.report.lock().unwrap_or_else(PoisonError::into_inner))(event);
    }

    pub(super) fn is_halted(&self) -> bool {
        *self.halted.borrow()
    }

    pub(super) fn halt(&self) {
        self.halted.send_replace(true);
    }

    /// Sends the step from this part on, in a task of its own.
    pub(super) async fn send(self: Arc<Self>, place: Place, started: Started) -> (Place, Sent) {
        let sent = self.send_from(place, started).await;
        if sent.stops_the_run() {
            // Steps that are behind this one are not sent, even before this outcome is looked at.
            self.halt();
        }
        (place, sent)
    }

    async fn send_from(&self, place: Place, started: Started) -> Sent {
        let step = self.step(place);
        let Started { part: first, mut refused } = started;
        let mut slot = None;
        let mut at = Timestamp::now();
        for part in first..send::parts(step) {
            if !self.record(step, part, &refused).await {
                return Sent::NotRecorded;
            }
            if slot.is_none() {
                slot = Some(self.slots.take().await);
            }
            if self.is_halted() {
                return self.not_sent(step, part, None);
            }
            self.report(RunEvent::Sending { step });
            at = Timestamp::now();
            match self.send_part(step, part).await {
                Ok(Answer::Done { refused: more }) => refused.extend(more),
                // The parts before were taken. What the mirror, the journal and undo have of the step is what WeCom took.
                Ok(Answer::Refused(_)) if part > 0 => {
                    (part..send::parts(step)).for_each(|part| refused.extend(TagList::of(step).part(part)));
                    return Sent::Done { at, refused };
                }
                Ok(Answer::Refused(reason)) => return Sent::Refused { at, reason },
                Ok(Answer::AccountCeiling) => {
                    let _ = self.entries.send(Entry::NotSent(step.id));
                    return Sent::AccountCeiling;
                }
                Ok(Answer::Forbidden(stop)) | Err(stop) => return self.not_sent(step, part, Some(stop)),
                Ok(_) => return Sent::Lost(Started { part, refused }),
            }
        }
        Sent::Done { at, refused }
    }

    /// Records that a part is about to be sent, and waits until it is on the disk. Returns whether it is.
    async fn record(&self, step: &Step, part: u32, refused: &TagList) -> bool {
        let reason = refused.reason();
        let record =
            StepRecord { step: step.id, state: StepState::Sending, part, at: Timestamp::now(), reason };
        let (sender, written) = oneshot::channel();
        self.entries.send(Entry::Sending(record, sender)).is_ok() && written.await.is_ok()
    }

    fn not_sent(&self, step: &Step, part: u32, stop: Option<Stop>) -> Sent {
        if part > 0 {
            return Sent::Interrupted(stop);
        }
        let _ = self.entries.send(Entry::NotSent(step.id));
        Sent::PutBack(stop)
    }

    /// Sends one call until it has an answer. The error says why it was not executed.
    async fn send_part(&self, step: &Step, part: u32) -> Result<Answer, Stop> {
        let mut pause = FIRST_PAUSE;
        let (mut attempts, mut waits) = (0, 0);
        loop {
            let halvings = self.slots.halvings();
            match send::send(&self.client, step, part).await {
                Answer::Busy { is_conflict, text } => {
                    if is_conflict {
                        self.slots.halve(halvings);
                    }
                    attempts += 1;
                    if attempts >= ATTEMPTS || !self.pause(pause).await {
                        return Err(Stop::Unreachable { text });
                    }
                    pause *= 2;
                }
                Answer::Closed(seconds) => {
                    waits += 1;
                    if seconds > LONGEST_WAIT || waits > WAITS {
                        return Err(Stop::Closed { seconds });
                    }
                    self.report(RunEvent::Waiting { seconds });
                    if !self.pause(Duration::from_secs(seconds.max(1))).await {
                        return Err(Stop::Closed { seconds });
                    }
                }
                answer => return Ok(answer),
            }
        }
    }

    /// Waits, and returns whether the run goes on.
    async fn pause(&self, pause: Duration) -> bool {
        let mut halted = self.halted.subscribe();
        tokio::select! {
            () = tokio::time::sleep(pause) => true,
            _ = halted.wait_for(|halted| *halted) => false,
        }
    }
}
