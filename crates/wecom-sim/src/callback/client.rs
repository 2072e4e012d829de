//! One request to a callback URL: a delivery, or a verification of the URL.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures_util::StreamExt;
use tokio::time;
use url::Url;

use crate::{
    clock::{Millis, millis},
    outgoing::{Allowed, Outgoing, OutgoingError},
    world::callback::{CallbackRequest, Outcome, SealedRequest, Target, append, nonce},
};

/// Maximum time for the answer of a callback URL (doc 90930).
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum time for the answer to a URL verification.
const VERIFICATION_TIMEOUT: Duration = Duration::from_secs(1);
/// Maximum number of bytes that are read from an answer.
const ANSWER_LIMIT: usize = 64 << 10;
/// Number of bytes of an answer that the log keeps.
const ANSWER_SHOWN: usize = 256;

/// Sends callbacks.
#[derive(Debug)]
pub(crate) struct CallbackClient {
    outgoing: Outgoing,
    answer_timeout: Duration,
}

/// The reason why a URL failed its verification (验证URL有效性).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerificationError {
    /// The URL did not answer.
    #[error("the callback url did not answer the verification: {0}")]
    NoAnswer(String),
    /// The status was not 200.
    #[error("the callback url answered the verification with HTTP {0} instead of 200")]
    Status(u16),
    /// The answer was not the plaintext of `echostr`.
    #[error("the callback url must answer the verification with exactly the decrypted echostr")]
    Answer,
}

impl CallbackClient {
    pub(crate) fn new(answer_timeout: Duration, allowed: Allowed) -> Self {
        Self { outgoing: Outgoing::new(allowed), answer_timeout }
    }

    /// Returns the HTTP client for this URL.
    pub(crate) fn client(&self, url: &Url) -> Result<reqwest::Client, OutgoingError> {
        self.outgoing.client(url)
    }

    /// Sends an encrypted `echostr` to a URL and checks the answer, as WeCom does when a target is saved.
    pub(crate) async fn verify(
        &self,
        target: &Target,
        corp_id: &str,
        now: i64,
    ) -> Result<(), VerificationError> {
        let message = format!("{}{:06}", now, fastrand::u32(..1_000_000));
        let no_answer = |reason: String| VerificationError::NoAnswer(reason);
        let sealed = target
            .crypto(corp_id)
            .seal(&message, (now / 1000) as u64, nonce())
            .map_err(|error| no_answer(error.to_string()))?;
        let mut url = target.url().clone();
        append(&mut url, &sealed.echo_pairs());
        let answer_timeout = self.answer_timeout.min(VERIFICATION_TIMEOUT);
        let client = self.client(&url).map_err(|error| no_answer(error.to_string()))?;
        let (status, body) = time::timeout(answer_timeout, answer(client.get(url)))
            .await
            .map_err(|_| no_answer(format!("none within {answer_timeout:?}")))?
            .map_err(no_answer)?;
        match status {
            200 if body == message.as_bytes() => Ok(()),
            200 => Err(VerificationError::Answer),
            _ => Err(VerificationError::Status(status)),
        }
    }

    pub(super) async fn deliver(&self, request: &mut CallbackRequest, now: i64) -> Outcome {
        let started = Instant::now();
        let sent = time::timeout(self.answer_timeout, self.post(request, now)).await;
        let (status, answer, error) = match sent {
            Ok(Ok((status, body))) => (Some(status), Some(beginning(&body)), None),
            Ok(Err(error)) => (None, None, Some(error)),
            Err(_) => (None, None, Some(format!("no answer within {:?}", self.answer_timeout))),
        };
        let hint = status.filter(|status| *status != 200).and_then(|_| clock_hint(now));
        Outcome { status, answer, took: started.elapsed(), error, hint }
    }

    async fn post(&self, request: &mut CallbackRequest, now: i64) -> Result<(u16, Vec<u8>), String> {
        let sealed = match &request.sealed {
            Some(sealed) => Arc::clone(sealed),
            None => Arc::new(SealedRequest::seal(request, now).map_err(|error| error.to_string())?),
        };
        request.sealed = Some(Arc::clone(&sealed));
        let client = self.client(&sealed.url).map_err(|error| error.to_string())?;
        let request = client
            .post(sealed.url.clone())
            .header(http::header::CONTENT_TYPE, "text/xml; charset=utf-8")
            .body(sealed.body.clone());
        answer(request).await
    }
}

/// The replay window that WeCom's page recommends to receivers.
const USUAL_WINDOW: Duration = Duration::from_secs(300);

/// Returns a hint if the receiver may have refused the timestamp because its clock differs.
fn clock_hint(now: Millis) -> Option<String> {
    let machine = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let apart = millis(machine).abs_diff(now);
    (apart > millis(USUAL_WINDOW).unsigned_abs()).then(|| {
        format!(
            "the simulator's clock and this machine's clock differ by {}; a receiver that checks timestamps needs the simulator's \
             clock (`Sim::clock`) or no replay window",
            spelled(apart / 1000)
        )
    })
}

fn spelled(seconds: u64) -> String {
    match seconds {
        0..7200 => format!("{} minutes", seconds / 60),
        7200..172_800 => format!("{} hours", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// Returns the part of an answer that the log keeps.
fn beginning(body: &[u8]) -> String {
    String::from_utf8_lossy(&body[..body.len().min(ANSWER_SHOWN)]).into_owned()
}

async fn answer(request: reqwest::RequestBuilder) -> Result<(u16, Vec<u8>), String> {
    let response = request.send().await.map_err(described)?;
    let status = response.status().as_u16();
    let mut chunks = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk.map_err(described)?);
        if body.len() > ANSWER_LIMIT {
            break;
        }
    }
    Ok((status, body))
}

/// Returns the innermost cause without the URL, because "connection refused" is clearer than "error sending request".
fn described(error: reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = &error.without_url();
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
