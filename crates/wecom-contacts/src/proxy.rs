//! Checks of proxy settings. An unusable proxy is an error and is never bypassed.
//!
//! The HTTP client ignores a proxy URL that it cannot parse, and connects directly. Traffic with secrets would then
//! bypass the proxy. Such a setting is therefore an error before any request is sent.

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::Bilingual;

/// The error for a proxy whose URL is invalid.
pub(crate) const NO_URL: (&str, &str) = ("the proxy's URL is invalid", "代理的 URL 不合法");

/// Returns the proxy's URL, or the reason why the proxy is unusable. A URL without a scheme gets `http`.
pub(crate) fn checked_url(proxy: &str) -> Result<String, Bilingual> {
    let proxy = proxy.trim();
    let url = if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") };
    let scheme = url.split("://").next().unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        // Only the scheme is quoted, because the rest may contain a password.
        let scheme: String = scheme.chars().take(20).collect();
        return Err(Bilingual::new(
            format!("the proxy's scheme is `{scheme}`; only http and https are supported"),
            format!("代理的协议是 `{scheme}`，仅支持 http 和 https"),
        ));
    }
    let is_understood =
        Matcher::builder().all(url.clone()).build().intercept(&Uri::from_static("http://example.com/"));
    if is_understood.is_none() || Url::parse(&url).is_err() {
        return Err(NO_URL.into());
    }
    Ok(url)
}

/// Returns the fault of the environment's proxy for this URL, or `None` if there is no such proxy or it is usable.
///
/// The variables are read in the same way as by the HTTP client. `HTTPS_PROXY` or `HTTP_PROXY` applies according to the
/// URL's scheme, then `ALL_PROXY`; the names may be in capital or small letters, and the hosts of `NO_PROXY` are
/// exempt. CGI programs ignore all these variables, because a request can set them.
pub(crate) fn environment_error(url: &Url, variable: impl Fn(&str) -> Option<String>) -> Option<Bilingual> {
    if variable("REQUEST_METHOD").is_some() {
        return None;
    }
    let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
    let (_, exempt) = first(["NO_PROXY", "no_proxy"]).unwrap_or_default();
    let destination: Uri = url.as_str().parse().ok()?;
    Matcher::builder().all("http://127.0.0.1:1").no(exempt).build().intercept(&destination)?;
    let own =
        if url.scheme() == "https" { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    let is_set = |(_, value): &(&str, String)| !value.trim().is_empty();
    let (name, value) =
        first(own).filter(is_set).or_else(|| first(["ALL_PROXY", "all_proxy"]).filter(is_set))?;
    let why = checked_url(&value).err()?;
    Some(Bilingual::new(
        format!("{} (environment variable {name})", why.english),
        format!("{}（环境变量 {name}）", why.chinese),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_46_a_proxy_of_another_scheme_or_without_a_host_cannot_be_used() {
        for proxy in [
            "http://127.0.0.1:1",
            "HTTP://proxy.example.com",
            "https://user:p%40ss@proxy.example.com:8443/",
            "127.0.0.1:8080",
            "proxy:3128",
        ] {
            checked_url(proxy).unwrap_or_else(|why| panic!("{proxy}: {why}"));
        }
        for proxy in [
            "ftp://127.0.0.1:1",
            "socks5://127.0.0.1:1",
            "file:///etc",
            "",
            " ",
            "http://",
            "http://:80",
            "://x",
            "http://a b",
            "javascript://x",
            "http://[::1",
        ] {
            assert!(checked_url(proxy).is_err(), "{proxy}");
        }
        let why = checked_url("ftp://user:s3cret@127.0.0.1").unwrap_err().english;
        assert!(why.contains("`ftp`") && !why.contains("s3cret"), "{why}");
    }

    #[test]
    fn trap_46_an_unusable_proxy_of_the_environment_is_found_where_it_would_be_used() {
        let check = |url: &str, variables: &[(&str, &str)]| {
            let variable = |wanted: &str| {
                let found = variables.iter().find(|(name, _)| *name == wanted);
                found.map(|(_, value)| (*value).to_owned())
            };
            environment_error(&Url::parse(url).unwrap(), variable)
        };
        let https = "https://qyapi.weixin.qq.com/cgi-bin/";
        for variables in [
            &[("HTTPS_PROXY", "ftp://x")][..],
            &[("https_proxy", "ftp://x")],
            &[("ALL_PROXY", "socks5://x:1")],
            &[("HTTPS_PROXY", ""), ("all_proxy", "ftp://x")],
            &[("HTTPS_PROXY", "ftp://x"), ("ALL_PROXY", "http://y")],
            &[("HTTPS_PROXY", "ftp://x"), ("NO_PROXY", "example.com")],
        ] {
            assert!(check(https, variables).is_some(), "{variables:?}");
        }
        for variables in [
            &[][..],
            &[("HTTPS_PROXY", "http://x:3128")],
            &[("HTTP_PROXY", "ftp://x")],
            &[("HTTPS_PROXY", ""), ("ALL_PROXY", "")],
            &[("HTTPS_PROXY", "ftp://x"), ("NO_PROXY", "weixin.qq.com")],
            &[("HTTPS_PROXY", "ftp://x"), ("no_proxy", "*")],
            &[("HTTPS_PROXY", "ftp://x"), ("REQUEST_METHOD", "GET")],
        ] {
            assert_eq!(check(https, variables), None, "{variables:?}");
        }
        assert!(check("http://127.0.0.1:8080/cgi-bin/", &[("http_proxy", "ftp://x")]).is_some());
        let why = check(https, &[("HTTPS_PROXY", "ftp://u:s3cret@x")]).unwrap().english;
        assert!(why.contains("HTTPS_PROXY") && !why.contains("s3cret"), "{why}");
    }
}
