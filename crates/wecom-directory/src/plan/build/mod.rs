//! Making a plan from a roster and the mirror.
//!
//! The mirror is read twice: the first reading [matches](matching) members with rows and learns who holds what; the second one
//! [compares](member). Rows and members are never held as whole objects, so that 10^6 of each fit into memory.

mod attributes;
mod changes;
mod departments;
mod draft;
mod employment;
mod leavers;
mod lookup;
mod matching;
mod member;
mod newcomers;
pub(crate) mod people;
pub(crate) mod removal;
mod scope;
mod seats;
mod settle;
mod stored;
mod tags;
mod tree;
mod unique;
mod values;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    future::{poll_fn, ready},
    task::Poll,
};

use jiff::{Timestamp, civil::Date};
use wecom_contacts::{CorpId, UserId, members::MemberField};

pub use self::lookup::LookUps;
pub(crate) use self::people::compared;
use self::{
    changes::Changes,
    departments::Departments,
    draft::Draft,
    matching::{Matcher, Matching},
    member::{Collected, Compared, Disabled},
    people::{Key, People},
    scope::Scope,
    stored::Written,
    tags::Tagged,
    tree::Tree,
};
use super::{
    Basis, FORMAT, Finding, FindingKind, Leaver, NotWritable, NotWritableReason, Object, Origin, Plan, Step,
    VERSION,
};
use crate::{
    Error, FieldSet, Result,
    apply::FingerprintKey,
    gate::{
        self, Measured, Reason, Verdict,
        measure::{self, Wholes},
        protected::Protected,
    },
    policy::{EmptyCellRule, EmptyDepartmentRule, LeaverRule, Measure, Policy, RosterPolicy, Span},
    record::{MemberRecord, State, TagRecord},
    roster::{Cell, Column, Place, Roster},
    store::{MemberKey, Store, StoreFuture},
};

/// How many members are read from the store at once.
const PAGE: u32 = 2_000;
/// Above this share of rows without a usable key, the gate stops the plan.
const KEYLESS_SHARE: u64 = 10;

/// A plan about to be made.
#[derive(Clone, Debug)]
#[must_use = "nothing is planned until a roster is given"]
pub struct Planning {
    policy: Policy,
    made_by: String,
    operator: Option<String>,
    now: Timestamp,
    max_age: Span,
    renames: Vec<(String, String)>,
    new_departments: Vec<String>,
    ignored_rows: BTreeSet<Place>,
    new_people: BTreeSet<Place>,
    write_hidden: BTreeSet<MemberField>,
    key: Option<FingerprintKey>,
    only: Option<BTreeSet<Kind>>,
    excluded: BTreeSet<UserId>,
    allowed: BTreeMap<Measure, u64>,
}

/// The kinds of steps that [`Planning::only`] selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Members are created.
    Create,
    /// Fields of members change.
    Update,
    /// Seats of members change.
    Move,
    /// Members are disabled.
    Disable,
    /// Members are enabled.
    Enable,
    /// Members are removed.
    Remove,
    /// Departments change.
    Departments,
    /// Members of tags change.
    Tags,
}

impl std::str::FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> std::result::Result<Self, UnknownKind> {
        Ok(match word {
            "create" => Self::Create,
            "update" => Self::Update,
            "move" => Self::Move,
            "disable" => Self::Disable,
            "enable" => Self::Enable,
            "remove" => Self::Remove,
            "departments" => Self::Departments,
            "tags" => Self::Tags,
            _ => return Err(UnknownKind),
        })
    }
}

/// A word that is no [`Kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind: write create, update, move, disable, enable, remove, departments or tags")]
pub struct UnknownKind;

