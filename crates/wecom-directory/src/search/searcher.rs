//! The people of one corp in memory.

use std::{collections::BinaryHeap, ops::Range, panic::resume_unwind, thread};

use hashbrown::HashMap;
use wecom_contacts::{CorpId, DepartmentId, UserId};

use super::{
    Hit, Rank,
    column::Column,
    departments::Paths,
    query::{Word, best, fields, words},
    strings::{Collector, Strings},
    text::{ALIAS, MOBILE, NAME, POSITION, USERID},
};
use crate::{
    Result,
    record::PersonId,
    store::{SearchRow, Store},
};

/// How many people are read from the store at once.
const PAGE: u32 = 20_000;
/// How many people are searched at once.
const BLOCK: usize = 4_096;

/// The people of one corp, in memory: about 80 bytes each. It answers queries without the store.
#[derive(Debug)]
pub struct Searcher {
    people: Vec<Indexed>,
    userids: Column,
    mobiles: Column,
    strings: Strings,
    /// People whose userids are not ASCII, with the numbers of these userids among the strings.
    other_userids: Vec<(usize, u32)>,
    /// The departments of each person, as places in `department_ids`.
    departments: Vec<u32>,
    department_ids: Vec<DepartmentId>,
    paths: Paths,
}

#[derive(Debug)]
struct Indexed {
    person: PersonId,
    /// Numbers of strings.
    name: u32,
    alias: u32,
    position: u32,
    departments: Range<u32>,
}

/// How well the parts of the corp match one word.
struct Matched<'a> {
    word: &'a Word<'a>,
    strings: Vec<Option<Rank>>,
    /// Whether the path of a department has the word; empty if none has.
    departments: Vec<bool>,
}

impl Searcher {
    /// Reads the people of a corp.
    ///
    /// # Errors
    ///
    /// Fails if the store fails.
    pub async fn read(store: &dyn Store, corp: &CorpId) -> Result<Self> {
        let mut reading = Reading::new(super::department_paths(store, corp).await?);
        let mut after = None;
        loop {
            let rows = store.search_rows(corp, 0, after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(reading.finish()) };
            after = Some(last.person);
            rows.iter().for_each(|row| reading.add(row));
        }
    }

    /// The number of people.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether the corp has no people.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Returns the best matches, at most `limit`, and the number of all. Words are separated by blanks, and each of them must match:
    /// a field of the person, or the path of one of the person's departments.
    pub fn find(&self, query: &str, limit: usize) -> (Vec<Hit>, usize) {
        let words = words(query);
        if words.is_empty() {
            return (Vec::new(), 0);
        }
        let matched: Vec<_> = words.iter().map(|word| self.matched(word)).collect();
        let threads = if self.people.len() < 2 * BLOCK { 1 } else { super::threads() };
        let share = self.people.len().div_ceil(threads).max(1);
        let matched = matched.as_slice();
        let (mut found, mut all) = (BinaryHeap::new(), 0);
        thread::scope(|scope| {
            let parts = (0..self.people.len()).step_by(share);
            let search =
                |start: usize| self.search(matched, start..self.people.len().min(start + share), limit);
            let others: Vec<_> =
                parts.clone().skip(1).map(|start| scope.spawn(move || search(start))).collect();
            let own = parts.take(1).map(search);
            let others =
                others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            for (part, count) in own.chain(others) {
                all += count;
                found.extend(part);
            }
        });
        let best = found.into_sorted_vec().into_iter().take(limit);
        (best.map(|(rank, at)| self.hit(at, rank)).collect(), all)
    }

    fn matched<'a>(&self, word: &'a Word<'a>) -> Matched<'a> {
        let with = self.paths.with(word);
        let departments = if with.is_empty() {
            Vec::new()
        } else {
            self.department_ids.iter().map(|id| with.contains(id)).collect()
        };
        Matched { word, strings: self.strings.ranks(word), departments }
    }

