//! The small part of the Redis protocol that detects a running server.

use std::{
    io::{self, Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

/// Maximum time to connect and to read. A server on the same machine answers far sooner.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Maximum size of a reply in bytes. `INFO server` has about two kilobytes.
const MAX_REPLY: u64 = 64 << 10;

/// Sends one command and returns the raw answer.
pub(crate) fn ask(address: impl ToSocketAddrs, command: &str) -> io::Result<String> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the name of the host has no address");
    for address in address.to_socket_addrs()? {
        let mut stream = match TcpStream::connect_timeout(&address, TIMEOUT) {
            Ok(stream) => stream,
            Err(error) => {
                last = error;
                continue;
            }
        };
        stream.set_read_timeout(Some(TIMEOUT))?;
        // QUIT makes the server close the connection, so the answer ends with the stream.
        stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes())?;
        let mut answer = String::new();
        stream.take(MAX_REPLY).read_to_string(&mut answer)?;
        return Ok(answer);
    }
    Err(last)
}

/// Checks that a server answers at a `redis://` URL. A server that requires a password counts as running.
///
/// A `rediss://` URL, and one with another scheme, is accepted without a check, because this crate has no TLS.
///
/// # Errors
///
/// Returns an error if no server answers, or if the answer is not from Redis. The message has the host and port, and
/// no password.
pub fn answers(url: &str) -> io::Result<()> {
    let Some(rest) = url.strip_prefix("redis://") else { return Ok(()) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port_named = host.rsplit(':').next().is_some_and(|port| port.parse::<u16>().is_ok());
    let address = if port_named && host.contains(':') { host.to_owned() } else { format!("{host}:6379") };
    match ask(&address, "PING") {
        Ok(answer) if answer.starts_with("+PONG") || answer.starts_with("-NOAUTH") => Ok(()),
        Ok(_) => Err(io::Error::other(format!("the server at {address} does not answer PING as Redis does"))),
        Err(error) => Err(io::Error::new(error.kind(), format!("no Redis answers at {address}: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{net::TcpListener, thread};

    #[test]
    fn the_error_for_another_server_omits_the_password() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stranger =
            thread::spawn(move || listener.accept().unwrap().0.write_all(b"HTTP/1.1 400 Bad Request"));
        let error = answers(&format!("redis://user:hunter2@{address}/1")).unwrap_err().to_string();
        stranger.join().unwrap().unwrap();
        assert!(error.contains(&address.to_string()) && !error.contains("hunter2"), "{error}");
    }
}
