//! Numbers that were never meant to be computed with.

use super::CellProblem;

/// Excel keeps 15 digits of a number.
const DIGITS: usize = 15;
/// From this power of ten on Java writes a number in scientific notation.
const JAVA: usize = 7;

/// A whole number that a workbook holds as a float.
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

/// Writes out a number in scientific notation, if it is one: `1.3800000001E+10`, `1.3800000001e10`, `1,3800000001E+10`, `1.3800000001×10^10`.
///
/// # Errors
///
/// [`CellProblem::LostDigits`] if not all digits are there: `1.38E+10` may have been any of a hundred million numbers. [`CellProblem::NotWhole`] if it has
/// decimals, [`CellProblem::TooManyDigits`] if it has more digits than a spreadsheet keeps.
pub fn scientific(text: &str) -> Result<Option<i64>, CellProblem> {
    Scientific::parse(text).map(|number| number.value()).transpose()
}

/// The same in a column of accounts, which may have such a form themselves. A sign or a comma in it makes a number, and a point where Java writes
/// numbers so.
pub(super) fn in_id(text: &str) -> Result<Option<i64>, CellProblem> {
    let Some(number) = Scientific::parse(text) else { return Ok(None) };
    if number.is_signed || number.is_foreign || (number.is_pointed && number.power >= JAVA) {
        return number.value().map(Some);
    }
    // No program writes a number of two digits before the `E` without a point: 12e5 is an account.
    if number.is_pointed || number.whole.len() == 1 { Err(CellProblem::MaybeNumber) } else { Ok(None) }
}

/// The same in free text, where `1.5E3` may be the name of a part.
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

/// A number without the `.0` or `.00` that other programs write behind whole numbers: `13800000001.0`.
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

/// A number in scientific notation: `whole.decimals` times ten to the power.
struct Scientific<'a> {
    whole: &'a str,
    decimals: &'a str,
    power: usize,
    /// The power or the number has a plus sign.
    is_signed: bool,
    is_pointed: bool,
    /// It has signs that stand in no account: a comma for the point, or `×10^`.
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
        // Some programs fill up with zeros.
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
