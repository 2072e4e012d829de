//! WeCom's ids. Each kind has its own type.

use std::{
    borrow::{Borrow, Cow},
    cmp::Ordering,
    convert::Infallible,
    fmt,
    hash::{Hash, Hasher},
    num::ParseIntError,
    str::FromStr,
};

use serde::{Deserialize, Serialize};

/// Implements a text id, without its comparison.
macro_rules! text_id {
    ($($(#[$attribute:meta])* $name:ident;)*) => {$(
        $(#[$attribute])*
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Creates an id from the unchanged text. The server checks its form.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// Returns the unchanged id, which is also its form on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Returns whether the id is unusable: it is empty, or contains U+FFFD or a control character. Such ids come
            /// from damaged replies or export files, whose rows are kept.
            pub fn is_damaged(&self) -> bool {
                // Nearly all ids consist of plain ASCII. An export checks the id of every row, so this case is fast.
                if !self.0.is_empty() && self.0.bytes().all(|byte| matches!(byte, 0x20..0x7f)) {
                    return false;
                }
                self.0.is_empty() || self.0.contains(|character: char| character == '\u{fffd}' || character.is_control())
            }

            /// Returns the inner text.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(text: &str) -> Result<Self, Infallible> {
                Ok(Self(text.to_owned()))
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&String> for $name {
            fn from(text: &String) -> Self {
                Self(text.clone())
            }
        }

        impl From<Box<str>> for $name {
            fn from(text: Box<str>) -> Self {
                Self(text.into())
            }
        }

        impl From<Cow<'_, str>> for $name {
            fn from(text: Cow<'_, str>) -> Self {
                Self(text.into_owned())
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                id.clone()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self == *text
            }
        }
    )*};
}

/// Implements text ids that compare by bytes. A map with such keys supports look-ups by `&str`.
macro_rules! exact_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        text_id! {
            $(#[$doc])*
            #[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
            $name;
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }
    )*};
}

/// Implements text ids that compare by a key derived from their text. They do not implement `Borrow<str>`, because `str`
/// compares and hashes its bytes.
macro_rules! keyed_id {
    ($($(#[$doc:meta])* $name:ident by $key:path;)*) => {$(
        text_id! {
            $(#[$doc])*
            $name;
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                $key(&self.0) == $key(&other.0)
            }
        }

        impl Eq for $name {}

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                $key(&self.0).cmp(&$key(&other.0))
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                $key(&self.0).hash(state);
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                $key(&self.0) == $key(text)
            }
        }
    )*};
}

/// A text that compares, orders and hashes ASCII letters without case, and without copying the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caseless<'a>(pub(crate) &'a str);

impl PartialEq for Caseless<'_> {
    fn eq(&self, other: &Self) -> bool {
        // Most ids have the same case as their stored form.
        self.0 == other.0 || self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for Caseless<'_> {}

impl PartialOrd for Caseless<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Caseless<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (one, other) = (self.0.bytes(), other.0.bytes());
        one.map(|byte| byte.to_ascii_lowercase()).cmp(other.map(|byte| byte.to_ascii_lowercase()))
    }
}

impl Hash for Caseless<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Most userids fit into one block.
        let mut lower = [0; 64];
        for piece in self.0.as_bytes().chunks(lower.len()) {
            let lower = &mut lower[..piece.len()];
            lower.copy_from_slice(piece);
            lower.make_ascii_lowercase();
            state.write(lower);
        }
        // The same end marker as in the hash of `str`, so that no text is a prefix of another.
        state.write_u8(0xff);
    }
}

/// Splits a linked id into the exact corp and the caseless account. A text without a slash compares exactly.
fn linked_key(text: &str) -> (&str, Option<Caseless<'_>>) {
    match text.split_once('/') {
        Some((corp, account)) => (corp, Some(Caseless(account))),
        None => (text, None),
    }
}

macro_rules! number_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<u32> for $name {
            fn from(number: u32) -> Self {
                Self(number)
            }
        }

        impl From<&$name> for $name {
            fn from(id: &$name) -> Self {
                *id
            }
        }

        impl From<$name> for u32 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl PartialEq<u32> for $name {
            fn eq(&self, number: &u32) -> bool {
                self.0 == *number
            }
        }
    )*};
}

