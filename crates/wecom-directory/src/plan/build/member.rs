//! What changes for a member whom the roster has.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use wecom_contacts::{
    Seen, UserId,
    members::{Attribute, Member, MemberField, MemberStatus},
};

use super::{
    Inputs,
    attributes::{Merged, merge},
    draft::{Draft, Need, Phase},
    employment::{self, Employment},
    matching::{FieldText, Matching, object, text},
    people::compared,
    scope::Standing,
    seats::{self, SeatPlan, Unplannable},
    values::{TEXTS, check, check_external, is_same, may_be_emptied},
};
use crate::{
    FieldSet,
    plan::{Category, Finding, FindingKind, NotWritableReason, Object, StepAction, ValueRule},
    record::{MemberRecord, PersonId},
    roster::{Cell, Column, Place},
};

/// What the comparison of one member yields.
pub(super) enum Compared {
    /// Nothing, or a finding says why.
    Nothing,
    /// The roster names the member as having left.
    Left,
    /// Changes.
    Changes(Box<Draft>),
}

/// What comparisons collect.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) findings: Vec<Finding>,
    pub(super) not_writable: Vec<(Object, String, NotWritableReason, Vec<Place>)>,
    pub(super) unchecked: BTreeMap<String, u64>,
    /// Members who are disabled and whom the roster names as working here.
    pub(super) disabled: Vec<Disabled>,
}

/// A member who is disabled and whom the roster names as working here.
#[derive(Debug)]
pub(super) struct Disabled {
    pub(super) person: Option<PersonId>,
    pub(super) object: Object,
    pub(super) places: Vec<Place>,
    pub(super) status: Option<i64>,
}

/// Compares a member with the rows of the person.
pub(super) fn compare(
    inputs: &Inputs<'_>,
    found: &Matching,
    record: &MemberRecord,
    person: u32,
    collected: &mut Collected,
) -> Compared {
    let row = inputs.people.list[person as usize].row as usize;
    let stale = record.stale();
    let mut comparison = Comparison { inputs, found, record, person, row, stale, draft: None, collected };
    match comparison.compare() {
        Some(compared) => compared,
        None => comparison.draft.map_or(Compared::Nothing, Compared::Changes),
    }
}

struct Comparison<'a, 'b> {
    inputs: &'a Inputs<'b>,
    found: &'a Matching,
    record: &'a MemberRecord,
    person: u32,
    row: usize,
    /// The fields whose values no reading shows any more.
    stale: FieldSet,
    /// `None` as long as nothing changes.
    draft: Option<Box<Draft>>,
    collected: &'a mut Collected,
}

impl Comparison<'_, '_> {
    /// Compares all fields. Returns what ends the comparison before them.
    fn compare(&mut self) -> Option<Compared> {
        let (inputs, record) = (self.inputs, self.record);
        let is_unseen = record.shown.iter().all(|shown| shown.is_empty());
        let hindrance = if is_unseen {
            Some(FindingKind::DetailsOutOfSight)
        } else if inputs.scope.standing(record) == Standing::Outside {
            Some(FindingKind::MemberOutsideScope)
        } else if record.member.status == Seen::Known(MemberStatus::Left) {
            Some(FindingKind::LeftByThemselves)
        } else {
            None
        };
        if let Some(kind) = hindrance {
            return self.ends_with(self.finding(kind));
        }
        match employment::of(
            inputs.roster,
            self.row,
            inputs.policy.state.as_ref(),
            inputs.today,
            &mut self.collected.findings,
        ) {
            Employment::Active => {}
            Employment::Left => return Some(Compared::Left),
            Employment::Unknown => return Some(Compared::Nothing),
            Employment::Future(day) => {
                let day = day.map_or_else(|| "a later day".to_owned(), |day| day.to_string());
                return self.ends_with(self.finding(FindingKind::NotYet).text(day));
            }
        }
        for field in TEXTS {
            self.text(field);
        }
        self.leader();
        self.attributes();
        self.enable();
        self.seats();
        if let Some(draft) = &mut self.draft
            && !draft.step.fields.contains_key("main_department")
        {
            draft.step.note_home(record);
        }
        None
    }

    /// Ends the comparison with a finding.
    fn ends_with(&mut self, finding: Finding) -> Option<Compared> {
        self.collected.findings.push(finding);
        Some(Compared::Nothing)
    }

