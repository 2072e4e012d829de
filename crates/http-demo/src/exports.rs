//! 异步导出: exports. The app calls.
//!
//! A submission returns the job's id. The key of its files stays in this process, which remembers the latest 100 jobs.

use std::{collections::VecDeque, io, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use http::{StatusCode, header};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wecom_contacts::{
    JobId, Polling, TagId,
    departments::Department,
    exports::*,
    members::{Member, SimpleMember},
};

use crate::{
    AppState,
    failure::{Failure, Reply},
    input::{InBody, InPath},
};

/// Number of jobs whose keys are remembered.
const JOBS: usize = 100;

#[derive(Clone, Copy, Debug)]
enum Kind {
    Members,
    SimpleMembers,
    Departments,
    Tag,
}

/// The keys of the latest exports.
#[derive(Debug, Default)]
pub(crate) struct ExportKeys(Mutex<VecDeque<(JobId, Kind, ExportKey)>>);

impl ExportKeys {
    fn insert(&self, job: JobId, kind: Kind, key: ExportKey) {
        let mut jobs = self.0.lock();
        jobs.push_back((job, kind, key));
        if jobs.len() > JOBS {
            jobs.pop_front();
        }
    }

    fn get(&self, id: &JobId) -> Option<(Kind, ExportKey)> {
        let jobs = self.0.lock();
        jobs.iter().rev().find(|(job, ..)| job == id).map(|(_, kind, key)| (*kind, key.clone()))
    }
}

/// What a submission may set.
#[derive(Debug, Serialize, Deserialize)]
struct Options {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    block_size: Option<u32>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Submitted {
    jobid: JobId,
}

type Started = Result<(StatusCode, Json<Submitted>), Failure>;

pub(crate) async fn members(State(state): State<AppState>, body: InBody) -> Started {
    submit(&state, body, state.reader.exports().members(), Kind::Members).await
}

pub(crate) async fn members_simple(State(state): State<AppState>, body: InBody) -> Started {
    submit(&state, body, state.reader.exports().members_simple(), Kind::SimpleMembers).await
}

pub(crate) async fn departments(State(state): State<AppState>, body: InBody) -> Started {
    submit(&state, body, state.reader.exports().departments(), Kind::Departments).await
}

pub(crate) async fn tag(State(state): State<AppState>, InPath(tag): InPath<TagId>, body: InBody) -> Started {
    submit(&state, body, state.reader.exports().tag(tag), Kind::Tag).await
}

async fn submit<E: ExportCall>(
    state: &AppState,
    body: InBody,
    submission: ExportSubmission<E>,
    kind: Kind,
) -> Started {
    let Options { block_size } = body.read()?;
    let submission = match block_size {
        Some(rows) => submission.block_size(rows),
        None => submission,
    };
    let job = submission.await?;
    state.export_keys.insert(job.id().clone(), kind, job.key().clone());
    Ok((StatusCode::ACCEPTED, Json(Submitted { jobid: job.id().clone() })))
}

pub(crate) async fn status(State(state): State<AppState>, InPath(job): InPath<JobId>) -> Reply<ExportStatus> {
    Ok(Json(state.reader.exports().status(job).await?))
}

/// Streams the rows of a finished job, one JSON object a line.
///
/// An error after the first row ends the stream with a line `{"error": …}`, and then breaks the connection. The rows before it
/// are not to be trusted.
pub(crate) async fn rows(
    State(state): State<AppState>,
    InPath(job): InPath<JobId>,
) -> Result<Response, Failure> {
    let (kind, key) = state.export_keys.get(&job).ok_or_else(|| {
        Failure::own(
            StatusCode::NOT_FOUND,
            "not_found",
            ("this process has no key of this job", "本进程没有该任务的密钥"),
            (
                "submit the export again; the keys of the latest 100 jobs are kept until the process ends",
                "请重新提交导出；进程运行期间只保留最近 100 个任务的密钥",
            ),
        )
    })?;
    match kind {
        Kind::Members => lines(&state, job, key, |row: &Member| json!(row)).await,
        Kind::SimpleMembers => lines(&state, job, key, |row: &SimpleMember| json!(row)).await,
        Kind::Departments => lines(&state, job, key, |row: &Department| json!(row)).await,
        Kind::Tag => lines(&state, job, key, tag_row).await,
    }
}

fn tag_row(row: &TagRow) -> Value {
    match row {
        TagRow::Member(member) => json!(member),
        TagRow::Department(id) => json!({"department": id}),
        _ => Value::Null,
    }
}

async fn lines<R: ExportRow>(
    state: &AppState,
    id: JobId,
    key: ExportKey,
    encode: impl Fn(&R) -> Value + Send + 'static,
) -> Result<Response, Failure> {
    let job = state.reader.exports().job::<R>(id, key);
    // The wait takes a lost answer for "still running", so the state is asked for first.
    job.status().await?;
    let export = job.wait(Polling::every(Duration::from_secs(1)).at_most(Duration::ZERO)).await?;
    let chunks = export.rows().batches().flat_map(move |batch| {
        stream::iter(match batch {
            Ok(rows) => vec![Ok(rows.iter().map(|row| format!("{}\n", encode(row))).collect::<String>())],
            Err(error) => {
                let broken = io::Error::other("the export ended with an error");
                vec![Ok(Failure::from(error).line()), Err(broken)]
            }
        })
    });
    Ok(([(header::CONTENT_TYPE, "application/jsonl")], Body::from_stream(chunks)).into_response())
}
