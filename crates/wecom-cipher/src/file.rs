//! Encryption of export files (异步导出文件): AES-256-CBC with WeCom's 32-byte padding, read and written as a stream.
//!
//! The file is the raw ciphertext of one JSON document. It has no random prefix, length field, receiveid or base64.
//!
//! Official: [导出成员](https://developer.work.weixin.qq.com/document/path/94849)

use std::fmt;

use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use aes::{Aes256Dec, Aes256Enc};

use crate::block::{UNIT, blocks, padding};
use crate::{EncodingAesKey, Error, Result};

/// Number of bytes that are copied and then decrypted at a time. It is large enough to keep the AES units busy and
/// small enough to stay in the first-level cache between the two operations.
const RUN: usize = 16 * 1024;

/// Decrypts an export file chunk by chunk. Memory use is bounded by the size of the chunks.
///
/// ```
/// use wecom_cipher::{EncodingAesKey, FileDecryptor, encrypt_file};
///
/// let key = EncodingAesKey::generate()?;
/// let file = encrypt_file(&key, br#"{"userlist":[]}"#);
///
/// let mut decryptor = FileDecryptor::new(&key);
/// let mut json = Vec::new();
/// for chunk in file.chunks(7) {
///     decryptor.push(chunk, &mut json);
/// }
/// decryptor.finish(&mut json)?;
/// assert_eq!(json, br#"{"userlist":[]}"#);
/// # Ok::<(), wecom_cipher::Error>(())
/// ```
pub struct FileDecryptor {
    cbc: cbc::Decryptor<Aes256Dec>,
    /// The last 1 to 32 bytes of ciphertext so far. They may hold the padding, which is known only at the end of the
    /// file.
    held: [u8; UNIT],
    held_len: usize,
}

impl FileDecryptor {
    /// Creates a decryptor for a file that starts with the next byte.
    #[must_use]
    pub fn new(key: &EncodingAesKey) -> Self {
        Self { cbc: cbc::Decryptor::new(key.bytes().into(), key.iv().into()), held: [0; UNIT], held_len: 0 }
    }

    /// Decrypts the next bytes of the file and appends the plaintext to `plain`. Chunks may have any length. The last
    /// 32 bytes are kept back until more bytes arrive or the file ends.
    ///
    /// The content is not authenticated. Compare the file's md5 before you use the rows.
    pub fn push(&mut self, chunk: &[u8], plain: &mut Vec<u8>) {
        // All complete units of 32 bytes can be decrypted, but at least one byte must remain for `finish`.
        let total = self.held_len + chunk.len();
        let ready = total.saturating_sub(1) / UNIT * UNIT;
        if ready == 0 {
            self.hold(chunk);
            return;
        }
        let (mut now, later) = chunk.split_at(ready - self.held_len);
        plain.reserve(ready);

        let start = plain.len();
        let (first, rest) = now.split_at(now.len().min(RUN - self.held_len));
        plain.extend_from_slice(&self.held[..self.held_len]);
        plain.extend_from_slice(first);
        self.cbc.decrypt_blocks(blocks(&mut plain[start..]));
        now = rest;
        for run in now.chunks(RUN) {
            let start = plain.len();
            plain.extend_from_slice(run);
            self.cbc.decrypt_blocks(blocks(&mut plain[start..]));
        }

        self.held_len = 0;
        self.hold(later);
    }

    /// Ends the file and appends the last bytes to `plain`, without the padding.
    ///
    /// # Errors
    ///
    /// [`Error::Decrypt`] if the file is empty or truncated, or was encrypted with another key. `plain` may then hold
    /// garbage; discard it.
    pub fn finish(mut self, plain: &mut Vec<u8>) -> Result<()> {
        if self.held_len != UNIT {
            return Err(Error::Decrypt);
        }
        self.cbc.decrypt_blocks(blocks(&mut self.held));
        let end = UNIT - padding(&self.held)?;
        plain.extend_from_slice(&self.held[..end]);
        Ok(())
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.held[self.held_len..self.held_len + bytes.len()].copy_from_slice(bytes);
        self.held_len += bytes.len();
    }
}

/// Encrypts an export file chunk by chunk. [`FileDecryptor`] is the opposite direction.
pub struct FileEncryptor {
    cbc: cbc::Encryptor<Aes256Enc>,
    /// The last bytes, which do not fill 32 bytes yet.
    held: [u8; UNIT],
    held_len: usize,
}

impl FileEncryptor {
    /// Creates an encryptor at the beginning of a file.
    #[must_use]
    pub fn new(key: &EncodingAesKey) -> Self {
        Self { cbc: cbc::Encryptor::new(key.bytes().into(), key.iv().into()), held: [0; UNIT], held_len: 0 }
    }

    /// Encrypts the next bytes of the document and appends the completed blocks to `file`.
    pub fn push(&mut self, chunk: &[u8], file: &mut Vec<u8>) {
        let ready = (self.held_len + chunk.len()) / UNIT * UNIT;
        let later = if ready == 0 {
            chunk
        } else {
            let (now, later) = chunk.split_at(ready - self.held_len);
            let start = file.len();
            file.reserve(ready);
            file.extend_from_slice(&self.held[..self.held_len]);
            file.extend_from_slice(now);
            self.cbc.encrypt_blocks(blocks(&mut file[start..]));
            self.held_len = 0;
            later
        };
        self.held[self.held_len..self.held_len + later.len()].copy_from_slice(later);
        self.held_len += later.len();
    }

    /// Ends the file and appends the last block with 1 to 32 bytes of padding.
    pub fn finish(mut self, file: &mut Vec<u8>) {
        let count = UNIT - self.held_len;
        self.held[self.held_len..].fill(count as u8);
        self.cbc.encrypt_blocks(blocks(&mut self.held));
        file.extend_from_slice(&self.held);
    }
}

/// Decrypts a whole export file in memory. Use [`FileDecryptor`] for large files.
///
/// # Errors
///
/// [`Error::Decrypt`] if the file is empty or truncated, or was encrypted with another key.
pub fn decrypt_file(key: &EncodingAesKey, file: &[u8]) -> Result<Vec<u8>> {
    let mut plain = Vec::with_capacity(file.len());
    let mut decryptor = FileDecryptor::new(key);
    decryptor.push(file, &mut plain);
    decryptor.finish(&mut plain)?;
    Ok(plain)
}

/// Encrypts a whole export file in memory.
#[must_use]
pub fn encrypt_file(key: &EncodingAesKey, plain: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(plain.len() + UNIT);
    let mut encryptor = FileEncryptor::new(key);
    encryptor.push(plain, &mut file);
    encryptor.finish(&mut file);
    file
}

impl fmt::Debug for FileDecryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileDecryptor").field("held_len", &self.held_len).finish_non_exhaustive()
    }
}

impl fmt::Debug for FileEncryptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileEncryptor").field("held_len", &self.held_len).finish_non_exhaustive()
    }
}
