//! The gate (安全闸): the check that stops a plan which would change too much.
//!
//! There is one gate: plans, undo and the full replace of an import are judged here. It is judged when a plan is made and again
//! when it is applied.

pub(crate) mod measure;
mod plan;
pub(crate) mod protected;
mod window;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::plan::reasons;
pub(crate) use self::plan::{add_earlier, reasons_at};
use crate::policy::{GateLimits, Measure};

/// How many names a reason shows.
pub const NAMES: usize = 10;

/// What the gate counted of one measure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measured {
    /// How many this plan changes.
    pub count: u64,
    /// How many runs of the corp changed within the window before.
    #[serde(default)]
    pub earlier: u64,
    /// The size of the whole that the share is taken of.
    pub whole: u64,
    /// The names most worth checking, at most [`NAMES`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// What the gate decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdict {
    /// The decision.
    pub verdict: Decision,
    /// Why the plan is stopped; empty if it passes.
    pub reasons: Vec<Reason>,
}

/// The decision of the gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The plan may be applied.
    #[default]
    Pass,
    /// Nothing may be sent.
    Stop,
}

/// Why the gate stops a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// More than the limit.
    OverLimit {
        /// What is over its limit.
        measure: Measure,
        /// This plan together with earlier runs.
        count: u64,
        /// The part of it that earlier runs did.
        earlier: u64,
        /// The largest number that is allowed.
        allowed: u64,
        /// The size of the whole.
        whole: u64,
        /// The names most worth checking.
        names: Vec<String>,
    },
    /// The plan disables, removes or moves out of scope somebody who is protected.
    Protected {
        /// Their names.
        names: Vec<String>,
    },
    /// The plan removes, and no pull has proven which members and departments exist.
    NoExistence,
    /// An entry of `protected` matches nothing.
    UnknownProtected {
        /// The entries.
        entries: Vec<String>,
    },
    /// The policy acts on leavers without a list of protected members.
    NothingProtected,
    /// The policy acts on leavers without a scope.
    NoScope,
    /// The roster has no usable row.
    EmptyRoster,
    /// Over 10 % of the rows have no usable key.
    KeysMissing {
        /// How many.
        count: u64,
        /// Of how many rows.
        whole: u64,
    },
    /// A department is likely renamed, and the roster's owner has not said so.
    LikelyRename {
        /// The department that the roster lacks.
        from: String,
        /// The department that the roster adds.
        to: String,
    },
    /// Roots of the tree are never removed.
    Root,
}

impl Reason {
    /// Returns the flag that allows this much for this plan, if there is one.
    pub fn flag(&self) -> Option<String> {
        match self {
            Self::OverLimit { measure, count, .. } => Some(format!("--allow {measure}={count}")),
            Self::LikelyRename { from, to } => {
                // A department that keeps its parent needs no more than its new name.
                let to = match (from.rsplit_once('/'), to.rsplit_once('/')) {
                    (Some((above, _)), Some((same, name))) if above == same => name,
                    _ => to,
                };
                Some(format!("--rename '{from}={to}'"))
            }
            _ => None,
        }
    }

    /// Returns what it says, in English.
    pub fn message(&self) -> String {
        let list = |names: &[String], all: u64| {
            let shown = names.join(", ");
            match all.saturating_sub(names.len() as u64) {
                0 => shown,
                more => format!("{shown} and {more} more"),
            }
        };
        match self {
            Self::OverLimit { measure, count, earlier, allowed, whole, names } => {
                let mut text = format!("{measure}: {count} of {whole}, allowed {allowed}");
                if *earlier > 0 {
                    text.push_str(&format!(" ({earlier} by earlier runs)"));
                }
                if !names.is_empty() {
                    text.push_str(": ");
                    text.push_str(&list(names, count - earlier));
                }
                text
            }
            Self::Protected { names } => {
                format!("the policy protects members that the plan disables, removes or moves out of scope: {}", names.join(", "))
            }
            Self::NoExistence => {
                "the plan removes objects, and no pull has proven which ones exist: pull with the contacts-sync secret".to_owned()
            }
            Self::UnknownProtected { entries } => format!("protected names entries that match nothing: {}", entries.join(", ")),
            Self::NothingProtected => {
                "the policy acts on leavers, and its list protected is empty: list at least the creator of the corp".to_owned()
            }
            Self::NoScope => "the policy acts on leavers without a scope: write scope, even if it is the whole corp".to_owned(),
            Self::EmptyRoster => "the roster has no usable row".to_owned(),
            Self::KeysMissing { count, whole } => format!("{count} of {whole} rows have no usable key"),
            Self::LikelyRename { from, to } => {
                format!("{from} is missing and {to} is new, with mostly the same people: it is probably renamed")
            }
            Self::Root => "the root of the tree is never removed".to_owned(),
        }
    }
}

