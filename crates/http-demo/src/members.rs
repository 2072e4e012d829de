//! 成员管理: members. Contacts-sync writes and lists ids, the app reads details.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use wecom_contacts::{DepartmentId, UserId, members::*};

use crate::{
    AppState,
    failure::{Failure, Reply},
    input::{InBody, InPath, InQuery},
};

/// Which members: those of a department, with or without those below it.
#[derive(Debug, Serialize, Deserialize)]
struct InDepartment {
    department_id: DepartmentId,
    #[serde(default)]
    fetch_child: bool,
}

pub(crate) async fn create(
    State(state): State<AppState>,
    body: InBody,
) -> Result<(StatusCode, Json<CreatedMember>), Failure> {
    let request: NewMember = body.read()?;
    Ok((StatusCode::CREATED, Json(state.writer.send(&request).await?)))
}

pub(crate) async fn list(State(state): State<AppState>, query: InQuery) -> Reply<MemberList> {
    let InDepartment { department_id, fetch_child } = query.read()?;
    let request = ListMembers::new(department_id);
    let request = if fetch_child { request.recursive() } else { request };
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn list_simple(State(state): State<AppState>, query: InQuery) -> Reply<SimpleMemberList> {
    let InDepartment { department_id, fetch_child } = query.read()?;
    let request = ListMembersSimple::new(department_id);
    let request = if fetch_child { request.recursive() } else { request };
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn list_ids(State(state): State<AppState>, query: InQuery) -> Reply<MemberIdPage> {
    let request: ListMemberIds = query.read()?;
    Ok(Json(state.writer.send(&request).await?))
}

pub(crate) async fn get(State(state): State<AppState>, InPath(userid): InPath<UserId>) -> Reply<Member> {
    Ok(Json(state.reader.send(&GetMember::new(userid)).await?))
}

/// An absent field stays; `null` or the empty value clears it.
pub(crate) async fn update(
    State(state): State<AppState>,
    InPath(userid): InPath<UserId>,
    body: InBody,
) -> Result<StatusCode, Failure> {
    let is_clearable = |name: &str| MemberField::from_name(name).is_some_and(MemberField::is_clearable);
    let request: UpdateMember = body.with("userid", userid).read_patch(is_clearable)?;
    state.writer.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete(
    State(state): State<AppState>,
    InPath(userid): InPath<UserId>,
) -> Result<StatusCode, Failure> {
    state.writer.send(&DeleteMember::new(userid)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete_many(State(state): State<AppState>, body: InBody) -> Result<StatusCode, Failure> {
    let request: DeleteMembers = body.read()?;
    state.writer.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn to_openid(
    State(state): State<AppState>,
    InPath(userid): InPath<UserId>,
) -> Reply<OpenIdReply> {
    Ok(Json(state.reader.send(&ToOpenId::new(userid)).await?))
}

pub(crate) async fn from_openid(State(state): State<AppState>, body: InBody) -> Reply<UserIdReply> {
    let request: FromOpenId = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

/// A POST, so that the mobile number is in no URL. The same holds for the mail address below.
pub(crate) async fn find_by_mobile(State(state): State<AppState>, body: InBody) -> Reply<UserIdReply> {
    let request: FindByMobile = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn find_by_email(State(state): State<AppState>, body: InBody) -> Reply<UserIdReply> {
    let request: FindByEmail = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn from_open_userids(
    State(state): State<AppState>,
    body: InBody,
) -> Reply<ConvertedUserIds> {
    let request: OpenUserIdsToUserIds = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn confirm_login(
    State(state): State<AppState>,
    InPath(userid): InPath<UserId>,
) -> Result<StatusCode, Failure> {
    state.writer.send(&ConfirmLogin::new(userid)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A POST, as the code serves once.
pub(crate) async fn tfa_info(State(state): State<AppState>, body: InBody) -> Reply<TfaInfo> {
    let request: GetTfaInfo = body.read()?;
    Ok(Json(state.writer.send(&request).await?))
}

pub(crate) async fn confirm_tfa(
    State(state): State<AppState>,
    InPath(userid): InPath<UserId>,
    body: InBody,
) -> Result<StatusCode, Failure> {
    let request: ConfirmTfa = body.with("userid", userid).read()?;
    state.writer.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn invite(State(state): State<AppState>, body: InBody) -> Reply<InvitationOutcome> {
    let request: Invitation = body.read()?;
    Ok(Json(state.writer.send(&request).await?))
}

pub(crate) async fn join_qrcode(State(state): State<AppState>, query: InQuery) -> Reply<JoinQrCode> {
    let request: GetJoinQrCode = query.read()?;
    Ok(Json(state.writer.send(&request).await?))
}

pub(crate) async fn active_count(
    State(state): State<AppState>,
    InPath(date): InPath<String>,
) -> Reply<ActiveStat> {
    Ok(Json(state.writer.send(&GetActiveStat::new(date)).await?))
}
