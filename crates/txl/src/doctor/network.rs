//! The connection: why no usable answer arrives.

use std::{error::Error, time::Duration};

use tokio::{net::TcpStream, time::timeout};

use super::{diagnosis::Diagnosis, report::Report};
use crate::{access::Connection, messages::doctor as messages};

/// Time limit for a connection to the proxy itself.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Adds why the server gives no usable answer: the proxy does not answer, or the server does not.
pub(super) async fn add(
    connection: &Connection,
    error: &(dyn Error + Send + Sync + 'static),
    report: &mut Report,
) {
    if std::mem::replace(&mut report.is_unreachable, true) {
        return;
    }
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let cause = cause.to_string();
    let address = connection.proxy.as_deref().and_then(address);
    report.add(match address {
        Some((host, port)) if !answers(&host, port).await => {
            Diagnosis::problem("proxy", messages::proxy_is_dead(&host, port))
                .remedy(messages::check_the_proxy())
        }
        Some((host, port)) => Diagnosis::problem(
            "network",
            messages::not_through_the_proxy(&connection.base_url, &host, port, &cause),
        )
        .remedy(messages::let_it_through()),
        None => Diagnosis::problem("network", messages::server_is_unreachable(&connection.base_url, &cause))
            .remedy(messages::check_the_network()),
    });
}

/// Host and port of a proxy, without the user and the password.
fn address(proxy: &str) -> Option<(String, u16)> {
    let url = if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") };
    let url = reqwest::Url::parse(&url).ok()?;
    Some((url.host_str()?.to_owned(), url.port_or_known_default().unwrap_or(1080)))
}

async fn answers(host: &str, port: u16) -> bool {
    matches!(timeout(TIMEOUT, TcpStream::connect((host, port))).await, Ok(Ok(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_proxy_has_no_password() {
        let of = |proxy| address(proxy);
        assert_eq!(of("http://user:secret@proxy.example:3128"), Some(("proxy.example".into(), 3128)));
        assert_eq!(of("proxy.example:8080"), Some(("proxy.example".into(), 8080)));
        assert_eq!(of("socks5://proxy.example"), Some(("proxy.example".into(), 1080)));
        assert_eq!(of("http://"), None);
    }
}
