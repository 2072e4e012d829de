//! A field of a reply, which is either known or hidden from the credential.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field, as the credential sees it: a value, which can be empty, or hidden.
///
/// WeCom omits the key of a hidden field. An absent key or `null` is therefore `Hidden`, and a present key is `Known`,
/// even if its value is empty: `Known("")`, `Known([])`. The reply does not contain the reason: the app may be too new
/// for the field, the value may be outside the app's visible range, or WeCom may have no value. Some replies contain an
/// empty value for a hidden field instead; the documentation of each field mentions known cases.
///
/// In a custom struct, skip the key of a hidden field:
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use wecom_contacts::Seen;
///
/// #[derive(Debug, PartialEq, Deserialize, Serialize)]
/// struct Row {
///     userid: String,
///     #[serde(default, skip_serializing_if = "Seen::is_hidden")]
///     mobile: Seen<String>,
/// }
///
/// let hidden: Row = serde_json::from_str(r#"{"userid":"zhangsan"}"#)?;
/// assert_eq!(hidden.mobile, Seen::Hidden);
/// assert_eq!(serde_json::to_string(&hidden)?, r#"{"userid":"zhangsan"}"#);
///
/// let empty: Row = serde_json::from_str(r#"{"userid":"zhangsan","mobile":""}"#)?;
/// assert_eq!(empty.mobile.known().map(String::as_str), Some(""));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seen<T> {
    /// The reply omits the field.
    #[default]
    Hidden,
    /// The reply contains the field with this value.
    Known(T),
}

impl<T> Seen<T> {
    /// Returns whether the reply contains the field.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Returns whether the reply omits the field. Structs use this to skip a hidden field.
    pub const fn is_hidden(&self) -> bool {
        !self.is_known()
    }

    /// Returns the value, if it is known.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Hidden => None,
        }
    }

    /// Returns the owned value, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Hidden => None,
        }
    }

    /// Borrows the value.
    pub const fn as_ref(&self) -> Seen<&T> {
        match self {
            Self::Known(value) => Seen::Known(value),
            Self::Hidden => Seen::Hidden,
        }
    }

    /// Borrows the target of the value: a `Seen<&str>` from a `Seen<String>`.
    pub fn as_deref(&self) -> Seen<&T::Target>
    where
        T: Deref,
    {
        self.as_ref().map(T::deref)
    }

    /// Converts a known value with a function.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Seen<U> {
        match self {
            Self::Known(value) => Seen::Known(change(value)),
            Self::Hidden => Seen::Hidden,
        }
    }

    /// Returns the value, or `other` if it is hidden.
    pub fn unwrap_or(self, other: T) -> T {
        self.into_known().unwrap_or(other)
    }

    /// Returns the value, or the type's default if it is hidden.
    pub fn unwrap_or_default(self) -> T
    where
        T: Default,
    {
        self.into_known().unwrap_or_default()
    }
}

impl<T: Clone> Seen<&T> {
    /// Clones the borrowed value.
    pub fn cloned(self) -> Seen<T> {
        self.map(T::clone)
    }
}

/// Converts a value into `Known`.
impl<T> From<T> for Seen<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Seen<String> {
    fn from(text: &str) -> Self {
        Self::Known(text.to_owned())
    }
}

/// Converts `None` into `Hidden`.
impl<T> From<Option<T>> for Seen<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Hidden, Self::Known)
    }
}

/// Converts `Hidden` into `None`.
impl<T> From<Seen<T>> for Option<T> {
    fn from(seen: Seen<T>) -> Self {
        seen.into_known()
    }
}

impl<T: Serialize> Serialize for Seen<T> {
    /// Writes the value. The surrounding struct must skip `Hidden` (`skip_serializing_if = "Seen::is_hidden"`). Otherwise it is written as
    /// `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.known().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Seen<T> {
    /// Reads an absent key and `null` as `Hidden`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Row {
        #[serde(skip_serializing_if = "Seen::is_hidden")]
        name: Seen<String>,
        #[serde(skip_serializing_if = "Seen::is_hidden")]
        department: Seen<Vec<u32>>,
    }

    #[test]
    fn an_absent_key_and_a_null_are_hidden_and_an_empty_value_is_known() {
        let read = |text: &str| serde_json::from_str::<Row>(text).unwrap();
        assert_eq!(read("{}"), Row::default());
        assert_eq!(read(r#"{"name":null,"department":null}"#), Row::default());
        let empty = read(r#"{"name":"","department":[]}"#);
        assert_eq!(empty, Row { name: "".into(), department: Vec::new().into() });
        assert_eq!(serde_json::to_string(&empty).unwrap(), r#"{"name":"","department":[]}"#);
        assert_eq!(serde_json::to_string(&Row::default()).unwrap(), "{}");
    }

    #[test]
    fn a_hidden_value_stays_hidden_whatever_is_made_of_it() {
        let hidden = Seen::<String>::Hidden;
        assert_eq!(hidden.as_deref().map(str::len), Seen::Hidden);
        assert_eq!(hidden.as_ref().cloned(), hidden);
        assert_eq!((hidden.known(), hidden.clone().into_known()), (None, None));
        assert_eq!(hidden.clone().unwrap_or("王芳".into()), "王芳");
        assert_eq!(hidden.unwrap_or_default(), "");
    }

    #[test]
    fn a_known_value_is_that_value() {
        let known = Seen::from("王芳");
        assert_eq!(known.as_deref(), Seen::Known("王芳"));
        assert_eq!(known.as_deref().map(str::len), Seen::Known(6));
        assert_eq!(known.as_ref().cloned(), known);
        assert_eq!(Option::from(known.clone()), Some("王芳".to_owned()));
        assert_eq!(Seen::from(Some(5)), Seen::Known(5));
        assert_eq!(known.unwrap_or_default(), "王芳");
    }
}
