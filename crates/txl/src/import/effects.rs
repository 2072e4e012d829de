//! The effects of a file on the corp: creations, deletions, lost departments, cleared fields, and departments that WeCom adds.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt::Display,
};

use serde::Serialize;
use wecom_contacts::{
    DepartmentId, UserId,
    imports::{EmptyCell, ImportDepartment, ImportMember, MemberColumn},
};
use wecom_sheets::{Column, Meaning, Table};

use super::{
    ImportKind,
    check::Import,
    consent::Consent,
    corp::{Corp, Details},
};
use crate::{
    failure::{Failure, Result},
    messages::{Message, import::effects as messages},
    output::say,
};

/// The maximum number of entries in a printed list. JSON has all entries.
const SHOWN: usize = 20;
/// The minimum number of members for the check of the accounts. In a smaller corp a new team looks like a wrong column.
const SMALL_CORP: usize = 10;
/// If more than this percentage of the rows clear a field, the import needs confirmation.
const CLEARED_PERCENT: u64 = 5;

/// The effects of a file on the corp.
#[derive(Debug, Default, Serialize)]
pub(super) struct Effects {
    /// Rows whose member or department is new to the corp.
    pub(super) create: Vec<Entry>,
    /// The number of rows whose member or department exists in the corp.
    pub(super) existing: u64,
    /// Members or departments of the corp that are missing from a file that replaces all.
    pub(super) delete: Vec<Entry>,
    /// Members that are in departments which their row leaves out.
    pub(super) lose_departments: Vec<Loss>,
    /// Departments in the rows that are new to the corp.
    pub(super) unknown_departments: Vec<DepartmentId>,
    /// The number of rows of existing members that clear a field, by heading.
    #[serde(skip)]
    pub(super) cleared: Vec<(String, u64)>,
    /// One department of each member whose row clears a field.
    #[serde(skip)]
    pub(super) cleared_in: BTreeSet<DepartmentId>,
}

/// A member or a department.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Entry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) userid: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<DepartmentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
}

/// A member who would lose departments.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Loss {
    #[serde(flatten)]
    pub(super) member: Entry,
    /// The departments that the row leaves out.
    pub(super) departments: Vec<DepartmentId>,
}

/// Effects that flags of the command allow.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Choices {
    pub(super) exact_departments: bool,
    pub(super) new_members: bool,
    /// The number of members that may be deleted.
    pub(super) removed: Option<u64>,
}

impl Entry {
    pub(super) fn of_member(line: Option<u64>, userid: &UserId, name: &str) -> Self {
        Self { line, userid: Some(userid.clone()), id: None, name: some(name) }
    }

    pub(super) fn of_department(line: Option<u64>, id: DepartmentId, name: &str) -> Self {
        Self { line, userid: None, id: Some(id), name: some(name) }
    }

    /// Returns the entry as text, for example `line 4: 王芳 (wangfang)`.
    pub(super) fn words(&self) -> Message {
        let id = match (&self.userid, self.id) {
            (Some(userid), _) => userid.to_string(),
            (None, Some(id)) => id.to_string(),
            (None, None) => String::new(),
        };
        messages::row(self.line, self.name.as_deref(), id)
    }
}

/// Headings of columns that the remedies mention.
#[derive(Clone, Debug)]
pub(super) struct Headings {
    pub(super) account: String,
    pub(super) departments: String,
}

