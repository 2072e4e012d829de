//! The change of one field in an update.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The change of one field in an update: leave it unchanged, empty it, or set a value.
///
/// WeCom leaves fields without a key unchanged, and empties a field that has the empty value of its type. `Keep` is
/// therefore not sent, `Clear` is sent as `""`, `[]` or `{}`, and `Set` as the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leaves the field unchanged: its key is not sent.
    #[default]
    Keep,
    /// Empties the field.
    Clear,
    /// Sets the field to this value.
    Set(T),
}

/// Empties a field: `patch.position(Clear)`.
#[derive(Clone, Copy, Debug)]
pub struct Clear;

impl<T> Patch<T> {
    /// Returns whether the field stays unchanged. Patches use this to skip the field.
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl<T> From<Clear> for Patch<T> {
    fn from(Clear: Clear) -> Self {
        Self::Clear
    }
}

/// `None` leaves the field unchanged, like an empty input of a form. [`Clear`] empties the field.
impl<T> From<Option<T>> for Patch<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }
}

/// A type whose empty value [`Patch::Clear`] can write.
pub trait Clearable: Serialize {
    /// Writes the value that empties a field of this type in WeCom.
    fn serialize_empty<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error>;

    /// Returns whether this is the empty value.
    fn is_empty_value(&self) -> bool;
}

impl Clearable for String {
    fn serialize_empty<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("")
    }

    fn is_empty_value(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Serialize> Clearable for Vec<T> {
    fn serialize_empty<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq::<[T; 0]>([])
    }

    fn is_empty_value(&self) -> bool {
        self.is_empty()
    }
}

impl From<&str> for Patch<String> {
    fn from(text: &str) -> Self {
        Self::Set(text.to_owned())
    }
}

impl From<String> for Patch<String> {
    fn from(text: String) -> Self {
        Self::Set(text)
    }
}

impl<T, I: Into<T>> From<Vec<I>> for Patch<Vec<T>> {
    fn from(items: Vec<I>) -> Self {
        Self::Set(items.into_iter().map(Into::into).collect())
    }
}

impl<T, I: Into<T>, const N: usize> From<[I; N]> for Patch<Vec<T>> {
    fn from(items: [I; N]) -> Self {
        Self::Set(items.into_iter().map(Into::into).collect())
    }
}

impl<T: Clearable> Serialize for Patch<T> {
    /// Writes the value. The surrounding struct must skip `Keep` (`skip_serializing_if = "Patch::is_keep"`).
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep => serializer.serialize_none(),
            Self::Clear => T::serialize_empty(serializer),
            Self::Set(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Clearable + Deserialize<'de>> Deserialize<'de> for Patch<T> {
    /// Reads the value. An absent key is `Keep` if the field has `#[serde(default)]`; `null` is also `Keep`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<T>::deserialize(deserializer)? {
            None => Self::Keep,
            Some(value) if value.is_empty_value() => Self::Clear,
            Some(value) => Self::Set(value),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_states_are_written_as_wecom_reads_them() {
        #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
        struct Form {
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            position: Patch<String>,
            #[serde(default, skip_serializing_if = "Patch::is_keep")]
            direct_leader: Patch<Vec<String>>,
        }
        let json = |form: &Form| serde_json::to_string(form).unwrap();
        assert_eq!(json(&Form::default()), "{}");
        let cleared = Form { position: Clear.into(), direct_leader: Clear.into() };
        assert_eq!(json(&cleared), r#"{"position":"","direct_leader":[]}"#);
        let set = Form { position: "工程师".into(), direct_leader: ["lisi"].into() };
        assert_eq!(json(&set), r#"{"position":"工程师","direct_leader":["lisi"]}"#);
        let filled = Form { position: Some("工程师".to_owned()).into(), direct_leader: None.into() };
        assert_eq!(json(&filled), r#"{"position":"工程师"}"#);
        for form in [Form::default(), cleared, set, filled] {
            assert_eq!(serde_json::from_str::<Form>(&json(&form)).unwrap(), form);
        }
    }
}
