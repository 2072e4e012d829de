//! Downloads: the metadata from the headers, and the content as a stream.

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

/// A download in progress. The headers are available at once; the content arrives while the stream is read.
///
/// It is a stream of `Result<Bytes>`; [`read`](Self::read) collects the content.
pub struct Download {
    file_name: Option<String>,
    content_type: Option<String>,
    content_length: Option<u64>,
    content_range: Option<ContentRange>,
    call: &'static str,
    content: BoxStream<'static, Result<Bytes>>,
}

/// The position of a partial download in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRange {
    /// The first byte.
    pub first: u64,
    /// The last byte, inclusive.
    pub last: u64,
    /// The size of the file in bytes.
    pub total: u64,
}

impl ContentRange {
    /// Returns whether this part is the end of the file.
    pub const fn is_last(&self) -> bool {
        self.last + 1 >= self.total
    }

    /// Reads the position from a reply. `None` if the reply lacks it or the size of the file.
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

    /// Returns the file name from the server, without any directory.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// Returns the file's `Content-Type`.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Returns the number of bytes of the content, if the server announces it.
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// Returns the position of this part. `None` if the download is the whole file, which can also answer a request for a
    /// part.
    pub fn content_range(&self) -> Option<ContentRange> {
        self.content_range
    }

    /// Reads the content to its end.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::TooLarge`] if the content has more than `limit` bytes. [`ErrorKind::Transport`] if the connection
    /// breaks.
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

/// Reads the file name from a `Content-Disposition`. Everything before the last separator is removed, so that the name
/// cannot refer to another directory.
fn file_name(disposition: &str) -> Option<String> {
    let parameters = disposition.split(';').skip(1).map(str::trim);
    let named = |key| {
        parameters.clone().find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim().eq_ignore_ascii_case(key).then_some(value.trim())
        })
    };
    let name = match named("filename*").and_then(|value| value.rsplit_once('\'')) {
        // `filename*` is percent-encoded like form text, except that a plus sign is literal.
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
