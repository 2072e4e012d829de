//! Members: created ones are disabled or removed, removed ones are created, and values go back.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use wecom_contacts::{
    DepartmentId, Seen, TagId, UserId,
    members::{Attribute, AttributeValue, ExtAttr, ExternalProfile, MemberField, MemberStatus, NewMember},
};

use super::{
    effects::{Effect, Effects},
    finding,
    order::{Draft, Node},
    unsettled,
};
use crate::{
    apply::values::{self, Side},
    journal::ObjectKind,
    plan::{
        Category, FieldChange, FindingKind, Object, Obstacle, SideEffect, Step, StepAction, build::removal,
    },
    record::{MemberRecord, Seat, State},
    store::MemberKey,
};

pub(super) fn undo(draft: &mut Draft, effects: &Effects<'_>, remove_created: bool) {
    // Removed members first, so that others can lead or be led by them again.
    for effect in effects.of_kind(ObjectKind::Member).filter(|effect| effect.is_removed) {
        if effect.is_forgotten {
            draft.findings.push(finding(FindingKind::CannotReturn, effect).because(Obstacle::Erased));
        } else if !effect.is_created {
            create_again(draft, effect);
        }
    }
    for effect in effects.of_kind(ObjectKind::Member).filter(|effect| effect.is_removed && !effect.is_created)
    {
        restore_relations(draft, effects, effect);
    }
    for effect in effects.of_kind(ObjectKind::Member).filter(|effect| !effect.is_removed) {
        if effect.is_forgotten {
            draft.findings.push(finding(FindingKind::CannotReturn, effect).because(Obstacle::Erased));
        } else if effect.is_created {
            take_back_creation(draft, effect, remove_created);
        } else {
            restore_fields(draft, effect);
        }
    }
}

/// The member of an effect as the mirror has it.
fn present<'a>(draft: &'a Draft, effect: &Effect<'_>) -> Option<&'a MemberRecord> {
    let new = effect.fields.get("new_userid").and_then(|(_, after)| after.as_str());
    new.and_then(|new| draft.member(&new.into())).or_else(|| draft.member(&effect.object.id.as_str().into()))
}

fn object_of(record: &MemberRecord) -> Object {
    Object {
        kind: ObjectKind::Member,
        id: record.member.userid.as_str().to_owned(),
        name: record.member.name.known().cloned(),
    }
}

fn status(record: &MemberRecord) -> Option<i64> {
    record.member.status.known().map(|status| i64::from(*status))
}

/// Whether the member has never logged in, so that nothing is lost with a removal.
pub(super) fn is_unused(record: &MemberRecord) -> bool {
    record.member.status.known() == Some(&MemberStatus::NotActivated)
}

fn take_back_creation(draft: &mut Draft, effect: &Effect<'_>, remove_created: bool) {
    let Some(record) = present(draft, effect) else {
        if !effect.is_unknown {
            draft.findings.push(finding(FindingKind::Gone, effect));
        }
        return;
    };
    if effect.is_unsettled {
        draft.findings.push(unsettled(effect));
        return;
    }
    let is_unused = is_unused(record);
    let object = object_of(record);
    if remove_created && is_unused {
        let mut deletion = Step::new(object, StepAction::Remove, Category::Remove, BTreeMap::new());
        deletion.status = status(record);
        deletion.former = removal::former(record);
        let key = MemberKey::from(&record.member.userid);
        deletion.side_effects = draft.side_effects.remove(&key).unwrap_or_default();
        draft.add(deletion, []);
        return;
    }
    let is_disabled = record.member.enable == Seen::Known(false);
    let before = record.member.enable.known().map(|enable| Value::Bool(*enable));
    let fields = BTreeMap::from([("enable".to_owned(), FieldChange { before, after: false.into() })]);
    let mut disabling = Step::new(object, StepAction::Update, Category::Disable, fields);
    disabling.status = status(record);
    disabling.note_home(record);
    if remove_created {
        let why = Obstacle::Activated;
        draft.findings.push(finding(FindingKind::CannotReturn, effect).because(why));
    }
    if !is_disabled {
        draft.add(disabling, []);
    }
}

