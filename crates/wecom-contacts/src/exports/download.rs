//! The ciphertext of one file, as it comes: cuts are survived by asking for the rest, dead links by asking for new ones.
//!
//! A byte is asked for once: after a cut the next request is a `Range` from where the last one ended. What comes too slowly is
//! taken for a cut as well, but is not asked for again and again. A link under `http` is followed only where the API itself is under
//! `http`: a reader on the way could take the file's link, which needs no token.

use std::mem;

use bytes::{Buf, Bytes};
use http::{StatusCode, header};
use tokio::time::Instant;
use tracing::debug;
use url::Url;

use super::{CALL, ExportFile, ExportState, ExportStatus, GetExportResult, corrupt};
use crate::{
    CallFuture, Client, Endpoint as _, Error, ErrorKind, Result, RetryPolicy,
    download_body::{DownloadBody, DownloadError},
    retry::Attempts,
    transport::HttpTransport,
};

/// Asks for the job's files anew, whose links are fresh.
pub(super) type Renew = Box<dyn Fn() -> CallFuture<ExportStatus> + Send>;

/// One file on its way.
pub(super) struct Download {
    transport: HttpTransport,
    retry: RetryPolicy,
    renew: Renew,
    /// Which of the job's files.
    position: usize,
    file: ExportFile,
    received: u64,
    content: Option<DownloadBody>,
    /// So many bytes of `content` are there already.
    known: u64,
    /// Whether the link in use brought anything.
    made_progress: bool,
    renewed: bool,
    /// The attempts in a row that brought nothing.
    attempts: Option<Attempts>,
    /// The attempts that brought too little, until [`STEADY`] bytes came since the last.
    slow_attempts: Option<Attempts>,
    since_slow: u64,
}

/// Number of bytes that make good for an attempt that was too slow.
const STEADY: u64 = 1 << 20;

impl Download {
    pub(super) fn new(client: &Client, renew: Renew, position: usize, file: ExportFile) -> Self {
        Self {
            transport: client.transport().clone(),
            retry: client.retry(),
            renew,
            position,
            file,
            received: 0,
            content: None,
            known: 0,
            made_progress: false,
            renewed: false,
            attempts: None,
            slow_attempts: None,
            since_slow: 0,
        }
    }

    /// Which of the job's files it is.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// What was announced of it.
    pub(super) fn file(&self) -> &ExportFile {
        &self.file
    }

