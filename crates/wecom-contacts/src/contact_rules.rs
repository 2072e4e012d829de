//! Contact rules (通讯录查看权限管理): they hide members and departments, or limit what members can see.
//!
//! **Observed, not verified**: the official pages (101536, 101537, 101539, 101540, of 2026) were not accessible, so paths
//! and fields follow the sources of other SDKs. Unknown keys are kept and written back.
//!
//! Available to contacts-sync only. According to those sources, changes share a limit of 5 calls a minute, 10 an hour and
//! 60 a day.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{CallFuture, Client, DepartmentId, TagId, UserId};

/// The calls of the contact rules chapter; see [`Client::contact_rules`].
#[derive(Clone, Debug)]
pub struct ContactRules {
    client: Client,
}

impl Client {
    /// Returns the calls of the contact rules chapter (通讯录查看权限管理).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let client = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// use wecom_contacts::contact_rules::{ContactRule, RuleScope};
    ///
    /// let rule = ContactRule::new(1, RuleScope::new().departments([20]));
    /// let ids = client.contact_rules().create([rule]).await?;
    /// client.contact_rules().delete(ids).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn contact_rules(&self) -> ContactRules {
        ContactRules { client: self.clone() }
    }
}

impl ContactRules {
    /// Creates rules, at most 100 a call, and returns their ids in the same order.
    ///
    /// # Errors
    ///
    /// [`Error::is_already_exists`](crate::Error::is_already_exists) (81032) if a member is already in a rule of the same
    /// type.
    pub fn create(&self, rules: impl IntoIterator<Item = ContactRule>) -> CallFuture<Vec<u64>> {
        self.client.send(&CreateContactRules::new(rules)).map(|created| created.rule_ids)
    }

    /// Returns all rules.
    pub fn list(&self) -> CallFuture<Vec<ContactRule>> {
        self.client.send(&ListContactRules::new()).map(|list| list.rules)
    }

    /// Changes at most 100 rules a call. Each rule needs its `rule_id`. A rule's type is fixed (81034).
    pub fn update(&self, rules: impl IntoIterator<Item = ContactRule>) -> CallFuture<()> {
        self.client.send(&UpdateContactRules::new(rules))
    }

    /// Deletes rules, at most 100 a call.
    pub fn delete(&self, rule_ids: impl IntoIterator<Item = u64>) -> CallFuture<()> {
        self.client.send(&DeleteContactRules::new(rule_ids))
    }
}

/// A contact rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct ContactRule {
    /// The id. `None` in a rule to be created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<u64>,
    /// The effect: hide members, limit them to their own department, or hide everyone from them. The meaning of each
    /// number is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_type: Option<i64>,
    /// The members that the rule applies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<RuleScope>,
    /// The exceptions that stay permitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whitelist: Option<RuleScope>,
    /// The members removed from `range`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<RuleScope>,
    /// All other keys, such as the switches for search and chat.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl ContactRule {
    /// Creates a rule of this type for this range.
    pub fn new(rule_type: i64, range: RuleScope) -> Self {
        Self { rule_type: Some(rule_type), range: Some(range), ..Self::default() }
    }

    /// Sets the id of the rule to be changed.
    pub fn rule_id(mut self, id: u64) -> Self {
        self.rule_id = Some(id);
        self
    }

    /// Sets the exceptions that stay permitted.
    pub fn whitelist(mut self, scope: RuleScope) -> Self {
        self.whitelist = Some(scope);
        self
    }

    /// Sets the members removed from the range.
    pub fn exclude(mut self, scope: RuleScope) -> Self {
        self.exclude = Some(scope);
        self
    }

    /// Sets a key that this module does not define.
    pub fn other(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.other.insert(key.into(), value.into());
        self
    }
}

/// The members, departments and tags of a rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct RuleScope {
    /// Members, at most 1000.
    #[serde(default, rename = "userid", skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<UserId>>,
    /// Departments, at most 100.
    #[serde(default, rename = "partyid", skip_serializing_if = "Option::is_none")]
    pub departments: Option<Vec<DepartmentId>>,
    /// Tags, at most 100.
    #[serde(default, rename = "tagid", skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<TagId>>,
}

impl RuleScope {
    /// Creates an empty scope.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the members, at most 1000.
    pub fn members<U: Into<UserId>>(mut self, members: impl IntoIterator<Item = U>) -> Self {
        self.members = Some(members.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the departments, at most 100.
    pub fn departments<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.departments = Some(departments.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the tags, at most 100.
    pub fn tags<T: Into<TagId>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags = Some(tags.into_iter().map(Into::into).collect());
        self
    }
}

/// Creates rules.
///
/// Official, unread: [101536](https://developer.work.weixin.qq.com/document/path/101536)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreateContactRules {
    /// The rules, at most 100.
    pub rules: Vec<ContactRule>,
}

impl CreateContactRules {
    /// Creates a request that creates these rules.
    pub fn new(rules: impl IntoIterator<Item = ContactRule>) -> Self {
        Self { rules: rules.into_iter().collect() }
    }
}

/// The reply to [`CreateContactRules`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedContactRules {
    /// The new rules' ids, in the order of the request.
    pub rule_ids: Vec<u64>,
}

/// Lists all rules.
///
/// Official, unread: [101537](https://developer.work.weixin.qq.com/document/path/101537)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListContactRules {}

impl ListContactRules {
    /// Creates a request for all rules.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The reply to [`ListContactRules`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContactRuleList {
    /// The rules.
    pub rules: Vec<ContactRule>,
}

/// Changes rules.
///
/// Official, unread: [101539](https://developer.work.weixin.qq.com/document/path/101539)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateContactRules {
    /// The rules, each with its `rule_id`, at most 100.
    pub rules: Vec<ContactRule>,
}

impl UpdateContactRules {
    /// Creates a request that changes these rules.
    pub fn new(rules: impl IntoIterator<Item = ContactRule>) -> Self {
        Self { rules: rules.into_iter().collect() }
    }
}

/// Deletes rules. The name of the key is an assumption, derived from the reply to a creation.
///
/// Official, unread: [101540](https://developer.work.weixin.qq.com/document/path/101540)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteContactRules {
    /// The rules' ids, at most 100.
    pub rule_ids: Vec<u64>,
}

impl DeleteContactRules {
    /// Creates a request that deletes these rules.
    pub fn new(rule_ids: impl IntoIterator<Item = u64>) -> Self {
        Self { rule_ids: rule_ids.into_iter().collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rule_keeps_the_keys_that_it_does_not_know() {
        let rule = json!({"rule_id": 3, "rule_type": 1, "range": {"userid": ["a"], "partyid": [2], "tagid": [7]}, "forbid_search": true});
        let read: ContactRule = serde_json::from_value(rule.clone()).unwrap();
        assert_eq!(read.other["forbid_search"], true);
        assert_eq!(serde_json::to_value(&read).unwrap(), rule);
    }

    #[test]
    fn a_list_of_rules_is_asked_for_with_an_empty_object() {
        assert_eq!(serde_json::to_string(&ListContactRules::new()).unwrap(), "{}");
    }
}
