//! Tags (标签管理): groups of members and departments. They are unrelated to the customer tags (企业客户标签) of
//! 客户联系.
//!
//! A tag belongs to the app that created it; only that app can change the tag and its members. Contacts-sync can also
//! change tags that an administrator created in the console.
//!
//! Official: [标签管理](https://developer.work.weixin.qq.com/document/path/90209)

use serde::{Deserialize, Serialize};

use crate::{CallFuture, Client, DepartmentId, Seen, TagId, UserId, json_fields};

/// The calls of the tags chapter; see [`Client::tags`].
#[derive(Clone, Debug)]
pub struct Tags {
    client: Client,
}

impl Client {
    /// Returns the calls of the tags chapter (标签管理).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let client = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// use wecom_contacts::tags::TagNodes;
    ///
    /// let badminton = client.tags().create("羽毛球社").await?;
    /// let nodes = TagNodes::new().members(["zhangsan", "lisi"]).departments([2]);
    /// let outcome = client.tags().add(badminton, nodes).await?;
    /// assert!(outcome.is_complete(), "left out: {:?}", outcome.invalid_members);
    /// # Ok(())
    /// # }
    /// ```
    pub fn tags(&self) -> Tags {
        Tags { client: self.clone() }
    }
}

impl Tags {
    /// Creates a tag and returns its id: `create("羽毛球社")`, or `create(NewTag::new("羽毛球社").id(7))`.
    ///
    /// Official: [创建标签](https://developer.work.weixin.qq.com/document/path/90210)
    ///
    /// # Errors
    ///
    /// [`Error::is_already_exists`](crate::Error::is_already_exists) (40071) if a tag has the name.
    pub fn create(&self, tag: impl Into<NewTag>) -> CallFuture<TagId> {
        self.client.send(&tag.into()).map(|created| created.tagid)
    }

    /// Renames a tag.
    ///
    /// Official: [更新标签名字](https://developer.work.weixin.qq.com/document/path/90211)
    pub fn rename(&self, tag: impl Into<TagId>, name: impl Into<String>) -> CallFuture<()> {
        self.client.send(&RenameTag::new(tag, name))
    }

    /// Deletes a tag, even if it has members.
    ///
    /// Official: [删除标签](https://developer.work.weixin.qq.com/document/path/90212)
    pub fn delete(&self, tag: impl Into<TagId>) -> CallFuture<()> {
        self.client.send(&DeleteTag::new(tag))
    }

    /// Returns all tags of the corp.
    ///
    /// Official: [获取标签列表](https://developer.work.weixin.qq.com/document/path/90216)
    pub fn list(&self) -> CallFuture<Vec<Tag>> {
        self.client.send(&ListTags::new()).map(|list| list.taglist)
    }

    /// Returns the members of a tag inside the credential's visible range, and the departments of the tag.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let contacts_sync = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// for tag in contacts_sync.tags().list().await? {
    ///     let content = contacts_sync.tags().get(tag.tagid).await?;
    ///     println!("{:?}: {} members", tag.tagname, content.members.known().map_or(0, Vec::len));
    /// #     assert_eq!(content.members.known().map(Vec::len), Some(2));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [获取标签成员](https://developer.work.weixin.qq.com/document/path/90213)
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) (40068) if the tag is unknown; [`Self::find`] returns `None`
    /// in this case.
    pub fn get(&self, tag: impl Into<TagId>) -> CallFuture<TagContent> {
        self.client.send(&GetTag::new(tag))
    }

    /// Returns the members and departments of a tag, or `None` if the tag is unknown.
    pub fn find(&self, tag: impl Into<TagId>) -> CallFuture<Option<TagContent>> {
        self.client.find(&GetTag::new(tag))
    }

    /// Adds members and departments to a tag. The outcome lists those that could not be added. If all of them failed, the
    /// call fails with 40070.
    ///
    /// Official: [增加标签成员](https://developer.work.weixin.qq.com/document/path/90214)
    pub fn add(&self, tag: impl Into<TagId>, nodes: TagNodes) -> CallFuture<TagOutcome> {
        self.client.send(&AddTagNodes::new(tag, nodes))
    }

    /// Removes members and departments from a tag. The outcome lists those that could not be removed. If all of them
    /// failed, the call fails with 40031.
    ///
    /// Official: [删除标签成员](https://developer.work.weixin.qq.com/document/path/90215)
    pub fn remove(&self, tag: impl Into<TagId>, nodes: TagNodes) -> CallFuture<TagOutcome> {
        self.client.send(&RemoveTagNodes::new(tag, nodes))
    }
}

/// A tag to be created.
///
/// Official: [创建标签](https://developer.work.weixin.qq.com/document/path/90210)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct NewTag {
    /// The name, 1–32 characters, unique in the corp.
    pub tagname: String,
    /// The id of the new tag. Defaults to the largest existing id plus one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tagid: Option<TagId>,
}

