//! Imports (异步导入): members and departments in bulk, from people's spreadsheets.
//!
//! A file is read and cleaned (`source`), checked and written as WeCom's CSV (`file`), sent, and what became of its rows is told (`ending`). Nothing
//! is sent while anything is wrong.

mod ending;
mod file;
mod leavers;
mod source;

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use wecom_contacts::{
    Client, Polling,
    callback::{CallbackToken, EncodingAesKey},
    imports::{ImportCall, ImportDepartment, ImportJob, ImportMember, JobCallback, Submission},
};
use wecom_sheets::Table;

use self::{
    file::{Import, Written},
    source::Source,
};
use crate::{
    context::Access,
    failure::{Failure, Result},
    output::{Output, say},
};

/// Import members and departments from spreadsheets, by a job (异步导入)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

const COLUMNS_OF_MEMBERS: &str = "\
Columns are found by their headings: those of WeCom's template (姓名, 帐号 or 账号, 手机号, 邮箱, 所在部门, 职位, 性别, 是否部门内领导,
排序, 别名, 地址, 座机, 禁用), or the names of the fields (name, userid, mobile, …, enable). Others are ignored and told, unless
--map or --extra says what they are. A column that the file has decides its field, an empty cell included; columns that it has
not are left alone. Departments are ids, joined by semicolons.

Blanks, full-width letters, +86, an apostrophe in front and the like are cleaned, and counted. A cell of which nobody can know what
was meant, such as 1.38E+10, is refused with its place, and nothing is sent.

Rows that WeCom refuses are written to a file with the reason beside them; corrected, it can be imported as it is.";

#[derive(Subcommand)]
enum Verb {
    /// Create and update the members in a file: CSV, XLSX, or what `txl export` wrote (增量更新成员)
    #[command(after_long_help = COLUMNS_OF_MEMBERS)]
    Members {
        #[command(flatten)]
        source: Source,
        /// Make the corp's members exactly those of the file, DELETING all others (全量覆盖成员)
        #[arg(long)]
        replace: bool,
        /// Do not invite new members to join: without this flag WeCom does, by message or mail
        #[arg(long)]
        no_invite: bool,
        /// Take the column of this heading for the extended attribute (扩展属性) of the same name
        #[arg(long, value_name = "HEADING")]
        extra: Vec<String>,
        #[command(flatten)]
        job: Job,
    },
    /// Make the corp's departments exactly those of a file, DELETING all others that are empty (全量覆盖部门)
    ///
    /// Columns are found by their headings: 部门名称, 部门ID, 父部门ID and 排序, or name, id, parentid and order.
    Departments {
        #[command(flatten)]
        source: Source,
        #[command(flatten)]
        job: Job,
    },
    /// Show how a job goes, or went (获取异步任务结果)
    Job {
        /// The job's id
        id: String,
        /// Wait for the end of the job, and show which rows were refused
        #[arg(long)]
        wait: bool,
        #[command(flatten)]
        waiting: Waiting,
    },
}

#[derive(Args)]
struct Job {
    /// Do not wait for the end of the job: show its id, for `txl import job`
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    waiting: Waiting,
    /// Do not ask before others are deleted
    #[arg(long)]
    yes: bool,
    /// Where to write the rows that were refused [default: beside the file, as NAME.refused.csv]
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    /// Have the end of the job called back to this URL
    #[arg(long, value_name = "URL", requires_all = ["callback_token", "callback_aes_key"])]
    callback_url: Option<String>,
    /// The Token of that URL
    #[arg(long, env = "WECOM_CALLBACK_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    callback_token: Option<String>,
    /// The EncodingAESKey of that URL
    #[arg(long, env = "WECOM_CALLBACK_AES_KEY", hide_env_values = true, value_name = "KEY")]
    callback_aes_key: Option<String>,
}

