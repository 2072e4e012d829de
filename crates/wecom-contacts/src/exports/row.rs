//! What an export's files hold, and how a row is read from its own slice of JSON.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

use crate::{
    DepartmentId, UserId,
    departments::Department,
    members::{Member, SimpleMember},
    tags::TaggedMember,
};

/// The key of a tag's name in its files.
pub(super) const TAG_NAME: &str = "tagname";

/// Where in a file the rows of one kind are, and how one is read.
#[derive(Debug)]
pub(super) struct Shape<R> {
    /// The keys of the file that hold rows, and the tag's name.
    pub(super) names: &'static [&'static str],
    /// Reads a row, given which of the names holds it.
    pub(super) read: fn(usize, &[u8]) -> serde_json::Result<R>,
}

impl<R> Clone for Shape<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Shape<R> {}

/// What an export's files hold; not for others to implement.
pub trait ExportRow: Send + Unpin + sealed::Row + 'static {}

/// Rows that are objects of one list, so that some of their fields can be asked for alone; not for others to implement.
pub trait Fields: ExportRow + sealed::Fields {}

pub(super) mod sealed {
    pub trait Row: Sized {
        const NAMES: &'static [&'static str];

        fn read(name: usize, json: &[u8]) -> serde_json::Result<Self>;
    }

    pub trait Fields {
        /// The field that identifies a row, and its type.
        const ID: &'static str;
        type Id: serde::de::DeserializeOwned + Send + Unpin + 'static;
    }
}

impl<R: ExportRow> Shape<R> {
    /// Rows as they are documented.
    pub(super) const fn whole() -> Self {
        Self { names: R::NAMES, read: R::read }
    }
}

impl<T> Shape<T> {
    /// Rows of which only the fields that `T` names are read.
    pub(super) const fn fields<R: Fields>() -> Self
    where
        T: DeserializeOwned,
    {
        Self { names: R::NAMES, read: |_, json| serde_json::from_slice(json) }
    }

    /// Rows of which only the id is read.
    pub(super) const fn ids<R: Fields<Id = T>>() -> Self
    where
        T: DeserializeOwned,
    {
        Self { names: R::NAMES, read: |_, json| field(R::ID, json) }
    }
}

macro_rules! export_rows {
    ($($row:ident in $name:literal, by $id:literal as $type:ident;)*) => {$(
        impl ExportRow for $row {}

        impl Fields for $row {}

        impl sealed::Row for $row {
            const NAMES: &'static [&'static str] = &[$name];

            fn read(_: usize, json: &[u8]) -> serde_json::Result<Self> {
                serde_json::from_slice(json)
            }
        }

        impl sealed::Fields for $row {
            const ID: &'static str = $id;
            type Id = $type;
        }
    )*};
}

export_rows! {
    Member in "userlist", by "userid" as UserId;
    SimpleMember in "userlist", by "userid" as UserId;
    Department in "department", by "id" as DepartmentId;
}

/// A row of an exported tag: a member or a department that has the tag.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TagRow {
    /// A member.
    Member(TaggedMember),
    /// A department, all members of which have the tag.
    Department(DepartmentId),
}

impl ExportRow for TagRow {}

impl sealed::Row for TagRow {
    const NAMES: &'static [&'static str] = &["userlist", "partylist", TAG_NAME];

    fn read(name: usize, json: &[u8]) -> serde_json::Result<Self> {
        match name {
            0 => serde_json::from_slice(json).map(Self::Member),
            1 => serde_json::from_slice(json).map(Self::Department),
            _ => Err(serde_json::Error::custom("the tag's name is a list")),
        }
    }
}

/// Reads one field of an object, and not a byte behind it.
fn field<T: DeserializeOwned>(name: &'static str, json: &[u8]) -> serde_json::Result<T> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let outcome = deserializer.deserialize_map(Seek { name, found: &mut found, kind: PhantomData });
    match (found, outcome) {
        // Leaving an object early is an error to the parser; what was sought has been read by then.
        (Some(value), _) => Ok(value),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(serde_json::Error::missing_field(name)),
    }
}

struct Seek<'f, T> {
    name: &'static str,
    found: &'f mut Option<T>,
    kind: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Seek<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if key == self.name {
                *self.found = Some(map.next_value()?);
                return Ok(());
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn one_field_is_read_wherever_it_stands() {
        for row in [
            json!({"userid": "wangfang", "name": "王芳"}),
            json!({"name": "王\"芳", "extattr": {"userid": "no"}, "userid": "wangfang"}),
        ] {
            assert_eq!(field::<UserId>("userid", row.to_string().as_bytes()).unwrap(), "wangfang");
        }
        for bad in ["{}", r#"{"userid":["wangfang"]}"#, "[]", r#""wangfang""#, r#"{"userid""#] {
            assert!(field::<UserId>("userid", bad.as_bytes()).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn one_field_is_what_the_whole_row_has(
            before in prop::collection::btree_map("[a-m\"\\\\]{0,4}", "\\PC{0,8}", 0..4),
            id in "\\PC{0,12}",
        ) {
            let mut text: Vec<String> =
                before.iter().map(|(key, value)| format!("{}:{}", Value::from(&**key), Value::from(&**value))).collect();
            text.push(format!("\"userid\":{}", Value::from(&*id)));
            let json = format!("{{{}}}", text.join(","));
            prop_assert_eq!(field::<String>("userid", json.as_bytes()).unwrap(), id);
        }
    }
}
