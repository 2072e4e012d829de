//! One callback target's secrets, and the operations both ends perform with them.

use std::fmt;

use aes::Aes256;
use aes::cipher::KeyInit;

use crate::delivery::{self, Delivery};
use crate::signature::{Signature, sign};
use crate::{CallbackToken, EncodingAesKey, Error, Query, Result, envelope};

/// The token, key and receiveid of one callback target (回调), with everything that is done with them.
///
/// Cheap to use from many threads; the AES key schedule is computed once. `Debug` shows the receiveid only.
#[derive(Clone)]
pub struct Crypto {
    token: CallbackToken,
    key: EncodingAesKey,
    receive_id: Box<str>,
    aes: Aes256,
}

impl Crypto {
    /// Takes the values configured in WeCom. `receive_id` is the corp id for a corp's own apps and the contacts
    /// assistant (通讯录同步助手), the suite id for a third-party suite, and empty for an individual's third-party app.
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

    /// Answers the GET that verifies a callback URL (验证URL有效性): returns the text to send back, within one second, as
    /// the whole body, without quotes or line break.
    ///
    /// # Errors
    ///
    /// [`Error::MissingParameter`] without `echostr`, [`Error::NoEcho`] if it holds a message, otherwise as
    /// [`open`](Self::open).
    ///
    /// Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930)
    pub fn verify_url(&self, query: &Query<'_>) -> Result<String> {
        let echostr = query.echostr.as_deref().ok_or(Error::MissingParameter { name: "echostr" })?;
        // What is not UTF-8 cannot be repeated unchanged, and is no number.
        let text = self.verify(query, echostr)?.bytes()?;
        let text = String::from_utf8(text).map_err(|_| Error::NoEcho)?;
        // A delivery is signed the same way: an eavesdropper could have one decrypted by requesting its echo.
        if text.trim_ascii_start().starts_with(['<', '{', '\u{feff}']) {
            return Err(Error::NoEcho);
        }
        Ok(text)
    }

    /// Verifies and decrypts the POST of a delivery: returns the inner XML.
    ///
    /// # Errors
    ///
    /// [`Error::Xml`] if the body is no envelope, otherwise as [`open`](Self::open).
    pub fn decrypt(&self, query: &Query<'_>, body: &[u8]) -> Result<String> {
        let delivery = Delivery::parse(body)?;
        self.open(query, &delivery.encrypt)
    }

    /// Verifies the signature over a ciphertext, then decrypts it and checks whom it is for.
    ///
    /// # Errors
    ///
    /// [`Error::Signature`], [`Error::Base64`], [`Error::Decrypt`] or [`Error::ReceiveId`], tried in this order:
    /// without the token nobody learns anything from the later ones.
    pub fn open(&self, query: &Query<'_>, encrypt: &str) -> Result<String> {
        self.verify(query, encrypt)?.open()
    }

    /// Verifies the signature over a ciphertext and leaves the decryption for later, to look first whether this very
    /// request has come before.
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

    /// Encrypts and signs a message, as WeCom does to deliver it and a replier to answer it. The message is text by rights; any bytes
    /// are taken, so that a test can send what is none.
    /// `timestamp` is in Unix seconds; `nonce` is chosen by the caller.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] if the operating system gives no random bytes.
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

    /// Like [`seal`](Self::seal) with the 16 random bytes given, for reproducible tests.
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

/// A ciphertext whose signature is right.
#[derive(Debug, Clone, Copy)]
pub struct Verified<'a> {
    crypto: &'a Crypto,
    encrypt: &'a str,
    signature: Signature,
}

impl Verified<'_> {
    /// Returns the signature, which recognises the request when it comes again.
    ///
    /// The four signed values are sorted and joined with nothing between them, so that timestamp and nonce can be cut or
    /// swapped anew without spoiling it: of a request overheard, timestamp and nonce together recognise less than it does.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Decrypts the message and checks whom it is for.
    ///
    /// A piece of it that is not UTF-8 becomes U+FFFD: the key is right, and one broken text must not cost the message.
    ///
    /// # Errors
    ///
    /// [`Error::Base64`], [`Error::Decrypt`] or [`Error::ReceiveId`].
    pub fn open(&self) -> Result<String> {
        let message = self.bytes()?;
        Ok(String::from_utf8(message)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// Decrypts like [`open`](Self::open), and leaves the message as it was sent.
    fn bytes(&self) -> Result<Vec<u8>> {
        let Crypto { aes, key, receive_id, .. } = self.crypto;
        envelope::open(aes, key.iv(), self.encrypt, receive_id)
    }
}

/// A message encrypted and signed, to be put in one of the three shapes it travels in.
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
    /// Returns the body of a delivery (POST). `agent_id` is left out where no app is concerned.
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

    /// Returns the query parameters of a delivery, to be percent-encoded by the caller's URL type.
    #[must_use]
    pub fn query_pairs(&self) -> [(&'static str, &str); 3] {
        [
            ("msg_signature", self.msg_signature.as_str()),
            ("timestamp", &self.timestamp),
            ("nonce", &self.nonce),
        ]
    }

    /// Returns the query parameters of a URL verification (GET). `echostr` holds `+`, `/` and `=`: the caller must
    /// percent-encode them.
    #[must_use]
    pub fn echo_pairs(&self) -> [(&'static str, &str); 4] {
        let [signature, timestamp, nonce] = self.query_pairs();
        [signature, timestamp, nonce, ("echostr", &self.encrypt)]
    }
}
