//! Departments (部门管理): the tree of the corp, whose root has id 1.
//!
//! Writing, and listing *all* ids, need the contacts-sync secret (通讯录同步). Names and leaders need an app's secret and
//! are limited to its visible range. The visible range can contain a department without its parent.
//!
//! Official: [部门管理](https://developer.work.weixin.qq.com/document/path/90204)

use serde::{Deserialize, Serialize};

use crate::{CallFuture, Client, DepartmentId, Patch, Seen, UserId, json_fields};

/// The calls of the departments chapter; see [`Client::departments`].
#[derive(Clone, Debug)]
pub struct Departments {
    client: Client,
}

impl Client {
    /// Returns the calls of the departments chapter (部门管理).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let contacts_sync = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// # let app = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// use wecom_contacts::{DepartmentId, departments::{DepartmentPatch, NewDepartment}};
    ///
    /// let sales = NewDepartment::new("华东销售部", DepartmentId::ROOT).order(500);
    /// let sales = contacts_sync.departments().create(sales).await?;
    /// contacts_sync.departments().update(sales, DepartmentPatch::new().name("华东大区")).await?;
    /// for department in app.departments().list().await? {
    ///     println!("{} {:?}", department.id, department.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn departments(&self) -> Departments {
        Departments { client: self.clone() }
    }
}

impl Departments {
    /// Creates a department and returns its id. The page asks to create departments one at a time.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let contacts_sync = client(wecom_contacts::Secret::contacts_sync(sim.contacts_secret()))?;
    /// use wecom_contacts::{DepartmentId, departments::NewDepartment};
    ///
    /// let sales = contacts_sync.departments().create(NewDepartment::new("销售部", DepartmentId::ROOT)).await?;
    /// let east = contacts_sync.departments().create(NewDepartment::new("华东区", sales).order(500)).await?;
    /// # assert_ne!(sales, east);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [创建部门](https://developer.work.weixin.qq.com/document/path/90205)
    ///
    /// # Errors
    ///
    /// [`Error::is_already_exists`](crate::Error::is_already_exists) (60008) if the id is taken or a sibling has the
    /// name; [`Error::is_not_found`](crate::Error::is_not_found) (60004, 60124) if the parent is unknown.
    pub fn create(&self, department: NewDepartment) -> CallFuture<DepartmentId> {
        self.client.send(&department).map(|created| created.id)
    }

    /// Changes the fields of the patch. All other fields stay unchanged. A new parent moves the department together with
    /// its sub-departments.
    ///
    /// Official: [更新部门](https://developer.work.weixin.qq.com/document/path/90206)
    pub fn update(&self, id: impl Into<DepartmentId>, patch: DepartmentPatch) -> CallFuture<()> {
        self.client.send(&UpdateDepartment::new(id, patch))
    }

    /// Deletes an empty department. Fails with 60005 if it has members, and with 60006 if it has sub-departments.
    ///
    /// Official: [删除部门](https://developer.work.weixin.qq.com/document/path/90207)
    pub fn delete(&self, id: impl Into<DepartmentId>) -> CallFuture<()> {
        self.client.send(&DeleteDepartment::new(id))
    }

    /// Returns all departments that the credential can view, with names and leaders. WeCom's page calls this slow and
    /// recommends [`Self::list_ids`] and [`Self::get`] for large corps.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> wecom_contacts::Result<()> {
    /// # let sim = wecom_sim::Sim::start().await;
    /// # let client = |secret| wecom_contacts::Client::builder(sim.corp_id(), secret).base_url(sim.url()).build();
    /// # let app = client(wecom_contacts::Secret::app(sim.agent_id(), sim.app_secret()))?;
    /// for department in app.departments().list().await? {
    ///     println!("{} {:?} below {:?}", department.id, department.name, department.parentid);
    /// }
    /// # assert_eq!(app.departments().list().await?.len(), 5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Official: [获取部门列表](https://developer.work.weixin.qq.com/document/path/90208)
    pub fn list(&self) -> CallFuture<Vec<Department>> {
        self.client.send(&ListDepartments::new()).map(|list| list.department)
    }

    /// Returns the department and its sub-departments at all levels, with names and leaders.
    pub fn list_under(&self, id: impl Into<DepartmentId>) -> CallFuture<Vec<Department>> {
        self.client.send(&ListDepartments::under(id)).map(|list| list.department)
    }

    /// Returns the id, parent and order of all departments that the credential can view. Contacts-sync receives all
    /// departments of the corp, from any IP.
    ///
    /// Official: [获取子部门ID列表](https://developer.work.weixin.qq.com/document/path/95350)
    pub fn list_ids(&self) -> CallFuture<Vec<DepartmentNode>> {
        self.client.send(&ListDepartmentIds::new()).map(|list| list.department_id)
    }

