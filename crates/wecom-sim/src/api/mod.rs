//! The API under `/cgi-bin/`: one module per chapter, one function per endpoint.
//!
//! A request passes, in this order: the route, the token, the caller's IP, the kind of secret, then the endpoint itself,
//! which judges the arguments. The order is a choice (not documented), see `docs/fidelity.md`.

mod args;
mod auth;
mod chain_imports;
mod contact_rules;
mod corp_groups;
mod departments;
mod exports;
mod fault_injection;
mod identity;
mod imports;
mod incoming;
mod linked_corps;
mod media;
mod member_form;
mod members;
mod refusal;
mod reply;
mod tags;

use std::{net::IpAddr, sync::Arc};

use axum::response::Response;
use http::{HeaderMap, Method};

pub(crate) use args::Args;
use args::BodyKind;
pub(crate) use incoming::Incoming;
pub(crate) use reply::Reply;

use crate::{
    clock::Millis,
    connections::ConnectionBreaker,
    media_downloads,
    request_log::{Logged, Trace, beginning},
    shared::Shared,
    world::{Access, Caller, Fail, World},
};

/// Bytes of an unknown path that the program's log shows.
const LOGGED_PATH: usize = 200;

/// One call, with all that an endpoint may look at beside the world.
pub(crate) struct Call {
    pub(crate) caller: Caller,
    pub(crate) args: Args,
    pub(crate) now: Millis,
}

pub(crate) type Outcome = Result<Reply, Fail>;

#[derive(Clone, Copy)]
pub(crate) enum Handler {
    /// Needs no token.
    Open(fn(&mut World, &Args, Millis, IpAddr) -> Outcome),
    /// Changes nothing, so that many run side by side.
    Read(Access, fn(&World, &Call) -> Outcome),
    /// Changes the world.
    Write(Access, fn(&mut World, &Call) -> Outcome),
}

#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) path: &'static str,
    pub(crate) post: bool,
    pub(crate) handler: Handler,
    /// List keys that a refusal carries empty, as seen in live answers.
    pub(crate) empty: &'static [&'static str],
}

const fn get(handler: Handler) -> Route {
    Route { path: "", post: false, handler, empty: &[] }
}

const fn post(handler: Handler) -> Route {
    Route { path: "", post: true, handler, empty: &[] }
}

impl Route {
    fn body(&self) -> BodyKind {
        match self.path {
            "media/upload" | "media/uploadimg" => BodyKind::Form,
            _ if self.post => BodyKind::Json,
            _ => BodyKind::None,
        }
    }

    const fn empty(self, keys: &'static [&'static str]) -> Self {
        Self { empty: keys, ..self }
    }
}

/// Takes the table of endpoints once, and makes both the look-up and the list of names of it.
macro_rules! endpoints {
    ($($path:literal => $route:expr,)+) => {
        /// Every endpoint's path below `/cgi-bin/`.
        pub(crate) const PATHS: &[&str] = &[$($path),+];

        fn route(path: &str) -> Option<Route> {
            use Access::{Any, App, Contacts, ContactsEdit, Details};
            use Handler::{Open, Read, Write};
            Some(match path {
                $($path => Route { path: $path, ..$route },)+
                _ => return None,
            })
        }
    };
}

