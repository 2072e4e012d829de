//! Downloads for uploads by URL (异步上传临时素材).
//!
//! A simulator must not be a way into other people's networks: it fetches from loopback addresses only.

use std::{
    net::IpAddr,
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::StatusCode;
use url::{Host, Url};

use crate::{
    api::Fail,
    sim::Shared,
    world::{Errand, LARGEST_FETCH},
};

/// A source that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether the simulator would fetch from there.
pub(crate) fn is_allowed(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
            Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
            Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
            None => false,
        }
}

/// Begins the downloads that the last call asked for.
pub(crate) fn run_errands(shared: &Arc<Shared>) {
    if !shared.world.read().has_errands() {
        return;
    }
    for errand in shared.world.write().take_errands() {
        tokio::spawn(fetch(Arc::downgrade(shared), errand));
    }
}

async fn fetch(shared: Weak<Shared>, errand: Errand) {
    // The simulator may have stopped meanwhile, here and below.
    let Some(client) = shared.upgrade().map(|shared| shared.courier.client().cloned()) else { return };
    let file = tokio::time::timeout(PATIENCE, download(client, errand.url))
        .await
        .unwrap_or_else(|_| Err(Fail::of(830_003)));
    if let Some(shared) = shared.upgrade() {
        let now = shared.clock.now();
        shared.world.write().fetched(errand.corp, &errand.job, file, now);
    }
}

async fn download(client: reqwest::Result<reqwest::Client>, url: Url) -> Result<Bytes, Fail> {
    let failed = |error: reqwest::Error| {
        tracing::debug!("a source url gave no file: {}", error.without_url());
        Fail::of(830_003)
    };
    let response = client
        .map_err(failed)?
        .get(url)
        .header(http::header::RANGE, "bytes=0-")
        .send()
        .await
        .map_err(failed)?;
    // The page asks for sources that support Range.
    if response.status() != StatusCode::PARTIAL_CONTENT {
        return Err(Fail::of(830_003));
    }
    let mut chunks = response.bytes_stream();
    let mut file = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        file.extend_from_slice(&chunk.map_err(failed)?);
        if file.len() > LARGEST_FETCH {
            return Err(Fail::of(45001));
        }
    }
    Ok(file.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_fetched_from() {
        for (url, allowed) in [
            ("http://127.0.0.1:8080/film.mp4", true),
            ("http://127.9.9.9/film.mp4", true),
            ("http://[::1]/film.mp4", true),
            ("https://localhost/film.mp4", true),
            ("http://127.0.0.1.example.com/film.mp4", false),
            ("http://169.254.169.254/film.mp4", false),
            ("http://10.0.0.1/film.mp4", false),
            ("http://0.0.0.0/film.mp4", false),
            ("http://example.com/film.mp4", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(is_allowed(&Url::parse(url).unwrap()), allowed, "{url}");
        }
    }
}
