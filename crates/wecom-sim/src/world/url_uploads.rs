//! Uploads by URL (异步上传临时素材) as they are remembered.

use url::Url;

use super::{credentials::Caller, fail::Fail, media::MediaKind};
use crate::clock::Millis;

/// The largest file that comes by URL.
pub(crate) const LARGEST: usize = 200 << 20;

/// A download to be made.
#[derive(Clone, Debug)]
pub(crate) struct MediaDownload {
    pub(crate) corp: usize,
    pub(crate) job: String,
    pub(crate) url: Url,
}

/// One upload by URL.
#[derive(Debug)]
pub(crate) struct UrlUpload {
    pub(super) request: UrlUploadRequest,
    pub(super) submitter: Caller,
    pub(super) submitted_at: Millis,
    /// The media id and when it was made.
    pub(super) outcome: Option<Result<(String, Millis), Fail>>,
}

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct UrlUploadRequest {
    pub(crate) kind: MediaKind,
    pub(crate) name: String,
    pub(crate) url: Url,
    /// In small letters.
    pub(crate) md5: String,
}
