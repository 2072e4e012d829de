//! Ids that are looked up by names.

use wecom_contacts::{DepartmentId, TagId};

use super::Message;

/// A department that a name may mean: its id and its path.
pub(crate) type Candidate<'a> = (DepartmentId, &'a str);

pub(crate) fn several_departments(count: usize, name: &str) -> Message {
    message!(en: "{count} departments are named {name}"; zh: "有 {count} 个部门名为 {name}")
}

pub(crate) fn give_a_department_id(candidates: &[Candidate<'_>]) -> Message {
    message!(
        en: "give one of these ids, or more of its path: {}", listed(candidates);
        zh: "请给出其中一个 id，或写出更多上级路径：{}", listed(candidates)
    )
}

pub(crate) fn names_are_hidden(name: &str) -> Message {
    message!(
        en: "the department {name} cannot be looked up: this credential may not see names";
        zh: "无法按名称查找部门 {name}：当前凭证看不到部门名称"
    )
}

pub(crate) fn let_the_app_see_names() -> Message {
    message!(
        en: "give the department's id, or let the app see department names (可见范围)";
        zh: "请给出部门 id，或让应用能看到部门名称（可见范围）"
    )
}

pub(crate) fn no_department(name: &str) -> Message {
    message!(en: "no department that this credential may see is named {name}"; zh: "当前凭证可见的部门中没有 {name}")
}

pub(crate) fn similar_departments(similar: &[Candidate<'_>]) -> Message {
    message!(en: "similar names: {}", listed(similar); zh: "相近的名称：{}", listed(similar))
}

pub(crate) fn see_the_departments() -> Message {
    message!(en: "see `txl department list`, or give the id"; zh: "请查看 `txl department list`，或给出部门 id")
}

pub(crate) fn look_up_as_the_app() -> Message {
    message!(
        en: "names are looked up as the app: pass --app-secret and --agent-id, or give the department's id";
        zh: "按名称查找要用应用的身份：请给出 --app-secret 和 --agent-id，或给出部门 id"
    )
}

pub(crate) fn no_tag(name: &str) -> Message {
    message!(en: "no tag that this credential may see is named {name}"; zh: "当前凭证可见的标签中没有 {name}")
}

pub(crate) fn see_the_tags() -> Message {
    message!(en: "see `txl tag list`, or give the id"; zh: "请查看 `txl tag list`，或给出标签 id")
}

pub(crate) fn several_tags(count: usize, name: &str) -> Message {
    message!(en: "{count} tags are named {name}"; zh: "有 {count} 个标签名为 {name}")
}

pub(crate) fn give_a_tag_id(ids: &[TagId]) -> Message {
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    message!(en: "give one of these ids: {}", ids.join(", "); zh: "请给出其中一个 id：{}", ids.join("、"))
}

fn listed(candidates: &[Candidate<'_>]) -> String {
    let candidates: Vec<_> = candidates.iter().map(|(id, path)| format!("{id} ({path})")).collect();
    candidates.join(super::between_names())
}
