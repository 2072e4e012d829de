//! People of the roster who are no members yet.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::json;
use wecom_contacts::{
    UserId,
    members::{Attribute, AttributeValue, MemberField},
};

use super::{
    Inputs,
    draft::{Draft, Need, Phase},
    employment::{self, Employment},
    matching::{Matching, UNIQUE},
    member::external_corp_name,
    people::compared,
    values::{TEXTS, check, check_external},
};
use crate::{
    journal::ObjectKind,
    plan::{Category, Finding, FindingKind, Object, StepAction},
    roster::{Cell, Column, Place},
    store::MemberKey,
};

/// A person who can be created.
#[derive(Debug)]
pub(super) struct Newcomer {
    person: u32,
    pub(super) userid: UserId,
}

impl Newcomer {
    pub(super) const fn person(&self) -> u32 {
        self.person
    }
}

/// Finds the people who are no members yet, in the order of their userids.
pub(super) fn find(
    inputs: &Inputs<'_>,
    found: &Matching,
    new_people: &BTreeSet<Place>,
    findings: &mut Vec<Finding>,
) -> Vec<Newcomer> {
    let mut newcomers = Vec::new();
    for (number, person) in (0_u32..).zip(&inputs.people.list) {
        if person.matched.is_some() || person.is_excluded {
            continue;
        }
        let row = person.row as usize;
        let places = inputs.people.places(inputs.roster, number);
        let finding = |kind| Finding::new(kind).at(places.clone());
        match employment::of(inputs.roster, row, inputs.policy.state.as_ref(), inputs.today, findings) {
            Employment::Active => {}
            Employment::Left | Employment::Unknown => continue,
            Employment::Future(day) => {
                let day = day.map_or_else(|| "a later day".to_owned(), |day| day.to_string());
                findings.push(finding(FindingKind::NotYet).text(day));
                continue;
            }
        }
        let is_confirmed = places.iter().any(|place| new_people.contains(place));
        if !is_confirmed && let Some(other) = same_name(inputs, found, row) {
            findings.push(finding(FindingKind::SameName).object(other));
            continue;
        }
        if let Some(finding) = taken(inputs, found, row, is_confirmed) {
            findings.push(finding.at(places));
            continue;
        }
        match userid(inputs, row) {
            Some(userid) => match check(MemberField::Userid, &userid) {
                Ok(()) => newcomers.push(Newcomer { person: number, userid: userid.into() }),
                Err(rule) => findings.push(finding(FindingKind::InvalidValue).field("userid").because(rule)),
            },
            None => findings.push(finding(FindingKind::NoUserid)),
        }
    }
    newcomers.sort_by(|one, other| one.userid.cmp(&other.userid));
    newcomers
}

/// The member in no row who has the name of this row.
fn same_name(inputs: &Inputs<'_>, found: &Matching, row: usize) -> Option<Object> {
    let name = inputs.roster.cell(row, &Column::Field(MemberField::Name)).value()?;
    let members = found.unmatched_names.get(name)?;
    let id = members.iter().map(UserId::as_str).min()?.to_owned();
    Some(Object { kind: ObjectKind::Member, id, name: Some(name.to_owned()) })
}

/// The finding for a mobile or mail address that another member has.
fn taken(inputs: &Inputs<'_>, found: &Matching, row: usize, is_confirmed: bool) -> Option<Finding> {
    UNIQUE.into_iter().find_map(|field| {
        let value = inputs.roster.cell(row, &Column::Field(field)).value()?;
        let holder = found.holders.get(&(field, compared(field, value).into()))?;
        // A holder in another row may give it up in this plan; that is decided when all changes are known.
        if holder.is_matched {
            return None;
        }
        let kind = if is_confirmed { FindingKind::Taken } else { FindingKind::LikelyNewUserid };
        Some(Finding::new(kind).object(holder.object.clone()).field(field.name()))
    })
}

/// The userid of the row, or the one that the policy makes.
fn userid(inputs: &Inputs<'_>, row: usize) -> Option<String> {
    match inputs.roster.cell(row, &Column::Field(MemberField::Userid)) {
        Cell::Value(userid) => return Some(userid.to_owned()),
        Cell::Unusable => return None,
        Cell::Absent | Cell::Empty => {}
    }
    let mut rest = inputs.policy.new_userid.as_deref()?;
    let mut userid = String::new();
    while let Some((text, field)) = rest.split_once('{') {
        let (field, after) = field.split_once('}')?;
        let column =
            MemberField::from_name(field).map_or_else(|| Column::Attribute(field.to_owned()), Column::Field);
        userid.push_str(text);
        userid.push_str(inputs.roster.cell(row, &column).value()?);
        rest = after;
    }
    userid.push_str(rest);
    Some(userid)
}

