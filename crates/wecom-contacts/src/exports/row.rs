//! What an export's files hold, and how a row is read from its own slice of JSON.
//!
//! A text that is broken costs nothing but itself ([`mend`]): the row stays, and one whose id is damaged is counted, as it names
//! no member.

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
/// The keys of a refusal, which a file may hold in the place of its rows.
pub(super) const ERRCODE: &str = "errcode";
pub(super) const ERRMSG: &str = "errmsg";

/// Where in a file the rows of one kind are, and how one is read.
#[derive(Debug)]
pub(super) struct Shape<R> {
    /// The keys of the file that are looked at: first those of the lists that hold rows.
    pub(super) names: &'static [&'static str],
    /// How many of the names are those of lists. A file has one of them at least; an empty list is `[]` and nothing else.
    pub(super) lists: usize,
    /// Reads a row, given which of the names holds it.
    read: fn(usize, &[u8]) -> serde_json::Result<R>,
    /// Whether the id of a row is damaged, given its JSON too.
    is_damaged: fn(&R, &[u8]) -> bool,
}

impl<R> Shape<R> {
    /// Reads a row, its broken texts mended, and says whether its id is damaged.
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

/// What an export's files hold; not for others to implement.
pub trait ExportRow: Send + Unpin + sealed::Row + 'static {}

/// Rows that are objects of one list, so that some of their fields can be asked for alone; not for others to implement.
pub trait Fields: ExportRow + sealed::Fields {}

pub(super) mod sealed {
    pub trait Row: Sized {
        /// The keys of a file that are looked at, and how many of them, at the front, are those of lists.
        const NAMES: &'static [&'static str];
        const LISTS: usize;

        fn read(name: usize, json: &[u8]) -> serde_json::Result<Self>;

        /// Whether the row's id is damaged.
        fn is_damaged(&self) -> bool;
    }

    pub trait Fields {
        /// The field that identifies a row, and its type.
        const ID: &'static str;
        type Id: serde::de::DeserializeOwned + Send + Unpin + 'static;

        /// Whether an id is damaged.
        fn is_damaged_id(id: &Self::Id) -> bool;
    }
}

impl<R: ExportRow> Shape<R> {
    /// Rows as they are documented.
    pub(super) const fn whole() -> Self {
        Self { names: R::NAMES, lists: R::LISTS, read: R::read, is_damaged: |row, _| row.is_damaged() }
    }
}

impl<T> Shape<T> {
    /// Rows of which only the fields that `T` names are read.
    pub(super) const fn fields<R: Fields>() -> Self
    where
        T: DeserializeOwned,
    {
        Self {
            names: R::NAMES,
            lists: R::LISTS,
            read: |_, json| serde_json::from_slice(json),
            // The id is looked for only where a text of the row can be damaged. A type that does not read it has it unread.
            is_damaged: |_, json| {
                let may_be_damaged = memmem::find(json, "\u{fffd}".as_bytes()).is_some()
                    || memmem::find(json, br"\u").is_some();
                may_be_damaged && field::<R::Id>(R::ID, json).is_ok_and(|id| R::is_damaged_id(&id))
            },
        }
    }

    /// Rows of which only the id is read.
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
