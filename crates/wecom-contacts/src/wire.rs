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
                let value = text.trim().parse();
                value.map(Number).map_err(|_| E::custom("a text that is no whole number"))
            }
        }

        deserializer.deserialize_any(AnyNumber)
    }
}

impl Number {
    fn fit<T: From<u32>, E: de::Error>(self) -> Result<T, E> {
        let number = u32::try_from(self.0).map_err(|_| E::custom("a number beyond 32 bits"))?;
        Ok(number.into())
    }
}

/// Reads a number or id that may come as text.
pub(crate) fn number<'de, D: Deserializer<'de>, T: From<u32>>(deserializer: D) -> Result<T, D::Error> {
    Number::deserialize(deserializer)?.fit()
}

/// Reads an array of numbers or ids, each of which may come as text; `null` is empty.
pub(crate) fn numbers<'de, D: Deserializer<'de>, T: From<u32>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let numbers = Option::<Vec<Number>>::deserialize(deserializer)?.unwrap_or_default();
    numbers.into_iter().map(Number::fit).collect()
}

/// A truth value that travels as 0 or 1.
pub(crate) mod flag {
    use super::{Deserialize, Deserializer, Number, Serializer};

    pub(crate) fn serialize<S: Serializer>(flag: &Option<bool>, serializer: S) -> Result<S::Ok, S::Error> {
        match flag {
            Some(flag) => serializer.serialize_u8((*flag).into()),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
        Ok(Option::<Number>::deserialize(deserializer)?.map(|number| number.0 != 0))
    }
}

/// An array of truth values that travel as 0 or 1.
pub(crate) mod flags {
    use super::{Deserialize, Deserializer, Number, Serializer};

    pub(crate) fn serialize<S: Serializer>(
        flags: &Option<Vec<bool>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match flags {
            Some(flags) => serializer.collect_seq(flags.iter().map(|flag| u8::from(*flag))),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<bool>>, D::Error> {
        let numbers = Option::<Vec<Number>>::deserialize(deserializer)?;
        Ok(numbers.map(|numbers| numbers.iter().map(|number| number.0 != 0).collect()))
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
        #[serde(from = "crate::wire::Number", into = "i64")]
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

        impl From<crate::wire::Number> for $name {
            fn from(number: crate::wire::Number) -> Self {
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
