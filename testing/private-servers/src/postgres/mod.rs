//! A private PostgreSQL for tests.
//!
//! [`PrivatePostgres`] is a `postgres` child process with a cluster of its own, which ends and vanishes with this process. Tests
//! share one by [`shared_url`], and create databases with random names in it (feature `database`).

#[cfg(feature = "database")]
mod database;
mod server;
#[cfg(feature = "tls")]
mod tls;

use std::{
    env,
    io::{self, Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    sync::OnceLock,
    time::Duration,
};

#[cfg(feature = "database")]
pub use database::TestDatabase;
pub use server::PrivatePostgres;

/// The variable that names the PostgreSQL of the tests. `DATABASE_URL` is never read, because it may name real data.
pub const VARIABLE: &str = "TXL_TEST_DATABASE_URL";

/// The message for a machine without PostgreSQL.
pub const INSTALL: &str = "PostgreSQL is needed, and `initdb` and `postgres` are neither in PATH nor in /usr/lib/postgresql; install it \
     with one of\n  \
     apt-get install postgresql           (Debian, Ubuntu)\n  \
     dnf install postgresql-server        (Fedora)\n  \
     apk add postgresql                   (Alpine)\n  \
     pacman -S postgresql                 (Arch)\n  \
     brew install postgresql@17           (macOS)\n\
     or point TXL_TEST_DATABASE_URL at one that runs, such as postgres://user:password@127.0.0.1:5432/postgres";

/// Returns the URL of a PostgreSQL that all tests of this process share. It is [`VARIABLE`] if set. Otherwise the first call starts a
/// private server, which ends with the process.
///
/// Its user may create databases. Tests use databases of their own, and no other.
///
/// # Errors
///
/// Returns an error if the server of [`VARIABLE`] does not answer, or if no server can be started. The message says what to install.
pub fn shared_url() -> io::Result<String> {
    static SHARED: OnceLock<io::Result<(String, Option<PrivatePostgres>)>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| match env::var(VARIABLE) {
        Ok(url) if !url.is_empty() => answers(&url).map(|()| (url, None)),
        _ => PrivatePostgres::start().map(|server| (server.url(), Some(server))),
    });
    match shared {
        Ok((url, _)) => Ok(url.clone()),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}

/// Checks that a PostgreSQL answers at a `postgres://` URL. The user and the password are not checked.
///
/// # Errors
///
/// Returns an error if no server answers, or if the answer is not from PostgreSQL. The message has the host and port, and no password.
pub fn answers(url: &str) -> io::Result<()> {
    let Some((_, rest)) = url.split_once("://") else {
        return Err(io::Error::other("the URL of PostgreSQL must begin with postgres://"));
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:5432") };
    match ask(&address) {
        // "Yes" and "no" to the question whether the server has TLS.
        Ok(b'S' | b'N') => Ok(()),
        Ok(_) => Err(io::Error::other(format!("the server at {address} does not answer as PostgreSQL does"))),
        Err(error) => {
            Err(io::Error::new(error.kind(), format!("no PostgreSQL answers at {address}: {error}")))
        }
    }
}

/// Asks whether the server has TLS (`SSLRequest`), which needs neither a user nor a password.
fn ask(address: &str) -> io::Result<u8> {
    const TIMEOUT: Duration = Duration::from_secs(2);
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name of the host has no address");
    for address in address.to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(mut stream) => {
                stream.set_read_timeout(Some(TIMEOUT))?;
                stream.write_all(&SSL_REQUEST)?;
                let mut answer = [0];
                stream.read_exact(&mut answer)?;
                return Ok(answer[0]);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::TcpListener, thread};

    #[test]
    fn every_caller_of_the_process_gets_the_same_postgres() {
        let url = shared_url().unwrap();
        assert_eq!(shared_url().unwrap(), url);
        answers(&url).unwrap();
    }

    #[test]
    fn another_server_is_reported_without_the_password() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stranger = thread::spawn(move || listener.accept().unwrap().0.write_all(b"HTTP/1.1 400"));
        let error = answers(&format!("postgres://user:hunter2@{address}/db")).unwrap_err().to_string();
        stranger.join().unwrap().unwrap();
        assert!(error.contains(&address.to_string()) && !error.contains("hunter2"), "{error}");
    }
}
