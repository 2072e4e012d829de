//! Plans that remove the members whom runs disabled, after a time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use wecom_contacts::{
    CorpId, Seen,
    members::{MemberField, MemberStatus},
};

use super::{
    Maker, Members, Rest,
    draft::{self, Draft, Phase},
    matching::{FieldText, count_heads, object, text},
    scope::{Scope, Standing},
    values::TEXTS,
};
use crate::{
    FieldSet, Result,
    gate::{Reason, measure::Wholes, protected::Protected},
    journal::{Action, ObjectKind},
    plan::{Category, Finding, FindingKind, Obstacle, Origin, Plan, SideEffect, StepAction},
    policy::Span,
    record::{MemberRecord, PersonId, State, TagRecord},
    store::{MemberKey, Store},
};

impl Maker<'_> {
    /// Plans the removal of the members in scope whom runs disabled at least `age` ago and who were not enabled since.
    pub(super) async fn remove_disabled(mut self, age: Span) -> Result<Plan> {
        let policy = self.planning.policy.roster.clone();
        let scope = Scope::resolve(&policy.scope, &self.tree, &mut self.findings);
        let protected =
            Protected::read(self.store, self.corp, &policy.protected, &self.tags, |top| self.tree.below(top))
                .await?;
        let before = self.planning.now.checked_sub(age.duration()).unwrap_or(Timestamp::MIN);
        let mut removed: BTreeMap<MemberKey, Draft> = BTreeMap::new();
        let mut refused = Vec::new();
        let mut wholes = Wholes::default();
        let mut members = Members::new(self.store, self.corp, FieldSet::ALL);
        while let Some(page) = members.next().await? {
            let known = page.iter().filter(|record| record.state != State::Removed);
            known.for_each(|record| count_heads(&mut self.heads, record));
            for record in page.iter().filter(|record| record.state == State::Present) {
                // The members in the scope are counted as for a roster.
                let standing = scope.standing(record);
                if standing == Standing::Outside {
                    continue;
                }
                let in_scope = record.seats.iter().filter(|seat| scope.contains(seat.department));
                wholes.members += 1;
                wholes.seats += in_scope.count() as u64;
                // A seat outside the scope belongs to another policy, and so may a member whose seats are hidden.
                if standing != Standing::Inside || record.seats.is_empty() {
                    continue;
                }
                // Somebody may have enabled a member whom no reading shows any more.
                let is_shown = |field| !record.stale().contains(field);
                let is_disabled = record.member.status == Seen::Known(MemberStatus::Disabled)
                    && is_shown(MemberField::Status)
                    || record.member.enable == Seen::Known(false) && is_shown(MemberField::Enable);
                if !is_disabled {
                    continue;
                }
                let userid = record.member.userid.as_str();
                let since = is_disabled_by_run(self.store, self.corp, record.person, userid).await?;
                if since.is_none_or(|since| since > before) {
                    continue;
                }
                if protected.contains(record) {
                    refused.push(object(record).called());
                } else {
                    removed.insert(MemberKey::from(&record.member.userid), self.removal(record));
                }
            }
        }
        let keys = removed.keys().cloned().collect();
        for (key, effects) in side_effects(self.store, self.corp, &self.tags, &keys).await? {
            removed.entry(key).and_modify(|draft| draft.step.side_effects = effects);
        }
        if policy.protected.is_empty() && !removed.is_empty() {
            self.reasons.push(Reason::NothingProtected);
        }
        if !refused.is_empty() {
            self.reasons.push(Reason::Protected { names: refused });
        }
        if !protected.unknown.is_empty() {
            self.reasons.push(Reason::UnknownProtected { entries: protected.unknown });
        }
        let mut drafts = removed.into_values().collect();
        self.exclude(&mut drafts);
        self.select(&mut drafts);
        let steps = draft::order(drafts, &mut self.findings);
        let measured = self.measure(&steps, &wholes);
        let rest = Rest {
            origin: Origin::RemoveDisabled { since: age.to_string() },
            scope: scope.tops(),
            measured,
            leavers: Vec::new(),
            not_writable: Vec::new(),
            unchecked: BTreeMap::new(),
        };
        self.finish(steps, rest).await
    }

    fn removal(&mut self, record: &MemberRecord) -> Draft {
        let object = object(record);
        self.findings.push(Finding::new(FindingKind::HandOver).object(object.clone()));
        let mut draft = Draft::new(Phase::Removals, object.clone(), StepAction::Remove, Category::Remove);
        draft.person = record.person;
        draft.step.status = record.member.status.known().copied().map(i64::from);
        draft.step.former = former(record);
        let has = |field: &str| {
            draft.step.former.get(field).and_then(Value::as_str).is_some_and(|text| !text.is_empty())
        };
        if !has("mobile") && !has("email") {
            self.findings
                .push(Finding::new(FindingKind::CannotReturn).object(object).because(Obstacle::NoContact));
        }
        draft
    }
}

