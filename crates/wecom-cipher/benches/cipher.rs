//! `cargo bench -p wecom-cipher`: export files in bytes per second, and single callbacks. Each result is shown beside
//! the bare primitives on the same bytes.

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use wecom_cipher::{Crypto, EncodingAesKey, FileDecryptor, Query, encrypt_file};

const MIB: usize = 1 << 20;

fn main() {
    divan::main();
}

fn key() -> EncodingAesKey {
    EncodingAesKey::new("IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2").expect("a sample key")
}

/// Decrypts 16 MiB in chunks of the size that a socket returns. The output buffer is reused, as in the export pipeline.
#[divan::bench(args = [1_400, 16 * 1024, 256 * 1024])]
fn decrypt_file(bencher: Bencher<'_, '_>, chunk: usize) {
    let key = key();
    let file = encrypt_file(&key, &vec![b'x'; 16 * MIB]);
    let mut plain = Vec::new();
    bencher.counter(BytesCount::new(file.len())).bench_local(|| {
        let mut decryptor = FileDecryptor::new(&key);
        for chunk in file.chunks(chunk) {
            plain.clear();
            decryptor.push(black_box(chunk), &mut plain);
            black_box(&plain);
        }
        plain.clear();
        decryptor.finish(&mut plain).expect("the file is whole");
    });
}

/// Encryption in CBC mode is serial. Only the simulator encrypts files.
#[divan::bench]
fn encrypt_whole_file(bencher: Bencher<'_, '_>) {
    let key = key();
    let plain = vec![b'x'; 16 * MIB];
    bencher.counter(BytesCount::new(plain.len())).bench_local(|| encrypt_file(&key, black_box(&plain)));
}

fn delivery() -> (Crypto, String, String) {
    let crypto = Crypto::new("QDG6eK", key(), "ww0123456789abcdef");
    let event = format!("<xml><ToUserName>ww0123456789abcdef</ToUserName>{}</xml>", "x".repeat(600));
    let sealed = crypto.seal_with(b"0123456789abcdef", &event, 1_700_000_000, "987654321");
    let query = format!("msg_signature={}&timestamp=1700000000&nonce=987654321", sealed.msg_signature);
    (crypto, query, sealed.to_delivery_xml("ww0123456789abcdef", Some("1000007")))
}

#[divan::bench(sample_count = 200, sample_size = 200)]
fn callback_verify_and_decrypt(bencher: Bencher<'_, '_>) {
    let (crypto, query, body) = delivery();
    bencher.bench_local(|| {
        let query = Query::parse(black_box(&query)).expect("all parameters are there");
        crypto.decrypt(&query, black_box(body.as_bytes())).expect("sealed with the same keys")
    });
}

/// Runs SHA-1, base64 and AES over the same bytes with a prepared key schedule. This is the minimum work of any
/// receiver.
#[divan::bench(sample_count = 200, sample_size = 200)]
fn callback_bare_floor(bencher: Bencher<'_, '_>) {
    use aes::cipher::{Array, BlockModeDecrypt, InnerIvInit, KeyInit};
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha1::{Digest, Sha1};

    let (_, _, body) = delivery();
    let delivery = wecom_cipher::Delivery::parse(body.as_bytes()).expect("our own envelope");
    let encrypt = delivery.encrypt.into_owned();
    let aes = aes::Aes256::new(&Array([7; 32]));
    bencher.bench_local(|| {
        let digest = Sha1::digest(black_box(&encrypt));
        let mut bytes = STANDARD.decode(black_box(&encrypt)).expect("base64");
        let blocks = Array::slice_as_chunks_mut(&mut bytes).0;
        cbc::Decryptor::inner_iv_init(&aes, &Array([7; 16])).decrypt_blocks(blocks);
        (digest, bytes)
    });
}
