//! Rules of a chain (对接规则), which define the visibility between its corps.

use serde::{Deserialize, Serialize};

use crate::{ChainGroupId, ChainId, ChainRuleId, CorpId, DepartmentId, UserId, json_fields};

/// A rule: it shows members of the upper corp to members of the lower corps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainRule {
    /// The visible members and departments of the upper corp.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub owner_corp_range: OwnerRange,
    /// The groups and corps of the chain that see them.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub member_corp_range: MemberRange,
}

impl ChainRule {
    /// Creates an empty rule.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds visible departments.
    pub fn departments<I: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = I>) -> Self {
        let departments = departments.into_iter().map(Into::into);
        self.owner_corp_range.departmentids.extend(departments);
        self
    }

    /// Adds visible members.
    pub fn members<I: Into<UserId>>(mut self, members: impl IntoIterator<Item = I>) -> Self {
        self.owner_corp_range.userids.extend(members.into_iter().map(Into::into));
        self
    }

    /// Adds groups that see them.
    pub fn to_groups<I: Into<ChainGroupId>>(mut self, groups: impl IntoIterator<Item = I>) -> Self {
        self.member_corp_range.groupids.extend(groups.into_iter().map(Into::into));
        self
    }

    /// Adds corps that see them.
    pub fn to_corps<I: Into<CorpId>>(mut self, corps: impl IntoIterator<Item = I>) -> Self {
        self.member_corp_range.corpids.extend(corps.into_iter().map(Into::into));
        self
    }
}

/// Members and departments of the upper corp. At least one member or department is required.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OwnerRange {
    /// The departments. They are sent as text, like the page's samples, and read as text or numbers, because SDKs
    /// disagree.
    #[serde(default, with = "texts", skip_serializing_if = "Vec::is_empty")]
    pub departmentids: Vec<DepartmentId>,
    /// The members.
    #[serde(default, deserialize_with = "json_fields::or_default", skip_serializing_if = "Vec::is_empty")]
    pub userids: Vec<UserId>,
}

/// Groups and corps of the chain. At least one group or corp is required.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberRange {
    /// The groups, in the same form as [`OwnerRange::departmentids`].
    #[serde(default, with = "texts", skip_serializing_if = "Vec::is_empty")]
    pub groupids: Vec<ChainGroupId>,
    /// The corps.
    #[serde(default, deserialize_with = "json_fields::or_default", skip_serializing_if = "Vec::is_empty")]
    pub corpids: Vec<CorpId>,
}

/// Numbers that are sent as text, and read as text or numbers.
mod texts {
    use std::fmt::Display;

    use serde::{Deserializer, Serializer};

    use crate::json_fields;

    pub(super) fn serialize<S: Serializer, T: Display>(ids: &[T], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(ids.iter().map(ToString::to_string))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T: From<u32>>(
        deserializer: D,
    ) -> Result<Vec<T>, D::Error> {
        json_fields::numbers(deserializer)
    }
}

/// Lists the ids of a chain's rules.
///
/// Official: [获取对接规则id列表](https://developer.work.weixin.qq.com/document/path/95631)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListChainRuleIds {
    /// The chain.
    pub chain_id: ChainId,
}

impl ListChainRuleIds {
    /// Creates a request for the rules of this chain.
    pub fn new(chain: impl Into<ChainId>) -> Self {
        Self { chain_id: chain.into() }
    }
}

/// The ids of a chain's rules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainRuleIds {
    /// The ids.
    #[serde(deserialize_with = "json_fields::numbers")]
    pub rule_ids: Vec<ChainRuleId>,
}

/// Reads one rule.
///
/// Official: [获取对接规则详情](https://developer.work.weixin.qq.com/document/path/95633)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetChainRule {
    /// The chain.
    pub chain_id: ChainId,
    /// The rule.
    pub rule_id: ChainRuleId,
}

impl GetChainRule {
    /// Creates a request for this rule.
    pub fn new(chain: impl Into<ChainId>, rule: impl Into<ChainRuleId>) -> Self {
        Self { chain_id: chain.into(), rule_id: rule.into() }
    }
}

/// The reply to [`GetChainRule`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainRuleReply {
    /// The rule.
    pub rule_info: ChainRule,
}

/// Adds a rule.
///
/// Official: [新增对接规则](https://developer.work.weixin.qq.com/document/path/95634)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddChainRule {
    /// The chain.
    pub chain_id: ChainId,
    /// The rule.
    pub rule_info: ChainRule,
}

impl AddChainRule {
    /// Creates a request that adds this rule.
    pub fn new(chain: impl Into<ChainId>, rule: ChainRule) -> Self {
        Self { chain_id: chain.into(), rule_info: rule }
    }
}

/// The reply to [`AddChainRule`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddedChainRule {
    /// The rule's id.
    #[serde(deserialize_with = "json_fields::positive")]
    pub rule_id: ChainRuleId,
}

/// Replaces a rule.
///
/// Official: [更新对接规则](https://developer.work.weixin.qq.com/document/path/95635)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModifyChainRule {
    /// The chain.
    pub chain_id: ChainId,
    /// The rule to change.
    pub rule_id: ChainRuleId,
    /// The new rule.
    pub rule_info: ChainRule,
}

impl ModifyChainRule {
    /// Creates a request that replaces this rule.
    pub fn new(chain: impl Into<ChainId>, id: impl Into<ChainRuleId>, rule: ChainRule) -> Self {
        Self { chain_id: chain.into(), rule_id: id.into(), rule_info: rule }
    }
}

/// Deletes a rule.
///
/// Official: [删除对接规则](https://developer.work.weixin.qq.com/document/path/95632)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteChainRule {
    /// The chain.
    pub chain_id: ChainId,
    /// The rule.
    pub rule_id: ChainRuleId,
}

impl DeleteChainRule {
    /// Creates a request that deletes this rule.
    pub fn new(chain: impl Into<ChainId>, rule: impl Into<ChainRuleId>) -> Self {
        Self { chain_id: chain.into(), rule_id: rule.into() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trap_05_a_rule_is_written_as_the_pages_sample_and_read_in_both_forms() {
        let rule =
            ChainRule::new().departments([2, 7]).members(["wangfang"]).to_groups([1]).to_corps(["ww2222"]);
        let written = json!({
            "owner_corp_range": {"departmentids": ["2", "7"], "userids": ["wangfang"]},
            "member_corp_range": {"groupids": ["1"], "corpids": ["ww2222"]},
        });
        assert_eq!(serde_json::to_value(&rule).unwrap(), written);
        assert_eq!(serde_json::from_value::<ChainRule>(written).unwrap(), rule);
        let numbers = json!({
            "owner_corp_range": {"departmentids": [2, 7], "userids": ["wangfang"]},
            "member_corp_range": {"groupids": [1], "corpids": ["ww2222"]},
        });
        assert_eq!(serde_json::from_value::<ChainRule>(numbers).unwrap(), rule);
    }
}
