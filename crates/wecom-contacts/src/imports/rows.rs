//! The rows of an import file: members and departments.

use std::borrow::Cow;

use super::{
    CellError, DepartmentColumn, MemberColumn,
    cells::{self, WantedCell},
};
pub use crate::members::fields::ImportMember;
use crate::{
    DepartmentId, Seen, UserId,
    departments::Department,
    members::{Gender, Member, MemberStatus},
};

impl ImportMember {
    /// Creates a row with the account and the name. A mobile number or a mail address, and the departments, are required
    /// too.
    pub fn new(userid: impl Into<UserId>, name: impl Into<String>) -> Self {
        Self { userid: userid.into(), name: name.into(), ..Self::default() }
    }

    /// Sets the custom attributes (扩展属性), in the order of the file's extra columns.
    pub fn extra<T: Into<String>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.extra = values.into_iter().map(|value| Some(value.into())).collect();
        self
    }

    /// Leaves the field of this column unchanged, even though the file has the column. A file writes rows that keep
    /// different columns into separate parts, because an empty cell would empty the field. [`set`](Self::set) and the
    /// setters of the field undo this. 帐号 is always written, because it identifies the member.
    pub fn keep(&mut self, column: MemberColumn) {
        self.kept.insert(column);
    }

    /// Reads a cell of this column into its field. Surrounding blanks are ignored, except in texts. The gender `0`, which
    /// replies contain for an unknown gender, leaves the field unchanged.
    ///
    /// # Errors
    ///
    /// The cell is invalid for the type of the column: ids, 0 and 1, numbers, a gender. The field is then unchanged.
    pub fn set(&mut self, column: MemberColumn, cell: &str) -> Result<(), CellError> {
        self.read(column, cell).map_err(|wanted| CellError::new(column.heading(), wanted))?;
        self.kept.remove(column);
        if column == MemberColumn::Gender && self.gender == Some(Gender::Undefined) {
            self.keep(column);
        }
        Ok(())
    }

    /// Returns the text of this column's cell in a file.
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

    pub(super) fn is_blank(&self, column: MemberColumn) -> bool {
        self.cell(column).is_empty()
    }
}

/// Converts a member from an export or a list, for importing it again. Fields that the reply hides or omits are kept, so
/// that the import leaves them unchanged. Custom attributes are omitted, because the file defines their columns.
///
/// The list of departments can be incomplete, because a reply omits departments outside the visible range. If the main
/// department is missing from the list, the list is incomplete and the row keeps it. Other incomplete lists cannot be
/// detected, and an import would make them final. Read the members with a credential that can view all departments.
impl From<&Member> for ImportMember {
    fn from(member: &Member) -> Self {
        let mut row = Self::of(member);
        row.enabled = row.enabled.or(match member.status {
            Seen::Known(MemberStatus::Activated | MemberStatus::NotActivated) => Some(true),
            Seen::Known(MemberStatus::Disabled) => Some(false),
            _ => None,
        });
        // Every member has one of the two. If both are empty, the reply hides sensitive fields with empty texts.
        let is_cut = row.mobile.is_empty() && row.email.is_empty();
        let is_part = !member.main_department.known().is_some_and(|main| row.department.contains(main));
        let is_kept = |column: &MemberColumn| match column {
            MemberColumn::Department => is_part,
            MemberColumn::Disabled => row.enabled.is_none(),
            // The gender is `0` or an unknown text if the app has no permission.
            MemberColumn::Gender => !matches!(row.gender, Some(Gender::Male | Gender::Female)),
            MemberColumn::IsLeaderInDept | MemberColumn::Order if is_part => true,
            column if column.field().is_sensitive() && is_cut && row.is_blank(*column) => true,
            column => member.value(column.field()).is_hidden(),
        };
        row.kept = MemberColumn::ALL.into_iter().filter(is_kept).collect();
        row
    }
}

/// A department as a row of an import file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct ImportDepartment {
    /// The name (部门名称). Required.
    pub name: String,
    /// The id (部门ID), which identifies the department. The root has id 1; 0 is an empty cell.
    pub id: DepartmentId,
    /// The id of the parent (父部门ID), or 0 for the root.
    pub parentid: DepartmentId,
    /// The order among siblings (排序), larger first. `None` and 0 leave it unchanged.
    pub order: Option<u32>,
}

impl ImportDepartment {
    /// Creates a department with its name, id and parent.
    pub fn new(
        name: impl Into<String>,
        id: impl Into<DepartmentId>,
        parent: impl Into<DepartmentId>,
    ) -> Self {
        Self { name: name.into(), id: id.into(), parentid: parent.into(), order: None }
    }

    /// Sets the order among siblings (排序), larger first.
    pub fn order(mut self, order: u32) -> Self {
        self.order = Some(order);
        self
    }

    /// Leaves the field of this column unchanged. Only 排序 supports this, with an empty cell. A file of departments
    /// replaces all departments, so the check reports a row without a name, id or parent.
    pub fn keep(&mut self, column: DepartmentColumn) {
        if column == DepartmentColumn::Order {
            self.order = None;
        }
    }

    /// Reads a cell of this column into its field. Blanks around a number are ignored.
    ///
    /// # Errors
    ///
    /// The column requires a number and the cell has another text. The field is then unchanged.
    pub fn set(&mut self, column: DepartmentColumn, cell: &str) -> Result<(), CellError> {
        let number = || match cell.trim() {
            "" => Ok(None),
            text => match cells::number(text) {
                Some(number) => Ok(Some(number)),
                None => Err(CellError::new(column.heading(), WantedCell::Number)),
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

    /// Returns the text of this column's cell in a file.
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

/// Converts a department from an export or a list. Hidden fields become empty; a hidden parent becomes 0.
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
    use crate::imports::MemberColumns;

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
        let given = [
            MemberColumn::Name,
            MemberColumn::Userid,
            MemberColumn::Department,
            MemberColumn::IsLeaderInDept,
            MemberColumn::Order,
            MemberColumn::Disabled,
        ];
        for column in MemberColumn::ALL {
            assert_eq!(row.kept.contains(column), !given.contains(&column), "{column:?}");
        }
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
