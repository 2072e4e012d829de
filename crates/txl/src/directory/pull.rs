//! `txl pull`.

use std::{sync::Arc, time::Duration};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use wecom_contacts::Polling;
use wecom_directory::{
    pull::{Progress, PullReport, Via},
    store::Store,
};

use super::MirrorFlags;
use crate::{
    access::Access,
    failure::{Failure, Result},
    messages::directory as messages,
    output::{Output, say, stderr},
    timespan,
};

/// Read the corp into the mirror (拉取通讯录)
///
/// With both secrets the pull proves which members and departments exist and reads their details. With the contacts-sync secret
/// (通讯录同步) alone it reads ids; with an app's (自建应用) alone it reads what the app sees, and removes nothing.
///
/// Values that a secret may not see are kept apart from empty ones. A member is removed from the mirror only after two complete
/// readings without that member. An interrupted pull leaves the mirror unchanged, and the next one continues its export job.
///
/// Exit code 1: some members still moved between departments when the pull ended.
#[derive(Args)]
pub(crate) struct Pull {
    /// How the details of members are read
    #[arg(long, value_enum, default_value_t)]
    via: ViaFlag,
    #[command(flatten)]
    mirror: MirrorFlags,
    #[command(flatten)]
    access: Access,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ViaFlag {
    /// By lists up to 5,000 members, by an export above
    #[default]
    Auto,
    /// By the list of each department
    Lists,
    /// By an export job (异步导出)
    Export,
}

impl Pull {
    pub(crate) async fn run(self, output: Output) -> Result {
        let pull = forgetting(&self.access, prepared(&self.access, self.via.into())?)?;
        let store = self.mirror.open().await?;
        let report = run(pull, &*store, output.is_table()).await?;
        if output.is_table() {
            for line in messages::pulled(&report) {
                say(line);
            }
        } else {
            output.record(&report)?;
        }
        if report.complete {
            Ok(())
        } else {
            Err(Failure::new(messages::still_moving(report.moving.len())).remedy(messages::pull_again()))
        }
    }
}

/// The pull with the configured age at which values of removed members are erased.
fn forgetting(access: &Access, pull: wecom_directory::pull::Pull) -> Result<wecom_directory::pull::Pull> {
    Ok(match access.forget_after()? {
        Some(span) => pull.forget_removed_before(timespan::before_now(span)),
        None => pull,
    })
}

/// Pulls the corp before another command compares it, and says what a reader of the comparison must know.
pub(crate) async fn pull_now(access: &Access, store: &dyn Store, shows_progress: bool) -> Result {
    let pull = forgetting(access, prepared(access, Via::Auto)?)?;
    let report = run(pull, store, shows_progress).await?;
    say(messages::pulled_in_short(&report));
    messages::limits(&report).into_iter().for_each(say);
    Ok(())
}

async fn run(
    pull: wecom_directory::pull::Pull,
    store: &dyn Store,
    shows_progress: bool,
) -> Result<PullReport> {
    let gauge = Gauge::new(shows_progress);
    let shown = Arc::clone(&gauge);
    let result = pull.on_progress(move |progress| shown.show(progress)).run(store).await;
    gauge.clear();
    Ok(result?)
}

/// A pull with the secrets that are given.
pub(super) fn prepared(access: &Access, via: Via) -> Result<wecom_directory::pull::Pull> {
    let pull = wecom_directory::pull::Pull::new(access.corp_id()?).via(via).holder(messages::holder());
    // The pause grows to two seconds: the export of a small corp takes less.
    let mut pull = pull.polling(Polling::every(Duration::from_millis(500)));
    if let Some(client) = access.contacts_if_given()? {
        pull = pull.contacts_sync(client);
    }
    if let Some(client) = access.app_if_given()? {
        pull = pull.app(access.agent_id()?, client);
    }
    Ok(pull)
}

impl From<ViaFlag> for Via {
    fn from(flag: ViaFlag) -> Self {
        match flag {
            ViaFlag::Auto => Self::Auto,
            ViaFlag::Lists => Self::Lists,
            ViaFlag::Export => Self::Export,
        }
    }
}

/// How far the pull has come, on stderr if that is a terminal.
struct Gauge(ProgressBar);

impl Gauge {
    fn new(is_shown: bool) -> Arc<Self> {
        let target = if is_shown && !stderr::is_silent() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(
            ProgressStyle::with_template("{spinner} {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar.enable_steady_tick(Duration::from_millis(100));
        Arc::new(Self(bar))
    }

    fn show(&self, progress: Progress) {
        self.0.set_message(messages::stage(progress).to_string());
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}
