//! Values of steps against what a reading shows.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use wecom_contacts::{
    DepartmentId, Seen,
    members::{Attribute, AttributeValue, ExternalProfile, FieldValue, Member, MemberField},
};

use crate::{
    plan::{FieldChange, Step, build::people::compared},
    record::{MemberRecord, Seat},
};

/// One of the two values of a field's change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

impl Side {
    pub(crate) fn of(self, change: &FieldChange) -> Option<&Value> {
        match self {
            Self::Before => change.before.as_ref(),
            Self::After => Some(&change.after),
        }
    }
}

/// The fields that describe seats. They are written together.
const SEAT_FIELDS: [&str; 4] = ["department", "order", "is_leader_in_dept", "main_department"];

pub(crate) fn is_seat_field(name: &str) -> bool {
    SEAT_FIELDS.contains(&name)
}

/// Returns the values of one side as a member, with the fields that `wanted` takes. `None` if they cannot be read as one.
pub(crate) fn member(
    userid: &str,
    fields: &BTreeMap<String, FieldChange>,
    side: Side,
    wanted: impl Fn(&str) -> bool,
) -> Option<Member> {
    let mut body = Map::new();
    body.insert("userid".to_owned(), userid.into());
    let fields = fields.iter().filter(|(name, _)| wanted(name));
    body.extend(fields.filter_map(|(name, change)| Some((name.clone(), side.of(change)?.clone()))));
    serde_json::from_value(body.into()).ok()
}

/// Returns the seats of one side, in the order of their departments. `None` if the side has no departments.
pub(crate) fn seats(step: &Step, side: Side) -> Option<Vec<Seat>> {
    let member = member(&step.object.id, &step.fields, side, is_seat_field)?;
    seats_of(&member)
}

/// Returns the seats that an answer or a body describes, in the order of their departments.
pub(crate) fn seats_of(member: &Member) -> Option<Vec<Seat>> {
    member.department.known()?;
    let mut seats: Vec<Seat> = member
        .memberships()
        .map(|membership| Seat {
            department: membership.department,
            order: membership.order.map_or(Seen::Hidden, Seen::Known),
            is_leader: membership.is_leader.map_or(Seen::Hidden, Seen::Known),
            is_main: member.main_department.map(|main| main == membership.department),
        })
        .collect();
    seats.sort_unstable_by_key(|seat| seat.department);
    seats.dedup_by_key(|seat| seat.department);
    Some(seats)
}

/// Whether two lists of seats agree in all that both know.
pub(crate) fn same_seats(left: &[Seat], right: &[Seat]) -> bool {
    fn agree<T: PartialEq>(left: &Seen<T>, right: &Seen<T>) -> bool {
        !matches!((left, right), (Seen::Known(left), Seen::Known(right)) if left != right)
    }
    left.len() == right.len()
        && left.iter().zip(right).all(|(left, right)| {
            left.department == right.department
                && agree(&left.order, &right.order)
                && agree(&left.is_leader, &right.is_leader)
                && agree(&left.is_main, &right.is_main)
        })
}

/// Whether a reading shows the order and the leadership of each seat that a step knows.
pub(crate) fn shows_seats(now: &[Seat], known: &[Seat]) -> bool {
    known.iter().all(|known| {
        now.iter().find(|now| now.department == known.department).is_none_or(|now| {
            (now.order.is_known() || known.order.is_hidden())
                && (now.is_leader.is_known() || known.is_leader.is_hidden())
        })
    })
}

