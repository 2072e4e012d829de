//! `txl doctor`: looks at everything that a command needs, and names what is wrong. It only reads.
//!
//! Each check has its own file and adds its diagnoses to the report. `matrix` makes the calls whose answers the later checks explain.

mod callback;
mod clock;
mod diagnosis;
mod matrix;
mod mirror;
mod network;
mod report;
mod rights;
mod secret;
mod setup;
mod sight;
mod token_store;

use clap::Args;

use self::report::Report;
use crate::{
    access::{Access, Caller, GivenSecret, JobKey, JobToken},
    directory::MirrorFlags,
    failure::{Exit, Failure, Result},
    language::EnglishData,
    messages::doctor as messages,
    output::Output,
};

/// Check credentials, connection, rights, callback URL and mirror, and name what is wrong (诊断)
///
/// Calls the endpoints that read, with each secret. Nothing is changed, so the right to write is shown as not tested. Every problem
/// comes with its remedy and the page of the console (管理后台) to open.
///
/// Exit code 1: there is a problem. Exit code 3: the server gives no usable answer.
#[derive(Args)]
pub(crate) struct Doctor {
    /// The callback URL (接收事件服务器): verify it as WeCom does, with --callback-token and --callback-aes-key
    #[arg(long, value_name = "URL")]
    callback_url: Option<String>,
    #[command(flatten)]
    callback_token: GivenSecret<JobToken>,
    #[command(flatten)]
    callback_aes_key: GivenSecret<JobKey>,
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
}

impl Doctor {
    pub(crate) async fn run(mut self, output: Output) -> Result {
        self.access.adopt(&mut self.callback_token)?;
        self.access.adopt(&mut self.callback_aes_key)?;
        // A stored token would only prove that the secret was valid earlier.
        let access = self.access.without_kept_tokens();
        // Without any secret there is nothing to check.
        access.either()?;
        // The messages of a report in JSON or CSV are data.
        let data = (!output.is_table()).then(EnglishData::begin);
        let mut report = Report::default();
        setup::check(&access, &mut report)?;
        clock::check(&access, &mut report).await;
        let contacts = secret::check(&access, Caller::Contacts, &mut report).await;
        let app = secret::check(&access, Caller::App, &mut report).await;
        let contacts = matrix::read(contacts.as_ref(), Caller::Contacts).await;
        let app = matrix::read(app.as_ref(), Caller::App).await;
        rights::check(&contacts, &app, &mut report);
        sight::check(&contacts, &app, &mut report);
        report.matrix = matrix::joined(&contacts, &app);
        let url = self.callback_url.as_deref();
        callback::check(&access, url, &self.callback_token, &self.callback_aes_key, &mut report).await;
        token_store::check(&access, &mut report);
        mirror::check(&access, &self.mirror, &mut report).await;
        drop(data);
        report.print(output)?;
        match report.problems() {
            0 => Ok(()),
            problems => {
                let exit = if report.is_unreachable { Exit::NoAnswer } else { Exit::Failed };
                Err(Failure::new(messages::problems(problems)).remedy(messages::correct_them()).exit(exit))
            }
        }
    }
}
