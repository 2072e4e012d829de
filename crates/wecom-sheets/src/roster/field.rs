//! The fields that a roster can contain.

use crate::cleaning::Wanted;

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident = $name:literal, $heading:literal, $wanted:ident;)*) => {
        /// A field of a roster's row. Extended attributes (扩展属性) are identified by their own names instead.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum RosterField {
            $($(#[$doc])* $field,)*
        }

        impl RosterField {
            /// All fields, in the order of a roster template.
            pub const ALL: &[Self] = &[$(Self::$field),*];

            /// Returns the field's name in options, such as `mobile`. Fields of WeCom have their name in JSON.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)*
                }
            }

            /// Returns the field's heading in a roster template, such as 手机号.
            pub const fn heading(self) -> &'static str {
                match self {
                    $(Self::$field => $heading,)*
                }
            }

            /// Returns the kind of value, which decides how a cell is cleaned.
            pub(super) const fn wanted(self) -> Wanted {
                match self {
                    $(Self::$field => Wanted::$wanted,)*
                }
            }
        }
    };
}

fields! {
    /// The account, which WeCom compares without case. A text.
    Userid = "userid", "帐号", Id;
    /// The name. A text.
    Name = "name", "姓名", Name;
    /// The alias. A text.
    Alias = "alias", "别名", Name;
    /// The mobile number. A text; a number of mainland China has no country code, any other number keeps it.
    Mobile = "mobile", "手机号", Mobile;
    /// The mail address. A text.
    Email = "email", "邮箱", Mail;
    /// The address in the corp's mailbox. A text.
    BizMail = "biz_mail", "企业邮箱", Mail;
    /// The departments of the person, in the order of the cell, separated by `;` or line breaks. Departments: by id below a
    /// heading such as 部门ID; by id below 所在部门 (the API's template) if the cell contains only numbers; otherwise texts.
    /// Columns for the levels (一级部门, 二级部门, …) together are one department.
    Department = "department", "部门", Words;
    /// The main department. Exactly one department.
    MainDepartment = "main_department", "主部门", Words;
    /// Departments that the person leads: departments, or one flag for each of the row's departments. A cell with nothing
    /// but flags (是, 否, 1, 0) contains flags.
    Leader = "is_leader_in_dept", "部门负责人", Words;
    /// The position among the members of each of the row's departments. Numbers.
    Order = "order", "排序", Numbers;
    /// The direct leader: an account, a key or a name. A text.
    DirectLeader = "direct_leader", "直属上级", Name;
    /// The position. A text.
    Position = "position", "职位", Words;
    /// The gender. A [`Gender`](wecom_contacts::members::Gender).
    Gender = "gender", "性别", Gender;
    /// The telephone number. A text.
    Telephone = "telephone", "座机", Phone;
    /// The address. A text.
    Address = "address", "地址", Words;
    /// The position that external contacts see. A text.
    ExternalPosition = "external_position", "对外职务", Words;
    /// The corp's short name that external contacts see. A text.
    ExternalCorpName = "external_corp_name", "企业对外简称", Words;
    /// Names of tags, separated by `;` or line breaks. A list.
    Tags = "tags", "标签", Words;
    /// Whether the account is enabled. A flag.
    Enable = "enable", "启用状态", Flag;
    /// HR's word for the employment, such as 在职 or 离职. A text.
    State = "state", "状态", Attribute;
    /// The first day of the employment. A text of the form `2026-01-31`.
    JoinDate = "join_date", "入职日期", Attribute;
    /// The last day of the employment. A text of the form `2026-01-31`.
    LeaveDate = "leave_date", "离职日期", Attribute;
}

impl RosterField {
    /// Returns the field with this [name](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }

    /// Returns whether the field can identify a person: account, mobile number, mail address.
    pub const fn is_key(self) -> bool {
        matches!(self, Self::Userid | Self::Mobile | Self::Email)
    }

    /// Returns whether two values of an equal appearance can differ in leading zeros.
    pub(super) const fn has_leading_zeros(self) -> bool {
        matches!(self, Self::Userid | Self::Mobile | Self::Telephone | Self::DirectLeader)
    }
}
