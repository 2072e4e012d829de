//! The one error of the crate, with the codes of WeCom's own crypto libraries (加解密库返回码).

/// What can go wrong between a stranger's bytes and a message.
///
/// [`code`](Self::code) is the number WeCom's official libraries return for the same failure; it is local to those
/// libraries and unrelated to the API's `errcode`. No variant prints key material, tokens or plaintext.
///
/// Answer a sender the same way whatever the variant: the details are for the log.
///
/// Official: [加解密库返回码](https://developer.work.weixin.qq.com/document/path/90307)
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// `-40001`: the signature is not ours: a stranger, or another token than the one configured in WeCom.
    #[error("callback signature mismatch; check that the callback token is the one configured in WeCom")]
    Signature,

    /// `-40001`: the query lacks a parameter that every callback carries, so nothing can be verified.
    #[error("callback query lacks `{name}`; pass the whole raw query string of the request")]
    MissingParameter {
        /// Name of the parameter on the wire.
        name: &'static str,
    },

    /// `-40002`: the body is not the XML envelope of a callback.
    #[error("callback body is not a WeCom envelope: {reason}")]
    Xml {
        /// What is wrong with it.
        reason: &'static str,
    },

    /// `-40004`: an `EncodingAESKey` that is not 43 letters and digits.
    #[error("EncodingAESKey must be 43 characters of a-zA-Z0-9 ({reason})")]
    Key {
        /// What is wrong with it, without quoting it.
        reason: &'static str,
    },

    /// `-40005`: properly signed and encrypted, but addressed to another corp (or suite).
    #[error(
        "callback is addressed to `{found}`, expected `{expected}`; check the corp id given to the receiver"
    )]
    ReceiveId {
        /// The receiveid this side was configured with.
        expected: Box<str>,
        /// The receiveid inside the message.
        found: Box<str>,
    },

    /// `-40006`: the system gave no random bytes, so nothing can be encrypted.
    #[error("no random bytes from the operating system")]
    Random,

    /// `-40007` and `-40008`: the ciphertext does not decrypt to a message. Which step failed is not told, on
    /// purpose: telling padding errors apart from the others would make an oracle of the receiver.
    #[error("cannot decrypt; check that the EncodingAESKey is the one configured in WeCom")]
    Decrypt,

    /// `-40008`: the `echostr` of a URL verification is signed and decrypts, but to a message instead of the number that
    /// WeCom asks to have repeated: an overheard delivery, sent back to learn what is in it.
    #[error("echostr holds a message, which is not to be repeated to whoever asks")]
    NoEcho,

    /// `-40010`: the ciphertext is not base64.
    #[error("ciphertext is not base64; a query value must be percent-decoded exactly once")]
    Base64,
}

impl Error {
    /// Returns the code that WeCom's official libraries give this failure, `-40001` to `-40010`.
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
