//! The table of all endpoints: path, method, chapter, access (read or write), official page, and the types of the request
//! and the reply.
//!
//! The macro below generates the [`Endpoint`] implementation of each request from its row, so every call of the SDK has a
//! row. To add an endpoint, define its request and reply in the chapter's module and add a row here.
//!
//! ```
//! use wecom_contacts::endpoints::{self, Access};
//!
//! let writes = endpoints::ALL.iter().filter(|endpoint| endpoint.access() == Access::Write);
//! for endpoint in writes {
//!     println!("{} {} ({})", endpoint.method(), endpoint.path(), endpoint.page_url());
//! }
//! assert_eq!(endpoints::find("user/get").unwrap().page(), 90196);
//! ```

#![expect(clippy::disallowed_methods, reason = "this is the table")]

use std::fmt::Debug;

use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Call, Endpoint, auth::*, contact_rules::*, corp_groups::*, departments::*, exports::*, imports::*,
    linked_corps::*, media::*, members::*, tags::*,
};

/// The properties of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EndpointInfo {
    call: Call,
    chapter: Chapter,
    access: Access,
    page: u32,
    at_once: Option<u32>,
}

/// A chapter of the official documentation. Each has a module in this crate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Chapter {
    /// Tokens, IP addresses and logins: [`auth`](crate::auth).
    Auth,
    /// 成员管理: [`members`](crate::members).
    Members,
    /// 部门管理: [`departments`](crate::departments).
    Departments,
    /// 标签管理: [`tags`](crate::tags).
    Tags,
    /// 通讯录查看权限管理: [`contact_rules`](crate::contact_rules).
    ContactRules,
    /// 素材管理: [`media`](crate::media).
    Media,
    /// 异步导入: [`imports`](crate::imports).
    Imports,
    /// 异步导出: [`exports`](crate::exports).
    Exports,
    /// 互联企业: [`linked_corps`](crate::linked_corps).
    LinkedCorps,
    /// 企业互联 and 上下游: [`corp_groups`](crate::corp_groups).
    CorpGroups,
}

/// The effect of an endpoint on the corp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// Leaves the corp's data unchanged. Such a call can still start an export or consume a code.
    Read,
    /// Changes the corp's data (contacts, rules, media) or affects its members (invitations, logins).
    Write,
}

/// Receives the types of each endpoint: see [`visit`].
pub trait EndpointVisitor {
    /// Receives one endpoint.
    fn endpoint<E>(&mut self, info: &'static EndpointInfo)
    where
        E: Endpoint + DeserializeOwned + Debug + 'static,
        E::Reply: Serialize + Debug;
}

/// Returns the endpoint with this path below `cgi-bin/`, or `None` if the table lacks it.
pub fn find(path: &str) -> Option<&'static EndpointInfo> {
    ALL.iter().find(|endpoint| endpoint.path() == path)
}

/// Returns the most similar path, or `None` if all paths differ too much.
pub(crate) fn nearest(path: &str) -> Option<&'static str> {
    let path = path.trim_matches('/');
    let path = path.strip_prefix("cgi-bin/").unwrap_or(path);
    let path = &path[..path.floor_char_boundary(LONGEST_PATH)];
    let near = ALL.iter().map(|endpoint| (edits(path, endpoint.path()), endpoint.path())).min()?;
    (near.0 * 3 <= path.len()).then_some(near.1)
}

/// Exceeds the length of every path.
const LONGEST_PATH: usize = 64;

/// Returns the minimum number of inserted, removed or replaced bytes between two texts (Levenshtein distance).
fn edits(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, byte) in one.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in other.bytes().enumerate() {
            let replaced = diagonal + usize::from(byte != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

impl EndpointInfo {
    /// Returns the path below `cgi-bin/`, such as `user/get`.
    pub const fn path(&self) -> &'static str {
        self.call.path()
    }

    /// Returns `GET` or `POST`.
    pub const fn method(&self) -> &'static str {
        if self.call.is_get() { "GET" } else { "POST" }
    }

    /// Returns the method, the path, and whether the call can be repeated.
    pub const fn call(&self) -> Call {
        self.call
    }

    /// Returns the chapter.
    pub const fn chapter(&self) -> Chapter {
        self.chapter
    }

    /// Returns the effect on the corp.
    pub const fn access(&self) -> Access {
        self.access
    }

    /// Returns the number of the official page.
    pub const fn page(&self) -> u32 {
        self.page
    }

    /// Returns the URL of the official page.
    pub fn page_url(&self) -> String {
        format!("https://developer.work.weixin.qq.com/document/path/{}", self.page)
    }

    /// Returns the maximum number of concurrent calls of one corp, if the page states one. Further calls fail with 45033.
    pub const fn at_once(&self) -> Option<u32> {
        self.at_once
    }

    /// Creates a row of a read. Reads are repeatable, except with [`once`](Self::once).
    const fn read(call: Call, chapter: Chapter, page: u32) -> Self {
        Self { call: call.repeatable(), chapter, access: Access::Read, page, at_once: None }
    }

    /// Creates a row of a write. Writes are sent once.
    const fn write(call: Call, chapter: Chapter, page: u32) -> Self {
        Self { call: call.once(), chapter, access: Access::Write, page, at_once: None }
    }

    const fn once(self) -> Self {
        Self { call: self.call.once(), ..self }
    }

    const fn limit(self, at_once: u32) -> Self {
        Self { at_once: Some(at_once), ..self }
    }
}

