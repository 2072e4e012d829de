//! The formats of export files, and reading a row from its slice of JSON.
//!
//! A damaged text affects only its own field ([`mend`]), and the row is kept. A row with a damaged id is counted, because
//! the id matches no member.

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, Visitor},
};
use std::{fmt, marker::PhantomData};

use memchr::memmem;
use wecom_json::mend;

use crate::{
    DepartmentId, UserId,
    departments::Department,
    members::{Member, SimpleMember},
    tags::TaggedMember,
};

/// The key of a tag's name in its files.
pub(super) const TAG_NAME: &str = "tagname";
/// The keys of an error, which a file can contain instead of its rows.
pub(super) const ERRCODE: &str = "errcode";
pub(super) const ERRMSG: &str = "errmsg";

/// The format of a file with rows of one type, and the function that reads a row.
#[derive(Debug)]
pub(super) struct Shape<R> {
    /// The keys of the file that are read. The lists with rows come first.
    pub(super) names: &'static [&'static str],
    /// The number of lists at the front of `names`. A file has at least one of the lists; an empty list is written as
    /// `[]`.
    pub(super) lists: usize,
    /// Reads a row. The first argument is the index of its list.
    read: fn(usize, &[u8]) -> serde_json::Result<R>,
    /// Returns whether the id of a row is damaged. The second argument is the row's JSON.
    is_damaged: fn(&R, &[u8]) -> bool,
}

impl<R> Shape<R> {
    /// Reads a row, repairs its damaged texts, and returns whether its id is damaged.
    pub(super) fn row(&self, name: usize, json: &[u8]) -> serde_json::Result<(R, bool)> {
        let error = match (self.read)(name, json) {
            Ok(row) => {
                let is_damaged = (self.is_damaged)(&row, json);
                return Ok((row, is_damaged));
            }
            Err(error) => error,
        };
        let json = mend(json).ok_or(error)?;
        let row = (self.read)(name, &json)?;
        let is_damaged = (self.is_damaged)(&row, &json);
        Ok((row, is_damaged))
    }
}

impl<R> Clone for Shape<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Shape<R> {}

/// The type of the rows of an export. The trait is sealed.
pub trait ExportRow: Send + Unpin + sealed::Row + 'static {}

/// Row types whose fields can be read individually, because the rows are objects of one list. The trait is sealed.
pub trait Fields: ExportRow + sealed::Fields {}

pub(super) mod sealed {
    pub trait Row: Sized {
        /// The keys of a file that are read. The list keys come first.
        const NAMES: &'static [&'static str];
        const LISTS: usize;

        fn read(name: usize, json: &[u8]) -> serde_json::Result<Self>;

        /// Returns whether the row's id is damaged.
        fn is_damaged(&self) -> bool;
    }

    pub trait Fields {
        /// The key and the type of the field that identifies a row.
        const ID: &'static str;
        type Id: serde::de::DeserializeOwned + Send + Unpin + 'static;

        /// Returns whether an id is damaged.
        fn is_damaged_id(id: &Self::Id) -> bool;
    }
}

impl<R: ExportRow> Shape<R> {
    /// Reads complete rows.
    pub(super) const fn whole() -> Self {
        Self { names: R::NAMES, lists: R::LISTS, read: R::read, is_damaged: |row, _| row.is_damaged() }
    }
}

impl<T> Shape<T> {
    /// Reads only the fields of `T`.
    pub(super) const fn fields<R: Fields>() -> Self
    where
        T: DeserializeOwned,
    {
        Self {
            names: R::NAMES,
            lists: R::LISTS,
            read: |_, json| serde_json::from_slice(json),
            // The id is checked only if the row has a damaged text. For a type without the id field, it is read
            // separately.
            is_damaged: |_, json| {
                let may_be_damaged = memmem::find(json, "\u{fffd}".as_bytes()).is_some()
                    || memmem::find(json, br"\u").is_some();
                may_be_damaged && field::<R::Id>(R::ID, json).is_ok_and(|id| R::is_damaged_id(&id))
            },
        }
    }

    /// Reads only the ids.
    pub(super) const fn ids<R: Fields<Id = T>>() -> Self
    where
        T: DeserializeOwned,
    {
        Self {
            names: R::NAMES,
            lists: R::LISTS,
            read: |_, json| field(R::ID, json),
            is_damaged: |id, _| R::is_damaged_id(id),
        }
    }
}

