//! The body of a download as a series of chunks, with an idle limit and a minimum rate.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use crate::{Bilingual, Error, ErrorKind, TransportFailure};

/// Minimum rate of a download, in bytes per second.
const MIN_RATE: u128 = 1 << 10;
/// Length of the window over which the rate is measured, in idle limits. Only the time spent waiting for the server
/// counts.
const WINDOW: u32 = 3;

/// The body of a download in progress.
pub(crate) struct DownloadBody {
    call: &'static str,
    answer: reqwest::Response,
    /// Maximum wait for the next bytes.
    idle: Duration,
    rate: Rate,
}

/// The reason why a body ended early.
pub(crate) enum DownloadError {
    /// The connection broke, or no bytes arrived within the idle limit.
    Interrupted(Error),
    /// The rate was below the minimum.
    TooSlow(Error),
}

impl From<DownloadError> for Error {
    fn from(error: DownloadError) -> Self {
        match error {
            DownloadError::Interrupted(error) | DownloadError::TooSlow(error) => error,
        }
    }
}

impl DownloadBody {
    /// Creates a reader for the body of this response. It fails if no bytes arrive for `idle`.
    pub(crate) fn new(call: &'static str, answer: reqwest::Response, idle: Duration) -> Self {
        Self { call, answer, idle, rate: Rate::new(idle.saturating_mul(WINDOW)) }
    }

    /// Returns the next bytes, or `None` at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, DownloadError> {
        let asked = Instant::now();
        let chunk = match timeout(self.idle, self.answer.chunk()).await {
            Ok(chunk) => {
                chunk.map_err(|error| DownloadError::Interrupted(Error::transport(self.call, error)))?
            }
            Err(_) => {
                return Err(DownloadError::Interrupted(self.too_slow(Bilingual::new(
                    format!("no data for {:?}", self.idle),
                    format!("{:?} 内没有收到数据", self.idle),
                ))));
            }
        };
        let Some(bytes) = chunk else { return Ok(None) };
        if self.rate.is_too_low(bytes.len(), asked.elapsed()) {
            let why = Bilingual::new(
                format!("the download rate is below {MIN_RATE} bytes per second"),
                format!("下载速度低于每秒 {MIN_RATE} 字节"),
            );
            return Err(DownloadError::TooSlow(self.too_slow(why)));
        }
        Ok(Some(bytes))
    }

    fn too_slow(&self, why: Bilingual) -> Error {
        Error::new(self.call, ErrorKind::Transport { failure: TransportFailure::Timeout, source: why.into() })
    }
}

/// The rate of bytes during the time that the client waits for them. The caller's processing time does not count.
struct Rate {
    window: Duration,
    waited: Duration,
    bytes: u128,
}

impl Rate {
    fn new(window: Duration) -> Self {
        Self { window, waited: Duration::ZERO, bytes: 0 }
    }

    /// Adds bytes and the wait for them. Returns `true` if a window ended and its rate was too low.
    fn is_too_low(&mut self, bytes: usize, waited: Duration) -> bool {
        self.bytes += bytes as u128;
        self.waited = self.waited.saturating_add(waited);
        if self.waited < self.window {
            return false;
        }
        let least = MIN_RATE.saturating_mul(self.waited.as_millis()) / 1000;
        let is_too_low = self.bytes < least;
        *self = Self::new(self.window);
        is_too_low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether a download is aborted that receives this number of bytes in each of 100 waits.
    fn is_given_up(bytes: usize, wait: Duration) -> bool {
        let mut rate = Rate::new(Duration::from_secs(30));
        (0..100).any(|_| rate.is_too_low(bytes, wait))
    }

    #[test]
    fn a_download_that_trickles_is_given_up_and_a_modest_one_is_not() {
        assert!(is_given_up(1, Duration::from_secs(2)));
        assert!(is_given_up(1000, Duration::from_secs(1)));
        assert!(!is_given_up(1100, Duration::from_secs(1)));
        assert!(!is_given_up(9000, Duration::from_secs(8)));
    }

    #[test]
    fn a_reader_that_takes_its_time_slows_no_download() {
        // The time between two chunks is the caller's and does not count as waiting.
        assert!(!is_given_up(1, Duration::from_millis(1)));
    }

    #[test]
    fn a_slow_start_is_forgotten_once_its_window_is_over() {
        let mut rate = Rate::new(Duration::from_secs(30));
        assert!(!rate.is_too_low(40_000, Duration::from_secs(29)));
        assert!(!rate.is_too_low(1, Duration::from_secs(1)), "the average of the window is fast enough");
        assert!(!rate.is_too_low(1, Duration::from_secs(29)));
        assert!(rate.is_too_low(1, Duration::from_secs(1)));
    }
}
