//! Rows of a list that can be as large as the corp, and the warning about rows with a damaged userid.
//!
//! A decoded member takes about 700 bytes, even with few fields. The rows of a list are therefore stored as compact JSON and decoded one by one when
//! they are printed.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _, SeqAccess, Visitor},
    ser::Error as _,
};
use wecom_contacts::{
    Call, Endpoint,
    departments::{Department, DepartmentNode, ListDepartmentIds, ListDepartments},
    linked_corps::{LinkedMember, LinkedSimpleMember},
    members::{ListMembers, ListMembersSimple, Member, MemberId, SimpleMember},
    tags::TaggedMember,
};

use crate::{
    failure::Result,
    messages,
    output::{Output, stderr},
};

/// A row of a list.
pub(crate) trait Listed {
    /// Returns whether the userid is damaged, so that it identifies no member.
    fn is_damaged(&self) -> bool {
        false
    }
}

macro_rules! by_userid {
    ($($type:ty),*) => {$(
        impl Listed for $type {
            fn is_damaged(&self) -> bool {
                self.userid.is_damaged()
            }
        }
    )*};
}

by_userid!(Member, SimpleMember, MemberId, TaggedMember, LinkedMember, LinkedSimpleMember);

impl Listed for Department {}
impl Listed for DepartmentNode {}

/// Prints decoded rows, and warns about rows with a damaged userid.
pub(crate) fn print<T: Listed + Serialize>(rows: &[T], output: Output, columns: &[&str]) -> Result {
    output.list(rows, columns)?;
    warn_of_damaged(rows);
    Ok(())
}

/// Warns about rows whose userid was damaged in transfer.
pub(crate) fn warn_of_damaged<T: Listed>(rows: &[T]) {
    warn(rows.iter().filter(|row| row.is_damaged()).count(), rows.len());
}

fn warn(damaged: usize, all: usize) {
    if damaged > 0 {
        stderr::warn(messages::lists::damaged_userids(damaged, all));
    }
}

/// Rows as JSON, in one buffer.
pub(crate) struct Rows<T> {
    text: String,
    /// The end of each row.
    ends: Vec<usize>,
    damaged: usize,
    kind: PhantomData<fn() -> T>,
}

impl<T: Listed + Serialize + DeserializeOwned> Rows<T> {
    /// Prints all rows, and warns about rows with a damaged userid.
    pub(crate) fn print(&self, output: Output, columns: &[&str]) -> Result {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let rows: Vec<Row<'_, T>> = starts
            .zip(&self.ends)
            .map(|(start, end)| Row { text: &self.text[start..*end], kind: PhantomData })
            .collect();
        output.list(&rows, columns)?;
        warn(self.damaged, rows.len());
        Ok(())
    }
}

impl<'de, T: Listed + Serialize + Deserialize<'de>> Deserialize<'de> for Rows<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct OneByOne<T>(PhantomData<T>);

        impl<'de, T: Listed + Serialize + Deserialize<'de>> Visitor<'de> for OneByOne<T> {
            type Value = Rows<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> std::result::Result<Rows<T>, A::Error> {
                let mut text = Vec::new();
                let mut ends = Vec::new();
                let mut damaged = 0;
                while let Some(row) = rows.next_element::<T>()? {
                    damaged += usize::from(row.is_damaged());
                    serde_json::to_writer(&mut text, &row).map_err(A::Error::custom)?;
                    ends.push(text.len());
                }
                let text = String::from_utf8(text).map_err(A::Error::custom)?;
                Ok(Rows { text, ends, damaged, kind: PhantomData })
            }
        }

        deserializer.deserialize_seq(OneByOne(PhantomData))
    }
}

/// A row that is decoded when it is written.
struct Row<'a, T> {
    text: &'a str,
    kind: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Serialize for Row<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serde_json::from_str::<T>(self.text).map_err(S::Error::custom)?.serialize(serializer)
    }
}

/// A list call whose rows are stored as text.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct AsText<E>(pub(crate) E);

macro_rules! replies {
    ($($reply:ident { $key:ident: $row:ty } answers $call:ty;)*) => {$(
        #[derive(Deserialize)]
        pub(crate) struct $reply {
            pub(crate) $key: Rows<$row>,
        }

        impl Endpoint for AsText<$call> {
            const CALL: Call = <$call as Endpoint>::CALL;
            type Reply = $reply;
        }
    )*};
}

replies! {
    MemberRows { userlist: Member } answers ListMembers;
    SimpleMemberRows { userlist: SimpleMember } answers ListMembersSimple;
    DepartmentRows { department: Department } answers ListDepartments;
    DepartmentNodeRows { department_id: DepartmentNode } answers ListDepartmentIds;
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn rows_stored_as_text_equal_the_decoded_rows() {
        let body = json!({"errcode": 0, "userlist": [
            {"userid": "a", "name": "王芳", "gender": 1, "department": [1, 2], "unknown": "key", "extattr": {"attrs": []}},
            {"userid": "b\u{fffd}", "status": 1},
        ]})
        .to_string();
        let kept = AsText::<ListMembers>::decode(body.as_bytes()).unwrap().userlist;
        let plain = ListMembers::decode(body.as_bytes()).unwrap().userlist;
        let written: Vec<Value> = plain.iter().map(|member| serde_json::to_value(member).unwrap()).collect();
        let read: Vec<Value> =
            kept.text.replace("}{", "}\n{").lines().map(|row| row.parse().unwrap()).collect();
        assert_eq!(read, written);
        assert_eq!((kept.ends.len(), kept.damaged), (2, 1));
    }

    #[test]
    fn a_missing_or_broken_list_is_the_same_error_as_in_the_plain_call() {
        for body in ["{}", r#"{"userlist":null}"#, r#"{"userlist":[{}]}"#, r#"{"userlist":[{"userid":"a"}"#] {
            let plain = ListMembers::decode(body.as_bytes()).unwrap_err().to_string();
            let kept = AsText::<ListMembers>::decode(body.as_bytes()).err().unwrap().to_string();
            assert_eq!(kept, plain, "{body}");
        }
    }

    #[test]
    fn trap_50_a_row_with_few_fields_needs_little_memory() {
        let rows = vec![r#"{"userid":"a"}"#; 10_000].join(",");
        let body = format!(r#"{{"errcode":0,"userlist":[{rows}]}}"#);
        let kept = AsText::<ListMembers>::decode(body.as_bytes()).unwrap().userlist;
        let taken = kept.text.capacity() + kept.ends.capacity() * size_of::<usize>();
        assert!(taken <= 4 * body.len(), "{taken} for {}", body.len());
    }
}
