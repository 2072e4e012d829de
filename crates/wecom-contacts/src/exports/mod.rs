//! Exports (异步导出): jobs that write members, departments and tags into encrypted files.
//!
//! The caller submits a job with a key. The job runs on the server and produces files that only this key decrypts.
//! Another process can resume the job from its id and key. The rows arrive as a stream: each part of a file is
//! downloaded, checked, decrypted and parsed as its bytes arrive. Memory use is therefore independent of the file size.
//!
//! Since 2022-08-15, contacts-sync secrets can export only tags from new IPs; other exports fail with 48009. Apps can
//! export data inside their visible range.
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
/// The key of an export job: 43 letters and digits. [`generate`](wecom_cipher::EncodingAesKey::generate) creates a random
/// key, `parse` reads a stored one. `Debug` masks it.
pub use wecom_cipher::EncodingAesKey as ExportKey;

use crate::{
    Bilingual, CallFuture, Client, Endpoint, Error, ErrorKind, JobId, Result, TagId,
    departments::Department,
    media::JobStarted,
    members::{Member, SimpleMember},
};

/// The calls of the exports chapter; see [`Client::exports`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
/// # let sim = wecom_sim::Sim::builder().running_clock(true).job_time(std::time::Duration::ZERO).start().await.expect("a free port");
/// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
/// # let client = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
/// # let mut members = 0;
/// use futures_util::TryStreamExt;
/// use wecom_contacts::Polling;
///
/// let job = client.exports().members().await?;
/// let mut rows = job.wait(Polling::default()).await?.rows(); // or `.ids()`, or `.rows().batches()`
/// while let Some(member) = rows.try_next().await? {
///     println!("{} {:?}", member.userid, member.department);
/// #     members += 1;
/// }
/// # assert_eq!(members, 7);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Exports {
    client: Client,
}

impl Client {
    /// Returns the calls of the exports chapter (异步导出).
    pub fn exports(&self) -> Exports {
        Exports { client: self.clone() }
    }
}

impl Exports {
    /// Exports all members that the credential can view, with their details.
    ///
    /// # Errors
    ///
    /// 48009 ([`is_permission_denied`](Error::is_permission_denied)) for a contacts-sync secret from a new IP.
    ///
    /// Official: [导出成员详情](https://developer.work.weixin.qq.com/document/path/94851)
    pub fn members(&self) -> ExportSubmission<ExportMembers> {
        self.submission(ExportMembers::default())
    }

    /// Exports all members that the credential can view: ids, names and departments.
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`members`](Self::members).
    ///
    /// Official: [导出成员](https://developer.work.weixin.qq.com/document/path/94849)
    pub fn members_simple(&self) -> ExportSubmission<ExportMembersSimple> {
        self.submission(ExportMembersSimple::default())
    }

    /// Exports all departments that the credential can view.
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`members`](Self::members).
    ///
    /// Official: [导出部门](https://developer.work.weixin.qq.com/document/path/94852)
    pub fn departments(&self) -> ExportSubmission<ExportDepartments> {
        self.submission(ExportDepartments::default())
    }

    /// Exports the members and departments of a tag. The credential needs permission to read the tag.
    ///
    /// # Errors
    ///
    /// 40068 if the tag is unknown, 60011 if the credential has no permission.
    ///
    /// Official: [导出标签成员](https://developer.work.weixin.qq.com/document/path/94853)
    pub fn tag(&self, tag: impl Into<TagId>) -> ExportSubmission<ExportTag> {
        self.submission(ExportTag { tagid: tag.into(), ..ExportTag::default() })
    }

    /// Returns the state of a job of any kind. Only the secret that submitted the job is allowed to request it. The key
    /// is unnecessary.
    ///
    /// # Errors
    ///
    /// 40088 if this secret has no such job.
    ///
    /// Official: [获取导出结果](https://developer.work.weixin.qq.com/document/path/94854)
    pub fn status(&self, id: impl Into<JobId>) -> CallFuture<ExportStatus> {
        self.client.send(&GetExportResult::new(id))
    }

    /// Resumes a job from its id and key, even if another process submitted it with the same secret. This method sends no
    /// request.
    ///
    /// `R` is the exported type: [`Member`], [`SimpleMember`], [`Department`] or [`TagRow`].
    pub fn job<R: ExportRow>(&self, id: impl Into<JobId>, key: ExportKey) -> ExportJob<R> {
        ExportJob::new(self.client.clone(), id.into(), key)
    }

    fn submission<E>(&self, call: E) -> ExportSubmission<E> {
        ExportSubmission { client: self.client.clone(), call, key: None }
    }
}

/// An export that is ready for submission. Awaiting it returns the [`ExportJob`].
#[derive(Clone, Debug)]
#[must_use = "an export does nothing until it is awaited"]
pub struct ExportSubmission<E> {
    client: Client,
    call: E,
    key: Option<ExportKey>,
}

impl<E: ExportCall> ExportSubmission<E> {
    /// Sets the key that encrypts the files. Defaults to a random key.
    pub fn key(mut self, key: ExportKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Sets the maximum number of rows in a file, 10,000–1,000,000. The server's default is 1,000,000.
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
                    Error::new(
                        E::CALL.path(),
                        ErrorKind::Unwritable(Bilingual::new(
                            format!("the random key could not be generated: {error}"),
                            format!("无法生成随机数：{error}"),
                        )),
                    )
                })?,
            };
            call.arguments().0.push_str(key.expose());
            let started = client.send(&call).await?;
            Ok(ExportJob::new(client, started.jobid, key))
        })
    }
}

/// The call that submits one of the four exports. The trait is sealed.
pub trait ExportCall:
    Endpoint<Reply = JobStarted> + Default + Send + Sync + sealed::ExportArguments + 'static
{
    /// The type of the rows.
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
    /// Maximum number of rows in a file, 10,000–1,000,000.
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
    /// Maximum number of rows in a file, 10,000–1,000,000.
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
    /// Maximum number of rows in a file, 10,000–1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u32>,
}

/// Submits an export of the members and departments of a tag.
///
/// Official: [导出标签成员](https://developer.work.weixin.qq.com/document/path/94853)
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportTag {
    /// The tag.
    pub tagid: TagId,
    /// The key of the files, 43 letters and digits.
    pub encoding_aeskey: String,
    /// Maximum number of rows in a file, 10,000–1,000,000. Members and departments both count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_size: Option<u32>,
}

masked_debug!(ExportMembers { block_size | encoding_aeskey });
masked_debug!(ExportMembersSimple { block_size | encoding_aeskey });
masked_debug!(ExportDepartments { block_size | encoding_aeskey });
masked_debug!(ExportTag { tagid, block_size | encoding_aeskey });

/// The call that errors of a file report.
const CALL: &str = GetExportResult::CALL.path();

fn corrupt(file: usize, offset: u64, why: impl Into<Bilingual>) -> Error {
    Error::new(CALL, ErrorKind::CorruptFile { file, offset, why: why.into(), row: None })
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
