//! Imports (异步导入): members and departments in bulk, from a CSV file, by a job.
//!
//! A job is submitted, runs at the server, and is asked after by its id, which outlives this process. *Finished* is not the
//! same as *all rows accepted*: [`ImportOutcome::failures`] are the rows that were not.
//!
//! Official: [异步导入概述](https://developer.work.weixin.qq.com/document/path/90979)

mod cells;
mod columns;
mod rows;

use std::future::IntoFuture;

pub use cells::CellError;
pub use columns::{DepartmentColumn, MemberColumn};
pub use rows::{ImportDepartment, ImportMember};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use wecom_cipher::{CallbackToken, EncodingAesKey};

use crate::{
    Call, Client, DepartmentId, Endpoint, ErrorCode, JobId, MediaId, Polling, RetryPolicy, Sending, UserId,
    media::{JobStarted, MediaKind, UploadedMedia},
    wire,
};

/// The calls of the imports chapter; see [`Client::imports`].
///
/// All need a contacts-sync secret (通讯录同步) with the right to edit. One import runs at a time in a corp (302008).
///
/// ```no_run
/// # async fn example(client: wecom_contacts::Client) -> wecom_contacts::Result<()> {
/// use wecom_contacts::Polling;
///
/// let csv = "姓名,帐号,手机号,邮箱,所在部门\n王芳,wangfang,,wangfang@example.com,2;7\n";
/// let job = client.imports().sync_members(csv).to_invite(false).await?;
/// let outcome = job.wait(Polling::default()).await?;
/// for row in outcome.failures() {
///     println!("{:?}: {:?}", row.userid, row.errmsg);
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
    /// Takes the CSV file in UTF-8, at most 20 MB, or the id of one that was uploaded. Columns that the file leaves out are
    /// not updated; a department that does not exist is created below 其他(待设置部门).
    ///
    /// # Errors
    ///
    /// 302008 while another import runs, 40007 for a wrong or expired medium, 40092 for a file that is none; 48002
    /// ([`is_permission_denied`](crate::Error::is_permission_denied)) without the right to edit.
    pub fn sync_members(&self, file: impl Into<ImportFile>) -> Submission<SyncMembers> {
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
    pub fn replace_members(&self, file: impl Into<ImportFile>) -> Submission<ReplaceMembers> {
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
    pub fn replace_departments(&self, file: impl Into<ImportFile>) -> Submission<ReplaceDepartments> {
        self.submission(file.into())
    }

    /// Takes up a job by its id, also one that another process submitted. Sends nothing.
    ///
    /// WeCom keeps the results of the five latest jobs.
    pub fn job(&self, id: impl Into<JobId>) -> ImportJob {
        ImportJob { client: self.client.clone(), id: id.into() }
    }

    fn submission<E: ImportCall>(&self, file: ImportFile) -> Submission<E> {
        Submission { client: self.client.clone(), file, call: E::default() }
    }
}

/// The file of an import: its content, which is uploaded first, or the id of one that was.
#[derive(Clone)]
#[non_exhaustive]
pub enum ImportFile {
    /// The CSV file itself, in UTF-8.
    Csv(Bytes),
    /// A medium of kind *file* (普通文件), uploaded within the last three days.
    Uploaded(MediaId),
}

impl std::fmt::Debug for ImportFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Csv(bytes) => write!(f, "Csv({} bytes)", bytes.len()),
            Self::Uploaded(id) => f.debug_tuple("Uploaded").field(id).finish(),
        }
    }
}

macro_rules! import_file_from {
    ($($from:ty => |$value:ident| $into:expr;)*) => {$(
        impl From<$from> for ImportFile {
            fn from($value: $from) -> Self {
                $into
            }
        }
    )*};
}

import_file_from! {
    &str => |csv| Self::Csv(Bytes::copy_from_slice(csv.as_bytes()));
    &String => |csv| Self::Csv(Bytes::copy_from_slice(csv.as_bytes()));
    &[u8] => |csv| Self::Csv(Bytes::copy_from_slice(csv));
    &Vec<u8> => |csv| Self::Csv(Bytes::copy_from_slice(csv));
    String => |csv| Self::Csv(csv.into());
    Vec<u8> => |csv| Self::Csv(csv.into());
    Bytes => |csv| Self::Csv(csv);
    MediaId => |id| Self::Uploaded(id);
    &MediaId => |id| Self::Uploaded(id.clone());
    &UploadedMedia => |medium| Self::Uploaded(medium.media_id.clone());
}

