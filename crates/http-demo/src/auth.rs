//! Tokens, addresses, logins. The app calls.

use axum::{Json, extract::State};
use serde::Serialize;
use wecom_contacts::auth::{
    GetApiDomainIp, GetCallbackIp, GetUserDetail, GetUserInfo, IpList, UserDetail, UserInfo,
};

use crate::{AppState, failure::Reply, input::InBody};

/// How long the access token of each client still lives. The tokens themselves stay inside.
#[derive(Debug, Serialize)]
pub(crate) struct TokenLifetimes {
    writer_expires_in: u64,
    reader_expires_in: u64,
}

pub(crate) async fn token(State(state): State<AppState>) -> Reply<TokenLifetimes> {
    let writer_expires_in = state.writer.auth().check().await?.as_secs();
    let reader_expires_in = state.reader.auth().check().await?.as_secs();
    Ok(Json(TokenLifetimes { writer_expires_in, reader_expires_in }))
}

pub(crate) async fn api_ips(State(state): State<AppState>) -> Reply<IpList> {
    Ok(Json(state.reader.send(&GetApiDomainIp::default()).await?))
}

pub(crate) async fn callback_ips(State(state): State<AppState>) -> Reply<IpList> {
    Ok(Json(state.reader.send(&GetCallbackIp::default()).await?))
}

/// A POST, as the code serves once.
pub(crate) async fn user_info(State(state): State<AppState>, body: InBody) -> Reply<UserInfo> {
    let request: GetUserInfo = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn user_detail(State(state): State<AppState>, body: InBody) -> Reply<UserDetail> {
    let request: GetUserDetail = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}
