//! The download of one file. It resumes after a broken connection and replaces an expired link.
//!
//! Each byte is requested once: after a break, the next request is a `Range` that starts at the first missing byte. A
//! connection that is too slow counts as broken, and the number of consecutive slow attempts is limited. A link under
//! `http` is followed only if the API itself uses `http`, because the link needs no token and an eavesdropper could use
//! it.

use std::mem;

use bytes::{Buf, Bytes};
use http::{StatusCode, header};
use tokio::time::Instant;
use tracing::debug;
use url::Url;

use super::{CALL, ExportFile, ExportState, ExportStatus, GetExportResult, corrupt};
use crate::{
    Bilingual, CallFuture, Client, Endpoint as _, Error, ErrorKind, Result, RetryPolicy,
    content_range::Part,
    download_body::{DownloadBody, DownloadError},
    retry::Attempts,
    transport::HttpTransport,
};

/// Requests the job's status again, which contains new links.
pub(super) type Renew = Box<dyn Fn() -> CallFuture<ExportStatus> + Send>;

/// A download in progress of one file.
pub(super) struct FileDownload {
    transport: HttpTransport,
    retry: RetryPolicy,
    renew: Renew,
    /// The index of the file in the job.
    position: usize,
    file: ExportFile,
    received: u64,
    content: Option<DownloadBody>,
    /// Number of bytes at the front of `content` that were received before.
    to_skip: u64,
    /// Whether the current attempt has received any bytes.
    has_progressed: bool,
    /// Whether the link was replaced since the last progress.
    is_link_renewed: bool,
    /// Consecutive attempts without progress.
    failed_attempts: Option<Attempts>,
    /// Attempts that were too slow, reset after [`STEADY`] bytes without another one.
    slow_attempts: Option<Attempts>,
    since_slow: u64,
}

/// The reason why an attempt ended early.
#[derive(Clone, Copy)]
enum Failure {
    Broken,
    TooSlow,
}

/// Number of bytes after which earlier slow attempts no longer count.
const STEADY: u64 = 1 << 20;

impl FileDownload {
    pub(super) fn new(client: &Client, renew: Renew, position: usize, file: ExportFile) -> Self {
        Self {
            transport: client.transport().clone(),
            retry: client.retry(),
            renew,
            position,
            file,
            received: 0,
            content: None,
            to_skip: 0,
            has_progressed: false,
            is_link_renewed: false,
            failed_attempts: None,
            slow_attempts: None,
            since_slow: 0,
        }
    }

    /// Returns the index of the file in the job.
    pub(super) fn position(&self) -> usize {
        self.position
    }

    /// Returns the announced size, md5 and link of the file.
    pub(super) fn file(&self) -> &ExportFile {
        &self.file
    }

