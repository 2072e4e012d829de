//! The error type of the crate, with the codes of WeCom's own crypto libraries (加解密库返回码).

/// Reasons why a callback or a file cannot be decrypted.
///
/// [`code`](Self::code) is the number that WeCom's official libraries return for the same failure. It is specific to
/// those libraries and unrelated to the API's `errcode`. No variant contains key material, tokens or plaintext.
///
/// Send the same HTTP response for every variant; the details belong in the log.
///
/// Official: [加解密库返回码](https://developer.work.weixin.qq.com/document/path/90307)
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `-40001`: the signature is wrong. The request is forged, or the token differs from the one configured in WeCom.
    #[error("callback signature mismatch; check that the callback token is the one configured in WeCom")]
    Signature,

    /// `-40001`: the query lacks a parameter that every callback has. The signature check needs it.
    #[error("callback query lacks `{name}`; pass the whole raw query string of the request")]
    MissingParameter {
        /// Name of the parameter on the wire.
        name: &'static str,
    },

    /// `-40002`: the body is not the XML envelope of a callback.
    #[error("callback body is not a WeCom envelope: {reason}")]
    Xml {
        /// The fault in the body.
        reason: &'static str,
    },

    /// `-40004`: the `EncodingAESKey` does not consist of 43 letters and digits.
    #[error("EncodingAESKey must be 43 characters of a-zA-Z0-9 ({reason})")]
    Key {
        /// The fault in the key. The key itself is not quoted.
        reason: &'static str,
    },

    /// `-40005`: the signature and the encryption are right, but the message is for another corp (or suite).
    #[error(
        "callback is addressed to `{found}`, expected `{expected}`; check the corp id given to the receiver"
    )]
    ReceiveId {
        /// The receiveid that this side was configured with.
        expected: Box<str>,
        /// The receiveid inside the message.
        found: Box<str>,
    },

    /// `-40006`: the operating system provided no random bytes, so encryption is impossible.
    #[error("no random bytes from the operating system")]
    Random,

    /// `-40007` and `-40008`: the ciphertext does not decrypt to a message. The variant deliberately hides the
    /// operation that failed: a distinguishable padding error would turn the receiver into a padding oracle.
    #[error("cannot decrypt; check that the EncodingAESKey is the one configured in WeCom")]
    Decrypt,

    /// `-40008`: the `echostr` of a URL verification has a valid signature but decrypts to a message instead of a
    /// number. An attacker can send an intercepted delivery this way to read its content.
    #[error("echostr holds a message instead of a number; a message is never echoed")]
    NoEcho,

    /// `-40010`: the ciphertext is not base64.
    #[error("ciphertext is not base64; a query value must be percent-decoded exactly once")]
    Base64,
}

impl Error {
    /// Returns the code that WeCom's official libraries use for this failure, `-40001` to `-40010`.
    #[must_use]
    pub fn code(&self) -> i32 {
        match self {
            Self::Signature | Self::MissingParameter { .. } => -40001,
            Self::Xml { .. } => -40002,
            Self::Key { .. } => -40004,
            Self::ReceiveId { .. } => -40005,
            Self::Random => -40006,
            Self::Decrypt => -40007,
            Self::NoEcho => -40008,
            Self::Base64 => -40010,
        }
    }
}
