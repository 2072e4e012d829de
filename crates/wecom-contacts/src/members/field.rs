//! Properties of a member's field (limit, sensitivity) and access to its value independent of the type.

use std::fmt;

use super::{
    BizMailAlias, ExtAttr, ExternalProfile, Gender, Member, MemberField, MemberPatch, MemberStatus, NewMember,
};
use crate::{DepartmentId, OpenUserId, UserId};

/// Returns the fields of a member, in the order of WeCom's pages.
///
/// ```
/// use wecom_contacts::members::{self, Limit, MemberField};
///
/// for field in members::fields() {
///     println!("{} {} {:?}", field.name(), field.chinese(), field.limit());
/// }
/// assert_eq!(MemberField::from_name("position"), Some(MemberField::Position));
/// assert_eq!(MemberField::Position.limit(), Some(Limit::Characters { shortest: 0, longest: 128 }));
/// assert!(MemberField::Position.is_clearable() && !MemberField::Name.is_clearable());
/// assert!(MemberField::Mobile.is_sensitive());
/// ```
pub fn fields() -> impl ExactSizeIterator<Item = MemberField> + Clone + Send + 'static {
    MemberField::ALL.iter().copied()
}

impl MemberField {
    /// Returns the field with this key in JSON.
    pub fn from_name(name: &str) -> Option<Self> {
        fields().find(|field| field.name() == name)
    }

    /// Returns whether a creation can contain the field, as [`NewMember`] does.
    pub fn is_in_create(self) -> bool {
        NewMember::FIELDS.contains(&self)
    }

    /// Returns whether an update can change the field, as [`MemberPatch`] does.
    pub fn is_in_update(self) -> bool {
        MemberPatch::FIELDS.contains(&self)
    }

    /// Returns whether an update can empty the field.
    pub fn is_clearable(self) -> bool {
        MemberPatch::CLEARABLE.contains(&self)
    }

    /// Returns whether a reply, and therefore the row of an export, can contain the field, as [`Member`] does.
    pub fn is_in_answers(self) -> bool {
        Member::FIELDS.contains(&self)
    }

    /// Returns whether WeCom hides the field from apps created after 2022-06-20 20:00.
    pub const fn is_sensitive(self) -> bool {
        matches!(self.sensitivity(), Sensitivity::Sensitive)
    }

    /// Returns whether the value is personal data, which logs and `Debug` mask.
    pub const fn is_personal(self) -> bool {
        !matches!(self.sensitivity(), Sensitivity::Shown)
    }
}

/// Writes the field's key in JSON.
impl fmt::Display for MemberField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The length limit of a field. If WeCom states no lower bound, it is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// The length of a text in bytes of UTF-8.
    Bytes {
        /// Minimum length.
        shortest: usize,
        /// Maximum length.
        longest: usize,
    },
    /// The length of a text in characters (Unicode scalar values).
    Characters {
        /// Minimum length.
        shortest: usize,
        /// Maximum length.
        longest: usize,
    },
    /// The number of items of a list.
    Items {
        /// Minimum number of items.
        fewest: usize,
        /// Maximum number of items.
        most: usize,
    },
}

/// Who can see the value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sensitivity {
    /// An id or a state. Logs show it.
    Shown,
    /// Personal data: logs and `Debug` mask it.
    Personal,
    /// Personal data that WeCom also hides from apps created after 2022-06-20 20:00.
    Sensitive,
}

