//! The first reading of the mirror: which member each person of the roster is, and who holds what the rows want.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use wecom_contacts::{
    DepartmentId, UserId,
    members::{AttributeValue, FieldValue, Member, MemberField},
};
use xxhash_rust::xxh3::xxh3_64;

use super::{
    people::{Key, People, compared},
    scope::{Scope, Standing},
};
use crate::{
    journal::ObjectKind,
    plan::{Finding, FindingKind, Object},
    record::{MemberRecord, PersonId, State},
    roster::{Cell, Column, Roster},
};

/// The fields that WeCom keeps unique in the corp, and that rows can have.
pub(super) const UNIQUE: [MemberField; 2] = [MemberField::Mobile, MemberField::Email];

/// What the first reading of the mirror learns.
#[derive(Debug, Default)]
pub(super) struct Matching {
    /// The persons of the roster by the number of the member.
    pub(super) by_member: ByMember,
    /// Members whom a finding of the matching names.
    pub(super) named: HashSet<PersonId>,
    /// Members who are in no row, by name, where a row has the name.
    pub(super) unmatched_names: BTreeMap<Box<str>, Vec<UserId>>,
    /// Who has a mobile or a mail address that the row of another person wants.
    pub(super) holders: HashMap<(MemberField, Box<str>), Holder>,
    /// The userids that a text in the column of leaders means.
    pub(super) leaders: BTreeMap<Box<str>, BTreeSet<UserId>>,
    /// The names of extended attributes that any member has.
    pub(super) attributes: BTreeSet<String>,
    /// The names of attributes of the external profile that any member has.
    pub(super) external_attributes: BTreeSet<String>,
    /// The unique fields that are hidden for a member.
    pub(super) hidden: BTreeSet<MemberField>,
    /// The members of each department, whether in the scope or not.
    pub(super) heads: HashMap<DepartmentId, u64>,
    /// The members in the scope.
    pub(super) in_scope: u64,
    /// The seats in the scope.
    pub(super) seats_in_scope: u64,
    /// The leaders of departments in the scope.
    pub(super) leaders_in_scope: u64,
    /// The members in scope whose key is hidden or empty.
    pub(super) without_key: u64,
}

/// Persons of the roster by the number of the member. Members come in the order of their numbers.
#[derive(Debug, Default)]
pub(super) struct ByMember(Vec<(PersonId, u32)>);

impl ByMember {
    fn push(&mut self, member: PersonId, person: u32) {
        debug_assert!(self.0.last().is_none_or(|(last, _)| *last < member), "the members have another order");
        self.0.push((member, person));
    }

    pub(super) fn get(&self, member: PersonId) -> Option<u32> {
        let place = self.0.binary_search_by_key(&member, |(member, _)| *member).ok()?;
        Some(self.0[place].1)
    }
}

/// A member who holds a unique value.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) person: PersonId,
    pub(super) object: Object,
    /// Whether the holder is in a row.
    pub(super) is_matched: bool,
}

/// Matches the people of a roster with the members, one member after the other.
pub(super) struct Matcher<'a> {
    pub(super) roster: &'a Roster,
    pub(super) people: &'a mut People,
    pub(super) key: &'a Key,
    pub(super) scope: &'a Scope,
    /// The stored links from a person to a key.
    pub(super) links: HashMap<PersonId, Box<str>>,
    by_userid: HashMap<Box<str>, u32>,
    /// Hashes of the names in the rows.
    names: HashSet<u64>,
    /// Which person wants a value, by its hash, for each of the [unique fields](UNIQUE).
    wants: [HashMap<u64, u32>; 2],
    pub(super) found: Matching,
    findings: Vec<Finding>,
}

impl<'a> Matcher<'a> {
    pub(super) fn new(
        roster: &'a Roster,
        people: &'a mut People,
        key: &'a Key,
        scope: &'a Scope,
        links: HashMap<PersonId, Box<str>>,
    ) -> Self {
        let mut matcher = Self {
            roster,
            people,
            key,
            scope,
            links,
            by_userid: HashMap::new(),
            names: HashSet::new(),
            wants: Default::default(),
            found: Matching::default(),
            findings: Vec::new(),
        };
        matcher.index();
        matcher
    }

