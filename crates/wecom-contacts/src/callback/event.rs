//! The kinds of event that a message can have.

use serde::{Deserialize, Serialize};

use super::element::{Node, Value as _, Xml};
use super::events::{
    AppInactivity, AppSubscription, ChainChange, DepartmentChange, DepartmentDeleted, JobFinished,
    MediaUploaded, MemberChange, MemberDeleted, TagChange, UnknownEvent, UnreadableEvent,
};

/// An event (事件): the events about contacts, and all others as [`Unknown`](Self::Unknown).
///
/// The documentation of each variant has the value of `Event`, and of `ChangeType` if there is one. An event without
/// its id (such as a deleted member without a userid) is `Unknown` too.
///
/// As JSON an event is one object. Its key `type` is the variant in `snake_case` (`member_created`), and the other keys
/// are the fields of the variant's content. See [`Notification`](super::Notification#as-json).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A member was added (新增成员): `change_contact`, `create_user`.
    ///
    /// Official: [成员变更通知](https://developer.work.weixin.qq.com/document/path/90970)
    MemberCreated(Box<MemberChange>),
    /// A member was changed (更新成员): `change_contact`, `update_user`. Slim targets receive only changes of
    /// departments and userids.
    ///
    /// Official: [成员变更通知](https://developer.work.weixin.qq.com/document/path/90970)
    MemberUpdated(Box<MemberChange>),
    /// A member was removed (删除成员): `change_contact`, `delete_user`.
    ///
    /// Official: [成员变更通知](https://developer.work.weixin.qq.com/document/path/90970)
    MemberDeleted(MemberDeleted),
    /// A department was added (新增部门): `change_contact`, `create_party`.
    ///
    /// Official: [部门变更通知](https://developer.work.weixin.qq.com/document/path/90971)
    DepartmentCreated(DepartmentChange),
    /// A department was changed (更新部门): `change_contact`, `update_party`. Slim targets receive only changes of the
    /// parent.
    ///
    /// Official: [部门变更通知](https://developer.work.weixin.qq.com/document/path/90971)
    DepartmentUpdated(DepartmentChange),
    /// A department was removed (删除部门): `change_contact`, `delete_party`.
    ///
    /// Official: [部门变更通知](https://developer.work.weixin.qq.com/document/path/90971)
    DepartmentDeleted(DepartmentDeleted),
    /// Members or departments were added to a tag or removed from it (标签成员变更): `change_contact`, `update_tag`.
    ///
    /// Official: [标签变更通知](https://developer.work.weixin.qq.com/document/path/90972)
    TagUpdated(Box<TagChange>),
    /// An import or export job finished (异步任务完成): `batch_job_result`.
    ///
    /// Official: [异步任务完成通知](https://developer.work.weixin.qq.com/document/path/90973),
    /// [导出任务完成通知](https://developer.work.weixin.qq.com/document/path/94946)
    JobFinished(JobFinished),
    /// A member entered the app's visible range (关注): `subscribe`.
    ///
    /// Official: [事件格式](https://developer.work.weixin.qq.com/document/path/90240)
    Subscribed(AppSubscription),
    /// A member left the app's visible range, or the corp (取消关注): `unsubscribe`.
    ///
    /// Official: [事件格式](https://developer.work.weixin.qq.com/document/path/90240)
    Unsubscribed(AppSubscription),
    /// The app was shared with a lower corp (企业互联), or the share was withdrawn: `share_agent_change`. Read the list
    /// of shares again.
    SharedAppChanged,
    /// The app was shared with a downstream corp (上下游), or the share was withdrawn: `share_chain_change`. Read the
    /// list of shares again.
    SharedChainAppChanged,
    /// An upstream-downstream space (上下游) was changed: `change_chain`.
    ///
    /// Official: [上下游变更回调](https://developer.work.weixin.qq.com/document/path/95796)
    ChainChanged(ChainChange),
    /// An upload by URL (异步上传临时素材) finished or failed: `upload_media_job_finish`.
    ///
    /// Official: [异步上传临时素材](https://developer.work.weixin.qq.com/document/path/96219)
    MediaUploaded(MediaUploaded),
    /// The app was not used for a long time and will be suspended (长期未使用应用): `inactive_alert`.
    AppInactiveAlert(AppInactivity),
    /// The app was suspended, so its calls fail: `close_inactive_agent`.
    AppSuspended,
    /// The app was enabled again: `reopen_inactive_agent`. [`Notification::from`](super::Notification::from) is the
    /// member who did it.
    AppResumed,
    /// Too few members use the app, so it will lose access to customer data (低活跃): `low_active_alert`.
    AppLowActiveAlert(AppInactivity),
    /// The app lost access to customer data because too few members use it: `low_active`.
    AppLowActive,
    /// Enough members use the app again: `active_restored`.
    AppActiveRestored,
    /// Any other event, kept as it was sent. Acknowledge it like the others; otherwise WeCom sends it again.
    Unknown(UnknownEvent),
    /// An authentic message that cannot be parsed. The SDK acknowledges it. Report it by the digest of its
    /// [`Notification`](super::Notification), because it may contain a change.
    Unreadable(UnreadableEvent),
}

