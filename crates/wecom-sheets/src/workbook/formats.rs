//! Number formats: how a cell displays its number.
//!
//! Formats that consist of digits and literals decide the text: `00000` shows 7 as `00007`, which is a different account than `7`. The displayed text
//! is used in this case, even if a condition such as `[<100]` selects the part of the format. The same holds for percents and times of day: the
//! stored number of `50%` or `9:30` has another meaning for a reader. Formats also identify dates and durations. Other formats (decimals,
//! thousands) leave the number. Formats apply to texts, too: `"WX"@` shows 7 as `WX7`.

use std::collections::BTreeMap;

use quick_xml::events::BytesStart;

use super::{
    package::{HELD, Package},
    xml::{attribute, each_element},
};
use crate::{Error, Quantity, Result};

/// How a format displays a number.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Shown {
    /// As the number itself.
    #[default]
    Plain,
    /// As a date without the time of day.
    Day,
    /// As a date that can have a time of day.
    Date,
    Duration,
    /// As a time of day without a date.
    Time(Vec<TimePiece>),
    Percent(Percent),
    /// As digits in a pattern. The first pattern is for positive numbers, the optional second one for negative numbers.
    Digits(Pattern, Option<Pattern>),
    /// The first part whose condition is true. A part without a condition matches all numbers.
    Conditional(Vec<(Option<Condition>, Self)>),
}

/// A piece of a time of day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TimePiece {
    Literal(char),
    /// `h`, `m` or `s`, with the minimum number of digits.
    Number(char, usize),
    /// The words for the two halves of the day.
    Half(&'static str, &'static str),
}

/// A percent number with the text around it. The text has the percent sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Percent {
    before: String,
    decimals: usize,
    after: String,
}

/// A condition that selects a part of a format, for example `[>=100]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Condition {
    comparison: Comparison,
    limit: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Below,
    AtMost,
    Above,
    AtLeast,
    Equal,
    Unequal,
}

/// The pieces that one part of a format displays, from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    Literal(char),
    /// `0`: a digit, or a zero.
    Zero,
    /// `#`: a digit, or nothing.
    Digit,
    /// `?`: a digit, or a blank.
    Blank,
}

/// The formats of a workbook's cells, by style number.
#[derive(Default)]
pub(super) struct Formats {
    numbers: Vec<Shown>,
    /// The styles that add text around a text.
    texts: BTreeMap<usize, Around>,
}

/// The text before and after a text.
type Around = (String, String);

/// Excel has at most 65,490 styles.
const STYLES: usize = 1 << 17;

impl Formats {
    pub(super) fn read(package: &mut Package, part: &str) -> Result<Self> {
        let Some(xml) = package.xml(part, HELD)? else { return Ok(Self::default()) };
        let mut codes: Vec<(u32, Shown, Option<Around>)> = Vec::new();
        let mut styles: Vec<u32> = Vec::new();
        let number = |element: &BytesStart<'_>| -> Result<Option<u32>> {
            Ok(attribute(element, "numFmtId")?.and_then(|id| id.trim().parse().ok()))
        };
        each_element(xml, &mut |element, path| {
            match (path.last().map(String::as_str), element.local_name().as_ref()) {
                (Some("numFmts"), "numFmt") => {
                    if let (Some(id), Some(code)) = (number(element)?, attribute(element, "formatCode")?) {
                        codes.push((id, shown(&code), around_text(&code)));
                    }
                }
                (Some("cellXfs"), "xf") => styles.push(number(element)?.unwrap_or(0)),
                _ => {}
            }
            if styles.len().max(codes.len()) > STYLES {
                return Err(Error::TooMany { what: Quantity::Styles, limit: STYLES as u64 });
            }
            Ok(())
        })?;
        codes.sort_by_key(|(id, ..)| *id);
        let code = |id: u32| codes.binary_search_by_key(&id, |(id, ..)| *id).ok().map(|at| &codes[at]);
        let number = |id: &u32| code(*id).map_or_else(|| built_in(*id), |(_, shown, _)| shown.clone());
        let mut numbers: Vec<Shown> = styles.iter().map(number).collect();
        while numbers.last() == Some(&Shown::Plain) {
            numbers.pop();
        }
        let around = |(style, id): (usize, &u32)| code(*id)?.2.clone().map(|around| (style, around));
        let texts = styles.iter().enumerate().filter_map(around).collect();
        Ok(Self { numbers, texts })
    }

    /// Returns the format of a style. An unknown style shows the number itself.
    pub(super) fn get(&self, style: usize) -> &Shown {
        self.numbers.get(style).unwrap_or(&Shown::Plain)
    }

    /// Returns the text that a style displays before and after a text, if any.
    pub(super) fn around(&self, style: usize) -> Option<&Around> {
        self.texts.get(&style)
    }

    /// Returns whether all cells show their numbers unchanged.
    pub(super) fn is_plain(&self) -> bool {
        self.numbers.is_empty()
    }
}

