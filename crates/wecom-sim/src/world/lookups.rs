//! Failed lookups by mobile and mail. Too many of them close the call for a day (docs 95402, 95895).

use super::fail::Fail;
use crate::clock::Millis;

const DAY: Millis = 24 * 60 * 60 * 1000;

/// The failures of both lookups, counted separately.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lookups {
    mobile: Failures,
    mail: Failures,
}

/// The kind of a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Mobile,
    Mail,
}

#[derive(Clone, Debug, Default)]
struct Failures {
    /// The counted calendar day (Beijing); this window is a choice.
    day: Millis,
    count: usize,
    closed_until: Millis,
}

impl Lookups {
    /// Counts a lookup. Returns 46004 if no member was found, and 45009 if the failures exceed a fifth of the account
    /// limit.
    pub(super) fn count<T>(
        &mut self,
        kind: Lookup,
        found: Option<T>,
        account_cap: usize,
        now: Millis,
    ) -> Result<T, Fail> {
        let ceiling = account_cap / 5;
        let failures = match kind {
            Lookup::Mobile => &mut self.mobile,
            Lookup::Mail => &mut self.mail,
        };
        if now < failures.closed_until {
            return Err(Fail::of(45009));
        }
        if let Some(found) = found {
            return Ok(found);
        }
        let day = (now + 8 * 60 * 60 * 1000).div_euclid(DAY);
        if failures.day != day {
            (failures.day, failures.count) = (day, 0);
        }
        failures.count += 1;
        if failures.count > ceiling {
            failures.closed_until = now + DAY;
            failures.count = 0;
            return Err(Fail::of(45009));
        }
        Err(Fail::of(46004))
    }
}
