//! The output of `txl callback` for each kind of event, byte for byte, because scripts parse it.
//!
//! `INSTA_UPDATE=always` replaces the snapshots.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use wecom_contacts::callback::{Receiver, cipher::Sealed};

use crate::callback::{CORP, KEY, callback, listener};
use crate::run::SECRET;

/// Returns every sample under `tests/wire/callback`, and further messages that WeCom can send but does not document.
fn messages() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/wire/callback");
    let mut messages: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    messages.sort();
    assert!(messages.len() > 50, "{}", messages.len());
    for (name, message) in [
        (
            "a name that repeats",
            "<xml><A>1</A><B><C>1</C><C/><C><D>3</D></C></B><A><E>2</E></A><A>3</A></xml>",
        ),
        ("an element of our own name", "<xml><Key>theirs</Key><Event>x</Event><Key>again</Key></xml>"),
        (
            "characters",
            "<xml><A><![CDATA[\"\\/\t\u{1}\u{7f}\u{2028}😀</script>\r\n]]></A><王>&amp;</王></xml>",
        ),
        ("no elements", "<xml/>"),
        ("nothing but text", "<xml>text</xml>"),
    ] {
        messages.push((name.to_owned(), message.to_owned()));
    }
    messages
}

fn seal(message: &str) -> Sealed {
    let receiver = Receiver::new(CORP, SECRET, KEY.parse().unwrap());
    receiver.crypto().seal_with(b"0123456789abcdef", message, 1_700_000_100, "7")
}

fn decrypt(message: &str, format: &str) -> String {
    let sealed = seal(message);
    let query = format!("msg_signature={}&timestamp=1700000100&nonce=7", sealed.msg_signature);
    let ran = callback(&["decrypt", &query, "-o", format], &sealed.to_delivery_xml(CORP, None));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(ran.stdout.ends_with('\n') && !ran.stdout.ends_with("\n\n"), "{ran:#?}");
    ran.stdout
}

/// Posts a sealed message to a listener. The listener must acknowledge it.
fn deliver(address: &str, message: &str) {
    let sealed = seal(message);
    let body = sealed.to_delivery_xml(CORP, None);
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /?msg_signature={}&timestamp=1700000100&nonce=7 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        sealed.msg_signature,
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
}

#[track_caller]
fn snapshot(name: &str, shown: &str) {
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(name, shown);
    });
}

#[test]
fn the_listener_prints_every_kind_of_event_as_one_line_of_json() {
    let messages = messages();
    let (mut listener, address, _said) =
        listener(&["--count", &messages.len().to_string(), "--replay-window", "0"]);
    for (_, message) in &messages {
        deliver(&address, message);
    }
    let mut printed = String::new();
    listener.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    assert_eq!(listener.wait().unwrap().code(), Some(0));
    assert!(printed.ends_with('\n') && !printed.contains('\r'), "{printed}");
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), messages.len());
    let shown: Vec<String> =
        messages.iter().zip(&lines).map(|((name, _), line)| format!("{name}\n{line}\n")).collect();
    snapshot("callback_listen", &shown.join("\n"));
    // `decrypt` prints the same line.
    for at in [0, messages.len() - 1] {
        assert_eq!(decrypt(&messages[at].1, "jsonl"), format!("{}\n", lines[at]));
    }
}

#[test]
fn decrypt_prints_every_kind_of_event_as_a_json_document() {
    let shown: Vec<String> =
        messages().iter().map(|(name, message)| format!("{name}\n{}", decrypt(message, "json"))).collect();
    snapshot("callback_decrypt_json", &shown.join("\n"));
}

#[test]
fn decrypt_prints_an_event_as_csv() {
    let kinds = [
        "update_user.full",
        "update_tag.full",
        "change_chain.corp_join",
        "unknown.event",
        "a name that repeats",
    ];
    let shown: Vec<String> = messages()
        .iter()
        .filter(|(name, _)| kinds.contains(&&**name))
        .map(|(name, message)| format!("{name}\n{}", decrypt(message, "csv")))
        .collect();
    assert_eq!(shown.len(), kinds.len());
    snapshot("callback_decrypt_csv", &shown.join("\n"));
}

#[test]
fn decrypt_prints_an_unreadable_message_unchanged() {
    let shown: Vec<String> = ["json", "jsonl", "csv", "table"]
        .into_iter()
        .map(|format| {
            let sealed = seal("no <XML> at all\n");
            let query = format!("msg_signature={}&timestamp=1700000100&nonce=7", sealed.msg_signature);
            let ran = callback(&["decrypt", &query, "-o", format], &sealed.to_delivery_xml(CORP, None));
            ran.fails_with(1).with_remedy();
            format!("{format}\n{}{}", ran.stdout, ran.stderr)
        })
        .collect();
    snapshot("callback_decrypt_unreadable", &shown.join("\n"));
}
