//! Authentication (身份验证): web login (网页授权登录), the IP addresses of WeCom's servers, and a check of the
//! credential.
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
    /// Returns the calls of the auth chapter (身份验证).
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
    /// Checks that the server accepts the corp id and the secret, and returns the remaining lifetime of the access token.
    ///
    /// A cached token is sufficient. The token itself is not returned.
    ///
    /// # Errors
    ///
    /// [`Error::is_bad_credentials`] (40001, 40013, 40091) if the server refuses them. The trusted IPs (60020) are
    /// checked only by the first call with the token, such as [`api_ips`](Self::api_ips).
    ///
    /// Official: [获取access_token](https://developer.work.weixin.qq.com/document/path/91039)
    pub fn check(&self) -> CallFuture<Duration> {
        let client = self.client.clone();
        CallFuture::new(async move { client.token_lifetime().await })
    }

    /// Starts building the URL of a login page inside WeCom. After the login, WeCom redirects the visitor to
    /// `redirect_uri` with a code.
    ///
    /// The host and port of `redirect_uri` must be a trusted domain (可信域名) of the app. The builder encodes the URI.
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

    /// Returns the identity of the visitor with this code. A code is valid once and for 5 minutes.
    ///
    /// # Errors
    ///
    /// 40029, 42003, 42022: the code is wrong, used or expired; 50001: the page's domain is not a trusted domain of the
    /// app.
    ///
    /// Official: [获取访问用户身份](https://developer.work.weixin.qq.com/document/path/91023)
    pub fn user_info(&self, code: impl Into<String>) -> CallFuture<UserInfo> {
        self.client.send(&GetUserInfo::new(code))
    }

    /// Returns the sensitive fields that the member agreed to share: see [`Scope::PrivateInfo`].
    ///
    /// # Errors
    ///
    /// 84014, 84015: the ticket is expired (after 30 minutes) or wrong.
    ///
    /// Official: [获取访问用户敏感信息](https://developer.work.weixin.qq.com/document/path/95833)
    pub fn user_detail(&self, user_ticket: impl Into<String>) -> CallFuture<UserDetail> {
        self.client.send(&GetUserDetail::new(user_ticket))
    }

    /// Returns the IP addresses of WeCom's API servers, for firewalls: single addresses and masks such as
    /// `101.226.103.*`.
    ///
    /// The list changes, and old and new addresses overlap for a while. The page recommends a daily request.
    ///
    /// Official: [获取企业微信接口IP段](https://developer.work.weixin.qq.com/document/path/92520)
    pub fn api_ips(&self) -> CallFuture<Vec<String>> {
        self.client.send(&GetApiDomainIp {}).map(|reply| reply.ip_list)
    }

    /// Returns the source IP addresses of callbacks, in the same form as [`api_ips`](Self::api_ips).
    ///
    /// Official: [获取企业微信回调IP段](https://developer.work.weixin.qq.com/document/path/92521)
    pub fn callback_ips(&self) -> CallFuture<Vec<String>> {
        self.client.send(&GetCallbackIp {}).map(|reply| reply.ip_list)
    }
}

/// The permissions that a login requests from the visitor (应用授权作用域).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `snsapi_base`: no permissions. The login returns only the userid.
    #[default]
    Base,
    /// `snsapi_privateinfo`: sensitive fields, with the visitor's consent. The login also returns a ticket for
    /// [`Auth::user_detail`]. Members outside the app's visible range see an error page.
    PrivateInfo,
}

/// A builder of a login URL; see [`Auth::authorize_url`].
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
    /// Sets the permissions that the login requests. Defaults to [`Scope::Base`].
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets the state, which WeCom returns with the code: letters and digits, at most 128 bytes. Use an unpredictable
    /// value as protection against forged logins.
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// Sets the app that requests the login. Defaults to the client's own app.
    pub fn agent_id(mut self, agent_id: impl Into<AgentId>) -> Self {
        self.agent_id = Some(agent_id.into());
        self
    }

    /// Returns the URL.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Configuration`] if the app is unknown, as with a contacts-sync client. Without an app, WeCom rejects
    /// `snsapi_privateinfo` or treats it as `snsapi_base`.
    pub fn build(self) -> Result<String> {
        let no_app = || {
            let why = (
                "a login needs an app: use the secret of an app, or set `agent_id`",
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

/// Reads the identity of the visitor with this code.
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
    /// Creates a request with this code.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into() }
    }
}

/// The identity of a visitor: a member (`userid`), or a person outside the corp (`openid`, `external_userid`).
///
/// A reply without all three ids is a decoding error, because it does not identify the visitor.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AnyUserInfo")]
#[non_exhaustive]
pub struct UserInfo {
    /// The member's account. A member of a linked corp has the form `CORPID/USERID`: see [`linked`](Self::linked).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userid: Option<UserId>,
    /// The ticket for [`Auth::user_detail`], valid for 30 minutes. Present only with [`Scope::PrivateInfo`], for members
    /// inside the visible range; members of linked corps have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_ticket: Option<String>,
    /// A ticket for the member's documents, valid for 30 days. Only few corps receive it so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_doc_ticket: Option<String>,
    /// The OpenID of a visitor outside the corp.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openid: Option<OpenId>,
    /// The customer id (外部联系人) of a visitor outside the corp, if a member in the visible range has added them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_userid: Option<ExternalUserId>,
}

/// The reply before the check that it contains an id. The server writes `""` for a missing id.
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
            return Err("an identity must have `userid`, `openid` or `external_userid`");
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
    /// Returns the id of a member of a linked corp (互联企业, 上下游). `None` for members of the own corp, whose ids
    /// contain no corp id.
    pub fn linked(&self) -> Option<LinkedUserId> {
        let userid = self.userid.as_ref()?;
        let linked = LinkedUserId::new(userid.as_str());
        linked.split().is_some().then_some(linked)
    }
}

/// Reads the fields that the member with this ticket agreed to share.
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
    /// Creates a request with this ticket.
    pub fn new(user_ticket: impl Into<String>) -> Self {
        Self { user_ticket: user_ticket.into() }
    }
}

/// The fields that a member agreed to share. The administrator must select the fields on the app's page.
///
/// Without consent the gender is `"0"`, the avatar is a default image, and all other fields are [`Hidden`](Seen::Hidden).
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserDetail {
    /// The account. Never empty.
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
    /// The mobile number (手机).
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub mobile: Seen<String>,
    /// The mail address (邮箱).
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

/// Reads the IP addresses of the API servers.
///
/// Official: [获取企业微信接口IP段](https://developer.work.weixin.qq.com/document/path/92520)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetApiDomainIp {}

/// Reads the source IP addresses of callbacks.
///
/// Official: [获取企业微信回调IP段](https://developer.work.weixin.qq.com/document/path/92521)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetCallbackIp {}

/// A list of IP addresses.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IpList {
    /// Single addresses and masks such as `101.226.103.*`.
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