/// What the server changes when it removes these members: tags lose them, and others lose their direct leader.
pub(crate) async fn side_effects(
    store: &dyn Store,
    corp: &CorpId,
    tags: &[TagRecord],
    removed: &BTreeSet<MemberKey>,
) -> Result<BTreeMap<MemberKey, Vec<SideEffect>>> {
    let mut effects: BTreeMap<MemberKey, Vec<SideEffect>> = BTreeMap::new();
    if removed.is_empty() {
        return Ok(effects);
    }
    let mut note = |key: MemberKey, effect| {
        if removed.contains(&key) {
            effects.entry(key).or_default().push(effect);
        }
    };
    for tag in tags.iter().filter(|tag| tag.state != State::Removed) {
        for member in tag.members.known().into_iter().flatten() {
            note(member.into(), SideEffect::Tag { id: tag.id.0 });
        }
    }
    let mut members = Members::new(store, corp, FieldSet::of([MemberField::DirectLeader]));
    while let Some(page) = members.next().await? {
        for record in page.iter().filter(|record| record.state != State::Removed) {
            let userid = &record.member.userid;
            if removed.contains(&MemberKey::from(userid)) {
                continue;
            }
            for leader in record.member.direct_leader.known().into_iter().flatten() {
                note(leader.into(), SideEffect::DirectLeader { of: userid.to_string() });
            }
        }
    }
    Ok(effects)
}

/// What a new creation of the member needs, as far as it is known: the fields by their names in WeCom's JSON.
pub(crate) fn former(record: &MemberRecord) -> Map<String, Value> {
    let mut former = Map::new();
    let is_stale = |field| record.stale().contains(field);
    for field in TEXTS {
        if let FieldText::Known(text) = text(&record.member, field)
            && !text.is_empty()
            && !is_stale(field)
        {
            former.insert(field.name().to_owned(), text.into());
        }
    }
    let seats: Option<Vec<_>> = record
        .seats
        .iter()
        .map(|seat| Some((seat.department, *seat.order.known()?, u8::from(*seat.is_leader.known()?))))
        .collect();
    if let Some(seats) = seats.filter(|seats| !seats.is_empty()) {
        former.insert("department".to_owned(), seats.iter().map(|seat| seat.0.0).collect());
        former.insert("order".to_owned(), seats.iter().map(|seat| seat.1).collect());
        former.insert("is_leader_in_dept".to_owned(), seats.iter().map(|seat| seat.2).collect());
    }
    if let Some(main) = record.seats.iter().find(|seat| seat.is_main == Seen::Known(true)) {
        former.insert("main_department".to_owned(), main.department.0.into());
    }
    let leaders = record.member.direct_leader.known().filter(|_| !is_stale(MemberField::DirectLeader));
    if let Some(leaders) = leaders.filter(|leaders| !leaders.is_empty()) {
        former.insert("direct_leader".to_owned(), json!(leaders));
    }
    if let Some(extattr) = record.member.extattr.known().filter(|_| !is_stale(MemberField::Extattr)) {
        former.insert("extattr".to_owned(), json!(extattr));
    }
    let profile = record.member.external_profile.known().filter(|_| !is_stale(MemberField::ExternalProfile));
    if let Some((attributes, name)) = profile
        .and_then(|profile| Some((profile.external_attr.as_ref()?, profile.external_corp_name.as_ref())))
    {
        let mut profile = json!({ "external_attr": attributes });
        let name = name.filter(|name| !name.is_empty());
        name.into_iter().for_each(|name| profile["external_corp_name"] = json!(name));
        former.insert("external_profile".to_owned(), profile);
    }
    former
}

/// Returns when a run disabled the person who has this userid. Returns `None` if the person was enabled or created since.
pub(super) async fn is_disabled_by_run(
    store: &dyn Store,
    corp: &CorpId,
    person: Option<PersonId>,
    userid: &str,
) -> Result<Option<Timestamp>> {
    let mut disabled = None;
    for change in store.history(corp, ObjectKind::Member, userid).await? {
        // The history of a userid has the changes of earlier persons, too.
        if change.person.is_some() && change.person != person {
            continue;
        }
        // Who is created again was not disabled by a run before that.
        if matches!(change.action, Action::Created | Action::Removed) {
            disabled = None;
            continue;
        }
        let after = |field: &str| change.fields.get(field).and_then(|values| values.get("after"));
        let is_off = |value: &Value| value == &Value::from(0) || value == &Value::from(false);
        let by_run = change.cause.0.starts_with("run ");
        if let Some(enable) = after("enable") {
            disabled = (by_run && is_off(enable)).then_some(change.at);
        } else if let Some(status) = after("status")
            // The server's own change of the status follows from the run.
            && status != &Value::from(2)
        {
            disabled = None;
        }
    }
    Ok(disabled)
}
