//! The rows of an import file: a member, a department.

use std::borrow::Cow;

use super::{
    CellError, DepartmentColumn, MemberColumn, MemberColumns,
    cells::{self, NO_FLAG, NO_FLAGS, NO_NUMBER, NO_NUMBERS},
};
use crate::{
    DepartmentId, Seen, UserId,
    departments::Department,
    members::{Gender, Member, MemberStatus},
};

/// A member as a row of an import file.
///
/// The file says which columns there are: a field of another column is not written, and an empty field (`""`, `[]`, `None`) of one
/// that it has makes an empty cell, which empties what can be emptied. A row leaves a field as it is by [keeping](Self::keep) its
/// column. A gender that is [`Undefined`](Gender::Undefined) is always left as it is: it is unknown or hidden, and never empty.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct ImportMember {
    /// The account (帐号), by which WeCom tells members apart; must not be empty.
    pub userid: UserId,
    /// The name (姓名); must not be empty.
    pub name: String,
    /// The mobile number (手机号); this or the mail address must not be empty.
    pub mobile: String,
    /// The personal mail address (邮箱).
    pub email: String,
    /// The departments (所在部门); must not be empty. One that does not exist is created below 其他(待设置部门).
    pub department: Vec<DepartmentId>,
    /// The position (职位).
    pub position: String,
    /// The gender (性别).
    pub gender: Option<Gender>,
    /// Whether the member leads each of `department` (是否部门内领导): as many, or empty to leave it as it is.
    pub is_leader_in_dept: Vec<bool>,
    /// The place in each of `department` (排序): as many, or empty to leave it as it is.
    pub order: Vec<u32>,
    /// The alias (别名).
    pub alias: String,
    /// The address (地址).
    pub address: String,
    /// The landline (座机).
    pub telephone: String,
    /// Whether the account is enabled: the opposite of the column 禁用. `None` leaves it as it is.
    pub enabled: Option<bool>,
    /// The custom attributes (扩展属性), in the order of the file's extra columns; `None` and missing ones are left as they are.
    pub extra: Vec<Option<String>>,
    /// The columns whose fields this row leaves as they are, though the file has them.
    pub kept: MemberColumns,
}

masked_debug!(ImportMember {
    userid, department, is_leader_in_dept, order, enabled, kept
    | name, mobile, email, position, gender, alias, address, telephone, extra
});

impl ImportMember {
    /// Begins with the account and the name; a mobile number or a mail address and the departments must follow.
    pub fn new(userid: impl Into<UserId>, name: impl Into<String>) -> Self {
        Self { userid: userid.into(), name: name.into(), ..Self::default() }
    }

    /// Sets the mobile number (手机号).
    pub fn mobile(mut self, number: impl Into<String>) -> Self {
        self.mobile = number.into();
        self.kept.remove(MemberColumn::Mobile);
        self
    }

    /// Sets the personal mail address (邮箱).
    pub fn email(mut self, address: impl Into<String>) -> Self {
        self.email = address.into();
        self.kept.remove(MemberColumn::Email);
        self
    }

    /// Sets the departments (所在部门).
    pub fn department<D: Into<DepartmentId>>(mut self, departments: impl IntoIterator<Item = D>) -> Self {
        self.department = departments.into_iter().map(Into::into).collect();
        self.kept.remove(MemberColumn::Department);
        self
    }

    /// Sets the position (职位).
    pub fn position(mut self, position: impl Into<String>) -> Self {
        self.position = position.into();
        self.kept.remove(MemberColumn::Position);
        self
    }

    /// Sets the gender (性别).
    pub fn gender(mut self, gender: Gender) -> Self {
        self.gender = Some(gender);
        self.kept.remove(MemberColumn::Gender);
        self
    }

    /// Sets whether the member leads each department (是否部门内领导).
    pub fn is_leader_in_dept(mut self, flags: impl IntoIterator<Item = bool>) -> Self {
        self.is_leader_in_dept = flags.into_iter().collect();
        self.kept.remove(MemberColumn::IsLeaderInDept);
        self
    }

