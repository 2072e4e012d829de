//! Tests of export files: every length, cut at every position.

use proptest::prelude::*;
use wecom_cipher::{EncodingAesKey, Error, FileDecryptor, FileEncryptor, decrypt_file, encrypt_file};

use crate::key;

fn export_key() -> EncodingAesKey {
    key("IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2")
}

fn document(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 7 % 251) as u8).collect()
}

#[test]
fn trap_33_files_of_every_length_round_trip() {
    for length in 0..=400 {
        let plain = document(length);
        let file = encrypt_file(&export_key(), &plain);
        assert_eq!(file.len(), length / 32 * 32 + 32, "length {length}");
        assert_eq!(decrypt_file(&export_key(), &file).unwrap(), plain, "length {length}");
    }
}

#[test]
fn a_large_file_decrypts_in_runs() {
    let plain = document(100_003);
    let file = encrypt_file(&export_key(), &plain);
    assert_eq!(decrypt_file(&export_key(), &file).unwrap(), plain);
}

#[test]
fn a_file_cut_short_is_an_error() {
    let file = encrypt_file(&export_key(), &document(100));
    for length in (0..file.len()).filter(|length| length % 32 != 0).chain([0]) {
        assert_eq!(decrypt_file(&export_key(), &file[..length]), Err(Error::Decrypt), "{length} bytes");
    }
}

#[test]
fn a_file_of_another_key_is_an_error() {
    let other = key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C");
    let file = encrypt_file(&other, &document(100));
    assert_eq!(decrypt_file(&export_key(), &file), Err(Error::Decrypt));
}

#[test]
fn plaintext_comes_out_while_the_file_is_still_arriving() {
    let plain = document(10_000);
    let file = encrypt_file(&export_key(), &plain);
    let mut decryptor = FileDecryptor::new(&export_key());
    let (mut read, mut out) = (0, Vec::new());
    for chunk in file.chunks(100) {
        decryptor.push(chunk, &mut out);
        read += chunk.len();
        assert!(read - out.len() <= 63, "at most 63 bytes are kept back");
    }
}

proptest! {
    #[test]
    fn any_cutting_of_a_file_gives_what_the_whole_gives(
        length in 0_usize..40_000,
        cuts in prop::collection::vec(0_usize..40_100, 0..12),
    ) {
        let plain = document(length);
        let whole = encrypt_file(&export_key(), &plain);

        let (mut encryptor, mut file) = (FileEncryptor::new(&export_key()), Vec::new());
        for piece in cut(&plain, &cuts) {
            encryptor.push(piece, &mut file);
        }
        encryptor.finish(&mut file);
        prop_assert_eq!(&file, &whole);

        let (mut decryptor, mut out) = (FileDecryptor::new(&export_key()), Vec::new());
        for piece in cut(&whole, &cuts) {
            decryptor.push(piece, &mut out);
        }
        decryptor.finish(&mut out).unwrap();
        prop_assert_eq!(out, plain);
    }
}

fn cut<'a>(mut bytes: &'a [u8], at: &[usize]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = at.iter().map(|cut| cut % (bytes.len() + 1)).collect();
    at.sort_unstable_by(|one, other| other.cmp(one));
    let mut pieces = Vec::new();
    for cut in at {
        let (head, tail) = bytes.split_at(cut);
        pieces.push(tail);
        bytes = head;
    }
    pieces.push(bytes);
    pieces.reverse();
    pieces
}
