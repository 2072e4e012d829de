//! Uploads by URL (异步上传临时素材): submission, and completion when the file has arrived. `crate::media_downloads`
//! downloads it.

use bytes::Bytes;
use serde::Serialize;

use super::{
    callback::event::Event,
    credentials::Caller,
    fail::Fail,
    jobs::new_job_id,
    media::{self, MediaKind},
    state::World,
    url_uploads::{LARGEST, MediaDownload, UrlUpload, UrlUploadRequest},
};
use wecom_cipher::hex;

use crate::clock::Millis;

/// Lifetime of a job id.
const LIFETIME: Millis = 3_600_000;

/// The answer of `media/get_upload_by_url_result`.
#[derive(Debug, Serialize)]
pub(crate) struct UrlUploadResult {
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
    pub(crate) fn submit_url_upload(
        &mut self,
        submitter: Caller,
        request: UrlUploadRequest,
        now: Millis,
    ) -> String {
        let job = new_job_id();
        let corp = submitter.corp;
        self.downloads.push(MediaDownload { corp, job: job.clone(), url: request.url.clone() });
        let url_uploads = &mut self.corp_mut(corp).jobs.url_uploads;
        url_uploads.retain(|_, upload| now < upload.submitted_at + LIFETIME);
        let upload = UrlUpload { request, submitter, submitted_at: now, outcome: None };
        url_uploads.insert(job.clone(), upload);
        job
    }

    /// Returns the downloads that have not started yet.
    pub(crate) fn take_downloads(&mut self) -> Vec<MediaDownload> {
        std::mem::take(&mut self.downloads)
    }

    pub(crate) fn has_downloads(&self) -> bool {
        !self.downloads.is_empty()
    }

    /// Ends an upload with the result of its download.
    pub(crate) fn finish_url_upload(
        &mut self,
        corp: usize,
        job: &str,
        file: Result<Bytes, Fail>,
        now: Millis,
    ) {
        let corp_state = self.corp_mut(corp);
        let Some(upload) = corp_state.jobs.url_uploads.get_mut(job) else {
            return;
        };
        let request = &upload.request;
        let kept = file.and_then(|bytes| {
            judge(request, &bytes)?;
            Ok(corp_state.media.keep(request.kind, &request.name, bytes, true, now))
        });
        upload.outcome = Some(kept.map(|id| (id, now)));
        let Some(receiver) = upload.submitter.credential.receiver() else {
            return;
        };
        self.acting_at = now;
        let event = Event::new(&self.corp(corp).id, "sys", now, "upload_media_job_finish").text("JobId", job);
        self.send_event(corp, receiver, event);
    }

    /// Returns the state of an upload by URL; 40088 if the id is unknown or expired.
    pub(crate) fn url_upload_result(
        &self,
        caller: &Caller,
        job: &str,
        now: Millis,
    ) -> Result<UrlUploadResult, Fail> {
        let upload = self
            .corp(caller.corp)
            .jobs
            .url_uploads
            .get(job)
            .filter(|upload| upload.submitter.credential == caller.credential)
            .filter(|upload| now < upload.submitted_at + LIFETIME)
            .ok_or_else(|| Fail::of(40088))?;
        Ok(match &upload.outcome {
            None => UrlUploadResult { status: 1, detail: None },
            Some(Ok((media_id, created_at))) => UrlUploadResult {
                status: 2,
                detail: Some(Detail {
                    errcode: 0,
                    errmsg: "ok".into(),
                    media_id: Some(media_id.clone()),
                    created_at: Some((created_at / 1000).to_string()),
                }),
            },
            Some(Err(fail)) => UrlUploadResult {
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

fn judge(request: &UrlUploadRequest, bytes: &[u8]) -> Result<(), Fail> {
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
