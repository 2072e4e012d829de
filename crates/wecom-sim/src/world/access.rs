//! The permissions of a caller, by IP and by kind of secret.

use std::net::IpAddr;

use super::{
    credentials::{Caller, Credential},
    fail::Fail,
    state::World,
};

/// The callers of an endpoint, checked before its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Any token of the corp.
    Any,
    /// Contacts-sync with edit permission; all others get 48002.
    ContactsEdit,
    /// Contacts-sync with any permission; all others get 48002.
    Contacts,
    /// Apps within their visible range, and contacts-sync from a legacy IP. Contacts-sync from another IP gets 48009.
    Details,
    /// Self-built apps; contacts-sync gets 48002.
    App,
}

impl World {
    pub(crate) fn check_ip(&self, caller: &Caller, ip: IpAddr) -> Result<(), Fail> {
        let corp = &self.corps[caller.corp];
        let trusted: &[IpAddr] = match caller.credential {
            Credential::Contacts => &corp.contacts.trusted_ips,
            // The IP of the upper corp was checked when it fetched the token.
            Credential::SharedApp(_) => &[],
            Credential::App(agent_id) => corp.app(agent_id).map_or(&[], |app| &app.trusted_ips),
        };
        if trusted.is_empty() || trusted.contains(&ip) { Ok(()) } else { Err(Fail::of(60020)) }
    }

    pub(crate) fn check_access(&self, caller: &Caller, access: Access) -> Result<(), Fail> {
        let contacts = &self.corps[caller.corp].contacts;
        let is_contacts = caller.credential == Credential::Contacts;
        if let Credential::App(agent_id) = caller.credential
            && self.corps[caller.corp].app(agent_id).is_none_or(|app| !app.enabled)
        {
            return Err(Fail::of(50003));
        }
        match access {
            Access::Any => Ok(()),
            Access::ContactsEdit if is_contacts && contacts.enabled && contacts.may_edit => Ok(()),
            Access::Contacts if is_contacts && contacts.enabled => Ok(()),
            Access::Details if !is_contacts || contacts.legacy_ip => Ok(()),
            Access::Details => Err(Fail::of(48009)),
            Access::App if !is_contacts => Ok(()),
            Access::ContactsEdit | Access::Contacts | Access::App => Err(Fail::of(48002)),
        }
    }
}
