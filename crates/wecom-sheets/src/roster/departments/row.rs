//! One department as a row contains it.

use std::{fmt, sync::Arc};

use wecom_contacts::DepartmentId;

use super::{
    super::{RosterCell, RosterValue, row::Held},
    ListedField,
};
use crate::{Column, Meaning, SheetProblem};

/// The place of a department in the tree, as the row contains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DepartmentPlace {
    /// A path from the root, or the end of a path.
    Path(String),
    /// A name below the path of a parent. The name can contain a slash.
    Under {
        /// The path of the parent.
        parent: String,
        /// The name.
        name: String,
    },
    /// A name below a parent that is given by its id.
    UnderId {
        /// The id of the parent; 0 for the root itself.
        parent: DepartmentId,
        /// The name.
        name: String,
    },
}

/// One department of a [`DepartmentTable`](super::DepartmentTable).
#[derive(Clone)]
pub struct ListedDepartment {
    pub(super) line: u64,
    pub(super) columns: Arc<[Column<ListedField>]>,
    pub(super) cells: Vec<Held>,
}

impl fmt::Debug for ListedDepartment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedDepartment").field("line", &self.line).finish_non_exhaustive()
    }
}

impl ListedDepartment {
    /// Returns the line of the file, or the row's number in a workbook.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Returns the cell of a field.
    pub fn cell(&self, field: ListedField) -> RosterCell<'_> {
        let place = self.columns.iter().position(|column| column.meaning == Meaning::Field(field));
        place.and_then(|at| self.cells.get(at)).map_or(RosterCell::Unmanaged, RosterCell::from)
    }

    /// Returns the place in the tree; `None` if neither a path nor a name can be read.
    pub fn place(&self) -> Option<DepartmentPlace> {
        if let Some(path) = self.cell(ListedField::Path).text() {
            return Some(DepartmentPlace::Path(path.to_owned()));
        }
        let name = self.cell(ListedField::Name).text()?.to_owned();
        match (self.cell(ListedField::Parent), self.cell(ListedField::ParentId)) {
            (RosterCell::Value(RosterValue::Text(parent)), _) => {
                Some(DepartmentPlace::Under { parent: parent.clone(), name })
            }
            (RosterCell::Faulty(_), _) | (_, RosterCell::Faulty(_)) => None,
            (_, RosterCell::Value(parent)) => {
                let parent = DepartmentId(parent.to_string().parse().ok()?);
                Some(DepartmentPlace::UnderId { parent, name })
            }
            _ => Some(DepartmentPlace::Path(name)),
        }
    }

    /// Returns the faults with their places.
    pub fn faults(&self) -> impl Iterator<Item = SheetProblem> {
        self.columns.iter().zip(&self.cells).filter_map(|(column, cell)| match cell {
            Held::Faulty(problem) => Some(SheetProblem {
                line: self.line,
                heading: column.heading.clone(),
                problem: problem.clone(),
            }),
            _ => None,
        })
    }
}
