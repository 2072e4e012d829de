//! Who is there (身份验证): web login (网页授权登录), addresses of WeCom's servers, and whether this credential works.
//!
//! Official: [网页授权登录](https://developer.work.weixin.qq.com/document/path/91335),
//! [获取access_token](https://developer.work.weixin.qq.com/document/path/91039)

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    AgentId, CallFuture, Client, CorpId, Error, ErrorKind, ExternalUserId, LinkedUserId, OpenId, Result,
    Seen, UserId, json_fields, members::Gender,
};

/// The calls of the auth chapter; see [`Client::auth`].
#[derive(Clone, Debug)]
pub struct Auth {
    client: Client,
}

impl Client {
    /// The auth chapter (身份验证).
    ///
    /// ```
    /// # fn main() -> wecom_contacts::Result<()> {
    /// use wecom_contacts::{Client, Secret};
    ///
    /// let client = Client::builder("ww1234567890abcdef", Secret::app(1000002, "own-app-secret")).build()?;
    /// let url = client.auth().authorize_url("https://hr.example.com/login").state("s1").build()?;
    /// assert!(url.ends_with("&scope=snsapi_base&state=s1&agentid=1000002#wechat_redirect"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn auth(&self) -> Auth {
        Auth { client: self.clone() }
    }
}

impl Auth {
    /// Makes sure that the server takes the corp id and the secret, and returns how long the access token still lives.
    ///
    /// A token that is at hand is as good as a new one; it is not shown.
    ///
    /// # Errors
    ///
    /// [`Error::is_bad_credentials`] (40001, 40013, 40091) if the server does not take them. The trusted IPs (60020) are
    /// not looked at before a first call, such as [`api_ips`](Self::api_ips).
    ///
    /// Official: [获取access_token](https://developer.work.weixin.qq.com/document/path/91039)
    pub fn check(&self) -> CallFuture<Duration> {
        let client = self.client.clone();
        CallFuture::new(async move { client.token_lifetime().await })
    }

    /// Begins the address at which a visitor logs in, inside WeCom, and is sent back to `redirect_uri` with a code.
    ///
    /// The host and port of `redirect_uri` must be a trusted domain (可信域名) of the app. It is encoded here.
    ///
    /// Official: [构造网页授权链接](https://developer.work.weixin.qq.com/document/path/91022)
    pub fn authorize_url(&self, redirect_uri: impl Into<String>) -> AuthorizeUrl {
        AuthorizeUrl {
            corp_id: self.client.corp_id().clone(),
            agent_id: self.client.agent_id(),
            redirect_uri: redirect_uri.into(),
            scope: Scope::Base,
            state: None,
        }
    }

    /// Returns who the visitor is that came back with this code. A code serves once and for 5 minutes.
    ///
    /// # Errors
    ///
    /// 40029, 42003, 42022: the code is wrong, used or expired; 50001: the page's domain is not a trusted one of the app.
    ///
    /// Official: [获取访问用户身份](https://developer.work.weixin.qq.com/document/path/91023)
    pub fn user_info(&self, code: impl Into<String>) -> CallFuture<UserInfo> {
        self.client.send(&GetUserInfo::new(code))
    }

    /// Returns what the member agreed to show: see [`Scope::PrivateInfo`].
    ///
    /// # Errors
    ///
    /// 84014, 84015: the ticket is expired (after 30 minutes) or wrong.
    ///
    /// Official: [获取访问用户敏感信息](https://developer.work.weixin.qq.com/document/path/95833)
    pub fn user_detail(&self, user_ticket: impl Into<String>) -> CallFuture<UserDetail> {
        self.client.send(&GetUserDetail::new(user_ticket))
    }

    /// Returns the addresses of WeCom's API servers, for firewalls: single ones and masks such as `101.226.103.*`.
    ///
    /// They change, and old and new ones live side by side for a while; the page advises asking daily.
    ///
    /// Official: [获取企业微信接口IP段](https://developer.work.weixin.qq.com/document/path/92520)
    pub fn api_ips(&self) -> CallFuture<Vec<String>> {
        self.client.send(&GetApiDomainIp {}).map(|reply| reply.ip_list)
    }

    /// Returns the addresses that callbacks come from, in the form of [`api_ips`](Self::api_ips).
    ///
    /// Official: [获取企业微信回调IP段](https://developer.work.weixin.qq.com/document/path/92521)
    pub fn callback_ips(&self) -> CallFuture<Vec<String>> {
        self.client.send(&GetCallbackIp {}).map(|reply| reply.ip_list)
    }
}

/// What a visitor is asked for (应用授权作用域).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `snsapi_base`: nothing; the visit gives the userid and no more.
    #[default]
    Base,
    /// `snsapi_privateinfo`: to agree to sensitive fields. The visit gives a ticket for [`Auth::user_detail`] too. Members
    /// outside the app's visible range see an error page.
    PrivateInfo,
}

