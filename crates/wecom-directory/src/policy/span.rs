//! Spans of time in the words of a policy: `7 days`, `12 hours`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A span of time, as people write it: `7 days`, `30d`, `12 hours`, `90 minutes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    seconds: u64,
}

impl Span {
    /// A span of whole days.
    pub const fn days(days: u64) -> Self {
        Self { seconds: days * 86_400 }
    }

    /// Its length in seconds.
    pub const fn seconds(self) -> u64 {
        self.seconds
    }

    /// Its length, for arithmetic with times.
    pub fn duration(self) -> jiff::SignedDuration {
        jiff::SignedDuration::from_secs(i64::try_from(self.seconds).unwrap_or(i64::MAX))
    }
}

/// A text that is no span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid span of time: write a number and a unit, such as 7 days or 12h")]
pub struct InvalidSpan;

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let text = text.trim();
        let unit = text.find(|char: char| !char.is_ascii_digit()).ok_or(InvalidSpan)?;
        let (number, unit) = text.split_at(unit);
        let number: u64 = number.parse().map_err(|_| InvalidSpan)?;
        let factor = match unit.trim() {
            "d" | "day" | "days" | "天" => 86_400,
            "h" | "hour" | "hours" | "小时" => 3_600,
            "m" | "min" | "minute" | "minutes" | "分钟" => 60,
            "w" | "week" | "weeks" | "周" => 7 * 86_400,
            _ => return Err(InvalidSpan),
        };
        // A thousand years are enough, and times can be added to it.
        let seconds = number.checked_mul(factor).filter(|seconds| *seconds <= 365_000 * 86_400);
        Ok(Self { seconds: seconds.ok_or(InvalidSpan)? })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self.seconds {
            seconds if seconds % 86_400 == 0 => (seconds / 86_400, "day"),
            seconds if seconds % 3_600 == 0 => (seconds / 3_600, "hour"),
            seconds => (seconds / 60, "minute"),
        };
        write!(f, "{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A span of time: 7 days, 30d, 12 hours, 90 minutes."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (text, seconds) in
            [("7 days", 604_800), ("30d", 2_592_000), ("12 hours", 43_200), ("1周", 604_800), ("90m", 5_400)]
        {
            assert_eq!(text.parse::<Span>().unwrap().seconds(), seconds, "{text}");
        }
        for text in ["", "7", "days", "7 moons", "99999999999999999999d", "-1 day", "400000d"] {
            assert_eq!(text.parse::<Span>(), Err(InvalidSpan), "{text}");
        }
    }

    #[test]
    fn a_span_is_written_as_it_is_read() {
        for text in ["7 days", "1 day", "12 hours", "90 minutes"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
    }
}