    /// Returns the next bytes; `None` once all that were announced are there.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let content = match &mut self.content {
                Some(content) => content,
                None if self.received == self.file.size && self.received > 0 => return Ok(None),
                None => match self.open().await {
                    Ok(content) => self.content.insert(content),
                    Err(error) => {
                        self.recover(error).await?;
                        continue;
                    }
                },
            };
            let mut chunk = match content.chunk().await {
                Ok(Some(chunk)) => chunk,
                Ok(None) if self.received == self.file.size => return Ok(None),
                Ok(None) => return Err(self.corrupt("is smaller than announced")),
                Err(DownloadError::Interrupted(error)) => {
                    self.content = None;
                    self.recover(error).await?;
                    continue;
                }
                Err(DownloadError::TooSlow(error)) => {
                    self.content = None;
                    self.since_slow = 0;
                    self.once_more(error, true).await?;
                    continue;
                }
            };
            let known = self.known.min(chunk.len() as u64);
            self.known -= known;
            chunk.advance(known as usize);
            if chunk.is_empty() {
                continue;
            }
            self.made_progress = true;
            self.renewed = false;
            self.attempts = None;
            self.received += chunk.len() as u64;
            self.since_slow = self.since_slow.saturating_add(chunk.len() as u64);
            if self.since_slow >= STEADY {
                self.slow_attempts = None;
            }
            if self.received > self.file.size {
                return Err(self.corrupt("is larger than announced"));
            }
            return Ok(Some(chunk));
        }
    }

    /// Asks for the bytes that are still to come.
    async fn open(&mut self) -> Result<DownloadBody> {
        let url = Url::parse(&self.file.url).map_err(|_| self.corrupt("has a link that is no URL"))?;
        match url.scheme() {
            "https" => {}
            "http" if !self.transport.is_encrypted() => {}
            "http" => return Err(self.corrupt("has a link under http, although the API is under https")),
            _ => return Err(self.corrupt("has a link that is neither https nor http")),
        }
        let mut request = self.transport.get_link(url)?;
        if self.received > 0 {
            request = request.header(header::RANGE, format!("bytes={}-", self.received));
        }
        let answer = request.send().await.map_err(|error| Error::transport(CALL, error))?;
        let status = answer.status();
        let (begins, ends) = match status {
            StatusCode::PARTIAL_CONTENT => {
                content_range(&answer).ok_or_else(|| self.corrupt("comes in parts that do not say which"))?
            }
            // A server that knows no ranges begins anew: what is there already is then passed over.
            _ if status.is_success() => (0, answer.content_length()),
            _ => {
                let content_type = answer.headers().get(header::CONTENT_TYPE);
                let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
                return Err(Error::new(CALL, ErrorKind::NotWeCom { status: status.as_u16(), content_type }));
            }
        };
        if let Some(ends) = ends.filter(|ends| *ends != self.file.size) {
            let larger = ends > self.file.size;
            return Err(self.corrupt(if larger {
                "is larger than announced"
            } else {
                "is smaller than announced"
            }));
        }
        if begins > self.received {
            return Err(self.corrupt("comes in parts that leave something out"));
        }
        self.known = self.received - begins;
        Ok(DownloadBody::new(CALL, answer, self.transport.timeout))
    }

    /// Makes ready for another attempt after this error, or gives it back.
    async fn recover(&mut self, error: Error) -> Result<()> {
        let dead_link = matches!(error.kind(), ErrorKind::NotWeCom { status: 403 | 404 | 410, .. });
        if dead_link && !self.renewed {
            debug!(file = self.position, "the link is dead: asking for a new one");
            self.renewed = true;
            return self.renew().await;
        }
        debug!(file = self.position, received = self.received, %error, "the download is cut: asking for the rest");
        // One that brought something is taken up at once, however often that happens.
        if mem::take(&mut self.made_progress) && matches!(error.kind(), ErrorKind::Transport { .. }) {
            return Ok(());
        }
        self.once_more(error, false).await
    }

    /// Pauses before another attempt, if the policy allows one.
    async fn once_more(&mut self, error: Error, is_slow: bool) -> Result<()> {
        let attempts = if is_slow { &mut self.slow_attempts } else { &mut self.attempts };
        let attempts = attempts.get_or_insert_with(|| Attempts::begin(self.retry, GetExportResult::CALL));
        attempts.record_sent(Instant::now());
        attempts.wait_for_retry(error, None).await
    }

    async fn renew(&mut self) -> Result<()> {
        let answer = (self.renew)().await?;
        let file = answer.files.into_iter().nth(self.position);
        let Some(file) = file.filter(|_| answer.status == ExportState::Done) else {
            return Err(self.corrupt("is no longer among the job's"));
        };
        if file.size != self.file.size || !file.md5.eq_ignore_ascii_case(&self.file.md5) {
            return Err(self.corrupt("is another one by now"));
        }
        self.file = file;
        Ok(())
    }

    fn corrupt(&self, why: &'static str) -> Error {
        corrupt(self.position, self.received, why)
    }
}

/// The first byte of a part, and the size of the whole where it is told.
fn content_range(answer: &reqwest::Response) -> Option<(u64, Option<u64>)> {
    let text = answer.headers().get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, _) = range.split_once('-')?;
    Some((first.trim().parse().ok()?, size.trim().parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    /// What comes of a link, from a client of this base URL: nothing listens at any of the addresses.
    async fn outcome(base: &str, link: &str) -> Error {
        let client = Client::builder("ww1", Secret::contacts_sync("s3cret")).base_url(base);
        let client = client.retry(RetryPolicy::none()).build().unwrap();
        let file = ExportFile { url: link.into(), size: 32, md5: String::new() };
        let renew: Renew = Box::new(|| unreachable!("a link that is not followed is not renewed"));
        Download::new(&client, renew, 0, file).next().await.unwrap_err()
    }

    #[tokio::test]
    async fn a_link_under_http_is_not_followed_where_the_api_is_under_https() {
        let (secure, plain) = ("https://127.0.0.1:1", "http://127.0.0.1:1");
        let error = outcome(secure, "http://127.0.0.1:1/f").await;
        assert!(error.to_string().contains("a link under http, although the API is under https"), "{error}");
        for (base, link) in [
            (secure, "https://127.0.0.1:1/f"),
            (plain, "https://127.0.0.1:1/f"),
            (plain, "http://127.0.0.1:1/f"),
        ] {
            assert!(outcome(base, link).await.is_connect(), "{base} {link}");
        }
        for link in ["ftp://127.0.0.1/f", "file:///etc/passwd", "/f", ""] {
            assert!(matches!(outcome(plain, link).await.kind(), ErrorKind::CorruptFile { .. }), "{link}");
        }
    }
}
