//! The protocol of a callback URL.

use std::sync::Arc;

use wecom_cipher::{CallbackToken, Crypto, EncodingAesKey, Query};

use super::Notification;
use crate::{CorpId, Result};

/// The protocol of one callback URL (回调): verifies, decrypts and parses requests.
///
/// Clones are cheap. `Debug` shows only the corp id.
#[derive(Clone, Debug)]
pub struct Receiver {
    crypto: Arc<Crypto>,
}

impl Receiver {
    /// Creates a receiver from the corp id, and the token and `EncodingAESKey` that are configured for the URL.
    ///
    /// Messages for another corp are refused, even if token and key are right.
    pub fn new(corp_id: impl Into<CorpId>, token: impl Into<CallbackToken>, key: EncodingAesKey) -> Self {
        let receive_id = corp_id.into().into_string();
        Self { crypto: Arc::new(Crypto::new(token, key, receive_id)) }
    }

    /// Verifies the GET by which WeCom checks a URL when it is saved (验证URL有效性). Returns the text that must be
    /// sent within one second as the whole body, without quotes or line break. `query` is the raw query string of the
    /// request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Cipher`](crate::ErrorKind::Cipher) if the request is forged, if token, key or corp id differ from
    /// those in the console, or if `echostr` is an intercepted delivery.
    ///
    /// Official: [回调配置](https://developer.work.weixin.qq.com/document/path/90930)
    pub fn verify_url(&self, query: &str) -> Result<String> {
        Ok(self.crypto.verify_url(&Query::parse(query)?)?)
    }

    /// Verifies, decrypts and parses the POST of a delivery. `query` is the raw query string of the request, including
    /// parameters of your own; `body` is its body.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Cipher`](crate::ErrorKind::Cipher) if the request is forged or for another corp. An authentic
    /// message is never an error: see [`Event::Unknown`](super::Event::Unknown) and
    /// [`Event::Unreadable`](super::Event::Unreadable).
    ///
    /// Official: [接收消息与事件](https://developer.work.weixin.qq.com/document/path/90238)
    pub fn receive(&self, query: &str, body: &[u8]) -> Result<Notification> {
        let message = self.crypto.decrypt(&Query::parse(query)?, body)?;
        Ok(Notification::from_message(message))
    }

    /// Encrypts a passive reply (被动回复) and returns the body of the HTTP response. Contacts events need no reply.
    ///
    /// `timestamp` is in Unix seconds. Both `timestamp` and `nonce` are free to choose; the values of the request are
    /// suitable.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Cipher`](crate::ErrorKind::Cipher) if the operating system provides no random bytes.
    ///
    /// Official: [被动回复消息格式](https://developer.work.weixin.qq.com/document/path/90241)
    pub fn reply(&self, message: &str, timestamp: u64, nonce: &str) -> Result<String> {
        Ok(self.crypto.seal(message, timestamp, nonce)?.to_reply_xml())
    }

    /// Returns the cipher of this receiver. A test can use it to encrypt and sign deliveries, as WeCom does.
    pub fn crypto(&self) -> &Crypto {
        &self.crypto
    }
}
