//! `txl callback trigger` and `replay`: deliveries to a server.

use std::{io::Read, net::TcpListener, process::Child};

use serde_json::{Value, json};

use crate::{
    callback::{CORP, callback, listener},
    callback_server::CallbackServer,
    run::{Gateway, RunningSim, closed_port},
};

/// The events, as an unknown one lists them.
fn known_events() -> Vec<String> {
    let ran = callback(&["trigger", "nothing", "--print"], "");
    ran.fails_with(2);
    let (_, names) = ran.stderr.split_once("the events are ").unwrap();
    names.lines().next().unwrap().split(", ").map(str::to_owned).collect()
}

/// Returns what a listener has printed when it ends by itself.
pub(crate) fn printed(mut listener: Child) -> Vec<Value> {
    let mut text = String::new();
    listener.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(listener.wait().unwrap().code(), Some(0), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_event_of_the_sdk_is_delivered_and_received() {
    let events = known_events();
    assert_eq!(events.len(), 28, "{events:?}");
    let (child, address, _said) = listener(&["--count", &events.len().to_string()]);
    let url = format!("http://{address}/callback?corp=7");
    for event in &events {
        let answer = callback(&["trigger", event, "--url", &url, "-o", "json"], "").json();
        assert_eq!((&answer["http_status"], &answer["body"]), (&json!(200), &json!("")), "{event}: {answer}");
        assert_eq!(answer["result"], "received", "{event}: {answer}");
    }
    let received: Vec<String> = printed(child)
        .iter()
        .map(|event| event.get("ChangeType").unwrap_or(&event["Event"]).as_str().unwrap().to_owned())
        .collect();
    assert_eq!(received, events);
}

#[test]
fn fields_of_an_event_are_set_by_their_names_on_the_wire() {
    let (child, address, _said) = listener(&["--count", "3"]);
    let url = format!("http://{address}/");
    for arguments in [
        &[
            "change_contact/create_user",
            "--field",
            "UserID=lisi",
            "--field",
            "Name=李四 <&]]>",
            "--field",
            "Department=2, 7",
            "--field",
            "ExtAttr.工号=A-17",
            "--field",
            "ExtAttr.车牌=沪A",
            "--field",
            "CreateTime=1700000100",
        ][..],
        &[
            "batch_job_result",
            "--field",
            "JobId=j7",
            "--field",
            "ErrCode=-1",
            "--field",
            "JobType=export_user",
        ],
        &["corp_join", "--field", "CorpIds=ww1,ww2", "--field", "ToUserName=ww9"],
    ] {
        let ran = callback(&[&["trigger"], arguments, &["--url", &url]].concat(), "");
        assert_eq!(ran.code, 0, "{ran:#?}");
    }
    let events = printed(child);
    let [member, job, chain] = events.as_slice() else { panic!("{events:#?}") };
    assert_eq!((&member["UserID"], &member["Name"]), (&json!("lisi"), &json!("李四 <&]]>")));
    assert_eq!((&member["Department"], &member["CreateTime"]), (&json!("2,7"), &json!("1700000100")));
    assert_eq!((&member["ToUserName"], &member["FromUserName"]), (&json!(CORP), &json!("sys")));
    assert_eq!(member["ExtAttr"]["Item"][1]["Text"]["Value"], "沪A");
    assert_eq!(
        job["BatchJob"],
        json!({"JobId": "j7", "JobType": "export_user", "ErrCode": "-1", "ErrMsg": "ok"})
    );
    assert_eq!(chain["CorpIds"]["CorpId"], json!(["ww1", "ww2"]));
    assert_eq!(chain["ToUserName"], "ww9");
}

#[test]
fn a_wrong_event_field_or_value_is_a_usage_error_that_names_what_is_known() {
    for (arguments, words) in [
        (&["created"][..], "create_user, update_user"),
        (&["change_contact"], "create_user"),
        (&["create_user", "--field", "Naem=x"], "UserID, NewUserID, Name"),
        (&["delete_user", "--field", "ExtAttr.a=b"], "use one of its fields: UserID, ToUserName"),
        (&["create_user", "--field", "ExtAttr=b"], "no field ExtAttr"),
        (&["create_user", "--field", "UserID="], "UserID is invalid"),
        (&["create_user", "--field", "Department=sales"], "Department is invalid"),
        (&["create_party", "--field", "Id=x"], "Id is invalid"),
        (&["subscribe", "--field", "AgentID=x"], "AgentID is invalid"),
        (&["subscribe", "--field", "CreateTime=today"], "CreateTime is invalid"),
        (&["batch_job_result", "--field", "ErrCode=x"], "ErrCode is invalid"),
        (&["create_user", "--field", "UserID"], "looks like"),
        (&["create_user", "--url", "hr.example.com"], "http://"),
    ] {
        let mut all = vec!["trigger"];
        all.extend(arguments);
        if !arguments.contains(&"--url") {
            all.push("--print");
        }
        let ran = callback(&all, "");
        ran.fails_with(2);
        assert!(ran.stderr.contains(words), "{arguments:?}: {ran:#?}");
    }
}

#[test]
fn the_answer_decides_what_wecom_does_next() {
    let reply = callback(&["reply"], "<xml><MsgType>text</MsgType></xml>").stdout;
    for (status, body, result, code) in [
        ("200 OK", "", "received", 0),
        ("200 OK", "success", "received", 0),
        ("200 OK", reply.as_str(), "received_with_reply", 0),
        ("200 OK", "<html>hello</html>", "unexpected_body", 1),
        ("204 No Content", "", "retried", 1),
        ("302 Found", "", "retried", 1),
        ("500 Internal Server Error", "oops", "retried", 1),
    ] {
        let server = CallbackServer::answering(status, body);
        let ran = callback(&["trigger", "subscribe", "--url", &server.url, "-o", "json"], "");
        assert_eq!(ran.code, code, "{ran:#?}");
        let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(answer["result"], result, "{ran:#?}");
        if code != 0 {
            ran.fails_with(code).with_remedy();
        }
    }
    let nothing = format!("http://127.0.0.1:{}/", closed_port());
    let ran = callback(&["trigger", "subscribe", "--url", &nothing, "-o", "json"], "");
    ran.fails_with(3).with_remedy();
    assert!(ran.stdout.contains("no_answer") && ran.stderr.contains("refused"), "{ran:#?}");
}

#[test]
fn a_server_that_does_not_answer_within_five_seconds_is_too_slow() {
    // The backlog of the socket takes the connection, and nothing reads it.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let ran = callback(&["trigger", "subscribe", "--url", &url], "");
    ran.fails_with(3).with_remedy();
    assert!(ran.stderr.contains("no complete answer within 5s"), "{ran:#?}");
}

#[test]
fn a_repeated_delivery_is_encrypted_anew_and_is_the_same_event() {
    let (mut child, address, _said) = listener(&["--count", "2"]);
    let url = format!("http://{address}/");
    let answers =
        callback(&["trigger", "delete_user", "--url", &url, "--repeat", "3", "-o", "json"], "").json();
    assert_eq!(answers.as_array().unwrap().len(), 3);
    callback(&["trigger", "subscribe", "--url", &url], "");
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(text.lines().count(), 2, "{text}");
    for wrong in ["0", "101", "x"] {
        callback(&["trigger", "subscribe", "--url", &url, "--repeat", wrong], "").fails_with(2);
    }
}

#[test]
fn a_sealed_event_is_printed_and_not_sent() {
    let sealed =
        callback(&["trigger", "create_party", "--field", "Name=客服部", "--print", "-o", "json"], "").json();
    assert_eq!(sealed["method"], "POST");
    let (query, body) = (sealed["query"].as_str().unwrap(), sealed["body"].as_str().unwrap());
    let event = callback(&["decrypt", query, "-o", "json"], body).json();
    assert_eq!((&event["ChangeType"], &event["Name"]), (&json!("create_party"), &json!("客服部")));
    callback(&["trigger", "create_party"], "").fails_with(2);
}

#[test]
fn printed_events_are_replayed_from_a_file() {
    let (first, address, _said) = listener(&["--count", "4"]);
    let url = format!("http://{address}/");
    for event in ["create_user", "update_tag", "batch_job_result", "inactive_alert"] {
        callback(&["trigger", event, "--url", &url, "--field", "CreateTime=1700000100"], "");
    }
    let events = printed(first);
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    let sealed = callback(&["trigger", "delete_user", "--print", "-o", "jsonl"], "").stdout;
    let file = format!("{}\n{sealed}", lines.join("\n"));

    let (second, address, _said) = listener(&["--count", "5"]);
    let url = format!("http://{address}/");
    let answers = callback(&["replay", "-", "--url", &url, "-o", "json"], &file).json();
    assert_eq!(answers.as_array().unwrap().len(), 5, "{answers}");
    assert_eq!(answers[2]["event"], "batch_job_result");
    let replayed = printed(second);
    for (before, after) in events.iter().zip(&replayed) {
        let without_key = |event: &Value| {
            let mut event = event.clone();
            event.as_object_mut().unwrap().remove("Key");
            event
        };
        assert_eq!(without_key(before), without_key(after));
    }
    assert_eq!(replayed[4]["ChangeType"], "delete_user");
}

#[test]
fn a_file_that_cannot_be_replayed_is_named_before_anything_is_sent() {
    let nothing = format!("http://127.0.0.1:{}/", closed_port());
    let good = r#"{"xml":"<xml><Event>subscribe</Event></xml>"}"#;
    for (file, words) in [
        ("no json", "not JSON"),
        (&format!("{good}\n{{\"a\":1}}"), "delivery 2"),
        ("[1]", "delivery 1"),
        (r#"{"query":"msg_signature=0&timestamp=1&nonce=1","body":"<xml/>"}"#, "delivery 1"),
        (r#"{"Event":"subscribe","a b":"<"}"#, "delivery 1"),
    ] {
        let ran = callback(&["replay", "-", "--url", &nothing], file);
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains(words), "{file}: {ran:#?}");
    }
    callback(&["replay", "/no/such/file", "--url", &nothing], "").fails_with(1).with_remedy();
    callback(&["replay", "--url", &nothing], "").fails_with(2);
    // An empty file is no fault, and a server that is out of reach ends the replay.
    assert_eq!(callback(&["replay", "-", "--url", &nothing], "").code, 0);
    let ran = callback(&["replay", "-", "--url", &nothing], &format!("{good}\n{good}\n{good}"));
    ran.fails_with(3).with_remedy();
    assert!(ran.stderr.contains("2 further events were not sent"), "{ran:#?}");
}

#[test]
fn the_deliveries_of_a_simulator_are_replayed_to_another_server() {
    let (first, address, _said) =
        listener(&["--count", "2", "--replay-window", "0", "--token", "simCallbackToken"]);
    let url = format!("http://{address}/");
    let sim = RunningSim::start(&["--callback-url", &url, "--callback-aes-key", crate::callback::KEY]);
    let console = |action: &str, body: &str| {
        let url = sim.text("url").trim_start_matches("http://").to_owned();
        let answer = crate::callback::console(&url, action, body);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    };
    console("create_department", r#"{"name":"客服部","parentid":1}"#);
    console("create_department", r#"{"name":"法务部","parentid":1}"#);
    let events = printed(first);

    let (second, address, _said) = listener(&["--count", "2"]);
    let url = format!("http://{address}/");
    let replay =
        ["replay", "--sim", sim.text("url"), "--url", &url, "--filter", "create_party", "-o", "jsonl"];
    let ran = callback(&replay, "");
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 2), "{ran:#?}");
    // The message is the same, byte for byte, and so is its digest.
    assert_eq!(printed(second), events);

    let ran = callback(&["replay", "--sim", &url, "--url", &url], "");
    ran.fails_with(3).with_remedy();
    let page = Gateway::answering("404 Not Found", "text/html", "nothing here");
    let ran = callback(&["replay", "--sim", &page.url, "--url", &url], "");
    ran.fails_with(3).with_remedy();
    assert!(ran.stderr.contains("no simulator"), "{ran:#?}");
}
