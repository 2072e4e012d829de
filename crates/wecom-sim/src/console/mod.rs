//! The administrator's console (管理后台) and the WeCom app of a member. Their changes are outside the API and are
//! delivered as callbacks.

mod error;
mod forms;
mod json;
mod member;
mod session;

use std::{net::IpAddr, sync::Arc};

pub use error::ConsoleError;
pub use forms::{
    ConsoleCallback, ConsoleDepartment, ConsoleEvent, ConsoleLegacy, ConsolePermission, ConsoleRange,
    ConsoleVisit, InvalidTagMembers,
};
pub(crate) use json::{Done, operations};
pub use member::ConsoleMember;

use session::{Result, act};

use crate::{
    shared::Shared,
    world::{Actor, TagMove},
};

/// The console of a running simulator. Cheap to clone; a clone does not keep the simulator running.
///
/// Every action is also available over HTTP as `POST /_sim/console/<action>`; `docs/simulator.md` lists the bodies.
///
/// # Errors
///
/// Each method returns a [`ConsoleError`]: [`Rule`](ConsoleError::Rule) with the errcode if a rule of the API forbids
/// the action, and [`Input`](ConsoleError::Input) if the arguments are invalid.
#[derive(Clone, Debug)]
pub struct Console {
    shared: Arc<Shared>,
}

impl Console {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Creates a member (添加成员) and returns the userid. Only the name is required; without a userid the system
    /// generates one.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn create_member(&self, member: ConsoleMember) -> Result<String> {
        act(&self.shared, |session| session.create_member(member)).await
    }

    /// Changes the member with the given `userid` (编辑成员).
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn update_member(&self, changes: ConsoleMember) -> Result<()> {
        act(&self.shared, |session| session.update_member(Actor::Console, changes)).await
    }

    /// Deletes a member (删除成员).
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn delete_member(&self, userid: &str) -> Result<()> {
        act(&self.shared, |session| session.delete_member(userid)).await
    }

    /// Lets a member log in for the first time (激活).
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn activate_member(&self, userid: &str) -> Result<()> {
        act(&self.shared, |session| session.activate_member(userid)).await
    }

    /// Lets a member leave the corp in the WeCom app (退出企业).
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn member_quits(&self, userid: &str) -> Result<()> {
        act(&self.shared, |session| session.quit_member(userid)).await
    }

    /// Changes the profile of the member with the given `userid`, as done by the member in the WeCom app.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn member_edits_profile(&self, changes: ConsoleMember) -> Result<()> {
        act(&self.shared, |session| session.update_member(Actor::Member, changes)).await
    }

    /// Creates a department (添加部门) and returns its id.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn create_department(&self, department: ConsoleDepartment) -> Result<u32> {
        act(&self.shared, |session| session.create_department(department)).await
    }

    /// Changes the department with the given `id`.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn update_department(&self, changes: ConsoleDepartment) -> Result<()> {
        act(&self.shared, |session| session.update_department(changes)).await
    }

    /// Deletes an empty department.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn delete_department(&self, id: u32) -> Result<()> {
        act(&self.shared, |session| session.delete_department(id.into())).await
    }

    /// Creates a tag (标签) and returns its id, which is the given one or the next free one.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn create_tag(&self, name: &str, id: Option<u32>) -> Result<u32> {
        act(&self.shared, |session| session.create_tag(name, id.map(Into::into))).await
    }

    /// Renames a tag.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn rename_tag(&self, id: u32, name: &str) -> Result<()> {
        act(&self.shared, |session| session.rename_tag(id.into(), name)).await
    }

    /// Deletes a tag, with or without members.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn delete_tag(&self, id: u32) -> Result<()> {
        act(&self.shared, |session| session.delete_tag(id.into())).await
    }

    /// Adds members and departments to a tag. Returns the ids that do not exist.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn add_tag_members(
        &self,
        tag: u32,
        userids: &[&str],
        departments: &[u32],
    ) -> Result<InvalidTagMembers> {
        self.move_tag_members(TagMove::Add, tag, userids, departments).await
    }

    /// Removes members and departments from a tag. Returns the ids that do not exist.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn remove_tag_members(
        &self,
        tag: u32,
        userids: &[&str],
        departments: &[u32],
    ) -> Result<InvalidTagMembers> {
        self.move_tag_members(TagMove::Remove, tag, userids, departments).await
    }

    async fn move_tag_members(
        &self,
        to: TagMove,
        tag: u32,
        userids: &[&str],
        departments: &[u32],
    ) -> Result<InvalidTagMembers> {
        let departments: Vec<i64> = departments.iter().copied().map(i64::from).collect();
        act(&self.shared, |session| session.move_tag_members(to, tag.into(), userids, &departments)).await
    }

    /// Sets the callback target of the contacts assistant or of an app. The URL must pass its verification first, as
    /// in the real console.
    ///
    /// # Errors
    ///
    /// See [`Console`]. Returns [`ConsoleError::Verification`] and saves nothing if the URL fails its verification.
    pub async fn set_callback(&self, callback: ConsoleCallback) -> Result<()> {
        session::set_callback(&self.shared, callback).await
    }

    /// Removes the callback target of an app; without an id, that of the contacts assistant.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn remove_callback(&self, agent_id: Option<u32>) -> Result<()> {
        act(&self.shared, |session| {
            session.remove_callback(agent_id);
            Ok(())
        })
        .await
    }

    /// Sets the permission of the contacts-sync secret.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn set_permission(&self, permission: ConsolePermission) -> Result<()> {
        act(&self.shared, |session| {
            session.set_permission(permission);
            Ok(())
        })
        .await
    }

    /// Sets or removes the permissions from before 2022.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn set_legacy(&self, legacy: ConsoleLegacy) -> Result<()> {
        act(&self.shared, |session| session.set_legacy(legacy)).await
    }

    /// Sets the only IPs that can call with an app's secret (企业可信IP); without an id, with the contacts-sync secret.
    /// An empty list allows all IPs.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn set_trusted_ips(
        &self,
        agent_id: Option<u32>,
        ips: impl IntoIterator<Item = IpAddr>,
    ) -> Result<()> {
        let ips = ips.into_iter().collect();
        act(&self.shared, |session| session.set_trusted_ips(agent_id, ips)).await
    }

    /// Sets the visible range (可见范围) of an app.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn set_app_range(&self, range: ConsoleRange) -> Result<()> {
        act(&self.shared, |session| session.set_app_range(range)).await
    }

    /// Opens a page of an app as a member or a visitor (网页授权). Returns the code for the page, which works once, for
    /// five minutes.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn oauth_code(&self, visit: ConsoleVisit) -> Result<String> {
        act(&self.shared, |session| session.oauth_code(visit)).await
    }

    /// Opens the second-verification page as a member (二次验证). Returns the code for the page.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn tfa_code(&self, userid: &str) -> Result<String> {
        act(&self.shared, |session| session.tfa_code(Some(userid))).await
    }

    /// Returns the `open_userid` of a member for an app of a provider; without an id, for the simulator's first app.
    ///
    /// # Errors
    ///
    /// See [`Console`].
    pub async fn open_userid(&self, userid: &str, agent_id: Option<u32>) -> Result<String> {
        act(&self.shared, |session| session.open_userid(Some(userid), agent_id)).await
    }

    /// Sends any event and returns the id of its delivery.
    ///
    /// # Errors
    ///
    /// See [`Console`]. Also returns an error if the receiver has no callback target.
    pub async fn send_event(&self, event: ConsoleEvent) -> Result<u64> {
        act(&self.shared, |session| session.send_event(event)).await
    }
}