impl Planning {
    /// A plan by this policy.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            made_by: concat!("wecom-directory ", env!("CARGO_PKG_VERSION")).to_owned(),
            operator: None,
            now: Timestamp::now(),
            max_age: Span::days(3),
            renames: Vec::new(),
            new_departments: Vec::new(),
            ignored_rows: BTreeSet::new(),
            new_people: BTreeSet::new(),
            write_hidden: BTreeSet::new(),
            key: None,
            only: None,
            excluded: BTreeSet::new(),
            allowed: BTreeMap::new(),
        }
    }

    /// Names the program in the plan.
    pub fn made_by(mut self, program: impl Into<String>) -> Self {
        self.made_by = program.into();
        self
    }

    /// Names the person who makes the plan.
    pub fn operator(mut self, operator: impl Into<String>) -> Self {
        self.operator = Some(operator.into());
        self
    }

    /// Makes the plan as of this time. Defaults to now.
    pub fn now(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Lets the plan expire after this time. Defaults to 3 days.
    pub fn max_age(mut self, age: Span) -> Self {
        self.max_age = age;
        self
    }

    /// Renames or moves a department: a path or unique tail, and its new path or new name.
    pub fn rename(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.renames.push((from.into(), to.into()));
        self
    }

    /// Confirms that a department is new, and no renamed one.
    pub fn new_department(mut self, path: impl Into<String>) -> Self {
        self.new_departments.push(path.into());
        self
    }

    /// Accepts the faults of these rows: they hold no leavers back.
    pub fn ignore_rows(mut self, places: impl IntoIterator<Item = Place>) -> Self {
        self.ignored_rows.extend(places);
        self
    }

    /// Confirms that the people of these rows are new, although a member in no row has the same name.
    pub fn new_people(mut self, places: impl IntoIterator<Item = Place>) -> Self {
        self.new_people.extend(places);
        self
    }

    /// Writes a field whose present value is hidden. Each write counts as a change.
    pub fn write_hidden(mut self, field: MemberField) -> Self {
        self.write_hidden.insert(field);
        self
    }

    /// Recognises what runs wrote into hidden fields by the fingerprints of this key, which [`Apply::fingerprint_key`] took. Such a field
    /// is written if the roster wants another value, and is left alone otherwise. Defaults to none.
    ///
    /// [`Apply::fingerprint_key`]: crate::apply::Apply::fingerprint_key
    pub fn fingerprint_key(mut self, key: FingerprintKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Plans only steps of these kinds, and those that they need.
    pub fn only(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.only.get_or_insert_default().extend(kinds);
        self
    }

    /// Leaves out the steps of a member.
    pub fn exclude(mut self, userid: impl Into<UserId>) -> Self {
        self.excluded.insert(userid.into());
        self
    }

    /// Allows this many of a measure for this plan.
    pub fn allow(mut self, measure: Measure, count: u64) -> Self {
        self.allowed.insert(measure, count);
        self
    }

    /// Makes the plan that brings the corp to a roster. Nothing is sent; the mirror is only read.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownCorp`] if the mirror has no pull of the corp; [`Error::Rename`] if a rename names no department; errors of the
    /// store.
    pub async fn roster(self, store: &dyn Store, corp: &CorpId, roster: &Roster) -> Result<Plan> {
        Maker::new(self, store, corp).await?.roster(roster, None).await
    }

    /// Makes the plan as [`roster`](Self::roster) does, and looks up who has the mobile number or the mail address of a new person, if
    /// it is hidden for a member. A new person whose value belongs to a member is a finding.
    ///
    /// # Errors
    ///
    /// As [`roster`](Self::roster). A look-up that fails is no error: the value counts as unchecked, and so do those after it.
    pub async fn roster_with_look_ups(
        self,
        store: &dyn Store,
        corp: &CorpId,
        roster: &Roster,
        look_ups: &mut LookUps,
    ) -> Result<Plan> {
        Maker::new(self, store, corp).await?.roster(roster, Some(look_ups)).await
    }

    /// Makes the plan that removes members. Runs disabled them at least this long ago, and they were not enabled since.
    ///
    /// # Errors
    ///
    /// As [`roster`](Self::roster).
    pub async fn remove_disabled(self, store: &dyn Store, corp: &CorpId, age: Span) -> Result<Plan> {
        Maker::new(self, store, corp).await?.remove_disabled(age).await
    }
}

/// What the comparisons read.
pub(super) struct Inputs<'a> {
    roster: &'a Roster,
    people: People,
    policy: &'a RosterPolicy,
    scope: Scope,
    departments: Departments,
    key: Key,
    today: Date,
    write_hidden: BTreeSet<MemberField>,
    written: Written,
    /// Whether an app sees the whole corp, so that an empty list of leaders is one.
    sees_everybody: bool,
    existence: bool,
    protected: Protected,
}

