//! Uploads by URL (异步上传临时素材): a job fetches the file.

use serde::{Deserialize, Serialize};

use super::{MediaKind, text_seconds};
use crate::{JobId, MediaId, json_fields};

/// Submits a job that fetches a file or video from a URL.
///
/// Official: [异步上传临时素材](https://developer.work.weixin.qq.com/document/path/96219)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadByUrl {
    /// The purpose of the medium: 1 for welcome messages of customer groups (客户联系入群欢迎语素材).
    pub scene: u32,
    /// [`Video`](MediaKind::Video) (MP4) or [`File`](MediaKind::File).
    #[serde(rename = "type")]
    pub kind: MediaKind,
    /// The name shown to recipients, at most 128 bytes.
    pub filename: String,
    /// The URL of the file, at most 1024 bytes. Its server must support `Range`.
    pub url: String,
    /// The file's md5 in hex.
    pub md5: String,
}

impl UploadByUrl {
    /// Creates a request with the file's name, URL and md5.
    pub fn new(
        kind: MediaKind,
        filename: impl Into<String>,
        url: impl Into<String>,
        md5: impl Into<String>,
    ) -> Self {
        Self { scene: 1, kind, filename: filename.into(), url: url.into(), md5: md5.into() }
    }
}

/// The reply to a submitted job (异步任务).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobStarted {
    /// The job's id, at most 64 bytes. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub jobid: JobId,
}

/// Reads the state of an upload by URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetUploadByUrlResult {
    /// The job.
    pub jobid: JobId,
}

impl GetUploadByUrlResult {
    /// Creates a request for the state of this job.
    pub fn new(jobid: impl Into<JobId>) -> Self {
        Self { jobid: jobid.into() }
    }
}

/// The state and result of an upload by URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UrlUpload {
    /// The state. The page's sample has a number, its table says "string"; both are accepted.
    pub status: UrlUploadState,
    /// The medium, or the reason of the failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<UrlUploadDetail>,
}

coded! {
    /// The state of an upload by URL.
    UrlUploadState {
        /// WeCom is fetching the file (处理中).
        Running = 1,
        /// The medium is available (完成).
        Done = 2,
        /// The job failed without a medium (异常失败).
        Failed = 3,
    }
}

/// The result of an upload by URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UrlUploadDetail {
    /// The error code of the job, or 0 on success.
    #[serde(default)]
    pub errcode: i32,
    /// The server's error text.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub errmsg: String,
    /// The medium. Present on success.
    #[serde(default, deserialize_with = "none_if_blank", skip_serializing_if = "Option::is_none")]
    pub media_id: Option<MediaId>,
    /// The time of the upload, in seconds since 1970.
    #[serde(default, with = "text_seconds", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
}

fn none_if_blank<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<MediaId>, D::Error> {
    Ok(json_fields::none_if_empty(deserializer)?.map(MediaId::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_by_url_is_read_in_both_spellings_of_its_state() {
        let done: UrlUpload = serde_json::from_str(
            r#"{"status":2,"detail":{"errcode":0,"errmsg":"ok","media_id":"m1","created_at":"1700000000"}}"#,
        )
        .unwrap();
        assert_eq!(done.status, UrlUploadState::Done);
        assert_eq!(done.detail.unwrap().media_id, Some("m1".into()));
        let failed: UrlUpload =
            serde_json::from_str(r#"{"status":"3","detail":{"errcode":830001,"errmsg":"x","media_id":""}}"#)
                .unwrap();
        assert_eq!(failed.status, UrlUploadState::Failed);
        let detail = failed.detail.unwrap();
        assert_eq!((detail.errcode, detail.media_id), (830_001, None));
        let bare: UrlUpload = serde_json::from_str(r#"{"status":1}"#).unwrap();
        assert_eq!(bare.status, UrlUploadState::Running);
    }
}
