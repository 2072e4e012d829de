//! Asynchronous jobs (异步任务): imports, exports and uploads by URL, moved on by the agenda.
//!
//! A job enters its first phase a quarter of the [job time](crate::SimBuilder::job_time) after it was submitted and is
//! finished after the whole of it, on the virtual clock.

use std::collections::{BTreeSet, HashSet, VecDeque};

use indexmap::IndexMap;

use super::{
    Chore, Credential, Due, World,
    callback::Receiver,
    exports::Export,
    fetches::Fetch,
    imports::{Import, ImportKind},
    links::random_text,
};
use crate::clock::Millis;

/// Phases of an import: it is opened in the first and done in the last.
pub(super) const PHASES: u32 = 4;
/// Results of this many imports are kept, the rest cleaned (40089).
const IMPORTS_KEPT: usize = 5;
/// Ids of cleaned imports are remembered up to a bound, as nobody asks for the oldest.
const CLEANED_KEPT: usize = 10_000;
/// Finished exports hold their files; how long WeCom keeps them is not documented.
const EXPORTS_KEPT: usize = 20;
/// Files of exports take so many bytes of the disk at most, those of the latest whatever it takes.
const EXPORT_BYTES_KEPT: u64 = 4 << 30;

/// A corp's jobs.
#[derive(Debug)]
pub(crate) struct Jobs {
    settings: JobSettings,
    pub(super) imports: IndexMap<String, Import>,
    /// Imports whose results are gone, oldest first.
    cleaned: VecDeque<String>,
    cleaned_ids: HashSet<String>,
    pub(super) exports: IndexMap<String, Export>,
    pub(super) fetches: IndexMap<String, Fetch>,
    /// Departments that a department import left out and that are to go once they are empty.
    pub(super) abandoned: BTreeSet<u32>,
}

/// What a simulator's builder says about jobs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JobSettings {
    /// How long a job takes, whatever its size.
    pub(crate) time: Millis,
    /// The smallest `block_size` of an export.
    pub(crate) smallest_block: i64,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self { time: 200, smallest_block: 10_000 }
    }
}

impl Jobs {
    pub(crate) fn new(settings: JobSettings) -> Self {
        Self {
            settings,
            imports: IndexMap::new(),
            cleaned: VecDeque::new(),
            cleaned_ids: HashSet::new(),
            exports: IndexMap::new(),
            fetches: IndexMap::new(),
            abandoned: BTreeSet::new(),
        }
    }

    pub(crate) fn settings(&self) -> JobSettings {
        self.settings
    }

    pub(super) fn was_cleaned(&self, id: &str) -> bool {
        self.cleaned_ids.contains(id)
    }

    /// Forgets results beyond those that are kept.
    pub(super) fn clean(&mut self) {
        while self.imports.values().filter(|import| import.is_finished()).count() > IMPORTS_KEPT {
            let Some(oldest) = self.imports.values().position(Import::is_finished) else {
                break;
            };
            if let Some((id, _)) = self.imports.shift_remove_index(oldest) {
                self.cleaned_ids.insert(id.clone());
                self.cleaned.push_back(id);
            }
        }
        while self.cleaned.len() > CLEANED_KEPT {
            if let Some(id) = self.cleaned.pop_front() {
                self.cleaned_ids.remove(&id);
            }
        }
        while self.has_too_many_exports() {
            let Some(oldest) = self.exports.values().position(Export::is_finished) else {
                break;
            };
            self.exports.shift_remove_index(oldest);
        }
    }

    fn has_too_many_exports(&self) -> bool {
        let finished = || self.exports.values().filter(|export| export.is_finished());
        let (count, bytes) = (finished().count(), finished().map(Export::size).sum::<u64>());
        count > EXPORTS_KEPT || (count > 1 && bytes > EXPORT_BYTES_KEPT)
    }
}

/// The id of an import, as recorded live: its kind, the time and a number.
pub(super) fn new_import_id(kind: ImportKind, now: Millis) -> String {
    let digit = match kind {
        ImportKind::ReplaceParty => 1,
        ImportKind::ReplaceUser => 2,
        ImportKind::SyncUser => 3,
    };
    format!("{digit}_{}_{}", now / 1000, fastrand::u32(1..))
}

/// At most 64 bytes.
pub(super) fn new_job_id() -> String {
    random_text(43)
}

impl Credential {
    /// Whose callback target hears of a finished job. An app shared by an upper corp has none here.
    pub(super) fn receiver(self) -> Option<Receiver> {
        match self {
            Self::Contacts => Some(Receiver::Contacts),
            Self::App(agent_id) => Some(Receiver::App(agent_id)),
            Self::SharedApp(_) => None,
        }
    }
}

impl World {
    /// Enters all phases of a job that is submitted now.
    pub(super) fn schedule_job(&mut self, corp: usize, id: &str, phases: u32, now: Millis) {
        let time = self.corp(corp).jobs.settings.time;
        for phase in 1..=phases {
            let due = Due::Job { corp, id: id.to_owned() };
            self.schedule(now + time * Millis::from(phase) / Millis::from(phases), due);
        }
    }

    /// A job enters its next phase; what is left to do of it is given back.
    pub(super) fn advance_job(&mut self, at: Millis, corp: usize, id: &str) -> Option<Chore> {
        if self.corp(corp).jobs.imports.contains_key(id) {
            self.advance_import(at, corp, id).map(Chore::Import)
        } else {
            self.advance_export(at, corp, id).map(Chore::Export)
        }
    }
}