/// Seats as the fields of a call.
fn seat_fields(seats: &[Seat]) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("department".to_owned(), seats.iter().map(|seat| seat.department.0).collect());
    fields.insert("order".to_owned(), seats.iter().map(|seat| seat.order.unwrap_or(0)).collect());
    let leads = |seat: &Seat| u8::from(seat.is_leader == Seen::Known(true));
    fields.insert("is_leader_in_dept".to_owned(), seats.iter().map(leads).collect());
    if let Some(main) = seats.iter().find(|seat| seat.is_main == Seen::Known(true)) {
        fields.insert("main_department".to_owned(), main.department.0.into());
    }
    fields
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn create_again(draft: &mut Draft, effect: &Effect<'_>) {
    let key = MemberKey::from(effect.object.id.as_str());
    if draft.member(&key).is_some() {
        if !effect.is_unknown {
            draft.findings.push(finding(FindingKind::Conflict, effect).field("userid"));
        }
        return;
    }
    let cannot = |why: Obstacle| finding(FindingKind::CannotReturn, effect).because(why);
    let former: BTreeMap<String, FieldChange> = effect
        .former
        .iter()
        .filter(|(_, value)| !is_empty(value))
        .map(|(name, value)| (name.clone(), FieldChange { before: None, after: value.clone() }))
        .collect();
    if !former.contains_key("mobile") && !former.contains_key("email") {
        draft.findings.push(cannot(Obstacle::ContactUnknown));
        return;
    }
    if !former.contains_key("name") {
        draft.findings.push(cannot(Obstacle::NameUnknown));
        return;
    }
    let mut fields = former.clone();
    // The address of the mailbox is permanent once it is set, and the mailbox is gone.
    let is_left_out = |name: &str| {
        values::is_seat_field(name)
            || matches!(
                name,
                "userid" | "direct_leader" | "biz_mail" | "biz_mail_alias" | "to_invite" | "enable"
            )
    };
    fields.retain(|name, change| {
        let is_unset = name == "gender" && matches!(&change.after, Value::String(text) if text == "0");
        let field = MemberField::from_name(name);
        !is_left_out(name) && !is_unset && field.is_some_and(|field| NewMember::FIELDS.contains(&field))
    });
    let mut needs = Vec::new();
    let seats = values::member(&effect.object.id, &former, Side::After, values::is_seat_field);
    let Some(mut seats) = seats.as_ref().and_then(values::seats_of) else {
        draft.findings.push(cannot(Obstacle::DepartmentsUnknown));
        return;
    };
    seats.retain(|seat| {
        let node = draft.creation(ObjectKind::Department, &seat.department.to_string());
        needs.extend(node);
        let exists = node.is_some() || draft.departments.contains_key(&seat.department);
        if !exists {
            draft
                .findings
                .push(cannot(Obstacle::DepartmentGone { id: seat.department.0 }).field("department"));
        }
        exists
    });
    if seats.is_empty() {
        draft.findings.push(cannot(Obstacle::DepartmentsGone));
        return;
    }
    let change = |after: Value| FieldChange { before: None, after };
    fields.extend(seat_fields(&seats).into_iter().map(|(name, value)| (name, change(value))));
    fields.insert("to_invite".to_owned(), change(false.into()));
    let was_disabled = effect.status == Some(i64::from(MemberStatus::Disabled))
        || former.get("enable").is_some_and(|enable| {
            matches!(enable.after.as_i64(), Some(0)) || enable.after == Value::Bool(false)
        });
    if was_disabled {
        fields.insert("enable".to_owned(), change(false.into()));
    }
    draft.findings.push(cannot(Obstacle::LostWithRemoval));
    draft.add(Step::new(effect.object.clone(), StepAction::Create, Category::Create, fields), needs);
}

