//! Temporary media and images (素材管理): avatars, import files, and media that members sent.
//!
//! Official: [素材管理](https://developer.work.weixin.qq.com/document/path/91054)

mod download;
mod upload;
mod upload_by_url;

use std::ops::RangeInclusive;

pub use download::{ContentRange, Download};
pub use upload::{MediaKind, UploadedImage, UploadedMedia};
pub use upload_by_url::{
    GetUploadByUrlResult, JobStarted, UploadByUrl, UrlUpload, UrlUploadDetail, UrlUploadState,
};

use self::upload::{form, image_type};
use crate::{
    Bilingual, Call, CallFuture, Client, Error, ErrorKind, JobId, MediaId,
    endpoints::{GET_MEDIA, GET_VOICE, UPLOAD_IMAGE, UPLOAD_MEDIA},
    transport::{Body, PreparedCall},
};

/// The calls of the media chapter; see [`Client::media`].
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
/// # let sim = wecom_sim::Sim::start().await;
/// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
/// # let client = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
/// # let portrait = b"\x89PNG\r\n\x1a\n...";
/// use wecom_contacts::media::MediaKind;
///
/// let avatar = client.media().upload(MediaKind::Image, "zhangsan.png", portrait).await?;
/// let file = client.media().get(&avatar.media_id).await?;
/// let bytes = file.read(2 << 20).await?; // 2 MiB at most
/// # assert_eq!(bytes, &portrait[..]);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Media {
    client: Client,
}

impl Client {
    /// Returns the calls of the media chapter (素材管理).
    pub fn media(&self) -> Media {
        Media { client: self.clone() }
    }
}

impl Media {
    /// Uploads a temporary medium. It is valid for three days and for all apps of the corp.
    ///
    /// The minimum is 6 bytes. The maximum is 10 MB for an image (JPG, PNG) or video (MP4), 2 MB and 60 s for a voice
    /// (AMR), and 20 MB for a file. Recipients of the medium see its file name.
    ///
    /// # Errors
    ///
    /// 40004, 40006, 40009, 40011, 40123, 44001, 45001: the content does not match the kind or its size limits
    /// ([`Error::is_invalid_argument`]).
    ///
    /// Official: [上传临时素材](https://developer.work.weixin.qq.com/document/path/90253)
    pub fn upload(
        &self,
        kind: MediaKind,
        file_name: impl AsRef<str>,
        content: impl AsRef<[u8]>,
    ) -> CallFuture<UploadedMedia> {
        let content_type = match kind {
            MediaKind::Image => image_type(content.as_ref()),
            MediaKind::Voice => "voice/amr",
            MediaKind::Video => "video/mp4",
            MediaKind::File => "application/octet-stream",
        };
        let body = form(UPLOAD_MEDIA, file_name.as_ref(), content_type, content.as_ref());
        self.client.send_prepared(body.map(|body| PreparedCall {
            call: UPLOAD_MEDIA,
            query: format!("type={}", kind.as_str()),
            body,
        }))
    }

    /// Downloads a temporary medium. The headers are available first; the content arrives while the stream is read.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] (40007, 40145) if the id is wrong or older than three days. 830002 if the medium is too
    /// large for one reply; use [`get_range`](Self::get_range) instead.
    ///
    /// Official: [获取临时素材](https://developer.work.weixin.qq.com/document/path/90254)
    pub fn get(&self, media_id: impl Into<MediaId>) -> CallFuture<Download> {
        self.download(GET_MEDIA, media_id.into(), None)
    }

