//! The effect of the rules on one callback delivery.

use super::delivery_rules::DeliveryFault;
use crate::clock::Millis;

/// The flaw of a forged attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    WrongSignature,
    WrongReceiveId,
    Garbage,
}

/// The effect on one delivery.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeliveryEffects {
    pub(crate) dispatch: Dispatch,
    /// The flaw, and the number of attempts with it.
    flawed: Option<(Flaw, u32)>,
    pub(crate) copies: u32,
    pub(crate) replay_after: Option<Millis>,
    /// All faults of the delivery, for the log.
    pub(crate) faults: Vec<DeliveryFault>,
}

/// Whether and when a delivery is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dispatch {
    #[default]
    Sent,
    Delayed(Millis),
    HeldBack {
        /// Number of later deliveries that are sent first.
        behind: u32,
    },
    Dropped,
}

impl DeliveryEffects {
    /// Returns the flaw of the next attempt, if any.
    pub(crate) fn next_flaw(&mut self) -> Option<Flaw> {
        let (flaw, left) = self.flawed.as_mut()?;
        *left = left.checked_sub(1)?;
        Some(*flaw)
    }

    pub(super) fn take(&mut self, fault: DeliveryFault) {
        let millis = |seconds: u32| Millis::from(seconds) * 1000;
        match fault {
            DeliveryFault::Duplicate(copies) => self.copies = copies,
            DeliveryFault::Reorder(behind) => self.dispatch = Dispatch::HeldBack { behind },
            DeliveryFault::Delay { seconds } => self.dispatch = Dispatch::Delayed(millis(seconds)),
            DeliveryFault::Drop => self.dispatch = Dispatch::Dropped,
            DeliveryFault::WrongSignature(attempts) => self.flawed = Some((Flaw::WrongSignature, attempts)),
            DeliveryFault::WrongReceiveId(attempts) => self.flawed = Some((Flaw::WrongReceiveId, attempts)),
            DeliveryFault::Garbage(attempts) => self.flawed = Some((Flaw::Garbage, attempts)),
            DeliveryFault::Replay { seconds } => self.replay_after = Some(millis(seconds)),
        }
        self.faults.push(fault);
    }
}