impl NewTag {
    /// Creates a tag with this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { tagname: name.into(), tagid: None }
    }

    /// Sets the id of the new tag.
    pub fn id(mut self, id: impl Into<TagId>) -> Self {
        self.tagid = Some(id.into());
        self
    }
}

impl From<&str> for NewTag {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for NewTag {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// The reply to [`NewTag`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedTagId {
    /// The id of the new tag.
    #[serde(deserialize_with = "json_fields::number")]
    pub tagid: TagId,
}

/// Renames a tag.
///
/// Official: [更新标签名字](https://developer.work.weixin.qq.com/document/path/90211)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RenameTag {
    /// The tag.
    pub tagid: TagId,
    /// The new name, 1–32 characters.
    pub tagname: String,
}

impl RenameTag {
    /// Creates a request that gives this name to this tag.
    pub fn new(tag: impl Into<TagId>, name: impl Into<String>) -> Self {
        Self { tagid: tag.into(), tagname: name.into() }
    }
}

/// Deletes a tag. The request is a GET although it changes data.
///
/// Official: [删除标签](https://developer.work.weixin.qq.com/document/path/90212)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteTag {
    /// The tag.
    pub tagid: TagId,
}

impl DeleteTag {
    /// Creates a request that deletes this tag.
    pub fn new(tag: impl Into<TagId>) -> Self {
        Self { tagid: tag.into() }
    }
}

/// Lists all tags.
///
/// Official: [获取标签列表](https://developer.work.weixin.qq.com/document/path/90216)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListTags {}

impl ListTags {
    /// Creates a request for all tags.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The reply to [`ListTags`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TagList {
    /// The tags.
    pub taglist: Vec<Tag>,
}

/// A tag (标签).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Tag {
    /// The id.
    #[serde(deserialize_with = "json_fields::number")]
    pub tagid: TagId,
    /// The name.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub tagname: String,
}

/// Reads the members and departments of a tag.
///
/// Official: [获取标签成员](https://developer.work.weixin.qq.com/document/path/90213)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetTag {
    /// The tag.
    pub tagid: TagId,
}

impl GetTag {
    /// Creates a request for this tag.
    pub fn new(tag: impl Into<TagId>) -> Self {
        Self { tagid: tag.into() }
    }
}

/// The members and departments of a tag.
///
/// A list that the reply omits is [`Hidden`](Seen::Hidden). A reply without both lists is a decoding error, because it
/// has no information about the tag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AnyTagContent")]
#[non_exhaustive]
pub struct TagContent {
    /// The tag's name.
    #[serde(skip_serializing_if = "Seen::is_hidden")]
    pub tagname: Seen<String>,
    /// The direct members of the tag inside the credential's visible range.
    #[serde(rename = "userlist", skip_serializing_if = "Seen::is_hidden")]
    pub members: Seen<Vec<TaggedMember>>,
    /// The departments of the tag. They are not expanded into members.
    #[serde(rename = "partylist", skip_serializing_if = "Seen::is_hidden")]
    pub departments: Seen<Vec<DepartmentId>>,
}

/// The reply before the check that it contains a list.
#[derive(Deserialize)]
struct AnyTagContent {
    #[serde(default)]
    tagname: Seen<String>,
    #[serde(default)]
    userlist: Seen<Vec<TaggedMember>>,
    #[serde(default, deserialize_with = "json_fields::some_numbers")]
    partylist: Option<Vec<DepartmentId>>,
}

impl TryFrom<AnyTagContent> for TagContent {
    type Error = &'static str;

    fn try_from(any: AnyTagContent) -> Result<Self, &'static str> {
        let AnyTagContent { tagname, userlist, partylist } = any;
        if userlist.is_hidden() && partylist.is_none() {
            return Err("a tag must have `userlist` or `partylist`");
        }
        Ok(Self { tagname, members: userlist, departments: partylist.into() })
    }
}

/// A member in a tag.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TaggedMember {
    /// The account.
    pub userid: UserId,
    /// The name. [`Hidden`](Seen::Hidden) if the credential has no permission.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub name: Seen<String>,
}

masked_debug!(TaggedMember { userid | name });

/// Members and departments to add to a tag or to remove from it. At least one of the two lists is required.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct TagNodes {
    /// Members, at most 1000.
    #[serde(default, rename = "userlist", skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<UserId>>,
    /// Departments, at most 100.
    #[serde(default, rename = "partylist", skip_serializing_if = "Option::is_none")]
    pub departments: Option<Vec<DepartmentId>>,
}

impl TagNodes {
    /// Creates empty lists.
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
}

/// Adds members and departments to a tag.
///
/// Official: [增加标签成员](https://developer.work.weixin.qq.com/document/path/90214)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddTagNodes {
    /// The tag.
    pub tagid: TagId,
    /// The members and departments to add.
    #[serde(flatten)]
    pub nodes: TagNodes,
}

impl AddTagNodes {
    /// Creates a request that adds these members and departments to this tag.
    pub fn new(tag: impl Into<TagId>, nodes: TagNodes) -> Self {
        Self { tagid: tag.into(), nodes }
    }
}

