//! A time as JSON: whole seconds since 1970, as WeCom writes it.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};

/// Fractions of a second are cut off towards 1970. WeCom's times have none.
#[expect(clippy::ref_option, reason = "serde calls it with the field")]
pub(super) fn serialize<S: Serializer>(time: &Option<SystemTime>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(time) = time else { return serializer.serialize_none() };
    let (since, sign) = match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => (since, 1),
        Err(before) => (before.duration(), -1),
    };
    let seconds = i64::try_from(since.as_secs()).map_err(|_| S::Error::custom("the time is out of range"))?;
    serializer.serialize_i64(sign * seconds)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<SystemTime>, D::Error> {
    let Some(seconds) = Option::<i64>::deserialize(deserializer)? else { return Ok(None) };
    let since = Duration::from_secs(seconds.unsigned_abs());
    let time = if seconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(since)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(since)
    };
    time.map(Some).ok_or_else(|| D::Error::custom("the time is out of range for this system's clock"))
}
