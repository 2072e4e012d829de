//! The oracle: what the mirror claims after a pull, compared with the dump of the simulator.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use wecom_contacts::{Seen, members::Member};
use wecom_directory::{
    Level,
    pull::PullReport,
    record::{DepartmentRecord, MemberRecord, Source, State, TagRecord},
    store::Store,
};
use wecom_sim::{CorpDump, DumpedMember};

use crate::corp::Corp;

/// What the comparison may assume.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leeway {
    /// Members with status 5 are in no list, so to every credential they seem to be gone.
    pub(crate) left_are_hidden: bool,
    /// The credentials that have read details in this pull. `None` for all that ever did.
    pub(crate) read_by: Option<Vec<Source>>,
    /// Departments whose seats this pull has read with their details. `None` for all.
    pub(crate) seats_read_in: Option<BTreeSet<u32>>,
    /// Objects that changed after the last reading that could show it: userids in lower case, and departments.
    pub(crate) touched_members: BTreeSet<String>,
    pub(crate) touched_departments: BTreeSet<u32>,
    /// The corp changed after the tags were read, which happens once in a pull.
    pub(crate) tags_are_older: bool,
}

/// The whole mirror of a corp.
pub(crate) struct Mirror {
    pub(crate) members: Vec<MemberRecord>,
    pub(crate) departments: Vec<DepartmentRecord>,
    pub(crate) tags: Vec<TagRecord>,
}

impl Corp {
    pub(crate) async fn mirror(&self) -> Mirror {
        let id = self.id();
        Mirror {
            members: self.store.members_after(&id, None, 1_000_000).await.unwrap(),
            departments: self.store.departments(&id).await.unwrap(),
            tags: self.store.tags(&id).await.unwrap(),
        }
    }

    /// All rows of all tables but that of the pulls.
    pub(crate) async fn tables(&self) -> Vec<(&'static str, Vec<Vec<Value>>)> {
        let mut tables = Vec::new();
        for table in self.store.tables().iter().filter(|table| table.name != "pull") {
            tables.push((table.name, self.store.dump(table, None, 1_000_000).await.unwrap()));
        }
        tables
    }
}

/// Returns everything that the mirror claims and the dump contradicts.
pub(crate) fn contradictions(
    mirror: &Mirror,
    dump: &CorpDump,
    report: &PullReport,
    leeway: &Leeway,
) -> Vec<String> {
    let mut found = Vec::new();
    members(mirror, dump, report, leeway, &mut found);
    departments(mirror, dump, report, leeway, &mut found);
    if !leeway.tags_are_older {
        tags(mirror, dump, report, &mut found);
    }
    found
}

fn key(userid: &str) -> String {
    userid.to_ascii_lowercase()
}

fn members(mirror: &Mirror, dump: &CorpDump, report: &PullReport, leeway: &Leeway, found: &mut Vec<String>) {
    let existing: BTreeMap<_, _> = dump.members.iter().map(|member| (key(&member.userid), member)).collect();
    let seems_gone = |member: &DumpedMember| leeway.left_are_hidden && member.status == 5;
    let moving: BTreeSet<_> = report.moving.iter().map(|userid| key(userid.as_str())).collect();
    // The last record of a userid is that of the person who has it now.
    let records: BTreeMap<_, _> =
        mirror.members.iter().map(|record| (key(record.member.userid.as_str()), record)).collect();
    for (userid, record) in &records {
        let is_touched = leeway.touched_members.contains(userid) || moving.contains(userid);
        match (record.state, existing.get(userid)) {
            (State::Removed, Some(member)) if !seems_gone(member) => {
                found.push(format!("{userid} is recorded as removed and exists"));
            }
            (State::Present, None) if report.existence && !is_touched => {
                found.push(format!("{userid} is recorded as present and does not exist"));
            }
            (State::OutOfSight, Some(member)) if report.existence && !is_touched && !seems_gone(member) => {
                found.push(format!("{userid} is recorded as out of sight and exists"));
            }
            (State::Present, Some(member)) if !is_touched && !seems_gone(member) => {
                one_member(record, member, report, leeway, found);
            }
            _ => {}
        }
    }
    for (userid, member) in existing {
        let record = records.get(&userid).filter(|record| record.state == State::Present);
        if leeway.touched_members.contains(&userid) || moving.contains(&userid) || seems_gone(member) {
            continue;
        }
        if report.existence && record.is_none() {
            found.push(format!("existence is proven, and {userid} is not present"));
        }
        if report.coverage.members == Level::Complete
            && record.is_none_or(|record| record.member.name.is_hidden())
        {
            found.push(format!("the members are complete, and {userid} has no details"));
        }
    }
}

