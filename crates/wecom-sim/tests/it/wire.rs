//! The sample bodies under `tests/wire/` of the repository. The simulator must accept each request, and return the
//! same keys and JSON types.
//!
//! To add an endpoint, add a [`Row`]. Its request runs in a corp from [`prepared`], after the calls in `before`.

use std::{collections::HashMap, fs, path::PathBuf, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use wecom_sim::Sim;

use crate::rig::{By, JOB, KEY, Rig, expect, form};

struct Row {
    chapter: &'static str,
    path: &'static str,
    by: By,
    /// GETs that prepare the call.
    before: &'static [&'static str],
    /// Keys that are removed from the full request, because they exclude the others.
    unsent: &'static [&'static str],
    /// Keys of the full reply that only other callers or older servers get.
    never: &'static [&'static str],
    /// The errcode of the request without optional fields.
    bare: i64,
}

const fn row(chapter: &'static str, path: &'static str, by: By) -> Row {
    Row { chapter, path, by, before: &[], unsent: &[], never: &[], bare: 0 }
}

/// Only third-party apps get `open_userid`; the others appear only in old replies.
const OF_OTHERS: &[&str] = &["open_userid", "biz_mail_alias", "english_name"];
const NO_WANG_MIN: &[&str] = &["user/delete?userid=wang.min"];
const NO_DEPARTMENT_20: &[&str] =
    &["user/delete?userid=wang.min", "department/delete?id=21", "department/delete?id=20"];
const EMPTY_DEPARTMENT_20: &[&str] = &["user/delete?userid=wang.min", "department/delete?id=21"];
const NO_TAG_7: &[&str] = &["tag/delete?tagid=7"];

const ROWS: &[Row] = &[
    Row { before: NO_WANG_MIN, bare: 60129, ..row("members", "user/create", By::Contacts) },
    Row { never: OF_OTHERS, ..row("members", "user/get", By::Contacts) },
    Row { unsent: &["new_userid"], ..row("members", "user/update", By::Contacts) },
    row("members", "user/delete", By::Contacts),
    row("members", "user/batchdelete", By::Contacts),
    Row { never: OF_OTHERS, ..row("members", "user/simplelist", By::Contacts) },
    Row { never: OF_OTHERS, ..row("members", "user/list", By::Contacts) },
    row("members", "user/list_id", By::Contacts),
    row("members", "user/convert_to_openid", By::App),
    row("members", "user/convert_to_userid", By::App),
    row("members", "user/authsucc", By::Contacts),
    row("members", "auth/get_tfa_info", By::Contacts),
    row("members", "user/tfa_succ", By::Contacts),
    Row { bare: 82001, ..row("members", "batch/invite", By::Contacts) },
    row("members", "corp/get_join_qrcode", By::Contacts),
    row("members", "user/get_active_stat", By::Contacts),
    row("members", "user/getuserid", By::App),
    // The sample has a personal mail, while the default type is the corp mail.
    Row { bare: 46004, ..row("members", "user/get_userid_by_email", By::App) },
    row("members", "batch/openuserid_to_userid", By::App),
    Row { before: NO_DEPARTMENT_20, ..row("departments", "department/create", By::Contacts) },
    row("departments", "department/update", By::Contacts),
    Row { before: EMPTY_DEPARTMENT_20, ..row("departments", "department/delete", By::Contacts) },
    row("departments", "department/list", By::Contacts),
    row("departments", "department/simplelist", By::Contacts),
    row("departments", "department/get", By::Contacts),
    Row { before: NO_TAG_7, ..row("tags", "tag/create", By::Contacts) },
    row("tags", "tag/update", By::Contacts),
    row("tags", "tag/delete", By::Contacts),
    row("tags", "tag/get", By::Contacts),
    Row { bare: 40035, ..row("tags", "tag/addtagusers", By::Contacts) },
    Row { bare: 40035, ..row("tags", "tag/deltagusers", By::Contacts) },
    row("tags", "tag/list", By::Contacts),
    Row { bare: 40058, ..row("contact_rules", "contactrule/create", By::Contacts) },
    row("contact_rules", "contactrule/list", By::Contacts),
    row("contact_rules", "contactrule/update", By::Contacts),
    row("contact_rules", "contactrule/delete", By::Contacts),
    row("imports", "batch/syncuser", By::Contacts),
    row("imports", "batch/replaceuser", By::Contacts),
    row("imports", "batch/replaceparty", By::Contacts),
    row("exports", "export/simple_user", By::App),
    row("exports", "export/user", By::App),
    row("exports", "export/department", By::App),
    row("exports", "export/taguser", By::App),
    row("media", "media/upload_by_url", By::App),
];

