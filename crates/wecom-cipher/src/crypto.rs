//! The secrets of one callback target, and the cryptographic operations of sender and receiver.

use std::fmt;

use aes::Aes256;
use aes::cipher::KeyInit;

use crate::delivery::{self, Delivery};
use crate::signature::{Signature, sign};
use crate::{CallbackToken, EncodingAesKey, Error, Query, Result, envelope};

/// The token, key and receiveid of one callback target (回调), with all operations that need them.
///
/// It can be shared by many threads at low cost: the AES key schedule is computed once. `Debug` shows only the
/// receiveid.
#[derive(Clone)]
pub struct Crypto {
    token: CallbackToken,
    key: EncodingAesKey,
    receive_id: Box<str>,
    aes: Aes256,
}

impl Crypto {
    /// Creates the target from the values that are configured in WeCom.
    ///
    /// `receive_id` is the corp id for a corp's own apps and for the contacts assistant (通讯录同步助手). It is the
    /// suite id for a third-party suite, and empty for an individual's third-party app.
    pub fn new(
        token: impl Into<CallbackToken>,
        key: EncodingAesKey,
        receive_id: impl Into<Box<str>>,
    ) -> Self {
        let aes = Aes256::new(key.bytes().into());
        Self { token: token.into(), key, receive_id: receive_id.into(), aes }
    }

    /// Returns the receiveid that messages must carry.
    #[must_use]
    pub fn receive_id(&self) -> &str {
        &self.receive_id
    }

    /// Verifies a callback URL (验证URL有效性): returns the text that answers the GET. Send it within one second as the
    /// whole body, without quotes or line break.
    ///
    /// # Errors
    ///
    /// [`Error::MissingParameter`] without `echostr`, [`Error::NoEcho`] if it holds a message, otherwise as
    /// [`open`](Self::open).
    ///
    /// Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930)
    pub fn verify_url(&self, query: &Query<'_>) -> Result<String> {
        let echostr = query.echostr.as_deref().ok_or(Error::MissingParameter { name: "echostr" })?;
        // A valid echo is a number. Invalid UTF-8 could not be returned unchanged.
        let text = self.verify(query, echostr)?.bytes()?;
        let text = String::from_utf8(text).map_err(|_| Error::NoEcho)?;
        // Deliveries are signed in the same way: an attacker could send an intercepted one here to have it decrypted.
        if text.trim_ascii_start().starts_with(['<', '{', '\u{feff}']) {
            return Err(Error::NoEcho);
        }
        Ok(text)
    }

    /// Verifies and decrypts the POST of a delivery. Returns the inner XML.
    ///
    /// # Errors
    ///
    /// [`Error::Xml`] if the body is not an envelope, otherwise as [`open`](Self::open).
    pub fn decrypt(&self, query: &Query<'_>, body: &[u8]) -> Result<String> {
        let delivery = Delivery::parse(body)?;
        self.open(query, &delivery.encrypt)
    }

    /// Verifies the signature of a ciphertext, decrypts it, and checks the receiveid.
    ///
    /// # Errors
    ///
    /// [`Error::Signature`], [`Error::Base64`], [`Error::Decrypt`] or [`Error::ReceiveId`]. The checks run in this
    /// order, so a sender without the token only ever sees the first one.
    pub fn open(&self, query: &Query<'_>, encrypt: &str) -> Result<String> {
        self.verify(query, encrypt)?.open()
    }