impl Inputs<'_> {
    fn is_protected(&self, record: &MemberRecord) -> bool {
        self.protected.contains(record)
    }

    /// The member whom a text in the column of leaders means.
    fn leader(&self, found: &Matching, text: &str) -> std::result::Result<UserId, FindingKind> {
        let members = found.leaders.get(text).ok_or(FindingKind::UnknownLeader)?;
        // A userid outranks a name.
        if let Some(userid) = members.iter().find(|userid| **userid == *text) {
            return Ok(userid.clone());
        }
        let mut members = members.iter();
        match (members.next(), members.next()) {
            (Some(one), None) => Ok(one.clone()),
            (Some(_), Some(_)) => Err(FindingKind::AmbiguousLeader),
            (None, _) => Err(FindingKind::UnknownLeader),
        }
    }

    /// The attributes of a row that the roster manages: the name and the wanted text.
    fn attributes<'r>(
        &'r self,
        row: usize,
        name: impl Fn(&'r Column) -> Option<&'r String>,
    ) -> BTreeMap<&'r str, &'r str> {
        let mut wanted = BTreeMap::new();
        for column in self.roster.columns() {
            let Some(name) = name(column) else { continue };
            match self.roster.cell(row, column) {
                Cell::Value(value) => wanted.insert(name.as_str(), value),
                Cell::Empty if self.policy.empty_cell.clears(name) => wanted.insert(name.as_str(), ""),
                _ => continue,
            };
        }
        wanted
    }
}

/// Makes one plan.
struct Maker<'a> {
    planning: Planning,
    store: &'a dyn Store,
    corp: &'a CorpId,
    basis: Basis,
    tree: Tree,
    tags: Vec<TagRecord>,
    /// The members of each department; counted by the first reading.
    heads: HashMap<wecom_contacts::DepartmentId, u64>,
    sees_everybody: bool,
    findings: Vec<Finding>,
    reasons: Vec<Reason>,
}

impl<'a> Maker<'a> {
    async fn new(planning: Planning, store: &'a dyn Store, corp: &'a CorpId) -> Result<Self> {
        let summary = store.corps().await?.into_iter().find(|summary| summary.corp == *corp);
        let pull = summary.and_then(|summary| summary.last_pull);
        let pull = pull.ok_or_else(|| Error::UnknownCorp(corp.to_string()))?;
        // Removed departments keep their ids.
        let departments = store.departments(corp).await?;
        let largest = departments.iter().map(|department| department.id.0).max();
        let existing = departments.into_iter().filter(|department| department.state != State::Removed);
        let existing = existing.map(|department| (department.id, department)).collect();
        let credentials = store.credentials(corp).await?;
        Ok(Self {
            basis: Basis {
                pull: pull.id,
                pulled_at: pull.ended_at,
                existence: pull.existence,
                coverage: pull.coverage,
            },
            tree: Tree::new(existing, largest.unwrap_or_default()),
            tags: store.tags(corp).await?,
            heads: HashMap::new(),
            sees_everybody: credentials.iter().any(|credential| credential.sees_everybody == Some(true)),
            planning,
            store,
            corp,
            findings: Vec::new(),
            reasons: Vec::new(),
        })
    }

