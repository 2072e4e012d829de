//! The stored uploads by URL (异步上传临时素材).

use url::Url;

use super::{credentials::Caller, fail::Fail, media::MediaKind};
use crate::clock::Millis;

/// Maximum size of a file from a URL.
pub(crate) const LARGEST: usize = 200 << 20;

/// A download to start.
#[derive(Clone, Debug)]
pub(crate) struct MediaDownload {
    pub(crate) corp: usize,
    pub(crate) job: String,
    pub(crate) url: Url,
}

/// One upload by URL.
#[derive(Clone, Debug)]
pub(crate) struct UrlUpload {
    pub(super) request: UrlUploadRequest,
    pub(super) submitter: Caller,
    pub(super) submitted_at: Millis,
    /// The media id and its time of creation.
    pub(super) outcome: Option<Result<(String, Millis), Fail>>,
}

/// The arguments of an upload.
#[derive(Clone, Debug)]
pub(crate) struct UrlUploadRequest {
    pub(crate) kind: MediaKind,
    pub(crate) name: String,
    pub(crate) url: Url,
    /// In lower case.
    pub(crate) md5: String,
}

impl UrlUpload {
    /// Returns the URL of a file that has not arrived.
    pub(super) fn pending_url(&self) -> Option<&Url> {
        self.outcome.is_none().then_some(&self.request.url)
    }
}