    fn member(&self) -> &Member {
        &self.record.member
    }

    fn object(&self) -> Object {
        object(self.record)
    }

    fn places(&self) -> Vec<Place> {
        self.inputs.people.places(self.inputs.roster, self.person)
    }

    /// The step of the member, which exists from the first change on.
    fn draft(&mut self) -> &mut Draft {
        let (inputs, record, person) = (self.inputs, self.record, self.person);
        self.draft.get_or_insert_with(|| {
            let draft = Draft::new(Phase::Updates, object(record), StepAction::Update, Category::Update);
            let mut draft = draft.places(inputs.people.places(inputs.roster, person));
            draft.person = record.person;
            draft.step.status = status(record);
            Box::new(draft)
        })
    }

    fn finding(&self, kind: FindingKind) -> Finding {
        Finding::new(kind).at(self.places()).object(self.object())
    }

    fn not_writable(&mut self, field: impl Into<String>, reason: NotWritableReason) {
        let (object, places) = (self.object(), self.places());
        self.collected.not_writable.push((object, field.into(), reason, places));
    }

    fn unchecked(&mut self, field: &str) {
        *self.collected.unchecked.entry(field.to_owned()).or_default() += 1;
    }

    fn cell(&self, field: MemberField) -> Cell<'_> {
        self.inputs.roster.cell(self.row, &Column::Field(field))
    }

    /// Whether the value of a field is known and was shown by an earlier reading only.
    fn is_stale(&self, field: MemberField) -> bool {
        self.stale.contains(field)
    }

    fn text(&mut self, field: MemberField) {
        let cell = self.inputs.roster.cell(self.row, &Column::Field(field));
        if matches!(cell, Cell::Absent | Cell::Unusable) || self.inputs.policy.is_never_updated(field) {
            return;
        }
        let before = match text(&self.record.member, field) {
            FieldText::Known(before) if !self.is_stale(field) => Some(before),
            FieldText::Known(_) | FieldText::Hidden => None,
        };
        let after = match cell {
            Cell::Value(value) => value,
            _ if !self.inputs.policy.empty_cell.clears(field.name()) => return,
            _ if !may_be_emptied(field) || self.is_last_contact(field) => {
                if before.is_some_and(|before| !before.is_empty()) {
                    self.not_writable(field.name(), NotWritableReason::CannotBeEmpty);
                }
                return;
            }
            _ => "",
        };
        let is_wanted = match before {
            Some(before) => is_same(field, before, after),
            None => match self.inputs.written.is(self.record.person, field, after) {
                // No reading shows whether somebody else wrote the field since.
                Some(is_wanted) => is_wanted,
                None if self.inputs.write_hidden.contains(&field) && !after.is_empty() => false,
                None => return self.unchecked(field.name()),
            },
        };
        if is_wanted {
            return;
        }
        if field == MemberField::Mobile {
            match self.member().status {
                Seen::Known(MemberStatus::NotActivated) => {}
                Seen::Known(MemberStatus::Disabled) => {
                    return self.not_writable(field.name(), NotWritableReason::Disabled);
                }
                Seen::Known(_) => return self.not_writable(field.name(), NotWritableReason::Activated),
                // Whether WeCom takes the mobile depends on the status.
                Seen::Hidden => return self.unchecked(field.name()),
            }
        }
        self.set(field, before.map(Value::from), after);
    }

    fn set(&mut self, field: MemberField, before: Option<Value>, after: &str) {
        if !after.is_empty() {
            if let Err(rule) = check(field, after) {
                let finding = self.finding(FindingKind::InvalidValue).field(field.name()).because(rule);
                return self.collected.findings.push(finding);
            }
            if matches!(field, MemberField::Mobile | MemberField::Email) {
                self.draft().wants.push((field, compared(field, after).into()));
            }
        }
        self.draft().change(field.name(), before, after);
    }

    /// Whether emptying the field could leave the member without mobile and mail address.
    fn is_last_contact(&self, field: MemberField) -> bool {
        let other = match field {
            MemberField::Mobile => MemberField::Email,
            MemberField::Email => MemberField::Mobile,
            _ => return false,
        };
        let keeps = matches!(text(self.member(), other), FieldText::Known(value) if !value.is_empty());
        !keeps || self.cell(other) == Cell::Empty
    }

    fn leader(&mut self) {
        let field = MemberField::DirectLeader;
        let cell = self.inputs.roster.cell(self.row, &Column::Field(field));
        if self.inputs.policy.is_never_updated(field) {
            return;
        }
        let after: Vec<UserId> = match cell {
            Cell::Value(leader) => match self.inputs.leader(self.found, leader) {
                Ok(leader) => vec![leader],
                Err(kind) => {
                    let finding = self.finding(kind).text(leader);
                    return self.collected.findings.push(finding);
                }
            },
            Cell::Empty if self.inputs.policy.empty_cell.clears(field.name()) => Vec::new(),
            _ => return,
        };
        let before = match self.member().direct_leader.known() {
            Some(before) if !self.is_stale(field) => before.clone(),
            _ => return self.unchecked(field.name()),
        };
        // An app shows a leader only inside its visible range: an empty list proves nothing there.
        if before.is_empty() && !self.inputs.sees_everybody {
            return self.unchecked(field.name());
        }
        if before == after {
            return;
        }
        self.draft()
            .needs
            .extend(after.iter().map(|leader| Need::Member(leader.as_str().to_ascii_lowercase())));
        self.draft().change(field.name(), Some(json!(before)), json!(after));
    }

    fn attributes(&mut self) {
        let wanted = self.inputs.attributes(self.row, |column| match column {
            Column::Attribute(name) => Some(name),
            _ => None,
        });
        if !wanted.is_empty() {
            let wanted = self.known_attributes(wanted, &self.found.attributes);
            let known = self.member().extattr.known().filter(|_| !self.is_stale(MemberField::Extattr));
            let list = known.map(|extattr| extattr.attrs.clone());
            if let Some(merged) = self.merge("extattr", list.as_deref(), &wanted) {
                self.draft().change("extattr", Some(json!({"attrs": list})), json!({"attrs": merged}));
            }
        }
        self.external_profile();
    }

    /// The profile is sent with its whole list of attributes, which WeCom requires, and with the short name only if that changes.
    fn external_profile(&mut self) {
        let field = MemberField::ExternalProfile;
        let wanted = self.inputs.attributes(self.row, |column| match column {
            Column::ExternalAttribute(name) => Some(name),
            _ => None,
        });
        let wanted_name = external_corp_name(self.inputs, self.row);
        if wanted.is_empty() && wanted_name.is_none() || self.inputs.policy.is_never_updated(field) {
            return;
        }
        let mut wanted = self.known_attributes(wanted, &self.found.external_attributes);
        wanted.retain(|name, value| match check_external(value) {
            Ok(()) => true,
            Err(rule) => {
                let finding = self.finding(FindingKind::InvalidValue).field(*name).because(rule);
                self.collected.findings.push(finding);
                false
            }
        });
        let profile = self.member().external_profile.known().filter(|_| !self.is_stale(field));
        let list = profile.and_then(|profile| profile.external_attr.clone());
        let name = profile.and_then(|profile| profile.external_corp_name.clone());
        let merged = self.merge(field.name(), list.as_deref(), &wanted);
        let new_name = match (wanted_name, &name, &list) {
            (None, ..) => None,
            (Some(wanted), Some(name), Some(_)) => (wanted != name.as_str()).then_some(wanted),
            (Some(_), ..) => {
                self.unchecked("external_corp_name");
                None
            }
        };
        if merged.is_none() && new_name.is_none() {
            return;
        }
        let mut before = json!({"external_attr": list});
        let mut after = json!({"external_attr": merged.or(list)});
        if let Some(new_name) = new_name {
            before["external_corp_name"] = json!(name);
            after["external_corp_name"] = json!(new_name);
        }
        self.draft().change(field.name(), Some(before), after);
    }

    /// Leaves out attributes that no member of the corp has: the console does not define them, and WeCom ignores them.
    fn known_attributes<'w>(
        &mut self,
        wanted: BTreeMap<&'w str, &'w str>,
        known: &BTreeSet<String>,
    ) -> BTreeMap<&'w str, &'w str> {
        let (wanted, unknown): (BTreeMap<_, _>, BTreeMap<_, _>) =
            wanted.into_iter().partition(|(name, _)| known.contains(*name));
        for (name, value) in unknown {
            if !value.is_empty() {
                self.not_writable(name, NotWritableReason::UnknownAttribute);
            }
        }
        wanted
    }

    fn merge(
        &mut self,
        field: &str,
        known: Option<&[Attribute]>,
        wanted: &BTreeMap<&str, &str>,
    ) -> Option<Vec<Attribute>> {
        if wanted.is_empty() {
            return None;
        }
        let Some(known) = known else {
            self.unchecked(field);
            return None;
        };
        let Merged { list, not_text, .. } = merge(known, wanted);
        for name in not_text {
            let rule = ValueRule::NotText;
            let finding = self.finding(FindingKind::InvalidValue).field(name).because(rule);
            self.collected.findings.push(finding);
        }
        list
    }

    fn enable(&mut self) {
        let member = self.member();
        let is_disabled =
            member.status == Seen::Known(MemberStatus::Disabled) || member.enable == Seen::Known(false);
        match self.cell(MemberField::Enable) {
            Cell::Value("1") if is_disabled => {
                self.draft().change("enable", Some(json!(0)), 1);
                self.draft().step.category = Category::Enable;
            }
            Cell::Value("0") if !is_disabled => {
                self.draft().change("enable", Some(json!(1)), 0);
                self.draft().step.category = Category::Disable;
            }
            Cell::Absent | Cell::Empty if is_disabled => {
                let disabled = Disabled {
                    person: self.record.person,
                    object: self.object(),
                    places: self.places(),
                    status: status(self.record),
                };
                self.collected.disabled.push(disabled);
            }
            _ => {}
        }
    }

    fn seats(&mut self) {
        let Some(wanted) =
            self.inputs.departments.wanted(self.inputs, self.person, &mut self.collected.findings)
        else {
            return;
        };
        let planned = seats::plan(self.inputs.policy.seats, &self.record.seats, &wanted, |id| {
            self.inputs.scope.contains(id)
        });
        match planned {
            Ok(None) => {}
            Ok(Some(plan)) => {
                let departments = plan.after.iter().map(|seat| Need::Department(seat.department));
                let draft = self.draft();
                draft.needs.extend(departments);
                set_seats(draft, &plan);
                if draft.step.category == Category::Update {
                    draft.step.category = Category::Move;
                }
            }
            Err(Unplannable::Hidden) => {
                let finding = self.finding(FindingKind::SeatsHidden);
                self.collected.findings.push(finding);
            }
            Err(Unplannable::TooMany) => {
                let finding = self.finding(FindingKind::TooManyDepartments);
                self.collected.findings.push(finding);
            }
        }
    }
}

