//! A server behind a callback URL, whose answers a test chooses.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use crate::http_request;

/// A received request.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) body: String,
}

/// The server. It answers one request after the other.
pub(crate) struct CallbackServer {
    pub(crate) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl CallbackServer {
    /// Starts a server that answers with a status line and a body.
    pub(crate) fn start(answer: impl Fn(&Received) -> (&'static str, String) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/callback", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&received);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let Some(request) = read(&stream) else { continue };
                let (status, body) = answer(&request);
                log.lock().unwrap().push(request);
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                let _ = stream.write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self { url, received }
    }

    /// Starts a server with one answer.
    pub(crate) fn answering(status: &'static str, body: &str) -> Self {
        let body = body.to_owned();
        Self::start(move |_| (status, body.clone()))
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Option<Received> {
    let request = http_request::read(stream)?;
    let (path, query) = request.target.split_once('?')?;
    let (path, query) = (path.to_owned(), query.to_owned());
    Some(Received { method: request.method, path, query, body: String::from_utf8(request.body).ok()? })
}
