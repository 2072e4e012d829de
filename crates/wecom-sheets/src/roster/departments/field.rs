//! The fields of a department, and the headings that mean them.

use crate::{
    cleaning::Wanted,
    heading_text::{joined, parts, plain, squeezed},
};

/// A field of a department in a [`DepartmentTable`](super::DepartmentTable).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ListedField {
    /// The path from the root, such as `示例集团/华东`. A text.
    Path,
    /// The name. A text.
    Name,
    /// The path of the parent. A text.
    Parent,
    /// The id. A text of digits.
    Id,
    /// The id of the parent. A text of digits.
    ParentId,
    /// The English name. A text.
    NameEn,
    /// The position among the siblings. A text of digits.
    Order,
    /// The leaders: accounts, keys or names. A list.
    Leaders,
}

const FIELDS: &[(ListedField, &[&str])] = &[
    (
        ListedField::Path,
        &[
            "部门",
            "部门路径",
            "部门全路径",
            "部门全称",
            "路径",
            "全路径",
            "完整路径",
            "path",
            "departmentpath",
            "department",
        ],
    ),
    (ListedField::Name, &["部门名称", "部门名", "名称", "name", "departmentname", "deptname"]),
    (
        ListedField::Parent,
        &[
            "上级部门",
            "父部门",
            "父级部门",
            "上级部门路径",
            "父部门路径",
            "上级部门名称",
            "父部门名称",
            "parent",
            "parentpath",
            "parentdepartment",
        ],
    ),
    (ListedField::Id, &["部门id", "id", "departmentid", "deptid"]),
    (
        ListedField::ParentId,
        &["父部门id", "上级部门id", "父级部门id", "上级id", "父id", "parentid", "parentdepartmentid"],
    ),
    (ListedField::NameEn, &["英文名", "英文名称", "部门英文名", "部门英文名称", "nameen", "englishname"]),
    (ListedField::Order, &["排序", "部门排序", "顺序", "order"]),
    (
        ListedField::Leaders,
        &[
            "部门负责人",
            "负责人",
            "部门主管",
            "部门领导",
            "departmentleader",
            "departmentleaders",
            "leaders",
            "leader",
        ],
    ),
];

pub(super) fn field_of(heading: &str) -> Option<ListedField> {
    let text = plain(heading);
    let by_key = |text: &str| {
        let key = joined(&squeezed(text));
        FIELDS.iter().find(|(_, words)| words.contains(&key.as_str())).map(|(field, _)| *field)
    };
    by_key(&text).or_else(|| {
        let parts = parts(&text);
        parts.first().filter(|part| !part.is_note).and_then(|part| by_key(&part.text))
    })
}

impl ListedField {
    pub(super) const fn wanted(self) -> Wanted {
        match self {
            Self::Path | Self::Parent | Self::Leaders => Wanted::Words,
            Self::Name | Self::NameEn => Wanted::Name,
            Self::Id | Self::ParentId | Self::Order => Wanted::Number,
        }
    }
}
