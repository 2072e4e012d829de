//! `txl contact-rule`.

use super::{Message, counted};

pub(crate) fn updated(rules: usize) -> Message {
    message!(en: "updated {}", counted(rules, "rule"); zh: "已更新 {} 条规则", rules)
}

pub(crate) fn delete(rule_ids: &[u64]) -> Message {
    let ids: Vec<_> = rule_ids.iter().map(ToString::to_string).collect();
    message!(
        en: "delete {}: {}", counted(ids.len(), "rule"), ids.join(", ");
        zh: "删除 {} 条规则：{}", ids.len(), ids.join("、")
    )
}

pub(crate) fn deleted(rules: usize) -> Message {
    message!(en: "deleted {}", counted(rules, "rule"); zh: "已删除 {} 条规则", rules)
}

pub(crate) fn rules_are_no_json() -> Message {
    message!(en: "the rules are not a JSON array of rules"; zh: "给出的规则不是由规则组成的 JSON 数组")
}

pub(crate) fn how_rules_are_written() -> Message {
    message!(
        en: r#"write them as '[{{"rule_type":1,"range":{{"partyid":[2]}}}}]', quoted for the shell"#;
        zh: "写法如 '[{{\"rule_type\":1,\"range\":{{\"partyid\":[2]}}}}]'，注意为 shell 加引号"
    )
}