impl Event {
    pub(super) fn read(root: &Node<'_>) -> Self {
        Self::known(root).unwrap_or_else(|| Self::Unknown(UnknownEvent::read(root)))
    }

    fn known(root: &Node<'_>) -> Option<Self> {
        let change = || root.text("ChangeType");
        Some(match root.text("Event")? {
            "change_contact" => match change()? {
                "create_user" => Self::MemberCreated(Box::new(MemberChange::read(root)?)),
                "update_user" => Self::MemberUpdated(Box::new(MemberChange::read(root)?)),
                "delete_user" => Self::MemberDeleted(MemberDeleted::read(root)?),
                "create_party" => Self::DepartmentCreated(DepartmentChange::read(root)?),
                "update_party" => Self::DepartmentUpdated(DepartmentChange::read(root)?),
                "delete_party" => Self::DepartmentDeleted(DepartmentDeleted::read(root)?),
                "update_tag" => Self::TagUpdated(Box::new(TagChange::read(root)?)),
                _ => return None,
            },
            "batch_job_result" => Self::JobFinished(JobFinished::read(root.child("BatchJob")?)?),
            "subscribe" => Self::Subscribed(AppSubscription::read(root)?),
            "unsubscribe" => Self::Unsubscribed(AppSubscription::read(root)?),
            "share_agent_change" => Self::SharedAppChanged,
            "share_chain_change" => Self::SharedChainAppChanged,
            "change_chain" => Self::ChainChanged(ChainChange::read(root)?),
            "upload_media_job_finish" => Self::MediaUploaded(MediaUploaded::read(root)?),
            "inactive_alert" => Self::AppInactiveAlert(AppInactivity::read(root)?),
            "close_inactive_agent" => Self::AppSuspended,
            "reopen_inactive_agent" => Self::AppResumed,
            "low_active_alert" => Self::AppLowActiveAlert(AppInactivity::read(root)?),
            "low_active" => Self::AppLowActive,
            "active_restored" => Self::AppActiveRestored,
            _ => return None,
        })
    }

    pub(super) fn write(&self, xml: &mut Xml) {
        // The official samples write ChangeType without CDATA for members and departments, and with CDATA for tags.
        let contact = |xml: &mut Xml, change: &str| {
            xml.cdata("Event", "change_contact");
            xml.bare("ChangeType", change);
        };
        match self {
            Self::MemberCreated(change) => {
                contact(xml, "create_user");
                change.write(xml);
            }
            Self::MemberUpdated(change) => {
                contact(xml, "update_user");
                change.write(xml);
            }
            Self::MemberDeleted(deleted) => {
                contact(xml, "delete_user");
                deleted.write(xml);
            }
            Self::DepartmentCreated(change) => {
                contact(xml, "create_party");
                change.write(xml);
            }
            Self::DepartmentUpdated(change) => {
                contact(xml, "update_party");
                change.write(xml);
            }
            Self::DepartmentDeleted(deleted) => {
                contact(xml, "delete_party");
                deleted.write(xml);
            }
            Self::TagUpdated(change) => {
                xml.cdata("Event", "change_contact");
                xml.cdata("ChangeType", "update_tag");
                change.write(xml);
            }
            Self::JobFinished(job) => {
                xml.cdata("Event", "batch_job_result");
                xml.open("BatchJob");
                job.write(xml);
                xml.close("BatchJob");
            }
            Self::Subscribed(subscription) => {
                xml.cdata("Event", "subscribe");
                subscription.write(xml);
            }
            Self::Unsubscribed(subscription) => {
                xml.cdata("Event", "unsubscribe");
                subscription.write(xml);
            }
            Self::SharedAppChanged => xml.cdata("Event", "share_agent_change"),
            Self::SharedChainAppChanged => xml.cdata("Event", "share_chain_change"),
            Self::ChainChanged(change) => {
                xml.cdata("Event", "change_chain");
                change.write(xml);
            }
            Self::MediaUploaded(uploaded) => {
                xml.cdata("Event", "upload_media_job_finish");
                uploaded.write(xml);
            }
            Self::AppInactiveAlert(inactivity) => {
                xml.cdata("Event", "inactive_alert");
                inactivity.write(xml);
            }
            Self::AppSuspended => xml.cdata("Event", "close_inactive_agent"),
            Self::AppResumed => xml.cdata("Event", "reopen_inactive_agent"),
            Self::AppLowActiveAlert(inactivity) => {
                xml.cdata("Event", "low_active_alert");
                inactivity.write(xml);
            }
            Self::AppLowActive => xml.cdata("Event", "low_active"),
            Self::AppActiveRestored => xml.cdata("Event", "active_restored"),
            Self::Unknown(unknown) => {
                unknown.event.write("Event", xml);
                unknown.change_type.write("ChangeType", xml);
                unknown.elements.iter().for_each(|element| xml.element(element));
            }
            Self::Unreadable(_) => {}
        }
    }
}
