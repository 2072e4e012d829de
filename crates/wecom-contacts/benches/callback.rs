//! `cargo bench -p wecom-contacts --bench callback`: a delivery is verified, decrypted and parsed, compared with SHA-1,
//! base64 and AES over the same bytes. These are the minimum work of any receiver.

use aes::cipher::{Array, BlockModeDecrypt, InnerIvInit, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use divan::{Bencher, black_box};
use sha1::{Digest, Sha1};
use wecom_contacts::callback::Receiver;

const CORP: &str = "ww0123456789abcdef";
const EVENTS: [&str; 4] =
    ["update_user.full", "update_user.slim", "update_tag.full", "batch_job_result.full"];

fn main() {
    divan::main();
}

/// Returns a receiver and a valid request for it: query, body, and the ciphertext inside.
fn delivery(event: &str) -> (Receiver, String, String, String) {
    let path = format!("{}/../../tests/wire/callback/{event}.xml", env!("CARGO_MANIFEST_DIR"));
    let message = std::fs::read_to_string(path).expect("the sample is in the repository");
    let key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C".parse().expect("an official sample key");
    let receiver = Receiver::new(CORP, "QDG6eK", key);
    let sealed = receiver.crypto().seal_with(b"0123456789abcdef", &message, 1_700_000_000, "987654321");
    let query = format!("msg_signature={}&timestamp=1700000000&nonce=987654321", sealed.msg_signature);
    let body = sealed.to_delivery_xml(CORP, Some("1000007"));
    (receiver, query, body, sealed.encrypt)
}

#[divan::bench(args = EVENTS, sample_count = 200, sample_size = 100)]
fn receive(bencher: Bencher<'_, '_>, event: &str) {
    let (receiver, query, body, _) = delivery(event);
    bencher.bench_local(|| {
        receiver.receive(black_box(&query), black_box(body.as_bytes())).expect("sealed with the same keys")
    });
}

#[divan::bench(args = EVENTS, sample_count = 200, sample_size = 100)]
fn verify_and_decrypt(bencher: Bencher<'_, '_>, event: &str) {
    let (receiver, query, body, _) = delivery(event);
    bencher.bench_local(|| {
        let query = wecom_cipher::Query::parse(black_box(&query)).expect("all parameters are there");
        receiver.crypto().decrypt(&query, black_box(body.as_bytes())).expect("sealed with the same keys")
    });
}

#[divan::bench(args = EVENTS, sample_count = 200, sample_size = 100)]
fn bare_floor(bencher: Bencher<'_, '_>, event: &str) {
    let (.., encrypt) = delivery(event);
    let aes = aes::Aes256::new(&Array([7; 32]));
    bencher.bench_local(|| {
        let digest = Sha1::digest(black_box(&encrypt));
        let mut bytes = STANDARD.decode(black_box(&encrypt)).expect("base64");
        let blocks = Array::slice_as_chunks_mut(&mut bytes).0;
        cbc::Decryptor::inner_iv_init(&aes, &Array([7; 16])).decrypt_blocks(blocks);
        (digest, bytes)
    });
}