    async fn roster(mut self, roster: &Roster, look_ups: Option<&mut LookUps>) -> Result<Plan> {
        let policy = self.planning.policy.clone();
        let policy = &policy.roster;
        let mut drafts = self.renames()?;
        self.check_policy(policy);
        let mut scope = Scope::resolve(&policy.scope, &self.tree, &mut self.findings);
        let departments =
            Departments::resolve(roster, &mut self.tree, &mut scope, policy.departments, &mut self.findings);
        let key = Key::new(&policy.key);
        let mut people = People::group(roster, &key, &mut self.findings);
        for fault in roster.faults() {
            let finding = Finding::new(FindingKind::UnusableCell).at([fault.place]);
            self.findings.push(finding.field(column_name(&fault.column)).because(fault.reason.clone()));
        }

        // First reading.
        let protected =
            Protected::read(self.store, self.corp, &policy.protected, &self.tags, |top| self.tree.below(top))
                .await?;
        let links = stored::links(self.store, self.corp, &key).await?;
        let mut matcher = Matcher::new(roster, &mut people, &key, &scope, links);
        let mut members = Members::new(self.store, self.corp, matched_fields(roster, &key));
        while let Some(page) = members.next().await? {
            page.iter().for_each(|record| matcher.member(record));
        }
        let (mut found, findings) = matcher.finish();
        self.findings.extend(findings);
        self.heads = std::mem::take(&mut found.heads);
        let keys_are_hidden = self.keys_are_hidden(&key, &found);
        let inputs = Inputs {
            roster,
            people,
            policy,
            scope,
            departments,
            key,
            today: jiff::tz::Offset::constant(8).to_datetime(self.planning.now).date(),
            write_hidden: self.planning.write_hidden.clone(),
            written: Written::read(self.store, self.corp, self.planning.key.clone()).await?,
            sees_everybody: self.sees_everybody,
            existence: self.basis.existence,
            protected,
        };

        // Newcomers, before leaders are looked up.
        let mut newcomers = newcomers::find(&inputs, &found, &self.planning.new_people, &mut self.findings);
        if keys_are_hidden {
            newcomers.clear();
        }
        let existing = existing(self.store, self.corp, &newcomers).await?;
        let newcomers = newcomers::without_taken(&inputs, newcomers, &existing, &mut self.findings);
        let mut unchecked = BTreeMap::new();
        let newcomers = match look_ups {
            Some(look_ups) => {
                let findings = &mut self.findings;
                lookup::without_held(look_ups, &inputs, &found, newcomers, &mut unchecked, findings).await
            }
            None => newcomers,
        };
        newcomers::add_leaders(&inputs, &newcomers, &mut found);
        let created = newcomers::drafts(&inputs, &found, &newcomers, &mut self.findings);
        let by_userid: HashMap<_, _> =
            newcomers.iter().map(|newcomer| (newcomer.userid.as_str(), newcomer.person())).collect();
        let mut tagged: Vec<_> = created
            .iter()
            .filter(|draft| draft.step.action == super::StepAction::Create)
            .filter_map(|draft| {
                let userid = draft.step.object.id.as_str();
                let person = *by_userid.get(userid)?;
                Some(Tagged { person, userid: userid.into(), is_new: true })
            })
            .collect();
        drafts.extend(created);

        // Second reading.
        let held = self.held(&inputs);
        let is_held = keys_are_hidden || !held.is_empty();
        let named = self.named();
        let mut changes = Changes::new(&self.tree, &self.heads);
        let mut collected = Collected { unchecked, ..Collected::default() };
        let mut leavers = Vec::new();
        let mut members = Members::new(self.store, self.corp, compared_fields(roster, &inputs.key));
        let has_tags = roster.has(&Column::Tags);
        while let Some(page) = members.next().await? {
            for record in page.iter().filter(|record| record.state != State::Removed) {
                let Some(number) = record.person else { continue };
                let stated = match found.by_member.get(number) {
                    None => None,
                    Some(person) if inputs.people.list[person as usize].is_excluded => continue,
                    Some(person) => match member::compare(&inputs, &found, record, person, &mut collected) {
                        Compared::Left => Some(inputs.people.places(roster, person)),
                        compared => {
                            if has_tags {
                                let userid = record.member.userid.clone();
                                tagged.push(Tagged { person, userid, is_new: false });
                            }
                            if let Compared::Changes(draft) = compared {
                                changes.member(&draft);
                                drafts.push(*draft);
                            }
                            continue;
                        }
                    },
                };
                let is_named =
                    named.contains(&MemberKey::from(&record.member.userid)) || found.named.contains(&number);
                let leaver = leavers::leaver(&inputs, record, stated, is_named, is_held, &mut self.findings);
                if let Some((leaver, draft)) = leaver {
                    leavers.push(leaver);
                    drafts.extend(draft);
                }
            }
        }
        let likely = changes::in_words(&changes, &inputs.departments);
        self.findings.append(&mut collected.findings);
        if policy.leavers == LeaverRule::Disable && !held.is_empty() {
            let lines = held.iter().map(|place| place.line.to_string()).collect::<Vec<_>>().join(",");
            self.findings.push(Finding::new(FindingKind::LeaversHeld).at(held).text(lines));
        }
        self.enable(&mut drafts, std::mem::take(&mut collected.disabled)).await?;
        drafts.extend(self.departments(&inputs, &mut collected.unchecked));
        self.likely_renames(&likely);
        self.exclude(&mut drafts);
        let new = newcomers.iter().map(|newcomer| newcomer.userid.as_str().to_ascii_lowercase()).collect();
        settle::settle(&mut drafts, &found, &self.tree, &new, &mut self.findings);
        // Before `only` leaves people out: the departments may be created first, and the people by a second plan.
        let listed = roster.departments.iter().flatten();
        let listed = listed.filter_map(|row| inputs.departments.get(&row.path)).collect();
        settle::without_unneeded(&mut drafts, &self.tree, &listed);
        self.select(&mut drafts);
        settle::settle(&mut drafts, &found, &self.tree, &new, &mut self.findings);
        unique::put_behind(&mut drafts, &found);
        let created = settle::created_members(&drafts);
        tagged.retain(|one| {
            let will_exist = !one.is_new || created.contains(&one.userid.as_str().to_ascii_lowercase());
            will_exist && !self.planning.excluded.contains(&one.userid)
        });
        let mut of_tags = tags::drafts(&inputs, &self.tags, &tagged, &mut self.findings);
        self.select(&mut of_tags);
        drafts.append(&mut of_tags);
        let steps = draft::order(drafts, &mut self.findings);

        self.roster_reasons(&inputs);
        let origin = Origin::Roster {
            files: roster.files.clone(),
            rows: roster.len() as u64,
            people: inputs.people.list.len() as u64,
            ignored_rows: self.planning.ignored_rows.iter().copied().collect(),
        };
        let wholes = Wholes {
            members: found.in_scope,
            seats: found.seats_in_scope,
            leaders: found.leaders_in_scope,
            departments: self.tree.departments.keys().filter(|id| inputs.scope.contains(**id)).count() as u64,
            tag_members: self.tags.iter().filter_map(|tag| tag.members.known()).map(Vec::len).sum::<usize>()
                as u64,
        };
        let mut measured = self.measure(&steps, &wholes);
        if let Some(shrunk) = self.shrunk(&inputs, &origin).await? {
            measured.insert(Measure::RosterShrunk, shrunk);
        }
        let rest = Rest {
            origin,
            scope: inputs.scope.tops(),
            measured,
            leavers,
            not_writable: not_writable(collected.not_writable),
            unchecked: collected.unchecked,
        };
        self.finish(steps, rest).await
    }

