//! Undo (撤销): the inverse plan of a run.
//!
//! Each value is a three-way decision: what it was before the run, what the run wrote, and what the mirror has now. Only a value that
//! is still what the run wrote goes back. What others changed since is a conflict: it is kept and reported. The plan has the same
//! format, gate and apply as any other. What cannot come back is listed first.
//!
//! The mirror must be pulled right before: undo compares with what it has.

mod departments;
mod effects;
mod members;
mod order;
mod tags;

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use wecom_contacts::CorpId;

use self::effects::Effects;
use crate::{
    Error, Result,
    gate::{self, Verdict},
    plan::{Basis, FORMAT, Finding, FindingKind, Obstacle, Origin, Plan, PlanCounts, VERSION},
    store::Store,
};

/// An undo about to be planned.
#[derive(Clone, Debug)]
#[must_use = "an undo does nothing until its plan is made and applied"]
pub struct Undo {
    corp: CorpId,
    run: i64,
    remove_created: bool,
    operator: Option<String>,
    made_by: String,
    max_age: Duration,
}

impl Undo {
    /// An undo of this run.
    pub fn new(corp: impl Into<CorpId>, run: i64) -> Self {
        Self {
            corp: corp.into(),
            run,
            remove_created: false,
            operator: None,
            made_by: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")).to_owned(),
            max_age: Duration::from_secs(3 * 86_400),
        }
    }

    /// Removes members whom the run created, if they have not activated. Without it they are disabled.
    pub fn remove_created(mut self, on: bool) -> Self {
        self.remove_created = on;
        self
    }

    /// Names who makes the plan.
    pub fn operator(mut self, operator: impl Into<String>) -> Self {
        self.operator = Some(operator.into());
        self
    }

    /// Names the program that makes the plan, with its version. Defaults to this crate.
    pub fn made_by(mut self, program: impl Into<String>) -> Self {
        self.made_by = program.into();
        self
    }

    /// Sets how long the plan can be applied. Defaults to 3 days.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    /// Makes the plan. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownRun`] if the mirror has no such run, [`Error::UnknownCorp`] if it was never pulled.
    pub async fn plan(self, store: &dyn Store) -> Result<Plan> {
        let Self { corp, run, remove_created, operator, made_by, max_age } = self;
        let now = Timestamp::now();
        let summary = store.corps().await?.into_iter().find(|summary| summary.corp == corp);
        let pull = summary
            .and_then(|summary| summary.last_pull)
            .ok_or_else(|| Error::UnknownCorp(corp.to_string()))?;
        let text = store.run_plan(&corp, run).await?.ok_or(Error::UnknownRun(run))?;
        let original: Plan =
            serde_json::from_str(&text).map_err(|_| Error::Damaged("the plan of a run cannot be read"))?;
        let records = store.run_steps(&corp, run).await?;
        let effects = Effects::of(&original, &records);
        let mut draft = order::Draft::read(store, &corp, &effects, remove_created).await?;
        departments::create_again(&mut draft, &effects);
        members::undo(&mut draft, &effects, remove_created);
        // Tags give their departments back before these are removed.
        tags::undo(&mut draft, &effects);
        departments::undo(&mut draft, &effects);
        let mut findings = std::mem::take(&mut draft.findings);
        // What cannot come back is read first.
        findings.sort_by_key(|finding| (finding.kind != FindingKind::CannotReturn, finding.clone()));
        findings.dedup();
        let drawn = draft.departments_to_draw(&effects);
        let sizes = draft.sizes();
        let steps = draft.ordered(&original, &effects);
        let counts = PlanCounts::of(&steps);
        let mut measured = sizes.measure(&steps);
        gate::add_earlier(store, &corp, &original.policy.gate, now, &mut measured).await?;
        let mut plan = Plan {
            format: FORMAT.to_owned(),
            version: VERSION,
            made_by,
            operator,
            made_at: now,
            expires_at: now.checked_add(max_age).unwrap_or(Timestamp::MAX),
            corp: corp.clone(),
            origin: Origin::Undo { run },
            basis: Basis {
                pull: pull.id,
                pulled_at: pull.ended_at,
                existence: pull.existence,
                coverage: pull.coverage,
            },
            policy: original.policy,
            scope: original.scope,
            counts,
            steps,
            findings,
            not_writable: Vec::new(),
            unchecked: BTreeMap::new(),
            leavers: Vec::new(),
            departments: drawn,
            measured,
            gate: Verdict::default(),
            fingerprint: String::new(),
        };
        plan.gate = Verdict::new(gate::reasons_at(store, &corp, &plan, &BTreeMap::new(), now).await?);
        plan.seal();
        Ok(plan)
    }
}

/// An object exists whose creation was interrupted. If the run has not created it, it is somebody else's.
fn unsettled(effect: &effects::Effect<'_>) -> Finding {
    finding(FindingKind::CannotReturn, effect).because(Obstacle::Unsettled)
}

/// Something of this kind about an object.
fn finding(kind: FindingKind, effect: &effects::Effect<'_>) -> Finding {
    Finding::new(kind).object(effect.object.clone())
}
