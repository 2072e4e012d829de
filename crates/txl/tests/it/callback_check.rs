//! `txl callback check`: which setting of a callback URL is wrong.

use serde_json::{Value, json};
use wecom_contacts::callback::{
    Receiver,
    cipher::{Error, Query},
};

use crate::{
    callback::{CORP, KEY, callback, listener},
    callback_server::{CallbackServer, Received},
    run::{Ran, SECRET, closed_port},
};

const OTHER_KEY: &str = "SimulatorEncodingAesKey00000000000000000000";
const MESSAGE: &str = "<xml><Event>subscribe</Event></xml>";

/// Checks a request that was sealed with the settings of the tests.
fn check(flags: &[&str], query: &str, body: &str) -> (Ran, Value) {
    let arguments = [&["check", query, "-", "-o", "json"], flags].concat();
    let ran = callback(&arguments, body);
    let report = serde_json::from_str(&ran.stdout).unwrap_or_default();
    (ran, report)
}

#[test]
fn a_received_request_shows_which_setting_is_wrong() {
    let sealed = callback(&["seal", "-o", "json"], MESSAGE).json();
    let (query, body) = (sealed["query"].as_str().unwrap(), sealed["body"].as_str().unwrap());
    let (ran, report) = check(&[], query, body);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(report, json!({"token": "right", "encoding_aes_key": "right", "receive_id": "right"}));

    let (token, key, corp) =
        (["--token", "other"], ["--aes-key", OTHER_KEY], ["--corp-id", "wwother0123456789"]);
    for (flags, states, words) in [
        (token.to_vec(), ["wrong", "right", "right"], "the Token is wrong"),
        (key.to_vec(), ["right", "wrong", "unknown"], "the EncodingAESKey is wrong"),
        (corp.to_vec(), ["right", "right", "wrong"], "the receiveid is wrong"),
        ([token, corp].concat(), ["wrong", "right", "wrong"], "the receiveid is wrong"),
        ([token, key].concat(), ["unknown", "unknown", "unknown"], "neither"),
    ] {
        let (ran, report) = check(&flags, &format!("https://hr.example.com/wecom?{query}"), body);
        ran.fails_with(1).with_remedy();
        let states: Vec<Value> = states.into_iter().map(Value::from).collect();
        let found = ["token", "encoding_aes_key", "receive_id"].map(|name| report[name].clone());
        assert_eq!(found.to_vec(), states, "{flags:?}");
        assert!(ran.stderr.contains(words), "{flags:?}: {ran:#?}");
        // No setting is printed, and ids are masked.
        for secret in [KEY, OTHER_KEY, CORP, "wwother0123456789"] {
            assert!(!ran.stderr.contains(secret) && !ran.stdout.contains(secret), "{ran:#?}");
        }
    }
    let (_, report) = check(&corp, query, body);
    assert_eq!((&report["expected"], &report["found"]), (&json!("wwot…789"), &json!("ww12…def")));
}

#[test]
fn a_verification_request_is_checked_without_a_body() {
    let sealed = callback(&["seal", "--echo", "1616140317555161061", "-o", "json"], "").json();
    let query = sealed["query"].as_str().unwrap();
    assert_eq!(callback(&["check", query], "").code, 0);
    callback(&["check", query, "--token", "other"], "").fails_with(1).with_remedy();
    // A `+` that became a blank damages the ciphertext.
    let (head, echo) = query.split_once("echostr=").unwrap();
    let damaged = format!("{head}echostr=%20{}", &echo[1..]);
    let ran = callback(&["check", &damaged], "");
    ran.fails_with(1).with_remedy();
    assert!(ran.stderr.contains("damaged") && ran.stderr.contains("decoded exactly once"), "{ran:#?}");
}

#[test]
fn what_is_no_request_of_wecom_is_refused() {
    for (query, body) in [("a=b", ""), ("msg_signature=1&timestamp=1&nonce=1", "hello"), ("", "")] {
        callback(&["check", query], body).fails_with(1).with_remedy();
    }
    callback(&["check"], "").fails_with(2);
    callback(&["check", "a=b", "--url", "http://127.0.0.1:1/"], "").fails_with(2);
    callback(&["check", "--url", "ftp://127.0.0.1/"], "").fails_with(2);
}

/// Asks a server. Returns the report.
fn ask(url: &str, code: i32, words: &str) -> Value {
    let ran = callback(&["check", "--url", url, "-o", "json"], "");
    if code == 0 {
        assert_eq!(ran.code, 0, "{ran:#?}");
    } else {
        ran.fails_with(code).with_remedy();
    }
    assert!(ran.stderr.contains(words), "{words}: {ran:#?}");
    serde_json::from_str(&ran.stdout).unwrap_or_default()
}