/// The borrowed value of a member's field, for comparing two members field by field. See [`Member::value`].
///
/// ```
/// use wecom_contacts::members::{self, Member};
///
/// fn differences(before: &Member, after: &Member) -> Vec<&'static str> {
///     let differs = |field: &members::MemberField| before.value(*field) != after.value(*field);
///     members::fields().filter(differs).map(members::MemberField::name).collect()
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FieldValue<'a> {
    /// A text.
    Text(&'a str),
    /// A member. The comparison ignores case.
    Member(&'a UserId),
    /// A boolean, 0 or 1 in JSON.
    Flag(bool),
    /// One boolean for each department.
    Flags(&'a [bool]),
    /// One number for each department.
    Numbers(&'a [u32]),
    /// A department.
    Department(DepartmentId),
    /// Departments.
    Departments(&'a [DepartmentId]),
    /// Members.
    Members(&'a [UserId]),
    /// A gender.
    Gender(&'a Gender),
    /// The state of the account.
    Status(MemberStatus),
    /// Alias addresses of the corp mailbox.
    BizMailAlias(&'a BizMailAlias),
    /// Extended attributes.
    ExtAttr(&'a ExtAttr),
    /// The external profile.
    ExternalProfile(&'a ExternalProfile),
}

/// Shows the kind of the value. The value itself can be personal data.
impl fmt::Debug for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(***)",
            Self::Member(_) => "Member(***)",
            Self::Flag(_) => "Flag(***)",
            Self::Flags(_) => "Flags(***)",
            Self::Numbers(_) => "Numbers(***)",
            Self::Department(_) => "Department(***)",
            Self::Departments(_) => "Departments(***)",
            Self::Members(_) => "Members(***)",
            Self::Gender(_) => "Gender(***)",
            Self::Status(_) => "Status(***)",
            Self::BizMailAlias(_) => "BizMailAlias(***)",
            Self::ExtAttr(_) => "ExtAttr(***)",
            Self::ExternalProfile(_) => "ExternalProfile(***)",
        })
    }
}

macro_rules! field_values {
    ($($type:ty => |$value:ident| $made:expr;)*) => {$(
        impl<'a> From<&'a $type> for FieldValue<'a> {
            fn from($value: &'a $type) -> Self {
                $made
            }
        }
    )*};
}

field_values! {
    String => |text| Self::Text(text);
    UserId => |id| Self::Member(id);
    OpenUserId => |id| Self::Text(id.as_str());
    bool => |flag| Self::Flag(*flag);
    Vec<bool> => |flags| Self::Flags(flags);
    Vec<u32> => |numbers| Self::Numbers(numbers);
    DepartmentId => |id| Self::Department(*id);
    Vec<DepartmentId> => |ids| Self::Departments(ids);
    Vec<UserId> => |ids| Self::Members(ids);
    Gender => |gender| Self::Gender(gender);
    MemberStatus => |status| Self::Status(*status);
    BizMailAlias => |aliases| Self::BizMailAlias(aliases);
    ExtAttr => |attributes| Self::ExtAttr(attributes);
    ExternalProfile => |profile| Self::ExternalProfile(profile);
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;
    use crate::{Seen, imports::MemberColumn};

    #[test]
    fn names_are_unique_and_find_their_fields() {
        let names: HashSet<_> = fields().map(MemberField::name).collect();
        assert_eq!(names.len(), fields().len());
        assert!(fields().all(|field| MemberField::from_name(field.name()) == Some(field)));
        assert_eq!(MemberField::from_name("nothing"), None);
    }

    #[test]
    fn the_fields_are_those_that_the_pages_have() {
        let names =
            |fields: &[MemberField]| fields.iter().map(|field| field.name()).collect::<Vec<_>>().join(" ");
        assert_eq!(
            names(NewMember::FIELDS),
            "userid name alias mobile email biz_mail department order is_leader_in_dept main_department direct_leader \
             position gender telephone address enable avatar_mediaid extattr external_profile external_position nickname \
             to_invite"
        );
        assert_eq!(
            names(MemberPatch::FIELDS),
            "new_userid name alias mobile email biz_mail biz_mail_alias department order is_leader_in_dept \
             main_department direct_leader position gender telephone address enable avatar_mediaid extattr \
             external_profile external_position nickname"
        );
        assert_eq!(
            names(MemberPatch::CLEARABLE),
            "alias mobile email biz_mail_alias direct_leader position telephone address external_position"
        );
        assert_eq!(
            names(Member::FIELDS),
            "userid name alias mobile email biz_mail biz_mail_alias department order is_leader_in_dept main_department \
             direct_leader position gender telephone address status enable avatar thumb_avatar qr_code extattr \
             external_profile external_position open_userid english_name isleader hide_mobile"
        );
        let sensitive: Vec<_> = fields().filter(|field| field.is_sensitive()).collect();
        assert_eq!(
            names(&sensitive),
            "mobile email biz_mail gender address avatar thumb_avatar qr_code external_position"
        );
    }

    #[test]
    fn a_column_and_its_field_know_each_other() {
        for column in MemberColumn::ALL {
            assert_eq!(column.field().column(), Some(column));
        }
        assert_eq!(MemberColumn::Enable.field(), MemberField::Enable);
        assert_eq!(fields().filter(|field| field.column().is_some()).count(), MemberColumn::ALL.len());
    }

    #[test]
    fn a_value_is_what_the_answer_has() {
        let member: Member = serde_json::from_value(
            json!({"userid": "a", "name": "", "department": [2], "enable": 0, "status": 4, "direct_leader": []}),
        )
        .unwrap();
        assert_eq!(member.value(MemberField::Userid), Seen::Known(FieldValue::Member(&"A".into())));
        assert_eq!(member.value(MemberField::Name), Seen::Known(FieldValue::Text("")));
        assert_eq!(
            member.value(MemberField::Department),
            Seen::Known(FieldValue::Departments(&[DepartmentId(2)]))
        );
        assert_eq!(member.value(MemberField::Enable), Seen::Known(FieldValue::Flag(false)));
        assert_eq!(
            member.value(MemberField::Status),
            Seen::Known(FieldValue::Status(MemberStatus::NotActivated))
        );
        assert_eq!(member.value(MemberField::DirectLeader), Seen::Known(FieldValue::Members(&[])));
        assert_eq!(member.value(MemberField::Mobile), Seen::Hidden);
        assert_eq!(member.value(MemberField::ToInvite), Seen::Hidden);
        assert_eq!(format!("{:?}", member.value(MemberField::Userid)), "Known(Member(***))");
    }

    #[test]
    fn logs_show_no_personal_field() {
        let logged = |field: MemberField| {
            let body = json!({field.name(): "13800000000"}).to_string();
            crate::redact::body(body.as_bytes()).contains("138")
        };
        let shown: Vec<_> = fields().filter(|field| field.is_personal() && logged(*field)).collect();
        assert!(shown.is_empty(), "{shown:?}");
    }
}