impl Chapter {
    /// Returns the name of the module, which is also the name of its tests and samples: `members`, `linked_corps`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Members => "members",
            Self::Departments => "departments",
            Self::Tags => "tags",
            Self::ContactRules => "contact_rules",
            Self::Media => "media",
            Self::Imports => "imports",
            Self::Exports => "exports",
            Self::LinkedCorps => "linked_corps",
            Self::CorpGroups => "corp_groups",
        }
    }
}

/// Generates the table and the items in the parentheses of each row. `(Request => Reply)` implements [`Endpoint`] for the
/// request. `(NAME)` defines a constant of type [`Call`], for calls whose request or reply is not JSON.
macro_rules! endpoints {
    ($($chapter:ident { $(
        $access:ident $method:ident $path:literal $page:literal ($($made:tt)+) $($option:ident $(($count:literal))?)*;
    )* })*) => {
        /// All endpoints of the SDK, by chapter.
        pub const ALL: &[EndpointInfo] = &[$($(
            EndpointInfo::$access(Call::$method($path), Chapter::$chapter, $page)$(.$option($($count)?))*,
        )*)*];

        $($(endpoint! {
            EndpointInfo::$access(Call::$method($path), Chapter::$chapter, $page)$(.$option($($count)?))*,
            $($made)+
        })*)*

        /// Passes the types of each endpoint to the visitor, in the order of [`ALL`], for fixtures, recorders and
        /// fuzzers. It skips calls whose request or reply is not JSON: `gettoken`, uploads and downloads of media.
        pub fn visit(visitor: &mut impl EndpointVisitor) {
            let mut infos = ALL.iter();
            $($(
                let info = infos.next().expect("each row is in the table");
                visit_endpoint!(visitor, info, $($made)+);
            )*)*
        }
    };
}

macro_rules! endpoint {
    ($info:expr, $request:ident => $reply:ty) => {
        impl Endpoint for $request {
            const CALL: Call = $info.call;
            type Reply = $reply;
        }
    };
    ($info:expr, $name:ident) => {
        pub(crate) const $name: Call = $info.call;
    };
}

macro_rules! visit_endpoint {
    ($visitor:ident, $info:ident, $request:ident => $reply:ty) => {
        $visitor.endpoint::<$request>($info);
    };
    ($visitor:ident, $info:ident, $name:ident) => {
        let _ = $info;
    };
}

