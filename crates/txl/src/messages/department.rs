//! `txl department`.

use wecom_contacts::DepartmentId;

use super::Message;

pub(crate) fn updated(id: DepartmentId) -> Message {
    message!(en: "updated department {id}"; zh: "已更新部门 {id}")
}

/// `path` is the department's whole path, where it is known.
pub(crate) fn delete(id: DepartmentId, path: Option<&str>) -> Message {
    match path {
        Some(path) => message!(en: "delete department {id} ({path})"; zh: "删除部门 {id}（{path}）"),
        None => message!(en: "delete department {id}"; zh: "删除部门 {id}"),
    }
}

pub(crate) fn deleted(id: DepartmentId) -> Message {
    message!(en: "deleted department {id}"; zh: "已删除部门 {id}")
}
