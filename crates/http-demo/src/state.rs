//! What the handlers share.

use std::{fmt, sync::Arc, time::Duration};

use wecom_contacts::{
    Client,
    callback::{Callbacks, Drained, Intake, Notification, Receiver},
};

use crate::{access::Key, callback::RecentEvents, exports::ExportKeys};

/// What the handlers share: two clients of the SDK, the callback URL, and what is kept in memory.
#[derive(Clone)]
pub struct AppState {
    /// With the contacts-sync secret (通讯录同步): writes, and reads ids.
    pub(crate) writer: Client,
    /// With the secret of an app (自建应用): reads details, and makes the calls that only an app may make.
    pub(crate) reader: Client,
    pub(crate) key: Option<Key>,
    pub(crate) callbacks: Callbacks,
    pub(crate) events: Arc<RecentEvents>,
    pub(crate) export_keys: Arc<ExportKeys>,
}

/// The key is shorter than 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShortKey;

impl fmt::Display for ShortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key has fewer than 16 bytes; `openssl rand -hex 16` makes one")
    }
}

impl std::error::Error for ShortKey {}

impl AppState {
    /// Takes one client that writes and one that reads. Requests need no key, and there is no callback URL.
    pub fn new(writer: Client, reader: Client) -> Self {
        Self {
            writer,
            reader,
            key: None,
            callbacks: Callbacks::new(),
            events: Arc::default(),
            export_keys: Arc::default(),
        }
    }

    /// Requires this key in every request (`Authorization: Bearer KEY`), except at the callback URL.
    ///
    /// # Errors
    ///
    /// [`ShortKey`] if it has fewer than 16 bytes.
    pub fn key(mut self, key: &str) -> Result<Self, ShortKey> {
        self.key = Some(Key::new(key)?);
        Ok(self)
    }

    /// Receives callbacks at `/callback`. `GET /events` shows the latest 256 events.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime: the events are handled by a task.
    pub fn callback(mut self, receiver: Receiver) -> Self {
        let events = Arc::clone(&self.events);
        let intake = Intake::new(receiver, move |notification: Notification| {
            events.push(notification);
            std::future::ready(())
        });
        self.callbacks = Callbacks::new().mount("/callback", intake);
        self
    }

    /// Handles the events that are queued, for at most this time. Further callbacks are refused with 503.
    pub fn drain(&self, max_wait: Duration) -> impl Future<Output = Drained> + Send + 'static {
        self.callbacks.shutdown(max_wait)
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState")
            .field("writer", &self.writer)
            .field("reader", &self.reader)
            .field("callbacks", &self.callbacks)
            .finish_non_exhaustive()
    }
}
