//! Departments as paths, which people can read and an import can look up.

use std::collections::HashMap;

use wecom_contacts::{Client, DepartmentId, departments::Department};
use wecom_sheets::DepartmentNames;

use crate::{
    failure::{Failure, Result},
    messages,
    output::say,
};

/// Maximum number of levels. WeCom allows 15. The limit also ends a cycle of parents.
const DEEPEST: usize = 64;

/// The text of a department in a cell: its path from the root (`示例公司/研发部`), or its id.
///
/// A path is written only if an import would read it as the same department. A department keeps its id if the credential cannot see
/// all departments above it, or if its name contains the separator of departments in a cell.
#[derive(Default)]
pub(super) struct Paths(HashMap<DepartmentId, String>);

impl Paths {
    /// Reads the departments that the credential can see.
    pub(super) async fn read(client: &Client) -> Result<Self> {
        match client.departments().list().await {
            Ok(departments) => Ok(Self::of(&departments)),
            Err(error) if error.code().is_some() => {
                say(messages::export::departments_are_ids(&error));
                Ok(Self::default())
            }
            Err(error) => Err(Failure::from(error)),
        }
    }

    fn of(departments: &[Department]) -> Self {
        let parents: HashMap<_, _> =
            departments.iter().map(|one| (one.id, one.parentid.unwrap_or_default())).collect();
        let names =
            DepartmentNames::new(departments.iter().map(|one| {
                (one.id, one.parentid.unwrap_or_default(), one.name.as_deref().unwrap_or_default())
            }));
        let has_name: HashMap<_, _> = departments
            .iter()
            .map(|one| (one.id, one.name.as_deref().known().is_some_and(|name| is_plain(name))))
            .collect();
        let is_whole = |id: DepartmentId| {
            let mut here = id;
            for _ in 0..DEEPEST {
                if !has_name.get(&here).copied().unwrap_or_default() {
                    return false;
                }
                if here == DepartmentId::ROOT {
                    return true;
                }
                here = parents.get(&here).copied().unwrap_or_default();
            }
            false
        };
        let path = |id: DepartmentId| {
            let path = names.path(id)?;
            let is_number = path.bytes().all(|byte| byte.is_ascii_digit());
            (is_whole(id) && !is_number && names.id(path) == Ok(id)).then(|| (id, path.to_owned()))
        };
        Self(parents.keys().filter_map(|id| path(*id)).collect())
    }

    /// Writes the text of the department in a cell.
    pub(super) fn write(&self, id: DepartmentId, cell: &mut String) {
        match self.0.get(&id) {
            Some(path) => cell.push_str(path),
            None => cell.push_str(&id.to_string()),
        }
    }
}

/// Returns whether a name can be part of a path in a list.
fn is_plain(name: &str) -> bool {
    !name.trim().is_empty()
        && !name.contains(['/', '／', '\\', ';', '；', ',', '，', '、', '|', '｜'])
        && !name.contains(char::is_control)
        && !name.starts_with('\'')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_department_is_its_path_where_that_is_unmistakable_and_its_id_elsewhere() {
        let department = |id: u32, parent: u32, name: &str| -> Department {
            serde_json::from_value(json!({"id": id, "parentid": parent, "name": name})).unwrap()
        };
        let paths = Paths::of(&[
            department(1, 0, "示例公司"),
            department(2, 1, "研发部"),
            department(3, 2, "测试组"),
            department(4, 1, "2"),
            department(5, 1, "产品；运营"),
            department(6, 5, "甲组"),
            department(8, 7, "乙组"),
            department(9, 9, "自己的上级"),
            serde_json::from_value(json!({"id": 10, "parentid": 1})).unwrap(),
        ]);
        let cell = |id: u32| {
            let mut cell = String::new();
            paths.write(id.into(), &mut cell);
            cell
        };
        assert_eq!(
            [1, 2, 3, 4].map(cell),
            ["示例公司", "示例公司/研发部", "示例公司/研发部/测试组", "示例公司/2"]
        );
        assert_eq!([5, 6, 8, 9, 10, 99].map(cell), ["5", "6", "8", "9", "10", "99"]);
        // A root whose name looks like an id stays an id.
        let paths = Paths::of(&[department(1, 0, "360"), department(2, 1, "研发部")]);
        let mut cell = String::new();
        paths.write(1.into(), &mut cell);
        assert_eq!(cell, "1");
    }
}
