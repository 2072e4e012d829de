//! `txl callback`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Stdio,
};

use serde_json::Value;

use crate::run::{Ran, RunningSim, SECRET, txl};

/// Runs `txl callback` with a token and a key.
pub(crate) fn callback(arguments: &[&str], stdin: &str) -> Ran {
    let mut child = txl()
        .arg("callback")
        .args(arguments)
        .env("WECOM_CORP_ID", CORP)
        .env("WECOM_CALLBACK_TOKEN", SECRET)
        .env("WECOM_CALLBACK_AES_KEY", KEY)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

pub(crate) const CORP: &str = "ww1234567890abcdef";
pub(crate) const KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
const MESSAGE: &str =
    "<xml><Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID>wangfang</UserID></xml>";

#[test]
fn sealed_messages_are_decrypted_and_forged_ones_are_refused() {
    let sealed = callback(&["seal", "-o", "json"], MESSAGE).json();
    let (query, body) = (sealed["query"].as_str().unwrap(), sealed["body"].as_str().unwrap());

    let url = format!("https://hr.example.com/wecom?{query}");
    let event = callback(&["decrypt", &url, "-o", "json"], body).json();
    assert_eq!(event["ChangeType"], "delete_user");
    assert_eq!(event["UserID"], "wangfang");
    let text = callback(&["decrypt", query], body);
    assert_eq!(text.stdout.trim_end(), MESSAGE);

    let forged = body.replacen("<Encrypt><![CDATA[", "<Encrypt><![CDATA[A", 1);
    callback(&["decrypt", query], &forged).fails_with(1).with_remedy();
    callback(&["decrypt", "a=b"], body).fails_with(1).with_remedy();
    callback(&["decrypt", query], "").fails_with(1).with_remedy();
}

/// Does something in the console of the simulator at this address. Returns its answer.
pub(crate) fn console(address: &str, action: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST /_sim/console/{action} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A message of `tests/cases`: its signature is valid, but it is not well-formed XML.
const NOT_WELL_FORMED: &str = include_str!("../../../../tests/cases/event-not-well-formed.xml");

#[test]
fn trap_32_an_unreadable_message_is_printed_and_the_key_is_not_blamed() {
    let sealed = callback(&["seal", "-o", "json"], NOT_WELL_FORMED).json();
    let (query, body) = (sealed["query"].as_str().unwrap(), sealed["body"].as_str().unwrap());
    let ran = callback(&["decrypt", query], body);
    ran.fails_with(1).with_remedy();
    assert_eq!(ran.stdout, format!("{NOT_WELL_FORMED}\n"));
    assert!(ran.stderr.contains("not well-formed XML") && ran.stderr.contains("digest"), "{ran:#?}");
    assert!(!ran.stderr.contains("EncodingAESKey"), "{ran:#?}");
    let ran = callback(&["decrypt", query, "-o", "json"], body);
    ran.fails_with(1);
    let event: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(event["Unreadable"], NOT_WELL_FORMED);
    assert!(ran.stderr.contains(event["Key"].as_str().unwrap()), "{ran:#?}");
}

/// Posts a sealed message to a listener. Returns the status line.
fn post(listening: &str, message: &str) -> String {
    let sealed = callback(&["seal", "-o", "json"], message).json();
    let (query, body) = (sealed["query"].as_str().unwrap(), sealed["body"].as_str().unwrap());
    let length = body.len();
    let request = format!(
        "POST /?{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(listening).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn trap_32_an_unreadable_authentic_event_is_acknowledged_and_reported_by_its_digest() {
    let too_deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    for (flags, shows_text) in
        [(&["--count", "1"][..], false), (&["--count", "1", "--show-unreadable"], true)]
    {
        let (mut listener, listening, mut said) = listener(flags);
        for (message, why) in [
            (NOT_WELL_FORMED, "not well-formed XML"),
            ("no XML at all", "not well-formed XML"),
            (&too_deep, "nested deeper"),
        ] {
            assert_eq!(post(&listening, message), "HTTP/1.1 200 OK");
            let line = said.next().unwrap();
            let digest = line.split_once("digest ").map_or("", |(_, rest)| &rest[..40]);
            assert!(digest.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
            assert!(line.contains(why) && !line.contains("key"), "{line}");
            assert_eq!(line.contains(message), shows_text, "{line}");
        }
        // It does not count for --count, and stdout is empty.
        assert_eq!(post(&listening, MESSAGE), "HTTP/1.1 200 OK");
        let mut printed = String::new();
        listener.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        assert_eq!(listener.wait().unwrap().code(), Some(0));
        assert_eq!(printed.lines().count(), 1, "{printed}");
        let event: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(event["UserID"], "wangfang");
    }
}

/// Starts a listener. Returns it with its address and the lines of its stderr.
pub(crate) fn listener(
    flags: &[&str],
) -> (std::process::Child, String, impl Iterator<Item = String> + use<>) {
    let mut listener = txl()
        .args(["callback", "listen"])
        .args(flags)
        .env("WECOM_CORP_ID", CORP)
        .env("WECOM_CALLBACK_TOKEN", SECRET)
        .env("WECOM_CALLBACK_AES_KEY", KEY)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(listener.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = said.next().unwrap();
    let url = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
    let address = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    (listener, address, said)
}

#[test]
fn all_acknowledged_events_of_a_burst_are_printed_regardless_of_the_count() {
    let (mut listener, address, _said) = listener(&["--count", "1"]);
    let posts: Vec<_> = (0..8)
        .map(|number| {
            let (address, name) = (address.clone(), format!("user{number}"));
            std::thread::spawn(move || {
                let message = MESSAGE.replace("wangfang", &name);
                // A stopped listener refuses or resets the connection.
                let status = std::panic::catch_unwind(|| post(&address, &message));
                (name, status.is_ok_and(|status| status == "HTTP/1.1 200 OK"))
            })
        })
        .collect();
    let posts: Vec<(String, bool)> = posts.into_iter().map(|post| post.join().unwrap()).collect();
    let mut printed = String::new();
    listener.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
    assert_eq!(listener.wait().unwrap().code(), Some(0));
    assert!(posts.iter().any(|(_, acknowledged)| *acknowledged), "{posts:?}");
    for (name, acknowledged) in posts {
        assert!(
            !acknowledged || printed.contains(&format!("\"{name}\"")),
            "{name} is not printed: {printed}"
        );
    }
}

#[test]
fn an_event_after_the_reader_closed_stdout_is_reported_by_its_digest() {
    let (mut listener, address, mut said) = listener(&[]);
    drop(listener.stdout.take());
    assert_eq!(post(&address, MESSAGE), "HTTP/1.1 200 OK");
    let line = said.next().unwrap();
    assert!(line.contains("acknowledged and not printed (digest "), "{line}");
    listener.wait().unwrap();
}

#[test]
fn the_reply_to_a_verification_is_only_its_text() {
    let sealed = callback(&["seal", "--echo", "1616140317555161061", "-o", "json"], "").json();
    let ran = callback(&["verify", sealed["query"].as_str().unwrap()], "");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "1616140317555161061"));
}

#[test]
fn a_reply_has_the_documented_elements() {
    let ran = callback(&["reply"], "<xml></xml>");
    for element in ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"] {
        assert!(ran.stdout.contains(&format!("<{element}>")), "{element}: {ran:?}");
    }
}

#[test]
fn a_new_key_is_43_letters_and_digits() {
    let ran = callback(&["new-key"], "");
    let key = ran.stdout.trim_end();
    assert!(key.len() == 43 && key.chars().all(|c| c.is_ascii_alphanumeric()), "{ran:?}");
}

#[test]
fn the_listener_prints_the_callbacks_of_the_simulator() {
    let mut listener = txl()
        .args(["callback", "listen", "--count", "1"])
        .env("WECOM_CORP_ID", "ww1234567890abcdef")
        .env("WECOM_CALLBACK_TOKEN", "simCallbackToken")
        .env("WECOM_CALLBACK_AES_KEY", KEY)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(listener.stderr.take().unwrap()).lines();
    let url = said.next().unwrap().unwrap();
    let url = url.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
    let sim = RunningSim::start(&["--callback-url", &url, "--callback-aes-key", KEY]);
    assert!(said.next().unwrap().unwrap().contains("verified"));

    // A request of a third party is reported on stderr and is not an event.
    let listening = url.trim_start_matches("http://").trim_end_matches('/');
    let forged = "POST /?msg_signature=0&timestamp=1&nonce=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    let mut stranger = TcpStream::connect(listening).unwrap();
    stranger.write_all(forged.as_bytes()).unwrap();
    let mut answer = String::new();
    stranger.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert!(said.next().unwrap().unwrap().contains("refused"));

    let address = sim.text("url").trim_start_matches("http://");
    let answer = console(address, "create_department", r#"{"name":"客服部","parentid":1}"#);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    let mut line = String::new();
    listener.stdout.take().unwrap().read_to_string(&mut line).unwrap();
    assert_eq!(listener.wait().unwrap().code(), Some(0));
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(event["Event"], "change_contact");
    assert_eq!(event["ChangeType"], "create_party");
    assert_eq!(event["ParentId"], "1");
}
