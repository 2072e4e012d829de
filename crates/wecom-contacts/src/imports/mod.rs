//! Imports (异步导入): members and departments in bulk, from a CSV file, by a job.
//!
//! A job is submitted, runs at the server, and is asked after by its id, which outlives this process. *Finished* is not the
//! same as *all rows accepted*: [`ImportOutcome::failures`] are the rows that were not.
//!
//! [`ImportFile::members`] and [`ImportFile::departments`] write WeCom's CSV and check it on the way for what WeCom would refuse;
//! the outcome then tells each row by the line it came from. [`ImportSubmission::outcome`] does the rest in one call.
//!
//! Files are checked by [`rules`], the written limits of each field; what the corp holds is for the server to judge.
//!
//! Official: [异步导入概述](https://developer.work.weixin.qq.com/document/path/90979)

mod calls;
mod cells;
mod columns;
mod deletion_guard;
mod department_file;
mod department_loads;
mod department_tree;
mod field_sets;
mod file;
mod job;
mod member_check;
mod member_file;
mod member_file_builder;
mod outcome;
mod row_keys;
mod rows;
pub mod rules;
mod severity;
mod status;
mod submission;
mod table;
mod violation;

pub use calls::{ImportCall, JobCallback, ReplaceDepartments, ReplaceMembers, SyncMembers};
pub use cells::CellError;
pub(crate) use cells::CellValue;
pub use columns::{DepartmentColumn, EmptyCell, MemberColumn, MemberColumns};
pub use department_file::{DepartmentFile, DepartmentFileBuilder};
pub use file::{Checked, ImportFile};
pub use job::ImportJob;
pub use member_file::MemberFile;
pub use member_file_builder::MemberFileBuilder;
pub use outcome::ImportOutcome;
pub use rows::{ImportDepartment, ImportMember};
pub use severity::Severity;
pub use status::{DepartmentAction, GetImportResult, ImportKind, ImportRow, ImportState, ImportStatus};
pub use submission::ImportSubmission;
pub use table::{FileSink, InMemory, Streamed};
pub use violation::{Problem, Subject, Violation, Violations};

use crate::{Client, JobId};

/// The calls of the imports chapter; see [`Client::imports`].
///
/// All need a contacts-sync secret (通讯录同步) with the right to edit. One import runs at a time in a corp (302008).
///
/// ```no_run
/// # async fn example(client: wecom_contacts::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use wecom_contacts::{Polling, imports::{ImportFile, ImportMember}};
///
/// let rows = [ImportMember::new("wangfang", "王芳").email("wangfang@example.com").department([2, 7])];
/// let file = ImportFile::members().rows(rows).into_file()?; // or what was found, by line
/// let outcome = client.imports().sync_members(file).to_invite(false).outcome(Polling::default()).await?;
/// for row in outcome.failures() {
///     println!("line {:?}: {:?}", row.line, row.errmsg);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Imports {
    client: Client,
}

impl Client {
    /// The imports chapter (异步导入).
    pub fn imports(&self) -> Imports {
        Imports { client: self.clone() }
    }
}

impl Imports {
    /// Adds the members of a file and updates those that are there (增量更新成员); all others are left alone.
    ///
    /// Takes a builder's [`ImportFile`], any CSV file in UTF-8 of at most 20 MB, or the id of one that was uploaded. Columns
    /// that the file leaves out are not updated; a department that does not exist is created below 其他(待设置部门).
    ///
    /// # Errors
    ///
    /// 302008 while another import runs, 40007 for a wrong or expired medium, 40092 for a file that is none; 48002
    /// ([`is_permission_denied`](crate::Error::is_permission_denied)) without the right to edit.
    pub fn sync_members(&self, file: impl Into<ImportFile>) -> ImportSubmission<SyncMembers> {
        self.submission(file.into())
    }

    /// Makes the members of a file the members of the corp (全量覆盖成员): adds, updates, and **deletes those not in the file**.
    ///
    /// WeCom refuses (45026) to delete more than 50 members who are more than 20 % of all, or fewer than 50 who are more
    /// than 80 %. The file is as for [`sync_members`](Self::sync_members).
    ///
    /// # Errors
    ///
    /// As [`sync_members`](Self::sync_members).
    pub fn replace_members(&self, file: impl Into<ImportFile>) -> ImportSubmission<ReplaceMembers> {
        self.submission(file.into())
    }

    /// Makes the departments of a file the departments of the corp (全量覆盖部门): adds, changes, and **deletes those not in
    /// the file**, as soon as they are empty.
    ///
    /// The file's columns are 部门名称, 部门ID, 父部门ID and, optionally, 排序. To mirror a source, run this first and
    /// [`replace_members`](Self::replace_members) after it.
    ///
    /// # Errors
    ///
    /// As [`sync_members`](Self::sync_members).
    pub fn replace_departments(&self, file: impl Into<ImportFile>) -> ImportSubmission<ReplaceDepartments> {
        self.submission(file.into())
    }

    /// Takes up a job by its id, also one that another process submitted. Sends nothing.
    ///
    /// WeCom keeps the results of the five latest jobs.
    pub fn job(&self, id: impl Into<JobId>) -> ImportJob {
        ImportJob::new(self.client.clone(), id.into(), None)
    }

    fn submission<E: ImportCall>(&self, file: ImportFile) -> ImportSubmission<E> {
        ImportSubmission::new(self.client.clone(), file)
    }
}
