//! Finding people: by userid, name, alias, position, the last digits of the mobile, or department; in Chinese, in pinyin (all readings),
//! by initials, or mixed.

mod column;
mod departments;
mod query;
mod searcher;
mod strings;
mod text;

use std::{cmp::Ordering, collections::BinaryHeap, thread};

use wecom_contacts::{CorpId, UserId};

pub use self::searcher::Searcher;
pub(crate) use self::text::text;
use self::{
    departments::Paths,
    query::{fields, words},
    text::{NAME, POSITION, USERID},
};
use crate::{
    Result,
    pull::paths,
    record::PersonId,
    store::{SearchRow, Store, existing_departments},
};

/// How many people are read from the store at once.
const PAGE: u32 = 20_000;

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

/// Finds people without holding them in memory, as [`Searcher::find`] does: the store leaves out most of those who cannot match.
///
/// One query costs less than reading a [`Searcher`]; a program that answers many keeps one.
///
/// # Errors
///
/// Fails if the store fails.
pub async fn find(store: &dyn Store, corp: &CorpId, query: &str, limit: usize) -> Result<(Vec<Hit>, usize)> {
    let paths = department_paths(store, corp).await?;
    let (mut best, mut all, mut after) = (BinaryHeap::new(), 0, None);
    let with: Vec<_> = words(query).iter().map(|word| paths.with(word)).collect();
    if with.is_empty() {
        return Ok((Vec::new(), 0));
    }
    // A word that may be a department's asks nothing of the person's own fields.
    let of_fields = words(query).into_iter().zip(&with).filter(|(_, with)| with.is_empty());
    let mask = of_fields.fold(0, |mask, (word, _)| mask | word.mask()).cast_signed();
    loop {
        let rows = store.search_rows(corp, mask, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.person);
        let words = words(query);
        for row in rows {
            let (mask, fields) = (row.search.mask.cast_unsigned(), fields(&row.search.text));
            let mut ranks = words
                .iter()
                .zip(&with)
                .map(|(word, with)| word.rank_of(mask, &fields, &row.departments, with));
            let worst = ranks.try_fold(Rank::Exact, |worst, rank| Some(worst.max(rank?)));
            let Some(rank) = worst else { continue };
            all += 1;
            // The worst is on top.
            best.push(Found { rank, row });
            if best.len() > limit {
                best.pop();
            }
        }
    }
    let found = best.into_sorted_vec().into_iter();
    Ok((found.map(|Found { rank, row }| hit(&row, &paths, rank)).collect(), all))
}

fn hit(row: &SearchRow, paths: &Paths, rank: Rank) -> Hit {
    let fields = fields(&row.search.text);
    Hit {
        person: row.person,
        userid: UserId::new(fields[USERID]),
        name: fields[NAME].to_owned(),
        position: fields[POSITION].to_owned(),
        departments: row.departments.iter().map(|id| paths.called(*id)).collect(),
        rank,
    }
}

/// A match, ordered by its rank and then by the number of the person.
struct Found {
    rank: Rank,
    row: SearchRow,
}

impl Found {
    fn place(&self) -> (Rank, PersonId) {
        (self.rank, self.row.person)
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Found {}

/// The path of each department that has a known one.
async fn department_paths(store: &dyn Store, corp: &CorpId) -> Result<Paths> {
    let departments = existing_departments(store, corp).await?;
    Ok(Paths::new(paths(&departments).into_iter().filter_map(|(id, (path, _))| Some((id, path?))).collect()))
}

/// How many threads answer a query in memory.
fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use wecom_contacts::{DepartmentId, Seen, members::Member};

    use super::{searcher::Reading, *};

    fn paths() -> Paths {
        Paths::new(HashMap::from([
            (DepartmentId(2), "示例公司/华东".to_owned()),
            (DepartmentId(3), "示例公司/华南".to_owned()),
        ]))
    }

    fn row(person: i64, [userid, name, mobile]: [&str; 3], department: u32) -> SearchRow {
        let mut member = Member::default();
        member.userid = userid.into();
        member.name = Seen::Known(name.to_owned());
        member.mobile = Seen::Known(mobile.to_owned());
        SearchRow {
            person: PersonId(person),
            search: text(&member),
            departments: vec![DepartmentId(department)],
        }
    }

    fn searcher() -> Searcher {
        let mut reading = Reading::new(paths());
        let people = [
            ("zw01", "张伟", "13800000001", 2),
            ("zhangwei2", "张薇", "13800000002", 3),
            ("shanxin", "单欣", "13800000003", 2),
            ("lvfang", "吕芳", "13800000014", 3),
            ("wangwei", "王伟", "13800000025", 2),
        ];
        for (person, (userid, name, mobile, department)) in (1..).zip(people) {
            reading.add(&row(person, [userid, name, mobile], department));
        }
        reading.finish()
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

    proptest! {
        /// The index in memory answers as the comparison of each person with the query does.
        #[test]
        fn the_index_finds_all_people_who_match(
            people in prop::collection::vec(
                ("[a-cZ张É]{1,3}", "[张单吕重曾行Éé]{0,3}", "[张吕lvé ]{0,3}", "[13+]{0,4}", 2_u32..5),
                1..40,
            ),
            query in "[a-cglnuvyz张单吕重东ÉΣ1 /]{1,4}|zhang?|cheng|ln?[uv]|lyu|[13]{3}|.{1,2}",
        ) {
            let mut reading = Reading::new(paths());
            let mut rows = Vec::new();
            for (person, (userid, name, alias, mobile, department)) in (1..).zip(&people) {
                let mut member = Member::default();
                member.userid = userid.as_str().into();
                member.name = Seen::Known(name.clone());
                member.alias = Seen::Known(alias.clone());
                member.mobile = Seen::Known(mobile.clone());
                let departments = vec![DepartmentId(*department)];
                rows.push(SearchRow { person: PersonId(person), search: text(&member), departments });
            }
            rows.iter().for_each(|row| reading.add(row));
            let (words, paths) = (words(&query), paths());
            let rank = |row: &SearchRow| {
                let of = |word: &query::Word<'_>| {
                    word.rank_of(u64::MAX, &fields(&row.search.text), &row.departments, &paths.with(word))
                };
                words.iter().map(of).try_fold(Rank::Exact, |worst, rank| Some(worst.max(rank?)))
            };
            let mut expected: Vec<_> = rows.iter().filter_map(|row| Some((rank(row)?, row.person))).collect();
            expected.sort();
            if words.is_empty() {
                expected.clear();
            }
            let (hits, all) = reading.finish().find(&query, 10);
            prop_assert_eq!(all, expected.len());
            expected.truncate(10);
            let hits: Vec<_> = hits.into_iter().map(|hit| (hit.rank, hit.person)).collect();
            prop_assert_eq!(hits, expected);
        }
    }
}