/// Leaves out newcomers whose userid is taken, by a member or by another newcomer.
pub(super) fn without_taken(
    inputs: &Inputs<'_>,
    newcomers: Vec<Newcomer>,
    existing: &HashMap<MemberKey, Object>,
    findings: &mut Vec<Finding>,
) -> Vec<Newcomer> {
    let mut counts: HashMap<MemberKey, u32> = HashMap::new();
    for newcomer in &newcomers {
        *counts.entry(MemberKey::from(&newcomer.userid)).or_default() += 1;
    }
    let is_free = |newcomer: &Newcomer| {
        let key = MemberKey::from(&newcomer.userid);
        let places = inputs.people.places(inputs.roster, newcomer.person);
        if let Some(object) = existing.get(&key) {
            findings.push(Finding::new(FindingKind::UseridTaken).at(places).object(object.clone()));
            return false;
        }
        if counts[&key] > 1 {
            findings.push(Finding::new(FindingKind::Taken).at(places).field("userid"));
            return false;
        }
        true
    };
    newcomers.into_iter().filter(is_free).collect()
}

/// Notes the newcomers under each text that may mean a leader.
pub(super) fn add_leaders(inputs: &Inputs<'_>, newcomers: &[Newcomer], found: &mut Matching) {
    for newcomer in newcomers {
        let row = inputs.people.list[newcomer.person as usize].row as usize;
        let cell = |column: &Column| inputs.roster.cell(row, column).value();
        let lower = newcomer.userid.as_str().to_ascii_lowercase();
        let key = cell(&inputs.key.column).map(|key| inputs.key.compared(key));
        let name = cell(&Column::Field(MemberField::Name));
        for text in [Some(newcomer.userid.as_str()), Some(&lower), key.as_deref(), name].into_iter().flatten()
        {
            if let Some(members) = found.leaders.get_mut(text) {
                members.insert(newcomer.userid.clone());
            }
        }
    }
}

/// Makes the steps that create the newcomers. Newcomers who lead each other get their leaders in second steps.
pub(super) fn drafts(
    inputs: &Inputs<'_>,
    found: &Matching,
    newcomers: &[Newcomer],
    findings: &mut Vec<Finding>,
) -> Vec<Draft> {
    let mut created: Vec<(Draft, Option<UserId>)> =
        newcomers.iter().filter_map(|newcomer| creation(inputs, found, newcomer, findings)).collect();
    let later = in_circles(&created);
    let mut seconds = Vec::new();
    for (draft, leader) in &mut created {
        let Some(leader) = leader.take() else { continue };
        if later.contains(&draft.step.object.id.to_ascii_lowercase()) {
            let mut second =
                Draft::new(Phase::Updates, draft.step.object.clone(), StepAction::Update, Category::Create)
                    .places(draft.step.places.iter().copied());
            second.needs.insert(Need::Member(draft.step.object.id.to_ascii_lowercase()));
            second.needs.insert(Need::Member(leader.as_str().to_ascii_lowercase()));
            second.change("direct_leader", Some(json!([])), json!([leader]));
            seconds.push(second);
        } else {
            draft.needs.insert(Need::Member(leader.as_str().to_ascii_lowercase()));
            draft.set("direct_leader", json!([leader]));
        }
    }
    created.into_iter().map(|(draft, _)| draft).chain(seconds).collect()
}

/// The newcomers whose leaders, followed from one to the next, come back to them.
fn in_circles(created: &[(Draft, Option<UserId>)]) -> HashSet<String> {
    let leaders: BTreeMap<String, String> = created
        .iter()
        .filter_map(|(draft, leader)| {
            Some((draft.step.object.id.to_ascii_lowercase(), leader.as_ref()?.as_str().to_ascii_lowercase()))
        })
        .collect();
    let leads_back = |start: &String| {
        let mut at = leaders.get(start);
        let mut steps = 0;
        while let Some(next) = at.filter(|_| steps <= leaders.len()) {
            if next == start {
                return true;
            }
            at = leaders.get(next);
            steps += 1;
        }
        false
    };
    leaders.keys().filter(|start| leads_back(start)).cloned().collect()
}

