//! A local check of WeCom's guard against mass deletion (45026) by 全量覆盖成员, before a file is sent.

use super::{Problem, row_keys::RowKeys};

/// The members that exist before the import.
#[derive(Clone, Debug)]
pub(super) enum Present {
    Count(u64),
    Members(Vec<u64>),
}

impl Present {
    /// Returns the problem if the file would delete too many members. Rows that the caller refused can belong to existing
    /// members.
    pub(super) fn problem(self, staying: &RowKeys, rows: u64, refused: u64) -> Option<Problem> {
        let (deleted, present) = self.leaving(staying, rows);
        let deleted = deleted.saturating_sub(refused);
        is_guarded(deleted, present).then_some(Problem::DeletesTooMany { deleted, present })
    }

    /// Returns the number of members that would be deleted, and the number of existing members.
    fn leaving(self, staying: &RowKeys, rows: u64) -> (u64, u64) {
        match self {
            Self::Count(present) => (present.saturating_sub(rows), present),
            Self::Members(mut present) => {
                present.sort_unstable();
                present.dedup();
                let mut staying = staying.as_slice().iter().map(|(fingerprint, _)| *fingerprint).peekable();
                let stays = |fingerprint: &&u64| {
                    while staying.next_if(|other| other < *fingerprint).is_some() {}
                    staying.peek() == Some(*fingerprint)
                };
                let stay = present.iter().filter(stays).count();
                ((present.len() - stay) as u64, present.len() as u64)
            }
        }
    }
}

/// Returns whether WeCom's guard refuses the deletion: more than 50 members that are more than 20 % of all, or fewer than
/// 50 that are more than 80 %.
fn is_guarded(deleted: u64, present: u64) -> bool {
    (deleted > 50 && deleted * 5 > present) || (deleted < 50 && deleted * 5 > present * 4)
}

#[cfg(test)]
mod tests {
    use super::Problem;
    use crate::imports::{Checked, ImportFile, ImportMember, member_file::rig::row};

    #[test]
    fn the_guard_against_mass_deletion_is_foreseen() {
        let rows: Vec<ImportMember> = (0..200).map(|number| row(&format!("u{number}"))).collect();
        let present = |count: u32| (0..count).map(|number| format!("U{number}"));
        let guarded = |checked: Checked<ImportFile>| {
            checked
                .violations()
                .iter()
                .any(|finding| matches!(finding.problem(), Problem::DeletesTooMany { .. }))
        };
        for (count, expected) in [(250, false), (251, true), (300, true), (200, false), (10, false)] {
            assert_eq!(
                guarded(ImportFile::members().present_members(present(count)).rows(&rows)),
                expected,
                "{count}"
            );
            assert_eq!(
                guarded(ImportFile::members().present_count(count.into()).rows(&rows)),
                expected,
                "{count}"
            );
        }
        // All others are deleted. Only their accounts show this.
        let others = (0..40).map(|number| format!("other{number}"));
        assert!(guarded(ImportFile::members().present_members(others).rows(&rows)));
        assert!(!guarded(ImportFile::members().present_count(40).rows(&rows)));
    }
}