/// Restores what went with a removed member: the direct leader, the members who were led, and the tags.
fn restore_relations(draft: &mut Draft, effects: &Effects<'_>, effect: &Effect<'_>) {
    let Some(creation) = draft.creation(ObjectKind::Member, &effect.object.id) else { return };
    let leaders = effect.former.get("direct_leader").and_then(Value::as_array).cloned().unwrap_or_default();
    let leaders: Vec<String> = leaders.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    if !leaders.is_empty() {
        if leaders.iter().all(|leader| draft.will_exist(&leader.as_str().into())) {
            let mut needs = vec![creation];
            needs.extend(leaders.iter().filter_map(|leader| draft.creation(ObjectKind::Member, leader)));
            lead(draft, effect.object.clone(), None, json!(leaders), needs);
        } else {
            let finding = finding(FindingKind::CannotReturn, effect).field("direct_leader");
            draft.findings.push(finding.because(Obstacle::LeaderGone));
        }
    }
    for side_effect in effect.side_effects {
        match side_effect {
            SideEffect::Tag { id } => {
                let tagged = draft.tagged.entry(TagId(*id)).or_default();
                tagged.members.push(UserId::new(&effect.object.id));
            }
            SideEffect::DirectLeader { of } => {
                let key = (ObjectKind::Member, of.to_ascii_lowercase());
                // Those whose own change of the leader is undone, and those who are created again with their leaders.
                let has_own = effects
                    .objects
                    .get(&key)
                    .is_some_and(|own| own.is_removed || own.fields.contains_key("direct_leader"));
                if !has_own {
                    lead_again(draft, effect, of, creation);
                }
            }
        }
    }
}

fn lead_again(draft: &mut Draft, effect: &Effect<'_>, of: &str, creation: Node) {
    let object = Object { kind: ObjectKind::Member, id: of.to_owned(), name: None };
    let Some(record) = draft.member(&of.into()) else {
        draft.findings.push(crate::plan::Finding::new(FindingKind::Gone).object(object));
        return;
    };
    let object = object_of(record);
    // A value that no reading shows any more may have changed since.
    let is_stale = record.stale().contains(MemberField::DirectLeader);
    match record.member.direct_leader.known().filter(|_| !is_stale) {
        Some(leaders) if leaders.is_empty() => {
            lead(draft, object, Some(json!([])), json!([effect.object.id]), vec![creation]);
        }
        Some(leaders) if leaders.iter().any(|leader| *leader == effect.object.id.as_str()) => {}
        Some(_) => {
            let conflict = crate::plan::Finding::new(FindingKind::Conflict).object(object);
            draft.findings.push(conflict.field("direct_leader"));
        }
        None => {
            let hidden =
                crate::plan::Finding::new(FindingKind::CannotReturn).object(object).field("direct_leader");
            draft.findings.push(hidden.because(Obstacle::LeaderHidden));
        }
    }
}

fn lead(draft: &mut Draft, object: Object, before: Option<Value>, leaders: Value, needs: Vec<Node>) {
    let fields = BTreeMap::from([("direct_leader".to_owned(), FieldChange { before, after: leaders })]);
    draft.add(Step::new(object, StepAction::Update, Category::Update, fields), needs);
}

