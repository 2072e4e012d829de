//! The state of an import and the results of its rows.

use serde::{Deserialize, Serialize};

use crate::{
    DepartmentId, ErrorCode, JobId, UserId, json_fields,
    polling::{HasStage, Stage},
};

/// Reads the state of an import.
///
/// Official: [获取异步任务结果](https://developer.work.weixin.qq.com/document/path/90983)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GetImportResult {
    /// The job.
    pub jobid: JobId,
}

impl GetImportResult {
    /// Creates a request for the state of this job.
    pub fn new(jobid: impl Into<JobId>) -> Self {
        Self { jobid: jobid.into() }
    }
}

/// The state and results of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportStatus {
    /// The state.
    pub status: ImportState,
    /// The kind of import.
    #[serde(default, rename = "type")]
    pub kind: ImportKind,
    /// The number of rows in the file.
    #[serde(default)]
    pub total: u32,
    /// The progress in percent, 0–100.
    #[serde(default)]
    pub percentage: u32,
    /// The result of each row. Valid only when the job has finished; until then WeCom sends an empty object for each row.
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
    /// Returns the stage of a job in this state. The percentage is ignored when the job has finished.
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

/// The kind of an import (操作类型).
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
    /// The server omits the kind.
    #[default]
    #[serde(rename = "")]
    Unsaid,
    /// An unknown kind.
    #[serde(untagged)]
    Other(String),
}

/// The result of one row of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportRow {
    /// The line of the row, as set in the builder of the file. `None` if the job was submitted without a builder's file.
    /// This number comes from the SDK; the server does not send it.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The member, in an import of members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userid: Option<UserId>,
    /// The department, in an import of departments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partyid: Option<DepartmentId>,
    /// The changes of the department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<DepartmentAction>,
    /// The error code of the refusal. 0 or `None` if the row was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errcode: Option<i32>,
    /// The server's error text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub errmsg: Option<String>,
}

impl ImportRow {
    /// Returns the error code of the refusal; [`ErrorCode::info`] has its meaning and remedy. Returns `None` if the row
    /// was accepted.
    pub fn refusal(&self) -> Option<ErrorCode> {
        self.errcode.filter(|code| *code != 0).map(ErrorCode)
    }
}

/// The changes of a department by an import, as a bit set of four flags (操作类型，按位或).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DepartmentAction(pub u32);

impl DepartmentAction {
    /// Returns whether the department was created (新建部门).
    pub const fn created(self) -> bool {
        self.0 & 1 != 0
    }

    /// Returns whether the name changed (更改部门名称).
    pub const fn renamed(self) -> bool {
        self.0 & 2 != 0
    }

    /// Returns whether the department was moved to another parent (移动部门).
    pub const fn moved(self) -> bool {
        self.0 & 4 != 0
    }

    /// Returns whether the order among its siblings changed (修改部门排序).
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
