//! A pull (拉取): reads a corp into the mirror.
//!
//! The ids of all members and departments are read with the contacts-sync secret, the details with an app's. The ids are read again
//! at the end, and objects that changed meanwhile are read again. Then everything is committed in one transaction.
//!
//! A removal is recorded only if the object is missing from the last two complete readings of the ids and no reading of this pull
//! saw it. Everything else that is not seen any more is out of sight.

pub(crate) mod departments;
pub(crate) mod details;
mod ids;
pub(crate) mod merge;
mod report;
pub(crate) mod rows;
mod run;
mod table;
mod tags;
mod writer;

use std::{fmt, time::Duration};

use jiff::Timestamp;
use wecom_contacts::{AgentId, Client, CorpId, Polling};

pub(crate) use departments::paths;
pub use report::{Counts, Hidden, Progress, PullReport, Stage};

use crate::{Result, journal::Change, store::Store};

/// How the details of members are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// By lists of each department up to 5,000 members, by an export above.
    #[default]
    Auto,
    /// By `user/list` of each department.
    Lists,
    /// By an export job (异步导出).
    Export,
}

/// A pull about to run.
///
/// It needs at least one secret. With contacts-sync (通讯录同步) it proves which members and departments exist; with an app
/// (自建应用) it reads the details of those inside the app's visible range.
#[must_use = "a pull does nothing until it runs"]
pub struct Pull {
    corp: CorpId,
    contacts_sync: Option<Client>,
    app: Option<(AgentId, Client)>,
    via: Via,
    polling: Polling,
    holder: String,
    lock_wait: Duration,
    forget_before: Option<Timestamp>,
    progress: Box<dyn FnMut(Progress) + Send>,
}

impl Pull {
    /// A pull of this corp, without secrets yet.
    pub fn new(corp: impl Into<CorpId>) -> Self {
        Self {
            corp: corp.into(),
            contacts_sync: None,
            app: None,
            via: Via::Auto,
            polling: Polling::default(),
            holder: format!("process {}", std::process::id()),
            lock_wait: Duration::from_secs(60),
            forget_before: None,
            progress: Box::new(drop),
        }
    }

    /// Reads the ids with this client, which holds the contacts-sync secret.
    pub fn contacts_sync(mut self, client: Client) -> Self {
        self.contacts_sync = Some(client);
        self
    }

    /// Reads the details with this client, which holds the secret of this app.
    pub fn app(mut self, agent: impl Into<AgentId>, client: Client) -> Self {
        self.app = Some((agent.into(), client));
        self
    }

    /// Reads the details this way. Defaults to [`Via::Auto`].
    pub fn via(mut self, via: Via) -> Self {
        self.via = via;
        self
    }

    /// Asks for the state of an export job this often. Defaults to the SDK's.
    pub fn polling(mut self, polling: Polling) -> Self {
        self.polling = polling;
        self
    }

    /// Names this writer to others that wait for the lock. Defaults to the process id.
    pub fn holder(mut self, holder: impl Into<String>) -> Self {
        self.holder = holder.into();
        self
    }

    /// Waits for another writer of the corp at most so long. Defaults to 60 s.
    pub fn lock_wait(mut self, wait: Duration) -> Self {
        self.lock_wait = wait;
        self
    }

    /// Erases the values of members who were removed before this time, once the pull is complete and has proven which members exist.
    pub fn forget_removed_before(mut self, before: Timestamp) -> Self {
        self.forget_before = Some(before);
        self
    }

    /// Calls this with the progress of the pull, a few times a second at most for each stage.
    pub fn on_progress(mut self, progress: impl FnMut(Progress) + Send + 'static) -> Self {
        self.progress = Box::new(progress);
        self
    }

    /// Runs the pull.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`](crate::Error::Locked) if another writer holds the corp; [`Error::WeCom`](crate::Error::WeCom) if a call
    /// fails for good. The mirror is then unchanged, and the next pull continues an export job that this one had submitted.
    pub async fn run(self, store: &dyn Store) -> Result<PullReport> {
        run::run(self, store, None).await
    }

    /// Reads the corp as [`run`](Self::run) does, leaves the mirror as it is, and returns what would change in it.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run); [`Error::UnknownCorp`](crate::Error::UnknownCorp) if the mirror does not have the corp.
    pub async fn compare(self, store: &dyn Store) -> Result<(PullReport, Vec<Change>)> {
        let mut changes = Vec::new();
        let report = run::run(self, store, Some(&mut changes)).await?;
        Ok((report, changes))
    }
}

impl fmt::Debug for Pull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pull")
            .field("corp", &self.corp)
            .field("contacts_sync", &self.contacts_sync.is_some())
            .field("app", &self.app.as_ref().map(|(agent, _)| agent))
            .field("via", &self.via)
            .finish_non_exhaustive()
    }
}