    /// Sets the place in each department (排序), larger first.
    pub fn order(mut self, order: impl IntoIterator<Item = u32>) -> Self {
        self.order = order.into_iter().collect();
        self.kept.remove(MemberColumn::Order);
        self
    }

    /// Sets the alias (别名).
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.alias = alias.into();
        self.kept.remove(MemberColumn::Alias);
        self
    }

    /// Sets the address (地址).
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self.kept.remove(MemberColumn::Address);
        self
    }

    /// Sets the landline (座机).
    pub fn telephone(mut self, number: impl Into<String>) -> Self {
        self.telephone = number.into();
        self.kept.remove(MemberColumn::Telephone);
        self
    }

    /// Sets whether the account is enabled.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = Some(enabled);
        self.kept.remove(MemberColumn::Disabled);
        self
    }

    /// Sets the custom attributes (扩展属性), in the order of the file's extra columns.
    pub fn extra<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.extra = values.into_iter().map(|value| Some(value.into())).collect();
        self
    }

    /// Leaves the field of this column as it is, though the file has the column. A file writes rows that keep other columns
    /// into a part of its own, as an empty cell would empty the field. [`set`](Self::set) and the methods that set the field take
    /// it back. 帐号 cannot be kept, as it says whose row this is.
    pub fn keep(&mut self, column: MemberColumn) {
        self.kept.insert(column);
    }

    /// Reads a cell of this column into its field; blanks around what is no text do not matter. A gender of `0`, which answers
    /// have for an unknown one, leaves the field as it is.
    ///
    /// # Errors
    ///
    /// The cell does not hold what the column is to: ids, 0 and 1, numbers, a gender. The field is then as it was.
    pub fn set(&mut self, column: MemberColumn, cell: &str) -> Result<(), CellError> {
        let bad = |why| CellError::new(column.heading(), why);
        let trimmed = cell.trim();
        match column {
            MemberColumn::Userid => self.userid = cell.into(),
            MemberColumn::Name => cell.clone_into(&mut self.name),
            MemberColumn::Mobile => cell.clone_into(&mut self.mobile),
            MemberColumn::Email => cell.clone_into(&mut self.email),
            MemberColumn::Position => cell.clone_into(&mut self.position),
            MemberColumn::Alias => cell.clone_into(&mut self.alias),
            MemberColumn::Address => cell.clone_into(&mut self.address),
            MemberColumn::Telephone => cell.clone_into(&mut self.telephone),
            MemberColumn::Department => {
                let id = |text: &str| cells::number(text).map(DepartmentId);
                self.department = cells::list(cell, id).ok_or_else(|| bad(NO_NUMBERS))?;
            }
            MemberColumn::Order => {
                self.order = cells::list(cell, cells::number).ok_or_else(|| bad(NO_NUMBERS))?;
            }
            MemberColumn::IsLeaderInDept => {
                self.is_leader_in_dept = cells::list(cell, cells::flag).ok_or_else(|| bad(NO_FLAGS))?;
            }
            MemberColumn::Gender => self.gender = cells::gender(trimmed).map_err(bad)?,
            MemberColumn::Disabled | MemberColumn::Enable => {
                self.enabled = match trimmed {
                    "" => None,
                    "启用" => Some(true),
                    "禁用" => Some(false),
                    _ => {
                        let flag = cells::flag(trimmed).ok_or_else(|| bad(NO_FLAG))?;
                        Some(flag == (column == MemberColumn::Enable))
                    }
                }
            }
        }
        self.kept.remove(column);
        if column == MemberColumn::Gender && self.gender == Some(Gender::Undefined) {
            self.keep(column);
        }
        Ok(())
    }

    /// Returns the text of this column's cell, as a file has it.
    pub fn cell(&self, column: MemberColumn) -> Cow<'_, str> {
        match self.text(column) {
            Some(text) => text.into(),
            None => {
                let mut cell = String::new();
                self.spell(column, &mut cell);
                cell.into()
            }
        }
    }

    /// The cell of a column whose field is a text as it stands.
    pub(super) fn text(&self, column: MemberColumn) -> Option<&str> {
        Some(match column {
            MemberColumn::Userid => self.userid.as_str(),
            MemberColumn::Name => &self.name,
            MemberColumn::Mobile => &self.mobile,
            MemberColumn::Email => &self.email,
            MemberColumn::Position => &self.position,
            MemberColumn::Alias => &self.alias,
            MemberColumn::Address => &self.address,
            MemberColumn::Telephone => &self.telephone,
            MemberColumn::Gender => match &self.gender {
                None | Some(Gender::Undefined) => "",
                Some(Gender::Male) => "男",
                Some(Gender::Female) => "女",
                Some(Gender::Other(text)) => text,
            },
            MemberColumn::Disabled | MemberColumn::Enable => match self.enabled {
                None => "",
                Some(enabled) if enabled == (column == MemberColumn::Enable) => "1",
                Some(_) => "0",
            },
            MemberColumn::Department | MemberColumn::IsLeaderInDept | MemberColumn::Order => return None,
        })
    }

    pub(super) fn is_blank(&self, column: MemberColumn) -> bool {
        match column {
            MemberColumn::Department => self.department.is_empty(),
            MemberColumn::Order => self.order.is_empty(),
            MemberColumn::IsLeaderInDept => self.is_leader_in_dept.is_empty(),
            other => self.text(other).is_none_or(str::is_empty),
        }
    }

    /// Writes the cell of a column whose field is a list.
    pub(super) fn spell(&self, column: MemberColumn, out: &mut String) {
        match column {
            MemberColumn::Department => {
                cells::join(out, &self.department, |out, id| cells::push_number(out, id.0));
            }
            MemberColumn::Order => {
                cells::join(out, &self.order, |out, place| cells::push_number(out, *place))
            }
            MemberColumn::IsLeaderInDept => {
                cells::join(out, &self.is_leader_in_dept, |out, leads| {
                    out.push(if *leads { '1' } else { '0' })
                });
            }
            other => out.push_str(self.text(other).unwrap_or_default()),
        }
    }
}

