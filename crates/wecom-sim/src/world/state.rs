//! The world: corps, tokens and the schedule.

use std::collections::BTreeSet;

use super::{
    callback::queue::DeliveryQueue,
    choices::Choices,
    corp::Corp,
    credentials::Tokens,
    links::{Linked, Links},
    logins::Logins,
    schedule::{Due, Schedule},
    url_uploads::MediaDownload,
};
use crate::{clock::Millis, download::Download, outgoing::Allowed};

/// The whole state. A copy shares large files with its original.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(super) corps: Vec<Corp>,
    pub(super) credentials: Tokens,
    pub(super) schedule: Schedule,
    pub(super) logins: Logins,
    pub(super) links: Links,
    /// Downloads requested by uploads by URL.
    pub(super) downloads: Vec<MediaDownload>,
    pub(crate) choices: Choices,
    /// Maximum number of rows in a page of `user/list_id`.
    pub(crate) largest_id_page: usize,
    /// The hosts that requests may go to.
    pub(crate) allowed: Allowed,
    pub(crate) deliveries: DeliveryQueue,
    /// The time of the current action: that of the call, or that of the due item.
    pub(crate) acting_at: Millis,
    /// Corps whose apps may see other members than in their last notification.
    pub(crate) stale_ranges: BTreeSet<usize>,
    /// `http://host:port`, the base of returned links.
    origin: String,
    /// Increases with every action that may change a corp.
    revision: u64,
}

impl World {
    /// Creates a world with the simulator's corp.
    pub(crate) fn new(corp: Corp, token_lifetime: Millis) -> Self {
        Self {
            corps: vec![corp],
            credentials: Tokens::new(token_lifetime),
            schedule: Schedule::default(),
            logins: Logins::default(),
            links: Links::default(),
            downloads: Vec::new(),
            choices: Choices::default(),
            largest_id_page: usize::MAX,
            allowed: Allowed::default(),
            deliveries: DeliveryQueue::default(),
            acting_at: 0,
            stale_ranges: BTreeSet::new(),
            origin: String::new(),
            revision: 0,
        }
    }

    /// Adds another corp and returns its index.
    pub(crate) fn add_corp(&mut self, corp: Corp) -> usize {
        self.corps.push(corp);
        self.corps.len() - 1
    }

    pub(crate) fn corps(&self) -> &[Corp] {
        &self.corps
    }

    pub(crate) fn corp(&self, index: usize) -> &Corp {
        &self.corps[index]
    }

    pub(crate) fn corp_mut(&mut self, index: usize) -> &mut Corp {
        self.revision += 1;
        &mut self.corps[index]
    }

    /// Returns a number that stays equal only while no corp has changed.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Makes this world newer than the revision of the world that it replaces.
    pub(crate) fn supersede(&mut self, revision: u64) {
        self.revision = revision + 1;
    }

    /// Returns a copy for a snapshot. What is in progress outside the world is queued again in the copy: attempts of
    /// callbacks, and downloads of uploads by URL.
    pub(crate) fn copied(&self) -> Self {
        let mut copy = self.clone();
        copy.deliveries.requeue_attempts();
        for (corp, home) in self.corps.iter().enumerate() {
            for (job, url) in home.jobs.pending_downloads() {
                if copy.downloads.iter().all(|download| download.job != job) {
                    copy.downloads.push(MediaDownload { corp, job: job.to_owned(), url: url.clone() });
                }
            }
        }
        copy
    }

    /// Takes over what always increases from the world that this one replaces.
    pub(crate) fn succeed(&mut self, current: &Self) {
        self.supersede(self.revision.max(current.revision));
        self.deliveries.continue_numbers(&current.deliveries);
    }

    /// Returns an estimate of the size in memory. Files are counted, although copies share them.
    pub(crate) fn estimated_bytes(&self) -> usize {
        const MEMBER: usize = 1 << 10;
        const DEPARTMENT: usize = 512;
        let corps = self.corps.iter().map(|corp| {
            corp.members.len() * MEMBER + corp.departments.len() * DEPARTMENT + corp.media.bytes()
        });
        corps.sum::<usize>() + self.deliveries.bytes()
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn set_origin(&mut self, origin: String) {
        self.origin = origin;
    }

    /// Returns the index of the corp with this id.
    pub(crate) fn corp_with_id(&self, id: &str) -> Option<usize> {
        self.corps.iter().position(|corp| corp.id == id)
    }

    /// Adds work for a time.
    pub(crate) fn schedule(&mut self, at: Millis, due: Due) {
        self.schedule.enter(at, due);
        // The callback worker also wakes a running clock, and it may be asleep until a later time.
        self.deliveries.wake().notify_one();
    }

    /// Schedules all phases of a job that is submitted now.
    pub(super) fn schedule_job(&mut self, corp: usize, id: &str, phases: u32, now: Millis) {
        let time = self.corp(corp).jobs.settings.time;
        for phase in 1..=phases {
            let due = Due::Job { corp, id: id.to_owned() };
            self.schedule(now + time * Millis::from(phase) / Millis::from(phases), due);
        }
    }

    /// Returns the time of the next work.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.schedule.next()
    }

    /// Returns a new random link to a file.
    pub(crate) fn link(&mut self, file: Download, now: Millis, expires_at: Option<Millis>) -> String {
        format!("{}/_files/{}", self.origin, self.links.add(file, now, expires_at))
    }

    pub(crate) fn linked(&self, token: &str, now: Millis) -> Linked {
        self.links.get(token, now)
    }
}
