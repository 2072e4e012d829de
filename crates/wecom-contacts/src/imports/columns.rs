//! The columns of an import file and their headings.
//!
//! WeCom identifies a column by its heading, so a file can have any columns in any order. A field without a column stays
//! unchanged; an empty cell in a column of the file empties the field.

use std::fmt;

use crate::members::MemberField;
pub use crate::members::fields::MemberColumn;

/// The effect of an empty cell on its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EmptyCell {
    /// The field is emptied.
    Clears,
    /// WeCom refuses the row, because the field is required.
    Refused,
    /// The field stays unchanged.
    Kept,
}

/// A column of a file of departments (部门导入模板).
///
/// [`ALL`](Self::ALL) contains the columns in the order of WeCom's template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DepartmentColumn {
    /// 部门名称: the name.
    Name,
    /// 部门ID: the id.
    Id,
    /// 父部门ID: the parent's id; 0 for the root.
    Parentid,
    /// 排序: the order among siblings, larger first. An empty cell or 0 leaves it unchanged.
    Order,
}

/// A set of columns of a file of members.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberColumns(u32);

impl MemberColumns {
    /// Adds a column. `Enable` is written as 禁用, so the two count as one column.
    pub fn insert(&mut self, column: MemberColumn) {
        self.0 |= column.bit();
    }

    /// Removes a column.
    pub fn remove(&mut self, column: MemberColumn) {
        self.0 &= !column.bit();
    }

    /// Returns whether the set contains the column.
    pub const fn contains(self, column: MemberColumn) -> bool {
        self.0 & column.bit() != 0
    }

    /// Returns whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the columns, in the order of the template.
    pub fn iter(self) -> impl Iterator<Item = MemberColumn> {
        MemberColumn::ALL.into_iter().filter(move |column| self.contains(*column))
    }
}

impl FromIterator<MemberColumn> for MemberColumns {
    fn from_iter<I: IntoIterator<Item = MemberColumn>>(columns: I) -> Self {
        let mut set = Self::default();
        columns.into_iter().for_each(|column| set.insert(column));
        set
    }
}

impl fmt::Debug for MemberColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl MemberColumn {
    const fn bit(self) -> u32 {
        1 << self.written() as u32
    }

    /// The columns of the template, in its order.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Name,
        Self::Userid,
        Self::Mobile,
        Self::Email,
        Self::Department,
        Self::Position,
        Self::Gender,
        Self::IsLeaderInDept,
        Self::Order,
        Self::Alias,
        Self::Address,
        Self::Telephone,
        Self::Disabled,
    ];

    /// Returns the column of a heading. Accepts the headings of WeCom's template (with either spelling of 帐号), the
    /// names of the same fields on WeCom's pages and in its console, common alternatives, and the names of the fields in
    /// JSON (`userid`, `is_leader_in_dept`). Case and blanks are ignored.
    ///
    /// Returns `None` for an unknown heading, and for a heading that [is not a field](Self::is_no_field).
    pub fn from_heading(heading: &str) -> Option<Self> {
        let heading = plain(heading);
        let mut columns = Self::ALL.into_iter().chain([Self::Enable]);
        let in_template = columns.find(|column| plain(column.heading()) == heading);
        let by_name = || MemberField::from_name(&heading).and_then(MemberField::column);
        in_template.or_else(by_name).or_else(|| Self::from_synonym(&heading))
    }

    /// Returns the column of an alternative heading, from common use or from other pages of WeCom.
    fn from_synonym(heading: &str) -> Option<Self> {
        Some(match heading {
            "名字" | "员工姓名" | "人员姓名" | "成员姓名" | "真实姓名" | "中文姓名" | "中文名"
            | "fullname" | "employeename" | "staffname" => Self::Name,
            "账号" | "成员帐号" | "成员账号" | "企业微信帐号" | "企业微信账号" | "企微帐号" | "企微账号"
            | "企业微信id" | "企业微信userid" | "user_id" | "wecomid" | "wecomuserid" => Self::Userid,
            "手机号码" | "手机" | "手机电话" | "移动电话" | "移动电话号码" | "移动手机" | "联系手机"
            | "联系手机号" | "个人手机" | "个人手机号" | "mobilephone" | "mobilenumber"
            | "mobilephonenumber" | "mobileno" | "cellphone" | "cellphonenumber" | "cellnumber" | "cell" => {
                Self::Mobile
            }
            "电子邮箱" | "电子邮件" | "邮箱地址" | "邮件地址" | "电子邮箱地址" | "电子邮件地址"
            | "联系邮箱" | "个人邮箱" | "邮件" | "e-mail" | "mail" | "emailaddress" | "e-mailaddress"
            | "mailaddress" => Self::Email,
            "部门" | "所属部门" | "部门名称" | "部门名" | "部门路径" | "部门全路径" | "部门全称"
            | "所在部门名称" | "所属部门名称" | "部门id" | "部门ids" | "所在部门id" | "所属部门id"
            | "departments" | "departmentname" | "departmentid" | "departmentids" | "departmentpath"
            | "dept" | "depts" | "deptname" | "deptid" => Self::Department,
            "职务" | "岗位" | "岗位名称" | "职位名称" | "职务名称" | "title" | "jobtitle"
            | "positionname" | "jobposition" => Self::Position,
            "sex" => Self::Gender,
            "是否部门负责人" | "是否为部门负责人" | "部门内领导" => Self::IsLeaderInDept,
            "联系地址" | "通讯地址" | "通信地址" | "办公地址" | "officeaddress" => {
                Self::Address
            }
            "座机号" | "座机号码" | "座机电话" | "办公电话" | "办公座机" | "固定电话" | "固话" | "分机"
            | "分机号" | "分机号码" | "tel" | "landline" | "officephone" | "workphone" | "extension" => {
                Self::Telephone
            }
            "禁用状态" | "是否禁用" | "disabled" => Self::Disabled,
            "enabled" | "启用" | "启用状态" | "是否启用" => Self::Enable,
            _ => return None,
        })
    }

    /// Returns whether a heading of WeCom's templates has no field. These are 微信号, which the older template contains
    /// and imports ignore, and the explanation 禁用项说明 at the end of the newer one.
    pub fn is_no_field(heading: &str) -> bool {
        let heading = plain(heading);
        heading == "微信号" || heading.starts_with("禁用项说明")
    }
}

