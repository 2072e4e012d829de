//! 企业互联 and 上下游: corps in a group. The app calls.

use axum::{Json, extract::State};
use http::StatusCode;
use serde::Serialize;
use wecom_contacts::{ChainId, ChainRuleId, CorpId, JobId, corp_groups::*, media::JobStarted};

use crate::{
    AppState,
    failure::{Failure, Reply},
    input::{InBody, InPath, InQuery},
};

/// How long the token lives. The token itself stays inside.
#[derive(Debug, Serialize)]
pub(crate) struct LowerTokenLifetime {
    expires_in: i64,
}

pub(crate) async fn shared_corps(State(state): State<AppState>, query: InQuery) -> Reply<SharedCorpPage> {
    let request: ListAppShareInfo = query.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn lower_corp_token(
    State(state): State<AppState>,
    body: InBody,
) -> Reply<LowerTokenLifetime> {
    let request: GetLowerCorpToken = body.read()?;
    let expires_in = state.reader.send(&request).await?.expires_in;
    Ok(Json(LowerTokenLifetime { expires_in }))
}

/// A POST, so that the session key is in no URL.
pub(crate) async fn transfer_session(
    State(state): State<AppState>,
    body: InBody,
) -> Reply<MiniProgramSession> {
    let request: TransferSession = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn chains(State(state): State<AppState>) -> Reply<ChainList> {
    Ok(Json(state.reader.send(&ListChains::default()).await?))
}

pub(crate) async fn chains_of_corp(
    State(state): State<AppState>,
    InPath(corp): InPath<CorpId>,
) -> Reply<ChainList> {
    Ok(Json(state.reader.send(&ListChainsOfCorp::new(corp)).await?))
}

pub(crate) async fn groups(
    State(state): State<AppState>,
    InPath(chain): InPath<ChainId>,
    query: InQuery,
) -> Reply<ChainGroupList> {
    let request: ListChainGroups = query.with("chain_id", chain).read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn corps(
    State(state): State<AppState>,
    InPath(chain): InPath<ChainId>,
    query: InQuery,
) -> Reply<ChainCorpPage> {
    let request: ListChainCorps = query.with("chain_id", chain).read()?;
    Ok(Json(state.reader.send(&request).await?))
}

/// One corp, by `corpid` or `pending_corpid` of the query.
pub(crate) async fn corp(
    State(state): State<AppState>,
    InPath(chain): InPath<ChainId>,
    query: InQuery,
) -> Reply<ChainCorpInfo> {
    let request: GetChainCorp = query.with("chain_id", chain).read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn remove_corp(
    State(state): State<AppState>,
    InPath(chain): InPath<ChainId>,
    query: InQuery,
) -> Result<StatusCode, Failure> {
    let request: RemoveChainCorp = query.with("chain_id", chain).read()?;
    state.reader.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn custom_id(
    State(state): State<AppState>,
    InPath(chain): InPath<ChainId>,
    query: InQuery,
) -> Reply<MemberCustomId> {
    let request: GetMemberCustomId = query.with("chain_id", chain).read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn import_contacts(
    State(state): State<AppState>,
    InPath(chain): InPath<ChainId>,
    body: InBody,
) -> Result<(StatusCode, Json<JobStarted>), Failure> {
    let request: ImportChainContacts = body.with("chain_id", chain).read()?;
    Ok((StatusCode::ACCEPTED, Json(state.reader.send(&request).await?)))
}

pub(crate) async fn import_status(
    State(state): State<AppState>,
    InPath(job): InPath<JobId>,
) -> Reply<ContactsJobStatus> {
    Ok(Json(state.reader.send(&GetContactsJob::new(job)).await?))
}

pub(crate) async fn rule_ids(
    State(state): State<AppState>,
    InPath(chain): InPath<ChainId>,
) -> Reply<ChainRuleIds> {
    Ok(Json(state.reader.send(&ListChainRuleIds::new(chain)).await?))
}

pub(crate) async fn rule(
    State(state): State<AppState>,
    InPath((chain, rule)): InPath<(ChainId, ChainRuleId)>,
) -> Reply<ChainRuleReply> {
    Ok(Json(state.reader.send(&GetChainRule::new(chain, rule)).await?))
}

pub(crate) async fn add_rule(
    State(state): State<AppState>,
    InPath(chain): InPath<ChainId>,
    body: InBody,
) -> Result<(StatusCode, Json<AddedChainRule>), Failure> {
    let request: AddChainRule = body.with("chain_id", chain).read()?;
    Ok((StatusCode::CREATED, Json(state.reader.send(&request).await?)))
}

pub(crate) async fn modify_rule(
    State(state): State<AppState>,
    InPath((chain, rule)): InPath<(ChainId, ChainRuleId)>,
    body: InBody,
) -> Result<StatusCode, Failure> {
    let request: ModifyChainRule = body.with("chain_id", chain).with("rule_id", rule).read()?;
    state.reader.send(&request).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete_rule(
    State(state): State<AppState>,
    InPath((chain, rule)): InPath<(ChainId, ChainRuleId)>,
) -> Result<StatusCode, Failure> {
    state.reader.send(&DeleteChainRule::new(chain, rule)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn external_userids(State(state): State<AppState>, body: InBody) -> Reply<ExternalUserIds> {
    let request: UnionIdToExternalUserId = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn pending_id(State(state): State<AppState>, body: InBody) -> Reply<PendingId> {
    let request: UnionIdToPendingId = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}

pub(crate) async fn pending_ids(State(state): State<AppState>, body: InBody) -> Reply<CustomerPendingIds> {
    let request: ExternalUserIdToPendingId = body.read()?;
    Ok(Json(state.reader.send(&request).await?))
}
