//! Which values a file has had, and in which lines: what the duplicate check and the way back from an answer's rows cost.

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
};

use crate::ids::Caseless;

/// The values of one column, each by a fingerprint of 64 bits and its line: 16 bytes a row.
///
/// They are only collected while the file is written and sorted at its end, which costs a third of a hash table's memory and no
/// walk through it for each row. Fingerprints are keyed anew in each process, so nobody can choose values that collide; among a
/// million values two different ones meet once in 37 million files.
#[derive(Clone, Default)]
pub(super) struct Seen(Vec<(u64, u32)>);

impl Seen {
    pub(super) fn push(&mut self, fingerprint: u64, line: u32) {
        self.0.push((fingerprint, line));
    }

    /// Sorts the values, and tells of each that came before: its line, and that of the first.
    pub(super) fn duplicates(&mut self, mut tell: impl FnMut(u32, u32)) {
        self.0.sort_unstable();
        let mut first = (0, 0);
        for (at, &(fingerprint, line)) in self.0.iter().enumerate() {
            if at > 0 && fingerprint == first.0 {
                tell(line, first.1);
            } else {
                first = (fingerprint, line);
            }
        }
    }

    /// Sorted by fingerprint, then by line, once [`duplicates`](Self::duplicates) has run.
    pub(super) fn as_slice(&self) -> &[(u64, u32)] {
        &self.0
    }

    pub(super) fn contains(&self, fingerprint: u64) -> bool {
        self.0.binary_search_by_key(&fingerprint, |(other, _)| *other).is_ok()
    }
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seen({} values)", self.0.len())
    }
}

/// Makes fingerprints of texts, whatever their case, blanks or country code.
#[derive(Clone, Debug, Default)]
pub(super) struct Fingerprints(RandomState);

impl Fingerprints {
    /// An account or a mail address, without case.
    pub(super) fn caseless(&self, text: &str) -> u64 {
        self.0.hash_one(Caseless(text))
    }

    /// A mobile number: blanks and `+86` do not count.
    pub(super) fn mobile(&self, text: &str) -> u64 {
        let mut hasher = self.0.build_hasher();
        let plain = match text.strip_prefix("+86") {
            Some(mainland) => mainland.trim_start_matches(['-', ' ']),
            None => text,
        };
        plain.split(' ').for_each(|piece| hasher.write(piece.as_bytes()));
        hasher.finish()
    }

    /// A name below a parent.
    pub(super) fn sibling(&self, parent: u32, name: &str) -> u64 {
        self.0.hash_one((parent, name))
    }
}

/// The lines of a file's rows, by what an answer calls them.
#[derive(Clone)]
pub(super) enum Lines {
    Members(Fingerprints, Seen),
    Departments(Seen),
}

impl Lines {
    /// The place of a row in the file's index, which [`line`](Self::line) turns into its line.
    ///
    /// A value that is there twice is found at its first place that is not `taken`.
    pub(super) fn place(&self, key: Key<'_>, taken: impl Fn(usize) -> bool) -> Option<usize> {
        let (fingerprint, seen) = match (self, key) {
            (Self::Members(fingerprints, seen), Key::Member(userid)) => (fingerprints.caseless(userid), seen),
            (Self::Departments(seen), Key::Department(id)) => (u64::from(id), seen),
            _ => return None,
        };
        let rows = seen.as_slice();
        let first = rows.partition_point(|(other, _)| *other < fingerprint);
        let same = rows[first..].iter().take_while(|(other, _)| *other == fingerprint).count();
        (first..first + same).find(|place| !taken(*place))
    }

    pub(super) fn line(&self, place: usize) -> u64 {
        self.rows()[place].1.into()
    }

    pub(super) fn rows(&self) -> &[(u64, u32)] {
        match self {
            Self::Members(_, seen) | Self::Departments(seen) => seen.as_slice(),
        }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lines({} rows)", self.rows().len())
    }
}

/// What a row of an answer is called.
#[derive(Clone, Copy)]
pub(super) enum Key<'a> {
    Member(&'a str),
    Department(u32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_comes_again_is_told_with_its_first_line() {
        let fingerprints = Fingerprints::default();
        let mut seen = Seen::default();
        for (line, mobile) in
            [(2, "13800000001"), (3, "13800000002"), (4, "+86 138 0000 0001"), (9, "+86-13800000001")]
        {
            seen.push(fingerprints.mobile(mobile), line);
        }
        let mut told = Vec::new();
        seen.duplicates(|line, first| told.push((line, first)));
        assert_eq!(told, [(4, 2), (9, 2)]);
        assert_ne!(fingerprints.mobile("+8513800000001"), fingerprints.mobile("13800000001"));
        assert_eq!(fingerprints.caseless("WangFang"), fingerprints.caseless("wangfang"));
    }

    #[test]
    fn a_row_is_found_by_what_an_answer_calls_it() {
        let fingerprints = Fingerprints::default();
        let mut seen = Seen::default();
        for (line, userid) in [(2, "a"), (3, "B"), (4, "b")] {
            seen.push(fingerprints.caseless(userid), line);
        }
        seen.duplicates(|_, _| {});
        let lines = Lines::Members(fingerprints, seen);
        let first = lines.place(Key::Member("b"), |_| false).unwrap();
        assert_eq!(lines.line(first), 3);
        let second = lines.place(Key::Member("b"), |place| place == first).unwrap();
        assert_eq!(lines.line(second), 4);
        assert!(lines.place(Key::Member("b"), |place| place == first || place == second).is_none());
        assert!(lines.place(Key::Member("c"), |_| false).is_none());
        assert!(lines.place(Key::Department(2), |_| false).is_none());
    }
}
