//! How many look-ups of hidden values a day has left. WeCom closes the call for a day if too many find no one.

use std::{fs, path::PathBuf};

use jiff::{Timestamp, civil::Date, tz::Offset};
use serde::{Deserialize, Serialize};
use wecom_contacts::CorpId;

use super::fingerprint::{create, state_directory};
use crate::{
    failure::Result,
    file::{Draft, directory_of, unwritable},
};

/// One look-up a day for this many members: 5 %.
const MEMBERS_FOR_ONE: u64 = 20;

/// The look-ups of a day in one corp.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Day {
    day: Date,
    made: u64,
}

impl Day {
    /// Reads the look-ups of today. A file that cannot be read counts as none.
    pub(super) fn today(corp: &CorpId) -> Result<Self> {
        let today = Offset::constant(8).to_datetime(Timestamp::now()).date();
        let text = path(corp)?.and_then(|path| fs::read(path).ok());
        let known: Option<Self> = text.and_then(|text| serde_json::from_slice(&text).ok());
        Ok(known.filter(|known| known.day == today).unwrap_or(Self { day: today, made: 0 }))
    }

    /// Returns how many look-ups are left in a corp of this many members.
    pub(super) const fn left(&self, members: u64) -> u64 {
        (members / MEMBERS_FOR_ONE).saturating_sub(self.made)
    }

    /// Notes look-ups that were made.
    pub(super) fn add(mut self, made: u64, corp: &CorpId) -> Result {
        self.made += made;
        let Some(path) = path(corp)?.filter(|_| made > 0) else { return Ok(()) };
        let directory = directory_of(&path);
        create(directory).map_err(|error| unwritable(directory, &error))?;
        let text = serde_json::to_vec(&self).unwrap_or_default();
        let mut draft = Draft::new(&path)?;
        draft.write(&text)?;
        draft.finish()
    }
}

fn path(corp: &CorpId) -> Result<Option<PathBuf>> {
    // The id of a corp is text of a server, so it must not control the path of the file.
    let name: String =
        corp.as_str().chars().map(|one| if one.is_ascii_alphanumeric() { one } else { '_' }).collect();
    Ok(state_directory()?.map(|state| state.join(format!("look-ups.{name}.json"))))
}