/// A member as an export or a list gives them, so that they can be imported again. The row keeps the columns of all that the
/// answer leaves out or hides, so that the import leaves it as it is. Custom attributes are not taken over, as the file names
/// their columns.
///
/// A list of departments may be a part of the member's, as an answer leaves out those that the credential may not see. If the main
/// department is not in the list, the list is a part and the row keeps it. Other parts look like the whole, and become it when
/// they are imported: read with a credential that sees all departments.
impl From<&Member> for ImportMember {
    fn from(member: &Member) -> Self {
        let text = |field: &Seen<String>| field.clone().unwrap_or_default();
        let blank = |field: &Seen<String>| field.as_deref().unwrap_or_default().is_empty();
        let enabled = member.enable.into_known().or(match member.status {
            Seen::Known(MemberStatus::Activated | MemberStatus::NotActivated) => Some(true),
            Seen::Known(MemberStatus::Disabled) => Some(false),
            _ => None,
        });
        let department = member.department.as_deref().unwrap_or_default();
        // Every member has one of the two, so that both are empty where sensitive fields are hidden by empty texts.
        let hidden = blank(&member.mobile) && blank(&member.email);
        let is_part = !member.main_department.known().is_some_and(|main| department.contains(main));
        let is_known = |gender: &Gender| matches!(gender, Gender::Male | Gender::Female);
        let kept = [
            (MemberColumn::Name, member.name.is_hidden()),
            (MemberColumn::Mobile, member.mobile.is_hidden() || hidden),
            (MemberColumn::Email, member.email.is_hidden() || hidden),
            (MemberColumn::Department, is_part),
            (MemberColumn::Position, member.position.is_hidden()),
            (MemberColumn::Gender, !member.gender.known().is_some_and(is_known)),
            (MemberColumn::IsLeaderInDept, is_part || member.is_leader_in_dept.is_hidden()),
            (MemberColumn::Order, is_part || member.order.is_hidden()),
            (MemberColumn::Alias, member.alias.is_hidden()),
            (MemberColumn::Address, member.address.is_hidden() || (hidden && blank(&member.address))),
            (MemberColumn::Telephone, member.telephone.is_hidden()),
            (MemberColumn::Disabled, enabled.is_none()),
        ];
        Self {
            userid: member.userid.clone(),
            name: text(&member.name),
            mobile: text(&member.mobile),
            email: text(&member.email),
            department: department.to_vec(),
            position: text(&member.position),
            gender: member.gender.clone().into_known().filter(|gender| *gender != Gender::Undefined),
            is_leader_in_dept: member.is_leader_in_dept.clone().unwrap_or_default(),
            order: member.order.clone().unwrap_or_default(),
            alias: text(&member.alias),
            address: text(&member.address),
            telephone: text(&member.telephone),
            enabled,
            extra: Vec::new(),
            kept: kept.into_iter().filter(|(_, kept)| *kept).map(|(column, _)| column).collect(),
        }
    }
}

