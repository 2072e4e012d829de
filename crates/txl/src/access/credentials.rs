//! The groups of values that come from one source: the credentials for calls, and those for callbacks.

use std::{env, path::PathBuf};

use clap::Args;
use serde::Serialize;
use wecom_contacts::{
    Client, ClientBuilder, Secret,
    callback::{CallbackToken, EncodingAesKey, Receiver},
};

use super::{
    given,
    key::{ProfileKey, masked},
    profile::Profile,
    secrets::{AppSecret, ContactsSecret, GivenSecret, UrlKey, UrlToken, path},
    source::{Group, Sourced},
    token_store, trust,
};
use crate::{
    failure::{Failure, Result},
    messages,
};

/// The credentials for calls: the id of the corp, the secrets, and the connection to the server.
#[derive(Args)]
pub(crate) struct Credentials {
    /// The corp's id (企业ID)
    #[arg(long, env = "WECOM_CORP_ID", global = true, value_name = "ID")]
    pub(super) corp_id: Option<String>,

    #[command(flatten)]
    pub(super) contacts_secret: GivenSecret<ContactsSecret>,

    /// The app's id (应用 agentid)
    #[arg(long, env = "WECOM_AGENT_ID", global = true, value_name = "ID")]
    pub(super) agent_id: Option<String>,

    #[command(flatten)]
    pub(super) app_secret: GivenSecret<AppSecret>,

    /// Base URL of the API, for a gateway or a simulator. Defaults to that of qyapi.weixin.qq.com
    #[arg(long, env = "WECOM_BASE_URL", global = true, value_name = "URL")]
    pub(super) base_url: Option<String>,

    /// Proxy for all requests
    #[arg(long, env = "WECOM_PROXY", hide_env_values = true, global = true, value_name = "URL")]
    pub(super) proxy: Option<String>,

    /// PEM file of additional CA certificates to trust, such as those of a company's gateway or proxy
    #[arg(long, env = "WECOM_CA_CERT", global = true, value_name = "PATH", value_parser = path())]
    pub(super) ca_cert: Option<PathBuf>,

    /// Store of access tokens between commands: a file that only its owner can read, an address such as
    /// redis://127.0.0.1:6379, or `none`. Defaults to txl/tokens.json in the user's cache directory
    #[arg(
        long,
        env = "WECOM_TOKEN_STORE",
        hide_env_values = true,
        global = true,
        value_name = "PATH|URL|none"
    )]
    pub(super) token_store: Option<String>,
}

impl Group for Credentials {
    fn of_profile(profile: &Profile) -> Result<Self> {
        Ok(Self {
            corp_id: profile.text(ProfileKey::CorpId)?,
            contacts_secret: profile.secret(),
            agent_id: profile.text(ProfileKey::AgentId)?,
            app_secret: profile.secret(),
            base_url: profile.text(ProfileKey::BaseUrl)?,
            proxy: profile.text(ProfileKey::Proxy)?,
            ca_cert: profile.text(ProfileKey::CaCert)?.map(PathBuf::from),
            token_store: profile.text(ProfileKey::TokenStore)?,
        })
    }
}

impl Credentials {
    /// Creates a client with this secret. It uses the token store of the group if `keeps_tokens`.
    ///
    /// # Errors
    ///
    /// Fails if certificates or the token store cannot be used.
    pub(super) fn builder(&self, corp_id: &str, secret: Secret, keeps_tokens: bool) -> Result<ClientBuilder> {
        let mut builder = Client::builder(corp_id, secret)
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
        let store = if keeps_tokens { given(&self.token_store) } else { Some(token_store::NONE) };
        token_store::attach(builder, store)
    }
}

/// A value in the output of `txl config show`.
#[derive(Serialize)]
pub(crate) struct Row {
    key: &'static str,
    /// The value. Secrets are masked.
    value: String,
    /// The flag, the variable, or the line of the configuration file with its reference.
    from: String,
}

impl Row {
    fn new(key: ProfileKey, value: &str, from: String) -> Self {
        Self { key: key.name(), value: masked(key, value), from }
    }
}

impl Sourced<Credentials> {
    /// Returns every value with its source. Secrets are not read or shown.
    ///
    /// # Errors
    ///
    /// Fails if there are two sources, or if a profile is chosen and cannot be used.
    pub(crate) fn rows(&self) -> Result<Vec<Row>> {
        match self.chosen_profile()? {
            Some(profile) => Ok(rows_of_profile(&profile)),
            None => Ok(self.rows_of_command_line()),
        }
    }

