//! The signature of a callback (消息体签名校验): SHA-1 over the four values in byte order.

use std::fmt;

use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use crate::{CallbackToken, hex::digits};

/// The value of `msg_signature`: 40 lowercase hexadecimal digits.
#[derive(Clone, Copy)]
pub struct Signature([u8; 40]);

/// Signs the ciphertext of an envelope (the text of `Encrypt`, or `echostr`).
///
/// The values are sorted as bytes and joined without a separator; the names play no role. Other query parameters of
/// the callback URL are not signed.
///
/// Official: [加解密方案说明](https://developer.work.weixin.qq.com/document/path/90968)
#[must_use]
pub fn sign(token: &CallbackToken, timestamp: &str, nonce: &str, encrypt: &str) -> Signature {
    let mut values = [token.expose(), timestamp, nonce, encrypt];
    values.sort_unstable();
    let mut sha1 = Sha1::new();
    for value in values {
        sha1.update(value);
    }
    let mut hex = [0; 40];
    for (pair, byte) in hex.as_chunks_mut::<2>().0.iter_mut().zip(sha1.finalize()) {
        *pair = digits(byte);
    }
    Signature(hex)
}

impl Signature {
    /// Returns the 40 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("hexadecimal digits are UTF-8")
    }

    /// Returns the 40 digits as bytes, for example as the key of a stored request.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 40] {
        &self.0
    }

    /// Returns whether `claimed` equals this signature. The comparison takes constant time.
    #[must_use]
    pub fn matches(&self, claimed: &str) -> bool {
        self.0.ct_eq(claimed.as_bytes()).into()
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_sorted_as_bytes_whatever_their_role() {
        // Digits sort before letters, and "Z" sorts before "a". Values that swap their roles give the same digest.
        let signature = sign(&CallbackToken::new("a"), "1", "Z", "b");
        assert!(signature.matches(sign(&CallbackToken::new("b"), "Z", "1", "a").as_str()));
        assert!(!signature.matches(sign(&CallbackToken::new("b"), "Z", "1", "A").as_str()));
    }

    #[test]
    fn only_the_exact_forty_digits_match() {
        let signature = sign(&CallbackToken::new("t"), "1", "2", "3");
        let text = signature.to_string();
        assert!(signature.matches(&text));
        for wrong in ["", &text[1..], &format!("{text}0"), &text.to_uppercase(), &"0".repeat(40)] {
            assert!(!signature.matches(wrong), "{wrong}");
        }
    }
}
