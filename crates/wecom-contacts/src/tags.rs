//! Tags (标签管理): groups of members and departments. Not the customer tags (企业客户标签) of 客户联系.
//!
//! A tag belongs to the app that made it; only that app changes it and its members. Contacts-sync also handles those that
//! an administrator made in the console.
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
    /// The tags chapter (标签管理).
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

    /// Gives a tag another name.
    ///
    /// Official: [更新标签名字](https://developer.work.weixin.qq.com/document/path/90211)
    pub fn rename(&self, tag: impl Into<TagId>, name: impl Into<String>) -> CallFuture<()> {
        self.client.send(&RenameTag::new(tag, name))
    }

    /// Deletes a tag, members in it or not.
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

    /// Returns who is in a tag: its own members inside the credential's visible range, and its departments.
    ///
    /// Official: [获取标签成员](https://developer.work.weixin.qq.com/document/path/90213)
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) (40068) if there is no such tag; [`Self::find`] gives an `Option`.
    pub fn get(&self, tag: impl Into<TagId>) -> CallFuture<TagContent> {
        self.client.send(&GetTag::new(tag))
    }

    /// Returns who is in a tag, or `None` if there is no such tag.
    pub fn find(&self, tag: impl Into<TagId>) -> CallFuture<Option<TagContent>> {
        self.client.find(&GetTag::new(tag))
    }

    /// Puts members and departments into a tag. Those that could not be come back in the outcome; if none could, that is an
    /// error (40070).
    ///
    /// Official: [增加标签成员](https://developer.work.weixin.qq.com/document/path/90214)
    pub fn add(&self, tag: impl Into<TagId>, nodes: TagNodes) -> CallFuture<TagOutcome> {
        self.client.send(&AddTagNodes::new(tag, nodes))
    }

    /// Takes members and departments out of a tag. Those that could not be come back in the outcome; if none could, that is
    /// an error (40031).
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
    /// The id it shall have; the largest there is plus one unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tagid: Option<TagId>,
}

impl NewTag {
    /// A tag of this name.
    pub fn new(name: impl Into<String>) -> Self {
        Self { tagname: name.into(), tagid: None }
    }

    /// Sets the id it shall have.
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

/// The answer of [`NewTag`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedTagId {
    /// The new tag.
    #[serde(deserialize_with = "json_fields::number")]
    pub tagid: TagId,
}

/// Gives a tag another name.
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
    /// Asks for this name for this tag.
    pub fn new(tag: impl Into<TagId>, name: impl Into<String>) -> Self {
        Self { tagid: tag.into(), tagname: name.into() }
    }
}

/// Deletes a tag. A GET that changes something.
///
/// Official: [删除标签](https://developer.work.weixin.qq.com/document/path/90212)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteTag {
    /// The tag.
    pub tagid: TagId,
}

impl DeleteTag {
    /// Asks for this tag's deletion.
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
    /// Asks for all tags.
    pub fn new() -> Self {
        Self::default()
    }
}

/// The answer of [`ListTags`].
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
    /// Its id.
    #[serde(deserialize_with = "json_fields::number")]
    pub tagid: TagId,
    /// Its name.
    #[serde(default, deserialize_with = "json_fields::or_default")]
    pub tagname: String,
}

/// Reads who is in a tag.
///
/// Official: [获取标签成员](https://developer.work.weixin.qq.com/document/path/90213)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetTag {
    /// The tag.
    pub tagid: TagId,
}

impl GetTag {
    /// Asks who is in this tag.
    pub fn new(tag: impl Into<TagId>) -> Self {
        Self { tagid: tag.into() }
    }
}

/// Who is in a tag.
///
/// A list that the answer leaves out is [`Hidden`](Seen::Hidden). An answer with neither list does not decode: it does not say who
/// is in the tag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AnyTagContent")]
#[non_exhaustive]
pub struct TagContent {
    /// The tag's name.
    #[serde(skip_serializing_if = "Seen::is_hidden")]
    pub tagname: Seen<String>,
    /// The members that are in it themselves, inside the credential's visible range.
    #[serde(rename = "userlist", skip_serializing_if = "Seen::is_hidden")]
    pub members: Seen<Vec<TaggedMember>>,
    /// The departments in it, not expanded into members.
    #[serde(rename = "partylist", skip_serializing_if = "Seen::is_hidden")]
    pub departments: Seen<Vec<DepartmentId>>,
}

/// The same as it comes, whatever is in it.
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
            return Err("a tag without userlist and partylist");
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
    /// The name, unless hidden from the credential.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub name: Seen<String>,
}

masked_debug!(TaggedMember { userid | name });

/// Members and departments that go into a tag or out of it. At least one of the two must be given.
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
    /// Begins with none.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the members, at most 1000.
    pub fn members<U: Into<UserId>>(mut self, members: impl IntoIterator<Item = U>) -> Self {
        self.members = Some(members.into_iter().map(Into::into).collect());
        self
    }

    /// Names the departments, at most 100.
    pub fn departments<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.departments = Some(departments.into_iter().map(Into::into).collect());
        self
    }
}

/// Puts members and departments into a tag.
///
/// Official: [增加标签成员](https://developer.work.weixin.qq.com/document/path/90214)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AddTagNodes {
    /// The tag.
    pub tagid: TagId,
    /// Whom.
    #[serde(flatten)]
    pub nodes: TagNodes,
}

impl AddTagNodes {
    /// Asks for these in this tag.
    pub fn new(tag: impl Into<TagId>, nodes: TagNodes) -> Self {
        Self { tagid: tag.into(), nodes }
    }
}

/// Takes members and departments out of a tag.
///
/// Official: [删除标签成员](https://developer.work.weixin.qq.com/document/path/90215)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RemoveTagNodes {
    /// The tag.
    pub tagid: TagId,
    /// Whom.
    #[serde(flatten)]
    pub nodes: TagNodes,
}

impl RemoveTagNodes {
    /// Asks for these out of this tag.
    pub fn new(tag: impl Into<TagId>, nodes: TagNodes) -> Self {
        Self { tagid: tag.into(), nodes }
    }
}

/// Who could not be put into a tag or taken out of it: malformed ids, or ids that are not in the contacts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TagOutcome {
    /// Members left out; one text joined by `|` on the wire.
    #[serde(
        default,
        rename = "invalidlist",
        with = "json_fields::barred",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub invalid_members: Vec<UserId>,
    /// Departments left out.
    #[serde(
        default,
        rename = "invalidparty",
        deserialize_with = "json_fields::numbers",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub invalid_departments: Vec<DepartmentId>,
}

impl TagOutcome {
    /// Whether nobody was left out.
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
