//! 通讯录查看权限管理: rules on who sees whom. Contacts-sync calls.

use axum::{Json, extract::State};
use http::StatusCode;
use wecom_contacts::contact_rules::*;

use crate::{
    AppState,
    failure::{Failure, Reply},
    input::InBody,
};

pub(crate) async fn create(
    State(state): State<AppState>,
    body: InBody,
) -> Result<(StatusCode, Json<CreatedContactRules>), Failure> {
    let request: CreateContactRules = body.read()?;
    Ok((StatusCode::CREATED, Json(state.writer.send(&request).await?)))
}

pub(crate) async fn list(State(state): State<AppState>) -> Reply<ContactRuleList> {
    Ok(Json(state.writer.send(&ListContactRules::new()).await?))
}

pub(crate) async fn update(State(state): State<AppState>, body: InBody) -> Result<StatusCode, Failure> {
    let request: UpdateContactRules = body.read()?;
    state.writer.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete(State(state): State<AppState>, body: InBody) -> Result<StatusCode, Failure> {
    let request: DeleteContactRules = body.read()?;
    state.writer.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}
