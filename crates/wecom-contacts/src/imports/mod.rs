//! Imports (异步导入): jobs that write members and departments from a CSV file.
//!
//! A submitted job runs on the server. Its id stays valid after this process ends, so another process can request its
//! state. A *finished* job can contain refused rows: [`ImportOutcome::failures`] lists them.
//!
//! [`ImportFile::members`] and [`ImportFile::departments`] write WeCom's CSV and check it against WeCom's rules. The
//! outcome then reports each row with its line number. [`ImportSubmission::outcome`] uploads, submits and waits in one
//! call.
//!
//! [`rules`] checks the documented limits of each field. The server checks everything that depends on the corp's existing
//! data.
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
pub(crate) use cells::CellValue;
pub use cells::{CellError, WantedCell};
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
/// All calls need a contacts-sync secret (通讯录同步) with edit permission. A corp can run one import at a time (302008).
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sim = wecom_sim::Sim::builder().running_clock(true).job_time(std::time::Duration::ZERO).start().await.expect("a free port");
/// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
/// # let client = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
/// use wecom_contacts::{Polling, imports::{ImportFile, ImportMember}};
///
/// let rows = [ImportMember::new("wangfang", "王芳").email("wangfang@example.com").department([2, 3])];
/// let file = ImportFile::members().rows(rows).into_file()?; // the error lists the violations by line
/// let outcome = client.imports().sync_members(file).to_invite(false).outcome(Polling::default()).await?;
/// for row in outcome.failures() {
///     println!("line {:?}: {:?}", row.line, row.errmsg);
/// }
/// # assert_eq!((outcome.succeeded(), outcome.total()), (1, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Imports {
    client: Client,
}

impl Client {
    /// Returns the calls of the imports chapter (异步导入).
    pub fn imports(&self) -> Imports {
        Imports { client: self.clone() }
    }
}

impl Imports {
    /// Adds the members of a file and updates existing ones (增量更新成员). All other members stay unchanged.
    ///
    /// Accepts an [`ImportFile`] from a builder, any CSV file in UTF-8 of at most 20 MB, or the id of an uploaded file.
    /// Fields without a column stay unchanged. An unknown department is created below 其他(待设置部门).
    ///
    /// # Errors
    ///
    /// 302008 while another import runs, 40007 for a wrong or expired medium, 40092 for an invalid file, 48002
    /// ([`is_permission_denied`](crate::Error::is_permission_denied)) without edit permission.
    pub fn sync_members(&self, file: impl Into<ImportFile>) -> ImportSubmission<SyncMembers> {
        self.submission(file.into())
    }

    /// Replaces the members of the corp with those of a file (全量覆盖成员): adds, updates, and **deletes members that
    /// are missing from the file**.
    ///
    /// WeCom refuses (45026) to delete more than 50 members that are more than 20 % of all, or fewer than 50 that are
    /// more than 80 %. The file has the same format as for [`sync_members`](Self::sync_members).
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`sync_members`](Self::sync_members).
    pub fn replace_members(&self, file: impl Into<ImportFile>) -> ImportSubmission<ReplaceMembers> {
        self.submission(file.into())
    }

    /// Replaces the departments of the corp with those of a file (全量覆盖部门): adds, changes, and **deletes departments
    /// that are missing from the file**, once they are empty.
    ///
    /// The columns are 部门名称, 部门ID, 父部门ID and, optionally, 排序. To copy a complete organisation, call this first
    /// and then [`replace_members`](Self::replace_members).
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`sync_members`](Self::sync_members).
    pub fn replace_departments(&self, file: impl Into<ImportFile>) -> ImportSubmission<ReplaceDepartments> {
        self.submission(file.into())
    }

    /// Resumes a job by its id, even if another process submitted it. This method sends no request.
    ///
    /// WeCom keeps the results of the five latest jobs.
    pub fn job(&self, id: impl Into<JobId>) -> ImportJob {
        ImportJob::new(self.client.clone(), id.into(), None)
    }

    fn submission<E: ImportCall>(&self, file: ImportFile) -> ImportSubmission<E> {
        ImportSubmission::new(self.client.clone(), file)
    }
}