    /// Downloads a part of a temporary medium. Both ends of the byte range are inclusive.
    ///
    /// [`Download::content_range`] returns the size of the whole medium. A part has at most 20 MB. Some media are stored
    /// encrypted; their parts must begin and end at multiples of 16, otherwise the call fails with 40146.
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`get`](Self::get).
    pub fn get_range(
        &self,
        media_id: impl Into<MediaId>,
        bytes: RangeInclusive<u64>,
    ) -> CallFuture<Download> {
        self.download(GET_MEDIA, media_id.into(), Some(bytes))
    }

    /// Downloads a voice that a page recorded through the JS-SDK, in high definition (speex, 16 kHz). [`get`](Self::get)
    /// returns the same voice as AMR at 8 kHz.
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`get`](Self::get).
    ///
    /// Official: [获取高清语音素材](https://developer.work.weixin.qq.com/document/path/90255)
    pub fn get_voice(&self, media_id: impl Into<MediaId>) -> CallFuture<Download> {
        self.download(GET_VOICE, media_id.into(), None)
    }

    /// Uploads an image (5 bytes to 2 MB) permanently and returns its URL. The image is visible only inside WeCom.
    ///
    /// Limits: 1000 a day and 3000 a month for each corp.
    ///
    /// # Errors
    ///
    /// Fails with the same errors as [`upload`](Self::upload).
    ///
    /// Official: [上传图片](https://developer.work.weixin.qq.com/document/path/90256)
    pub fn upload_image(&self, file_name: impl AsRef<str>, content: impl AsRef<[u8]>) -> CallFuture<String> {
        let body = form(UPLOAD_IMAGE, file_name.as_ref(), image_type(content.as_ref()), content.as_ref());
        let prepared = body.map(|body| PreparedCall { call: UPLOAD_IMAGE, query: String::new(), body });
        self.client.send_prepared(prepared).map(|image: UploadedImage| image.url)
    }

    /// Submits a job that fetches a file or video from a URL, up to 200 MB, and returns the job's id.
    ///
    /// The resulting medium works with [`get`](Self::get) and with group welcome messages; imports do not accept it. The
    /// caller needs the customer-contact permission (客户联系).
    ///
    /// # Errors
    ///
    /// 830001, 830003, 45001, 301019 if the URL, size or md5 is invalid.
    ///
    /// Official: [异步上传临时素材](https://developer.work.weixin.qq.com/document/path/96219)
    pub fn upload_by_url(&self, source: UploadByUrl) -> CallFuture<JobId> {
        self.client.send(&source).map(|started| started.jobid)
    }

    /// Returns the state of an upload by URL. WeCom keeps the job for 60 minutes.
    ///
    /// # Errors
    ///
    /// A failed job is a normal reply: see [`UrlUpload::detail`].
    ///
    /// Official: [异步上传临时素材](https://developer.work.weixin.qq.com/document/path/96219)
    pub fn upload_by_url_result(&self, job: impl Into<JobId>) -> CallFuture<UrlUpload> {
        self.client.send(&GetUploadByUrlResult::new(job))
    }

    fn download(
        &self,
        call: Call,
        media_id: MediaId,
        bytes: Option<RangeInclusive<u64>>,
    ) -> CallFuture<Download> {
        let client = self.client.clone();
        CallFuture::new(async move {
            let query = serde_urlencoded::to_string([("media_id", media_id.as_str())]).map_err(|error| {
                let why = Bilingual::untranslated(error.to_string());
                Error::new(call.path, ErrorKind::Unwritable(why))
            })?;
            let prepared = PreparedCall { call, query, body: Body::None };
            let range = bytes.map(|bytes| format!("bytes={}-{}", bytes.start(), bytes.end()));
            let answer = client.open_download(&prepared, range.as_deref()).await?;
            Ok(Download::new(call.path, answer, client.transport().timeout))
        })
    }
}

/// Seconds since 1970, sent as text and read as text or a number.
mod text_seconds {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::json_fields::Number;

    #[expect(clippy::ref_option, reason = "serde passes the field by reference")]
    pub(super) fn serialize<S: Serializer>(seconds: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match seconds {
            Some(seconds) => serializer.collect_str(seconds),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        Ok(Option::<Number>::deserialize(deserializer)?.map(|number| number.0))
    }
}
