//! Submits exports and returns links to their files.

use std::sync::Arc;

use serde::Serialize;

use super::{
    files::Files,
    job::{Export, ExportRequest, ExportTask, State},
};
use crate::{
    clock::Millis,
    download::{Content, Download},
    large_files::FilePart,
    world::{
        callback::notify::{FinishedJob, JobReceiver},
        credentials::Caller,
        fail::Fail,
        jobs::new_job_id,
        state::World,
    },
};

/// Links are valid for two hours.
const LINK_LIFETIME: Millis = 2 * 3_600_000;

/// The answer of `export/get_result`.
#[derive(Debug, Serialize)]
pub(crate) struct ExportResult {
    status: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_list: Option<Vec<DataFile>>,
}

#[derive(Debug, Serialize)]
struct DataFile {
    url: String,
    size: u64,
    md5: String,
}

impl World {
    /// Submits an export.
    pub(crate) fn submit_export(&mut self, submitter: Caller, request: ExportRequest, now: Millis) -> String {
        let id = new_job_id();
        let corp = submitter.corp;
        let jobs = &mut self.corp_mut(corp).jobs;
        let fails = jobs.failures.take();
        let export = Export { request: Arc::new(request), submitter, fails, state: State::Waiting };
        jobs.exports.insert(id.clone(), export);
        self.schedule_job(corp, &id, 2, now);
        id
    }

    /// Returns the state of an export, with new links if it is done. The job of another submitter answers 40088, like
    /// an unknown job.
    pub(crate) fn export_result(
        &mut self,
        caller: &Caller,
        id: &str,
        now: Millis,
    ) -> Result<ExportResult, Fail> {
        let export = self
            .corp(caller.corp)
            .jobs
            .exports
            .get(id)
            .filter(|export| export.submitter.credential == caller.credential)
            .ok_or_else(|| Fail::of(40088))?;
        let status = match &export.state {
            State::Waiting => 0,
            State::Running | State::Writing => 1,
            State::Done(_) => 2,
            State::Failed => 3,
        };
        let files: Option<Vec<_>> = match &export.state {
            State::Done(files) => Some(files.each().collect()),
            _ => None,
        };
        let data_list =
            files.map(|files| files.into_iter().map(|(file, md5)| self.link_file(file, md5, now)).collect());
        Ok(ExportResult { status, data_list })
    }

    fn link_file(&mut self, file: FilePart, md5: String, now: Millis) -> DataFile {
        let size = file.size;
        let download = Download {
            name: format!("{md5}.data"),
            content_type: "application/octet-stream",
            content: Content::Stored(file),
        };
        DataFile { url: self.link(download, now, Some(now + LINK_LIFETIME)), size, md5 }
    }

    /// Moves an export to its next phase. In the last phase, writing the files is a separate task.
    pub(in crate::world) fn advance_export(
        &mut self,
        at: Millis,
        corp: usize,
        id: &str,
    ) -> Option<ExportTask> {
        let export = self.corp_mut(corp).jobs.exports.get_mut(id)?;
        match export.state {
            State::Waiting => {
                export.state = State::Running;
                None
            }
            State::Running => {
                export.state = State::Writing;
                let task = ExportTask { corp, id: id.to_owned(), at };
                if let Some(code) = export.fails {
                    self.finish_export(&task, Err(Fail::of(code)));
                    return None;
                }
                Some(task)
            }
            State::Writing | State::Done(_) | State::Failed => None,
        }
    }

    /// Stores the files of an export, or the reason of its failure, and sends the event to its submitter.
    pub(crate) fn finish_export(&mut self, task: &ExportTask, outcome: Result<Files, Fail>) {
        let corp = task.corp;
        let Some(export) = self.corp_mut(corp).jobs.exports.get_mut(&task.id) else {
            return;
        };
        let fail = outcome.as_ref().err().cloned();
        export.state = outcome.map_or(State::Failed, State::Done);
        let (kind, submitter) = (export.request.kind, export.submitter.clone());
        self.acting_at = task.at;
        self.links.free_dead(task.at);
        self.corp_mut(corp).jobs.clean();
        let Some(receiver) = submitter.credential.receiver() else {
            return;
        };
        let job = FinishedJob {
            id: task.id.clone(),
            kind: kind.name(),
            errcode: fail.as_ref().map_or(0, |fail| fail.code),
            errmsg: fail.map_or_else(|| "ok".into(), |fail| fail.text().to_owned()),
            to: JobReceiver::Submitter(receiver),
        };
        self.record_job(corp, job);
    }
}