    /// Fields that the policy names and WeCom does not have.
    fn check_policy(&mut self, policy: &RosterPolicy) {
        let empty = match &policy.empty_cell {
            EmptyCellRule::Fields(fields) => fields.as_slice(),
            EmptyCellRule::All(_) => &[],
        };
        for field in &policy.never {
            if MemberField::from_name(field).is_none() {
                self.findings.push(Finding::new(FindingKind::UnknownColumn).field("never").text(field));
            }
        }
        // An attribute of the corp may have any name; a name in ASCII is meant as a field of WeCom.
        for field in empty.iter().filter(|field| field.is_ascii() && *field != "tags") {
            if MemberField::from_name(field).is_none() {
                self.findings.push(Finding::new(FindingKind::UnknownColumn).field("empty_cell").text(field));
            }
        }
    }

    /// Whether the key is hidden or empty for too many members to tell newcomers and leavers.
    fn keys_are_hidden(&mut self, key: &Key, found: &Matching) -> bool {
        let are_hidden = found.without_key * 10 > found.in_scope;
        if are_hidden {
            let finding = Finding::new(FindingKind::KeyHidden).field(key.name.clone());
            self.findings.push(finding.text(found.without_key.to_string()).text(found.in_scope.to_string()));
        }
        are_hidden
    }

