//! The table of endpoints.

use super::{
    auth, chain_imports, contact_rules, corp_groups, departments, exports, identity, imports, linked_corps,
    media, members,
    route::{Handler, Route, get, post},
    tags,
};
use crate::world::Access;

/// Generates the lookup and the list of paths from one table.
macro_rules! endpoints {
    ($($path:literal => $route:expr,)+) => {
        /// The paths of all endpoints below `/cgi-bin/`.
        pub(crate) const PATHS: &[&str] = &[$($path),+];

        /// Returns the endpoint of this path.
        pub(super) fn route(path: &str) -> Option<Route> {
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
    "user/authsucc" => get(Write(Any, members::confirm_login)).writes("member", "userid"),
    "user/create" => post(Write(ContactsEdit, members::create)).writes("member", "userid"),
    "user/get" => get(Read(Details, members::get)).empty(&[
        "department",
        "order",
        "is_leader_in_dept",
        "direct_leader",
    ]),
    "user/update" => post(Write(ContactsEdit, members::update)).writes("member", "userid"),
    "user/delete" => get(Write(ContactsEdit, members::delete)).writes("member", "userid"),
    "user/batchdelete" => post(Write(ContactsEdit, members::delete_many)).writes("member", "useridlist"),
    "user/simplelist" => get(Read(Details, members::list_simple)).empty(&["userlist"]),
    "user/list" => get(Read(Details, members::list_details)).empty(&["userlist"]),
    "user/list_id" => post(Read(Contacts, members::list_ids)).empty(&["dept_user"]),
    "user/convert_to_openid" => post(Read(Any, identity::to_openid)),
    "user/convert_to_userid" => post(Read(Any, identity::from_openid)),
    "user/getuserid" => post(Write(Any, members::find_by_mobile)),
    "user/get_userid_by_email" => post(Write(Any, members::find_by_email)),
    "user/get_active_stat" => post(Read(Contacts, members::active_count)),
    "batch/invite" => post(Write(Any, members::invite)).writes("member", "user"),
    "batch/openuserid_to_userid" => post(Read(App, identity::from_open_userids)),
    "batch/userid_to_openuserid" => post(Read(Any, identity::to_open_userids)),
    "corp/get_join_qrcode" => get(Read(Contacts, members::join_qrcode)),
    "department/create" => post(Write(ContactsEdit, departments::create)).writes("department", "id"),
    "department/update" => post(Write(ContactsEdit, departments::update)).writes("department", "id"),
    "department/delete" => get(Write(ContactsEdit, departments::delete)).writes("department", "id"),
    "department/list" => get(Read(Details, departments::list)).empty(&["department"]),
    "department/simplelist" => get(Read(Any, departments::list_simple)).empty(&["department_id"]),
    "department/get" => get(Read(Details, departments::get)),
    "tag/create" => post(Write(Any, tags::create)).writes("tag", "tagid"),
    "tag/update" => post(Write(Any, tags::rename)).writes("tag", "tagid"),
    "tag/delete" => get(Write(Any, tags::delete)).writes("tag", "tagid"),
    "tag/get" => get(Read(Any, tags::get)).empty(&["userlist", "partylist"]),
    "tag/addtagusers" => post(Write(Any, tags::add)).writes("tag", "tagid"),
    "tag/deltagusers" => post(Write(Any, tags::remove)).writes("tag", "tagid"),
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
    "batch/syncuser" => post(Write(ContactsEdit, imports::sync_members)).writes("job", "jobid"),
    "batch/replaceuser" => post(Write(ContactsEdit, imports::replace_members)).writes("job", "jobid"),
    "batch/replaceparty" => post(Write(ContactsEdit, imports::replace_departments)).writes("job", "jobid"),
    "batch/getresult" => get(Read(Contacts, imports::result)).empty(&["result"]),
    "export/simple_user" => post(Write(Details, exports::members_simple)).writes("job", "jobid"),
    "export/user" => post(Write(Details, exports::members)).writes("job", "jobid"),
    "export/department" => post(Write(Details, exports::departments)).writes("job", "jobid"),
    "export/taguser" => post(Write(Any, exports::tag)).writes("job", "jobid"),
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
    "corpgroup/import_chain_contact" => post(Write(App, chain_imports::submit)).writes("job", "jobid"),
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
