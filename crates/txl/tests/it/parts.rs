//! A partial result is never presented as complete, and one damaged text affects only itself. The server is scripted.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use axum::{Json, Router, http::header, routing::any};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use wecom_contacts::callback::cipher::{encrypt_file, hex};

use crate::run::{Ran, SECRET, txl};

const KEY: &str = "IJUiXNpvGbODwKEBSEsAeOAPAhkqHqNCF6g19t9wfg2";

/// A file of `tests/cases`.
fn case(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases").join(name)).unwrap()
}

/// A server that issues tokens and answers the calls at each path with these bodies in turn. The last body repeats.
async fn server(answers: Vec<(&'static str, Vec<Vec<u8>>)>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let token = json!({"errcode": 0, "access_token": "t", "expires_in": 7200});
    let mut app = Router::new().route("/cgi-bin/gettoken", any(async move || Json(token)));
    for (path, bodies) in answers {
        let asked = Arc::new(AtomicUsize::new(0));
        let answer = async move || {
            let body = bodies[asked.fetch_add(1, SeqCst).min(bodies.len() - 1)].clone();
            ([(header::CONTENT_TYPE, "application/json")], body)
        };
        app = app.route(path, any(answer));
    }
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

fn run(url: &str, words: &[&str]) -> Ran {
    let mut command = txl();
    command.args(words).args(["--attempts", "1", "--base-url", url, "--corp-id", "ww1", "--agent-id", "1"]);
    command.env("WECOM_APP_SECRET", SECRET).env("WECOM_CONTACTS_SECRET", SECRET);
    Ran::of(command.output().unwrap())
}

fn bodies(values: &[Value]) -> Vec<Vec<u8>> {
    values.iter().map(|value| value.to_string().into_bytes()).collect()
}

/// Exports members from a file with this plaintext. Before the job is done, the server sends the given answers. The destination has the previous
/// export. Returns its content after the command.
async fn export(before: &[Value], announce: impl Fn(Value) -> Value, plain: &[u8]) -> (Ran, String) {
    let file = encrypt_file(&KEY.parse().unwrap(), plain);
    let file_server = server(vec![("/f", vec![file.clone()])]).await;
    let list = json!([{"url": format!("{file_server}/f"), "size": file.len(),
        "md5": hex(Md5::digest(&file))}]);
    let mut statuses = bodies(before);
    statuses
        .extend(bodies(&[announce(json!({"errcode": 0, "errmsg": "ok", "status": 2, "data_list": list}))]));
    let url = server(vec![
        ("/cgi-bin/export/user", bodies(&[json!({"errcode": 0, "jobid": "job-1"})])),
        ("/cgi-bin/export/get_result", statuses),
    ])
    .await;
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("members.csv");
    fs::write(&out, "previous export").unwrap();
    let ran = run(&url, &["export", "members", "--key", KEY, "--out", out.to_str().unwrap()]);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "no part of a file is left");
    (ran, fs::read_to_string(&out).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_export_keeps_the_older_file() {
    let sound = br#"{"userlist":[{"userid":"zhouting"}]}"#;
    let whole: fn(Value) -> Value = |done| done;
    let without_list: fn(Value) -> Value = |mut done| {
        done.as_object_mut().unwrap().remove("data_list");
        done
    };
    let with_none: fn(Value) -> Value = |mut done| {
        done["data_list"] = json!([]);
        done
    };
    let backwards = [json!({"errcode": 0, "status": 1}), json!({"errcode": 0, "status": 0})];
    for (before, announce, plain, why) in [
        (&[][..], without_list, &sound[..], "has no files"),
        (&[], with_none, sound, "has no files"),
        (&[], whole, br#"{"errcode":40088,"errmsg":"invalid jobid"}"#, "40088"),
        (&[], whole, &case("export-without-its-list.json"), "has no list `userlist`"),
        (&[], whole, b"{}", "has no list `userlist`"),
        (&[], whole, br#"{"userlist":[{"userid":"a"}],"errcode":-1}"#, "errcode -1"),
        (&backwards, whole, sound, "goes backwards"),
    ] {
        let (ran, left) = export(before, announce, plain).await;
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains(why), "{why}: {ran:#?}");
        assert_eq!(left, "previous export", "{why}");
    }
    let (ran, left) = export(&[], whole, sound).await;
    assert!(ran.code == 0 && left.contains("zhouting"), "{ran:#?}");
    let (ran, left) = export(&[], whole, br#"{"userlist":[]}"#).await;
    assert!(ran.code == 0 && left != "previous export", "the only empty list: {ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_43_an_export_keeps_damaged_texts_and_reports_rows_with_a_damaged_id() {
    let plain = b"{\"userlist\":[{\"userid\":\"zhouting\",\"alias\":\"Ting\xf0\x9f\x98\"},{\"userid\":\"zhou\xff\"}]}";
    let (ran, left) = export(&[], |done| done, plain).await;
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(left.contains("Ting\u{fffd}") && left.contains("zhou\u{fffd}"), "{left}");
    assert!(ran.stderr.contains("1 of 2 rows have a damaged id"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_44_a_cursor_that_leads_back_is_an_error() {
    let pages = case("id-pages-same-cursor.jsonl");
    let pages: Vec<Vec<u8>> =
        pages.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect();
    let url = server(vec![("/cgi-bin/user/list_id", pages)]).await;
    for format in [&[][..], &["-o", "json"]] {
        let ran = run(&url, &[&["member", "ids"], format].concat());
        ran.fails_with(1).with_remedy();
        assert!(ran.stderr.contains("leads back to an earlier page"), "{ran:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_43_a_list_with_a_damaged_text_is_printed_completely() {
    for name in ["reply-broken-utf8.json", "reply-control-character.json"] {
        let url = server(vec![("/cgi-bin/user/list", vec![case(name)])]).await;
        let members = run(&url, &["member", "list", "1", "-o", "json"]).json();
        let ids: Vec<_> =
            members.as_array().unwrap().iter().map(|member| member["userid"].as_str().unwrap()).collect();
        assert_eq!(ids, ["zhouting", "zhoumin"], "{name}");
    }
}