    /// Returns the rows that may belong to any member. They hold back all leavers.
    fn held(&self, inputs: &Inputs<'_>) -> Vec<Place> {
        const HOLDS: [FindingKind; 12] = [
            FindingKind::NoKey,
            // A person without a match who cannot be created is perhaps a member whose key is damaged.
            FindingKind::NoUserid,
            FindingKind::NoName,
            FindingKind::NoContact,
            FindingKind::NoDepartment,
            FindingKind::UseridTaken,
            FindingKind::RowsDisagree,
            FindingKind::MatchesDisagree,
            FindingKind::SeveralMembers,
            FindingKind::SameName,
            FindingKind::LikelyNewUserid,
            FindingKind::Taken,
        ];
        let mut held: BTreeSet<Place> = self
            .findings
            .iter()
            .filter(|finding| HOLDS.contains(&finding.kind))
            .flat_map(|finding| finding.places.iter().copied())
            .collect();
        let key = &inputs.key.column;
        held.extend(
            inputs.roster.faults().iter().filter(|fault| fault.column == *key).map(|fault| fault.place),
        );
        held.difference(&self.planning.ignored_rows).copied().collect()
    }

    /// The members whom a finding names: they may be in the roster.
    fn named(&self) -> HashSet<MemberKey> {
        let objects = self.findings.iter().filter_map(|finding| finding.object.as_ref());
        objects
            .filter(|object| object.kind == crate::journal::ObjectKind::Member)
            .map(|object| MemberKey::from(object.id.as_str()))
            .collect()
    }

    /// Enables members whom a run disabled and who were not changed since. Other disabled members are findings.
    async fn enable(&mut self, drafts: &mut Vec<Draft>, disabled: Vec<Disabled>) -> Result<()> {
        for Disabled { person, object, places, status } in disabled {
            if removal::is_disabled_by_run(self.store, self.corp, person, &object.id).await?.is_none() {
                self.findings.push(Finding::new(FindingKind::DisabledByOthers).at(places).object(object));
                continue;
            }
            let known = drafts
                .iter()
                .position(|draft| draft.step.object == object && draft.phase == draft::Phase::Updates);
            let index = known.unwrap_or_else(|| {
                let mut draft = Draft::new(
                    draft::Phase::Updates,
                    object,
                    super::StepAction::Update,
                    super::Category::Enable,
                )
                .places(places);
                draft.step.status = status;
                drafts.push(draft);
                drafts.len() - 1
            });
            drafts[index].change("enable", Some(0.into()), 1);
            drafts[index].step.category = super::Category::Enable;
        }
        Ok(())
    }

    /// Leaves out the steps of the members whom `exclude` names.
    fn exclude(&self, drafts: &mut Vec<Draft>) {
        settle::drop_where(drafts, |draft| {
            draft.step.object.kind == crate::journal::ObjectKind::Member
                && self.planning.excluded.contains(&UserId::from(draft.step.object.id.as_str()))
        });
    }

    /// Leaves out the kinds that `only` does not name.
    fn select(&self, drafts: &mut Vec<Draft>) {
        if let Some(only) = &self.planning.only {
            settle::drop_where(drafts, |draft| !only.contains(&kind(draft)));
        }
    }

    /// What the gate finds wrong with the roster and the policy as a whole.
    fn roster_reasons(&mut self, inputs: &Inputs<'_>) {
        let rows = inputs.roster.len() as u64;
        let keyless = inputs
            .people
            .without_key
            .iter()
            .filter(|place| !self.planning.ignored_rows.contains(place))
            .count() as u64;
        if inputs.people.list.is_empty() {
            self.reasons.push(Reason::EmptyRoster);
        } else if keyless * KEYLESS_SHARE > rows {
            self.reasons.push(Reason::KeysMissing { count: keyless, whole: rows });
        }
        let acts_on_leavers = inputs.policy.leavers != LeaverRule::Keep;
        if acts_on_leavers && inputs.policy.scope.is_empty() {
            self.reasons.push(Reason::NoScope);
        }
        if acts_on_leavers && inputs.policy.protected.is_empty() {
            self.reasons.push(Reason::NothingProtected);
        }
        if !inputs.protected.unknown.is_empty() {
            self.reasons.push(Reason::UnknownProtected { entries: inputs.protected.unknown.clone() });
        }
    }

