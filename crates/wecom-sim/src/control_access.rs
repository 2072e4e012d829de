//! Decides which requests may use the control surface. Requests from web pages in a browser are refused.
//!
//! A page of another site can post to a loopback port. It can also read the answers if its own name resolves to this
//! machine (DNS rebinding). A browser reveals this in `Origin`, `Sec-Fetch-Site` and `Host`; other clients do not
//! send the first two.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName, Uri, header, uri::Authority};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The access rules of the control surface.
#[derive(Clone, Debug)]
pub(crate) struct ControlAccess {
    /// The accepted host names; `None` accepts every name, because the server is reachable from other machines.
    names: Option<Vec<String>>,
}

impl ControlAccess {
    /// Creates the rules. On a loopback address only the names of this machine, the address itself and `more` are
    /// accepted.
    ///
    /// # Errors
    ///
    /// Returns an error if one of the names is invalid or has a port.
    pub(crate) fn new(listening: IpAddr, more: &[String]) -> Result<Self, String> {
        let own = ["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned(), shown(listening)];
        let more = more.iter().map(|name| host_name(name)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { names: listening.is_loopback().then(|| own.into_iter().chain(more).collect()) })
    }

    /// Refuses with a reason.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), String> {
        let hosts: Vec<_> =
            headers.get_all(header::HOST).iter().map(|value| authority(value.to_str().ok())).collect();
        let asked: Vec<_> = hosts.into_iter().chain(uri.authority().cloned().map(Some)).collect();
        for host in &asked {
            let host = host.as_ref().ok_or("the Host header is invalid or missing")?;
            self.check_name(host)?;
        }
        for site in headers.get_all(SEC_FETCH_SITE) {
            if !matches!(site.as_bytes(), b"same-origin" | b"none") {
                return Err("the control surface refuses requests from other sites".into());
            }
        }
        for origin in headers.get_all(header::ORIGIN) {
            let origin = origin.to_str().ok().and_then(|text| text.split_once("://"));
            let origin = origin.and_then(|(_, rest)| authority(Some(rest)));
            let is_own = |origin: &Authority| asked.iter().flatten().any(|host| is_same(host, origin));
            if !origin.as_ref().is_some_and(is_own) {
                return Err("the control surface refuses requests from other origins".into());
            }
        }
        Ok(())
    }

    fn check_name(&self, host: &Authority) -> Result<(), String> {
        let name = host.host().to_ascii_lowercase();
        match &self.names {
            Some(names) if !names.contains(&name) => Err(format!(
                "the control surface refuses the host name `{name}`; --allow-host {name} allows it"
            )),
            _ => Ok(()),
        }
    }
}

/// Returns the name of a Host header in lower case.
fn host_name(text: &str) -> Result<String, String> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(shown(ip));
    }
    let host = authority(Some(text)).filter(|host| host.host() == text);
    let host =
        host.ok_or_else(|| format!("invalid host `{text}`; a host looks like sim.test, without a port"))?;
    Ok(host.host().to_ascii_lowercase())
}

fn shown(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

fn authority(text: Option<&str>) -> Option<Authority> {
    let authority: Authority = text?.parse().ok()?;
    (!authority.host().is_empty() && !authority.as_str().contains('@')).then_some(authority)
}

/// Compares two authorities; default ports may be omitted on either side.
fn is_same(one: &Authority, other: &Authority) -> bool {
    let port = |authority: &Authority| authority.port_u16().filter(|port| !matches!(port, 80 | 443));
    one.host().eq_ignore_ascii_case(other.host()) && port(one) == port(other)
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, Uri};

    use super::*;

    fn passes(access: &ControlAccess, headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        access.check(&Uri::from_static("/_sim/state"), &map).is_ok()
    }

    #[test]
    fn on_loopback_only_names_of_this_machine_pass() {
        let access = ControlAccess::new([127, 0, 0, 2].into(), &["Sim.Test".to_owned()]).unwrap();
        for host in
            ["127.0.0.1:8420", "[::1]:8420", "localhost", "LOCALHOST:1", "127.0.0.2:8420", "sim.test:8420"]
        {
            assert!(passes(&access, &[("host", host)]), "{host}");
        }
        assert!(passes(&access, &[]), "HTTP/1.0 has no Host");
        for host in [
            "evil.example",
            "evil.example:8420",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "",
            "a@localhost",
            "10.0.0.1",
        ] {
            assert!(!passes(&access, &[("host", host)]), "{host}");
        }
        assert!(!passes(&access, &[("host", "localhost"), ("host", "evil.example")]));
        let rebound = Uri::from_static("http://evil.example/_sim/state");
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("localhost"));
        assert!(access.check(&rebound, &headers).is_err());
    }

    #[test]
    fn a_name_to_be_allowed_has_no_port() {
        let local = IpAddr::from([127, 0, 0, 1]);
        for name in ["", "sim.test:8420", "http://sim.test", "a@b", "a/b", "[::1]:80"] {
            assert!(ControlAccess::new(local, &[name.to_owned()]).is_err(), "{name}");
        }
        let access = ControlAccess::new(local, &["fd00::7".to_owned()]).unwrap();
        assert!(passes(&access, &[("host", "[fd00::7]:8420")]));
    }

    #[test]
    fn elsewhere_any_name_passes_but_no_other_site() {
        let access = ControlAccess::new([0, 0, 0, 0].into(), &[]).unwrap();
        assert!(passes(&access, &[("host", "sim.example:8420")]));
        assert!(passes(&access, &[("host", "sim.example:8420"), ("origin", "http://sim.example:8420")]));
        assert!(!passes(&access, &[("host", "sim.example:8420"), ("origin", "http://evil.example")]));
    }

    #[test]
    fn requests_of_other_sites_are_refused_whatever_their_content() {
        let access = ControlAccess::new([127, 0, 0, 1].into(), &[]).unwrap();
        let host = ("host", "127.0.0.1:8420");
        for pass in [
            vec![],
            vec![("content-type", "text/plain")],
            vec![("origin", "http://127.0.0.1:8420")],
            vec![("origin", "http://127.0.0.1:8420"), ("sec-fetch-site", "same-origin")],
            vec![("sec-fetch-site", "none")],
        ] {
            assert!(passes(&access, &[&[host], pass.as_slice()].concat()), "{pass:?}");
        }
        for refused in [
            ("origin", "http://evil.example"),
            ("origin", "http://127.0.0.1:3000"),
            ("origin", "http://localhost:8420"),
            ("origin", "https://evil.example"),
            ("origin", "null"),
            ("origin", ""),
            ("origin", "http://127.0.0.1:8420@evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert!(!passes(&access, &[host, refused]), "{refused:?}");
        }
    }
}
