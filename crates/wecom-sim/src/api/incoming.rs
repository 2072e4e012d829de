//! A request before any check.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

/// A request with its complete body.
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) ip: IpAddr,
    pub(crate) body: Bytes,
}
