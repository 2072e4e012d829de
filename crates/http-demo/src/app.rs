//! Every route, on one page.

use std::time::Instant;

use axum::{
    Json, Router,
    extract::{MatchedPath, Request},
    handler::Handler,
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
    routing::{MethodFilter, MethodRouter, on},
};
use http::StatusCode;
use serde::Serialize;
use wecom_contacts::endpoints;

use crate::{
    AppState, access, auth, callback, contact_rules, corp_groups, departments, exports, failure::Failure,
    imports, linked_corps, media, members, tags,
};

/// A route of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RouteInfo {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// The call that it makes, as its path below `cgi-bin/`; `None` for a route of the server's own.
    pub call: Option<&'static str>,
    /// The official page of the call.
    pub page: Option<String>,
}

struct Entry {
    method: &'static str,
    path: &'static str,
    call: Option<&'static str>,
    handler: MethodRouter<AppState>,
}

fn table() -> Vec<Entry> {
    vec![
        own("GET", "/", index),
        // Tokens, addresses, logins
        get("/token", "gettoken", auth::token),
        get("/ips/api", "get_api_domain_ip", auth::api_ips),
        get("/ips/callback", "getcallbackip", auth::callback_ips),
        post("/logins/user-info", "auth/getuserinfo", auth::user_info),
        post("/logins/user-detail", "auth/getuserdetail", auth::user_detail),
        // Members (成员管理)
        post("/members", "user/create", members::create),
        get("/members", "user/list", members::list),
        get("/members/{userid}", "user/get", members::get),
        patch("/members/{userid}", "user/update", members::update),
        delete("/members/{userid}", "user/delete", members::delete),
        post("/member-deletions", "user/batchdelete", members::delete_many),
        get("/simple-members", "user/simplelist", members::list_simple),
        get("/member-ids", "user/list_id", members::list_ids),
        get("/members/{userid}/openid", "user/convert_to_openid", members::to_openid),
        post("/lookups/openid", "user/convert_to_userid", members::from_openid),
        post("/lookups/mobile", "user/getuserid", members::find_by_mobile),
        post("/lookups/email", "user/get_userid_by_email", members::find_by_email),
        post("/lookups/open-userids", "batch/openuserid_to_userid", members::from_open_userids),
        post("/members/{userid}/login-confirmation", "user/authsucc", members::confirm_login),
        post("/logins/second-factor", "auth/get_tfa_info", members::tfa_info),
        post("/members/{userid}/second-factor-confirmation", "user/tfa_succ", members::confirm_tfa),
        post("/invitations", "batch/invite", members::invite),
        get("/join-qrcode", "corp/get_join_qrcode", members::join_qrcode),
        get("/active-members/{date}", "user/get_active_stat", members::active_count),
        // Departments (部门管理)
        post("/departments", "department/create", departments::create),
        get("/departments", "department/list", departments::list),
        get("/departments/{id}", "department/get", departments::get),
        patch("/departments/{id}", "department/update", departments::update),
        delete("/departments/{id}", "department/delete", departments::delete),
        get("/department-ids", "department/simplelist", departments::list_ids),
        // Tags (标签管理)
        post("/tags", "tag/create", tags::create),
        get("/tags", "tag/list", tags::list),
        get("/tags/{tagid}", "tag/get", tags::get),
        patch("/tags/{tagid}", "tag/update", tags::rename),
        delete("/tags/{tagid}", "tag/delete", tags::delete),
        post("/tags/{tagid}/additions", "tag/addtagusers", tags::add),
        post("/tags/{tagid}/removals", "tag/deltagusers", tags::remove),
        // Rules on who sees whom (通讯录查看权限管理)
        post("/contact-rules", "contactrule/create", contact_rules::create),
        get("/contact-rules", "contactrule/list", contact_rules::list),
        put("/contact-rules", "contactrule/update", contact_rules::update),
        post("/contact-rule-deletions", "contactrule/delete", contact_rules::delete),
        // Media (素材管理)
        post("/media", "media/upload", media::upload),
        get("/media/{media_id}", "media/get", media::get),
        get("/media/{media_id}/voice", "media/get/jssdk", media::get_voice),
        post("/images", "media/uploadimg", media::upload_image),
        post("/url-uploads", "media/upload_by_url", media::upload_by_url),
        get("/url-uploads/{jobid}", "media/get_upload_by_url_result", media::upload_by_url_result),
        // Imports (异步导入). PUT replaces everything.
        post("/imports/members", "batch/syncuser", imports::sync_members),
        put("/imports/members", "batch/replaceuser", imports::replace_members),
        put("/imports/departments", "batch/replaceparty", imports::replace_departments),
        get("/imports/{jobid}", "batch/getresult", imports::status),
        // Exports (异步导出)
        post("/exports/simple-members", "export/simple_user", exports::members_simple),
        post("/exports/members", "export/user", exports::members),
        post("/exports/departments", "export/department", exports::departments),
        post("/exports/tags/{tagid}", "export/taguser", exports::tag),
        get("/exports/{jobid}", "export/get_result", exports::status),
        own("GET", "/exports/{jobid}/rows", exports::rows),
        // Linked corps (互联企业)
        get("/linked/permissions", "linkedcorp/agent/get_perm_list", linked_corps::permissions),
        get("/linked/member", "linkedcorp/user/get", linked_corps::member),
        get("/linked/simple-members", "linkedcorp/user/simplelist", linked_corps::members_simple),
        get("/linked/members", "linkedcorp/user/list", linked_corps::members),
        get("/linked/departments", "linkedcorp/department/list", linked_corps::departments),
        // Corps in a group (企业互联, 上下游)
        get("/shared-corps", "corpgroup/corp/list_app_share_info", corp_groups::shared_corps),
        post("/lower-corps/token", "corpgroup/corp/gettoken", corp_groups::lower_corp_token),
        post("/lower-corps/session", "miniprogram/transfer_session", corp_groups::transfer_session),
        get("/chains", "corpgroup/corp/get_chain_list", corp_groups::chains),
        get("/corps/{corpid}/chains", "corpgroup/get_corp_shared_chain_list", corp_groups::chains_of_corp),
        get("/chains/{chain_id}/groups", "corpgroup/corp/get_chain_group", corp_groups::groups),
        get("/chains/{chain_id}/corps", "corpgroup/corp/get_chain_corpinfo_list", corp_groups::corps),
        get("/chains/{chain_id}/corp", "corpgroup/corp/get_chain_corpinfo", corp_groups::corp),
        delete("/chains/{chain_id}/corp", "corpgroup/corp/remove_corp", corp_groups::remove_corp),
        get(
            "/chains/{chain_id}/custom-id",
            "corpgroup/corp/get_chain_user_custom_id",
            corp_groups::custom_id,
        ),
        post("/chains/{chain_id}/contacts", "corpgroup/import_chain_contact", corp_groups::import_contacts),
        get("/chain-imports/{jobid}", "corpgroup/getresult", corp_groups::import_status),
        get("/chains/{chain_id}/rules", "corpgroup/rule/list_ids", corp_groups::rule_ids),
        post("/chains/{chain_id}/rules", "corpgroup/rule/add_rule", corp_groups::add_rule),
        get("/chains/{chain_id}/rules/{rule_id}", "corpgroup/rule/get_rule_info", corp_groups::rule),
        put("/chains/{chain_id}/rules/{rule_id}", "corpgroup/rule/modify_rule", corp_groups::modify_rule),
        delete("/chains/{chain_id}/rules/{rule_id}", "corpgroup/rule/delete_rule", corp_groups::delete_rule),
        post("/external-userids", "corpgroup/unionid_to_external_userid", corp_groups::external_userids),
        post("/pending-ids", "corpgroup/unionid_to_pending_id", corp_groups::pending_id),
        post("/pending-ids/batch", "corpgroup/batch/external_userid_to_pending_id", corp_groups::pending_ids),
        // Callbacks (回调); `/callback` itself is the SDK's router.
        own("GET", "/events", callback::events),
    ]
}

