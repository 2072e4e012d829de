//! The fields of a JSON object as cells, and their headings.

use serde::Serialize;
use serde_json::{Value, value::RawValue};
use wecom_json::OrderedFields;

use super::unwritable;
use crate::failure::{Result, printable};

/// The fields of an object in their original order, which `Value` would lose.
///
/// Each value is stored as text, because the tree of a long list needs many times as much memory.
pub(super) fn fields(value: &impl Serialize) -> Result<Vec<(String, Box<RawValue>)>> {
    let text = serde_json::to_vec(value).map_err(|error| unwritable(&error))?;
    let OrderedFields(fields) = serde_json::from_slice(&text).map_err(|error| unwritable(&error))?;
    Ok(fields)
}

/// The kind of an object, detected by its fields. Several chapters have a `name` and a `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Member,
    Department,
    Other,
}

impl Kind {
    pub(super) fn of<'a>(mut keys: impl Iterator<Item = &'a str> + Clone) -> Self {
        if keys.clone().any(|key| key == "userid") {
            Self::Member
        } else if keys.any(|key| key == "parentid") {
            Self::Department
        } else {
            Self::Other
        }
    }

    /// Returns the text of a field in a table: words for codes, lists joined by commas, objects as JSON.
    pub(super) fn cell(self, key: &str, value: &RawValue) -> String {
        match self.words(key, value) {
            Some(words) => words.to_owned(),
            None => cell(value),
        }
    }

    fn words(self, key: &str, value: &RawValue) -> Option<&'static str> {
        if self != Self::Member || !matches!(key, "status" | "gender") {
            return None;
        }
        // The service was recorded with a number as gender. Its page has a text.
        let code = value.get().trim_matches('"').parse().ok()?;
        match (key, code) {
            ("status", code) => status_in_words(code),
            ("gender", 0) => Some("未定义"),
            ("gender", 1) => Some("男"),
            ("gender", 2) => Some("女"),
            _ => None,
        }
    }

    /// Returns the heading of a column: the JSON name, and the Chinese term of the console for well-known fields.
    pub(super) fn heading(self, key: &str) -> &str {
        match key {
            "name" if self == Self::Department => "name 部门名称",
            "userid" => "userid 账号",
            "name" => "name 姓名",
            "name_en" => "name_en 英文名",
            "alias" => "alias 别名",
            "mobile" => "mobile 手机",
            "email" => "email 邮箱",
            "biz_mail" => "biz_mail 企业邮箱",
            "department" => "department 部门",
            "department_name" => "department_name 部门名称",
            "main_department" => "main_department 主部门",
            "position" => "position 职务",
            "gender" => "gender 性别",
            "telephone" => "telephone 座机",
            "address" => "address 地址",
            "status" if self == Self::Member => "status 激活状态",
            "status" => "status 状态",
            "order" => "order 排序",
            "is_leader_in_dept" => "is_leader_in_dept 部门负责人",
            "direct_leader" => "direct_leader 直属上级",
            "department_leader" => "department_leader 部门负责人",
            "extattr" => "extattr 扩展属性",
            "external_profile" => "external_profile 对外属性",
            "external_position" => "external_position 对外职务",
            "parentid" => "parentid 上级部门",
            "tagid" => "tagid 标签",
            "tagname" => "tagname 标签名",
            "userlist" => "userlist 成员",
            "partylist" => "partylist 部门",
            "jobid" => "jobid 任务",
            "corpid" => "corpid 企业",
            "corp_name" => "corp_name 企业名称",
            "errcode" => "errcode 错误码",
            other => other,
        }
    }
}

/// Returns the console's Chinese term for a well-known field.
pub(crate) fn console_term(key: &str) -> Option<&str> {
    Kind::Other.heading(key).strip_prefix(key)?.strip_prefix(' ')
}

/// Returns the console's term for a member's `status` (激活状态).
pub(crate) fn status_in_words(code: i64) -> Option<&'static str> {
    match code {
        1 => Some("已激活"),
        2 => Some("已禁用"),
        4 => Some("未激活"),
        5 => Some("退出企业"),
        _ => None,
    }
}

fn cell(value: &RawValue) -> String {
    match items(value) {
        Some(items) => joined(items.into_iter().map(cell), ","),
        None => printable(&text(value)),
    }
}

/// Returns the plain value: texts without quotation marks, everything else as JSON.
pub(super) fn text(value: &RawValue) -> String {
    if let Some(items) = items(value) {
        return format!("[{}]", joined(items.into_iter().map(json), ","));
    }
    match value.get() {
        "null" => String::new(),
        string if string.starts_with('"') => serde_json::from_str(string).unwrap_or_default(),
        _ => json(value),
    }
}

/// Returns JSON with the keys of objects in alphabetical order.
fn json(value: &RawValue) -> String {
    match items(value) {
        Some(items) => format!("[{}]", joined(items.into_iter().map(json), ",")),
        None => serde_json::from_str::<Value>(value.get())
            .map_or_else(|_| value.to_string(), |value| value.to_string()),
    }
}

/// Returns the items of a list, or `None` for another value.
pub(super) fn items(value: &RawValue) -> Option<Vec<&RawValue>> {
    value.get().starts_with('[').then(|| serde_json::from_str(value.get()).unwrap_or_default())
}

/// Joins the items with a separator.
pub(super) fn joined(pieces: impl Iterator<Item = String>, between: &str) -> String {
    let mut all = String::new();
    for (at, piece) in pieces.enumerate() {
        if at > 0 {
            all.push_str(between);
        }
        all.push_str(&piece);
    }
    all
}

#[cfg(test)]
mod tests {
    use wecom_contacts::members;

    use super::*;

    #[test]
    fn the_headings_of_members_have_the_names_of_the_fields() {
        for field in members::fields() {
            let heading = Kind::Member.heading(field.name());
            let full = format!("{} {}", field.name(), field.chinese());
            assert!(heading == full || heading == field.name(), "{heading}, not {full}");
        }
    }
}
