//! The credentials (凭证) of one corp and the address of its server, from flags, the environment, or a configuration file.
//!
//! All commands use this module. `source` selects the source, `config_file` and `profile` read `txl.toml`, `key` names the values, and `secrets`
//! reads secrets.

mod check;
mod config_file;
mod connection;
mod credentials;
mod key;
mod problem;
mod profile;
mod proposal;
mod secrets;
#[cfg(feature = "sim")]
mod simulator;
mod source;
mod token_store;
mod trust;

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use wecom_contacts::{AgentId, Client, RetryPolicy, Secret};

pub(crate) use self::{
    check::check,
    config_file::{ConfigFile, ConfigPath},
    connection::Connection,
    credentials::{CallbackCredentials, Credentials, UrlSettings},
    key::ProfileKey,
    problem::Problem,
    proposal::{Proposal, existing as existing_file},
    secrets::{FileKey, GivenSecret, JobKey, JobToken, SecretKind, is_blank, path as path_argument},
    source::{FileFlags, Sourced, no_home, set_variables},
    token_store::{NONE, own_file},
};
#[cfg(feature = "sim")]
pub(crate) use self::{
    secrets::{SimAppSecret, SimContactsSecret, SimUrlKey, SimUrlToken},
    simulator::{Simulator, SimulatorFlags},
};
use crate::{
    failure::{Failure, Result},
    messages::{Message, credentials as messages},
    numbers, timespan,
};

/// The flags of every command that calls WeCom.
#[derive(Args)]
#[command(next_help_heading = "Credentials (凭证)")]
pub(crate) struct Access {
    #[command(flatten)]
    credentials: Sourced<Credentials>,

    /// Credential to call as. Defaults to the one that the call needs
    #[arg(long = "as", global = true, value_name = "CREDENTIAL")]
    caller: Option<Caller>,

    /// Time limit of one call in seconds, 1 to 86,400
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10, value_parser = numbers::whole::<u64>(1..=86_400))]
    timeout: u64,

    /// Maximum number of attempts of one call, 1 to 1,000. Only calls that are safe to repeat are retried
    #[arg(long, global = true, value_name = "N", default_value_t = 4, value_parser = numbers::whole::<u32>(1..=1000))]
    attempts: u32,

    /// Whether tokens of earlier commands are ignored.
    #[arg(skip)]
    without_kept_tokens: bool,
}

/// A kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Caller {
    /// The contacts-sync secret (通讯录同步)
    Contacts,
    /// The app's secret (自建应用)
    App,
}

impl Access {
    /// Returns a client for writes and ids: contacts-sync.
    pub(crate) fn contacts(&self) -> Result<Client> {
        self.client(self.caller.unwrap_or(Caller::Contacts))
    }

    /// Returns a client for details and for calls that require an app.
    pub(crate) fn app(&self) -> Result<Client> {
        self.client(self.caller.unwrap_or(Caller::App))
    }

    /// Returns a client of contacts-sync, if its secret is set.
    pub(crate) fn contacts_if_given(&self) -> Result<Option<Client>> {
        if self.is_given(Caller::Contacts)? { self.contacts().map(Some) } else { Ok(None) }
    }

    /// Returns a client of this credential, if its secret is set. `--as` plays no part.
    pub(crate) fn client_if_given(&self, caller: Caller) -> Result<Option<Client>> {
        if self.is_given(caller)? { self.client(caller).map(Some) } else { Ok(None) }
    }

    /// Returns the store of tokens as it was named, or `None` for the default.
    pub(crate) fn token_store(&self) -> Result<Option<String>> {
        Ok(given(&self.credentials.group()?.token_store).map(str::to_owned))
    }

    /// Returns a client for calls that both credentials can make: contacts-sync, or the app if only the app is set.
    pub(crate) fn either(&self) -> Result<Client> {
        self.client(self.either_caller()?)
    }

    /// Returns the credential that [`Self::either`] uses.
    pub(crate) fn either_caller(&self) -> Result<Caller> {
        let only_app = !self.is_given(Caller::Contacts)? && self.is_given(Caller::App)?;
        Ok(self.caller.unwrap_or(if only_app { Caller::App } else { Caller::Contacts }))
    }

    /// Returns a client of the app, if its secret and its id are set. It reads details for a call of the other credential.
    pub(crate) fn app_if_given(&self) -> Result<Option<Client>> {
        let is_given = self.is_given(Caller::App)? && given(&self.credentials.group()?.agent_id).is_some();
        if is_given { self.client(Caller::App).map(Some) } else { Ok(None) }
    }

    /// Returns a client for names: the app if it is set, otherwise contacts-sync. The credential of the call does not matter.
    pub(crate) fn reader(&self) -> Result<Client> {
        match self.app_if_given()? {
            Some(app) => Ok(app),
            None => self.either(),
        }
    }

    /// Returns whether the secret of this caller is set.
    pub(crate) fn is_given(&self, caller: Caller) -> Result<bool> {
        let credentials = self.credentials.group()?;
        Ok(match caller {
            Caller::Contacts => credentials.contacts_secret.is_given(),
            Caller::App => credentials.app_secret.is_given(),
        })
    }

