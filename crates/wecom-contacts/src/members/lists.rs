//! The members of a department.

use serde::{Deserialize, Serialize};

use super::{Member, SimpleMember};
use crate::{DepartmentId, json_fields};

/// Lists a department's members with ids and names only.
///
/// Official: [获取部门成员](https://developer.work.weixin.qq.com/document/path/90200)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListMembersSimple {
    /// The department.
    pub department_id: DepartmentId,
    /// Whether members of sub-departments are included. The current page no longer documents it.
    #[serde(default, with = "json_fields::flag", skip_serializing_if = "Option::is_none")]
    pub fetch_child: Option<bool>,
}

impl ListMembersSimple {
    /// Creates a request for the direct members of the department.
    pub fn new(department: impl Into<DepartmentId>) -> Self {
        Self { department_id: department.into(), fetch_child: None }
    }

    /// Includes the members of sub-departments.
    pub fn recursive(mut self) -> Self {
        self.fetch_child = Some(true);
        self
    }
}

/// The reply to [`ListMembersSimple`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SimpleMemberList {
    /// The members.
    pub userlist: Vec<SimpleMember>,
}

/// Lists a department's members with their details.
///
/// Official: [获取部门成员详情](https://developer.work.weixin.qq.com/document/path/90201)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ListMembers {
    /// The department.
    pub department_id: DepartmentId,
    /// Whether members of sub-departments are included. The current page no longer documents it.
    #[serde(default, with = "json_fields::flag", skip_serializing_if = "Option::is_none")]
    pub fetch_child: Option<bool>,
}

impl ListMembers {
    /// Creates a request for the direct members of the department.
    pub fn new(department: impl Into<DepartmentId>) -> Self {
        Self { department_id: department.into(), fetch_child: None }
    }

    /// Includes the members of sub-departments.
    pub fn recursive(mut self) -> Self {
        self.fetch_child = Some(true);
        self
    }
}

/// The reply to [`ListMembers`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MemberList {
    /// The members.
    pub userlist: Vec<Member>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recursive_form_sends_fetch_child_as_an_int_and_the_plain_one_leaves_it_out() {
        let query = |call: ListMembers| serde_urlencoded::to_string(call).unwrap();
        assert_eq!(query(ListMembers::new(2)), "department_id=2");
        assert_eq!(query(ListMembers::new(2).recursive()), "department_id=2&fetch_child=1");
        let simple = serde_urlencoded::to_string(ListMembersSimple::new(2).recursive()).unwrap();
        assert_eq!(simple, "department_id=2&fetch_child=1");
    }

    #[test]
    fn trap_12_one_bare_member_does_not_make_a_list_unreadable() {
        let list: MemberList = serde_json::from_str(
            r#"{"userlist":[{"userid":"zhangsan","department":[2],"order":[0],"enable":1},{"userid":"lisi"}]}"#,
        )
        .unwrap();
        assert_eq!(list.userlist.len(), 2);
    }

    #[test]
    fn a_list_that_is_absent_is_never_an_empty_one() {
        assert_eq!(serde_json::from_str::<MemberList>(r#"{"userlist":[]}"#).unwrap(), MemberList::default());
        for body in ["{}", r#"{"userlist":null}"#, r#"{"members":[]}"#] {
            assert!(serde_json::from_str::<MemberList>(body).is_err(), "{body}");
            assert!(serde_json::from_str::<SimpleMemberList>(body).is_err(), "{body}");
        }
    }
}
