//! The body of a download as it comes, which must keep coming: an idle limit, and a least rate.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout};

use crate::{Bilingual, Error, ErrorKind, Transport};

/// The least rate of a download, in bytes a second.
const LEAST_RATE: u128 = 1 << 10;
/// The rate is judged each time the server was waited for this many idle limits.
const WINDOW: u32 = 3;

/// A body on its way.
pub(crate) struct Flow {
    call: &'static str,
    answer: reqwest::Response,
    /// The longest wait for the next bytes.
    idle: Duration,
    rate: Rate,
}

/// Why a body ended before its time.
pub(crate) enum Broken {
    /// The connection broke, or nothing came for the idle limit.
    Cut(Error),
    /// Bytes came, and fewer than the least rate.
    Slow(Error),
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Cut(error) | Broken::Slow(error) => error,
        }
    }
}

impl Flow {
    /// Reads the body of this answer, giving up when nothing comes for as long as `idle`.
    pub(crate) fn new(call: &'static str, answer: reqwest::Response, idle: Duration) -> Self {
        Self { call, answer, idle, rate: Rate::new(idle.saturating_mul(WINDOW)) }
    }

    /// Returns the next bytes; `None` at the end.
    pub(crate) async fn chunk(&mut self) -> Result<Option<Bytes>, Broken> {
        let asked = Instant::now();
        let chunk = match timeout(self.idle, self.answer.chunk()).await {
            Ok(chunk) => chunk.map_err(|error| Broken::Cut(Error::transport(self.call, error)))?,
            Err(_) => {
                return Err(Broken::Cut(self.too_slow(Bilingual::new(
                    format!("nothing came for {:?}", self.idle),
                    format!("{:?} 内没有收到数据", self.idle),
                ))));
            }
        };
        let Some(bytes) = chunk else { return Ok(None) };
        if self.rate.is_too_low(bytes.len(), asked.elapsed()) {
            let why = Bilingual::new(
                format!("the file comes at less than {LEAST_RATE} bytes a second"),
                format!("下载速度低于每秒 {LEAST_RATE} 字节"),
            );
            return Err(Broken::Slow(self.too_slow(why)));
        }
        Ok(Some(bytes))
    }

    fn too_slow(&self, why: Bilingual) -> Error {
        Error::new(self.call, ErrorKind::Transport { failure: Transport::Timeout, source: why.into() })
    }
}

/// How fast bytes come while they are waited for. The time that the reader takes for them does not count.
struct Rate {
    window: Duration,
    waited: Duration,
    bytes: u128,
}

impl Rate {
    fn new(window: Duration) -> Self {
        Self { window, waited: Duration::ZERO, bytes: 0 }
    }

    /// Counts bytes and the wait for them; true if a window is over and was too slow.
    fn is_too_low(&mut self, bytes: usize, waited: Duration) -> bool {
        self.bytes += bytes as u128;
        self.waited = self.waited.saturating_add(waited);
        if self.waited < self.window {
            return false;
        }
        let least = LEAST_RATE.saturating_mul(self.waited.as_millis()) / 1000;
        let is_too_low = self.bytes < least;
        *self = Self::new(self.window);
        is_too_low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a download that brings this number of bytes in each of 100 waits is given up.
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
        // Whatever passes between two chunks is not waited for them.
        assert!(!is_given_up(1, Duration::from_millis(1)));
    }

    #[test]
    fn a_slow_start_is_forgotten_once_its_window_is_over() {
        let mut rate = Rate::new(Duration::from_secs(30));
        assert!(!rate.is_too_low(40_000, Duration::from_secs(29)));
        assert!(!rate.is_too_low(1, Duration::from_secs(1)), "the window on the whole is fast enough");
        assert!(!rate.is_too_low(1, Duration::from_secs(29)));
        assert!(rate.is_too_low(1, Duration::from_secs(1)));
    }
}
