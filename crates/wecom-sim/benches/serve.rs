//! Measures `user/get` of the simulator against a bare `axum` handler that returns the same bytes.
//!
//! Each server has a runtime with one thread. The load comes from another thread over 32 kept connections, and the
//! two servers take turns round by round. The result is the ratio of processor time at the server; requests per
//! second are only printed for information.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::{
    net::SocketAddr,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use axum::{Router, http::header, routing::get};
use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rustix::time::{ClockId, clock_gettime};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Handle},
};
use wecom_sim::Sim;

const ROUNDS: usize = 21;
const REQUESTS: usize = 8_000;
const CONNECTIONS: usize = 32;

fn main() {
    let load = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (sim, corp) = on_a_thread(async || {
        let sim = Sim::start().await;
        let corp = (sim.address(), sim.corp_id().to_owned(), sim.app_secret().to_owned());
        (Box::new(sim) as Box<dyn std::any::Any>, corp)
    });
    let (address, corp_id, secret) = corp;
    let target = load.block_on(async {
        let reply = fetch(
            &mut connect(address).await,
            &format!("/cgi-bin/gettoken?corpid={corp_id}&corpsecret={secret}"),
        )
        .await;
        let token: serde_json::Value = serde_json::from_slice(&reply).expect("a token");
        let token = token["access_token"].as_str().expect("a token").to_owned();
        format!("/cgi-bin/user/get?access_token={token}&userid=zhangsan")
    });
    let member = load.block_on(async { fetch(&mut connect(address).await, &target).await });
    assert!(member.starts_with(br#"{"errcode":0"#), "the simulator gives the member");
    let size = member.len();
    let (axum, bare) = on_a_thread(async move || {
        let answer =
            move || async move { ([(header::CONTENT_TYPE, "application/json; charset=UTF-8")], member) };
        let app = Router::new().route("/cgi-bin/{*path}", get(answer));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let bare = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        (Box::new(server) as Box<dyn std::any::Any>, bare)
    });

    let mut rounds: Vec<[Figures; 2]> = (0..ROUNDS + 2)
        .map(|_| [load.block_on(round(&axum, bare, &target)), load.block_on(round(&sim, address, &target))])
        .collect();
    rounds.drain(..2);
    let median = |of: &dyn Fn(&[Figures; 2]) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    println!(
        "user/get of {size} bytes, {CONNECTIONS} connections, median of {ROUNDS} rounds of {REQUESTS} requests\n"
    );
    println!("server      processor time each   requests/s (load on the other core)");
    for (name, at) in [("bare axum", 0), ("wecom-sim", 1)] {
        println!(
            "{name}   {:>16.1} µs   {:>10.0}",
            median(&|round| round[at].each),
            median(&|round| round[at].rate)
        );
    }
    println!(
        "\nwecom-sim / bare axum: {:.2} of its rate by processor time, {:.2} by the clock",
        median(&|round| round[0].each / round[1].each),
        median(&|round| round[1].rate / round[0].rate)
    );
}

struct Figures {
    /// Microseconds of processor time at the server per request.
    each: f64,
    rate: f64,
}

/// Runs a server on a thread with its own one-threaded runtime. Returns a handle to the runtime.
fn on_a_thread<T: Send + 'static>(
    start: impl AsyncFnOnce() -> (Box<dyn std::any::Any>, T) + Send + 'static,
) -> (Handle, T) {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (_alive, value) = start().await;
            tell.send((Handle::current(), value)).expect("main waits");
            std::future::pending::<()>().await;
        });
    });
    told.recv().expect("the server starts")
}

async fn round(server: &Handle, address: SocketAddr, target: &str) -> Figures {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(connect(address).await);
    }
    let (before, started) = (processor_time(server).await, Instant::now());
    let work = connections.into_iter().map(async |mut connection| {
        for _ in 0..REQUESTS / CONNECTIONS {
            fetch(&mut connection, target).await;
        }
    });
    futures_util::future::join_all(work).await;
    let (elapsed, spent) = (started.elapsed(), processor_time(server).await - before);
    Figures {
        each: spent.as_secs_f64() * 1e6 / REQUESTS as f64,
        rate: REQUESTS as f64 / elapsed.as_secs_f64(),
    }
}

/// Returns the processor time that the server's only thread has used.
async fn processor_time(server: &Handle) -> Duration {
    let ask = server.spawn(async {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
    });
    ask.await.expect("the server runs")
}

async fn connect(address: SocketAddr) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(address).await.expect("the server listens");
    stream.set_nodelay(true).expect("a socket");
    let (send, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    send
}

async fn fetch(connection: &mut SendRequest<Empty<Bytes>>, target: &str) -> Bytes {
    connection.ready().await.expect("an open connection");
    let request =
        http::Request::get(target).header("host", "127.0.0.1").body(Empty::new()).expect("a request");
    let answer = connection.send_request(request).await.expect("an answer");
    answer.into_body().collect().await.expect("a body").to_bytes()
}
