//! 部门管理: departments. Contacts-sync writes, the app reads.

use axum::{Json, extract::State};
use http::StatusCode;
use wecom_contacts::{DepartmentId, departments::*};

use crate::{
    AppState,
    failure::{Failure, Reply},
    input::{InBody, InPath, InQuery},
};

pub(crate) async fn create(
    State(state): State<AppState>,
    body: InBody,
) -> Result<(StatusCode, Json<CreatedDepartmentId>), Failure> {
    let request: NewDepartment = body.read()?;
    Ok((StatusCode::CREATED, Json(state.writer.send(&request).await?)))
}

pub(crate) async fn list(State(state): State<AppState>, query: InQuery) -> Reply<DepartmentList> {
    let request: ListDepartments = query.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn get(
    State(state): State<AppState>,
    InPath(id): InPath<DepartmentId>,
) -> Reply<DepartmentReply> {
    Ok(Json(state.reader.send(&GetDepartment::new(id)).await?))
}

pub(crate) async fn update(
    State(state): State<AppState>,
    InPath(id): InPath<DepartmentId>,
    body: InBody,
) -> Result<StatusCode, Failure> {
    let request: UpdateDepartment = body.with("id", id).read_patch(|name| name == "name_en")?;
    state.writer.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete(
    State(state): State<AppState>,
    InPath(id): InPath<DepartmentId>,
) -> Result<StatusCode, Failure> {
    state.writer.send(&DeleteDepartment::new(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ids and parents alone. Both clients may ask; contacts-sync sees all.
pub(crate) async fn list_ids(State(state): State<AppState>, query: InQuery) -> Reply<DepartmentNodes> {
    let request: ListDepartmentIds = query.read()?;
    Ok(Json(state.writer.send(&request).await?))
}
