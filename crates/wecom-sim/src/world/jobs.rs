//! Asynchronous jobs (异步任务): imports, exports and uploads by URL, driven by the schedule.
//!
//! A job enters its first phase after a quarter of the [job time](crate::SimBuilder::job_time) and finishes after all
//! of it, on the virtual clock.

use std::collections::{BTreeSet, HashSet, VecDeque};

use indexmap::IndexMap;
use url::Url;

use super::{
    exports::job::Export,
    imports::job::{Import, ImportKind},
    url_uploads::UrlUpload,
};
use crate::{clock::Millis, random::random_text};

/// Number of phases of an import: the first opens the file, the last ends the job.
pub(super) const PHASES: u32 = 4;
/// Number of imports whose results are kept; older ones answer 40089.
const IMPORTS_KEPT: usize = 5;
/// Maximum number of remembered ids of removed imports.
const CLEANED_KEPT: usize = 10_000;
/// Number of finished exports whose files are kept. The real number is not documented.
const EXPORTS_KEPT: usize = 20;
/// Maximum size of the files of all exports. The files of the latest export are always kept.
const EXPORT_BYTES_KEPT: u64 = 4 << 30;

/// A corp's jobs.
#[derive(Clone, Debug)]
pub(crate) struct Jobs {
    pub(super) settings: JobSettings,
    pub(crate) failures: JobFailures,
    pub(super) imports: IndexMap<String, Import>,
    /// Imports whose results were removed, oldest first.
    cleaned: VecDeque<String>,
    cleaned_ids: HashSet<String>,
    pub(super) exports: IndexMap<String, Export>,
    pub(super) url_uploads: IndexMap<String, UrlUpload>,
    /// Departments that a department import left out and that are deleted when they become empty.
    pub(super) abandoned: BTreeSet<u32>,
}

/// The imports and exports that fail, whatever they contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct JobFailures {
    /// Number of next jobs that fail.
    pub(crate) next: u32,
    pub(crate) errcode: i32,
}

impl Default for JobFailures {
    fn default() -> Self {
        Self { next: 0, errcode: -1 }
    }
}

impl JobFailures {
    /// Returns the errcode of a job that is submitted now; `None` if it does not fail.
    pub(super) fn take(&mut self) -> Option<i32> {
        self.next = self.next.checked_sub(1)?;
        Some(self.errcode)
    }
}

/// The job settings of the builder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JobSettings {
    /// Duration of a job of any size.
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
            failures: JobFailures::default(),
            imports: IndexMap::new(),
            cleaned: VecDeque::new(),
            cleaned_ids: HashSet::new(),
            exports: IndexMap::new(),
            url_uploads: IndexMap::new(),
            abandoned: BTreeSet::new(),
        }
    }

    /// Sets the duration of jobs that are submitted later.
    pub(crate) fn set_time(&mut self, time: Millis) {
        self.settings.time = time;
    }

    pub(crate) fn settings(&self) -> JobSettings {
        self.settings
    }

    /// Returns the uploads by URL whose file has not arrived, by job.
    pub(super) fn pending_downloads(&self) -> impl Iterator<Item = (&str, &Url)> {
        self.url_uploads.iter().filter_map(|(job, upload)| Some((job.as_str(), upload.pending_url()?)))
    }

    pub(super) fn was_cleaned(&self, id: &str) -> bool {
        self.cleaned_ids.contains(id)
    }

    /// Removes results beyond the limits.
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

/// Returns the id of an import in the recorded format: its kind, the time and a number.
pub(super) fn new_import_id(kind: ImportKind, now: Millis) -> String {
    let digit = match kind {
        ImportKind::ReplaceParty => 1,
        ImportKind::ReplaceUser => 2,
        ImportKind::SyncUser => 3,
    };
    format!("{digit}_{}_{}", now / 1000, fastrand::u32(1..))
}

/// Returns an id of at most 64 bytes.
pub(super) fn new_job_id() -> String {
    random_text(43)
}
