//! Departments (部门管理).

use clap::{Args, Subcommand};
use serde_json::json;
use wecom_contacts::{
    DepartmentId, Patch,
    departments::{DepartmentPatch, ListDepartmentIds, ListDepartments, NewDepartment},
};

use crate::{
    access::Access,
    confirm::Consent,
    failure::{Result, nothing_to_change},
    lookup::{DepartmentRef, Lookup},
    messages, numbers,
    output::Output,
    rows::AsText,
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
        /// The department above it (上级部门), by id, name or path
        #[arg(long, value_name = "ID|NAME", default_value_t = DepartmentRef::Id(DepartmentId::ROOT))]
        parent: DepartmentRef,
        /// The English name (英文名)
        #[arg(long, value_name = "NAME")]
        name_en: Option<String>,
        /// Sort order among its siblings. Larger numbers come first
        #[arg(long, value_name = "NUMBER", value_parser = numbers::id::<u32>)]
        order: Option<u32>,
        /// The id. Defaults to one that WeCom assigns
        #[arg(long, value_parser = numbers::id::<DepartmentId>)]
        id: Option<DepartmentId>,
    },
    /// Update the given fields of a department; other fields stay unchanged (更新部门)
    Update {
        /// The department: its id, its name, or a path such as 总公司/研发部
        #[arg(value_name = "DEPARTMENT")]
        id: DepartmentRef,
        /// The name (部门名称)
        #[arg(long)]
        name: Option<String>,
        /// The English name (英文名). An empty value clears it
        #[arg(long, value_name = "NAME")]
        name_en: Option<String>,
        /// Move the department and everything below it under this department
        #[arg(long, value_name = "ID|NAME")]
        parent: Option<DepartmentRef>,
        /// Sort order among its siblings. Larger numbers come first
        #[arg(long, value_name = "NUMBER", value_parser = numbers::id::<u32>)]
        order: Option<u32>,
    },
    /// Delete an empty department (删除部门)
    Delete {
        /// The department: its id, its name, or a path such as 总公司/研发部
        #[arg(value_name = "DEPARTMENT")]
        id: DepartmentRef,
        #[command(flatten)]
        consent: Consent,
    },
    /// List departments with their details (获取部门列表)
    List {
        /// This department and those below it, by id, name or path. Defaults to all departments
        #[arg(value_name = "DEPARTMENT")]
        id: Option<DepartmentRef>,
    },
    /// List the ids of departments, with the contacts-sync secret (获取子部门ID列表)
    ListIds {
        /// This department and those below it, by id, name or path. Defaults to all departments
        #[arg(value_name = "DEPARTMENT")]
        id: Option<DepartmentRef>,
    },
    /// Show one department (获取单个部门详情)
    Get {
        /// The department: its id, its name, or a path such as 总公司/研发部
        #[arg(value_name = "DEPARTMENT")]
        id: DepartmentRef,
    },
}

/// What a table of departments shows.
pub(crate) const COLUMNS: &[&str] = &["id", "name", "name_en", "parentid", "order", "department_leader"];

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let access = self.access;
        match self.verb {
            Verb::Create { name, parent, name_en, order, id } => {
                let departments = access.contacts()?.departments();
                let parent = Lookup::new(&access).department(&parent).await?;
                let mut department = NewDepartment::new(name, parent);
                department.name_en = name_en;
                department.order = order;
                department.id = id;
                output.ids(&[departments.create(department).await?])
            }
            Verb::Update { id, name, name_en, parent, order } => {
                let departments = access.contacts()?.departments();
                let mut lookup = Lookup::new(&access);
                let mut patch = DepartmentPatch::new();
                patch.name = name;
                patch.name_en = match name_en {
                    Some(text) if text.is_empty() => Patch::Clear,
                    Some(text) => Patch::Set(text),
                    None => Patch::Keep,
                };
                patch.parentid = lookup.optional_department(&parent).await?;
                patch.order = order;
                if patch == DepartmentPatch::new() {
                    return Err(nothing_to_change());
                }
                let id = lookup.department(&id).await?;
                departments.update(id, patch).await?;
                output.done(&json!({"updated": id}), messages::department::updated(id))
            }
            Verb::Delete { id: given, consent } => {
                let departments = access.contacts()?.departments();
                let mut lookup = Lookup::new(&access);
                let id = lookup.department(&given).await?;
                if consent.is_needed() {
                    let path = lookup.path(id).await;
                    consent.ask(messages::department::delete(id, path.as_deref())).await?;
                }
                departments.delete(id).await?;
                output.done(&json!({"deleted": id}), messages::department::deleted(id))
            }
            Verb::List { id } => {
                let client = access.app()?;
                let call = match Lookup::new(&access).optional_department(&id).await? {
                    Some(id) => ListDepartments::under(id),
                    None => ListDepartments::new(),
                };
                client.send(&AsText(call)).await?.department.print(output, COLUMNS)
            }
            Verb::ListIds { id } => {
                let client = access.either()?;
                let call = match Lookup::new(&access).optional_department(&id).await? {
                    Some(id) => ListDepartmentIds::under(id),
                    None => ListDepartmentIds::new(),
                };
                client.send(&AsText(call)).await?.department_id.print(output, &["id", "parentid", "order"])
            }
            Verb::Get { id } => {
                let departments = access.app()?.departments();
                let id = Lookup::new(&access).department(&id).await?;
                output.record(&departments.get(id).await?)
            }
        }
    }
}