fn one_member(
    record: &MemberRecord,
    dumped: &DumpedMember,
    report: &PullReport,
    leeway: &Leeway,
    found: &mut Vec<String>,
) {
    let userid = &dumped.userid;
    // Other fields are the last known ones, of an earlier pull.
    let is_read = |source: &Source| leeway.read_by.as_ref().is_none_or(|sources| sources.contains(source));
    let read: BTreeSet<_> = [Source::App, Source::ContactsSync]
        .iter()
        .filter(|source| is_read(source))
        .flat_map(|source| record.shown[source.index()].iter())
        .map(|field| field.name())
        .collect();
    let claimed = fields(&record.member);
    let real = {
        let mut member: Member = serde_json::from_value(json!(dumped)).unwrap();
        member.isleader = Seen::Known(dumped.is_leader_in_dept.contains(&1));
        member.hide_mobile = Seen::Known(false);
        fields(&member)
    };
    for (name, value) in claimed {
        let is_same = match name.as_str() {
            "userid" => value.as_str().map(key) == Some(key(userid)),
            name => !read.contains(name) || real.get(name) == Some(&value),
        };
        if !is_same {
            found.push(format!("{userid}: {name} is {value}, and really {:?}", real.get(&name)));
        }
    }
    let seats: BTreeSet<_> = record.seats.iter().map(|seat| seat.department.0).collect();
    let departments: BTreeSet<_> = dumped.department.iter().copied().collect();
    if report.existence && seats != departments {
        found.push(format!("{userid}: the seats are {seats:?}, and really {departments:?}"));
    }
    for seat in &record.seats {
        let Some(at) = dumped.department.iter().position(|id| *id == seat.department.0) else { continue };
        let is_read = leeway.seats_read_in.as_ref().is_none_or(|ids| ids.contains(&seat.department.0));
        if read.is_empty() || !is_read {
            continue;
        }
        let real = (
            dumped.order[at],
            dumped.is_leader_in_dept[at] == 1,
            dumped.main_department == dumped.department[at],
        );
        let contradicts = seat.order.known().is_some_and(|order| *order != real.0)
            || seat.is_leader.known().is_some_and(|leads| *leads != real.1)
            || seat.is_main.known().is_some_and(|main| *main != real.2);
        if contradicts {
            found.push(format!("{userid}: the seat is {seat:?}, and really {real:?}"));
        }
    }
}

/// The known fields, with custom attributes reduced to those that have a value.
fn fields(member: &Member) -> Map<String, Value> {
    let Value::Object(mut fields) = json!(member) else { panic!("a member is an object") };
    if let Some(attributes) = fields.get_mut("extattr").and_then(|extattr| extattr.get_mut("attrs")) {
        let Value::Array(list) = attributes.take() else { panic!("a list of attributes") };
        let text = |one: &Value, path: &str| one.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let values: BTreeMap<_, _> = list
            .iter()
            .map(|one| (text(one, "/name"), (text(one, "/text/value"), text(one, "/web/url"))))
            .filter(|(_, (value, url))| [value, url].into_iter().flatten().any(|text| !text.is_empty()))
            .map(|(name, value)| (name.unwrap_or_default(), value))
            .collect();
        *attributes = json!(values);
    }
    fields
}

