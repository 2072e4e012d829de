//! The state that outlives a simulator, as a file: contacts, settings, switches, limits, fault rules and the time.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    clock::{Millis, checked_time},
    corp_settings::Settings,
    faults::FaultRules,
    rates::Rates,
    seed::CorpFile,
    world::{Choices, Corp},
};

/// The state of a simulator for a later one. It is read from JSON and written as JSON.
///
/// It has the contacts, the console settings, the permissions of the secrets, the apps, the switches, the rate limits,
/// the fault rules and the time. It has no tokens, jobs, media, callback targets and logs.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedState {
    /// Virtual time in Unix milliseconds.
    now: Millis,
    corp: CorpFile,
    settings: Settings,
    choices: Choices,
    rates: Rates,
    faults: FaultRules,
}

/// Omits the contacts and the secrets of the apps.
impl fmt::Debug for SavedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedState").field("now", &self.now).finish_non_exhaustive()
    }
}

/// The parts of a saved state that the settings of a simulator do not have elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct SavedStart {
    pub(crate) now: Millis,
    settings: Settings,
}

impl SavedState {
    pub(crate) fn new(now: Millis, corp: &Corp, choices: Choices, rates: Rates, faults: FaultRules) -> Self {
        Self { now, corp: CorpFile::of(corp), settings: Settings::of(corp), choices, rates, faults }
    }

    /// Checks the time, and separates the parts by their use. The other parts are checked when a simulator starts with them.
    pub(crate) fn into_parts(
        self,
    ) -> Result<(SavedStart, Arc<CorpFile>, Choices, Rates, FaultRules), String> {
        let now = checked_time(self.now).map_err(|error| error.to_string())?;
        let start = SavedStart { now, settings: self.settings };
        Ok((start, Arc::new(self.corp), self.choices, self.rates, self.faults))
    }
}

impl SavedStart {
    /// Applies the settings. The secret of the simulator's own app stays that of the start, because programs know it.
    pub(crate) fn apply(&self, corp: &mut Corp, agent_id: u32) {
        let secret = corp.app(agent_id).map(|app| app.secret.clone());
        self.settings.clone().apply(corp);
        let own = corp.apps.iter_mut().find(|app| app.agent_id == agent_id);
        if let (Some(own), Some(secret)) = (own, secret) {
            own.secret = secret;
        }
    }
}