/// Calls that take a file or need a job; each has a test instead of a row.
const APART: &[(&str, &str)] = &[
    ("media", "media/upload"),
    ("media", "media/uploadimg"),
    ("media", "media/get_upload_by_url_result"),
    ("imports", "batch/getresult"),
    ("exports", "export/get_result"),
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/wire")
}

impl Row {
    fn sample(&self, part: &str) -> Option<String> {
        let name = format!("{}.{part}", self.path.replace('/', "_"));
        fs::read_to_string(folder().join(self.chapter).join(name)).ok()
    }

    fn reply(&self, kind: &str) -> Value {
        let text = self.sample(&format!("reply.{kind}.json"));
        serde_json::from_str(&text.unwrap_or_else(|| panic!("no {kind} reply of {}", self.path))).unwrap()
    }

    async fn call(&self, rig: &Rig, live: &HashMap<&str, String>, kind: &str) -> Value {
        for path in self.before {
            expect(0, &rig.get(By::Contacts, path).await);
        }
        if let Some(query) = self.sample(&format!("request.{kind}.query")) {
            let path = format!("{}?{}", self.path, query.trim());
            return rig.get(self.by, path.trim_end_matches('?')).await;
        }
        let text = self.sample(&format!("request.{kind}.json"));
        let text = text.unwrap_or_else(|| panic!("no {kind} request of {}", self.path));
        let text = live.iter().fold(text, |text, (sample, live)| text.replace(sample, live));
        let mut body: Value = serde_json::from_str(&text).unwrap();
        body.as_object_mut().unwrap().retain(|key, _| !self.unsent.contains(&&**key));
        rig.post(self.by, self.path, &body).await
    }
}