fn departments(
    mirror: &Mirror,
    dump: &CorpDump,
    report: &PullReport,
    leeway: &Leeway,
    found: &mut Vec<String>,
) {
    let existing: BTreeMap<_, _> = dump.departments.iter().map(|one| (one.id, one)).collect();
    let records: BTreeMap<_, _> = mirror.departments.iter().map(|record| (record.id.0, record)).collect();
    let moving: BTreeSet<_> = report.moving_departments.iter().map(|id| id.0).collect();
    let is_touched = |id: &u32| leeway.touched_departments.contains(id) || moving.contains(id);
    for (id, record) in &records {
        match (record.state, existing.get(id)) {
            (State::Removed, Some(_)) => {
                found.push(format!("department {id} is recorded as removed and exists"))
            }
            (State::Present, None) if report.existence && !is_touched(id) => {
                found.push(format!("department {id} is recorded as present and does not exist"));
            }
            (State::Present, Some(real)) if report.existence && !is_touched(id) => {
                // Without a reading by an app the names are those of an earlier pull.
                if report.coverage.departments >= Level::Range
                    && leeway.seats_read_in.as_ref().is_none_or(|ids| ids.contains(id))
                {
                    if record.name.known().is_some_and(|name| *name != real.name) {
                        found.push(format!(
                            "department {id}: the name is {:?}, and really {}",
                            record.name, real.name
                        ));
                    }
                    let leaders = record
                        .leaders
                        .known()
                        .map(|leaders| leaders.iter().map(|one| key(one.as_str())).collect::<BTreeSet<_>>());
                    let really: BTreeSet<_> = real.department_leader.iter().map(|one| key(one)).collect();
                    if leaders.is_some_and(|leaders| leaders != really) {
                        found.push(format!(
                            "department {id}: the leaders are {:?}, and really {really:?}",
                            record.leaders
                        ));
                    }
                }
                if record.parent.known().is_some_and(|parent| parent.0 != real.parentid) {
                    found.push(format!(
                        "department {id}: the parent is {:?}, and really {}",
                        record.parent, real.parentid
                    ));
                }
                if record.order.known().is_some_and(|order| *order != real.order) {
                    found.push(format!(
                        "department {id}: the order is {:?}, and really {}",
                        record.order, real.order
                    ));
                }
            }
            _ => {}
        }
    }
    for (id, _) in existing.iter().filter(|(id, _)| !is_touched(id)) {
        let record = records.get(id).filter(|record| record.state == State::Present);
        if report.existence && record.is_none() {
            found.push(format!("existence is proven, and department {id} is not present"));
        }
        if report.coverage.departments == Level::Complete
            && record.is_none_or(|record| record.name.is_hidden())
        {
            found.push(format!("the departments are complete, and {id} has no details"));
        }
    }
}

fn tags(mirror: &Mirror, dump: &CorpDump, report: &PullReport, found: &mut Vec<String>) {
    if report.coverage.tags == Level::None {
        return;
    }
    let existing: BTreeMap<_, _> = dump.tags.iter().map(|tag| (tag.tagid, tag)).collect();
    for record in &mirror.tags {
        let id = record.id.0;
        match (record.state, existing.get(&id)) {
            (State::Removed, Some(_)) => found.push(format!("tag {id} is recorded as removed and exists")),
            (State::Present, None) => {
                found.push(format!("tag {id} is recorded as present and does not exist"))
            }
            (State::Present, Some(real))
                if report.coverage.tags == Level::Complete || !record.members_complete =>
            {
                let userids: BTreeSet<_> = real.userlist.iter().map(|userid| key(userid)).collect();
                let claimed: BTreeSet<_> =
                    record.members.known().into_iter().flatten().map(|userid| key(userid.as_str())).collect();
                let parts: BTreeSet<_> = real.partylist.iter().copied().collect();
                let claimed_parts: BTreeSet<_> =
                    record.departments.known().into_iter().flatten().map(|id| id.0).collect();
                let is_right = if record.members_complete {
                    claimed == userids && claimed_parts == parts
                } else {
                    claimed.is_subset(&userids) && claimed_parts.is_subset(&parts)
                };
                if !is_right || record.name.known().is_some_and(|name| *name != real.tagname) {
                    found.push(format!("tag {id} is {record:?}, and really {real:?}"));
                }
            }
            _ => {}
        }
    }
    let recorded: BTreeSet<_> =
        mirror.tags.iter().filter(|tag| tag.state == State::Present).map(|tag| tag.id.0).collect();
    for id in existing.keys().filter(|id| !recorded.contains(id)) {
        found.push(format!("tag {id} is missing"));
    }
}
