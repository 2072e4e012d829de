//! Processor time of one `user/get` in the client, compared with a bare `reqwest` and a bare `hyper` that send the same
//! request to the same server and parse the same JSON into the same type.
//!
//! - *As users run it*: the server is a simulator in another process, the client's runtime has its usual threads, each
//!   caller is a task, and the processor time of the whole client process counts.
//! - *One thread*: the server is a minimal one on a separate thread, and the client's runtime has one thread. Only the
//!   processor time of that thread counts. This shows the overhead of the SDK itself.
//!
//! The clients alternate in each round, and each ratio is computed within a round. Changes in the speed of the machine
//! therefore do not affect the ratios.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod another_process;

use std::{io, net::SocketAddr, thread, time::Duration};

use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rustix::time::{ClockId, clock_gettime};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    task::JoinSet,
};
use wecom_contacts::{Budget, Client, Limits, Secret, members::Member};

const ROUNDS: usize = 31;
const CALLS: usize = 2_000;

const MEMBER: &str = r#"{"errcode":0,"errmsg":"ok","userid":"wang.min","name":"王敏","department":[2,5],"order":[10,0],"position":"工程师","mobile":"13900001111","gender":"2","email":"wang.min@example.com","biz_mail":"wang.min@corp.example.com","is_leader_in_dept":[1,0],"direct_leader":["chen.gang"],"avatar":"https://example.com/avatar/0","thumb_avatar":"https://example.com/avatar/100","telephone":"010-12345678","alias":"Min","address":"北京市","main_department":2,"extattr":{"attrs":[{"type":0,"name":"工号","text":{"value":"A0042"}}]},"status":1,"qr_code":"https://open.work.weixin.qq.com/wwopen/userQRCode?vcode=vc0001","external_position":"","external_profile":{"external_corp_name":"","external_attr":[]}}"#;

fn main() {
    if another_process::is_server() {
        return another_process::serve();
    }
    // The bare HTTP client requires a TLS provider, although nothing is encrypted here.
    let _ = rustls::crypto::ring::default_provider().install_default();
    another_process::compare();
    println!();
    one_thread();
}

fn one_thread() {
    let address = serve();
    // The client's runtime runs on this thread, so the processor time of this thread is the client's.
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    println!("one thread: processor time of one user/get, median of {ROUNDS} rounds of {CALLS} calls\n");
    println!(
        "callers  bare hyper  bare reqwest  wecom-contacts  wecom-contacts / reqwest  wecom-contacts / hyper"
    );
    for callers in [1, 32] {
        row(&runtime, address, callers);
    }
}

fn row(runtime: &Runtime, address: SocketAddr, callers: usize) {
    // The calls are counted, but the limits are too high to make them wait.
    let limits = Limits::unlimited().per_minute(u32::MAX).per_hour(u32::MAX);
    let sdk = Client::builder("ww1234567890abcdef", Secret::app(1, "bench-secret"))
        .base_url(format!("http://{address}"))
        .budget(Budget::builder().each(limits).build().expect("a budget"))
        .build()
        .expect("a client");
    let reqwest = reqwest::Client::builder().timeout(Duration::from_secs(10)).build().expect("a client");
    let url = format!("http://{address}/cgi-bin/user/get?userid=wang.min&access_token=bench-token");

    let mut rounds: Vec<[f64; 3]> = (0..ROUNDS + 2)
        .map(|_| {
            [
                runtime.block_on(crowd(
                    callers,
                    |_| connection(address),
                    async |mut connection| {
                        by_hyper(&mut connection).await;
                        connection
                    },
                )),
                runtime.block_on(crowd(
                    callers,
                    async |_| (reqwest.clone(), url.clone()),
                    async |(http, url)| {
                        by_reqwest(&http, &url).await;
                        (http, url)
                    },
                )),
                runtime.block_on(crowd(
                    callers,
                    async |_| sdk.clone(),
                    async |sdk| {
                        let member = sdk.members().get("wang.min").await.expect("a member");
                        assert_eq!(member.userid, "wang.min");
                        sdk
                    },
                )),
            ]
        })
        .collect();
    rounds.drain(..2);
    let median = |of: &dyn Fn(&[f64; 3]) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "{callers:>7}  {:>7.1} µs  {:>9.1} µs  {:>11.1} µs  {:>24.2}  {:>22.2}",
        median(&|round| round[0]),
        median(&|round| round[1]),
        median(&|round| round[2]),
        median(&|round| round[2] / round[1]),
        median(&|round| round[2] / round[0]),
    );
}

/// Runs the calls of one round. Returns the microseconds of processor time of each call.
async fn crowd<S: 'static>(
    callers: usize,
    start: impl AsyncFn(usize) -> S,
    call: impl AsyncFn(S) -> S,
) -> f64 {
    let mut states = Vec::new();
    for caller in 0..callers {
        states.push(start(caller).await);
    }
    let before = processor_time();
    let each = CALLS / callers;
    let work = states.into_iter().map(|mut state| {
        let call = &call;
        async move {
            for _ in 0..each {
                state = call(state).await;
            }
            state
        }
    });
    let states = futures_util::future::join_all(work).await;
    let spent = processor_time() - before;
    drop(states);
    spent.as_secs_f64() * 1e6 / (each * callers) as f64
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

async fn by_reqwest(http: &reqwest::Client, url: &str) {
    let body = http.get(url).send().await.expect("an answer").bytes().await.expect("a body");
    parse(&body);
}

async fn connection(address: SocketAddr) -> SendRequest<Empty<bytes::Bytes>> {
    let stream = TcpStream::connect(address).await.expect("the server listens");
    let (send, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    send
}

async fn by_hyper(connection: &mut SendRequest<Empty<bytes::Bytes>>) {
    connection.ready().await.expect("an open connection");
    let request = http::Request::get("/cgi-bin/user/get?userid=wang.min&access_token=bench-token")
        .header("host", "127.0.0.1")
        .body(Empty::new())
        .expect("a request");
    let answer = connection.send_request(request).await.expect("an answer");
    let body = answer.into_body().collect().await.expect("a body").to_bytes();
    parse(&body);
}

fn parse(body: &[u8]) {
    let member: Member = serde_json::from_slice(body).expect("a member");
    assert_eq!(member.userid, "wang.min");
}

/// Starts a server on a separate thread that returns one token and one member.
fn serve() -> SocketAddr {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.set_nonblocking(true).expect("a listener");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_io().build().expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::from_std(listener).expect("a listener");
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(answer(stream));
            }
        });
    });
    address
}

async fn answer(mut stream: TcpStream) -> io::Result<()> {
    let of = |body: &str| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let member = of(MEMBER);
    let token = of(r#"{"errcode":0,"errmsg":"ok","access_token":"bench-token","expires_in":7200}"#);
    let mut buffer = vec![0; 4096];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        if buffer[..filled].ends_with(b"\r\n\r\n") {
            let wants_token = buffer[..filled].starts_with(b"GET /cgi-bin/gettoken");
            stream.write_all(if wants_token { token.as_bytes() } else { member.as_bytes() }).await?;
            filled = 0;
        }
    }
}
