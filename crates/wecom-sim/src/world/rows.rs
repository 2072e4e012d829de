//! Serializes members and departments for a caller, directly from the world to JSON.

use std::{
    borrow::Cow,
    fmt::{self, Display},
};

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    console_settings::AttributeName,
    corp::Corp,
    departments::{Department, ROOT},
    members::{Attribute, AttributeValue, Member, MemberNo, Seat},
    view::View,
};

/// The seat of every member in 成员授权模式.
const ROOT_ALONE: [Seat; 1] = [Seat { department: ROOT, order: 0, leader: false }];

/// A member with all fields that the caller can see, for `user/get` and for rows of `user/list` and `export/user`.
#[derive(Debug)]
pub(crate) struct MemberRow<'v> {
    pub(crate) view: &'v View<'v>,
    pub(crate) no: MemberNo,
    pub(crate) member: &'v Member,
}

/// A row of `user/simplelist` and of `export/simple_user`.
#[derive(Debug)]
pub(crate) struct SimpleMemberRow<'v> {
    pub(crate) view: &'v View<'v>,
    pub(crate) member: &'v Member,
}

/// A department with all fields, for `department/get` and rows of `department/list`.
#[derive(Debug)]
pub(crate) struct DepartmentRow<'v> {
    pub(crate) view: &'v View<'v>,
    pub(crate) department: &'v Department,
}

/// Serializes an iterator as an array. The function creates the iterator.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// Serializes a text without building it first.
struct Shown<T>(T);

impl<T: Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl MemberRow<'_> {
    /// Returns the visible seats; parallel lists stay parallel.
    fn seats(&self) -> impl Iterator<Item = &Seat> {
        let view = self.view;
        let seats: &[Seat] = if view.shows_root_alone { &ROOT_ALONE } else { &self.member.seats };
        seats.iter().filter(|seat| view.shows_root_alone || view.sees_department(seat.department))
    }

    /// Returns the main department, if it is visible.
    fn main_department(&self) -> Option<u32> {
        let main = self.member.main_department;
        if self.view.shows_root_alone { Some(ROOT) } else { self.view.sees_department(main).then_some(main) }
    }

    fn leaders(&self) -> impl Iterator<Item = &str> {
        visible_leaders(self.view, &self.member.direct_leader)
    }
}

fn visible_leaders<'v>(view: &'v View<'v>, numbers: &'v [MemberNo]) -> impl Iterator<Item = &'v str> {
    numbers.iter().filter_map(|no| {
        let leader = view.corp.members.at(*no)?;
        view.sees(*no, leader).then_some(&*leader.userid)
    })
}

impl Serialize for MemberRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { view, no, member } = *self;
        let choices = &view.world.choices;
        let shown = !view.hides_sensitive;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("userid", &*shown_userid(view, member))?;
        map.serialize_entry("name", &*member.name)?;
        map.serialize_entry("department", &Each(|| self.seats().map(|seat| seat.department)))?;
        if !view.shows_root_alone {
            map.serialize_entry("order", &Each(|| self.seats().map(|seat| seat.order)))?;
        }
        if view.basics_only {
            if let Some(main) = self.main_department() {
                map.serialize_entry("main_department", &main)?;
            }
            map.serialize_entry("gender", "0")?;
            map.serialize_entry("status", &member.status())?;
            return map.end();
        }
        map.serialize_entry("position", &*member.position)?;
        if shown {
            map.serialize_entry("gender", member.gender.digit())?;
        } else if choices.withheld_gender_as_zero || choices.withheld_as_empty {
            map.serialize_entry("gender", "0")?;
        }
        map.serialize_entry("is_leader_in_dept", &Each(|| self.seats().map(|seat| u8::from(seat.leader))))?;
        map.serialize_entry("direct_leader", &Each(|| self.leaders()))?;
        if shown || choices.withheld_as_empty {
            let text = |text| if shown { text } else { "" };
            map.serialize_entry("mobile", text(&*member.mobile))?;
            map.serialize_entry("email", text(&*member.email))?;
            map.serialize_entry("biz_mail", text(&*member.biz_mail))?;
            let avatar = member.rare.as_ref().map_or("", |rare| text(&*rare.avatar));
            for (key, size) in [("avatar", "0"), ("thumb_avatar", "100")] {
                match avatar {
                    "" => map.serialize_entry(key, "")?,
                    _ => map.serialize_entry(key, &Shown(format_args!("{avatar}/{size}")))?,
                }
            }
            map.serialize_entry("address", text(&*member.address))?;
            if shown {
                map.serialize_entry("qr_code", &Shown(qr_code(view.corp, no)))?;
            } else {
                map.serialize_entry("qr_code", "")?;
            }
        }
        map.serialize_entry("telephone", &*member.telephone)?;
        map.serialize_entry("alias", &*member.alias)?;
        if let Some(main) = self.main_department() {
            map.serialize_entry("main_department", &main)?;
        }
        if choices.brief_attributes {
            map.serialize_entry("extattr", &ExtAttr { attrs: &member.extattr })?;
        } else {
            let attrs =
                Each(|| view.corp.console.extattr.iter().map(|known| ListedAttribute { known, member }));
            map.serialize_entry("extattr", &ExtAttr { attrs: &attrs })?;
        }
        map.serialize_entry("status", &member.status())?;
        if choices.return_enable {
            map.serialize_entry("enable", &u8::from(!member.disabled))?;
            map.serialize_entry("isleader", &u8::from(self.seats().any(|seat| seat.leader)))?;
            map.serialize_entry("hide_mobile", &0)?;
        }
        let whole = shown || choices.external_fields_for_new_apps;
        if whole {
            map.serialize_entry("external_position", &*member.external_position)?;
        }
        if whole || member.has_external_profile() {
            map.serialize_entry("external_profile", &ExternalProfile { member })?;
        }
        map.end()
    }
}

