//! How far an import has come, and what became of its rows.

use serde::{Deserialize, Serialize};

use crate::{
    DepartmentId, ErrorCode, JobId, UserId, json_fields,
    polling::{HasStage, Stage},
};

/// Asks how far an import has come.
///
/// Official: [获取异步任务结果](https://developer.work.weixin.qq.com/document/path/90983)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetImportResult {
    /// The job.
    pub jobid: JobId,
}

impl GetImportResult {
    /// Asks after this job.
    pub fn new(jobid: impl Into<JobId>) -> Self {
        Self { jobid: jobid.into() }
    }
}

/// How far an import has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportStatus {
    /// The state.
    pub status: ImportState,
    /// Which of the three imports it is.
    #[serde(default, rename = "type")]
    pub kind: ImportKind,
    /// How many rows the file has.
    #[serde(default)]
    pub total: u32,
    /// How much is done, 0–100.
    #[serde(default)]
    pub percentage: u32,
    /// What became of each row; valid once finished. Until then WeCom sends as many empty objects.
    #[serde(
        default,
        rename = "result",
        deserialize_with = "json_fields::or_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub rows: Vec<ImportRow>,
}

coded! {
    /// The state of an import (任务状态).
    ImportState {
        /// The job has begun (任务开始).
        Started = 1,
        /// The job is running (任务进行中).
        Running = 2,
        /// The job is finished (任务已完成).
        Finished = 3,
    }
}

impl ImportState {
    /// The stage of a job in this state. Once finished, the percentage says nothing more.
    pub(crate) fn stage(self, percentage: u32) -> Option<Stage> {
        match self {
            Self::Started | Self::Running => Some(Stage { state: self.into(), percentage }),
            Self::Finished => Some(Stage { state: self.into(), percentage: 100 }),
            Self::Other(_) => None,
        }
    }
}

impl HasStage for ImportStatus {
    fn stage(&self) -> Option<Stage> {
        self.status.stage(self.percentage)
    }
}

/// Which of the three imports a job is (操作类型).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ImportKind {
    /// An incremental update of members (增量更新成员).
    #[serde(rename = "sync_user")]
    SyncMembers,
    /// A full replacement of the members (全量覆盖成员).
    #[serde(rename = "replace_user")]
    ReplaceMembers,
    /// A full replacement of the departments (全量覆盖部门).
    #[serde(rename = "replace_party")]
    ReplaceDepartments,
    /// The server does not say.
    #[default]
    #[serde(rename = "")]
    Unsaid,
    /// A kind that has no name here.
    #[serde(untagged)]
    Other(String),
}

/// What became of one row of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportRow {
    /// The line of the file that the row comes from, as its builder was told; `None` if the job was not submitted with a file
    /// of the builder's. It is not the server's.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The member, in an import of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userid: Option<UserId>,
    /// The department, in an import of departments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partyid: Option<DepartmentId>,
    /// What was done to the department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<DepartmentAction>,
    /// Why the row was refused; 0 or absent if it was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errcode: Option<i32>,
    /// The server's text on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<String>,
}

impl ImportRow {
    /// The code that the row was refused with, for [what it means and what to do](ErrorCode::info); `None` if it was accepted.
    pub fn refusal(&self) -> Option<ErrorCode> {
        self.errcode.filter(|code| *code != 0).map(ErrorCode)
    }
}

/// What an import did to a department: any of four things at once (操作类型，按位或).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DepartmentAction(pub u32);

impl DepartmentAction {
    /// It was created (新建部门).
    pub const fn created(self) -> bool {
        self.0 & 1 != 0
    }

    /// Its name changed (更改部门名称).
    pub const fn renamed(self) -> bool {
        self.0 & 2 != 0
    }

    /// It went below another department (移动部门).
    pub const fn moved(self) -> bool {
        self.0 & 4 != 0
    }

    /// Its place among its siblings changed (修改部门排序).
    pub const fn reordered(self) -> bool {
        self.0 & 8 != 0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn trap_13_a_running_job_with_empty_rows_is_read() {
        let running: ImportStatus = serde_json::from_value(
            json!({"status": 1, "type": "replace_user", "total": 3, "percentage": 33, "result": [{}, {}]}),
        )
        .unwrap();
        assert_eq!(running.status, ImportState::Started);
        assert_eq!(running.kind, ImportKind::ReplaceMembers);
        assert_eq!(running.rows, [ImportRow::default(), ImportRow::default()]);
        for bare in [json!({"status": 2}), json!({"status": 2, "type": "new_kind", "result": null})] {
            let status: ImportStatus = serde_json::from_value(bare).unwrap();
            assert_eq!((status.status, status.rows.len()), (ImportState::Running, 0));
        }
    }

    #[test]
    fn a_department_row_says_all_that_was_done() {
        let row: ImportRow =
            serde_json::from_value(json!({"action": 6, "partyid": 2, "errcode": 0, "errmsg": "ok"})).unwrap();
        let action = row.action.unwrap();
        assert!(action.renamed() && action.moved());
        assert!(!action.created() && !action.reordered());
        assert_eq!(row.partyid, Some(DepartmentId(2)));
    }
}
