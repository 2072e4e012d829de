//! Rows, checked and written as the CSV that WeCom takes.

use std::collections::HashSet;

use wecom_contacts::{
    CodeInfo, DepartmentId,
    imports::{Checked, DepartmentFile, ImportDepartment, ImportFile, ImportMember, MemberFile, Severity},
};
use wecom_sheets::{Reading, Record, Result, Table};

/// What can be imported: members, departments.
pub(super) trait Import: Record {
    /// What is there before the import, where it replaces all.
    type Present;

    /// What to do with the file of refused rows.
    fn again(refused: &str) -> String;

    /// Reads all rows and writes them as WeCom's CSV.
    fn check(table: &Table<Self>, bom: bool, present: Option<Self::Present>) -> Result<Check>;
}

/// What came of reading and checking a file.
pub(super) struct Check {
    pub(super) reading: Reading,
    checked: Checked<ImportFile>,
    leavers: Option<u64>,
}

/// A file that has nothing wrong with it.
pub(super) struct Written {
    pub(super) file: ImportFile,
    pub(super) rows: u64,
    /// How many of those who are there the file leaves out; `None` if nobody knows.
    pub(super) leavers: Option<u64>,
}

impl Import for ImportMember {
    type Present = HashSet<String>;

    fn again(refused: &str) -> String {
        format!("correct {refused} and import it again, without --replace: what is in it is not all")
    }

    fn check(table: &Table<Self>, bom: bool, present: Option<HashSet<String>>) -> Result<Check> {
        let mut builder = ImportFile::members().columns(table.fields()).extra(table.extras()).bom(bom);
        if let Some(present) = &present {
            builder = builder.present_members(present);
        }
        let mut file: MemberFile = builder.in_memory();
        let mut leavers = present;
        let reading = table.each(&mut |line, member| {
            if let Some(leavers) = &mut leavers {
                leavers.remove(&member.userid.as_str().to_ascii_lowercase());
            }
            file.push_at(line, &member);
        })?;
        Ok(Check { reading, checked: file.finish(), leavers: leavers.map(|leavers| leavers.len() as u64) })
    }
}

impl Import for ImportDepartment {
    type Present = HashSet<DepartmentId>;

    fn again(refused: &str) -> String {
        format!(
            "correct those rows in the whole file and import that again, as it replaces all; {refused} says why"
        )
    }

    fn check(table: &Table<Self>, bom: bool, present: Option<HashSet<DepartmentId>>) -> Result<Check> {
        let mut file: DepartmentFile = ImportFile::departments().bom(bom).in_memory();
        let mut leavers = present;
        let reading = table.each(&mut |line, department| {
            if let Some(leavers) = &mut leavers {
                leavers.remove(&department.id);
            }
            file.push_at(line, &department);
        })?;
        Ok(Check { reading, checked: file.finish(), leavers: leavers.map(|leavers| leavers.len() as u64) })
    }
}

impl Check {
    /// What must be corrected, by line.
    pub(super) fn problems(&self) -> Vec<(u64, String)> {
        let cells = self.reading.findings.iter().map(|finding| (finding.line, finding.to_string()));
        let rows = self.checked.findings().iter().filter(|finding| finding.severity() != Severity::Warning);
        let rows = rows.map(|finding| (finding.line().unwrap_or(0), finding.to_string()));
        let mut problems: Vec<_> = cells.chain(rows).collect();
        problems.sort();
        problems
    }

    pub(super) fn problem_count(&self) -> u64 {
        let findings = self.checked.findings();
        self.reading.found + findings.count(Severity::Row) + findings.count(Severity::Job)
    }

    pub(super) fn warnings(&self) -> Vec<String> {
        let findings = self.checked.findings().iter();
        findings.filter(|finding| finding.severity() == Severity::Warning).map(ToString::to_string).collect()
    }

    /// What the worst of it means and what to do, where WeCom has a code for it.
    pub(super) fn info(&self) -> Option<&'static CodeInfo> {
        if self.reading.found > 0 { None } else { self.checked.findings().info() }
    }

    pub(super) fn written(self) -> Written {
        let rows = self.checked.rows();
        Written { file: self.checked.into_file_anyway(), rows, leavers: self.leavers }
    }
}