/// Returns the userid as details of members have it.
fn shown_userid<'m>(view: &View<'_>, member: &'m Member) -> Cow<'m, str> {
    let is_lowered = view.world.choices.lower_case_userids;
    if is_lowered { member.userid.to_ascii_lowercase().into() } else { (&*member.userid).into() }
}

/// Returns the URL of a member's personal QR code.
pub(crate) fn qr_code(corp: &Corp, no: MemberNo) -> impl Display {
    fmt::from_fn(move |out| {
        write!(out, "https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=vc{}{no:x}", corp.id)
    })
}

impl Serialize for SimpleMemberRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { view, member } = *self;
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("userid", &*shown_userid(view, member))?;
        map.serialize_entry("name", &*member.name)?;
        if view.shows_root_alone {
            map.serialize_entry("department", &[ROOT])?;
        } else {
            let departments = || member.seats.iter().map(|seat| seat.department);
            map.serialize_entry(
                "department",
                &Each(|| departments().filter(|id| view.sees_department(*id))),
            )?;
        }
        map.end()
    }
}

impl Serialize for DepartmentRow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { view, department } = *self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &department.id)?;
        map.serialize_entry("name", &department.name)?;
        if !department.name_en.is_empty() {
            map.serialize_entry("name_en", &department.name_en)?;
        }
        map.serialize_entry("department_leader", &department_leaders(view, department.id))?;
        map.serialize_entry("parentid", &department.parent)?;
        map.serialize_entry("order", &department.order)?;
        map.end()
    }
}

/// Returns the visible 部门负责人.
fn department_leaders<'v>(view: &'v View<'v>, department: u32) -> impl Serialize + 'v {
    Each(move || {
        view.corp
            .members
            .leaders_of(department)
            .filter(|(no, leader)| view.sees(*no, leader))
            .map(|(_, leader)| &*leader.userid)
    })
}

#[derive(Serialize)]
struct ExtAttr<'m, T: ?Sized> {
    attrs: &'m T,
}

/// An attribute of the console, with the member's value or an empty one.
struct ListedAttribute<'m> {
    known: &'m AttributeName,
    member: &'m Member,
}

impl Serialize for ListedAttribute<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { known, member } = *self;
        let set = member.extattr.iter().find(|attribute| attribute.name == known.name);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &*known.name)?;
        map.serialize_entry("type", &known.kind)?;
        match (known.kind, set.map(|attribute| &attribute.value)) {
            (1, Some(AttributeValue::Web { url, title })) => {
                map.serialize_entry("web", &Web { url, title })?
            }
            (1, _) => map.serialize_entry("web", &Web { url: "", title: "" })?,
            (_, value) => {
                let value = match value {
                    Some(AttributeValue::Text(text)) => &**text,
                    _ => "",
                };
                map.serialize_entry("value", value)?;
                map.serialize_entry("text", &Text { value })?;
            }
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Text<'m> {
    value: &'m str,
}

#[derive(Serialize)]
struct Web<'m> {
    url: &'m str,
    title: &'m str,
}

/// The 成员对外属性 of a member.
pub(crate) struct ExternalProfile<'m> {
    pub(crate) member: &'m Member,
}

impl Serialize for ExternalProfile<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Channels<'m> {
            nickname: &'m str,
            /// Confirmed.
            status: u8,
        }
        let mut map = serializer.serialize_map(None)?;
        let Some(rare) = &self.member.rare else {
            map.serialize_entry("external_corp_name", "")?;
            map.serialize_entry::<str, [&str; 0]>("external_attr", &[])?;
            return map.end();
        };
        map.serialize_entry("external_corp_name", &*rare.external_corp_name)?;
        if !rare.channels_nickname.is_empty() {
            let nickname = &*rare.channels_nickname;
            map.serialize_entry("wechat_channels", &Channels { nickname, status: 0 })?;
        }
        map.serialize_entry("external_attr", &rare.external_attr)?;
        map.end()
    }
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Miniprogram<'m> {
            appid: &'m str,
            title: &'m str,
            pagepath: &'m str,
        }
        let mut map = serializer.serialize_map(Some(3))?;
        let kind = match &self.value {
            AttributeValue::Text(_) => 0,
            AttributeValue::Web { .. } => 1,
            AttributeValue::Miniprogram { .. } => 2,
        };
        map.serialize_entry("type", &kind)?;
        map.serialize_entry("name", &*self.name)?;
        match &self.value {
            AttributeValue::Text(value) => map.serialize_entry("text", &Text { value })?,
            AttributeValue::Web { url, title } => map.serialize_entry("web", &Web { url, title })?,
            AttributeValue::Miniprogram { appid, title, pagepath } => {
                map.serialize_entry("miniprogram", &Miniprogram { appid, title, pagepath })?
            }
        }
        map.end()
    }
}
