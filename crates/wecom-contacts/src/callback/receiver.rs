//! The receiving end of a callback URL.

use std::sync::Arc;

use wecom_cipher::{CallbackToken, Crypto, EncodingAesKey, Query};

use super::Notification;
use crate::{CorpId, Result};

/// The receiving end of one callback URL (回调): verifies, decrypts, and reads.
///
/// Cheap to clone. `Debug` shows the corp id only.
#[derive(Clone, Debug)]
pub struct Receiver {
    crypto: Arc<Crypto>,
}

impl Receiver {
    /// Takes the corp id, and the token and `EncodingAESKey` configured for the URL.
    ///
    /// A message encrypted for another corp is refused even if token and key fit.
    pub fn new(corp_id: impl Into<CorpId>, token: impl Into<CallbackToken>, key: EncodingAesKey) -> Self {
        let receive_id = corp_id.into().into_string();
        Self { crypto: Arc::new(Crypto::new(token, key, receive_id)) }
    }

    /// Answers the GET by which WeCom verifies the URL when it is saved (验证URL有效性): the text to send back as the whole
    /// body, without quotes or line break, within one second. `query` is the raw query string of the request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Cipher`](crate::ErrorKind::Cipher) if the request is not WeCom's, or token, key or corp id differ
    /// from those in the console, or it is an overheard delivery that somebody wants to have decrypted.
    ///
    /// Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930)
    pub fn verify_url(&self, query: &str) -> Result<String> {
        Ok(self.crypto.verify_url(&Query::parse(query)?)?)
    }

    /// Reads the POST of a delivery. `query` is the raw query string of the request (parameters of your own are
    /// ignored), `body` its body.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Cipher`](crate::ErrorKind::Cipher) if the request is not WeCom's or was not meant for this corp. What
    /// is authentic is never an error, however strange: see [`Event::Unknown`](super::Event::Unknown) and
    /// [`Event::Unreadable`](super::Event::Unreadable).
    ///
    /// Official: [接收消息与事件](https://developer.work.weixin.qq.com/document/path/90238)
    pub fn receive(&self, query: &str, body: &[u8]) -> Result<Notification> {
        let message = self.crypto.decrypt(&Query::parse(query)?, body)?;
        Ok(Notification::from_message(message))
    }

    /// Encrypts a passive reply (被动回复) and returns the body of the HTTP response. Contacts events take none.
    ///
    /// `timestamp` is in Unix seconds. It and `nonce` are yours to choose; the request's own will do.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Cipher`](crate::ErrorKind::Cipher) if the operating system gives no random bytes.
    ///
    /// Official: [被动回复消息格式](https://developer.work.weixin.qq.com/document/path/90241)
    pub fn reply(&self, message: &str, timestamp: u64, nonce: &str) -> Result<String> {
        Ok(self.crypto.seal(message, timestamp, nonce)?.to_reply_xml())
    }

    /// Returns the cipher inside, with which a test plays WeCom's side: it seals what this receiver opens.
    pub fn crypto(&self) -> &Crypto {
        &self.crypto
    }
}
