//! Redis addresses: one server, sentinels, a cluster.

use std::time::Duration;

use redis::{
    Client, ConnectionInfo, IntoConnectionInfo, TlsMode,
    cluster::ClusterClientBuilder,
    sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType},
};
use tokio::sync::Mutex;

use super::Servers;

/// The fault in an address, in English and in Chinese.
type Wrong = (&'static str, &'static str);

/// Parses an address, or returns the fault in it. The fault does not quote the address.
pub(super) fn servers(url: &str, limit: Duration) -> Result<Servers, Wrong> {
    let (scheme, rest) =
        url.split_once("://").ok_or(("has no scheme such as redis://", "没有 redis:// 之类的协议"))?;
    // Lettuce, the Redis client for Java, uses the same forms for sentinel and cluster addresses.
    let (tls, kind) = match scheme {
        "redis" | "rediss" | "valkey" | "valkeys" | "unix" | "redis+unix" => return one(url),
        "redis-sentinel" => (false, Several::Sentinels),
        "rediss-sentinel" => (true, Several::Sentinels),
        "redis-cluster" => (false, Several::Cluster),
        "rediss-cluster" => (true, Several::Cluster),
        _ => {
            return Err((
                "must begin with redis://, rediss://, redis-sentinel:// or redis-cluster://",
                "必须以 redis://、rediss://、redis-sentinel:// 或 redis-cluster:// 开头",
            ));
        }
    };
    let scheme = if tls { "rediss" } else { "redis" };
    let (rest, master) = rest.split_once('#').map_or((rest, None), |(rest, master)| (rest, Some(master)));
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let (user, hosts) = authority.rfind('@').map_or(("", authority), |at| authority.split_at(at + 1));
    let hosts: Vec<&str> = hosts.split(',').filter(|host| !host.is_empty()).collect();
    let first = *hosts.first().ok_or(("has no host", "没有主机名"))?;
    match kind {
        Several::Sentinels => {
            let master = master
                .filter(|name| !name.is_empty())
                .ok_or(("has no master; append #NAME", "没有指明 master：请以 #NAME 结尾"))?;
            let sentinels = hosts.iter().map(|host| {
                let with_port = if has_port(host) { (*host).to_owned() } else { format!("{host}:26379") };
                parse(&format!("{scheme}://{with_port}"))
            });
            let behind = parse(&format!("{scheme}://{user}{first}{path}"))?;
            let mut node = SentinelNodeConnectionInfo::default()
                .set_redis_connection_info(behind.redis_settings().clone());
            if tls {
                node = node.set_tls_mode(TlsMode::Secure);
            }
            let client = SentinelClient::build(
                sentinels.collect::<Result<Vec<_>, _>>()?,
                master,
                Some(node),
                SentinelServerType::Master,
            )
            .map_err(|_| UNUSABLE)?;
            Ok(Servers::Sentinels(Box::new(Mutex::new(client))))
        }
        Several::Cluster => {
            let nodes = hosts.iter().map(|host| parse(&format!("{scheme}://{user}{host}")));
            let client = ClusterClientBuilder::new(nodes.collect::<Result<Vec<_>, _>>()?)
                .connection_timeout(limit)
                .response_timeout(limit)
                .retries(2)
                .build()
                .map_err(|_| UNUSABLE)?;
            Ok(Servers::Cluster(Box::new(client)))
        }
    }
}

enum Several {
    Sentinels,
    Cluster,
}

const UNUSABLE: Wrong = ("cannot be used", "无法使用");

fn one(url: &str) -> Result<Servers, Wrong> {
    Client::open(parse(url)?).map(|client| Servers::One(Box::new(client))).map_err(|_| UNUSABLE)
}

/// Parses one address. The error of the `redis` crate is dropped because it may quote the address.
fn parse(url: &str) -> Result<ConnectionInfo, Wrong> {
    url.into_connection_info().map_err(|_| UNUSABLE)
}

fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(before, port)| {
        // The last colon of a bare IPv6 address does not precede a port.
        !port.ends_with(']') && (!before.contains(':') || before.ends_with(']'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_address_is_read() {
        let read = |url| servers(url, Duration::from_secs(1));
        for url in ["redis://localhost", "rediss://user:p@example.com:6380/2", "unix:///run/redis.sock"] {
            assert!(matches!(read(url), Ok(Servers::One(_))), "{url}");
        }
        for url in ["redis-sentinel://a,b:26380/1#main", "rediss-sentinel://:p%40ss@[::1],c#main"] {
            assert!(matches!(read(url), Ok(Servers::Sentinels(_))), "{url}");
        }
        for url in ["redis-cluster://a:7000,b:7001", "rediss-cluster://user:p@a"] {
            assert!(matches!(read(url), Ok(Servers::Cluster(_))), "{url}");
        }
        for url in [
            "",
            "localhost:6379",
            "http://localhost",
            "redis-sentinel://a,b",
            "redis-sentinel://#main",
            "redis-cluster://",
            "redis-cluster://a:x",
        ] {
            assert!(read(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_port_is_told_from_an_address() {
        for (host, expected) in
            [("a", false), ("a:1", true), ("[::1]", false), ("[::1]:1", true), ("1.2.3.4", false)]
        {
            assert_eq!(has_port(host), expected, "{host}");
        }
    }
}
