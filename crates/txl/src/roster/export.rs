//! The mirror as a roster. Planned again, it changes nothing.

use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

use wecom_contacts::{
    CorpId, Seen, UserId,
    members::{Attribute, AttributeValue, Gender, Member, MemberStatus},
};
use wecom_directory::{
    record::{MemberRecord, State},
    store::Store,
};
use wecom_sheets::roster::RosterField;

use super::{
    known::{self, KnownCorp},
    sheet::Sheet,
};
use crate::{failure::Result, messages::roster as messages, output::say};

/// How many members are read at once.
const PAGE: u32 = 5_000;

/// The fields of the file.
const FIELDS: [RosterField; 15] = [
    RosterField::Userid,
    RosterField::Name,
    RosterField::Alias,
    RosterField::Mobile,
    RosterField::Email,
    RosterField::Department,
    RosterField::Leader,
    RosterField::DirectLeader,
    RosterField::Position,
    RosterField::Gender,
    RosterField::Telephone,
    RosterField::Address,
    RosterField::ExternalPosition,
    RosterField::Tags,
    RosterField::Enable,
];

/// The heading of an attribute of the external profile. An own attribute may have the same name.
fn external_heading(name: &str) -> String {
    format!("对外属性.{name}")
}

/// The attributes whose names are headings of their own, and not those of a field.
pub(super) fn columns_of_attributes(attributes: &BTreeSet<String>) -> Vec<String> {
    let is_field = |name: &String| RosterField::ALL.iter().any(|field| field.heading() == name.trim());
    attributes.iter().filter(|name| !is_field(name)).cloned().collect()
}

/// Writes the present members, and returns how many.
pub(super) async fn write(store: &dyn Store, corp: &CorpId, out: Option<&Path>) -> Result<u64> {
    let known = known::everything(store, corp).await?;
    let attributes = columns_of_attributes(&known.attributes);
    let tags = tags(store, corp).await?;
    let corp_name = known.has_external_corp_names.then(|| RosterField::ExternalCorpName.heading());
    let external: Vec<_> = known.external_attributes.iter().map(|name| external_heading(name)).collect();
    let headings = FIELDS.iter().map(|field| field.heading()).chain(attributes.iter().map(String::as_str));
    let headings = headings.chain(corp_name).chain(external.iter().map(String::as_str));
    let mut sheet = Sheet::of(out, headings)?;
    let (mut rows, mut unread) = (0, 0);
    let mut after = None;
    loop {
        let page = store.members_after(corp, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.person;
        for record in page.iter().filter(|record| record.state == State::Present) {
            if record.shown.iter().all(|shown| shown.is_empty()) {
                unread += 1;
                continue;
            }
            sheet.row(row(record, &known, &tags, &attributes))?;
            rows += 1;
        }
    }
    sheet.finish()?;
    if unread > 0 {
        say(messages::out_of_range(unread));
    }
    Ok(rows)
}

/// The names of the tags of each member.
async fn tags(store: &dyn Store, corp: &CorpId) -> Result<HashMap<UserId, Vec<String>>> {
    let mut tags: HashMap<UserId, Vec<String>> = HashMap::new();
    for tag in store.tags(corp).await?.iter().filter(|tag| tag.state != State::Removed) {
        let (Some(name), Some(members)) = (tag.name.known(), tag.members.known()) else { continue };
        for member in members {
            tags.entry(member.clone()).or_default().push(name.clone());
        }
    }
    Ok(tags)
}

fn row(
    record: &MemberRecord,
    known: &KnownCorp,
    tags: &HashMap<UserId, Vec<String>>,
    attributes: &[String],
) -> Vec<String> {
    let member = &record.member;
    let fields = FIELDS.iter().map(|field| match field {
        RosterField::Department => departments(record, known).unwrap_or_default(),
        RosterField::Leader => leads(record, known).unwrap_or_default(),
        RosterField::Tags => tags.get(&member.userid).map(|tags| tags.join(";")).unwrap_or_default(),
        field => cell(*field, member),
    });
    let own = member.extattr.known().map_or(&[][..], |extattr| extattr.attrs.as_slice());
    let profile = member.external_profile.known();
    let external = profile.and_then(|profile| profile.external_attr.as_deref()).unwrap_or_default();
    let corp_name = profile.and_then(|profile| profile.external_corp_name.clone()).unwrap_or_default();
    fields
        .chain(attributes.iter().map(|name| attribute(own, name)))
        .chain(known.has_external_corp_names.then_some(corp_name))
        .chain(known.external_attributes.iter().map(|name| attribute(external, name)))
        .collect()
}

/// The text of an attribute. Links and mini programs have none.
fn attribute(attributes: &[Attribute], name: &str) -> String {
    let mut texts =
        attributes.iter().filter(|attribute| attribute.name == name).filter_map(|attribute| match &attribute
            .value
        {
            AttributeValue::Text(text) => Some(text.clone()),
            _ => None,
        });
    texts.next().unwrap_or_default()
}

fn cell(field: RosterField, member: &Member) -> String {
    let text = |value: &Seen<String>| value.known().cloned().unwrap_or_default();
    match field {
        RosterField::Userid => member.userid.to_string(),
        RosterField::Name => text(&member.name),
        RosterField::Alias => text(&member.alias),
        RosterField::Mobile => text(&member.mobile),
        RosterField::Email => text(&member.email),
        RosterField::Position => text(&member.position),
        RosterField::Telephone => text(&member.telephone),
        RosterField::Address => text(&member.address),
        RosterField::ExternalPosition => text(&member.external_position),
        RosterField::DirectLeader => member
            .direct_leader
            .known()
            .and_then(|leaders| leaders.first())
            .map(UserId::to_string)
            .unwrap_or_default(),
        RosterField::Gender => match member.gender.known() {
            Some(Gender::Male) => "男".to_owned(),
            Some(Gender::Female) => "女".to_owned(),
            _ => String::new(),
        },
        RosterField::Enable => match member.status.known() {
            Some(MemberStatus::Disabled) => "禁用".to_owned(),
            Some(_) => "启用".to_owned(),
            None => String::new(),
        },
        _ => String::new(),
    }
}

/// The paths of the member's departments, the main one first; `None` if one of them is unknown.
fn departments(record: &MemberRecord, known: &KnownCorp) -> Option<String> {
    let mut seats: Vec<_> = record.seats.iter().collect();
    seats.sort_by_key(|seat| (seat.is_main != Seen::Known(true), seat.department));
    joined(seats.into_iter().map(|seat| known.paths.get(&seat.department)))
}

/// The paths of the departments that the member leads.
fn leads(record: &MemberRecord, known: &KnownCorp) -> Option<String> {
    let led = record.seats.iter().filter(|seat| seat.is_leader == Seen::Known(true));
    joined(led.map(|seat| known.paths.get(&seat.department)))
}

fn joined<'a>(paths: impl Iterator<Item = Option<&'a String>>) -> Option<String> {
    let paths: Option<Vec<&str>> = paths.map(|path| path.map(String::as_str)).collect();
    paths.map(|paths| paths.join(";"))
}
