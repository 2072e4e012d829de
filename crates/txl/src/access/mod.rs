//! Who is calling, and where to: the credentials (凭证) of one corp, from flags, the environment, or a configuration file.
//!
//! Every command takes them from here. `source` decides which source they come from, `config_file` and `profile` read `txl.toml`,
//! `key` names the values, `secrets` reads secrets.

mod check;
mod config_file;
mod credentials;
mod key;
mod problem;
mod profile;
mod secrets;
#[cfg(feature = "sim")]
mod simulator;
mod source;
mod token_store;
mod trust;

use std::time::Duration;

use clap::{Args, ValueEnum};
use wecom_contacts::{AgentId, Client, RetryPolicy, Secret};

use self::secrets::is_blank;
pub(crate) use self::{
    check::check,
    config_file::{ConfigFile, ConfigPath},
    credentials::{CallbackCredentials, Credentials},
    key::ProfileKey,
    problem::Problem,
    secrets::{FileKey, GivenSecret, JobKey, JobToken, SecretKind},
    source::{FileFlags, Sourced, no_home},
};
#[cfg(feature = "sim")]
pub(crate) use self::{
    secrets::{SimAppSecret, SimContactsSecret, SimUrlKey, SimUrlToken},
    simulator::{Simulator, SimulatorFlags},
};
use crate::{
    failure::{Failure, Result},
    numbers,
};

/// The flags that every calling command takes.
#[derive(Args)]
#[command(next_help_heading = "Credentials (凭证)")]
pub(crate) struct Access {
    #[command(flatten)]
    credentials: Sourced<Credentials>,

    /// Call as this credential instead of the one that would be picked
    #[arg(long = "as", global = true, value_name = "CREDENTIAL")]
    caller: Option<Caller>,

    /// How many seconds one call may take, 1 to 86,400
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10, value_parser = numbers::whole::<u64>(1..=86_400))]
    timeout: u64,

    /// How often one call is sent at most, where repeating it is safe, 1 to 1,000
    #[arg(long, global = true, value_name = "N", default_value_t = 4, value_parser = numbers::whole::<u32>(1..=1000))]
    attempts: u32,

    /// Whether tokens of earlier commands are left aside.
    #[arg(skip)]
    without_kept_tokens: bool,
}

/// One of the two kinds of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Caller {
    /// The contacts-sync secret (通讯录同步)
    Contacts,
    /// The app's secret (自建应用)
    App,
}

impl Access {
    /// For writes and ids: contacts-sync.
    pub(crate) fn contacts(&self) -> Result<Client> {
        self.client(self.caller.unwrap_or(Caller::Contacts))
    }

    /// For details and what only an app may do: the app.
    pub(crate) fn app(&self) -> Result<Client> {
        self.client(self.caller.unwrap_or(Caller::App))
    }

    /// Contacts-sync, if its secret is given.
    pub(crate) fn contacts_if_given(&self) -> Result<Option<Client>> {
        if self.is_given(Caller::Contacts)? { self.contacts().map(Some) } else { Ok(None) }
    }

    /// For what both may do: contacts-sync, or the app if only that is given.
    pub(crate) fn either(&self) -> Result<Client> {
        self.client(self.either_caller()?)
    }

    /// The credential that [`Self::either`] takes.
    pub(crate) fn either_caller(&self) -> Result<Caller> {
        let only_app = !self.is_given(Caller::Contacts)? && self.is_given(Caller::App)?;
        Ok(self.caller.unwrap_or(if only_app { Caller::App } else { Caller::Contacts }))
    }

    /// The app, if its secret and its id are given: for what may be read beside a call of the other credential.
    pub(crate) fn app_if_given(&self) -> Result<Option<Client>> {
        let is_given = self.is_given(Caller::App)? && given(&self.credentials.group()?.agent_id).is_some();
        if is_given { self.client(Caller::App).map(Some) } else { Ok(None) }
    }

    /// For names: the app if it is given, whichever credential calls, else contacts-sync.
    pub(crate) fn reader(&self) -> Result<Client> {
        match self.app_if_given()? {
            Some(app) => Ok(app),
            None => self.either(),
        }
    }

