//! Temporary media and images (素材管理): avatars, the files of imports, and what members sent in.
//!
//! Official: [素材管理](https://developer.work.weixin.qq.com/document/path/91054)

use std::{
    fmt,
    ops::RangeInclusive,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{BufMut, Bytes, BytesMut};
use futures_core::Stream;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use serde::{Deserialize, Serialize};

use crate::{
    Call, CallFuture, Client, Error, ErrorKind, JobId, MediaId, Result,
    download_body::DownloadBody,
    endpoints::{GET_MEDIA, GET_VOICE, UPLOAD_IMAGE, UPLOAD_MEDIA},
    json_fields,
    transport::{Body, PreparedCall},
};

/// The calls of the media chapter; see [`Client::media`].
///
/// ```no_run
/// # async fn example(client: wecom_contacts::Client) -> wecom_contacts::Result<()> {
/// use wecom_contacts::media::MediaKind;
///
/// # let portrait = b"...";
/// let avatar = client.media().upload(MediaKind::Image, "zhangsan.png", portrait).await?;
/// let file = client.media().get(&avatar.media_id).await?;
/// let bytes = file.read(2 << 20).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Media {
    client: Client,
}

impl Client {
    /// The media chapter (素材管理).
    pub fn media(&self) -> Media {
        Media { client: self.clone() }
    }
}

impl Media {
    /// Uploads a temporary medium, which lives for three days and serves all apps of the corp.
    ///
    /// More than 5 bytes; at most 10 MB for an image (JPG, PNG) or video (MP4), 2 MB and 60 s for a voice (AMR), 20 MB for
    /// a file. The file name is what members see when the medium is sent to them.
    ///
    /// # Errors
    ///
    /// 40004, 40006, 40009, 40011, 40123, 44001, 45001: the content does not suit the kind or its size
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

    /// Downloads a temporary medium: the head now, the content as it is read.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] (40007, 40145) if the id is wrong or its three days are over; 830002 if it is too
    /// large to be had in one piece: then [`get_range`](Self::get_range).
    ///
    /// Official: [获取临时素材](https://developer.work.weixin.qq.com/document/path/90254)
    pub fn get(&self, media_id: impl Into<MediaId>) -> CallFuture<Download> {
        self.download(GET_MEDIA, media_id.into(), None)
    }

    /// Downloads a part of a temporary medium: these bytes, both ends included.
    ///
    /// [`Download::content_range`] says how large the whole is. A part has at most 20 MB. Some media are stored encrypted;
    /// their parts must begin and end at multiples of 16 (40146 otherwise).
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    pub fn get_range(
        &self,
        media_id: impl Into<MediaId>,
        bytes: RangeInclusive<u64>,
    ) -> CallFuture<Download> {
        self.download(GET_MEDIA, media_id.into(), Some(bytes))
    }

    /// Downloads a voice that a page recorded through the JS-SDK, in high definition (speex, 16 kHz); [`get`](Self::get)
    /// gives the same in AMR at 8 kHz.
    ///
    /// # Errors
    ///
    /// As [`get`](Self::get).
    ///
    /// Official: [获取高清语音素材](https://developer.work.weixin.qq.com/document/path/90255)
    pub fn get_voice(&self, media_id: impl Into<MediaId>) -> CallFuture<Download> {
        self.download(GET_VOICE, media_id.into(), None)
    }

    /// Uploads an image (5 bytes to 2 MB) for good, and returns its URL, which shows only inside WeCom.
    ///
    /// At most 1000 a day and 3000 a month for each corp.
    ///
    /// # Errors
    ///
    /// As [`upload`](Self::upload).
    ///
    /// Official: [上传图片](https://developer.work.weixin.qq.com/document/path/90256)
    pub fn upload_image(&self, file_name: impl AsRef<str>, content: impl AsRef<[u8]>) -> CallFuture<String> {
        let body = form(UPLOAD_IMAGE, file_name.as_ref(), image_type(content.as_ref()), content.as_ref());
        let prepared = body.map(|body| PreparedCall { call: UPLOAD_IMAGE, query: String::new(), body });
        self.client.send_prepared(prepared).map(|image: UploadedImage| image.url)
    }