/// Prepares a corp with everything that the samples mention. Returns the values for ids that only a server can
/// assign.
async fn prepared() -> (Rig, HashMap<&'static str, String>) {
    let rig = Rig::with(Sim::builder().legacy(true)).await;
    rig.sim.advance(Duration::from_secs(60 * 24 * 3600));
    rig.set("choices", &json!({"empty_last_cursor": true})).await;
    rig.set(
        "settings",
        &json!({"apps": [{"agent_id": 1_000_003, "secret": "provider", "range": {"departments": [1]}}]}),
    )
    .await;
    let told = async |path: &str, body: Value, key: &str| {
        let told = rig.tell(Method::POST, path, &body).await;
        told[key].as_str().unwrap_or_else(|| panic!("{path}: {told}")).to_owned()
    };
    let posted = async |path: &str, body: Value| {
        let reply = rig.post(By::Contacts, path, &body).await;
        expect(0, &reply);
        reply
    };
    let picture = rig.upload("image", "a.png", b"\x89PNG\r\n\x1a\n0123456789").await["media_id"].clone();
    let picture = picture.as_str().unwrap();
    for (id, name, parent) in [(20, "华东大区", 1), (21, "上海", 20)] {
        posted(
            "department/create",
            json!({"id": id, "name": name, "name_en": format!("D{id}"), "parentid": parent}),
        )
        .await;
    }
    for (userid, mobile) in [("chen.gang", "13900002222"), ("li.na", "13900003333")] {
        posted("user/create", json!({"userid": userid, "name": userid, "mobile": mobile, "department": [5]}))
            .await;
    }
    let full = fs::read_to_string(folder().join("members/user_create.request.full.json")).unwrap();
    let mut wang_min: Value = serde_json::from_str(&full).unwrap();
    for (key, value) in [
        ("avatar_mediaid", json!(picture)),
        ("department", json!([2, 5, 20])),
        ("order", json!([10, 0, 0])),
        ("is_leader_in_dept", json!([1, 0, 1])),
    ] {
        wang_min[key] = value;
    }
    posted("user/create", wang_min).await;
    expect(0, &rig.get(By::Contacts, "user/authsucc?userid=wang.min").await);
    posted("tag/create", json!({"tagname": "羽毛球社", "tagid": 7})).await;
    posted("tag/addtagusers", json!({"tagid": 7, "userlist": ["wang.min"], "partylist": [20]})).await;
    posted("contactrule/create", json!({"rules": [{"rule_type": 8}, {"rule_type": 9}]})).await;
    let third =
        fs::read_to_string(folder().join("contact_rules/contactrule_create.request.full.json")).unwrap();
    let rule = serde_json::from_str::<Value>(&third).unwrap()["rules"][0].clone();
    let mut other = rule.clone();
    other["range"] = json!({"userid": ["user9"], "partyid": [29], "tagid": [79]});
    posted("contactrule/create", json!({ "rules": [other] })).await;
    let code = told("tfa/code", json!({"userid": "wang.min"}), "code").await;
    let info = posted("auth/get_tfa_info", json!({ "code": code })).await;
    let openid = posted("user/convert_to_openid", json!({"userid": "wang.min"})).await;
    let cursor = posted("user/list_id", json!({"limit": 1})).await;
    let text = |reply: &Value, key: &str| reply[key].as_str().unwrap().to_owned();
    let import = rig.upload("file", "a.csv", b"abcdef").await;
    let live = HashMap::from([
        ("3a8f-own-sample", text(&import, "media_id")),
        // The simulator fetches only from loopback.
        ("https://files.example.com/training.mp4", format!("{}/_files/training.mp4", rig.sim.url())),
        ("CODE0000000000000000000000000001", told("tfa/code", json!({"userid": "wang.min"}), "code").await),
        ("TFA00000000000000000000000000001", text(&info, "tfa_code")),
        ("oDjGHs-1yCnGrRovBj2yHij5JAAA", text(&openid, "openid")),
        ("\"c2\"", format!("\"{}\"", text(&cursor, "next_cursor"))),
        ("2-G6nrLmr5EC3MNb_-zL1dDdzkd0p7cNliYu9V5w7o8K0", picture.to_owned()),
        (
            "woAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            told("open_userid", json!({"userid": "wang.min", "agent_id": 1_000_003}), "open_userid").await,
        ),
    ]);
    (rig, live)
}

/// Whether a reply has only keys and types of the sample. With `full` it must also have all keys of the sample and a
/// non-empty value for each list.
fn fits(sample: &Value, reply: &Value, never: &[&str], full: bool) -> Result<(), String> {
    match (sample, reply) {
        (Value::Object(sample), Value::Object(reply)) => {
            for (key, value) in reply {
                let sample = sample.get(key).ok_or_else(|| format!("`{key}` is not in the sample"))?;
                fits(sample, value, never, full).map_err(|why| format!("{key}: {why}"))?;
            }
            let missing =
                sample.keys().find(|key| full && !reply.contains_key(*key) && !never.contains(&&***key));
            missing.map_or(Ok(()), |key| Err(format!("`{key}` is missing")))
        }
        (Value::Array(samples), Value::Array(items)) => {
            for item in items {
                let outcomes: Vec<_> =
                    samples.iter().map(|sample| fits(sample, item, never, false)).collect();
                if !samples.is_empty() && outcomes.iter().all(Result::is_err) {
                    return Err(format!("{item} is like no element of the sample: {outcomes:?}"));
                }
            }
            let whole =
                samples.iter().all(|sample| items.iter().any(|item| fits(sample, item, never, true).is_ok()));
            if full && !whole {
                return Err(format!("no element of {items:?} is as full as the sample's"));
            }
            Ok(())
        }
        _ if std::mem::discriminant(sample) == std::mem::discriminant(reply) => Ok(()),
        _ => Err(format!("{reply} is of another type than {sample}")),
    }
}

#[tokio::test]
async fn full_requests_are_taken_and_answered_in_the_sample_s_shape() {
    for row in ROWS {
        let (rig, live) = prepared().await;
        let reply = row.call(&rig, &live, "full").await;
        assert_eq!(reply["errcode"], 0, "{}: {reply}", row.path);
        let sample = row.reply("full");
        assert_eq!(reply["errmsg"], sample["errmsg"], "{}", row.path);
        // The call creates no departments.
        let never: Vec<_> = row.never.iter().copied().chain(["created_department_list"]).collect();
        if let Err(why) = fits(&sample, &reply, &never, true) {
            panic!("{}: {why}\n{reply:#}", row.path);
        }
    }
}

