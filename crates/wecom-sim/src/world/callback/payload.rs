//! The elements of a contacts change: only ids since 2022-08-15, all elements before.

use super::event::Event;
use crate::{
    clock::Millis,
    world::{
        changes::ContactsChange,
        corp::Corp,
        members::{Attribute, AttributeValue, Member},
    },
};

/// Returns the event for a contacts-sync URL saved since 2022-08-15; `None` if such a URL gets no event for this
/// change.
pub(super) fn slim(corp: &Corp, at: Millis, change: &ContactsChange, of_the_page: bool) -> Option<Event> {
    let event = Event::change(&corp.id, at, change.kind(), of_the_page);
    Some(match change {
        ContactsChange::MemberCreated(member) => event.text("UserID", &member.userid).departments(member),
        ContactsChange::MemberUpdated(both) => {
            let (before, after) = &**both;
            let renamed = before.userid != after.userid;
            let moved = before.seats != after.seats || before.main_department != after.main_department;
            if !renamed && !moved {
                return None;
            }
            let mut event = event.text("UserID", &before.userid);
            if renamed {
                event = event.text("NewUserID", &after.userid);
            }
            if moved {
                event = event.departments(after);
            }
            event
        }
        ContactsChange::MemberDeleted(member) => event.text("UserID", &member.userid),
        ContactsChange::DepartmentCreated { id, parent, .. } => {
            event.number("Id", (*id).into()).text("ParentId", &parent.to_string())
        }
        ContactsChange::DepartmentUpdated { id, parent, .. } => {
            event.number("Id", (*id).into()).text("ParentId", &(*parent)?.to_string())
        }
        ContactsChange::DepartmentDeleted { .. } | ContactsChange::TagMembersChanged { .. } => {
            uncut(event, change)
        }
    })
}

/// Returns the event with all elements, for older URLs.
pub(super) fn full(corp: &Corp, at: Millis, change: &ContactsChange, of_the_page: bool) -> Option<Event> {
    let event = Event::change(&corp.id, at, change.kind(), of_the_page);
    Some(match change {
        ContactsChange::MemberCreated(member) => {
            let event = event.text("UserID", &member.userid).text("Name", &member.name).departments(member);
            profile(corp, event, Compared::with_nothing(member))
        }
        ContactsChange::MemberUpdated(both) => {
            let (before, after) = &**both;
            let mut event = event.text("UserID", &before.userid);
            if before.userid != after.userid {
                event = event.text("NewUserID", &after.userid);
            }
            if before.name != after.name {
                event = event.text("Name", &after.name);
            }
            let places =
                |member: &Member| -> Vec<u32> { member.seats.iter().map(|seat| seat.department).collect() };
            let moved =
                if of_the_page { before.seats != after.seats } else { places(before) != places(after) };
            if moved {
                event = event.departments(after);
            }
            profile(corp, event, Compared { before: Some(before), after, of_the_page })
        }
        ContactsChange::MemberDeleted(member) => event.text("UserID", &member.userid),
        ContactsChange::DepartmentCreated { id, name, parent, order } => event
            .number("Id", (*id).into())
            .text("Name", name)
            .text("ParentId", &parent.to_string())
            .number("Order", (*order).into()),
        ContactsChange::DepartmentUpdated { id, name, parent } => {
            let mut event = event.number("Id", (*id).into());
            if let Some(name) = name {
                event = event.text("Name", name);
            }
            if let Some(parent) = parent {
                event = event.text("ParentId", &parent.to_string());
            }
            event
        }
        ContactsChange::DepartmentDeleted { .. } | ContactsChange::TagMembersChanged { .. } => {
            uncut(event, change)
        }
    })
}

/// Adds the elements of events that are the same before and since 2022.
fn uncut(event: Event, change: &ContactsChange) -> Event {
    match change {
        ContactsChange::DepartmentDeleted { id } => event.number("Id", (*id).into()),
        ContactsChange::TagMembersChanged { tag, added, removed, added_departments, removed_departments } => {
            event
                .number("TagId", (*tag).into())
                .list("AddUserItems", added)
                .list("DelUserItems", removed)
                .list("AddPartyItems", added_departments)
                .list("DelPartyItems", removed_departments)
        }
        _ => event,
    }
}