    /// Has WeCom fetch a file or video from a URL, up to 200 MB, and returns the job's id.
    ///
    /// The job's medium serves [`get`](Self::get) and group welcome messages only, not imports. The caller needs
    /// the customer-contact permission (客户联系).
    ///
    /// # Errors
    ///
    /// 830001, 830003, 45001, 301019 for an URL, size or md5 that does not do.
    ///
    /// Official: [异步上传临时素材](https://developer.work.weixin.qq.com/document/path/96219)
    pub fn upload_by_url(&self, source: UploadByUrl) -> CallFuture<JobId> {
        self.client.send(&source).map(|started| started.jobid)
    }

    /// Returns how far an upload by URL has come. The job is remembered for 60 minutes.
    ///
    /// # Errors
    ///
    /// A job that failed is not an error here: see [`UrlUpload::detail`].
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
            let query = serde_urlencoded::to_string([("media_id", media_id.as_str())])
                .map_err(|error| Error::new(call.path, ErrorKind::Unwritable(error.to_string())))?;
            let prepared = PreparedCall { call, query, body: Body::None };
            let range = bytes.map(|bytes| format!("bytes={}-{}", bytes.start(), bytes.end()));
            let answer = client.open_download(&prepared, range.as_deref()).await?;
            Ok(Download::new(call.path, answer, client.transport().timeout))
        })
    }
}

/// What a medium is (媒体文件类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// An image (图片): JPG or PNG, at most 10 MB.
    Image,
    /// A voice (语音): AMR, at most 2 MB and 60 seconds.
    Voice,
    /// A video (视频): MP4, at most 10 MB.
    Video,
    /// Any file (普通文件), at most 20 MB.
    File,
}

impl MediaKind {
    /// The kind as WeCom writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::File => "file",
        }
    }
}

/// A temporary medium that was uploaded.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadedMedia {
    /// The kind, as WeCom writes it.
    #[serde(default, rename = "type", deserialize_with = "json_fields::or_default")]
    pub kind: String,
    /// The medium's id, good for three days; never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub media_id: MediaId,
    /// When it was uploaded, in seconds since 1970. Text on the wire.
    #[serde(default, with = "text_seconds", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
}

/// An image that was uploaded for good.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadedImage {
    /// Where it is; the URL never expires, and shows only inside WeCom. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub url: String,
}

/// Has WeCom fetch a file or video from a URL.
///
/// Official: [异步上传临时素材](https://developer.work.weixin.qq.com/document/path/96219)
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UploadByUrl {
    /// What it is for: 1, welcome messages of customer groups (客户联系入群欢迎语素材).
    pub scene: u32,
    /// [`Video`](MediaKind::Video) (MP4) or [`File`](MediaKind::File).
    #[serde(rename = "type")]
    pub kind: MediaKind,
    /// The name members see, at most 128 bytes.
    pub filename: String,
    /// Where the file is, at most 1024 bytes; the server there must support `Range`.
    pub url: String,
    /// The file's md5 in hex.
    pub md5: String,
}

impl UploadByUrl {
    /// Names the file, where it is, and its md5.
    pub fn new(
        kind: MediaKind,
        filename: impl Into<String>,
        url: impl Into<String>,
        md5: impl Into<String>,
    ) -> Self {
        Self { scene: 1, kind, filename: filename.into(), url: url.into(), md5: md5.into() }
    }
}

/// The answer to a submitted job (异步任务).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobStarted {
    /// The job's id, at most 64 bytes; never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub jobid: JobId,
}

/// Asks how far an upload by URL has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetUploadByUrlResult {
    /// The job.
    pub jobid: JobId,
}

impl GetUploadByUrlResult {
    /// Asks after this job.
    pub fn new(jobid: impl Into<JobId>) -> Self {
        Self { jobid: jobid.into() }
    }
}

/// How far an upload by URL has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UrlUpload {
    /// The state; a number in the page's sample, "string" in its table, so both are read.
    pub status: UrlUploadState,
    /// The medium, or why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<UrlUploadDetail>,
}

coded! {
    /// The state of an upload by URL.
    UrlUploadState {
        /// WeCom is fetching the file (处理中).
        Running = 1,
        /// The medium is there (完成).
        Done = 2,
        /// There will be no medium (异常失败).
        Failed = 3,
    }
}

