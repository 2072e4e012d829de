//! What an answer says of one field: its value, or that the credential may not see it.

use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field as a credential sees it: a value, which may be empty, or nothing at all.
///
/// WeCom leaves the key of a hidden field out. So an absent key is `Hidden`, and a present one is `Known`, also if its value is
/// empty: `Known("")`, `Known([])`. `null` counts as absent. Why a field is hidden is not in the answer: the app may be too new
/// for it, the value may be out of the app's visible range, or WeCom may have none. Some answers hide a field by its empty value
/// instead; the documentation of each field says so where it is known.
///
/// In a struct of your own, skip the key of a hidden field:
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
    /// The answer does not have the field.
    #[default]
    Hidden,
    /// The answer has the field, with this value.
    Known(T),
}

impl<T> Seen<T> {
    /// Whether the answer has the field.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// Whether the answer lacks the field. Structs skip a hidden field by it.
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

    /// Returns the value itself, if it is known.
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

    /// Borrows what the value points to: a `Seen<&str>` of a `Seen<String>`.
    pub fn as_deref(&self) -> Seen<&T::Target>
    where
        T: Deref,
    {
        self.as_ref().map(T::deref)
    }

    /// Changes a known value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Seen<U> {
        match self {
            Self::Known(value) => Seen::Known(change(value)),
            Self::Hidden => Seen::Hidden,
        }
    }

    /// Returns the value, or this one if it is hidden.
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
    /// Clones the value that is borrowed.
    pub fn cloned(self) -> Seen<T> {
        self.map(T::clone)
    }
}

/// A value is known.
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

/// `None` is hidden.
impl<T> From<Option<T>> for Seen<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Hidden, Self::Known)
    }
}

/// `Hidden` is `None`.
impl<T> From<Seen<T>> for Option<T> {
    fn from(seen: Seen<T>) -> Self {
        seen.into_known()
    }
}

impl<T: Serialize> Serialize for Seen<T> {
    /// `Hidden` must be skipped by the struct around it (`skip_serializing_if = "Seen::is_hidden"`); elsewhere it is `null`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.known().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Seen<T> {
    /// An absent key and `null` are `Hidden`.
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
