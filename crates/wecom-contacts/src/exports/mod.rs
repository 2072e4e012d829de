//! Exports (异步导出): members, departments and tags in bulk, as encrypted files, by a job.
//!
//! A job is submitted with a key of the caller's making, runs at the server, and leaves files that only this key opens. The
//! job's id and key outlive this process. Their rows come as a stream: downloaded, checked, decrypted and cut into records
//! as the bytes arrive, never a whole file in memory.
//!
//! Since 2022-08-15 contacts-sync secrets may not export from IPs that are new (48009), tags excepted; apps may, inside
//! their visible range.
//!
//! Official: [导出成员](https://developer.work.weixin.qq.com/document/path/94849)

mod download;
mod job;
mod pipeline;
mod row;
mod rows;

use std::future::IntoFuture;

use serde::{Deserialize, Serialize};

pub use job::{ExportFile, ExportJob, ExportState, ExportStatus, GetExportResult};
pub use pipeline::DamagedRows;
pub use row::{ExportRow, Fields, TagRow};
pub use rows::{Export, ExportBatches, ExportRows, Progress};
/// The key of an export job: 43 letters and digits. [`generate`](wecom_cipher::EncodingAesKey::generate) makes one,
/// `parse` reads one that was kept; `Debug` does not show it.
pub use wecom_cipher::EncodingAesKey as ExportKey;

use crate::{
    CallFuture, Client, Endpoint, Error, ErrorKind, JobId, Result, TagId,
    departments::Department,
    media::JobStarted,
    members::{Member, SimpleMember},
};

/// The calls of the exports chapter; see [`Client::exports`].
///
/// ```no_run
/// # async fn example(client: wecom_contacts::Client) -> wecom_contacts::Result<()> {
/// use futures_util::TryStreamExt;
/// use wecom_contacts::Polling;
///
/// let job = client.exports().members().await?;
/// let mut rows = job.wait(Polling::default()).await?.rows(); // or `.ids()`, or `.rows().batches()`
/// while let Some(member) = rows.try_next().await? {
///     println!("{} {:?}", member.userid, member.department);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Exports {
    client: Client,
}

impl Client {
    /// The exports chapter (异步导出).
    pub fn exports(&self) -> Exports {
        Exports { client: self.clone() }
    }
}

impl Exports {
    /// Exports all members that this credential may see, with their details.
    ///
    /// # Errors
    ///
    /// 48009 ([`is_permission_denied`](Error::is_permission_denied)) for a contacts-sync secret from a new IP.
    ///
    /// Official: [导出成员详情](https://developer.work.weixin.qq.com/document/path/94851)
    pub fn members(&self) -> ExportSubmission<ExportMembers> {
        self.submission(ExportMembers::default())
    }

    /// Exports all members that this credential may see: ids, names and departments.
    ///
    /// # Errors
    ///
    /// As [`members`](Self::members).
    ///
    /// Official: [导出成员](https://developer.work.weixin.qq.com/document/path/94849)
    pub fn members_simple(&self) -> ExportSubmission<ExportMembersSimple> {
        self.submission(ExportMembersSimple::default())
    }

    /// Exports all departments that this credential may see.
    ///
    /// # Errors
    ///
    /// As [`members`](Self::members).
    ///
    /// Official: [导出部门](https://developer.work.weixin.qq.com/document/path/94852)
    pub fn departments(&self) -> ExportSubmission<ExportDepartments> {
        self.submission(ExportDepartments::default())
    }

    /// Exports a tag's members and departments. The credential must be allowed to read the tag.
    ///
    /// # Errors
    ///
    /// 40068 if there is no such tag, 60011 if it is not for this credential.
    ///
    /// Official: [导出标签成员](https://developer.work.weixin.qq.com/document/path/94853)
    pub fn tag(&self, tag: impl Into<TagId>) -> ExportSubmission<ExportTag> {
        self.submission(ExportTag { tagid: tag.into(), ..ExportTag::default() })
    }

    /// Returns the state of a job, whatever it exports. Only the secret that submitted it may ask; the key is not needed.
    ///
    /// # Errors
    ///
    /// 40088 if this secret has no such job.
    ///
    /// Official: [获取导出结果](https://developer.work.weixin.qq.com/document/path/94854)
    pub fn status(&self, id: impl Into<JobId>) -> CallFuture<ExportStatus> {
        self.client.send(&GetExportResult::new(id))
    }

    /// Resumes a job by its id and key, also one that another process submitted with the same secret. Sends nothing.
    ///
    /// `R` is what was exported: [`Member`], [`SimpleMember`], [`Department`] or [`TagRow`].
    pub fn job<R: ExportRow>(&self, id: impl Into<JobId>, key: ExportKey) -> ExportJob<R> {
        ExportJob::new(self.client.clone(), id.into(), key)
    }

    fn submission<E>(&self, call: E) -> ExportSubmission<E> {
        ExportSubmission { client: self.client.clone(), call, key: None }
    }
}

/// An export about to be submitted: await it for the [`ExportJob`].
#[derive(Clone, Debug)]
#[must_use = "an export does nothing until it is awaited"]
pub struct ExportSubmission<E> {
    client: Client,
    call: E,
    key: Option<ExportKey>,
}