    /// Searches some of the people. Returns the best matches and the number of all.
    fn search(
        &self,
        words: &[Matched<'_>],
        people: Range<usize>,
        limit: usize,
    ) -> (BinaryHeap<(Rank, usize)>, usize) {
        let (mut found, mut all) = (BinaryHeap::new(), 0);
        let mut texts = Vec::new();
        let mut ends = Vec::new();
        let mut ranks = Vec::new();
        let mut worst = Vec::new();
        for start in people.clone().step_by(BLOCK) {
            let block = start..people.end.min(start + BLOCK);
            texts.clear();
            texts.extend(self.userids.bytes(block.clone()).iter().map(u8::to_ascii_lowercase));
            ends.clear();
            ends.extend(block.clone().map(|at| self.userids.start(at + 1) - self.userids.start(start)));
            worst.clear();
            worst.resize(block.len(), Some(Rank::Exact));
            for word in words {
                self.rank(word, block.clone(), (&texts, &ends), &mut ranks);
                for (worst, rank) in worst.iter_mut().zip(&ranks) {
                    *worst = worst.zip(*rank).map(|(worst, rank)| worst.max(rank));
                }
            }
            for (at, rank) in block.zip(&worst) {
                let Some(rank) = *rank else { continue };
                all += 1;
                // The worst is on top.
                if found.len() < limit {
                    found.push((rank, at));
                } else if let Some(mut last) = found.peek_mut()
                    && (rank, at) < *last
                {
                    *last = (rank, at);
                }
            }
        }
        (found, all)
    }

    /// Finds how well each person of a block matches a word. `userids` are the texts of the block in lower case, and their ends.
    fn rank(
        &self,
        Matched { word, strings, departments }: &Matched<'_>,
        block: Range<usize>,
        userids: (&[u8], &[usize]),
        ranks: &mut Vec<Option<Rank>>,
    ) {
        ranks.clear();
        ranks.extend(self.people[block.clone()].iter().map(|person| {
            let names = best(strings[person.name as usize], strings[person.alias as usize]);
            best(names, strings[person.position as usize].map(|_| Rank::Substring))
        }));
        word.in_texts(userids.0, userids.1, |at, rank| ranks[at] = best(ranks[at], Some(rank)));
        let first = self.other_userids.partition_point(|(at, _)| *at < block.start);
        for (at, userid) in self.other_userids[first..].iter().take_while(|(at, _)| *at < block.end) {
            let rank = &mut ranks[at - block.start];
            *rank = best(*rank, strings[*userid as usize]);
        }
        if word.may_be_mobile() {
            for (rank, at) in ranks.iter_mut().zip(block.clone()) {
                *rank = best(*rank, word.in_mobile(self.mobiles.get(at)));
            }
        }
        if departments.is_empty() {
            return;
        }
        for (rank, person) in ranks.iter_mut().zip(&self.people[block]).filter(|(rank, _)| rank.is_none()) {
            if self.departments_of(person).iter().any(|department| departments[*department as usize]) {
                *rank = Some(Rank::Department);
            }
        }
    }

    fn departments_of(&self, person: &Indexed) -> &[u32] {
        &self.departments[person.departments.start as usize..person.departments.end as usize]
    }

    fn hit(&self, at: usize, rank: Rank) -> Hit {
        let person = &self.people[at];
        let departments = self.departments_of(person).iter();
        Hit {
            person: person.person,
            userid: UserId::new(self.userids.get(at)),
            name: self.strings.get(person.name).to_owned(),
            position: self.strings.get(person.position).to_owned(),
            departments: departments.map(|at| self.paths.called(self.department_ids[*at as usize])).collect(),
            rank,
        }
    }
}

/// A searcher while its people are read.
pub(super) struct Reading {
    searcher: Searcher,
    strings: Collector,
    departments: HashMap<DepartmentId, u32>,
}

impl Reading {
    pub(super) fn new(paths: Paths) -> Self {
        let searcher = Searcher {
            people: Vec::new(),
            userids: Column::default(),
            mobiles: Column::default(),
            strings: Strings::default(),
            other_userids: Vec::new(),
            departments: Vec::new(),
            department_ids: Vec::new(),
            paths,
        };
        Self { searcher, strings: Collector::new(), departments: HashMap::new() }
    }

    pub(super) fn add(&mut self, row: &SearchRow) {
        let Self { searcher, strings, departments } = self;
        let fields = fields(&row.search.text);
        let start = offset(searcher.departments.len());
        searcher.departments.extend(row.departments.iter().map(|id| {
            *departments.entry(*id).or_insert_with(|| {
                searcher.department_ids.push(*id);
                offset(searcher.department_ids.len() - 1)
            })
        }));
        if !fields[USERID].is_ascii() {
            searcher.other_userids.push((searcher.people.len(), strings.number(fields[USERID])));
        }
        searcher.userids.push(fields[USERID]);
        searcher.mobiles.push(fields[MOBILE]);
        searcher.people.push(Indexed {
            person: row.person,
            name: strings.number(fields[NAME]),
            alias: strings.number(fields[ALIAS]),
            position: strings.number(fields[POSITION]),
            departments: start..offset(searcher.departments.len()),
        });
    }

    pub(super) fn finish(self) -> Searcher {
        Searcher { strings: self.strings.finish(), ..self.searcher }
    }
}

fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
