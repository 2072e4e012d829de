//! An index from values to lines of a file. It finds duplicates, and the line of a row in a reply.

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
};

use crate::ids::Caseless;

/// The values of one column. Each has a 64-bit fingerprint and its line: 16 bytes a row.
///
/// The index is collected while the file is written, and sorted at its end. This needs a third of a hash table's memory
/// and no look-up for each row. Fingerprints use a random key for each process, so that a file cannot be crafted to
/// contain colliding values. Among a million values, two different ones collide in one of 37 million files.
#[derive(Clone, Default)]
pub(super) struct RowKeys(Vec<(u64, u32)>);

impl RowKeys {
    pub(super) fn push(&mut self, fingerprint: u64, line: u32) {
        self.0.push((fingerprint, line));
    }

    /// Sorts the values. Returns the line of each duplicate, with the line of its first occurrence.
    pub(super) fn duplicates(&mut self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.0.sort_unstable();
        let mut first = None;
        self.0.iter().filter_map(move |&(fingerprint, line)| match first {
            Some((same, first_line)) if same == fingerprint => Some((line, first_line)),
            _ => {
                first = Some((fingerprint, line));
                None
            }
        })
    }

    /// Returns the index. It is sorted by fingerprint and line after a call of [`duplicates`](Self::duplicates).
    pub(super) fn as_slice(&self) -> &[(u64, u32)] {
        &self.0
    }

    pub(super) fn contains(&self, fingerprint: u64) -> bool {
        self.0.binary_search_by_key(&fingerprint, |(other, _)| *other).is_ok()
    }
}

impl fmt::Debug for RowKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowKeys({} values)", self.0.len())
    }
}

/// Computes fingerprints of texts. They ignore case, blanks or the country code, depending on the method.
#[derive(Clone, Debug, Default)]
pub(super) struct Fingerprints(RandomState);

impl Fingerprints {
    /// The fingerprint of an account or a mail address. Ignores case.
    pub(super) fn caseless(&self, text: &str) -> u64 {
        self.0.hash_one(Caseless(text))
    }

    /// The fingerprint of a mobile number. Ignores blanks and `+86`.
    pub(super) fn mobile(&self, text: &str) -> u64 {
        let mut hasher = self.0.build_hasher();
        let plain = match text.strip_prefix("+86") {
            Some(mainland) => mainland.trim_start_matches(['-', ' ']),
            None => text,
        };
        plain.split(' ').for_each(|piece| hasher.write(piece.as_bytes()));
        hasher.finish()
    }

    /// The fingerprint of a name below a parent.
    pub(super) fn sibling(&self, parent: u32, name: &str) -> u64 {
        self.0.hash_one((parent, name))
    }
}

/// The lines of a file's rows, by the key that replies use.
#[derive(Clone)]
pub(super) enum Lines {
    Members(Fingerprints, RowKeys),
    Departments(RowKeys),
}

impl Lines {
    /// Returns the index of a row, which [`line`](Self::line) converts into its line.
    ///
    /// Of several rows with the same key, the first one that is not `taken` is returned.
    pub(super) fn place(&self, key: Key<'_>, taken: impl Fn(usize) -> bool) -> Option<usize> {
        let (fingerprint, keys) = match (self, key) {
            (Self::Members(fingerprints, keys), Key::Member(userid)) => (fingerprints.caseless(userid), keys),
            (Self::Departments(keys), Key::Department(id)) => (u64::from(id), keys),
            _ => return None,
        };
        let rows = keys.as_slice();
        let first = rows.partition_point(|(other, _)| *other < fingerprint);
        let same = rows[first..].iter().take_while(|(other, _)| *other == fingerprint).count();
        (first..first + same).find(|place| !taken(*place))
    }

    pub(super) fn line(&self, place: usize) -> u64 {
        self.rows()[place].1.into()
    }

    pub(super) fn rows(&self) -> &[(u64, u32)] {
        match self {
            Self::Members(_, keys) | Self::Departments(keys) => keys.as_slice(),
        }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lines({} rows)", self.rows().len())
    }
}

/// The key of a row in a reply.
#[derive(Clone, Copy)]
pub(super) enum Key<'a> {
    Member(&'a str),
    Department(u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_comes_again_is_found_with_its_first_line() {
        let fingerprints = Fingerprints::default();
        let mut keys = RowKeys::default();
        for (line, mobile) in
            [(2, "13800000001"), (3, "13800000002"), (4, "+86 138 0000 0001"), (9, "+86-13800000001")]
        {
            keys.push(fingerprints.mobile(mobile), line);
        }
        assert_eq!(keys.duplicates().collect::<Vec<_>>(), [(4, 2), (9, 2)]);
        assert_ne!(fingerprints.mobile("+8513800000001"), fingerprints.mobile("13800000001"));
        assert_eq!(fingerprints.caseless("WangFang"), fingerprints.caseless("wangfang"));
    }

    #[test]
    fn a_row_is_found_by_what_an_answer_calls_it() {
        let fingerprints = Fingerprints::default();
        let mut keys = RowKeys::default();
        for (line, userid) in [(2, "a"), (3, "B"), (4, "b")] {
            keys.push(fingerprints.caseless(userid), line);
        }
        assert_eq!(keys.duplicates().collect::<Vec<_>>(), [(4, 3)]);
        let lines = Lines::Members(fingerprints, keys);
        let first = lines.place(Key::Member("b"), |_| false).unwrap();
        assert_eq!(lines.line(first), 3);
        let second = lines.place(Key::Member("b"), |place| place == first).unwrap();
        assert_eq!(lines.line(second), 4);
        assert!(lines.place(Key::Member("b"), |place| place == first || place == second).is_none());
        assert!(lines.place(Key::Member("c"), |_| false).is_none());
        assert!(lines.place(Key::Department(2), |_| false).is_none());
    }
}