#[tokio::test]
async fn bare_requests_are_answered_with_at_least_the_bare_sample_s_keys() {
    for row in ROWS {
        let (rig, live) = prepared().await;
        let reply = row.call(&rig, &live, "bare").await;
        assert_eq!(reply["errcode"], row.bare, "{}: {reply}", row.path);
        if row.bare == 0 {
            let bare = row.reply("bare");
            let missing = bare.as_object().unwrap().keys().find(|key| reply.get(key).is_none());
            assert_eq!(missing, None, "{}: {reply}", row.path);
            if let Err(why) = fits(&row.reply("full"), &reply, row.never, false) {
                panic!("{}: {why}\n{reply:#}", row.path);
            }
        }
    }
}

#[test]
fn no_sample_of_a_chapter_here_is_forgotten() {
    let chapters: Vec<_> = ROWS.iter().map(|row| row.chapter).collect();
    for chapter in fs::read_dir(folder()).unwrap() {
        let chapter = chapter.unwrap();
        let name = chapter.file_name().into_string().unwrap();
        if !chapters.contains(&&*name) {
            continue;
        }
        for file in fs::read_dir(chapter.path()).unwrap() {
            let file = file.unwrap().file_name().into_string().unwrap();
            let endpoint = file.split('.').next().unwrap();
            let is_here = ROWS
                .iter()
                .map(|row| (row.chapter, row.path))
                .chain(APART.iter().copied())
                .any(|(chapter, path)| chapter == name && path.replace('/', "_") == endpoint);
            assert!(is_here, "{name}/{file} has no row");
        }
    }
}

/// Checks a reply against the full sample of a call that has no [`Row`].
fn fits_sample(chapter: &'static str, path: &'static str, reply: &Value, never: &[&str]) {
    expect(0, reply);
    let row = row(chapter, path, By::Contacts);
    if let Err(why) = fits(&row.reply("full"), reply, never, true) {
        panic!("{path}: {why}\n{reply:#}");
    }
}

#[tokio::test]
async fn uploads_are_answered_in_the_sample_s_shape() {
    let rig = Rig::new().await;
    let reply = rig.upload("file", "a.csv", b"abcdef").await;
    fits_sample("media", "media/upload", &reply, &[]);
    let picture = form(r#"form-data; name="media"; filename="a.png""#, b"\x89PNG\r\n\x1a\n");
    let reply = rig.post_form(By::App, "media/uploadimg", picture).await;
    fits_sample("media", "media/uploadimg", &reply, &[]);
    let md5 = "e9dd2797018cad79186e03e8c5aec8dc";
    let body = json!({"scene": 1, "type": "file", "filename": "a", "url": reply["url"], "md5": md5});
    let job = rig.post(By::App, "media/upload_by_url", &body).await["jobid"].clone();
    let reply = loop {
        let path = "media/get_upload_by_url_result";
        let reply = rig.post(By::App, path, &json!({ "jobid": job })).await;
        if reply["status"] != 1 {
            break reply;
        }
    };
    fits_sample("media", "media/get_upload_by_url_result", &reply, &[]);
}

#[tokio::test]
async fn results_of_jobs_have_the_sample_s_shape() {
    let rig = Rig::new().await;
    // The only row of the sample has the fields of both kinds of import.
    let (_, reply) = rig.import("batch/syncuser", "帐号\nlisi\n".as_bytes()).await;
    fits_sample("imports", "batch/getresult", &reply, &["partyid", "action"]);
    let csv = "部门名称,部门ID,父部门ID\n研发部,2,1\n";
    let (_, reply) = rig.import("batch/replaceparty", csv.as_bytes()).await;
    fits_sample("imports", "batch/getresult", &reply, &["userid"]);

    let body = json!({ "encoding_aeskey": KEY });
    let job = rig.post(By::App, "export/user", &body).await["jobid"].clone();
    rig.sim.advance(JOB);
    let path = format!("export/get_result?jobid={}", job.as_str().unwrap());
    fits_sample("exports", "export/get_result", &rig.get(By::App, &path).await, &[]);
}
