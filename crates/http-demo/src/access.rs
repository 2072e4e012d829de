//! Access control: which requests reach a handler.
//!
//! A web page in a browser on this machine can send requests to a loopback port, and can read the answers once its own name
//! resolves there (DNS rebinding). A browser names the page in `Origin` and `Sec-Fetch-Site`, and the name in `Host`. The
//! control surface of the simulator has the same rule.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, StatusCode, Uri, header, uri::Authority};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use wecom_contacts::Bilingual;

use crate::{AppState, ShortKey, failure::Failure};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Minimum length of the key, in bytes.
const SHORTEST_KEY: usize = 16;

/// The key that requests must send. Only its digest is kept.
#[derive(Clone)]
pub(crate) struct Key([u8; 32]);

impl Key {
    pub(crate) fn new(key: &str) -> Result<Self, ShortKey> {
        if key.len() < SHORTEST_KEY { Err(ShortKey) } else { Ok(Self(Sha256::digest(key).into())) }
    }

    /// Digests have one length, so that the comparison takes the same time for every key.
    fn is(&self, key: &[u8]) -> bool {
        self.0.ct_eq(Sha256::digest(key).as_slice()).into()
    }

    fn check(&self, headers: &HeaderMap) -> Result<(), Failure> {
        let mut sent = headers.get_all(header::AUTHORIZATION).iter();
        let scheme_and_key = match (sent.next(), sent.next()) {
            (Some(value), None) => value.as_bytes().split_at_checked(b"Bearer ".len()),
            _ => None,
        };
        match scheme_and_key {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case(b"Bearer ") && self.is(key) => Ok(()),
            _ => Err(Failure::own(
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                ("the key is missing or wrong", "缺少密钥或密钥错误"),
                (
                    "send the header `Authorization: Bearer KEY` with the value of HTTP_DEMO_KEY",
                    "请在请求头中携带 `Authorization: Bearer KEY`，KEY 为 HTTP_DEMO_KEY 的值",
                ),
            )),
        }
    }
}

/// Refuses requests of other sites, then requests without the key.
pub(crate) async fn check(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    check_site(request.uri(), request.headers())?;
    if let Some(key) = &state.key {
        key.check(request.headers())?;
    }
    Ok(next.run(request).await)
}

fn check_site(uri: &Uri, headers: &HeaderMap) -> Result<(), Failure> {
    let hosts = headers.get_all(header::HOST).iter().map(|value| authority(value.to_str().ok()));
    let hosts: Vec<_> = hosts.chain(uri.authority().cloned().map(Some)).collect();
    if !hosts.iter().all(|host| host.as_ref().is_some_and(is_this_machine)) {
        return Err(other_site(
            ("the Host header does not name this machine", "Host 请求头不是本机地址"),
            (
                "use http://127.0.0.1, http://[::1] or http://localhost",
                "请使用 http://127.0.0.1、http://[::1] 或 http://localhost 访问",
            ),
        ));
    }
    let is_own_page = headers
        .get_all(SEC_FETCH_SITE)
        .iter()
        .all(|site| matches!(site.as_bytes(), b"same-origin" | b"none"));
    let is_own_origin = headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().ok().and_then(|text| text.split_once("://"));
        let origin = origin.and_then(|(_, rest)| authority(Some(rest)));
        origin.is_some_and(|origin| hosts.iter().flatten().any(|host| is_same(host, &origin)))
    });
    if is_own_page && is_own_origin {
        return Ok(());
    }
    Err(other_site(
        ("the request comes from a page of another site", "请求来自其他站点的页面"),
        ("call the server from a program, such as curl", "请使用程序（例如 curl）调用"),
    ))
}

fn other_site(message: impl Into<Bilingual>, remedy: impl Into<Bilingual>) -> Failure {
    Failure::own(StatusCode::FORBIDDEN, "permission", message, remedy)
}

/// A page cannot give its own server the name `localhost`, or an address as its name.
fn is_this_machine(host: &Authority) -> bool {
    let name = host.host();
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn authority(text: Option<&str>) -> Option<Authority> {
    let authority: Authority = text?.parse().ok()?;
    (!authority.host().is_empty() && !authority.as_str().contains('@')).then_some(authority)
}

/// Default ports are left out on either side.
fn is_same(one: &Authority, other: &Authority) -> bool {
    let port = |authority: &Authority| authority.port_u16().filter(|port| !matches!(port, 80 | 443));
    one.host().eq_ignore_ascii_case(other.host()) && port(one) == port(other)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn passes(headers: &[(&'static str, &str)]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        check_site(&Uri::from_static("/members"), &map).is_ok()
    }

    #[test]
    fn only_names_of_this_machine_pass() {
        for host in ["127.0.0.1:8430", "127.0.0.2", "[::1]:8430", "localhost", "LOCALHOST:1"] {
            assert!(passes(&[("host", host)]), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "a@localhost",
            "",
        ] {
            assert!(!passes(&[("host", host)]), "{host}");
        }
        assert!(!passes(&[("host", "localhost"), ("host", "evil.example")]));
        assert!(check_site(&Uri::from_static("http://evil.example/members"), &HeaderMap::new()).is_err());
    }

    #[test]
    fn a_page_of_another_site_is_refused() {
        let host = ("host", "127.0.0.1:8430");
        for own in [
            ("origin", "http://127.0.0.1:8430"),
            ("sec-fetch-site", "same-origin"),
            ("sec-fetch-site", "none"),
        ] {
            assert!(passes(&[host, own]), "{own:?}");
        }
        for other in [
            ("origin", "http://evil.example"),
            ("origin", "http://127.0.0.1:3000"),
            ("origin", "null"),
            ("origin", "http://127.0.0.1:8430@evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
        ] {
            assert!(!passes(&[host, other]), "{other:?}");
        }
    }

    #[test]
    fn only_the_key_itself_passes() {
        let key = Key::new("0123456789abcdef").unwrap();
        let passes = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            }
            key.check(&headers).is_ok()
        };
        assert!(passes(&["Bearer 0123456789abcdef"]) && passes(&["bearer 0123456789abcdef"]));
        for wrong in
            ["", "Bearer", "Bearer ", "Bearer 0123456789abcdeF", "Basic 0123456789abcdef", "0123456789abcdef"]
        {
            assert!(!passes(&[wrong]), "{wrong}");
        }
        assert!(!passes(&[]));
        assert!(!passes(&["Bearer 0123456789abcdef", "Bearer 0123456789abcdef"]));
        assert_eq!(Key::new("0123456789abcde").err(), Some(ShortKey));
    }
}