impl Headings {
    pub(super) fn of<R: Import>(table: &Table<R>) -> Self {
        let heading = |field: &str| {
            let is_it = |column: &&Column<R::Column>| match column.meaning {
                Meaning::Field(column) => R::field(column) == field,
                _ => false,
            };
            let column = table.columns().iter().find(is_it);
            column.map_or(field.to_owned(), |column| column.heading.clone())
        };
        Self { account: heading(R::field(R::ID)), departments: heading("department") }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Collects the effects of a file of members, row by row.
pub(super) struct MemberEffects<'a> {
    corp: &'a Corp,
    details: Option<&'a Details>,
    replaces: bool,
    /// The columns whose empty cells clear a field, with their headings.
    clearing: Vec<(MemberColumn, String)>,
    extras: Vec<String>,
    has_departments: bool,
    staying: HashSet<UserId>,
    unknown: BTreeSet<DepartmentId>,
    cleared: HashMap<String, u64>,
    effects: Effects,
}

impl<'a> MemberEffects<'a> {
    pub(super) fn new(
        corp: &'a Corp,
        details: Option<&'a Details>,
        replaces: bool,
        columns: impl IntoIterator<Item = MemberColumn>,
        extras: impl IntoIterator<Item = String>,
    ) -> Self {
        let columns: Vec<_> = columns.into_iter().collect();
        Self {
            corp,
            details,
            replaces,
            has_departments: columns.contains(&MemberColumn::Department),
            clearing: columns
                .into_iter()
                .filter(|column| column.empty_cell() == EmptyCell::Clears)
                .map(|column| (column, column.heading().to_owned()))
                .collect(),
            extras: extras.into_iter().collect(),
            staying: HashSet::new(),
            unknown: BTreeSet::new(),
            cleared: HashMap::new(),
            effects: Effects::default(),
        }
    }

    pub(super) fn row(&mut self, line: u64, member: &ImportMember) {
        let userid = &member.userid;
        let decides = self.has_departments && !member.kept.contains(MemberColumn::Department);
        if decides {
            let unknown = member.department.iter().filter(|id| !self.corp.has_department(**id));
            self.unknown.extend(unknown);
        }
        if self.replaces {
            self.staying.insert(userid.clone());
        }
        let Some(departments) = self.corp.departments_of(userid) else {
            self.effects.create.push(Entry::of_member(Some(line), userid, &member.name));
            return;
        };
        self.effects.existing += 1;
        let home = departments.first().copied();
        let lost: Vec<_> = departments.iter().copied().filter(|id| !member.department.contains(id)).collect();
        if decides && !lost.is_empty() {
            let entry = Entry::of_member(Some(line), userid, &member.name);
            self.effects.lose_departments.push(Loss { member: entry, departments: lost });
        }
        self.count_cleared(member, home);
    }

    /// Counts the fields that the row clears, except those that are known to be empty.
    fn count_cleared(&mut self, member: &ImportMember, home: Option<DepartmentId>) {
        let detail = self.details.and_then(|details| details.of(&member.userid));
        let columns = self.clearing.iter().filter(|(column, _)| {
            !member.kept.contains(*column)
                && member.cell(*column).is_empty()
                && !detail.is_some_and(|detail| detail.lacks(*column))
        });
        let extras = self.extras.iter().zip(&member.extra).filter(|(name, value)| {
            value.as_deref() == Some("") && !detail.is_some_and(|detail| detail.lacks_attribute(name))
        });
        for heading in columns.map(|(_, heading)| heading).chain(extras.map(|(name, _)| name)) {
            self.effects.cleared_in.extend(home);
            match self.cleared.get_mut(heading) {
                Some(count) => *count += 1,
                None => drop(self.cleared.insert(heading.clone(), 1)),
            }
        }
    }

    pub(super) fn finish(self) -> Effects {
        let mut effects = self.effects;
        effects.unknown_departments = self.unknown.into_iter().collect();
        effects.cleared = self.cleared.into_iter().collect();
        effects.cleared.sort();
        if self.replaces {
            let leaving = self.corp.userids().filter(|userid| !self.staying.contains(*userid));
            effects.delete = leaving.map(|userid| Entry::of_member(None, userid, "")).collect();
            effects.delete.sort_by(|one, other| one.userid.cmp(&other.userid));
        }
        effects
    }
}

/// Collects the effects of a file of departments, which replaces all departments.
pub(super) struct DepartmentEffects<'a> {
    corp: &'a Corp,
    staying: HashSet<DepartmentId>,
    effects: Effects,
}

