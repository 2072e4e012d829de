//! A simulated corp, its two clients, and a mirror of it.

use std::{collections::BTreeMap, path::PathBuf};

use wecom_contacts::{Budget, Client, CorpId, Secret};
use wecom_directory::{
    pull::{Pull, PullReport},
    record::MemberRecord,
    store::{Store, sqlite::SqliteStore},
};
use wecom_sim::{Sim, SimBuilder};

pub(crate) struct Corp {
    pub(crate) sim: Sim,
    pub(crate) contacts: Client,
    pub(crate) app: Client,
    pub(crate) store: SqliteStore,
    directory: tempfile::TempDir,
}

impl Corp {
    pub(crate) async fn start() -> Self {
        Self::with(Sim::builder()).await
    }

    pub(crate) async fn with(sim: SimBuilder) -> Self {
        // Jobs end by themselves.
        let sim =
            sim.running_clock(true).job_time(std::time::Duration::from_millis(1)).start().await.unwrap();
        let client = |secret| {
            let client = Client::builder(sim.corp_id(), secret).base_url(sim.url());
            client.budget(Budget::unlimited()).build().unwrap()
        };
        let contacts = client(Secret::contacts_sync(sim.contacts_secret()));
        let app = client(Secret::app(sim.agent_id(), sim.app_secret()));
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path().join("mirror.db")).await.unwrap();
        Self { sim, contacts, app, store, directory }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("mirror.db")
    }

    pub(crate) fn id(&self) -> CorpId {
        self.sim.corp_id().into()
    }

    /// A pull with both secrets.
    pub(crate) fn both(&self) -> Pull {
        self.contacts_only().app(self.sim.agent_id(), self.app.clone())
    }

    pub(crate) fn contacts_only(&self) -> Pull {
        Pull::new(self.sim.corp_id()).contacts_sync(self.contacts.clone())
    }

    pub(crate) fn app_only(&self) -> Pull {
        Pull::new(self.sim.corp_id()).app(self.sim.agent_id(), self.app.clone())
    }

    pub(crate) async fn pull(&self) -> PullReport {
        self.both().run(&self.store).await.unwrap()
    }

    /// The members of the mirror by userid.
    pub(crate) async fn members(&self) -> BTreeMap<String, MemberRecord> {
        let members = self.store.members_after(&self.id(), None, 100_000).await.unwrap();
        members.into_iter().map(|member| (member.member.userid.as_str().to_owned(), member)).collect()
    }
}
