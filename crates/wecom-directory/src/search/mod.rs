//! Finding people: by userid, name, alias, position, the last digits of the mobile, or department; in Chinese, in pinyin (all readings),
//! by initials, or mixed.

mod text;

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
    thread,
};

use ib_matcher::matcher::{IbMatcher, PinyinMatchConfig};
use ib_matcher::pinyin::PinyinNotation;
use wecom_contacts::{CorpId, DepartmentId, UserId};

pub(crate) use self::text::text;
use self::text::{ALIAS, MOBILE, NAME, POSITION, READINGS, USERID, mask};
use crate::{
    Result,
    pull::paths,
    record::PersonId,
    store::{Store, existing_departments},
};

/// How many people are read from the store at once.
const PAGE: u32 = 50_000;
/// Below this number of people, one thread answers a query.
const ONE_THREAD: usize = 20_000;

/// The people of one corp, in memory: about 80 bytes each. It answers queries without the store.
#[derive(Debug)]
pub struct Searcher {
    people: Vec<Indexed>,
    text: String,
    departments: Vec<DepartmentId>,
    /// The path of each department that has a known one.
    paths: HashMap<DepartmentId, String>,
}

#[derive(Debug)]
struct Indexed {
    mask: u64,
    person: PersonId,
    text: Range<u32>,
    departments: Range<u32>,
}

/// A person who was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The person.
    pub person: PersonId,
    /// The account.
    pub userid: UserId,
    /// The name, empty if it is hidden.
    pub name: String,
    /// The position, empty if it is hidden.
    pub position: String,
    /// The departments: paths from the root, or `id 7` where a name is hidden.
    pub departments: Vec<String>,
    /// How well the query matches.
    pub rank: Rank,
}

/// How well a query matches a person, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// A field is the query.
    Exact,
    /// The name, the alias or the userid begins with the query.
    Prefix,
    /// The query is the initials of the name's beginning.
    Initials,
    /// The query is somewhere in a field.
    Substring,
    /// The query is the name of a department.
    Department,
}

