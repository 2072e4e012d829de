//! The input of writes. A field that is `None` was not given and keeps its value.
//!
//! The API, the console (管理后台) and the import jobs use these forms.

/// A member to be created or changed (创建成员, 更新成员).
#[derive(Clone, Debug, Default)]
pub(crate) struct MemberForm {
    pub(crate) userid: Option<String>,
    /// Accepted once, for a generated userid.
    pub(crate) new_userid: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) alias: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) biz_mail: Option<String>,
    pub(crate) biz_mail_alias: Option<Vec<String>>,
    pub(crate) department: Option<Vec<i64>>,
    pub(crate) order: Option<Vec<i64>>,
    pub(crate) is_leader_in_dept: Option<Vec<i64>>,
    pub(crate) main_department: Option<i64>,
    pub(crate) direct_leader: Option<Vec<String>>,
    pub(crate) position: Option<String>,
    /// `"0"`, `"1"` or `"2"`.
    pub(crate) gender: Option<String>,
    pub(crate) telephone: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) enable: Option<i64>,
    pub(crate) avatar_mediaid: Option<String>,
    pub(crate) extattr: Option<Vec<AttributeForm>>,
    pub(crate) external_profile: Option<ProfileForm>,
    pub(crate) external_position: Option<String>,
    pub(crate) to_invite: Option<bool>,
    /// Whether unknown departments are created under 其他（待设置部门）, as in `user/create` and in member imports.
    pub(crate) make_departments: bool,
    /// Whether the member has logged in; only the console and a seed set it.
    pub(crate) activated: Option<bool>,
}

/// One custom attribute as sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct AttributeForm {
    /// 0 text, 1 web, 2 mini program.
    pub(crate) kind: i64,
    pub(crate) name: String,
    pub(crate) text: Option<String>,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) appid: String,
    pub(crate) pagepath: String,
}

/// 成员对外属性.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProfileForm {
    pub(crate) external_corp_name: Option<String>,
    /// `wechat_channels.nickname`, 视频号.
    pub(crate) channels_nickname: Option<String>,
    pub(crate) external_attr: Option<Vec<AttributeForm>>,
}

/// A department to be created or changed (创建部门, 更新部门).
#[derive(Clone, Debug, Default)]
pub(crate) struct DepartmentForm {
    pub(crate) id: Option<i64>,
    pub(crate) name: Option<String>,
    pub(crate) name_en: Option<String>,
    pub(crate) parent: Option<i64>,
    pub(crate) order: Option<i64>,
}
