//! The backoff after a final refusal. An early retry would extend the block.

use std::time::Duration;

use tokio::time::Instant;

use crate::Error;

const FIRST: Duration = Duration::from_secs(60);
const MAX: Duration = Duration::from_secs(3600);

/// Returns whether an early retry would be harmful.
pub(super) fn is_final(error: &Error) -> bool {
    // Repeated wrong secrets also exceed the frequency limit, which blocks the address for an hour.
    error.is_bad_credentials() || error.exceeds_frequency()
}

/// The last final refusal. Until it ends, all callers receive it without a request.
#[derive(Default)]
pub(super) struct RefusalBackoff {
    refusal: Option<Refusal>,
}

struct Refusal {
    cause: Error,
    length: Duration,
    until: Instant,
}

impl RefusalBackoff {
    /// Returns the refusal if it has not ended yet.
    pub(super) fn cause(&self, now: Instant) -> Option<Error> {
        self.refusal.as_ref().filter(|refusal| now < refusal.until).map(|refusal| refusal.cause.clone())
    }

    /// Records the outcome of a refresh. Consecutive final refusals double in length.
    pub(super) fn record<T>(&mut self, outcome: &Result<T, Error>, now: Instant) {
        self.refusal = match outcome {
            Err(cause) if is_final(cause) => {
                let length = self.refusal.as_ref().map_or(FIRST, |before| (before.length * 2).min(MAX));
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
    fn a_refusal_lasts_a_minute_then_twice_as_long_up_to_an_hour() {
        let mut backoff = RefusalBackoff::default();
        let mut now = Instant::now();
        let wrong: Result<(), Error> = Err(Error::refused("gettoken", 40001, "invalid credential"));
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            assert!(backoff.cause(now).is_none());
            backoff.record(&wrong, now);
            now += Duration::from_secs(minutes * 60 - 1);
            assert!(backoff.cause(now).is_some_and(|cause| cause.is_bad_credentials()), "{minutes}");
            now += Duration::from_secs(1);
        }
        backoff.record(&Ok::<_, Error>(()), now);
        backoff.record(&wrong, now);
        assert!(backoff.cause(now + FIRST).is_none(), "a success resets the backoff");
    }

    #[test]
    fn only_what_a_repeated_request_makes_worse_is_final() {
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