impl Searcher {
    /// Reads the people of a corp.
    ///
    /// # Errors
    ///
    /// Fails if the store fails.
    pub async fn read(store: &dyn Store, corp: &CorpId) -> Result<Self> {
        let departments = existing_departments(store, corp).await?;
        let paths = paths(&departments).into_iter().filter_map(|(id, (path, _))| Some((id, path?))).collect();
        let mut searcher = Self { people: Vec::new(), text: String::new(), departments: Vec::new(), paths };
        let mut after = None;
        loop {
            let rows = store.search_rows(corp, after, PAGE).await?;
            let Some(last) = rows.last() else { return Ok(searcher) };
            after = Some(last.person);
            for row in rows {
                let text = offset(searcher.text.len())..offset(searcher.text.len() + row.search.text.len());
                searcher.text.push_str(&row.search.text);
                let start = offset(searcher.departments.len());
                searcher.departments.extend(row.departments);
                searcher.people.push(Indexed {
                    mask: row.search.mask.cast_unsigned(),
                    person: row.person,
                    text,
                    departments: start..offset(searcher.departments.len()),
                });
            }
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
        let words: Vec<_> = query.split_whitespace().map(|word| Word::new(word, &self.paths)).collect();
        if words.is_empty() {
            return (Vec::new(), 0);
        }
        let threads = if self.people.len() < ONE_THREAD {
            1
        } else {
            thread::available_parallelism().map_or(1, usize::from)
        };
        let share = self.people.len().div_ceil(threads).max(1);
        let (this, words) = (&self, &words);
        let mut found: Vec<(Rank, usize)> = thread::scope(|scope| {
            let search = |(part, people): (usize, &'_ [Indexed])| {
                let first = part * share;
                let rank = |(at, person): (usize, &Indexed)| Some((this.rank(person, words)?, first + at));
                people.iter().enumerate().filter_map(rank).collect::<Vec<_>>()
            };
            let mut parts = self.people.chunks(share).enumerate();
            let own = parts.next();
            let others: Vec<_> = parts.map(|part| scope.spawn(move || search(part))).collect();
            let mut found = own.map(search).unwrap_or_default();
            for other in others {
                found.extend(other.join().unwrap_or_default());
            }
            found
        });
        let all = found.len();
        found.sort_unstable();
        found.truncate(limit);
        (found.into_iter().map(|(rank, at)| self.hit(&self.people[at], rank)).collect(), all)
    }

    /// The worst rank of the words, or `None` if a word does not match.
    fn rank(&self, person: &Indexed, words: &[Word<'_>]) -> Option<Rank> {
        words
            .iter()
            .map(|word| self.rank_of(person, word))
            .try_fold(Rank::Exact, |worst, rank| rank.map(|rank| worst.max(rank)))
    }

    fn rank_of(&self, person: &Indexed, word: &Word<'_>) -> Option<Rank> {
        let by_field =
            if person.mask & word.mask == word.mask { word.rank(&self.fields(person)) } else { None };
        by_field.or_else(|| {
            let is_in =
                self.departments_of(person).iter().any(|department| word.departments.contains(department));
            is_in.then_some(Rank::Department)
        })
    }

    fn fields(&self, person: &Indexed) -> [&str; 5] {
        let text = &self.text[person.text.start as usize..person.text.end as usize];
        let mut fields = text.split('\t');
        [(); 5].map(|()| fields.next().unwrap_or_default())
    }

    fn departments_of(&self, person: &Indexed) -> &[DepartmentId] {
        &self.departments[person.departments.start as usize..person.departments.end as usize]
    }

    fn hit(&self, person: &Indexed, rank: Rank) -> Hit {
        let fields = self.fields(person);
        let path = |department: &DepartmentId| {
            self.paths.get(department).cloned().unwrap_or_else(|| format!("id {department}"))
        };
        Hit {
            person: person.person,
            userid: UserId::new(fields[USERID]),
            name: fields[NAME].to_owned(),
            position: fields[POSITION].to_owned(),
            departments: self.departments_of(person).iter().map(path).collect(),
            rank,
        }
    }
}

/// The texts of all people have fewer than 4 GiB.
fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
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

#[cfg(test)]
mod tests {
    use wecom_contacts::{Seen, members::Member};

    use super::*;

    fn searcher() -> Searcher {
        let mut searcher = Searcher {
            people: Vec::new(),
            text: String::new(),
            departments: Vec::new(),
            paths: HashMap::new(),
        };
        searcher.paths.insert(DepartmentId(2), "示例公司/华东".to_owned());
        searcher.paths.insert(DepartmentId(3), "示例公司/华南".to_owned());
        let people = [
            ("zw01", "张伟", "13800000001", 2),
            ("zhangwei2", "张薇", "13800000002", 3),
            ("shanxin", "单欣", "13800000003", 2),
            ("lvfang", "吕芳", "13800000014", 3),
            ("wangwei", "王伟", "13800000025", 2),
        ];
        for (person, (userid, name, mobile, department)) in (1..).zip(people) {
            let mut member = Member::default();
            member.userid = userid.into();
            member.name = Seen::Known(name.to_owned());
            member.mobile = Seen::Known(mobile.to_owned());
            let search = text(&member);
            let start = offset(searcher.text.len());
            searcher.text.push_str(&search.text);
            let at = offset(searcher.departments.len());
            searcher.departments.push(DepartmentId(department));
            searcher.people.push(Indexed {
                mask: search.mask.cast_unsigned(),
                person: PersonId(person),
                text: start..offset(searcher.text.len()),
                departments: at..at + 1,
            });
        }
        searcher
    }

    fn names(query: &str) -> Vec<String> {
        searcher().find(query, 10).0.into_iter().map(|hit| hit.name).collect()
    }

    #[test]
    fn people_are_found_as_people_type() {
        for (query, found) in [
            ("张伟", &["张伟"][..]),
            ("张w", &["张伟", "张薇"]),
            ("zhangw", &["张薇", "张伟"]),
            ("zw", &["张伟", "张薇"]),
            ("shan", &["单欣"]),
            ("dan", &["单欣"]),
            ("lvf", &["吕芳"]),
            ("luf", &["吕芳"]),
            ("lyuf", &["吕芳"]),
            ("0014", &["吕芳"]),
            ("ww", &["王伟"]),
            ("伟 华东", &["张伟", "王伟"]),
            ("张 huanan", &["张薇"]),
            ("ZHANGWEI2", &["张薇"]),
            ("nobody", &[]),
        ] {
            let mut names = names(query);
            let mut found = found.to_vec();
            names.sort();
            found.sort_unstable();
            assert_eq!(names, found, "{query}");
        }
    }

    #[test]
    fn better_matches_come_first() {
        let hits = searcher().find("zw", 10).0;
        assert_eq!(hits[0].userid, "zw01", "the userid begins with it");
        assert_eq!(hits[0].rank, Rank::Prefix);
        assert_eq!(hits[1].rank, Rank::Initials);
    }
}
