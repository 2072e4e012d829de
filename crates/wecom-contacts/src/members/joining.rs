//! Invitations, the join QR code, second verification and the number of active members.

use serde::{Deserialize, Serialize};

use crate::{DepartmentId, TagId, UserId, json_fields};

/// Invites members to use WeCom. At least one of the three lists must be given.
///
/// Official: [邀请成员](https://developer.work.weixin.qq.com/document/path/90975)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct Invitation {
    /// Members, at most 1000.
    #[serde(default, rename = "user", skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<UserId>>,
    /// Departments, at most 100.
    #[serde(default, rename = "party", skip_serializing_if = "Option::is_none")]
    pub departments: Option<Vec<DepartmentId>>,
    /// Tags, at most 100.
    #[serde(default, rename = "tag", skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<TagId>>,
}

impl Invitation {
    /// Creates an empty invitation.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds these members, at most 1000.
    pub fn members<U: Into<UserId>>(mut self, members: impl IntoIterator<Item = U>) -> Self {
        self.members = Some(members.into_iter().map(Into::into).collect());
        self
    }

    /// Adds the members of these departments, at most 100.
    pub fn departments<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.departments = Some(departments.into_iter().map(Into::into).collect());
        self
    }

    /// Adds the members of these tags, at most 100.
    pub fn tags<T: Into<TagId>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }
}

/// The members, departments and tags that an invitation did not reach, because they are unknown or outside the visible
/// range. WeCom invited all others; delivery is not guaranteed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InvitationOutcome {
    /// Members that were not invited.
    #[serde(
        default,
        rename = "invaliduser",
        deserialize_with = "json_fields::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub invalid_members: Vec<UserId>,
    /// Departments that were not invited.
    #[serde(
        default,
        rename = "invalidparty",
        deserialize_with = "json_fields::numbers",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub invalid_departments: Vec<DepartmentId>,
    /// Tags that were not invited.
    #[serde(
        default,
        rename = "invalidtag",
        deserialize_with = "json_fields::numbers",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub invalid_tags: Vec<TagId>,
}

impl InvitationOutcome {
    /// Returns whether the invitation reached every member, department and tag.
    pub fn is_complete(&self) -> bool {
        self.invalid_members.is_empty() && self.invalid_departments.is_empty() && self.invalid_tags.is_empty()
    }
}

/// Returns the QR code for joining the corp. Available to contacts-sync only.
///
/// Official: [获取加入企业二维码](https://developer.work.weixin.qq.com/document/path/91714)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetJoinQrCode {
    /// The size of the image. The server's default is undocumented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_type: Option<QrCodeSize>,
}

impl GetJoinQrCode {
    /// Creates a request for an image of the server's default size.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the size of the image.
    pub fn size_type(mut self, size: QrCodeSize) -> Self {
        self.size_type = Some(size);
        self
    }
}

/// The reply to [`GetJoinQrCode`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JoinQrCode {
    /// The image's URL, valid for seven days.
    #[serde(deserialize_with = "json_fields::present")]
    pub join_qrcode: String,
}

coded! {
    /// The size of a join QR code, in pixels.
    QrCodeSize {
        /// 171 × 171 pixels.
        Small = 1,
        /// 399 × 399 pixels.
        Medium = 2,
        /// 741 × 741 pixels.
        Large = 3,
        /// 2052 × 2052 pixels.
        Huge = 4,
    }
}

/// Counts the members that were active on a day. Available to contacts-sync only.
///
/// The official table of contents no longer lists this page (2026). Official:
/// [获取企业活跃成员数](https://developer.work.weixin.qq.com/document/path/92714)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetActiveStat {
    /// The day, `YYYY-MM-DD`, at most 30 days ago.
    pub date: String,
}

impl GetActiveStat {
    /// Creates a request for this day.
    pub fn new(date: impl Into<String>) -> Self {
        Self { date: date.into() }
    }
}

/// The reply to [`GetActiveStat`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActiveStat {
    /// The number of active members.
    #[serde(rename = "active_cnt", deserialize_with = "json_fields::number")]
    pub active: u32,
}

/// Confirms a member's first login after the corp's own check (登录二次验证). The request is a GET although it changes
/// data.
///
/// Official: [登录二次验证](https://developer.work.weixin.qq.com/document/path/90203)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfirmLogin {
    /// The account.
    pub userid: UserId,
}

impl ConfirmLogin {
    /// Creates a request that confirms this member's login.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into() }
    }
}

/// Redeems the code of a member in second verification (二次验证). The code is valid once and for five minutes.
///
/// Official: [获取用户二次验证信息](https://developer.work.weixin.qq.com/document/path/99499)
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetTfaInfo {
    /// The code.
    pub code: String,
}

masked_debug!(GetTfaInfo { | code });

impl GetTfaInfo {
    /// Creates a request that redeems this code.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into() }
    }
}

/// The member in second verification.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TfaInfo {
    /// The account. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub userid: UserId,
    /// The code that [`ConfirmTfa`] needs, valid once and for five minutes. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub tfa_code: String,
}

masked_debug!(TfaInfo { userid | tfa_code });

/// Confirms the second verification of a member (使用二次验证).
///
/// Official: [使用二次验证](https://developer.work.weixin.qq.com/document/path/99500)
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfirmTfa {
    /// The account.
    pub userid: UserId,
    /// The code from [`TfaInfo`].
    pub tfa_code: String,
}

masked_debug!(ConfirmTfa { userid | tfa_code });

impl ConfirmTfa {
    /// Creates a request that confirms this member's verification.
    pub fn new(userid: impl Into<UserId>, tfa_code: impl Into<String>) -> Self {
        Self { userid: userid.into(), tfa_code: tfa_code.into() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_invitation_names_only_what_was_given() {
        let json = |invitation: Invitation| serde_json::to_value(&invitation).unwrap();
        assert_eq!(json(Invitation::new().members(["a"])), json!({"user": ["a"]}));
        assert_eq!(json(Invitation::new().departments([2]).tags([7])), json!({"party": [2], "tag": [7]}));
    }

    #[test]
    fn trap_14_an_invitation_reports_whom_it_missed() {
        let outcome: InvitationOutcome = serde_json::from_value(
            json!({"invaliduser": ["ghost"], "invalidparty": [9, "10"], "invalidtag": null}),
        )
        .unwrap();
        assert_eq!(outcome.invalid_members, ["ghost"]);
        assert_eq!(outcome.invalid_departments, [9, 10]);
        assert!(outcome.invalid_tags.is_empty() && !outcome.is_complete());
    }

    #[test]
    fn trap_13_an_active_count_is_a_number_and_one_in_a_text_is_read_too() {
        for body in [json!({"active_cnt": 100}), json!({"active_cnt": "100"})] {
            assert_eq!(serde_json::from_value::<ActiveStat>(body).unwrap().active, 100);
        }
    }

    #[test]
    fn a_qr_code_of_the_default_size_is_asked_for_without_a_size() {
        assert_eq!(serde_urlencoded::to_string(GetJoinQrCode::new()).unwrap(), "");
        let large = GetJoinQrCode::new().size_type(QrCodeSize::Large);
        assert_eq!(serde_urlencoded::to_string(large).unwrap(), "size_type=3");
    }
}
