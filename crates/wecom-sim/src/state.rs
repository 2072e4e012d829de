//! What a tester may know of the world at a glance.

use serde::Serialize;

use crate::{digest, shared::Shared, world::Corp};

/// Corps of at most this number of members are summed up by default.
const DIGESTED_UNASKED: usize = 20_000;

/// What there is: counts, credentials without their secrets, callback targets.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct State {
    /// Virtual time, Unix milliseconds.
    pub now: i64,
    /// Whether the clock moves by itself.
    pub clock_runs: bool,
    /// Virtual seconds per real one; 0 for a clock that stands still.
    pub clock_speed: f64,
    /// The corp's id.
    pub corp_id: String,
    /// The corp's name.
    pub corp_name: String,
    /// How many members (成员) there are.
    pub members: usize,
    /// How many departments (部门), the root included.
    pub departments: usize,
    /// How many tags (标签).
    pub tags: usize,
    /// Sums up members, departments and tags: equal contents, equal digest, whatever order and history they came about in.
    /// Left out for a corp of more than 20,000 members unless asked for; [`Sim::digest`](crate::Sim::digest) gives it.
    pub digest: Option<String>,
    /// What each secret may do.
    pub credentials: Vec<CredentialState>,
    /// Where callbacks go.
    pub callbacks: Vec<CallbackState>,
    /// Callbacks made since the start.
    pub deliveries: usize,
    /// Those that are queued, on the wire or waiting for a retry.
    pub deliveries_open: usize,
    /// The other corps of the world, linked with this one.
    pub other_corps: Vec<String>,
}

/// One secret's rights.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CredentialState {
    /// `contacts` or `app 1000002`.
    pub name: String,
    /// Whether it is switched on.
    pub enabled: bool,
    /// `edit`, `read`, or for an app `range`.
    pub permission: &'static str,
    /// Whether it has the rights of before 2022.
    pub legacy: bool,
    /// The IPs that may call; empty for all.
    pub trusted_ips: Vec<String>,
}

/// One callback target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CallbackState {
    /// `contacts` or `app 1000002`.
    pub to: String,
    /// Its URL.
    pub url: String,
}

impl State {
    pub(crate) fn of(shared: &Shared, digest: Option<bool>) -> Self {
        let few = || shared.world.read().corp(0).members.len() <= DIGESTED_UNASKED;
        let digest = digest.unwrap_or_else(few).then(|| digest::digest(&shared.world));
        let world = shared.world.read();
        let corp = world.corp(0);
        Self {
            now: shared.clock.now(),
            clock_runs: shared.clock.is_running(),
            clock_speed: shared.clock.speed(),
            corp_id: corp.id.clone(),
            corp_name: corp.name.clone(),
            members: corp.members.len(),
            departments: corp.departments.len(),
            tags: corp.tags.len(),
            digest,
            credentials: credentials(corp),
            callbacks: corp
                .callbacks
                .targets()
                .map(|(receiver, target)| CallbackState {
                    to: receiver.name(),
                    url: target.url().to_string(),
                })
                .collect(),
            deliveries: world.deliveries.deliveries().len(),
            deliveries_open: world.deliveries.deliveries().filter(|one| one.is_open()).count(),
            other_corps: world.corps().iter().skip(1).map(|corp| corp.id.clone()).collect(),
        }
    }
}

fn credentials(corp: &Corp) -> Vec<CredentialState> {
    let contacts = &corp.contacts;
    let texts = |ips: &[std::net::IpAddr]| ips.iter().map(ToString::to_string).collect();
    let mut credentials = vec![CredentialState {
        name: "contacts".into(),
        enabled: contacts.enabled,
        permission: if contacts.may_edit { "edit" } else { "read" },
        legacy: contacts.legacy_ip,
        trusted_ips: texts(&contacts.trusted_ips),
    }];
    credentials.extend(corp.apps.iter().map(|app| CredentialState {
        name: format!("app {}", app.agent_id),
        enabled: app.enabled,
        permission: "range",
        legacy: app.before_2022,
        trusted_ips: texts(&app.trusted_ips),
    }));
    credentials
}