    /// Returns the id, parent and order of the department and its sub-departments at all levels.
    pub fn list_ids_under(&self, id: impl Into<DepartmentId>) -> CallFuture<Vec<DepartmentNode>> {
        self.client.send(&ListDepartmentIds::under(id)).map(|list| list.department_id)
    }

    /// Returns one department.
    ///
    /// Official: [获取单个部门详情](https://developer.work.weixin.qq.com/document/path/95351)
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`](crate::Error::is_not_found) (60003, 60123) if the id is unknown; [`Self::find`] returns
    /// `None` in this case.
    pub fn get(&self, id: impl Into<DepartmentId>) -> CallFuture<Department> {
        self.client.send(&GetDepartment::new(id)).map(|reply| reply.department)
    }

    /// Returns one department, or `None` if the id is unknown.
    pub fn find(&self, id: impl Into<DepartmentId>) -> CallFuture<Option<Department>> {
        let call = GetDepartment::new(id);
        self.client.find(&call).map(|found| found.map(|reply| reply.department))
    }
}

/// A department (部门), as the credential sees it. A field that the reply omits is [`Hidden`](Seen::Hidden).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Department {
    /// The 32-bit id. The root has id 1.
    pub id: DepartmentId,
    /// The name (部门名称), 1–64 characters, unique among siblings. WeCom hides it from some apps.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub name: Seen<String>,
    /// The English name (英文名称). Optional.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub name_en: Seen<String>,
    /// The leaders (部门负责人) that the credential can view. WeCom derives them from the members' `is_leader_in_dept`.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub department_leader: Seen<Vec<UserId>>,
    /// The id of the parent (父部门), or 0 for the root. The parent can be outside the visible range.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub parentid: Seen<DepartmentId>,
    /// The order among siblings; larger numbers come first.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub order: Seen<u32>,
}

/// A department's position in the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DepartmentNode {
    /// The id.
    pub id: DepartmentId,
    /// The id of the parent, or 0 for the root.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub parentid: Seen<DepartmentId>,
    /// The order among siblings; larger numbers come first.
    #[serde(default, skip_serializing_if = "Seen::is_hidden")]
    pub order: Seen<u32>,
}

/// A department to be created. Fields that were not set are omitted.
///
/// Official: [创建部门](https://developer.work.weixin.qq.com/document/path/90205)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct NewDepartment {
    /// The name (部门名称): 1–64 characters without `\ : * ? " < > |`, unique among siblings.
    pub name: String,
    /// The English name (英文名称), with the same limits. It requires the console's multi-language setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// The parent (父部门).
    pub parentid: DepartmentId,
    /// The order among siblings; larger numbers come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// The id of the new department, above 1. Defaults to an id that the server chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<DepartmentId>,
}

impl NewDepartment {
    /// Creates a department with the two required fields.
    pub fn new(name: impl Into<String>, parent: impl Into<DepartmentId>) -> Self {
        Self { name: name.into(), name_en: None, parentid: parent.into(), order: None, id: None }
    }

    /// Sets the English name (英文名称).
    pub fn name_en(mut self, name: impl Into<String>) -> Self {
        self.name_en = Some(name.into());
        self
    }

    /// Sets the order among siblings; larger numbers come first.
    pub fn order(mut self, order: u32) -> Self {
        self.order = Some(order);
        self
    }

    /// Sets the id of the new department, above 1.
    pub fn id(mut self, id: impl Into<DepartmentId>) -> Self {
        self.id = Some(id.into());
        self
    }
}

/// The reply to [`NewDepartment`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CreatedDepartmentId {
    /// The id of the new department. Never 0.
    #[serde(deserialize_with = "json_fields::positive")]
    pub id: DepartmentId,
}

/// The changes of an update. Only the fields that were set are sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct DepartmentPatch {
    /// The name (部门名称), 1–64 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The English name (英文名称). The page states a minimum of 1 character; the server decides whether `""` empties the
    /// field.
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    pub name_en: Patch<String>,
    /// The new parent (父部门). The department moves together with its sub-departments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parentid: Option<DepartmentId>,
    /// The order among siblings, larger first. It does not change the parent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
}

impl DepartmentPatch {
    /// Creates an empty patch.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the name (部门名称).
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets or empties the English name (英文名称).
    pub fn name_en(mut self, name: impl Into<Patch<String>>) -> Self {
        self.name_en = name.into();
        self
    }

    /// Sets the new parent of the department.
    pub fn parentid(mut self, parent: impl Into<DepartmentId>) -> Self {
        self.parentid = Some(parent.into());
        self
    }

    /// Sets the order among siblings; larger numbers come first.
    pub fn order(mut self, order: u32) -> Self {
        self.order = Some(order);
        self
    }
}

/// Updates one department.
///
/// Official: [更新部门](https://developer.work.weixin.qq.com/document/path/90206)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UpdateDepartment {
    /// The department.
    pub id: DepartmentId,
    /// The changes.
    #[serde(flatten)]
    pub patch: DepartmentPatch,
}

