//! Checks the rows of a file and writes them as WeCom's CSV.

use wecom_contacts::imports::{
    Checked, DepartmentFile, ImportDepartment, ImportFile, ImportMember, MemberFile, Problem, Severity,
};
use wecom_sheets::{Reading, Record, Result, Table};

use super::{
    ImportKind,
    corp::{Corp, Details},
    effects::{Choices, DepartmentEffects, Effects, Entry, Headings, MemberEffects, clears_many},
    gate,
};
use crate::{
    failure::Failure,
    messages::{
        Message, cell_problems,
        import::{effects, file, in_both_languages},
        violations::violation as violation_text,
    },
};

/// A record that can be imported: a member or a department.
pub(super) trait Import: Record {
    const KIND: ImportKind;

    /// Reads and checks all rows, and writes them as WeCom's CSV.
    fn check(table: &Table<Self>, how: How, held: Held<'_>) -> Result<Check>;

    /// Returns the line, the id and the name of the row.
    fn entry(&self, line: u64) -> Entry;
}

/// The known state of the corp. A field is `None` if that part was not read.
#[derive(Clone, Copy, Default)]
pub(super) struct Held<'a> {
    pub(super) corp: Option<&'a Corp>,
    pub(super) details: Option<&'a Details>,
}

/// How the CSV is written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct How {
    pub(super) bom: bool,
    pub(super) replaces: bool,
}

/// The result of reading and checking a file.
pub(super) struct Check {
    pub(super) reading: Reading,
    kind: ImportKind,
    checked: Checked<ImportFile>,
    /// `None` if the corp was not read.
    pub(super) effects: Option<Effects>,
}

impl Import for ImportMember {
    const KIND: ImportKind = ImportKind::Members;

    fn check(table: &Table<Self>, how: How, held: Held<'_>) -> Result<Check> {
        let mut builder = ImportFile::members().columns(table.fields()).extra(table.extras()).bom(how.bom);
        if how.replaces {
            builder = builder.replaces_all();
            if let Some(corp) = held.corp {
                builder = builder.present_members(corp.userids());
            }
        }
        let mut file: MemberFile = builder.in_memory();
        let mut effects = held.corp.map(|corp| {
            let extras = table.extras().map(str::to_owned);
            MemberEffects::new(corp, held.details, how.replaces, table.fields(), extras)
        });
        let mut records = table.records();
        for record in &mut records {
            let (line, member) = record?;
            if let Some(effects) = &mut effects {
                effects.row(line, &member);
            }
            file.push_at(line, &member);
        }
        let reading = records.into_reading();
        file.add_refused(reading.refused);
        let effects = effects.map(MemberEffects::finish);
        Ok(Check { reading, kind: Self::KIND, checked: file.finish(), effects })
    }

    fn entry(&self, line: u64) -> Entry {
        Entry::of_member(Some(line), &self.userid, &self.name)
    }
}

impl Import for ImportDepartment {
    const KIND: ImportKind = ImportKind::Departments;

    fn check(table: &Table<Self>, how: How, held: Held<'_>) -> Result<Check> {
        let mut builder = ImportFile::departments().bom(how.bom);
        if let Some(corp) = held.corp {
            builder = builder.existing(corp.departments());
        }
        let mut file: DepartmentFile = builder.in_memory();
        let mut effects = held.corp.map(DepartmentEffects::new);
        let mut records = table.records();
        for record in &mut records {
            let (line, department) = record?;
            if let Some(effects) = &mut effects {
                effects.row(line, &department);
            }
            file.push_at(line, &department);
        }
        let reading = records.into_reading();
        file.add_refused(reading.refused);
        let effects = effects.map(DepartmentEffects::finish);
        Ok(Check { reading, kind: Self::KIND, checked: file.finish(), effects })
    }

    fn entry(&self, line: u64) -> Entry {
        Entry::of_department(Some(line), self.id, &self.name)
    }
}

impl Check {
    /// Returns the faults, sorted by line. WeCom's limit on deletions belongs to the [verdict](Self::verdict).
    pub(super) fn problems(&self) -> Vec<(u64, Message)> {
        let cells = self.reading.problems.iter().map(|problem| (problem.line, cell_problems::fault(problem)));
        let rows = self.checked.violations().iter();
        let rows = rows
            .filter(|violation| violation.severity() != Severity::Warning && !is_guard(violation.problem()));
        let rows = rows.map(|violation| match violation.problem() {
            Problem::Empty if self.reading.left > 0 => (0, file::all_people_left()),
            Problem::Empty => (0, file::has_no_rows(self.kind)),
            _ => (violation.line().unwrap_or(0), violation_text(violation)),
        });
        let mut problems: Vec<_> = cells.chain(rows).collect();
        problems.sort_by_cached_key(|(line, text)| (*line, text.to_string()));
        problems
    }

    pub(super) fn problem_count(&self) -> u64 {
        let violations = self.checked.violations();
        let guards = violations.iter().filter(|violation| is_guard(violation.problem())).count() as u64;
        self.reading.problem_count + violations.count(Severity::Row) + violations.count(Severity::Job)
            - guards
    }

    pub(super) fn warnings(&self) -> Vec<Message> {
        let violations = self.checked.violations().iter();
        violations.filter(|violation| violation.severity() == Severity::Warning).map(violation_text).collect()
    }

    /// Returns whether the number of rows that clear a field of existing members requires confirmation.
    pub(super) fn clears_many(&self) -> bool {
        let effects = self.effects.iter();
        effects.flat_map(|effects| &effects.cleared).any(|(_, count)| clears_many(*count, self.rows()))
    }

    /// Returns the number of rows in the file.
    pub(super) fn rows(&self) -> u64 {
        self.checked.rows()
    }

    /// Returns the CSV of each part. Each part is one job.
    pub(super) fn parts(&self) -> &[impl AsRef<[u8]>] {
        self.checked.file().parts()
    }

    /// Checks the effects on the corp.
    ///
    /// # Errors
    ///
    /// Returns an error if these effects forbid sending the file.
    pub(super) fn verdict(
        &self,
        corp: Option<&Corp>,
        choices: Choices,
        headings: &Headings,
    ) -> crate::failure::Result {
        let (Some(effects), Some(corp)) = (&self.effects, corp) else { return Ok(()) };
        effects.stop(corp, choices, headings)?;
        match self.checked.violations().iter().find(|violation| is_guard(violation.problem())) {
            None if self.kind == ImportKind::Members => gate::judge(&effects.delete, corp, choices.removed),
            None => Ok(()),
            Some(violation) => {
                let failure = Failure::new(effects::exceeds_a_limit(violation_text(violation)));
                Err(match violation.code().and_then(|code| code.info()) {
                    Some(info) => failure.remedy(in_both_languages(info.remedy, info.remedy_chinese)),
                    None => failure,
                })
            }
        }
    }

    pub(super) fn into_file(self) -> ImportFile {
        self.checked.into_file_anyway()
    }
}

fn is_guard(problem: Problem) -> bool {
    matches!(problem, Problem::DeletesTooMany { .. })
}
