//! AES-256-CBC over whole blocks, and WeCom's padding. The padding is PKCS#7 to 32 bytes, although an AES block has 16.

use aes::cipher::{Array, consts::U16};

use crate::{Error, Result};

/// Length unit of WeCom's ciphertexts in bytes: every ciphertext is a multiple of it.
pub(crate) const UNIT: usize = 32;

/// Returns `bytes` as AES blocks. The length must be a multiple of 16.
pub(crate) fn blocks(bytes: &mut [u8]) -> &mut [Array<u8, U16>] {
    let (blocks, rest) = Array::slice_as_chunks_mut(bytes);
    debug_assert!(rest.is_empty(), "callers cut at 32 bytes");
    blocks
}

/// Appends 1 to 32 padding bytes. Each of them holds the number of padding bytes.
pub(crate) fn pad(bytes: &mut Vec<u8>) {
    let count = UNIT - bytes.len() % UNIT;
    bytes.resize(bytes.len() + count, count as u8);
}

/// Returns the number of padding bytes at the end of the decrypted `bytes`.
///
/// The check is strict: the number must be 1 to 32, and every padding byte must hold it. WeCom's PHP library takes an
/// invalid number for zero, and its Python library skips the check. Both then return garbage.
pub(crate) fn padding(bytes: &[u8]) -> Result<usize> {
    let &last = bytes.last().ok_or(Error::Decrypt)?;
    let count = usize::from(last);
    if count == 0 || count > UNIT || count > bytes.len() {
        return Err(Error::Decrypt);
    }
    let wrong = bytes[bytes.len() - count..].iter().fold(0, |wrong, byte| wrong | (byte ^ last));
    if wrong == 0 { Ok(count) } else { Err(Error::Decrypt) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_30_padding_fills_up_to_32_bytes_and_is_never_absent() {
        for length in 0..=400 {
            let mut bytes = vec![b'x'; length];
            pad(&mut bytes);
            assert_eq!(bytes.len() % 32, 0);
            assert_eq!(padding(&bytes), Ok(bytes.len() - length));
            assert!(bytes.len() > length);
        }
    }

    #[test]
    fn impossible_padding_is_refused() {
        let cases: [&[u8]; 5] = [b"", &[0; 32], &[33; 64], &[5; 4], &[2, 2, 3, 4, 4, 4]];
        for bytes in cases {
            assert_eq!(padding(bytes), Err(Error::Decrypt), "{bytes:?}");
        }
    }
}
