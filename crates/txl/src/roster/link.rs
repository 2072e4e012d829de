//! `txl roster link`: the people of a roster whose key the corp does not have, matched by other means.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    time::Duration,
};

use clap::Args;
use serde::Serialize;
use wecom_contacts::{CorpId, members::MemberField};
use wecom_directory::{
    record::{MemberRecord, PersonId, State},
    roster::{Column, Roster},
    run::PersonKey,
    store::Store,
};

use super::{KnownCorp, ReadingArgs, RosterFiles, policy};
use crate::{
    access::Access,
    confirm,
    failure::{Failure, Result},
    messages::{directory as mirror_messages, roster as messages},
    output::{Output, say},
};

/// How many members are read at once.
const PAGE: u32 = 5_000;

/// Link people of a roster to members whose key is hidden or missing, by name and department or by mobile
///
/// A link is stored in the mirror and outranks the key. Nothing is sent to WeCom. A person is proposed only if exactly one member and
/// one row agree.
#[derive(Args)]
pub(super) struct Link {
    /// The files of the roster
    #[arg(required = true)]
    rosters: Vec<PathBuf>,
    /// Policy file [default: roster.toml beside the roster, if it exists]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Store the links without a question
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    reading: ReadingArgs,
}

/// A proposed link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Proposal {
    line: u32,
    key: String,
    userid: String,
    name: String,
    by: &'static str,
    #[serde(skip)]
    person: i64,
}

impl Link {
    pub(super) async fn run(self, store: &dyn Store, corp: &CorpId, access: &Access) -> Result {
        if !self.yes && !confirm::can_ask() {
            return Err(Failure::usage(messages::link_needs_a_terminal()).remedy(messages::confirm_by_yes()));
        }
        let policy = policy::read(self.policy.as_deref(), &self.rosters, access)?;
        let files = RosterFiles::open(&self.rosters)?;
        let known = KnownCorp::read(store, corp, &self.reading.unknown_headings(&files, &policy)).await?;
        let roster = self.reading.read(&files, &policy, &known)?;
        let name = policy.roster.key.clone();
        let linked = store.person_keys(corp, &name).await?;
        let proposals = propose(store, corp, &roster, &name, &known, &linked).await?;
        if proposals.is_empty() {
            say(messages::nothing_to_link());
            return Ok(());
        }
        let table = Output::table();
        table.list(&proposals, &["line", "key", "userid", "name", "by"])?;
        if !self.yes {
            confirm::ask(messages::store_links(proposals.len())).await?;
        }
        let _lock = store.lock(corp, &mirror_messages::holder(), Duration::from_secs(60)).await?;
        let mut transaction = store.begin_run(corp).await?;
        let keys = proposals.iter().map(|proposal| PersonKey {
            name: name.clone(),
            value: proposal.key.clone(),
            person: PersonId(proposal.person),
        });
        transaction.put_person_keys(keys.collect()).await?;
        transaction.commit().await?;
        say(messages::links_stored(proposals.len()));
        Ok(())
    }
}

/// What a row is compared by, in the order of their weight.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Trait {
    Userid(String),
    Mobile(String),
    NameAndDepartment(String, String),
}

impl Trait {
    const fn word(&self) -> &'static str {
        match self {
            Self::Userid(_) => "userid",
            Self::Mobile(_) => "mobile",
            Self::NameAndDepartment(..) => "name and department",
        }
    }
}

