//! Exports (异步导出): members, departments and tags in bulk, from encrypted files.
//!
//! `job` submits a job or takes one up, and waits for it; `destination` says where its rows go, `format` and `sheet` how they are
//! written, `row` what each kind of them holds, `departments` how a workbook names departments.

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

/// Export members, departments and tags, by a job whose files are checked and decrypted here (异步导出)
///
/// Without --out, rows go to stdout as -o says; all formats but the table need no more memory for a million rows than for one.
/// With --out they go to a file, which is replaced once all rows are there and right, or into a directory, a file for each of
/// the export's.
///
/// A job takes a while and outlives this command: --resume takes it up again after an interruption. Files hold people's data,
/// and only their owner may read them.
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
        /// Only their ids, which is faster than reading all that is said of them
        #[arg(long)]
        ids: bool,
        #[command(flatten)]
        job: Job,
    },
    /// Export the members' ids, names and departments (导出成员)
    MembersSimple {
        /// Only their ids
        #[arg(long)]
        ids: bool,
        #[command(flatten)]
        job: Job,
    },
    /// Export the departments (导出部门)
    Departments {
        /// Only their ids
        #[arg(long)]
        ids: bool,
        #[command(flatten)]
        job: Job,
    },
    /// Export who has a tag (导出标签成员)
    Tag {
        /// The tag: its id or its name; a job that is taken up knows it
        #[arg(required_unless_present = "resume")]
        tag: Option<TagRef>,
        #[command(flatten)]
        job: Job,
    },
    /// Show how a job goes, or went (获取导出结果)
    Job {
        /// The job's id
        id: String,
    },
}

impl Verb {
    /// The job of a verb that exports.
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
