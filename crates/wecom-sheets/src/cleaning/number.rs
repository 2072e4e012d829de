//! Identifiers that a spreadsheet or another program converted to numbers.

use super::CellProblem;

/// Excel keeps 15 digits of a number.
const DIGITS: usize = 15;
/// Java writes a number in scientific notation from this power of ten on.
const JAVA: usize = 7;

/// Returns the whole number that a workbook stores as a float.
///
/// # Errors
///
/// [`CellProblem::NotWhole`] if it has decimals, [`CellProblem::TooManyDigits`] if it has more digits than a workbook keeps.
pub fn whole(number: f64) -> Result<i64, CellProblem> {
    let limit = 10_f64.powi(DIGITS as i32);
    if !number.is_finite() || number.abs() >= limit {
        return Err(CellProblem::TooManyDigits);
    }
    if number.fract() != 0.0 {
        return Err(CellProblem::NotWhole);
    }
    Ok(number as i64)
}

/// Writes out a number in scientific notation: `1.3800000001E+10`, `1.3800000001e10`, `1,3800000001E+10`, `1.3800000001×10^10`. Returns `None` for
/// other texts.
///
/// # Errors
///
/// [`CellProblem::LostDigits`] if digits are missing: `1.38E+10` can be any of a hundred million numbers. [`CellProblem::NotWhole`] if the number has
/// decimals. [`CellProblem::TooManyDigits`] if it has more digits than a spreadsheet keeps.
pub fn scientific(text: &str) -> Result<Option<i64>, CellProblem> {
    Scientific::parse(text).map(|number| number.value()).transpose()
}

/// Parses scientific notation in a column of accounts, where an account can have the same form. A plus sign, a comma or `×10^` marks a number, and so
/// does a point if Java would use this notation.
pub(super) fn in_id(text: &str) -> Result<Option<i64>, CellProblem> {
    let Some(number) = Scientific::parse(text) else { return Ok(None) };
    if number.is_signed || number.is_foreign || (number.is_pointed && number.power >= JAVA) {
        return number.value().map(Some);
    }
    // Programs write a point after the first of two digits before `E`, so 12e5 is an account.
    if number.is_pointed || number.whole.len() == 1 { Err(CellProblem::MaybeNumber) } else { Ok(None) }
}

/// Parses scientific notation in free text, where `1.5E3` can be the name of a part.
pub(super) fn in_words(text: &str) -> Result<Option<i64>, CellProblem> {
    match Scientific::parse(text) {
        Some(number)
            if number.whole.len() == 1
                && (number.is_signed || (number.is_pointed && number.power >= JAVA)) =>
        {
            number.value().map(Some)
        }
        _ => Ok(None),
    }
}

/// Removes the `.0` or `.00` that other programs append to whole numbers: `13800000001.0`.
pub fn without_zero(text: &str) -> &str {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.split_once('.') {
        Some((whole, zeros))
            if is_digits(whole) && !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0') =>
        {
            whole
        }
        _ => text,
    }
}

/// A number in scientific notation: `whole.decimals` × 10^`power`.
struct Scientific<'a> {
    whole: &'a str,
    decimals: &'a str,
    power: usize,
    /// The mantissa or the power has a plus sign.
    is_signed: bool,
    is_pointed: bool,
    /// The text has signs that accounts cannot contain: a decimal comma, or `×10^`.
    is_foreign: bool,
}

impl<'a> Scientific<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        let times =
            || ["×10^", "x10^", "X10^", "*10^", "·10^"].iter().find_map(|ten| unsigned.split_once(ten));
        let (mantissa, exponent, is_times) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent, false),
            None => times().map(|(mantissa, exponent)| (mantissa, exponent, true))?,
        };
        let digits = exponent.strip_prefix('+').unwrap_or(exponent);
        let (whole, decimals) = match mantissa.split_once(['.', ',']) {
            Some((_, decimals)) if !is_digits(decimals) => return None,
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        if !is_digits(whole) || !is_digits(digits) || digits.len() > 3 {
            return None;
        }
        Some(Self {
            whole,
            decimals,
            power: digits.parse().ok()?,
            is_signed: unsigned.len() < text.len() || digits.len() < exponent.len(),
            is_pointed: mantissa.len() > whole.len(),
            is_foreign: is_times || mantissa.contains(','),
        })
    }

    fn value(&self) -> Result<i64, CellProblem> {
        let mut decimals = self.decimals;
        // Some programs pad the decimals with zeros.
        while decimals.len() > self.power {
            decimals = decimals.strip_suffix('0').ok_or(CellProblem::NotWhole)?;
        }
        if decimals.len() < self.power {
            return Err(CellProblem::LostDigits);
        }
        let digits = [self.whole, decimals].concat();
        if digits.trim_start_matches('0').len() > DIGITS {
            return Err(CellProblem::TooManyDigits);
        }
        digits.parse().map_err(|_| CellProblem::TooManyDigits)
    }
}
