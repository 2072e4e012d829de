//! The table of member fields. It defines the fields of creations, updates, replies and import files in one place.
//!
//! A new field of WeCom becomes a new row here. [`table`](super::table) documents the syntax of a row and the generated
//! code.
//!
//! Official: [创建成员](https://developer.work.weixin.qq.com/document/path/90195),
//! [更新成员](https://developer.work.weixin.qq.com/document/path/90197),
//! [读取成员](https://developer.work.weixin.qq.com/document/path/90196)

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    Attribute, BizMailAlias, ExtAttr, ExternalProfile, FieldValue, Gender, Limit, MemberStatus, Sensitivity,
    create::gender_number,
};
use crate::{
    DepartmentId, MediaId, OpenUserId, Patch, Seen, UserId,
    imports::{CellValue, EmptyCell, MemberColumns},
    json_fields,
    redact::Masked,
};

member_fields! {
    /// A member to be created. Fields that were not set are omitted, so the server's defaults apply.
    ///
    /// A mobile number or a mail address is required. Official:
    /// [创建成员](https://developer.work.weixin.qq.com/document/path/90195)
    create NewMember;

    /// The changes of an update. Only the fields that were set are sent; all others stay unchanged.
    ///
    /// [`Clear`](crate::Clear) sends the empty value of the field's type. The page gives `alias` a minimum of 1 character
    /// and `telephone` a minimum of 1 byte, and it leaves open whether `mobile` and `email` can be emptied. The server
    /// decides whether it accepts `""` for these four. `biz_mail` and `biz_mail_alias` are not atomic with the other
    /// fields: if the call fails, one of the two parts may have been applied.
    ///
    /// ```
    /// use wecom_contacts::{Clear, members::MemberPatch};
    ///
    /// let patch = MemberPatch::new().name("张三").position(Clear).direct_leader(["lisi"]);
    /// assert_eq!(
    ///     serde_json::to_string(&patch).unwrap(),
    ///     r#"{"name":"张三","direct_leader":["lisi"],"position":""}"#
    /// );
    /// ```
    ///
    /// Official: [更新成员](https://developer.work.weixin.qq.com/document/path/90197)
    update MemberPatch;

    /// A member (成员), as the credential sees it.
    ///
    /// A field is [`Hidden`](Seen::Hidden) if the reply omits it: either the credential has no permission, or WeCom does
    /// not send the field. A field in the reply is `Known`, even if it is empty. WeCom hides the fields marked
    /// *sensitive* from apps created after 2022-06-20 20:00; such apps read them by OAuth (`auth/getuserdetail`).
    /// `user/get` and `user/list` return the same fields.
    ///
    /// Official: [读取成员](https://developer.work.weixin.qq.com/document/path/90196)
    read Member;

    /// A member as a row of an import file.
    ///
    /// The file determines the columns. A field without a column is not written. An empty field (`""`, `[]`, `None`) with
    /// a column produces an empty cell, which empties the field if WeCom allows it. [`keep`](Self::keep) leaves a field
    /// of this row unchanged. A gender that is [`Undefined`](Gender::Undefined) is always left unchanged, because it
    /// means unknown or hidden.
    import ImportMember;

    /// A field of a member, in creations, updates, replies or import files.
    ///
    /// A new field of WeCom becomes a new variant, so the compiler reports every match that lacks it.
    fields MemberField;

    /// A column of a file of members (成员导入模板).
    ///
    /// [`ALL`](Self::ALL) contains the columns in the order of WeCom's template. A new column of WeCom becomes a new
    /// variant.
    columns MemberColumn;

    /// The account (账号), unique in the corp. Comparisons ignore case.
    userid() {
        Userid "账号" [1..=64 bytes] Shown;
        key
            /// Consists of digits, letters, `_`, `-`, `@` and `.`, and begins with a digit or letter.
            UserId;
        import
            /// Required: the userid identifies the member.
            userid: UserId { Userid "帐号" Refused }
    }

    /// The new account (修改账号). WeCom allows one change, and only of an account that the system generated.
    new_userid(impl Into<UserId>) {
        NewUserid "新账号" [1..=64 bytes] Shown;
        update Option<UserId>;
    }

    /// The name (姓名).
    name(impl Into<String>) {
        Name "姓名" [1..=64 characters] Personal;
        required String;
        update Option<String>;
        read
            /// Third-party apps receive the userid instead.
            Seen<String>;
        import
            /// Required.
            name: String { Name "姓名" Refused }
    }

    /// The alias (别名).
    alias(impl Into<String>) {
        Alias "别名" [1..=64 characters] Personal;
        create Option<String>;
        clearable Patch<String>;
        read Seen<String>;
        import alias: String { Alias "别名" Clears }
    }

    /// The mobile number (手机号码), unique in the corp. A number outside mainland China includes its country code.
    mobile(impl Into<String>) {
        Mobile "手机" [1..=32 bytes] Sensitive;
        create Option<String>;
        clearable
            /// The server ignores the change, without an error, if the member is already activated.
            Patch<String>;
        read Seen<String>;
        import
            /// Either the mobile number or the mail address is required.
            mobile: String { Mobile "手机号" Clears }
    }

    /// The personal mail address (邮箱), unique in the corp.
    email(impl Into<String>) {
        Email "邮箱" [6..=64 bytes] Sensitive;
        create Option<String>;
        clearable Patch<String>;
        read Seen<String>;
        import
            /// Either the mail address or the mobile number is required.
            email: String { Email "邮箱" Clears }
    }

    /// The corp mail address (企业邮箱), unique in the corp.
    biz_mail(impl Into<String>) {
        BizMail "企业邮箱" [6..=64 bytes] Sensitive;
        create
            /// An address set at creation is permanent.
            Option<String>;
        update
            /// At most 63 bytes here. A generated address can be changed once.
            Option<String>;
        read Seen<String>;
    }

    /// Alias addresses of the corp mailbox (企业邮箱别名).
    biz_mail_alias() {
        BizMailAlias "企业邮箱别名" [0..=5 items] Personal;
        clearable
            /// They replace the existing ones. An empty `item` removes all of them.
            Patch<BizMailAlias>;
        read Seen<BizMailAlias>;
    }

    /// The member's departments (成员所属部门).
    department(impl IntoIterator<Item = impl Into<DepartmentId>>) {
        Department "部门" [0..=100 items] Shown;
        create
            /// Without a department the member is placed in 其他（待设置部门）.
            Option<Vec<DepartmentId>>;
        update
            /// They replace the existing ones.
            Option<Vec<DepartmentId>>;
        read
            /// Contains only the departments that the credential can view. See [`memberships`](Self::memberships).
            Seen<Vec<DepartmentId>>;
        import
            /// At least one. The server creates an unknown department below 其他（待设置部门）. A cell joins the ids with
            /// `;`.
            department: Vec<DepartmentId> { Department "所在部门" Refused }
    }

    /// The position in each of `department`; larger numbers come first.
    order(impl IntoIterator<Item = u32>) {
        Order "排序" [0..=100 items] Shown;
        create
            /// Defaults to 0.
            Option<Vec<u32>>;
        update
            /// Takes effect only together with `department`.
            Option<Vec<u32>>;
        read
            /// Parallel to `department`.
            Seen<Vec<u32>>;
        import
            /// One number for each department, or empty to leave the order unchanged. A cell joins the numbers with `;`.
            order: Vec<u32> { Order "排序" Kept }
    }

    /// Whether the member is a leader of each of `department` (部门负责人).
    is_leader_in_dept(impl IntoIterator<Item = bool>) {
        IsLeaderInDept "部门负责人" [0..=100 items] Shown;
        create #[serde(default, with = "json_fields::flags")] Option<Vec<bool>>;
        update #[serde(default, with = "json_fields::flags")] Option<Vec<bool>>;
        read
            /// Parallel to `department`.
            #[serde(default, with = "json_fields::flags")]
            Seen<Vec<bool>>;
        import
            /// One value for each department, or empty to leave the values unchanged. A cell joins 0 and 1 with `;`.
            is_leader_in_dept: Vec<bool> { IsLeaderInDept "是否部门内领导" Kept }
    }

    /// The main department (主部门).
    main_department(impl Into<DepartmentId>) {
        MainDepartment "主部门" [] Shown;
        create Option<DepartmentId>;
        update Option<DepartmentId>;
        read
            /// Present only if the credential can view the department.
            Seen<DepartmentId>;
    }

    /// The direct superior (直属上级).
    direct_leader(impl IntoIterator<Item = impl Into<UserId>>) {
        DirectLeader "直属上级" [0..=1 items] Shown;
        create Option<Vec<UserId>>;
        clearable
            /// `[]` empties the field.
            Patch<Vec<UserId>>;
        read
            /// Contains only the members that the credential can view.
            Seen<Vec<UserId>>;
    }

    /// The position (职务).
    position(impl Into<String>) {
        Position "职务" [0..=128 characters] Personal;
        create Option<String>;
        clearable Patch<String>;
        read Seen<String>;
        import position: String { Position "职位" Clears }
    }

    /// The gender (性别).
    gender(Gender) {
        Gender "性别" [] Sensitive;
        create
            /// Sent as a number: the live server warns about the text form that its page shows.
            #[serde(serialize_with = "gender_number")]
            Option<Gender>;
        update
            /// Sent as a number: the live server warns about the text form that its page shows.
            #[serde(serialize_with = "gender_number")]
            Option<Gender>;
        read
            /// The server omits a hidden gender, although its page says that it returns [`Gender::Undefined`].
            Seen<Gender>;
        import
            /// A cell contains 男 or 女.
            gender: Option<Gender> { Gender "性别" Clears }
    }

    /// The landline (座机): digits, `-`, `+`, `,`.
    telephone(impl Into<String>) {
        Telephone "座机" [1..=32 bytes] Personal;
        create Option<String>;
        clearable Patch<String>;
        read Seen<String>;
        import telephone: String { Telephone "座机" Clears }
    }

    /// The address (地址).
    address(impl Into<String>) {
        Address "地址" [0..=128 characters] Sensitive;
        create Option<String>;
        clearable Patch<String>;
        read Seen<String>;
        import address: String { Address "地址" Clears }
    }

    /// The state of the account (激活状态).
    status() {
        Status "激活状态" [] Shown;
        read Seen<MemberStatus>;
    }

    /// Whether the account is enabled (启用/禁用成员).
    enable(bool) {
        Enable "启用/禁用成员" [] Shown;
        create
            /// The server's default is yes.
            #[serde(default, with = "json_fields::flag")]
            Option<bool>;
        update #[serde(default, with = "json_fields::flag")] Option<bool>;
        read
            /// The live server sends this field beside `status`, although its page omits it.
            #[serde(default, with = "json_fields::flag")]
            Seen<bool>;
        import
            /// `None` leaves the state unchanged. The column 禁用 has the inverse value: 1 for a disabled account.
            enabled: Option<bool> { Disabled "禁用" Kept or Enable "enable" }
    }

    /// The media id of an uploaded image for the avatar (头像).
    avatar_mediaid(impl Into<MediaId>) {
        AvatarMediaid "成员头像" [] Personal;
        create Option<MediaId>;
        update Option<MediaId>;
    }

    /// The URL of the full-size avatar (头像).
    avatar() {
        Avatar "头像" [] Sensitive;
        read Seen<String>;
    }

    /// The URL of the avatar's thumbnail (头像缩略图).
    thumb_avatar() {
        ThumbAvatar "头像缩略图" [] Sensitive;
        read
            /// Hidden whenever `avatar` is hidden, although the page omits this.
            Seen<String>;
    }

    /// The URL of the personal QR code (员工个人二维码).
    qr_code() {
        QrCode "员工个人二维码" [] Sensitive;
        read Seen<String>;
    }

    /// The extended attributes (扩展属性).
    extattr(impl IntoIterator<Item = Attribute>) {
        Extattr "扩展属性" [] Personal;
        create Option<ExtAttr>;
        update
            /// An attribute is emptied by its own empty value.
            Option<ExtAttr>;
        read Seen<ExtAttr>;
    }

    /// The external profile (成员对外属性).
    external_profile(ExternalProfile) {
        ExternalProfile "对外属性" [] Personal;
        create Option<ExternalProfile>;
        update
            /// Its attributes replace the existing ones.
            Option<ExternalProfile>;
        read Seen<ExternalProfile>;
    }

    /// The position shown outside the corp (对外职务), at most 12 Chinese characters.
    external_position(impl Into<String>) {
        ExternalPosition "对外职务" [0..=12 characters] Sensitive;
        create Option<String>;
        clearable Patch<String>;
        read
            /// Shown outside the corp instead of `position`.
            Seen<String>;
    }

    /// The channels account (视频号). Prefer [`ExternalProfile::wechat_channels`], which the page's own samples use.
    nickname(impl Into<String>) {
        Nickname "视频号名字" [] Personal;
        create Option<String>;
        update Option<String>;
    }

    /// Whether WeCom invites the member by service notice, SMS or mail.
    to_invite(bool) {
        ToInvite "是否邀请" [] Shown;
        create
            /// The server's default is **yes**.
            Option<bool>;
    }

    /// The member's id for third-party apps.
    open_userid() {
        OpenUserid "全局唯一id" [1..=64 bytes] Shown;
        read
            /// A self-built app of the corp never receives it.
            Seen<OpenUserId>;
    }

    /// The English name (英文名), a field of early WeCom versions.
    english_name() {
        EnglishName "英文名" [] Personal;
        read Seen<String>;
    }

    /// Whether the member is a leader of any department.
    isleader() {
        Isleader "是否部门负责人" [] Personal;
        read
            /// The live server sends this field, although its page omits it.
            #[serde(default, with = "json_fields::flag")]
            Seen<bool>;
    }

    /// Whether the mobile number is hidden from colleagues.
    hide_mobile() {
        HideMobile "是否隐藏手机号" [] Personal;
        read
            /// The live server sends this field, although its page omits it.
            #[serde(default, with = "json_fields::flag")]
            Seen<bool>;
    }
}
