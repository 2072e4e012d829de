//! The different names, aliases and positions of a corp. Many people share them, and a query looks at each of them once.

use std::{
    collections::{HashMap, hash_map::Entry},
    thread,
};

use hashbrown::HashTable;
use ib_matcher::pinyin::PinyinNotation;
use xxhash_rust::xxh3::xxh3_64;

use super::{
    Rank,
    column::Column,
    query::Word,
    text::{READINGS, bits, plain},
};

/// Below this number of strings, one thread looks at them.
const ONE_THREAD: usize = 5_000;

/// Different strings, by their numbers. Number 0 is the empty string.
#[derive(Debug, Default)]
pub(super) struct Strings {
    texts: Column,
    filters: Vec<Filter>,
}

impl Strings {
    pub(super) fn get(&self, number: u32) -> &str {
        self.texts.get(number as usize)
    }

    /// Returns how well the word matches each string.
    pub(super) fn ranks(&self, word: &Word<'_>) -> Vec<Option<Rank>> {
        let count = self.filters.len();
        let threads = if count < ONE_THREAD { 1 } else { super::threads() };
        let share = count.div_ceil(threads).max(1);
        let mut ranks = vec![None; count];
        thread::scope(|scope| {
            for (part, ranks) in ranks.chunks_mut(share).enumerate() {
                let rank = move || {
                    for (number, rank) in (part * share..).zip(ranks) {
                        *rank = word.in_string(self.filters[number], self.texts.get(number));
                    }
                };
                if threads == 1 { rank() } else { drop(scope.spawn(rank)) }
            }
        });
        ranks
    }
}

/// Collects strings, and gives equal ones the same number.
pub(super) struct Collector {
    strings: Strings,
    numbers: HashTable<u32>,
    letters: Letters,
}

impl Collector {
    pub(super) fn new() -> Self {
        let mut collector =
            Self { strings: Strings::default(), numbers: HashTable::new(), letters: Letters::default() };
        collector.number("");
        collector
    }

    /// Returns the number of a string, which is added if it is new.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        let Self { strings: Strings { texts, filters }, numbers, letters } = self;
        let hash = xxh3_64(text.as_bytes());
        if let Some(number) = numbers.find(hash, |number| texts.get(*number as usize) == text) {
            return *number;
        }
        let number = u32::try_from(filters.len()).unwrap_or(u32::MAX);
        texts.push(text);
        filters.push(letters.filter(text));
        let rehash = |number: &u32| xxh3_64(texts.get(*number as usize).as_bytes());
        numbers.insert_unique(hash, number, rehash);
        number
    }

    pub(super) fn finish(self) -> Strings {
        self.strings
    }
}

/// What a string must have to match a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    /// The letters, one by one.
    letters: u64,
    /// Pairs of letters that can be typed one after the other, as hashes.
    pairs: u64,
}

impl Filter {
    /// The filter of a string that every word may match.
    const ANY: Self = Self { letters: u64::MAX, pairs: u64::MAX };

    /// The filter of a way to type a word, in lower case.
    pub(super) fn of_word(word: &str) -> Self {
        let mut filter = Self { letters: 0, pairs: 0 };
        let mut before = None;
        for one in word.chars() {
            let one = Some(one).filter(|one| !has_case(*one));
            filter.letters |= one.map_or(0, plain);
            filter.pairs |= before.zip(one).map_or(0, |(before, one)| pair(before, one));
            before = one;
        }
        filter
    }

    /// Whether a string with this filter may match a word with the other one.
    pub(super) const fn has(self, word: Self) -> bool {
        self.letters & word.letters == word.letters && self.pairs & word.pairs == word.pairs
    }
}

/// Whether the character may be equal to another one that is not the same. ASCII letters are compared in lower case.
fn has_case(one: char) -> bool {
    !one.is_ascii() && one.is_alphabetic() && !has_readings(one)
}

fn has_readings(one: char) -> bool {
    READINGS.get_pinyins_and_try_for_each(one, |_| Some(())).is_some()
}

fn pair(first: char, second: char) -> u64 {
    let both = u64::from(u32::from(first)) << 32 | u64::from(u32::from(second));
    1 << (both.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}

/// How characters are typed, so far as strings have shown them.
#[derive(Default)]
struct Letters {
    known: HashMap<char, Typed>,
}

/// How one character is typed.
struct Typed {
    /// Itself and the letters of its readings.
    letters: u64,
    /// The pairs inside its readings.
    pairs: u64,
    /// With which letters it may begin and end.
    starts: Vec<char>,
    ends: Vec<char>,
}

impl Letters {
    fn filter(&mut self, text: &str) -> Filter {
        let mut filter = Filter { letters: 0, pairs: 0 };
        for one in text.chars() {
            if has_case(one) {
                return Filter::ANY;
            }
            if let Entry::Vacant(entry) = self.known.entry(one) {
                entry.insert(Typed::new(one));
            }
        }
        let mut before: Option<&Typed> = None;
        for typed in text.chars().filter_map(|one| self.known.get(&one)) {
            filter.letters |= typed.letters;
            filter.pairs |= typed.pairs;
            for end in before.iter().flat_map(|before| &before.ends) {
                filter.pairs |= typed.starts.iter().fold(0, |pairs, start| pairs | pair(*end, *start));
            }
            before = Some(typed);
        }
        filter
    }
}

impl Typed {
    fn new(one: char) -> Self {
        let folded = one.to_ascii_lowercase();
        let mut typed = Self { letters: bits(one), pairs: 0, starts: vec![folded], ends: vec![folded] };
        READINGS.get_pinyins_and_for_each(one, |reading| {
            for notation in [PinyinNotation::Ascii, PinyinNotation::AsciiFirstLetter] {
                let Some(reading) = reading.notation(notation) else { continue };
                typed.starts.extend(reading.chars().next());
                typed.ends.extend(reading.chars().last());
                let inner = reading.chars().zip(reading.chars().skip(1));
                typed.pairs = inner.fold(typed.pairs, |pairs, (first, second)| pairs | pair(first, second));
            }
        });
        for letters in [&mut typed.starts, &mut typed.ends] {
            letters.sort_unstable();
            letters.dedup();
        }
        typed
    }
}
