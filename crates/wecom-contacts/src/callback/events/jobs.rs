//! Finished jobs (异步任务完成).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::callback::element::{Node, Value, Xml};
use crate::{ErrorCode, JobId};

/// A finished import or export job. A finished job may have failed rows: read the job's result.
///
/// Official: [异步任务完成通知](https://developer.work.weixin.qq.com/document/path/90973)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobFinished {
    /// Id of the job, at most 64 characters.
    pub job_id: JobId,
    /// Kind of the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_type: Option<JobType>,
    /// 0 if the job as a whole succeeded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errcode: Option<ErrorCode>,
    /// The server's message for the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<String>,
}

elements!(JobFinished { job_id: "JobId", job_type: "JobType", errcode: "ErrCode", errmsg: "ErrMsg" });

impl JobFinished {
    /// Creates the event of a successful job of this kind.
    pub fn new(job_id: impl Into<JobId>, job_type: JobType) -> Self {
        Self {
            job_id: job_id.into(),
            job_type: Some(job_type),
            errcode: Some(ErrorCode(0)),
            errmsg: Some("ok".to_owned()),
        }
    }

    /// Returns whether the job as a whole succeeded.
    pub fn is_ok(&self) -> bool {
        self.errcode == Some(ErrorCode(0))
    }
}

/// The kind of a finished job (操作类型).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobType {
    /// `sync_user`: members were added and updated from a file (增量更新成员).
    SyncMembers,
    /// `replace_user`: members were replaced by a file (全量覆盖成员).
    ReplaceMembers,
    /// `replace_party`: departments were replaced by a file (全量覆盖部门).
    ReplaceDepartments,
    /// `invite_user`: invitations were sent (邀请成员关注). An older kind of job.
    InviteMembers,
    /// `export_simple_user`: members were exported (导出成员).
    ExportMembersSimple,
    /// `export_user`: members were exported with their details (导出成员详情).
    ExportMembers,
    /// `export_department`: departments were exported (导出部门).
    ExportDepartments,
    /// `export_tag`: the members of a tag were exported (导出标签成员). The name `export_taguser` of third-party events
    /// is accepted too.
    ExportTag,
    /// Any other kind.
    Other(String),
}

impl JobType {
    /// Returns the kind as a text of WeCom's XML.
    pub fn as_str(&self) -> &str {
        match self {
            Self::SyncMembers => "sync_user",
            Self::ReplaceMembers => "replace_user",
            Self::ReplaceDepartments => "replace_party",
            Self::InviteMembers => "invite_user",
            Self::ExportMembersSimple => "export_simple_user",
            Self::ExportMembers => "export_user",
            Self::ExportDepartments => "export_department",
            Self::ExportTag => "export_tag",
            Self::Other(other) => other,
        }
    }
}

impl From<&str> for JobType {
    fn from(text: &str) -> Self {
        match text {
            "sync_user" => Self::SyncMembers,
            "replace_user" => Self::ReplaceMembers,
            "replace_party" => Self::ReplaceDepartments,
            "invite_user" => Self::InviteMembers,
            "export_simple_user" => Self::ExportMembersSimple,
            "export_user" => Self::ExportMembers,
            "export_department" => Self::ExportDepartments,
            "export_tag" | "export_taguser" => Self::ExportTag,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for JobType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for JobType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for JobType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(String::deserialize(deserializer)?.as_str().into())
    }
}

impl Value for JobType {
    fn read(node: Option<&Node<'_>>) -> Option<Self> {
        Some(Self::from(&*node?.text))
    }

    fn write(&self, name: &str, xml: &mut Xml) {
        xml.cdata(name, self.as_str());
    }
}

/// A finished upload by URL. The event does not say whether the upload succeeded: read the job's result.
///
/// Official: [异步上传临时素材](https://developer.work.weixin.qq.com/document/path/96219)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MediaUploaded {
    /// Id of the upload's job.
    pub job_id: JobId,
}

elements!(MediaUploaded { job_id: "JobId" });

impl MediaUploaded {
    /// Creates the event for this job.
    pub fn new(job_id: impl Into<JobId>) -> Self {
        Self { job_id: job_id.into() }
    }
}
