//! What a file does to the corp: who is created or deleted, who loses departments, which departments WeCom invents.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use wecom_contacts::{
    DepartmentId, UserId,
    imports::{EmptyCell, ImportDepartment, ImportMember, MemberColumn},
};
use wecom_sheets::{Column, Meaning, Table};

use super::{
    check::Import,
    consent::Consent,
    corp::{Corp, Details},
};
use crate::{
    failure::{Failure, Result},
    output::say,
    words::{agreeing, counted},
};

/// How many entries of a list are shown to people; JSON has all.
const SHOWN: usize = 20;
/// A corp of fewer members is too small to tell a wrong key from a new team.
const SMALL_CORP: usize = 10;
/// Above this share of the rows, in percent, cleared fields need consent.
const CLEARED_PERCENT: u64 = 5;

/// What a file does to the corp.
#[derive(Debug, Default, Serialize)]
pub(super) struct Effects {
    /// Rows whose member or department the corp does not have.
    pub(super) create: Vec<Entry>,
    /// How many rows have one that it has.
    pub(super) existing: u64,
    /// What the corp has and a file that replaces all leaves out.
    pub(super) delete: Vec<Entry>,
    /// Members whose row leaves out departments that they are in.
    pub(super) lose_departments: Vec<Loss>,
    /// Departments of rows that the corp does not have.
    pub(super) unknown_departments: Vec<DepartmentId>,
    /// How many rows of existing members clear a field, by column.
    #[serde(skip)]
    pub(super) cleared: Vec<(String, u64)>,
    /// A department of each member whose row clears a field.
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

/// A member who would no longer be in some departments.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Loss {
    #[serde(flatten)]
    pub(super) member: Entry,
    /// The departments that the row leaves out.
    pub(super) departments: Vec<DepartmentId>,
}

/// What the user has agreed to beforehand.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Choices {
    pub(super) exact_departments: bool,
    pub(super) new_members: bool,
}

impl Entry {
    pub(super) fn of_member(line: Option<u64>, userid: &UserId, name: &str) -> Self {
        Self { line, userid: Some(userid.clone()), id: None, name: some(name) }
    }

    pub(super) fn of_department(line: Option<u64>, id: DepartmentId, name: &str) -> Self {
        Self { line, userid: None, id: Some(id), name: some(name) }
    }

    /// As a person reads it: `line 4: 王芳 (wangfang)`.
    pub(super) fn words(&self) -> String {
        let line = self.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let id = match (&self.userid, self.id) {
            (Some(userid), _) => userid.to_string(),
            (None, Some(id)) => id.to_string(),
            (None, None) => String::new(),
        };
        match &self.name {
            Some(name) => format!("{line}{name} ({id})"),
            None => format!("{line}{id}"),
        }
    }
}

/// The headings of the columns that advice names.
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

/// The effects of a file of members, row by row.
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

    /// Counts the fields that the row empties. One that is known to be empty already does not count.
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

/// The effects of a file of departments, which replaces all.
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
    /// Says on stderr what the file does, in words.
    pub(super) fn tell(&self, noun: &str) {
        say(format_args!("existing {noun}s: {}; new {noun}s: {}", self.existing, self.create.len()));
        tell_list("created", &self.create, Entry::words);
        tell_list("DELETED, as the file replaces all", &self.delete, Entry::words);
        if !self.unknown_departments.is_empty() {
            tell_list(
                "departments that do not exist, so that WeCom creates them below 其他（待设置部门）",
                &self.unknown_departments,
                ToString::to_string,
            );
        }
        tell_list("would lose departments", &self.lose_departments, |loss| {
            let ids: Vec<_> = loss.departments.iter().map(ToString::to_string).collect();
            format!("{}: no longer in {}", loss.member.words(), ids.join(", "))
        });
    }

    /// What must be agreed to first.
    pub(super) fn ask(&self, noun: &str, rows: u64, consent: &mut Consent) {
        let deleted = self.delete.len() as u64;
        if deleted > 0 {
            consent.ask_about(format!(
                "{} {} not in the file and will be DELETED",
                counted(deleted, noun),
                agreeing(deleted, "is", "are")
            ));
        }
        ask_about_cleared(&self.cleared, rows, consent);
    }

    /// # Errors
    ///
    /// If the file is not what an import should send: members would lose departments, or the ids are not the corp's.
    pub(super) fn stop(&self, corp: &Corp, choices: Choices, headings: &Headings) -> Result {
        let rows = self.existing + self.create.len() as u64;
        if corp.member_count() >= SMALL_CORP && self.existing * 10 < rows && !choices.new_members {
            let account = &headings.account;
            let which = match (self.existing, rows) {
                (0, 1) => "the account of the file does not exist".to_owned(),
                (0, _) => format!("none of the file's {rows} accounts exists"),
                (existing, _) => {
                    format!(
                        "only {existing} of the file's {rows} accounts {}",
                        agreeing(existing, "exists", "exist")
                    )
                }
            };
            return Err(Failure::new(format!(
                "nothing was sent: {which} in the corp, which has {}; {account} may be the wrong column of accounts",
                counted(corp.member_count(), "member"),
            ))
            .remedy(format!(
                "if another column has the accounts, name it: --map 'HEADING=userid' --ignore-column '{account}'"
            ))
            .remedy("--new-members goes on, if these are indeed new members"));
        }
        if !self.lose_departments.is_empty() && !choices.exact_departments {
            let count = self.lose_departments.len() as u64;
            return Err(Failure::new(format!(
                "nothing was sent: {} would lose departments, as the file decides all departments of a member",
                counted(count, "member")
            ))
            .remedy(format!(
                "write all departments of each of them, joined by semicolons, or leave the column out by --ignore-column '{}'",
                headings.departments
            ))
            .remedy("--exact-departments sends the file as it is"));
        }
        Ok(())
    }
}

/// Whether more rows clear a field than pass without consent.
pub(super) fn clears_many(count: u64, rows: u64) -> bool {
    count * 100 > rows * CLEARED_PERCENT
}

/// Fields that are cleared in more than a few rows need consent.
pub(super) fn ask_about_cleared(cleared: &[(String, u64)], rows: u64, consent: &mut Consent) {
    for (heading, count) in cleared.iter().filter(|(_, count)| clears_many(*count, rows)) {
        let clear = agreeing(*count, "clears", "clear");
        consent.ask_about(format!("{count} of {} {clear} {heading}", counted(rows, "row")));
    }
}

fn tell_list<T>(what: &str, items: &[T], words: impl Fn(&T) -> String) {
    if items.is_empty() {
        return;
    }
    say(format_args!("{what} ({}):", items.len()));
    for item in items.iter().take(SHOWN) {
        say(format_args!("  {}", words(item)));
    }
    if items.len() > SHOWN {
        say(format_args!("  and {} more; -o json lists all", items.len() - SHOWN));
    }
}
