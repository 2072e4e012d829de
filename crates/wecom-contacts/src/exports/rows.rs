//! The rows of an export: from the link to typed records, a network chunk at a time.
//!
//! Per file: download → md5 and size of the ciphertext → decryption → framing → parsing. Each step is handed what the one
//! before it made of one chunk, so nothing grows with the file.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
    vec,
};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use http::StatusCode;
use md5::{Digest, Md5};
use tracing::debug;
use url::Url;
use wecom_cipher::FileDecryptor;

use super::{
    ExportFile, ExportJob, ExportState, GetExportResult,
    frame::{Framer, Unframed},
};
use crate::{
    DepartmentId, Endpoint, Error, ErrorKind, Result,
    departments::Department,
    members::{Member, SimpleMember},
    redact,
    tags::TaggedMember,
};

/// A record larger than this is taken for garbage. A member with everything filled in has a few KiB.
const RECORD_LIMIT: usize = 4 << 20;

/// The rows of an export, as a stream of `Result<R>`; see [`Export::rows`](super::Export::rows).
pub struct ExportRows<R> {
    /// The seam for whoever fetches files side by side: the rows of one chunk travel together.
    batches: BoxStream<'static, Result<Vec<R>>>,
    ready: vec::IntoIter<R>,
    tag_name: Arc<OnceLock<String>>,
}

impl<R: ExportRow> ExportRows<R> {
    pub(super) fn new(job: ExportJob<R>, files: Vec<ExportFile>) -> Self {
        let tag_name = Arc::default();
        let reader = Reader {
            job,
            files: files.into_iter().enumerate(),
            open: None,
            failed: None,
            tag_name: Arc::clone(&tag_name),
        };
        let batches = stream::try_unfold(reader, async |mut reader| {
            let batch = reader.next_batch().await?;
            Ok(batch.map(|batch| (batch, reader)))
        });
        Self { batches: batches.boxed(), ready: Vec::new().into_iter(), tag_name }
    }
}

impl ExportRows<TagRow> {
    /// The tag's name (标签名), once the stream has come by it, which is before the first row as a rule.
    pub fn tag_name(&self) -> Option<&str> {
        self.tag_name.get().map(String::as_str)
    }
}

impl<R: Unpin> Stream for ExportRows<R> {
    type Item = Result<R>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<R>>> {
        loop {
            if let Some(row) = self.ready.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            match self.batches.poll_next_unpin(context) {
                Poll::Ready(Some(Ok(batch))) => self.ready = batch.into_iter(),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<R> fmt::Debug for ExportRows<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExportRows(..)")
    }
}

/// Reads the files one after another.
struct Reader<R> {
    job: ExportJob<R>,
    files: std::iter::Enumerate<vec::IntoIter<ExportFile>>,
    open: Option<OpenFile>,
    /// An error that waits for the rows before it to be handed out.
    failed: Option<Error>,
    tag_name: Arc<OnceLock<String>>,
}

impl<R: ExportRow> Reader<R> {
    /// Returns the next rows, of one file and at least one; `None` at the end.
    async fn next_batch(&mut self) -> Result<Option<Vec<R>>> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let mut rows = Vec::new();
        loop {
            let mut file = match self.open.take() {
                Some(file) => file,
                None => match self.files.next() {
                    Some((position, file)) => self.open(position, file).await?,
                    None => return Ok(None),
                },
            };
            let outcome = match file.advance().await {
                Ok(more) => {
                    let framed = drain(&mut file.framer, &self.tag_name, &mut rows);
                    match framed {
                        Ok(()) if more => {
                            self.open = Some(file);
                            Ok(())
                        }
                        Ok(()) => file.finish(),
                        Err(error) => Err(error),
                    }
                }
                Err(error) => Err(error),
            };
            match outcome {
                Ok(()) if rows.is_empty() => {}
                Ok(()) => return Ok(Some(rows)),
                Err(error) if rows.is_empty() => return Err(error),
                Err(error) => {
                    self.failed = Some(error);
                    return Ok(Some(rows));
                }
            }
        }
    }

    /// Opens a file, asking for a new link once if the old one is dead.
    async fn open(&self, position: usize, mut file: ExportFile) -> Result<OpenFile> {
        let mut renewed = false;
        loop {
            let url = Url::parse(&file.url).map_err(|_| corrupt("has a link that is no URL"))?;
            let answer = self.job.client().wire().get_link(url).send().await;
            let answer = answer.map_err(|error| Error::transport(CALL, error))?;
            let status = answer.status();
            if status.is_success() {
                return Ok(OpenFile::new(file, answer, &self.job));
            }
            let expired = matches!(status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE);
            if renewed || !expired {
                let content_type = answer.headers().get(http::header::CONTENT_TYPE);
                return Err(Error::new(
                    CALL,
                    ErrorKind::NotWeCom {
                        status: status.as_u16(),
                        content_type: content_type.and_then(|value| value.to_str().ok()).map(str::to_owned),
                    },
                ));
            }
            debug!(job.id = %self.job.id(), file = position, status = status.as_u16(), "the link is dead: asking for a new one");
            renewed = true;
            let answer = self.job.status().await?;
            let lost = || corrupt("is no longer among the job's");
            if answer.status != ExportState::Done {
                return Err(lost());
            }
            file = answer.files.into_iter().nth(position).ok_or_else(lost)?;
        }
    }
}

const CALL: &str = GetExportResult::CALL.path();

fn corrupt(why: &'static str) -> Error {
    Error::new(CALL, ErrorKind::CorruptFile { why })
}

fn unframed(why: Unframed) -> Error {
    corrupt(match why {
        Unframed::NotAnObject => "does not decrypt to JSON: is this the job's key?",
        Unframed::TooLong => "holds a record of more than 4 MiB",
        Unframed::Cut => "decrypts to JSON that ends too early",
    })
}

/// Takes out of the framer what has come in whole.
fn drain<R: ExportRow>(framer: &mut Framer, tag_name: &OnceLock<String>, rows: &mut Vec<R>) -> Result<()> {
    while let Some(frame) = framer.next().map_err(unframed)? {
        let malformed = |error| Error::new(CALL, ErrorKind::Malformed(redact::json_error(error)));
        if frame.element {
            rows.push(R::read(frame.name, frame.json).map_err(malformed)?);
        } else if R::NAMES[frame.name] == TAG_NAME {
            let name: Option<String> = serde_json::from_slice(frame.json).map_err(malformed)?;
            // Each file repeats the name.
            let _ = tag_name.set(name.unwrap_or_default());
        } else if frame.json != b"null" {
            return Err(corrupt("holds something else where its rows should be"));
        }
    }
    Ok(())
}

/// One file under way.
struct OpenFile {
    announced: ExportFile,
    content: reqwest::Response,
    received: u64,
    md5: Md5,
    decryptor: Option<FileDecryptor>,
    framer: Framer,
}

impl OpenFile {
    fn new<R: ExportRow>(announced: ExportFile, content: reqwest::Response, job: &ExportJob<R>) -> Self {
        Self {
            announced,
            content,
            received: 0,
            md5: Md5::new(),
            decryptor: Some(FileDecryptor::new(job.key())),
            framer: Framer::new(R::NAMES, RECORD_LIMIT),
        }
    }