endpoints! {
    "gettoken" => get(Open(auth::gettoken)),
    "get_api_domain_ip" => get(Read(Any, auth::api_ips)).empty(&["ip_list"]),
    "getcallbackip" => get(Read(Any, auth::callback_ips)).empty(&["ip_list"]),
    "auth/getuserinfo" => get(Write(Any, identity::user_info)),
    "user/getuserinfo" => get(Write(Any, identity::user_info_of_old)),
    "auth/getuserdetail" => post(Read(App, identity::user_detail)),
    "user/getuserdetail" => post(Read(App, identity::user_detail)),
    "auth/get_tfa_info" => post(Write(Any, identity::tfa_info)),
    "user/tfa_succ" => post(Write(Any, identity::confirm_tfa)),
    "user/authsucc" => get(Write(Any, members::confirm_login)),
    "user/create" => post(Write(ContactsEdit, members::create)),
    "user/get" => get(Read(Details, members::get)).empty(&[
        "department",
        "order",
        "is_leader_in_dept",
        "direct_leader",
    ]),
    "user/update" => post(Write(ContactsEdit, members::update)),
    "user/delete" => get(Write(ContactsEdit, members::delete)),
    "user/batchdelete" => post(Write(ContactsEdit, members::delete_many)),
    "user/simplelist" => get(Read(Details, members::list_simple)).empty(&["userlist"]),
    "user/list" => get(Read(Details, members::list_details)).empty(&["userlist"]),
    "user/list_id" => post(Read(Contacts, members::list_ids)).empty(&["dept_user"]),
    "user/convert_to_openid" => post(Read(Any, identity::to_openid)),
    "user/convert_to_userid" => post(Read(Any, identity::from_openid)),
    "user/getuserid" => post(Write(Any, members::find_by_mobile)),
    "user/get_userid_by_email" => post(Write(Any, members::find_by_email)),
    "user/get_active_stat" => post(Read(Contacts, members::active_count)),
    "batch/invite" => post(Write(Any, members::invite)),
    "batch/openuserid_to_userid" => post(Read(App, identity::from_open_userids)),
    "batch/userid_to_openuserid" => post(Read(Any, identity::to_open_userids)),
    "corp/get_join_qrcode" => get(Read(Contacts, members::join_qrcode)),
    "department/create" => post(Write(ContactsEdit, departments::create)),
    "department/update" => post(Write(ContactsEdit, departments::update)),
    "department/delete" => get(Write(ContactsEdit, departments::delete)),
    "department/list" => get(Read(Details, departments::list)).empty(&["department"]),
    "department/simplelist" => get(Read(Any, departments::list_simple)).empty(&["department_id"]),
    "department/get" => get(Read(Details, departments::get)),
    "tag/create" => post(Write(Any, tags::create)),
    "tag/update" => post(Write(Any, tags::rename)),
    "tag/delete" => get(Write(Any, tags::delete)),
    "tag/get" => get(Read(Any, tags::get)).empty(&["userlist", "partylist"]),
    "tag/addtagusers" => post(Write(Any, tags::add)),
    "tag/deltagusers" => post(Write(Any, tags::remove)),
    "tag/list" => get(Read(Any, tags::list)).empty(&["taglist"]),
    "contactrule/create" => post(Write(ContactsEdit, contact_rules::create)),
    "contactrule/list" => post(Read(Contacts, contact_rules::list)),
    "contactrule/update" => post(Write(ContactsEdit, contact_rules::update)),
    "contactrule/delete" => post(Write(ContactsEdit, contact_rules::delete)),
    "media/upload" => post(Write(Any, media::upload)),
    "media/get" => get(Read(Any, media::get)),
    "media/get/jssdk" => get(Read(Any, media::get_jssdk)),
    "media/uploadimg" => post(Write(Any, media::upload_picture)),
    "media/upload_by_url" => post(Write(App, media::upload_by_url)),
    "media/get_upload_by_url_result" => post(Read(App, media::upload_by_url_result)),
    "batch/syncuser" => post(Write(ContactsEdit, imports::sync_members)),
    "batch/replaceuser" => post(Write(ContactsEdit, imports::replace_members)),
    "batch/replaceparty" => post(Write(ContactsEdit, imports::replace_departments)),
    "batch/getresult" => get(Read(Contacts, imports::result)).empty(&["result"]),
    "export/simple_user" => post(Write(Details, exports::members_simple)),
    "export/user" => post(Write(Details, exports::members)),
    "export/department" => post(Write(Details, exports::departments)),
    "export/taguser" => post(Write(Any, exports::tag)),
    "export/get_result" => get(Write(Any, exports::result)),
    "linkedcorp/agent/get_perm_list" => post(Read(App, linked_corps::permissions)),
    "linkedcorp/user/get" => post(Read(App, linked_corps::member)),
    "linkedcorp/user/simplelist" => post(Read(App, linked_corps::members_simple)),
    "linkedcorp/user/list" => post(Read(App, linked_corps::members)),
    "linkedcorp/department/list" => post(Read(App, linked_corps::departments)),
    "corpgroup/corp/list_app_share_info" => post(Read(App, corp_groups::shares)),
    "corpgroup/corp/gettoken" => post(Write(App, corp_groups::token)),
    "miniprogram/transfer_session" => post(Read(App, corp_groups::transfer_session)),
    "corpgroup/corp/get_chain_list" => get(Read(App, corp_groups::chains)),
    "corpgroup/corp/get_chain_group" => post(Read(App, corp_groups::chain_groups)),
    "corpgroup/corp/get_chain_corpinfo_list" => post(Read(App, corp_groups::chain_corps)),
    "corpgroup/corp/get_chain_corpinfo" => post(Read(App, corp_groups::chain_corp)),
    "corpgroup/corp/remove_corp" => post(Write(App, corp_groups::remove_corp)),
    "corpgroup/corp/get_chain_user_custom_id" => post(Read(App, corp_groups::user_custom_id)),
    "corpgroup/get_corp_shared_chain_list" => post(Read(App, corp_groups::shared_chains)),
    "corpgroup/import_chain_contact" => post(Write(App, chain_imports::submit)),
    "corpgroup/getresult" => get(Read(App, chain_imports::result)),
    "corpgroup/rule/list_ids" => post(Read(App, corp_groups::rule_ids)),
    "corpgroup/rule/get_rule_info" => post(Read(App, corp_groups::rule)),
    "corpgroup/rule/add_rule" => post(Write(App, corp_groups::add_rule)),
    "corpgroup/rule/modify_rule" => post(Write(App, corp_groups::modify_rule)),
    "corpgroup/rule/delete_rule" => post(Write(App, corp_groups::delete_rule)),
    "corpgroup/unionid_to_external_userid" => post(Read(App, corp_groups::external_userids)),
    "corpgroup/unionid_to_pending_id" => post(Read(App, corp_groups::pending_id)),
    "corpgroup/batch/external_userid_to_pending_id" => post(Read(App, corp_groups::pending_ids)),
}