    fn measure(&self, steps: &[Step], wholes: &Wholes) -> BTreeMap<Measure, Measured> {
        measure::measure(steps, wholes, |top| {
            self.tree.below(top).iter().filter_map(|id| self.heads.get(id)).sum()
        })
    }

    /// How many people the roster has less than the last applied one of the same scope and key.
    async fn shrunk(&self, inputs: &Inputs<'_>, origin: &Origin) -> Result<Option<Measured>> {
        let Origin::Roster { people, .. } = origin else { return Ok(None) };
        let before =
            stored::last_roster(self.store, self.corp, &inputs.key.name, &inputs.scope.tops()).await?;
        Ok(before.map(|before| Measured {
            count: before.saturating_sub(*people),
            earlier: 0,
            whole: before,
            names: Vec::new(),
        }))
    }

    /// Judges the plan, and seals it.
    async fn finish(mut self, steps: Vec<Step>, mut rest: Rest) -> Result<Plan> {
        let (limits, now) = (&self.planning.policy.gate, self.planning.now);
        gate::add_earlier(self.store, self.corp, limits, now, &mut rest.measured).await?;
        let mut counts = super::PlanCounts::of(&steps);
        counts.not_writable = rest.not_writable.len() as u64;
        counts.unchecked = rest.unchecked.values().sum();
        self.findings.sort();
        self.findings.dedup();
        rest.leavers.sort_by(|one, other| one.object.cmp(&other.object));
        let mut plan = Plan {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_by: self.planning.made_by.clone(),
            operator: self.planning.operator.clone(),
            made_at: self.planning.now,
            expires_at: self
                .planning
                .now
                .checked_add(self.planning.max_age.duration())
                .unwrap_or(Timestamp::MAX),
            corp: self.corp.clone(),
            origin: rest.origin,
            basis: self.basis.clone(),
            policy: self.planning.policy.clone(),
            scope: rest.scope,
            counts,
            departments: self.drawn(&steps),
            steps,
            findings: self.findings,
            not_writable: rest.not_writable,
            unchecked: rest.unchecked,
            leavers: rest.leavers,
            measured: rest.measured,
            gate: Verdict::new(self.reasons),
            fingerprint: String::new(),
        };
        let reasons = gate::reasons_at(self.store, self.corp, &plan, &self.planning.allowed, now).await?;
        plan.gate = Verdict::new(reasons);
        plan.seal();
        Ok(plan)
    }
}

/// The parts of a plan that its origin decides.
struct Rest {
    origin: Origin,
    scope: Vec<wecom_contacts::DepartmentId>,
    measured: BTreeMap<Measure, Measured>,
    leavers: Vec<Leaver>,
    not_writable: Vec<NotWritable>,
    unchecked: BTreeMap<String, u64>,
}

/// The fields of a member that the matching reads.
fn matched_fields(roster: &Roster, key: &Key) -> FieldSet {
    use MemberField::{Email, Extattr, ExternalProfile, Mobile, Name};

    let columns = roster.columns().iter().chain([&key.column]);
    let of_columns = columns.filter_map(|column| match column {
        Column::Attribute(_) => Some(Extattr),
        Column::ExternalAttribute(_) => Some(ExternalProfile),
        _ => None,
    });
    FieldSet::of([Name, Mobile, Email].into_iter().chain(of_columns))
}

/// The fields of a member that the comparison reads.
fn compared_fields(roster: &Roster, key: &Key) -> FieldSet {
    let of_columns = roster.columns().iter().filter_map(|column| match column {
        Column::Field(field) => Some(*field),
        Column::ExternalCorpName => Some(MemberField::ExternalProfile),
        _ => None,
    });
    let always = [MemberField::Status, MemberField::Enable];
    matched_fields(roster, key).union(FieldSet::of(always.into_iter().chain(of_columns)))
}

