//! Erasing a person from the plans and the steps of runs, the same for every store.

use serde_json::Value;
use wecom_contacts::Bilingual;

use crate::{
    gate::Reason,
    journal::ObjectKind,
    plan::{Object, Plan, SideEffect},
    run::StepReason,
};

/// What stands where a userid was. No userid has a blank.
pub(crate) const FORGOTTEN: &str = "(forgotten)";

/// Returns the last time at which the userid of a removed member names no one else. `others`: the first journal rows of the other
/// members with the userid.
pub(crate) fn until(removed_at: i64, others: &[Option<i64>]) -> i64 {
    if others.is_empty() {
        return i64::MAX;
    }
    let first = others.iter().flatten().min();
    first.map_or(removed_at, |first| removed_at.max(first - 1))
}

/// Erases a member from a plan. Returns whether the plan named the member.
pub(crate) fn in_plan(plan: &mut Plan, userid: &str) -> bool {
    let mut found = false;
    for step in &mut plan.steps {
        let is_own = object(&mut step.object, userid);
        found |= is_own;
        for change in step.fields.values_mut() {
            if is_own {
                (change.before, change.after) = (None, Value::Null);
            } else {
                found |= change.before.as_mut().is_some_and(|before| value(before, userid))
                    | value(&mut change.after, userid);
            }
        }
        if is_own {
            step.former.clear();
            step.side_effects.clear();
        }
        for effect in &mut step.side_effects {
            if let SideEffect::DirectLeader { of } = effect {
                found |= text(of, userid);
            }
        }
        for former in step.former.values_mut() {
            found |= value(former, userid);
        }
    }
    for finding in &mut plan.findings {
        let is_own = finding.object.as_mut().is_some_and(|named| object(named, userid));
        let mentions = finding.texts.iter().any(|text| names(text, userid));
        if is_own || mentions {
            finding.texts.iter_mut().for_each(|text| FORGOTTEN.clone_into(text));
            finding.reason = None;
            found = true;
        }
    }
    for not_writable in &mut plan.not_writable {
        found |= object(&mut not_writable.object, userid);
    }
    for leaver in &mut plan.leavers {
        found |= object(&mut leaver.object, userid);
    }
    for measured in plan.measured.values_mut() {
        measured.names.iter_mut().for_each(|name| found |= text(name, userid));
    }
    for reason in &mut plan.gate.reasons {
        if let Reason::OverLimit { names, .. } | Reason::Protected { names } = reason {
            names.iter_mut().for_each(|name| found |= text(name, userid));
        }
    }
    for entry in &mut plan.policy.roster.protected {
        found |= text(entry, userid);
    }
    found
}

/// Erases a member from the reason of a step. Returns whether the reason named the member.
pub(crate) fn in_reason(reason: &mut StepReason, userid: &str) -> bool {
    match reason {
        StepReason::Refused { errmsg, .. } => text(errmsg, userid),
        StepReason::Invalid { problem } => {
            let is_named = names(&problem.english, userid) || names(&problem.chinese, userid);
            if is_named {
                *problem = Bilingual::untranslated(FORGOTTEN);
            }
            is_named
        }
        StepReason::RefusedMembers { userids, .. } => {
            userids.iter_mut().fold(false, |found, refused| text(refused, userid) | found)
        }
        _ => false,
    }
}

fn object(object: &mut Object, userid: &str) -> bool {
    let is_it = object.kind == ObjectKind::Member && object.id.eq_ignore_ascii_case(userid);
    if is_it {
        FORGOTTEN.clone_into(&mut object.id);
        object.name = None;
    }
    is_it
}

/// Erases a text that names the userid as a whole word.
fn text(text: &mut String, userid: &str) -> bool {
    let names = names(text, userid);
    if names {
        FORGOTTEN.clone_into(text);
    }
    names
}

fn names(text: &str, userid: &str) -> bool {
    let is_part = |char: char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '@');
    text.split(|char: char| !is_part(char)).any(|word| word.eq_ignore_ascii_case(userid))
}

fn value(value: &mut Value, userid: &str) -> bool {
    match value {
        Value::String(string) => {
            let is_it = string.eq_ignore_ascii_case(userid);
            if is_it {
                FORGOTTEN.clone_into(string);
            }
            is_it
        }
        Value::Array(items) => items.iter_mut().fold(false, |found, item| self::value(item, userid) | found),
        Value::Object(fields) => {
            fields.values_mut().fold(false, |found, field| self::value(field, userid) | found)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_userid_is_found_as_a_whole_word() {
        assert!(names("张三 (zhangsan)", "ZhangSan"));
        assert!(names("mobile existed:zhangsan", "zhangsan"));
        assert!(!names("zhangsan2 and zhang.san", "zhangsan"));
    }

    #[test]
    fn a_refusal_that_names_the_member_is_erased() {
        let mut reason = StepReason::Refused { code: 60104, errmsg: "mobile existed:lisi".to_owned() };
        assert!(in_reason(&mut reason, "lisi"));
        assert_eq!(reason, StepReason::Refused { code: 60104, errmsg: FORGOTTEN.to_owned() });
    }
}
