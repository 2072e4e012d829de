//! Links to files: exports and uploaded pictures.

use indexmap::IndexMap;

use crate::{clock::Millis, download::Download, random::random_text};

/// Maximum number of links, and of the bytes of their pictures. Beyond either, the oldest are removed early.
const LINKS_KEPT: usize = 10_000;
const BYTES_HELD: usize = 256 << 20;
/// An expired link answers 403 for this time, then 404.
const REMEMBERED: Millis = 24 * 3_600_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// Oldest first.
    by_token: IndexMap<String, Link>,
}

#[derive(Clone, Debug)]
struct Link {
    /// `None` after the link has expired, because the file can be large.
    file: Option<Download>,
    /// `None` if the link never expires.
    expires_at: Option<Millis>,
}

/// The result of opening a link.
#[derive(Debug)]
pub(crate) enum Linked {
    File(Download),
    Expired,
    Unknown,
}

impl Links {
    /// Adds a file with a new random token.
    pub(super) fn add(&mut self, file: Download, now: Millis, expires_at: Option<Millis>) -> String {
        self.free_dead(now);
        let token = random_text(40);
        self.by_token.insert(token.clone(), Link { file: Some(file), expires_at });
        self.forget_the_oldest();
        token
    }

    pub(super) fn get(&self, token: &str, now: Millis) -> Linked {
        match self.by_token.get(token) {
            None => Linked::Unknown,
            Some(link) if link.is_dead(now) => Linked::Expired,
            Some(Link { file: None, .. }) => Linked::Expired,
            Some(Link { file: Some(file), .. }) => Linked::File(file.clone()),
        }
    }

    fn forget_the_oldest(&mut self) {
        while self.by_token.len() > LINKS_KEPT || (self.by_token.len() > 1 && self.held() > BYTES_HELD) {
            self.by_token.shift_remove_index(0);
        }
    }

    /// Returns the size of files that only links hold. The files of exports belong to their jobs.
    fn held(&self) -> usize {
        let files = self.by_token.values().filter(|link| link.expires_at.is_none());
        files.filter_map(|link| Some(link.file.as_ref()?.content.size() as usize)).sum()
    }

    /// Drops the files of expired links.
    pub(super) fn free_dead(&mut self, now: Millis) {
        self.by_token.retain(|_, link| {
            if link.is_dead(now) {
                link.file = None;
            }
            link.expires_at.is_none_or(|at| now < at + REMEMBERED)
        });
    }
}

impl Link {
    fn is_dead(&self, now: Millis) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }
}