/// How long to wait for a job.
#[derive(Args)]
struct Waiting {
    /// How many seconds to wait at most for another job to end, and then for this one
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    at_most: u64,
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        match self.verb {
            Verb::Members { source, replace, no_invite, extra, job } => {
                // What is missing is told before anything is read.
                let client = if source.dry_run { None } else { Some(self.access.contacts()?) };
                let table = source.table::<ImportMember>(&extra)?;
                let present = match &client {
                    Some(client) if replace => leavers::members(client).await?,
                    _ => None,
                };
                let written = source.write(&table, present)?;
                let Some(client) = client else { return source.stop_short(&written, output) };
                if replace {
                    job.confirm(&source, written.leavers, "members")?;
                    let mut submission = client.imports().replace_members(written.file.clone());
                    if no_invite {
                        submission = submission.to_invite(false);
                    }
                    return job.send(&source, &table, &written, submission, output).await;
                }
                let mut submission = client.imports().sync_members(written.file.clone());
                if no_invite {
                    submission = submission.to_invite(false);
                }
                job.send(&source, &table, &written, submission, output).await
            }
            Verb::Departments { source, job } => {
                let client = if source.dry_run { None } else { Some(self.access.contacts()?) };
                let table = source.table::<ImportDepartment>(&[])?;
                let present = match &client {
                    Some(client) => leavers::departments(client).await?,
                    None => None,
                };
                let written = source.write(&table, present)?;
                let Some(client) = client else { return source.stop_short(&written, output) };
                job.confirm(&source, written.leavers, "departments")?;
                let submission = client.imports().replace_departments(written.file.clone());
                job.send(&source, &table, &written, submission, output).await
            }
            Verb::Job { id, wait, waiting } => {
                resume(&self.access.contacts()?, id, wait, waiting, output).await
            }
        }
    }
}

async fn resume(client: &Client, id: String, wait: bool, waiting: Waiting, output: Output) -> Result {
    let job: ImportJob = client.imports().job(id);
    if wait {
        let outcome = job.wait(waiting.polling()).await?;
        return ending::tell::<ImportMember>(&outcome, None, output);
    }
    output.record(&job.status().await?)
}

impl Job {
    /// Asks before anything is deleted.
    fn confirm(&self, source: &Source, leavers: Option<u64>, what: &str) -> Result {
        leavers::confirm(leavers, what, self.yes, source.is_stdin())
    }

    async fn send<R: Import, E: ImportCall>(
        self,
        source: &Source,
        table: &Table<R>,
        written: &Written,
        submission: Submission<E>,
        output: Output,
    ) -> Result {
        let submission = match self.callback()? {
            Some(callback) => submission.callback(callback),
            None => submission,
        };
        if self.no_wait {
            let job = submission.await?;
            output.ids(&[job.id()])?;
            say(format_args!("it runs on; see `txl import job {} --wait`", job.id()));
            return Ok(());
        }
        say(format_args!("{} rows are on their way", written.rows));
        // Interrupted, it runs on: `txl import job` takes it up.
        let submission = submission.on_job(|id| say(format_args!("job {id}")));
        let outcome = submission.outcome(self.waiting.polling()).await?;
        let refused = self.refused.clone().unwrap_or_else(|| source.refused());
        ending::tell(&outcome, Some((table, &refused)), output)
    }

    fn callback(&self) -> Result<Option<JobCallback>> {
        let (Some(url), Some(token), Some(key)) =
            (&self.callback_url, &self.callback_token, &self.callback_aes_key)
        else {
            return Ok(None);
        };
        let key: EncodingAesKey = key.parse().map_err(|error| {
            Failure::usage("the callback's EncodingAESKey is not one")
                .because(&error)
                .remedy("make one by `txl callback new-key`")
        })?;
        Ok(Some(JobCallback::new(url, &CallbackToken::new(token.as_str()), &key)))
    }
}

impl Waiting {
    fn polling(&self) -> Polling {
        Polling::every(Duration::from_secs(2)).at_most(Duration::from_secs(self.at_most))
    }
}
