//! One real check of a secret: a token, then a call that reads.

use std::net::IpAddr;

use wecom_contacts::{Class, Client, Error};

use crate::{
    access::{Caller, Proposal},
    failure::Failure,
    messages::{doctor, setup as messages},
    output::say,
};

/// Why a secret is not usable now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No corp has the corp id.
    CorpId,
    /// WeCom refuses the secret.
    Secret,
    /// The address of this machine is not trusted.
    Address,
    /// Anything else: the network, a right, a reference that cannot be read.
    Other,
}

/// Checks the secret of a proposal. If it is not usable, the reason, the remedy and the page of the console are printed.
pub(super) async fn check(proposal: &Proposal, caller: Caller) -> Result<(), Fault> {
    let client = proposal.client(caller).map_err(|failure| other(&failure))?;
    let Err(error) = call(&client, caller).await else { return Ok(()) };
    let fault = match error.class() {
        _ if error.code().is_some_and(|code| code.0 == 40013) => Fault::CorpId,
        Class::BadCredentials => Fault::Secret,
        Class::IpNotAllowed => Fault::Address,
        _ => return Err(other(&Failure::from(error))),
    };
    match fault {
        Fault::CorpId => say(messages::corp_id_is_wrong()),
        Fault::Address => {
            say(messages::address_is_not_trusted(&error));
            say(match address_in(&error.to_string()) {
                Some(address) => messages::add_this_address(address, caller),
                None => messages::add_the_named_address(caller),
            });
        }
        Fault::Secret | Fault::Other => {
            say(messages::refusal(&error));
            say(messages::cause(&doctor::secret_is_wrong(caller).to_string()));
            say(messages::remedy(&doctor::copy_the_secret()));
        }
    }
    Err(fault)
}

/// Requests a token and reads ids of departments, which no personal datum is part of.
async fn call(client: &Client, caller: Caller) -> Result<(), Error> {
    client.auth().check().await?;
    match caller {
        Caller::Contacts => client.departments().list_ids().await.map(drop),
        Caller::App => client.departments().list().await.map(drop),
    }
}

fn other(failure: &Failure) -> Fault {
    say(messages::failure(failure));
    failure.causes().iter().for_each(|cause| say(messages::cause(cause)));
    failure.remedies().iter().for_each(|remedy| say(messages::remedy(remedy)));
    Fault::Other
}

/// Returns the address that the server names in an errmsg: `…, from ip: 203.0.113.9, …`.
fn address_in(errmsg: &str) -> Option<IpAddr> {
    let (_, rest) = errmsg.split_once("from ip:")?;
    let is_part = |one: char| one.is_ascii_hexdigit() || matches!(one, '.' | ':');
    let rest = rest.trim_start();
    let end = rest.find(|one| !is_part(one)).unwrap_or(rest.len());
    rest[..end].trim_end_matches(['.', ':']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_an_errmsg_is_found() {
        for (errmsg, address) in [
            (
                "not allow to access from your ip, hint: [1], from ip: 203.0.113.9, more info",
                Some("203.0.113.9"),
            ),
            ("from ip: 2001:db8::7, more", Some("2001:db8::7")),
            ("from ip:198.51.100.1", Some("198.51.100.1")),
            ("from ip: somewhere", None),
            ("not allow to access from your ip", None),
        ] {
            assert_eq!(address_in(errmsg).map(|address| address.to_string()).as_deref(), address, "{errmsg}");
        }
    }
}
