//! Tests of the public interface: official vectors, every length, arbitrary input.

mod files;
mod garbage;
mod receiver;
mod vectors;

use wecom_cipher::{Crypto, EncodingAesKey, Query, Sealed};

const CORP: &str = "wx5823bf96d3bd56c7";

/// The callback target of official samples A and B.
fn target() -> Crypto {
    Crypto::new("QDG6eK", key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"), CORP)
}

fn key(encoded: &str) -> EncodingAesKey {
    encoded.parse().expect("a key of 43 letters and digits")
}

fn query(sealed: &Sealed) -> Query<'_> {
    Query::new(sealed.msg_signature.as_str(), &*sealed.timestamp, &*sealed.nonce)
}
