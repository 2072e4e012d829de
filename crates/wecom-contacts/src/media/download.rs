//! Downloads: a head with what the server says of the file, and its content as a stream.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};

use crate::{Error, ErrorKind, Result, content_range::Part, download_body::DownloadBody};

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

    /// The part that an answer holds, if the answer says so and knows the size of the whole.
    fn of(answer: &reqwest::Response) -> Option<Self> {
        let Part { first, last, total } = Part::of(answer)?;
        Some(Self { first, last, total: total? })
    }
}

impl Download {
    pub(super) fn new(call: &'static str, answer: reqwest::Response, idle: Duration) -> Self {
        let header = |name| answer.headers().get(name)?.to_str().ok();
        Self {
            file_name: header(http::header::CONTENT_DISPOSITION).and_then(file_name),
            content_type: header(http::header::CONTENT_TYPE).map(str::to_owned),
            content_range: ContentRange::of(&answer),
            content_length: answer.content_length(),
            call,
            content: stream::try_unfold(DownloadBody::new(call, answer, idle), async |mut flow| {
                Ok::<_, Error>(flow.chunk().await?.map(|chunk| (chunk, flow)))
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

/// Reads the file's name out of a `Content-Disposition`. The name must not lead to another directory when it is used on disk, so
/// everything before the last separator is dropped.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_part_of_a_file_is_known() {
        let part = |last| ContentRange { first: 0, last, total: 2048 };
        assert!(part(2047).is_last());
        assert!(!part(1023).is_last());
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
}
