//! Spans of time as people write them: `24h`, `180d`, `180 days`.

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use crate::messages::{Message, directory as messages};

/// Reads a span that is not negative. A day has 24 hours. Months and years are refused, because they have no fixed length.
pub(crate) fn parsed(text: &str) -> Result<SignedDuration, Message> {
    let span = text.trim().parse::<Span>();
    match span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours())) {
        Ok(span) if !span.is_negative() => Ok(span),
        _ => Err(messages::no_duration(text)),
    }
}

/// Returns the time that lies so far back. A span beyond the calendar is the earliest time.
pub(crate) fn before_now(span: SignedDuration) -> Timestamp {
    Timestamp::now().checked_sub(span).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        let hours = |text| parsed(text).map(|span| span.as_hours()).ok();
        for (text, expected) in
            [("24h", 24), ("90m", 1), ("2d", 48), ("180 days", 180 * 24), ("2 weeks", 336), ("0s", 0)]
        {
            assert_eq!(hours(text), Some(expected), "{text}");
        }
        for text in ["", "180", "5x", "-1d", "days", "6 months", "1 year"] {
            assert_eq!(hours(text), None, "{text}");
        }
        assert_eq!(before_now(SignedDuration::MAX), Timestamp::MIN);
    }
}