/// Returns a built-in format, which workbooks do not spell out. The East Asian ones (27–36, 50–58) are dates and times in each language.
fn built_in(id: u32) -> Shown {
    match id {
        9 => shown("0%"),
        10 => shown("0.00%"),
        18 => shown("h:mm AM/PM"),
        19 => shown("h:mm:ss AM/PM"),
        20 => shown("h:mm"),
        21 => shown("h:mm:ss"),
        45 => shown("mm:ss"),
        14..=17 | 27..=31 | 36 | 50..=54 | 57 | 58 => Shown::Day,
        22 | 32..=35 | 55 | 56 => Shown::Date,
        46 | 47 => Shown::Duration,
        _ => Shown::Plain,
    }
}

/// Parses a format.
pub(super) fn shown(code: &str) -> Shown {
    let parts = sections(code);
    if parts.iter().any(|(condition, _)| condition.is_some()) {
        let part = |(condition, section)| {
            let shown = match section {
                Section::Date => Shown::Date,
                Section::Duration => Shown::Duration,
                Section::Digits(pattern) => Shown::Digits(pattern, None),
                Section::Percent(percent) => Shown::Percent(percent),
                Section::Other => Shown::Plain,
            };
            (condition, shown)
        };
        return Shown::Conditional(parts.into_iter().map(part).collect());
    }
    let mut parts = parts.into_iter().map(|(_, section)| section);
    match parts.next() {
        Some(Section::Date) => date_or_time(code),
        Some(Section::Duration) => Shown::Duration,
        Some(Section::Percent(percent)) => Shown::Percent(percent),
        Some(Section::Digits(above)) => match parts.next() {
            None => Shown::Digits(above, None),
            Some(Section::Digits(below)) => Shown::Digits(above, Some(below)),
            // The part for negative numbers has no digits. Ids are never negative.
            Some(_) => Shown::Digits(above, None),
        },
        _ => Shown::Plain,
    }
}

enum Section {
    Date,
    Duration,
    Digits(Pattern),
    Percent(Percent),
    Other,
}

