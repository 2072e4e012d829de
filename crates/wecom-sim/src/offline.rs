//! A simulator without a socket: calls go straight to the API, thousands a second, as the fuzz targets need them.

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

/// A simulator that only its owner can call. It makes no callbacks and its clock moves by [`advance`](Self::advance) only.
#[derive(Debug)]
pub struct Offline {
    shared: Arc<Shared>,
}

impl Offline {
    /// Takes what a [`Sim`](crate::Sim) takes.
    ///
    /// # Errors
    ///
    /// The seed or the callback cannot be taken.
    pub fn new(config: SimBuilder) -> io::Result<Self> {
        config.check(api::PATHS)?;
        Ok(Self { shared: Shared::new(config, "http://127.0.0.1".to_owned())? })
    }

    /// Answers one call with the body of the response, whatever its status.
    pub async fn call(&self, request: Request<Bytes>) -> Bytes {
        self.shared.due_work.do_all();
        let (head, body) = request.into_parts();
        let ip = Ipv4Addr::LOCALHOST.into();
        let incoming = Incoming { method: head.method, uri: head.uri, headers: head.headers, ip, body };
        let answer = api::answer(&self.shared, incoming, &ConnectionBreaker::default()).await.into_body();
        answer.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default()
    }

    /// Moves the clock and does what falls due.
    pub fn advance(&self, by: Duration) {
        self.shared.advance(millis(by));
    }

    /// Restarts the world; tokens are void afterwards.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn reset(&self) -> io::Result<()> {
        self.shared.reset()
    }
}
