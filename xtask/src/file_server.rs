//! A file server on the loopback interface, from which the tests of the packages download.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::Arc,
    thread,
};

use anyhow::{Context, Result};

/// Files by their path, such as `/txl.tar.gz`.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Maximum size of a request's head in bytes.
const MAX_HEAD: u64 = 16 << 10;

/// Serves the files until the process ends, and returns the base address.
pub(crate) fn serve(files: Files) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").context("cannot listen on the loopback interface")?;
    let address = format!("http://{}", listener.local_addr()?);
    let files = Arc::new(files);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let files = Arc::clone(&files);
            // A client that closes its connection early is no fault of the server.
            thread::spawn(move || answer(stream, &files).ok());
        }
    });
    Ok(address)
}

/// Returns all files of a folder, without its subfolders.
pub(crate) fn folder(path: &Path) -> Result<Files> {
    let mut files = Files::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            files.insert(format!("/{}", entry.file_name().to_string_lossy()), fs::read(entry.path())?);
        }
    }
    Ok(files)
}

/// Answers one GET request.
fn answer(mut stream: TcpStream, files: &Files) -> Result<()> {
    let mut head = BufReader::new(stream.try_clone()?.take(MAX_HEAD));
    let mut request = String::new();
    head.read_line(&mut request)?;
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, content) = files.get(path).map_or(("404 Not Found", &[][..]), |file| ("200 OK", file));
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", content.len())?;
    stream.write_all(content)?;
    Ok(stream.flush()?)
}
