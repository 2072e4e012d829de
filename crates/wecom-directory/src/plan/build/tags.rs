//! Who enters and who leaves the tags that a roster names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use wecom_contacts::{Seen, UserId};

use super::{
    Inputs,
    draft::{Draft, Need, Phase},
};
use crate::{
    journal::ObjectKind,
    plan::{Category, Finding, FindingKind, Object, StepAction},
    record::{State, TagRecord},
    roster::{Cell, Column, Place},
    store::MemberKey,
};

/// The most members of one call (doc 90214).
const CALL: usize = 1_000;

/// A person of the roster who is a member, or becomes one.
pub(super) struct Tagged {
    pub(super) person: u32,
    pub(super) userid: UserId,
    /// Whether the plan creates the member.
    pub(super) is_new: bool,
}

/// Makes the steps of the tags. Only tags that a row names are managed, and only direct members.
pub(super) fn drafts(
    inputs: &Inputs<'_>,
    tags: &[TagRecord],
    people: &[Tagged],
    findings: &mut Vec<Finding>,
) -> Vec<Draft> {
    let column = Column::Tags;
    if !inputs.roster.has(&column) {
        return Vec::new();
    }
    let mut named: BTreeMap<&str, Vec<Place>> = BTreeMap::new();
    for row in 0..inputs.roster.len() {
        for name in inputs.roster.cell(row, &column).items() {
            named.entry(name).or_default().push(inputs.roster.place(row));
        }
    }
    let mut drafts = Vec::new();
    for (name, places) in named {
        let present = tags.iter().filter(|tag| tag.state == State::Present);
        let Some(tag) = present.into_iter().find(|tag| tag.name.known().is_some_and(|known| known == name))
        else {
            findings.push(Finding::new(FindingKind::UnknownTag).at(places).text(name));
            continue;
        };
        let Seen::Known(members) = &tag.members else {
            findings.push(Finding::new(FindingKind::TagNotVisible).at(places).text(name));
            continue;
        };
        let members: BTreeSet<MemberKey> = members.iter().map(MemberKey::from).collect();
        let (mut enter, mut leave) = (BTreeMap::new(), BTreeMap::new());
        for tagged in people {
            let row = inputs.people.list[tagged.person as usize].row as usize;
            let cell = inputs.roster.cell(row, &column);
            let wants = match cell {
                Cell::Absent | Cell::Unusable => continue,
                // The row says nothing of tags, or takes the person out of all that the roster names.
                Cell::Empty if !inputs.policy.empty_cell.clears("tags") => continue,
                Cell::Empty => false,
                Cell::Value(_) => cell.items().any(|item| item == name),
            };
            let key = MemberKey::from(&tagged.userid);
            match (wants, members.contains(&key)) {
                (true, false) => enter.insert(key, tagged),
                (false, true) => leave.insert(key, tagged),
                _ => None,
            };
        }
        if !leave.is_empty() && !tag.members_complete {
            let object = tag_object(tag);
            findings.push(Finding::new(FindingKind::TagNotVisible).object(object).text(name));
            leave.clear();
        }
        for (action, tagged) in [(StepAction::AddMembers, enter), (StepAction::RemoveMembers, leave)] {
            let tagged: Vec<_> = tagged.into_values().collect();
            for part in tagged.chunks(CALL) {
                drafts.push(step(inputs, tag, action, part));
            }
        }
    }
    drafts
}

fn step(inputs: &Inputs<'_>, tag: &TagRecord, action: StepAction, tagged: &[&Tagged]) -> Draft {
    let places = tagged.iter().flat_map(|tagged| inputs.people.places(inputs.roster, tagged.person));
    let mut draft = Draft::new(Phase::Tags, tag_object(tag), action, Category::Update).places(places);
    let created = tagged.iter().filter(|tagged| tagged.is_new);
    draft.needs.extend(created.map(|tagged| Need::Member(tagged.userid.as_str().to_ascii_lowercase())));
    let userids: Vec<_> = tagged.iter().map(|tagged| &tagged.userid).collect();
    draft.order = format!("{:0>10} {}", tag.id, userids.first().map_or("", |userid| userid.as_str()));
    draft.set("userlist", json!(userids));
    draft
}

fn tag_object(tag: &TagRecord) -> Object {
    Object { kind: ObjectKind::Tag, id: tag.id.to_string(), name: tag.name.known().cloned() }
}
