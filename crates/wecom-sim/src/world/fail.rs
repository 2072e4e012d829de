//! A refusal, with the text of WeCom.

use std::borrow::Cow;

/// Refusals whose text has no hint, as recorded live.
const UNHINTED: [i32; 3] = [40014, 60102, 60104];

/// A refusal: an errcode in an HTTP 200.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fail {
    pub(crate) code: i32,
    pub(crate) text: Cow<'static, str>,
    /// Whether the text has no hint.
    pub(crate) bare: bool,
}

impl Fail {
    pub(crate) fn new(code: i32, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, text: text.into(), bare: UNHINTED.contains(&code) }
    }

    /// Returns a refusal with the usual text of its code.
    pub(crate) fn of(code: i32) -> Self {
        Self::new(code, text_of(code))
    }

    /// Returns the refusal for a parameter that is not a 32-bit whole number.
    pub(crate) fn not_uint32(field: &str) -> Self {
        Self::new(40058, format!("field `{field}` expect type `uint32`"))
    }

    /// Returns a refusal whose documented text has no hint.
    pub(crate) fn bare(code: i32, text: &'static str) -> Self {
        Self { bare: true, ..Self::new(code, text) }
    }

    pub(crate) fn with_warning(self) -> Self {
        Self { text: format!("Warning: wrong json format. {}", self.text).into(), ..self }
    }

    /// Returns the text without the hint, as in job results.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

/// Returns the usual text of a code: the recorded one if known, else a description.
fn text_of(code: i32) -> &'static str {
    match code {
        -1 => "system busy",
        6000 => "data version conflict",
        40001 => "invalid credential",
        40003 => "invalid userid",
        40004 => "invalid media type",
        40005 => "invalid file type",
        40006 => "invalid file size",
        40007 => "invalid media_id",
        40009 => "invalid image size",
        40011 => "invalid video size",
        40013 => "invalid corpid",
        40014 => "invalid access_token",
        40029 => "invalid code",
        40031 => "invalid userid list",
        40032 => "invalid userid list size",
        40033 => "invalid charset. please check your request, if include \\uxxxx will create fail!",
        40035 => "invalid args size",
        40057 => "invalid callback url",
        40058 => "invalid Request Parameter",
        40063 => "some parameters are empty",
        40066 => "invalid party list",
        40068 => "invalid tagid",
        40070 => "all list invalid ",
        40071 => "UserTag Name Already Exist",
        40072 => "invalid tagname length",
        40073 => "invalid openid",
        40088 => "invalid jobid",
        40089 => "batch job result has been cleaned",
        40091 => "invalid secret",
        40092 => "invalid import file",
        40123 => "invalid image content",
        40126 => "tag count out of limit",
        40207 => "invalid tfa_code",
        40208 => "user not in the second verification scope",
        40209 => "domain differs from the second verification page",
        40210 => "second verification page not set",
        41001 => "access_token missing",
        41002 => "corpid missing",
        41004 => "corpsecret missing",
        41006 => "media_id missing",
        41009 => "missing userid",
        41017 => "tagid missing",
        41018 => "tagname missing",
        41019 => "missing department",
        41036 => "invalid external corp name",
        41066 => "invalid wechat channels nickname",
        42001 => "access_token expired",
        42003 => "code expired",
        42022 => "code has been used",
        43004 => "userid not bound to wechat",
        44001 => "empty media data",
        45001 => "media size out of limit",
        45009 => "api freq out of limit",
        45024 => "account number out of limit",
        45026 => "too many members to delete",
        45029 => "response too large",
        45033 => "api concurrent out of limit",
        45035 => "api concurrent operation conflict",
        45036 => "data access limited",
        46004 => "user not exist",
        48002 => "api forbidden",
        48009 => "api forbidden for contact assistant",
        50001 => "redirect_url not in trusted domain",
        50003 => "app disabled",
        50100 => "invalid cursor",
        60001 => "department invalid length",
        60003 => "department not found",
        60004 => "parent department not found",
        60005 => "department contains user",
        60006 => "department contains sub-department",
        60007 => "can not delete root department",
        60008 => "department existed",
        60009 => "department name include invalid char",
        60010 => "department circle",
        60011 => "no privilege to access/modify contact/party/agent",
        60020 => "not allow to access from your ip",
        60102 => "userid existed",
        60103 => "invalid mobile",
        60104 => "mobile existed",
        60105 => "invalid email",
        60106 => "email existed",
        60110 => "too many departments of user",
        60111 => "userid not found",
        60112 => "invalid name",
        60123 => "invalid party id",
        60124 => "invalid parent party id",
        60129 => "missing mobile or email",
        60132 => "is_leader_in_dept size not match department",
        60141 => "invalid email and missing mobile",
        60142 => "email existed, can not update",
        60143 => "invalid biz_mail",
        60144 => "biz_mail can not be changed",
        60145 => "biz_mail existed",
        60150 => "invalid extattr type",
        60151 => "extattr too long",
        60152 => "invalid extattr",
        60257 => "too many direct leaders",
        60269 => "invalid biz_mail_alias",
        60270 => "biz_mail_alias existed",
        60272 => "user has no biz_mail",
        60273 => "too many biz_mail_alias",
        81001 => "too many nodes in department",
        81002 => "department level out of limit",
        81003 => "too many nodes in tag",
        81011 => "no privilege to access tag",
        81013 => "all of user, party and tag are invalid",
        81015 => "mail domain not match",
        81031 => "rule_id not found",
        81032 => "range overlaps a rule of the same type",
        81033 => "too many rules of this type",
        81034 => "rule_type can not be changed",
        82001 => "user, party and tag are all empty",
        84014 => "user_ticket expired",
        84015 => "invalid user_ticket",
        84090 => "missing user_ticket",
        90100 => "invalid external attribute type",
        90101 => "external attribute text too long",
        90102 => "external attribute title too long",
        90103 => "invalid external attribute url",
        90104 => "external attribute miniprogram title too long",
        90105 => "invalid external attribute pagepath",
        90106 => "invalid external attribute",
        301_005 => "not allow del corp creator",
        301_012 => "invalid position",
        301_013 => "invalid telephone",
        301_015 => "invalid avatar media",
        301_016 => "invalid voice format",
        301_017 => "voice longer than 60 seconds",
        301_019 => "file md5 mismatch",
        301_036 => "userid can not be changed",
        302_003 => "duplicate userid in the import file",
        302_004 => "invalid department structure",
        302_006 => "duplicate department id in the import file",
        302_007 => "duplicate department name under one parent",
        302_008 => "another import job is running",
        830_001 => "invalid source url",
        830_002 => "file or range too large",
        830_003 => "download from the source url failed",
        _ => "invalid Request Parameter",
    }
}