impl<E: ExportCall> ExportSubmission<E> {
    /// Encrypts the files with this key. Defaults to a fresh random one.
    pub fn key(mut self, key: ExportKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets how many rows one file may have, 10,000–1,000,000; the server's default is 1,000,000.
    pub fn block_size(mut self, rows: u32) -> Self {
        *self.call.arguments().1 = Some(rows);
        self
    }
}

impl<E: ExportCall> IntoFuture for ExportSubmission<E> {
    type Output = Result<ExportJob<E::Row>>;
    type IntoFuture = CallFuture<ExportJob<E::Row>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { client, mut call, key } = self;
        CallFuture::new(async move {
            let key = match key {
                Some(key) => key,
                None => ExportKey::generate().map_err(|error| {
                    Error::new(E::CALL.path(), ErrorKind::Unwritable(format!("no random key: {error}")))
                })?,
            };
            call.arguments().0.push_str(key.expose());
            let started = client.send(&call).await?;
            Ok(ExportJob::new(client, started.jobid, key))
        })
    }
}

/// The call that submits one of the four exports; not for others to implement.
pub trait ExportCall:
    Endpoint<Reply = JobStarted> + Default + Send + Sync + sealed::ExportArguments + 'static
{
    /// What the files hold.
    type Row: ExportRow;
}

mod sealed {
    pub trait ExportArguments {
        fn arguments(&mut self) -> (&mut String, &mut Option<u32>);
    }
}

macro_rules! export_calls {
    ($($call:ident, $row:ty;)*) => {$(
        impl ExportCall for $call {
            type Row = $row;
        }

        impl sealed::ExportArguments for $call {
            fn arguments(&mut self) -> (&mut String, &mut Option<u32>) {
                (&mut self.encoding_aeskey, &mut self.block_size)
            }
        }
    )*};
}

export_calls! {
    ExportMembers, Member;
    ExportMembersSimple, SimpleMember;
    ExportDepartments, Department;
    ExportTag, TagRow;
}

/// Submits an export of member details.
///
/// Official: [导出成员详情](https://developer.work.weixin.qq.com/document/path/94851)
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportMembers {
    /// The key of the files, 43 letters and digits.
    pub encoding_aeskey: String,
    /// How many rows one file may have, 10,000–1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u32>,
}

/// Submits an export of members: ids, names, departments.
///
/// Official: [导出成员](https://developer.work.weixin.qq.com/document/path/94849)
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportMembersSimple {
    /// The key of the files, 43 letters and digits.
    pub encoding_aeskey: String,
    /// How many rows one file may have, 10,000–1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u32>,
}

/// Submits an export of departments.
///
/// Official: [导出部门](https://developer.work.weixin.qq.com/document/path/94852)
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportDepartments {
    /// The key of the files, 43 letters and digits.
    pub encoding_aeskey: String,
    /// How many rows one file may have, 10,000–1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u32>,
}

/// Submits an export of a tag's members and departments.
///
/// Official: [导出标签成员](https://developer.work.weixin.qq.com/document/path/94853)
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportTag {
    /// The tag.
    pub tagid: TagId,
    /// The key of the files, 43 letters and digits.
    pub encoding_aeskey: String,
    /// How many rows, members and departments together, one file may have, 10,000–1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u32>,
}

masked_debug!(ExportMembers { block_size | encoding_aeskey });
masked_debug!(ExportMembersSimple { block_size | encoding_aeskey });
masked_debug!(ExportDepartments { block_size | encoding_aeskey });
masked_debug!(ExportTag { tagid, block_size | encoding_aeskey });

/// The call that a file's errors are filed under.
const CALL: &str = GetExportResult::CALL.path();

fn corrupt(file: usize, offset: u64, why: &'static str) -> Error {
    Error::new(CALL, ErrorKind::CorruptFile { file, offset, why, row: None })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

    #[test]
    fn a_submission_names_the_key_and_only_what_was_set() {
        let mut call = ExportTag { tagid: TagId(7), ..ExportTag::default() };
        call.encoding_aeskey.push_str(KEY);
        assert_eq!(serde_json::to_value(&call).unwrap(), json!({"tagid": 7, "encoding_aeskey": KEY}));
        call.block_size = Some(10_000);
        assert_eq!(
            serde_json::to_value(&call).unwrap(),
            json!({"tagid": 7, "encoding_aeskey": KEY, "block_size": 10_000})
        );
    }

    #[test]
    fn trap_27_the_key_of_an_export_is_not_shown() {
        let call = ExportMembers { encoding_aeskey: KEY.to_owned(), ..ExportMembers::default() };
        let client = Client::builder("ww1", crate::Secret::contacts_sync("s3cret")).build().unwrap();
        let job: ExportJob<Member> = client.exports().job("job-1", KEY.parse().unwrap());
        let submission = client.exports().members().key(KEY.parse().unwrap());
        let shown = format!("{call:?} {job:?} {submission:?}");
        assert!(!shown.contains(KEY) && !shown.contains("s3cret"), "{shown}");
    }
}
