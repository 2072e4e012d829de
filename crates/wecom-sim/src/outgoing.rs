//! The requests that the simulator sends: callbacks, and downloads for uploads by URL.
//!
//! A test server must not give access to other networks. The simulator therefore connects only to loopback addresses
//! and to hosts that the settings allow. A name is checked by the addresses that it resolves to when the connection
//! is made, so the checked address is the one that is used.

use std::{
    collections::HashMap,
    fmt,
    net::{IpAddr, SocketAddr},
    str::FromStr,
};

use parking_lot::Mutex;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// The allowed hosts, in addition to loopback addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allowed(Vec<AllowedHost>);

/// A host with one port or with all ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AllowedHost {
    host: Host<String>,
    port: Option<u16>,
}

/// The settings do not allow requests to this URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the simulator does not connect to {0}; --allow-outgoing (`SimBuilder::allow_outgoing`) allows it")]
pub(crate) struct NotAllowed(String);

/// The addresses that a name may resolve to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum AddressFilter {
    Any,
    /// Loopback addresses and the listed ones.
    LoopbackAnd(Vec<IpAddr>),
}

impl FromStr for AllowedHost {
    type Err = String;

    /// Parses `HOST` or `HOST:PORT`; an IPv6 address with a port needs brackets.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!("invalid host `{text}`; a host looks like hook.example, 10.0.0.7:9000 or [fd00::7]:9000")
        };
        if let Ok(ip) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Ok(Self { host: host_of(ip), port: None });
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self { host: host_of(address.ip()), port: Some(address.port()) });
        }
        let (name, port) = match text.split_once(':') {
            Some((name, port)) => (name, Some(port.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let is_name = |name: &str| !name.is_empty() && !name.contains(['*', '/', '@', '?', '#']);
        match Host::parse(name) {
            Ok(host) if is_name(name) => Ok(Self { host, port }),
            _ => Err(wrong()),
        }
    }
}

fn host_of(ip: IpAddr) -> Host<String> {
    match ip {
        IpAddr::V4(ip) => Host::Ipv4(ip),
        IpAddr::V6(ip) => Host::Ipv6(ip),
    }
}

impl AllowedHost {
    fn ip(&self) -> Option<IpAddr> {
        match self.host {
            Host::Ipv4(ip) => Some(ip.into()),
            Host::Ipv6(ip) => Some(ip.into()),
            Host::Domain(_) => None,
        }
    }

    fn has(&self, port: u16) -> bool {
        self.port.is_none_or(|own| own == port)
    }
}

impl Allowed {
    pub(crate) fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        texts.into_iter().map(str::parse).collect::<Result<_, _>>().map(Self)
    }

    /// Allows the host and port of a URL from the settings.
    pub(crate) fn add(&mut self, url: &Url) {
        if let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) {
            self.0.push(AllowedHost { host: host.to_owned(), port: Some(port) });
        }
    }

    /// Checks a URL before the name is resolved. The addresses are checked later.
    pub(crate) fn check(&self, url: &Url) -> Result<(), NotAllowed> {
        self.filter(url).map(drop)
    }

    fn filter(&self, url: &Url) -> Result<AddressFilter, NotAllowed> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(NotAllowed(format!("a URL without a host (`{}:`)", url.scheme())));
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(NotAllowed(format!("`{}:` URLs", url.scheme())));
        }
        let host = host.to_owned();
        let hosts = || self.0.iter().filter(|host_rule| host_rule.has(port));
        if hosts().any(|host_rule| host_rule.host == host) {
            return Ok(AddressFilter::Any);
        }
        match (AllowedHost { host: host.clone(), port: None }).ip() {
            Some(ip) if is_loopback(ip) => Ok(AddressFilter::Any),
            Some(_) => Err(NotAllowed(format!("{host}:{port}"))),
            None => Ok(AddressFilter::LoopbackAnd(hosts().filter_map(AllowedHost::ip).collect())),
        }
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

/// The HTTP clients, created at first use. Reading the platform's certificates takes milliseconds, and most
/// simulators send no requests.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    allowed: Allowed,
    clients: Mutex<HashMap<AddressFilter, reqwest::Client>>,
}