impl<'a> DepartmentEffects<'a> {
    pub(super) fn new(corp: &'a Corp) -> Self {
        Self { corp, staying: HashSet::new(), effects: Effects::default() }
    }

    pub(super) fn row(&mut self, line: u64, department: &ImportDepartment) {
        self.staying.insert(department.id);
        if self.corp.has_department(department.id) {
            self.effects.existing += 1;
        } else {
            self.effects.create.push(Entry::of_department(Some(line), department.id, &department.name));
        }
    }

    pub(super) fn finish(self) -> Effects {
        let mut effects = self.effects;
        let leaving = self.corp.deletable_departments().filter(|id| !self.staying.contains(id));
        effects.delete = leaving.map(|id| Entry::of_department(None, id, "")).collect();
        effects.delete.sort_by_key(|entry| entry.id);
        effects
    }
}

impl Effects {
    /// Prints the effects on stderr.
    pub(super) fn print(&self, kind: ImportKind) {
        say(messages::existing_and_new(kind, self.existing, self.create.len()));
        print_list(messages::created, &self.create, Entry::words);
        print_list(messages::deleted, &self.delete, Entry::words);
        print_list(messages::unknown_departments, &self.unknown_departments, |id| *id);
        print_list(messages::lose_departments, &self.lose_departments, |loss| {
            messages::loses(&loss.member.words(), &loss.departments)
        });
    }

    /// Adds the effects that need confirmation to `consent`.
    pub(super) fn ask(&self, kind: ImportKind, rows: u64, consent: &mut Consent) {
        let deleted = self.delete.len() as u64;
        if deleted > 0 {
            consent.ask_about(messages::will_be_deleted(kind, deleted));
        }
        ask_about_cleared(&self.cleared, rows, consent);
    }

    /// Checks that the file belongs to this corp and leaves departments in place.
    ///
    /// # Errors
    ///
    /// Returns an error if hardly any account exists in the corp, or if members would lose departments, and `choices` does not allow it.
    pub(super) fn stop(&self, corp: &Corp, choices: Choices, headings: &Headings) -> Result {
        let rows = self.existing + self.create.len() as u64;
        if corp.member_count() >= SMALL_CORP && self.existing * 10 < rows && !choices.new_members {
            let account = &headings.account;
            let members = corp.member_count();
            return Err(Failure::new(messages::accounts_are_unknown(self.existing, rows, members, account))
                .remedy(messages::map_the_column_of_accounts(account))
                .remedy(messages::confirm_new_members()));
        }
        if !self.lose_departments.is_empty() && !choices.exact_departments {
            let count = self.lose_departments.len() as u64;
            return Err(Failure::new(messages::members_would_lose_departments(count))
                .remedy(messages::list_all_departments(&headings.departments))
                .remedy(messages::confirm_exact_departments()));
        }
        Ok(())
    }
}

/// Returns whether `count` of `rows` is too large a share to clear a field without confirmation.
pub(super) fn clears_many(count: u64, rows: u64) -> bool {
    count * 100 > rows * CLEARED_PERCENT
}

/// Adds each field that too many rows clear to `consent`.
pub(super) fn ask_about_cleared(cleared: &[(String, u64)], rows: u64, consent: &mut Consent) {
    for (heading, count) in cleared.iter().filter(|(_, count)| clears_many(*count, rows)) {
        consent.ask_about(messages::rows_clear(heading, *count, rows));
    }
}

fn print_list<T, W: Display>(title: fn(usize) -> Message, items: &[T], words: impl Fn(&T) -> W) {
    if items.is_empty() {
        return;
    }
    say(title(items.len()));
    for item in items.iter().take(SHOWN) {
        say(messages::entry(words(item)));
    }
    if items.len() > SHOWN {
        say(messages::more_in_json(items.len() - SHOWN));
    }
}
