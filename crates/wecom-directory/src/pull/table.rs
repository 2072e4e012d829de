//! The members of a corp while a pull runs: what the mirror knows, and what each reading has shown. About 70 bytes for each member.

use hashbrown::HashTable;
use wecom_contacts::DepartmentId;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    record::{RowHashes, Source},
    store::{KnownRow, MemberKey},
};

/// The place of a member in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Index(u32);

/// All members that the mirror has or a reading has shown.
#[derive(Default)]
pub(super) struct MemberTable {
    by_key: HashTable<u32>,
    entries: Vec<Entry>,
    /// The userids, one after the other, as the newest reading spells them.
    text: String,
    /// The departments of the last complete reading of ids, by member.
    pairs: Vec<(Index, DepartmentId)>,
}

/// One member.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    start: u32,
    length: u8,
    /// Whether the mirror has the member.
    pub(super) is_known: bool,
    /// Whether the mirror had the member as present when the pull began.
    pub(super) was_present: bool,
    /// The hashes that the mirror has.
    hashes: PackedHashes,
    /// The last reading of the ids that had the member, from 1.
    pub(super) last_id_reading: u8,
    /// Whether a reading of details had the member, for each source.
    pub(super) detailed: [bool; 2],
    /// Whether the member is in the writer, changed by this pull.
    pub(super) is_written: bool,
}

/// Hashes in half of the space. 0 is a hash that is not known; a row whose hash is 0 is read again by each pull.
#[derive(Clone, Copy, Debug, Default)]
struct PackedHashes {
    details: [u64; 2],
    departments: u64,
}

impl Entry {
    pub(super) fn set_hashes(&mut self, RowHashes { details, departments }: RowHashes) {
        let packed = |hash: Option<u64>| hash.unwrap_or_default();
        self.hashes = PackedHashes { details: details.map(packed), departments: packed(departments) };
    }

    /// The hash of the details that this source has shown.
    pub(super) fn details_hash(&self, source: Source) -> Option<u64> {
        Some(self.hashes.details[source.index()]).filter(|hash| *hash != 0)
    }

    /// The hash of the departments in the reading of ids.
    pub(super) fn departments_hash(&self) -> Option<u64> {
        Some(self.hashes.departments).filter(|hash| *hash != 0)
    }
}

impl MemberTable {
    /// The number of members.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds what the mirror knows.
    pub(super) fn add_known(&mut self, row: &KnownRow) {
        let index = self.insert(row.key.as_str());
        let entry = self.entry_mut(index);
        entry.is_known = true;
        entry.was_present = row.is_present;
        entry.set_hashes(row.hashes);
    }

    /// Returns the place of a userid, which is compared without case, and adds it if it is new.
    pub(super) fn insert(&mut self, userid: &str) -> Index {
        let hash = hash(userid);
        if let Some(index) =
            self.by_key.find(hash, |index| self.userid(Index(*index)).eq_ignore_ascii_case(userid))
        {
            return Index(*index);
        }
        let index = u32::try_from(self.entries.len()).expect("a corp has fewer than 2^32 members");
        // A userid has 64 bytes at most. A longer one is another server's and is still kept whole up to 255.
        let userid = &userid[..userid.floor_char_boundary(usize::from(u8::MAX))];
        let start = u32::try_from(self.text.len()).expect("userids of a corp have fewer than 2^32 bytes");
        self.text.push_str(userid);
        self.entries.push(Entry {
            start,
            length: u8::try_from(userid.len()).unwrap_or(u8::MAX),
            is_known: false,
            was_present: false,
            hashes: PackedHashes::default(),
            last_id_reading: 0,
            detailed: [false; 2],
            is_written: false,
        });
        let Self { by_key, entries, text, .. } = self;
        by_key.insert_unique(hash, index, |index| {
            let entry = &entries[*index as usize];
            self::hash(&text[entry.start as usize..][..usize::from(entry.length)])
        });
        Index(index)
    }

