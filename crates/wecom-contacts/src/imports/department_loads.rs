//! Counts the members that a file puts into each department, and the departments in the file.

use std::collections::HashMap;

use super::{MemberColumn, Problem, Violation, Violations, rules};
use crate::DepartmentId;

/// The number of members that the file puts into each department.
#[derive(Debug, Default)]
pub(super) struct DepartmentLoads {
    members: HashMap<DepartmentId, u64>,
    /// The departments of the previous row, and the number of consecutive rows with the same departments. Files are often
    /// sorted.
    last: Vec<DepartmentId>,
    run: u64,
    /// Whether the file has more departments than a corp can have. Further departments are not counted.
    beyond: bool,
}

impl DepartmentLoads {
    #[inline]
    pub(super) fn row(&mut self, departments: &[DepartmentId]) {
        if self.last == departments {
            self.run += 1;
            return;
        }
        self.count();
        self.last.clear();
        self.last.extend_from_slice(departments);
        self.run = 1;
    }

    /// Counts the rows of the finished run.
    fn count(&mut self) {
        for (place, department) in self.last.iter().enumerate() {
            // 0 means 其他（待设置部门）, whose id is missing from the file.
            if *department == DepartmentId(0) || self.last[..place].contains(department) {
                continue;
            }
            if let Some(members) = self.members.get_mut(department) {
                *members += self.run;
                continue;
            }
            let root = !self.members.contains_key(&DepartmentId::ROOT) && *department != DepartmentId::ROOT;
            if self.members.len() + usize::from(root) >= rules::DEPARTMENTS_OF_CORP {
                self.beyond = true;
                continue;
            }
            self.members.insert(*department, self.run);
        }
    }

    pub(super) fn finish(mut self, found: &mut Violations) {
        self.count();
        if self.beyond {
            found.push(Violation::of_file(Problem::FullCorp));
        }
        let column = MemberColumn::Department.heading();
        for (department, members) in self.members {
            if members > rules::NODES_OF_DEPARTMENT as u64 {
                let problem = Problem::FullDepartment { department, members };
                found.push(Violation { column: Some(column.into()), ..Violation::of_file(problem) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MemberColumn;
    use crate::imports::{ImportFile, ImportMember, member_file::rig::found};

    #[test]
    fn more_than_a_department_or_a_corp_can_hold_is_found() {
        let file = |departments: &dyn Fn(u32) -> Vec<u32>, rows: u32| {
            let mut file =
                ImportFile::members().columns([MemberColumn::Userid, MemberColumn::Department]).in_memory();
            let mut row = ImportMember::default();
            for number in 0..rows {
                row.userid = format!("u{number}").into();
                row.department = departments(number).into_iter().map(Into::into).collect();
                file.push(&row);
            }
            found(&file.finish())
        };
        assert_eq!(file(&|_| vec![7, 7], 30_000), [""; 0]);
        assert_eq!(
            file(&|number| if number % 2 == 0 { vec![7] } else { vec![8, 7] }, 30_001),
            ["所在部门 puts 30001 members into department 7, which can hold 30000 (errcode 81001)"]
        );
        // The root and 其他（待设置部门） exist in every corp.
        let hundred = |number: u32| (number * 100 + 2..number * 100 + 102).collect::<Vec<u32>>();
        assert_eq!(file(&hundred, 299), [""; 0]);
        assert_eq!(
            file(&hundred, 300),
            ["the file has more than 30000 departments, the maximum of a corp (errcode 81001)"]
        );
        assert_eq!(
            file(&|_| (2..103).collect(), 1),
            ["line 2: 所在部门 has 101 departments, and at most 100 are allowed (errcode 60110)"]
        );
    }
}
