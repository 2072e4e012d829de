//! Exports (异步导出): members, departments and tags in bulk, from encrypted files.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand, ValueEnum};
use futures_util::TryStreamExt;
use serde::Serialize;
use serde_json::{Value, json};
use wecom_contacts::{
    Client, Polling, TagId,
    departments::Department,
    exports::{Export, ExportCall, ExportJob, ExportKey, ExportRow, Submission, TagRow},
    members::{Member, SimpleMember},
};

use crate::{
    context::Access,
    failure::{Failure, Result},
    file::Draft,
    output::{Output, print_text, say},
};

/// Export members, departments and tags, by a job whose files are checked and decrypted here (异步导出)
///
/// Rows go to stdout as a table or as one JSON array, or with --out into a file as one JSON object a line, which needs no more
/// memory for a million rows than for one.
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
        #[command(flatten)]
        job: Job,
    },
    /// Export the members' ids, names and departments (导出成员)
    MembersSimple {
        #[command(flatten)]
        job: Job,
    },
    /// Export the departments (导出部门)
    Departments {
        #[command(flatten)]
        job: Job,
    },
    /// Export who has a tag (导出标签成员)
    Tag {
        /// The tag
        tag: TagId,
        #[command(flatten)]
        job: Job,
    },
    /// Show how a job goes, or went (获取导出结果)
    Job {
        /// The job's id
        id: String,
    },
    /// Fetch the rows of a job that was submitted before
    Fetch {
        /// What the job exports
        kind: Kind,
        /// The job's id
        id: String,
        /// The key that the job was submitted with
        #[arg(long, env = "WECOM_EXPORT_KEY", hide_env_values = true)]
        key: String,
        #[command(flatten)]
        to: To,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    Members,
    MembersSimple,
    Departments,
    Tag,
}

#[derive(Args)]
struct Job {
    /// The key to encrypt the files with (encoding_aeskey), 43 letters and digits; a new one without it
    #[arg(long, env = "WECOM_EXPORT_KEY", hide_env_values = true)]
    key: Option<String>,
    /// How many rows a file may have, 10,000 to 1,000,000
    #[arg(long, value_name = "ROWS")]
    block_size: Option<u32>,
    /// Do not wait: show the job's id, for `fetch` with the same --key
    #[arg(long, requires = "key")]
    no_wait: bool,
    #[command(flatten)]
    to: To,
}

/// Where the rows go, and how long to wait for them.
#[derive(Args)]
struct To {
    /// The file to write, one JSON object a line
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many seconds to wait for the job at most
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    at_most: u64,
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let client = self.access.app()?;
        let exports = client.exports();
        match self.verb {
            Verb::Members { job } => job.run(exports.members(), output).await,
            Verb::MembersSimple { job } => job.run(exports.members_simple(), output).await,
            Verb::Departments { job } => job.run(exports.departments(), output).await,
            Verb::Tag { tag, job } => job.run(exports.tag(tag), output).await,
            Verb::Job { id } => {
                // The key plays no part in asking after a job.
                let key = ExportKey::generate()
                    .map_err(|error| Failure::new("no random bytes to be had").because(&error))?;
                output.record(&exports.job::<Member>(id, key).status().await?)
            }
            Verb::Fetch { kind, id, key, to } => {
                let key = parsed(&key)?;
                match kind {
                    Kind::Members => to.fetch::<Member>(&client, id, key, output).await,
                    Kind::MembersSimple => to.fetch::<SimpleMember>(&client, id, key, output).await,
                    Kind::Departments => to.fetch::<Department>(&client, id, key, output).await,
                    Kind::Tag => to.fetch::<TagRow>(&client, id, key, output).await,
                }
            }
        }
    }
}

impl Job {
    async fn run<E>(self, mut submission: Submission<E>, output: Output) -> Result
    where
        E: ExportCall,
        E::Row: Shown,
    {
        if let Some(key) = &self.key {
            submission = submission.key(parsed(key)?);
        }
        if let Some(rows) = self.block_size {
            submission = submission.block_size(rows);
        }
        let job = submission.await?;
        if self.no_wait {
            return output.ids(&[job.id()]);
        }
        say(format_args!("job {}", job.id()));
        self.to.save(&job, output).await
    }
}

impl To {
    async fn fetch<R: Shown>(self, client: &Client, id: String, key: ExportKey, output: Output) -> Result {
        self.save(&client.exports().job::<R>(id, key), output).await
    }

    async fn save<R: Shown>(self, job: &ExportJob<R>, output: Output) -> Result {
        let polling = Polling::every(Duration::from_secs(1)).at_most(Duration::from_secs(self.at_most));
        let export = job.wait(polling).await?;
        match self.out {
            Some(path) => {
                let mut draft = Draft::new(&path)?;
                let rows = each_row(export, |line| draft.write(format!("{line}\n").as_bytes())).await?;
                draft.finish()?;
                say(format_args!("{rows} rows in {}", path.display()));
                Ok(())
            }
            None if output.is_json() => {
                let mut before = "[\n  ";
                each_row(export, |line| {
                    print_text(&format!("{before}{line}"))?;
                    before = ",\n  ";
                    Ok(())
                })
                .await?;
                print_text(if before.starts_with('[') { "[]\n" } else { "\n]\n" })
            }
            None => {
                let mut rows = Vec::new();
                let mut stream = export.rows();
                while let Some(row) = stream.try_next().await? {
                    rows.push(row.json());
                }
                output.list(&rows, R::COLUMNS)
            }
        }
    }
}

async fn each_row<R: Shown>(export: Export<R>, mut take: impl FnMut(Value) -> Result) -> Result<u64> {
    let mut stream = export.rows();
    let mut rows = 0;
    while let Some(row) = stream.try_next().await? {
        take(row.json())?;
        rows += 1;
    }
    Ok(rows)
}

/// A row that can be shown.
trait Shown: ExportRow {
    const COLUMNS: &[&str];

    fn json(&self) -> Value;
}

/// As WeCom writes it; writing these types cannot fail.
fn written(row: &impl Serialize) -> Value {
    serde_json::to_value(row).unwrap_or_default()
}

impl Shown for Member {
    const COLUMNS: &[&str] = crate::member::COLUMNS;

    fn json(&self) -> Value {
        written(self)
    }
}

impl Shown for SimpleMember {
    const COLUMNS: &[&str] = &["userid", "name", "department"];

    fn json(&self) -> Value {
        written(self)
    }
}

impl Shown for Department {
    const COLUMNS: &[&str] = crate::department::COLUMNS;

    fn json(&self) -> Value {
        written(self)
    }
}

impl Shown for TagRow {
    const COLUMNS: &[&str] = &["userid", "name", "partyid"];

    fn json(&self) -> Value {
        match self {
            Self::Member(member) => written(member),
            Self::Department(id) => json!({"partyid": id}),
            _ => Value::Null,
        }
    }
}

fn parsed(key: &str) -> Result<ExportKey> {
    key.parse().map_err(|error| {
        Failure::usage("the export's key is not one")
            .because(&error)
            .remedy("give 43 letters and digits, such as `txl callback new-key` makes")
    })
}
