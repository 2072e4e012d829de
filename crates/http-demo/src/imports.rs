//! 异步导入: imports. Contacts-sync calls. The file is uploaded by `POST /media?type=file` first.

use axum::{Json, extract::State};
use http::StatusCode;
use wecom_contacts::{JobId, imports::*, media::JobStarted};

use crate::{
    AppState,
    failure::{Failure, Reply},
    input::{InBody, InPath},
};

type Started = Result<(StatusCode, Json<JobStarted>), Failure>;

/// Adds and updates members; members that the file does not have stay.
pub(crate) async fn sync_members(State(state): State<AppState>, body: InBody) -> Started {
    let request: SyncMembers = body.read()?;
    Ok((StatusCode::ACCEPTED, Json(state.writer.send(&request).await?)))
}

/// Replaces all members: those that the file does not have are deleted.
pub(crate) async fn replace_members(State(state): State<AppState>, body: InBody) -> Started {
    let request: ReplaceMembers = body.read()?;
    Ok((StatusCode::ACCEPTED, Json(state.writer.send(&request).await?)))
}

/// Replaces all departments: those that the file does not have are deleted.
pub(crate) async fn replace_departments(State(state): State<AppState>, body: InBody) -> Started {
    let request: ReplaceDepartments = body.read()?;
    Ok((StatusCode::ACCEPTED, Json(state.writer.send(&request).await?)))
}

pub(crate) async fn status(State(state): State<AppState>, InPath(job): InPath<JobId>) -> Reply<ImportStatus> {
    Ok(Json(state.writer.send(&GetImportResult::new(job)).await?))
}
