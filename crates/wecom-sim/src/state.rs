//! The state of a simulator in counts.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{digest, shared::Shared, world::Corp};

/// Maximum number of members for which the digest is included by default.
const DIGESTED_UNASKED: usize = 20_000;

/// The state of a simulator: counts, credentials without their secrets, callback targets.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct State {
    /// Virtual time in Unix milliseconds.
    pub now: i64,
    /// Whether the clock runs.
    pub clock_runs: bool,
    /// Virtual seconds per real second; 0 for a clock that does not run.
    pub clock_speed: f64,
    /// The corp's id.
    pub corp_id: String,
    /// The corp's name.
    pub corp_name: String,
    /// Number of members (成员).
    pub members: usize,
    /// Number of departments (部门), including the root.
    pub departments: usize,
    /// Number of tags (标签).
    pub tags: usize,
    /// A digest of the members, departments and tags. The same contacts have the same digest, regardless of their
    /// order and history. `None` by default for a corp of more than 20,000 members;
    /// [`Sim::digest`](crate::Sim::digest) returns it.
    pub digest: Option<String>,
    /// The permissions of each secret.
    pub credentials: Vec<CredentialState>,
    /// The callback targets.
    pub callbacks: Vec<CallbackState>,
    /// Number of callbacks since the start.
    pub deliveries: usize,
    /// Number of callbacks that are queued, being sent or waiting for a retry.
    pub deliveries_open: usize,
    /// The other corps of the world, which are linked with this one.
    pub other_corps: Vec<String>,
}

/// The permissions of one secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CredentialState {
    /// `contacts` or `app 1000002`.
    pub name: String,
    /// Whether the secret is enabled.
    pub enabled: bool,
    /// `edit` or `read`; for an app `range`.
    pub permission: &'static str,
    /// Whether the secret has the permissions from before 2022.
    pub legacy: bool,
    /// The IPs that can call; empty if all can.
    pub trusted_ips: Vec<String>,
}

/// One callback target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct CallbackState {
    /// `contacts` or `app 1000002`.
    pub to: String,
    /// The URL.
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
