//! A submitted export, and its files.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Serialize};

use super::{Export, ExportKey, ExportRow};
use crate::{
    CallFuture, Client, Endpoint, Error, ErrorKind, JobId, Polling, json_fields,
    polling::{HasStage, Stage, Wakeups},
};

/// A submitted export.
///
/// [`Exports::job`](super::Exports::job) resumes the job from its id and key.
pub struct ExportJob<R> {
    client: Client,
    id: JobId,
    key: ExportKey,
    row: PhantomData<fn() -> R>,
}

impl<R: ExportRow> ExportJob<R> {
    pub(super) fn new(client: Client, id: JobId, key: ExportKey) -> Self {
        Self { client, id, key, row: PhantomData }
    }

    /// Returns the job's id.
    pub fn id(&self) -> &JobId {
        &self.id
    }

    /// Returns the key that decrypts the job's files. A caller that resumes the job later must store the key as a secret.
    pub fn key(&self) -> &ExportKey {
        &self.key
    }

    /// Returns the state of the job. Only the secret that submitted the job is allowed to request it.
    ///
    /// # Errors
    ///
    /// 40088 if this secret has no such job.
    pub fn status(&self) -> CallFuture<ExportStatus> {
        self.client.exports().status(&self.id)
    }

    /// Waits for the job to finish.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::StillRunning`] if the job takes longer than `polling` allows; [`ErrorKind::JobFailed`] if WeCom
    /// reports a failure; [`ErrorKind::Incomplete`] if the job returns to an earlier state, or is done without files.
    /// Even an export without rows has a file.
    pub fn wait(&self, polling: Polling) -> CallFuture<Export<R>> {
        self.wait_until_done(polling, Wakeups::none())
    }

    /// Waits like [`wait`](Self::wait), and also checks the job immediately when `wakeup` completes, for example after
    /// the job's completion callback (异步任务完成通知). Polling continues, because a callback can get lost.
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`wait`](Self::wait).
    pub fn wait_with_wakeup(
        &self,
        polling: Polling,
        wakeup: impl Future<Output = ()> + Send + 'static,
    ) -> CallFuture<Export<R>> {
        self.wait_until_done(polling, Wakeups::once(wakeup))
    }

    fn wait_until_done(&self, polling: Polling, mut wakeups: Wakeups) -> CallFuture<Export<R>> {
        let job = self.clone();
        CallFuture::new(async move {
            let failed = |kind| Err(Error::new(GetExportResult::CALL.path(), kind));
            let finished = |status: ExportStatus| match status.status {
                ExportState::Done if status.files.is_empty() => {
                    let why = (
                        "the job is done, but its reply has no files (`data_list`)",
                        "任务已完成，但响应中没有文件列表（`data_list`）",
                    );
                    failed(ErrorKind::Incomplete(why.into()))
                }
                ExportState::Done => Ok(Some(status.files)),
                ExportState::Failed => failed(ErrorKind::JobFailed { job: job.id.clone() }),
                _ => Ok(None),
            };
            let question = GetExportResult::new(&job.id);
            let files = polling.until_done(&job.client, &job.id, &question, finished, &mut wakeups).await?;
            Ok(Export::new(job, files))
        })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }
}

impl<R> Clone for ExportJob<R> {
    fn clone(&self) -> Self {
        Self { client: self.client.clone(), id: self.id.clone(), key: self.key.clone(), row: PhantomData }
    }
}

impl<R> fmt::Debug for ExportJob<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportJob").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Reads the state of an export.
///
/// Official: [获取导出结果](https://developer.work.weixin.qq.com/document/path/94854)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetExportResult {
    /// The job.
    pub jobid: JobId,
}

impl GetExportResult {
    /// Creates a request for the state of this job.
    pub fn new(jobid: impl Into<JobId>) -> Self {
        Self { jobid: jobid.into() }
    }
}

/// The state and files of an export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportStatus {
    /// The state.
    pub status: ExportState,
    /// The files. Valid only when the job is done.
    #[serde(
        default,
        rename = "data_list",
        deserialize_with = "json_fields::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub files: Vec<ExportFile>,
}

coded! {
    /// The state of an export (任务状态).
    ExportState {
        /// The job is waiting (未处理).
        Waiting = 0,
        /// The job is running (处理中).
        Running = 1,
        /// The files are available (完成).
        Done = 2,
        /// The job failed without files (异常失败).
        Failed = 3,
    }
}

impl HasStage for ExportStatus {
    fn stage(&self) -> Option<Stage> {
        match self.status {
            ExportState::Other(_) => None,
            state => Some(Stage { state: state.into(), percentage: 0 }),
        }
    }
}

/// One encrypted file of an export.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportFile {
    /// The download link, valid for two hours. It works without a token.
    pub url: String,
    /// The size of the encrypted file in bytes.
    pub size: u64,
    /// The md5 of the encrypted file, in hex.
    pub md5: String,
}

masked_debug!(ExportFile { size, md5 | url });

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trap_13_the_status_is_a_number_and_the_files_are_a_list() {
        let done: ExportStatus = serde_json::from_value(json!({
            "status": 2,
            "data_list": [
                {"url": "https://files.example.com/e/1", "size": 4128, "md5": "0cc175b9c0f1b6a831c399e269772661"},
                {"url": "https://files.example.com/e/2", "size": 32, "md5": "3317096e568d08f69d29fb1aced06059"},
            ],
        }))
        .unwrap();
        assert_eq!((done.status, done.files.len()), (ExportState::Done, 2));
        for running in [json!({"status": 1}), json!({"status": "1", "data_list": null})] {
            let running: ExportStatus = serde_json::from_value(running).unwrap();
            assert_eq!((running.status, running.files.len()), (ExportState::Running, 0));
        }
    }

    #[test]
    fn a_link_is_as_good_as_a_key_and_not_shown() {
        let file =
            ExportFile { url: "https://files.example.com/e/1?sign=abc".into(), size: 1, md5: String::new() };
        assert!(!format!("{file:?}").contains("sign"));
    }
}