    fn rows_of_command_line(&self) -> Vec<Row> {
        let Credentials {
            corp_id,
            contacts_secret,
            agent_id,
            app_secret,
            base_url,
            proxy,
            ca_cert,
            token_store,
        } = self.of_command_line();
        let ca_cert = ca_cert.as_ref().map(|path| path.display().to_string());
        let rows = ProfileKey::ALL.into_iter().filter_map(|key| {
            let text = match key {
                ProfileKey::CorpId => corp_id,
                ProfileKey::AgentId => agent_id,
                ProfileKey::BaseUrl => base_url,
                ProfileKey::Proxy => proxy,
                ProfileKey::CaCert => &ca_cert,
                ProfileKey::TokenStore => token_store,
                ProfileKey::ContactsSecret => return Some(Row::new(key, "", contacts_secret.from()?)),
                ProfileKey::AppSecret => return Some(Row::new(key, "", app_secret.from()?)),
                ProfileKey::ForgetAfter => return None,
                // These values have no flags here.
                ProfileKey::CallbackToken | ProfileKey::CallbackAesKey => {
                    let is_set = |name: &String| env::var_os(name).is_some_and(|value| !value.is_empty());
                    return Some(Row::new(key, "", key.variables().into_iter().find(is_set)?));
                }
            };
            let flag = format!("--{}", key.name().replace('_', "-"));
            let from = if self.has_flag(&flag) { flag } else { key.variables().swap_remove(0) };
            Some(Row::new(key, given(text)?, from))
        });
        rows.collect()
    }
}

fn rows_of_profile(profile: &Profile) -> Vec<Row> {
    let rows = profile.entries.iter().map(|entry| {
        let line = entry.at.line;
        match (entry.value.from(), entry.value.literal()) {
            (None, Some(text)) => Row::new(entry.key, text, messages::config::line(line).to_string()),
            // The variable or the file can contain a secret, for every key.
            (from, _) => Row {
                key: entry.key.name(),
                value: "***".to_owned(),
                from: messages::config::referred_by_line(&from.unwrap_or_default(), line).to_string(),
            },
        }
    });
    rows.collect()
}

/// What a callback URL is configured with in the console (接收事件服务器).
#[derive(Args)]
pub(crate) struct CallbackCredentials {
    /// The corp's id (企业ID)
    #[arg(long, env = "WECOM_CORP_ID", global = true, value_name = "ID")]
    corp_id: Option<String>,
    #[command(flatten)]
    pub(super) token: GivenSecret<UrlToken>,
    #[command(flatten)]
    pub(super) aes_key: GivenSecret<UrlKey>,
}

impl Group for CallbackCredentials {
    fn of_profile(profile: &Profile) -> Result<Self> {
        Ok(Self {
            corp_id: profile.text(ProfileKey::CorpId)?,
            token: profile.secret(),
            aes_key: profile.secret(),
        })
    }
}

impl CallbackCredentials {
    /// Parses the key.
    pub(super) fn parsed_key(&self) -> Result<EncodingAesKey> {
        self.aes_key.required()?.parse().map_err(|error| {
            Failure::usage(messages::credentials::aes_key_is_not_one())
                .because(&error)
                .remedy(messages::credentials::copy_the_aes_key())
        })
    }
}

/// The settings of a callback URL, each by itself.
pub(crate) struct UrlSettings {
    pub(crate) corp_id: String,
    pub(crate) token: CallbackToken,
    pub(crate) key: EncodingAesKey,
}

impl UrlSettings {
    pub(crate) fn receiver(&self) -> Receiver {
        Receiver::new(self.corp_id.as_str(), self.token.clone(), self.key.clone())
    }
}

impl Sourced<CallbackCredentials> {
    /// Returns the verifier and decrypter of the requests to the URL.
    ///
    /// # Errors
    ///
    /// Fails as [`Self::settings`] does.
    pub(crate) fn receiver(&self) -> Result<Receiver> {
        Ok(self.settings()?.receiver())
    }

    /// Returns the settings of the URL.
    ///
    /// # Errors
    ///
    /// Fails if a value is missing, or if the key is invalid.
    pub(crate) fn settings(&self) -> Result<UrlSettings> {
        let group = self.group()?;
        let corp_id = given(&group.corp_id).ok_or_else(|| {
            self.lacks(ProfileKey::CorpId, &messages::credentials::corp_id(), "--corp-id", "WECOM_CORP_ID")
        })?;
        let token = group.token.required().map_err(|failure| self.explained(&group.token, failure))?;
        let key = match group.aes_key.is_given() {
            true => group.parsed_key()?,
            false => group.parsed_key().map_err(|failure| self.with_hint(failure))?,
        };
        Ok(UrlSettings { corp_id: corp_id.to_owned(), token: CallbackToken::new(token), key })
    }

    fn explained(&self, secret: &GivenSecret<UrlToken>, failure: Failure) -> Failure {
        if secret.is_given() { failure } else { self.with_hint(failure) }
    }
}