/// Reads the members page by page. While a page is compared, the store reads the next one.
struct Members<'a> {
    store: &'a dyn Store,
    corp: &'a CorpId,
    fields: FieldSet,
    next: StoreFuture<'a, Vec<MemberRecord>>,
}

impl<'a> Members<'a> {
    /// Reads these fields; the others are hidden.
    fn new(store: &'a dyn Store, corp: &'a CorpId, fields: FieldSet) -> Self {
        Self { store, corp, fields, next: store.members_with(fields, corp, None, PAGE) }
    }

    async fn next(&mut self) -> Result<Option<Vec<MemberRecord>>> {
        let page = (&mut self.next).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.next = self.store.members_with(self.fields, self.corp, last.person, PAGE);
        // The first poll gives the work to the thread of the store.
        if let Poll::Ready(next) = poll_fn(|context| Poll::Ready(self.next.as_mut().poll(context))).await {
            self.next = Box::pin(ready(next));
        }
        Ok(Some(page))
    }
}

/// The members who have the userids of newcomers.
async fn existing(
    store: &dyn Store,
    corp: &CorpId,
    newcomers: &[newcomers::Newcomer],
) -> Result<HashMap<MemberKey, Object>> {
    let keys: Vec<_> = newcomers.iter().map(|newcomer| MemberKey::from(&newcomer.userid)).collect();
    let mut existing = HashMap::new();
    for keys in keys.chunks(500) {
        let members = store.members(corp, keys).await?;
        let present = members.iter().filter(|record| record.state != State::Removed);
        existing
            .extend(present.map(|record| (MemberKey::from(&record.member.userid), matching::object(record))));
    }
    Ok(existing)
}

fn kind(draft: &Draft) -> Kind {
    use crate::journal::ObjectKind;
    match (draft.step.object.kind, draft.step.category) {
        (ObjectKind::Department, _) => Kind::Departments,
        (ObjectKind::Tag, _) => Kind::Tags,
        (ObjectKind::Member, super::Category::Create) => Kind::Create,
        (ObjectKind::Member, super::Category::Remove) => Kind::Remove,
        (ObjectKind::Member, super::Category::Disable) => Kind::Disable,
        (ObjectKind::Member, super::Category::Enable) => Kind::Enable,
        (ObjectKind::Member, super::Category::Move) => Kind::Move,
        (ObjectKind::Member, super::Category::Update) => Kind::Update,
    }
}

/// The name of a column in findings.
fn column_name(column: &Column) -> String {
    match column {
        Column::Field(field) => field.name().to_owned(),
        Column::Departments | Column::DepartmentIds => "department".to_owned(),
        Column::MainDepartment => "main_department".to_owned(),
        Column::LeaderFlags => "is_leader_in_dept".to_owned(),
        Column::LeaderOf => "部门负责人".to_owned(),
        Column::Tags => "tags".to_owned(),
        Column::State => "状态".to_owned(),
        Column::FirstDay => "入职日期".to_owned(),
        Column::LastDay => "离职日期".to_owned(),
        Column::Attribute(name) | Column::ExternalAttribute(name) => name.clone(),
        Column::ExternalCorpName => "external_corp_name".to_owned(),
    }
}

/// Values that WeCom ignores, in a stable order; an attribute that the console lacks is listed once.
fn not_writable(collected: Vec<(Object, String, NotWritableReason, Vec<Place>)>) -> Vec<NotWritable> {
    let mut attributes = HashSet::new();
    let mut list: Vec<_> = collected
        .into_iter()
        .map(|(object, field, reason, places)| NotWritable { object, field, reason, places })
        .collect();
    list.sort_by(|one, other| (&one.object, &one.field).cmp(&(&other.object, &other.field)));
    list.retain(|one| {
        one.reason != NotWritableReason::UnknownAttribute || attributes.insert(one.field.clone())
    });
    list
}