/// Parses a format with letters of dates or times. One that shows a time without a date shows only a part of the number.
fn date_or_time(code: &str) -> Shown {
    const HALVES: [(&str, &str, &str); 2] = [("AM/PM", "AM", "PM"), ("上午/下午", "上午", "下午")];

    let mut pieces = Vec::new();
    let (mut is_date, mut is_time, mut is_unknown, mut has_language) = (false, false, false, false);
    let mut chars = code.chars();
    loop {
        let rest = chars.as_str();
        let is_next =
            |mark: &str| rest.get(..mark.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(mark));
        if let Some((mark, first, second)) = HALVES.into_iter().find(|(mark, ..)| is_next(mark)) {
            chars = rest[mark.len()..].chars();
            pieces.push(TimePiece::Half(first, second));
            continue;
        }
        let Some(one) = chars.next() else { break };
        match one.to_ascii_lowercase() {
            letter @ ('h' | 'm' | 's') => {
                let is_same = |other: &char| other.eq_ignore_ascii_case(&letter);
                let length = rest.chars().take_while(is_same).count();
                // Three or more are the name of a month.
                is_date |= letter == 'm' && length > 2;
                is_time |= letter != 'm';
                chars = rest[length..].chars();
                pieces.push(TimePiece::Number(letter, length));
            }
            // Years, days, eras and weekdays.
            'y' | 'd' | 'e' | 'g' | 'b' | 'n' | 'a' => is_date = true,
            // Fractions of a second.
            '0' => is_unknown = true,
            ';' => break,
            '\\' | '!' => pieces.extend(chars.next().map(TimePiece::Literal)),
            '"' => pieces.extend(chars.by_ref().take_while(|one| *one != '"').map(TimePiece::Literal)),
            '_' => {
                chars.next();
                pieces.push(TimePiece::Literal(' '));
            }
            '*' => drop(chars.next()),
            '[' => {
                let inside: String = chars.by_ref().take_while(|one| *one != ']').collect();
                let inside = inside.to_ascii_lowercase();
                // The time format of the system, or numerals of another script.
                is_unknown |= inside == "$-f400" || inside.len() > "$-0804".len() || !is_decoration(&inside);
                has_language |= inside.starts_with("$-") && inside != "$-409";
            }
            _ => pieces.push(TimePiece::Literal(one)),
        }
    }
    // In another language, `AM/PM` stands for words of that language.
    is_unknown |= has_language && pieces.iter().any(|piece| matches!(piece, TimePiece::Half("AM", _)));
    if !is_time {
        // Without hours and seconds, `m` is the month.
        Shown::Day
    } else if is_date {
        Shown::Date
    } else if is_unknown || pieces.len() > PIECES {
        // It is refused, as a duration is.
        Shown::Duration
    } else {
        Shown::Time(pieces)
    }
}

/// Splits a format at its semicolons.
fn sections(code: &str) -> Vec<(Option<Condition>, Section)> {
    let mut sections = Vec::new();
    let mut chars = code.chars().peekable();
    let mut is_more = true;
    while is_more && sections.len() < 4 {
        is_more = false;
        let mut pieces = Vec::new();
        let mut condition = None;
        let (mut is_date, mut is_duration, mut is_other, mut has_digits) = (false, false, false, false);
        let (mut percents, mut is_decimal, mut decimals) = (0, false, None);
        while let Some(one) = chars.next() {
            match one {
                ';' => {
                    is_more = true;
                    break;
                }
                '\\' | '!' => pieces.extend(chars.next().map(Piece::Literal)),
                '"' => pieces.extend(chars.by_ref().take_while(|one| *one != '"').map(Piece::Literal)),
                // A blank as wide as the next character.
                '_' => {
                    chars.next();
                    pieces.push(Piece::Literal(' '));
                }
                // The next character, repeated to fill the column.
                '*' => drop(chars.next()),
                '[' => {
                    let inside: String = chars.by_ref().take_while(|one| *one != ']').collect();
                    match inside.to_ascii_lowercase().as_str() {
                        "h" | "hh" | "m" | "mm" | "s" | "ss" => is_duration = true,
                        inside if is_decoration(inside) => {}
                        inside if Condition::of(inside).is_some() => condition = Condition::of(inside),
                        // A currency, or numerals of another script.
                        _ => is_other = true,
                    }
                }
                '0' | '#' | '?' => {
                    has_digits = true;
                    if let Some(decimals) = &mut decimals {
                        *decimals += 1;
                        // A place that is empty without a digit.
                        is_other |= one != '0';
                    }
                    pieces.push(match one {
                        '0' => Piece::Zero,
                        '#' => Piece::Digit,
                        _ => Piece::Blank,
                    });
                }
                'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => is_date = true,
                // `E+00`, eras, `General`, `AM/PM`, weekdays.
                'e' | 'E' | 'g' | 'G' | 'b' | 'B' | 'a' | 'A' | 'n' | 'N' | '@' => is_other = true,
                '.' => (is_decimal, decimals) = (true, Some(0)),
                ',' => is_decimal = true,
                '%' => {
                    percents += 1;
                    pieces.push(Piece::Literal('%'));
                }
                '/' if has_digits => is_other = true,
                literal => pieces.push(Piece::Literal(literal)),
            }
            if pieces.len() > PIECES {
                is_other = true;
                pieces.clear();
            }
        }
        let section = if is_duration {
            Section::Duration
        } else if is_date && !has_general(code) {
            Section::Date
        } else if is_other || !has_digits {
            Section::Other
        } else if percents == 1 {
            Section::Percent(Percent::new(&pieces, decimals.unwrap_or(0)))
        } else if is_decimal || percents > 1 {
            Section::Other
        } else {
            Section::Digits(Pattern(pieces))
        };
        sections.push((condition, section));
    }
    sections
}

