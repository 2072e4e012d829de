//! `txl department`.

use wecom_contacts::DepartmentId;

use super::Message;

pub(crate) fn updated(id: DepartmentId) -> Message {
    message!(en: "updated department {id}")
}

/// `path` is the department's whole path, where it is known.
pub(crate) fn delete(id: DepartmentId, path: Option<&str>) -> Message {
    match path {
        Some(path) => message!(en: "delete department {id} ({path})"),
        None => message!(en: "delete department {id}"),
    }
}

pub(crate) fn deleted(id: DepartmentId) -> Message {
    message!(en: "deleted department {id}")
}
