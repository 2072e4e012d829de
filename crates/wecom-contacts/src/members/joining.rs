//! How members come in and stay: invitations, the join QR code, second verification, activity.

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
    /// Begins with nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Invites these members, at most 1000.
    pub fn members<U: Into<UserId>>(mut self, members: impl IntoIterator<Item = U>) -> Self {
        self.members = Some(members.into_iter().map(Into::into).collect());
        self
    }

    /// Invites the members of these departments, at most 100.
    pub fn departments<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.departments = Some(departments.into_iter().map(Into::into).collect());
        self
    }

    /// Invites the members of these tags, at most 100.
    pub fn tags<T: Into<TagId>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }
}

/// Whom an invitation did not reach: unknown, or out of the credential's sight. All others are invited, though success does
/// not prove delivery.
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
    /// Whether nobody was left out.
    pub fn is_complete(&self) -> bool {
        self.invalid_members.is_empty() && self.invalid_departments.is_empty() && self.invalid_tags.is_empty()
    }
}

/// Gets the QR code by which people join the corp. Only contacts-sync may.
///
/// Official: [获取加入企业二维码](https://developer.work.weixin.qq.com/document/path/91714)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetJoinQrCode {
    /// How large the image is; the server's default is not documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_type: Option<QrCodeSize>,
}

impl GetJoinQrCode {
    /// Asks for an image of the server's default size.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for an image of this size.
    pub fn size_type(mut self, size: QrCodeSize) -> Self {
        self.size_type = Some(size);
        self
    }
}

/// The answer of [`GetJoinQrCode`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JoinQrCode {
    /// The image's URL, valid for seven days.
    #[serde(deserialize_with = "json_fields::present")]
    pub join_qrcode: String,
}

coded! {
    /// How large a join QR code is.
    QrCodeSize {
        /// 171 × 171.
        Small = 1,
        /// 399 × 399.
        Medium = 2,
        /// 741 × 741.
        Large = 3,
        /// 2052 × 2052.
        Huge = 4,
    }
}

/// Counts the members that were active on a day. Only contacts-sync may.
///
/// The page is no longer in the official contents (2026). Official:
/// [获取企业活跃成员数](https://developer.work.weixin.qq.com/document/path/92714)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetActiveStat {
    /// The day, `YYYY-MM-DD`, at most 30 days ago.
    pub date: String,
}

impl GetActiveStat {
    /// Asks for this day.
    pub fn new(date: impl Into<String>) -> Self {
        Self { date: date.into() }
    }
}

/// The answer of [`GetActiveStat`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ActiveStat {
    /// How many members were active.
    #[serde(rename = "active_cnt", deserialize_with = "json_fields::number")]
    pub active: u32,
}

/// Lets a member in after the corp's own check at first login (登录二次验证). A GET that changes something.
///
/// Official: [登录二次验证](https://developer.work.weixin.qq.com/document/path/90203)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfirmLogin {
    /// The account.
    pub userid: UserId,
}

impl ConfirmLogin {
    /// Lets this member in.
    pub fn new(userid: impl Into<UserId>) -> Self {
        Self { userid: userid.into() }
    }
}

/// Redeems the code of a member who is at the second verification (二次验证). The code serves once, for five minutes.
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
    /// Redeems this code.
    pub fn new(code: impl Into<String>) -> Self {
        Self { code: code.into() }
    }
}

/// Who is at the second verification.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TfaInfo {
    /// The account; never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub userid: UserId,
    /// What [`ConfirmTfa`] needs; serves once, for five minutes. Never empty.
    #[serde(deserialize_with = "json_fields::present")]
    pub tfa_code: String,
}

masked_debug!(TfaInfo { userid | tfa_code });

/// Lets a member through the second verification (使用二次验证).
///
/// Official: [使用二次验证](https://developer.work.weixin.qq.com/document/path/99500)
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ConfirmTfa {
    /// The account.
    pub userid: UserId,
    /// From [`TfaInfo`].
    pub tfa_code: String,
}

masked_debug!(ConfirmTfa { userid | tfa_code });

impl ConfirmTfa {
    /// Lets this member through.
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
