//! Dates as HR departments write them.

use crate::{
    Kind,
    cleaning::{CellForm, CellProblem, half_width, trimmed},
};

const NO_DATE: CellProblem = CellProblem::Unfit(CellForm::NoDate);

/// Converts a date to the form `2026-01-31`. An empty cell stays empty. A time after the date is dropped.
pub(super) fn date(kind: Kind, text: &str) -> Result<String, CellProblem> {
    match kind {
        Kind::Date | Kind::Text => {}
        Kind::Absent => return Ok(String::new()),
        Kind::Error => return Err(CellProblem::Failed),
        Kind::Uncomputed => return Err(CellProblem::Uncomputed),
        Kind::Number(number) if number.fract() == 0.0 && (19_000_101.0..=99_991_231.0).contains(&number) => {}
        _ => return Err(NO_DATE),
    }
    let text = half_width(trimmed(text).trim_start_matches('\''));
    let text = trimmed(&text);
    if text.is_empty() {
        return Ok(String::new());
    }
    let day = text.split([' ', 'T']).next().unwrap_or_default();
    let numbers = match day.len() {
        8 if day.bytes().all(|byte| byte.is_ascii_digit()) => vec![&day[..4], &day[4..6], &day[6..]],
        _ => day.strip_suffix('日').unwrap_or(day).split(['-', '/', '.', '年', '月']).collect(),
    };
    let [year, month, day] = numbers.as_slice() else { return Err(NO_DATE) };
    let number = |text: &str, digits: usize| {
        let is_number = (1..=digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number).ok_or(NO_DATE)
    };
    let (year, month, day) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return Err(NO_DATE),
    };
    if year < 1900 || !(1..=days).contains(&day) {
        return Err(NO_DATE);
    }
    Ok(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_every_usual_form() {
        for (text, expected) in [
            ("2026-01-31", "2026-01-31"),
            ("2026/1/5", "2026-01-05"),
            ("2026.1.5", "2026-01-05"),
            ("2026年1月5日", "2026-01-05"),
            ("20260105", "2026-01-05"),
            ("２０２６／１／５", "2026-01-05"),
            (" 2026-01-05 00:00:00 ", "2026-01-05"),
            ("2024-02-29", "2024-02-29"),
            ("", ""),
        ] {
            assert_eq!(date(Kind::Text, text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(date(Kind::Date, "2026-02-07T12:00:00").as_deref(), Ok("2026-02-07"));
        assert_eq!(date(Kind::Number(20_260_105.0), "20260105").as_deref(), Ok("2026-01-05"));
    }

    #[test]
    fn what_is_not_surely_a_date_is_a_fault() {
        for text in ["2026-02-30", "2026-13-01", "26-1-5", "1/5/2026", "5月", "46060", "2026-1", "长期"] {
            assert_eq!(date(Kind::Text, text), Err(NO_DATE), "{text}");
        }
        assert_eq!(date(Kind::Number(46_060.0), "46060"), Err(NO_DATE));
        assert_eq!(date(Kind::Uncomputed, ""), Err(CellProblem::Uncomputed));
    }
}
