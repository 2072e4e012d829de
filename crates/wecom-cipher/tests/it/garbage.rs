//! Tests with arbitrary input: it causes no panic and no large allocation.

use proptest::prelude::*;
use wecom_cipher::{Delivery, Error, Query, decrypt_file, sign};

use crate::{key, target};

proptest! {
    #[test]
    fn trap_29_any_query_is_a_value_or_an_error(raw in "\\PC{0,200}") {
        let _ = Query::parse(&raw);
    }

    #[test]
    fn trap_29_any_query_with_the_right_names_is_read(values in prop::array::uniform4("[%+a-f0-9=]{0,20}")) {
        let [signature, timestamp, nonce, echo] = values;
        let raw = format!("msg_signature={signature}&timestamp={timestamp}&nonce={nonce}&echostr={echo}");
        if let Ok(query) = Query::parse(&raw) {
            prop_assert!(query.msg_signature.len() <= signature.len());
            prop_assert!(target().verify_url(&query).is_err());
        }
    }

    #[test]
    fn trap_29_any_body_is_a_value_or_an_error(body in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(target().decrypt(&Query::new("s", "1", "n"), &body).is_err());
    }

    #[test]
    fn trap_29_any_xml_like_body_is_a_value_or_an_error(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<xml>", "</xml>", "<Encrypt>", "</Encrypt>", "<Encrypt/>", "<![CDATA[", "]]>", "&amp;", "&#x41;",
                "&#0;", "&#xD800;", "&", "<", ">", "<!--", "-->", "<!DOCTYPE a>", "<?x", "?>", "a", "王", "<AgentID>",
                "</AgentID>", " ", "\u{feff}", "\0",
            ]),
            0..24,
        ),
    ) {
        let body = pieces.concat();
        if let Ok(delivery) = Delivery::parse(body.as_bytes()) {
            prop_assert!(delivery.encrypt.len() <= body.len());
        }
    }

    #[test]
    fn trap_29_any_signed_ciphertext_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        // Whole 32-byte units get furthest: 1 in 256 passes the padding check, and its random msg_len is then read.
        let encrypt = base64(&bytes.repeat(32));
        let signature = sign(&"QDG6eK".into(), "1", "n", &encrypt);
        let result = target().open(&Query::new(signature.as_str(), "1", "n"), &encrypt);
        prop_assert_eq!(result, Err(Error::Decrypt));
    }

    #[test]
    fn trap_29_a_flipped_bit_never_panics(position in 0_usize..1_000, bit in 0_u8..8) {
        let sealed = target().seal_with(b"0123456789abcdef", &"x".repeat(100), 1, "n");
        let mut bytes = sealed.encrypt.into_bytes();
        let position = position % bytes.len();
        bytes[position] ^= 1 << bit;
        if let Ok(encrypt) = String::from_utf8(bytes) {
            let signature = sign(&"QDG6eK".into(), "1", "n", &encrypt);
            let _ = target().open(&Query::new(signature.as_str(), "1", "n"), &encrypt);
        }
    }

    #[test]
    fn trap_29_any_file_is_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let key = key("IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2");
        if let Ok(plain) = decrypt_file(&key, &bytes) {
            prop_assert!(plain.len() < bytes.len());
            prop_assert!(plain.capacity() <= bytes.len());
        }
    }
}

#[test]
fn trap_29_a_huge_message_length_is_an_error_not_an_allocation() {
    // CBC is malleable: flipping a ciphertext bit flips the same bit of the next block and makes its own block garbage.
    // The length field is in the second block, so the test flips bits of the first one, which is all random bytes.
    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;
    let sealed = target().seal_with(b"0123456789abcdef", "hello", 1, "n");
    for high in [0x80, 0x01] {
        for byte in 0..4 {
            let mut cipher = STANDARD.decode(&sealed.encrypt).unwrap();
            cipher[byte] ^= high;
            let encrypt = STANDARD.encode(&cipher);
            let signature = sign(&"QDG6eK".into(), "1", "n", &encrypt);
            let result = target().open(&Query::new(signature.as_str(), "1", "n"), &encrypt);
            assert!(matches!(result, Err(Error::Decrypt | Error::ReceiveId { .. })), "{result:?}");
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(bytes)
}
