//! What the rules do to one callback delivery.

use super::delivery_rules::DeliveryFault;
use crate::clock::Millis;

/// What is wrong with an attempt that comes in place of a genuine one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    WrongSignature,
    WrongReceiveId,
    Garbage,
}

/// What will happen to one delivery.
#[derive(Debug, Default)]
pub(crate) struct DeliveryEffects {
    pub(crate) dispatch: Dispatch,
    /// The flaw, and how many attempts have it.
    flawed: Option<(Flaw, u32)>,
    pub(crate) copies: u32,
    pub(crate) replay_after: Option<Millis>,
    /// All of it, for the log.
    pub(crate) faults: Vec<DeliveryFault>,
}

/// Whether and when a delivery goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dispatch {
    #[default]
    Sent,
    Delayed(Millis),
    HeldBack {
        /// How many later ones go first.
        behind: u32,
    },
    Dropped,
}

impl DeliveryEffects {
    /// What is wrong with the next attempt, if anything is.
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
