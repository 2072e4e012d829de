//! The encrypted envelope: `random(16) ‖ msg_len(4, big-endian) ‖ msg ‖ receiveid`, padded and encrypted.
//!
//! This module is private to the crate because it authenticates nothing: [`Crypto`](crate::Crypto) verifies the
//! signature first.

use aes::Aes256;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, InnerIvInit};
use base64::Engine;

use crate::block::{UNIT, blocks, pad, padding};
use crate::key::BASE64;
use crate::{Error, Result};

const RANDOM: usize = 16;
const HEAD: usize = RANDOM + 4;

pub(crate) fn seal(
    aes: &Aes256,
    iv: &[u8; 16],
    random: &[u8; RANDOM],
    message: &[u8],
    receive_id: &str,
) -> String {
    let length = u32::try_from(message.len()).expect("a message is shorter than 4 GiB");
    let mut plain = Vec::with_capacity(HEAD + message.len() + receive_id.len() + UNIT);
    plain.extend_from_slice(random);
    plain.extend_from_slice(&length.to_be_bytes());
    plain.extend_from_slice(message);
    plain.extend_from_slice(receive_id.as_bytes());
    pad(&mut plain);
    cbc::Encryptor::inner_iv_init(aes, iv.into()).encrypt_blocks(blocks(&mut plain));
    BASE64.encode(plain)
}

/// Decrypts an envelope whose signature was verified. Returns the message bytes unchanged; they may be invalid UTF-8.
///
/// It allocates only the decoded base64. The length field is untrusted and is compared with the actual length.
pub(crate) fn open(aes: &Aes256, iv: &[u8; 16], encrypt: &str, receive_id: &str) -> Result<Vec<u8>> {
    let mut bytes = BASE64.decode(encrypt).map_err(|_| Error::Base64)?;
    if bytes.is_empty() || bytes.len() % UNIT != 0 {
        return Err(Error::Decrypt);
    }
    cbc::Decryptor::inner_iv_init(aes, iv.into()).decrypt_blocks(blocks(&mut bytes));
    bytes.truncate(bytes.len() - padding(&bytes)?);

    let body = bytes.get(HEAD..).ok_or(Error::Decrypt)?;
    let length = bytes[RANDOM..HEAD].try_into().map(u32::from_be_bytes).expect("four bytes");
    let (_, found) = usize::try_from(length)
        .ok()
        .and_then(|length| body.split_at_checked(length))
        .ok_or(Error::Decrypt)?;
    if found != receive_id.as_bytes() {
        return Err(Error::ReceiveId { expected: receive_id.into(), found: presentable(found).into() });
    }
    bytes.truncate(bytes.len() - receive_id.len());
    bytes.drain(..HEAD);
    Ok(bytes)
}

/// Returns a foreign receiveid for an error message, but only if it looks like an id. A forged length field would
/// otherwise put message text into the error.
fn presentable(found: &[u8]) -> &str {
    match std::str::from_utf8(found) {
        Ok(id)
            if id.len() <= 64
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) =>
        {
            id
        }
        _ => "(no id)",
    }
}
