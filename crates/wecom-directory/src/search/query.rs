//! A query: its words, and how well a person matches all of them.

use std::collections::{HashMap, HashSet};

use ib_matcher::{
    matcher::{IbMatcher, PinyinMatchConfig},
    pinyin::PinyinNotation,
};
use wecom_contacts::DepartmentId;

use super::{
    Rank,
    text::{ALIAS, MOBILE, NAME, POSITION, READINGS, USERID, mask},
};

/// The words of a query, each of which must match.
pub(super) struct Query<'a> {
    words: Vec<Word<'a>>,
}

impl Query<'_> {
    /// Words are separated by blanks. `paths` are the departments of the corp.
    pub(super) fn new(query: &str, paths: &HashMap<DepartmentId, String>) -> Self {
        Self { words: query.split_whitespace().map(|word| Word::new(word, paths)).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The bits that the filter of every match has. A word that may be a department's asks nothing of the person's own fields.
    pub(super) fn mask(&self) -> u64 {
        let of_fields = self.words.iter().filter(|word| word.departments.is_empty());
        of_fields.fold(0, |mask, word| mask | word.mask)
    }

    /// Returns the worst rank of the words, or `None` if a word does not match.
    pub(super) fn rank(&self, mask: u64, fields: &[&str; 5], departments: &[DepartmentId]) -> Option<Rank> {
        self.words
            .iter()
            .map(|word| word.rank_of(mask, fields, departments))
            .try_fold(Rank::Exact, |worst, rank| rank.map(|rank| worst.max(rank)))
    }
}

/// The fields in the text of a person.
pub(super) fn fields(text: &str) -> [&str; 5] {
    let mut fields = text.split('\t');
    [(); 5].map(|()| fields.next().unwrap_or_default())
}

/// A word of a query.
struct Word<'a> {
    word: String,
    mask: u64,
    /// Ways to type the word: 吕 is `lv` to the matcher, and `lu` and `lyu` to people.
    matchers: Vec<IbMatcher<'a>>,
    /// The departments whose paths have the word.
    departments: HashSet<DepartmentId>,
}

impl Word<'_> {
    fn new(word: &str, paths: &HashMap<DepartmentId, String>) -> Self {
        let word = word.to_lowercase();
        let mut spellings = vec![word.clone()];
        for (typed, reading) in [("lyu", "lv"), ("nyu", "nv"), ("lu", "lv"), ("nu", "nv")] {
            let other = word.replace(typed, reading);
            if !spellings.contains(&other) {
                spellings.push(other);
            }
        }
        let matcher = |spelling: &String| {
            let notations = PinyinNotation::Ascii | PinyinNotation::AsciiFirstLetter;
            let pinyin = PinyinMatchConfig::builder(notations).data(&READINGS).build();
            IbMatcher::builder(spelling.as_str()).is_pattern_partial(true).pinyin(pinyin).build()
        };
        let matchers: Vec<_> = spellings.iter().map(matcher).collect();
        let has_word = |path: &String| matchers.iter().any(|matcher| matcher.is_match(path.as_str()));
        let departments = paths.iter().filter(|(_, path)| has_word(path)).map(|(id, _)| *id).collect();
        Self { mask: mask(&word), word, matchers, departments }
    }

    fn rank_of(&self, mask: u64, fields: &[&str; 5], departments: &[DepartmentId]) -> Option<Rank> {
        let by_field = if mask & self.mask == self.mask { self.rank(fields) } else { None };
        by_field.or_else(|| {
            let is_in = departments.iter().any(|department| self.departments.contains(department));
            is_in.then_some(Rank::Department)
        })
    }

    fn rank(&self, fields: &[&str; 5]) -> Option<Rank> {
        let names = [fields[USERID], fields[NAME], fields[ALIAS]];
        if names.iter().chain([&fields[MOBILE]]).any(|field| field.to_lowercase() == self.word) {
            return Some(Rank::Exact);
        }
        let is_number = self.word.len() >= 3 && self.word.bytes().all(|byte| byte.is_ascii_digit());
        if is_number && fields[MOBILE].ends_with(&self.word) {
            return Some(Rank::Prefix);
        }
        let in_names = names.iter().filter_map(|name| self.in_text(name)).min();
        in_names.or_else(|| self.in_text(fields[POSITION]).map(|_| Rank::Substring))
    }

    fn in_text(&self, text: &str) -> Option<Rank> {
        let found = self.matchers.iter().filter_map(|matcher| {
            let found = matcher.find(text)?;
            let matched = &text[found.range()];
            let is_initials = !matched.is_ascii()
                && matched.chars().count() == self.word.chars().count()
                && self.word.is_ascii();
            Some(match (found.start(), is_initials && self.word.len() > 1) {
                (0, false) => Rank::Prefix,
                (0, true) => Rank::Initials,
                _ => Rank::Substring,
            })
        });
        found.min()
    }
}
