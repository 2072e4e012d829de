//! A server with scripted answers that records its requests.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use crate::http_request;

/// The answer to a request.
pub(crate) enum Answer {
    /// This JSON.
    Json(&'static str),
    /// The first bytes of a longer file. The rest is never sent.
    HalfAFile,
    /// No answer. The connection stays open.
    Silence,
}

/// A request: the path below `cgi-bin/`, and the body.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) body: String,
}

/// The server. It issues tokens by itself and asks the test for all other answers.
pub(crate) struct Scripted {
    pub(crate) url: String,
    asked: Receiver<Asked>,
}

impl Scripted {
    pub(crate) fn start(answer: impl Fn(&str) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, asked) = channel();
        std::thread::spawn(move || {
            // Connections without an answer stay open until the thread ends.
            let mut open = Vec::new();
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let Some(request) = read(&stream) else { continue };
                let answer = match request.path.as_str() {
                    "gettoken" => Answer::Json(r#"{"errcode":0,"access_token":"a-token","expires_in":7200}"#),
                    path => answer(path),
                };
                let is_token = request.path == "gettoken";
                match answer {
                    Answer::Json(body) => {
                        let length = body.len();
                        let _ = stream.write_all(
                            format!(
                                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
                            )
                            .as_bytes(),
                        );
                    }
                    Answer::HalfAFile => {
                        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"f\"\r\nContent-Length: 100000\r\n\r\n";
                        let _ = stream.write_all(head.as_bytes());
                        let _ = stream.write_all(&[7; 50_000]);
                        open.push(stream);
                    }
                    Answer::Silence => open.push(stream),
                }
                if !is_token && sender.send(request).is_err() {
                    return;
                }
            }
        });
        Self { url, asked }
    }

    /// Returns the next request except requests for tokens.
    pub(crate) fn next(&self) -> Asked {
        self.asked.recv_timeout(Duration::from_secs(60)).expect("a request")
    }
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let request = http_request::read(stream)?;
    let path = request.target.split('?').next()?.trim_start_matches("/cgi-bin/").to_owned();
    Some(Asked { path, body: String::from_utf8_lossy(&request.body).into_owned() })
}
