//! The format of requests and replies, pinned by sample bodies under `tests/wire/` at the root of the repository.
//!
//! `CHAPTER/PATH.request.full.json` is a request with every optional field, `….bare.json` one without any. The request
//! of a GET is its query (`….query`), without the token. `….reply.full.json` and `….reply.bare.json` are complete
//! replies. The SDK must read each of them and write it back unchanged; the simulator must accept and return the same
//! bodies.
//!
//! Every endpoint of the SDK's table has samples. A new endpoint needs its four files, and no change of this module.

use std::{any::TypeId, collections::BTreeSet, fmt::Debug, fs, path::PathBuf, sync::LazyLock};

use futures_util::{FutureExt, future::BoxFuture};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use wecom_contacts::{
    Client, Endpoint, EndpointInfo,
    departments::DepartmentPatch,
    endpoints::{self, EndpointVisitor},
    media::{UploadedImage, UploadedMedia},
    members::MemberPatch,
    tags::TagNodes,
};

use crate::full;

/// Folders with samples that are not calls. They have tests of their own.
const ELSEWHERE: &[&str] = &["callback"];

/// The samples of one endpoint.
struct Sample {
    info: &'static EndpointInfo,
    /// `None` for an upload, whose request is not JSON.
    request: Option<fn(&File, &str) -> Vec<String>>,
    request_part: Option<fn(&Value) -> Vec<String>>,
    read_only: &'static [&'static str],
    reply: fn(&File, Value) -> Vec<String>,
    /// `None` for an upload.
    send: Option<fn(&Client, &str) -> Sent>,
    /// Alternative names of fields. A reply contains only one of the names.
    aliases: &'static [&'static str],
}

/// The samples of all endpoints that send or receive JSON.
static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut samples = Samples(vec![
        Sample::of_form::<UploadedMedia>("media/upload"),
        Sample::of_form::<UploadedImage>("media/uploadimg"),
    ]);
    endpoints::visit(&mut samples);
    samples.0
});

/// Adds the properties of samples that the endpoint's types do not express.
fn known(sample: Sample) -> Sample {
    const CHANNELS_STATUS: &[&str] = &["/external_profile/wechat_channels/status"];
    match sample.info.path() {
        "user/create" => sample.read_only(CHANNELS_STATUS),
        "user/update" => sample.with_part::<MemberPatch>().read_only(CHANNELS_STATUS),
        "department/update" => sample.with_part::<DepartmentPatch>(),
        "tag/addtagusers" | "tag/deltagusers" => sample.with_part::<TagNodes>(),
        "corpgroup/getresult" => sample.aliases(&["/result/fail_list/0/contact_info_list/0/user_mobile"]),
        _ => sample,
    }
}

struct Samples(Vec<Sample>);

impl EndpointVisitor for Samples {
    fn endpoint<E>(&mut self, info: &'static EndpointInfo)
    where
        E: Endpoint + DeserializeOwned + Debug + 'static,
        E::Reply: Serialize + Debug,
    {
        self.0.push(known(Sample::of::<E>(info)));
    }
}

impl Sample {
    fn of<E>(info: &'static EndpointInfo) -> Self
    where
        E: Endpoint + DeserializeOwned + Debug,
        E::Reply: Serialize + Debug,
    {
        let is_silent = TypeId::of::<E::Reply>() == TypeId::of::<()>();
        Self {
            info,
            request: Some(request::<E>),
            request_part: None,
            read_only: &[],
            reply: if is_silent { no_reply } else { reply::<E::Reply> },
            send: Some(send::<E>),
            aliases: &[],
        }
    }

    /// Returns the sample of an upload: only its reply is JSON.
    fn of_form<R: Serialize + DeserializeOwned>(path: &str) -> Self {
        Self {
            info: endpoints::find(path).unwrap(),
            request: None,
            request_part: None,
            read_only: &[],
            reply: reply::<R>,
            send: None,
            aliases: &[],
        }
    }

    /// Sets the type that is flattened into the request, so that its fields are checked too.
    fn with_part<P: DeserializeOwned>(self) -> Self {
        Self { request_part: Some(full::missing::<P>), ..self }
    }

    /// Sets the fields that no request contains, of a type that is used in both directions.
    fn read_only(self, read_only: &'static [&'static str]) -> Self {
        Self { read_only, ..self }
    }

