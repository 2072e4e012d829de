//! A map and a set whose keys are compared without ASCII case, as WeCom compares userids and mail addresses.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

/// A map by userid or mail address.
#[derive(Clone, Debug)]
pub(crate) struct CaselessMap<V>(HashMap<Box<str>, V>);

/// A set of userids. Iteration returns them in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct CaselessSet(HashSet<Box<str>>);

/// Returns the stored form of a key. A key in lower case needs no allocation.
fn folded(key: &str) -> Cow<'_, str> {
    if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
        key.to_ascii_lowercase().into()
    } else {
        key.into()
    }
}

impl<V> Default for CaselessMap<V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<V> CaselessMap<V> {
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self(HashMap::with_capacity(count))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&V> {
        self.0.get(&*folded(key))
    }

    pub(crate) fn insert(&mut self, key: &str, value: V) -> Option<V> {
        self.0.insert(folded(key).into(), value)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        self.0.remove(&*folded(key))
    }
}

impl CaselessSet {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.0.contains(&*folded(key))
    }

    /// Adds a key. Returns `false` if the set already contains it.
    pub(crate) fn insert(&mut self, key: &str) -> bool {
        self.0.insert(folded(key).into())
    }

    /// Removes a key. Returns `false` if the set does not contain it.
    pub(crate) fn remove(&mut self, key: &str) -> bool {
        self.0.remove(&*folded(key))
    }

    /// Returns the sorted keys that the other set does not contain.
    pub(crate) fn without(&self, other: &Self) -> Vec<Box<str>> {
        let mut keys: Vec<_> = self.0.difference(&other.0).cloned().collect();
        keys.sort_unstable();
        keys
    }
}

impl<'k> FromIterator<&'k str> for CaselessSet {
    fn from_iter<I: IntoIterator<Item = &'k str>>(keys: I) -> Self {
        Self(keys.into_iter().map(|key| folded(key).into()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_finds_a_key_in_every_spelling() {
        let mut map = CaselessMap::default();
        assert_eq!(map.insert("ZhangSan", 1), None);
        assert_eq!(map.insert("zhangSAN", 2), Some(1));
        assert_eq!((map.len(), map.get("zhangsan"), map.get("ZHANGSAN")), (1, Some(&2), Some(&2)));
        assert_eq!(map.get("zhang.san"), None);
        assert_eq!(map.remove("ZHANGSAN"), Some(2));
        assert_eq!(map.len(), 0);
    }

    #[test]
    fn a_set_holds_each_key_once_and_compares_with_another() {
        let mut set: CaselessSet = ["LiSi", "lisi", "Zhangsan"].into_iter().collect();
        assert_eq!((set.len(), set.contains("LISI"), set.insert("zhangSan")), (2, true, false));
        let other: CaselessSet = ["ZHANGSAN", "wangwu"].into_iter().collect();
        assert_eq!(set.without(&other), ["lisi".into()]);
        assert_eq!(other.without(&set), ["wangwu".into()]);
        assert!(set.remove("LISI") && !set.remove("lisi") && set.remove("zhangsan") && set.is_empty());
    }

    #[test]
    fn only_ascii_letters_are_folded() {
        let set: CaselessSet = ["\u{c4}b@x.cn"].into_iter().collect();
        assert!(set.contains("\u{c4}B@X.cn") && !set.contains("\u{e4}b@x.cn"));
    }
}
