//! Bulk imports (异步导入) of members and departments from spreadsheets.
//!
//! `source` reads and cleans the file. `check` checks the rows and writes them as WeCom's CSV. `corp` and `effects` compare them with the
//! corp. `consent` asks for confirmation, then the file is sent, and `outcome` prints the result of each row. A file with a fault is never
//! sent.

mod check;
mod consent;
mod corp;
mod effects;
mod gate;
mod kind;
mod outcome;
mod preview;
mod refused;
mod source;
mod unreadable;

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use clap::{Args, Subcommand};
use wecom_contacts::{
    Client, Error, ErrorKind, JobId, Polling,
    callback::{CallbackToken, EncodingAesKey},
    imports::{
        ImportCall, ImportDepartment, ImportFile, ImportJob, ImportMember, ImportSubmission, JobCallback,
    },
};
use wecom_sheets::Table;

pub(crate) use self::kind::ImportKind;
use self::{
    check::{Check, Held, Import},
    consent::Consent,
    corp::{Corp, Details},
    effects::{Choices, Headings, ask_about_cleared},
    outcome::SentRows,
    preview::Preview,
    refused::are_objects,
    source::Source,
};
use crate::{
    access::{Access, GivenSecret, JobKey, JobToken},
    confirm::can_ask,
    failure::{Failure, Result},
    messages::import as messages,
    numbers,
    output::{Output, say, stderr},
    signals,
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
Columns are recognized by their headings: those of WeCom's templates (姓名, 帐号 or 账号, 手机号, 邮箱, 所在部门, 职位, 性别, \
是否部门内领导, 排序, 别名, 地址, 座机, 禁用), common synonyms (部门, 岗位, 移动电话, 电子邮箱, …), or the names of the fields \
(name, userid, mobile, …, enable). --map and --extra assign other columns. The remaining columns are ignored with a \
warning.

An empty cell clears its field. A column or JSON key that is absent leaves the field unchanged. Departments are ids, \
paths or unique names, separated by semicolons. The lookup of paths and names needs an app's secret.

With credentials the command first reads the corp's ids and shows which members would be created, be deleted, or lose \
departments. It stops if a member would lose a department; --exact-departments allows this. It asks for confirmation \
before it deletes members, and if more than 5 % of the rows clear a field; --yes confirms in advance.

Blanks, full-width letters, +86, leading apostrophes and similar details are corrected and counted. An ambiguous cell, \
such as 1.38E+10, is reported with its position, and nothing is sent.

Rows that WeCom refuses are written to a file, together with the reasons. Correct this file and import it as it is.";

#[derive(Subcommand)]
enum Verb {
    /// Create and update the members in a file: CSV, XLSX, or output of `txl export` (增量更新成员)
    #[command(after_long_help = COLUMNS_OF_MEMBERS)]
    Members(Members),
    /// Replace all departments with those in a file, DELETING other departments that are empty (全量覆盖部门)
    ///
    /// Columns are recognized by their headings: 部门名称, 部门ID, 父部门ID and 排序, or name, id, parentid and order.
    Departments {
        #[command(flatten)]
        source: Source,
        #[command(flatten)]
        job: Job,
    },
    /// Show the state or the result of a job (获取异步任务结果)
    Job {
        /// Id of the job
        id: String,
        /// Wait until the job ends, then show the refused rows
        #[arg(long)]
        wait: bool,
        #[command(flatten)]
        waiting: Waiting,
    },
}

#[derive(Args)]
struct Members {
    #[command(flatten)]
    source: Source,
    /// Replace all members with those in the file, DELETING all other members (全量覆盖成员)
    #[arg(long)]
    replace: bool,
    /// Invite new members to join, by message or email. An invitation cannot be withdrawn
    #[arg(long)]
    invite: bool,
    /// Accepted for older scripts: only --invite invites new members
    #[arg(long, hide = true, conflicts_with = "invite")]
    no_invite: bool,
    /// Allow members to lose departments that the file leaves out
    #[arg(long)]
    exact_departments: bool,
    /// Allow a replacement that deletes this many members, as the gate's message says: members_removed=N
    #[arg(long, value_name = "MEASURE=N", value_parser = gate::removals, requires = "replace")]
    allow: Option<u64>,
    /// Allow a file in which nearly all accounts are new to the corp
    #[arg(long)]
    new_members: bool,
    /// Import the column with this heading as the extended attribute (扩展属性) of the same name
    #[arg(long, value_name = "HEADING")]
    extra: Vec<String>,
    #[command(flatten)]
    job: Job,
}

#[derive(Args)]
struct Job {
    #[command(flatten)]
    preview: Preview,
    /// Show the job's id and exit; `txl import job` shows the result later
    #[arg(long)]
    no_wait: bool,
    #[command(flatten)]
    waiting: Waiting,
    /// Confirm in advance the deletion of members or departments, and the clearing of fields in many rows
    #[arg(long)]
    yes: bool,
    /// File for the refused rows [default: beside the imported file, as NAME.refused.csv, or NAME.refused.jsonl
    /// for JSON]
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
    /// URL that WeCom calls when the job ends
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
    #[command(flatten)]
    callback_token: GivenSecret<JobToken>,
    #[command(flatten)]
    callback_aes_key: GivenSecret<JobKey>,
}

/// The limit of the wait for a job.
#[derive(Args)]
struct Waiting {
    /// Maximum number of seconds to wait for another job to end, and then again for this job
    #[arg(long, value_name = "SECONDS", default_value_t = 1800, value_parser = numbers::whole::<u64>(0..=u64::MAX))]
    at_most: u64,
}

impl Command {
    pub(crate) async fn run(self, output: Output) -> Result {
        match self.verb {
            Verb::Members(verb) => verb.run(&self.access, output).await,
            Verb::Departments { source, mut job } => {
                job.adopt(&self.access)?;
                // A missing credential is reported before anything is read.
                let client = job.preview.client(&self.access)?;
                job.callback()?;
                let table = source.table::<ImportDepartment>(&[])?;
                let corp = match &client {
                    Some(client) => Some(job.preview.looked_up(Corp::with_departments(client).await)?),
                    None => None,
                };
                let held = Held { corp: corp.as_ref(), details: None };
                let mut check = source.check(&table, true, held)?;
                corp::name_deleted_departments(&self.access, &mut check).await;
                let file = job.prepare(&source, &table, check, corp.as_ref(), Choices::default(), output)?;
                let (Some(client), Some(file)) = (client, file) else { return Ok(()) };
                let submission = client.imports().replace_departments(file);
                job.send(&source, &table, None, submission, output).await
            }
            Verb::Job { id, wait, waiting } => {
                resume(&self.access.contacts()?, id, wait, waiting, output).await
            }
        }
    }
}

impl Members {
    async fn run(self, access: &Access, output: Output) -> Result {
        let Self {
            source,
            replace,
            invite,
            no_invite: _,
            exact_departments,
            allow,
            new_members,
            extra,
            mut job,
        } = self;
        job.adopt(access)?;
        // A missing credential is reported before anything is read.
        let client = job.preview.client(access)?;
        job.callback()?;
        let mut table = source.table::<ImportMember>(&extra)?;
        let corp = match &client {
            Some(client) => Some(job.preview.looked_up(Corp::with_members(client).await)?),
            None => None,
        };
        let mut held = Held { corp: corp.as_ref(), details: None };
        let mut check = source.check(&table, replace, held)?;
        if check.reading.department_names > 0 && client.is_some() {
            table = table.with_departments(job.preview.looked_up(corp::department_names(access).await)?);
            check = source.check(&table, replace, held)?;
        }
        let details;
        if let Some(effects) = check.effects.as_ref().filter(|_| check.clears_many()) {
            // Fields that are empty already lower the count, and perhaps make the confirmation unnecessary.
            details = job.preview.looked_up(Details::read(access, &effects.cleared_in).await)?;
            held.details = details.as_ref();
            check = source.check(&table, replace, held)?;
        }
        corp::name_deleted_members(access, &mut check).await;
        let choices = Choices { exact_departments, new_members, removed: allow };
        let file = job.prepare(&source, &table, check, corp.as_ref(), choices, output)?;
        let (Some(client), Some(file)) = (client, file) else { return Ok(()) };
        if replace {
            let submission = client.imports().replace_members(file).to_invite(invite);
            job.send(&source, &table, corp.as_ref(), submission, output).await
        } else {
            let submission = client.imports().sync_members(file).to_invite(invite);
            job.send(&source, &table, corp.as_ref(), submission, output).await
        }
    }
}

/// Returns the failure of an import. If its job was submitted, the job goes on: another import would be a second job.
fn unfinished(error: Error, job: Option<&JobId>) -> Failure {
    let is_lost = matches!(error.kind(), ErrorKind::Transport { .. } | ErrorKind::NotWeCom { .. });
    let has_ended = matches!(error.kind(), ErrorKind::JobFailed { .. });
    match job {
        Some(id) if is_lost => Failure::from(error).instead(messages::job_goes_on(id)),
        Some(id) if !has_ended => Failure::from(error).remedy(messages::job_goes_on(id)),
        _ => error.into(),
    }
}

async fn resume(client: &Client, id: String, wait: bool, waiting: Waiting, output: Output) -> Result {
    let job: ImportJob = client.imports().job(id);
    if wait {
        let outcome = job.wait(waiting.polling()).await?;
        return outcome::report::<ImportMember>(&outcome, None, output);
    }
    output.record(&job.status().await?)
}

impl Job {
    /// Reads secrets that are missing from the command line from the source of the credentials.
    fn adopt(&mut self, access: &Access) -> Result {
        access.adopt(&mut self.callback_token)?;
        access.adopt(&mut self.callback_aes_key)
    }

    /// Prints what the file contains and its effects on the corp, and asks for confirmation.
    ///
    /// Returns the file to send, or `None` for a dry run.
    fn prepare<R: Import>(
        &self,
        source: &Source,
        table: &Table<R>,
        check: Check,
        corp: Option<&Corp>,
        choices: Choices,
        output: Output,
    ) -> Result<Option<ImportFile>> {
        if !self.yes && !self.preview.dry_run && can_ask() {
            stderr::speak();
        }
        source.report(&check)?;
        let mut consent = Consent::default();
        match &check.effects {
            Some(effects) => {
                effects.print(R::KIND);
                effects.ask(R::KIND, check.rows(), &mut consent);
            }
            None => ask_about_cleared(&check.reading.cleared, check.rows(), &mut consent),
        }
        let verdict = check.verdict(corp, choices, &Headings::of(table));
        if self.preview.dry_run {
            consent.announce();
            self.preview.finish(table, &check, verdict.is_ok(), output)?;
            return verdict.map(|()| None);
        }
        verdict?;
        consent.obtain(self.yes, source.is_stdin())?;
        say(messages::sending(check.rows()));
        Ok(Some(check.into_file()))
    }

    async fn send<R: Import, E: ImportCall>(
        self,
        source: &Source,
        table: &Table<R>,
        corp: Option<&Corp>,
        submission: ImportSubmission<E>,
        output: Output,
    ) -> Result {
        let submission = match self.callback()? {
            Some(callback) => submission.callback(callback),
            None => submission,
        };
        if self.no_wait {
            let job = submission.await?;
            output.ids(&[job.id()])?;
            say(messages::job_goes_on(job.id()));
            return Ok(());
        }
        // The job continues after an interruption of the command: `txl import job` needs its id.
        let job = Arc::new(OnceLock::new());
        let submitted = Arc::clone(&job);
        let submission = submission.on_job(move |id| {
            say(messages::job(id));
            signals::set_remedy(messages::job_goes_on(id));
            // An import of one file is one job.
            let _ = submitted.set(id.clone());
        });
        let outcome = submission.outcome(self.waiting.polling()).await;
        let outcome = outcome.map_err(|error| unfinished(error, job.get()))?;
        let refused = self.refused.clone().unwrap_or_else(|| source.refused(are_objects(table)));
        outcome::report(&outcome, Some(SentRows { table, refused: &refused, corp }), output)
    }

    fn callback(&self) -> Result<Option<JobCallback>> {
        let Some(url) = &self.callback_url else { return Ok(None) };
        let token = CallbackToken::new(self.callback_token.required()?);
        let key: EncodingAesKey = self.callback_aes_key.required()?.parse().map_err(|error| {
            Failure::usage(messages::callback_key_is_invalid()).because(&error).remedy(messages::make_a_key())
        })?;
        Ok(Some(JobCallback::new(url, &token, &key)))
    }
}

impl Waiting {
    fn polling(&self) -> Polling {
        Polling::every(Duration::from_millis(500)).at_most(Duration::from_secs(self.at_most))
    }
}
