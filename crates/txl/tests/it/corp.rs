//! A simulated corp and a directory of files, for tests that run commands against it.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use wecom_sim::{Sim, SimBuilder};

use crate::run::{Ran, txl};

pub(crate) struct Corp {
    pub(crate) sim: Sim,
    pub(crate) directory: tempfile::TempDir,
}

impl Corp {
    /// Jobs take no time on its clock.
    pub(crate) async fn start(builder: SimBuilder) -> Self {
        let sim = builder.running_clock(true).job_time(Duration::ZERO).start().await.unwrap();
        Self { sim, directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The command in the directory, with the corp's credentials in its environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command_at(&self.sim, self.directory.path());
        command.args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }
}

/// The command in this directory, with the credentials of the simulated corp in its environment.
pub(crate) fn command_at(sim: &Sim, directory: &Path) -> Command {
    let mut command = txl();
    command
        .env("WECOM_BASE_URL", sim.url())
        .env("WECOM_CORP_ID", sim.corp_id())
        .env("WECOM_CONTACTS_SECRET", sim.contacts_secret())
        .env("WECOM_AGENT_ID", sim.agent_id().to_string())
        .env("WECOM_APP_SECRET", sim.app_secret())
        .env("TXL_STATE_DIR", directory.join("state"))
        .current_dir(directory);
    command
}
