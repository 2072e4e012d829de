//! Downloads for uploads by URL (异步上传临时素材).
//!
//! [`crate::outgoing`] decides which hosts are allowed.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::StatusCode;
use url::Url;

use crate::{
    shared::Shared,
    world::{Fail, LARGEST_UPLOAD_BY_URL, MediaDownload},
};

/// Maximum time for a download.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Starts the downloads that the last call requested.
pub(crate) fn start_downloads(shared: &Arc<Shared>) {
    if !shared.world.read().has_downloads() {
        return;
    }
    for download in shared.world.write().take_downloads() {
        tokio::spawn(fetch(Arc::downgrade(shared), download));
    }
}

async fn fetch(shared: Weak<Shared>, download: MediaDownload) {
    let file = download_in_turn(&shared, download.url).await;
    // The simulator may have stopped during the download.
    if let Some(shared) = shared.upgrade() {
        let now = shared.clock.now();
        shared.world.write().finish_url_upload(download.corp, &download.job, file, now);
    }
}

/// Downloads when one of the [`Shared::downloads`] permits is free.
async fn download_in_turn(shared: &Weak<Shared>, url: Url) -> Result<Bytes, Fail> {
    let stopped = || Fail::of(830_003);
    let shared = shared.upgrade().ok_or_else(stopped)?;
    let _turn = shared.downloads.acquire().await.map_err(|_| stopped())?;
    let client = shared.callback_client.client(&url).map_err(|error| {
        tracing::debug!(%error, "cannot download a source url");
        stopped()
    })?;
    tokio::time::timeout(DOWNLOAD_TIMEOUT, download(client, url)).await.unwrap_or_else(|_| Err(stopped()))
}

async fn download(client: reqwest::Client, url: Url) -> Result<Bytes, Fail> {
    let failed = |error: reqwest::Error| {
        tracing::debug!("cannot download a source url: {}", error.without_url());
        Fail::of(830_003)
    };
    let response = client.get(url).header(http::header::RANGE, "bytes=0-").send().await.map_err(failed)?;
    // The official page requires that the source supports Range.
    if response.status() != StatusCode::PARTIAL_CONTENT {
        return Err(Fail::of(830_003));
    }
    let mut chunks = response.bytes_stream();
    let mut file = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        file.extend_from_slice(&chunk.map_err(failed)?);
        if file.len() > LARGEST_UPLOAD_BY_URL {
            return Err(Fail::of(45001));
        }
    }
    Ok(file.freeze())
}