/// What came of an upload by URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UrlUploadDetail {
    /// Why the job failed; 0 if it did not.
    #[serde(default)]
    pub errcode: i32,
    /// The server's text on it.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub errmsg: String,
    /// The medium, once there.
    #[serde(default, deserialize_with = "none_if_blank", skip_serializing_if = "Option::is_none")]
    pub media_id: Option<MediaId>,
    /// When it was made, in seconds since 1970.
    #[serde(default, with = "text_seconds", skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
}

/// Seconds since 1970 that travel as text, and are read as a number too.
mod text_seconds {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::json_fields::Number;

    #[expect(clippy::ref_option, reason = "serde hands the field by reference")]
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

fn none_if_blank<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<MediaId>, D::Error> {
    Ok(json_fields::none_if_empty(deserializer)?.map(MediaId::new))
}

/// A file on its way: its head is here, its content comes as the stream is read.
///
/// A stream of `Result<Bytes>`; [`read`](Self::read) collects it.
pub struct Download {
    file_name: Option<String>,
    content_type: Option<String>,
    content_length: Option<u64>,
    content_range: Option<ContentRange>,
    call: &'static str,
    content: BoxStream<'static, Result<Bytes>>,
}

/// Which bytes of how many a partial download holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRange {
    /// The first byte.
    pub first: u64,
    /// The last byte, included.
    pub last: u64,
    /// The size of the whole.
    pub total: u64,
}

impl ContentRange {
    /// Whether this part ends the file.
    pub const fn is_last(&self) -> bool {
        self.last + 1 >= self.total
    }

    /// Reads `bytes 0-1023/2048`.
    fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.trim().strip_prefix("bytes")?.trim().split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let range = Self { first: first.parse().ok()?, last: last.parse().ok()?, total: total.parse().ok()? };
        (range.first <= range.last && range.last < range.total).then_some(range)
    }
}

impl Download {
    fn new(call: &'static str, answer: reqwest::Response, idle: Duration) -> Self {
        let header = |name| answer.headers().get(name)?.to_str().ok();
        Self {
            file_name: header(http::header::CONTENT_DISPOSITION).and_then(file_name),
            content_type: header(http::header::CONTENT_TYPE).map(str::to_owned),
            content_range: header(http::header::CONTENT_RANGE).and_then(ContentRange::parse),
            content_length: answer.content_length(),
            call,
            content: stream::try_unfold(DownloadBody::new(call, answer, idle), async |mut body| {
                Ok::<_, Error>(body.chunk().await?.map(|chunk| (chunk, body)))
            })
            .boxed(),
        }
    }

    /// The file's name as the server gives it, without any path before it.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The file's `Content-Type`.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// How many bytes are to come, if the server says.
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// Which part of the file this is; `None` if it is the whole, also where a part was asked for.
    pub fn content_range(&self) -> Option<ContentRange> {
        self.content_range
    }

    /// Reads the content to its end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooLarge`] once there are more than `limit` bytes, or when the connection breaks.
    pub async fn read(mut self, limit: usize) -> Result<Bytes> {
        let mut whole = BytesMut::new();
        while let Some(chunk) = self.content.next().await {
            let chunk = chunk?;
            if whole.len() + chunk.len() > limit {
                return Err(Error::new(self.call, ErrorKind::TooLarge { limit }));
            }
            whole.extend_from_slice(&chunk);
        }
        Ok(whole.freeze())
    }
}

impl Stream for Download {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.content.poll_next_unpin(context)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("content_type", &self.content_type)
            .field("content_length", &self.content_length)
            .field("content_range", &self.content_range)
            .finish_non_exhaustive()
    }
}

/// Reads the file's name out of a `Content-Disposition`. Whoever writes it to disk must not be led elsewhere, so what
/// comes before the last separator is dropped.
fn file_name(disposition: &str) -> Option<String> {
    let parameters = disposition.split(';').skip(1).map(str::trim);
    let named = |key| {
        parameters.clone().find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case(key).then_some(value.trim())
        })
    };
    let name = match named("filename*").and_then(|value| value.rsplit_once('\'')) {
        // An encoded name travels percent-encoded, which is how a form's text does too, but for the plus sign.
        Some((_, encoded)) => {
            let pair = format!("n={}", encoded.replace('+', "%2B"));
            url::form_urlencoded::parse(pair.as_bytes()).next()?.1.into_owned()
        }
        None => named("filename")?.trim_matches('"').to_owned(),
    };
    let name = name.rsplit(['/', '\\']).next()?;
    (!matches!(name, "" | "." | "..")).then(|| name.to_owned())
}

