//! Ciphertexts of callbacks with a valid signature, and of export files.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use wecom_cipher::{
    CallbackToken, Crypto, EncodingAesKey, Error, FileDecryptor, FileEncryptor, Query, decrypt_file,
    encrypt_file, sign,
};

use crate::pieces::pieces;

const TOKEN: &str = "QDG6eK";
const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const RECEIVER: &str = "wx5823bf96d3bd56c7";

fn key() -> EncodingAesKey {
    KEY.parse().expect("an official sample key")
}

const KINDS: u8 = 4;

/// Decrypts arbitrary ciphertexts with a valid signature, and arbitrary files, as a whole and in chunks. The first
/// byte selects the kind, the second the sizes of the chunks.
pub fn ciphertext(data: &[u8]) {
    let [kind, lengths, rest @ ..] = data else { return };
    match kind % KINDS {
        0 => signed_text(&String::from_utf8_lossy(rest)),
        1 => signed_plaintext(rest),
        2 => file(rest, *lengths),
        _ => round_trip(rest, *lengths),
    }
}

/// Returns the seeds: official ciphertexts as text, plaintexts of envelopes, files.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    const SAMPLE_A: &str =
        "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==";
    const DOCUMENT: &str = r#"{"userlist":[{"userid":"wangfang","name":"王芳","department":[2,7]}]}"#;
    let plain = |message: &str, receiver: &str, length: u32| {
        [b"0123456789abcdef", &length.to_be_bytes()[..], message.as_bytes(), receiver.as_bytes()].concat()
    };
    vec![
        [b"\0\0", SAMPLE_A.as_bytes()].concat(),
        [b"\x01\0", &plain("1616140317555161061", RECEIVER, 19)[..]].concat(),
        [b"\x01\0", &plain("你好", "ww1436e0e65a779aee", 6)[..]].concat(),
        [b"\x01\0", &plain("", RECEIVER, u32::MAX)[..]].concat(),
        [b"\x02\x12", &encrypt_file(&key(), DOCUMENT.as_bytes())[..]].concat(),
        [b"\x02\x9a", &encrypt_file(&key(), &[b'x'; 64])[..]].concat(),
        [b"\x03\x7a", DOCUMENT.as_bytes()].concat(),
        [b"\x03\xff", &DOCUMENT.repeat(400).into_bytes()[..]].concat(),
    ]
}

fn open(encrypt: &str) -> Result<String, Error> {
    let signature = sign(&CallbackToken::from(TOKEN), "1", "n", encrypt);
    Crypto::new(TOKEN, key(), RECEIVER).open(&Query::new(signature.as_str(), "1", "n"), encrypt)
}

fn signed_text(encrypt: &str) {
    match open(encrypt) {
        // U+FFFD replaces one byte by three.
        Ok(message) => assert!(message.len() < 3 * encrypt.len()),
        Err(Error::Base64 | Error::Decrypt | Error::ReceiveId { .. }) => {}
        Err(error) => panic!("{error}"),
    }
    let unsigned = Crypto::new(TOKEN, key(), RECEIVER).open(&Query::new("", "1", "n"), encrypt);
    assert_eq!(unsigned, Err(Error::Signature));
}

/// Encrypts any plaintext with the right key. The ciphers of files and envelopes are the same, so a file's cipher is
/// used. A second reading of the format computes the expected result.
fn signed_plaintext(plain: &[u8]) {
    let opened = open(&STANDARD.encode(encrypt_file(&key(), plain)));
    let parts = plain.split_at_checked(16).and_then(|(_, rest)| rest.split_at_checked(4)).and_then(
        |(length, rest)| {
            let length = length.iter().fold(0_u64, |length, byte| length << 8 | u64::from(*byte));
            rest.split_at_checked(usize::try_from(length).ok()?)
        },
    );
    match parts {
        None => assert_eq!(opened, Err(Error::Decrypt)),
        Some((_, receiver)) if receiver != RECEIVER.as_bytes() => {
            assert!(matches!(opened, Err(Error::ReceiveId { .. })), "{opened:?}");
        }
        Some((message, _)) => assert_eq!(opened.as_deref(), Ok(&*String::from_utf8_lossy(message))),
    }
}

fn decrypt(file: &[u8], lengths: u8) -> Result<Vec<u8>, Error> {
    let mut decryptor = FileDecryptor::new(&key());
    let mut plain = Vec::new();
    let mut seen = 0;
    for piece in pieces(file, lengths) {
        decryptor.push(piece, &mut plain);
        seen += piece.len();
        // The result is shorter than the input, by at most the last unit.
        assert!(plain.len() < seen && seen - plain.len() <= 32);
    }
    decryptor.finish(&mut plain).map(|()| plain)
}

fn file(file: &[u8], lengths: u8) {
    let whole = decrypt_file(&key(), file);
    assert_eq!(decrypt(file, lengths), whole);
    match whole {
        Ok(plain) => {
            assert!(plain.len() < file.len());
            assert_eq!(decrypt(&encrypt_file(&key(), &plain), lengths).as_deref(), Ok(&plain[..]));
        }
        Err(error) => assert_eq!(error, Error::Decrypt),
    }
}

fn round_trip(plain: &[u8], lengths: u8) {
    let mut encryptor = FileEncryptor::new(&key());
    let mut file = Vec::new();
    for piece in pieces(plain, lengths) {
        encryptor.push(piece, &mut file);
    }
    encryptor.finish(&mut file);
    assert_eq!(file, encrypt_file(&key(), plain));
    assert_eq!(decrypt(&file, lengths.rotate_left(4)).as_deref(), Ok(plain));
}
