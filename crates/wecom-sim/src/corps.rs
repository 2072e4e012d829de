//! The corps of one server besides the first one.
//!
//! Each corp is a simulator of its own, with its own contacts, secrets, clock, faults, logs and control surface. All
//! of them answer under the base URL of the server: a call belongs to the corp of its access token, and `gettoken` to
//! the corp of its `corpid`. A call that belongs to none of them is answered by the first corp.

use std::{
    io, iter,
    net::SocketAddr,
    sync::{Arc, Weak},
};

use axum::Router;
use http::Uri;
use parking_lot::RwLock;

use crate::{
    api,
    config::{SimBuilder, invalid},
    corp_tasks::CorpTasks,
    shared::Shared,
};

/// Maximum number of corps besides the first one.
const ADDED_CORPS: usize = 63;
/// Maximum length of the id of an added corp, which is part of paths.
const LONGEST_ID: usize = 64;
/// The path under which each added corp has its control surface and its files.
pub(crate) const CORPS_PATH: &str = "/_sim/corps";

/// The corps of one server.
#[derive(Debug)]
pub(crate) struct Corps {
    first: Arc<Shared>,
    address: SocketAddr,
    /// Makes the control surface and the files of a corp.
    surface: fn(&Arc<Shared>, &Weak<Self>) -> Router,
    added: RwLock<Vec<AddedCorp>>,
}

#[derive(Debug)]
struct AddedCorp {
    shared: Arc<Shared>,
    /// The control surface and the files of this corp.
    surface: Router,
    /// The tasks of the corp, unless a [`Sim`](crate::Sim) holds them.
    _tasks: Option<CorpTasks>,
}

impl Corps {
    pub(crate) fn new(
        first: Arc<Shared>,
        address: SocketAddr,
        surface: fn(&Arc<Shared>, &Weak<Self>) -> Router,
    ) -> Arc<Self> {
        Arc::new(Self { first, address, surface, added: RwLock::default() })
    }

    pub(crate) fn first(&self) -> &Arc<Shared> {
        &self.first
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns settings for a new corp, with those of the server.
    pub(crate) fn settings(&self) -> SimBuilder {
        SimBuilder::of_server(&self.first.config)
    }

    /// Creates the state of a corp with these settings. The listening address, the accepted host names and the allowed
    /// outgoing hosts are those of the server.
    pub(crate) fn prepare(&self, corp: SimBuilder) -> io::Result<Arc<Shared>> {
        let corp = corp.on_server(&self.first.config);
        let id = corp.world.corp_id.clone();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !(1..=LONGEST_ID).contains(&id.len()) || !id.bytes().all(is_plain) {
            return Err(invalid(format!(
                "the id of an added corp must be 1 to {LONGEST_ID} of the characters a-z, A-Z, 0-9, `-` and `_`"
            )));
        }
        corp.check(api::PATHS)?;
        self.check_free(&id, &self.added.read())?;
        let origin = format!("http://{}{CORPS_PATH}/{id}", self.address);
        let control_url = format!("{origin}/");
        Shared::new(corp, origin, control_url)
    }

    /// Adds a prepared corp. With `tasks` the server keeps them until the corp is removed.
    pub(crate) fn add(self: &Arc<Self>, shared: &Arc<Shared>, tasks: Option<CorpTasks>) -> io::Result<()> {
        let surface = (self.surface)(shared, &Arc::downgrade(self));
        let mut all = self.added.write();
        // Another call may have added the same corp since.
        self.check_free(&shared.config.world.corp_id, &all)?;
        all.push(AddedCorp { shared: Arc::clone(shared), surface, _tasks: tasks });
        Ok(())
    }

    fn check_free(&self, id: &str, added: &[AddedCorp]) -> io::Result<()> {
        if self.first.config.world.corp_id == id
            || added.iter().any(|one| one.shared.config.world.corp_id == id)
        {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("the server has a corp `{id}` already"),
            ));
        }
        if added.len() >= ADDED_CORPS {
            let most = ADDED_CORPS + 1;
            return Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                format!("the maximum number of corps is {most}; remove one first"),
            ));
        }
        Ok(())
    }

    /// Removes this corp, if it is still there.
    pub(crate) fn remove(&self, shared: &Arc<Shared>) {
        self.take(|added| Arc::ptr_eq(&added.shared, shared));
    }

    /// Removes the corp with this id; `false` if none was added with it.
    pub(crate) fn remove_by_id(&self, id: &str) -> bool {
        self.take(|added| added.shared.config.world.corp_id == id)
    }

    fn take(&self, is_it: impl Fn(&AddedCorp) -> bool) -> bool {
        let mut all = self.added.write();
        let taken = all.iter().position(is_it).map(|place| all.remove(place));
        // Dropping a large corp takes time.
        drop(all);
        taken.is_some()
    }

    /// Returns the control surface and the files of an added corp.
    pub(crate) fn surface(&self, id: &str) -> Option<Router> {
        self.added
            .read()
            .iter()
            .find(|one| one.shared.config.world.corp_id == id)
            .map(|one| one.surface.clone())
    }

    /// Returns the corps in the order of their addition.
    pub(crate) fn all(&self) -> Vec<Arc<Shared>> {
        let added = self.added.read();
        iter::once(&self.first).chain(added.iter().map(|one| &one.shared)).map(Arc::clone).collect()
    }

    /// Returns the corp that a call belongs to.
    pub(crate) fn of_call(&self, uri: &Uri) -> Arc<Shared> {
        let added = self.added.read();
        if added.is_empty() {
            return Arc::clone(&self.first);
        }
        let is_for_token = uri.path().ends_with("/gettoken");
        let key = if is_for_token { "corpid" } else { "access_token" };
        let Some(value) = api::Args::query_of(uri, key) else { return Arc::clone(&self.first) };
        let is_of = |one: &Shared| match is_for_token {
            true => one.config.world.corp_id == value,
            false => one.world.read().has_issued(&value),
        };
        let others = added.iter().map(|one| &one.shared);
        Arc::clone(iter::once(&self.first).chain(others).find(|one| is_of(one)).unwrap_or(&self.first))
    }
}