endpoints! {
    Auth {
        read  get  "gettoken"                                 91039 (GETTOKEN);
        read  get  "get_api_domain_ip"                        92520 (GetApiDomainIp => IpList);
        read  get  "getcallbackip"                            92521 (GetCallbackIp => IpList);
        // The code is valid once.
        read  get  "auth/getuserinfo"                         91023 (GetUserInfo => UserInfo) once;
        read  post "auth/getuserdetail"                       95833 (GetUserDetail => UserDetail);
    }
    Members {
        write post "user/create"                              90195 (NewMember => CreatedMember);
        read  get  "user/get"                                 90196 (GetMember => Member);
        write post "user/update"                              90197 (UpdateMember => ());
        write get  "user/delete"                              90198 (DeleteMember => ());
        write post "user/batchdelete"                         90199 (DeleteMembers => ());
        read  get  "user/simplelist"                          90200 (ListMembersSimple => SimpleMemberList);
        read  get  "user/list"                                90201 (ListMembers => MemberList);
        read  post "user/list_id"                             96067 (ListMemberIds => MemberIdPage);
        read  post "user/convert_to_openid"                   90202 (ToOpenId => OpenIdReply);
        read  post "user/convert_to_userid"                   90202 (FromOpenId => UserIdReply);
        write get  "user/authsucc"                            90203 (ConfirmLogin => ());
        // The code is valid once.
        read  post "auth/get_tfa_info"                        99499 (GetTfaInfo => TfaInfo) once limit(20);
        write post "user/tfa_succ"                            99500 (ConfirmTfa => ()) limit(20);
        write post "batch/invite"                             90975 (Invitation => InvitationOutcome);
        read  get  "corp/get_join_qrcode"                     91714 (GetJoinQrCode => JoinQrCode);
        read  post "user/get_active_stat"                     92714 (GetActiveStat => ActiveStat);
        read  post "user/getuserid"                           95402 (FindByMobile => UserIdReply);
        read  post "user/get_userid_by_email"                 95895 (FindByEmail => UserIdReply);
        read  post "batch/openuserid_to_userid"               95884 (OpenUserIdsToUserIds => ConvertedUserIds);
    }
    Departments {
        write post "department/create"                        90205 (NewDepartment => CreatedDepartmentId);
        write post "department/update"                        90206 (UpdateDepartment => ());
        write get  "department/delete"                        90207 (DeleteDepartment => ());
        read  get  "department/list"                          90208 (ListDepartments => DepartmentList);
        read  get  "department/simplelist"                    95350 (ListDepartmentIds => DepartmentNodes);
        read  get  "department/get"                           95351 (GetDepartment => DepartmentReply);
    }
    Tags {
        write post "tag/create"                               90210 (NewTag => CreatedTagId);
        write post "tag/update"                               90211 (RenameTag => ());
        write get  "tag/delete"                               90212 (DeleteTag => ());
        read  get  "tag/get"                                  90213 (GetTag => TagContent);
        write post "tag/addtagusers"                          90214 (AddTagNodes => TagOutcome);
        write post "tag/deltagusers"                          90215 (RemoveTagNodes => TagOutcome);
        read  get  "tag/list"                                 90216 (ListTags => TagList);
    }
    ContactRules {
        write post "contactrule/create"                       101536 (CreateContactRules => CreatedContactRules);
        read  post "contactrule/list"                         101537 (ListContactRules => ContactRuleList);
        write post "contactrule/update"                       101539 (UpdateContactRules => ());
        write post "contactrule/delete"                       101540 (DeleteContactRules => ());
    }
    Media {
        write post "media/upload"                             90253 (UPLOAD_MEDIA);
        read  get  "media/get"                                90254 (GET_MEDIA);
        read  get  "media/get/jssdk"                          90255 (GET_VOICE);
        write post "media/uploadimg"                          90256 (UPLOAD_IMAGE);
        write post "media/upload_by_url"                      96219 (UploadByUrl => JobStarted);
        read  post "media/get_upload_by_url_result"           96219 (GetUploadByUrlResult => UrlUpload);
    }
    Imports {
        write post "batch/syncuser"                           90980 (SyncMembers => JobStarted);
        write post "batch/replaceuser"                        90981 (ReplaceMembers => JobStarted);
        write post "batch/replaceparty"                       90982 (ReplaceDepartments => JobStarted);
        read  get  "batch/getresult"                          90983 (GetImportResult => ImportStatus);
    }
    Exports {
        // Each call starts a new job.
        read  post "export/simple_user"                       94849 (ExportMembersSimple => JobStarted) once;
        read  post "export/user"                              94851 (ExportMembers => JobStarted) once;
        read  post "export/department"                        94852 (ExportDepartments => JobStarted) once;
        read  post "export/taguser"                           94853 (ExportTag => JobStarted) once;
        read  get  "export/get_result"                        94854 (GetExportResult => ExportStatus);
    }
    LinkedCorps {
        read  post "linkedcorp/agent/get_perm_list"           93172 (GetLinkedPermissions => LinkedPermissions);
        read  post "linkedcorp/user/get"                      93171 (GetLinkedMember => LinkedMemberReply);
        read  post "linkedcorp/user/simplelist"               93168 (ListLinkedMembersSimple => LinkedSimpleMemberList);
        read  post "linkedcorp/user/list"                     93169 (ListLinkedMembers => LinkedMemberList);
        read  post "linkedcorp/department/list"               93170 (ListLinkedDepartments => LinkedDepartmentList);
    }
    CorpGroups {
        read  post "corpgroup/corp/list_app_share_info"       95813 (ListAppShareInfo => SharedCorpPage);
        read  post "corpgroup/corp/gettoken"                  93359 (GetLowerCorpToken => LowerCorpToken);
        read  post "miniprogram/transfer_session"             95817 (TransferSession => MiniProgramSession) once;
        read  get  "corpgroup/corp/get_chain_list"            95820 (ListChains => ChainList);
        read  post "corpgroup/get_corp_shared_chain_list"     97442 (ListChainsOfCorp => ChainList);
        read  post "corpgroup/corp/get_chain_group"           95820 (ListChainGroups => ChainGroupList);
        read  post "corpgroup/corp/get_chain_corpinfo_list"   95820 (ListChainCorps => ChainCorpPage);
        read  post "corpgroup/corp/get_chain_corpinfo"        95820 (GetChainCorp => ChainCorpInfo);
        write post "corpgroup/corp/remove_corp"               95822 (RemoveChainCorp => ()) limit(1);
        read  post "corpgroup/corp/get_chain_user_custom_id"  97441 (GetMemberCustomId => MemberCustomId);
        write post "corpgroup/import_chain_contact"           95821 (ImportChainContacts => JobStarted);
        // The page does not state the method. Its parameters have the form of a query.
        read  get  "corpgroup/getresult"                      95823 (GetContactsJob => ContactsJobStatus) limit(5);
        read  post "corpgroup/rule/list_ids"                  95631 (ListChainRuleIds => ChainRuleIds);
        read  post "corpgroup/rule/get_rule_info"             95633 (GetChainRule => ChainRuleReply);
        write post "corpgroup/rule/add_rule"                  95634 (AddChainRule => AddedChainRule);
        write post "corpgroup/rule/modify_rule"               95635 (ModifyChainRule => ());
        write post "corpgroup/rule/delete_rule"               95632 (DeleteChainRule => ());
        read  post "corpgroup/unionid_to_external_userid"     95818 (UnionIdToExternalUserId => ExternalUserIds);
        // A call can create an id. Repeating it has no further effect that matters.
        read  post "corpgroup/unionid_to_pending_id"          97357 (UnionIdToPendingId => PendingId);
        read  post "corpgroup/batch/external_userid_to_pending_id" 97357 (ExternalUserIdToPendingId => CustomerPendingIds);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_path_is_in_the_table_once() {
        let paths: HashSet<&str> = ALL.iter().map(EndpointInfo::path).collect();
        assert_eq!(paths.len(), ALL.len());
        assert!(ALL.iter().all(|endpoint| find(endpoint.path()) == Some(endpoint)));
        assert!(ALL.iter().all(|endpoint| endpoint.path().len() <= LONGEST_PATH));
        assert!(ALL.is_sorted_by_key(EndpointInfo::chapter));
    }

    #[test]
    fn a_write_is_never_repeated_blindly() {
        let repeated = ALL.iter().find(|info| info.access() == Access::Write && info.call().is_repeatable());
        assert_eq!(repeated, None);
    }

    #[test]
    fn trap_07_what_a_row_says_is_what_is_sent() {
        assert_eq!(DeleteTag::CALL, Call::get("tag/delete").once());
        assert_eq!(ListMemberIds::CALL, Call::post("user/list_id").repeatable());
        assert_eq!(GetUserInfo::CALL, Call::get("auth/getuserinfo").once());
        let info = find("corpgroup/corp/remove_corp").unwrap();
        assert_eq!((info.call(), info.at_once(), info.method()), (RemoveChainCorp::CALL, Some(1), "POST"));
        assert_eq!(info.page_url(), "https://developer.work.weixin.qq.com/document/path/95822");
    }

    #[test]
    fn the_visitor_sees_every_endpoint_that_has_types() {
        struct Seen(Vec<&'static str>);

        impl EndpointVisitor for Seen {
            fn endpoint<E: Endpoint>(&mut self, info: &'static EndpointInfo) {
                assert_eq!(E::CALL, info.call());
                self.0.push(info.path());
            }
        }

        let mut seen = Seen(Vec::new());
        visit(&mut seen);
        let untyped = ["gettoken", "media/upload", "media/get", "media/get/jssdk", "media/uploadimg"];
        let typed = ALL.iter().map(EndpointInfo::path).filter(|path| !untyped.contains(path));
        assert_eq!(seen.0, typed.collect::<Vec<_>>());
    }

    #[test]
    fn the_nearest_path_is_the_one_that_was_meant() {
        for (written, meant) in [
            ("usr/get", Some("user/get")),
            ("/cgi-bin/user/get", Some("user/get")),
            ("tag/addtaguser", Some("tag/addtagusers")),
            ("export/getresult", Some("export/get_result")),
            ("", None),
            ("agent/set_workbench_template", None),
            ("微信", None),
        ] {
            assert_eq!(nearest(written), meant, "{written}");
        }
        assert_eq!(nearest(&"汉".repeat(100_000)), None);
    }
}