impl UpdateDepartment {
    /// Creates a request that applies this patch to this department.
    pub fn new(id: impl Into<DepartmentId>, patch: DepartmentPatch) -> Self {
        Self { id: id.into(), patch }
    }
}

/// Deletes one department. The request is a GET although it changes data.
///
/// Official: [删除部门](https://developer.work.weixin.qq.com/document/path/90207)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeleteDepartment {
    /// The department.
    pub id: DepartmentId,
}

impl DeleteDepartment {
    /// Creates a request that deletes this department.
    pub fn new(id: impl Into<DepartmentId>) -> Self {
        Self { id: id.into() }
    }
}

/// Lists departments with names and leaders.
///
/// Official: [获取部门列表](https://developer.work.weixin.qq.com/document/path/90208)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListDepartments {
    /// The top department of the list. Defaults to all departments that the credential can view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<DepartmentId>,
}

impl ListDepartments {
    /// Creates a request for all departments that the credential can view.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a request for this department and its sub-departments.
    pub fn under(id: impl Into<DepartmentId>) -> Self {
        Self { id: Some(id.into()) }
    }
}

/// The reply to [`ListDepartments`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DepartmentList {
    /// The departments.
    pub department: Vec<Department>,
}

/// Lists departments with id, parent and order.
///
/// Official: [获取子部门ID列表](https://developer.work.weixin.qq.com/document/path/95350)
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListDepartmentIds {
    /// The top department of the list. Defaults to all departments that the credential can view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<DepartmentId>,
}

impl ListDepartmentIds {
    /// Creates a request for all departments that the credential can view.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a request for this department and its sub-departments.
    pub fn under(id: impl Into<DepartmentId>) -> Self {
        Self { id: Some(id.into()) }
    }
}

/// The reply to [`ListDepartmentIds`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DepartmentNodes {
    /// The departments. They are objects, although the key is named `department_id`.
    pub department_id: Vec<DepartmentNode>,
}

/// Reads one department.
///
/// Official: [获取单个部门详情](https://developer.work.weixin.qq.com/document/path/95351)
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetDepartment {
    /// The department.
    pub id: DepartmentId,
}

impl GetDepartment {
    /// Creates a request for this department.
    pub fn new(id: impl Into<DepartmentId>) -> Self {
        Self { id: id.into() }
    }
}

/// The reply to [`GetDepartment`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DepartmentReply {
    /// The department: one object, although the list has an array under the same key.
    pub department: Department,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Clear;

    fn json(value: impl Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn trap_03_a_creation_without_an_id_sends_none() {
        assert_eq!(json(NewDepartment::new("销售部", 1)), r#"{"name":"销售部","parentid":1}"#);
        assert_eq!(
            json(NewDepartment::new("销售部", 1).name_en("Sales").order(0).id(20)),
            r#"{"name":"销售部","name_en":"Sales","parentid":1,"order":0,"id":20}"#
        );
    }

    #[test]
    fn trap_06_all_departments_are_asked_for_without_an_id() {
        let query = |call: ListDepartments| serde_urlencoded::to_string(call).unwrap();
        assert_eq!(query(ListDepartments::new()), "");
        assert_eq!(query(ListDepartments::under(2)), "id=2");
        assert_eq!(serde_urlencoded::to_string(ListDepartmentIds::new()).unwrap(), "");
    }

    #[test]
    fn trap_09_reordering_does_not_move_and_moving_does_not_reorder() {
        let update = |patch| json(UpdateDepartment::new(20, patch));
        assert_eq!(update(DepartmentPatch::new().order(0)), r#"{"id":20,"order":0}"#);
        assert_eq!(update(DepartmentPatch::new().parentid(3)), r#"{"id":20,"parentid":3}"#);
        assert_eq!(update(DepartmentPatch::new().name_en(Clear)), r#"{"id":20,"name_en":""}"#);
    }

    #[test]
    fn trap_12_a_department_of_nothing_but_an_id_is_a_department() {
        let list: DepartmentList =
            serde_json::from_str(r#"{"department":[{"id":1},{"id":2,"name":"a"}]}"#).unwrap();
        assert_eq!(list.department.len(), 2);
        let largest: Department = serde_json::from_str(r#"{"id":2,"order":4294967295}"#).unwrap();
        assert_eq!(largest.order, Seen::Known(u32::MAX));
    }

    #[test]
    fn trap_18_the_new_id_is_what_a_creation_gives() {
        assert_eq!(serde_json::from_str::<CreatedDepartmentId>(r#"{"id":20}"#).unwrap().id, 20);
        for incomplete in ["{}", r#"{"id":null}"#, r#"{"id":0}"#, r#"{"id":""}"#] {
            assert!(serde_json::from_str::<CreatedDepartmentId>(incomplete).is_err(), "{incomplete}");
        }
    }
}
