//! Changes of upstream-downstream spaces (上下游).

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::CorpId;
use crate::callback::element::{Item, Node, Value as _, Xml};

/// A change of an upstream-downstream space (上下游), its groups or its corps.
///
/// WeCom sends it only to the app that is configured to call the 上下游 API. Changes by the 上下游 system app cause no
/// event.
///
/// Official: [上下游变更回调](https://developer.work.weixin.qq.com/document/path/95796)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChainChange {
    /// Kind of the change.
    pub change: ChainChangeType,
    /// Id of the space (上下游).
    pub chain_id: String,
    /// Changed groups (分组); empty for other changes.
    #[serde(default)]
    pub group_ids: Vec<String>,
    /// Changed corps, without those that have not joined yet; empty for other changes.
    #[serde(default)]
    pub corp_ids: Vec<CorpId>,
}

/// Kind of a change of a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChainChangeType {
    /// `create_chain`: a space was created.
    ChainCreated,
    /// `update_chain`: a space was changed.
    ChainUpdated,
    /// `delete_chain`: a space was deleted.
    ChainDeleted,
    /// `create_group`: groups were created.
    GroupCreated,
    /// `update_group`: groups were changed.
    GroupUpdated,
    /// `delete_group`: groups were deleted.
    GroupDeleted,
    /// `corp_join`: corps joined.
    CorpJoined,
    /// `update_corp`: corps were changed.
    CorpUpdated,
    /// `remove_corp`: corps were removed.
    CorpRemoved,
}

const CHANGES: [(ChainChangeType, &str); 9] = [
    (ChainChangeType::ChainCreated, "create_chain"),
    (ChainChangeType::ChainUpdated, "update_chain"),
    (ChainChangeType::ChainDeleted, "delete_chain"),
    (ChainChangeType::GroupCreated, "create_group"),
    (ChainChangeType::GroupUpdated, "update_group"),
    (ChainChangeType::GroupDeleted, "delete_group"),
    (ChainChangeType::CorpJoined, "corp_join"),
    (ChainChangeType::CorpUpdated, "update_corp"),
    (ChainChangeType::CorpRemoved, "remove_corp"),
];

impl ChainChangeType {
    /// Returns the value of `ChangeType` in WeCom's XML.
    pub fn as_str(self) -> &'static str {
        CHANGES.iter().find(|(change, _)| *change == self).map_or("", |(_, text)| text)
    }

    fn parse(text: &str) -> Option<Self> {
        CHANGES.iter().find(|(_, known)| *known == text).map(|(change, _)| *change)
    }
}

impl Serialize for ChainChangeType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ChainChangeType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("an unknown change of a chain"))
    }
}

impl ChainChange {
    /// Creates a change of this space, without groups and corps.
    pub fn new(change: ChainChangeType, chain_id: impl Into<String>) -> Self {
        Self { change, chain_id: chain_id.into(), group_ids: Vec::new(), corp_ids: Vec::new() }
    }

    pub(in crate::callback) fn read(root: &Node<'_>) -> Option<Self> {
        Some(Self {
            change: ChainChangeType::parse(root.text("ChangeType")?)?,
            chain_id: root.value("ChainId")?,
            group_ids: list(root, "GroupIds", "GroupId"),
            corp_ids: list(root, "CorpIds", "CorpId"),
        })
    }

    pub(in crate::callback) fn write(&self, xml: &mut Xml) {
        xml.cdata("ChangeType", self.change.as_str());
        self.chain_id.write("ChainId", xml);
        write_list(xml, "GroupIds", "GroupId", &self.group_ids);
        write_list(xml, "CorpIds", "CorpId", &self.corp_ids);
    }
}

/// Reads a list of ids. It accepts nested, comma-separated and single ids, because the official page has too few
/// samples to rely on one form.
fn list<T: Item>(root: &Node<'_>, container: &str, item: &str) -> Vec<T> {
    let container = root.child(container).unwrap_or(root);
    let nested = container.children.iter().filter(|child| child.name() == item).map(|child| &*child.text);
    let texts = nested.chain(std::iter::once(&*container.text)).flat_map(|text| text.split(','));
    texts.map(str::trim).filter(|text| !text.is_empty()).filter_map(T::from_text).collect()
}

fn write_list<T: Item>(xml: &mut Xml, container: &str, item: &str, ids: &[T]) {
    if !ids.is_empty() {
        xml.open(container);
        for id in ids {
            xml.cdata(item, &id.to_text());
        }
        xml.close(container);
    }
}
