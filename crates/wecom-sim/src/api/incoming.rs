//! A request before anything of it is looked at.

use std::net::IpAddr;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

/// A request as it came in, the body read.
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) ip: IpAddr,
    pub(crate) body: Bytes,
}
