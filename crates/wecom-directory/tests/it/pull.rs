//! A pull: what the mirror has afterwards is what the corp has.

use std::collections::BTreeMap;

use wecom_contacts::{Client, Secret, UserId};
use wecom_directory::{
    Coverage, Level,
    pull::{Pull, PullReport},
    record::{MemberRecord, State},
    store::{Store, sqlite::SqliteStore},
};
use wecom_sim::Sim;

struct Corp {
    sim: Sim,
    contacts: Client,
    app: Client,
    store: SqliteStore,
    _directory: tempfile::TempDir,
}

impl Corp {
    async fn start() -> Self {
        let sim = Sim::start().await;
        let client = |secret| {
            Client::builder(sim.corp_id(), secret)
                .base_url(sim.url())
                .budget(wecom_contacts::Budget::unlimited())
                .build()
                .unwrap()
        };
        let directory = tempfile::tempdir().unwrap();
        Self {
            contacts: client(Secret::contacts_sync(sim.contacts_secret())),
            app: client(Secret::app(sim.agent_id(), sim.app_secret())),
            store: SqliteStore::open(directory.path().join("mirror.db")).await.unwrap(),
            _directory: directory,
            sim,
        }
    }

    fn pull(&self) -> Pull {
        Pull::new(self.sim.corp_id())
            .contacts_sync(self.contacts.clone())
            .app(self.sim.agent_id(), self.app.clone())
    }

    async fn run(&self, pull: Pull) -> PullReport {
        pull.run(&self.store).await.unwrap()
    }

    async fn members(&self) -> BTreeMap<String, MemberRecord> {
        let corp = self.sim.corp_id().into();
        let members = self.store.members_after(&corp, None, 100_000).await.unwrap();
        members.into_iter().map(|member| (member.member.userid.as_str().to_owned(), member)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mirror_has_what_the_corp_has() {
    let corp = Corp::start().await;
    let report = corp.run(corp.pull()).await;
    let complete = Coverage { members: Level::Complete, departments: Level::Complete, tags: Level::Complete };
    assert_eq!(report.coverage, complete, "{report:?}");
    assert!(report.existence && report.complete);

    let members = corp.members().await;
    for (userid, record) in &members {
        let member = corp.app.members().get(UserId::new(userid)).await.unwrap();
        assert_eq!(record.member.name, member.name);
        let seats: Vec<_> = record.seats.iter().map(|seat| seat.department).collect();
        let mut departments = member.department.clone().unwrap_or_default();
        departments.sort_unstable();
        assert_eq!(seats, departments, "{userid}");
    }
    assert_eq!(report.members.seen, members.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_pull_writes_nothing_but_its_own_row() {
    let corp = Corp::start().await;
    corp.run(corp.pull()).await;
    let before = corp.members().await;
    let report = corp.run(corp.pull()).await;
    assert_eq!(
        (report.members.created, report.members.changed, report.members.removed),
        (0, 0, 0),
        "{report:?}"
    );
    assert_eq!(corp.members().await, before);
    assert_eq!(report.pull, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_is_proven_by_two_readings() {
    let corp = Corp::start().await;
    corp.run(corp.pull()).await;
    corp.contacts.members().delete("lisi").await.unwrap();
    let report = corp.run(corp.pull()).await;
    assert_eq!(report.members.removed, 1, "{report:?}");
    assert_eq!(corp.members().await["lisi"].state, State::Removed);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_alone_removes_nothing() {
    let corp = Corp::start().await;
    corp.run(corp.pull()).await;
    corp.contacts.members().delete("lisi").await.unwrap();
    let pull = Pull::new(corp.sim.corp_id()).app(corp.sim.agent_id(), corp.app.clone());
    let report = corp.run(pull).await;
    assert_eq!(report.coverage.members, Level::Range);
    assert_eq!((report.members.removed, report.members.out_of_sight), (0, 1), "{report:?}");
    assert_eq!(corp.members().await["lisi"].state, State::OutOfSight);
}
