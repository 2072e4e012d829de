//! The settings, from the environment.

use std::{fmt, net::SocketAddr};

use wecom_contacts::AgentId;

/// Where the server listens if `HTTP_DEMO_LISTEN` is not set.
const LISTEN: &str = "127.0.0.1:8430";

/// The settings of the program.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen: a loopback address.
    pub listen: SocketAddr,
    /// Which server to call.
    pub source: Source,
    /// The key that requests must send. Always set for real credentials.
    pub key: Option<Hidden>,
}

/// Which server to call.
#[derive(Clone, Debug)]
pub enum Source {
    /// A simulator inside this process.
    Sim,
    /// WeCom, or the server at `base_url`.
    Real {
        /// The corp id (企业ID).
        corp_id: String,
        /// The contacts-sync secret (通讯录同步 secret).
        contacts_secret: Hidden,
        /// The app's id.
        agent_id: AgentId,
        /// The app's secret.
        app_secret: Hidden,
        /// The base URL, if it is not WeCom's.
        base_url: Option<String>,
        /// The token and the `EncodingAESKey` of the callback URL, if there is one.
        callback: Option<CallbackSettings>,
    },
}

/// The two secrets of a callback URL.
#[derive(Clone, Debug)]
pub struct CallbackSettings {
    /// The token.
    pub token: Hidden,
    /// The `EncodingAESKey`.
    pub aes_key: Hidden,
}

/// A text that `Debug` does not show.
#[derive(Clone)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// Settings that cannot be used; the text names the variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(String);

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingsError {}

/// Any of these variables asks for a real server. All but the last three are then needed.
const REAL: [&str; 7] = [
    "WECOM_CORP_ID",
    "WECOM_CONTACTS_SECRET",
    "WECOM_AGENT_ID",
    "WECOM_APP_SECRET",
    "WECOM_BASE_URL",
    "WECOM_CALLBACK_TOKEN",
    "WECOM_CALLBACK_AES_KEY",
];

impl Settings {
    /// Reads the settings; `variable` returns the value of an environment variable. An empty value counts as absent.
    ///
    /// # Errors
    ///
    /// [`SettingsError`] if a variable is missing or unusable, if real credentials come without `HTTP_DEMO_KEY`, or if the
    /// address is not a loopback address.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let needed = |name: &str| {
            variable(name).ok_or_else(|| {
                SettingsError(format!(
                    "{name} is not set; a real server needs {}. Without any of them the simulator is used",
                    REAL[..4].join(", ")
                ))
            })
        };
        let listen = listen(&variable("HTTP_DEMO_LISTEN").unwrap_or_else(|| LISTEN.to_owned()))?;
        let key = variable("HTTP_DEMO_KEY").map(Hidden);
        if REAL.iter().all(|name| variable(name).is_none()) {
            return Ok(Self { listen, source: Source::Sim, key });
        }
        let source = Source::Real {
            corp_id: needed("WECOM_CORP_ID")?,
            contacts_secret: Hidden(needed("WECOM_CONTACTS_SECRET")?),
            agent_id: needed("WECOM_AGENT_ID")?
                .parse()
                .map_err(|_| SettingsError("WECOM_AGENT_ID is not a number".to_owned()))?,
            app_secret: Hidden(needed("WECOM_APP_SECRET")?),
            base_url: variable("WECOM_BASE_URL"),
            callback: callback(variable("WECOM_CALLBACK_TOKEN"), variable("WECOM_CALLBACK_AES_KEY"))?,
        };
        if key.is_none() {
            let why = "HTTP_DEMO_KEY is not set; with real credentials every request must send a key. `openssl rand -hex 16` makes one";
            return Err(SettingsError(why.to_owned()));
        }
        Ok(Self { listen, source, key })
    }
}

fn listen(text: &str) -> Result<SocketAddr, SettingsError> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        Ok(_) => Err(SettingsError(format!(
            "HTTP_DEMO_LISTEN is `{text}`; the server listens on loopback addresses only, such as {LISTEN}"
        ))),
        Err(_) => {
            Err(SettingsError(format!("HTTP_DEMO_LISTEN is not an address with a port, such as {LISTEN}")))
        }
    }
}

fn callback(
    token: Option<String>,
    aes_key: Option<String>,
) -> Result<Option<CallbackSettings>, SettingsError> {
    match (token, aes_key) {
        (None, None) => Ok(None),
        (Some(token), Some(aes_key)) => {
            Ok(Some(CallbackSettings { token: Hidden(token), aes_key: Hidden(aes_key) }))
        }
        _ => Err(SettingsError(
            "WECOM_CALLBACK_TOKEN and WECOM_CALLBACK_AES_KEY belong together; set both or none".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIALS: [(&str, &str); 4] = [
        ("WECOM_CORP_ID", "ww1"),
        ("WECOM_CONTACTS_SECRET", "c0ntacts"),
        ("WECOM_AGENT_ID", "1000002"),
        ("WECOM_APP_SECRET", "s3cret"),
    ];

    fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(|name| {
            variables.iter().find(|(given, _)| *given == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_credentials_the_simulator_is_used_on_loopback() {
        let settings = read(&[]).unwrap();
        assert!(matches!(settings.source, Source::Sim) && settings.key.is_none());
        assert!(settings.listen.ip().is_loopback());
    }

    #[test]
    fn real_credentials_need_a_key() {
        let error = read(&CREDENTIALS).unwrap_err().to_string();
        assert!(error.starts_with("HTTP_DEMO_KEY is not set"), "{error}");
        let empty = [&CREDENTIALS[..], &[("HTTP_DEMO_KEY", "")]].concat();
        assert!(read(&empty).is_err());
        let settings = read(&[&CREDENTIALS[..], &[("HTTP_DEMO_KEY", "0123456789abcdef")]].concat()).unwrap();
        let shown = format!("{settings:?}");
        for secret in ["c0ntacts", "s3cret", "0123456789abcdef"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn one_variable_of_a_real_server_asks_for_all() {
        for given in REAL {
            let error = read(&[(given, "1"), ("HTTP_DEMO_KEY", "0123456789abcdef")]).unwrap_err().to_string();
            assert!(error.contains("is not set"), "{given}: {error}");
        }
        let half =
            [&CREDENTIALS[..], &[("WECOM_CALLBACK_TOKEN", "t"), ("HTTP_DEMO_KEY", "0123456789abcdef")]];
        assert!(read(&half.concat()).unwrap_err().to_string().contains("belong together"));
    }

    #[test]
    fn an_address_that_others_reach_is_refused() {
        for address in ["0.0.0.0:8430", "[::]:8430", "10.0.0.1:8430", "localhost:8430", "8430"] {
            assert!(read(&[("HTTP_DEMO_LISTEN", address)]).is_err(), "{address}");
        }
        assert_eq!(read(&[("HTTP_DEMO_LISTEN", "[::1]:0")]).unwrap().listen.to_string(), "[::1]:0");
    }
}