    /// Verifies the signature of a ciphertext without decrypting it. The caller can check for a repeated request first.
    ///
    /// # Errors
    ///
    /// [`Error::Signature`].
    pub fn verify<'a>(&'a self, query: &Query<'_>, encrypt: &'a str) -> Result<Verified<'a>> {
        let signature = sign(&self.token, &query.timestamp, &query.nonce, encrypt);
        if !signature.matches(&query.msg_signature) {
            return Err(Error::Signature);
        }
        Ok(Verified { crypto: self, encrypt, signature })
    }

    /// Encrypts and signs a message. WeCom does so for a delivery, and a receiver does so for a passive reply.
    ///
    /// `timestamp` is in Unix seconds; the caller chooses `nonce`. Any bytes are accepted, so that a test can send a
    /// message that is not valid text.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] if the operating system provides no random bytes.
    pub fn seal(
        &self,
        message: &(impl AsRef<[u8]> + ?Sized),
        timestamp: u64,
        nonce: impl Into<String>,
    ) -> Result<Sealed> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| Error::Random)?;
        Ok(self.seal_with(&random, message, timestamp, nonce))
    }

    /// Like [`seal`](Self::seal), but with the 16 random bytes as an argument, for reproducible tests.
    #[must_use]
    pub fn seal_with(
        &self,
        random: &[u8; 16],
        message: &(impl AsRef<[u8]> + ?Sized),
        timestamp: u64,
        nonce: impl Into<String>,
    ) -> Sealed {
        let encrypt = envelope::seal(&self.aes, self.key.iv(), random, message.as_ref(), &self.receive_id);
        let (timestamp, nonce) = (timestamp.to_string(), nonce.into());
        let msg_signature = sign(&self.token, &timestamp, &nonce, &encrypt);
        Sealed { encrypt, msg_signature, timestamp, nonce }
    }
}

impl fmt::Debug for Crypto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crypto").field("receive_id", &self.receive_id).finish_non_exhaustive()
    }
}

/// A ciphertext whose signature was verified.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'a> {
    crypto: &'a Crypto,
    encrypt: &'a str,
    signature: Signature,
}

impl Verified<'_> {
    /// Returns the signature, which identifies the request if it is sent again.
    ///
    /// Use it instead of timestamp and nonce. The four signed values are sorted and joined without a separator, so an
    /// attacker can swap the timestamp and the nonce of an intercepted request, or split them differently, and the
    /// signature stays valid.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Decrypts the message and checks the receiveid.
    ///
    /// Invalid UTF-8 in the message is replaced by U+FFFD. The key is right in this case, and one damaged text must not
    /// lose the whole message.
    ///
    /// # Errors
    ///
    /// [`Error::Base64`], [`Error::Decrypt`] or [`Error::ReceiveId`].
    pub fn open(&self) -> Result<String> {
        let message = self.bytes()?;
        Ok(String::from_utf8(message)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// Decrypts like [`open`](Self::open), but returns the bytes unchanged.
    fn bytes(&self) -> Result<Vec<u8>> {
        let Crypto { aes, key, receive_id, .. } = self.crypto;
        envelope::open(aes, key.iv(), self.encrypt, receive_id)
    }
}

/// An encrypted and signed message. Its methods return the three forms in which it can be sent.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sealed {
    /// Base64 ciphertext: the `Encrypt` of a body, or the `echostr` of a URL verification.
    pub encrypt: String,
    /// Signature over token, timestamp, nonce and ciphertext.
    pub msg_signature: Signature,
    /// Unix seconds, as the digits that were signed.
    pub timestamp: String,
    /// The nonce that was signed.
    pub nonce: String,
}

impl Sealed {
    /// Returns the body of a delivery (POST). Pass `None` as `agent_id` for an event that belongs to no app.
    #[must_use]
    pub fn to_delivery_xml(&self, to_user_name: &str, agent_id: Option<&str>) -> String {
        Delivery {
            to_user_name: Some(to_user_name.into()),
            agent_id: agent_id.map(Into::into),
            encrypt: self.encrypt.as_str().into(),
        }
        .to_xml()
    }

    /// Returns the body of a passive reply (被动回复).
    ///
    /// Official: [被动回复消息格式](https://developer.work.weixin.qq.com/document/path/90241)
    #[must_use]
    pub fn to_reply_xml(&self) -> String {
        delivery::reply(&self.encrypt, &self.msg_signature, &self.timestamp, &self.nonce)
    }

    /// Returns the query parameters of a delivery. The caller's URL type must percent-encode them.
    #[must_use]
    pub fn query_pairs(&self) -> [(&'static str, &str); 3] {
        [
            ("msg_signature", self.msg_signature.as_str()),
            ("timestamp", &self.timestamp),
            ("nonce", &self.nonce),
        ]
    }

    /// Returns the query parameters of a URL verification (GET). The caller must percent-encode them: `echostr`
    /// contains `+`, `/` and `=`.
    #[must_use]
    pub fn echo_pairs(&self) -> [(&'static str, &str); 4] {
        let [signature, timestamp, nonce] = self.query_pairs();
        [signature, timestamp, nonce, ("echostr", &self.encrypt)]
    }
}