    /// Indexes what the rows want, and finds values that several people want.
    fn index(&mut self) {
        let userid = Column::Field(MemberField::Userid);
        let mut taken: BTreeMap<(MemberField, u64), Vec<u32>> = BTreeMap::new();
        for person in 0..u32::try_from(self.people.list.len()).unwrap_or(u32::MAX) {
            let row = self.people.list[person as usize].row as usize;
            let cell = |column: &Column| self.roster.cell(row, column);
            if self.key.column != userid
                && let Cell::Value(value) = cell(&userid)
                && let Some(other) = self.by_userid.insert(value.to_ascii_lowercase().into(), person)
            {
                taken
                    .entry((MemberField::Userid, xxh3_64(value.to_ascii_lowercase().as_bytes())))
                    .or_default()
                    .extend([other, person]);
            }
            if let Cell::Value(name) = cell(&Column::Field(MemberField::Name)) {
                self.names.insert(xxh3_64(name.as_bytes()));
            }
            if let Cell::Value(leader) = cell(&Column::Field(MemberField::DirectLeader))
                && !self.found.leaders.contains_key(leader)
            {
                self.found.leaders.insert(leader.into(), BTreeSet::new());
            }
            for (field, wants) in UNIQUE.into_iter().zip(&mut self.wants) {
                if let Cell::Value(value) = self.roster.cell(row, &Column::Field(field)) {
                    let hash = xxh3_64(compared(field, value).as_bytes());
                    if let Some(other) = wants.insert(hash, person) {
                        taken.entry((field, hash)).or_default().extend([other, person]);
                    }
                }
            }
        }
        for ((field, _), mut persons) in taken {
            persons.sort_unstable();
            persons.dedup();
            let places: Vec<_> =
                persons.iter().flat_map(|person| self.people.places(self.roster, *person)).collect();
            self.findings.push(Finding::new(FindingKind::Taken).at(places).field(field.name()));
            for person in persons {
                self.people.list[person as usize].is_excluded = true;
            }
        }
    }

    /// Takes one member.
    pub(super) fn member(&mut self, record: &MemberRecord) {
        let Some(number) = record.person.filter(|_| record.state != State::Removed) else { return };
        count_heads(&mut self.found.heads, record);
        let standing = self.scope.standing(record);
        let key = key_value(self.key, record);
        if standing != Standing::Outside {
            self.found.in_scope += 1;
            let seats = record.seats.iter().filter(|seat| self.scope.contains(seat.department));
            self.found.seats_in_scope += seats.clone().count() as u64;
            self.found.leaders_in_scope +=
                seats.filter(|seat| seat.is_leader.known() == Some(&true)).count() as u64;
            self.found.without_key += u64::from(key.is_none());
        }
        let person = self.person_of(number, record, key.as_deref());
        self.attributes(&record.member);
        self.leader(record, key.as_deref());
        for (field, wants) in UNIQUE.into_iter().zip(&self.wants) {
            let FieldText::Known(value) = text(&record.member, field) else {
                self.found.hidden.insert(field);
                continue;
            };
            if value.is_empty() {
                continue;
            }
            let value = compared(field, value);
            let wanting = wants.get(&xxh3_64(value.as_bytes()));
            if wanting.is_some_and(|wanting| Some(*wanting) != person) {
                let holder = Holder { person: number, object: object(record), is_matched: person.is_some() };
                self.found.holders.insert((field, value.into()), holder);
            }
        }
        if person.is_none()
            && let FieldText::Known(name) = text(&record.member, MemberField::Name)
            && self.names.contains(&xxh3_64(name.as_bytes()))
        {
            self.found.unmatched_names.entry(name.into()).or_default().push(record.member.userid.clone());
        }
    }

