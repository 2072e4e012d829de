//! Departments (部门管理).

use clap::{Args, Subcommand};
use serde_json::json;
use wecom_contacts::{
    DepartmentId, Patch,
    departments::{DepartmentPatch, NewDepartment},
};

use crate::{
    context::Access,
    failure::{Result, nothing_to_change},
    output::Output,
};

/// Read and change departments (部门)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Create a department (创建部门)
    Create {
        /// The name (部门名称), unique among its siblings
        name: String,
        /// The department above it (上级部门)
        #[arg(long, value_name = "ID", default_value_t = DepartmentId::ROOT)]
        parent: DepartmentId,
        /// The English name (英文名)
        #[arg(long, value_name = "NAME")]
        name_en: Option<String>,
        /// The place among its siblings; larger is higher up
        #[arg(long, value_name = "NUMBER")]
        order: Option<u32>,
        /// The id; given by WeCom otherwise
        #[arg(long)]
        id: Option<DepartmentId>,
    },
    /// Change what is given of a department, and nothing else (更新部门)
    Update {
        /// The department
        id: DepartmentId,
        /// The name (部门名称)
        #[arg(long)]
        name: Option<String>,
        /// The English name (英文名); an empty one clears it
        #[arg(long, value_name = "NAME")]
        name_en: Option<String>,
        /// Move it, with all below it, under this department
        #[arg(long, value_name = "ID")]
        parent: Option<DepartmentId>,
        /// The place among its siblings; larger is higher up
        #[arg(long, value_name = "NUMBER")]
        order: Option<u32>,
    },
    /// Delete a department without members and departments in it (删除部门)
    Delete {
        /// The department
        id: DepartmentId,
    },
    /// List departments with their details (获取部门列表)
    List {
        /// This department and all below it; all departments without it
        id: Option<DepartmentId>,
    },
    /// List the ids of departments, as contacts-sync may (获取子部门ID列表)
    ListIds {
        /// This department and all below it; all departments without it
        id: Option<DepartmentId>,
    },
    /// Show one department (获取单个部门详情)
    Get {
        /// The department
        id: DepartmentId,
    },
}

/// What a table of departments shows.
pub(crate) const COLUMNS: &[&str] = &["id", "name", "name_en", "parentid", "order", "department_leader"];

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let access = self.access;
        match self.verb {
            Verb::Create { name, parent, name_en, order, id } => {
                let mut department = NewDepartment::new(name, parent);
                department.name_en = name_en;
                department.order = order;
                department.id = id;
                let id = access.contacts()?.departments().create(department).await?;
                output.ids(&[id])
            }
            Verb::Update { id, name, name_en, parent, order } => {
                let mut patch = DepartmentPatch::new();
                patch.name = name;
                patch.name_en = match name_en {
                    Some(text) if text.is_empty() => Patch::Clear,
                    Some(text) => Patch::Set(text),
                    None => Patch::Keep,
                };
                patch.parentid = parent;
                patch.order = order;
                if patch == DepartmentPatch::new() {
                    return Err(nothing_to_change());
                }
                access.contacts()?.departments().update(id, patch).await?;
                output.done(&json!({"updated": id}), format_args!("updated department {id}"))
            }
            Verb::Delete { id } => {
                access.contacts()?.departments().delete(id).await?;
                output.done(&json!({"deleted": id}), format_args!("deleted department {id}"))
            }
            Verb::List { id } => {
                let departments = access.app()?.departments();
                let list = match id {
                    Some(id) => departments.list_under(id).await?,
                    None => departments.list().await?,
                };
                output.list(&list, COLUMNS)
            }
            Verb::ListIds { id } => {
                let departments = access.either()?.departments();
                let list = match id {
                    Some(id) => departments.list_ids_under(id).await?,
                    None => departments.list_ids().await?,
                };
                output.list(&list, &["id", "parentid", "order"])
            }
            Verb::Get { id } => output.record(&access.app()?.departments().get(id).await?),
        }
    }
}
