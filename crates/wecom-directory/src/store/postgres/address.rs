//! The URL of a database: what it says, and how it is shown without its password.

use std::{borrow::Cow, path::PathBuf, time::Duration};

use percent_encoding::percent_decode_str;
use tokio_postgres::{Config, config::Host};

use crate::{Error, Result};

/// How long a connection may take if the URL sets no `connect_timeout`.
const CONNECT: Duration = Duration::from_secs(10);

/// A database and the authority of its certificate.
#[derive(Debug)]
pub(super) struct Address {
    pub(super) config: Config,
    /// The file of root certificates. Without it, the roots of the platform are used.
    pub(super) roots: Option<PathBuf>,
}

/// Reads the URL.
pub(super) fn parse(url: &str) -> Result<Address> {
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
    let (url, roots) = without_tls_options(url);
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
    Ok(Address { config, roots })
}

/// Replaces the options of libpq that `tokio-postgres` does not know: `sslrootcert`, and the modes that verify certificates. Certificates are
/// verified whenever there is TLS, so that these modes are `require`.
fn without_tls_options(url: &str) -> (Cow<'_, str>, Option<PathBuf>) {
    // A password can have a question mark.
    let host = url.find('@').unwrap_or(0);
    let Some(start) = url[host..].find('?').map(|at| host + at + 1) else {
        return (url.into(), None);
    };
    let mut roots = None;
    let mut options = Vec::new();
    for option in url[start..].split('&') {
        match option.split_once('=') {
            Some(("sslmode", "verify-full" | "verify-ca")) => options.push("sslmode=require"),
            // `system` are the roots of the platform.
            Some(("sslrootcert", "system")) => {}
            Some(("sslrootcert", file)) => {
                roots = Some(PathBuf::from(percent_decode_str(file).decode_utf8_lossy().as_ref()));
            }
            _ => options.push(option),
        }
    }
    (format!("{}{}", &url[..start], options.join("&")).into(), roots)
}

/// Whether a text is a URL of a PostgreSQL database, by its scheme.
pub fn is_url(text: &str) -> bool {
    ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme))
}

/// Returns the URL without password and options, for messages: `postgres://user@host:5432/database`.
pub fn without_password(url: &str) -> String {
    parse(url).map_or_else(|_| "postgres://".to_owned(), |address| shown(&address.config))
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
    use std::path::Path;

    use tokio_postgres::config::SslMode;

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
    fn the_options_of_tls_are_those_of_libpq() {
        for (options, mode, roots) in [
            ("", SslMode::Prefer, None),
            ("?sslmode=verify-full", SslMode::Require, None),
            ("?sslmode=verify-ca&connect_timeout=3", SslMode::Require, None),
            ("?sslrootcert=/etc/own%20ca.pem&sslmode=require", SslMode::Require, Some("/etc/own ca.pem")),
            ("?connect_timeout=3&sslrootcert=ca.pem", SslMode::Prefer, Some("ca.pem")),
            ("?sslrootcert=system&sslmode=disable", SslMode::Disable, None),
        ] {
            // The question mark and the option are parts of the password.
            let password = "hunter?sslmode=verify-full2";
            let address = parse(&format!("postgres://txl:{password}@db.example.com/corp{options}")).unwrap();
            assert_eq!(address.config.get_ssl_mode(), mode, "{options}");
            assert_eq!(address.roots.as_deref(), roots.map(Path::new), "{options}");
            assert_eq!(address.config.get_password(), Some(password.as_bytes()));
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
