//! A server that answers as a test tells it, down to the last byte: for what a real one would not do on demand.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use wecom_contacts::{Client, ClientBuilder, RetryPolicy, Secret};

/// The server; it stops with the test's runtime.
pub(crate) struct Stub {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path with its query, or the whole URL if the client takes us for a proxy.
    pub(crate) target: String,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The target without its query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// The address by which the client knows the server.
    pub(crate) fn host(&self) -> &str {
        self.header("host").unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(':'));
        let (_, value) = headers.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value.trim())
    }

    /// The values of a query parameter, each as it is written.
    pub(crate) fn query(&self, key: &str) -> Vec<&str> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == key).map(|(_, value)| value).collect()
    }
}

/// What is sent back, piece by piece; then the connection ends.
pub(crate) struct Answer(Vec<Piece>);

enum Piece {
    Bytes(Vec<u8>),
    Wait(Arc<Notify>),
    Forever,
}

impl Answer {
    pub(crate) fn json(body: &Value) -> Self {
        Self::of(200, "application/json; charset=UTF-8", body.to_string().as_bytes())
    }

    pub(crate) fn refusal(errcode: i32, errmsg: &str) -> Self {
        Self::json(&json!({"errcode": errcode, "errmsg": errmsg}))
    }

    pub(crate) fn of(status: u16, content_type: &str, body: &[u8]) -> Self {
        Self::with_headers(status, &format!("Content-Type: {content_type}\r\n"), body)
    }

    pub(crate) fn with_headers(status: u16, headers: &str, body: &[u8]) -> Self {
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} x\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
        Self(vec![Piece::Bytes([head.as_bytes(), body].concat())])
    }

    /// Says nothing of its length: it ends where the connection does.
    pub(crate) fn unmeasured(body: &[u8]) -> Self {
        Self::raw("200 x\r\nContent-Type: application/json", body)
    }

    /// Sends this status and these headers, then this much of a body, whatever they promise.
    pub(crate) fn raw(head: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
        Self(vec![Piece::Bytes([head.as_bytes(), body].concat())])
    }

    /// Promises more bytes than it sends.
    pub(crate) fn cut(body: &[u8], promised: usize) -> Self {
        Self::raw(&format!("200 x\r\nContent-Length: {promised}"), body)
    }

    /// Sends one part, and the other only when told.
    pub(crate) fn halves(first: &[u8], go_on: Arc<Notify>, second: &[u8]) -> Self {
        let Self(mut pieces) = Self::cut(first, first.len() + second.len());
        pieces.extend([Piece::Wait(go_on), Piece::Bytes(second.to_vec())]);
        Self(pieces)
    }

    /// Sends this status, these headers and this much of a body, and then nothing more on an open connection.
    pub(crate) fn stalled(head: &str, body: &[u8]) -> Self {
        let Self(mut pieces) = Self::raw(head, body);
        pieces.push(Piece::Forever);
        Self(pieces)
    }

    /// Never answers.
    pub(crate) fn never() -> Self {
        Self(vec![Piece::Forever])
    }

    /// Hangs up without a word.
    pub(crate) fn hang_up() -> Self {
        Self(Vec::new())
    }
}

impl Stub {
    /// Starts a server that answers each request by `answer`, which also gets its number, from 0.
    pub(crate) async fn start(answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (seen, answer) = (Arc::clone(&requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                tokio::spawn(async move {
                    let Some(request) = read(&mut stream).await else {
                        return;
                    };
                    let number = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(request.clone());
                        seen.len() - 1
                    };
                    for piece in answer(&request, number).0 {
                        match piece {
                            // A client that has had enough hangs up.
                            Piece::Bytes(bytes) => drop(stream.write_all(&bytes).await),
                            Piece::Wait(notify) => notify.notified().await,
                            Piece::Forever => std::future::pending().await,
                        }
                    }
                    drop(stream.shutdown().await);
                });
            }
        });
        Self { address, requests }
    }

    /// Starts a server that gives tokens, and answers all else by `answer`.
    pub(crate) async fn with_tokens(
        answer: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |request, number| {
            if request.path().ends_with("/gettoken") {
                let token = format!("t0ken-{number}-of-{}", request.query("corpsecret")[0]);
                Answer::json(
                    &json!({"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200}),
                )
            } else {
                answer(request, number)
            }
        })
        .await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// Those that were not for tokens.
    pub(crate) fn calls(&self) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| !request.path().ends_with("/gettoken"));
        requests
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        self.builder_of(Secret::app(1_000_002, "s3cret"))
    }

    pub(crate) fn builder_of(&self, secret: Secret) -> ClientBuilder {
        // As many attempts as ever, without the pauses, which would be real ones.
        let retry = RetryPolicy::default().first_pause(Duration::from_millis(1)).jitter(false);
        Client::builder("ww1", secret).base_url(self.url()).retry(retry)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

/// Reads one request; `None` if the client thinks better of it.
async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut line = head.split(' ').map(str::to_owned);
    let (method, target) = (line.next()?, line.next()?);
    let mut request = Request { method, target, head, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head_end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    request.body = bytes.split_off(head_end);
    Some(request)
}
