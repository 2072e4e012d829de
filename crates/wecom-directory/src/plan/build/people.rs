//! The people of a roster: rows with the same key are one person.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use hashbrown::HashTable;
use wecom_contacts::members::MemberField;
use xxhash_rust::xxh3::xxh3_64;

use crate::{
    plan::{Finding, FindingKind},
    record::PersonId,
    roster::{Cell, Column, Place, Roster},
};

/// The column that identifies a person, and how its values are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The name in the policy.
    pub(super) name: String,
    pub(super) column: Column,
}

impl Key {
    /// Reads the key of a policy: a member's field, or the name of an extended attribute.
    pub(super) fn new(name: &str) -> Self {
        let column = match MemberField::from_name(name) {
            Some(field @ (MemberField::Userid | MemberField::Mobile | MemberField::Email)) => {
                Column::Field(field)
            }
            _ => Column::Attribute(name.to_owned()),
        };
        Self { name: name.to_owned(), column }
    }

    /// The form in which two values of the key are compared.
    pub(crate) fn compared<'v>(&self, value: &'v str) -> Cow<'v, str> {
        match &self.column {
            Column::Field(field) => compared(*field, value),
            _ => value.trim().into(),
        }
    }
}

/// The form in which two values of a field are compared.
pub(crate) fn compared(field: MemberField, value: &str) -> Cow<'_, str> {
    let value = value.trim();
    match field {
        MemberField::Userid | MemberField::Email if value.bytes().any(|byte| byte.is_ascii_uppercase()) => {
            value.to_ascii_lowercase().into()
        }
        MemberField::Mobile => {
            let is_kept = |char: char| char.is_ascii_digit() || char == '+';
            let digits: Cow<'_, str> = if value.chars().all(is_kept) {
                value.into()
            } else {
                value.chars().filter(|char| is_kept(*char)).collect()
            };
            match digits.strip_prefix("+86") {
                Some(mainland) if mainland.len() == 11 => mainland.to_owned().into(),
                _ => digits,
            }
        }
        _ => value.into(),
    }
}

/// A person of a roster.
#[derive(Debug)]
pub(super) struct Person {
    /// The first row, whose first department is the main one.
    pub(super) row: u32,
    /// The member whom the rows match.
    pub(super) matched: Option<PersonId>,
    /// Whether a finding excludes the person from the plan.
    pub(super) is_excluded: bool,
}

/// The people of a roster.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) list: Vec<Person>,
    /// The people by the hashes of their keys, which are in the rows.
    by_key: HashTable<u32>,
    /// The rows of a person after the first.
    more: HashMap<u32, Vec<u32>>,
    /// Rows whose key cannot be read.
    pub(super) without_key: Vec<Place>,
}

impl People {
    /// Groups the rows by their key. Rows of one person must agree on all cells except departments.
    pub(super) fn group(roster: &Roster, key: &Key, findings: &mut Vec<Finding>) -> Self {
        let mut people = Self::default();
        let mut disagree = BTreeSet::new();
        for row in 0..roster.len() {
            let Cell::Value(value) = roster.cell(row, &key.column) else {
                // A row without a key belongs to no person.
                people.without_key.push(roster.place(row));
                continue;
            };
            let number = u32::try_from(row).unwrap_or(u32::MAX);
            let value = key.compared(value);
            if let Some(person) = people.with_key(roster, key, &value) {
                people.more.entry(person).or_default().push(number);
                if !agree(roster, people.list[person as usize].row as usize, row) {
                    disagree.insert(person);
                }
                continue;
            }
            let person = u32::try_from(people.list.len()).unwrap_or(u32::MAX);
            people.list.push(Person { row: number, matched: None, is_excluded: false });
            let Self { by_key, list, .. } = &mut people;
            by_key.insert_unique(hash(&value), person, |person| {
                key_of(roster, key, &list[*person as usize]).map_or(0, |value| hash(&value))
            });
        }
        for person in disagree {
            people.list[person as usize].is_excluded = true;
            findings.push(
                Finding::new(FindingKind::RowsDisagree)
                    .at(people.rows(person).map(|row| roster.place(row)))
                    .field(key.name.clone()),
            );
        }
        for place in &people.without_key {
            findings.push(Finding::new(FindingKind::NoKey).at([*place]).field(key.name.clone()));
        }
        people
    }

