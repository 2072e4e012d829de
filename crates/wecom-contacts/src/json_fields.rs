//! Where WeCom's JSON bends: readers for fields whose pages and live answers disagree on the type.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

/// Reads `null` as the type's default; with `#[serde(default)]` beside it, an absent key too.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads `""` as `None`, as an empty cursor means the same as none.
pub(crate) fn none_if_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.filter(|text| !text.is_empty()))
}

/// Reads an id or another text without which the answer is none; an empty one is an error.
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

/// A whole number that may come as text (`"1"`), or as a truth value from very old data.
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
                // One broken text costs nothing but itself: the digits are read, or the field is unreadable.
                let is_sound = |character: &char| *character != '\u{fffd}' && !character.is_control();
                let sound: String = text.chars().filter(is_sound).collect();
                match sound.trim().parse() {
                    _ if sound.len() == text.len() => Err(E::custom("a text that is no whole number")),
                    Ok(value) => Ok(Number(value)),
                    Err(_) => Ok(Number::UNREADABLE),
                }
            }
        }

        deserializer.deserialize_any(AnyNumber)
    }
}

impl Number {
    /// Stands for a text that was damaged beyond reading.
    const UNREADABLE: Self = Self(i64::MIN);

    /// The truth value, if it can be read.
    fn truth(self) -> Option<bool> {
        (self.0 != Self::UNREADABLE.0).then_some(self.0 != 0)
    }

    fn fit<T: From<u32>, E: de::Error>(self) -> Result<T, E> {
        let number = u32::try_from(self.0).map_err(|_| E::custom("a number beyond 32 bits"))?;
        Ok(number.into())
    }
}

/// Reads a number or id that may come as text.
pub(crate) fn number<'de, D: Deserializer<'de>, T: From<u32>>(deserializer: D) -> Result<T, D::Error> {
    Number::deserialize(deserializer)?.fit()
}

/// Reads an id like [`number`]; 0 is none.
pub(crate) fn positive<'de, D: Deserializer<'de>, T: From<u32>>(deserializer: D) -> Result<T, D::Error> {
    match Number::deserialize(deserializer)? {
        Number(0) => Err(de::Error::custom("0, which is no id")),
        number => number.fit(),
    }
}

/// Reads an array of numbers or ids, each of which may come as text; `null` is empty.
pub(crate) fn numbers<'de, D: Deserializer<'de>, T: From<u32>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    some_numbers(deserializer).map(Option::unwrap_or_default)
}

/// Reads an array like [`numbers`]; `null` is none.
pub(crate) fn some_numbers<'de, D: Deserializer<'de>, T: From<u32>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let numbers = Option::<Vec<Number>>::deserialize(deserializer)?;
    numbers.map(|numbers| numbers.into_iter().map(Number::fit).collect()).transpose()
}

/// A truth value that travels as 0 or 1, in an `Option` or a [`Seen`](crate::Seen).
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

/// An array of truth values that travel as 0 or 1, in an `Option` or a [`Seen`](crate::Seen).
pub(crate) mod flags {
    use super::{Deserialize, Deserializer, Number, Serializer};

    /// Where an array may be.
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

/// A list that travels as one text, joined by `|`.
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
            /// Not seen for tags; `batch/invite` answers so.
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

/// Makes an enum of a field that is a number on the wire; a number without a name here is kept in `Other`.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "crate::json_fields::Number", into = "i64")]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A number that has no name here.
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
