//! What keeps a client from insisting: a wrong secret stays wrong for a while, and asking too often does not help by asking.

use std::time::Duration;

use tokio::time::Instant;

use crate::Error;

const FIRST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(3600);

/// Whether asking again soon would do harm.
pub(super) fn is_final(error: &Error) -> bool {
    // Wrong secrets end in the second too, with the address blocked for an hour.
    error.is_bad_credentials() || error.exceeds_frequency()
}

/// The last final refusal, and how long it is the answer to all who ask.
#[derive(Default)]
pub(super) struct CoolOff {
    refusal: Option<Refusal>,
}

struct Refusal {
    cause: Error,
    length: Duration,
    until: Instant,
}

impl CoolOff {
    /// The answer, while it holds.
    pub(super) fn cause(&self, now: Instant) -> Option<Error> {
        self.refusal.as_ref().filter(|refusal| now < refusal.until).map(|refusal| refusal.cause.clone())
    }

    /// Takes note of how a refresh ended: each final refusal in a row holds twice as long.
    pub(super) fn note<T>(&mut self, outcome: &Result<T, Error>, now: Instant) {
        self.refusal = match outcome {
            Err(cause) if is_final(cause) => {
                let length = self.refusal.as_ref().map_or(FIRST, |before| (before.length * 2).min(LONGEST));
                Some(Refusal { cause: cause.clone(), length, until: now + length })
            }
            _ => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_holds_for_a_minute_then_twice_as_long_up_to_an_hour() {
        let mut cool_off = CoolOff::default();
        let mut now = Instant::now();
        let wrong: Result<(), Error> = Err(Error::refused("gettoken", 40001, "invalid credential"));
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert!(cool_off.cause(now).is_none());
            cool_off.note(&wrong, now);
            now += Duration::from_secs(minutes * 60 - 1);
            assert!(cool_off.cause(now).is_some_and(|cause| cause.is_bad_credentials()), "{minutes}");
            now += Duration::from_secs(1);
        }
        cool_off.note(&Ok::<_, Error>(()), now);
        cool_off.note(&wrong, now);
        assert!(cool_off.cause(now + FIRST).is_none(), "a success begins anew");
    }

    #[test]
    fn only_what_insisting_makes_worse_is_final() {
        for (code, expected) in [
            (40001, true),
            (40013, true),
            (40091, true),
            (45009, true),
            (-1, false),
            (45033, false),
            (60020, false),
        ] {
            assert_eq!(is_final(&Error::refused("gettoken", code, String::new())), expected, "{code}");
        }
    }
}
