//! The events that `txl callback trigger` builds: every event of the SDK, with its fields under WeCom's names and their defaults.
//!
//! Official: [成员变更通知](https://developer.work.weixin.qq.com/document/path/90970),
//! [事件格式](https://developer.work.weixin.qq.com/document/path/90240)

use super::names::EventName;

/// An event that can be built.
#[derive(Debug)]
pub(super) struct EventKind {
    pub(super) event: &'static str,
    pub(super) change: Option<&'static str>,
    /// The default of `FromUserName`.
    pub(super) from: &'static str,
    /// The default of `AgentID`: events of an app have one.
    pub(super) agent_id: Option<u32>,
    pub(super) fields: &'static [FieldKind],
}

/// A field of an event.
#[derive(Debug)]
pub(super) struct FieldKind {
    pub(super) name: &'static str,
    pub(super) place: FieldPlace,
    pub(super) default: FieldDefault,
}

/// Where the value of a field is in the message.
#[derive(Clone, Copy, Debug)]
pub(super) enum FieldPlace {
    /// An element of the message.
    Root,
    /// An element of the container with this name.
    In(&'static str),
    /// A container with one element of this name for each item of the value, which commas separate.
    Items(&'static str),
    /// Custom attributes (扩展属性): `--field ExtAttr.NAME=VALUE` adds one.
    Attributes,
}

/// The value of a field that is not given.
#[derive(Clone, Copy, Debug)]
pub(super) enum FieldDefault {
    /// The field is absent.
    Absent,
    Text(&'static str),
    /// A time, this number of days after the event.
    Days(u64),
}

use FieldDefault::{Absent, Days, Text};
use FieldPlace::{Attributes, In, Items, Root};

const fn field(name: &'static str, default: FieldDefault) -> FieldKind {
    FieldKind { name, place: Root, default }
}

const fn placed(name: &'static str, place: FieldPlace, default: FieldDefault) -> FieldKind {
    FieldKind { name, place, default }
}

const fn member_fields(name: FieldDefault) -> [FieldKind; 18] {
    [
        field("UserID", Text("zhangsan")),
        field("NewUserID", Absent),
        field("Name", name),
        field("Department", Text("1")),
        field("MainDepartment", Absent),
        field("IsLeaderInDept", Absent),
        field("DirectLeader", Absent),
        field("Position", Absent),
        field("Mobile", Absent),
        field("Gender", Absent),
        field("Email", Absent),
        field("BizMail", Absent),
        field("Status", Absent),
        field("Avatar", Absent),
        field("Alias", Absent),
        field("Telephone", Absent),
        field("Address", Absent),
        placed("ExtAttr", Attributes, Absent),
    ]
}

const CREATED_MEMBER: &[FieldKind] = &member_fields(Text("张三"));
const UPDATED_MEMBER: &[FieldKind] = &member_fields(Absent);
const DELETED_MEMBER: &[FieldKind] = &[field("UserID", Text("zhangsan"))];
const CREATED_DEPARTMENT: &[FieldKind] = &[
    field("Id", Text("2")),
    field("Name", Text("研发部")),
    field("ParentId", Text("1")),
    field("Order", Text("1")),
];
const UPDATED_DEPARTMENT: &[FieldKind] =
    &[field("Id", Text("2")), field("Name", Absent), field("ParentId", Text("1")), field("Order", Absent)];
const DELETED_DEPARTMENT: &[FieldKind] = &[field("Id", Text("2"))];
const UPDATED_TAG: &[FieldKind] = &[
    field("TagId", Text("1")),
    field("AddUserItems", Text("zhangsan")),
    field("DelUserItems", Text("")),
    field("AddPartyItems", Text("")),
    field("DelPartyItems", Text("")),
];
const FINISHED_JOB: &[FieldKind] = &[
    placed("JobId", In("BatchJob"), Text("job-1")),
    placed("JobType", In("BatchJob"), Text("sync_user")),
    placed("ErrCode", In("BatchJob"), Text("0")),
    placed("ErrMsg", In("BatchJob"), Text("ok")),
];
const SUBSCRIPTION: &[FieldKind] = &[field("EventKey", Text(""))];
const INACTIVITY: &[FieldKind] = &[field("EffectTime", Days(30))];
const UPLOADED_MEDIA: &[FieldKind] = &[field("JobId", Text("job-1"))];

const fn chain_fields(groups: FieldDefault, corps: FieldDefault) -> [FieldKind; 3] {
    [
        field("ChainId", Text("chain-1")),
        placed("GroupIds", Items("GroupId"), groups),
        placed("CorpIds", Items("CorpId"), corps),
    ]
}

const CHANGED_CHAIN: &[FieldKind] = &chain_fields(Absent, Absent);
const CHANGED_GROUPS: &[FieldKind] = &chain_fields(Text("1"), Absent);
const CHANGED_CORPS: &[FieldKind] = &chain_fields(Absent, Text("wwabcdef1234567890"));

const SYSTEM: &str = "sys";
const MEMBER: &str = "zhangsan";
const AGENT: Option<u32> = Some(1_000_002);

const fn contact(change: &'static str, fields: &'static [FieldKind]) -> EventKind {
    EventKind { event: "change_contact", change: Some(change), from: SYSTEM, agent_id: None, fields }
}

const fn chain(change: &'static str, fields: &'static [FieldKind]) -> EventKind {
    EventKind { event: "change_chain", change: Some(change), from: SYSTEM, agent_id: None, fields }
}

const fn app(event: &'static str, from: &'static str, fields: &'static [FieldKind]) -> EventKind {
    EventKind { event, change: None, from, agent_id: AGENT, fields }
}

const EVENTS: &[EventKind] = &[
    contact("create_user", CREATED_MEMBER),
    contact("update_user", UPDATED_MEMBER),
    contact("delete_user", DELETED_MEMBER),
    contact("create_party", CREATED_DEPARTMENT),
    contact("update_party", UPDATED_DEPARTMENT),
    contact("delete_party", DELETED_DEPARTMENT),
    contact("update_tag", UPDATED_TAG),
    EventKind { event: "batch_job_result", change: None, from: SYSTEM, agent_id: None, fields: FINISHED_JOB },
    app("subscribe", MEMBER, SUBSCRIPTION),
    app("unsubscribe", MEMBER, SUBSCRIPTION),
    app("share_agent_change", SYSTEM, &[]),
    app("share_chain_change", SYSTEM, &[]),
    chain("create_chain", CHANGED_CHAIN),
    chain("update_chain", CHANGED_CHAIN),
    chain("delete_chain", CHANGED_CHAIN),
    chain("create_group", CHANGED_GROUPS),
    chain("update_group", CHANGED_GROUPS),
    chain("delete_group", CHANGED_GROUPS),
    chain("corp_join", CHANGED_CORPS),
    chain("update_corp", CHANGED_CORPS),
    chain("remove_corp", CHANGED_CORPS),
    EventKind {
        event: "upload_media_job_finish",
        change: None,
        from: SYSTEM,
        agent_id: None,
        fields: UPLOADED_MEDIA,
    },
    app("inactive_alert", SYSTEM, INACTIVITY),
    app("close_inactive_agent", SYSTEM, &[]),
    app("reopen_inactive_agent", MEMBER, &[]),
    app("low_active_alert", SYSTEM, INACTIVITY),
    app("low_active", SYSTEM, &[]),
    app("active_restored", SYSTEM, &[]),
];

/// Fields that every event has.
pub(super) const COMMON: [&str; 4] = ["ToUserName", "FromUserName", "CreateTime", "AgentID"];

/// Returns all events.
pub(super) fn all() -> impl Iterator<Item = &'static EventKind> {
    EVENTS.iter()
}

/// Finds an event by its name: `Event`, `ChangeType` or `Event/ChangeType`.
pub(super) fn find(name: &str) -> Option<&'static EventKind> {
    all().find(|kind| kind.short_name() == name || kind.name().to_string() == name)
}

impl EventKind {
    pub(super) fn name(&self) -> EventName {
        EventName::new(self.event, self.change)
    }