    /// Takes in the next chunk, as far as the framer; false at the end of the file.
    async fn advance(&mut self) -> Result<bool> {
        let chunk: Option<Bytes> =
            self.content.chunk().await.map_err(|error| Error::transport(CALL, error))?;
        match chunk {
            Some(chunk) => {
                self.received += chunk.len() as u64;
                if self.received > self.announced.size {
                    return Err(corrupt("is larger than announced"));
                }
                self.md5.update(&chunk);
                if let Some(decryptor) = &mut self.decryptor {
                    decryptor.push(&chunk, self.framer.tail());
                }
                Ok(true)
            }
            None => {
                self.check()?;
                if let Some(decryptor) = self.decryptor.take() {
                    let ended = decryptor.finish(self.framer.tail());
                    ended.map_err(|_| corrupt("does not decrypt with this key"))?;
                }
                Ok(false)
            }
        }
    }

    /// Compares the whole ciphertext with what was announced.
    fn check(&mut self) -> Result<()> {
        if self.received != self.announced.size {
            return Err(corrupt("is smaller than announced"));
        }
        let digest: [u8; 16] = std::mem::take(&mut self.md5).finalize().into();
        let digest = format!("{:032x}", u128::from_be_bytes(digest));
        if !digest.eq_ignore_ascii_case(self.announced.md5.trim()) {
            return Err(corrupt("does not have the announced md5"));
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        self.framer.finish().map_err(unframed)
    }
}

const TAG_NAME: &str = "tagname";

/// What an export's files hold; not for others to implement.
pub trait ExportRow: Send + Unpin + sealed::Read + 'static {}

mod sealed {
    pub trait Read: Sized {
        /// The keys of the file that hold rows, and the tag's name.
        const NAMES: &'static [&'static str];

        fn read(name: usize, json: &[u8]) -> serde_json::Result<Self>;
    }
}

macro_rules! export_rows {
    ($($row:ident in $name:literal;)*) => {$(
        impl ExportRow for $row {}

        impl sealed::Read for $row {
            const NAMES: &'static [&'static str] = &[$name];

            fn read(_: usize, json: &[u8]) -> serde_json::Result<Self> {
                serde_json::from_slice(json)
            }
        }
    )*};
}

export_rows! {
    Member in "userlist";
    SimpleMember in "userlist";
    Department in "department";
}

/// A row of an exported tag: a member or a department that has the tag.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TagRow {
    /// A member.
    Member(TaggedMember),
    /// A department, all members of which have the tag.
    Department(DepartmentId),
}

impl ExportRow for TagRow {}

impl sealed::Read for TagRow {
    const NAMES: &'static [&'static str] = &["userlist", "partylist", TAG_NAME];

    fn read(name: usize, json: &[u8]) -> serde_json::Result<Self> {
        match name {
            0 => serde_json::from_slice(json).map(Self::Member),
            1 => serde_json::from_slice(json).map(Self::Department),
            _ => Err(serde::de::Error::custom("the tag's name is a list")),
        }
    }
}
