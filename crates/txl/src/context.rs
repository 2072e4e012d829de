//! Who is calling, and where to: the credentials (凭证) of one corp, from flags or the environment.

use std::time::Duration;

use clap::{Args, ValueEnum};
use wecom_contacts::{AgentId, Client, ClientBuilder, RetryPolicy, Secret};

use crate::{
    failure::{Failure, Result},
    token_store,
};

/// The flags that every calling command takes.
#[derive(Args)]
#[command(next_help_heading = "Credentials (凭证)")]
pub(crate) struct Access {
    /// The corp's id (企业ID)
    #[arg(long, env = "WECOM_CORP_ID", global = true, value_name = "ID")]
    corp_id: Option<String>,

    /// The contacts-sync secret (通讯录同步 secret): writes, and reads ids
    #[arg(long, env = "WECOM_CONTACTS_SECRET", hide_env_values = true, global = true, value_name = "SECRET")]
    contacts_secret: Option<String>,

    /// The app's id (应用 agentid)
    #[arg(long, env = "WECOM_AGENT_ID", global = true, value_name = "ID")]
    agent_id: Option<String>,

    /// The app's secret (自建应用 secret): reads details inside the app's visible range (可见范围)
    #[arg(long, env = "WECOM_APP_SECRET", hide_env_values = true, global = true, value_name = "SECRET")]
    app_secret: Option<String>,

    /// Call as this credential, whichever would be picked
    #[arg(long = "as", global = true, value_name = "CREDENTIAL")]
    caller: Option<Caller>,

    /// Where WeCom is, for gateways and simulators [default: that of qyapi.weixin.qq.com]
    #[arg(long, env = "WECOM_BASE_URL", global = true, value_name = "URL")]
    base_url: Option<String>,

    /// Send everything through this proxy
    #[arg(long, env = "WECOM_PROXY", hide_env_values = true, global = true, value_name = "URL")]
    proxy: Option<String>,

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

    /// How many seconds one call may take
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10)]
    timeout: u64,

    /// How often one call is sent at most, where repeating it is safe
    #[arg(long, global = true, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..))]
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

    /// For reading details that contacts-sync may not see: the app if its secret is given, else contacts-sync.
    pub(crate) fn details(&self) -> Result<Client> {
        let picked = if given(&self.app_secret).is_some() { Caller::App } else { Caller::Contacts };
        self.client(self.caller.unwrap_or(picked))
    }

    /// Contacts-sync, if its secret is given.
    pub(crate) fn contacts_if_given(&self) -> Result<Option<Client>> {
        if given(&self.contacts_secret).is_none() { Ok(None) } else { self.contacts().map(Some) }
    }

    /// The app, if its secret is given.
    pub(crate) fn app_if_given(&self) -> Result<Option<Client>> {
        if given(&self.app_secret).is_none() { Ok(None) } else { self.client(Caller::App).map(Some) }
    }

    /// For what both may do: contacts-sync, or the app if only that is given.
    pub(crate) fn either(&self) -> Result<Client> {
        let picked = if given(&self.contacts_secret).is_none() && given(&self.app_secret).is_some() {
            Caller::App
        } else {
            Caller::Contacts
        };
        self.client(self.caller.unwrap_or(picked))
    }

    /// The same, with a token asked for anew.
    pub(crate) fn with_a_fresh_token(mut self) -> Self {
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
        text.parse().map_err(|_| {
            Failure::usage("the app's id (agentid) is not a number")
                .remedy("give the AgentId shown on the app's page in the console, such as 1000002, by --agent-id or WECOM_AGENT_ID")
        })
    }

    fn client(&self, caller: Caller) -> Result<Client> {
        let secret = match caller {
            Caller::Contacts => {
                let secret = given(&self.contacts_secret).ok_or_else(|| {
                    let failure = missing(
                        "contacts-sync secret (通讯录同步 secret)",
                        "--contacts-secret",
                        "WECOM_CONTACTS_SECRET",
                    );
                    match given(&self.app_secret) {
                        Some(_) if self.caller.is_none() => {
                            failure.remedy("or make this call as the app by --as app, if the app may make it")
                        }
                        _ => failure,
                    }
                })?;
                Secret::contacts_sync(secret)
            }
            Caller::App => {
                let secret = given(&self.app_secret).ok_or_else(|| {
                    let failure = missing("app's secret (自建应用 secret)", "--app-secret", "WECOM_APP_SECRET");
                    match given(&self.contacts_secret) {
                        Some(_) if self.caller.is_none() => failure.remedy(
                            "or make this call as contacts-sync by --as contacts, if that secret still has the rights of before 2022",
                        ),
                        _ => failure,
                    }
                })?;
                Secret::app(self.agent_id()?, secret)
            }
        };
        Ok(self.builder(secret)?.build()?)
    }

    fn builder(&self, secret: Secret) -> Result<ClientBuilder> {
        let mut builder = Client::builder(self.corp_id()?, secret)
            .timeout(Duration::from_secs(self.timeout.max(1)))
            .retry(RetryPolicy::default().attempts(self.attempts))
            .user_agent(concat!("txl/", env!("CARGO_PKG_VERSION")))
            .log_bodies(true);
        if let Some(url) = given(&self.base_url) {
            builder = builder.base_url(url);
        }
        if let Some(url) = given(&self.proxy) {
            builder = builder.proxy(url);
        }
        token_store::attach(builder, given(&self.token_store))
    }
}

/// An empty variable is as good as none.
pub(crate) fn given(value: &Option<String>) -> Option<&str> {
    value.as_deref().filter(|text| !text.is_empty())
}

pub(crate) fn missing(what: &str, flag: &str, variable: &str) -> Failure {
    Failure::usage(format!("no {what} is given")).remedy(format!("pass {flag}, or set {variable}"))
}
