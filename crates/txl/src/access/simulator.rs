//! The simulator that a command works on, selected by its flags.

use clap::Args;

/// The flags that select a simulator: all of them or none. Only the command line can set them. The command deletes members there,
/// so the environment and profiles, which can contain a real corp, are ignored.
#[derive(Args)]
pub(crate) struct SimulatorFlags {
    /// Base URL of a running simulator
    #[arg(long, value_name = "URL", requires_all = ["corp_id", "contacts_secret", "agent_id", "app_secret"])]
    base_url: Option<String>,
    /// Its corp's id (企业ID)
    #[arg(long, value_name = "ID", requires = "base_url")]
    corp_id: Option<String>,
    /// Its contacts-sync secret (通讯录同步 secret)
    #[arg(long, value_name = "SECRET", requires = "base_url", alias = "secret")]
    contacts_secret: Option<String>,
    /// Its app's id (应用 agentid)
    #[arg(long, value_name = "ID", requires = "base_url")]
    agent_id: Option<u32>,
    /// Its app's secret (自建应用 secret)
    #[arg(long, value_name = "SECRET", requires = "base_url")]
    app_secret: Option<String>,
}

/// The connection data of a simulator's corp.
pub(crate) struct Simulator {
    pub(crate) base_url: String,
    pub(crate) corp_id: String,
    pub(crate) contacts_secret: String,
    pub(crate) agent_id: u32,
    pub(crate) app_secret: String,
}

impl SimulatorFlags {
    /// Returns the simulator, if the flags select one. The parser has refused an incomplete set of flags.
    pub(crate) fn named(self) -> Option<Simulator> {
        Some(Simulator {
            base_url: self.base_url?,
            corp_id: self.corp_id?,
            contacts_secret: self.contacts_secret?,
            agent_id: self.agent_id?,
            app_secret: self.app_secret?,
        })
    }
}