    /// Whether a secret for this caller is given.
    pub(crate) fn is_given(&self, caller: Caller) -> Result<bool> {
        let credentials = self.credentials.group()?;
        Ok(match caller {
            Caller::Contacts => credentials.contacts_secret.is_given(),
            Caller::App => credentials.app_secret.is_given(),
        })
    }

    /// The same credentials without the tokens that are kept, so that a token is asked for.
    pub(crate) fn without_kept_tokens(mut self) -> Self {
        self.without_kept_tokens = true;
        self
    }

    /// For what sends nothing, and so needs no secret.
    pub(crate) fn nameless(&self) -> Result<Client> {
        self.built(Secret::contacts_sync(""))
    }

    /// Takes a secret of one command from the profile, if one is the source and the command line does not have it. Variables of
    /// the environment are no part of a profile.
    pub(crate) fn adopt<K: SecretKind>(&self, secret: &mut GivenSecret<K>) -> Result {
        if let Some(profile) = self.credentials.profile()?
            && !secret.is_typed()
        {
            *secret = profile.secret();
        }
        Ok(())
    }

    /// The app's id.
    pub(crate) fn agent_id(&self) -> Result<AgentId> {
        let credentials = self.credentials.group()?;
        let text = given(&credentials.agent_id).ok_or_else(|| {
            self.credentials.lacks(
                ProfileKey::AgentId,
                "app's id (应用 agentid)",
                "--agent-id",
                "WECOM_AGENT_ID",
            )
        })?;
        numbers::id(text).map_err(|bounds| {
            Failure::usage(format!("the app's id (agentid) is not a number: {bounds}"))
                .remedy("give the AgentId shown on the app's page in the console, such as 1000002, by --agent-id or WECOM_AGENT_ID")
        })
    }

    /// The corp's id, if it is given.
    pub(crate) fn corp_id_if_given(&self) -> Result<Option<String>> {
        Ok(given(&self.credentials.group()?.corp_id).map(str::to_owned))
    }

    /// The corp's id.
    pub(crate) fn corp_id(&self) -> Result<String> {
        self.corp_id_if_given()?.ok_or_else(|| {
            self.credentials.lacks(ProfileKey::CorpId, "corp id (企业ID)", "--corp-id", "WECOM_CORP_ID")
        })
    }

    fn client(&self, caller: Caller) -> Result<Client> {
        let credentials = self.credentials.group()?;
        let secret = match caller {
            Caller::Contacts => Secret::contacts_sync(self.secret(
                &credentials.contacts_secret,
                Caller::App,
                "or make this call as the app by --as app, if the app may make it",
            )?),
            Caller::App => {
                let value = self.secret(
                    &credentials.app_secret,
                    Caller::Contacts,
                    "or make this call as contacts-sync by --as contacts, if that secret still has the rights of before 2022",
                )?;
                Secret::app(self.agent_id()?, value)
            }
        };
        self.built(secret)
    }

    /// The secret. If it is not given and that of the other caller is, the error says how to call as the other.
    fn secret<'a, K: SecretKind>(
        &self,
        secret: &'a GivenSecret<K>,
        other: Caller,
        as_other: &str,
    ) -> Result<&'a str> {
        let other_is_given = self.is_given(other)?;
        secret.required().map_err(|failure| match secret.is_given() {
            true => failure,
            false if self.caller.is_none() && other_is_given => failure.remedy(as_other),
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
            Ok(Some(profile)) => {
                Failure::from(error).remedy(format!("these values are from {}", profile.words()))
            }
            _ => error.into(),
        })
    }
}

/// The text without blanks and line breaks around it. Nothing but those counts as none, as an empty variable does.
pub(crate) fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(|text| text.trim_matches(is_blank)).filter(|text| !text.is_empty())
}

pub(crate) fn missing(what: &str, flag: &str, variable: &str) -> Failure {
    Failure::usage(format!("no {what} is given")).remedy(format!("pass {flag}, or set {variable}"))
}

/// The failure for want of a value in a profile.
fn missing_in(profile: &str, what: &str, key: ProfileKey) -> Failure {
    Failure::usage(format!("{profile} has no {what}"))
        .remedy(format!("add {} = … to the profile", key.name()))
}