/// The address of a login, being put together; see [`Auth::authorize_url`].
#[derive(Clone, Debug)]
#[must_use]
pub struct AuthorizeUrl {
    corp_id: CorpId,
    agent_id: Option<AgentId>,
    redirect_uri: String,
    scope: Scope,
    state: Option<String>,
}

impl AuthorizeUrl {
    /// What the visitor is asked for; nothing unless told.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// What comes back with the code: letters and digits, at most 128 bytes. Have one that nobody can guess, against forged
    /// logins.
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// The app that asks; the client's own unless told.
    pub fn agent_id(mut self, agent_id: impl Into<AgentId>) -> Self {
        self.agent_id = Some(agent_id.into());
        self
    }

    /// Returns the address.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if no app is known: a contacts-sync client has none, and without one WeCom takes
    /// `snsapi_privateinfo` for an error or for `snsapi_base`.
    pub fn build(self) -> Result<String> {
        let no_app = || {
            let why = (
                "a login needs an app: call as one, or name it by `agent_id`",
                "登录需要自建应用：使用应用的 secret，或用 `agent_id` 指定应用",
            );
            Error::local(ErrorKind::Configuration(why.into()))
        };
        let agent_id = self.agent_id.ok_or_else(no_app)?;
        let mut url =
            Url::parse("https://open.weixin.qq.com/connect/oauth2/authorize").expect("a constant URL");
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("appid", self.corp_id.as_str())
                .append_pair("redirect_uri", &self.redirect_uri)
                .append_pair("response_type", "code")
                .append_pair(
                    "scope",
                    match self.scope {
                        Scope::Base => "snsapi_base",
                        Scope::PrivateInfo => "snsapi_privateinfo",
                    },
                );
            if let Some(state) = &self.state {
                query.append_pair("state", state);
            }
            query.append_pair("agentid", &agent_id.to_string());
        }
        url.set_fragment(Some("wechat_redirect"));
        Ok(url.into())
    }
}

/// Asks who the visitor with this code is.
///
/// Official: [获取访问用户身份](https://developer.work.weixin.qq.com/document/path/91023)
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetUserInfo {
    /// The code of the redirect, at most 512 bytes.
    pub code: String,
}

masked_debug!(GetUserInfo { | code });

impl GetUserInfo {
    /// Asks about this code.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into() }
    }
}

/// Who a visitor is: a member (`userid`), or somebody else (`openid`, `external_userid`).
///
/// An answer that names none of the three does not decode: it says nothing of who is there.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AnyUserInfo")]
#[non_exhaustive]
pub struct UserInfo {
    /// The member's account. From a linked corp it comes as `CORPID/USERID`: see [`linked`](Self::linked).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userid: Option<UserId>,
    /// The ticket for [`Auth::user_detail`], good for 30 minutes; only with [`Scope::PrivateInfo`], inside the visible
    /// range, and not for linked corps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ticket: Option<String>,
    /// A ticket for the member's documents, good for 30 days; given to few corps yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_doc_ticket: Option<String>,
    /// The OpenID of somebody who is no member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openid: Option<OpenId>,
    /// The customer's id (外部联系人) of somebody who is no member, if a member in range follows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_userid: Option<ExternalUserId>,
}

/// The same as it comes, whether or not it names anybody. The server writes `""` for an id that is absent.
#[derive(Deserialize)]
struct AnyUserInfo {
    #[serde(default, deserialize_with = "json_fields::none_if_empty")]
    userid: Option<String>,
    #[serde(default, deserialize_with = "json_fields::none_if_empty")]
    user_ticket: Option<String>,
    #[serde(default, deserialize_with = "json_fields::none_if_empty")]
    user_doc_ticket: Option<String>,
    #[serde(default, deserialize_with = "json_fields::none_if_empty")]
    openid: Option<String>,
    #[serde(default, deserialize_with = "json_fields::none_if_empty")]
    external_userid: Option<String>,
}

impl TryFrom<AnyUserInfo> for UserInfo {
    type Error = &'static str;

    fn try_from(any: AnyUserInfo) -> std::result::Result<Self, &'static str> {
        let AnyUserInfo { userid, user_ticket, user_doc_ticket, openid, external_userid } = any;
        if userid.is_none() && openid.is_none() && external_userid.is_none() {
            return Err("an identity without userid, openid or external_userid");
        }
        Ok(Self {
            userid: userid.map(UserId::from),
            user_ticket,
            user_doc_ticket,
            openid: openid.map(OpenId::from),
            external_userid: external_userid.map(ExternalUserId::from),
        })
    }
}

masked_debug!(UserInfo { userid, external_userid | user_ticket, user_doc_ticket, openid });

impl UserInfo {
    /// The member as one of a linked corp (互联企业, 上下游): `None` for one's own members, whose id has no corp in it.
    pub fn linked(&self) -> Option<LinkedUserId> {
        let userid = self.userid.as_ref()?;
        let linked = LinkedUserId::new(userid.as_str());
        linked.split().is_some().then_some(linked)
    }
}