/// Judges what was counted against the limits. `allowed` has what a person allowed for this plan.
pub fn judge(
    limits: &GateLimits,
    measured: &BTreeMap<Measure, Measured>,
    allowed: &BTreeMap<Measure, u64>,
) -> Vec<Reason> {
    let over = |(measure, counted): (&Measure, &Measured)| {
        let count = counted.count.saturating_add(counted.earlier);
        let limit = limits.limit(*measure).allowed(counted.whole);
        let granted = allowed.get(measure).is_some_and(|granted| *granted >= count);
        // What earlier runs did stops only a plan that does more of it.
        (counted.count > 0 && count > limit && !granted).then(|| Reason::OverLimit {
            measure: *measure,
            count,
            earlier: counted.earlier,
            allowed: limit,
            whole: counted.whole,
            names: counted.names.clone(),
        })
    };
    measured.iter().filter_map(over).collect()
}

impl Verdict {
    /// A decision with these reasons.
    pub fn new(reasons: Vec<Reason>) -> Self {
        let verdict = if reasons.is_empty() { Decision::Pass } else { Decision::Stop };
        Self { verdict, reasons }
    }

    /// Whether the plan may be applied.
    pub fn passes(&self) -> bool {
        self.verdict == Decision::Pass
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(count: u64, earlier: u64, whole: u64) -> BTreeMap<Measure, Measured> {
        let names = vec!["张三 (zhangsan)".to_owned()];
        BTreeMap::from([(Measure::MembersDisabled, Measured { count, earlier, whole, names })])
    }

    #[test]
    fn the_limit_is_allowed_and_one_more_stops() {
        let limits = GateLimits::default();
        assert_eq!(judge(&limits, &measured(50, 0, 2_000), &BTreeMap::new()), []);
        let reasons = judge(&limits, &measured(51, 0, 2_000), &BTreeMap::new());
        assert_eq!(reasons[0].flag().unwrap(), "--allow members_disabled=51");
        assert_eq!(
            reasons[0].message(),
            "members_disabled: 51 of 2000, allowed 50: 张三 (zhangsan) and 50 more"
        );
    }

    #[test]
    fn forty_nine_leavers_a_week_stop_in_the_second_week_of_the_window() {
        let limits = GateLimits::default();
        assert_eq!(judge(&limits, &measured(49, 0, 2_000), &BTreeMap::new()), []);
        assert_eq!(judge(&limits, &measured(49, 49, 2_000), &BTreeMap::new()).len(), 1);
    }

    #[test]
    fn the_flag_of_a_rename_has_a_path_only_if_the_parent_changes() {
        let flag =
            |from: &str, to: &str| Reason::LikelyRename { from: from.into(), to: to.into() }.flag().unwrap();
        assert_eq!(flag("示例集团/华东", "示例集团/华东大区"), "--rename '示例集团/华东=华东大区'");
        assert_eq!(
            flag("示例集团/华东", "示例集团/销售/华东"),
            "--rename '示例集团/华东=示例集团/销售/华东'"
        );
    }

    #[test]
    fn an_allowance_covers_just_so_much() {
        let limits = GateLimits::default();
        let allowed = BTreeMap::from([(Measure::MembersDisabled, 60)]);
        assert_eq!(judge(&limits, &measured(60, 0, 2_000), &allowed), []);
        assert_eq!(judge(&limits, &measured(61, 0, 2_000), &allowed).len(), 1);
    }

    #[test]
    fn a_plan_that_changes_nothing_of_a_kind_is_not_stopped_by_earlier_runs() {
        assert_eq!(judge(&GateLimits::default(), &measured(0, 90, 2_000), &BTreeMap::new()), []);
    }
}
