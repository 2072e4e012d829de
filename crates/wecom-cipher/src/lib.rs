//! Cryptography of WeCom (企业微信) callbacks (回调) and export files (异步导出). The crate is free of IO and clocks.
//!
//! [`Crypto`] implements both sides of the callback protocol. The receiver verifies the URL and decrypts deliveries.
//! The sender (a simulator or a test) encrypts and signs them:
//!
//! ```
//! use wecom_cipher::{CallbackToken, Crypto, EncodingAesKey, Query};
//!
//! let crypto = Crypto::new(
//!     CallbackToken::new("QDG6eK"),
//!     "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse::<EncodingAesKey>()?,
//!     "wx5823bf96d3bd56c7",
//! );
//!
//! // The sender (WeCom) encrypts and signs a message.
//! let sealed = crypto.seal("<xml><Event>subscribe</Event></xml>", 1_700_000_000, "987654321")?;
//! let body = sealed.to_delivery_xml("wx5823bf96d3bd56c7", Some("1000007"));
//!
//! // The receiver verifies the signature and decrypts the message.
//! let url_query = format!("msg_signature={}&timestamp=1700000000&nonce=987654321", sealed.msg_signature);
//! let message = crypto.decrypt(&Query::parse(&url_query)?, body.as_bytes())?;
//! assert_eq!(message, "<xml><Event>subscribe</Event></xml>");
//! # Ok::<(), wecom_cipher::Error>(())
//! ```
//!
//! [`FileDecryptor`] decrypts an export file while it is being downloaded.
//!
//! Official: [加解密方案说明](https://developer.work.weixin.qq.com/document/path/90968),
//! [回调配置](https://developer.work.weixin.qq.com/document/path/90930)

#![cfg_attr(docsrs, feature(doc_cfg))]

mod block;
mod crypto;
mod delivery;
mod envelope;
mod error;
mod file;
mod hex;
mod key;
mod query;
mod signature;

pub use crypto::{Crypto, Sealed, Verified};
pub use delivery::{Delivery, Reply};
pub use error::Error;
pub use file::{FileDecryptor, FileEncryptor, decrypt_file, encrypt_file};
pub use hex::hex;
pub use key::{CallbackToken, EncodingAesKey};
pub use query::Query;
pub use signature::{Signature, sign};

/// Result of an operation of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The examples of the crate's README are compiled and run with those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