/// An import about to be submitted: await it for the [`ImportJob`].
#[derive(Clone, Debug)]
#[must_use = "an import does nothing until it is awaited"]
pub struct Submission<E> {
    client: Client,
    file: ImportFile,
    call: E,
}

impl<E: ImportCall> Submission<E> {
    /// Has WeCom report the end of the job (`batch_job_result`) to this callback URL. Without it nothing is reported.
    pub fn callback(mut self, callback: JobCallback) -> Self {
        *self.call.parts().1 = Some(callback);
        self
    }
}

impl Submission<SyncMembers> {
    /// Whether members who are new get an invitation, by WeChat, text message or mail. WeCom's default is **yes**.
    pub fn to_invite(mut self, invite: bool) -> Self {
        self.call.to_invite = Some(invite);
        self
    }
}

impl Submission<ReplaceMembers> {
    /// Whether members who are new get an invitation, by WeChat, text message or mail. WeCom's default is **yes**.
    pub fn to_invite(mut self, invite: bool) -> Self {
        self.call.to_invite = Some(invite);
        self
    }
}

impl<E: ImportCall> IntoFuture for Submission<E> {
    type Output = crate::Result<ImportJob>;
    type IntoFuture = Sending<ImportJob>;

    /// Uploads the file if need be, and submits the job.
    fn into_future(self) -> Sending<ImportJob> {
        let Self { client, file, mut call } = self;
        Sending::new(async move {
            *call.parts().0 = match file {
                ImportFile::Uploaded(id) => id,
                ImportFile::Csv(csv) => {
                    client.media().upload(MediaKind::File, E::FILE_NAME, csv).await?.media_id
                }
            };
            let id = client.send(&call).await?.jobid;
            Ok(ImportJob { client, id })
        })
    }
}

/// The call that submits one of the three imports; not for others to implement.
pub trait ImportCall: Endpoint<Reply = JobStarted> + Default + Send + Sync + sealed::Parts + 'static {}

mod sealed {
    use super::{JobCallback, MediaId};

    pub trait Parts {
        /// What an uploaded file is called.
        const FILE_NAME: &'static str;

        fn parts(&mut self) -> (&mut MediaId, &mut Option<JobCallback>);
    }
}

macro_rules! import_calls {
    ($($call:ident, $path:literal, $file_name:literal;)*) => {$(
        impl $call {
            /// Imports the file of this medium.
            pub fn new(media_id: impl Into<MediaId>) -> Self {
                Self { media_id: media_id.into(), ..Self::default() }
            }
        }

        impl Endpoint for $call {
            const CALL: Call = Call::post($path);
            type Reply = JobStarted;
        }

        impl ImportCall for $call {}

        impl sealed::Parts for $call {
            const FILE_NAME: &'static str = $file_name;

            fn parts(&mut self) -> (&mut MediaId, &mut Option<JobCallback>) {
                (&mut self.media_id, &mut self.callback)
            }
        }
    )*};
}

import_calls! {
    SyncMembers, "batch/syncuser", "members.csv";
    ReplaceMembers, "batch/replaceuser", "members.csv";
    ReplaceDepartments, "batch/replaceparty", "departments.csv";
}

/// Submits an incremental import of members.
///
/// Official: [增量更新成员](https://developer.work.weixin.qq.com/document/path/90980)
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SyncMembers {
    /// The uploaded file.
    pub media_id: MediaId,
    /// Whether new members are invited; WeCom's default is yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_invite: Option<bool>,
    /// Where the end of the job is reported, if anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<JobCallback>,
}

/// Submits a full replacement of the members.
///
/// Official: [全量覆盖成员](https://developer.work.weixin.qq.com/document/path/90981)
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplaceMembers {
    /// The uploaded file.
    pub media_id: MediaId,
    /// Whether new members are invited; WeCom's default is yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_invite: Option<bool>,
    /// Where the end of the job is reported, if anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<JobCallback>,
}

/// Submits a full replacement of the departments. Nobody is invited by it, so it has no `to_invite`.
///
/// Official: [全量覆盖部门](https://developer.work.weixin.qq.com/document/path/90982)
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReplaceDepartments {
    /// The uploaded file.
    pub media_id: MediaId,
    /// Where the end of the job is reported, if anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback: Option<JobCallback>,
}

/// Where WeCom reports the end of a job: the same three things as of an app's callback settings.
#[derive(Clone, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobCallback {
    /// The URL, `http` or `https`.
    pub url: String,
    /// The token that goes into each signature.
    pub token: String,
    /// The `EncodingAESKey` of 43 characters.
    pub encodingaeskey: String,
}

masked_debug!(JobCallback { url | token, encodingaeskey });

