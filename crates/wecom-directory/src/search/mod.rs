//! Finding people: by userid, name, alias, position, the last digits of the mobile, or department; in Chinese, in pinyin (all readings),
//! by initials, or mixed.

mod query;
mod text;

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
    ops::Range,
    thread,
};

use wecom_contacts::{CorpId, DepartmentId, UserId};

pub(crate) use self::text::text;
use self::{
    query::{Query, fields},
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
        let paths = department_paths(store, corp).await?;
        let mut searcher = Self { people: Vec::new(), text: String::new(), departments: Vec::new(), paths };
        let mut after = None;
        loop {
            let rows = store.search_rows(corp, 0, after, PAGE).await?;
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
        let query = Query::new(query, &self.paths);
        if query.is_empty() {
            return (Vec::new(), 0);
        }
        let threads = if self.people.len() < ONE_THREAD {
            1
        } else {
            thread::available_parallelism().map_or(1, usize::from)
        };
        let share = self.people.len().div_ceil(threads).max(1);
        let (this, query) = (&self, &query);
        let mut found: Vec<(Rank, usize)> = thread::scope(|scope| {
            let search = |(part, people): (usize, &'_ [Indexed])| {
                let first = part * share;
                let rank = |(at, person): (usize, &Indexed)| Some((this.rank(person, query)?, first + at));
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

    fn rank(&self, person: &Indexed, query: &Query<'_>) -> Option<Rank> {
        query.rank(person.mask, &fields(self.text_of(person)), self.departments_of(person))
    }

    fn text_of(&self, person: &Indexed) -> &str {
        &self.text[person.text.start as usize..person.text.end as usize]
    }

    fn departments_of(&self, person: &Indexed) -> &[DepartmentId] {
        &self.departments[person.departments.start as usize..person.departments.end as usize]
    }

    fn hit(&self, person: &Indexed, rank: Rank) -> Hit {
        hit(person.person, self.text_of(person), self.departments_of(person), &self.paths, rank)
    }
}

fn hit(
    person: PersonId,
    text: &str,
    departments: &[DepartmentId],
    paths: &HashMap<DepartmentId, String>,
    rank: Rank,
) -> Hit {
    let fields = fields(text);
    let path = |department: &DepartmentId| {
        paths.get(department).cloned().unwrap_or_else(|| format!("id {department}"))
    };
    Hit {
        person,
        userid: UserId::new(fields[USERID]),
        name: fields[NAME].to_owned(),
        position: fields[POSITION].to_owned(),
        departments: departments.iter().map(path).collect(),
        rank,
    }
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
    if Query::new(query, &paths).is_empty() {
        return Ok((Vec::new(), 0));
    }
    let mask = Query::new(query, &paths).mask().cast_signed();
    loop {
        let rows = store.search_rows(corp, mask, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.person);
        let query = Query::new(query, &paths);
        for row in rows {
            let mask = row.search.mask.cast_unsigned();
            let Some(rank) = query.rank(mask, &fields(&row.search.text), &row.departments) else { continue };
            all += 1;
            // The worst is on top.
            best.push(Found { rank, row });
            if best.len() > limit {
                best.pop();
            }
        }
    }
    let found = best.into_sorted_vec().into_iter();
    let hit = |Found { rank, row }: Found| hit(row.person, &row.search.text, &row.departments, &paths, rank);
    Ok((found.map(hit).collect(), all))
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
async fn department_paths(store: &dyn Store, corp: &CorpId) -> Result<HashMap<DepartmentId, String>> {
    let departments = existing_departments(store, corp).await?;
    Ok(paths(&departments).into_iter().filter_map(|(id, (path, _))| Some((id, path?))).collect())
}

/// The texts of all people have fewer than 4 GiB.
fn offset(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
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