fn restore_fields(draft: &mut Draft, effect: &Effect<'_>) {
    let Some(record) = present(draft, effect).cloned() else {
        draft.findings.push(finding(FindingKind::Gone, effect));
        return;
    };
    if record.state == State::OutOfSight {
        draft.findings.push(finding(FindingKind::DetailsOutOfSight, effect));
        return;
    }
    let now = serde_json::to_value(&record.member).unwrap_or_default();
    let stale = record.stale();
    let mut fields = BTreeMap::new();
    let mut needs = Vec::new();
    for (name, (before, after)) in effect.fields.iter().filter(|(name, _)| !values::is_seat_field(name)) {
        let cannot =
            |why: Obstacle| finding(FindingKind::CannotReturn, effect).field(name.clone()).because(why);
        if matches!(name.as_str(), "new_userid" | "biz_mail" | "biz_mail_alias") {
            draft.findings.push(cannot(Obstacle::OnceOnly));
            continue;
        }
        let Some(before) = before else {
            draft.findings.push(cannot(Obstacle::ValueBeforeHidden));
            continue;
        };
        let is_hidden = MemberField::from_name(name).is_none_or(|field| stale.contains(field));
        let shows = |value: &Value| values::shows(&record, name, value).filter(|_| !is_hidden);
        let change = |value: Value| FieldChange { before: now.get(name).cloned(), after: value };
        match (shows(before), shows(after)) {
            (None, _) | (_, None) => draft.findings.push(cannot(Obstacle::ValueHidden)),
            (Some(true), Some(false)) => {}
            (Some(_), Some(true)) if has_attributes(name) => match attributes(name, before, after, &record) {
                Some(list) => drop(fields.insert(name.clone(), change(list))),
                None => draft.findings.push(finding(FindingKind::Conflict, effect).field(name.clone())),
            },
            (Some(true), Some(true)) => {}
            (Some(false), Some(true)) => {
                if name == "mobile" && record.member.status == Seen::Known(MemberStatus::Activated) {
                    draft.findings.push(cannot(Obstacle::MobileOfActivated));
                    continue;
                }
                let leaders = before.as_array().into_iter().flatten().filter_map(Value::as_str);
                if name == "direct_leader" {
                    let leaders: Vec<_> = leaders.map(str::to_owned).collect();
                    if !leaders.iter().all(|leader| draft.will_exist(&leader.as_str().into())) {
                        draft.findings.push(cannot(Obstacle::LeaderGone));
                        continue;
                    }
                    needs.extend(
                        leaders.iter().filter_map(|leader| draft.creation(ObjectKind::Member, leader)),
                    );
                }
                fields.insert(name.clone(), change(before.clone()));
            }
            (Some(false), Some(false)) if has_attributes(name) => {
                match attributes(name, before, after, &record) {
                    Some(list) => drop(fields.insert(name.clone(), change(list))),
                    None => draft.findings.push(finding(FindingKind::Conflict, effect).field(name.clone())),
                }
            }
            (Some(false), Some(false)) => {
                draft.findings.push(finding(FindingKind::Conflict, effect).field(name.clone()));
            }
        }
    }
    fields.extend(restore_seats(draft, effect, &record, &mut needs));
    if fields.is_empty() {
        return;
    }
    let category = match fields.get("enable") {
        Some(change) if is_off(&change.after) => Category::Disable,
        Some(_) => Category::Enable,
        None if fields.contains_key("department") => Category::Move,
        None => Category::Update,
    };
    let mut update = Step::new(object_of(&record), StepAction::Update, category, fields);
    update.status = status(&record);
    if !update.fields.contains_key("main_department") {
        update.note_home(&record);
    }
    draft.add(update, needs);
}

fn is_off(value: &Value) -> bool {
    *value == Value::Bool(false) || value.as_i64() == Some(0)
}

/// Whether the field is a list of attributes, of which others may have changed other items since.
fn has_attributes(field: &str) -> bool {
    matches!(field, "extattr" | "external_profile")
}

/// The value of a field with attributes that takes back what the run changed and keeps what others changed. `None` if they changed the
/// same.
fn attributes(field: &str, before: &Value, after: &Value, record: &MemberRecord) -> Option<Value> {
    if field == "extattr" {
        let list = |value: &Value| serde_json::from_value::<ExtAttr>(value.clone()).unwrap_or_default().attrs;
        let mut now = record.member.extattr.known()?.clone();
        take_back(&list(before), &list(after), &mut now.attrs)?;
        return serde_json::to_value(now).ok();
    }
    let profile =
        |value: &Value| serde_json::from_value::<ExternalProfile>(value.clone()).unwrap_or_default();
    let (before, after) = (profile(before), profile(after));
    let now = record.member.external_profile.known()?;
    let mut list = now.external_attr.clone().unwrap_or_default();
    let none = Vec::new();
    take_back(
        before.external_attr.as_ref().unwrap_or(&none),
        after.external_attr.as_ref().unwrap_or(&none),
        &mut list,
    )?;
    let mut restored = json!({ "external_attr": list });
    if let (Some(before), Some(after)) = (before.external_corp_name, after.external_corp_name)
        && before != after
    {
        if now.external_corp_name.as_ref() != Some(&after) {
            return None;
        }
        restored["external_corp_name"] = json!(before);
    }
    Some(restored)
}

