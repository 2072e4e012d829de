//! Bytes in hexadecimal digits.

use std::fmt::Write as _;

/// Small letters, as WeCom writes digests.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes all");
    }
    text
}