fn creation(
    inputs: &Inputs<'_>,
    found: &Matching,
    newcomer: &Newcomer,
    findings: &mut Vec<Finding>,
) -> Option<(Draft, Option<UserId>)> {
    let row = inputs.people.list[newcomer.person as usize].row as usize;
    let places = inputs.people.places(inputs.roster, newcomer.person);
    let cell = |field: MemberField| inputs.roster.cell(row, &Column::Field(field));
    let name = cell(MemberField::Name).value();
    let object =
        Object { kind: ObjectKind::Member, id: newcomer.userid.to_string(), name: name.map(str::to_owned) };
    let finding = |kind| Finding::new(kind).at(places.clone()).object(object.clone());
    let mut draft = Draft::new(Phase::Creations, object.clone(), StepAction::Create, Category::Create)
        .places(places.clone());
    if name.is_none() {
        findings.push(finding(FindingKind::NoName));
        return None;
    }
    draft.set("userid", newcomer.userid.as_str());
    for field in TEXTS.into_iter().chain([MemberField::BizMail]) {
        let Some(value) = cell(field).value() else { continue };
        if let Err(rule) = check(field, value) {
            findings.push(finding(FindingKind::InvalidValue).field(field.name()).because(rule));
            // A person without a name or a contact cannot be created; other fields can follow.
            if matches!(field, MemberField::Name | MemberField::Mobile | MemberField::Email) {
                return None;
            }
            continue;
        }
        if UNIQUE.contains(&field) {
            draft.wants.push((field, compared(field, value).into()));
        }
        draft.set(field.name(), value);
    }
    if !UNIQUE.iter().any(|field| draft.step.fields.contains_key(field.name())) {
        findings.push(finding(FindingKind::NoContact));
        return None;
    }
    if cell(MemberField::Enable) == Cell::Value("0") {
        draft.set("enable", 0);
    }
    // WeCom invites by default, so the wish is always sent.
    draft.set("to_invite", inputs.policy.invite);
    attributes(inputs, found, row, &mut draft, findings);
    let wanted = inputs.departments.wanted(inputs, newcomer.person, findings);
    let Some(wanted) = wanted.filter(|wanted| !wanted.departments.is_empty()) else {
        // WeCom would put the person into 其他（待设置部门）.
        findings.push(finding(FindingKind::NoDepartment));
        return None;
    };
    let leads = |id| u8::from(wanted.leads.get(&id).copied().unwrap_or_default());
    draft.needs.extend(wanted.departments.iter().copied().map(Need::Department));
    draft.set("department", json!(wanted.departments));
    draft.set("order", json!(vec![0; wanted.departments.len()]));
    draft.set("is_leader_in_dept", json!(wanted.departments.iter().map(|id| leads(*id)).collect::<Vec<_>>()));
    if let Some(main) = wanted.main.or(wanted.departments.first().copied()) {
        draft.set("main_department", json!(main));
    }
    let leader = match cell(MemberField::DirectLeader) {
        Cell::Value(leader) => match inputs.leader(found, leader) {
            // A member cannot be their own leader.
            Ok(leader) if leader == newcomer.userid => None,
            Ok(leader) => Some(leader),
            Err(kind) => {
                findings.push(finding(kind).text(leader));
                None
            }
        },
        _ => None,
    };
    Some((draft, leader))
}

fn attributes(
    inputs: &Inputs<'_>,
    found: &Matching,
    row: usize,
    draft: &mut Draft,
    findings: &mut Vec<Finding>,
) {
    let list = |wanted: BTreeMap<&str, &str>, known: &BTreeSet<String>| {
        let known = wanted.into_iter().filter(|(name, value)| known.contains(*name) && !value.is_empty());
        known.map(|(name, value)| Attribute::text(name, value)).collect::<Vec<_>>()
    };
    let own = inputs.attributes(row, |column| match column {
        Column::Attribute(name) => Some(name),
        _ => None,
    });
    let own = list(own, &found.attributes);
    if !own.is_empty() {
        draft.set("extattr", json!({"attrs": own}));
    }
    let external = inputs.attributes(row, |column| match column {
        Column::ExternalAttribute(name) => Some(name),
        _ => None,
    });
    let mut external = list(external, &found.external_attributes);
    external.retain(|attribute| {
        let AttributeValue::Text(text) = &attribute.value else { return true };
        let checked = check_external(text);
        if let Err(rule) = &checked {
            findings.push(
                Finding::new(FindingKind::InvalidValue)
                    .at(draft.step.places.iter().copied())
                    .object(draft.step.object.clone())
                    .field(attribute.name.clone())
                    .because(*rule),
            );
        }
        checked.is_ok()
    });
    let name = external_corp_name(inputs, row).filter(|name| !name.is_empty());
    if !external.is_empty() || name.is_some() {
        // WeCom requires the list in every profile.
        let mut profile = json!({"external_attr": external});
        name.into_iter().for_each(|name| profile["external_corp_name"] = json!(name));
        draft.set("external_profile", profile);
    }
}
