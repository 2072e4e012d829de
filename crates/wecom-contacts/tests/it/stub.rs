//! A server whose responses a test defines to the last byte, for behaviour that a real server does not have on demand.

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

/// The server. It stops together with the runtime of the test.
pub(crate) struct Stub {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// A received request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path with its query, or the whole URL if the client uses the server as a proxy.
    pub(crate) target: String,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Returns the target without its query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }

    /// Returns the address of the server that the client used.
    pub(crate) fn host(&self) -> &str {
        self.header("host").unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(':'));
        let (_, value) = headers.find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        Some(value.trim())
    }

    /// Returns the values of a query parameter, without decoding.
    pub(crate) fn query(&self, key: &str) -> Vec<&str> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.filter(|(name, _)| *name == key).map(|(_, value)| value).collect()
    }
}

/// A response in pieces. The connection is closed after the last one.
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

    /// Returns a response without a length: it ends when the connection is closed.
    pub(crate) fn unmeasured(body: &[u8]) -> Self {
        Self::raw("200 x\r\nContent-Type: application/json", body)
    }

    /// Returns a response with this status and these headers, and with this part of a body, even if the headers
    /// announce more.
    pub(crate) fn raw(head: &str, body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n");
        Self(vec![Piece::Bytes([head.as_bytes(), body].concat())])
    }

    /// Returns a response that announces more bytes than it contains.
    pub(crate) fn cut(body: &[u8], promised: usize) -> Self {
        Self::raw(&format!("200 x\r\nContent-Length: {promised}"), body)
    }

    /// Sends the first part, waits for the notification, and sends the second part.
    pub(crate) fn halves(first: &[u8], go_on: Arc<Notify>, second: &[u8]) -> Self {
        let Self(mut pieces) = Self::cut(first, first.len() + second.len());
        pieces.extend([Piece::Wait(go_on), Piece::Bytes(second.to_vec())]);
        Self(pieces)
    }

    /// Sends this status, these headers and this part of a body. The connection then stays open without further data.
    pub(crate) fn stalled(head: &str, body: &[u8]) -> Self {
        let Self(mut pieces) = Self::raw(head, body);
        pieces.push(Piece::Forever);
        Self(pieces)
    }

    /// Never responds.
    pub(crate) fn never() -> Self {
        Self(vec![Piece::Forever])
    }

    /// Closes the connection without a response.
    pub(crate) fn hang_up() -> Self {
        Self(Vec::new())
    }
}

impl Stub {
    /// Starts a server that responds to each request by `answer`. The second argument is the number of the request,
    /// from 0.
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
                            // The client may close the connection early.
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

    /// Starts a server that returns tokens. `answer` responds to all other requests.
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

    /// Returns the requests other than token requests.
    pub(crate) fn calls(&self) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| !request.path().ends_with("/gettoken"));
        requests
    }

    pub(crate) fn builder(&self) -> ClientBuilder {
        self.builder_of(Secret::app(1_000_002, "s3cret"))
    }

    pub(crate) fn builder_of(&self, secret: Secret) -> ClientBuilder {
        // The default number of attempts, but without long pauses, because these tests run in real time.
        let retry = RetryPolicy::default().first_pause(Duration::from_millis(1)).jitter(false);
        Client::builder("ww1", secret).base_url(self.url()).retry(retry)
    }

    pub(crate) fn client(&self) -> Client {
        self.builder().build().unwrap()
    }
}

/// Reads one request. Returns `None` if the client closes the connection.
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
