//! The two secrets of a callback target: the token and the `EncodingAESKey`.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Base64 in WeCom's variant. A key has 43 characters, which carry 258 bits, but only 256 bits are used. WeCom's own
/// sample keys have non-zero bits in the unused part. A strict decoder rejects such keys; this one accepts them.
pub(crate) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const KEY_CHARS: usize = 43;
const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The AES key of a callback target or of an export job, as WeCom displays it: 43 characters of `a-zA-Z0-9`. The
/// characters are the base64 of 32 bytes without the final `=`.
///
/// The key is wiped from memory when dropped, and `Debug` omits it. Two texts that decode to the same 32 bytes are
/// equal.
///
/// ```
/// use wecom_cipher::EncodingAesKey;
///
/// let key: EncodingAesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse()?;
/// assert_eq!(format!("{key:?}"), "EncodingAesKey(..)");
/// # Ok::<(), wecom_cipher::Error>(())
/// ```
///
/// Official: [加解密方案说明](https://developer.work.weixin.qq.com/document/path/90968)
#[derive(Clone)]
pub struct EncodingAesKey {
    // The original text is stored because the unused bits cannot be computed from the bytes.
    encoded: Zeroizing<[u8; KEY_CHARS]>,
    bytes: Zeroizing<[u8; 32]>,
}

impl EncodingAesKey {
    /// Parses the 43 characters.
    ///
    /// # Errors
    ///
    /// [`Error::Key`] if the length differs from 43, or if a character is not a letter or digit.
    pub fn new(encoded: &str) -> Result<Self> {
        let encoded: [u8; KEY_CHARS] =
            encoded.as_bytes().try_into().map_err(|_| Error::Key { reason: "wrong length" })?;
        if !encoded.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Error::Key { reason: "other characters found" });
        }
        let mut bytes = Zeroizing::new([0; 32]);
        match BASE64.decode_slice(encoded, bytes.as_mut_slice()) {
            Ok(32) => Ok(Self { encoded: Zeroizing::new(encoded), bytes }),
            _ => Err(Error::Key { reason: "not base64" }),
        }
    }

    /// Generates a random key for a new callback target or for one export job.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] if the operating system provides no random bytes.
    pub fn generate() -> Result<Self> {
        let mut encoded = Zeroizing::new([0; KEY_CHARS]);
        let mut filled = 0;
        while filled < KEY_CHARS {
            let mut random = Zeroizing::new([0; 64]);
            getrandom::fill(random.as_mut_slice()).map_err(|_| Error::Random)?;
            // 248 is the largest multiple of 62 that fits in a byte. Larger values would make the first letters more
            // frequent.
            for byte in random.iter().filter(|byte| **byte < 248).take(KEY_CHARS - filled) {
                encoded[filled] = ALPHANUMERIC[usize::from(byte % 62)];
                filled += 1;
            }
        }
        let text = std::str::from_utf8(encoded.as_slice()).expect("letters and digits are UTF-8");
        Self::new(text)
    }

    /// Returns the 43 characters, for a request that must contain them (an export job, the callback of an import job).
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(self.encoded.as_slice()).expect("checked to be letters and digits")
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Returns the initialisation vector: the first half of the key.
    pub(crate) fn iv(&self) -> &[u8; 16] {
        self.bytes.first_chunk().expect("a key has 32 bytes")
    }
}

impl FromStr for EncodingAesKey {
    type Err = Error;

    fn from_str(encoded: &str) -> Result<Self> {
        Self::new(encoded)
    }
}

impl TryFrom<&str> for EncodingAesKey {
    type Error = Error;

    fn try_from(encoded: &str) -> Result<Self> {
        Self::new(encoded)
    }
}

impl PartialEq for EncodingAesKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes.ct_eq(other.bytes.as_slice()).into()
    }
}

impl Eq for EncodingAesKey {}

impl fmt::Debug for EncodingAesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncodingAesKey(..)")
    }
}

/// The token of a callback target: at most 32 letters and digits. It is the secret part of every signature.
///
/// This type does not check the format; WeCom checks it when the target is saved. The token is wiped from memory when
/// dropped, and `Debug` omits it.
#[derive(Clone)]
pub struct CallbackToken(Zeroizing<String>);

impl CallbackToken {
    /// Creates a token from the text that is configured in WeCom.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Zeroizing::new(token.into()))
    }

    /// Returns the token, for a request that must contain it (the callback of an import job).
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for CallbackToken {
    fn from(token: &str) -> Self {
        Self::new(token)
    }
}

impl From<String> for CallbackToken {
    fn from(token: String) -> Self {
        Self::new(token)
    }
}

impl PartialEq for CallbackToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for CallbackToken {}

impl fmt::Debug for CallbackToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallbackToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

    #[test]
    fn trap_30_the_official_sample_keys_with_spare_bits_are_read() {
        let cases = [
            (SAMPLE, "8d69989bbaabe67328014c194631ad0719b3dca035b64023df292447aab60760"),
            (
                "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2",
                "2095225cda6f19b383c0a101484b0078e00f02192a1ea34217a835f6df707e0d",
            ),
        ];
        for (encoded, digits) in cases {
            let key = EncodingAesKey::new(encoded).unwrap();
            assert_eq!(crate::hex(key.bytes()), digits);
            assert_eq!(key.expose(), encoded, "the key text is kept, not re-encoded");
        }
        EncodingAesKey::new("6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt").unwrap();
    }

    #[test]
    fn keys_that_differ_in_spare_bits_only_are_equal() {
        let other = SAMPLE.replace("B2C", "B2D");
        assert_eq!(EncodingAesKey::new(SAMPLE), EncodingAesKey::new(&other));
        assert_ne!(EncodingAesKey::new(SAMPLE), EncodingAesKey::new(&SAMPLE.replace('j', "k")));
    }

    #[test]
    fn anything_but_43_letters_and_digits_is_refused() {
        let long = format!("{SAMPLE}A");
        let padded = format!("{SAMPLE}=");
        let plus = SAMPLE.replace('W', "+");
        let wide = "啊".repeat(14) + "a";
        for bad in ["", &SAMPLE[1..], &long, &padded, &plus, &wide] {
            let error = EncodingAesKey::new(bad).unwrap_err();
            assert_eq!(error.code(), -40004, "{error}");
            assert!(bad.is_empty() || !error.to_string().contains(bad), "the key is not quoted");
        }
    }

    #[test]
    fn generated_keys_are_valid_and_differ() {
        let key = EncodingAesKey::generate().unwrap();
        assert_eq!(EncodingAesKey::new(key.expose()), Ok(key.clone()));
        assert_ne!(key, EncodingAesKey::generate().unwrap());
    }

    #[test]
    fn secrets_are_not_shown_by_debug() {
        let shown = format!("{:?} {:?}", EncodingAesKey::new(SAMPLE).unwrap(), CallbackToken::new("QDG6eK"));
        assert_eq!(shown, "EncodingAesKey(..) CallbackToken(..)");
    }
}