exact_id! {
    /// A corp's id (企业ID, `corpid`), such as `ww1234567890abcdef`.
    CorpId;
    /// A member's WeChat OpenID (`openid`), as used by corp payments.
    OpenId;
    /// A member's id for third-party apps (`open_userid`, at most 64 bytes).
    OpenUserId;
    /// An asynchronous job (异步任务, `jobid`, at most 64 bytes).
    JobId;
    /// An uploaded temporary medium (临时素材, `media_id`), valid for three days.
    MediaId;
    /// A department of a linked corp (互联企业): `LINKEDID/DEPARTMENTID`.
    LinkedDepartmentId;
    /// A customer (外部联系人, `external_userid`). Each corp has a different id for the same customer.
    ExternalUserId;
    /// A chain of upstream and downstream corps (上下游, `chain_id`).
    ChainId;
    /// A corp that was invited to a chain, but has not joined yet (`pending_corpid`).
    PendingCorpId;
}

keyed_id! {
    /// A member's account (成员账号, `userid`): 1–64 bytes, unique in the corp.
    ///
    /// WeCom ignores the case of accounts (不区分大小写), and so do `==`, the order and the hash: `ZhangSan` and
    /// `zhangsan` are the same key of a map. The type therefore does not implement `Borrow<str>`; look up an account with
    /// a `UserId`. [`as_str`](Self::as_str), `Display` and requests keep the case of the text.
    ///
    /// Official: [创建成员](https://developer.work.weixin.qq.com/document/path/90195)
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use wecom_contacts::UserId;
    ///
    /// let desks = HashMap::from([(UserId::new("ZhangSan"), 12)]);
    /// assert_eq!(desks.get(&UserId::new("zhangsan")), Some(&12));
    /// assert_eq!(UserId::new("ZhangSan").to_string(), "ZhangSan");
    /// ```
    UserId by Caseless;
    /// A member of a linked corp (互联企业): `CORPID/USERID`.
    ///
    /// The comparison of the account ignores case, like [`UserId`]. The comparison of the corp before the first slash is
    /// exact, like [`CorpId`].
    ///
    /// Official: [获取互联企业成员详细信息](https://developer.work.weixin.qq.com/document/path/93171)
    LinkedUserId by linked_key;
}

number_id! {
    /// A department (部门, `id`, 32-bit). The root has id 1.
    DepartmentId;
    /// A tag of the contacts (标签, `tagid`). Customer tags are different.
    TagId;
    /// An app (应用, `agentid`).
    AgentId;
    /// A group of corps in a chain (上下游分组, `groupid`). The root has id 1.
    ChainGroupId;
    /// A rule of a chain (对接规则, `rule_id`), which defines the visibility between its corps.
    ChainRuleId;
}

impl LinkedUserId {
    /// Joins the corp and the account.
    pub fn of(corp: impl AsRef<str>, userid: impl AsRef<str>) -> Self {
        Self(format!("{}/{}", corp.as_ref(), userid.as_ref()))
    }

    /// Returns the corp and the account, split at the first slash, or `None` without a slash.
    pub fn split(&self) -> Option<(&str, &str)> {
        self.0.split_once('/')
    }
}

impl LinkedDepartmentId {
    /// Joins the link's id and the department's id.
    pub fn of(link: impl AsRef<str>, department: impl AsRef<str>) -> Self {
        Self(format!("{}/{}", link.as_ref(), department.as_ref()))
    }

    /// Returns the link's id and the department's id, split at the first slash, or `None` without a slash.
    pub fn split(&self) -> Option<(&str, &str)> {
        self.0.split_once('/')
    }
}

impl DepartmentId {
    /// The root department (根部门). Every corp has it.
    pub const ROOT: Self = Self(1);
}

#[cfg(test)]
mod tests {
    use std::{
        collections::{BTreeSet, HashMap, HashSet},
        hash::{BuildHasher, RandomState},
    };

    use proptest::prelude::*;

    use super::*;

    /// Generates texts with slashes and non-ASCII characters. Many pairs are equal except for their case.
    fn texts() -> impl Strategy<Value = String> {
        prop_oneof!["[abAB/]{0,4}", "[a-zA-Z0-9._@/-]{0,70}", "[éÉßſKkK/]{0,3}"]
    }

    fn hashes<T: Hash>(one: &T, other: &T) -> (u64, u64) {
        let hasher = RandomState::new();
        (hasher.hash_one(one), hasher.hash_one(other))
    }