/// Maximum number of pieces in a format. This is Excel's limit.
const PIECES: usize = 255;

/// Returns whether the brackets contain a colour, or a language without a currency. Neither changes the text.
fn is_decoration(inside: &str) -> bool {
    inside.starts_with("$-")
        || inside.starts_with("color")
        || matches!(inside, "black" | "blue" | "cyan" | "green" | "magenta" | "red" | "white" | "yellow")
}

/// The names of `General` in other languages contain letters of date formats.
fn has_general(code: &str) -> bool {
    let code = code.to_ascii_lowercase();
    code.contains("general") || code.contains("standard")
}

/// Returns the text that the text part of a format displays before and after a text, if it is not blank.
fn around_text(code: &str) -> Option<Around> {
    let (mut before, mut after, mut has_text) = (String::new(), String::new(), false);
    let mut chars = code.chars();
    while let Some(one) = chars.next() {
        let side = if has_text { &mut after } else { &mut before };
        match one {
            '@' if has_text => return None,
            '@' => has_text = true,
            ';' if has_text => break,
            ';' => before.clear(),
            '\\' | '!' => side.extend(chars.next()),
            '"' => side.extend(chars.by_ref().take_while(|one| *one != '"')),
            '_' => {
                chars.next();
                side.push(' ');
            }
            '*' => drop(chars.next()),
            '[' => drop(chars.by_ref().find(|one| *one == ']')),
            literal => side.push(literal),
        }
        if before.len() + after.len() > 4 * PIECES {
            return None;
        }
    }
    (has_text && !(before.trim().is_empty() && after.trim().is_empty())).then_some((before, after))
}

impl Condition {
    /// Parses the content of the brackets in `[>=100]`.
    fn of(inside: &str) -> Option<Self> {
        const SIGNS: [(&str, Comparison); 6] = [
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<>", Comparison::Unequal),
            ("<", Comparison::Below),
            (">", Comparison::Above),
            ("=", Comparison::Equal),
        ];
        let (limit, comparison) =
            SIGNS.iter().find_map(|(sign, comparison)| Some((inside.strip_prefix(sign)?, *comparison)))?;
        Some(Self { comparison, limit: limit.trim().parse().ok()? })
    }

    fn holds(self, number: f64) -> bool {
        match self.comparison {
            Comparison::Below => number < self.limit,
            Comparison::AtMost => number <= self.limit,
            Comparison::Above => number > self.limit,
            Comparison::AtLeast => number >= self.limit,
            Comparison::Equal => number == self.limit,
            Comparison::Unequal => number != self.limit,
        }
    }
}

impl Shown {
    /// Returns the part of the format for this number.
    pub(super) fn at(&self, number: f64) -> &Self {
        let Self::Conditional(parts) = self else { return self };
        let holds = |condition: &Option<Condition>| condition.is_none_or(|condition| condition.holds(number));
        parts.iter().find(|(condition, _)| holds(condition)).map_or(&Self::Plain, |(_, shown)| shown)
    }

    /// Returns the displayed text of a number if it differs from the number.
    pub(super) fn text(&self, number: f64) -> Option<String> {
        let (above, below) = match self.at(number) {
            Self::Digits(above, below) => (above, below),
            Self::Percent(percent) => return percent.show(number),
            Self::Time(pieces) => return Some(time_text(pieces, number)),
            _ => return None,
        };
        // Excel replaces further digits with zeros, and rounds decimals.
        if number.fract() != 0.0 || number.abs() >= 1e15 {
            return None;
        }
        let text = match below {
            Some(below) if number < 0.0 => below.show(number.abs()),
            _ if number < 0.0 => format!("-{}", above.show(number.abs())),
            _ => above.show(number),
        };
        // A format that hides a number does not make the cell empty.
        (!text.trim().is_empty() && text != number.to_string()).then_some(text)
    }
}