/// Proposes a link for each row that has a key which no member has, if one member alone agrees with it.
async fn propose(
    store: &dyn Store,
    corp: &CorpId,
    roster: &Roster,
    key: &str,
    known: &KnownCorp,
    linked: &[PersonKey],
) -> Result<Vec<Proposal>> {
    let column = match MemberField::from_name(key) {
        Some(field @ (MemberField::Userid | MemberField::Mobile | MemberField::Email)) => {
            Column::Field(field)
        }
        _ => Column::Attribute(key.to_owned()),
    };
    let linked_people: BTreeSet<PersonId> = linked.iter().map(|link| link.person).collect();
    let linked_keys: BTreeSet<&str> = linked.iter().map(|link| link.value.as_str()).collect();
    let mut rows: HashMap<Trait, Option<usize>> = HashMap::new();
    for row in 0..roster.len() {
        if roster.cell(row, &column).value().is_some_and(|value| !linked_keys.contains(value)) {
            for own in traits_of_row(roster, row) {
                rows.entry(own)
                    .and_modify(|other| *other = other.filter(|other| *other == row))
                    .or_insert(Some(row));
            }
        }
    }
    let mut matched: HashMap<Trait, Option<MemberRecord>> = HashMap::new();
    let mut keys = BTreeSet::new();
    let mut after = None;
    loop {
        let page = store.members_after(corp, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.person;
        for record in page.into_iter().filter(|record| record.state == State::Present) {
            if let Some(own) = key_of(&record, &column) {
                keys.insert(own);
                continue;
            }
            if record.person.is_some_and(|person| linked_people.contains(&person)) {
                continue;
            }
            for own in traits_of_member(&record, known) {
                if rows.contains_key(&own) {
                    matched
                        .entry(own)
                        .and_modify(|other| *other = None)
                        .or_insert_with(|| Some(record.clone()));
                }
            }
        }
    }
    let mut proposals: BTreeMap<usize, Proposal> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    let mut pairs: Vec<_> = matched.into_iter().collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    for (own, record) in pairs {
        let (Some(record), Some(Some(row))) = (record, rows.get(&own)) else { continue };
        let (Some(person), Some(value)) = (record.person, roster.cell(*row, &column).value()) else {
            continue;
        };
        if keys.contains(value) || proposals.contains_key(row) || !taken.insert(person) {
            continue;
        }
        proposals.insert(
            *row,
            Proposal {
                line: roster.place(*row).line,
                key: value.to_owned(),
                userid: record.member.userid.to_string(),
                name: record.member.name.known().cloned().unwrap_or_default(),
                by: own.word(),
                person: person.0,
            },
        );
    }
    Ok(proposals.into_values().collect())
}

fn traits_of_row(roster: &Roster, row: usize) -> Vec<Trait> {
    let text = |field| roster.cell(row, &Column::Field(field)).value();
    let mut traits = Vec::new();
    traits.extend(text(MemberField::Userid).map(|userid| Trait::Userid(userid.to_ascii_lowercase())));
    traits.extend(text(MemberField::Mobile).map(|mobile| Trait::Mobile(mobile.to_owned())));
    if let Some(name) = text(MemberField::Name) {
        let departments = roster.cell(row, &Column::Departments);
        traits.extend(departments.items().map(|path| Trait::NameAndDepartment(name.to_owned(), last(path))));
    }
    traits
}

fn traits_of_member(record: &MemberRecord, known: &KnownCorp) -> Vec<Trait> {
    let member = &record.member;
    let mut traits = vec![Trait::Userid(member.userid.as_str().to_ascii_lowercase())];
    let mobile = member.mobile.known().filter(|mobile| !mobile.is_empty());
    traits.extend(mobile.map(|mobile| Trait::Mobile(mobile.clone())));
    if let Some(name) = member.name.known() {
        let paths = record.seats.iter().filter_map(|seat| known.paths.get(&seat.department));
        traits.extend(paths.map(|path| Trait::NameAndDepartment(name.clone(), last(path))));
    }
    traits
}

/// The last name of a path.
fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// The member's key, if it is known and not empty.
fn key_of(record: &MemberRecord, column: &Column) -> Option<String> {
    let member = &record.member;
    let text = match column {
        Column::Field(MemberField::Mobile) => member.mobile.known().cloned(),
        Column::Field(MemberField::Email) => member.email.known().cloned(),
        Column::Attribute(name) => {
            member.extattr.known()?.attrs.iter().find(|own| own.name == *name).and_then(|own| {
                match &own.value {
                    wecom_contacts::members::AttributeValue::Text(text) => Some(text.clone()),
                    _ => None,
                }
            })
        }
        _ => Some(member.userid.to_string()),
    };
    text.filter(|text| !text.is_empty())
}
