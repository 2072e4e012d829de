//! Who is calling, and where to: the credentials (凭证) of one corp, from flags or the environment.

mod secrets;
mod token_store;
mod trust;

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use wecom_contacts::{AgentId, Client, ClientBuilder, RetryPolicy, Secret};

use self::secrets::{AppSecret, ContactsSecret, is_blank};
pub(crate) use self::secrets::{
    FileKey, GivenSecret, JobKey, JobToken, SimAppSecret, SimContactsSecret, SimUrlKey, SimUrlToken, UrlKey,
    UrlToken,
};
use crate::{
    failure::{Failure, Result},
    numbers,
};

/// The flags that every calling command takes.
#[derive(Args)]
#[command(next_help_heading = "Credentials (凭证)")]
pub(crate) struct Access {
    /// The corp's id (企业ID)
    #[arg(long, env = "WECOM_CORP_ID", global = true, value_name = "ID")]
    corp_id: Option<String>,

    #[command(flatten)]
    contacts_secret: GivenSecret<ContactsSecret>,

    /// The app's id (应用 agentid)
    #[arg(long, env = "WECOM_AGENT_ID", global = true, value_name = "ID")]
    agent_id: Option<String>,

    #[command(flatten)]
    app_secret: GivenSecret<AppSecret>,

    /// Call as this credential instead of the one that would be picked
    #[arg(long = "as", global = true, value_name = "CREDENTIAL")]
    caller: Option<Caller>,

    /// Where WeCom is, for gateways and simulators [default: that of qyapi.weixin.qq.com]
    #[arg(long, env = "WECOM_BASE_URL", global = true, value_name = "URL")]
    base_url: Option<String>,

    /// Send everything through this proxy
    #[arg(long, env = "WECOM_PROXY", hide_env_values = true, global = true, value_name = "URL")]
    proxy: Option<String>,

    /// Trust the CA certificates in this PEM file too, as a company's own gateway or proxy needs
    #[arg(long, env = "WECOM_CA_CERT", global = true, value_name = "PATH")]
    ca_cert: Option<PathBuf>,

    /// Where access tokens are kept between commands: a file (only its owner may read it), an address such as
    /// redis://127.0.0.1:6379, or `none` [default: txl/tokens.json in the user's cache directory]
    #[arg(
        long,
        env = "WECOM_TOKEN_STORE",
        hide_env_values = true,
        global = true,
        value_name = "PATH|URL|none"
    )]
    token_store: Option<String>,

    /// How many seconds one call may take, 1 to 86,400
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10, value_parser = numbers::whole::<u64>(1..=86_400))]
    timeout: u64,

    /// How often one call is sent at most, where repeating it is safe, 1 to 1,000
    #[arg(long, global = true, value_name = "N", default_value_t = 4, value_parser = numbers::whole::<u32>(1..=1000))]
    attempts: u32,
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
        if self.contacts_secret.is_given() { self.contacts().map(Some) } else { Ok(None) }
    }

    /// For what both may do: contacts-sync, or the app if only that is given.
    pub(crate) fn either(&self) -> Result<Client> {
        self.client(self.either_caller())
    }

    /// The credential that [`Self::either`] takes.
    pub(crate) fn either_caller(&self) -> Caller {
        let only_app = !self.contacts_secret.is_given() && self.app_secret.is_given();
        self.caller.unwrap_or(if only_app { Caller::App } else { Caller::Contacts })
    }

    /// The app, if its secret and its id are given: for what may be read beside a call of the other credential.
    pub(crate) fn app_if_given(&self) -> Result<Option<Client>> {
        let is_given = self.app_secret.is_given() && given(&self.agent_id).is_some();
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
    pub(crate) fn is_given(&self, caller: Caller) -> bool {
        match caller {
            Caller::Contacts => self.contacts_secret.is_given(),
            Caller::App => self.app_secret.is_given(),
        }
    }

    /// The same credentials without the tokens that are kept, so that a token is asked for.
    pub(crate) fn without_kept_tokens(mut self) -> Self {
        self.token_store = Some(token_store::NONE.to_owned());
        self
    }

    /// For what sends nothing, and so needs no secret.
    pub(crate) fn nameless(&self) -> Result<Client> {
        Ok(self.builder(Secret::contacts_sync(""))?.build()?)
    }

    fn corp_id(&self) -> Result<&str> {
        given(&self.corp_id).ok_or_else(|| missing("corp id (企业ID)", "--corp-id", "WECOM_CORP_ID"))
    }

    /// The app's id.
    pub(crate) fn agent_id(&self) -> Result<AgentId> {
        let text = given(&self.agent_id)
            .ok_or_else(|| missing("app's id (应用 agentid)", "--agent-id", "WECOM_AGENT_ID"))?;
        numbers::id(text).map_err(|bounds| {
            Failure::usage(format!("the app's id (agentid) is not a number: {bounds}"))
                .remedy("give the AgentId shown on the app's page in the console, such as 1000002, by --agent-id or WECOM_AGENT_ID")
        })
    }

    fn client(&self, caller: Caller) -> Result<Client> {
        let secret = match caller {
            Caller::Contacts => {
                Secret::contacts_sync(self.contacts_secret.required().map_err(|failure| {
                    let app_may = self.caller.is_none() && self.app_secret.is_given();
                    if app_may && !self.contacts_secret.is_given() {
                        failure.remedy("or make this call as the app by --as app, if the app may make it")
                    } else {
                        failure
                    }
                })?)
            }
            Caller::App => {
                let value = self.app_secret.required().map_err(|failure| {
                    let contacts_may = self.caller.is_none() && self.contacts_secret.is_given();
                    if contacts_may && !self.app_secret.is_given() {
                        failure.remedy(
                            "or make this call as contacts-sync by --as contacts, if that secret still has the rights of before 2022",
                        )
                    } else {
                        failure
                    }
                })?;
                Secret::app(self.agent_id()?, value)
            }
        };
        Ok(self.builder(secret)?.build()?)
    }

    fn builder(&self, secret: Secret) -> Result<ClientBuilder> {
        let mut builder = Client::builder(self.corp_id()?, secret)
            .timeout(Duration::from_secs(self.timeout))
            .retry(RetryPolicy::default().attempts(self.attempts))
            .user_agent(concat!("txl/", env!("CARGO_PKG_VERSION")))
            .log_bodies(true);
        let (base_url, proxy) = (given(&self.base_url), given(&self.proxy));
        if let Some(url) = base_url {
            builder = builder.base_url(url);
        }
        if let Some(url) = proxy {
            builder = builder.proxy(url);
        }
        let begins = |url: &str, scheme: &str| url.to_ascii_lowercase().starts_with(scheme);
        let uses_tls = !base_url.is_some_and(|url| begins(url, "http:"))
            || proxy.is_some_and(|url| begins(url, "https:"));
        if uses_tls {
            trust::check_environment()?;
        }
        if let Some(path) = self.ca_cert.as_deref().filter(|path| !path.as_os_str().is_empty()) {
            builder = builder.root_certificates_pem(trust::certificates(path)?);
        }
        token_store::attach(builder, given(&self.token_store))
    }
}

/// The text without blanks and line breaks around it. Nothing but those counts as none, as an empty variable does.
pub(crate) fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().map(|text| text.trim_matches(is_blank)).filter(|text| !text.is_empty())
}

pub(crate) fn missing(what: &str, flag: &str, variable: &str) -> Failure {
    Failure::usage(format!("no {what} is given")).remedy(format!("pass {flag}, or set {variable}"))
}