    pub(super) fn find(&self, userid: &str) -> Option<Index> {
        let same = |index: &u32| self.userid(Index(*index)).eq_ignore_ascii_case(userid);
        self.by_key.find(hash(userid), same).map(|index| Index(*index))
    }

    pub(super) fn userid(&self, index: Index) -> &str {
        let entry = &self.entries[index.0 as usize];
        &self.text[entry.start as usize..][..usize::from(entry.length)]
    }

    pub(super) fn key(&self, index: Index) -> MemberKey {
        self.userid(index).into()
    }

    pub(super) fn entry(&self, index: Index) -> &Entry {
        &self.entries[index.0 as usize]
    }

    pub(super) fn entry_mut(&mut self, index: Index) -> &mut Entry {
        &mut self.entries[index.0 as usize]
    }

    /// Iterates over all members.
    pub(super) fn indexes(&self) -> impl Iterator<Item = Index> + use<> {
        (0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).map(Index)
    }

    /// Replaces the departments by those of a complete reading of ids, given in any order. Returns those of the reading before.
    pub(super) fn set_pairs(&mut self, mut pairs: Vec<(Index, DepartmentId)>) -> Vec<(Index, DepartmentId)> {
        pairs.sort_unstable();
        pairs.dedup();
        pairs.shrink_to_fit();
        std::mem::replace(&mut self.pairs, pairs)
    }

    /// The departments of all members in the last complete reading of ids, in order.
    pub(super) fn pairs(&self) -> &[(Index, DepartmentId)] {
        &self.pairs
    }

    /// Forgets which members this source has shown: its reading is repeated.
    pub(super) fn forget_details(&mut self, source: Source) {
        for entry in &mut self.entries {
            entry.detailed[source.index()] = false;
        }
    }

    /// The departments of a member in the last complete reading of ids, ascending.
    pub(super) fn departments(&self, index: Index) -> impl ExactSizeIterator<Item = DepartmentId> + Clone {
        let start = self.pairs.partition_point(|pair| pair.0 < index);
        let end = self.pairs[start..].partition_point(|pair| pair.0 == index) + start;
        self.pairs[start..end].iter().map(|pair| pair.1)
    }

    /// The departments in which a member is, each once.
    pub(super) fn departments_with_members(&self) -> Vec<DepartmentId> {
        let mut departments: Vec<_> = self.pairs.iter().map(|pair| pair.1).collect();
        departments.sort_unstable();
        departments.dedup();
        departments
    }
}

/// The hash of a list of departments, to find out whether it changed.
pub(super) fn departments_hash(departments: impl Iterator<Item = DepartmentId>) -> u64 {
    let bytes: Vec<u8> = departments.flat_map(|department| department.0.to_le_bytes()).collect();
    xxh3_64(&bytes)
}

fn hash(userid: &str) -> u64 {
    xxh3_64(userid.to_ascii_lowercase().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_userid_has_one_entry_whatever_its_case() {
        let mut table = MemberTable::default();
        let zhang = table.insert("ZhangSan");
        assert_eq!(table.insert("zhangsan"), zhang);
        assert_eq!(table.find("ZHANGSAN"), Some(zhang));
        assert_eq!(table.find("lisi"), None);
        assert_eq!(table.userid(zhang), "ZhangSan");
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn departments_are_found_by_member() {
        let mut table = MemberTable::default();
        let members: Vec<_> = ["a", "b", "c"].iter().map(|userid| table.insert(userid)).collect();
        let pair = |member: usize, department: u32| (members[member], DepartmentId(department));
        table.set_pairs(vec![pair(2, 7), pair(0, 3), pair(2, 5), pair(2, 7)]);
        let departments =
            |member: usize| table.departments(members[member]).map(|id| id.0).collect::<Vec<_>>();
        assert_eq!(departments(0), [3]);
        assert_eq!(departments(1), [0_u32; 0]);
        assert_eq!(departments(2), [5, 7]);
        assert_eq!(table.departments_with_members(), [3, 5, 7].map(DepartmentId));
    }
}
