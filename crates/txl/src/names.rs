//! Departments and tags on the command line: an id, a name, or a path of names.

use std::{fmt, str::FromStr};

use crate::messages::{Message, arguments};

/// A department or a tag as typed by the user. Digits alone are an id and never a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IdOrName<T> {
    /// Its id.
    Id(T),
    /// Its name, or for departments a path such as `总公司/研发部`.
    Name(String),
}

impl<T: From<u32>> FromStr for IdOrName<T> {
    type Err = Message;

    fn from_str(text: &str) -> Result<Self, Message> {
        let text = text.trim();
        if text.is_empty() {
            return Err(arguments::id_or_name_is_needed());
        }
        // An input method can leave full-width digits.
        let digits: Option<String> = text.chars().map(digit).collect();
        match digits {
            Some(digits) => crate::numbers::id(&digits).map(Self::Id),
            None => Ok(Self::Name(text.to_owned())),
        }
    }
}

impl<T: fmt::Display> fmt::Display for IdOrName<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_an_id_and_never_a_name() {
        let parsed = |text: &str| text.parse::<IdOrName<u32>>();
        assert_eq!(parsed("2025"), Ok(IdOrName::Id(2025)));
        assert_eq!(parsed(" ２０２５ "), Ok(IdOrName::Id(2025)));
        assert_eq!(parsed("2025届"), Ok(IdOrName::Name("2025届".to_owned())));
        assert!(parsed("4294967296").unwrap_err().to_string().contains("4294967295"));
        assert!(parsed(" ").is_err());
    }
}