impl Percent {
    fn new(pieces: &[Piece], decimals: usize) -> Self {
        let is_place = |piece: &Piece| !matches!(piece, Piece::Literal(_));
        let literals = |pieces: Option<&[Piece]>| {
            let literal = |piece: &Piece| if let Piece::Literal(one) = piece { Some(*one) } else { None };
            pieces.unwrap_or_default().iter().filter_map(literal).collect()
        };
        let first = pieces.iter().position(is_place).unwrap_or(0);
        let last = pieces.iter().rposition(is_place).unwrap_or(0);
        Self { before: literals(pieces.get(..first)), decimals, after: literals(pieces.get(last + 1..)) }
    }

    fn show(&self, number: f64) -> Option<String> {
        let (Self { before, after, .. }, decimals) = (self, self.decimals);
        // Excel rounds the decimal number of 15 digits: 0.145 is 15%, although the stored number is slightly smaller.
        let unit = 10_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
        let units = number.abs() * 100.0 * unit;
        let units = format!("{units:.14e}").parse::<f64>().map_or(units, f64::round);
        let sign = if number < 0.0 && units > 0.0 { "-" } else { "" };
        units.is_finite().then(|| format!("{sign}{before}{:.decimals$}{after}", units / unit))
    }
}

/// Displays the time of day of a number of days.
fn time_text(pieces: &[TimePiece], days: f64) -> String {
    const DAY: u32 = 86_400;
    let seconds = (days.rem_euclid(1.0) * f64::from(DAY)).round() as u32 % DAY;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let has_halves = pieces.iter().any(|piece| matches!(piece, TimePiece::Half(..)));
    let mut text = String::new();
    for piece in pieces {
        match piece {
            TimePiece::Literal(one) => text.push(*one),
            TimePiece::Half(first, second) => text.push_str(if hour < 12 { first } else { second }),
            TimePiece::Number(letter, digits) => {
                let number = match letter {
                    'h' if has_halves => (hour + 11) % 12 + 1,
                    'h' => hour,
                    'm' => minute,
                    _ => second,
                };
                text.push_str(&format!("{number:0digits$}"));
            }
        }
    }
    text
}