/// The name of an element, and its text.
type Field = (&'static str, fn(&Member) -> &str);

/// A member before and after a change.
#[derive(Clone, Copy)]
struct Compared<'m> {
    /// `None` if the member is new.
    before: Option<&'m Member>,
    after: &'m Member,
    of_the_page: bool,
}

impl<'m> Compared<'m> {
    fn with_nothing(after: &'m Member) -> Self {
        Self { before: None, after, of_the_page: false }
    }

    /// Whether an element is sent that the page does not limit to changes.
    fn tells(self, is_equal: impl Fn(&Member, &Member) -> bool) -> bool {
        self.before.is_none_or(|before| self.of_the_page || !is_equal(before, self.after))
    }
}

/// Adds the elements after `Department`. An update contains only changes, as recorded live. In the format of the
/// page, some elements are part of every update if they have a value.
fn profile(corp: &Corp, mut event: Event, compared: Compared<'_>) -> Event {
    let Compared { before, after, .. } = compared;
    let has_main = after.main_department != 0;
    if has_main && compared.tells(|old, new| old.main_department == new.main_department) {
        event = event.number("MainDepartment", after.main_department.into());
    }
    let leads = |member: &Member| -> Vec<bool> { member.seats.iter().map(|seat| seat.leader).collect() };
    if !after.seats.is_empty() && compared.tells(|old, new| leads(old) == leads(new)) {
        event = event.list("IsLeaderInDept", after.seats.iter().map(|seat| u8::from(seat.leader)));
    }
    let leaders: Vec<_> =
        after.direct_leader.iter().filter_map(|no| Some(&corp.members.at(*no)?.userid)).collect();
    let had_leader = before.is_some_and(|old| !old.direct_leader.is_empty() && !compared.of_the_page);
    if (!leaders.is_empty() || had_leader)
        && compared.tells(|old, new| old.direct_leader == new.direct_leader)
    {
        event = event.list("DirectLeader", leaders);
    }
    let is_new = |field: fn(&Member) -> &str| {
        before.map_or(!field(after).is_empty(), |old| field(old) != field(after))
    };
    let texts: [Field; 2] = [("Position", |member| &member.position), ("Mobile", |member| &member.mobile)];
    for (name, field) in texts {
        if is_new(field) {
            event = event.text(name, field(after));
        }
    }
    if before.is_none_or(|old| old.gender != after.gender) {
        event = event.text("Gender", after.gender.digit());
    }
    let mails: [Field; 2] = [("Email", |member| &member.email), ("BizMail", |member| &member.biz_mail)];
    for (name, field) in mails {
        if is_new(field) {
            event = event.text(name, field(after));
        }
    }
    if compared.tells(|old, new| old.status() == new.status()) {
        event = event.number("Status", after.status().into());
    }
    if before.map_or("", avatar) != avatar(after) {
        event = event.text("Avatar", &full_size(avatar(after)));
    }
    let rest: [Field; 2] = [("Alias", |member| &member.alias), ("Telephone", |member| &member.telephone)];
    for (name, field) in rest {
        if is_new(field) {
            event = event.text(name, field(after));
        }
    }
    let had_address = before.is_some_and(|old| !old.address.is_empty() && !compared.of_the_page);
    if (!after.address.is_empty() || had_address) && compared.tells(|old, new| old.address == new.address) {
        event = event.text("Address", &after.address);
    }
    if before.map_or(!after.extattr.is_empty(), |old| old.extattr != after.extattr) {
        event = event.nested("ExtAttr", |event| after.extattr.iter().fold(event, item));
    }
    event
}

/// Returns the URL of the picture without its size; empty without a picture.
fn avatar(member: &Member) -> &str {
    member.rare.as_ref().map_or("", |rare| &rare.avatar)
}

fn full_size(avatar: &str) -> String {
    if avatar.is_empty() { String::new() } else { format!("{avatar}/0") }
}

fn item(event: Event, attribute: &Attribute) -> Event {
    event.nested("Item", |event| {
        let event = event.text("Name", &attribute.name);
        match &attribute.value {
            AttributeValue::Text(text) => {
                event.number("Type", 0).nested("Text", |event| event.text("Value", text))
            }
            AttributeValue::Web { url, title } => {
                event.number("Type", 1).nested("Web", |event| event.text("Title", title).text("Url", url))
            }
            // The format in events is not documented; mini programs are not part of 扩展属性.
            AttributeValue::Miniprogram { .. } => event.number("Type", 2),
        }
    })
}