    /// Returns the same credentials without stored tokens, so that a token is requested.
    pub(crate) fn without_kept_tokens(mut self) -> Self {
        self.without_kept_tokens = true;
        self
    }

    /// Returns a client without a secret, for commands that send no requests.
    pub(crate) fn nameless(&self) -> Result<Client> {
        self.built(Secret::contacts_sync(""))
    }

    /// Takes the secret of one command from the profile, if a profile is the source and the command line has no such secret. A profile ignores the
    /// environment.
    pub(crate) fn adopt<K: SecretKind>(&self, secret: &mut GivenSecret<K>) -> Result {
        if let Some(profile) = self.credentials.profile()?
            && !secret.is_typed()
        {
            *secret = profile.secret();
        }
        Ok(())
    }

    /// Returns the name of the profile that the credentials come from, if they come from one.
    pub(crate) fn profile_name(&self) -> Result<Option<String>> {
        Ok(self.credentials.profile()?.map(|profile| profile.name.clone()))
    }

    /// Returns the id of the app.
    pub(crate) fn agent_id(&self) -> Result<AgentId> {
        let credentials = self.credentials.group()?;
        let text = given(&credentials.agent_id).ok_or_else(|| {
            self.credentials.lacks(ProfileKey::AgentId, &messages::agent_id(), "--agent-id", "WECOM_AGENT_ID")
        })?;
        numbers::id(text).map_err(|bounds| {
            Failure::usage(messages::app_id_is_no_number(&bounds)).remedy(messages::where_the_app_id_is())
        })
    }

    /// Returns the time after which the mirror forgets removed members, if the profile sets it.
    pub(crate) fn forget_after(&self) -> Result<Option<SignedDuration>> {
        let Some(profile) = self.credentials.profile()? else { return Ok(None) };
        let text = profile.text(ProfileKey::ForgetAfter)?;
        text.map(|text| timespan::parsed(&text).map_err(Failure::usage)).transpose()
    }

    /// Returns the id of the corp, if it is set.
    pub(crate) fn corp_id_if_given(&self) -> Result<Option<String>> {
        Ok(given(&self.credentials.group()?.corp_id).map(str::to_owned))
    }

    /// Returns the id of the corp.
    pub(crate) fn corp_id(&self) -> Result<String> {
        self.corp_id_if_given()?.ok_or_else(|| {
            self.credentials.lacks(ProfileKey::CorpId, &messages::corp_id(), "--corp-id", "WECOM_CORP_ID")
        })
    }

    fn client(&self, caller: Caller) -> Result<Client> {
        let credentials = self.credentials.group()?;
        let secret = match caller {
            Caller::Contacts => Secret::contacts_sync(self.secret(
                &credentials.contacts_secret,
                Caller::App,
                messages::or_call_as_the_app,
            )?),
            Caller::App => {
                let value =
                    self.secret(&credentials.app_secret, Caller::Contacts, messages::or_call_as_contacts)?;
                Secret::app(self.agent_id()?, value)
            }
        };
        self.built(secret)
    }

    /// Returns the secret. If only the secret of the other caller is set, the error names the flag that selects that caller.
    fn secret<'a, K: SecretKind>(
        &self,
        secret: &'a GivenSecret<K>,
        other: Caller,
        as_other: fn() -> Message,
    ) -> Result<&'a str> {
        let other_is_given = self.is_given(other)?;
        secret.required().map_err(|failure| match secret.is_given() {
            true => failure,
            false if self.caller.is_none() && other_is_given => failure.remedy(as_other()),
            false => self.credentials.with_hint(failure),
        })
    }

    fn built(&self, secret: Secret) -> Result<Client> {
        let credentials = self.credentials.group()?;
        let corp_id = self.corp_id()?;
        let builder = credentials
            .builder(&corp_id, secret, !self.without_kept_tokens)?
            .timeout(Duration::from_secs(self.timeout))
            .retry(RetryPolicy::default().attempts(self.attempts));
        builder.build().map_err(|error| match self.credentials.profile() {
            Ok(Some(profile)) => Failure::from(error).remedy(messages::values_are_from(&profile.words())),
            _ => error.into(),
        })
    }
}

/// Removes surrounding blanks and line breaks. A text that is empty then counts as unset, like an empty variable.
pub(crate) fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(|text| text.trim_matches(is_blank)).filter(|text| !text.is_empty())
}

/// Returns the failure for a missing value that a flag or a variable can set.
fn missing(what: &Message, flag: &str, variable: &str) -> Failure {
    Failure::usage(messages::missing(what)).remedy(messages::pass_the_flag(flag, variable))
}

/// Returns the failure for a missing value of a profile.
fn missing_in(profile: &Message, what: &Message, key: ProfileKey) -> Failure {
    Failure::usage(messages::missing_in_profile(profile, what))
        .remedy(messages::add_to_the_profile(key.name()))
}