impl Pattern {
    /// Digits fill the places from the right. The leftmost place takes all remaining digits.
    fn show(&self, number: f64) -> String {
        let digits = if number == 0.0 { String::new() } else { number.to_string() };
        let mut digits = digits.chars().rev().peekable();
        let mut left = self.0.iter().filter(|piece| !matches!(piece, Piece::Literal(_))).count();
        let mut shown: Vec<char> = Vec::new();
        for piece in self.0.iter().rev() {
            match piece {
                Piece::Literal(literal) => shown.push(*literal),
                place => {
                    left -= 1;
                    match (digits.next(), place) {
                        (Some(digit), _) => shown.push(digit),
                        (None, Piece::Zero) => shown.push('0'),
                        (None, Piece::Blank) => shown.push(' '),
                        (None, _) => {}
                    }
                    if left == 0 {
                        shown.extend(digits.by_ref());
                    }
                }
            }
        }
        shown.into_iter().rev().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_of_digits_percents_or_times_decides_the_text() {
        for (code, number, text) in [
            ("00000", 7.0, Some("00007")),
            ("00000", 123_456.0, None),
            ("000000", 0.0, Some("000000")),
            ("0000-0000", 12.0, Some("0000-0012")),
            ("000-000", 123_456.0, Some("123-456")),
            ("000-0000-0000", 13_800_000_001.0, Some("138-0000-0001")),
            ("0\"号\"", 5.0, Some("5号")),
            ("\"WX\"0000", 42.0, Some("WX0042")),
            ("\\A000", 1.0, Some("A001")),
            ("[$-804]0000", 3.0, Some("0003")),
            ("[Red]000;[Blue]-000", -3.0, Some("-003")),
            ("000", -3.0, Some("-003")),
            ("0000_ ", 3.0, Some("0003 ")),
            ("0000;;", 3.0, Some("0003")),
            ("第000号", 3.0, Some("第003号")),
            ("0", 7.0, None),
            ("#", 7.0, None),
            ("#", 0.0, None),
            ("000", 700.0, None),
            ("0000", 7.5, None),
            ("0000", 1e15, None),
            ("General", 7.0, None),
            ("0.00", 7.0, None),
            ("#,##0", 7000.0, None),
            ("0%", 7.0, Some("700%")),
            ("0%", 0.5, Some("50%")),
            ("0%", 0.145, Some("15%")),
            ("0%", -0.125, Some("-13%")),
            ("0%", -0.001, Some("0%")),
            ("0.0%", 0.1234, Some("12.3%")),
            ("0.00%;[Red]-0.00%", 1.0, Some("100.00%")),
            ("#,##0%", 12.0, Some("1200%")),
            ("\"约\"0%\"左右\"", 0.5, Some("约50%左右")),
            ("[>1]0;0%", 0.5, Some("50%")),
            ("0.0#%", 0.5, None),
            ("0%%", 0.5, None),
            ("0%", f64::MAX, None),
            ("h:mm", 0.395_833_333_333_333_3, Some("9:30")),
            ("hh:mm:ss", 46_060.395_833_333_336, Some("09:30:00")),
            ("[$-409]h:mm AM/PM;@", 0.0, Some("12:00 AM")),
            ("上午/下午h\"时\"mm\"分\"", 0.562_5, Some("下午1时30分")),
            ("h\\:mm", 0.999_999, Some("0:00")),
            ("0.00E+00", 7.0, None),
            ("# ?/?", 7.0, None),
            ("@", 7.0, None),
            ("[>100]000;0", 7.0, None),
            ("[<100]00000;0", 7.0, Some("00007")),
            ("[<100]00000;0", 700.0, None),
            ("[>=100]0;[<10]\"A\"00;\"B\"00", 7.0, Some("A07")),
            ("[>=100]0;[<10]\"A\"00;\"B\"00", 10.0, Some("B10")),
            ("[<=9999999]000-0000;000-0000-0000", 13_800_000_001.0, Some("138-0000-0001")),
            ("[<>7]0;[=7]000", 7.0, Some("007")),
            ("[DBNum1]000", 7.0, None),
            ("\"¥\"#,##0;", 7.0, None),
        ] {
            assert_eq!(shown(code).text(number).as_deref(), text, "{code} of {number}");
        }
    }

    #[test]
    fn a_format_of_texts_adds_its_literals() {
        let around = |before: &str, after: &str| Some((before.to_owned(), after.to_owned()));
        for (code, expected) in [
            ("\"WX\"@", around("WX", "")),
            ("0;0;0;\"zhou\"@\"号\"", around("zhou", "号")),
            ("\\A@", around("A", "")),
            ("[Red]\"B\"@", around("B", "")),
            ("@", None),
            ("General;General;General;@", None),
            ("_(* #,##0_);_(* (#,##0);_(* \"-\"_);_(@_)", None),
            ("@@", None),
            ("0\"号\"", None),
            ("", None),
        ] {
            assert_eq!(around_text(code), expected, "{code}");
        }
    }

    #[test]
    fn dates_and_durations_are_recognized_by_their_format() {
        for (code, expected) in [
            ("yyyy-mm-dd", Shown::Day),
            ("yyyy\"年\"m\"月\"d\"日\"", Shown::Day),
            ("[$-804]yyyy年m月d日;@", Shown::Day),
            ("yyyy-mm-dd hh:mm", Shown::Date),
            ("m\"月\"", Shown::Day),
            ("mmm", Shown::Day),
            ("d-mmm h:mm", Shown::Date),
            ("aaaa h:mm", Shown::Date),
            ("[DBNum1]yyyy年m月d日 h:mm", Shown::Date),
            ("mm:ss.0", Shown::Duration),
            ("[$-F400]h:mm:ss AM/PM", Shown::Duration),
            ("[$-804]AM/PM h:mm", Shown::Duration),
            ("[DBNum1]h:mm", Shown::Duration),
            ("[h]:mm:ss", Shown::Duration),
            ("General\"d\"", Shown::Plain),
            ("\"day\"", Shown::Plain),
            ("_($* #,##0_);_($* (#,##0);_($* \"-\"_);_(@_)", Shown::Plain),
            ("", Shown::Plain),
        ] {
            assert_eq!(shown(code), expected, "{code}");
        }
    }
}
