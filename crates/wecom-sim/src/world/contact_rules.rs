//! Rules about the visibility of contacts (通讯录查看权限管理). They are stored and change no other reply.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fail::Fail;

/// Maximum number of rules of one type, which is a choice.
const RULES_OF_TYPE: usize = 100;
const RULES_IN_CALL: usize = 100;
/// The lists in each of a rule's three sets.
const LISTS: [(&str, usize); 3] = [("userid", 1000), ("partyid", 100), ("tagid", 100)];

/// A corp's rules, as sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContactRules {
    by_id: BTreeMap<i64, Map<String, Value>>,
    count: i64,
}

impl ContactRules {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Map<String, Value>> {
        self.by_id.values()
    }
}

impl ContactRules {
    /// Creates all rules or none. Returns their ids in the order of the request.
    pub(crate) fn create(&mut self, rules: &[Value]) -> Result<Vec<i64>, Fail> {
        let rules = checked(rules)?;
        let mut made = BTreeMap::new();
        for mut rule in rules {
            self.check(&rule, None, &made)?;
            let id = self.count + 1 + made.len() as i64;
            rule.shift_insert(0, "rule_id".into(), id.into());
            made.insert(id, rule);
        }
        self.count += made.len() as i64;
        let ids = made.keys().copied().collect();
        self.by_id.append(&mut made);
        Ok(ids)
    }

    /// Replaces rules; the type of a rule stays.
    pub(crate) fn update(&mut self, rules: &[Value]) -> Result<(), Fail> {
        let rules = checked(rules)?;
        let mut changed = BTreeMap::new();
        for rule in rules {
            let id = rule.get("rule_id").and_then(Value::as_i64).unwrap_or_default();
            let old = self.by_id.get(&id).ok_or_else(|| Fail::of(81031))?;
            let mut new = old.clone();
            new.extend(rule);
            if new.get("rule_type") != old.get("rule_type") {
                return Err(Fail::of(81034));
            }
            self.check(&new, Some(id), &changed)?;
            changed.insert(id, new);
        }
        self.by_id.append(&mut changed);
        Ok(())
    }

    /// Deletes all rules or none.
    pub(crate) fn delete(&mut self, ids: &[i64]) -> Result<(), Fail> {
        if ids.is_empty() || ids.len() > RULES_IN_CALL {
            return Err(Fail::of(40058));
        }
        if ids.iter().any(|id| !self.by_id.contains_key(id)) {
            return Err(Fail::of(81031));
        }
        for id in ids {
            self.by_id.remove(id);
        }
        Ok(())
    }

    /// `pending` contains the rules of the same call, which replace older ones with the same id.
    fn check(
        &self,
        rule: &Map<String, Value>,
        own: Option<i64>,
        pending: &BTreeMap<i64, Map<String, Value>>,
    ) -> Result<(), Fail> {
        let kind = rule.get("rule_type").and_then(Value::as_i64).ok_or_else(|| Fail::of(40058))?;
        let older = self.by_id.iter().filter(|(id, _)| !pending.contains_key(id));
        let mut others = 0;
        for (id, other) in older.chain(pending) {
            if Some(*id) == own || other.get("rule_type").and_then(Value::as_i64) != Some(kind) {
                continue;
            }
            others += 1;
            if overlap(rule, other) {
                return Err(Fail::of(81032));
            }
        }
        if others >= RULES_OF_TYPE {
            return Err(Fail::of(81033));
        }
        for set in ["range", "whitelist", "exclude"] {
            for (list, most) in LISTS {
                if items(rule, set, list).len() > most {
                    return Err(Fail::of(40058));
                }
            }
        }
        Ok(())
    }
}

fn checked(rules: &[Value]) -> Result<Vec<Map<String, Value>>, Fail> {
    if rules.is_empty() || rules.len() > RULES_IN_CALL {
        return Err(Fail::of(40058));
    }
    rules.iter().map(|rule| rule.as_object().cloned().ok_or_else(|| Fail::of(40058))).collect()
}

fn items<'r>(rule: &'r Map<String, Value>, set: &str, list: &str) -> &'r [Value] {
    rule.get(set).and_then(|set| set.get(list)).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn overlap(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    LISTS.iter().any(|(list, _)| {
        let taken = items(other, "range", list);
        items(one, "range", list).iter().any(|item| taken.contains(item))
    })
}