/// A department as a row of an import file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct ImportDepartment {
    /// The name (部门名称); must not be empty.
    pub name: String,
    /// The id (部门ID), by which WeCom tells departments apart; 1 is the root, and 0 is an empty cell.
    pub id: DepartmentId,
    /// The parent's id (父部门ID); 0 for the root.
    pub parentid: DepartmentId,
    /// The place among siblings (排序), larger first; `None` and 0 leave it as it is.
    pub order: Option<u32>,
}

impl ImportDepartment {
    /// Names a department and its place in the tree.
    pub fn new(
        name: impl Into<String>,
        id: impl Into<DepartmentId>,
        parent: impl Into<DepartmentId>,
    ) -> Self {
        Self { name: name.into(), id: id.into(), parentid: parent.into(), order: None }
    }

    /// Sets the place among siblings (排序), larger first.
    pub fn order(mut self, order: u32) -> Self {
        self.order = Some(order);
        self
    }

    /// Leaves the field of this column as it is. Only 排序 can be left, by an empty cell: a file of departments replaces all, so
    /// that a row without a name, id or parent is found by the check.
    pub fn keep(&mut self, column: DepartmentColumn) {
        if column == DepartmentColumn::Order {
            self.order = None;
        }
    }

    /// Reads a cell of this column into its field; blanks around a number do not matter.
    ///
    /// # Errors
    ///
    /// The cell is to hold a number and does not. The field is then as it was.
    pub fn set(&mut self, column: DepartmentColumn, cell: &str) -> Result<(), CellError> {
        let number = || match cell.trim() {
            "" => Ok(None),
            text => match cells::number(text) {
                Some(number) => Ok(Some(number)),
                None => Err(CellError::new(column.heading(), NO_NUMBER)),
            },
        };
        match column {
            DepartmentColumn::Name => cell.clone_into(&mut self.name),
            DepartmentColumn::Id => self.id = number()?.unwrap_or_default().into(),
            DepartmentColumn::Parentid => self.parentid = number()?.unwrap_or_default().into(),
            DepartmentColumn::Order => self.order = number()?,
        }
        Ok(())
    }

    /// Returns the text of this column's cell, as a file has it.
    pub fn cell(&self, column: DepartmentColumn) -> Cow<'_, str> {
        let number = |number: u32| {
            let mut cell = String::new();
            cells::push_number(&mut cell, number);
            cell.into()
        };
        match column {
            DepartmentColumn::Name => self.name.as_str().into(),
            DepartmentColumn::Id => number(self.id.0),
            DepartmentColumn::Parentid => number(self.parentid.0),
            DepartmentColumn::Order => self.order.map_or(Cow::Borrowed(""), number),
        }
    }
}