/// The page's own names of the two image types.
fn image_type(content: &[u8]) -> &'static str {
    if content.starts_with(b"\x89PNG") { "image/png" } else { "image/jpg" }
}

/// Writes the one-part form that WeCom asks for: the part is named `media` and says its own length (`filelength`), which
/// no form library writes.
fn form(call: Call, file_name: &str, content_type: &str, content: &[u8]) -> Result<Body> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| {
        Error::new(call.path, ErrorKind::Unwritable(format!("no random boundary: {error}")))
    })?;
    let boundary = format!("wecom-{:032x}", u128::from_ne_bytes(random));
    Ok(Body::Form {
        content_type: format!("multipart/form-data; boundary={boundary}"),
        bytes: part(&boundary, file_name, content_type, content),
    })
}

fn part(boundary: &str, file_name: &str, content_type: &str, content: &[u8]) -> Bytes {
    // As browsers do it: UTF-8 as it stands, and the three characters that would end the name or the line escaped.
    let file_name = file_name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{file_name}\"; filelength={length}\r\n\
         Content-Type: {content_type}\r\n\r\n",
        length = content.len()
    );
    let tail = format!("\r\n--{boundary}--\r\n");
    let mut bytes = BytesMut::with_capacity(head.len() + content.len() + tail.len());
    bytes.put_slice(head.as_bytes());
    bytes.put_slice(content);
    bytes.put_slice(tail.as_bytes());
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_names_the_file_and_its_length() {
        let body = part("b0undary", "名册 \"1\".csv", "application/octet-stream", b"abcdef");
        let expected = "--b0undary\r\n\
            Content-Disposition: form-data; name=\"media\"; filename=\"名册 %221%22.csv\"; filelength=6\r\n\
            Content-Type: application/octet-stream\r\n\r\nabcdef\r\n--b0undary--\r\n";
        assert_eq!(std::str::from_utf8(&body).unwrap(), expected);
    }

    #[test]
    fn a_file_name_cannot_break_out_of_its_header() {
        let body = part("b", "a\r\nX-Evil: 1\r\n\r\n\".csv", "text/csv", b"");
        assert!(!std::str::from_utf8(&body).unwrap().contains("\nX-Evil"));
    }

    #[test]
    fn trap_13_the_upload_time_is_read_as_text_or_number() {
        for body in [
            r#"{"type":"file","media_id":"m1","created_at":"1700000000"}"#,
            r#"{"type":"file","media_id":"m1","created_at":1700000000}"#,
        ] {
            let uploaded: UploadedMedia = serde_json::from_str(body).unwrap();
            assert_eq!(uploaded.created_at, Some(1_700_000_000));
            assert_eq!(uploaded.media_id, "m1");
        }
        let bare: UploadedMedia = serde_json::from_str(r#"{"media_id":"m1"}"#).unwrap();
        assert_eq!(bare.created_at, None);
    }

    #[test]
    fn a_content_range_is_read_and_a_nonsensical_one_is_not() {
        let range = ContentRange::parse("bytes 67280-67295/67296").unwrap();
        assert_eq!((range.first, range.last, range.total), (67280, 67295, 67296));
        assert!(range.is_last());
        assert!(!ContentRange::parse("bytes 0-1023/2048").unwrap().is_last());
        for bad in
            ["", "bytes", "bytes */2048", "bytes 5-1/9", "bytes 0-9/9", "bytes 0-18446744073709551615/1"]
        {
            assert_eq!(ContentRange::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_served_file_name_loses_its_path() {
        for (disposition, expected) in [
            ("attachment; filename=\"MEDIA_ID.jpg\"", Some("MEDIA_ID.jpg")),
            ("attachment;FileName=a.csv", Some("a.csv")),
            ("attachment; filename=\"x\"; filename*=UTF-8''%E5%90%8D%E5%86%8C+1.csv", Some("名册+1.csv")),
            ("attachment; filename=\"../../etc/passwd\"", Some("passwd")),
            ("attachment; filename=\"C:\\\\temp\\\\a.csv\"", Some("a.csv")),
            ("attachment; filename=\"..\"", None),
            ("attachment", None),
        ] {
            assert_eq!(file_name(disposition).as_deref(), expected, "{disposition}");
        }
    }

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