    /// Sets alternative names of fields that the reply contains.
    fn aliases(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    fn files(&self) -> [File; 4] {
        let chapter = self.info.chapter().name();
        let ending = if self.info.call().is_get() { "query" } else { "json" };
        let stem = self.info.path().replace('/', "_");
        let file =
            |kind, fullness, ending| File { path: format!("{chapter}/{stem}.{kind}.{fullness}.{ending}") };
        [
            file("request", "full", ending),
            file("request", "bare", ending),
            file("reply", "full", "json"),
            file("reply", "bare", "json"),
        ]
    }
}

/// A call in progress: its `Debug` text and its result.
pub(crate) struct Sent {
    pub(crate) request: String,
    pub(crate) outcome: BoxFuture<'static, wecom_contacts::Result<String>>,
}

/// One endpoint with its request and reply, after canaries were added.
pub(crate) struct Planted {
    pub(crate) path: &'static str,
    /// The complete reply.
    pub(crate) reply: Value,
    /// Sends the call.
    pub(crate) send: Box<dyn Fn(&Client) -> Sent>,
}

/// Returns every endpoint without a form, with canaries in its full samples.
pub(crate) fn planted(
    change: &mut dyn FnMut(&mut Value),
    change_query: &dyn Fn(&str) -> String,
) -> Vec<Planted> {
    let mut calls = Vec::new();
    for sample in SAMPLES.iter() {
        let Some(send) = sample.send else {
            continue;
        };
        let [request, _, reply, _] = sample.files();
        let request = if sample.info.call().is_get() {
            change_query(request.read().trim_end())
        } else {
            let mut body = request.json();
            change(&mut body);
            body.to_string()
        };
        let mut reply = reply.json();
        change(&mut reply);
        let send = Box::new(move |client: &Client| send(client, &request));
        calls.push(Planted { path: sample.info.path(), reply, send });
    }
    calls
}

fn send<E>(client: &Client, request: &str) -> Sent
where
    E: Endpoint + DeserializeOwned + Debug,
    E::Reply: Debug,
{
    let path = E::CALL.path();
    let call: E = if E::CALL.is_get() {
        serde_urlencoded::from_str(request).unwrap_or_else(|error| panic!("{path}: {error}"))
    } else {
        serde_json::from_str(request).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let sending = client.send(&call);
    Sent {
        request: format!("{call:?} {sending:?}"),
        outcome: async move { Ok(format!("{:?}", sending.await?)) }.boxed(),
    }
}

pub(crate) struct File {
    /// Path below `tests/wire`.
    path: String,
}

impl File {
    fn read(&self) -> String {
        fs::read_to_string(root().join(&self.path)).unwrap_or_else(|error| panic!("{}: {error}", self.path))
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.read()).unwrap_or_else(|error| panic!("{}: {error}", self.path))
    }
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/wire"))
}

/// Checks that the request is written as it was read. Returns the names of its missing fields.
fn request<E: Endpoint + DeserializeOwned>(file: &File, text: &str) -> Vec<String> {
    let path = &file.path;
    if E::CALL.is_get() {
        let query = text.trim_end();
        let call: E = serde_urlencoded::from_str(query).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(serde_urlencoded::to_string(&call).unwrap(), query, "{path}");
        let keys: BTreeSet<&str> = query.split(['&', '=']).step_by(2).collect();
        let fields = full::fields::<E>().iter();
        fields.filter(|field| !keys.contains(*field)).map(|field| format!("/{field}")).collect()
    } else {
        let body: Value = serde_json::from_str(text).unwrap();
        let call: E = serde_json::from_str(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(serde_json::to_value(&call).unwrap(), body, "{path}");
        full::missing::<E>(&body)
    }
}

/// Checks that the reply is written as it was read. Returns the names of its missing fields.
fn reply<R: Serialize + DeserializeOwned>(file: &File, body: Value) -> Vec<String> {
    let path = &file.path;
    let read: R = serde_json::from_value(body.clone()).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut body = without_envelope(path, body);
    let missing = full::missing::<R>(&body);
    drop_repeated_values(&mut body);
    assert_eq!(serde_json::to_value(&read).unwrap(), body, "{path}");
    missing
}

/// Removes the second copy of an attribute's text. Replies contain it twice (`value` and `text.value`), but it is
/// written once.
fn drop_repeated_values(body: &mut Value) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(drop_repeated_values),
        Value::Object(map) => {
            if map
                .get("value")
                .is_some_and(|value| map.get("text").is_some_and(|text| text["value"] == *value))
            {
                map.remove("value");
            }
            map.values_mut().for_each(drop_repeated_values);
        }
        _ => {}
    }
}

fn no_reply(file: &File, body: Value) -> Vec<String> {
    assert_eq!(without_envelope(&file.path, body), serde_json::json!({}), "{}", file.path);
    Vec::new()
}

fn without_envelope(path: &str, mut body: Value) -> Value {
    let keys = body.as_object_mut().expect("an answer is an object");
    assert_eq!(keys.remove("errcode"), Some(0.into()), "{path}");
    assert!(keys.remove("errmsg").is_some_and(|text| text.is_string()), "{path}");
    body
}

#[test]
fn every_request_is_written_as_its_sample_shows() {
    for sample in SAMPLES.iter() {
        let Some(request) = sample.request else {
            continue;
        };
        let [full, bare, ..] = sample.files();
        request(&bare, &bare.read());
        let mut missing = request(&full, &full.read());
        if let Some(part) = sample.request_part {
            missing.extend(part(&full.json()));
        }
        assert_eq!(missing, sample.read_only, "{} lacks fields", full.path);
    }
}

#[test]
fn every_reply_is_read_whole_and_written_back_as_it_was() {
    for sample in SAMPLES.iter() {
        let [.., full, bare] = sample.files();
        (sample.reply)(&bare, bare.json());
        let missing = (sample.reply)(&full, full.json());
        assert_eq!(missing, sample.aliases, "{} lacks fields", full.path);
    }
}

#[test]
fn every_endpoint_that_speaks_json_has_samples() {
    // These paths have no JSON sample: the token is fetched before any call, and the response of a download is not
    // JSON.
    let without = ["gettoken", "media/get", "media/get/jssdk"];
    let sampled: BTreeSet<&str> = SAMPLES.iter().map(|sample| sample.info.path()).collect();
    let all = endpoints::ALL.iter().map(EndpointInfo::path);
    assert_eq!(sampled, all.filter(|path| !without.contains(path)).collect());
}

#[test]
fn every_sample_file_belongs_to_a_call() {
    let known: BTreeSet<String> =
        SAMPLES.iter().flat_map(|sample| sample.files().map(|file| file.path)).collect();
    let entries = |path: PathBuf| fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    for folder in entries(root()) {
        let chapter = folder.file_name().into_string().unwrap();
        if ELSEWHERE.contains(&chapter.as_str()) {
            continue;
        }
        for file in entries(folder.path()) {
            let path = format!("{chapter}/{}", file.file_name().into_string().unwrap());
            assert!(known.contains(&path), "{path} is not a sample of any endpoint");
        }
    }
}