impl JobCallback {
    /// Names the URL and the two secrets it is to be verified with.
    pub fn new(url: impl Into<String>, token: &CallbackToken, key: &EncodingAesKey) -> Self {
        Self { url: url.into(), token: token.expose().to_owned(), encodingaeskey: key.expose().to_owned() }
    }
}

/// An import that was submitted.
#[derive(Clone, Debug)]
pub struct ImportJob {
    client: Client,
    id: JobId,
}

impl ImportJob {
    /// The job's id, by which [`Imports::job`] takes it up again.
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// Returns how far the job has come.
    ///
    /// # Errors
    ///
    /// 40088 if there is no such job, 40089 if its result was cleaned up: WeCom keeps the five latest.
    pub fn status(&self) -> Sending<ImportStatus> {
        self.client.send(&GetImportResult { jobid: self.id.clone() })
    }

    /// Waits for the job to finish.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StillRunning`](crate::ErrorKind::StillRunning) if it takes longer than `polling` allows. Rows that were not
    /// accepted are no error: see [`ImportOutcome::failures`].
    pub fn wait(&self, polling: Polling) -> Sending<ImportOutcome> {
        let job = self.clone();
        Sending::new(async move {
            let finished = |status: ImportStatus| {
                let outcome = (status.status == ImportState::Finished).then_some(ImportOutcome { status });
                Ok(outcome)
            };
            let once = Self { client: job.client.with_retry(RetryPolicy::none()), ..job };
            polling.until(&once.id, || once.status(), finished).await
        })
    }
}

/// Asks how far an import has come.
///
/// Official: [获取异步任务结果](https://developer.work.weixin.qq.com/document/path/90983)
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetImportResult {
    /// The job.
    pub jobid: JobId,
}

impl GetImportResult {
    /// Asks after this job.
    pub fn new(jobid: impl Into<JobId>) -> Self {
        Self { jobid: jobid.into() }
    }
}

impl Endpoint for GetImportResult {
    const CALL: Call = Call::get("batch/getresult");
    type Reply = ImportStatus;
}

/// How far an import has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportStatus {
    /// The state.
    pub status: ImportState,
    /// Which of the three imports it is.
    #[serde(default, rename = "type")]
    pub kind: ImportKind,
    /// How many rows the file has.
    #[serde(default)]
    pub total: u32,
    /// How much is done, 0–100.
    #[serde(default)]
    pub percentage: u32,
    /// What became of each row; valid once finished. Until then WeCom sends as many empty objects.
    #[serde(
        default,
        rename = "result",
        deserialize_with = "wire::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub rows: Vec<ImportRow>,
}

coded! {
    /// The state of an import (任务状态).
    ImportState {
        /// The job has begun (任务开始).
        Started = 1,
        /// The job is running (任务进行中).
        Running = 2,
        /// The job is finished (任务已完成).
        Finished = 3,
    }
}

/// Which of the three imports a job is (操作类型).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ImportKind {
    /// An incremental update of members (增量更新成员).
    #[serde(rename = "sync_user")]
    SyncMembers,
    /// A full replacement of the members (全量覆盖成员).
    #[serde(rename = "replace_user")]
    ReplaceMembers,
    /// A full replacement of the departments (全量覆盖部门).
    #[serde(rename = "replace_party")]
    ReplaceDepartments,
    /// The server does not say.
    #[default]
    #[serde(rename = "")]
    Unsaid,
    /// A kind that has no name here.
    #[serde(untagged)]
    Other(String),
}

/// What became of one row of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportRow {
    /// The member, in an import of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userid: Option<UserId>,
    /// The department, in an import of departments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partyid: Option<DepartmentId>,
    /// What was done to the department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<DepartmentChange>,
    /// Why the row was refused; 0 or absent if it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errcode: Option<i32>,
    /// The server's text on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<String>,
}

impl ImportRow {
    /// The code that the row was refused with; `None` if it was accepted.
    pub fn refusal(&self) -> Option<ErrorCode> {
        self.errcode.filter(|code| *code != 0).map(ErrorCode)
    }
}

/// What an import did to a department: any of four things at once (操作类型，按位或).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DepartmentChange(pub u32);

impl DepartmentChange {
    /// It was created (新建部门).
    pub const fn created(self) -> bool {
        self.0 & 1 != 0
    }

    /// Its name changed (更改部门名称).
    pub const fn renamed(self) -> bool {
        self.0 & 2 != 0
    }

    /// It went below another department (移动部门).
    pub const fn moved(self) -> bool {
        self.0 & 4 != 0
    }

