//! Conversions between the identifiers of a member: userid, OpenID, `open_userid`, mobile number, mail address.

use serde::{Deserialize, Serialize};

use crate::{AgentId, OpenId, OpenUserId, UserId, json_fields};

/// Converts a userid into a WeChat OpenID.
///
/// Official: [userid与openid互换](https://developer.work.weixin.qq.com/document/path/90202)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToOpenId {
    /// The account.
    pub userid: UserId,
}

impl ToOpenId {
    /// Creates a request for this member's OpenID.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into() }
    }
}

/// The reply to [`ToOpenId`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenIdReply {
    /// The OpenID. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub openid: OpenId,
}

/// Converts a WeChat OpenID into a userid.
///
/// Official: [userid与openid互换](https://developer.work.weixin.qq.com/document/path/90202)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FromOpenId {
    /// The OpenID.
    pub openid: OpenId,
}

impl FromOpenId {
    /// Creates a request for the member with this OpenID.
    pub fn new(openid: impl Into<OpenId>) -> Self {
        Self { openid: openid.into() }
    }
}

/// The reply of a call that returns one userid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserIdReply {
    /// The account. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub userid: UserId,
}

/// Finds a member by mobile number.
///
/// Official: [手机号获取userid](https://developer.work.weixin.qq.com/document/path/95402)
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FindByMobile {
    /// The number, 5–32 bytes.
    pub mobile: String,
}

masked_debug!(FindByMobile { | mobile });

impl FindByMobile {
    /// Creates a request for the member with this number.
    pub fn new(mobile: impl Into<String>) -> Self {
        Self { mobile: mobile.into() }
    }
}

/// Finds a member by mail address.
///
/// Official: [邮箱获取userid](https://developer.work.weixin.qq.com/document/path/95895)
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FindByEmail {
    /// The address.
    pub email: String,
    /// The kind of mail address. Defaults to the corp mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_type: Option<EmailType>,
}

masked_debug!(FindByEmail { email_type | email });

impl FindByEmail {
    /// Creates a request for the member with this corp mail address (企业邮箱).
    pub fn new(email: impl Into<String>) -> Self {
        Self { email: email.into(), email_type: None }
    }

    /// Sets the kind of mail address.
    pub fn email_type(mut self, email_type: EmailType) -> Self {
        self.email_type = Some(email_type);
        self
    }
}

coded! {
    /// The kind of a member's mail address.
    EmailType {
        /// The corp mail (企业邮箱, `biz_mail`).
        Corp = 1,
        /// The personal mail (个人邮箱, `email`).
        Personal = 2,
    }
}

/// Converts third-party ids (`open_userid`) into userids. Available to self-built apps only.
///
/// Official: [userid转换](https://developer.work.weixin.qq.com/document/path/95884)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenUserIdsToUserIds {
    /// The ids, at most 1000.
    pub open_userid_list: Vec<OpenUserId>,
    /// The app that the ids came from. Page 95884 requires it; the page for intelligent robots (101521) omits it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_agentid: Option<AgentId>,
}

impl OpenUserIdsToUserIds {
    /// Creates a request for the members with these ids.
    pub fn new<O: Into<OpenUserId>>(ids: impl IntoIterator<Item = O>) -> Self {
        Self { open_userid_list: ids.into_iter().map(Into::into).collect(), source_agentid: None }
    }

    /// Sets the app that the ids came from.
    pub fn source_agentid(mut self, source: impl Into<AgentId>) -> Self {
        self.source_agentid = Some(source.into());
        self
    }
}

/// The reply to [`OpenUserIdsToUserIds`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConvertedUserIds {
    /// The converted ids.
    #[serde(default, rename = "userid_list", deserialize_with = "json_fields::or_default")]
    pub converted: Vec<ConvertedUserId>,
    /// Ids that could not be converted: unknown ids, ids outside the range of one of the apps, or plain userids.
    #[serde(
        default,
        rename = "invalid_open_userid_list",
        deserialize_with = "json_fields::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub invalid: Vec<OpenUserId>,
}

/// One id in both forms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConvertedUserId {
    /// The id that the third-party app uses.
    pub open_userid: OpenUserId,
    /// The id that the corp uses.
    pub userid: UserId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_by_mail_leaves_the_kind_to_the_server_unless_told() {
        let json = |call: FindByEmail| serde_json::to_string(&call).unwrap();
        assert_eq!(json(FindByEmail::new("a@example.com")), r#"{"email":"a@example.com"}"#);
        assert_eq!(
            json(FindByEmail::new("a@example.com").email_type(EmailType::Personal)),
            r#"{"email":"a@example.com","email_type":2}"#
        );
    }

    #[test]
    fn a_look_up_that_finds_no_id_is_an_error() {
        for body in ["{}", r#"{"userid":"","openid":""}"#, r#"{"userid":" ","openid":null}"#] {
            assert!(serde_json::from_str::<UserIdReply>(body).is_err(), "{body}");
            assert!(serde_json::from_str::<OpenIdReply>(body).is_err(), "{body}");
        }
    }

    #[test]
    fn a_look_up_does_not_show_whom_it_is_for() {
        let shown = format!("{:?} {:?}", FindByMobile::new("13800000000"), FindByEmail::new("a@example.com"));
        assert_eq!(shown, "FindByMobile { mobile: *** } FindByEmail { email_type: None, email: *** }");
    }
}
