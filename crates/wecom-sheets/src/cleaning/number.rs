//! Numbers that were never meant to be computed with.

use super::Doubt;

/// Excel keeps 15 digits of a number.
const DIGITS: u32 = 15;

/// A whole number that a workbook holds as a float.
///
/// # Errors
///
/// [`Doubt::NotWhole`] if it has decimals, [`Doubt::TooManyDigits`] if it has more digits than a workbook keeps.
pub fn whole(number: f64) -> Result<i64, Doubt> {
    let limit = 10_f64.powi(DIGITS as i32);
    if !number.is_finite() || number.abs() >= limit {
        return Err(Doubt::TooManyDigits);
    }
    if number.fract() != 0.0 {
        return Err(Doubt::NotWhole);
    }
    Ok(number as i64)
}

/// Writes out a number in a spreadsheet's scientific notation, if it is one: `1.3800000001E+10`. `E` alone makes none, as ids may hold it;
/// a spreadsheet always writes the sign.
///
/// # Errors
///
/// [`Doubt::LostDigits`] if not all digits are there: `1.38E+10` may have been any of a hundred million numbers.
pub fn scientific(text: &str) -> Result<Option<i64>, Doubt> {
    let Some((mantissa, power)) = text.split_once(['e', 'E']) else {
        return Ok(None);
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_decimals = decimals.is_empty() || is_digits(decimals);
    let Some(power) = power.strip_prefix('+').filter(|power| is_digits(power)) else {
        return Ok(None);
    };
    if whole.len() != 1 || !is_digits(whole) || !is_decimals || mantissa.ends_with('.') {
        return Ok(None);
    }
    let power: usize = power.parse().map_err(|_| Doubt::TooManyDigits)?;
    if power < decimals.len() {
        return Err(Doubt::NotWhole);
    }
    if power > decimals.len() {
        return Err(Doubt::LostDigits);
    }
    if decimals.len() + 1 > DIGITS as usize {
        return Err(Doubt::TooManyDigits);
    }
    let digits = [whole, decimals].concat();
    digits.parse().map(Some).map_err(|_| Doubt::TooManyDigits)
}

/// A number without the `.0` that other programs write behind the numbers of a column with gaps: `13800000001.0`.
pub fn without_zero(text: &str) -> &str {
    text.strip_suffix(".0")
        .filter(|whole| !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or(text)
}
