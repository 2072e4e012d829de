//! The calls or deliveries that a rule applies to. Rules are counters, not random, so every test can be repeated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Selects among the calls or deliveries that match a rule.
///
/// In JSON `{"next": 3}`, `{"every": 20}` or `{"every": 20, "offset": 3}`. A rule without it always applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WhenJson", into = "WhenJson")]
#[non_exhaustive]
pub enum When {
    /// The next ones, this number of them. A match that an earlier rule takes is not counted.
    Next(u64),
    /// The Kth, the 2Kth, and so on. All matches are counted, including those that an earlier rule takes; a turn that
    /// an earlier rule takes is lost.
    Every {
        /// The K, at least 1.
        k: u64,
        /// Shifts the turns by this number, below `k`. Offset 3 of 20 selects the 3rd, the 23rd, and so on.
        offset: u64,
    },
}

impl When {
    /// Selects all matches, which is the default.
    pub const ALWAYS: Self = Self::Every { k: 1, offset: 0 };

    pub(super) fn check(self) -> Result<Self, String> {
        match self {
            Self::Every { k: 0, .. } => Err("`every` must be 1 or more".into()),
            Self::Every { k, offset } if offset >= k => {
                Err(format!("the offset must be below `every` ({k}), not {offset}"))
            }
            _ => Ok(self),
        }
    }
}

impl Default for When {
    fn default() -> Self {
        Self::ALWAYS
    }
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhenJson {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
}

impl TryFrom<WhenJson> for When {
    type Error = String;

    fn try_from(form: WhenJson) -> Result<Self, String> {
        match (form.next, form.every) {
            (Some(count), None) if form.offset.is_none() => Ok(Self::Next(count)),
            (None, Some(k)) => Self::Every { k, offset: form.offset.unwrap_or(0) }.check(),
            _ => Err(
                "`when` is {\"next\": N}, {\"every\": K} or {\"every\": K, \"offset\": N}, and nothing else"
                    .into(),
            ),
        }
    }
}

impl From<When> for WhenJson {
    fn from(when: When) -> Self {
        match when {
            When::Next(count) => Self { next: Some(count), every: None, offset: None },
            When::Every { k, offset } => {
                Self { next: None, every: Some(k), offset: (offset > 0).then_some(offset) }
            }
        }
    }
}

/// An active rule with its counters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct RuleState<R> {
    /// The rule as set.
    #[serde(flatten)]
    pub rule: R,
    /// Number of calls or deliveries that matched the rule since it was set.
    pub seen: u64,
    /// Number of calls or deliveries that the rule applied to.
    pub hits: u64,
}

impl<R> RuleState<R> {
    pub(crate) fn new(rule: R) -> Self {
        Self { rule, seen: 0, hits: 0 }
    }

    /// Counts a match and returns whether the rule applies. `taken` means that an earlier rule already applies.
    pub(super) fn count_and_check(&mut self, when: When, taken: bool) -> bool {
        self.seen += 1;
        let due = match when {
            When::Next(count) => self.hits < count,
            When::Every { k, offset } => self.seen % k == offset,
        };
        let applies = due && !taken;
        self.hits += u64::from(applies);
        applies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(when: When, taken: &[u64]) -> Vec<u64> {
        let mut state = RuleState::new(());
        (1..=12).filter(|number| state.count_and_check(when, taken.contains(number))).collect()
    }

    #[test]
    fn the_next_ones_wait_for_their_turn_and_every_kth_does_not() {
        assert_eq!(applied(When::Next(2), &[]), [1, 2]);
        assert_eq!(applied(When::Next(2), &[1, 3]), [2, 4]);
        assert_eq!(applied(When::Every { k: 4, offset: 0 }, &[]), [4, 8, 12]);
        assert_eq!(applied(When::Every { k: 4, offset: 3 }, &[]), [3, 7, 11]);
        assert_eq!(applied(When::Every { k: 4, offset: 0 }, &[8]), [4, 12]);
        assert_eq!(applied(When::ALWAYS, &[]).len(), 12);
    }
}
