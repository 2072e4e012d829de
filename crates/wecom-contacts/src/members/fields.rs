//! The table of member fields: what a creation, an update, an answer and an import file have, from one place.
//!
//! A new field of WeCom is a new row here. [`table`](super::table) says what a row may have and what becomes of it.
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
    /// A member to be created. What was not set is not sent, so that the server's defaults apply.
    ///
    /// Needed are a mobile number or a mail address. Official: [创建成员](https://developer.work.weixin.qq.com/document/path/90195)
    create NewMember;

    /// What an update changes: only what was named is sent, so that all other fields stay.
    ///
    /// [`Clear`](crate::Clear) empties the fields that take it, by the type's empty value. The page bounds `alias` and
    /// `telephone` from below (1 character, 1 byte), and does not say whether `mobile` and `email` can be emptied; the server
    /// decides whether it takes `""` there. `biz_mail` and `biz_mail_alias` are not atomic with the rest: when the call fails,
    /// either part may have been applied.
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

    /// A member (成员) as a credential may see them.
    ///
    /// A field is [`Hidden`](Seen::Hidden) if the answer leaves it out: the credential may not see it, or WeCom does not give it. A
    /// field that the answer has is `Known`, also if it is empty. Apps created after 2022-06-20 20:00 never see the fields marked
    /// *sensitive*; they come by OAuth (`auth/getuserdetail`) instead. `user/get` and `user/list` give the same fields.
    ///
    /// Official: [读取成员](https://developer.work.weixin.qq.com/document/path/90196)
    read Member;

    /// A member as a row of an import file.
    ///
    /// The file says which columns there are: a field of another column is not written, and an empty field (`""`, `[]`, `None`) of one
    /// that it has makes an empty cell, which empties what can be emptied. A row leaves a field as it is by [keeping](Self::keep) its
    /// column. A gender that is [`Undefined`](Gender::Undefined) is always left as it is: it is unknown or hidden, and never empty.
    import ImportMember;

    /// A field of a member, in creations, updates, answers or import files.
    ///
    /// A field that WeCom adds is a new variant, and a match on all variants then fails to compile: no field is forgotten.
    fields MemberField;

    /// A column of a file of members (成员导入模板).
    ///
    /// [`ALL`](Self::ALL) has them in the order of WeCom's template. A column that WeCom adds is a new variant.
    columns MemberColumn;

    /// The account (账号), unique in the corp and compared without case.
    userid() {
        Userid "账号" [1..=64 bytes] Shown;
        key
            /// Digits, letters, `_`, `-`, `@`, `.`, beginning with a digit or letter.
            UserId;
        import
            /// WeCom tells members apart by it, so it must not be empty.
            userid: UserId { Userid "帐号" Refused }
    }

    /// Another account (修改账号), once only, and only for one that the system made.
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
            /// To third-party apps the userid takes its place.
            Seen<String>;
        import
            /// It must not be empty.
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

    /// The mobile number (手机号码), unique in the corp; outside mainland China with its country code.
    mobile(impl Into<String>) {
        Mobile "手机" [1..=32 bytes] Sensitive;
        create Option<String>;
        clearable
            /// Ignored without an error if the member has activated already.
            Patch<String>;
        read Seen<String>;
        import
            /// This or the mail address must not be empty.
            mobile: String { Mobile "手机号" Clears }
    }

    /// The personal mail address (邮箱), unique in the corp.
    email(impl Into<String>) {
        Email "邮箱" [6..=64 bytes] Sensitive;
        create Option<String>;
        clearable Patch<String>;
        read Seen<String>;
        import
            /// This or the mobile number must not be empty.
            email: String { Email "邮箱" Clears }
    }

    /// The corp mail address (企业邮箱), unique in the corp.
    biz_mail(impl Into<String>) {
        BizMail "企业邮箱" [6..=64 bytes] Sensitive;
        create
            /// One given here can never be changed.
            Option<String>;
        update
            /// At most 63 bytes here; a generated one may be changed once.
            Option<String>;
        read Seen<String>;
    }

    /// Further addresses of the corp mailbox (企业邮箱别名).
    biz_mail_alias() {
        BizMailAlias "企业邮箱别名" [0..=5 items] Personal;
        clearable
            /// They replace those there. Cleared by an empty `item`.
            Patch<BizMailAlias>;
        read Seen<BizMailAlias>;
    }

    /// The departments (成员所属部门).
    department(impl IntoIterator<Item = impl Into<DepartmentId>>) {
        Department "部门" [0..=100 items] Shown;
        create
            /// Without any the member waits in 其他（待设置部门）.
            Option<Vec<DepartmentId>>;
        update
            /// They replace those there.
            Option<Vec<DepartmentId>>;
        read
            /// Only those that the credential may view. See [`memberships`](Self::memberships).
            Seen<Vec<DepartmentId>>;
        import
            /// At least one. One that does not exist is created below 其他（待设置部门）. A cell joins their ids by `;`.
            department: Vec<DepartmentId> { Department "所在部门" Refused }
    }

    /// The place in each of `department`, larger first.
    order(impl IntoIterator<Item = u32>) {
        Order "排序" [0..=100 items] Shown;
        create
            /// Defaults to 0.
            Option<Vec<u32>>;
        update
            /// Has effect only together with `department`.
            Option<Vec<u32>>;
        read
            /// Parallel to `department`.
            Seen<Vec<u32>>;
        import
            /// As many as departments, or empty to leave them as they are. A cell joins them by `;`.
            order: Vec<u32> { Order "排序" Kept }
    }

    /// Whether the member leads each of `department` (部门负责人).
    is_leader_in_dept(impl IntoIterator<Item = bool>) {
        IsLeaderInDept "部门负责人" [0..=100 items] Shown;
        create #[serde(default, with = "json_fields::flags")] Option<Vec<bool>>;
        update #[serde(default, with = "json_fields::flags")] Option<Vec<bool>>;
        read
            /// Parallel to `department`.
            #[serde(default, with = "json_fields::flags")]
            Seen<Vec<bool>>;
        import
            /// As many as departments, or empty to leave them as they are. A cell joins 0 and 1 by `;`.
            is_leader_in_dept: Vec<bool> { IsLeaderInDept "是否部门内领导" Kept }
    }

    /// The main department (主部门).
    main_department(impl Into<DepartmentId>) {
        MainDepartment "主部门" [] Shown;
        create Option<DepartmentId>;
        update Option<DepartmentId>;
        read
            /// Only if the credential may view it.
            Seen<DepartmentId>;
    }

    /// The direct superior (直属上级).
    direct_leader(impl IntoIterator<Item = impl Into<UserId>>) {
        DirectLeader "直属上级" [0..=1 items] Shown;
        create Option<Vec<UserId>>;
        clearable
            /// Cleared by `[]`.
            Patch<Vec<UserId>>;
        read
            /// Only if the credential may view them.
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
            /// It is sent as a number: the live server warns of the text that its page shows.
            #[serde(serialize_with = "gender_number")]
            Option<Gender>;
        update
            /// It is sent as a number: the live server warns of the text that its page shows.
            #[serde(serialize_with = "gender_number")]
            Option<Gender>;
        read
            /// It is absent if it is hidden, though its page says that it reads as [`Gender::Undefined`].
            Seen<Gender>;
        import
            /// A cell has 男 or 女.
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

    /// Whether the account is in use (激活状态).
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
            /// The live server carries it beside `status`; its page does not list it.
            #[serde(default, with = "json_fields::flag")]
            Seen<bool>;
        import
            /// `None` leaves it as it is. The column 禁用 has the opposite: 1 for an account that is not enabled.
            enabled: Option<bool> { Disabled "禁用" Kept or Enable "enable" }
    }

    /// An uploaded image for the picture (头像).
    avatar_mediaid(impl Into<MediaId>) {
        AvatarMediaid "成员头像" [] Personal;
        create Option<MediaId>;
        update Option<MediaId>;
    }

    /// The full-size picture's URL (头像).
    avatar() {
        Avatar "头像" [] Sensitive;
        read Seen<String>;
    }

    /// The thumbnail's URL (头像缩略图).
    thumb_avatar() {
        ThumbAvatar "头像缩略图" [] Sensitive;
        read
            /// Its page does not say so, but it goes with `avatar`.
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
            /// One is emptied by its own empty value.
            Option<ExtAttr>;
        read Seen<ExtAttr>;
    }

    /// What outsiders see (成员对外属性).
    external_profile(ExternalProfile) {
        ExternalProfile "对外属性" [] Personal;
        create Option<ExternalProfile>;
        update
            /// Its attributes replace those there.
            Option<ExternalProfile>;
        read Seen<ExternalProfile>;
    }

    /// The position shown to outsiders (对外职务), at most 12 Chinese characters.
    external_position(impl Into<String>) {
        ExternalPosition "对外职务" [0..=12 characters] Sensitive;
        create Option<String>;
        clearable Patch<String>;
        read
            /// It is shown in place of `position` there.
            Seen<String>;
    }

    /// The channels account (视频号). Prefer [`ExternalProfile::wechat_channels`]: the page's own samples carry it there.
    nickname(impl Into<String>) {
        Nickname "视频号名字" [] Personal;
        create Option<String>;
        update Option<String>;
    }

    /// Whether the member is invited by service notice, SMS or mail.
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
            /// A corp's own app never gets it.
            Seen<OpenUserId>;
    }

    /// The English name (英文名), which early versions of WeCom had.
    english_name() {
        EnglishName "英文名" [] Personal;
        read Seen<String>;
    }

    /// Whether the member leads a department.
    isleader() {
        Isleader "是否部门负责人" [] Personal;
        read
            /// The live server carries it; its page does not list it.
            #[serde(default, with = "json_fields::flag")]
            Seen<bool>;
    }

    /// Whether the mobile number is hidden from colleagues.
    hide_mobile() {
        HideMobile "是否隐藏手机号" [] Personal;
        read
            /// The live server carries it; its page does not list it.
            #[serde(default, with = "json_fields::flag")]
            Seen<bool>;
    }
}