#[test]
fn a_server_that_refuses_all_wrong_requests_alike_does_not_show_which_setting_is_wrong() {
    let (mut child, address, _said) = listener(&[]);
    let url = format!("http://{address}/callback?corp=7");
    let report = ask(&url, 0, "returns the text");
    assert_eq!(report["state"], "verified");
    assert_eq!((&report["checks_signature"], &report["checks_receive_id"]), (&json!(true), &json!(true)));
    for flags in [["--token", "other"], ["--aes-key", OTHER_KEY], ["--corp-id", "wwother"]] {
        let ran = callback(&["check", "--url", &url, "-o", "json", flags[0], flags[1]], "");
        ran.fails_with(1).with_remedy();
        let report: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(report, json!({"state": "refused", "http_status": 403, "suspect": "any_of_them"}));
        assert!(ran.stderr.contains("callback check QUERY BODY"), "{ran:#?}");
    }
    let _ = child.kill();
    let _ = child.wait();
    ask(&format!("http://127.0.0.1:{}/", closed_port()), 3, "gives no answer");
}

/// A server with these settings that answers each fault in its own way.
fn verifying(
    receiver: Receiver,
    refusal: impl Fn(&Error) -> (&'static str, String) + Send + 'static,
) -> CallbackServer {
    CallbackServer::start(move |request| {
        let query = Query::parse(&request.query).unwrap();
        match receiver.crypto().verify_url(&query) {
            Ok(text) => ("200 OK", text),
            Err(error) => refusal(&error),
        }
    })
}

fn receiver(token: &str, key: &str, corp: &str) -> Receiver {
    Receiver::new(corp, token, key.parse().unwrap())
}

#[test]
fn a_server_that_distinguishes_its_answers_shows_which_setting_is_wrong() {
    let by_status = |error: &Error| match error {
        Error::Signature => ("401 Unauthorized", String::new()),
        Error::ReceiveId { .. } => ("403 Forbidden", String::new()),
        _ => ("500 Internal Server Error", String::new()),
    };
    let by_code = |error: &Error| ("200 OK", format!("ERR: {}", error.code()));
    for (settings, by_status_suspect, by_code_suspect) in [
        ((SECRET, OTHER_KEY, CORP), "encoding_aes_key_or_receive_id", "encoding_aes_key"),
        ((SECRET, KEY, "wwother"), "receive_id", "receive_id"),
        // From outside, a wrong Token hides everything else, unless the server names the fault.
        (("other", KEY, CORP), "any_of_them", "token"),
    ] {
        let (token, key, corp) = settings;
        let server = verifying(receiver(token, key, corp), by_status);
        assert_eq!(ask(&server.url, 1, "HTTP")["suspect"], by_status_suspect, "{settings:?}");
        let server = verifying(receiver(token, key, corp), by_code);
        assert_eq!(ask(&server.url, 1, "HTTP")["suspect"], by_code_suspect, "{settings:?}");
    }
    // The same settings, and a fault behind the verification.
    let right = receiver(SECRET, KEY, CORP);
    let server = CallbackServer::start(move |request| {
        match right.crypto().verify_url(&Query::parse(&request.query).unwrap()) {
            Ok(_) => ("502 Bad Gateway", String::new()),
            Err(_) => ("403 Forbidden", String::new()),
        }
    });
    assert_eq!(ask(&server.url, 1, "fails afterwards")["suspect"], "none_of_them");
}

#[test]
fn answers_with_the_time_in_them_are_compared_by_their_status_alone() {
    let count = std::sync::atomic::AtomicU64::new(0);
    let server = verifying(receiver("other", KEY, CORP), move |_| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        ("403 Forbidden", format!("request {number} is refused"))
    });
    assert_eq!(ask(&server.url, 1, "HTTP 403")["suspect"], "any_of_them");
}

#[test]
fn a_careless_server_is_found_out() {
    // It decrypts without a look at the signature, and at the receiveid.
    let echo = |request: &Received, is_strict: bool| {
        let query = Query::parse(&request.query).unwrap();
        let encrypt = query.echostr.clone().unwrap();
        for corp in [CORP, "wwreceiveidofnocorp"] {
            let receiver = receiver(SECRET, KEY, corp);
            let own = wecom_contacts::callback::cipher::sign(
                &SECRET.into(),
                &query.timestamp,
                &query.nonce,
                &encrypt,
            );
            let signature = if is_strict { query.msg_signature.to_string() } else { own.to_string() };
            let query = Query::new(signature, query.timestamp.clone(), query.nonce.clone());
            if let Ok(text) = receiver.crypto().open(&query, &encrypt) {
                return ("200 OK", text);
            }
        }
        ("403 Forbidden", String::new())
    };
    let careless = CallbackServer::start(move |request| echo(request, false));
    let report = ask(&careless.url, 1, "does not check msg_signature");
    assert_eq!((&report["checks_signature"], &report["checks_receive_id"]), (&json!(false), &json!(false)));
    let half = CallbackServer::start(move |request| echo(request, true));
    let report = ask(&half.url, 1, "does not check the receiveid");
    assert_eq!((&report["checks_signature"], &report["checks_receive_id"]), (&json!(true), &json!(false)));
    assert!(half.received().iter().all(|request| request.method == "GET"));

    let quoting = CallbackServer::start(move |request| {
        let (status, text) = echo(request, true);
        (status, format!("\"{text}\"\n"))
    });
    assert_eq!(ask(&quoting.url, 1, "echostr alone"), json!({"state": "echoes_more", "http_status": 200}));
    let page = CallbackServer::answering("200 OK", "<html>hello</html>");
    assert_eq!(ask(&page.url, 1, "echostr")["suspect"], "any_of_them");
}
