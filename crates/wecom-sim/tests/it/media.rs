//! Media (素材管理): uploads, limits, lifetime and partial downloads.

use std::time::Duration;

use md5::{Digest, Md5};
use serde_json::{Value, json};

use crate::rig::{By, Rig, form, read};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n, invented";
const JPG: &[u8] = b"\xff\xd8\xff\xe0, invented";
const MB: usize = 1 << 20;
const DAY: u64 = 24 * 3600;

fn grown(start: &[u8], size: usize) -> Vec<u8> {
    let mut bytes = start.to_vec();
    bytes.resize(size, 0);
    bytes
}

#[tokio::test]
async fn an_upload_is_answered_as_in_the_official_sample() {
    let rig = Rig::new().await;
    let reply = rig.upload("file", "members.csv", b"abcdef").await;
    assert_eq!(reply["errcode"], 0);
    assert_eq!(reply["errmsg"], "");
    assert_eq!(reply["type"], "file");
    let created_at = reply["created_at"].as_str().unwrap();
    assert_eq!(created_at, "1767574800", "seconds, as a string");
    assert!(!reply["media_id"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn the_official_samples_disposition_without_blanks_is_read() {
    let rig = Rig::new().await;
    for disposition in [
        r#"form-data; name="media";filename="wework.txt"; filelength=6"#,
        r#"form-data; name="media"; filename*=UTF-8''%E6%88%90%E5%91%98.txt"#,
        r#"form-data; filename="wework.txt"; name="media""#,
        r#"form-data; name="media""#,
    ] {
        let reply = rig.post_form(By::App, "media/upload?type=file", form(disposition, b"abcdef")).await;
        assert_eq!(reply["errcode"], 0, "{disposition}: {reply}");
    }
}

#[tokio::test]
async fn an_upload_that_breaks_a_rule_gets_the_rules_code() {
    let rig = Rig::new().await;
    let amr_minute = grown(b"#!AMR\n", 6 + 3000); // zeros are frames of 13 bytes
    let amr_long = grown(b"#!AMR\n", 6 + 3001 * 13);
    let cases: Vec<(&str, &str, Vec<u8>, i64)> = vec![
        ("", "a.csv", b"abcdef".to_vec(), 40005),
        ("thumb", "a.csv", b"abcdef".to_vec(), 40005),
        ("file", "a.csv", Vec::new(), 44001),
        ("file", "a.csv", b"abcde".to_vec(), 40006),
        ("file", "a.csv", vec![0; 20 * MB], 0),
        ("file", "a.csv", vec![0; 20 * MB + 1], 45001),
        ("image", "a.png", PNG.to_vec(), 0),
        ("image", "a.jpg", JPG.to_vec(), 0),
        ("image", "", JPG.to_vec(), 0),
        ("image", "a.gif", b"GIF89a, invented".to_vec(), 40004),
        ("image", "a.jpg", b"GIF89a, invented".to_vec(), 40123),
        ("image", "a.png", grown(PNG, 10 * MB), 0),
        ("image", "a.png", grown(PNG, 10 * MB + 1), 40009),
        ("voice", "a.amr", amr_minute, 0),
        ("voice", "a.amr", amr_long, 301_017),
        ("voice", "a.amr", b"RIFF, invented".to_vec(), 301_016),
        ("voice", "a.amr", grown(b"#!AMR\n", 2 * MB + 1), 45001),
        ("video", "a.mp4", b"\0\0\0\x18ftypmp42".to_vec(), 0),
        ("video", "a.mp4", b"not a film".to_vec(), 40004),
        ("video", "a.mp4", grown(b"\0\0\0\x18ftypmp42", 10 * MB + 1), 40011),
    ];
    for (kind, name, bytes, code) in cases {
        let size = bytes.len();
        let reply = rig.upload(kind, name, &bytes).await;
        assert_eq!(reply["errcode"], code, "{kind} {name} of {size} bytes: {reply}");
    }
    let other_name = form(r#"form-data; name="file"; filename="a.csv""#, b"abcdef");
    let reply = rig.post_form(By::Contacts, "media/upload?type=file", other_name).await;
    assert_eq!(reply["errcode"], 44001, "the field is called media");
    let lying = form(r#"form-data; name="media"; filename="a.png"; filelength=7"#, PNG);
    let reply = rig.post_form(By::Contacts, "media/upload?type=image", lying).await;
    assert_eq!(reply["errcode"], 40123);
}

#[tokio::test]
async fn a_broken_form_is_an_empty_one() {
    let rig = Rig::new().await;
    for body in [
        &b""[..],
        b"--b0undary",
        b"--b0undary\r\n\r\n",
        b"no form at all",
        b"--b0undary\r\nContent-Disposition: form-data; name=\"media\"\r\n\r\nabcdef",
        b"--b0undary\r\n\xff\xfe: \x00\r\n\r\nabcdef\r\n--b0undary--",
    ] {
        let reply = rig.post_form(By::Contacts, "media/upload?type=file", body.to_vec()).await;
        assert_eq!(reply["errcode"], 44001, "{reply}");
    }
}

#[tokio::test]
async fn a_download_is_a_plain_file_shared_by_all_apps() {
    let rig = Rig::new().await;
    let reply = rig.upload("image", "face.png", PNG).await;
    let id = reply["media_id"].as_str().unwrap();
    let url = rig.url(By::App, &format!("media/get?media_id={id}")).await;
    let response = rig.get_raw(&url, &[]).await;
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/png");
    assert_eq!(header("content-disposition"), format!("attachment; filename=\"{id}.png\""));
    assert_eq!(header("cache-control"), "no-cache, must-revalidate");
    assert_eq!(header("content-length"), PNG.len().to_string());
    assert_eq!(response.bytes().await.unwrap(), PNG);
}

#[tokio::test]
async fn a_download_may_be_had_in_parts() {
    let rig = Rig::new().await;
    let reply = rig.upload("file", "digits.txt", b"0123456789").await;
    let id = reply["media_id"].as_str().unwrap();
    let url = rig.url(By::App, &format!("media/get?media_id={id}")).await;
    for (range, content_range, bytes) in [
        ("bytes=0-3", "bytes 0-3/10", "0123"),
        ("bytes=8-99", "bytes 8-9/10", "89"),
        ("bytes=-1", "bytes 9-9/10", "9"),
    ] {
        let response = rig.get_raw(&url, &[("Range", range)]).await;
        assert_eq!(response.status(), 206, "{range}");
        assert_eq!(response.headers()["content-range"], content_range);
        assert_eq!(response.headers()["accept-ranges"], "bytes");
        assert_eq!(response.bytes().await.unwrap(), bytes);
    }
    let response = rig.get_raw(&url, &[("Range", "bytes=10-")]).await;
    assert_eq!(response.status(), 416);
    assert_eq!(response.headers()["content-range"], "bytes */10");
    for headers in [
        &[("Range", "bytes 0-3")][..],
        &[("Range", "bytes=0-1,4-5")],
        &[("Range", "bytes=0-1"), ("If-Range", "\"an old one\"")],
    ] {
        let response = rig.get_raw(&url, headers).await;
        assert_eq!(response.status(), 200, "{headers:?}");
    }
}

#[tokio::test]
async fn media_live_three_days() {
    let rig = Rig::new().await;
    let reply = rig.upload("file", "a.csv", b"abcdef").await;
    let path = format!("media/get?media_id={}", reply["media_id"].as_str().unwrap());
    rig.sim.advance(Duration::from_secs(3 * DAY - 1));
    let url = rig.url(By::App, &path).await;
    assert_eq!(rig.get_raw(&url, &[]).await.bytes().await.unwrap(), "abcdef");
    rig.sim.advance(Duration::from_secs(1));
    let url = rig.url(By::App, &path).await;
    let response = rig.get_raw(&url, &[]).await;
    assert_eq!(response.status(), 200);
    let reply = read(response).await;
    assert_eq!(reply["errcode"], 40007);
    assert_eq!(reply["errmsg"], "invalid media_id", "as in the official sample");
    assert_eq!(rig.get(By::App, "media/get").await["errcode"], 41006);
}

#[tokio::test]
async fn only_voices_come_in_high_definition() {
    let rig = Rig::new().await;
    let voice = rig.upload("voice", "a.amr", b"#!AMR\n").await;
    let path = format!("media/get/jssdk?media_id={}", voice["media_id"].as_str().unwrap());
    let url = rig.url(By::App, &path).await;
    assert_eq!(rig.get_raw(&url, &[]).await.bytes().await.unwrap(), "#!AMR\n");
    let file = rig.upload("file", "a.csv", b"abcdef").await;
    let path = format!("media/get/jssdk?media_id={}", file["media_id"].as_str().unwrap());
    assert_eq!(rig.get(By::App, &path).await["errcode"], 40007);
}

#[tokio::test]
async fn a_permanent_picture_keeps_its_url() {
    let rig = Rig::new().await;
    let picture = |bytes: &[u8]| form(r#"form-data; name="fieldNameHere"; filename="p.png""#, bytes);
    let reply = rig.post_form(By::App, "media/uploadimg", picture(PNG)).await;
    assert_eq!(reply["errmsg"], "");
    let url = reply["url"].as_str().unwrap();
    rig.sim.advance(Duration::from_secs(400 * DAY));
    assert_eq!(rig.get_raw(url, &[]).await.bytes().await.unwrap(), PNG);
    let large = rig.post_form(By::App, "media/uploadimg", picture(&grown(PNG, 2 * MB + 1))).await;
    assert_eq!(large["errcode"], 40009);
    let unknown = format!("{}/_files/guessed", rig.sim.url());
    assert_eq!(rig.get_raw(&unknown, &[]).await.status(), 404);
}

#[tokio::test]
async fn an_avatar_must_be_an_uploaded_image() {
    let rig = Rig::legacy().await;
    let image = rig.upload("image", "face.png", PNG).await["media_id"].clone();
    let file = rig.upload("file", "face.png", PNG).await["media_id"].clone();
    let update = |id: &Value| json!({"userid": "wujiu", "avatar_mediaid": id});
    for (id, code) in [(&image, 0), (&json!(""), 0), (&file, 301_015), (&json!("guessed"), 40007)] {
        let reply = rig.post(By::Contacts, "user/update", &update(id)).await;
        assert_eq!(reply["errcode"], code, "{id}");
    }
    let avatar = rig.get(By::App, "user/get?userid=wujiu").await["avatar"].clone();
    assert!(avatar.as_str().unwrap().ends_with("/0"), "{avatar}");
    rig.sim.advance(Duration::from_secs(3 * DAY));
    let reply = rig.post(By::Contacts, "user/update", &update(&image)).await;
    assert_eq!(reply["errcode"], 40007, "expired");
}

/// Polls until an upload by URL has ended.
async fn fetched(rig: &Rig, job: &Value) -> Value {
    loop {
        let reply = rig.post(By::App, "media/get_upload_by_url_result", &json!({ "jobid": job })).await;
        if reply["status"] != 1 {
            return reply;
        }
    }
}

#[tokio::test]
async fn a_file_may_be_uploaded_by_url() {
    let rig = Rig::new().await;
    // The simulator's own links are a source on loopback that supports Range.
    let picture = form(r#"form-data; name="p"; filename="p.png""#, PNG);
    let url = rig.post_form(By::App, "media/uploadimg", picture).await["url"].clone();
    let md5: String = Md5::digest(PNG).iter().map(|byte| format!("{byte:02X}")).collect();
    let body = json!({"scene": 1, "type": "file", "filename": "p.csv", "url": url, "md5": md5});
    let reply = rig.post(By::App, "media/upload_by_url", &body).await;
    assert_eq!(reply["errcode"], 0, "{reply}");
    let result = fetched(&rig, &reply["jobid"]).await;
    assert_eq!(result["status"], 2, "{result}");
    assert_eq!(result["detail"]["errcode"], 0);
    let id = result["detail"]["media_id"].as_str().unwrap();
    let path = rig.url(By::App, &format!("media/get?media_id={id}")).await;
    assert_eq!(rig.get_raw(&path, &[]).await.bytes().await.unwrap(), PNG);
    let import = rig.post(By::Contacts, "batch/syncuser", &json!({ "media_id": id })).await;
    assert_eq!(import["errcode"], 40007, "good for download only");
    rig.sim.advance(Duration::from_secs(3600));
    let late = rig.post(By::App, "media/get_upload_by_url_result", &json!({"jobid": reply["jobid"]})).await;
    assert_eq!(late["errcode"], 40088, "the id is good for an hour");
}

#[tokio::test]
async fn an_upload_by_url_that_fails_says_why() {
    let rig = Rig::new().await;
    let picture = form(r#"form-data; name="p"; filename="p.png""#, PNG);
    let url = rig.post_form(By::App, "media/uploadimg", picture).await["url"].clone();
    let nowhere = format!("{}/_files/guessed", rig.sim.url());
    let right = wecom_cipher::hex(Md5::digest(PNG));
    let wrong = "0".repeat(32);
    for (url, kind, md5, code) in [
        (url.as_str().unwrap(), "file", &wrong, 301_019),
        (url.as_str().unwrap(), "video", &right, 40004),
        (nowhere.as_str(), "file", &right, 830_003),
    ] {
        let body = json!({"scene": 1, "type": kind, "filename": "p", "url": url, "md5": md5});
        let reply = rig.post(By::App, "media/upload_by_url", &body).await;
        let result = fetched(&rig, &reply["jobid"]).await;
        assert_eq!((&result["status"], &result["detail"]["errcode"]), (&json!(3), &json!(code)));
        assert_eq!(result["errcode"], 0);
    }
    let body = |key: &str, value: Value| {
        let mut body = json!({"scene": 1, "type": "file", "filename": "p", "url": url, "md5": right});
        body[key] = value;
        body
    };
    for (body, code) in [
        (body("scene", json!(2)), 40058),
        (body("type", json!("image")), 40005),
        (body("filename", json!("")), 40063),
        (body("filename", json!("p".repeat(129))), 40058),
        (body("md5", json!("0".repeat(33))), 40058),
        (body("url", json!("http://192.0.2.1/film.mp4")), 830_001),
        (body("url", json!("no url")), 830_001),
    ] {
        let reply = rig.post(By::App, "media/upload_by_url", &body).await;
        assert_eq!(reply["errcode"], code, "{body}");
    }
    let contacts = rig.post(By::Contacts, "media/upload_by_url", &body("scene", json!(1))).await;
    assert_eq!(contacts["errcode"], 48002);
}

#[tokio::test]
async fn a_large_file_comes_in_pieces_only() {
    let rig = Rig::new().await;
    let source = large_source().await;
    let md5 = wecom_cipher::hex(Md5::digest(vec![7; LARGE]));
    let body = json!({"scene": 1, "type": "file", "filename": "l.bin", "url": source, "md5": md5});
    let job = rig.post(By::App, "media/upload_by_url", &body).await["jobid"].clone();
    let result = fetched(&rig, &job).await;
    let id = result["detail"]["media_id"].as_str().unwrap();
    let url = rig.url(By::App, &format!("media/get?media_id={id}")).await;
    for (range, code) in [(None, 830_002), (Some(format!("bytes=0-{}", 20 * MB)), 830_002)] {
        let headers: Vec<_> = range.iter().map(|range| ("Range", range.as_str())).collect();
        let reply = read(rig.get_raw(&url, &headers).await).await;
        assert_eq!(reply["errcode"], code, "{range:?}");
    }
    let piece = rig.get_raw(&url, &[("Range", &format!("bytes={}-", 20 * MB))]).await;
    assert_eq!(piece.status(), 206);
    assert_eq!(piece.bytes().await.unwrap(), vec![7; LARGE - 20 * MB]);
}

/// Larger than one download of media/get can be.
const LARGE: usize = 20 * MB + 10;

/// Serves one large file and claims to support Range. Returns its URL.
async fn large_source() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/large.bin", listener.local_addr().unwrap());
    let partial = || async { (axum::http::StatusCode::PARTIAL_CONTENT, vec![7; LARGE]) };
    let app = axum::Router::new().route("/large.bin", axum::routing::get(partial));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    url
}
