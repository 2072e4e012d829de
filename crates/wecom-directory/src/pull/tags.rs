//! Tags: the list of all, and the members and departments of each.

use std::{
    collections::{BTreeMap, HashMap},
    pin::pin,
};

use futures_util::TryStreamExt as _;
use jiff::Timestamp;
use serde_json::{Map, json};
use wecom_contacts::{Client, Seen, TagId, UserId, tags::Tag};

use super::{details, merge::note};
use crate::{
    Result,
    journal::{Action, Change, ObjectKind},
    record::{Source, State, TagRecord},
    tasks,
};

/// What a reading has shown of the tags.
pub(super) struct Reading {
    sent_at: Timestamp,
    tags: BTreeMap<TagId, TagRecord>,
}

/// Reads the list of tags and each tag. With contacts-sync the members are complete; an app shows those that it sees.
pub(super) async fn read(client: &Client, source: Source) -> Result<Reading> {
    let sent_at = Timestamp::now();
    let mut tags = BTreeMap::new();
    let mut refused = Vec::new();
    let find = |tag: Tag| {
        let client = client.clone();
        async move {
            let content = client.tags().find(tag.tagid).await?;
            Ok((tag, content))
        }
    };
    let mut contents = pin!(tasks::readings(client.tags().list().await?, details::CALLS, find));
    while let Some((tag, content)) = contents.try_next().await? {
        let Some(content) = content else {
            refused.push(tag.tagid);
            continue;
        };
        let members = content.members.map(|members| {
            let mut userids: Vec<UserId> = members.into_iter().map(|member| member.userid).collect();
            userids.sort();
            userids.dedup();
            userids
        });
        let departments = content.departments.map(|mut departments| {
            departments.sort_unstable();
            departments.dedup();
            departments
        });
        tags.insert(
            tag.tagid,
            TagRecord {
                id: tag.tagid,
                state: State::Present,
                name: if content.tagname.is_known() { content.tagname } else { Seen::Known(tag.tagname) },
                members_complete: source == Source::ContactsSync && members.is_known(),
                members,
                departments,
                read_at: sent_at,
            },
        );
    }
    if !refused.is_empty() {
        // A tag that was deleted since the list was read is not in a new list. Of one that is, only the name is known.
        for tag in client.tags().list().await?.into_iter().filter(|tag| refused.contains(&tag.tagid)) {
            let name = Seen::Known(tag.tagname);
            tags.insert(
                tag.tagid,
                TagRecord {
                    id: tag.tagid,
                    state: State::Present,
                    name,
                    members: Seen::Hidden,
                    members_complete: false,
                    departments: Seen::Hidden,
                    read_at: sent_at,
                },
            );
        }
    }
    Ok(Reading { sent_at, tags })
}

impl Reading {
    /// Whether the content of each tag was read.
    pub(super) fn has_all_contents(&self) -> bool {
        self.tags.values().all(|tag| tag.members.is_known())
    }
}

/// What a pull changes in the tags.
pub(super) struct Outcome {
    pub(super) writes: Vec<TagRecord>,
    pub(super) changes: Vec<Change>,
    pub(super) present: u64,
    /// How many are new in the mirror.
    pub(super) new: u64,
}

/// Merges the reading into the records. The list of tags has all tags of the corp, whatever the credential: one that is missing is
/// removed.
pub(super) fn merge(records: Vec<TagRecord>, reading: Reading, is_baseline: bool) -> Outcome {
    let Reading { sent_at, tags } = reading;
    let before: HashMap<_, _> = records.into_iter().map(|record| (record.id, record)).collect();
    let mut outcome = Outcome { writes: Vec::new(), changes: Vec::new(), present: tags.len() as u64, new: 0 };
    for (id, mut tag) in tags.clone() {
        let Some(old) = before.get(&id).filter(|old| old.state != State::Removed) else {
            outcome.new += 1;
            if !is_baseline {
                let change = super::writer::change(
                    sent_at,
                    ObjectKind::Tag,
                    id.to_string(),
                    Action::Created,
                    Map::new(),
                );
                outcome.changes.push(change);
            }
            outcome.writes.push(tag);
            continue;
        };
        let mut fields = Map::new();
        note_changed(&mut fields, "tagname", &old.name, &tag.name);
        if old.members_complete && !tag.members_complete || tag.members.is_hidden() {
            // A complete content is not replaced by what an app sees of it.
            tag.members = old.members.clone();
            tag.departments = old.departments.clone();
            tag.members_complete = old.members_complete;
        }
        if tag.departments.is_hidden() {
            tag.departments = old.departments.clone();
        }
        // What an app sees of a tag changes with its visible range too, so that is no change of the tag.
        if old.members_complete && tag.members_complete {
            note_changed(&mut fields, "departments", &old.departments, &tag.departments);
        }
        if let (Seen::Known(before), Seen::Known(after)) = (&old.members, &tag.members)
            && before != after
            && old.members_complete
            && tag.members_complete
        {
            // A tag may have tens of thousands of members: the journal keeps those that came and went.
            let lacks = |list: &Vec<UserId>, other: &Vec<UserId>| {
                list.iter().filter(|userid| other.binary_search(userid).is_err()).cloned().collect::<Vec<_>>()
            };
            fields.insert(
                "members".to_owned(),
                json!({ "added": lacks(after, before), "removed": lacks(before, after) }),
            );
        }
        if tag.name.is_hidden() {
            tag.name = old.name.clone();
        }
        let is_same = TagRecord { read_at: old.read_at, ..tag.clone() } == *old;
        if !fields.is_empty() {
            outcome.changes.push(super::writer::change(
                sent_at,
                ObjectKind::Tag,
                id.to_string(),
                Action::Changed,
                fields,
            ));
        }
        if !is_same {
            outcome.writes.push(tag);
        }
    }
    for old in before.into_values().filter(|old| old.state != State::Removed && !tags.contains_key(&old.id)) {
        let id = old.id.to_string();
        outcome.changes.push(super::writer::change(
            sent_at,
            ObjectKind::Tag,
            id,
            Action::Removed,
            Map::new(),
        ));
        outcome.writes.push(TagRecord { state: State::Removed, read_at: sent_at, ..old });
    }
    outcome
}

fn note_changed<T: PartialEq + serde::Serialize>(
    fields: &mut Map<String, serde_json::Value>,
    name: &str,
    old: &Seen<T>,
    new: &Seen<T>,
) {
    if old != new {
        note(fields, name, old, new);
    }
}
