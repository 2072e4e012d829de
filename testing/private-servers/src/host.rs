//! What this machine has: free ports, programs, random numbers.

use std::{
    collections::hash_map::RandomState,
    env,
    hash::BuildHasher,
    io,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
};

/// The range is below the ports of outgoing connections. Otherwise a client that reconnects to a stopped server could
/// get this port, connect to itself, and block the restarted server.
const PORTS: std::ops::Range<u64> = 20_000..32_000;
/// Maximum number of attempts to find a free port, also of a server that is started.
pub(crate) const ATTEMPTS: u32 = 20;

/// Returns a port of [`PORTS`] that is free at this moment.
pub(crate) fn free_port() -> io::Result<u16> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        let port = (PORTS.start + random() % (PORTS.end - PORTS.start)) as u16;
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Returns the file of a program in `PATH`.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Uses the random seeds of the hash maps in the standard library.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(())
}
