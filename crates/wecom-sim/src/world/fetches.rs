//! Uploads by URL (异步上传临时素材): the world's side. The [fetcher](crate::fetcher) downloads.

use bytes::Bytes;
use serde::Serialize;
use url::Url;
use wecom_cipher::hex;

use super::{Caller, MediaKind, World, jobs::new_job_id, media};
use crate::{api::Fail, callback::Event, clock::Millis};

/// A job id is good for an hour.
const LIFETIME: Millis = 3_600_000;
/// The largest file that comes by URL.
pub(crate) const LARGEST: usize = 200 << 20;

/// A download to be made.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    pub(crate) corp: usize,
    pub(crate) job: String,
    pub(crate) url: Url,
}

/// One upload by URL.
#[derive(Debug)]
pub(crate) struct Fetch {
    request: FetchRequest,
    submitter: Caller,
    submitted_at: Millis,
    /// The media id and when it was made.
    outcome: Option<Result<(String, Millis), Fail>>,
}

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct FetchRequest {
    pub(crate) kind: MediaKind,
    pub(crate) name: String,
    pub(crate) url: Url,
    /// In small letters.
    pub(crate) md5: String,
}

/// The answer of `media/get_upload_by_url_result`.
#[derive(Debug, Serialize)]
pub(crate) struct FetchResult {
    status: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    errcode: i32,
    errmsg: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<String>,
}

impl World {
    pub(crate) fn submit_fetch(&mut self, submitter: Caller, request: FetchRequest, now: Millis) -> String {
        let job = new_job_id();
        let corp = submitter.corp;
        self.errands.push(Errand { corp, job: job.clone(), url: request.url.clone() });
        let fetches = &mut self.corp_mut(corp).jobs.fetches;
        fetches.retain(|_, fetch| now < fetch.submitted_at + LIFETIME);
        let fetch = Fetch { request, submitter, submitted_at: now, outcome: None };
        fetches.insert(job.clone(), fetch);
        job
    }

    /// The downloads that nobody has begun yet.
    pub(crate) fn take_errands(&mut self) -> Vec<Errand> {
        std::mem::take(&mut self.errands)
    }

    pub(crate) fn has_errands(&self) -> bool {
        !self.errands.is_empty()
    }

    /// A download has ended.
    pub(crate) fn fetched(&mut self, corp: usize, job: &str, file: Result<Bytes, Fail>, now: Millis) {
        let corp_state = self.corp_mut(corp);
        let Some(fetch) = corp_state.jobs.fetches.get_mut(job) else {
            return;
        };
        let request = &fetch.request;
        let kept = file.and_then(|bytes| {
            judge(request, &bytes)?;
            Ok(corp_state.media.keep(request.kind, &request.name, bytes, true, now))
        });
        fetch.outcome = Some(kept.map(|id| (id, now)));
        let Some(receiver) = fetch.submitter.credential.receiver() else {
            return;
        };
        self.moment = now;
        let event = Event::new(&self.corp(corp).id, "sys", now, "upload_media_job_finish").text("JobId", job);
        self.send_event(corp, receiver, event);
    }

    /// The state of an upload by URL; 40088 if there is none of that id, or its hour is over.
    pub(crate) fn fetch_result(&self, caller: &Caller, job: &str, now: Millis) -> Result<FetchResult, Fail> {
        let fetch = self
            .corp(caller.corp)
            .jobs
            .fetches
            .get(job)
            .filter(|fetch| fetch.submitter.credential == caller.credential)
            .filter(|fetch| now < fetch.submitted_at + LIFETIME)
            .ok_or_else(|| Fail::of(40088))?;
        Ok(match &fetch.outcome {
            None => FetchResult { status: 1, detail: None },
            Some(Ok((media_id, created_at))) => FetchResult {
                status: 2,
                detail: Some(Detail {
                    errcode: 0,
                    errmsg: "ok".into(),
                    media_id: Some(media_id.clone()),
                    created_at: Some((created_at / 1000).to_string()),
                }),
            },
            Some(Err(fail)) => FetchResult {
                status: 3,
                detail: Some(Detail {
                    errcode: fail.code,
                    errmsg: fail.text().into(),
                    media_id: None,
                    created_at: None,
                }),
            },
        })
    }
}

fn judge(request: &FetchRequest, bytes: &[u8]) -> Result<(), Fail> {
    use md5::{Digest, Md5};

    media::at_least_smallest(bytes)?;
    if bytes.len() > LARGEST {
        return Err(Fail::of(45001));
    }
    if hex(Md5::digest(bytes)) != request.md5 {
        return Err(Fail::of(301_019));
    }
    if request.kind == MediaKind::Video && !media::is_mp4(bytes) {
        return Err(Fail::of(40004));
    }
    Ok(())
}
