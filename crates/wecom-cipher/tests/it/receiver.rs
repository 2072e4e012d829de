//! Tests of the deliveries that a callback receiver must accept or refuse.

use wecom_cipher::{Crypto, Delivery, Error, Query, Reply, sign};

use crate::{CORP, key, query, target};

#[test]
fn trap_28_a_message_for_another_corp_is_refused() {
    let other =
        Crypto::new("QDG6eK", key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"), "ww0123456789abcdef");
    for sender in ["", "wx5823bf96d3bd56c", "wx5823bf96d3bd56c78", "ww0123456789abcdef"] {
        let sender = Crypto::new("QDG6eK", key("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"), sender);
        let sealed = sender.seal("hello", 1, "n").unwrap();
        let error = target().open(&query(&sealed), &sealed.encrypt).unwrap_err();
        assert_eq!(error.code(), -40005, "{error}");
    }
    let sealed = other.seal("hello", 1, "n").unwrap();
    let error = target().open(&query(&sealed), &sealed.encrypt).unwrap_err();
    assert_eq!(error, Error::ReceiveId { expected: CORP.into(), found: "ww0123456789abcdef".into() });
}

#[test]
fn trap_28_the_signature_is_checked_before_anything_is_decrypted() {
    // Each of these ciphertexts would fail in a different way later. With a wrong signature all errors are the same.
    for encrypt in ["", "not base64", "AAAA", &"A".repeat(43), &"A".repeat(128)] {
        let query = Query::new("0".repeat(40), "1", "n");
        assert_eq!(target().open(&query, encrypt), Err(Error::Signature));
    }
}

#[test]
fn trap_28_extra_query_parameters_take_no_part_in_the_signature() {
    let sealed = target().seal("hello", 1_700_000_000, "n").unwrap();
    let raw = format!("tenant=7&timestamp=1700000000&nonce=n&msg_signature={}&z=1", sealed.msg_signature);
    assert_eq!(target().open(&Query::parse(&raw).unwrap(), &sealed.encrypt).unwrap(), "hello");
}

#[test]
fn trap_29_signed_garbage_is_one_error_whatever_is_wrong_with_it() {
    let wrong_key = Crypto::new("QDG6eK", key("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"), CORP);
    let from_wrong_key = wrong_key.seal("hello", 1, "n").unwrap().encrypt;
    for encrypt in ["", "AAAA", &"A".repeat(43), &"A".repeat(64), &"A".repeat(128), &from_wrong_key] {
        let signature = sign(&"QDG6eK".into(), "1", "n", encrypt);
        let query = Query::new(signature.as_str(), "1", "n");
        assert_eq!(target().open(&query, encrypt), Err(Error::Decrypt), "{encrypt}");
    }
}

#[test]
fn trap_29_a_body_that_is_no_envelope_is_an_error() {
    let query = Query::new("s", "1", "n");
    for body in [
        &b""[..],
        b"not xml",
        b"<xml>",
        b"<xml></xml>",
        b"<xml/>",
        b"<xml><Encrypt>a</Encrypt>",
        b"<xml><Encrypt>a</xml></Encrypt>",
        b"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>",
        b"<xml><Encrypt>&unknown;</Encrypt></xml>",
        b"<xml><Encrypt>a</Encrypt></xml><xml/>",
        b"</xml>",
        b"<xml><Nested><Encrypt>a</Encrypt></Nested></xml>",
        b"<!DOCTYPE xml [<!ENTITY a \"b\">]><xml><Encrypt>a</Encrypt></xml>",
        b"<xml><Encrypt>\xff</Encrypt></xml>",
    ] {
        let error = target().decrypt(&query, body).unwrap_err();
        assert_eq!(error.code(), -40002, "{}: {error}", String::from_utf8_lossy(body));
    }
}

#[test]
fn trap_43_a_message_that_is_not_utf8_is_opened_and_never_called_a_wrong_key() {
    let sealed = target().seal(b"<xml>Ting\xf0\x9f\x98</xml>", 1, "n").unwrap();
    assert_eq!(target().open(&query(&sealed), &sealed.encrypt).unwrap(), "<xml>Ting\u{fffd}</xml>");
    // An echo must be returned byte for byte, so invalid UTF-8 is refused.
    let echo = target().seal(b"16161\xff", 1, "n").unwrap();
    let mut query = query(&echo);
    query.echostr = Some(echo.encrypt.as_str().into());
    assert_eq!(target().verify_url(&query), Err(Error::NoEcho));
}

#[test]
fn trap_43_an_envelope_whose_ids_are_broken_is_read_for_its_ciphertext() {
    for body in [
        &b"<xml><ToUserName>ww\xf0\x9f</ToUserName><AgentID>&#0;</AgentID><Encrypt>a+/=</Encrypt></xml>"[..],
        b"<xml><Encrypt>a+/=</Encrypt><AgentID><![CDATA[\xff\x14]]></AgentID></xml>",
    ] {
        assert_eq!(Delivery::parse(body).unwrap().encrypt, "a+/=");
    }
}

#[test]
fn an_envelope_is_read_by_name_whatever_its_order_and_dress() {
    for body in [
        "<xml><ToUserName><![CDATA[ww1]]></ToUserName><AgentID><![CDATA[7]]></AgentID><Encrypt><![CDATA[a+/=]]></Encrypt></xml>",
        "<xml><Encrypt>a+/=</Encrypt><AgentID>7</AgentID><ToUserName>ww1</ToUserName></xml>",
        "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->\n<xml>\n  <Encrypt>\n    <![CDATA[a+/=]]>\n  </Encrypt>\n  \
         <New><Encrypt>no</Encrypt></New><AgentID>&#55;</AgentID><ToUserName>ww1</ToUserName>\n</xml>\n",
        "<w:xml xmlns:w=\"urn:x\"><w:Encrypt a=\"b\"><![CDATA[a+]]><![CDATA[/=]]></w:Encrypt><w:AgentID>7</w:AgentID>\
         <w:ToUserName>ww1</w:ToUserName><Other/></w:xml>",
    ] {
        let delivery = Delivery::parse(body.as_bytes()).unwrap();
        assert_eq!(delivery.encrypt, "a+/=", "{body}");
        assert_eq!(delivery.agent_id.as_deref(), Some("7"), "{body}");
        assert_eq!(delivery.to_user_name.as_deref(), Some("ww1"), "{body}");
        assert_eq!(Delivery::parse(delivery.to_xml().as_bytes()).unwrap(), delivery);
    }
}

#[test]
fn the_app_may_be_absent_or_empty() {
    for (body, agent_id) in [
        ("<xml><Encrypt>a</Encrypt></xml>", None),
        ("<xml><AgentID/><Encrypt>a</Encrypt></xml>", Some("")),
        ("<xml><AgentID><![CDATA[]]></AgentID><Encrypt>a</Encrypt></xml>", Some("")),
    ] {
        assert_eq!(Delivery::parse(body.as_bytes()).unwrap().agent_id.as_deref(), agent_id);
    }
}

#[test]
fn trap_33_a_reply_spells_its_elements_as_wecom_reads_them() {
    let sealed = target().seal_with(b"0123456789abcdef", "ok", 1_700_000_000, "987654321");
    let xml = sealed.to_reply_xml();
    let expected = format!(
        "<xml><Encrypt><![CDATA[{}]]></Encrypt><MsgSignature><![CDATA[{}]]></MsgSignature>\
         <TimeStamp>1700000000</TimeStamp><Nonce><![CDATA[987654321]]></Nonce></xml>",
        sealed.encrypt, sealed.msg_signature
    );
    assert_eq!(xml, expected);

    let reply = Reply::parse(xml.as_bytes()).unwrap();
    let query = Query::new(reply.msg_signature, reply.timestamp, reply.nonce);
    assert_eq!(target().open(&query, &reply.encrypt).unwrap(), "ok");
}

#[test]
fn trap_33_messages_of_every_length_round_trip() {
    for length in 0..=400 {
        for unit in ["a", "王"] {
            let message = unit.repeat(length);
            let sealed = target().seal(&message, 1_700_000_000, "n").unwrap();
            assert_eq!(target().open(&query(&sealed), &sealed.encrypt).unwrap(), message, "length {length}");
        }
    }
}

#[test]
fn a_url_verification_without_echostr_says_so() {
    let error = target().verify_url(&Query::new("s", "1", "n")).unwrap_err();
    assert_eq!(error, Error::MissingParameter { name: "echostr" });
}

#[test]
fn a_delivery_that_was_overheard_is_not_decrypted_for_who_asks_for_its_echo() {
    for message in ["<xml><Mobile>13900000001</Mobile></xml>", " \n<xml/>", "\u{feff}<xml/>", "{\"a\":1}"] {
        let sealed = target().seal(message, 1_700_000_000, "n").unwrap();
        let overheard = query(&sealed).with_echostr(&*sealed.encrypt);
        let error = target().verify_url(&overheard).unwrap_err();
        assert_eq!(error, Error::NoEcho);
        assert!(!format!("{error} {error:?}").contains("1390000"));
    }
}

#[test]
fn a_request_cut_anew_keeps_the_signature_that_recognises_it() {
    let sealed = target().seal("hello", 1_700_000_000, "1800000000").unwrap();
    let cut = |timestamp: &'static str, nonce: &'static str| {
        let query = Query::new(sealed.msg_signature.as_str(), timestamp, nonce);
        target().verify(&query, &sealed.encrypt).map(|verified| verified.signature().to_string())
    };
    let sent = cut("1700000000", "1800000000").unwrap();
    assert_eq!(cut("1800000000", "1700000000").unwrap(), sent, "swapped");
    assert_eq!(cut("170000000018", "00000000"), Err(Error::Signature), "the parts sort in a different order");
    assert_eq!(cut("17000000001800000000", "").unwrap(), sent, "in one piece");
}

#[test]
fn no_secret_reaches_debug_or_an_error() {
    let shown = format!("{:?}", target());
    assert_eq!(shown, "Crypto { receive_id: \"wx5823bf96d3bd56c7\", .. }");
}

#[test]
fn a_cdata_end_inside_a_value_survives() {
    let sealed = target().seal("hello", 1, "]]>&<").unwrap();
    assert_eq!(Reply::parse(sealed.to_reply_xml().as_bytes()).unwrap().nonce, "]]>&<");
}
