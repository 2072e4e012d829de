//! A Redis of a test's own.
//!
//! [`PrivateRedis`] is a `redis-server` (or `valkey-server`) child process on a free loopback port that keeps nothing on
//! disk; a test kills, freezes and restarts it as it likes. Tests that only need *a* Redis share one by [`shared_url`], and
//! keep apart by keys of their own. A machine without Redis makes both fail with what to install: nothing is skipped.

mod server;
mod talk;
mod warden;

use std::{env, io, sync::OnceLock};

pub use server::PrivateRedis;
pub use talk::answers;

/// What to say where there is no Redis.
pub const INSTALL: &str = "Redis is needed and neither `redis-server` nor `valkey-server` is in PATH; install it with one of\n  \
     apt-get install redis-server    (Debian, Ubuntu)\n  \
     dnf install valkey              (Fedora; redis on older ones)\n  \
     apk add redis                   (Alpine)\n  \
     pacman -S valkey                (Arch)\n  \
     brew install redis              (macOS)\n\
     or point REDIS_URL at one that runs, such as redis://127.0.0.1:6379";

/// Returns the URL of a Redis that all tests of this process share: `REDIS_URL` if it is set, else a private one that is
/// started by the first caller and ends with the process.
///
/// Others may use the same server at the same time: name keys so that nobody else has them, and flush nothing.
///
/// # Errors
///
/// If `REDIS_URL` names a server that does not answer, and where none can be started, with what to install.
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