macro_rules! export_rows {
    ($($row:ident in $name:literal, by $id:ident as $type:ident, damaged if $is_damaged:expr;)*) => {$(
        impl ExportRow for $row {}

        impl Fields for $row {}

        impl sealed::Row for $row {
            const NAMES: &'static [&'static str] = &[$name, ERRCODE, ERRMSG];
            const LISTS: usize = 1;

            fn read(_: usize, json: &[u8]) -> serde_json::Result<Self> {
                serde_json::from_slice(json)
            }

            fn is_damaged(&self) -> bool {
                <Self as sealed::Fields>::is_damaged_id(&self.$id)
            }
        }

        impl sealed::Fields for $row {
            const ID: &'static str = stringify!($id);
            type Id = $type;

            fn is_damaged_id(id: &$type) -> bool {
                let is_damaged: fn(&$type) -> bool = $is_damaged;
                is_damaged(id)
            }
        }
    )*};
}

export_rows! {
    Member in "userlist", by userid as UserId, damaged if UserId::is_damaged;
    SimpleMember in "userlist", by userid as UserId, damaged if UserId::is_damaged;
    Department in "department", by id as DepartmentId, damaged if |_| false;
}

/// A row of an exported tag: a member or department of the tag.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TagRow {
    /// A member.
    Member(TaggedMember),
    /// A department. All of its members have the tag.
    Department(DepartmentId),
}

impl ExportRow for TagRow {}

impl sealed::Row for TagRow {
    const NAMES: &'static [&'static str] = &["userlist", "partylist", ERRCODE, ERRMSG, TAG_NAME];
    const LISTS: usize = 2;

    fn read(name: usize, json: &[u8]) -> serde_json::Result<Self> {
        match name {
            0 => serde_json::from_slice(json).map(Self::Member),
            _ => serde_json::from_slice(json).map(Self::Department),
        }
    }

    fn is_damaged(&self) -> bool {
        match self {
            Self::Member(member) => member.userid.is_damaged(),
            Self::Department(_) => false,
        }
    }
}

/// Reads one field of an object and stops directly after it.
fn field<T: DeserializeOwned>(name: &'static str, json: &[u8]) -> serde_json::Result<T> {
    let mut found = None;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let outcome = deserializer.deserialize_map(Seek { name, found: &mut found, kind: PhantomData });
    match (found, outcome) {
        // The parser reports an early stop as an error, but the field was already read.
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

    #[test]
    fn trap_43_a_row_with_a_broken_text_stays_a_row_and_one_with_a_broken_id_is_counted() {
        #[derive(serde::Deserialize)]
        struct Account {
            userid: String,
        }

        for (json, is_damaged) in [
            (&b"{\"userid\":\"zhouting\",\"alias\":\"Ting\xf0\x9f\x98\"}"[..], false),
            (b"{\"alias\":\"\x14\t\",\"userid\":\"zhouting\"}", false),
            (b"{\"alias\":\"\xef\xbf\xbd\\u4e00\",\"userid\":\"zhouting\"}", false),
            (b"{\"alias\":\"\xff\",\"userid\":\"zhou\xfft\"}", true),
            (b"{\"userid\":\"zhou\x00t\"}", true),
            (b"{\"userid\":\"zhou\\ufffdt\"}", true),
        ] {
            let shown = json.escape_ascii().to_string();
            assert_eq!(Shape::<Member>::whole().row(0, json).unwrap().1, is_damaged, "{shown}");
            assert_eq!(Shape::<TagRow>::whole().row(0, json).unwrap().1, is_damaged, "{shown}");
            let (id, damaged_id) = Shape::<UserId>::ids::<Member>().row(0, json).unwrap();
            assert_eq!((damaged_id, id.is_damaged()), (is_damaged, is_damaged), "{shown}");
            let (account, damaged_account) = Shape::<Account>::fields::<Member>().row(0, json).unwrap();
            assert_eq!((damaged_account, account.userid.as_str()), (is_damaged, id.as_str()), "{shown}");
        }
        assert!(Shape::<Member>::whole().row(0, b"{\"userid\":\"a\xff\"").is_err(), "cut");
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