/// Puts attributes back that still are as the run wrote them. `None` if somebody else has changed one of them.
fn take_back(before: &[Attribute], after: &[Attribute], now: &mut [Attribute]) -> Option<()> {
    let is_empty = |value: &AttributeValue| matches!(value, AttributeValue::Text(text) if text.is_empty());
    for attribute in after {
        let old = before.iter().find(|old| old.name == attribute.name).map(|old| old.value.clone());
        let is_same = old.as_ref().map_or_else(|| is_empty(&attribute.value), |old| *old == attribute.value);
        if is_same {
            continue;
        }
        let own = now.iter_mut().find(|own| own.name == attribute.name)?;
        if own.value != attribute.value {
            return None;
        }
        own.value = old.unwrap_or_else(|| AttributeValue::Text(String::new()));
    }
    Some(())
}

/// Returns the fields that restore the seats, if the seats are still as the run wrote them.
fn restore_seats(
    draft: &mut Draft,
    effect: &Effect<'_>,
    record: &MemberRecord,
    needs: &mut Vec<Node>,
) -> BTreeMap<String, FieldChange> {
    let nothing = BTreeMap::new();
    let changes: BTreeMap<String, FieldChange> = effect
        .fields
        .iter()
        .filter(|(name, _)| values::is_seat_field(name))
        .map(|(name, (before, after))| {
            (name.clone(), FieldChange { before: before.clone(), after: after.clone() })
        })
        .collect();
    if !changes.contains_key("department") {
        return nothing;
    }
    let side = |side| {
        let member = values::member(&effect.object.id, &changes, side, |_| true)?;
        values::seats_of(&member)
    };
    let cannot = |why: Obstacle| finding(FindingKind::CannotReturn, effect).field("department").because(why);
    let (Some(before), Some(after)) = (side(Side::Before), side(Side::After)) else {
        draft.findings.push(cannot(Obstacle::DepartmentsHidden));
        return nothing;
    };
    if values::same_seats(&before, &record.seats) {
        return nothing;
    }
    if !values::same_seats(&after, &record.seats) {
        draft.findings.push(finding(FindingKind::Conflict, effect).field("department"));
        return nothing;
    }
    let now = |department: DepartmentId| record.seats.iter().find(|seat| seat.department == department);
    let mut restored = Vec::with_capacity(before.len());
    for seat in before {
        let node = draft.creation(ObjectKind::Department, &seat.department.to_string());
        if node.is_none() && !draft.departments.contains_key(&seat.department) {
            draft.findings.push(cannot(Obstacle::DepartmentGone { id: seat.department.0 }));
            continue;
        }
        needs.extend(node);
        // A place or a leadership that was hidden before, and that the seat still has.
        let known = now(seat.department);
        restored.push(Seat {
            order: if seat.order.is_known() {
                seat.order
            } else {
                known.map_or(Seen::Hidden, |seat| seat.order)
            },
            is_leader: if seat.is_leader.is_known() {
                seat.is_leader
            } else {
                known.map_or(Seen::Hidden, |seat| seat.is_leader)
            },
            ..seat
        });
    }
    if restored.is_empty() {
        return nothing;
    }
    if restored.iter().any(|seat| seat.order.is_hidden() || seat.is_leader.is_hidden()) {
        draft.findings.push(cannot(Obstacle::PlaceHidden));
    }
    let mut fields = BTreeMap::new();
    let mut former = seat_fields(&record.seats);
    for (name, after) in seat_fields(&restored) {
        fields.insert(name.clone(), FieldChange { before: former.remove(&name), after });
    }
    fields
}
