//! A query: its words, and how well texts and people match them.

use std::collections::HashSet;

use ib_matcher::{
    matcher::{IbMatcher, PinyinMatchConfig},
    pinyin::PinyinNotation,
};
use memchr::memmem::Finder;
use wecom_contacts::DepartmentId;

use super::{
    Rank,
    strings::Filter,
    text::{ALIAS, MOBILE, NAME, POSITION, READINGS, USERID, mask},
};

/// Returns the words of a query. They are separated by blanks, and each of them must match.
pub(super) fn words(query: &str) -> Vec<Word<'_>> {
    query.split_whitespace().map(Word::new).collect()
}

/// The fields in the text of a person.
pub(super) fn fields(text: &str) -> [&str; 5] {
    let mut fields = text.split('\t');
    [(); 5].map(|()| fields.next().unwrap_or_default())
}

/// A word of a query.
pub(super) struct Word<'a> {
    word: String,
    mask: u64,
    spellings: Vec<Spelling<'a>>,
}

/// A way to type a word: 吕 is `lv` to the matcher, and `lu` and `lyu` to people.
struct Spelling<'a> {
    filter: Filter,
    matcher: IbMatcher<'a>,
    finder: Finder<'static>,
}

impl Word<'_> {
    fn new(word: &str) -> Self {
        let word = word.to_lowercase();
        let mut spellings = vec![word.clone()];
        for (typed, reading) in [("lyu", "lv"), ("nyu", "nv"), ("lu", "lv"), ("nu", "nv")] {
            let other = word.replace(typed, reading);
            if !spellings.contains(&other) {
                spellings.push(other);
            }
        }
        let spelling = |spelling: &String| {
            let notations = PinyinNotation::Ascii | PinyinNotation::AsciiFirstLetter;
            let pinyin = PinyinMatchConfig::builder(notations).data(&READINGS).build();
            Spelling {
                filter: Filter::of_word(spelling),
                matcher: IbMatcher::builder(spelling.as_str())
                    .is_pattern_partial(true)
                    .pinyin(pinyin)
                    .build(),
                finder: Finder::new(spelling).into_owned(),
            }
        };
        Self { mask: mask(&word), spellings: spellings.iter().map(spelling).collect(), word }
    }

    /// The bits that the filter of every person has whose fields match.
    pub(super) const fn mask(&self) -> u64 {
        self.mask
    }

    /// Whether the word has the character that separates the names in a path.
    pub(super) fn has_separator(&self) -> bool {
        self.word.contains('/')
    }

    /// Whether the word is somewhere in a text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.spellings.iter().any(|spelling| spelling.matcher.is_match(text))
    }

    /// Returns how well a person's fields match, or else the departments. `with` are the departments whose paths have the word.
    pub(super) fn rank_of(
        &self,
        mask: u64,
        fields: &[&str; 5],
        departments: &[DepartmentId],
        with: &HashSet<DepartmentId>,
    ) -> Option<Rank> {
        let by_field = if mask & self.mask == self.mask { self.rank(fields) } else { None };
        by_field.or_else(|| {
            let is_in = departments.iter().any(|department| with.contains(department));
            is_in.then_some(Rank::Department)
        })
    }

    fn rank(&self, fields: &[&str; 5]) -> Option<Rank> {
        let names = [fields[USERID], fields[NAME], fields[ALIAS]];
        let in_names = names.iter().filter_map(|name| self.in_text(name)).min();
        let best = best(in_names, self.in_mobile(fields[MOBILE]));
        best.or_else(|| self.is_in(fields[POSITION]).then_some(Rank::Substring))
    }

    /// Returns how well a name matches that has this filter.
    pub(super) fn in_string(&self, filter: Filter, text: &str) -> Option<Rank> {
        let may_match = self.spellings.iter().any(|spelling| filter.has(spelling.filter));
        if may_match { self.in_text(text) } else { None }
    }

    /// Returns how well a mobile matches: by its last digits, at least three.
    pub(super) fn in_mobile(&self, mobile: &str) -> Option<Rank> {
        if mobile.eq_ignore_ascii_case(&self.word) {
            return Some(Rank::Exact);
        }
        (self.is_number() && mobile.ends_with(&self.word)).then_some(Rank::Prefix)
    }

    /// Whether the word may be a mobile or its last digits.
    pub(super) fn may_be_mobile(&self) -> bool {
        self.word.bytes().any(|byte| byte.is_ascii_digit())
    }

    fn is_number(&self) -> bool {
        self.word.len() >= 3 && self.word.bytes().all(|byte| byte.is_ascii_digit())
    }

    fn in_text(&self, text: &str) -> Option<Rank> {
        if self.is_all_of(text) {
            return Some(Rank::Exact);
        }
        let found = self.spellings.iter().filter_map(|spelling| {
            let found = spelling.matcher.find(text)?;
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

    fn is_all_of(&self, text: &str) -> bool {
        if text.is_ascii() { text.eq_ignore_ascii_case(&self.word) } else { text.to_lowercase() == self.word }
    }

    /// Finds the word in ASCII texts in lower case, which `ends` separates. Each text that has the word is given to `found`, with its
    /// rank, once for each spelling.
    pub(super) fn in_texts(&self, texts: &[u8], ends: &[usize], mut found: impl FnMut(usize, Rank)) {
        for Spelling { finder, .. } in &self.spellings {
            let (mut at, mut from) = (0, 0);
            while let Some(place) = finder.find(&texts[from..]).map(|place| from + place) {
                while ends[at] <= place {
                    at += 1;
                }
                let start = at.checked_sub(1).map_or(0, |before| ends[before]);
                let text = &texts[start..ends[at] - 1];
                found(
                    at,
                    match place == start {
                        true if text == self.word.as_bytes() => Rank::Exact,
                        true => Rank::Prefix,
                        false => Rank::Substring,
                    },
                );
                from = ends[at];
            }
        }
    }
}

/// The better one of two ranks.
pub(super) fn best(one: Option<Rank>, other: Option<Rank>) -> Option<Rank> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