    /// Finds the person of the roster who is this member: by the stored link, the key, the userid.
    fn person_of(&mut self, number: PersonId, record: &MemberRecord, key: Option<&str>) -> Option<u32> {
        let userid = record.member.userid.as_str();
        let by_link = self
            .links
            .get(&number)
            .and_then(|link| self.people.with_key(self.roster, self.key, link))
            .map(|person| ("link", person));
        let by_key = key
            .and_then(|key| self.people.with_key(self.roster, self.key, key))
            .map(|person| (self.key.name.as_str(), person));
        let by_userid =
            self.by_userid.get(userid.to_ascii_lowercase().as_str()).map(|person| ("userid", *person));
        let rules: Vec<_> = [by_link, by_key, by_userid].into_iter().flatten().collect();
        let (_, first) = *rules.first()?;
        if let Some((rule, other)) = rules.iter().find(|(_, person)| *person != first) {
            let row = |person: u32| {
                let place = self.roster.place(self.people.list[person as usize].row as usize);
                format!("line {}", place.line)
            };
            self.findings.push(
                Finding::new(FindingKind::MatchesDisagree)
                    .at(self.people.places(self.roster, first))
                    .at(self.people.places(self.roster, *other))
                    .object(object(record))
                    .text(row(first))
                    .text(rules[0].0)
                    .text(row(*other))
                    .text(*rule),
            );
            for (_, person) in &rules {
                self.people.list[*person as usize].is_excluded = true;
            }
            self.found.named.insert(number);
            return Some(first);
        }
        let person = &mut self.people.list[first as usize];
        match person.matched.replace(number) {
            None => {
                self.found.by_member.push(number, first);
            }
            Some(earlier) => {
                person.is_excluded = true;
                self.found.named.extend([earlier, number]);
                self.findings.push(
                    Finding::new(FindingKind::SeveralMembers)
                        .at(self.people.places(self.roster, first))
                        .object(object(record))
                        .field(self.key.name.clone())
                        .text(userid),
                );
            }
        }
        Some(first)
    }

    /// Notes the member under each text that may mean a leader: the userid, the key, the name.
    fn leader(&mut self, record: &MemberRecord, key: Option<&str>) {
        if self.found.leaders.is_empty() {
            return;
        }
        let userid = &record.member.userid;
        let name = record.member.name.known().map(String::as_str);
        let lower = userid.as_str().to_ascii_lowercase();
        for text in [Some(userid.as_str()), Some(lower.as_str()), key, name].into_iter().flatten() {
            if let Some(members) = self.found.leaders.get_mut(text) {
                members.insert(userid.clone());
            }
        }
    }

    fn attributes(&mut self, member: &Member) {
        for attribute in member.extattr.known().into_iter().flat_map(|extattr| &extattr.attrs) {
            if !self.found.attributes.contains(&attribute.name) {
                self.found.attributes.insert(attribute.name.clone());
            }
        }
        for attribute in member
            .external_profile
            .known()
            .and_then(|profile| profile.external_attr.as_ref())
            .into_iter()
            .flatten()
        {
            if !self.found.external_attributes.contains(&attribute.name) {
                self.found.external_attributes.insert(attribute.name.clone());
            }
        }
    }

    pub(super) fn finish(self) -> (Matching, Vec<Finding>) {
        (self.found, self.findings)
    }
}

/// Counts a member in each of its departments.
pub(super) fn count_heads(heads: &mut HashMap<DepartmentId, u64>, record: &MemberRecord) {
    for seat in &record.seats {
        *heads.entry(seat.department).or_default() += 1;
    }
}

/// The object of a member.
pub(super) fn object(record: &MemberRecord) -> Object {
    Object {
        kind: ObjectKind::Member,
        id: record.member.userid.to_string(),
        name: record.member.name.known().filter(|name| !name.is_empty()).cloned(),
    }
}

/// A text field of a member.
pub(super) enum FieldText<'a> {
    Known(&'a str),
    Hidden,
}

/// Returns a field with one text; fields of other kinds are hidden here.
pub(super) fn text(member: &Member, field: MemberField) -> FieldText<'_> {
    match member.value(field) {
        wecom_contacts::Seen::Known(FieldValue::Text(text)) => FieldText::Known(text),
        wecom_contacts::Seen::Known(FieldValue::Member(id)) => FieldText::Known(id.as_str()),
        wecom_contacts::Seen::Known(FieldValue::Gender(gender)) => FieldText::Known(gender.as_str()),
        _ => FieldText::Hidden,
    }
}

/// The key of a member in the form in which it is compared; `None` if it is hidden, stale or empty.
fn key_value<'m>(key: &Key, record: &'m MemberRecord) -> Option<Cow<'m, str>> {
    let member = &record.member;
    let is_stale = |field| record.stale().contains(field);
    let value = match &key.column {
        Column::Field(MemberField::Userid) => member.userid.as_str(),
        Column::Field(field) => match text(member, *field) {
            FieldText::Known(text) if !is_stale(*field) => text,
            _ => return None,
        },
        Column::Attribute(name) if !is_stale(MemberField::Extattr) => {
            let attributes = &member.extattr.known()?.attrs;
            match &attributes.iter().find(|attribute| attribute.name == *name)?.value {
                AttributeValue::Text(text) | AttributeValue::Untyped(text) => text,
                _ => return None,
            }
        }
        _ => return None,
    };
    (!value.is_empty()).then(|| key.compared(value))
}