    /// The person whose rows have this key, in the form in which keys are compared.
    pub(super) fn with_key(&self, roster: &Roster, key: &Key, value: &str) -> Option<u32> {
        let is_it = |person: &u32| {
            key_of(roster, key, &self.list[*person as usize]).is_some_and(|known| *known == *value)
        };
        self.by_key.find(hash(value), is_it).copied()
    }

    /// The rows of a person, the first one first.
    pub(super) fn rows(&self, person: u32) -> impl Iterator<Item = usize> + '_ {
        let more = self.more.get(&person).into_iter().flatten();
        std::iter::once(&self.list[person as usize].row).chain(more).map(|row| *row as usize)
    }

    /// Where a person's rows are.
    pub(super) fn places(&self, roster: &Roster, person: u32) -> Vec<Place> {
        self.rows(person).map(|row| roster.place(row)).collect()
    }
}

/// The key in the first row of a person, in the form in which keys are compared.
fn key_of<'r>(roster: &'r Roster, key: &Key, person: &Person) -> Option<Cow<'r, str>> {
    Some(key.compared(roster.cell(person.row as usize, &key.column).value()?))
}

fn hash(key: &str) -> u64 {
    xxh3_64(key.as_bytes())
}

/// Whether two rows of one key agree: all cells are equal, except those that say where the person works.
fn agree(roster: &Roster, one: usize, other: usize) -> bool {
    roster.rows_are_equal(one, other)
        || roster.columns().iter().all(|column| {
            let differs_by_row = matches!(
                column,
                Column::Departments | Column::DepartmentIds | Column::LeaderFlags | Column::LeaderOf
            );
            let (one, other) = (roster.cell(one, column), roster.cell(other, column));
            differs_by_row
                || one == other
                || matches!((column, one, other), (Column::Field(field), Cell::Value(one), Cell::Value(other))
                    if compared(*field, one) == compared(*field, other))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(rows: &[(&str, &str, &str)]) -> Roster {
        let mut roster = Roster::new([
            Column::Field(MemberField::Userid),
            Column::Field(MemberField::Name),
            Column::Departments,
        ]);
        for (line, (userid, name, department)) in (2..).zip(rows) {
            roster.push(Place { file: 0, line }, |row| {
                row.text(userid);
                row.text(name);
                row.list([*department]);
            });
        }
        roster
    }

    #[test]
    fn rows_of_one_person_are_united_and_rows_that_differ_are_a_finding() {
        let roster = roster(&[
            ("a", "甲", "一"),
            ("b", "乙", "一"),
            ("A", "甲", "二"),
            ("B", "丙", "一"),
            ("", "丁", "一"),
        ]);
        let mut findings = Vec::new();
        let people = People::group(&roster, &Key::new("userid"), &mut findings);
        let kinds: Vec<_> = findings.iter().map(|finding| (finding.kind, finding.places[0].line)).collect();
        assert_eq!(kinds, [(FindingKind::RowsDisagree, 3), (FindingKind::NoKey, 6)]);
        assert_eq!(people.rows(0).collect::<Vec<_>>(), [0, 2]);
        assert!(!people.list[0].is_excluded && people.list[1].is_excluded);
    }

    #[test]
    fn mobiles_and_addresses_are_compared_as_wecom_compares_them() {
        assert_eq!(compared(MemberField::Mobile, "+86 138-0000-0000"), "13800000000");
        assert_eq!(compared(MemberField::Mobile, "+852 6000 0000"), "+85260000000");
        assert_eq!(compared(MemberField::Email, "Zhang@Example.com "), "zhang@example.com");
        assert_eq!(Key::new("工号").column, Column::Attribute("工号".to_owned()));
    }
}