/// Whether a value of a step is what the reading shows. `None` if the reading does not show the field, or the value is no value of it.
pub(crate) fn shows(record: &MemberRecord, name: &str, value: &Value) -> Option<bool> {
    let field = MemberField::from_name(name)?;
    let Seen::Known(now) = record.member.value(field) else { return None };
    // Most values are texts.
    if let (FieldValue::Text(now), Some(wanted)) = (now, value.as_str()) {
        return Some(shows_text(field, wanted, now));
    }
    let fields = BTreeMap::from([(name.to_owned(), FieldChange { before: None, after: value.clone() })]);
    let wanted = member(record.member.userid.as_str(), &fields, Side::After, |_| true)?;
    let Seen::Known(wanted) = wanted.value(field) else { return None };
    Some(match (wanted, now) {
        // WeCom lists every attribute of the console, those that were never set as empty ones.
        (FieldValue::ExtAttr(wanted), FieldValue::ExtAttr(now)) => has_attributes(&now.attrs, &wanted.attrs),
        (FieldValue::ExternalProfile(wanted), FieldValue::ExternalProfile(now)) => has_profile(now, wanted),
        (FieldValue::Text(wanted), FieldValue::Text(now)) => shows_text(field, wanted, now),
        (wanted, now) => wanted == now,
    })
}

fn shows_text(field: MemberField, wanted: &str, now: &str) -> bool {
    // WeCom keeps a mobile without spaces and without +86.
    let is_normalised = matches!(field, MemberField::Mobile | MemberField::Email);
    wanted == now || is_normalised && compared(field, wanted) == compared(field, now)
}

/// Whether the attributes have these values. An attribute that is missing is empty.
fn has_attributes(now: &[Attribute], wanted: &[Attribute]) -> bool {
    wanted.iter().all(|wanted| {
        now.iter().find(|now| now.name == wanted.name).map_or_else(
            || matches!(&wanted.value, AttributeValue::Text(text) if text.is_empty()),
            |now| now.value == wanted.value,
        )
    })
}

/// Whether an external profile has the parts that are wanted. A step names only the parts that it writes.
fn has_profile(now: &ExternalProfile, wanted: &ExternalProfile) -> bool {
    let has_name = wanted
        .external_corp_name
        .as_ref()
        .is_none_or(|wanted| now.external_corp_name.as_ref().map_or(wanted.is_empty(), |now| now == wanted));
    let attributes = |profile: &ExternalProfile| profile.external_attr.clone().unwrap_or_default();
    has_name && has_attributes(&attributes(now), &attributes(wanted))
}

/// A department as readings show it.
#[derive(Clone, Debug, Default)]
pub(crate) struct DepartmentNow {
    pub(crate) name: Seen<String>,
    pub(crate) name_en: Seen<String>,
    pub(crate) parent: Seen<DepartmentId>,
    pub(crate) order: Seen<u32>,
}

impl DepartmentNow {
    /// Whether a value of a step is what the reading shows. `None` if the reading does not show it.
    pub(crate) fn shows(&self, name: &str, value: &Value) -> Option<bool> {
        let number = || value.as_u64().or_else(|| value.as_str()?.parse().ok());
        match name {
            "name" => self.name.known().map(|now| value.as_str() == Some(now)),
            "name_en" => self.name_en.known().map(|now| value.as_str() == Some(now)),
            "parentid" => self.parent.known().map(|now| number() == Some(u64::from(now.0))),
            "order" => self.order.known().map(|now| number() == Some(u64::from(*now))),
            _ => None,
        }
    }
}

/// What a reading says of a step whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// The step is done.
    Done,
    /// The step was not executed.
    NotDone,
    /// The reading does not show it.
    None,
}

