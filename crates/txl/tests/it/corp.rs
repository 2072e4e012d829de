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
    /// Starts a corp whose jobs complete at once.
    pub(crate) async fn start(builder: SimBuilder) -> Self {
        let sim = builder.running_clock(true).job_time(Duration::ZERO).start().await.unwrap();
        Self { sim, directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Returns the command in the directory, with the credentials of the corp in its environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command_at(&self.sim, self.directory.path());
        command.args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }
}

/// Returns the command in this directory, with the credentials of the simulated corp in its environment.
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
