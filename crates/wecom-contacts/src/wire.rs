//! Where WeCom's JSON bends: readers for fields whose pages and live answers disagree on the type.

use serde::{Deserialize, Deserializer};

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