impl Evidence {
    /// Judges a step by its fields: `shows` says whether a value of the field with this name is what the reading shows.
    ///
    /// Fields that do not differ before and after say nothing. WeCom writes the fields of one call together or not at all, but for
    /// mail addresses of the corp, which have steps of their own.
    pub(crate) fn of_fields(
        fields: &BTreeMap<String, FieldChange>,
        shows: impl Fn(&str, &Value) -> Option<bool>,
    ) -> Self {
        let (mut done, mut not_done) = (false, false);
        for (name, change) in
            fields.iter().filter(|(_, change)| change.before.as_ref() != Some(&change.after))
        {
            match shows(name, &change.after) {
                Some(true) => done = true,
                // Neither of the two values: somebody else wrote it.
                Some(false)
                    if change.before.as_ref().is_some_and(|before| shows(name, before) == Some(false)) =>
                {
                    return Self::None;
                }
                Some(false) => not_done = true,
                None => {}
            }
        }
        match (done, not_done) {
            (true, false) => Self::Done,
            (false, true) => Self::NotDone,
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use wecom_contacts::members::MemberField;

    use super::*;

    fn record(json: Value) -> MemberRecord {
        let mut record = MemberRecord::unread("zhangsan".into(), jiff::Timestamp::UNIX_EPOCH);
        record.member = serde_json::from_value(json).unwrap();
        record
    }

    #[test]
    fn a_value_is_compared_in_any_form_that_wecom_takes() {
        let now = record(
            json!({"userid":"zhangsan","gender":"1","enable":1,"direct_leader":["LiSi"],"position":""}),
        );
        assert_eq!(shows(&now, "gender", &json!(1)), Some(true));
        assert_eq!(shows(&now, "enable", &json!(true)), Some(true));
        assert_eq!(shows(&now, "direct_leader", &json!(["lisi"])), Some(true));
        assert_eq!(shows(&now, "position", &json!("经理")), Some(false));
        assert_eq!(shows(&now, "mobile", &json!("1")), None, "hidden");
        let now = record(json!({"userid":"zhangsan","mobile":"13800000001","email":"a@example.com"}));
        assert_eq!(shows(&now, "mobile", &json!("+86 138-0000-0001")), Some(true));
        assert_eq!(shows(&now, "mobile", &json!("13800000002")), Some(false));
        assert_eq!(shows(&now, "email", &json!("A@example.com")), Some(true));
        assert_eq!(shows(&now, "to_invite", &json!(false)), None, "never read");
        assert!(MemberField::from_name("to_invite").is_some());
    }

    #[test]
    fn attributes_that_the_server_adds_are_no_difference() {
        let attribute = |name: &str, text: &str| json!({"type":0,"name":name,"text":{"value":text}});
        let now = record(
            json!({"userid":"zhangsan","extattr":{"attrs":[attribute("工号", "A1"), attribute("爱好", "")]}}),
        );
        assert_eq!(shows(&now, "extattr", &json!({"attrs":[attribute("工号", "A1")]})), Some(true));
        assert_eq!(shows(&now, "extattr", &json!({"attrs":[attribute("工号", "A2")]})), Some(false));
    }

    #[test]
    fn an_external_profile_is_compared_in_the_parts_that_a_step_writes() {
        let attribute = |text: &str| json!([{"type":0,"name":"微博","text":{"value":text}}]);
        let now = record(
            json!({"userid":"zhangsan","external_profile":{"external_corp_name":"示例","external_attr":attribute("a")}}),
        );
        let shown = |value: Value| shows(&now, "external_profile", &value);
        assert_eq!(shown(json!({"external_attr": attribute("a")})), Some(true));
        assert_eq!(shown(json!({"external_attr": []})), Some(true));
        assert_eq!(shown(json!({"external_attr": attribute("b")})), Some(false));
        assert_eq!(shown(json!({"external_attr": [], "external_corp_name": "示例"})), Some(true));
        assert_eq!(shown(json!({"external_attr": [], "external_corp_name": ""})), Some(false));
    }

    #[test]
    fn evidence_needs_a_field_that_differs_and_is_shown() {
        let change = |before: Value, after: Value| FieldChange { before: Some(before), after };
        let fields = BTreeMap::from([
            ("name".to_owned(), change(json!("a"), json!("a"))),
            ("position".to_owned(), change(json!("x"), json!("y"))),
        ]);
        let now = |position: &'static str| {
            move |name: &str, value: &Value| match name {
                "name" => Some(value == "a"),
                "position" => Some(value == position),
                _ => None,
            }
        };
        assert_eq!(Evidence::of_fields(&fields, now("y")), Evidence::Done);
        assert_eq!(Evidence::of_fields(&fields, now("x")), Evidence::NotDone);
        assert_eq!(Evidence::of_fields(&fields, now("z")), Evidence::None, "written by somebody else");
        assert_eq!(Evidence::of_fields(&fields, |_, _| None), Evidence::None);
    }
}