    /// Its place among its siblings changed (修改部门排序).
    pub const fn reordered(self) -> bool {
        self.0 & 8 != 0
    }
}

/// A finished import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportOutcome {
    status: ImportStatus,
}

impl ImportOutcome {
    /// The job's last status, as the server gave it.
    pub fn status(&self) -> &ImportStatus {
        &self.status
    }

    /// All rows, in the server's order.
    pub fn rows(&self) -> &[ImportRow] {
        &self.status.rows
    }

    /// The rows that were refused.
    pub fn failures(&self) -> impl Iterator<Item = &ImportRow> {
        self.status.rows.iter().filter(|row| row.refusal().is_some())
    }

    /// How many rows were refused.
    pub fn failed(&self) -> usize {
        self.failures().count()
    }

    /// How many rows were accepted.
    pub fn succeeded(&self) -> usize {
        self.status.rows.len() - self.failed()
    }

    /// Whether every row was accepted.
    pub fn is_complete(&self) -> bool {
        self.failures().next().is_none()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(call: &impl Endpoint) -> Value {
        serde_json::to_value(call).unwrap()
    }

    #[test]
    fn trap_02_to_invite_is_sent_exactly_when_it_is_set() {
        let mut call = SyncMembers::new("m1");
        assert_eq!(body(&call), json!({"media_id": "m1"}));
        call.to_invite = Some(false);
        assert_eq!(body(&call), json!({"media_id": "m1", "to_invite": false}));
        call.to_invite = Some(true);
        assert_eq!(body(&call), json!({"media_id": "m1", "to_invite": true}));
    }

    #[test]
    fn trap_04_the_callback_goes_under_its_exact_keys_and_departments_have_no_to_invite() {
        let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse().unwrap();
        let callback = JobCallback::new("https://hr.example.com/jobs", &"t0ken".into(), &key);
        let expected = json!({
            "media_id": "m1",
            "callback": {
                "url": "https://hr.example.com/jobs",
                "token": "t0ken",
                "encodingaeskey": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
            },
        });
        let replace = ReplaceMembers { callback: Some(callback.clone()), ..ReplaceMembers::new("m1") };
        assert_eq!(body(&replace), expected);
        let departments =
            ReplaceDepartments { callback: Some(callback.clone()), ..ReplaceDepartments::new("m1") };
        assert_eq!(body(&departments), expected);
        assert_eq!(body(&ReplaceDepartments::new("m1")), json!({"media_id": "m1"}));

        let shown = format!("{callback:?}");
        assert!(!shown.contains("t0ken") && !shown.contains("jWmYm7"), "{shown}");
    }

    #[test]
    fn trap_13_a_running_job_with_empty_rows_is_read() {
        let running: ImportStatus = serde_json::from_value(
            json!({"status": 1, "type": "replace_user", "total": 3, "percentage": 33, "result": [{}, {}]}),
        )
        .unwrap();
        assert_eq!(running.status, ImportState::Started);
        assert_eq!(running.kind, ImportKind::ReplaceMembers);
        assert_eq!(running.rows, [ImportRow::default(), ImportRow::default()]);
        for bare in [json!({"status": 2}), json!({"status": 2, "type": "new_kind", "result": null})] {
            let status: ImportStatus = serde_json::from_value(bare).unwrap();
            assert_eq!((status.status, status.rows.len()), (ImportState::Running, 0));
        }
    }

    #[test]
    fn trap_14_rows_that_failed_are_told_from_rows_that_did_not() {
        let status = serde_json::from_value(json!({
            "status": 3, "type": "sync_user", "total": 2, "percentage": 100,
            "result": [
                {"userid": "wangfang", "errcode": 0, "errmsg": "ok"},
                {"userid": "liuyang", "errcode": 60104, "errmsg": "mobile existed"},
            ],
        }))
        .unwrap();
        let outcome = ImportOutcome { status };
        assert_eq!((outcome.succeeded(), outcome.failed(), outcome.is_complete()), (1, 1, false));
        let failure = outcome.failures().next().unwrap();
        assert_eq!(failure.userid, Some("liuyang".into()));
        assert_eq!(failure.refusal(), Some(ErrorCode(60104)));
    }

    #[test]
    fn a_department_row_says_all_that_was_done() {
        let row: ImportRow =
            serde_json::from_value(json!({"action": 6, "partyid": 2, "errcode": 0, "errmsg": "ok"})).unwrap();
        let change = row.action.unwrap();
        assert!(change.renamed() && change.moved());
        assert!(!change.created() && !change.reordered());
        assert_eq!(row.partyid, Some(DepartmentId(2)));
    }
}