/// Asks for what the member with this ticket agreed to show.
///
/// Official: [获取访问用户敏感信息](https://developer.work.weixin.qq.com/document/path/95833)
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetUserDetail {
    /// The ticket of [`UserInfo`].
    pub user_ticket: String,
}

masked_debug!(GetUserDetail { | user_ticket });

impl GetUserDetail {
    /// Asks by this ticket.
    pub fn new(user_ticket: impl Into<String>) -> Self {
        Self { user_ticket: user_ticket.into() }
    }
}

/// What a member agreed to show. The administrator must have picked the fields on the app's page.
///
/// Without consent the gender is `"0"`, the avatar a default one, and the rest [`Hidden`](Seen::Hidden).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserDetail {
    /// The account; never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub userid: UserId,
    /// The gender (性别).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub gender: Seen<Gender>,
    /// The avatar's URL (头像).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub avatar: Seen<String>,
    /// The URL of the personal QR code (员工个人二维码).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub qr_code: Seen<String>,
    /// The mobile (手机).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub mobile: Seen<String>,
    /// The email (邮箱).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub email: Seen<String>,
    /// The corp mailbox (企业邮箱).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub biz_mail: Seen<String>,
    /// The address (地址).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub address: Seen<String>,
}

masked_debug!(UserDetail { userid | gender, avatar, qr_code, mobile, email, biz_mail, address });

/// Asks for the addresses of the API servers.
///
/// Official: [获取企业微信接口IP段](https://developer.work.weixin.qq.com/document/path/92520)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetApiDomainIp {}

/// Asks for the addresses that callbacks come from.
///
/// Official: [获取企业微信回调IP段](https://developer.work.weixin.qq.com/document/path/92521)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetCallbackIp {}

/// A list of addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IpList {
    /// Single addresses, and masks such as `101.226.103.*`.
    pub ip_list: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn app() -> Auth {
        Client::builder("ww1111", Secret::app(1_000_002, "s")).build().unwrap().auth()
    }

    #[test]
    fn the_login_address_is_encoded_and_always_names_the_app() {
        let url = app()
            .authorize_url("https://hr.example.com:8443/login?from=menu&x=1")
            .scope(Scope::PrivateInfo)
            .state("abc123")
            .build()
            .unwrap();
        assert_eq!(
            url,
            "https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1111\
             &redirect_uri=https%3A%2F%2Fhr.example.com%3A8443%2Flogin%3Ffrom%3Dmenu%26x%3D1\
             &response_type=code&scope=snsapi_privateinfo&state=abc123&agentid=1000002#wechat_redirect"
        );
        let bare = app().authorize_url("https://hr.example.com").build().unwrap();
        assert!(bare.ends_with("&scope=snsapi_base&agentid=1000002#wechat_redirect"), "{bare}");
    }

    #[test]
    fn contacts_sync_logs_nobody_in_unless_an_app_is_named() {
        let auth = Client::builder("ww1111", Secret::contacts_sync("s")).build().unwrap().auth();
        let error = auth.authorize_url("https://hr.example.com").build().unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Configuration(_)));
        assert!(auth.authorize_url("https://hr.example.com").agent_id(7).build().is_ok());
    }

    #[test]
    fn a_visitor_of_a_linked_corp_is_told_from_an_own_member() {
        let visitor = |body| serde_json::from_str::<UserInfo>(body).unwrap();
        let linked = visitor(r#"{"userid":"ww2222/wangfang"}"#).linked().unwrap();
        assert_eq!(linked.split(), Some(("ww2222", "wangfang")));
        assert_eq!(visitor(r#"{"userid":"wangfang"}"#).linked(), None);
        let customer = visitor(r#"{"openid":"o1","external_userid":"wm1","userid":""}"#);
        assert_eq!((customer.userid, customer.openid), (None, Some("o1".into())));
    }

    #[test]
    fn an_identity_that_names_nobody_is_an_error() {
        for body in ["{}", r#"{"userid":"","openid":null}"#, r#"{"user_ticket":"t1cket","expires_in":1800}"#]
        {
            let error = serde_json::from_str::<UserInfo>(body).unwrap_err();
            assert!(error.to_string().contains("userid"), "{error}");
            assert!(!error.to_string().contains("t1cket"), "{error}");
        }
        assert!(serde_json::from_str::<UserInfo>(r#"{"external_userid":"wm1"}"#).is_ok());
        assert!(serde_json::from_str::<UserDetail>(r#"{"userid":""}"#).is_err());
    }

    #[test]
    fn a_ticket_is_not_shown() {
        let info: UserInfo = serde_json::from_str(r#"{"userid":"wangfang","user_ticket":"t1cket"}"#).unwrap();
        let shown = format!("{info:?} {:?} {:?}", GetUserDetail::new("t1cket"), GetUserInfo::new("t1cket"));
        assert!(!shown.contains("t1cket"), "{shown}");
    }
}
