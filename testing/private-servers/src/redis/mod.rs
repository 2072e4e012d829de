//! A private Redis for tests.
//!
//! [`PrivateRedis`] is a `redis-server` (or `valkey-server`) child process on a free loopback port, without data on
//! disk. A test can kill, freeze and restart it. Tests that need any Redis share one by [`shared_url`] and use their
//! own keys. On a machine without Redis both fail with instructions to install it; no test is skipped.

mod server;
mod talk;

use std::{env, io, sync::OnceLock};

pub use server::PrivateRedis;
pub use talk::answers;

/// The message for a machine without Redis.
pub const INSTALL: &str = "Redis is needed and neither `redis-server` nor `valkey-server` is in PATH; install it with one of\n  \
     apt-get install redis-server    (Debian, Ubuntu)\n  \
     dnf install valkey              (Fedora; redis on older ones)\n  \
     apk add redis                   (Alpine)\n  \
     pacman -S valkey                (Arch)\n  \
     brew install redis              (macOS)\n\
     or point REDIS_URL at one that runs, such as redis://127.0.0.1:6379";

/// Returns the URL of a Redis that all tests of this process share. It is `REDIS_URL` if set. Otherwise the first
/// call starts a private server, which ends with the process.
///
/// Other programs may use the same server, so tests must use unique keys and must not flush it.
///
/// # Errors
///
/// Returns an error if the server of `REDIS_URL` does not answer, or if no server can be started. The message says
/// what to install.
pub fn shared_url() -> io::Result<String> {
    static SHARED: OnceLock<io::Result<(String, Option<PrivateRedis>)>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| match env::var("REDIS_URL") {
        Ok(url) if !url.is_empty() => answers(&url).map(|()| (url, None)),
        _ => PrivateRedis::start().map(|server| (server.url(), Some(server))),
    });
    match shared {
        Ok((url, _)) => Ok(url.clone()),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_caller_of_the_process_gets_the_same_redis() {
        let url = shared_url().unwrap();
        assert_eq!(shared_url().unwrap(), url);
        answers(&url).unwrap();
    }
}
