//! The initial settings of a world.

use std::net::IpAddr;

use super::{choices::Choices, jobs::JobSettings};
use crate::clock::Millis;

/// The corp of a simulator, its secrets and the behaviour of its world.
#[derive(Clone, Debug)]
pub(crate) struct WorldSettings {
    pub(crate) corp_id: String,
    pub(crate) contacts_secret: String,
    pub(crate) agent_id: u32,
    pub(crate) app_secret: String,
    /// Whether both secrets have the permissions from before 2022.
    pub(crate) legacy: bool,
    pub(crate) trusted_ips: Vec<IpAddr>,
    pub(crate) token_lifetime: Millis,
    pub(crate) jobs: JobSettings,
    pub(crate) choices: Choices,
    pub(crate) largest_id_page: usize,
}

impl Default for WorldSettings {
    fn default() -> Self {
        Self {
            corp_id: "ww1234567890abcdef".into(),
            contacts_secret: "sim-contacts-secret".into(),
            agent_id: 1_000_002,
            app_secret: "sim-app-secret".into(),
            legacy: false,
            trusted_ips: Vec::new(),
            token_lifetime: 7_200_000,
            jobs: JobSettings::default(),
            choices: Choices::default(),
            largest_id_page: usize::MAX,
        }
    }
}