    /// Checks that equality, order and hash agree, and that equality is the equality of the folded texts.
    fn agree<T: Ord + Hash + for<'a> From<&'a str> + PartialEq<str>>(
        one: &str,
        other: &str,
        fold: fn(&str) -> String,
    ) {
        let (left, right) = (T::from(one), T::from(other));
        assert_eq!(left == right, fold(one) == fold(other), "{one:?} {other:?}");
        assert_eq!(left == *other, left == right, "{one:?} {other:?}");
        assert_eq!(left.cmp(&right) == Ordering::Equal, left == right, "{one:?} {other:?}");
        assert_eq!(left.cmp(&right), right.cmp(&left).reverse(), "{one:?} {other:?}");
        let (one_hash, other_hash) = hashes(&left, &right);
        assert_eq!(one_hash == other_hash, left == right, "{one:?} {other:?}");
    }

    fn fold_account(text: &str) -> String {
        match text.split_once('/') {
            Some((corp, account)) => format!("{corp}/{}", account.to_ascii_lowercase()),
            None => text.to_owned(),
        }
    }

    proptest! {
        #[test]
        fn equality_order_and_hash_of_an_id_agree(one in texts(), other in texts()) {
            let swapped: String = one.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect();
            for other in [&other, &one, &swapped] {
                agree::<UserId>(&one, other, str::to_ascii_lowercase);
                agree::<LinkedUserId>(&one, other, fold_account);
                agree::<ExternalUserId>(&one, other, str::to_owned);
            }
        }

        #[test]
        fn userids_are_ordered_as_their_lower_case_texts(one in texts(), other in texts()) {
            let order = one.to_ascii_lowercase().cmp(&other.to_ascii_lowercase());
            prop_assert_eq!(UserId::new(one).cmp(&UserId::new(other)), order);
        }

        #[test]
        fn an_id_keeps_the_text_that_it_was_given(text in texts()) {
            let id: UserId = text.parse().unwrap();
            prop_assert_eq!(id.as_str(), &text);
            prop_assert_eq!(serde_json::to_value(&id).unwrap(), serde_json::json!(text));
            prop_assert_eq!(String::from(id), text);
        }
    }

    #[test]
    fn a_map_finds_a_member_whatever_the_case() {
        let members = HashMap::from([(UserId::new("ZhangSan"), 1), (UserId::new("lisi"), 2)]);
        assert_eq!(members.get(&UserId::new("zhangsan")), Some(&1));
        assert_eq!(members.get(&UserId::new("LISI")), Some(&2));
        assert_eq!(members.get(&UserId::new("wangwu")), None);
        let distinct = BTreeSet::from(["b", "A", "a", "B"].map(UserId::new));
        assert_eq!(distinct.into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn letters_beyond_ascii_are_not_folded() {
        assert_ne!(UserId::new("É"), "é");
        // U+212A KELVIN SIGN. Its lower case is an ASCII letter.
        assert_ne!(UserId::new("\u{212a}"), "k");
    }

    #[test]
    fn the_corp_of_a_linked_member_compares_exactly() {
        assert_eq!(LinkedUserId::of("ww1", "WangFang"), "ww1/wangfang");
        assert_ne!(LinkedUserId::of("ww1", "wangfang"), "WW1/wangfang");
        assert_ne!(LinkedUserId::new("ww1/"), "ww1");
    }

    #[test]
    fn ids_that_compare_exactly_are_found_by_their_text() {
        let customers = HashSet::from([ExternalUserId::new("wmAbC")]);
        assert!(customers.contains("wmAbC"));
        assert!(!customers.contains("wmabc"));
    }

    #[test]
    fn an_id_is_made_from_every_kind_of_text() {
        let owned = "lisi".to_owned();
        let ids: [UserId; 7] = [
            "lisi".into(),
            (&owned).into(),
            owned.clone().into(),
            owned.clone().into_boxed_str().into(),
            Cow::Borrowed("lisi").into(),
            owned.parse().unwrap(),
            (&UserId::new("lisi")).into(),
        ];
        assert!(ids.iter().all(|id| id.as_str() == "lisi"));
        let numbers: [DepartmentId; 3] = [7.into(), "7".parse().unwrap(), (&DepartmentId(7)).into()];
        assert!(numbers.iter().all(|id| u32::from(*id) == 7));
    }
}