/// Returns the router with access control: every request but a callback must come from this machine, and must send the key if
/// the state has one.
pub fn app(state: AppState) -> Router {
    let guard = from_fn_with_state(state.clone(), access::check);
    let callbacks = state.callbacks.router();
    contacts(state).layer(guard).merge(callbacks).layer(from_fn(log))
}

/// Returns the routes without access control and without the callback URL, for a server that has its own.
pub fn contacts(state: AppState) -> Router {
    let routes = table().into_iter();
    let router = routes.fold(Router::new(), |router, entry| router.route(entry.path, entry.handler));
    router.fallback(no_such_route).method_not_allowed_fallback(no_such_method).with_state(state)
}

/// Returns all routes that [`contacts`] has, in the order of the chapters.
pub fn routes() -> Vec<RouteInfo> {
    let info = |Entry { method, path, call, .. }| {
        let page = call.and_then(endpoints::find).map(|endpoint| endpoint.page_url());
        RouteInfo { method, path, call, page }
    };
    table().into_iter().map(info).collect()
}

async fn index() -> Json<Vec<RouteInfo>> {
    Json(routes())
}

async fn no_such_route() -> Failure {
    let message = ("there is no such route", "没有该路由");
    Failure::own(StatusCode::NOT_FOUND, "not_found", message, LISTED)
}

async fn no_such_method() -> Failure {
    let message = ("this route does not have this method", "该路由不支持此方法");
    Failure::own(StatusCode::METHOD_NOT_ALLOWED, "invalid_argument", message, LISTED)
}

const LISTED: (&str, &str) = ("`GET /` lists the routes", "`GET /` 列出全部路由");

/// Logs method, route and status. The path itself stays out, as it may hold a userid.
async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    tracing::info!(
        %method,
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        duration_ms = started.elapsed().as_millis() as u64,
        "request answered"
    );
    response
}

fn get<H: Handler<T, AppState>, T: 'static>(path: &'static str, call: &'static str, handler: H) -> Entry {
    entry("GET", path, Some(call), handler)
}

fn post<H: Handler<T, AppState>, T: 'static>(path: &'static str, call: &'static str, handler: H) -> Entry {
    entry("POST", path, Some(call), handler)
}

fn put<H: Handler<T, AppState>, T: 'static>(path: &'static str, call: &'static str, handler: H) -> Entry {
    entry("PUT", path, Some(call), handler)
}

fn patch<H: Handler<T, AppState>, T: 'static>(path: &'static str, call: &'static str, handler: H) -> Entry {
    entry("PATCH", path, Some(call), handler)
}

fn delete<H: Handler<T, AppState>, T: 'static>(path: &'static str, call: &'static str, handler: H) -> Entry {
    entry("DELETE", path, Some(call), handler)
}

/// A route that calls no endpoint.
fn own<H: Handler<T, AppState>, T: 'static>(method: &'static str, path: &'static str, handler: H) -> Entry {
    entry(method, path, None, handler)
}

fn entry<H: Handler<T, AppState>, T: 'static>(
    method: &'static str,
    path: &'static str,
    call: Option<&'static str>,
    handler: H,
) -> Entry {
    let filter = match method {
        "GET" => MethodFilter::GET,
        "POST" => MethodFilter::POST,
        "PUT" => MethodFilter::PUT,
        "PATCH" => MethodFilter::PATCH,
        _ => MethodFilter::DELETE,
    };
    Entry { method, path, call, handler: on(filter, handler) }
}
