//! A simulator without a socket. Calls go directly to the API, thousands a second, for the fuzz targets.

use std::{io, net::Ipv4Addr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt;

use crate::{
    api::{self, Incoming},
    clock::millis,
    config::SimBuilder,
    connections::ConnectionBreaker,
    shared::Shared,
};

/// A simulator that is called in process. It sends no callbacks, and its clock moves only by
/// [`advance`](Self::advance).
#[derive(Debug)]
pub struct Offline {
    shared: Arc<Shared>,
}

impl Offline {
    /// Creates a simulator from the settings of a [`Sim`](crate::Sim).
    ///
    /// # Errors
    ///
    /// Returns an error if the seed or the callback is invalid.
    pub fn new(config: SimBuilder) -> io::Result<Self> {
        config.check(api::PATHS)?;
        Ok(Self {
            shared: Shared::new(config, "http://127.0.0.1".to_owned(), "http://127.0.0.1/_sim/".to_owned())?,
        })
    }

    /// Executes one call and returns the body of the response, for every status.
    pub async fn call(&self, request: Request<Bytes>) -> Bytes {
        self.shared.due_work.do_all();
        let (head, body) = request.into_parts();
        let ip = Ipv4Addr::LOCALHOST.into();
        let incoming = Incoming { method: head.method, uri: head.uri, headers: head.headers, ip, body };
        let answer = api::answer(&self.shared, incoming, &ConnectionBreaker::default()).await.into_body();
        answer.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default()
    }

    /// Moves the clock and executes the work that becomes due.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(millis(by));
    }

    /// Restores the initial world. All tokens become invalid.
    ///
    /// # Errors
    ///
    /// Returns an error for the same reasons as [`new`](Self::new).
    pub fn reset(&self) -> io::Result<()> {
        self.shared.reset()
    }
}