/// A request whose endpoint is known and whose arguments are read.
struct Received {
    incoming: Incoming,
    route: Route,
    args: Args,
}

/// Answers one request, or breaks its connection.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    incoming: Incoming,
    breaker: &ConnectionBreaker,
) -> Response {
    let path = incoming.uri.path().strip_prefix("/cgi-bin/").unwrap_or_default();
    let Some(route) = route(path) else {
        let path = beginning(path, LOGGED_PATH);
        tracing::warn!(?path, "a call that the simulator does not know");
        return reply::unknown_path();
    };
    let args = Args::read(&incoming, route.body()).await;
    if shared.faults.has_call_rules() || shared.rate_limiter.is_on() {
        return fault_injection::answer(shared, Received { incoming, route, args }, breaker).await;
    }
    let (now, mut trace) = (shared.clock.now(), Trace::default());
    let outcome = execute(shared, &incoming, &route, args, now, &mut trace);
    note(shared, incoming, &route, outcome, now, trace)
}

/// Executes a call.
fn execute(
    shared: &Arc<Shared>,
    incoming: &Incoming,
    route: &Route,
    args: Args,
    now: Millis,
    trace: &mut Trace,
) -> Outcome {
    let outcome = dispatch(shared, incoming, route, args, now, trace)
        .and_then(|reply| reply.in_pieces(&incoming.headers));
    if matches!(route.handler, Handler::Write(..)) {
        media_downloads::start_downloads(shared);
    }
    outcome
}

/// Writes a call into the log, and its answer.
fn note(
    shared: &Shared,
    incoming: Incoming,
    route: &Route,
    outcome: Outcome,
    now: Millis,
    trace: Trace,
) -> Response {
    let ip = incoming.ip;
    let headers = log(shared, incoming, errcode(&outcome), now, trace);
    match outcome {
        Ok(reply) => reply.into_response(&headers),
        Err(fail) => fail.into_response(now, ip, route.empty),
    }
}

/// The code that the answer has; none for a file.
fn errcode(outcome: &Outcome) -> Option<i32> {
    match outcome {
        Ok(reply) => reply.errcode(),
        Err(fail) => Some(fail.code),
    }
}

/// Enters a request into the log, which needs all of it but its headers.
fn log(shared: &Shared, incoming: Incoming, errcode: Option<i32>, at: Millis, trace: Trace) -> HeaderMap {
    let Incoming { method, uri, headers, body, .. } = incoming;
    let logged = Logged::new(at, method, &uri, &body, errcode, trace);
    shared.requests.lock().push(logged);
    headers
}

fn dispatch(
    shared: &Shared,
    incoming: &Incoming,
    route: &Route,
    args: Args,
    now: Millis,
    trace: &mut Trace,
) -> Outcome {
    if route.post && incoming.method != Method::POST {
        // The help of 40058 names GET where POST is asked.
        return Err(Fail::new(40058, "invalid Request Parameter, POST is required"));
    }
    let identify = |world: &World, args: &Args, access| {
        args.set_strict_numbers(world.choices.strict_numbers);
        let caller = world.authenticate(args.access_token(), now)?;
        world.check_ip(&caller, incoming.ip)?;
        world.check_access(&caller, access)?;
        if world.choices.refuse_unicode_escapes && args.has_body() && has_escapes(&incoming.body) {
            return Err(Fail::of(40033));
        }
        Ok::<_, Fail>(caller)
    };
    let (warned, outcome) = match route.handler {
        Handler::Open(handler) => {
            let mut world = shared.world.write();
            world.acting_at = now;
            trace.executed = true;
            args.set_strict_numbers(world.choices.strict_numbers);
            let outcome = handler(&mut world, &args, now, incoming.ip);
            (args.is_misread(), outcome)
        }
        Handler::Read(access, handler) => {
            let world = shared.world.read();
            let caller = identify(&world, &args, access)?;
            trace.reached_by(&caller);
            let call = Call { caller, args, now };
            let outcome = handler(&world, &call);
            (call.args.is_misread(), outcome)
        }
        Handler::Write(access, handler) => {
            let mut world = shared.world.write();
            world.acting_at = now;
            let caller = identify(&world, &args, access)?;
            trace.reached_by(&caller);
            let call = Call { caller, args, now };
            let outcome = handler(&mut world, &call);
            (call.args.is_misread(), outcome)
        }
    };
    if warned { outcome.map(Reply::with_warning).map_err(Fail::with_warning) } else { outcome }
}

/// Whether JSON text holds a `\uXXXX` escape; in `\\u` the backslash itself is escaped.
fn has_escapes(body: &[u8]) -> bool {
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'\\' && bytes.next() == Some(&b'u') {
            return true;
        }
    }
    false
}
