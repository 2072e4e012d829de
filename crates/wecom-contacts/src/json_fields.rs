//! Lenient readers for JSON fields whose type in WeCom's replies differs from the documentation.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

/// Reads `null` as the type's default. Together with `#[serde(default)]`, it accepts an absent key too.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads `""` as `None`. An empty cursor means the same as an absent one.
pub(crate) fn none_if_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

/// Reads an id or another required text. An empty text is an error.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: From<String>,
{
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() {
        let kind = std::any::type_name::<T>().rsplit("::").next().unwrap_or_default();
        return Err(de::Error::custom(format!("an empty {kind}")));
    }
    Ok(text.into())
}

/// A whole number. It may be a JSON string (`"1"`), or a boolean in very old data.
#[derive(Clone, Copy)]
pub(crate) struct Number(pub(crate) i64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyNumber;

        impl Visitor<'_> for AnyNumber {
            type Value = Number;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Number, E> {
                Ok(Number(value.into()))
            }

            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value))
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
                let value = i64::try_from(value).map_err(|_| E::custom("a number beyond 63 bits"))?;
                Ok(Number(value))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
                if let Ok(value) = text.trim().parse() {
                    return Ok(Number(value));
                }
                // A damaged number is read from its remaining digits. Without digits, only this field is unreadable.
                let is_sound = |character: &char| *character != '\u{fffd}' && !character.is_control();
                let sound: String = text.chars().filter(is_sound).collect();
                match sound.trim().parse() {
                    _ if sound.len() == text.len() => Err(E::custom("a text that is not a whole number")),
                    Ok(value) => Ok(Number(value)),
                    Err(_) => Ok(Number::UNREADABLE),
                }
            }
        }

        deserializer.deserialize_any(AnyNumber)
    }
}

impl Number {
    /// The value of a text that is too damaged to be read.
    const UNREADABLE: Self = Self(i64::MIN);

    /// Returns the boolean value, if it can be read.
    fn truth(self) -> Option<bool> {
        (self.0 != Self::UNREADABLE.0).then_some(self.0 != 0)
    }

    fn fit<T: From<u32>, E: de::Error>(self) -> Result<T, E> {
        let number = u32::try_from(self.0).map_err(|_| E::custom("a number beyond 32 bits"))?;
        Ok(number.into())
    }
}

/// Reads a number or id that may be a JSON string.
pub(crate) fn number<'de, D: Deserializer<'de>, T: From<u32>>(deserializer: D) -> Result<T, D::Error> {
    Number::deserialize(deserializer)?.fit()
}

/// Reads an id like [`number`]. 0 is an error.
pub(crate) fn positive<'de, D: Deserializer<'de>, T: From<u32>>(deserializer: D) -> Result<T, D::Error> {
    match Number::deserialize(deserializer)? {
        Number(0) => Err(de::Error::custom("0, which is not a valid id")),
        number => number.fit(),
    }
}

/// Reads an array of numbers or ids, each of which may be a JSON string. `null` is an empty array.
pub(crate) fn numbers<'de, D: Deserializer<'de>, T: From<u32>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    some_numbers(deserializer).map(Option::unwrap_or_default)
}

/// Reads an array like [`numbers`]. `null` is `None`.
pub(crate) fn some_numbers<'de, D: Deserializer<'de>, T: From<u32>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let numbers = Option::<Vec<Number>>::deserialize(deserializer)?;
    numbers.map(|numbers| numbers.into_iter().map(Number::fit).collect()).transpose()
}

/// A boolean that is 0 or 1 in JSON, in an `Option` or a [`Seen`](crate::Seen).
pub(crate) mod flag {
    use super::{Deserialize, Deserializer, Number, Serializer};

