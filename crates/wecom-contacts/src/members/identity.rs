//! From one name of a member to another: OpenID, `open_userid`, mobile number, mail address.

use serde::{Deserialize, Serialize};

use crate::{AgentId, OpenId, OpenUserId, UserId, json_fields};

/// Turns a userid into a WeChat OpenID.
///
/// Official: [userid与openid互换](https://developer.work.weixin.qq.com/document/path/90202)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToOpenId {
    /// The account.
    pub userid: UserId,
}

impl ToOpenId {
    /// Asks for this member's OpenID.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into() }
    }
}

/// The answer of [`ToOpenId`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenIdReply {
    /// The OpenID; never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub openid: OpenId,
}

/// Turns a WeChat OpenID into a userid.
///
/// Official: [userid与openid互换](https://developer.work.weixin.qq.com/document/path/90202)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FromOpenId {
    /// The OpenID.
    pub openid: OpenId,
}

impl FromOpenId {
    /// Asks whose OpenID this is.
    pub fn new(openid: impl Into<OpenId>) -> Self {
        Self { openid: openid.into() }
    }
}

/// The answer of a call that gives one userid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserIdReply {
    /// The account; never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub userid: UserId,
}

/// Looks a member up by mobile number.
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
    /// Asks whose number this is.
    pub fn new(mobile: impl Into<String>) -> Self {
        Self { mobile: mobile.into() }
    }
}

/// Looks a member up by mail address.
///
/// Official: [邮箱获取userid](https://developer.work.weixin.qq.com/document/path/95895)
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FindByEmail {
    /// The address.
    pub email: String,
    /// Which of the member's addresses it is; the corp mail unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_type: Option<EmailType>,
}

masked_debug!(FindByEmail { email_type | email });

impl FindByEmail {
    /// Asks whose corp mail address (企业邮箱) this is.
    pub fn new(email: impl Into<String>) -> Self {
        Self { email: email.into(), email_type: None }
    }

    /// Says which address it is.
    pub fn email_type(mut self, email_type: EmailType) -> Self {
        self.email_type = Some(email_type);
        self
    }
}

coded! {
    /// Which of a member's mail addresses.
    EmailType {
        /// The corp mail (企业邮箱, `biz_mail`).
        Corp = 1,
        /// The personal mail (个人邮箱, `email`).
        Personal = 2,
    }
}

/// Turns ids that a third-party app saw (`open_userid`) into userids. Only a self-built app may.
///
/// Official: [userid转换](https://developer.work.weixin.qq.com/document/path/95884)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OpenUserIdsToUserIds {
    /// The ids, at most 1000.
    pub open_userid_list: Vec<OpenUserId>,
    /// The app that the ids came from. Page 95884 demands it; the page for intelligent robots (101521) has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_agentid: Option<AgentId>,
}

impl OpenUserIdsToUserIds {
    /// Asks for the members behind these ids.
    pub fn new<O: Into<OpenUserId>>(ids: impl IntoIterator<Item = O>) -> Self {
        Self { open_userid_list: ids.into_iter().map(Into::into).collect(), source_agentid: None }
    }

    /// Says which app the ids came from.
    pub fn source_agentid(mut self, source: impl Into<AgentId>) -> Self {
        self.source_agentid = Some(source.into());
        self
    }
}

/// The answer of [`OpenUserIdsToUserIds`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConvertedUserIds {
    /// The pairs.
    #[serde(default, rename = "userid_list", deserialize_with = "json_fields::or_default")]
    pub converted: Vec<ConvertedUserId>,
    /// Ids that are unknown, out of one app's range, or plain userids given by mistake.
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
    /// As the third-party app saw it.
    pub open_userid: OpenUserId,
    /// As the corp knows it.
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
