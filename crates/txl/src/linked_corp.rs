//! Linked corps (互联企业).

use clap::{Args, Subcommand};

use crate::{access::Access, failure::Result, output::Output, rows};

/// Read members and departments of linked corps (互联企业), with an app's secret
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Show the members and departments that the app can see (获取应用的可见范围)
    Permissions,
    /// Show one member (获取互联企业成员详细信息)
    Member {
        /// The member: CORPID/USERID
        id: String,
    },
    /// List a department's members, names only (获取互联企业部门成员)
    MembersSimple {
        /// The department: LINKEDID/DEPARTMENTID
        department: String,
        /// Include the members of all departments below it
        #[arg(short = 'R', long)]
        recursive: bool,
    },
    /// List a department's members with their details (获取互联企业部门成员详情)
    Members {
        /// The department: LINKEDID/DEPARTMENTID
        department: String,
        /// Include the members of all departments below it
        #[arg(short = 'R', long)]
        recursive: bool,
    },
    /// List the departments below one (获取互联企业部门列表)
    Departments {
        /// The department: LINKEDID/DEPARTMENTID
        department: String,
    },
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let linked = self.access.app()?.linked_corps();
        match self.verb {
            Verb::Permissions => output.record(&linked.permissions().await?),
            Verb::Member { id } => output.record(&linked.member(id).await?),
            Verb::MembersSimple { department, recursive } => rows::print(
                &linked.members_simple(department, recursive).await?,
                output,
                &["corpid", "userid", "name", "department"],
            ),
            Verb::Members { department, recursive } => rows::print(
                &linked.members(department, recursive).await?,
                output,
                &["corpid", "userid", "name", "department", "position", "mobile", "email"],
            ),
            Verb::Departments { department } => output.list(
                &linked.departments(department).await?,
                &["department_id", "department_name", "parentid", "order"],
            ),
        }
    }
}
