//! The world: corps, what they are called with, and what falls due when.

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

/// All there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(super) corps: Vec<Corp>,
    pub(super) credentials: Tokens,
    pub(super) schedule: Schedule,
    pub(super) logins: Logins,
    pub(super) links: Links,
    /// Downloads that uploads by URL ask for.
    pub(super) downloads: Vec<MediaDownload>,
    pub(crate) choices: Choices,
    /// Where requests may go.
    pub(crate) allowed: Allowed,
    pub(crate) deliveries: DeliveryQueue,
    /// When what is being done happens: the time of the call, or the one that something fell due.
    pub(crate) acting_at: Millis,
    /// Corps whose apps may see other members than they were last notified of.
    pub(crate) stale_ranges: BTreeSet<usize>,
    /// `http://host:port`, for links that the server hands out.
    origin: String,
    /// Grows with whatever may change a corp.
    revision: u64,
}

impl World {
    /// A world with one corp, the one that the simulator is set up for.
    pub(crate) fn new(corp: Corp, token_lifetime: Millis) -> Self {
        Self {
            corps: vec![corp],
            credentials: Tokens::new(token_lifetime),
            schedule: Schedule::default(),
            logins: Logins::default(),
            links: Links::default(),
            downloads: Vec::new(),
            choices: Choices::default(),
            allowed: Allowed::default(),
            deliveries: DeliveryQueue::default(),
            acting_at: 0,
            stale_ranges: BTreeSet::new(),
            origin: String::new(),
            revision: 0,
        }
    }

    /// Makes another corp known; gives its place.
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

    /// Equal only while no corp has changed.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// A world that takes the place of another is no revision of it that was seen before.
    pub(crate) fn supersede(&mut self, revision: u64) {
        self.revision = revision + 1;
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn set_origin(&mut self, origin: String) {
        self.origin = origin;
    }

    /// The place of the corp with this id.
    pub(crate) fn corp_with_id(&self, id: &str) -> Option<usize> {
        self.corps.iter().position(|corp| corp.id == id)
    }

    /// Enters something to be done at that time.
    pub(crate) fn schedule(&mut self, at: Millis, due: Due) {
        self.schedule.enter(at, due);
        // The callback worker also wakes a running clock; it may be asleep until something later.
        self.deliveries.wake().notify_one();
    }

    /// Enters all phases of a job that is submitted now.
    pub(super) fn schedule_job(&mut self, corp: usize, id: &str, phases: u32, now: Millis) {
        let time = self.corp(corp).jobs.settings.time;
        for phase in 1..=phases {
            let due = Due::Job { corp, id: id.to_owned() };
            self.schedule(now + time * Millis::from(phase) / Millis::from(phases), due);
        }
    }

    /// When the next thing falls due.
    pub(crate) fn next_due(&self) -> Option<Millis> {
        self.schedule.next()
    }

    /// Gives a file a new link that cannot be guessed.
    pub(crate) fn link(&mut self, file: Download, now: Millis, expires_at: Option<Millis>) -> String {
        format!("{}/_files/{}", self.origin, self.links.add(file, now, expires_at))
    }

    pub(crate) fn linked(&self, token: &str, now: Millis) -> Linked {
        self.links.get(token, now)
    }
}