/// A department as an export or a list gives it. What the answer hides is empty: a parent that the credential may not see is 0.
impl From<&Department> for ImportDepartment {
    fn from(department: &Department) -> Self {
        Self {
            name: department.name.clone().unwrap_or_default(),
            id: department.id,
            parentid: department.parentid.unwrap_or_default(),
            order: department.order.into_known(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn full() -> ImportMember {
        ImportMember::new("wangfang", "王芳")
            .mobile("13800000001")
            .email("wangfang@example.com")
            .department([2, 7])
            .position("工程师, \"高级\"")
            .gender(Gender::Female)
            .is_leader_in_dept([true, false])
            .order([0, 1234])
            .alias("Fang")
            .address("北京\n海淀")
            .telephone("010-1234")
            .enabled(false)
    }

    #[test]
    fn a_row_is_read_from_the_cells_it_writes() {
        for row in [full(), ImportMember::default(), full().enabled(true)] {
            for columns in [
                MemberColumn::ALL,
                MemberColumn::ALL.map(|column| {
                    if column == MemberColumn::Disabled { MemberColumn::Enable } else { column }
                }),
            ] {
                let mut again = ImportMember::default();
                for column in columns {
                    again.set(column, &row.cell(column)).unwrap();
                }
                assert_eq!(again, row);
            }
        }
        let row = ImportDepartment::new("研发部", 12, 1).order(100);
        let mut again = ImportDepartment::default();
        for column in DepartmentColumn::ALL {
            again.set(column, &row.cell(column)).unwrap();
        }
        assert_eq!(again, row);
    }

    #[test]
    fn disabled_and_enable_are_opposites() {
        let mut row = ImportMember::default();
        for (column, cell, enabled) in [
            (MemberColumn::Disabled, "1", Some(false)),
            (MemberColumn::Enable, "1", Some(true)),
            (MemberColumn::Disabled, "否", Some(true)),
            (MemberColumn::Enable, "0", Some(false)),
            (MemberColumn::Disabled, " ", None),
        ] {
            row.set(column, cell).unwrap();
            assert_eq!(row.enabled, enabled, "{column:?} {cell}");
        }
        assert_eq!(full().cell(MemberColumn::Disabled), "1");
        assert_eq!(full().cell(MemberColumn::Enable), "0");
    }

    #[test]
    fn cells_are_read_in_the_forms_that_people_write() {
        let mut row = ImportMember::default();
        row.set(MemberColumn::Department, " 2 ; 7;").unwrap();
        row.set(MemberColumn::IsLeaderInDept, "是;0").unwrap();
        assert_eq!(
            (row.department.as_slice(), row.is_leader_in_dept.as_slice()),
            (&[2.into(), 7.into()][..], &[true, false][..])
        );
        for (cell, gender) in [("男", Gender::Male), ("2", Gender::Female), ("Female", Gender::Female)] {
            row.set(MemberColumn::Gender, cell).unwrap();
            assert_eq!(row.gender, Some(gender));
        }
    }

    #[test]
    fn a_cell_that_cannot_be_read_is_told_without_its_content() {
        let mut row = full();
        for (column, cell) in [
            (MemberColumn::Department, "研发部"),
            (MemberColumn::Department, "2,7"),
            (MemberColumn::Department, "+7"),
            (MemberColumn::Order, "4294967296"),
            (MemberColumn::IsLeaderInDept, "2"),
            (MemberColumn::Gender, "13800000001"),
            (MemberColumn::Disabled, "13800000001"),
        ] {
            let error = row.set(column, cell).unwrap_err();
            assert_eq!(error.heading(), column.heading());
            assert!(!error.to_string().contains(cell), "{error}");
        }
        assert_eq!(row, full());
        let error = ImportDepartment::default().set(DepartmentColumn::Id, "x").unwrap_err();
        assert_eq!(error.to_string(), "部门ID is not a whole number from 0 to 4294967295");
    }

    #[test]
    fn an_exported_member_becomes_a_row() {
        let member: Member = serde_json::from_value(
            json!({"userid": "a", "name": "甲", "department": [1, 2], "order": [0, 5], "main_department": 2,
            "is_leader_in_dept": [0, 1], "gender": "0", "status": 2}),
        )
        .unwrap();
        let row = ImportMember::from(&member);
        let expected = ImportMember::new("a", "甲")
            .department([1, 2])
            .order([0, 5])
            .is_leader_in_dept([false, true])
            .enabled(false);
        assert_eq!(ImportMember { kept: MemberColumns::default(), ..row.clone() }, expected);
        let kept: Vec<_> = row.kept.iter().collect();
        assert_eq!(
            kept,
            [
                MemberColumn::Mobile,
                MemberColumn::Email,
                MemberColumn::Position,
                MemberColumn::Gender,
                MemberColumn::Alias,
                MemberColumn::Address,
                MemberColumn::Telephone,
            ]
        );
        let root: Department =
            serde_json::from_value(json!({"id": 1, "name": "示例公司", "parentid": 0, "order": 100_000_000}))
                .unwrap();
        assert_eq!(ImportDepartment::from(&root), ImportDepartment::new("示例公司", 1, 0).order(100_000_000));
    }

    #[test]
    fn texts_that_are_empty_because_they_are_hidden_are_kept() {
        let hidden = json!({"userid": "a", "name": "甲", "department": [1], "mobile": "", "email": "", "address": "",
            "position": "", "gender": "0", "status": 5});
        let row = ImportMember::from(&serde_json::from_value::<Member>(hidden).unwrap());
        for column in
            [MemberColumn::Mobile, MemberColumn::Email, MemberColumn::Address, MemberColumn::Disabled]
        {
            assert!(row.kept.contains(column), "{column:?}");
        }
        assert!(!row.kept.contains(MemberColumn::Position));
        let shown =
            json!({"userid": "a", "mobile": "13800000001", "email": "", "address": "", "gender": "3"});
        let row = ImportMember::from(&serde_json::from_value::<Member>(shown).unwrap());
        assert!(!row.kept.contains(MemberColumn::Email) && !row.kept.contains(MemberColumn::Address));
        assert!(row.kept.contains(MemberColumn::Gender) && row.kept.contains(MemberColumn::Department));
    }

    #[test]
    fn departments_without_the_main_one_are_a_part_and_kept() {
        let departments = [MemberColumn::Department, MemberColumn::IsLeaderInDept, MemberColumn::Order];
        for (main, is_part) in [(json!(2), false), (json!(3), true), (json!(null), true)] {
            let member = json!({"userid": "a", "department": [1, 2], "order": [0, 5], "is_leader_in_dept": [0, 1],
                "main_department": main});
            let row = ImportMember::from(&serde_json::from_value::<Member>(member).unwrap());
            assert!(departments.iter().all(|column| row.kept.contains(*column) == is_part), "{main}");
            let row = row.department([7]).is_leader_in_dept([true]).order([1]);
            assert!(!departments.iter().any(|column| row.kept.contains(*column)), "{main}");
        }
    }

    #[test]
    fn a_gender_of_0_leaves_the_field_and_a_later_cell_takes_that_back() {
        let mut row = ImportMember::default();
        row.set(MemberColumn::Gender, "0").unwrap();
        assert!(row.kept.contains(MemberColumn::Gender));
        row.set(MemberColumn::Gender, "x").unwrap_err();
        assert!(row.kept.contains(MemberColumn::Gender));
        row.set(MemberColumn::Gender, "女").unwrap();
        assert!(row.kept.is_empty());
    }

    #[test]
    fn debug_shows_no_personal_data() {
        let shown = format!("{:?}", full());
        for hidden in ["王芳", "138", "example", "Fang", "海淀"] {
            assert!(!shown.contains(hidden), "{shown}");
        }
    }
}
