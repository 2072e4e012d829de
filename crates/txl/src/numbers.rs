//! Whole numbers on the command line.

use std::ops::RangeInclusive;

use crate::messages::{Message, arguments};

/// Returns a parser of whole numbers in this range. Its error contains the range.
pub(crate) fn whole<T: TryFrom<u64>>(
    bounds: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, Message> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse::<u64>().ok().filter(|number| bounds.contains(number));
        let number = number.and_then(|number| T::try_from(number).ok());
        number.ok_or_else(|| arguments::whole_number_is_needed(&bounds))
    }
}

/// Parses the id of a department, a tag, an app, a group or a rule.
pub(crate) fn id<T: From<u32>>(text: &str) -> Result<T, Message> {
    whole::<u32>(0..=u32::MAX.into())(text).map(T::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_bounds_is_refused_with_the_bounds() {
        let seconds = whole::<u64>(1..=86_400);
        assert_eq!((seconds("1"), seconds("86400")), (Ok(1), Ok(86_400)));
        for text in ["0", "86401", "18446744073709551615", "18446744073709551616", "-1", "1.5", "", "x"] {
            let refusal = seconds(text).unwrap_err().to_string();
            assert_eq!(refusal, "a whole number from 1 to 86400 is needed", "{text}");
        }
        assert_eq!(id::<u32>("4294967295"), Ok(u32::MAX));
        assert!(id::<u32>("4294967296").unwrap_err().to_string().contains("from 0 to 4294967295"));
    }
}