    /// Returns the next bytes, or `None` after the last announced byte.
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
                Ok(None) => return Err(self.corrupt(("is smaller than announced", "小于声明的大小"))),
                Err(DownloadError::Interrupted(error)) => {
                    self.content = None;
                    self.recover(error).await?;
                    continue;
                }
                Err(DownloadError::TooSlow(error)) => {
                    self.content = None;
                    self.since_slow = 0;
                    self.pause(error, Failure::TooSlow).await?;
                    continue;
                }
            };
            let skipped = self.to_skip.min(chunk.len() as u64);
            self.to_skip -= skipped;
            chunk.advance(skipped as usize);
            if chunk.is_empty() {
                continue;
            }
            self.has_progressed = true;
            self.is_link_renewed = false;
            self.failed_attempts = None;
            self.received += chunk.len() as u64;
            self.since_slow = self.since_slow.saturating_add(chunk.len() as u64);
            if self.since_slow >= STEADY {
                self.slow_attempts = None;
            }
            if self.received > self.file.size {
                return Err(self.corrupt(("is larger than announced", "大于声明的大小")));
            }
            return Ok(Some(chunk));
        }
    }

    /// Requests the missing bytes.
    async fn open(&mut self) -> Result<DownloadBody> {
        let url = Url::parse(&self.file.url)
            .map_err(|_| self.corrupt(("has a link that is not a valid URL", "下载链接不是合法的 URL")))?;
        match url.scheme() {
            "https" => {}
            "http" if !self.transport.is_encrypted() => {}
            "http" => {
                return Err(self.corrupt((
                    "has a link under http, although the API is under https",
                    "下载链接使用 http，而 API 使用 https",
                )));
            }
            _ => {
                return Err(self.corrupt((
                    "has a link that is neither https nor http",
                    "下载链接既不是 https 也不是 http",
                )));
            }
        }
        let mut request = self.transport.get_link(url)?;
        if self.received > 0 {
            request = request.header(header::RANGE, format!("bytes={}-", self.received));
        }
        let answer = request.send().await.map_err(|error| Error::transport(CALL, error))?;
        let status = answer.status();
        let (begins, ends) = match status {
            StatusCode::PARTIAL_CONTENT => {
                let part = Part::of(&answer).ok_or_else(|| {
                    self.corrupt((
                        "has a partial reply without its position",
                        "分段下载的响应没有说明是哪一段",
                    ))
                })?;
                (part.first, part.total)
            }
            // A server without range support sends the whole file again. The bytes that were already received are
            // skipped.
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
                ("is larger than announced", "大于声明的大小")
            } else {
                ("is smaller than announced", "小于声明的大小")
            }));
        }
        if begins > self.received {
            return Err(
                self.corrupt(("has a partial reply that skips missing bytes", "分段下载的内容之间有缺失"))
            );
        }
        self.to_skip = self.received - begins;
        Ok(DownloadBody::new(CALL, answer, self.transport.timeout))
    }

    /// Prepares another attempt after this error. Returns the error if no attempt is left.
    async fn recover(&mut self, error: Error) -> Result<()> {
        let dead_link = matches!(error.kind(), ErrorKind::NotWeCom { status: 403 | 404 | 410, .. });
        if dead_link && !self.is_link_renewed {
            debug!(file = self.position, "the link has expired: requesting a new link");
            self.is_link_renewed = true;
            return self.renew().await;
        }
        debug!(file = self.position, received = self.received, %error, "the download was interrupted: requesting the missing bytes");
        // An attempt that made progress is resumed immediately and without a limit.
        if mem::take(&mut self.has_progressed) && matches!(error.kind(), ErrorKind::Transport { .. }) {
            return Ok(());
        }
        self.pause(error, Failure::Broken).await
    }

    /// Pauses before the next attempt, if the retry policy allows one.
    async fn pause(&mut self, error: Error, failure: Failure) -> Result<()> {
        let attempts = match failure {
            Failure::Broken => &mut self.failed_attempts,
            Failure::TooSlow => &mut self.slow_attempts,
        };
        let attempts = attempts.get_or_insert_with(|| Attempts::begin(self.retry, GetExportResult::CALL));
        attempts.record_sent(Instant::now());
        attempts.wait_for_retry(error, None).await
    }

    async fn renew(&mut self) -> Result<()> {
        let answer = (self.renew)().await?;
        let file = answer.files.into_iter().nth(self.position);
        let Some(file) = file.filter(|_| answer.status == ExportState::Done) else {
            return Err(self.corrupt(("is no longer in the result of the job", "已不在任务结果中")));
        };
        if file.size != self.file.size || !file.md5.eq_ignore_ascii_case(&self.file.md5) {
            return Err(self.corrupt(("was replaced by a different file", "已变成另一个文件")));
        }
        self.file = file;
        Ok(())
    }

    fn corrupt(&self, why: impl Into<Bilingual>) -> Error {
        corrupt(self.position, self.received, why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    /// Returns the error of a link for a client with this base URL. No server listens at any of the addresses.
    async fn outcome(base: &str, link: &str) -> Error {
        let client = Client::builder("ww1", Secret::contacts_sync("s3cret")).base_url(base);
        let client = client.retry(RetryPolicy::none()).build().unwrap();
        let file = ExportFile { url: link.into(), size: 32, md5: String::new() };
        let renew: Renew = Box::new(|| unreachable!("an unused link needs no renewal"));
        FileDownload::new(&client, renew, 0, file).next().await.unwrap_err()
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