/// The reason why a URL has no client.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutgoingError {
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("no HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

impl Outgoing {
    pub(crate) fn new(allowed: Allowed) -> Self {
        Self { allowed, clients: Mutex::default() }
    }

    /// Returns the client for this URL.
    pub(crate) fn client(&self, url: &Url) -> Result<reqwest::Client, OutgoingError> {
        let filter = self.allowed.filter(url)?;
        let mut clients = self.clients.lock();
        if let Some(client) = clients.get(&filter) {
            return Ok(client.clone());
        }
        let client = build(&filter)?;
        clients.insert(filter, client.clone());
        Ok(client)
    }
}

fn build(filter: &AddressFilter) -> reqwest::Result<reqwest::Client> {
    // Another part of the process may have installed a provider; every provider works.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = || {
        let builder = reqwest::Client::builder()
            // Receivers are local, so a proxy would be wrong.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none());
        match filter {
            AddressFilter::Any => builder,
            AddressFilter::LoopbackAnd(others) => builder.dns_resolver(Resolver { others: others.clone() }),
        }
    };
    // An image without ca-certificates has no root certificates; plain HTTP needs none.
    builder().build().or_else(|_| builder().tls_certs_only([]).build())
}

/// Resolves names to allowed addresses only.
struct Resolver {
    others: Vec<IpAddr>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let others = self.others.clone();
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fitting = |address: &SocketAddr| {
                is_loopback(address.ip()) || others.contains(&address.ip().to_canonical())
            };
            let addresses: Vec<SocketAddr> = found.filter(fitting).collect();
            if addresses.is_empty() {
                return Err(NotAllowed(name).into());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("others", &self.others).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(rules: &[&str], url: &str) -> bool {
        Allowed::parse(rules.iter().copied()).unwrap().check(&Url::parse(url).unwrap()).is_ok()
    }

    #[test]
    fn addresses_are_loopback_or_allowed() {
        for (url, allowed) in [
            ("http://127.0.0.1:8080/film.mp4", true),
            ("http://127.9.9.9/film.mp4", true),
            ("http://[::1]/film.mp4", true),
            ("http://[::ffff:127.0.0.1]/film.mp4", true),
            ("https://localhost/film.mp4", true),
            ("http://0x7f.1/film.mp4", true),
            ("http://169.254.169.254/film.mp4", false),
            ("http://[::ffff:169.254.169.254]/film.mp4", false),
            ("http://10.0.0.1/film.mp4", false),
            ("http://0.0.0.0/film.mp4", false),
            ("http://[::]/film.mp4", false),
            ("http://[fd00::1]/film.mp4", false),
            ("ftp://127.0.0.1/film.mp4", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(allows(&[], url), allowed, "{url}");
        }
        assert!(allows(&["10.0.0.1"], "http://10.0.0.1:81/"));
        assert!(allows(&["10.0.0.1:81"], "http://10.0.0.1:81/"));
        assert!(!allows(&["10.0.0.1:81"], "http://10.0.0.1/"));
        assert!(allows(&["[fd00::1]:80"], "http://[fd00::1]/"));
        assert!(allows(&["fd00::1"], "http://[fd00::1]:81/"));
    }

    #[test]
    fn a_name_may_stand_for_what_is_allowed_of_it_or_of_its_address() {
        let filter = |rules: &[&str], url: &str| {
            Allowed::parse(rules.iter().copied()).unwrap().filter(&Url::parse(url).unwrap()).unwrap()
        };
        let ip = "10.0.0.1".parse().unwrap();
        assert_eq!(filter(&["hook.example"], "http://HOOK.example/"), AddressFilter::Any);
        assert_eq!(filter(&["hook.example:9000"], "http://hook.example:9000/"), AddressFilter::Any);
        assert_eq!(
            filter(&["hook.example:9000"], "http://hook.example/"),
            AddressFilter::LoopbackAnd(Vec::new())
        );
        assert_eq!(filter(&["10.0.0.1"], "http://hook.example/"), AddressFilter::LoopbackAnd(vec![ip]));
        assert_eq!(filter(&["10.0.0.1:81"], "http://hook.example/"), AddressFilter::LoopbackAnd(Vec::new()));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for text in
            ["", ":80", "hook:", "hook:99999", "http://hook", "hook/path", "*", "*.example", "a b", "u@h"]
        {
            assert!(Allowed::parse([text]).is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_is_judged_by_its_addresses_when_it_is_resolved() {
        let resolve = async |others: &[&str]| {
            let others = others.iter().map(|ip| ip.parse().unwrap()).collect();
            let found = Resolver { others }.resolve("192.0.2.7".parse().unwrap()).await;
            found.map(Iterator::collect::<Vec<_>>).map_err(|error| error.to_string())
        };
        let refused = resolve(&[]).await.unwrap_err();
        assert!(refused.contains("does not connect to 192.0.2.7"), "{refused}");
        assert_eq!(resolve(&["192.0.2.7"]).await.unwrap().len(), 1);
        let local = Resolver { others: Vec::new() }.resolve("localhost".parse().unwrap()).await.unwrap();
        assert!(local.into_iter().all(|address| address.ip().is_loopback()));
    }
}
