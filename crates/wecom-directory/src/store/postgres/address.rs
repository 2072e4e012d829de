//! The URL of a database: what it says, and how it is shown without its password.

use std::time::Duration;

use tokio_postgres::{Config, config::Host};

use crate::{Error, Result};

/// How long a connection may take if the URL sets no `connect_timeout`.
const CONNECT: Duration = Duration::from_secs(10);

/// Reads the URL.
pub(super) fn parse(url: &str) -> Result<Config> {
    // Text after the URL's first `?` is not quoted: it may be a part of the password.
    let invalid = || {
        Error::DatabaseUrl(
            "it is not postgres://USER:PASSWORD@HOST:PORT/DATABASE, or has an unknown option; \
             special characters of the password are written in percent-encoding",
        )
    };
    if !is_url(url) {
        return Err(invalid());
    }
    // Certificates are verified whenever there is TLS, so that these three are one.
    let url =
        url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
    let mut config: Config = url.parse().map_err(|_| invalid())?;
    // The rest of a password that has an unquoted `@`.
    if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(host) if host.contains('@'))) {
        return Err(invalid());
    }
    if config.get_hosts().is_empty() {
        return Err(Error::DatabaseUrl("it names no host"));
    }
    if config.get_user().is_none() {
        return Err(Error::DatabaseUrl("it names no user"));
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT);
    }
    if config.get_application_name().is_none() {
        config.application_name("txl");
    }
    Ok(config)
}

/// Whether a text is a URL of a PostgreSQL database, by its scheme.
pub fn is_url(text: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
}

/// Returns the URL without password and options, for messages: `postgres://user@host:5432/database`.
pub fn without_password(url: &str) -> String {
    parse(url).map_or_else(|_| "postgres://".to_owned(), |config| shown(&config))
}

pub(super) fn shown(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts: Vec<_> = config
        .get_hosts()
        .iter()
        .enumerate()
        .map(|(index, host)| {
            let port = ports.get(index).or_else(|| ports.first()).copied().unwrap_or(5432);
            match host {
                Host::Tcp(host) if host.contains(':') => format!("[{host}]:{port}"),
                Host::Tcp(host) => format!("{host}:{port}"),
                #[cfg(unix)]
                Host::Unix(path) => path.display().to_string(),
            }
        })
        .collect();
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or(user);
    format!("postgres://{user}@{}/{database}", hosts.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_url_has_neither_password_nor_options() {
        for (url, expected) in [
            (
                "postgres://txl:hunter2@db.example.com/corp?sslmode=verify-full",
                "postgres://txl@db.example.com:5432/corp",
            ),
            ("postgresql://txl:hunter2@[::1]:5433/", "postgres://txl@[::1]:5433/txl"),
            ("postgres://txl:hunter2@a:1,b:2/corp", "postgres://txl@a:1,b:2/corp"),
            // A password with this character is no URL. Which part is the password cannot be said.
            ("postgres://txl:hun@ter2@db.example.com/corp", "postgres://"),
        ] {
            assert_eq!(without_password(url), expected);
        }
    }

    #[test]
    fn an_invalid_url_is_an_error_that_does_not_quote_it() {
        for url in [
            "postgres://txl:hun@ter2@db.example.com/corp",
            "postgres://txl:hunter2@db.example.com:x/corp",
            "postgres://txl:hunter2@db.example.com/corp?hunter2=1",
            "postgres:///corp",
            "postgres://db.example.com/corp",
            "mysql://txl:hunter2@db.example.com/corp",
            "",
        ] {
            let error = parse(url).unwrap_err();
            assert!(matches!(error, Error::DatabaseUrl(_)), "{url}: {error:?}");
            assert!(!error.to_string().contains("ter2"), "{error}");
        }
    }
}