/// Removes members and departments from a tag.
///
/// Official: [删除标签成员](https://developer.work.weixin.qq.com/document/path/90215)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemoveTagNodes {
    /// The tag.
    pub tagid: TagId,
    /// The members and departments to remove.
    #[serde(flatten)]
    pub nodes: TagNodes,
}

impl RemoveTagNodes {
    /// Creates a request that removes these members and departments from this tag.
    pub fn new(tag: impl Into<TagId>, nodes: TagNodes) -> Self {
        Self { tagid: tag.into(), nodes }
    }
}

/// The members and departments that could not be added or removed: malformed ids, or ids that are not in the contacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TagOutcome {
    /// The members that failed. On the wire: one string, joined with `|`.
    #[serde(
        default,
        rename = "invalidlist",
        with = "json_fields::barred",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub invalid_members: Vec<UserId>,
    /// The departments that failed.
    #[serde(
        default,
        rename = "invalidparty",
        deserialize_with = "json_fields::numbers",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub invalid_departments: Vec<DepartmentId>,
}

impl TagOutcome {
    /// Returns whether all members and departments were processed.
    pub fn is_complete(&self) -> bool {
        self.invalid_members.is_empty() && self.invalid_departments.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Endpoint;

    fn json(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn trap_05_ids_are_numbers_in_arrays() {
        let nodes = TagNodes::new().members(["zhangsan"]).departments([20]);
        assert_eq!(
            json(AddTagNodes::new(7, nodes)),
            r#"{"tagid":7,"userlist":["zhangsan"],"partylist":[20]}"#
        );
        assert_eq!(
            json(RemoveTagNodes::new(7, TagNodes::new().members(["zhangsan"]))),
            r#"{"tagid":7,"userlist":["zhangsan"]}"#
        );
        assert_eq!(json(NewTag::new("羽毛球社").id(7)), r#"{"tagname":"羽毛球社","tagid":7}"#);
        assert_eq!(json(NewTag::new("羽毛球社")), r#"{"tagname":"羽毛球社"}"#);
    }

    #[test]
    fn trap_07_tag_create_does_not_go_to_update() {
        let paths = [
            NewTag::CALL.path(),
            RenameTag::CALL.path(),
            DeleteTag::CALL.path(),
            ListTags::CALL.path(),
            GetTag::CALL.path(),
            AddTagNodes::CALL.path(),
            RemoveTagNodes::CALL.path(),
        ];
        assert_eq!(
            paths,
            [
                "tag/create",
                "tag/update",
                "tag/delete",
                "tag/list",
                "tag/get",
                "tag/addtagusers",
                "tag/deltagusers"
            ]
        );
        assert!(DeleteTag::CALL.is_get() && !DeleteTag::CALL.is_repeatable());
    }

    #[test]
    fn trap_13_a_tagid_in_a_text_is_read_too() {
        let list: TagList =
            serde_json::from_value(json!({"taglist": [{"tagid": "7", "tagname": "a"}, {"tagid": 8}]}))
                .unwrap();
        assert_eq!((list.taglist[0].tagid, list.taglist[1].tagid), (7.into(), 8.into()));
    }

    #[test]
    fn trap_14_a_partial_failure_names_who_was_left_out() {
        let outcome: TagOutcome =
            serde_json::from_value(json!({"invalidlist": "ghost|nobody", "invalidparty": [999, "1000"]}))
                .unwrap();
        assert_eq!(outcome.invalid_members, ["ghost", "nobody"]);
        assert_eq!(outcome.invalid_departments, [999, 1000]);
        for body in [json!({}), json!({"invalidlist": "", "invalidparty": []}), json!({"invalidlist": null})]
        {
            let outcome: TagOutcome = serde_json::from_value(body).unwrap();
            assert!(outcome.is_complete());
        }
    }

    #[test]
    fn trap_18_the_new_id_is_what_a_creation_gives() {
        assert_eq!(serde_json::from_str::<CreatedTagId>(r#"{"tagid":7}"#).unwrap().tagid, 7);
        assert!(serde_json::from_str::<CreatedTagId>("{}").is_err());
    }

    #[test]
    fn a_tag_without_its_lists_is_never_an_empty_tag() {
        let read = |body| serde_json::from_str::<TagContent>(body);
        let empty = read(r#"{"userlist":[],"partylist":[]}"#).unwrap();
        assert_eq!((empty.members, empty.departments), (Seen::Known(Vec::new()), Seen::Known(Vec::new())));
        let departments = read(r#"{"partylist":["7"]}"#).unwrap();
        assert_eq!(departments.departments, Seen::Known(vec![DepartmentId(7)]));
        assert_eq!(departments.members, Seen::Hidden);
        assert_eq!(serde_json::to_string(&departments).unwrap(), r#"{"partylist":[7]}"#);
        for body in ["{}", r#"{"tagname":"值班"}"#, r#"{"userlist":null,"partylist":null}"#] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