impl DepartmentColumn {
    /// The columns of the template, in its order.
    pub const ALL: [Self; 4] = [Self::Name, Self::Id, Self::Parentid, Self::Order];

    /// Returns the heading in WeCom's template.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Name => "部门名称",
            Self::Id => "部门ID",
            Self::Parentid => "父部门ID",
            Self::Order => "排序",
        }
    }

    /// Returns the column of a heading. Accepts the headings of WeCom's template, common alternatives, and the names of
    /// the fields in JSON (`parentid`). Case and blanks are ignored.
    pub fn from_heading(heading: &str) -> Option<Self> {
        Some(match plain(heading).as_str() {
            "部门名称" | "部门" | "部门名" | "名称" | "name" | "departmentname" | "deptname" => {
                Self::Name
            }
            "部门id" | "id" | "departmentid" | "deptid" => Self::Id,
            "父部门id" | "父部门" | "父级部门id" | "父级部门" | "上级部门id" | "上级部门" | "上级id"
            | "父id" | "parentid" | "parent_id" | "parentdepartmentid" => Self::Parentid,
            "排序" | "order" => Self::Order,
            _ => return None,
        })
    }
}

/// Returns a heading in lower case, without blanks and byte order marks.
fn plain(heading: &str) -> String {
    let seen = heading.chars().filter(|one| !one.is_whitespace() && *one != '\u{feff}');
    seen.map(|one| one.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headings_are_those_of_the_template_and_are_known_again() {
        let headings: Vec<_> = MemberColumn::ALL.iter().map(|column| column.heading()).collect();
        assert_eq!(
            headings.join(","),
            "姓名,帐号,手机号,邮箱,所在部门,职位,性别,是否部门内领导,排序,别名,地址,座机,禁用"
        );
        for column in MemberColumn::ALL.into_iter().chain([MemberColumn::Enable]) {
            assert_eq!(MemberColumn::from_heading(column.heading()), Some(column));
        }
        let headings: Vec<_> = DepartmentColumn::ALL.iter().map(|column| column.heading()).collect();
        assert_eq!(headings.join(","), "部门名称,部门ID,父部门ID,排序");
        for column in DepartmentColumn::ALL {
            assert_eq!(DepartmentColumn::from_heading(column.heading()), Some(column));
        }
    }

    #[test]
    fn a_heading_is_known_in_every_spelling_and_explanations_are_none() {
        for heading in ["账号", "帐号", " UserID\u{3000}", "\u{feff}userid"] {
            assert_eq!(MemberColumn::from_heading(heading), Some(MemberColumn::Userid), "{heading}");
        }
        assert_eq!(DepartmentColumn::from_heading("父部门Id "), Some(DepartmentColumn::Parentid));
        for heading in ["微信号", "禁用项说明：(0-启用;1-禁用)"] {
            assert_eq!(MemberColumn::from_heading(heading), None, "{heading}");
            assert!(MemberColumn::is_no_field(heading), "{heading}");
        }
        for (heading, column) in [
            ("手 机\n号", MemberColumn::Mobile),
            ("移动电话", MemberColumn::Mobile),
            ("办公电话", MemberColumn::Telephone),
            ("电子邮件", MemberColumn::Email),
            ("Job Title", MemberColumn::Position),
            ("所属部门", MemberColumn::Department),
            ("禁用状态", MemberColumn::Disabled),
        ] {
            assert_eq!(MemberColumn::from_heading(heading), Some(column), "{heading}");
        }
        assert!(MemberColumn::from_heading("工号").is_none() && !MemberColumn::is_no_field("工号"));
    }
}
