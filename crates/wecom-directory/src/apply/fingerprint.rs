//! Fingerprints of values that a run wrote into fields which no credential shows.

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use wecom_contacts::members::MemberField;

use crate::plan::compared;

/// The length of a block of SHA-256.
const BLOCK: usize = 64;

/// The key of fingerprints. It belongs into the state directory and never into the mirror: with it, an 11-digit mobile number can be
/// guessed from its fingerprint.
#[derive(Clone)]
pub struct FingerprintKey([u8; 32]);

impl FingerprintKey {
    /// A key of 32 random bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the fingerprint of a value of a member's field, by the field's name in WeCom's JSON: HMAC-SHA256 in hexadecimal.
    ///
    /// Two forms of one mobile number or mail address have the same fingerprint.
    pub fn fingerprint(&self, field: &str, value: &Value) -> String {
        // A gender or a flag has one form, whether it is written as a number or as a text.
        let value = match (value, MemberField::from_name(field)) {
            (Value::String(text), Some(field)) => compared(field, text),
            (Value::String(text), None) => text.as_str().into(),
            (other, _) => other.to_string().into(),
        };
        let hash = self.hmac(&[field.as_bytes(), &[0], value.as_bytes()]);
        hash.iter().fold(String::with_capacity(64), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// HMAC (RFC 2104) with SHA-256.
    fn hmac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let padded = |pad: u8| {
            let mut block = [pad; BLOCK];
            block.iter_mut().zip(self.0).for_each(|(byte, key)| *byte ^= key);
            Sha256::new().chain_update(block)
        };
        let inner = parts.iter().fold(padded(0x36), |hash, part| hash.chain_update(part)).finalize();
        padded(0x5c).chain_update(inner).finalize().into()
    }
}

/// Shows nothing of the key.
impl std::fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FingerprintKey(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 1. The key of 20 bytes is padded with zeros, which changes nothing.
    #[test]
    fn the_code_is_that_of_the_standard() {
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let hash = FingerprintKey::new(key).hmac(&[b"Hi ", b"There"]);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        assert_eq!(hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), expected);
    }

    #[test]
    fn a_number_and_its_text_have_one_fingerprint_and_two_fields_have_two() {
        let key = FingerprintKey::new([7; 32]);
        assert_eq!(key.fingerprint("gender", &1.into()), key.fingerprint("gender", &"1".into()));
        assert_ne!(key.fingerprint("mobile", &"1".into()), key.fingerprint("email", &"1".into()));
        let mobile = |text: &str| key.fingerprint("mobile", &text.into());
        assert_eq!(mobile("+86 138-0000-0000"), mobile("13800000000"));
    }
}
