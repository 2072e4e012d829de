//! 标签管理: tags. Contacts-sync writes, the app reads.

use axum::{Json, extract::State};
use http::StatusCode;
use wecom_contacts::{TagId, tags::*};

use crate::{
    AppState,
    failure::{Failure, Reply},
    input::{InBody, InPath},
};

pub(crate) async fn create(
    State(state): State<AppState>,
    body: InBody,
) -> Result<(StatusCode, Json<CreatedTagId>), Failure> {
    let request: NewTag = body.read()?;
    Ok((StatusCode::CREATED, Json(state.writer.send(&request).await?)))
}

pub(crate) async fn list(State(state): State<AppState>) -> Reply<TagList> {
    Ok(Json(state.reader.send(&ListTags::new()).await?))
}

pub(crate) async fn get(State(state): State<AppState>, InPath(tag): InPath<TagId>) -> Reply<TagContent> {
    Ok(Json(state.reader.send(&GetTag::new(tag)).await?))
}

pub(crate) async fn rename(
    State(state): State<AppState>,
    InPath(tag): InPath<TagId>,
    body: InBody,
) -> Result<StatusCode, Failure> {
    let request: RenameTag = body.with("tagid", tag).read()?;
    state.writer.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete(
    State(state): State<AppState>,
    InPath(tag): InPath<TagId>,
) -> Result<StatusCode, Failure> {
    state.writer.send(&DeleteTag::new(tag)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The reply names the members and departments that were refused.
pub(crate) async fn add(
    State(state): State<AppState>,
    InPath(tag): InPath<TagId>,
    body: InBody,
) -> Reply<TagOutcome> {
    let request: AddTagNodes = body.with("tagid", tag).read()?;
    Ok(Json(state.writer.send(&request).await?))
}

pub(crate) async fn remove(
    State(state): State<AppState>,
    InPath(tag): InPath<TagId>,
    body: InBody,
) -> Reply<TagOutcome> {
    let request: RemoveTagNodes = body.with("tagid", tag).read()?;
    Ok(Json(state.writer.send(&request).await?))
}
