//! The cipher from outside: official vectors, every length, strangers' bytes.

mod files;
mod garbage;
mod receiver;
mod vectors;

use wecom_cipher::{Crypto, EncodingAesKey, Query, Sealed};

const CORP: &str = "wx5823bf96d3bd56c7";

/// The target of official samples A and B.
fn target() -> Crypto {
    Crypto::new("QDG6eK", key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"), CORP)
}

fn key(encoded: &str) -> EncodingAesKey {
    encoded.parse().expect("a key of 43 letters and digits")
}

fn query(sealed: &Sealed) -> Query<'_> {
    Query::new(sealed.msg_signature.as_str(), &*sealed.timestamp, &*sealed.nonce)
}

#[test]
fn no_test_file_is_forgotten() {
    let main = include_str!("main.rs");
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let module = name.strip_suffix(".rs").unwrap();
        assert!(module == "main" || main.contains(&format!("mod {module};")), "{name} is not compiled");
    }
}
