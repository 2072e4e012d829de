//! Exports (异步导出): members, departments and tags in bulk, from encrypted files.
//!
//! `job` submits or resumes a job and waits for it. `destination` opens the output, `format` and `sheet` write rows, `row` maps each
//! kind of row to columns, `departments` names departments in a workbook.

mod cells;
mod departments;
mod destination;
mod format;
mod job;
mod keys;
mod kind;
mod progress;
mod row;
mod sheet;

use clap::{Args, Subcommand};
use wecom_contacts::exports::Export;

use self::job::Job;
pub(crate) use self::kind::ExportKind;
pub(crate) use self::row::is_cleared_by_empty;
use crate::{
    access::Access,
    failure::Result,
    lookup::{self, TagRef},
    output::Output,
};

/// Export members, departments and tags with a job, and decrypt its files (异步导出)
///
/// Rows go to stdout in the format of -o. Memory use is constant in all formats except the table. --out writes the rows to a file,
/// which replaces an older one after all rows are checked, or to a directory with one file for each file of the export.
///
/// A job continues after this command ends: --resume fetches its rows after an interruption. Written files contain personal data,
/// and only their owner can read them.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Export the members with their details (导出成员详情)
    Members {
        /// Export only their ids, which is faster
        #[arg(long)]
        ids: bool,
        #[command(flatten)]
        job: Job,
    },
    /// Export the members' ids, names and departments (导出成员)
    MembersSimple {
        /// Export only their ids
        #[arg(long)]
        ids: bool,
        #[command(flatten)]
        job: Job,
    },
    /// Export the departments (导出部门)
    Departments {
        /// Export only their ids
        #[arg(long)]
        ids: bool,
        #[command(flatten)]
        job: Job,
    },
    /// Export the members and departments of a tag (导出标签成员)
    Tag {
        /// The tag: its id or its name. Not needed with --resume
        #[arg(required_unless_present = "resume")]
        tag: Option<TagRef>,
        #[command(flatten)]
        job: Job,
    },
    /// Show the state and the result of a job (获取导出结果)
    Job {
        /// The job's id
        id: String,
    },
}

impl Verb {
    /// The job of an export verb.
    fn job(&mut self) -> Option<&mut Job> {
        match self {
            Self::Members { job, .. }
            | Self::MembersSimple { job, .. }
            | Self::Departments { job, .. }
            | Self::Tag { job, .. } => Some(job),
            Self::Job { .. } => None,
        }
    }
}

impl Command {
    pub(crate) async fn run(mut self, output: Output) -> Result {
        if let Some(job) = self.verb.job() {
            job.adopt(&self.access)?;
        }
        let client = self.access.app()?;
        let exports = client.exports();
        match self.verb {
            Verb::Members { ids: false, job } => {
                job.run(&client, ExportKind::Members, Some(exports.members()), Export::rows, output).await
            }
            Verb::Members { ids: true, job } => {
                job.run(&client, ExportKind::Members, Some(exports.members()), Export::ids, output).await
            }
            Verb::MembersSimple { ids: false, job } => {
                job.run(
                    &client,
                    ExportKind::MembersSimple,
                    Some(exports.members_simple()),
                    Export::rows,
                    output,
                )
                .await
            }
            Verb::MembersSimple { ids: true, job } => {
                job.run(
                    &client,
                    ExportKind::MembersSimple,
                    Some(exports.members_simple()),
                    Export::ids,
                    output,
                )
                .await
            }
            Verb::Departments { ids: false, job } => {
                job.run(&client, ExportKind::Departments, Some(exports.departments()), Export::rows, output)
                    .await
            }
            Verb::Departments { ids: true, job } => {
                job.run(&client, ExportKind::Departments, Some(exports.departments()), Export::ids, output)
                    .await
            }
            Verb::Tag { tag, job } => {
                let submission = match tag {
                    Some(tag) => Some(exports.tag(lookup::tag(&client, &tag).await?)),
                    None => None,
                };
                job.run(&client, ExportKind::Tag, submission, Export::rows, output).await
            }
            Verb::Job { id } => output.record(&exports.status(id).await?),
        }
    }
}
