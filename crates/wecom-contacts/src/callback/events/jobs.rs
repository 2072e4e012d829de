//! Jobs that finished (异步任务完成).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::callback::element::{Node, Value, Xml};
use crate::{ErrorCode, JobId};

/// An import or export job that finished. Finished is not the same as all rows accepted: read the job's result.
///
/// Official: [异步任务完成通知](https://developer.work.weixin.qq.com/document/path/90973)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JobFinished {
    /// The job, at most 64 characters.
    pub job_id: JobId,
    /// What kind of job it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_type: Option<JobType>,
    /// 0 if the job as a whole went well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errcode: Option<ErrorCode>,
    /// The server's words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<String>,
}

elements!(JobFinished { job_id: "JobId", job_type: "JobType", errcode: "ErrCode", errmsg: "ErrMsg" });

impl JobFinished {
    /// A job of this kind that went well.
    pub fn new(job_id: impl Into<JobId>, job_type: JobType) -> Self {
        Self {
            job_id: job_id.into(),
            job_type: Some(job_type),
            errcode: Some(ErrorCode(0)),
            errmsg: Some("ok".to_owned()),
        }
    }

    /// Says whether the job as a whole went well.
    pub fn is_ok(&self) -> bool {
        self.errcode == Some(ErrorCode(0))
    }
}

/// The kind of a finished job (操作类型).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JobType {
    /// `sync_user`: members added and updated from a file (增量更新成员).
    SyncMembers,
    /// `replace_user`: members replaced by a file (全量覆盖成员).
    ReplaceMembers,
    /// `replace_party`: departments replaced by a file (全量覆盖部门).
    ReplaceDepartments,
    /// `invite_user`: invitations sent (邀请成员关注), of old.
    InviteMembers,
    /// `export_simple_user`: members exported (导出成员).
    ExportMembersSimple,
    /// `export_user`: members exported with their details (导出成员详情).
    ExportMembers,
    /// `export_department`: departments exported (导出部门).
    ExportDepartments,
    /// `export_tag`: a tag's members exported (导出标签成员). `export_taguser`, of third-party events, is read as well.
    ExportTag,
    /// Any other.
    Other(String),
}

impl JobType {
    /// Returns the kind as WeCom writes it.
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

/// An upload by URL that ended; how, only its result tells.
///
/// Official: [异步上传临时素材](https://developer.work.weixin.qq.com/document/path/96219)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MediaUploaded {
    /// The upload's job.
    pub job_id: JobId,
}

elements!(MediaUploaded { job_id: "JobId" });

impl MediaUploaded {
    /// This upload ended.
    pub fn new(job_id: impl Into<JobId>) -> Self {
        Self { job_id: job_id.into() }
    }
}
