//! The relations of a corp to other corps: apps shared with lower corps (企业互联, 上下游), chains (上下游), and the older
//! linkages (互联企业).

use std::collections::BTreeMap;

use serde_json::Value;

use super::credentials::Range;
use crate::clock::Millis;

/// The root group of every chain.
pub(crate) const ROOT_GROUP: i64 = 1;

/// A corp's relations.
#[derive(Clone, Debug, Default)]
pub(crate) struct CorpGroups {
    pub(crate) linkages: Vec<Linkage>,
    pub(crate) shares: Vec<Share>,
    pub(crate) chains: Vec<Chain>,
    /// The app configured in the console under 上下游 > 可调用接口的应用.
    pub(crate) api_app: Option<u32>,
    pub(crate) imports: Vec<ChainImport>,
}

/// A linkage (互联企业) to another corp whose members some of our apps see.
#[derive(Clone, Debug)]
pub(crate) struct Linkage {
    /// `wh…`; the ids of its departments are `id/department`.
    pub(crate) id: String,
    /// The index of the other corp in the world.
    pub(crate) corp: usize,
    /// The visible range of each app.
    pub(crate) ranges: BTreeMap<u32, Range>,
}

/// An app of this corp that a lower corp uses.
#[derive(Clone, Debug)]
pub(crate) struct Share {
    pub(crate) agent_id: u32,
    pub(crate) business: Business,
    /// The index of the lower corp in the world.
    pub(crate) corp: usize,
    pub(crate) lower_agent_id: u32,
}

/// `business_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Business {
    /// 企业互联, 局校互联.
    Linked,
    /// 上下游.
    Chain,
}

impl Business {
    /// Defaults to 0.
    pub(crate) fn of(number: Option<i64>) -> Option<Self> {
        match number.unwrap_or(0) {
            0 => Some(Self::Linked),
            1 => Some(Self::Chain),
            _ => None,
        }
    }
}

/// A chain (上下游).
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) groups: Vec<ChainGroup>,
    pub(crate) corps: Vec<ChainCorp>,
    pub(crate) rules: BTreeMap<i64, Value>,
    pub(crate) last_rule: i64,
}

/// A group (分组) of a chain.
#[derive(Clone, Debug)]
pub(crate) struct ChainGroup {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// 0 for the root.
    pub(crate) parent: i64,
    pub(crate) order: u32,
}

/// A corp of a chain.
#[derive(Clone, Debug)]
pub(crate) struct ChainCorp {
    pub(crate) name: String,
    /// The corpid, or the `pending_corpid` until the corp joins.
    pub(crate) id: String,
    pub(crate) joined: bool,
    pub(crate) group: i64,
    /// Empty without a custom id.
    pub(crate) custom_id: String,
    /// The userid of the inviter; empty if unknown.
    pub(crate) invite_userid: String,
    pub(crate) contacts: Vec<ChainContact>,
}

/// One contact of a corp in a chain, as imported.
#[derive(Clone, Debug)]
pub(crate) struct ChainContact {
    pub(crate) mobile: String,
    pub(crate) user_custom_id: String,
}

/// A job of `corpgroup/import_chain_contact`.
#[derive(Clone, Debug)]
pub(crate) struct ChainImport {
    pub(crate) id: String,
    pub(crate) agent_id: u32,
    pub(crate) chain_id: String,
    pub(crate) begun_at: Millis,
    /// The `contact_list` as sent.
    pub(crate) rows: Vec<Value>,
    /// Set when the job is done.
    pub(crate) result: Option<Value>,
}

impl CorpGroups {
    pub(crate) fn chain(&self, id: &str) -> Option<&Chain> {
        self.chains.iter().find(|chain| chain.id == id)
    }

    pub(crate) fn chain_mut(&mut self, id: &str) -> Option<&mut Chain> {
        self.chains.iter_mut().find(|chain| chain.id == id)
    }

    pub(crate) fn shares_of(&self, agent_id: u32, business: Business) -> impl Iterator<Item = &Share> {
        self.shares.iter().filter(move |share| share.agent_id == agent_id && share.business == business)
    }
}

impl Chain {
    pub(crate) fn new(id: &str, name: &str) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            groups: vec![ChainGroup { id: ROOT_GROUP, name: name.into(), parent: 0, order: 0 }],
            corps: Vec::new(),
            rules: BTreeMap::new(),
            last_rule: 0,
        }
    }

    pub(crate) fn has_group(&self, id: i64) -> bool {
        self.groups.iter().any(|group| group.id == id)
    }

    /// Returns the group at the end of a path of names below the root. Missing groups are created.
    pub(crate) fn group_at(&mut self, path: &str) -> i64 {
        path.split('/').filter(|name| !name.is_empty()).fold(ROOT_GROUP, |parent, name| {
            let found = self.groups.iter().find(|group| group.parent == parent && group.name == name);
            if let Some(group) = found {
                return group.id;
            }
            let id = self.groups.iter().map(|group| group.id).max().unwrap_or(ROOT_GROUP) + 1;
            self.groups.push(ChainGroup { id, name: name.into(), parent, order: 0 });
            id
        })
    }

    /// Returns a joined corp.
    pub(crate) fn joined(&self, corp_id: &str) -> Option<&ChainCorp> {
        self.corps.iter().find(|corp| corp.joined && corp.id == corp_id)
    }

    /// Returns a corp that has not joined yet.
    pub(crate) fn pending(&self, pending_id: &str) -> Option<&ChainCorp> {
        self.corps.iter().find(|corp| !corp.joined && corp.id == pending_id)
    }
}
