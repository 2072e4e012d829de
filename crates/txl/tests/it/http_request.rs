//! Reads a request as a server of a test needs it.

use std::{
    io::{BufRead, BufReader, Read},
    net::TcpStream,
};

/// Returns the request of a connection; `None` if it is cut off.
pub(crate) fn read(stream: &TcpStream) -> Option<HttpRequest> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? <= 2 {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut words = first.split_whitespace();
    Some(HttpRequest { method: words.next()?.to_owned(), target: words.next()?.to_owned(), body })
}

/// A request.
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    /// The path and the query.
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
}
