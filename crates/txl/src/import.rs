//! Imports (异步导入): members and departments in bulk, from a CSV file.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand};
use wecom_contacts::{
    Client, Polling,
    callback::{CallbackToken, EncodingAesKey},
    imports::{ImportCall, ImportJob, JobCallback, Submission},
};

use crate::{
    context::Access,
    failure::{Failure, Result},
    file::contents,
    output::{Output, say},
};

/// Import members and departments from a CSV file, by a job (异步导入)
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    access: Access,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Create and update the members in a CSV file (增量更新成员)
    ///
    /// The file is UTF-8, with the template's headings: 姓名,帐号,手机号,邮箱,所在部门,职位,性别,是否部门内领导,排序,别名,地址,座机,禁用.
    /// Departments are ids joined by `;`.
    Members {
        /// The CSV file; `-` is stdin
        file: PathBuf,
        /// Make the corp's members exactly those of the file, DELETING all others (全量覆盖成员)
        #[arg(long)]
        replace: bool,
        /// Do not invite new members to join: without this flag WeCom does, by message or mail
        #[arg(long)]
        no_invite: bool,
        #[command(flatten)]
        job: Job,
    },
    /// Make the corp's departments exactly those of a CSV file (全量覆盖部门)
    ///
    /// The file is UTF-8, with the template's headings: 部门名称,部门ID,父部门ID,排序.
    Departments {
        /// The CSV file; `-` is stdin
        file: PathBuf,
        #[command(flatten)]
        job: Job,
    },
    /// Show how a job goes, or went (获取异步任务结果)
    Job {
        /// The job's id
        id: String,
        #[command(flatten)]
        waiting: Waiting,
    },
}

#[derive(Args)]
struct Job {
    #[command(flatten)]
    waiting: Waiting,
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

/// Whether and how long to wait for a job.
#[derive(Args)]
struct Waiting {
    /// Wait for the end of the job, and show what became of each row
    #[arg(long)]
    wait: bool,
    /// How many seconds to wait at most
    #[arg(long, value_name = "SECONDS", default_value_t = 1800)]
    at_most: u64,
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        let client = self.access.contacts()?;
        match self.verb {
            Verb::Members { file, replace, no_invite, job } => {
                let csv = contents(&file)?;
                if replace {
                    let mut submission = client.imports().replace_members(csv);
                    if no_invite {
                        submission = submission.to_invite(false);
                    }
                    job.submit(submission, output).await
                } else {
                    let mut submission = client.imports().sync_members(csv);
                    if no_invite {
                        submission = submission.to_invite(false);
                    }
                    job.submit(submission, output).await
                }
            }
            Verb::Departments { file, job } => {
                let csv = contents(&file)?;
                job.submit(client.imports().replace_departments(csv), output).await
            }
            Verb::Job { id, waiting } => resume(&client, id, waiting, output).await,
        }
    }
}

async fn resume(client: &Client, id: String, waiting: Waiting, output: Output) -> Result {
    let job = client.imports().job(id);
    if waiting.wait {
        return waiting.outcome(&job, output).await;
    }
    output.record(&job.status().await?)
}

impl Job {
    async fn submit<E: ImportCall>(self, submission: Submission<E>, output: Output) -> Result {
        let submission = match self.callback()? {
            Some(callback) => submission.callback(callback),
            None => submission,
        };
        let job = submission.await?;
        if self.waiting.wait {
            say(format_args!("job {}", job.id()));
            return self.waiting.outcome(&job, output).await;
        }
        output.ids(&[job.id()])?;
        say(format_args!("it runs on; see `txl import job {} --wait`", job.id()));
        Ok(())
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
    async fn outcome(&self, job: &ImportJob, output: Output) -> Result {
        let polling = Polling::every(Duration::from_secs(2)).at_most(Duration::from_secs(self.at_most));
        let outcome = job.wait(polling).await?;
        output.list(outcome.rows(), &["userid", "partyid", "action", "errcode", "errmsg"])?;
        let Some(first) = outcome.failures().next() else {
            return Ok(());
        };
        let failure =
            Failure::new(format!("{} of {} rows were refused", outcome.failed(), outcome.rows().len()));
        Err(match first.refusal().and_then(|code| code.info()) {
            Some(info) => failure.remedy(format!(
                "the first: {} {} (errcode {}); {} {}",
                info.english, info.chinese, info.code, info.remedy, info.remedy_chinese
            )),
            None => failure,
        }
        .remedy("correct those rows and import them again"))
    }
}