fn status(record: &MemberRecord) -> Option<i64> {
    record.member.status.known().copied().map(i64::from)
}

/// The short name of the corp that a row wants. `None` if the row says nothing of it.
pub(super) fn external_corp_name<'r>(inputs: &'r Inputs<'_>, row: usize) -> Option<&'r str> {
    match inputs.roster.cell(row, &Column::ExternalCorpName) {
        Cell::Value(name) => Some(name),
        Cell::Empty if inputs.policy.empty_cell.clears("external_corp_name") => Some(""),
        _ => None,
    }
}

/// Writes seats as the four parallel fields, which are always sent together.
pub(super) fn set_seats(draft: &mut Draft, plan: &SeatPlan) {
    let ids =
        |seats: &[seats::PlannedSeat]| json!(seats.iter().map(|seat| seat.department).collect::<Vec<_>>());
    let orders =
        |seats: &[seats::PlannedSeat]| json!(seats.iter().map(|seat| seat.order).collect::<Vec<_>>());
    let flags = |seats: &[seats::PlannedSeat]| {
        json!(seats.iter().map(|seat| u8::from(seat.is_leader)).collect::<Vec<_>>())
    };
    draft.change("department", Some(ids(&plan.before)), ids(&plan.after));
    draft.change("order", Some(orders(&plan.before)), orders(&plan.after));
    draft.change("is_leader_in_dept", Some(flags(&plan.before)), flags(&plan.after));
    if let Some(main) = plan.main {
        draft.change("main_department", plan.before_main.map(|main| json!(main)), json!(main));
    }
}
