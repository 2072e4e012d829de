//! 互联企业: linked corps. The app calls. Ids have the form `CORPID/USERID` and `LINKID/DEPARTMENTID`.

use axum::{Json, extract::State};
use wecom_contacts::linked_corps::*;

use crate::{AppState, failure::Reply, input::InQuery};

pub(crate) async fn permissions(State(state): State<AppState>) -> Reply<LinkedPermissions> {
    Ok(Json(state.reader.send(&GetLinkedPermissions::default()).await?))
}

pub(crate) async fn member(State(state): State<AppState>, query: InQuery) -> Reply<LinkedMemberReply> {
    let request: GetLinkedMember = query.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn members_simple(
    State(state): State<AppState>,
    query: InQuery,
) -> Reply<LinkedSimpleMemberList> {
    let request: ListLinkedMembersSimple = query.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn members(State(state): State<AppState>, query: InQuery) -> Reply<LinkedMemberList> {
    let request: ListLinkedMembers = query.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn departments(
    State(state): State<AppState>,
    query: InQuery,
) -> Reply<LinkedDepartmentList> {
    let request: ListLinkedDepartments = query.read()?;
    Ok(Json(state.reader.send(&request).await?))
}