    pub(crate) fn serialize<S, F>(flag: &F, serializer: S) -> Result<S::Ok, S::Error>
    where
        S: Serializer,
        F: Copy + Into<Option<bool>>,
    {
        match (*flag).into() {
            Some(flag) => serializer.serialize_u8(flag.into()),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D, F>(deserializer: D) -> Result<F, D::Error>
    where
        D: Deserializer<'de>,
        F: From<Option<bool>>,
    {
        Ok(Option::<Number>::deserialize(deserializer)?.and_then(Number::truth).into())
    }
}

/// An array of booleans that are 0 or 1 in JSON, in an `Option` or a [`Seen`](crate::Seen).
pub(crate) mod flags {
    use super::{Deserialize, Deserializer, Number, Serializer};

    /// The types that can contain such an array.
    pub(crate) trait Flags: From<Option<Vec<bool>>> {
        fn flags(&self) -> Option<&[bool]>;
    }

    impl Flags for Option<Vec<bool>> {
        fn flags(&self) -> Option<&[bool]> {
            self.as_deref()
        }
    }

    impl Flags for crate::Seen<Vec<bool>> {
        fn flags(&self) -> Option<&[bool]> {
            self.as_deref().into_known()
        }
    }

    pub(crate) fn serialize<S: Serializer>(flags: &impl Flags, serializer: S) -> Result<S::Ok, S::Error> {
        match flags.flags() {
            Some(flags) => serializer.collect_seq(flags.iter().map(|flag| u8::from(*flag))),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, F: Flags>(deserializer: D) -> Result<F, D::Error> {
        let numbers = Option::<Vec<Number>>::deserialize(deserializer)?;
        Ok(numbers.and_then(|numbers| numbers.into_iter().map(Number::truth).collect()).into())
    }
}

/// A list that is one JSON string, with `|` as the separator.
pub(crate) mod barred {
    use super::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer, T: AsRef<str>>(
        items: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let texts: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
        texts.join("|").serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: From<String>>(
        deserializer: D,
    ) -> Result<Vec<T>, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Joined(String),
            /// Never seen for tags, but replies of `batch/invite` have this form.
            List(Vec<String>),
        }
        let texts = match Option::deserialize(deserializer)? {
            None => Vec::new(),
            Some(Form::Joined(text)) => text.split('|').map(|text| text.trim().to_owned()).collect(),
            Some(Form::List(texts)) => texts,
        };
        Ok(texts.into_iter().filter(|text| !text.is_empty()).map(T::from).collect())
    }
}

/// Declares an enum for a field that is a number in JSON. An unknown number becomes `Other`.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "crate::json_fields::Number", into = "i64")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// Any other number.
            Other(i64),
        }

        impl From<i64> for $name {
            fn from(code: i64) -> Self {
                match code {
                    $($code => Self::$variant,)*
                    other => Self::Other(other),
                }
            }
        }

        impl From<crate::json_fields::Number> for $name {
            fn from(number: crate::json_fields::Number) -> Self {
                number.0.into()
            }
        }

        impl From<$name> for i64 {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => $code,)*
                    $name::Other(code) => code,
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {

    coded! {
        /// A colour.
        Colour {
            /// Red.
            Red = 1,
        }
    }

    #[test]
    fn trap_43_a_damaged_number_costs_no_more_than_itself() {
        let read = |text: &str| serde_json::from_str::<Colour>(text);
        assert_eq!(read("\"1\\u0014\"").unwrap(), Colour::Red);
        assert_eq!(read("\"\u{fffd}\"").unwrap(), Colour::Other(i64::MIN));
        let flag = |text: &str| -> serde_json::Result<Option<bool>> {
            super::flag::deserialize(&mut serde_json::Deserializer::from_str(text))
        };
        assert_eq!(flag("\"\u{fffd}\"").unwrap(), None);
        assert_eq!(flag("\"0\u{fffd}\"").unwrap(), Some(false));
        let flags = |text: &str| -> serde_json::Result<Option<Vec<bool>>> {
            super::flags::deserialize(&mut serde_json::Deserializer::from_str(text))
        };
        assert_eq!(flags("[1,\"\u{fffd}\"]").unwrap(), None);
        assert_eq!(flags("[1,\"0\"]").unwrap(), Some(vec![true, false]));
    }

    #[test]
    fn a_number_is_read_from_any_form_that_was_seen_and_unknown_ones_are_kept() {
        let read = |text: &str| serde_json::from_str::<Colour>(text);
        assert_eq!(read("1").unwrap(), Colour::Red);
        assert_eq!(read("\"1\"").unwrap(), Colour::Red);
        assert_eq!(read("-7").unwrap(), Colour::Other(-7));
        assert_eq!(serde_json::to_string(&Colour::Other(-7)).unwrap(), "-7");
        for bad in ["\"red\"", "[]", "1.5", "18446744073709551615"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
