//! `--corp`: the corps besides the first one.

use std::{convert::Infallible, path::PathBuf, str::FromStr};

use wecom_sim::SimBuilder;

use super::corp_file;
use crate::failure::Result;

/// A corp that is added to the server: `ID` or `ID=SEED_FILE`.
#[derive(Clone, Debug)]
pub(super) struct AddedCorp {
    id: String,
    seed_file: Option<PathBuf>,
}

impl FromStr for AddedCorp {
    type Err = Infallible;

    fn from_str(text: &str) -> std::result::Result<Self, Infallible> {
        Ok(match text.split_once('=') {
            Some((id, path)) => Self { id: id.to_owned(), seed_file: Some(path.into()) },
            None => Self { id: text.to_owned(), seed_file: None },
        })
    }
}

impl AddedCorp {
    /// Completes the settings that all corps share.
    pub(super) fn complete(&self, settings: SimBuilder, agent_id: u32) -> Result<SimBuilder> {
        let secret = |kind: &str| format!("{}-{kind}-secret", self.id);
        let settings =
            settings.corp_id(&self.id).contacts_secret(secret("contacts")).app(agent_id, secret("app"));
        match &self.seed_file {
            Some(path) => Ok(settings.corp_file(corp_file(path)?)),
            None => Ok(settings),
        }
    }
}