    /// Returns the name that is enough to find the event: the change if there is one.
    pub(super) fn short_name(&self) -> &'static str {
        self.change.unwrap_or(self.event)
    }

    /// Returns the names of all fields.
    pub(super) fn field_names(&self) -> Vec<&'static str> {
        self.fields.iter().map(|field| field.name).chain(COMMON).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use wecom_contacts::callback::{Element, Event, Notification};

    use super::*;

    fn names(element: &Element, into: &mut BTreeSet<String>) {
        for child in &element.children {
            into.insert(child.name.clone());
            if child.name != "ExtAttr" {
                names(child, into);
            }
        }
    }

    #[test]
    fn every_sample_of_the_wire_is_an_event_with_these_fields() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/wire/callback");
        let mut found = BTreeSet::new();
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            let notification = Notification::from_message(fs::read_to_string(&path).unwrap());
            if matches!(notification.event, Event::Unknown(_)) {
                continue;
            }
            let name = EventName::of(&notification).to_string();
            let kind = find(&name).unwrap_or_else(|| panic!("{name} of {path:?}"));
            let mut known: BTreeSet<&str> = kind.field_names().into_iter().collect();
            known.extend(["Event", "ChangeType", "MsgType", "FromUser", "BatchJob", "GroupId", "CorpId"]);
            let mut used = BTreeSet::new();
            names(&notification.element(), &mut used);
            let unknown: Vec<_> = used.iter().filter(|name| !known.contains(name.as_str())).collect();
            assert!(unknown.is_empty(), "{path:?}: {unknown:?}");
            found.insert(name);
        }
        let missing: Vec<_> =
            all().map(|kind| kind.name().to_string()).filter(|name| !found.contains(name)).collect();
        assert!(missing.is_empty(), "without a sample: {missing:?}");
    }

    #[test]
    fn the_short_names_are_unique() {
        let names: BTreeSet<_> = all().map(EventKind::short_name).collect();
        assert_eq!(names.len(), EVENTS.len());
    }
}
